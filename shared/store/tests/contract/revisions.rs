//! Revising: a report and its hotel-day change together or not at all.

use proptest::collection::vec;
use roomwatt_domain::{BusinessDay, Profile, RoomReport};
use roomwatt_store::{FencedOutcome, HotelDay, PutOutcome, ReviseOutcome, Store, StoredReport};

use crate::endpoint::{Table, all, check};
use crate::lakeside::{
    TODAY, added_up, closed, crowd, day, fold, fold_by, hotel, lamp, lamp_on, now, profile,
    profile_with, revised, room, told, usual,
};

async fn stored(store: &Store, day: &BusinessDay, id: &str) -> Option<StoredReport> {
    store.report(&hotel(), day.date, &room(id), now()).await.unwrap()
}

async fn hotel_day(store: &Store, day: &BusinessDay) -> Option<HotelDay> {
    all(store.hotel_days(&hotel(), day.date, day.date, now())).await.pop()
}

async fn revise(
    store: &Store,
    day: &BusinessDay,
    before: Option<&StoredReport>,
    after: &StoredReport,
) -> ReviseOutcome {
    store.revise_report(&hotel(), day, before, after).await.unwrap()
}

/// Closes a day with a usual room 203, a quiet one and one whose lamp burns.
async fn close(store: &Store, day: &BusinessDay) -> [StoredReport; 3] {
    let reports = [
        closed(&room("203"), day, &usual(day, 40)),
        closed(&room("204"), day, &[]),
        closed(&room("205"), day, &[lamp_on(day, 90)]),
    ];
    for report in &reports {
        let put = store.put_report(&hotel(), day, report).await.unwrap();
        assert_eq!(put, PutOutcome::Put);
    }
    let sums = added_up(day.date, reports.iter().map(|stored| &stored.closed.report));
    let put = store.put_hotel_day(&hotel(), day, 1, &sums).await.unwrap();
    assert_eq!(put, FencedOutcome::Done);
    reports
}

/// A report that only a late event opens.
fn late(day: &BusinessDay, id: &str) -> StoredReport {
    StoredReport { fence: 0, pending: true, ..closed(&room(id), day, &[lamp_on(day, 600)]) }
}

#[tokio::test]
async fn a_revision_changes_the_report_and_the_hotel_day_together() {
    let (store, day) = (Table::new().await, day(TODAY));
    let [first, second, third] = close(&store, &day).await;
    let more = [usual(&day, 40), vec![told(&day, lamp(), "DIM", 77)]].concat();
    let next = revised(&first, fold(&room("203"), &day, &more), 2);
    assert_eq!(revise(&store, &day, Some(&first), &next).await, ReviseOutcome::Revised);

    assert_eq!(stored(&store, &day, "203").await.as_ref(), Some(&next));
    let reports = [&next, &second, &third].map(|stored| &stored.closed.report);
    let expected = HotelDay { revision: 2, ..added_up(day.date, reports) };
    assert_eq!(hotel_day(&store, &day).await, Some(expected));
}

#[tokio::test]
async fn a_report_that_a_late_event_opens_is_one_more_room_of_the_hotel_day() {
    let (store, day) = (Table::new().await, day(TODAY));
    let closed = close(&store, &day).await;
    let opened = late(&day, "206");
    assert_eq!(revise(&store, &day, None, &opened).await, ReviseOutcome::Revised);

    assert_eq!(stored(&store, &day, "206").await.as_ref(), Some(&opened));
    let reports = closed.iter().chain([&opened]).map(|stored| &stored.closed.report);
    let expected = HotelDay { revision: 2, ..added_up(day.date, reports) };
    assert_eq!((expected.rooms, hotel_day(&store, &day).await), (4, Some(expected)));
}

#[tokio::test]
async fn a_late_event_opens_a_day_that_no_close_has_seen() {
    let (store, day) = (Table::new().await, day(TODAY));
    let opened = late(&day, "203");
    assert_eq!(revise(&store, &day, None, &opened).await, ReviseOutcome::Revised);
    assert_eq!(stored(&store, &day, "203").await.as_ref(), Some(&opened));
    let expected = added_up(day.date, [&opened.closed.report]);
    assert_eq!(hotel_day(&store, &day).await, Some(expected));
}

/// Tries to revise, which is refused, and finds everything as it was.
async fn refused(table: &Table, before: Option<&StoredReport>, after: &StoredReport) {
    let items = table.items().await;
    assert_eq!(revise(&table.store, &day(TODAY), before, after).await, ReviseOutcome::Changed);
    assert_eq!(table.items().await, items);
}

#[tokio::test]
async fn a_revision_that_no_record_can_hold_leaves_both_as_they_are() {
    let (table, day) = (Table::new().await, day(TODAY));
    let [first, ..] = close(&table.store, &day).await;
    let huge = revised(&first, fold(&room("203"), &day, &crowd(&day, 1_700)), 2);
    let items = table.items().await;
    assert_eq!(revise(&table, &day, Some(&first), &huge).await, ReviseOutcome::TooLarge);
    let huge = closed(&room("206"), &day, &crowd(&day, 1_700));
    assert_eq!(revise(&table, &day, None, &huge).await, ReviseOutcome::TooLarge);
    assert_eq!(table.items().await, items);
}

#[tokio::test]
async fn a_revision_of_what_has_changed_meanwhile_leaves_both_as_they_are() {
    let (table, day) = (Table::new().await, day(TODAY));
    let [first, ..] = close(&table.store, &day).await;
    let next = revised(&first, fold(&room("203"), &day, &[lamp_on(&day, 5)]), 2);
    let other = revised(&first, fold(&room("203"), &day, &[lamp_on(&day, 6)]), 3);
    assert_eq!(revise(&table.store, &day, Some(&first), &next).await, ReviseOutcome::Revised);

    // Made from the first report, like the one that is there.
    refused(&table, Some(&first), &other).await;
    // Its own answer was lost.
    refused(&table, Some(&first), &next).await;
    // The same revision, from other inputs.
    refused(&table, Some(&StoredReport { writes: 7, ..next.clone() }), &other).await;
    // As if there were none.
    refused(&table, None, &late(&day, "203")).await;
    // As if there were one.
    let absent = late(&day, "206");
    let second = revised(&absent, fold(&room("206"), &day, &[lamp_on(&day, 5)]), 2);
    refused(&table, Some(&absent), &second).await;
}

#[tokio::test]
async fn a_revision_that_is_made_twice_counts_once() {
    let (table, day) = (Table::new().await, day(TODAY));
    let opened = late(&day, "203");
    assert_eq!(revise(&table.store, &day, None, &opened).await, ReviseOutcome::Revised);
    refused(&table, None, &opened).await;
}

#[tokio::test]
async fn of_revisions_at_once_one_is_made() {
    let (table, day) = (Table::new().await, day(TODAY));
    let [first, second, third] = close(&table.store, &day).await;
    let writers = (1..=8).map(|minute| {
        let (store, first) = (table.store.clone(), first.clone());
        let report = fold(&room("203"), &day, &[lamp_on(&day, minute)]);
        let next = revised(&first, report, 1 + u64::try_from(minute).unwrap());
        async move { (revise(&store, &day, Some(&first), &next).await, next) }
    });
    let written = table.at_once(writers).await.into_iter();
    let revised: Vec<_> =
        written.filter(|(outcome, _)| *outcome == ReviseOutcome::Revised).collect();
    let [(_, next)] = &revised[..] else { panic!("{} were made", revised.len()) };
    assert_eq!(stored(&table.store, &day, "203").await.as_ref(), Some(next));
    let reports = [next, &second, &third].map(|stored| &stored.closed.report);
    let expected = HotelDay { revision: 2, ..added_up(day.date, reports) };
    assert_eq!(hotel_day(&table.store, &day).await, Some(expected));
}

/// Profiles with and without prices and ratings.
fn profiles() -> [Profile; 3] {
    let bare = r#", "pricePerKwh": null, "kgCo2ePerKwh": null, "ratings": {}"#;
    [profile(), profile_with(bare), profile_with(r#", "pricePerKwh": "9999999.999999""#)]
}

#[test]
fn after_any_revisions_the_hotel_day_is_the_sum_of_its_reports() {
    // Which room, by which profile, and how much of a usual day is known of it by then.
    let steps = vec((0..4_usize, 0..3_usize, 0..60_usize), 1..24);
    let profiles = profiles();
    let day = day(TODAY);
    check(24, &steps, &async |table, hotel, steps| {
        let (store, mut reports) = (&table.store, [const { None::<StoredReport> }; 4]);
        let mut changes = 0;
        for (writes, (number, terms, known)) in (1..).zip(steps) {
            let room = room(&format!("20{number}"));
            let report: RoomReport =
                fold_by(&profiles[terms], &room, &day, &usual(&day, 60)[..known]);
            let before = reports[number].clone();
            let after = match &before {
                None => StoredReport {
                    closed: roomwatt_domain::ClosedReport::first(room, day, report, now()),
                    ..late(&day, "any")
                },
                Some(before) if before.closed.report == report => continue,
                Some(before) => revised(before, report, writes),
            };
            let done = store.revise_report(&hotel, &day, before.as_ref(), &after).await.unwrap();
            assert_eq!(done, ReviseOutcome::Revised);
            reports[number] = Some(after);
            changes += 1;

            let listed = all(store.hotel_days(&hotel, day.date, day.date, now())).await;
            let known = reports.iter().flatten().map(|stored| &stored.closed.report);
            let expected = HotelDay { revision: changes, ..added_up(day.date, known) };
            assert_eq!(listed, [with_charges_of(expected, &listed[0])]);
        }
    });
}

/// Of a room whose last report has a price no more, an amount of nothing is left behind.
fn with_charges_of(mut expected: HotelDay, found: &HotelDay) -> HotelDay {
    let nothing = roomwatt_domain::Charge::default();
    for (expected, found) in [
        (&mut expected.totals.cost, found.totals.cost),
        (&mut expected.totals.waste_cost, found.totals.waste_cost),
        (&mut expected.totals.co2e, found.totals.co2e),
    ] {
        if expected.is_none() && found == Some(nothing) {
            *expected = found;
        }
    }
    expected
}
