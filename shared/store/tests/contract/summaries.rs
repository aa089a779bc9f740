//! Summaries: sets of transitions and readings that unite, whatever the order, and come back
//! exactly.

use std::collections::BTreeSet;
use std::slice;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{BusinessDay, Fact, HotelId, Millis, RoomId};
use roomwatt_store::{
    AddOutcome, PutOutcome, SETS_PER_WRITE, Seal, SealOutcome, Store, StoredReport, Summary,
};

use crate::endpoint::{Table, all, check, metered};
use crate::lakeside::{
    TODAY, TOMORROW, closed, counter, crowd, day, day_in, device, history, hotel, hotel_named,
    lamp, lamp_on, named, now, power, quarterly, room, sensor, told, usual,
};

async fn add(store: &Store, hotel: &HotelId, day: &BusinessDay, room: &RoomId, told: &[Fact]) {
    let added = store.add(hotel, day, room, told, Seal::Respect).await.unwrap();
    assert_eq!(added, AddOutcome::Added);
}

async fn known(store: &Store, hotel: &HotelId, day: &BusinessDay, room: &RoomId) -> Summary {
    store.summary(hotel, day, room, now()).await.unwrap()
}

/// Adds transitions at once and reads them again.
async fn round_trip(day: &BusinessDay, told: &[Fact]) -> Summary {
    let (store, room) = (Table::new().await, room("203"));
    add(&store, &hotel(), day, &room, told).await;
    let summary = store.summary(&hotel(), day, &room, day.window.end).await.unwrap();
    assert_eq!(summary.history, history(told));
    summary
}

#[tokio::test]
async fn a_room_of_which_nothing_is_known_has_an_empty_summary() {
    let store = Table::new().await;
    let summary = known(&store, &hotel(), &day(TODAY), &room("203")).await;
    assert_eq!(summary, Summary::empty(room("203")));
}

#[tokio::test]
async fn a_usual_day_comes_back_as_it_was_told() {
    let day = day(TODAY);
    let summary = round_trip(&day, &usual(&day, 100)).await;
    assert_eq!((summary.writes(), summary.is_sealed()), (1, false));
    assert_eq!(summary.room, room("203"));
}

#[tokio::test]
async fn adding_the_same_twice_leaves_what_once_leaves() {
    let (store, day, room) = (Table::new().await, day(TODAY), room("203"));
    let told = usual(&day, 30);
    for writes in 1..=3 {
        add(&store, &hotel(), &day, &room, &told).await;
        let summary = known(&store, &hotel(), &day, &room).await;
        assert_eq!((&summary.history, summary.writes()), (&history(&told), writes));
    }
}

#[tokio::test]
async fn batches_unite() {
    let (store, day, room) = (Table::new().await, day(TODAY), room("203"));
    let told = usual(&day, 60);
    for batch in told.chunks(7) {
        add(&store, &hotel(), &day, &room, batch).await;
    }
    assert_eq!(known(&store, &hotel(), &day, &room).await.history, history(&told));
}

/// Few signals, states, readings and instants, so that batches overlap.
fn batch(day: BusinessDay) -> impl Strategy<Value = Vec<Fact>> {
    let signals = vec![lamp(), device("plug", "lamp-1"), sensor("lamp-1"), device("stay", "x")];
    let told = (select(signals), select(vec!["ON", "OFF"]), 0..24_i64)
        .prop_map(move |(signal, state, hour)| told(&day, signal, state, hour * HOUR));
    let devices = vec![named("plug", "lamp-1"), named("meter", "lamp-1")];
    let read = (select(devices), any::<bool>(), 0..4_i64, 0..3_u64).prop_map(
        move |(device, counts, hour, value)| {
            let sort = if counts { counter } else { power };
            sort(&day, &device, hour * HOUR, value)
        },
    );
    vec(prop_oneof![told, read], 0..6)
}

#[test]
fn neither_order_nor_repetition_of_batches_leaves_a_trace() {
    let (day, room) = (day(TODAY), room("203"));
    let arrivals = vec(batch(day), 1..5).prop_flat_map(|batches| {
        let again = [batches.clone(), batches.clone()].concat();
        (Just(batches), Just(again).prop_shuffle())
    });
    check(32, &arrivals, &async |table, hotel, (batches, again)| {
        for batch in &again {
            add(&table.store, &hotel, &day, &room, batch).await;
        }
        let summary = known(&table.store, &hotel, &day, &room).await;
        assert_eq!(summary.history, history(&batches.concat()));
        assert_eq!(summary.writes(), again.len() as u64);
    });
}

#[tokio::test]
async fn writers_at_once_lose_nothing() {
    let (table, day) = (Table::new().await, day(TODAY));
    let told = usual(&day, 120);
    let batches: Vec<_> = told.chunks(5).map(<[_]>::to_vec).collect();
    let writers = batches.into_iter().map(|batch| {
        let store = table.store.clone();
        async move { add(&store, &hotel(), &day, &room("203"), &batch).await }
    });
    table.at_once(writers).await;
    let summary = known(&table.store, &hotel(), &day, &room("203")).await;
    assert_eq!((&summary.history, summary.writes()), (&history(&told), 24));
}

#[tokio::test]
async fn every_kind_of_signal_comes_back_as_it_was_told() {
    let day = day(TODAY);
    let longest = "Az09._-x".repeat(8);
    assert_eq!(longest.len(), 64);
    let longest_state = "AZ09_-XY".repeat(4);
    let told = [
        told(&day, roomwatt_domain::Signal::Stay, "CHECKED_IN", 1),
        told(&day, roomwatt_domain::Signal::Stay, "CHECKED_OUT", 1),
        told(&day, sensor("pir-1"), "OCCUPIED", 2),
        told(&day, sensor(&longest), "VACANT", 2),
        // The same id under several kinds is several devices.
        told(&day, lamp(), "ON", 3),
        told(&day, device("plug", "lamp-1"), "ON", 3),
        told(&day, device("stay", "lamp-1"), "CHECKED_IN", 3),
        told(&day, device("stay", "stay"), "OFF", 3),
        told(&day, device("PRESENCE", "pir-1"), "OCCUPIED", 3),
        // Names like those of the record's own attributes.
        told(&day, device("pk", "sk"), "SEALED", 4),
        told(&day, device("writes", "expiresAt"), "0", 4),
        told(&day, device("...", "-"), "_", 4),
        told(&day, device(&longest, &longest), &longest_state, 5),
    ];
    round_trip(&day, &told).await;
}

#[tokio::test]
async fn offsets_are_exact_to_the_millisecond() {
    for (zone, date, hours) in [
        ("Europe/Vienna", TODAY, 24),
        ("Europe/Vienna", "2036-10-26", 25),
        ("Europe/Vienna", "2036-03-30", 23),
        ("Pacific/Kiritimati", TODAY, 24),
    ] {
        let day = day_in(zone, date);
        let length = day.window.length();
        assert_eq!(length, hours * HOUR);
        // Trailing zeros tempt number formats to write exponents.
        let mut offsets: Vec<Millis> = (0..8).map(|zeros| 10_i64.pow(zeros)).collect();
        offsets.extend([0, 20_000_000, 80_000_000, 12_345_678, length - 2, length - 1]);
        let told: Vec<_> =
            offsets.into_iter().map(|offset| told(&day, lamp(), "ON", offset)).collect();
        round_trip(&day, &told).await;
    }
}

#[tokio::test]
async fn a_day_with_readings_comes_back_as_it_was_told() {
    let day = day(TODAY);
    round_trip(&day, &[usual(&day, 100), quarterly(&day)].concat()).await;
}

#[tokio::test]
async fn every_sort_of_reading_comes_back_as_it_was_read() {
    let day = day(TODAY);
    let (plug, meter) = (named("plug", "lamp-1"), named("meter", "lamp-1"));
    let longest = "Az09._-x".repeat(8);
    let longest = named(&longest, &longest);
    // The greatest that a counter shows, and the greatest power.
    let (most, greatest) = (1_000_000_000_000_000, 10_000_000_000);
    let read = [
        counter(&day, &plug, 1, 0),
        power(&day, &plug, 1, 0),
        counter(&day, &plug, 2, most),
        power(&day, &plug, 2, greatest),
        counter(&day, &meter, 1, 1),
        power(&day, &meter, day.window.length() - 1, 20_000),
        counter(&day, &longest, 0, most - 1),
        power(&day, &longest, 0, greatest - 1),
        // A device reports its states beside them.
        told(&day, device("plug", "lamp-1"), "ON", 1),
    ];
    round_trip(&day, &read).await;
}

#[tokio::test]
async fn readings_are_exact_to_the_millisecond_and_to_the_last_decimal() {
    for (zone, date) in [
        ("Europe/Vienna", TODAY),
        ("Europe/Vienna", "2036-10-26"),
        ("Europe/Vienna", "2036-03-30"),
        ("Pacific/Kiritimati", TODAY),
        ("Pacific/Pago_Pago", TODAY),
    ] {
        let (day, plug) = (day_in(zone, date), named("plug", "tv"));
        let length = day.window.length();
        // Trailing zeros tempt number formats to write exponents.
        let offsets = [0, 1, 10, 1_000, 10_000_000, 12_345_678, length - 2, length - 1];
        let values = (0..=15).map(|zeros| 10_u64.pow(zeros)).chain([0, 123_456_789_012_345]);
        let read: Vec<_> = offsets
            .map(|at| (at, 7))
            .into_iter()
            .chain((1..).map(|turn| turn * 20_000).zip(values))
            .flat_map(|(at, value)| {
                [counter(&day, &plug, at, value), power(&day, &plug, at, value)]
            })
            .collect();
        round_trip(&day, &read).await;
    }
}

/// The one set of the sort that a room-day has, by its name.
async fn set(table: &Table, name: &str) -> Vec<String> {
    let items = table.items().await;
    let item = &items[&(format!("DAY#lakeside-1#{TODAY}"), "SUMMARY#203".to_owned())];
    let mut numbers = item[name].as_ns().unwrap().clone();
    numbers.sort_unstable();
    numbers
}

#[tokio::test]
async fn of_readings_at_one_instant_all_are_stored_and_the_largest_counts() {
    let (table, day, room) = (Table::new().await, day(TODAY), room("203"));
    let tv = named("plug", "tv");
    let at = 10 * HOUR;
    for value in [500, 700, 600] {
        add(&table, &hotel(), &day, &room, &[counter(&day, &tv, at, value)]).await;
        add(&table, &hotel(), &day, &room, &[power(&day, &tv, at, 2 * value)]).await;
    }
    let known = known(&table, &hotel(), &day, &room).await;
    let largest = [counter(&day, &tv, at, 700), power(&day, &tv, at, 1_400)];
    assert_eq!((&known.history, known.writes()), (&history(&largest), 6));
    // 09:00 UTC, ten days from where offsets begin; the value stands before ten digits.
    let packed = |value: u64| format!("{value}0896400000");
    assert_eq!(set(&table, "plug/tv/~Wh").await, [500, 600, 700].map(packed));
    assert_eq!(set(&table, "plug/tv/~W").await, [1_000, 1_200, 1_400].map(packed));
}

/// Two versions of the zone rules may write into one set; a reader's own say where its day ends.
#[tokio::test]
async fn what_lies_outside_the_readers_day_counts_at_its_nearest_instant() {
    let (table, room) = (Table::new().await, room("203"));
    let (here, there) = (day(TODAY), day_in("Europe/London", TODAY));
    assert_eq!(there.window.start - here.window.start, HOUR);
    let plug = named("plug", "lamp-1");
    let end = here.window.length();
    let facts = |day: &BusinessDay, early: Millis, noon: Millis| {
        vec![
            told(day, lamp(), "ON", early),
            counter(day, &plug, early, 7),
            power(day, &plug, early, 8),
            told(day, lamp(), "OFF", noon),
        ]
    };
    add(&table, &hotel(), &here, &room, &facts(&here, HOUR - 1, 12 * HOUR)).await;
    let summary = table.summary(&hotel(), &there, &room, now()).await.unwrap();
    assert_eq!(summary.history, history(&facts(&there, 0, 11 * HOUR)));

    let late = [told(&there, lamp(), "DIM", end - 1), counter(&there, &plug, end - HOUR, 9)];
    add(&table, &hotel(), &there, &room, &late).await;
    let summary = table.summary(&hotel(), &here, &room, now()).await.unwrap();
    let nearest = [told(&here, lamp(), "DIM", end - 1), counter(&here, &plug, end - 1, 9)];
    let known = [facts(&here, HOUR - 1, 12 * HOUR), nearest.to_vec()].concat();
    assert_eq!(summary.history, history(&known));
}

#[tokio::test]
async fn a_reading_far_from_its_day_is_a_fault_and_leaves_nothing() {
    let (table, day) = (Table::new().await, day(TODAY));
    let far = [counter(&day, &named("plug", "tv"), -11 * 24 * HOUR, 1)];
    let fault = table.add(&hotel(), &day, &room("203"), &far, Seal::Respect).await.unwrap_err();
    assert!(!fault.is_passing());
    assert!(table.items().await.is_empty());
}

/// Puts attributes into a record of room 203, as another version or a mishap may.
async fn put_into(table: &Table, sk: &str, attributes: &[(&str, AttributeValue)]) {
    let key = |value: &str| AttributeValue::S(value.to_owned());
    let mut update = table.client.update_item().table_name(&table.name);
    update = update.key("pk", key(&format!("DAY#lakeside-1#{TODAY}"))).key("sk", key(sk));
    let mut sets = Vec::new();
    for (at, (name, value)) in attributes.iter().enumerate() {
        sets.push(format!("#{at} = :{at}"));
        update = update
            .expression_attribute_names(format!("#{at}"), *name)
            .expression_attribute_values(format!(":{at}"), value.clone());
    }
    update.update_expression(format!("SET {}", sets.join(", "))).send().await.unwrap();
}

/// Sets of names that no version so far has, of every type.
fn of_a_newer_version() -> Vec<(&'static str, AttributeValue)> {
    let numbers = vec!["1".to_owned(), "-7.5".to_owned()];
    let text = AttributeValue::S("HEAT".to_owned());
    vec![
        ("light/lamp-1/~VAh", AttributeValue::Ns(numbers)),
        ("light/lamp-1/~Wh2", AttributeValue::N("12".to_owned())),
        ("meter/main/~wh", text.clone()),
        ("light/lamp-1/ON/why", AttributeValue::Ss(vec!["switch".to_owned()])),
        ("light/lamp-1/on", AttributeValue::Bs(vec![Blob::new([1, 2])])),
        ("light//ON", AttributeValue::Bool(true)),
        ("door", AttributeValue::Null(true)),
        ("~format", AttributeValue::L(vec![text.clone()])),
        ("origin", AttributeValue::M([("by".to_owned(), text)].into())),
        ("proof", AttributeValue::B(Blob::new([9; 20]))),
    ]
}

#[tokio::test]
async fn sets_that_this_version_does_not_know_are_passed_over_and_their_day_is_reported() {
    let (table, day, room) = (Table::new().await, day(TODAY), room("203"));
    let facts = [usual(&day, 40), quarterly(&day)[..40].to_vec()].concat();
    let newer = of_a_newer_version();
    put_into(&table, "SUMMARY#203", &newer).await;
    add(&table, &hotel(), &day, &room, &facts).await;

    let read = known(&table, &hotel(), &day, &room).await;
    assert_eq!((&read.history, read.passed_over), (&history(&facts), newer.len()));
    assert_eq!(all(table.summaries(&hotel(), day, None, now())).await, slice::from_ref(&read));
    let wanted = [(day, room.clone())];
    let found = table.summaries_of(&hotel(), wanted, now()).await.unwrap();
    assert_eq!(found, [(day.date, read.clone())]);

    assert_eq!(table.seal_summary(&hotel(), &day, &read, 1).await.unwrap(), SealOutcome::Sealed);
    let sealed = known(&table, &hotel(), &day, &room).await;
    // A store that makes units up is not believed about where the next part would begin.
    assert!(sealed.is_reported() && (sealed.is_sealed() || table.makes_units_up()));
    assert_eq!((&sealed.history, sealed.passed_over), (&read.history, read.passed_over));
    let report = StoredReport { writes: read.writes(), ..closed(&room, &day, &facts) };
    assert_eq!(table.put_report(&hotel(), &day, &report).await.unwrap(), PutOutcome::Put);

    // A late event is added beside them, and nothing of them is lost.
    let late = [lamp_on(&day, 7)];
    let added = table.add(&hotel(), &day, &room, &late, Seal::Pass).await.unwrap();
    assert_eq!(added, AddOutcome::Added);
    let items = table.items().await;
    let item = &items[&(format!("DAY#lakeside-1#{TODAY}"), "SUMMARY#203".to_owned())];
    for (name, value) in of_a_newer_version() {
        match (&item[name], &value) {
            (AttributeValue::Ns(found), AttributeValue::Ns(put)) => {
                assert_eq!(BTreeSet::from_iter(found), BTreeSet::from_iter(put));
            }
            (found, put) => assert_eq!(found, put),
        }
    }
}

#[tokio::test]
async fn sets_that_are_passed_over_are_counted_in_every_part() {
    let (table, day, room) = (Table::new().await, day(TODAY), room("203"));
    let facts = crowd(&day, 20);
    for part in facts.chunks(10) {
        add(&table, &hotel(), &day, &room, part).await;
    }
    let newer = of_a_newer_version();
    put_into(&table, "SUMMARY#203", &newer[..3]).await;
    put_into(&table, "SUMMARY#203#01", &newer[3..8]).await;
    let read = known(&table, &hotel(), &day, &room).await;
    assert_eq!((&read.history, read.passed_over), (&history(&facts), 8));
    // A part that is read again is no further one.
    let outdated = Summary::empty(room.clone());
    let again = table.seal_summary(&hotel(), &day, &outdated, 1).await.unwrap();
    let SealOutcome::Rewritten(first) = again else { panic!("{again:?}") };
    assert_eq!(first.passed_over, 3);
}

#[tokio::test]
async fn a_known_set_that_cannot_be_read_is_a_fault() {
    let numbers = |number: &str| AttributeValue::Ns(vec![number.to_owned()]);
    for (name, value) in [
        ("light/lamp-1/ON", AttributeValue::S("1".to_owned())),
        ("light/lamp-1/ON", numbers("1.5")),
        ("light/lamp-1/ON", numbers("99999999999999999999")),
        ("light/lamp-1/~Wh", AttributeValue::N("1".to_owned())),
        ("light/lamp-1/~Wh", numbers("-1")),
        ("light/lamp-1/~W", numbers("99999999999999999999999999999999")),
    ] {
        let (table, day) = (Table::new().await, day(TODAY));
        put_into(&table, "SUMMARY#203", &[(name, value)]).await;
        let fault = table.summary(&hotel(), &day, &room("203"), now()).await.unwrap_err();
        assert!(!fault.is_passing());
        assert!(fault.to_string().contains(name), "{fault}");
    }
}

#[tokio::test]
async fn as_many_sets_as_a_write_may_name_fit_into_one() {
    let (table, day, room) = (Table::new().await, day(TODAY), room("203"));
    let tired = table.excused("the parser gives up on expressions of some hundred clauses");
    let told = crowd(&day, if tired { 100 } else { SETS_PER_WRITE });
    add(&table, &hotel(), &day, &room, &told).await;
    let summary = known(&table, &hotel(), &day, &room).await;
    assert_eq!((&summary.history, summary.writes()), (&history(&told), 1));
}

#[tokio::test]
async fn a_signal_may_report_thousands_of_times() {
    let day = day(TODAY);
    let told: Vec<_> = (0..5_000).map(|n| told(&day, lamp(), "ON", n * 17_001)).collect();
    round_trip(&day, &told).await;
}

#[tokio::test]
async fn hotels_rooms_and_days_are_apart() {
    let (store, today, room_1) = (Table::new().await, day(TODAY), room("1"));
    add(&store, &hotel(), &today, &room_1, &[lamp_on(&today, 1)]).await;
    for (hotel, day, room) in [
        (hotel_named("lakeside"), today, room_1.clone()),
        (hotel_named("lakeside-1-"), today, room_1.clone()),
        (hotel(), day(TOMORROW), room_1.clone()),
        (hotel(), today, room("10")),
        (hotel(), today, room("1-")),
    ] {
        assert_eq!(known(&store, &hotel, &day, &room).await, Summary::empty(room));
    }
}

/// Ids that are prefixes of each other, and every kind of character that an id may have, in order.
const ROOMS: [&str; 18] = [
    "-", ".-", "0", "1", "1-", "1-a", "1.", "1.0", "10", "101", "1A", "1_", "1a", "2", "A", "_",
    "a", "z",
];

#[tokio::test]
async fn a_day_lists_its_summaries_by_room() {
    let (store, today) = (Table::new().await, day(TODAY));
    for id in ROOMS.iter().rev() {
        add(&store, &hotel(), &today, &room(id), &[lamp_on(&today, 1)]).await;
    }
    add(&store, &hotel(), &day(TOMORROW), &room("5"), &[lamp_on(&day(TOMORROW), 1)]).await;
    add(&store, &hotel_named("lakeside"), &today, &room("6"), &[lamp_on(&today, 1)]).await;

    let listed = all(store.summaries(&hotel(), today, None, now())).await;
    let rooms: Vec<_> = listed.iter().map(|summary| summary.room.as_str()).collect();
    assert_eq!(rooms, ROOMS);
    for summary in listed {
        assert_eq!(summary, known(&store, &hotel(), &today, &summary.room).await);
    }
}

#[tokio::test]
async fn a_listing_goes_on_after_any_room_even_one_that_is_not_there() {
    let (store, today) = (Table::new().await, day(TODAY));
    for id in ROOMS {
        add(&store, &hotel(), &today, &room(id), &[lamp_on(&today, 1)]).await;
    }
    for after in ROOMS.into_iter().chain(["1-Z", "1.00", "100", "1z", "3", "zz"]) {
        let listed = all(store.summaries(&hotel(), today, Some(&room(after)), now())).await;
        let rooms: Vec<_> = listed.iter().map(|summary| summary.room.as_str()).collect();
        let expected: Vec<_> = ROOMS.into_iter().filter(|id| *id > after).collect();
        assert_eq!(rooms, expected, "after {after}");
    }
}

async fn add_crowd(store: &Store, day: &BusinessDay, room: &RoomId, told: &[Fact]) {
    for part in told.chunks(100) {
        add(store, &hotel(), day, room, part).await;
    }
}

#[tokio::test]
async fn a_listing_is_followed_over_every_page() {
    let (store, today) = (Table::new().await, day(TODAY));
    let told = crowd(&today, 400);
    for id in ROOMS {
        add_crowd(&store, &today, &room(id), &told).await;
    }
    let (listed, consumed) =
        metered(&store, async |store| all(store.summaries(&hotel(), today, None, now())).await)
            .await;
    assert!(consumed.requests > 1, "{consumed:?}");
    assert_eq!(listed.iter().map(|summary| summary.room.as_str()).collect::<Vec<_>>(), ROOMS);
    let history = history(&told);
    assert!(listed.iter().all(|summary| summary.history == history));
}

/// Fills a summary's first part from a crowd, until the next hundred are too many; says how many
/// are in it. Every writer is new, and knows of no other part.
async fn fill(store: &Store, day: &BusinessDay, room: &RoomId, told: &[Fact]) -> usize {
    for (part, filled) in told.chunks(100).zip((0..).step_by(100)) {
        let store = store.metered_apart();
        let add = store.add(&hotel(), day, room, part, Seal::Respect).await.unwrap();
        if add == AddOutcome::TooLarge {
            // 400 KB are 2452 of them; some count a little more.
            assert!((2_300..=2_400).contains(&filled), "{filled}");
            return filled;
        }
        assert_eq!(add, AddOutcome::Added);
    }
    panic!("it never was too large");
}

#[tokio::test]
async fn a_summary_that_would_grow_too_large_stays_as_it_is() {
    let (store, day, room) = (Table::new().await, day(TODAY), room("203"));
    let told = crowd(&day, 2_500);
    let filled = fill(&store, &day, &room, &told).await;
    if store.excused(REFUSED_AND_DONE) {
        return;
    }
    let before = known(&store, &hotel(), &day, &room).await;
    assert_eq!(before.history, history(&told[..filled]));

    let more = &told[filled..filled + 100];
    let passed = store.add(&hotel(), &day, &room, more, Seal::Pass).await.unwrap();
    assert_eq!(passed, AddOutcome::TooLarge);
    assert_eq!(known(&store, &hotel(), &day, &room).await, before);

    // What still fits is still taken, and what is known already fits in any case.
    for fitting in [&more[..1], &told[..100]] {
        add(&store.metered_apart(), &hotel(), &day, &room, fitting).await;
    }
    let after = known(&store, &hotel(), &day, &room).await;
    let expected = history(&told[..=filled]);
    assert_eq!((&after.history, after.writes()), (&expected, before.writes() + 2));
}

const REFUSED_AND_DONE: &str = "an update that is refused for its size is done all the same";

#[tokio::test]
async fn a_summary_that_is_full_to_the_last_byte_can_be_sealed_and_says_so_first() {
    let (store, day, room) = (Table::new().await, day(TODAY), room("203"));
    let told = crowd(&day, 2_500);
    let filled = fill(&store, &day, &room, &told).await;
    if store.excused(REFUSED_AND_DONE) {
        return;
    }
    // The shortest there can be: six bytes each, then seven.
    let short = ('A'..='Z').map(|id| told_at_once(&day, id)).collect::<Vec<_>>();
    let mut left = told[filled..].iter().chain(&short);
    let late = loop {
        let one = std::slice::from_ref(left.next().unwrap());
        let store = store.metered_apart();
        let add = store.add(&hotel(), &day, &room, one, Seal::Respect).await.unwrap();
        if add == AddOutcome::TooLarge && one[0].at() == day.window.start {
            break one;
        }
    };
    let read = known(&store, &hotel(), &day, &room).await;
    let sealed = store.seal_summary(&hotel(), &day, &read, 12_345).await.unwrap();
    assert_eq!(sealed, SealOutcome::Sealed);
    let sealed = known(&store, &hotel(), &day, &room).await;
    assert_eq!((&sealed.history, sealed.writes()), (&read.history, read.writes()));
    assert!(sealed.is_sealed());
    let added = store.add(&hotel(), &day, &room, late, Seal::Respect).await.unwrap();
    assert_eq!(added, AddOutcome::Sealed);
    let more = &told[2_400..];
    let added = store.add(&hotel(), &day, &room, more, Seal::Pass).await.unwrap();
    assert_eq!(added, AddOutcome::TooLarge);
    assert_eq!(known(&store, &hotel(), &day, &room).await, sealed);
}

/// The transition that takes the least of a record.
fn told_at_once(day: &BusinessDay, id: char) -> Fact {
    told(day, device("k", &id.to_string()), "S", 0)
}

#[tokio::test]
async fn a_busy_room_is_kept_in_parts_and_read_as_one() {
    let (store, day, room) = (Table::new().await, day(TODAY), room("203"));
    let told = crowd(&day, 300);
    let (neighbour, other) = (self::room("2030"), crowd(&day, 2));
    add(&store, &hotel(), &day, &neighbour, &other).await;
    // Writers that know of different parts at once, and each other's transitions.
    let writers = [store.metered_apart(), store.metered_apart(), store.metered_apart()];
    for (turn, part) in told.chunks(10).enumerate() {
        add(&writers[turn % 2], &hotel(), &day, &room, part).await;
        add(&writers[turn % 3], &hotel(), &day, &room, part).await;
    }
    let summary = known(&store, &hotel(), &day, &room).await;
    assert_eq!((&summary.history, summary.writes()), (&history(&told), 60));
    assert_eq!(known(&store, &hotel(), &day, &neighbour).await.history, history(&other));
    let listed = all(store.summaries(&hotel(), day, None, now())).await;
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0], summary);
    let wanted = [(day, room.clone()), (day, neighbour.clone())];
    let mut found = store.summaries_of(&hotel(), wanted, now()).await.unwrap();
    found.sort_by(|(_, one), (_, other)| one.room.cmp(&other.room));
    assert_eq!(found[0], (day.date, summary));
    let after = all(store.summaries(&hotel(), day, Some(&room), now())).await;
    assert_eq!(after.iter().map(|summary| &summary.room).collect::<Vec<_>>(), [&neighbour]);
}

#[tokio::test]
async fn readings_of_a_busy_room_are_kept_in_parts_and_read_as_one() {
    let (table, day, room) = (Table::new().await, day(TODAY), room("203"));
    // Each reading comes twice, from writers that stand at different parts; the second copy of some
    // shows more.
    let tv = named("plug", "tv");
    let more: Vec<_> =
        (0..96).map(|n| counter(&day, &tv, n * HOUR / 4 + 1_007, u64::from(u32::MAX))).collect();
    let told = [usual(&day, 60), quarterly(&day)].concat();
    let writers = [table.metered_apart(), table.metered_apart()];
    for part in told.chunks(10) {
        add(&writers[0], &hotel(), &day, &room, part).await;
    }
    for part in [told.as_slice(), &more].concat().chunks(30) {
        add(&writers[1], &hotel(), &day, &room, part).await;
    }
    let summary = known(&table, &hotel(), &day, &room).await;
    assert_eq!(summary.history, history(&[told, more].concat()));
    assert_eq!(summary.history.readings(&tv).counter().len(), 96);
    assert_eq!(all(table.summaries(&hotel(), day, None, now())).await, slice::from_ref(&summary));
    if !table.makes_units_up() {
        let parts = table.items().await.len();
        assert!(parts > 5, "{parts}");
    }
    assert_eq!(table.seal_summary(&hotel(), &day, &summary, 1).await.unwrap(), SealOutcome::Sealed);
    if table.makes_units_up() {
        return;
    }
    assert!(known(&table, &hotel(), &day, &room).await.is_sealed());
    for writer in writers {
        let late = [counter(&day, &tv, 1, 1)];
        let added = writer.add(&hotel(), &day, &room, &late, Seal::Respect).await.unwrap();
        assert_eq!(added, AddOutcome::Sealed);
    }
}

#[tokio::test]
async fn the_last_part_takes_what_no_other_does() {
    let (store, day, room) = (Table::new().await, day(TODAY), room("203"));
    if store.makes_units_up() {
        return;
    }
    let told = crowd(&day, 10 * 105);
    for part in told.chunks(10) {
        add(&store, &hotel(), &day, &room, part).await;
    }
    let summary = known(&store, &hotel(), &day, &room).await;
    assert_eq!((&summary.history, summary.writes()), (&history(&told), 105));
    assert_eq!(store.seal_summary(&hotel(), &day, &summary, 1).await.unwrap(), SealOutcome::Sealed);
    assert!(known(&store, &hotel(), &day, &room).await.is_sealed());
}
