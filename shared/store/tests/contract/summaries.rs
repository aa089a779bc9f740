//! Summaries: sets of transitions that unite, whatever the order, and come back exactly.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{BusinessDay, History, HotelId, Millis, RoomId};
use roomwatt_store::{AddOutcome, SETS_PER_WRITE, Seal, SealOutcome, Store, Summary};

use crate::endpoint::{Table, all, check, metered};
use crate::lakeside::{
    TODAY, TOMORROW, Told, crowd, day, day_in, device, hotel, hotel_named, lamp, lamp_on, now,
    room, sensor, told, usual,
};

async fn add(store: &Store, hotel: &HotelId, day: &BusinessDay, room: &RoomId, told: &[Told]) {
    let added = store.add_transitions(hotel, day, room, told, Seal::Respect).await.unwrap();
    assert_eq!(added, AddOutcome::Added);
}

async fn known(store: &Store, hotel: &HotelId, day: &BusinessDay, room: &RoomId) -> Summary {
    store.summary(hotel, day, room, now()).await.unwrap()
}

fn history(told: &[Told]) -> History {
    History::new(told.iter().cloned())
}

/// Adds transitions at once and reads them again.
async fn round_trip(day: &BusinessDay, told: &[Told]) -> Summary {
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

/// Few signals, states and instants, so that batches overlap.
fn batch(day: BusinessDay) -> impl Strategy<Value = Vec<Told>> {
    let signals = vec![lamp(), device("plug", "lamp-1"), sensor("lamp-1"), device("stay", "x")];
    let told = (select(signals), select(vec!["ON", "OFF"]), 0..24_i64)
        .prop_map(move |(signal, state, hour)| told(&day, signal, state, hour * HOUR));
    vec(told, 0..6)
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
        told(&day, device(".", "-"), "_", 4),
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
    "-", ".", "0", "1", "1-", "1-a", "1.", "1.0", "10", "101", "1A", "1_", "1a", "2", "A", "_",
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

async fn add_crowd(store: &Store, day: &BusinessDay, room: &RoomId, told: &[Told]) {
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
async fn fill(store: &Store, day: &BusinessDay, room: &RoomId, told: &[Told]) -> usize {
    for (part, filled) in told.chunks(100).zip((0..).step_by(100)) {
        let store = store.metered_apart();
        let add = store.add_transitions(&hotel(), day, room, part, Seal::Respect).await.unwrap();
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
    let passed = store.add_transitions(&hotel(), &day, &room, more, Seal::Pass).await.unwrap();
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
        let add = store.add_transitions(&hotel(), &day, &room, one, Seal::Respect).await.unwrap();
        if add == AddOutcome::TooLarge && one[0].1.at == day.window.start {
            break one;
        }
    };
    let read = known(&store, &hotel(), &day, &room).await;
    let sealed = store.seal_summary(&hotel(), &day, &read, 12_345).await.unwrap();
    assert_eq!(sealed, SealOutcome::Sealed);
    let sealed = known(&store, &hotel(), &day, &room).await;
    assert_eq!((&sealed.history, sealed.writes()), (&read.history, read.writes()));
    assert!(sealed.is_sealed());
    let added = store.add_transitions(&hotel(), &day, &room, late, Seal::Respect).await.unwrap();
    assert_eq!(added, AddOutcome::Sealed);
    let more = &told[2_400..];
    let added = store.add_transitions(&hotel(), &day, &room, more, Seal::Pass).await.unwrap();
    assert_eq!(added, AddOutcome::TooLarge);
    assert_eq!(known(&store, &hotel(), &day, &room).await, sealed);
}

/// The transition that takes the least of a record.
fn told_at_once(day: &BusinessDay, id: char) -> Told {
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
