//! A year of ticks over hotels in every time zone: each date is closed exactly once, in order, at
//! the hotel's own midnight plus grace.
//!
//! Zones whose days begin and end at the same instants all year are one to Roomwatt, and have one
//! hotel; `ROOMWATT_ZONES=all` opens one in each of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{BusinessCalendar, BusinessDate, Instant, Millis, Profile, Schedule};
use roomwatt_embedded::Deployment;
use roomwatt_embedded::clock::ReplayClock;
use roomwatt_embedded::deployment::{DEVICE_EVENTS, TICK};
use roomwatt_messaging::Clock;
use serde_json::{Value, json};
use tokio::runtime::Builder;

const BEGIN: &str = "2025-12-31T12:30:00Z";
const END: &str = "2027-01-02T12:30:00Z";

/// How long after a tick its messages wait for the function at most.
const WINDOW: Millis = 60_000;

fn instant(text: &str) -> Instant {
    Instant::parse(text).expect("an instant")
}

fn calendar(zone: &str) -> BusinessCalendar {
    profile("any", zone).calendar
}

fn profile(hotel: &str, zone: &str) -> Profile {
    let profile = json!({"hotelId": hotel, "timeZone": zone, "ratings": {"light": {"ON": 12}}});
    Profile::parse(&profile.to_string()).expect("a zone")
}

/// The days that are due between begin and end.
fn days(zone: &str) -> Vec<(BusinessDate, Instant, Instant)> {
    let calendar = calendar(zone);
    let mut day = calendar.day_of(instant(BEGIN));
    let mut days = Vec::new();
    while Schedule::default().due_at(&day) + TICK < instant(END) {
        days.push((day.date, day.window.start, day.window.end));
        day = calendar.next(day.date);
    }
    days
}

/// Zones by the days that they have; a name for each.
fn zones() -> Vec<String> {
    #[expect(clippy::disallowed_methods, reason = "how much is run is chosen by a person")]
    let all = std::env::var("ROOMWATT_ZONES").is_ok_and(|zones| zones == "all");
    let names = jiff::tz::db().available().map(|name| name.to_string());
    // Names that are no places (`UTC`, `Etc/GMT+5`) are left out: no hotel is there.
    let names = names.filter(|name| name.contains('/') && !name.starts_with("Etc/"));
    if all {
        return names.collect();
    }
    let by_days: BTreeMap<_, _> = names.map(|name| (days(&name), name)).collect();
    by_days.into_values().collect()
}

/// What was told of a hotel's closes: the date, and when.
type Closes = BTreeMap<String, Vec<(BusinessDate, Instant)>>;

/// Lets a year go by for some hotels; the hotel's number is its zone's place.
async fn year(zones: &[String]) -> Closes {
    let clock = Arc::new(ReplayClock::at(instant(BEGIN)));
    let deployment = Deployment::new(None, Arc::clone(&clock) as Arc<dyn Clock>).await;
    let deployment = deployment.expect("a deployment");
    for (number, zone) in zones.iter().enumerate() {
        let hotel = format!("h{number}");
        deployment.store().put_profile(&profile(&hotel, zone), clock.now()).await.expect("a table");
        let event = json!({
            "eventId": "e", "hotelId": hotel, "roomId": "1", "deviceId": "lamp-1",
            "deviceKind": "light", "state": "ON", "occurredAt": BEGIN,
        });
        deployment.queues().send(DEVICE_EVENTS, event.to_string(), [].into());
    }
    let mut closes = Closes::new();
    let mut tick = instant(BEGIN);
    while tick < instant(END) {
        clock.set(tick);
        deployment.tick().await.expect("a tick");
        deployment.deliver().await;
        while let Some(wake) = deployment.next_wake() {
            clock.set(wake.max(clock.now()));
            deployment.deliver().await;
        }
        for told in deployment.aws().take_told() {
            assert_eq!(told.detail_type, "HotelDayClosed");
            let detail: Value = serde_json::from_str(&told.detail).expect("JSON");
            let field = |name: &str| detail[name].as_str().expect("a text").to_owned();
            assert_eq!((&detail["rooms"], &detail["revision"]), (&json!(1), &json!(1)));
            let date = BusinessDate::parse(&field("date")).expect("a date");
            closes.entry(field("hotelId")).or_default().push((date, clock.now()));
        }
        tick = tick + TICK;
    }
    closes
}

#[test]
fn every_zone_closes_each_date_once_at_its_own_midnight() {
    let zones = zones();
    let half = zones.len().div_ceil(2);
    let closes: Vec<Closes> = std::thread::scope(|scope| {
        let years: Vec<_> = zones
            .chunks(half)
            .map(|zones| {
                scope.spawn(move || {
                    let runtime = Builder::new_current_thread().enable_time().build();
                    runtime.expect("a runtime").block_on(year(zones))
                })
            })
            .collect();
        years.into_iter().map(|year| year.join().expect("no panic")).collect()
    });
    let mut lengths: BTreeMap<Millis, usize> = BTreeMap::new();
    let mut without_midnight = BTreeSet::new();
    let mut count = 0;
    for (number, zone) in zones.iter().enumerate() {
        let told = &closes[number / half][&format!("h{}", number % half)];
        let days = days(zone);
        let dates =
            |days: &[(BusinessDate, Instant)]| days.iter().map(|day| day.0).collect::<Vec<_>>();
        assert_eq!(dates(told), days.iter().map(|day| day.0).collect::<Vec<_>>(), "{zone}");
        for ((date, start, end), (_, at)) in days.iter().zip(told) {
            let due = *end + Schedule::default().grace;
            assert!(*at >= due && *at <= due + TICK + WINDOW, "{zone} {date} was closed at {at}");
            *lengths.entry(*end - *start).or_default() += 1;
            let began = jiff::Timestamp::from_millisecond(start.as_millis()).expect("an instant");
            if began.in_tz(zone).expect("a zone").time() != jiff::civil::Time::midnight() {
                without_midnight.insert((zone, *date));
            }
        }
        count += days.len();
    }
    println!(
        "{} zones, {count} days closed, lengths {lengths:?}, without a midnight {without_midnight:?}",
        zones.len()
    );
    assert!(lengths[&(23 * HOUR)] > 0 && lengths[&(25 * HOUR)] > 0);
    assert!(!without_midnight.is_empty());
}
