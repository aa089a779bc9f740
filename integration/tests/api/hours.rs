//! A day of a hotel's page hour by hour: as long as its history tells the same as its reports.

use axum::Router;
use roomwatt_api::Caller;
use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{BusinessDate, Device, Fact, Instant, Profile, Signal, Transition};
use roomwatt_embedded::Deployment;
use roomwatt_local::input::EventFile;
use roomwatt_local::replay::Replay;
use roomwatt_store::{AddOutcome, Consumed, Seal};

use crate::harbour::{HOTEL, get, harbour, later, router};

/// What the page of a date tells of each hour: from when to when, and the kilowatt-hours used.
async fn hours(api: &Router, date: &str) -> Vec<(String, f64)> {
    let page = get(api, &format!("{HOTEL}/report.html?from={date}&to={date}")).await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.text());
    let bars = page.text().split("<title>").filter_map(|bar| bar.split_once(": "));
    let bars = bars.filter(|(when, _)| when.contains(":00–"));
    bars.map(|(when, rest)| {
        let (used, _) = rest.split_once("\u{a0}kWh used, ").unwrap();
        (when.trim().to_owned(), used.parse().unwrap())
    })
    .collect()
}

#[tokio::test]
async fn the_hours_of_a_day_are_those_of_its_clock_and_add_up_to_it() {
    let api = harbour().await.api();
    // The clocks went back on the first of these days.
    for (date, count) in [("2026-10-25", 25), ("2026-10-26", 24)] {
        let hours = hours(&api, date).await;
        assert_eq!(hours.len(), count, "{hours:?}");
        assert_eq!((&*hours[0].0, &*hours[count - 1].0), ("00:00–01:00", "23:00–00:00"));
        assert_eq!(hours[count - 23].0, "01:00–02:00");
        let day = format!("{HOTEL}/reports?from={date}&to={date}&groupBy=hotel");
        let day = get(&api, &day).await.found();
        let energy = day["groups"][0]["totals"]["energyWh"].as_f64().unwrap() / 1000.0;
        let sum: f64 = hours.iter().map(|(_, used)| used).sum();
        // Each hour is shown rounded.
        assert!((sum - energy).abs() < 0.005 * 25.0, "{sum} {energy}");
    }
}

#[tokio::test]
async fn a_day_was_closed_with_the_terms_of_its_time() {
    let replayed = replayed().await;
    let store = replayed.store();
    let api = |now| router(store.clone(), now, Some(Caller::Owner));
    let before = hours(&api(later()), LAST).await;
    assert_eq!(before.len(), 24);
    let dearer = r#"{"hotelId":"harbour-house","timeZone":"UTC","ratings":{"light":{"ON":5000}}}"#;
    store.put_profile(&Profile::parse(dearer).unwrap(), later()).await.unwrap();
    assert_eq!(hours(&api(later()), LAST).await, before);
}

#[tokio::test]
async fn without_its_history_or_with_another_a_day_has_no_hours() {
    let replayed = replayed().await;
    let store = replayed.store();
    let api = |now| router(store.clone(), now, Some(Caller::Owner));
    assert_eq!(hours(&api(later()), LAST).await.len(), 24);
    assert_eq!(hours(&api(much_later()), LAST).await, []);
    // A late event is there, and nobody has revised the report yet.
    let profile = Profile::parse(PROFILE).unwrap();
    let day = profile.calendar.day(BusinessDate::parse(LAST).unwrap()).unwrap();
    let lamp = Device { id: "lamp".parse().unwrap(), kind: "light".parse().unwrap() };
    let lamp = Signal::Device(lamp);
    let at = Instant::parse("2026-11-01T09:00:00Z").unwrap();
    let off = Fact::State(lamp, Transition { at, state: "OFF".parse().unwrap() });
    let room = "7".parse().unwrap();
    let added = store.add(&profile.hotel_id, &day, &room, [&off], Seal::Pass).await.unwrap();
    assert_eq!(added, AddOutcome::Added);
    assert_eq!(hours(&api(later()), LAST).await, []);
}

/// Reports of the day and of the one before, and its summaries: each partition is read once.
#[tokio::test]
async fn a_days_page_reads_two_partitions_more() {
    let store = harbour().await.store();
    let consumed = |path: String, now| {
        let apart = store.metered_apart();
        async move {
            get(&router(apart.clone(), now, Some(Caller::Owner)), &path).await;
            apart.meter().consumed()
        }
    };
    let path = format!("{HOTEL}/report.html?from=2026-10-26&to=2026-10-26");
    let with = consumed(path.clone(), later()).await;
    let without = consumed(path, much_later()).await;
    let more: Consumed = with - without;
    assert_eq!((more.requests, more.write_units), (3, 0.0), "{more:?}");
    assert!(more.read_units <= 6.0, "{more:?}");
}

/// When reports are kept, and histories are not: what is embedded keeps both for 200 years more.
fn much_later() -> Instant {
    later() + (200 * 365 + 150) * 24 * HOUR
}

const PROFILE: &str =
    r#"{"hotelId":"harbour-house","timeZone":"UTC","ratings":{"light":{"ON":60}}}"#;
/// The last day of it.
const LAST: &str = "2026-11-01";

/// A lamp that was on from one day to the next.
async fn replayed() -> Deployment {
    let lamp = |state: &str, at: &str| {
        format!(
            r#"{{"eventId":"1","hotelId":"harbour-house","roomId":"7","deviceId":"lamp","deviceKind":"light","state":"{state}","occurredAt":"{at}"}}"#
        )
    };
    let events = [lamp("ON", "2026-10-31T20:00:00Z"), lamp("OFF", "2026-11-01T10:30:00Z")];
    let profile = Profile::parse(PROFILE).unwrap();
    let replayed = Replay::default().run(vec![profile], &EventFile::made_up(&events)).await;
    replayed.unwrap().into_parts().0
}
