//! Made-up hotels and what their rooms say, for the oracle to be asked about.

use std::collections::BTreeMap;

use roomwatt_domain::{BusinessDate, Fact, Instant, Profile, RoomId, Schedule};
use roomwatt_embedded::deployment::{DEVICE_EVENTS, SPACE_EVENTS};
use roomwatt_ingest::{EventQueue, edge};
use serde_json::{Value, json};

const HOTELS: [(&str, &str); 3] =
    [("seoul-1", "Asia/Seoul"), ("lisbon-1", "Europe/Lisbon"), ("new-york-1", "America/New_York")];
const ROOMS: usize = 6;
/// Days of events before today.
const DAYS: i64 = 4;

/// The hotels' profiles as they are put.
pub(crate) fn profiles() -> Vec<Value> {
    let profile = |(hotel, zone): (&str, &str)| {
        json!({
            "hotelId": hotel, "timeZone": zone, "currency": "EUR", "pricePerKwh": "0.2",
            "vacancyDelayMinutes": 10, "ratings": {"light": {"ON": 12}, "thermostat": {"HEAT": 1200}},
        })
    };
    HOTELS.map(profile).into()
}

/// The hotels.
pub(crate) fn hotels() -> Vec<Profile> {
    let parse = |profile: &Value| Profile::parse(&profile.to_string()).expect("a profile");
    profiles().iter().map(parse).collect()
}

/// Events of the last days and of today, in no order, some of them twice: queue and body.
pub(crate) fn events(
    random: &mut fastrand::Rng,
    count: usize,
    now: Instant,
) -> Vec<(&'static str, String)> {
    let mut events = Vec::new();
    for number in 0..count {
        let (hotel, _) = HOTELS[random.usize(..HOTELS.len())];
        let room = 101 + random.usize(..ROOMS);
        let at = now - random.i64(1_000..DAYS * 86_400_000);
        let mut event = json!({
            "eventId": number.to_string(), "hotelId": hotel, "roomId": room.to_string(), "occurredAt": at.to_string(),
        });
        let queue = if random.u32(..8) == 0 {
            event["state"] = if random.bool() { "CHECKED_IN" } else { "CHECKED_OUT" }.into();
            SPACE_EVENTS
        } else {
            let (id, kind, field, values) = match random.u32(..6) {
                0 => ("pir-1", "presence", "state", ["OCCUPIED", "VACANT"]),
                1 => ("lamp-1", "light", "state", ["ON", "OFF"]),
                2 => ("lamp-2", "light", "state", ["ON", "OFF"]),
                3 => ("hvac", "thermostat", "state", ["HEAT", "OFF"]),
                4 => ("hvac", "thermostat", "counterWh", ["48123.917", "49000.25"]),
                _ => ("main", "meter", "powerW", ["812.5", "40"]),
            };
            event["deviceId"] = id.into();
            event["deviceKind"] = kind.into();
            event[field] = values[random.usize(..2)].into();
            DEVICE_EVENTS
        };
        for _ in 0..if random.u32(..10) == 0 { 2 } else { 1 } {
            events.push((queue, event.to_string()));
        }
    }
    random.shuffle(&mut events);
    events
}

/// What a hotel's rooms said, as the functions understand it.
pub(crate) fn by_room(
    hotel: &Profile,
    events: &[(&'static str, String)],
) -> BTreeMap<RoomId, Vec<Fact>> {
    let mut rooms: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (queue, body) in events {
        let source =
            if *queue == SPACE_EVENTS { EventQueue::SpaceEvents } else { EventQueue::DeviceEvents };
        let decoded = edge::decode(source, body);
        let (event, _) = decoded[0].as_ref().expect("an event");
        if event.hotel == hotel.hotel_id {
            let room = rooms.entry(event.room.clone()).or_default();
            room.push(event.fact.clone());
        }
    }
    rooms
}

/// The last day of a hotel that is to be closed by now.
pub(crate) fn last_due(hotel: &Profile, now: Instant) -> BusinessDate {
    let open = hotel.calendar.day_of(now - Schedule::default().grace);
    hotel.calendar.previous(open.date).date
}
