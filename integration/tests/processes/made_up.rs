//! Made-up hotels and what their rooms say, for the oracle to be asked about.

use std::collections::BTreeMap;

use roomwatt_domain::{BusinessDate, Fact, Instant, Profile, RoomId, Schedule};
use roomwatt_embedded::deployment::{DEVICE_EVENTS, SPACE_EVENTS};
use roomwatt_ingest::{EventQueue, edge};
use roomwatt_source::Register;
use serde_json::{Value, json};

const HOTELS: [(&str, &str); 3] =
    [("seoul-1", "Asia/Seoul"), ("lisbon-1", "Europe/Lisbon"), ("new-york-1", "America/New_York")];
pub(crate) const ROOMS: usize = 6;
/// What each room has.
const DEVICES: [(&str, &str); 5] = [
    ("pir-1", "presence"),
    ("lamp-1", "light"),
    ("lamp-2", "light"),
    ("hvac", "thermostat"),
    ("main", "meter"),
];
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

/// What is said to a queue, in Roomwatt's own shape or in a publisher's.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) queue: &'static str,
    pub(crate) body: String,
    pub(crate) attributes: BTreeMap<String, String>,
    /// The same in Roomwatt's own shape.
    own: String,
}

/// The source by which stays are read.
pub(crate) const PMS: &str = r#"{"source":"pms","reports":"changes","rules":[{"name":"stay","id":"$.room",
    "at":{"of":"$.at","as":["rfc3339"]},
    "stay":{"of":"$.status","map":{"in":"CHECKED_IN","out":"CHECKED_OUT"}}}]}"#;

/// The devices of a hotel by what publishers call them; `{"devices":[…]}`.
pub(crate) fn register(rooms: usize) -> Value {
    let mut devices = Vec::new();
    for room in 101..101 + rooms {
        devices.push(json!({"external": format!("room {room}"), "room": room.to_string()}));
        for (device, kind) in DEVICES {
            devices.push(json!({
                "external": format!("zigbee2mqtt/{room}/{device}"),
                "room": room.to_string(), "device": device, "kind": kind,
            }));
        }
    }
    json!({ "devices": devices })
}

/// The register of all rooms as it is stored.
pub(crate) fn stored_register() -> String {
    Register::from_json(&register(ROOMS).to_string()).expect("a register").to_csv()
}

/// Events of the last days and of today, in no order, some of them twice; each in one shape or another.
pub(crate) fn events(random: &mut fastrand::Rng, count: usize, now: Instant) -> Vec<Said> {
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
            let ((id, kind), field, values) = match random.u32(..6) {
                0 => (DEVICES[0], "state", ["OCCUPIED", "VACANT"]),
                1 => (DEVICES[1], "state", ["ON", "OFF"]),
                2 => (DEVICES[2], "state", ["ON", "OFF"]),
                3 => (DEVICES[3], "state", ["HEAT", "OFF"]),
                4 => (DEVICES[3], "counterWh", ["48123.917", "49000.25"]),
                _ => (DEVICES[4], "powerW", ["812.5", "40"]),
            };
            event["deviceId"] = id.into();
            event["deviceKind"] = kind.into();
            event[field] = values[random.usize(..2)].into();
            DEVICE_EVENTS
        };
        for _ in 0..if random.u32(..10) == 0 { 2 } else { 1 } {
            let own = event.to_string();
            let (body, attributes) =
                if random.bool() { published(&event) } else { (own.clone(), BTreeMap::new()) };
            events.push(Said { queue, body, attributes, own });
        }
    }
    random.shuffle(&mut events);
    events
}

/// The event as a publisher says it: a hotel system its stays, with attributes, and `Zigbee2MQTT`
/// everything else, through a rule of AWS.
fn published(event: &Value) -> (String, BTreeMap<String, String>) {
    let text = |name: &str| event[name].as_str().expect("a text");
    let (hotel, room, at) = (text("hotelId"), text("roomId"), text("occurredAt"));
    let Some(device) = event["deviceId"].as_str() else {
        let status = if text("state") == "CHECKED_IN" { "in" } else { "out" };
        let body = json!({"room": format!("room {room}"), "status": status, "at": at});
        let attributes = [("source", "pms"), ("hotel", hotel)];
        let owned = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
        return (body.to_string(), attributes.map(owned).into());
    };
    let mut body = json!({
        "_topic": format!("zigbee2mqtt/{room}/{device}"), "_received": 0, "_source": "zigbee2mqtt",
        "_hotel": hotel, "linkquality": 120, "last_seen": at,
    });
    match (event["state"].as_str(), event["counterWh"].as_str()) {
        (Some(state @ ("ON" | "OFF")), _) if text("deviceKind") == "light" => {
            body["state"] = state.into();
        }
        (Some("HEAT"), _) => body["running_state"] = "heat".into(),
        (Some("OFF"), _) => body["running_state"] = "idle".into(),
        (Some(state), _) => body["occupancy"] = (state == "OCCUPIED").into(),
        (None, Some("48123.917")) => body["energy"] = 48.123_917.into(),
        (None, Some(_)) => body["energy"] = 49.000_25.into(),
        (None, None) => body["power"] = text("powerW").into(),
    }
    (body.to_string(), BTreeMap::new())
}

/// What a hotel's rooms said, as the functions understand it.
pub(crate) fn by_room(hotel: &Profile, events: &[Said]) -> BTreeMap<RoomId, Vec<Fact>> {
    let mut rooms: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for Said { queue, own, .. } in events {
        let source =
            if *queue == SPACE_EVENTS { EventQueue::SpaceEvents } else { EventQueue::DeviceEvents };
        let decoded = edge::decode(source, own);
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
