//! What a call reads: the table's own answers.

use std::sync::Arc;

use roomwatt_api::Caller;
use roomwatt_domain::{
    BusinessDate, BusinessDay, ClosedReport, Device, History, Profile, RoomId, RoomReport,
    RoomStates, Signal, Transition,
};
use roomwatt_embedded::Deployment;
use roomwatt_embedded::clock::ReplayClock;
use roomwatt_store::{Consumed, HotelDay, Store, StoredReport};

use crate::harbour::{HOTEL, get, harbour, later, router};

/// What a call consumes besides finding its hotel: one round trip of at most one unit.
async fn reading(store: &Store, path: &str) -> Consumed {
    let apart = store.metered_apart();
    let api = router(apart.clone(), later(), Some(Caller::Owner));
    let answer = get(&api, path).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text());
    let consumed = apart.meter().consumed();
    assert!(consumed.write_units.abs() < f64::EPSILON);
    let hotel = Consumed { read_units: 1.0, requests: 1, ..Consumed::default() };
    consumed - hotel
}

#[tokio::test]
async fn every_call_of_the_demos_hotel_stays_within_its_budget() {
    let store = harbour().await.store();
    let month = "from=2026-10-02&to=2026-11-01";
    for (path, requests, units) in [
        (String::new(), 0, 0.0),
        (format!("/rooms/101/reports?{month}"), 1, 31.0),
        (format!("/reports?{month}&groupBy=hotel"), 1, 16.0),
        (format!("/reports?{month}&groupBy=date"), 1, 16.0),
        (
            format!("/compare?{month}&baselineFrom=2026-10-12&baselineTo=2026-10-21&groupBy=hotel"),
            2,
            32.0,
        ),
        (format!("/reports?{month}&groupBy=room"), 31, 31.0 * 12.0),
        (format!("/reports?{month}&groupBy=deviceKind"), 31, 31.0 * 12.0),
        (format!("/reports?{month}&limit=1000"), 31, 31.0 * 12.0),
        ("/reports?from=2026-10-13&to=2026-11-01&limit=12".to_owned(), 2, 13.0),
        (format!("/reports?{month}&rooms=101,102,103"), 1, 93.0),
        ("/rooms/101/history?date=2026-10-20".to_owned(), 2, 2.0),
        (format!("/rooms/101/report.html?{month}"), 1, 62.0),
        ("/rooms/101/report.html".to_owned(), 3, 40.0),
        ("/live".to_owned(), 2, 4.0),
        ("/live?rooms=101".to_owned(), 2, 2.0),
    ] {
        let consumed = reading(&store, &format!("{HOTEL}{path}")).await;
        assert!(consumed.requests <= requests, "{path}: {consumed:?}");
        assert!(consumed.read_units <= units, "{path}: {consumed:?}");
    }
}

#[tokio::test]
async fn the_list_of_hotels_is_one_request() {
    let harbour = harbour().await;
    let named = [("hotels", "harbour-house elsewhere"), ("scope", "reports:read")];
    let named = named.map(|(name, value)| (name.to_owned(), value.to_owned()));
    for caller in [Caller::Owner, Caller::bearer(&named.into())] {
        let store = harbour.store();
        let api = router(store.clone(), later(), Some(caller));
        let hotels = get(&api, "/hotels").await.found();
        assert_eq!(hotels["hotels"][0]["hotelId"], "harbour-house");
        let consumed = store.meter().consumed();
        assert_eq!((consumed.requests, consumed.read_units <= 1.0), (1, true), "{consumed:?}");
    }
}

/// A month of 300 rooms, with reports as they are of usual rooms, put into the table as a close
/// puts them.
pub(crate) async fn large_hotel() -> (Store, BusinessDate) {
    let clock = Arc::new(ReplayClock::at(later()));
    let store = Deployment::new(None, clock).await.unwrap().store().clone();
    let profile = Profile::parse(
        r#"{"hotelId":"large-1","timeZone":"Asia/Seoul","pricePerKwh":"143.5","ratings":{"light":{"ON":12}}}"#,
    )
    .unwrap();
    store.put_profile(&profile, later()).await.unwrap();
    let mut day = profile.calendar.day(BusinessDate::parse("2026-10-01").unwrap()).unwrap();
    let last = BusinessDate::parse("2026-10-31").unwrap();
    store.open_hotel(&profile, last, later()).await.unwrap();
    while day.date <= last {
        let report = usual(&profile, &day).report;
        for room in 0..300 {
            let room = RoomId::new(&format!("{}", 1001 + room)).unwrap();
            let closed = ClosedReport::first(room, day, report.clone(), day.window.end);
            let stored = StoredReport { closed, terms: 1, fence: 1, writes: 1, pending: false };
            store.put_report(&profile.hotel_id, &day, &stored).await.unwrap();
        }
        let mut sums = HotelDay::empty(day.date);
        for _ in 0..300 {
            sums += &report;
        }
        store.put_hotel_day(&profile.hotel_id, &day, 1, &sums).await.unwrap();
        day = profile.calendar.next(day.date);
    }
    (store, last)
}

/// Ten lamps that take turns.
pub(crate) fn usual(profile: &Profile, day: &BusinessDay) -> ClosedReport {
    let transitions = (0..100).map(|number: i64| {
        let id = format!("lamp-{}", number % 10).parse().unwrap();
        let lamp = Signal::Device(Device { id, kind: "light".parse().unwrap() });
        let state = if (number / 10) % 2 == 0 { "ON" } else { "OFF" };
        let at = day.window.start + number * 800_000;
        (lamp, Transition { at, state: state.parse().unwrap() })
    });
    let room = RoomId::new("1").unwrap();
    let (opening, history) = (RoomStates::default(), History::new(transitions));
    let report = RoomReport::fold(day.window, &opening, &history, &profile.terms(&room));
    ClosedReport::first(room, *day, report, day.window.end)
}

#[tokio::test]
async fn a_month_of_300_rooms_is_at_most_31_queries_bounded_by_what_is_stored() {
    let (store, _) = large_hotel().await;
    let stored = store.meter().consumed().write_units;
    let month = "from=2026-10-01&to=2026-10-31";
    let totals = reading(&store, &format!("/hotels/large-1/reports?{month}&groupBy=hotel")).await;
    assert!(totals.requests <= 1 && totals.read_units <= 16.0, "{totals:?}");
    for path in [
        format!("/reports?{month}&groupBy=room&limit=1000"),
        format!("/reports?{month}&groupBy=room&limit=300"),
        format!("/reports?{month}&groupBy=deviceKind"),
    ] {
        let consumed = reading(&store, &format!("/hotels/large-1{path}")).await;
        assert!(consumed.requests <= 31, "{path}: {consumed:?}");
        // Half a unit for 4 KB, and no more than what is stored, each partition rounded up.
        assert!(consumed.read_units <= stored / 8.0 + 31.0, "{consumed:?} of {stored} KB");
    }
    // A page reads no further than it shows.
    let page = reading(&store, &format!("/hotels/large-1/reports?{month}&limit=150")).await;
    assert!(page.requests <= 1 && page.read_units <= 151.0 / 8.0 * 2.0, "{page:?}");
    // The page of the first ten rooms by room reads eleven of each date.
    let page =
        reading(&store, &format!("/hotels/large-1/reports?{month}&groupBy=room&limit=10")).await;
    assert!(page.requests <= 31 && page.read_units <= 31.0 * 3.0, "{page:?}");
}
