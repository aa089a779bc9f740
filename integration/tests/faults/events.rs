//! Hotels and events as text, as publishers write them.

use roomwatt_domain::{Instant, Profile};
use serde_json::{Value, json};

/// A profile with a price, a delay and some ratings.
pub(crate) fn profile(hotel: &str, zone: &str, price: &str) -> Profile {
    let profile = json!({
        "hotelId": hotel,
        "timeZone": zone,
        "currency": "EUR",
        "pricePerKwh": price,
        "vacancyDelayMinutes": 10,
        "confirmWithinHours": {"light": 12},
        "ratings": {"light": {"ON": 12}, "thermostat": {"COOL": 900, "HEAT": 1200}},
    });
    Profile::parse(&profile.to_string()).expect("a profile")
}

/// An event of a device, or of a sensor if the kind is `presence`.
pub(crate) fn device(
    hotel: &str,
    room: &str,
    id: &str,
    kind: &str,
    state: &str,
    at: Instant,
) -> Value {
    json!({
        "eventId": format!("{id}-{at}"),
        "hotelId": hotel,
        "roomId": room,
        "deviceId": id,
        "deviceKind": kind,
        "state": state,
        "occurredAt": at.to_string(),
    })
}

/// A check-in or check-out.
pub(crate) fn stay(hotel: &str, room: &str, state: &str, at: Instant) -> Value {
    json!({
        "eventId": format!("stay-{at}"),
        "hotelId": hotel,
        "roomId": room,
        "state": state,
        "occurredAt": at.to_string(),
    })
}
