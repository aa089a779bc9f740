//! A hotel's profile: its zone, tariff, ratings and limits, read and checked field by field.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::calendar::BusinessCalendar;
use crate::energy::{Milliwatts, PerKwh};
use crate::instant::{HOUR, MINUTE, Millis};
use crate::name::{DeviceId, DeviceKind, HotelId, RoomId, State};
use crate::signal::Device;

/// Rated power by state.
pub type Ratings = BTreeMap<State, Milliwatts>;

/// A property: what turns its transitions into figures. The default of each map is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Which hotel.
    pub hotel_id: HotelId,
    /// What people call it.
    pub name: Option<String>,
    /// Its business days.
    pub calendar: BusinessCalendar,
    /// The currency of the price: three letters.
    pub currency: Option<String>,
    /// Price and emission factor.
    pub tariff: Tariff,
    /// How long a vacancy must last before it counts, in minutes.
    pub vacancy_delay_minutes: u32,
    /// How long a use is believed, in hours, by kind; 24 where a kind is not named.
    pub confirm_within_hours: BTreeMap<DeviceKind, u32>,
    /// Rated power by kind and state.
    pub ratings: BTreeMap<DeviceKind, Ratings>,
    /// Rated power of single devices, by room, id and state.
    pub device_ratings: BTreeMap<RoomId, BTreeMap<DeviceId, Ratings>>,
}

/// What a kilowatt-hour costs and emits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tariff {
    /// Price in the hotel's currency.
    pub price: Option<PerKwh>,
    /// Kilograms of CO₂e.
    pub co2e: Option<PerKwh>,
}

/// The part of a profile that applies to one room.
#[derive(Debug, Clone, Copy)]
pub struct RoomTerms<'a> {
    profile: &'a Profile,
    devices: Option<&'a BTreeMap<DeviceId, Ratings>>,
}

const CONFIRM_WITHIN_HOURS: u32 = 24;

impl Profile {
    /// What applies to one of the hotel's rooms.
    pub fn terms(&self, room: &RoomId) -> RoomTerms<'_> {
        RoomTerms { profile: self, devices: self.device_ratings.get(room) }
    }
}

impl RoomTerms<'_> {
    /// Rule 9: the rating of the device in the state, else of its kind in the state.
    pub fn rating(&self, device: &Device, state: &State) -> Option<Milliwatts> {
        let own = self.devices.and_then(|devices| devices.get(&device.id)?.get(state));
        own.or_else(|| self.profile.ratings.get(&device.kind)?.get(state)).copied()
    }

    /// Rule 11: how long a use of the kind is believed.
    pub fn confirm_within(&self, kind: &DeviceKind) -> Millis {
        let hours = self.profile.confirm_within_hours.get(kind).copied();
        Millis::from(hours.unwrap_or(CONFIRM_WITHIN_HOURS)) * HOUR
    }

    /// Rule 6: how long a vacancy must last before it counts.
    pub fn vacancy_delay(&self) -> Millis {
        Millis::from(self.profile.vacancy_delay_minutes) * MINUTE
    }

    /// Price and emission factor.
    pub fn tariff(&self) -> Tariff {
        self.profile.tariff
    }
}

/// One field of a profile that broke its rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field's path: `ratings.light.ON`.
    pub field: String,
    /// What was wrong with it.
    pub problem: String,
}

/// Every fault of a profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct InvalidProfile {
    /// The faults, in the order of the fields.
    pub fields: Vec<FieldError>,
}

impl fmt::Display for InvalidProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = self.fields.iter().map(|fault| {
            if fault.field.is_empty() {
                fault.problem.clone()
            } else {
                format!("{} {}", fault.field, fault.problem)
            }
        });
        f.write_str(&faults.collect::<Vec<_>>().join("; "))
    }
}

type Object<'a> = BTreeMap<String, &'a RawValue>;

impl Profile {
    /// Reads a profile from its JSON. Unknown fields are ignored.
    ///
    /// # Errors
    /// [`InvalidProfile`] names every field that broke its rule.
    pub fn parse(json: &str) -> Result<Self, InvalidProfile> {
        let mut faults = Vec::new();
        let profile = match serde_json::from_str::<Object<'_>>(json) {
            Ok(object) => read(&object, &mut faults),
            Err(error) => {
                faults.push(FieldError {
                    field: String::new(),
                    problem: format!("a profile must be a JSON object: {error}"),
                });
                None
            }
        };
        match profile {
            Some(profile) if faults.is_empty() => Ok(profile),
            _ => Err(InvalidProfile { fields: faults }),
        }
    }

    /// The profile as canonical JSON, decimals as strings.
    pub fn to_json(&self) -> String {
        // Maps of strings to strings, numbers and maps: nothing in here can fail to serialise.
        serde_json::to_string(&Shown::of(self)).unwrap_or_default()
    }
}

/// `None` only together with a fault.
fn read(object: &Object<'_>, faults: &mut Vec<FieldError>) -> Option<Profile> {
    let hotel_id = required(object, "hotelId", faults, |raw| name(raw, HotelId::new));
    let calendar = required(object, "timeZone", faults, |raw| {
        BusinessCalendar::new(&text(raw)?).map_err(|error| error.to_string())
    });
    let profile_name = optional(object, "name", faults, |raw| {
        let name = text(raw)?;
        let length = name.chars().count();
        if (1..=200).contains(&length) {
            Ok(name)
        } else {
            Err("must have 1 to 200 characters".into())
        }
    });
    let currency = optional(object, "currency", faults, |raw| {
        let currency = text(raw)?;
        let iso = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
        if iso {
            Ok(currency)
        } else {
            Err("must be three letters A-Z, as ISO 4217 has them".into())
        }
    });
    let per_kwh = |raw: &RawValue| PerKwh::parse(&decimal(raw)?).map_err(|error| error.to_string());
    let price = optional(object, "pricePerKwh", faults, per_kwh);
    let co2e = optional(object, "kgCo2ePerKwh", faults, per_kwh);
    let vacancy_delay_minutes =
        optional(object, "vacancyDelayMinutes", faults, |raw| whole(raw, 0, 240));
    let confirm_within_hours =
        map(object, "confirmWithinHours", faults, DeviceKind::new, &mut |_, raw, _| {
            whole(raw, 1, 8760)
        });
    let ratings = map(object, "ratings", faults, DeviceKind::new, &mut read_ratings);
    let device_ratings =
        map(object, "deviceRatings", faults, RoomId::new, &mut |path, raw, faults| {
            let devices = members(raw)?;
            Ok(entries(path, &devices, faults, DeviceId::new, &mut read_ratings))
        });
    Some(Profile {
        hotel_id: hotel_id?,
        name: profile_name,
        calendar: calendar?,
        currency,
        tariff: Tariff { price, co2e },
        vacancy_delay_minutes: vacancy_delay_minutes.unwrap_or(0),
        confirm_within_hours,
        ratings,
        device_ratings,
    })
}

fn read_ratings(
    path: &str,
    raw: &RawValue,
    faults: &mut Vec<FieldError>,
) -> Result<Ratings, String> {
    let states = members(raw)?;
    Ok(entries(path, &states, faults, State::new, &mut |_, raw, _| {
        Milliwatts::from_watts(&decimal(raw)?).map_err(|error| error.to_string())
    }))
}

fn required<T>(
    object: &Object<'_>,
    field: &str,
    faults: &mut Vec<FieldError>,
    read: impl FnOnce(&RawValue) -> Result<T, String>,
) -> Option<T> {
    if present(object, field).is_none() {
        faults.push(FieldError { field: field.to_owned(), problem: "is missing".to_owned() });
    }
    optional(object, field, faults, read)
}

fn optional<T>(
    object: &Object<'_>,
    field: &str,
    faults: &mut Vec<FieldError>,
    read: impl FnOnce(&RawValue) -> Result<T, String>,
) -> Option<T> {
    match read(present(object, field)?) {
        Ok(value) => Some(value),
        Err(problem) => {
            faults.push(FieldError { field: field.to_owned(), problem });
            None
        }
    }
}

fn present<'a>(object: &Object<'a>, field: &str) -> Option<&'a RawValue> {
    object.get(field).copied().filter(|raw| raw.get() != "null")
}

/// Reads one entry of a map: its path, its value, and where to put faults further down.
type ReadEntry<'f, V> =
    &'f mut dyn FnMut(&str, &RawValue, &mut Vec<FieldError>) -> Result<V, String>;

fn map<K: Ord, V, E: fmt::Display>(
    object: &Object<'_>,
    field: &str,
    faults: &mut Vec<FieldError>,
    key: impl Fn(&str) -> Result<K, E>,
    read: ReadEntry<'_, V>,
) -> BTreeMap<K, V> {
    let Some(raw) = present(object, field) else { return BTreeMap::new() };
    match members(raw) {
        Ok(object) => entries(field, &object, faults, key, read),
        Err(problem) => {
            faults.push(FieldError { field: field.to_owned(), problem });
            BTreeMap::new()
        }
    }
}

fn entries<K: Ord, V, E: fmt::Display>(
    path: &str,
    object: &Object<'_>,
    faults: &mut Vec<FieldError>,
    key: impl Fn(&str) -> Result<K, E>,
    read: ReadEntry<'_, V>,
) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    for (member, raw) in object {
        let path = format!("{path}.{member}");
        let value = read(&path, raw, faults);
        match (key(member), value) {
            (Ok(key), Ok(value)) => {
                map.insert(key, value);
            }
            (Err(error), _) => {
                faults.push(FieldError { field: path, problem: format!("has a bad key: {error}") });
            }
            (_, Err(problem)) => faults.push(FieldError { field: path, problem }),
        }
    }
    map
}

fn members(raw: &RawValue) -> Result<Object<'_>, String> {
    serde_json::from_str(raw.get()).map_err(|_| "must be an object".to_owned())
}

fn text(raw: &RawValue) -> Result<String, String> {
    serde_json::from_str(raw.get()).map_err(|_| "must be a string".to_owned())
}

fn name<T, E: fmt::Display>(
    raw: &RawValue,
    new: impl Fn(&str) -> Result<T, E>,
) -> Result<T, String> {
    // The constructor's error begins with the field's name, as does the fault's own path.
    let error = |error: E| {
        error.to_string().split_once(' ').map_or_else(String::new, |(_, rule)| rule.to_owned())
    };
    new(&text(raw)?).map_err(error)
}

/// The digits of a decimal, whether written as a string or as a number.
fn decimal(raw: &RawValue) -> Result<String, String> {
    let written = raw.get();
    if written.starts_with('"') {
        text(raw)
    } else if written.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        Ok(written.to_owned())
    } else {
        Err("must be a decimal, as a string or a number".to_owned())
    }
}

fn whole(raw: &RawValue, least: u32, most: u32) -> Result<u32, String> {
    let number = serde_json::from_str::<u32>(raw.get()).ok();
    number
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("must be a whole number from {least} to {most}"))
}

/// A profile as its JSON shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    hotel_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    time_zone: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price_per_kwh: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kg_co2e_per_kwh: Option<String>,
    vacancy_delay_minutes: u32,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    confirm_within_hours: BTreeMap<&'a str, u32>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    ratings: BTreeMap<&'a str, BTreeMap<&'a str, String>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    device_ratings: BTreeMap<&'a str, BTreeMap<&'a str, BTreeMap<&'a str, String>>>,
}

impl<'a> Shown<'a> {
    fn of(profile: &'a Profile) -> Self {
        let watts = |ratings: &'a Ratings| {
            ratings.iter().map(|(state, power)| (state.as_str(), power.to_string())).collect()
        };
        let devices = |devices: &'a BTreeMap<DeviceId, Ratings>| {
            devices.iter().map(|(device, ratings)| (device.as_str(), watts(ratings))).collect()
        };
        Self {
            hotel_id: profile.hotel_id.as_str(),
            name: profile.name.as_deref(),
            time_zone: profile.calendar.time_zone(),
            currency: profile.currency.as_deref(),
            price_per_kwh: profile.tariff.price.map(|price| price.to_string()),
            kg_co2e_per_kwh: profile.tariff.co2e.map(|factor| factor.to_string()),
            vacancy_delay_minutes: profile.vacancy_delay_minutes,
            confirm_within_hours: profile
                .confirm_within_hours
                .iter()
                .map(|(kind, hours)| (kind.as_str(), *hours))
                .collect(),
            ratings: profile
                .ratings
                .iter()
                .map(|(kind, ratings)| (kind.as_str(), watts(ratings)))
                .collect(),
            device_ratings: profile
                .device_ratings
                .iter()
                .map(|(room, ratings)| (room.as_str(), devices(ratings)))
                .collect(),
        }
    }
}
