//! Expiry: records say until when they are kept, and readers leave out those that are past it,
//! deleted or not.

use aws_sdk_dynamodb::types::AttributeValue;
use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{BusinessDay, Instant, Millis, RoomId, Schedule};
use roomwatt_store::{
    AddOutcome, ClaimOutcome, FencedOutcome, Retention, Seal, SealOutcome, Store, StoredReport,
    Summary, Touch,
};

use crate::endpoint::{Table, all};
use crate::lakeside::{
    TODAY, TOMORROW, added_up, closed, crowd, date, day, fold, hotel, lamp_on, now, profile,
    profile_with, revised, room,
};

const DAY: Millis = 24 * HOUR;

/// The default: 90 days of history, the longest wait of a queue, and a day for good measure.
fn summary_until(day: &BusinessDay) -> Instant {
    day.window.end + (90 + 14 + 1) * DAY
}

/// The default: 25 months.
fn report_until(day: &BusinessDay) -> Instant {
    day.window.end + 25 * 31 * DAY
}

async fn put_report(store: &Store, day: &BusinessDay, room: &RoomId) -> StoredReport {
    let report = closed(room, day, &[lamp_on(day, 1)]);
    store.put_report(&hotel(), day, &report).await.unwrap();
    report
}

async fn add(store: &Store, day: &BusinessDay, room: &RoomId) {
    store.add(&hotel(), day, room, &[lamp_on(day, 1)], Seal::Respect).await.unwrap();
}

#[tokio::test]
async fn what_ages_says_until_when_and_what_stays_does_not() {
    let table = Table::new().await;
    let (store, today, tomorrow) = (&table.store, day(TODAY), day(TOMORROW));
    store.put_profile(&profile(), now() + 1).await.unwrap();
    store.put_profile(&profile_with(r#", "currency": "CHF""#), now() + 1).await.unwrap();
    store.open_hotel(&profile(), date("2036-11-19"), now()).await.unwrap();
    let claim = store.claim(&hotel(), "one", 1, now(), now() + HOUR).await.unwrap();
    assert!(matches!(claim, ClaimOutcome::Claimed(_)));
    let touch = store.touch(&hotel(), &today, &room("203"), now()).await.unwrap();
    assert_eq!(touch, Touch::Noted);
    let advanced = store.advance(&hotel(), 1, date("2036-11-19"), date(TODAY), 1).await.unwrap();
    assert_eq!(advanced, FencedOutcome::Done);
    add(store, &today, &room("203")).await;
    let quiet = Summary::empty(room("204"));
    store.seal_summary(&hotel(), &today, &quiet, 1).await.unwrap();
    let first = put_report(store, &today, &room("203")).await;
    let sums = added_up(today.date, [&first.closed.report]);
    store.put_hotel_day(&hotel(), &today, 1, &sums).await.unwrap();
    let second = revised(&first, fold(&room("203"), &today, &[]), 2);
    store.revise_report(&hotel(), &today, Some(&first), &second).await.unwrap();
    store.settle_report(&hotel(), today.date, &room("203"), 2).await.unwrap();
    let opened = closed(&room("203"), &tomorrow, &[lamp_on(&tomorrow, 1)]);
    store.revise_report(&hotel(), &tomorrow, None, &opened).await.unwrap();

    let mut expiries: Vec<_> = table
        .items()
        .await
        .into_iter()
        .map(|((pk, sk), item)| (format!("{pk} {sk}"), item.get("expiresAt").cloned()))
        .collect();
    expiries.sort_by(|(one, _), (other, _)| one.cmp(other));
    let seconds = |until: Instant| Some(AttributeValue::N((until.as_millis() / 1000).to_string()));
    // A profile that is superseded now may have closed the day after tomorrow; whole seconds, up.
    let superseded = seconds(now() + (2 + 90 + 14 + 1) * DAY + 1000);
    let expected = [
        ("DAY#lakeside-1#2036-11-20 REPORT#203", seconds(report_until(&today))),
        ("DAY#lakeside-1#2036-11-20 SUMMARY#203", seconds(summary_until(&today))),
        ("DAY#lakeside-1#2036-11-20 SUMMARY#204", seconds(summary_until(&today))),
        ("DAY#lakeside-1#2036-11-20 TOUCH#203", seconds(summary_until(&today))),
        ("DAY#lakeside-1#2036-11-21 REPORT#203", seconds(report_until(&tomorrow))),
        ("HOTEL#lakeside-1 CLOSE", None),
        ("HOTEL#lakeside-1 DAY#2036-11-20", seconds(report_until(&today))),
        ("HOTEL#lakeside-1 DAY#2036-11-21", seconds(report_until(&tomorrow))),
        ("HOTEL#lakeside-1 PROFILE", None),
        ("HOTEL#lakeside-1 PROFILE#1", superseded),
        ("HOTELS HOTEL#lakeside-1", None),
    ];
    assert_eq!(expiries, expected.map(|(keys, until)| (keys.to_owned(), until)));
}

#[tokio::test]
async fn an_expired_summary_is_left_out_of_every_reading() {
    let (store, day, room) = (Table::new().await, day(TODAY), room("203"));
    add(&store, &day, &room).await;
    let last = summary_until(&day) - 1;
    let summary = store.summary(&hotel(), &day, &room, last).await.unwrap();
    assert_eq!(summary.writes(), 1);
    assert_eq!(all(store.summaries(&hotel(), day, None, last)).await, [summary]);

    let gone = last + 1;
    let summary = store.summary(&hotel(), &day, &room, gone).await.unwrap();
    assert_eq!(summary, Summary::empty(room));
    assert_eq!(all(store.summaries(&hotel(), day, None, gone)).await, []);
}

#[tokio::test]
async fn an_expired_report_is_left_out_of_every_reading() {
    let (store, day, room) = (Table::new().await, day(TODAY), room("203"));
    let report = put_report(&store, &day, &room).await;
    let last = report_until(&day) - 1;
    assert_eq!(
        store.report(&hotel(), day.date, &room, last).await.unwrap().as_ref(),
        Some(&report)
    );
    let listed = all(store.reports(&hotel(), day.date, None, last)).await;
    assert_eq!(listed, std::slice::from_ref(&report));
    let by_room = store.room_reports(&hotel(), &room, [day.date], last).await.unwrap();
    assert_eq!(by_room, [report.closed]);

    let gone = last + 1;
    assert_eq!(store.report(&hotel(), day.date, &room, gone).await.unwrap(), None);
    assert_eq!(all(store.reports(&hotel(), day.date, None, gone)).await, []);
    assert_eq!(store.room_reports(&hotel(), &room, [day.date], gone).await.unwrap(), []);
}

#[tokio::test]
async fn of_a_rooms_reports_only_the_expired_ones_are_left_out() {
    let (store, room) = (Table::new().await, room("203"));
    let (today, tomorrow) = (day(TODAY), day(TOMORROW));
    put_report(&store, &today, &room).await;
    let kept = put_report(&store, &tomorrow, &room).await;
    let dates = [today.date, tomorrow.date];
    let read = store.room_reports(&hotel(), &room, dates, report_until(&today)).await.unwrap();
    assert_eq!(read, [kept.closed]);
}

#[tokio::test]
async fn an_expired_hotel_day_is_left_out() {
    let store = Table::new().await;
    let days = [day(TODAY), day(TOMORROW)];
    let sums = days.map(|day| added_up(day.date, []));
    for (day, sums) in days.iter().zip(&sums) {
        store.put_hotel_day(&hotel(), day, 1, sums).await.unwrap();
    }
    let listed = async |now| all(store.hotel_days(&hotel(), days[0].date, days[1].date, now)).await;
    assert_eq!(listed(report_until(&days[0]) - 1).await, sums);
    assert_eq!(listed(report_until(&days[0])).await, sums[1..]);
    assert_eq!(listed(report_until(&days[1])).await, []);
}

#[tokio::test]
async fn an_expired_version_of_a_profile_is_gone() {
    let store = Table::new().await;
    store.put_profile(&profile(), now()).await.unwrap();
    store.put_profile(&profile_with(r#", "currency": "CHF""#), now()).await.unwrap();
    let until = now() + (2 + 90 + 14 + 1) * DAY;
    let kept = store.superseded_profile(&hotel(), 1, until - 1).await.unwrap();
    assert_eq!(kept, profile());
    assert!(store.superseded_profile(&hotel(), 1, until).await.is_err());
    // The current one stays for good.
    let much_later = until + 10_000 * DAY;
    assert!(store.profile(&hotel(), much_later).await.unwrap().is_some());
    assert!(store.profile_lately(&hotel(), much_later).await.unwrap().is_some());
}

#[tokio::test]
async fn a_page_of_nothing_but_expired_records_does_not_end_a_listing() {
    let (table, day) = (Table::new().await, day(TODAY));
    let longer = table.keeping(Retention { spare_days: 1, ..Retention::default() });
    let large = crowd(&day, 400);
    for number in 100..120 {
        let room = room(&number.to_string());
        for part in large.chunks(100) {
            table.add(&hotel(), &day, &room, part, Seal::Respect).await.unwrap();
        }
    }
    add(&longer, &day, &room("999")).await;
    let listed = all(table.store.summaries(&hotel(), day, None, summary_until(&day))).await;
    let rooms: Vec<_> = listed.into_iter().map(|summary| summary.room).collect();
    assert_eq!(rooms, [room("999")]);
}

#[tokio::test]
async fn everything_is_kept_as_long_as_an_operator_says() {
    let retention = Retention {
        schedule: Schedule { history: 7 * DAY, ..Schedule::default() },
        report_days: 40,
        spare_days: 3,
    };
    let table = Table::new().await;
    let (store, day, room) = (table.keeping(retention), day(TODAY), room("203"));
    add(&store, &day, &room).await;
    put_report(&store, &day, &room).await;
    store.put_hotel_day(&hotel(), &day, 1, &added_up(day.date, [])).await.unwrap();
    let end = day.window.end;
    let summary = async |now| all(store.summaries(&hotel(), day, None, now)).await.len();
    let report = async |now| all(store.reports(&hotel(), day.date, None, now)).await.len();
    let hotel_day =
        async |now| all(store.hotel_days(&hotel(), day.date, day.date, now)).await.len();
    let summary_until = end + (7 + 14 + 1 + 3) * DAY;
    assert_eq!((summary(summary_until - 1).await, summary(summary_until).await), (1, 0));
    let report_until = end + (40 + 3) * DAY;
    assert_eq!((report(report_until - 1).await, report(report_until).await), (1, 0));
    assert_eq!((hotel_day(report_until - 1).await, hotel_day(report_until).await), (1, 0));
}

#[tokio::test]
async fn a_summary_is_there_as_long_as_its_day_can_be_revised() {
    let (store, day, room) = (Table::new().await, day(TODAY), room("203"));
    add(&store, &day, &room).await;
    let schedule = store.schedule();
    let last = day.window.end + schedule.history + 14 * DAY - 1;
    assert!(schedule.can_revise(&day, last) && !schedule.can_revise(&day, last + 1));
    assert_eq!(store.summary(&hotel(), &day, &room, last).await.unwrap().writes(), 1);
}

#[tokio::test]
async fn a_seal_is_refused_by_a_record_that_readers_leave_out_already() {
    let (store, day, room) = (Table::new().await, day(TODAY), room("203"));
    add(&store, &day, &room).await;
    let kept = store.summary(&hotel(), &day, &room, now()).await.unwrap();
    let read = store.summary(&hotel(), &day, &room, summary_until(&day)).await.unwrap();
    assert_eq!(read, Summary::empty(room));
    let sealed = store.seal_summary(&hotel(), &day, &read, 1).await.unwrap();
    assert_eq!(sealed, SealOutcome::Rewritten(kept));
}

#[tokio::test]
async fn what_has_expired_stays_gone_whatever_is_added_to_it_later() {
    let (table, day, room) = (Table::new().await, day(TODAY), room("203"));
    add(&table.store, &day, &room).await;
    // An operator keeps history for longer from now on.
    let longer = table.keeping(Retention { spare_days: 60, ..Retention::default() });
    let gone = summary_until(&day);
    let late = [lamp_on(&day, 2)];
    let added = longer.add(&hotel(), &day, &room, &late, Seal::Respect).await.unwrap();
    assert_eq!(added, AddOutcome::Added);
    let summary = longer.summary(&hotel(), &day, &room, gone).await.unwrap();
    assert_eq!(summary, Summary::empty(room));
}

#[tokio::test]
async fn a_summary_that_is_born_again_is_no_reported_one() {
    let (store, day, room) = (Table::new().await, day(TODAY), room("203"));
    add(&store, &day, &room).await;
    let read = store.summary(&hotel(), &day, &room, now()).await.unwrap();
    assert!(!read.is_reported());
    store.seal_summary(&hotel(), &day, &read, 1).await.unwrap();
    let sealed = store.summary(&hotel(), &day, &room, now()).await.unwrap();
    assert!(sealed.is_reported());
    store.delete(&format!("DAY#lakeside-1#{TODAY}"), "SUMMARY#203").await;
    add(&store, &day, &room).await;
    assert!(!store.summary(&hotel(), &day, &room, now()).await.unwrap().is_reported());
}
