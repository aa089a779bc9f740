//! A year of ticks over hotels in every time zone: each date is closed exactly once, in order, at
//! the hotel's own midnight plus grace.
//!
//! Each hotel has a lamp with a counter. It is read once a week, and every three hours around the
//! days that are no 24 hours long or have no midnight, so that these midnights carry debts; all days
//! together come to what the counter shows.
//!
//! Zones whose days begin and end at the same instants all year are one to Roomwatt, and have one
//! hotel. Of those whose days are all usual, a few stand for the others, which differ only in when
//! their midnight is. `ROOMWATT_ZONES=all` opens a hotel in every zone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{
    BusinessCalendar, BusinessDate, Energy, HotelId, Instant, Millis, MilliwattHours, Profile,
    RoomId, Schedule,
};
use roomwatt_embedded::Deployment;
use roomwatt_embedded::clock::ReplayClock;
use roomwatt_embedded::deployment::{DEVICE_EVENTS, REJECTED_EVENTS, TICK};
use roomwatt_messaging::Clock;
use serde_json::{Value, json};
use tokio::runtime::Builder;

const BEGIN: &str = "2025-12-31T12:30:00Z";
const END: &str = "2027-01-02T12:30:00Z";

const DAY: Millis = 24 * HOUR;
/// Between two readings at usual times; a room that is heard no more often is not dormant.
const SELDOM: Millis = 7 * DAY;
/// And around unusual days: short enough for the counter to have measured the time between.
const OFTEN: Millis = 3 * HOUR;

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

/// One in so many zones without an unusual day is taken.
const USUAL_ZONES: usize = 6;

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
    let is_usual = |name: &String| !days(name).iter().any(|day| is_unusual(name, day));
    // In the order of their midnights.
    let (usual, mut zones): (Vec<_>, Vec<_>) = by_days.into_values().partition(is_usual);
    zones.extend(usual.into_iter().step_by(USUAL_ZONES));
    zones
}

/// Whether a day is no 24 hours long, or does not begin at midnight.
fn is_unusual(zone: &str, (_, start, end): &(BusinessDate, Instant, Instant)) -> bool {
    *end - *start != DAY || !begins_at_midnight(zone, *start)
}

fn begins_at_midnight(zone: &str, start: Instant) -> bool {
    let began = jiff::Timestamp::from_millisecond(start.as_millis()).expect("an instant");
    began.in_tz(zone).expect("a zone").time() == jiff::civil::Time::midnight()
}

/// When the counter of a zone's hotel is read, the first time as the lamp goes on.
fn readings(zone: &str) -> BTreeSet<Instant> {
    let (begin, end) = (instant(BEGIN), instant(END) - TICK);
    let every = |step: Millis| (0..).map(move |number| begin + number * step);
    let unusual: Vec<_> = days(zone).into_iter().filter(|day| is_unusual(zone, day)).collect();
    let is_near =
        |at: Instant| unusual.iter().any(|(_, start, end)| at >= *start - DAY && at <= *end + DAY);
    let seldom = every(SELDOM).take_while(|at| *at < end);
    let often = every(OFTEN).take_while(|at| *at < end).filter(|at| is_near(*at));
    seldom.chain(often).collect()
}

/// What the counter of a hotel's lamp stands at: it draws a little less than it is rated, or a
/// little more.
fn counter(hotel: usize, at: Instant) -> MilliwattHours {
    let draw = if hotel.is_multiple_of(2) { 11 } else { 13 };
    let used = (at - instant(BEGIN)).unsigned_abs() * draw / 3_600;
    MilliwattHours::new(48_123_917 + used)
}

fn event(hotel: usize, field: &str, value: &str, at: Instant) -> Value {
    json!({
        "eventId": "e", "hotelId": format!("h{hotel}"), "roomId": "1", "deviceId": "lamp-1",
        "deviceKind": "light", field: value, "occurredAt": at.to_string(),
    })
}

/// What was told of a hotel's closes: the date, and when.
type Closes = BTreeMap<String, Vec<(BusinessDate, Instant)>>;

/// Lets a year go by for some hotels; the hotel's number is its zone's place.
async fn year(zones: &[String]) -> Closes {
    let mut due: BTreeMap<Instant, Vec<Value>> = BTreeMap::new();
    for (hotel, zone) in zones.iter().enumerate() {
        for at in readings(zone) {
            let reading = event(hotel, "counterWh", &counter(hotel, at).to_string(), at);
            due.entry(at).or_default().push(reading);
        }
    }
    let clock = Arc::new(ReplayClock::at(instant(BEGIN)));
    let deployment = Deployment::new(None, Arc::clone(&clock) as Arc<dyn Clock>).await;
    let deployment = deployment.expect("a deployment");
    for (number, zone) in zones.iter().enumerate() {
        let hotel = format!("h{number}");
        deployment.store().put_profile(&profile(&hotel, zone), clock.now()).await.expect("a table");
        let on = event(number, "state", "ON", instant(BEGIN));
        deployment.queues().send(DEVICE_EVENTS, on.to_string(), [].into());
    }
    let mut closes = Closes::new();
    let mut tick = instant(BEGIN);
    while tick < instant(END) {
        clock.set(tick);
        while let Some(read) = due.first_entry()
            && *read.key() <= tick
        {
            let body = json!({ "events": read.remove() });
            deployment.queues().send(DEVICE_EVENTS, body.to_string(), [].into());
        }
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
    assert_eq!(deployment.queues().peek(REJECTED_EVENTS).len(), 0);
    for (hotel, zone) in zones.iter().enumerate() {
        let carried = assert_days_add_up_to_the_counter(&deployment, hotel, zone).await;
        let unusual = days(zone).iter().filter(|day| is_unusual(zone, day)).count();
        assert!(carried >= unusual, "{zone}: {carried} midnights of {unusual} carry a debt");
    }
    closes
}

/// All days together are what the counter went on by, and what the last one booked ahead of it. How
/// many of them ended with a debt.
async fn assert_days_add_up_to_the_counter(
    deployment: &Deployment,
    hotel: usize,
    zone: &str,
) -> usize {
    let id: HotelId = format!("h{hotel}").parse().expect("a name");
    let room: RoomId = "1".parse().expect("a name");
    let dates: Vec<_> = days(zone).into_iter().map(|day| day.0).collect();
    let reports = deployment.store().room_reports(&id, &room, dates.iter().copied(), instant(END));
    let reports = reports.await.expect("reports");
    assert_eq!(reports.len(), dates.len(), "{zone}");
    let counters = reports.iter().map(|report| {
        let closing = report.report.closing().devices;
        closing.values().find_map(|held| held.counter.as_deref().copied()).expect("a counter")
    });
    let counters: Vec<_> = counters.collect();
    let last = counters.last().expect("a day");
    let energy: Energy = reports.iter().map(|report| report.report.totals().energy).sum();
    let begin = counter(hotel, instant(BEGIN));
    let counted = Energy::measured(last.value) - Energy::measured(begin);
    assert_eq!(energy, counted + last.debt, "{zone}");
    counters.iter().filter(|counter| counter.debt > Energy::default()).count()
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
            if !begins_at_midnight(zone, *start) {
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
