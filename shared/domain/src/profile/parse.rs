//! A profile from its JSON, field by field.

use std::collections::BTreeSet;

use serde_json::value::RawValue;

use super::faults::{Faults, InvalidProfile, Path};
use super::json::{Object, Origin, decimal, leaf, list, map, name, text, told, whole};
use super::{Language, Profile, Ratings};
use crate::avoidable::{Avoidable, AvoidableStates};
use crate::calendar::{BusinessCalendar, BusinessDate};
use crate::energy::{Milliwatts, PerKwh, Percent};
use crate::name::{DeviceId, DeviceKind, HotelId, InvalidName, RoomId, State};
use crate::tariff::{Days, EmissionFactor, EmissionFactors, Months, Prices, Tariff, Zone};
use crate::wall_clock::{WallHours, WallTime};

const MOST_TARIFFS: usize = 50;
const MOST_ZONES: usize = 50;
const MOST_HOLIDAYS: usize = 400;
/// More emission factors than tariffs nobody has.
const MOST_FACTORS: usize = 50;
const MOST_KINDS: usize = 1000;
const MOST_CHARACTERS: usize = 200;
const MOST_ROOMS: u32 = 1_000_000;

/// What the API adds to a profile that is read, and passes over in one that is written.
const ADDED_BY_THE_API: &str = "closedThrough";

/// Reads a profile.
pub(super) fn profile(json: &str, origin: Origin) -> Result<Profile, InvalidProfile> {
    let mut faults = Faults::default();
    let profile = match serde_json::from_str::<&RawValue>(json) {
        Ok(raw) if raw.get().starts_with('{') => read(raw, origin, &mut faults),
        Ok(_) => {
            faults.add(&Path::Root, "a profile must be a JSON object");
            None
        }
        Err(error) => {
            let problem = format_args!("a profile must be a JSON object: {error}");
            faults.add(&Path::Root, problem);
            None
        }
    };
    faults.unless_any(profile)
}

/// `None` only together with a fault.
fn read(raw: &RawValue, origin: Origin, faults: &mut Faults) -> Option<Profile> {
    let mut object = Object::new(raw, &Path::Root, "a profile", faults)?;
    object.take(ADDED_BY_THE_API);
    let id = if origin == Origin::Table { HotelId::kept } else { HotelId::new };
    let hotel_id = object.required("hotelId", faults, |raw| name(raw, id));
    let calendar = object.required("timeZone", faults, |raw| {
        BusinessCalendar::new(&text(raw)?).map_err(|error| error.to_string())
    });
    let profile = hotel_id.zip(calendar).map(|(id, calendar)| Profile::new(id, calendar));
    // Faults of the other fields are told even where there is no profile to put them in.
    let mut profile = profile.or_else(placeholder)?;
    read_words(&mut object, &mut profile, origin, faults);
    profile.prices = read_prices(&mut object, origin, faults);
    profile.emission_factors = read_factors(&mut object, origin, faults);
    read_limits(&mut object, &mut profile, faults);
    read_maps(&mut object, &mut profile, faults);
    object.finish(origin, faults);
    Some(profile)
}

/// A profile to read the other fields into where its id or its zone is at fault.
fn placeholder() -> Option<Profile> {
    Some(Profile::new(HotelId::new("unknown").ok()?, BusinessCalendar::new("UTC").ok()?))
}

fn read_words(object: &mut Object<'_>, profile: &mut Profile, origin: Origin, faults: &mut Faults) {
    profile.name = object.optional("name", faults, |raw| told(raw, MOST_CHARACTERS, origin));
    profile.language = object.optional("language", faults, |raw| match text(raw)?.as_str() {
        "en" => Ok(Language::English),
        "ko" => Ok(Language::Korean),
        _ => Err("must be en or ko".to_owned()),
    });
    profile.currency = object.optional("currency", faults, |raw| {
        let currency = text(raw)?;
        let iso = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
        if iso {
            Ok(currency)
        } else {
            Err("must be three letters A-Z, as ISO 4217 has them".into())
        }
    });
    profile.emission_factor_source =
        object.optional("emissionFactorSource", faults, |raw| told(raw, MOST_CHARACTERS, origin));
}

fn read_limits(object: &mut Object<'_>, profile: &mut Profile, faults: &mut Faults) {
    profile.rooms = object.optional("rooms", faults, |raw| whole(raw, 1, MOST_ROOMS));
    profile.waste_target_percent =
        object.optional("wasteTargetPercent", faults, |raw| decimal(raw, Percent::parse));
    profile.vacancy_delay_minutes = object
        .optional("vacancyDelayMinutes", faults, |raw| whole(raw, 0, 240))
        .unwrap_or_default();
    profile.night_hold = object
        .nested("nightHold", faults, |raw, path, faults| read_hours(raw, path, false, faults));
    profile.dormant_after_days =
        object.optional("dormantAfterDays", faults, |raw| whole(raw, 1, 365));
}

fn read_maps(object: &mut Object<'_>, profile: &mut Profile, faults: &mut Faults) {
    profile.confirm_within_hours =
        object.map("confirmWithinHours", faults, DeviceKind::new, |raw, path, faults| {
            leaf(raw, path, faults, |raw| whole(raw, 1, 8760))
        });
    let kinds = object.nested("repeatingKinds", faults, |raw, path, faults| {
        list(raw, path, faults, MOST_KINDS, |raw, path, faults| {
            leaf(raw, path, faults, |raw| name(raw, DeviceKind::new))
        })
    });
    profile.repeating_kinds = kinds.into_iter().flatten().collect();
    profile.waste = object.map("waste", faults, DeviceKind::new, |raw, path, faults| {
        Some(read_avoidable(raw, path, faults))
    });
    profile.max_watts = object.map("maxWatts", faults, DeviceKind::new, read_watts);
    profile.ratings = object.map("ratings", faults, DeviceKind::new, |raw, path, faults| {
        Some(read_ratings(raw, path, faults))
    });
    profile.device_ratings =
        object.map("deviceRatings", faults, RoomId::new, |raw, path, faults| {
            Some(map(raw, path, faults, DeviceId::new, |raw, path, faults| {
                Some(read_ratings(raw, path, faults))
            }))
        });
}

fn read_ratings(raw: &RawValue, path: &Path<'_>, faults: &mut Faults) -> Ratings {
    map(raw, path, faults, State::new, read_watts)
}

fn read_watts(raw: &RawValue, path: &Path<'_>, faults: &mut Faults) -> Option<Milliwatts> {
    leaf(raw, path, faults, |raw| decimal(raw, Milliwatts::from_watts))
}

/// The key of every state that a kind's map does not name.
pub(super) const EVERY_OTHER_STATE: &str = "*";

fn read_avoidable(raw: &RawValue, path: &Path<'_>, faults: &mut Faults) -> AvoidableStates {
    let key = |key: &str| -> Result<Option<State>, InvalidName> {
        if key == EVERY_OTHER_STATE { Ok(None) } else { State::new(key).map(Some) }
    };
    let mut states = map(raw, path, faults, key, |raw, path, faults| {
        leaf(raw, path, faults, |raw| {
            Avoidable::named(&text(raw)?)
                .ok_or_else(|| "must be vacant, unsold or never".to_owned())
        })
    });
    let others = states.remove(&None).unwrap_or_default();
    let named = states.into_iter().filter_map(|(state, avoidable)| Some((state?, avoidable)));
    AvoidableStates { named: named.collect(), others }
}

/// Two times of the wall clock, `24:00` as an end only where `whole_days` allows it.
fn read_hours(
    raw: &RawValue,
    path: &Path<'_>,
    whole_days: bool,
    faults: &mut Faults,
) -> Option<WallHours> {
    let Ok([from, to]) = serde_json::from_str::<[&RawValue; 2]>(raw.get()) else {
        faults.add(path, "must be a list of two times HH:MM");
        return None;
    };
    let time = |raw: &RawValue, end: bool| {
        WallTime::parse(&text(raw)?, end).map_err(|error| error.to_string())
    };
    let from = leaf(from, &Path::Entry(path, 0), faults, |raw| time(raw, false));
    let to = leaf(to, &Path::Entry(path, 1), faults, |raw| time(raw, whole_days));
    let (from, to) = from.zip(to)?;
    WallHours::new(from, to).map_err(|error| faults.add(path, error)).ok()
}

fn per_kwh(raw: &RawValue) -> Result<PerKwh, String> {
    decimal(raw, PerKwh::parse)
}

fn date(raw: &RawValue) -> Result<BusinessDate, String> {
    BusinessDate::parse(&text(raw)?).map_err(|error| error.to_string())
}

fn read_prices(object: &mut Object<'_>, origin: Origin, faults: &mut Faults) -> Option<Prices> {
    let flat = object.optional("pricePerKwh", faults, per_kwh);
    let tariffs = object.nested("tariffs", faults, |raw, path, faults| {
        if flat.is_some() {
            faults.add(path, "must not stand beside pricePerKwh");
        }
        let mut rising = Rising::default();
        list(raw, path, faults, MOST_TARIFFS, |raw, path, faults| {
            let tariff = read_tariff(raw, path, origin, faults)?;
            rising.check(tariff.from, path, faults);
            Some(tariff)
        })
    });
    tariffs.map(Prices::ByDate).or(flat.map(Prices::Flat))
}

/// Dated things hold one after the other.
#[derive(Default)]
struct Rising {
    before: Option<BusinessDate>,
}

impl Rising {
    fn check(&mut self, from: BusinessDate, path: &Path<'_>, faults: &mut Faults) {
        if self.before.is_some_and(|before| from <= before) {
            faults.add(&Path::Member(path, "from"), "must be later than the one before it");
        }
        self.before = Some(from);
    }
}

fn read_tariff(
    raw: &RawValue,
    path: &Path<'_>,
    origin: Origin,
    faults: &mut Faults,
) -> Option<Tariff> {
    let mut object = Object::new(raw, path, "a tariff", faults)?;
    let from = object.required("from", faults, date);
    let price = object.required("price", faults, per_kwh);
    let holidays = object.nested("holidays", faults, |raw, path, faults| {
        list(raw, path, faults, MOST_HOLIDAYS, |raw, path, faults| leaf(raw, path, faults, date))
    });
    let zones = object.nested("zones", faults, |raw, path, faults| {
        list(raw, path, faults, MOST_ZONES, |raw, path, faults| {
            read_zone(raw, path, origin, faults)
        })
    });
    object.finish(origin, faults);
    Some(Tariff {
        from: from?,
        price: price?,
        holidays: holidays.into_iter().flatten().collect::<BTreeSet<_>>(),
        zones: zones.unwrap_or_default(),
    })
}

fn read_zone(raw: &RawValue, path: &Path<'_>, origin: Origin, faults: &mut Faults) -> Option<Zone> {
    let mut object = Object::new(raw, path, "a zone", faults)?;
    let price = object.required("price", faults, per_kwh);
    let hours =
        object.nested("hours", faults, |raw, path, faults| read_hours(raw, path, true, faults));
    let days = object.nested("days", faults, |raw, path, faults| {
        read_set(raw, path, faults, |days: Days, raw| {
            let day = text(raw)?;
            days.with(&day).ok_or_else(|| "must be one of mon … sun and holiday".to_owned())
        })
    });
    let months = object.nested("months", faults, |raw, path, faults| {
        read_set(raw, path, faults, |months: Months, raw| {
            let month = u8::try_from(whole(raw, 1, 12)?).ok();
            let with = month.and_then(|month| months.with(month));
            with.ok_or_else(|| "must be a month from 1 to 12".to_owned())
        })
    });
    object.finish(origin, faults);
    Some(Zone { price: price?, months, days, hours })
}

/// A list whose entries are put into a small set; it names one at least, or it would match never.
fn read_set<S: Copy + Default>(
    raw: &RawValue,
    path: &Path<'_>,
    faults: &mut Faults,
    with: impl Fn(S, &RawValue) -> Result<S, String>,
) -> Option<S> {
    let mut set = S::default();
    let mut entries = 0;
    list(raw, path, faults, MOST_ZONES, |raw, path, faults| {
        entries += 1;
        set = leaf(raw, path, faults, |raw| with(set, raw))?;
        Some(())
    })?;
    if entries == 0 {
        faults.add(path, "must name one at least");
    }
    (entries > 0).then_some(set)
}

fn read_factors(
    object: &mut Object<'_>,
    origin: Origin,
    faults: &mut Faults,
) -> Option<EmissionFactors> {
    let flat = object.optional("kgCo2ePerKwh", faults, per_kwh);
    let factors = object.nested("emissionFactors", faults, |raw, path, faults| {
        if flat.is_some() {
            faults.add(path, "must not stand beside kgCo2ePerKwh");
        }
        let mut rising = Rising::default();
        list(raw, path, faults, MOST_FACTORS, |raw, path, faults| {
            let factor = read_factor(raw, path, origin, faults)?;
            rising.check(factor.from, path, faults);
            Some(factor)
        })
    });
    factors.map(EmissionFactors::ByDate).or(flat.map(EmissionFactors::Flat))
}

fn read_factor(
    raw: &RawValue,
    path: &Path<'_>,
    origin: Origin,
    faults: &mut Faults,
) -> Option<EmissionFactor> {
    let mut object = Object::new(raw, path, "an emission factor", faults)?;
    let from = object.required("from", faults, date);
    let kg_co2e = object.required("kgCo2ePerKwh", faults, per_kwh);
    let source = object.optional("source", faults, |raw| told(raw, MOST_CHARACTERS, origin));
    object.finish(origin, faults);
    Some(EmissionFactor { from: from?, kg_co2e: kg_co2e?, source })
}
