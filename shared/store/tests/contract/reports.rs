//! Reports: exact, fenced while a day is being closed, and listed by day or by room.

use roomwatt_domain::{BusinessDate, BusinessDay, ClosedReport, RoomId};
use roomwatt_store::{PutOutcome, ReviseOutcome, Seal, Store, StoredReport};

use crate::arbitrary::any_report;
use crate::endpoint::{Table, all, check, metered};
use crate::lakeside::{
    TODAY, TOMORROW, closed, crowd, date, day, days, fold, hotel, hotel_named, lamp_on, now,
    revised, room, usual,
};

async fn put(store: &Store, day: &BusinessDay, report: &StoredReport) -> PutOutcome {
    store.put_report(&hotel(), day, report).await.unwrap()
}

async fn stored(store: &Store, day: &BusinessDay) -> Option<StoredReport> {
    store.report(&hotel(), day.date, &room("203"), now()).await.unwrap()
}

/// A report by attempt `fence` from a summary that was written so often.
fn made(day: &BusinessDay, fence: u64, writes: u64) -> StoredReport {
    let on = lamp_on(day, i64::try_from(fence * 60 + writes).unwrap());
    StoredReport { fence, writes, ..closed(&room("203"), day, &[on]) }
}

#[tokio::test]
async fn a_report_comes_back_as_it_was_folded() {
    let (store, day) = (Table::new().await, day(TODAY));
    assert_eq!(stored(&store, &day).await, None);
    let mut first = closed(&room("203"), &day, &usual(&day, 100));
    (first.terms, first.fence, first.writes) = (17, 4, 23);
    assert_eq!(put(&store, &day, &first).await, PutOutcome::Put);
    assert_eq!(stored(&store, &day).await, Some(first));
}

#[tokio::test]
async fn a_room_that_no_url_carries_is_read_with_the_others() {
    let (store, day) = (Table::new().await, day(TODAY));
    let rooms = [RoomId::kept("..").unwrap(), room("203")];
    for room in &rooms {
        let report = closed(room, &day, &[lamp_on(&day, 1)]);
        assert_eq!(put(&store, &day, &report).await, PutOutcome::Put);
    }
    let read = all(store.reports(&hotel(), day.date, None, now())).await;
    let read: Vec<_> = read.into_iter().map(|report| report.closed.room).collect();
    assert_eq!(read, rooms);
}

#[tokio::test]
async fn what_is_remembered_of_revisions_comes_back_with_the_last_one() {
    let (store, day) = (Table::new().await, day(TODAY));
    let mut report = made(&day, 1, 1);
    put(&store, &day, &report).await;
    for late in 1..=12_u32 {
        let told = [lamp_on(&day, 60), lamp_on(&day, 60 - i64::from(late))];
        let next = revised(&report, fold(&room("203"), &day, &told), u64::from(late) + 1);
        let done = store.revise_report(&hotel(), &day, Some(&report), &next).await.unwrap();
        assert_eq!(done, ReviseOutcome::Revised);
        assert_eq!(stored(&store, &day).await.as_ref(), Some(&next));
        report = next;
    }
    assert_eq!((report.closed.revision, report.closed.revisions.len()), (13, 10));
}

#[test]
fn any_report_comes_back_exactly() {
    check(96, &any_report(), &async |table, hotel, report| {
        let day = day(TODAY);
        let put = table.store.put_report(&hotel, &day, &report).await.unwrap();
        assert_eq!(put, PutOutcome::Put);
        let room = &report.closed.room;
        let stored = table.store.report(&hotel, day.date, room, now()).await.unwrap();
        assert_eq!(stored.as_ref(), Some(&report));
        let listed = all(table.store.reports(&hotel, day.date, None, now())).await;
        assert_eq!(listed, std::slice::from_ref(&report));
        let by_room = table.store.room_reports(&hotel, room, [day.date], now()).await.unwrap();
        assert_eq!(by_room, [report.closed]);
    });
}

#[tokio::test]
async fn a_report_by_an_older_attempt_is_refused() {
    let (store, day) = (Table::new().await, day(TODAY));
    let newer = made(&day, 5, 2);
    put(&store, &day, &newer).await;
    for (fence, writes) in [(4, 2), (4, 9), (0, 9)] {
        let older = made(&day, fence, writes);
        assert_eq!(put(&store, &day, &older).await, PutOutcome::Superseded);
        assert_eq!(stored(&store, &day).await.as_ref(), Some(&newer));
    }
}

#[tokio::test]
async fn the_same_attempt_may_put_its_report_again_because_the_answer_was_lost() {
    let (store, day) = (Table::new().await, day(TODAY));
    let report = made(&day, 5, 2);
    for _ in 0..2 {
        assert_eq!(put(&store, &day, &report).await, PutOutcome::Put);
    }
    assert_eq!(stored(&store, &day).await, Some(report));
}

#[tokio::test]
async fn a_newer_attempt_wins_whatever_it_read() {
    let (store, day) = (Table::new().await, day(TODAY));
    for (fence, writes) in [(9, 3), (10, 3), (11, 2), (100, 0)] {
        let report = made(&day, fence, writes);
        assert_eq!(put(&store, &day, &report).await, PutOutcome::Put);
        assert_eq!(stored(&store, &day).await, Some(report));
    }
}

#[tokio::test]
async fn a_close_never_overwrites_a_revised_report() {
    let (store, day) = (Table::new().await, day(TODAY));
    let first = made(&day, 1, 1);
    put(&store, &day, &first).await;
    let second = revised(&first, fold(&room("203"), &day, &[lamp_on(&day, 5)]), 2);
    store.revise_report(&hotel(), &day, Some(&first), &second).await.unwrap();
    for (fence, writes) in [(1, 1), (1, 9), (2, 1), (9, 9)] {
        assert_eq!(put(&store, &day, &made(&day, fence, writes)).await, PutOutcome::Superseded);
    }
    assert_eq!(stored(&store, &day).await, Some(second));
}

#[tokio::test]
async fn a_close_never_overwrites_a_report_that_a_late_event_opened() {
    let (store, day) = (Table::new().await, day(TODAY));
    let opened = StoredReport { pending: true, ..made(&day, 1, 1) };
    let opened = StoredReport { fence: StoredReport::LATE, ..opened };
    let done = store.revise_report(&hotel(), &day, None, &opened).await.unwrap();
    assert_eq!(done, ReviseOutcome::Revised);
    for attempt in [1, 2, 1_000_000] {
        let late = StoredReport { fence: attempt, ..made(&day, 1, 9) };
        assert_eq!(put(&store, &day, &late).await, PutOutcome::Superseded);
    }
    assert_eq!(stored(&store, &day).await, Some(opened));
}

#[tokio::test]
async fn a_report_that_no_record_can_hold_leaves_the_one_that_is_there() {
    let (store, day) = (Table::new().await, day(TODAY));
    let first = made(&day, 1, 1);
    put(&store, &day, &first).await;
    let huge = StoredReport { fence: 2, ..large("203", &day, 2_000) };
    let (refused, consumed) = metered(&store, async |store| put(store, &day, &huge).await).await;
    assert_eq!((refused, consumed.refused_conditions), (PutOutcome::TooLarge, 0));
    assert_eq!(stored(&store, &day).await, Some(first));
}

#[tokio::test]
async fn settling_takes_the_mark_of_its_own_revision_only() {
    let (store, day) = (Table::new().await, day(TODAY));
    let first = made(&day, 1, 1);
    put(&store, &day, &first).await;
    let second = revised(&first, fold(&room("203"), &day, &[lamp_on(&day, 5)]), 2);
    store.revise_report(&hotel(), &day, Some(&first), &second).await.unwrap();
    let settle = async |revision| {
        store.settle_report(&hotel(), day.date, &room("203"), revision).await.unwrap();
        stored(&store, &day).await.unwrap()
    };
    for other in [1, 3] {
        assert_eq!(settle(other).await, second);
    }
    let settled = StoredReport { pending: false, ..second };
    assert_eq!(settle(2).await, settled);
    assert_eq!(settle(2).await, settled);
}

#[tokio::test]
async fn settling_a_report_that_is_not_there_makes_none() {
    let table = Table::new().await;
    table.store.settle_report(&hotel(), date(TODAY), &room("203"), 1).await.unwrap();
    assert!(table.items().await.is_empty());
}

/// Ids that are prefixes of each other, in order.
const ROOMS: [&str; 12] = ["-", ".-", "1", "1-", "1.0", "10", "101", "1A", "1_", "1a", "A", "z"];

#[tokio::test]
async fn a_day_lists_its_reports_by_room() {
    let (store, today) = (Table::new().await, day(TODAY));
    for id in ROOMS.iter().rev() {
        put(&store, &today, &closed(&room(id), &today, &[lamp_on(&today, 1)])).await;
    }
    let tomorrow = day(TOMORROW);
    put(&store, &tomorrow, &closed(&room("5"), &tomorrow, &[])).await;
    let other = closed(&room("6"), &today, &[]);
    store.put_report(&hotel_named("lakeside"), &today, &other).await.unwrap();
    store.add(&hotel(), &today, &room("7"), &usual(&today, 9), Seal::Pass).await.unwrap();

    let listed = all(store.reports(&hotel(), today.date, None, now())).await;
    let expected = ROOMS.map(|id| closed(&room(id), &today, &[lamp_on(&today, 1)]));
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn a_listing_goes_on_after_any_room_even_one_that_is_not_there() {
    let (store, today) = (Table::new().await, day(TODAY));
    for id in ROOMS {
        put(&store, &today, &closed(&room(id), &today, &[])).await;
    }
    for after in ROOMS.into_iter().chain(["0", "1-Z", "1.00", "100", "1z", "zz"]) {
        let listed = all(store.reports(&hotel(), today.date, Some(&room(after)), now())).await;
        let rooms: Vec<_> = listed.iter().map(|report| report.closed.room.as_str()).collect();
        let expected: Vec<_> = ROOMS.into_iter().filter(|id| *id > after).collect();
        assert_eq!(rooms, expected, "after {after}");
    }
}

/// A report of a room of so many devices, some 230 bytes each.
fn large(room_id: &str, day: &BusinessDay, devices: usize) -> StoredReport {
    closed(&room(room_id), day, &crowd(day, devices))
}

#[tokio::test]
async fn a_listing_is_followed_over_every_page() {
    let (store, today) = (Table::new().await, day(TODAY));
    let expected = ROOMS.map(|id| large(id, &today, 500));
    for report in &expected {
        assert_eq!(put(&store, &today, report).await, PutOutcome::Put);
    }
    let (listed, consumed) =
        metered(&store, async |store| all(store.reports(&hotel(), today.date, None, now())).await)
            .await;
    assert!(consumed.requests > 1, "{consumed:?}");
    assert!(listed == expected);

    let after = all(store.reports(&hotel(), today.date, Some(&room("1-")), now())).await;
    assert!(after == expected[4..]);
}

/// Puts a report of room 203 on each of the days.
async fn put_all(store: &Store, days: &[BusinessDay]) -> Vec<ClosedReport> {
    let mut reports = Vec::new();
    for (day, minute) in days.iter().zip(1..) {
        let report = closed(&room("203"), day, &[lamp_on(day, minute)]);
        assert_eq!(put(store, day, &report).await, PutOutcome::Put);
        reports.push(report.closed);
    }
    reports
}

async fn by_room(
    store: &Store,
    dates: impl IntoIterator<Item = BusinessDate>,
) -> Vec<ClosedReport> {
    store.room_reports(&hotel(), &room("203"), dates, now()).await.unwrap()
}

#[tokio::test]
async fn a_rooms_reports_come_by_date_whatever_order_they_are_asked_in() {
    let (store, days) = (Table::new().await, days("2036-10-21", 31));
    let reports = put_all(&store, &days).await;
    assert_eq!(by_room(&store, days.iter().map(|day| day.date)).await, reports);
    assert_eq!(by_room(&store, days.iter().rev().map(|day| day.date)).await, reports);
    // A date that is asked for twice is one date.
    let twice = days.iter().chain(&days).map(|day| day.date);
    assert_eq!(by_room(&store, twice).await, reports);
}

#[tokio::test]
async fn dates_without_a_report_are_left_out() {
    let (store, days) = (Table::new().await, days("2036-10-21", 31));
    let some: Vec<_> = days.iter().step_by(3).copied().collect();
    let reports = put_all(&store, &some).await;
    store.put_report(&hotel(), &days[1], &closed(&room("20"), &days[1], &[])).await.unwrap();
    assert_eq!(by_room(&store, days.iter().map(|day| day.date)).await, reports);
    assert_eq!(by_room(&store, [days[1].date]).await, []);
}

#[tokio::test]
async fn no_dates_are_no_request() {
    let store = Table::new().await;
    let (none, consumed) = metered(&store, async |store| by_room(store, []).await).await;
    assert_eq!((none.len(), consumed.requests), (0, 0));
}

#[tokio::test]
async fn more_dates_than_a_batch_takes_are_asked_for_in_as_few_as_it_takes() {
    let (store, days) = (Table::new().await, days("2036-07-01", 205));
    let reports = put_all(&store, &days).await;
    let (read, consumed) =
        metered(&store, async |store| by_room(store, days.iter().map(|day| day.date)).await).await;
    assert_eq!(read, reports);
    assert_eq!(consumed.requests, 3);
}

#[tokio::test]
async fn keys_that_a_batch_did_not_get_to_are_asked_for_again() {
    let (table, days) = (Table::new().await, days("2036-10-01", 56));
    // A batch answers with 16 MB at most.
    let mut report = large("203", &days[0], 1_400);
    for day in &days {
        report.closed.date = day.date;
        assert_eq!(put(&table.store, day, &report).await, PutOutcome::Put);
    }
    let (read, consumed) =
        metered(&table.store, async |store| by_room(store, days.iter().map(|day| day.date)).await)
            .await;
    assert!(read.iter().map(|report| report.date).eq(days.iter().map(|day| day.date)));
    assert!(read.iter().all(|read| read.report == report.closed.report));
    assert!(consumed.requests > 1);
}
