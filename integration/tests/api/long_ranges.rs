//! Pages of more than 62 days: made from sums by month, and the same as from the reports.

use std::sync::Arc;

use roomwatt_api::Caller;
use roomwatt_cost::simulation::{Hotel, days};
use roomwatt_domain::{BusinessDate, Instant, Month, Profile, ReportSums, RoomId};
use roomwatt_embedded::Deployment;
use roomwatt_embedded::clock::ReplayClock;
use roomwatt_local::input::EventFile;
use roomwatt_local::replay::{Replay, Replayed};
use roomwatt_page::{HotelPage, Language};
use roomwatt_presentation::{Baseline, Range};
use roomwatt_store::{HotelDay, Store};

use crate::budgets::usual;
use crate::harbour::{get, router};

const FROM: &str = "2026-11-10";
const TO: &str = "2027-02-05";

fn date(text: &str) -> BusinessDate {
    BusinessDate::parse(text).unwrap()
}

fn now() -> Instant {
    Instant::parse("2027-02-12T12:00:00Z").unwrap()
}

/// A hundred days of four rooms. What one of them sent on two days comes last of all: on one of a
/// month that was summed up long before, and on one of the month that is not over.
async fn replayed() -> (Profile, Replayed) {
    let mut hotel = Hotel::new("winter", 4, 3, 12, 11);
    let profile = hotel.profile().unwrap();
    let (mut events, mut late) = (Vec::new(), Vec::new());
    for (place, day) in days(100).iter().enumerate() {
        let inventory = if place == 0 { hotel.inventory(day.window.start) } else { Vec::new() };
        for event in inventory.iter().chain(&hotel.day(day)) {
            let mut line = String::new();
            hotel.write_event(event, &mut line).unwrap();
            let is_late = ["2026-12-20", "2027-02-03"].contains(&day.date.to_string().as_str())
                && line.contains(r#""roomId":"102""#);
            if is_late { late.push(line) } else { events.push(line) }
        }
    }
    assert!(!late.is_empty());
    events.extend(late);
    let replayed = Replay::default().run(vec![profile.clone()], &EventFile::made_up(&events)).await;
    (profile, replayed.unwrap())
}

/// The page as it is where no month is summed up.
async fn from_reports(store: &Store, profile: &Profile, range: Range) -> String {
    let before = Baseline::default().of(range).unwrap();
    let hotel = &profile.hotel_id;
    let closed = store.close_state(hotel, now()).await.unwrap().unwrap().closed_through;
    let mut page = HotelPage::new(profile, range, before, Some(closed), Language::English);
    page.made_at(now());
    for date in range.dates() {
        let mut reports = store.reports(hotel, date, None, now());
        while let Some(stored) = reports.next().await.unwrap() {
            page.add(&stored.closed);
        }
    }
    let mut days = store.hotel_days(hotel, range.from, range.to, now());
    while let Some(day) = days.next().await.unwrap() {
        page.add_day(day.date, &day.sums());
    }
    let mut days = store.hotel_days(hotel, before.from, before.to, now());
    while let Some(day) = days.next().await.unwrap() {
        page.add_baseline(day.date, u32::try_from(day.rooms).unwrap(), &day.totals, &day.nights);
    }
    page.render().unwrap()
}

#[tokio::test]
async fn a_long_page_is_the_same_from_sums_and_from_reports() {
    let (profile, replayed) = replayed().await;
    let store = replayed.deployment().store();
    let range = Range { from: date(FROM), to: date(TO) };
    let summed = store.summed_months(&profile.hotel_id, range.from, range.to, now()).await.unwrap();
    let months: Vec<_> = summed.iter().map(Month::to_string).collect();
    assert_eq!(months, ["2026-11", "2026-12", "2027-01"]);
    let api = router(store.clone(), now(), Some(Caller::Owner));
    let page = get(&api, &format!("/hotels/winter/report.html?from={FROM}&to={TO}")).await;
    let expected = from_reports(store, &profile, range).await;
    // A week of the chart is marked: what the late events changed is in the sums.
    assert!(expected.contains("; revised"));
    assert_eq!(page.text(), expected);
}

/// Two years of a hotel of 300 rooms, and the rooms of the second: put into the table as closes do.
async fn large_hotel() -> Store {
    let clock = Arc::new(ReplayClock::at(now()));
    let store = Deployment::new(None, clock).await.unwrap().store().clone();
    let profile = Profile::parse(
        r#"{"hotelId":"large-1","timeZone":"Asia/Seoul","pricePerKwh":"143.5","kgCo2ePerKwh":"0.4173",
            "ratings":{"light":{"ON":12}}}"#,
    );
    let profile = profile.unwrap();
    let (hotel, calendar) = (&profile.hotel_id, &profile.calendar);
    store.put_profile(&profile, now()).await.unwrap();
    store.open_hotel(&profile, date("2026-12-31"), now()).await.unwrap();
    for (year, month) in (1..=12).flat_map(|month| [(2025, month), (2026, month)]) {
        let month = Month::of(date(&format!("{year}-{month:02}-01")));
        let mut of_room = ReportSums::default();
        let mut last = None;
        for day in month.dates(calendar).filter_map(|date| calendar.day(date)) {
            let closed = usual(&profile, &day);
            let mut totals = HotelDay::empty(day.date);
            for _ in 0..300 {
                totals += &closed.report;
            }
            store.put_hotel_day(hotel, &day, 1, &totals).await.unwrap();
            of_room += ReportSums::of(&closed);
            last = Some(day);
        }
        let last = last.unwrap();
        if year == 2026 {
            for number in 0..300 {
                let room = RoomId::new(&format!("{}", 1001 + number)).unwrap();
                store.put_room_month(hotel, &last, &room, None, &of_room).await.unwrap();
            }
            store.note_month(hotel, &last).await.unwrap();
        }
    }
    store
}

#[tokio::test]
async fn the_page_of_a_year_of_300_rooms_reads_at_most_200_units() {
    let apart = large_hotel().await.metered_apart();
    let api = router(apart.clone(), now(), Some(Caller::Owner));
    let page = get(&api, "/hotels/large-1/report.html?from=2026-01-01&to=2026-12-31").await;
    assert_eq!(page.status.as_u16(), 200);
    assert!(page.text().contains("365 of 365 days with reports"));
    let consumed = apart.meter().consumed();
    println!("a year of 300 rooms: {consumed:?}");
    assert!(consumed.read_units <= 200.0, "{consumed:?}");
}
