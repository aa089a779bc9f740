//! Sums by room of a month: the first is put once, later ones only in the place of what was read.

use roomwatt_domain::{BusinessDay, Month, ReportSums, RoomId};
use roomwatt_store::{MonthOutcome, Store};

use crate::arbitrary;
use crate::endpoint::{Table, all, metered};
use crate::lakeside::{
    closed, closed_by, day, days, hotel, hotel_named, now, profile_in_time, quarterly, room, usual,
};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

const NOVEMBER: &str = "2036-11-30";

/// The sums of November's first days of a usual room.
fn usual_sums(room: &RoomId, count: usize) -> ReportSums {
    let days = days("2036-11-01", count);
    days.iter().map(|day| ReportSums::of(&closed(room, day, &usual(day, 100)).closed)).sum()
}

async fn put(store: &Store, before: Option<u64>, sums: &ReportSums) -> MonthOutcome {
    let (last, room) = (day(NOVEMBER), room("203"));
    store.put_room_month(&hotel(), &last, &room, before, sums).await.unwrap()
}

async fn found(store: &Store, last: &BusinessDay) -> Option<(ReportSums, u64)> {
    let month = Month::of(last.date);
    store.room_month(&hotel(), month, &room("203"), now()).await.unwrap()
}

#[tokio::test]
async fn the_first_sums_are_put_once() {
    let (table, last) = (Table::new().await, day(NOVEMBER));
    let (few, many) = (usual_sums(&room("203"), 2), usual_sums(&room("203"), 3));
    assert_eq!(found(&table.store, &last).await, None);
    assert_eq!(put(&table.store, None, &few).await, MonthOutcome::Put);
    // The close that makes them again, and its request that is carried out late.
    assert_eq!(put(&table.store, None, &many).await, MonthOutcome::Changed);
    assert_eq!(found(&table.store, &last).await, Some((few, 1)));
}

#[tokio::test]
async fn later_sums_take_the_place_of_what_was_read() {
    let (table, last) = (Table::new().await, day(NOVEMBER));
    let (few, many) = (usual_sums(&room("203"), 2), usual_sums(&room("203"), 3));
    put(&table.store, None, &few).await;
    assert_eq!(put(&table.store, Some(1), &many).await, MonthOutcome::Put);
    // One that read the same, and one that is carried out a second time.
    assert_eq!(put(&table.store, Some(1), &few).await, MonthOutcome::Changed);
    assert_eq!(found(&table.store, &last).await, Some((many, 2)));
    assert_eq!(put(&table.store, Some(2), &few).await, MonthOutcome::Put);
    assert_eq!(found(&table.store, &last).await, Some((few, 3)));
}

#[tokio::test]
async fn of_many_at_once_one_is_put() {
    let table = Table::new().await;
    let sums = usual_sums(&room("203"), 1);
    for before in [None, Some(1)] {
        let writers = (0..10).map(|_| {
            let store = table.store.clone();
            async move { put(&store, before, &sums).await }
        });
        let outcomes = table.at_once(writers).await;
        assert_eq!(outcomes.iter().filter(|it| **it == MonthOutcome::Put).count(), 1);
    }
}

#[tokio::test]
async fn rooms_are_read_by_name_and_months_are_noted() {
    let (table, last) = (Table::new().await, day(NOVEMBER));
    let month = Month::of(last.date);
    let sums: Vec<_> =
        ["203", "1", "204"].map(|name| (room(name), usual_sums(&room(name), 1))).into();
    for (room, sums) in &sums {
        table.store.put_room_month(&hotel(), &last, room, None, sums).await.unwrap();
        let other = hotel_named("lakeside-11");
        table.store.put_room_month(&other, &last, room, None, sums).await.unwrap();
    }
    let read = all(table.store.room_months(&hotel(), month, now())).await;
    let names: Vec<_> = read.iter().map(|(room, _)| room.as_str()).collect();
    assert_eq!(names, ["1", "203", "204"]);
    let noted = async |from: &str, to: &str| {
        let (from, to) = (day(from).date, day(to).date);
        table.store.summed_months(&hotel(), from, to, now()).await.unwrap()
    };
    assert_eq!(noted("2036-01-01", "2036-12-31").await, []);
    table.store.note_month(&hotel(), &last).await.unwrap();
    table.store.note_month(&hotel(), &last).await.unwrap();
    assert_eq!(noted("2036-01-01", "2036-12-31").await, [month]);
    assert_eq!(noted("2036-11-30", "2036-11-30").await, [month]);
    assert_eq!(noted("2036-12-01", "2036-12-31").await, []);
    assert_eq!(noted("2036-01-01", "2036-10-31").await, []);
}

#[tokio::test]
async fn sums_go_with_the_reports_of_the_months_last_day() {
    let (table, last) = (Table::new().await, day(NOVEMBER));
    let month = Month::of(last.date);
    put(&table.store, None, &usual_sums(&room("203"), 1)).await;
    table.store.note_month(&hotel(), &last).await.unwrap();
    let gone = last.window.end + 25 * 31 * roomwatt_domain::instant::HOUR * 24;
    for (now, count) in [(gone - 1, 1), (gone, 0)] {
        assert_eq!(all(table.store.room_months(&hotel(), month, now)).await.len(), count);
        let noted = table.store.summed_months(&hotel(), last.date, last.date, now).await.unwrap();
        assert_eq!(noted.len(), count);
    }
}

#[tokio::test]
async fn any_sums_come_back() {
    let (table, last) = (Table::new().await, day(NOVEMBER));
    let mut runner = TestRunner::deterministic();
    for revision in 0..100 {
        let sums = arbitrary::sums().new_tree(&mut runner).unwrap().current();
        put(&table.store, Some(revision).filter(|it| *it > 0), &sums).await;
        assert_eq!(found(&table.store, &last).await, Some((sums, revision + 1)));
    }
}

/// A year of 300 usual rooms, half of them with metered devices, with prices that change.
#[tokio::test]
async fn a_year_of_300_rooms_is_read_for_at_most_160_units() {
    let table = Table::new().await;
    let (last, days) = (day(NOVEMBER), days("2036-11-01", 30));
    let profile = profile_in_time();
    let rated = days.iter().map(|day| closed_by(&profile, &room("203"), day, &usual(day, 100)));
    let read = days.iter().map(|day| {
        let facts = [usual(day, 100), quarterly(day)].concat();
        closed_by(&profile, &room("203"), day, &facts)
    });
    let rated: ReportSums = rated.map(|it| ReportSums::of(&it.closed)).sum();
    let read: ReportSums = read.map(|it| ReportSums::of(&it.closed)).sum();
    let ((), written) = metered(&table.store, async |store| {
        for number in 0..300 {
            let (room, sums) =
                (room(&number.to_string()), if number % 2 == 0 { rated } else { read });
            store.put_room_month(&hotel(), &last, &room, None, &sums).await.unwrap();
        }
    })
    .await;
    assert!((written.write_units - 300.0).abs() < f64::EPSILON, "{written:?}");
    let (rooms, consumed) = metered(&table.store, async |store| {
        all(store.room_months(&hotel(), Month::of(last.date), now()).lately()).await
    })
    .await;
    println!("300 rooms of a month: {} read units", consumed.read_units);
    assert_eq!((rooms.len(), consumed.requests), (300, 1));
    assert!(12.0 * consumed.read_units <= 160.0, "{consumed:?}");
}
