//! Events: the facts that come of a message, in Roomwatt's own shape.

use std::borrow::Cow;
use std::fmt::Write;

use roomwatt_domain::{Device, HotelId, Instant, RoomId, Signal, State};
use rust_decimal::Decimal;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

/// A fact that a message tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event<'a> {
    /// The rule that it comes of.
    pub rule: &'a str,
    /// What the publisher calls the device or room.
    pub external: Cow<'a, str>,
    /// In which hotel.
    pub hotel: &'a HotelId,
    /// Of what.
    pub subject: Subject<'a>,
    /// When.
    pub at: Instant,
    /// What is so from then on.
    pub fact: Fact<'a>,
}

/// What a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// A device or presence sensor of a room.
    Device {
        /// The room.
        room: &'a RoomId,
        /// The device in it.
        device: &'a Device,
    },
    /// A room, by its stay.
    Room(&'a RoomId),
    /// Not looked up, as the message was read without a register.
    Unregistered,
}

/// What is so from an instant on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact<'a> {
    /// A device or presence sensor is in the state, or a room's stay.
    State(&'a State),
    /// The device draws this power, in W, with at most 3 decimals.
    PowerW(Decimal),
    /// The device's counter stands at this, in Wh, with at most 3 decimals.
    CounterWh(Decimal),
}

impl Event<'_> {
    /// The event's id: the SHA-256 of rule, external id and instant, a line each, in hex. The same
    /// fact told twice has one id.
    pub fn id(&self) -> String {
        let told = format!("{}\n{}\n{}", self.rule, self.external, self.at);
        Sha256::digest(told).iter().fold(String::with_capacity(64), |mut id, byte| {
            // Writing to a text cannot fail.
            let _ = write!(id, "{byte:02x}");
            id
        })
    }

    /// The signal or the device that it is of; `None` where nothing was looked up.
    pub fn signal(&self) -> Option<Signal> {
        match self.subject {
            Subject::Room(_) => Some(Signal::Stay),
            Subject::Device { device, .. } => Some(signal(device)),
            Subject::Unregistered => None,
        }
    }
}

fn signal(device: &Device) -> Signal {
    if device.kind.as_str() == roomwatt_domain::DeviceKind::PRESENCE {
        Signal::Presence(device.id.clone())
    } else {
        Signal::Device(device.clone())
    }
}

impl Fact<'_> {
    /// Why a device cannot have said this, if it cannot.
    pub(crate) fn check(&self, device: &Device) -> Result<(), String> {
        match (self, device.kind.as_str()) {
            (Fact::State(state), _) => {
                if device.is_meter() {
                    return Err("a meter has readings only".to_owned());
                }
                if signal(device).allows(state) {
                    return Ok(());
                }
                Err(format!(
                    "state of a presence sensor must be OCCUPIED or VACANT, and is {state}"
                ))
            }
            (_, roomwatt_domain::DeviceKind::PRESENCE) => {
                Err("a presence sensor has no readings".to_owned())
            }
            _ => Ok(()),
        }
    }
}

/// A device or space event as publishers in Roomwatt's own shape write it. An event that was not
/// looked up has `external` in the place of room and device.
impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut event = serializer.serialize_map(None)?;
        event.serialize_entry("eventId", &self.id())?;
        event.serialize_entry("hotelId", self.hotel.as_str())?;
        match self.subject {
            Subject::Unregistered => event.serialize_entry("external", &self.external)?,
            Subject::Room(room) => event.serialize_entry("roomId", room.as_str())?,
            Subject::Device { room, device } => {
                event.serialize_entry("roomId", room.as_str())?;
                event.serialize_entry("deviceId", device.id.as_str())?;
                event.serialize_entry("deviceKind", device.kind.as_str())?;
            }
        }
        match self.fact {
            Fact::State(state) => event.serialize_entry("state", state.as_str())?,
            Fact::PowerW(watts) => event.serialize_entry("powerW", &watts.to_string())?,
            Fact::CounterWh(watt_hours) => {
                event.serialize_entry("counterWh", &watt_hours.to_string())?;
            }
        }
        event.serialize_entry("occurredAt", &self.at.to_string())?;
        event.end()
    }
}
