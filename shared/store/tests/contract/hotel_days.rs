//! Hotel-days: exact sums, fenced while a day is being closed, listed by date.

use roomwatt_domain::instant::HOUR;
use roomwatt_domain::totals::{ConfirmedWaste, MeasuredTotals};
use roomwatt_domain::{
    BusinessDay, Charge, Energy, Fact, NightSums, Nights, Occupancy, Quality, RoomReport, Signal,
    Totals, Waste,
};
use roomwatt_store::{CorrectOutcome, FencedOutcome, HotelDay, ReviseOutcome, Store};

use crate::endpoint::{Table, all};
use crate::lakeside::{
    TODAY, added_up, closed, closed_by, counter, date, day, days, fold, fold_by, hotel,
    hotel_named, lamp, lamp_on, named, now, profile_in_time, profile_with, quarterly, revised,
    room, sensor, told, usual,
};

async fn put(store: &Store, day: &BusinessDay, attempt: u64, totals: &HotelDay) -> FencedOutcome {
    store.put_hotel_day(&hotel(), day, attempt, totals).await.unwrap()
}

async fn listed(store: &Store, from: &str, to: &str) -> Vec<HotelDay> {
    all(store.hotel_days(&hotel(), date(from), date(to), now())).await
}

/// The sums of a hotel of so many usual rooms.
pub(crate) fn usual_rooms(day: &BusinessDay, rooms: usize) -> HotelDay {
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
            assumed_waste: i64::MAX - 6,
            unrated: i64::MAX - 5,
            energy: energy(99_999_999_999_999_999_999_999_999_999_999_999_999),
            waste_energy: energy(digits),
            waste_unsold_energy: energy(10_i128.pow(37)),
            unsold_energy: energy(10_i128.pow(37) + 1),
            assumed_energy: energy(digits - 1),
            assumed_waste_energy: energy(digits - 2),
            cost: Some(charge(99_999_999_999_999_999_999_999_999_999_999_999_998)),
            waste_cost: Some(charge(0)),
            assumed_waste_cost: Some(charge(digits - 3)),
            co2e: Some(charge(digits - 4)),
            unpriced: Some(energy(digits - 5)),
            measured: Some(MeasuredTotals {
                usage: i64::MAX - 8,
                energy: energy(digits - 6),
                standby: energy(digits - 7),
                unplaced: energy(digits - 8),
            }),
            quality: Quality {
                missing_starts: u64::MAX,
                missing_ends: u64::MAX - 1,
                unconfirmed: i64::MAX,
            },
        },
        occupancy: Occupancy::from_cells([i64::MAX, 0, 1, 10, 100, 1000, i64::MAX - 7, 5, 40]),
        nights: NightSums {
            nights: Nights { sold: u64::MAX - 2, unsold: u64::MAX - 3, unknown: u64::MAX - 4 },
            sold_energy: energy(digits - 9),
            unsold_energy: energy(digits - 10),
            sold_priced: u64::MAX - 5,
            sold_emitting: u64::MAX - 6,
        },
        confirmed_waste: [11, 12, 13].map(|less| ConfirmedWaste {
            energy: energy(digits - less),
            cost: Some(charge(digits - 10 * less)),
        }),
        measured_rooms: u64::MAX,
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

/// The reports of a day with every figure: nights of each sort, waste confirmed and assumed,
/// readings, prices that change, and a time before the first of them.
fn every_figure(day: &BusinessDay) -> Vec<RoomReport> {
    let stay = |state| vec![told(day, Signal::Stay, state, 0)];
    let rooms = [
        [stay("CHECKED_IN"), usual(day, 100)].concat(),
        [stay("CHECKED_OUT"), vec![lamp_on(day, 3)]].concat(),
        vec![lamp_on(day, 3), told(day, sensor("pir-1"), "VACANT", 0)],
        [usual(day, 60), quarterly(day)].concat(),
        vec![lamp_on(day, 3), told(day, lamp(), "OFF", 20 * HOUR)],
    ];
    let later = profile_with(
        r#", "pricePerKwh": null, "tariffs": [{"from": "2036-11-21", "price": "0.2345"}]"#,
    );
    let by = |profile: &_, facts: &[Fact]| fold_by(profile, &room("203"), day, facts);
    let mut reports: Vec<_> = rooms.iter().map(|facts| by(&profile_in_time(), facts)).collect();
    reports.push(by(&later, &rooms[0]));
    reports
}

#[tokio::test]
async fn a_hotel_day_with_every_figure_comes_back_as_it_was_added_up() {
    let (store, day) = (Table::new().await, day(TODAY));
    let totals = added_up(day.date, &every_figure(&day));
    let Totals { measured, unpriced, assumed_waste_cost, .. } = totals.totals;
    let Nights { sold, unsold, unknown } = totals.nights.nights;
    assert!([sold, unsold, unknown].iter().all(|nights| *nights > 0), "{totals:?}");
    assert!(measured.is_some_and(|measured| measured.standby > Energy::default()));
    assert!(unpriced > Some(Energy::default()));
    assert!(assumed_waste_cost > Some(Charge::default()));
    let confirmed = totals.confirmed_waste.map(|waste| waste.energy > Energy::default());
    assert_eq!(confirmed, [true; 3]);
    put(&store, &day, 1, &totals).await;
    assert_eq!(listed(&store, TODAY, TODAY).await, std::slice::from_ref(&totals));
    let found = store.hotel_day(&hotel(), day.date, now()).await.unwrap();
    assert_eq!(found, Some((totals, 1)));
}

#[tokio::test]
async fn an_amount_of_nothing_is_told_from_none() {
    let (store, day) = (Table::new().await, day(TODAY));
    let bare = profile_with(r#", "pricePerKwh": null, "kgCo2ePerKwh": null"#);
    let free = profile_with(r#", "pricePerKwh": 0, "kgCo2ePerKwh": 0"#);
    let later = profile_with(
        r#", "pricePerKwh": null, "tariffs": [{"from": "2036-11-21", "price": "0.2345"}]"#,
    );
    let read = counter(&day, &named("light", "lamp-9"), HOUR, 0);
    for (profile, facts) in [
        (&bare, vec![lamp_on(&day, 1)]),
        (&free, vec![lamp_on(&day, 1)]),
        (&later, vec![told(&day, lamp(), "OFF", 1)]),
        (&bare, vec![read.clone()]),
        (&free, vec![read, lamp_on(&day, 1)]),
    ] {
        let report = fold_by(profile, &room("203"), &day, &facts);
        let totals = added_up(day.date, [&report]);
        put(&store, &day, 1, &totals).await;
        assert_eq!(listed(&store, TODAY, TODAY).await, [totals]);
    }
}

#[tokio::test]
async fn a_revision_brings_every_figure_in_line() {
    let (store, day) = (Table::new().await, day(TODAY));
    let reports = every_figure(&day);
    let mut stored = Vec::new();
    for (report, id) in reports.iter().zip(201..) {
        let first =
            closed(&room(&id.to_string()), &day, &[told(&day, Signal::Stay, "CHECKED_IN", 0)]);
        store.put_report(&hotel(), &day, &first).await.unwrap();
        stored.push((first, report));
    }
    put(&store, &day, 1, &added_up(day.date, stored.iter().map(|(it, _)| &it.closed.report))).await;
    let mut now_known: Vec<_> = stored.iter().map(|(it, _)| it.closed.report.clone()).collect();
    for (place, (first, report)) in stored.iter().enumerate() {
        let next = revised(first, (*report).clone(), 2);
        let done = store.revise_report(&hotel(), &day, Some(first), &next).await.unwrap();
        assert_eq!(done, ReviseOutcome::Revised);
        now_known[place] = (*report).clone();
        let revision = 2 + place as u64;
        let expected = HotelDay { revision, ..added_up(day.date, &now_known) };
        assert_eq!(listed(&store, TODAY, TODAY).await, [expected]);
    }
}

#[tokio::test]
async fn totals_that_are_counted_again_take_the_place_of_those_that_were_read() {
    let (store, day) = (Table::new().await, day(TODAY));
    let correct = async |revision, rooms| {
        let totals = HotelDay { revision, ..usual_rooms(&day, rooms) };
        store.correct_hotel_day(&hotel(), &day, 4, &totals).await.unwrap()
    };
    // There is nothing to correct.
    assert_eq!(correct(2, 5).await, CorrectOutcome::Changed);
    assert_eq!(store.hotel_day(&hotel(), day.date, now()).await.unwrap(), None);

    put(&store, &day, 4, &usual_rooms(&day, 3)).await;
    assert_eq!(correct(3, 5).await, CorrectOutcome::Changed);
    assert_eq!(correct(2, 5).await, CorrectOutcome::Corrected);
    let expected = HotelDay { revision: 2, ..usual_rooms(&day, 5) };
    let found = store.hotel_day(&hotel(), day.date, now()).await.unwrap();
    assert_eq!(found, Some((expected.clone(), 4)));
    // What was read is not there any more.
    assert_eq!(correct(2, 6).await, CorrectOutcome::Changed);
    assert_eq!(listed(&store, TODAY, TODAY).await, [expected]);
    // A close does not undo it.
    assert_eq!(put(&store, &day, 9, &usual_rooms(&day, 1)).await, FencedOutcome::ClaimLost);
}

#[tokio::test]
async fn a_hotel_day_that_only_late_events_opened_is_of_no_attempt() {
    let (store, day) = (Table::new().await, day(TODAY));
    let opened = closed_by(&profile_in_time(), &room("203"), &day, &quarterly(&day));
    store.revise_report(&hotel(), &day, None, &opened).await.unwrap();
    let expected = added_up(day.date, [&opened.closed.report]);
    let found = store.hotel_day(&hotel(), day.date, now()).await.unwrap();
    assert_eq!(found, Some((expected, 0)));
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
