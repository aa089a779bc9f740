//! Rule 5: the states with which a day closes and the next one opens.

use std::collections::BTreeMap;

use crate::energy::{Energy, MilliwattHours, Milliwatts};
use crate::instant::Instant;
use crate::name::{DeviceId, State};
use crate::signal::Device;

/// A state and the transition that brought it. Repeats do not move `since`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The state.
    pub state: State,
    /// Since when it holds.
    pub since: Instant,
}

/// The state of a device, and when it was last heard of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldByDevice {
    /// The state, and since when it holds.
    pub held: Held,
    /// The device's last transition of any state, repeats included.
    pub seen: Instant,
}

/// The state of a presence sensor, with the outcome of rule 6.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBySensor {
    /// The state, and since when it holds.
    pub held: Held,
    /// Until when a night hold keeps this vacancy from counting. It is decided once, where the
    /// vacancy begins; it is stored and not shown.
    pub night_hold: Option<Instant>,
}

/// The last reading of a device's counter, and what was booked ahead of the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CounterBase {
    /// When it was read.
    pub at: Instant,
    /// What it stood at.
    pub value: MilliwattHours,
    /// Rule 20: what was booked by rating or power since, and the rest of debts before; exact.
    pub debt: Energy,
}

/// A power reading that still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PowerReading {
    /// When it was read.
    pub at: Instant,
    /// What the device drew.
    pub power: Milliwatts,
}

/// What is carried of one device, or of a meter, which has no state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldOfDevice {
    /// Its state, if one is known.
    pub state: Option<HeldByDevice>,
    /// Its counter, if it was ever read. Few devices have one, and what all carry stays small.
    pub counter: Option<Box<CounterBase>>,
    /// Its power, if a reading of it still holds.
    pub power: Option<PowerReading>,
}

impl HeldOfDevice {
    /// Whether there is nothing to carry.
    pub fn is_empty(&self) -> bool {
        self.state.is_none() && !self.is_measured()
    }

    /// Whether a reading is carried.
    pub fn is_measured(&self) -> bool {
        self.counter.is_some() || self.power.is_some()
    }
}

impl From<HeldByDevice> for HeldOfDevice {
    fn from(state: HeldByDevice) -> Self {
        Self { state: Some(state), ..Self::default() }
    }
}

/// What is known of a room's signals at one instant. Signals of which nothing is carried are absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoomStates {
    /// The last instant at which the room was heard: a transition, repeated or not, or a reading
    /// of any of its signals (rule 16).
    pub heard: Option<Instant>,
    /// Whether the room is sold.
    pub stay: Option<Held>,
    /// Every device with a known state or a reading that is carried, meters too.
    pub devices: BTreeMap<Device, HeldOfDevice>,
    /// Every presence sensor heard of so far.
    pub presence: BTreeMap<DeviceId, HeldBySensor>,
}

impl RoomStates {
    /// Whether nothing at all is known of the room: it was never heard.
    pub fn is_empty(&self) -> bool {
        let carried = self.stay.is_some() || !self.devices.is_empty() || !self.presence.is_empty();
        self.heard.is_none() && !carried
    }
}
