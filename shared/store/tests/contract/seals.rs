//! Seals: nobody can add to a summary that a close has read without learning that it is late.

use std::pin::Pin;

use roomwatt_domain::{BusinessDay, Fact};
use roomwatt_store::{AddOutcome, Seal, SealOutcome, Store, Summary};

use crate::endpoint::{Table, all};
use crate::lakeside::{TODAY, day, device, history, hotel, lamp_on, now, room, told, usual};

async fn add(store: &Store, day: &BusinessDay, told: &[Fact], seal: Seal) -> AddOutcome {
    store.add(&hotel(), day, &room("203"), told, seal).await.unwrap()
}

async fn known(store: &Store, day: &BusinessDay) -> Summary {
    store.summary(&hotel(), day, &room("203"), now()).await.unwrap()
}

async fn seal(store: &Store, day: &BusinessDay, read: &Summary, attempt: u64) -> SealOutcome {
    store.seal_summary(&hotel(), day, read, attempt).await.unwrap()
}

/// What was read, and the seal.
fn assert_sealed(sealed: &Summary, read: &Summary) {
    assert_eq!((&sealed.room, &sealed.history), (&read.room, &read.history));
    assert_eq!((sealed.writes(), sealed.is_sealed()), (read.writes(), true));
}

#[tokio::test]
async fn a_summary_that_is_still_what_was_read_is_sealed() {
    let (store, day) = (Table::new().await, day(TODAY));
    add(&store, &day, &usual(&day, 20), Seal::Respect).await;
    let read = known(&store, &day).await;
    assert_eq!(seal(&store, &day, &read, 1).await, SealOutcome::Sealed);
    assert_sealed(&known(&store, &day).await, &read);
}

#[tokio::test]
async fn a_writer_learns_that_the_day_is_sealed_and_has_written_nothing() {
    let (store, day) = (Table::new().await, day(TODAY));
    add(&store, &day, &usual(&day, 20), Seal::Respect).await;
    seal(&store, &day, &known(&store, &day).await, 1).await;
    let sealed = known(&store, &day).await;
    let late = [lamp_on(&day, 7)];
    assert_eq!(add(&store, &day, &late, Seal::Respect).await, AddOutcome::Sealed);
    assert_eq!(known(&store, &day).await, sealed);
    // Not even of what is known already.
    assert_eq!(add(&store, &day, &usual(&day, 20), Seal::Respect).await, AddOutcome::Sealed);
    assert_eq!(known(&store, &day).await, sealed);
}

#[tokio::test]
async fn a_writer_that_knows_it_is_late_passes_the_seal_and_leaves_it() {
    let (store, day) = (Table::new().await, day(TODAY));
    add(&store, &day, &[lamp_on(&day, 1)], Seal::Respect).await;
    seal(&store, &day, &known(&store, &day).await, 1).await;
    assert_eq!(add(&store, &day, &[lamp_on(&day, 7)], Seal::Pass).await, AddOutcome::Added);
    let both = history(&[lamp_on(&day, 1), lamp_on(&day, 7)]);
    let known = known(&store, &day).await;
    assert_eq!((known.history.clone(), known.writes(), known.is_sealed()), (both, 2, true));
}

#[tokio::test]
async fn a_writer_that_passes_seals_also_writes_where_there_is_none() {
    let (store, day) = (Table::new().await, day(TODAY));
    assert_eq!(add(&store, &day, &[lamp_on(&day, 1)], Seal::Pass).await, AddOutcome::Added);
    assert!(!known(&store, &day).await.is_sealed());
    assert_eq!(add(&store, &day, &[lamp_on(&day, 2)], Seal::Respect).await, AddOutcome::Added);
}

#[tokio::test]
async fn a_summary_that_was_written_meanwhile_is_not_sealed_but_read_again() {
    let (store, day) = (Table::new().await, day(TODAY));
    add(&store, &day, &usual(&day, 20), Seal::Respect).await;
    let read = known(&store, &day).await;
    add(&store, &day, &[lamp_on(&day, 7)], Seal::Respect).await;
    let current = known(&store, &day).await;
    assert_eq!(seal(&store, &day, &read, 1).await, SealOutcome::Rewritten(current.clone()));
    assert_eq!(known(&store, &day).await, current);
    assert_eq!(seal(&store, &day, &current, 1).await, SealOutcome::Sealed);
}

#[tokio::test]
async fn even_a_write_of_what_is_known_already_makes_the_seal_read_again() {
    let (store, day) = (Table::new().await, day(TODAY));
    add(&store, &day, &[lamp_on(&day, 1)], Seal::Respect).await;
    let read = known(&store, &day).await;
    add(&store, &day, &[lamp_on(&day, 1)], Seal::Respect).await;
    let SealOutcome::Rewritten(current) = seal(&store, &day, &read, 1).await else {
        panic!("the summary was written");
    };
    assert_eq!((&current.history, current.writes()), (&read.history, 2));
}

#[tokio::test]
async fn a_quiet_room_is_sealed_so_that_its_late_events_are_noticed() {
    let (store, day) = (Table::new().await, day(TODAY));
    let quiet = Summary::empty(room("203"));
    assert_eq!(seal(&store, &day, &quiet, 1).await, SealOutcome::Sealed);
    let sealed = known(&store, &day).await;
    assert_sealed(&sealed, &quiet);
    assert_eq!(all(store.summaries(&hotel(), day, None, now())).await, [sealed]);
    assert_eq!(add(&store, &day, &[lamp_on(&day, 7)], Seal::Respect).await, AddOutcome::Sealed);
    assert_eq!(add(&store, &day, &[lamp_on(&day, 7)], Seal::Pass).await, AddOutcome::Added);
    let known = known(&store, &day).await;
    assert_eq!((known.writes(), known.is_sealed()), (1, true));
}

#[tokio::test]
async fn a_quiet_room_that_reported_meanwhile_is_not_sealed_but_read_again() {
    let (store, day) = (Table::new().await, day(TODAY));
    let read = known(&store, &day).await;
    add(&store, &day, &[lamp_on(&day, 7)], Seal::Respect).await;
    let current = known(&store, &day).await;
    assert_eq!(seal(&store, &day, &read, 1).await, SealOutcome::Rewritten(current.clone()));
    assert_eq!(add(&store, &day, &[lamp_on(&day, 8)], Seal::Respect).await, AddOutcome::Added);
}

#[tokio::test]
async fn a_quiet_room_that_was_sealed_and_then_reported_says_both() {
    let (store, day) = (Table::new().await, day(TODAY));
    let read = known(&store, &day).await;
    seal(&store, &day, &read, 1).await;
    add(&store, &day, &[lamp_on(&day, 7)], Seal::Pass).await;
    let current = known(&store, &day).await;
    assert!(current.is_sealed());
    assert_eq!(seal(&store, &day, &read, 2).await, SealOutcome::Rewritten(current));
}

#[tokio::test]
async fn sealing_again_leaves_the_seal() {
    let (store, day) = (Table::new().await, day(TODAY));
    add(&store, &day, &[lamp_on(&day, 1)], Seal::Respect).await;
    let read = known(&store, &day).await;
    for attempt in [1, 1, 2] {
        assert_eq!(seal(&store, &day, &read, attempt).await, SealOutcome::Sealed);
        assert_sealed(&known(&store, &day).await, &read);
    }
}

enum Racer {
    Writer(AddOutcome, Vec<Fact>),
    Closer(Summary),
}

async fn write(store: Store, day: BusinessDay, batch: Vec<Fact>) -> Racer {
    Racer::Writer(add(&store, &day, &batch, Seal::Respect).await, batch)
}

async fn close(store: Store, day: BusinessDay) -> Racer {
    let mut read = known(&store, &day).await;
    while let SealOutcome::Rewritten(newer) = seal(&store, &day, &read, 1).await {
        read = newer;
    }
    Racer::Closer(read)
}

#[tokio::test]
async fn whatever_a_race_brings_a_writer_is_in_the_sealed_summary_or_knows_that_it_is_late() {
    for writers_first in (0..=20).step_by(4) {
        let (table, day) = (Table::new().await, day(TODAY));
        let mut racers: Vec<Pin<Box<dyn Future<Output = Racer> + Send>>> = Vec::new();
        for batch in usual(&day, 40).chunks(2) {
            racers.push(Box::pin(write(table.store.clone(), day, batch.to_vec())));
        }
        racers.insert(writers_first, Box::pin(close(table.store.clone(), day)));

        let (mut added, mut sealed) = (Vec::new(), None);
        for racer in table.at_once(racers).await {
            match racer {
                Racer::Writer(AddOutcome::Added, batch) => added.extend(batch),
                Racer::Writer(outcome, _) => assert_eq!(outcome, AddOutcome::Sealed),
                Racer::Closer(read) => sealed = Some(read.history),
            }
        }
        let added = history(&added);
        assert_eq!(sealed.as_ref(), Some(&added));
        assert_eq!(known(&table, &day).await.history, added);
    }
}

/// Names that fill a part with few transitions.
fn long(day: &BusinessDay, number: i64) -> Fact {
    told(day, device(&"k".repeat(64), &format!("{number:0>64}")), "ON", number)
}

/// A writer that has begun with the second part, and one that has not.
async fn second_part(store: &Store, day: &BusinessDay) -> (Store, Store) {
    let (ahead, behind) = (store.metered_apart(), store.metered_apart());
    let told: Vec<_> = (0..9).map(|number| long(day, number)).collect();
    assert_eq!(add(&ahead, day, &told, Seal::Respect).await, AddOutcome::Added);
    (ahead, behind)
}

#[tokio::test]
async fn a_part_that_nobody_has_begun_is_sealed_where_somebody_may() {
    let (store, day) = (Table::new().await, day(TODAY));
    if store.makes_units_up() {
        return;
    }
    let (ahead, behind) = second_part(&store, &day).await;
    let read = known(&store, &day).await;
    assert_eq!(seal(&store, &day, &read, 1).await, SealOutcome::Sealed);
    let sealed = known(&store, &day).await;
    assert_sealed(&sealed, &read);
    for store in [&ahead, &behind] {
        assert_eq!(add(store, &day, &[lamp_on(&day, 7)], Seal::Respect).await, AddOutcome::Sealed);
        assert_eq!(known(store, &day).await, sealed);
    }
    for store in [&ahead, &behind] {
        assert_eq!(add(store, &day, &[lamp_on(&day, 7)], Seal::Pass).await, AddOutcome::Added);
    }
    assert_eq!(known(&store, &day).await.writes(), read.writes() + 2);
}

#[tokio::test]
async fn a_part_that_was_begun_since_makes_the_seal_read_again() {
    let (store, day) = (Table::new().await, day(TODAY));
    if store.makes_units_up() {
        return;
    }
    let (ahead, _) = second_part(&store, &day).await;
    let read = known(&store, &day).await;
    add(&ahead, &day, &[lamp_on(&day, 7)], Seal::Respect).await;
    let SealOutcome::Rewritten(current) = seal(&store, &day, &read, 1).await else {
        panic!("the second part was begun");
    };
    assert!(!current.is_sealed());
    assert_eq!((current.writes(), current.history.iter().count()), (2, 10));
    assert_eq!(seal(&store, &day, &current, 1).await, SealOutcome::Sealed);
    assert_sealed(&known(&store, &day).await, &current);
}

#[tokio::test]
async fn a_summary_of_which_one_part_is_sealed_is_not_sealed() {
    let (store, day) = (Table::new().await, day(TODAY));
    let (ahead, _) = second_part(&store, &day).await;
    let read = known(&store, &day).await;
    add(&ahead, &day, &[lamp_on(&day, 7)], Seal::Respect).await;
    // The first part is what was read, and bears the seal of a close that died over the second.
    seal(&store, &day, &read, 1).await;
    let half = known(&store, &day).await;
    assert!(!half.is_sealed());
    assert_eq!(add(&ahead, &day, &[lamp_on(&day, 8)], Seal::Respect).await, AddOutcome::Added);
    assert!(matches!(seal(&store, &day, &half, 2).await, SealOutcome::Rewritten(_)));
}

/// Late events may fill the last part, and what comes then is late as well.
#[tokio::test]
async fn a_writer_that_passes_a_seal_does_not_go_on_to_a_part_that_has_none() {
    let (store, day) = (Table::new().await, day(TODAY));
    add(&store, &day, &[lamp_on(&day, 7)], Seal::Respect).await;
    seal(&store, &day, &known(&store, &day).await, 1).await;
    for number in 0..20 {
        let late = [long(&day, number)];
        assert_eq!(add(&store, &day, &late, Seal::Respect).await, AddOutcome::Sealed);
        assert_eq!(add(&store, &day, &late, Seal::Pass).await, AddOutcome::Added);
    }
}
