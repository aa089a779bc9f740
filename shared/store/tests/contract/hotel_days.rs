//! Hotel-days: exact sums, fenced while a day is being closed, listed by date.

use roomwatt_domain::{BusinessDay, Charge, Energy, Occupancy, Quality, Totals, Waste};
use roomwatt_store::{FencedOutcome, HotelDay, ReviseOutcome, Store};

use crate::endpoint::{Table, all};
use crate::lakeside::{
    TODAY, added_up, closed, date, day, days, fold, hotel, hotel_named, lamp_on, now, revised,
    room, usual,
};

async fn put(store: &Store, day: &BusinessDay, attempt: u64, totals: &HotelDay) -> FencedOutcome {
    store.put_hotel_day(&hotel(), day, attempt, totals).await.unwrap()
}

async fn listed(store: &Store, from: &str, to: &str) -> Vec<HotelDay> {
    all(store.hotel_days(&hotel(), date(from), date(to), now())).await
}

/// The sums of a hotel of so many usual rooms.
fn usual_rooms(day: &BusinessDay, rooms: usize) -> HotelDay {
    let report = fold(&room("203"), day, &usual(day, 100));
    added_up(day.date, std::iter::repeat_n(&report, rooms))
}

/// Sums as large as stored numbers are exact: 38 digits.
pub(crate) fn enormous(day: &BusinessDay) -> HotelDay {
    let digits = 12_345_678_901_234_567_890_123_456_789_012_345_679_i128;
    let (energy, charge) = (Energy::from_exact, Charge::from_exact);
    HotelDay {
        date: day.date,
        rooms: u64::MAX,
        revision: 1,
        totals: Totals {
            usage: i64::MAX,
            waste: Waste { waste: i64::MAX - 1, waste_unsold: i64::MAX - 2, unsold: i64::MAX - 3 },
            assumed: i64::MAX - 4,
            unrated: i64::MAX - 5,
            energy: energy(99_999_999_999_999_999_999_999_999_999_999_999_999),
            waste_energy: energy(digits),
            waste_unsold_energy: energy(10_i128.pow(37)),
            unsold_energy: energy(10_i128.pow(37) + 1),
            assumed_energy: energy(digits - 1),
            cost: Some(charge(99_999_999_999_999_999_999_999_999_999_999_999_998)),
            waste_cost: Some(charge(0)),
            co2e: None,
            quality: Quality {
                missing_starts: u64::MAX,
                missing_ends: u64::MAX - 1,
                unconfirmed: i64::MAX,
            },
        },
        occupancy: Occupancy::from_cells([i64::MAX, 0, 1, 10, 100, 1000, i64::MAX - 7, 5, 40]),
    }
}

#[tokio::test]
async fn a_hotel_day_comes_back_as_it_was_added_up() {
    let (store, day) = (Table::new().await, day(TODAY));
    let totals = usual_rooms(&day, 300);
    assert_eq!(put(&store, &day, 1, &totals).await, FencedOutcome::Done);
    assert_eq!(listed(&store, TODAY, TODAY).await, [totals]);
}

#[tokio::test]
async fn a_hotel_day_of_nothing_comes_back_too() {
    let (store, day) = (Table::new().await, day(TODAY));
    let nothing = added_up(day.date, []);
    put(&store, &day, 1, &nothing).await;
    assert_eq!(listed(&store, TODAY, TODAY).await, [nothing]);
}

#[tokio::test]
async fn very_large_sums_are_exact_to_the_last_digit() {
    let (table, day) = (Table::new().await, day(TODAY));
    let enormous = enormous(&day);
    put(&table.store, &day, 1, &enormous).await;
    assert_eq!(listed(&table.store, TODAY, TODAY).await, [enormous]);
}

#[tokio::test]
async fn very_large_sums_stay_exact_when_a_report_is_revised() {
    let (table, day) = (Table::new().await, day(TODAY));
    let first = closed(&room("203"), &day, &[lamp_on(&day, 600)]);
    table.store.put_report(&hotel(), &day, &first).await.unwrap();
    let mut sums = added_up(day.date, [&first.closed.report]);
    let others = Energy::from_exact(99_999_999_999_999_999_999_000_000_000_000_000_001);
    sums.totals.energy += others;
    put(&table.store, &day, 1, &sums).await;

    let next = revised(&first, fold(&room("203"), &day, &[lamp_on(&day, 1)]), 2);
    let done = table.store.revise_report(&hotel(), &day, Some(&first), &next).await.unwrap();
    assert_eq!(done, ReviseOutcome::Revised);
    let mut expected = added_up(day.date, [&next.closed.report]);
    expected.totals.energy += others;
    let [found] = &listed(&table.store, TODAY, TODAY).await[..] else { panic!("it is one day") };
    assert_eq!(found, &HotelDay { revision: 2, ..expected });
}

#[tokio::test]
async fn a_hotel_day_by_an_older_attempt_is_refused() {
    let (store, day) = (Table::new().await, day(TODAY));
    let newer = usual_rooms(&day, 3);
    put(&store, &day, 10, &newer).await;
    for attempt in [9, 1] {
        let put = put(&store, &day, attempt, &usual_rooms(&day, 2)).await;
        assert_eq!(put, FencedOutcome::ClaimLost);
    }
    assert_eq!(listed(&store, TODAY, TODAY).await, [newer]);
}

#[tokio::test]
async fn the_same_attempt_may_put_its_hotel_day_again_and_a_newer_one_wins() {
    let (store, day) = (Table::new().await, day(TODAY));
    for (attempt, rooms) in [(9, 1), (9, 2), (10, 3), (100, 1)] {
        let totals = usual_rooms(&day, rooms);
        assert_eq!(put(&store, &day, attempt, &totals).await, FencedOutcome::Done);
        assert_eq!(listed(&store, TODAY, TODAY).await, [totals]);
    }
}

#[tokio::test]
async fn a_close_never_overwrites_a_hotel_day_that_was_revised() {
    let (store, day) = (Table::new().await, day(TODAY));
    let first = closed(&room("203"), &day, &[lamp_on(&day, 600)]);
    store.put_report(&hotel(), &day, &first).await.unwrap();
    put(&store, &day, 1, &added_up(day.date, [&first.closed.report])).await;
    let next = revised(&first, fold(&room("203"), &day, &[]), 2);
    store.revise_report(&hotel(), &day, Some(&first), &next).await.unwrap();

    let before = listed(&store, TODAY, TODAY).await;
    for attempt in [1, 2] {
        let put = put(&store, &day, attempt, &usual_rooms(&day, 2)).await;
        assert_eq!(put, FencedOutcome::ClaimLost);
    }
    assert_eq!(listed(&store, TODAY, TODAY).await, before);
}

#[tokio::test]
async fn a_close_never_overwrites_a_hotel_day_that_a_late_event_opened() {
    let (store, day) = (Table::new().await, day(TODAY));
    let opened = closed(&room("203"), &day, &[lamp_on(&day, 600)]);
    store.revise_report(&hotel(), &day, None, &opened).await.unwrap();
    assert_eq!(put(&store, &day, 5, &usual_rooms(&day, 2)).await, FencedOutcome::ClaimLost);
    let expected = added_up(day.date, [&opened.closed.report]);
    assert_eq!(listed(&store, TODAY, TODAY).await, [expected]);
}

#[tokio::test]
async fn a_range_of_days_holds_its_first_and_its_last() {
    let (table, days) = (Table::new().await, days("2036-02-25", 40));
    let totals: Vec<_> = days.iter().zip(1..).map(|(day, n)| usual_rooms(day, n)).collect();
    for (day, totals) in days.iter().zip(&totals).rev() {
        put(&table.store, day, 1, totals).await;
        let elsewhere = usual_rooms(day, 50);
        let put = table.store.put_hotel_day(&hotel_named("lakeside-10"), day, 1, &elsewhere).await;
        assert_eq!(put.unwrap(), FencedOutcome::Done);
    }
    // The hotel's other records lie in the same partition.
    table.store.put_profile(&crate::lakeside::profile(), now()).await.unwrap();

    let store = &table.store;
    assert_eq!(listed(store, "2036-02-28", "2036-03-02").await, totals[3..7]);
    assert_eq!(listed(store, "2036-02-25", "2036-02-25").await, totals[..1]);
    assert_eq!(listed(store, "2036-01-01", "2036-12-31").await, totals);
    assert_eq!(listed(store, "0001-01-01", "9998-12-31").await, totals);
    assert_eq!(listed(store, "2036-05-01", "2036-05-31").await, []);
    assert_eq!(listed(store, "2036-02-01", "2036-02-24").await, []);
}
