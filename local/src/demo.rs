//! The demo: a made-up hotel, three weeks of events, and the report that comes out.

use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};
use roomwatt_domain::Profile;
use roomwatt_domain::profile::InvalidProfile;
use serde_json::json;

/// How many rooms the made-up hotel has.
const ROOMS: u32 = 12;
/// How many days of events.
const DAYS: i64 = 21;

/// The made-up hotel.
///
/// # Errors
/// None, as long as the profile in here keeps the rules.
pub fn hotel() -> Result<Profile, InvalidProfile> {
    Profile::parse(
        &json!({
            "hotelId": "harbour-house",
            "name": "Harbour House (made up)",
            "timeZone": "Europe/Lisbon",
            "currency": "EUR",
            "pricePerKwh": "0.1634",
            "kgCo2ePerKwh": "0.125",
            "vacancyDelayMinutes": 10,
            "confirmWithinHours": {"light": 12},
            "ratings": {
                "light": {"ON": 12},
                "thermostat": {"COOL": 900, "HEAT": 1200, "FAN": 40},
                "tv": {"ON": 110, "STANDBY": "0.5"},
            },
            "deviceRatings": {"101": {"lamp-1": {"ON": 60}}},
        })
        .to_string(),
    )
}

/// Something that happens in the made-up hotel.
struct Happening {
    at: DateTime,
    room: u32,
    /// Device and kind; none for the stay.
    device: Option<(&'static str, &'static str)>,
    state: &'static str,
}

/// The events of the made-up hotel as lines, in the order of their arrival: some are late, some
/// are lost, some come twice. The same every time. The clocks go back within the three weeks.
pub fn events() -> Vec<String> {
    let mut random = fastrand::Rng::with_seed(1887);
    let mut happenings = Vec::new();
    for room in 101..101 + ROOMS {
        let mut day = 0;
        while day < DAYS {
            let nights = random.i64(1..=4).min(DAYS - day);
            if random.u32(..100) < 70 {
                stay(&mut random, room, day, nights, &mut happenings);
            } else {
                clean(&mut random, room, day, &mut happenings);
            }
            day += nights;
        }
    }
    happenings.sort_by_key(|happening| (happening.at, happening.room));
    arrive(&mut random, &happenings)
}

fn moment(day: i64, minutes: i64) -> DateTime {
    date(2026, 10, 12).at(0, 0, 0, 0).saturating_add(day.days()).saturating_add(minutes.minutes())
}

/// A guest's stay: in the afternoon to late in the morning, out during the day.
fn stay(
    random: &mut fastrand::Rng,
    room: u32,
    day: i64,
    nights: i64,
    happenings: &mut Vec<Happening>,
) {
    let mut happens = |day, minutes, device, state| {
        happenings.push(Happening { at: moment(day, minutes), room, device, state });
    };
    let forgetful = random.u32(..100) < 40;
    let arrival = 14 * 60 + random.i64(0..300);
    happens(day, arrival, None, "CHECKED_IN");
    let mut back = arrival + 2;
    for night in day..day + nights {
        happens(night, back, PIR, "OCCUPIED");
        happens(night, back + 1, LAMP, "ON");
        happens(night, back + 3, THERMOSTAT, if random.bool() { "COOL" } else { "HEAT" });
        let evening = (back + 60).max(19 * 60) + random.i64(0..60);
        happens(night, evening, TV, "ON");
        happens(night, evening + 30, BEDSIDE, "ON");
        happens(night, evening + 120, TV, "STANDBY");
        happens(night, evening + 130, LAMP, "OFF");
        happens(night, evening + 150, BEDSIDE, "OFF");
        let leaves = 8 * 60 + random.i64(0..120);
        happens(night + 1, leaves - 40, LAMP, "ON");
        happens(night + 1, leaves, PIR, "VACANT");
        if !forgetful {
            happens(night + 1, leaves - 1, LAMP, "OFF");
            happens(night + 1, leaves - 1, THERMOSTAT, "OFF");
        }
        back = 16 * 60 + random.i64(0..180);
    }
    let departure = 10 * 60 + random.i64(0..90);
    happens(day + nights, departure, None, "CHECKED_OUT");
    happens(day + nights, departure + 60, PIR, "OCCUPIED");
    happens(day + nights, departure + 85, PIR, "VACANT");
    happens(day + nights, departure + 86, LAMP, "OFF");
    if random.u32(..100) < 60 {
        happens(day + nights, departure + 87, THERMOSTAT, "OFF");
    }
}

/// A room that is not sold, and is looked after once.
fn clean(random: &mut fastrand::Rng, room: u32, day: i64, happenings: &mut Vec<Happening>) {
    let comes = 11 * 60 + random.i64(0..180);
    for (after, device, state) in
        [(0, PIR, "OCCUPIED"), (1, LAMP, "ON"), (24, LAMP, "OFF"), (25, PIR, "VACANT")]
    {
        happenings.push(Happening { at: moment(day, comes + after), room, device, state });
    }
}

const PIR: Option<(&str, &str)> = Some(("pir-1", "presence"));
const LAMP: Option<(&str, &str)> = Some(("lamp-1", "light"));
const BEDSIDE: Option<(&str, &str)> = Some(("lamp-2", "light"));
const THERMOSTAT: Option<(&str, &str)> = Some(("hvac", "thermostat"));
const TV: Option<(&str, &str)> = Some(("tv", "tv"));

/// Writes happenings as events, and lets the network do what networks do.
fn arrive(random: &mut fastrand::Rng, happenings: &[Happening]) -> Vec<String> {
    let zone = TimeZone::get("Europe/Lisbon").unwrap_or(TimeZone::UTC);
    let mut arriving = Vec::new();
    for (number, happening) in happenings.iter().enumerate() {
        let Ok(at) = happening.at.to_zoned(zone.clone()) else { continue };
        let mut event = json!({
            "eventId": format!("demo-{number}"),
            "hotelId": "harbour-house",
            "roomId": happening.room.to_string(),
            "state": happening.state,
            "occurredAt": at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        });
        if let Some((device, kind)) = happening.device {
            event["deviceId"] = device.into();
            event["deviceKind"] = kind.into();
        }
        let late = match random.u32(..1000) {
            0..5 => SignedDuration::from_hours(random.i64(12..60)),
            5..50 => SignedDuration::from_mins(random.i64(2..50)),
            _ => SignedDuration::from_secs(random.i64(0..20)),
        };
        // One in two hundred is lost.
        if random.u32(..200) > 0 {
            arriving.push((at.timestamp() + late, event.to_string()));
        }
        if random.u32(..100) == 0 {
            arriving.push((at.timestamp() + late * 2, event.to_string()));
        }
    }
    arriving.sort();
    arriving.into_iter().map(|(_, event)| event).collect()
}
