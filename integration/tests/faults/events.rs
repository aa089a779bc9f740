//! Hotels and events as text, as publishers write them.

use roomwatt_domain::{Device, Instant, Measurement, Profile, Reading};
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

/// A reading of a device or a meter: `counterWh` or `powerW`.
pub(crate) fn reading(hotel: &str, room: &str, device: &Device, reading: &Reading) -> Value {
    let (field, value) = match reading.measurement {
        Measurement::Counter(counter) => ("counterWh", counter.to_string()),
        Measurement::Power(power) => ("powerW", power.to_string()),
    };
    json!({
        "eventId": format!("{}-{}", device.id, reading.at),
        "hotelId": hotel,
        "roomId": room,
        "deviceId": device.id.as_str(),
        "deviceKind": device.kind.as_str(),
        field: value,
        "occurredAt": reading.at.to_string(),
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
