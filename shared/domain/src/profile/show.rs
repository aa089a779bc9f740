//! A profile as its canonical JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use super::parse::EVERY_OTHER_STATE;
use super::{Language, Profile, Ratings};
use crate::avoidable::{Avoidable, AvoidableStates};
use crate::name::{DeviceId, DeviceKind, RoomId, State};
use crate::tariff::{EmissionFactor, EmissionFactors, Prices, Tariff, Zone};
use crate::wall_clock::WallHours;

/// The profile's JSON, decimals as strings.
pub(super) fn profile(profile: &Profile) -> String {
    // Maps of strings to strings, numbers and maps: none of these can fail to serialise.
    serde_json::to_string(&Shown::of(profile)).unwrap_or_default()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    hotel_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    time_zone: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price_per_kwh: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tariffs: Option<Vec<ShownTariff>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kg_co2e_per_kwh: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    emission_factors: Option<Vec<ShownFactor<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    emission_factor_source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rooms: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waste_target_percent: Option<String>,
    vacancy_delay_minutes: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    night_hold: Option<[String; 2]>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    confirm_within_hours: BTreeMap<&'a str, u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dormant_after_days: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    repeating_kinds: Vec<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    waste: BTreeMap<&'a str, BTreeMap<&'a str, &'static str>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    max_watts: BTreeMap<&'a str, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    ratings: BTreeMap<&'a str, BTreeMap<&'a str, String>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    device_ratings: BTreeMap<&'a str, BTreeMap<&'a str, BTreeMap<&'a str, String>>>,
}

#[derive(Serialize)]
struct ShownTariff {
    from: String,
    price: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    holidays: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    zones: Vec<ShownZone>,
}

#[derive(Serialize)]
struct ShownZone {
    price: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<[String; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    months: Option<Vec<u8>>,
}

#[derive(Serialize)]
struct ShownFactor<'a> {
    from: String,
    #[serde(rename = "kgCo2ePerKwh")]
    kg_co2e: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
}

impl<'a> Shown<'a> {
    fn of(profile: &'a Profile) -> Self {
        Self {
            hotel_id: profile.hotel_id.as_str(),
            name: profile.name.as_deref(),
            time_zone: profile.calendar.time_zone(),
            language: profile.language.map(Language::as_str),
            currency: profile.currency.as_deref(),
            price_per_kwh: match &profile.prices {
                Some(Prices::Flat(price)) => Some(price.to_string()),
                Some(Prices::ByDate(_)) | None => None,
            },
            tariffs: match &profile.prices {
                Some(Prices::ByDate(tariffs)) => Some(tariffs.iter().map(tariff).collect()),
                Some(Prices::Flat(_)) | None => None,
            },
            kg_co2e_per_kwh: match &profile.emission_factors {
                Some(EmissionFactors::Flat(factor)) => Some(factor.to_string()),
                Some(EmissionFactors::ByDate(_)) | None => None,
            },
            emission_factors: match &profile.emission_factors {
                Some(EmissionFactors::ByDate(factors)) => {
                    Some(factors.iter().map(factor).collect())
                }
                Some(EmissionFactors::Flat(_)) | None => None,
            },
            emission_factor_source: profile.emission_factor_source.as_deref(),
            rooms: profile.rooms,
            waste_target_percent: profile.waste_target_percent.map(|it| it.to_string()),
            vacancy_delay_minutes: profile.vacancy_delay_minutes,
            night_hold: profile.night_hold.map(hours),
            confirm_within_hours: by_name(
                &profile.confirm_within_hours,
                DeviceKind::as_str,
                |hours| *hours,
            ),
            dormant_after_days: profile.dormant_after_days,
            repeating_kinds: profile.repeating_kinds.iter().map(DeviceKind::as_str).collect(),
            waste: by_name(&profile.waste, DeviceKind::as_str, avoidable),
            max_watts: by_name(&profile.max_watts, DeviceKind::as_str, ToString::to_string),
            ratings: by_name(&profile.ratings, DeviceKind::as_str, watts),
            device_ratings: by_name(&profile.device_ratings, RoomId::as_str, |devices| {
                by_name(devices, DeviceId::as_str, watts)
            }),
        }
    }
}

fn by_name<'a, K, V, S>(
    map: &'a BTreeMap<K, V>,
    key: impl Fn(&'a K) -> &'a str,
    value: impl Fn(&'a V) -> S,
) -> BTreeMap<&'a str, S> {
    map.iter().map(|(name, named)| (key(name), value(named))).collect()
}

fn watts(ratings: &Ratings) -> BTreeMap<&str, String> {
    by_name(ratings, State::as_str, ToString::to_string)
}

/// `*` is left out where it says what holds anyway.
fn avoidable(states: &AvoidableStates) -> BTreeMap<&str, &'static str> {
    let mut shown = by_name(&states.named, State::as_str, |avoidable| avoidable.as_str());
    if states.others != Avoidable::default() {
        shown.insert(EVERY_OTHER_STATE, states.others.as_str());
    }
    shown
}

fn hours(hours: WallHours) -> [String; 2] {
    [hours.from().to_string(), hours.to().to_string()]
}

fn tariff(tariff: &Tariff) -> ShownTariff {
    ShownTariff {
        from: tariff.from.to_string(),
        price: tariff.price.to_string(),
        holidays: tariff.holidays.iter().map(ToString::to_string).collect(),
        zones: tariff.zones.iter().map(zone).collect(),
    }
}

fn zone(zone: &Zone) -> ShownZone {
    ShownZone {
        price: zone.price.to_string(),
        hours: zone.hours.map(hours),
        days: zone.days.map(|days| days.iter().collect()),
        months: zone.months.map(|months| months.iter().collect()),
    }
}

fn factor(factor: &EmissionFactor) -> ShownFactor<'_> {
    ShownFactor {
        from: factor.from.to_string(),
        kg_co2e: factor.kg_co2e.to_string(),
        source: factor.source.as_deref(),
    }
}
