//! The day that is measured: a simulated hotel's, and a plain one of as many transitions as asked
//! for.

use std::collections::BTreeMap;

use anyhow::Context;
use roomwatt_cost::simulation::{Event, Hotel};
use roomwatt_domain::{
    BusinessDate, BusinessDay, Device, History, Measurement, MilliwattHours, Profile, Reading,
    RoomId, Signal, State, Transition,
};
use roomwatt_ingest::{EventQueue, edge};
use serde_json::json;

/// A day of a hotel.
#[derive(Debug, Clone)]
pub struct Day {
    hotel: Hotel,
    /// The hotel.
    pub profile: Profile,
    /// The day.
    pub day: BusinessDay,
    /// What happens on it, in order.
    pub events: Vec<Event>,
}

/// A hotel by its id, and the day that is measured.
///
/// # Errors
/// When the id is no hotel's.
pub fn profile(id: &str) -> anyhow::Result<(Profile, BusinessDay)> {
    let profile = Hotel::new(id, 0, 0, 0, 0).profile()?;
    let day = profile.calendar.day(BusinessDate::parse("2026-11-20")?).context("a day")?;
    Ok((profile, day))
}

/// A room by its number.
///
/// # Errors
/// None, as numbers are names.
pub fn room(number: usize) -> anyhow::Result<RoomId> {
    Ok(RoomId::new(&number.to_string())?)
}

/// So many transitions of ten devices that take turns, spread over the day.
///
/// # Errors
/// None, as the names are good.
pub fn usual(day: &BusinessDay, transitions: usize) -> anyhow::Result<Vec<(Signal, Transition)>> {
    let count = i64::try_from(transitions)?;
    (0..count)
        .map(|number| {
            let (turn, device) = (number / 10, number % 10);
            let (signal, on, off) = match device {
                0 => (Signal::Presence("presence-1".parse()?), "OCCUPIED", "VACANT"),
                1 => (named("thermostat", device)?, "COOL", "OFF"),
                _ => (named("light", device)?, "ON", "OFF"),
            };
            let state: State = if turn % 2 == 0 { on } else { off }.parse()?;
            let at = day.window.start + number * day.window.length() / count;
            Ok((signal, Transition { at, state }))
        })
        .collect()
}

/// So many readings of the counters of the nine devices among these, spread over the day.
///
/// # Errors
/// None, as the names are good.
pub fn metered(day: &BusinessDay, readings: usize) -> anyhow::Result<Vec<(Device, Reading)>> {
    let count = i64::try_from(readings)?;
    (0..count)
        .map(|number| {
            let device = match 1 + number % 9 {
                1 => device("thermostat", 1)?,
                number => device("light", number)?,
            };
            let after = number * day.window.length() / count;
            // 5 W on average, which is 5 mWh in 3.6 s.
            let counter = MilliwattHours::new(48_000_000 + after.unsigned_abs() / 720);
            let measurement = Measurement::Counter(counter);
            Ok((device, Reading { at: day.window.start + after, measurement }))
        })
        .collect()
}

fn named(kind: &str, number: i64) -> anyhow::Result<Signal> {
    Ok(Signal::Device(device(kind, number)?))
}

fn device(kind: &str, number: i64) -> anyhow::Result<Device> {
    Ok(Device { id: format!("{kind}-{number}").parse()?, kind: kind.parse()? })
}

/// The same hotel with another price in each hour of the day.
///
/// # Errors
/// None, as its prices are.
pub fn priced_by_the_hour(hotel: Profile) -> anyhow::Result<Profile> {
    let zones: Vec<_> = (0..24)
        .map(|hour| {
            let hours = [format!("{hour:02}:00"), format!("{:02}:00", hour + 1)];
            json!({ "price": format!("0.{}", 10 + hour), "hours": hours })
        })
        .collect();
    let tariff = json!({ "from": "2026-01-01", "price": "0.18", "zones": zones });
    let with_tariff = json!({
        "hotelId": hotel.hotel_id.as_str(),
        "timeZone": hotel.calendar.time_zone(),
        "tariffs": [tariff],
    });
    let prices = Profile::parse(&with_tariff.to_string())?.prices;
    Ok(Profile { prices, ..hotel })
}

impl Day {
    /// A day of a hotel with rooms of so many devices and events.
    ///
    /// # Errors
    /// None, as the names are good.
    pub fn of(rooms: usize, devices: u16, events: usize, seed: u64) -> anyhow::Result<Self> {
        let mut hotel =
            Hotel::new("h1", u32::try_from(rooms)?, devices, u32::try_from(events)?, seed);
        let (profile, day) = profile("h1")?;
        let events = hotel.day(&day);
        Ok(Self { hotel, profile, day, events })
    }

    /// The bodies of messages of so many events each, in the order in which they are full; events
    /// of the two queues apart.
    #[must_use]
    pub fn messages(&self, packed: usize) -> Vec<(EventQueue, String)> {
        let mut messages = Vec::new();
        for source in [EventQueue::DeviceEvents, EventQueue::SpaceEvents] {
            let of_source: Vec<_> =
                self.events.iter().filter(|event| source_of(event) == source).collect();
            for chunk in of_source.chunks(packed) {
                let Some(last) = chunk.last() else { continue };
                messages.push((last.at, source, self.hotel.message(chunk.iter().copied())));
            }
        }
        messages.sort_by_key(|(at, ..)| *at);
        messages.into_iter().map(|(_, source, body)| (source, body)).collect()
    }

    /// The events as lines of a log.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.events.iter().map(|event| self.line(event)).collect()
    }

    fn line(&self, event: &Event) -> String {
        let mut line = String::new();
        // A text takes whatever is written to it.
        let _ = self.hotel.write_event(event, &mut line);
        line
    }

    /// What is known of every room when all of it has arrived.
    #[must_use]
    pub fn histories(&self) -> BTreeMap<RoomId, History> {
        let mut rooms: BTreeMap<RoomId, Vec<_>> = BTreeMap::new();
        for event in &self.events {
            let line = self.line(event);
            let decoded = edge::decode(source_of(event), &line);
            for (decoded, _) in decoded.into_iter().flatten() {
                rooms.entry(decoded.room).or_default().push(decoded.fact);
            }
        }
        rooms.into_iter().map(|(room, told)| (room, told.into_iter().collect())).collect()
    }
}

fn source_of(event: &Event) -> EventQueue {
    if event.is_of_the_stay() { EventQueue::SpaceEvents } else { EventQueue::DeviceEvents }
}
