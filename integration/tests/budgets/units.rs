//! What Roomwatt may consume: the engine's own answers, summed over whole runs.

use roomwatt_domain::{Instant, Profile};
use roomwatt_embedded::Deployment;
use roomwatt_embedded::clock::ReplayClock;
use roomwatt_local::input::EventFile;
use roomwatt_local::replay::{Batches, Replay, Replayed, Summary};
use std::sync::Arc;

const ROOMS: u32 = 10;
const DAYS: u32 = 4;
/// Transitions of a room on a day.
const TRANSITIONS: u32 = 100;
/// Write units of a hotel's first event, once for all: a transaction of two records, and the index.
const OPENING: f64 = 5.0;
/// Read units of what is told of a hotel's day, however many rooms it has: five findings of up to 15
/// reports each, and the few days in which their devices became active.
const TOLD: f64 = 60.0;

fn hotel() -> Profile {
    let json = r#"{"hotelId":"h1","timeZone":"Asia/Seoul","ratings":{"light":{"ON":12}}}"#;
    Profile::parse(json).expect("a profile")
}

/// Every room has four devices and a sensor that take turns, spread over the day, none late.
fn events(rooms: u32, days: u32, transitions: u32) -> Vec<String> {
    let first = Instant::parse("2026-11-02T00:00:00+09:00").expect("an instant").as_millis();
    let spacing = 86_400_000 / i64::from(transitions);
    let mut events = Vec::new();
    for number in 0..i64::from(days * transitions) {
        for room in 0..i64::from(rooms) {
            let at = Instant::from_millis(first + number * spacing + room * 7_919);
            let round = (number / 5) % 2 == 0;
            let (id, kind, state) = match number % 5 {
                0 => ("pir-1", "presence", if round { "OCCUPIED" } else { "VACANT" }),
                1 => ("lamp-1", "light", if round { "ON" } else { "OFF" }),
                2 => ("lamp-2", "light", if round { "ON" } else { "OFF" }),
                3 => ("hvac", "thermostat", if round { "HEAT" } else { "OFF" }),
                _ => ("tv", "tv", if round { "ON" } else { "OFF" }),
            };
            events.push(format!(
                r#"{{"eventId":"e","hotelId":"h1","roomId":"{}","deviceId":"{id}","deviceKind":"{kind}","state":"{state}","occurredAt":"{at}"}}"#,
                101 + room
            ));
        }
    }
    events
}

/// Batches as AWS would bill them.
pub(crate) fn as_billed() -> Replay {
    Replay { batches: Batches::AsBilled, ..Replay::default() }
}

async fn replayed() -> (Replayed, Summary) {
    let file = EventFile::made_up(&events(ROOMS, DAYS, TRANSITIONS));
    let replayed = as_billed().run(vec![hotel()], &file).await.expect("a replay");
    let summary = replayed.write_reports(&mut std::io::sink()).await.expect("reports");
    (replayed, summary)
}

#[tokio::test]
async fn a_hotel_of_usual_rooms_stays_within_every_budget() {
    let (replayed, summary) = replayed().await;
    let deployment = replayed.deployment();
    let events = ROOMS * DAYS * TRANSITIONS;
    let room_days = ROOMS * DAYS;
    // The last day is closed after its last event, so nothing is revised; the day before the first
    // has no report.
    assert_eq!((summary.events, summary.reports), (events as usize, room_days as usize));
    assert_eq!((summary.applied, summary.revised), (events as usize, 0));

    // Ingest: one unit for all events of a room-day in an invocation, and nothing refused. What is
    // read is the hotel's profile, twice to open it and once in half an hour by either function.
    assert_eq!(summary.ingest.refused_conditions, 0);
    assert!(summary.ingest.write_units <= f64::from(events) + OPENING, "{:?}", summary.ingest);
    assert!(summary.ingest.read_units <= 4.0 + f64::from(DAYS * 48) * 0.5, "{:?}", summary.ingest);

    // Close: by room-day, the hotel's own share of each day included.
    let room_days = f64::from(room_days);
    assert!(summary.close.write_units <= 5.0 * room_days, "{:?}", summary.close);
    assert!(summary.close.read_units <= 2.0 * room_days, "{:?}", summary.close);
    assert!(summary.tell.read_units <= f64::from(DAYS) * TOLD, "{:?}", summary.tell);
    assert!(summary.tell.write_units.abs() < f64::EPSILON);
    assert_eq!(summary.close.refused_conditions, 0);
    assert_eq!(summary.revise.requests, 0);

    // The schedule: at most one unit a tick.
    assert!(
        summary.schedule.read_units
            <= f64::from(u32::try_from(summary.schedule.requests).expect("few ticks"))
    );
    assert!(summary.schedule.write_units.abs() < f64::EPSILON);

    // Readers.
    let (store, hotel) = (deployment.store().metered_apart(), hotel());
    let dates = |from: i8| {
        let first = jiff::civil::date(2026, 10, from);
        first
            .series(jiff::ToSpan::days(1))
            .take(31)
            .map(|date| roomwatt_domain::BusinessDate::new(date).expect("a date"))
    };
    let room = "101".parse().expect("a room");
    let reports =
        store.room_reports(&hotel.hotel_id, &room, dates(10), Instant::from_millis(0)).await;
    assert_eq!(reports.expect("reports").len(), DAYS as usize);
    let read = store.meter().consumed();
    assert_eq!(read.requests, 1);
    assert!(read.read_units <= 31.0, "{read:?}");

    let store = store.metered_apart();
    let (first, last) = (dates(10).next().expect("a date"), dates(10).last().expect("a date"));
    let mut days = store.hotel_days(&hotel.hotel_id, first, last, Instant::from_millis(0));
    let mut rooms = 0;
    while let Some(day) = days.next().await.expect("a hotel-day") {
        rooms += day.rooms;
    }
    let read = store.meter().consumed();
    assert_eq!((rooms, read.requests), (u64::from(ROOMS * DAYS), 1));
    assert!(read.read_units <= 16.0, "{read:?}");
}

/// A sensor that never rests makes its room dearer by the event, but no more than this.
#[tokio::test]
async fn an_event_of_a_busy_room_stays_within_one_and_a_half_units() {
    for (transitions, most) in [(100, 1.0), (2_000, 1.5), (5_000, 1.5)] {
        let file = EventFile::made_up(&events(2, 1, transitions));
        let replayed = as_billed().run(vec![hotel()], &file).await.expect("a replay");
        let ingest = replayed.deployment().consumed_by_ingest();
        let of_events = (ingest.write_units - OPENING) / f64::from(2 * transitions);
        assert!(of_events <= most, "{transitions} transitions: {of_events} units each");
        assert_eq!(ingest.refused_conditions, 0);
    }
}

#[tokio::test]
async fn many_events_of_a_room_day_in_one_batch_are_one_write_unit() {
    let events: Vec<_> = (0..100).map(|second| format!(
        r#"{{"eventId":"e","hotelId":"h1","roomId":"101","deviceId":"lamp-1","deviceKind":"light","state":"{}","occurredAt":"2026-11-20T10:00:{:02}.{:03}+09:00"}}"#,
        if second % 2 == 0 { "ON" } else { "OFF" }, second / 2, second
    )).collect();
    let packed = format!(r#"{{"events":[{}]}}"#, events.join(","));
    let lines: Vec<_> = [&events[0], &packed].map(Clone::clone).into();
    let file = EventFile::made_up(&lines);
    let replayed = as_billed().run(vec![hotel()], &file).await.expect("a replay");
    let consumed = replayed.deployment().consumed_by_ingest();
    assert!((consumed.write_units - OPENING - 1.0).abs() < f64::EPSILON, "{consumed:?}");
    assert_eq!(consumed.refused_conditions, 0);
}

#[tokio::test]
async fn a_tick_with_nothing_due_reads_at_most_one_unit() {
    let clock = Arc::new(ReplayClock::at(Instant::from_millis(1_800_000_000_000)));
    let deployment = Deployment::new(None, clock).await.expect("a deployment");
    deployment.tick().await.expect("a tick");
    let consumed = deployment.consumed_by_schedule();
    assert_eq!(consumed.requests, 2);
    assert!(
        consumed.read_units <= 1.0 && consumed.write_units.abs() < f64::EPSILON,
        "{consumed:?}"
    );
}
