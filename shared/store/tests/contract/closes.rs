//! Claims, fences and touches: what stands in for the lock on a hotel's close.

use roomwatt_domain::instant::MINUTE;
use roomwatt_domain::{HotelId, Instant, RoomId};
use roomwatt_store::{
    AdvanceOutcome, ClaimOutcome, CloseState, DueHotel, FencedOutcome, OpenOutcome, Store, Touch,
};

use crate::endpoint::Table;
use crate::lakeside::{DAY_AFTER, TODAY, TOMORROW, date, hotel, hotel_named, now, profile, room};

const LEASE: i64 = 5 * MINUTE;

/// A hotel with events, closed through [`TODAY`].
async fn opened() -> Table {
    let table = Table::new().await;
    table.store.put_profile(&profile(), now()).await.unwrap();
    let opened = table.store.open_hotel(&profile(), date(TODAY), now()).await.unwrap();
    assert_eq!(opened, OpenOutcome::Opened);
    table
}

async fn state(store: &Store) -> CloseState {
    store.close_state(&hotel(), now()).await.unwrap().unwrap()
}

async fn claim(store: &Store, owner: &str, at: Instant) -> ClaimOutcome {
    store.claim(&hotel(), owner, at, at + LEASE).await.unwrap()
}

/// Claims the hotel, which must be free; returns the attempt.
async fn claimed(store: &Store, owner: &str, at: Instant) -> CloseState {
    let claimed = claim(store, owner, at).await;
    let ClaimOutcome::Claimed(state) = claimed else { panic!("{claimed:?}") };
    state
}

async fn checkpoint(store: &Store, attempt: u64, id: &str, until: Instant) -> FencedOutcome {
    store.checkpoint(&hotel(), attempt, &room(id), until).await.unwrap()
}

async fn advance(store: &Store, attempt: u64, from: &str, to: &str, seen: u64) -> AdvanceOutcome {
    store.advance(&hotel(), attempt, date(from), date(to), seen).await.unwrap()
}

async fn release(store: &Store, attempt: u64, told: &str, due: Instant) -> FencedOutcome {
    store.release(&hotel(), attempt, date(told), due).await.unwrap()
}

async fn touch(store: &Store, id: &str) -> Option<Touch> {
    store.touch(&hotel(), &room(id)).await.unwrap()
}

fn rooms(ids: &[&str]) -> std::collections::BTreeSet<RoomId> {
    ids.iter().map(|id| room(id)).collect()
}

#[tokio::test]
async fn a_hotel_without_events_cannot_be_claimed_and_nothing_is_left_of_the_attempt() {
    let table = Table::new().await;
    assert_eq!(claim(&table.store, "one", now()).await, ClaimOutcome::NotOpened);
    table.store.put_profile(&profile(), now()).await.unwrap();
    assert_eq!(claim(&table.store, "one", now()).await, ClaimOutcome::NotOpened);
    assert_eq!(table.store.close_state(&hotel(), now()).await.unwrap(), None);
    // The profile, and its entry in the list of hotels.
    assert_eq!(table.items().await.len(), 2);
}

#[tokio::test]
async fn a_claim_tells_where_the_close_stands() {
    let table = opened().await;
    let expected = CloseState {
        closed_through: date(TODAY),
        announced_through: date(TODAY),
        attempt: 1,
        progress: None,
        touched: rooms(&[]),
        touches: 0,
    };
    assert_eq!(claim(&table.store, "one", now()).await, ClaimOutcome::Claimed(expected.clone()));
    assert_eq!(state(&table.store).await, expected);
}

#[tokio::test]
async fn a_hotel_that_is_claimed_is_held_until_the_lease_ends() {
    let store = opened().await;
    let before = claimed(&store, "one", now()).await;
    for at in [now(), now() + MINUTE, now() + LEASE - 1] {
        assert_eq!(claim(&store, "two", at).await, ClaimOutcome::Held);
    }
    assert_eq!(state(&store).await, before);
    assert_eq!(claimed(&store, "two", now() + LEASE).await.attempt, 2);
    assert_eq!(claim(&store, "one", now() + LEASE).await, ClaimOutcome::Held);
}

#[tokio::test]
async fn the_same_worker_may_claim_again_as_the_next_attempt() {
    let store = opened().await;
    for attempt in 1..=3 {
        assert_eq!(claimed(&store, "one", now()).await.attempt, attempt);
    }
    assert_eq!(claim(&store, "two", now()).await, ClaimOutcome::Held);
}

#[tokio::test]
async fn attempts_only_ever_grow() {
    let store = opened().await;
    for attempt in 1..=12 {
        let owner = format!("worker-{attempt}");
        assert_eq!(claimed(&store, &owner, now()).await.attempt, attempt);
        let ended = match attempt % 2 {
            0 => release(&store, attempt, TODAY, now()).await,
            _ => store.suspend(&hotel(), attempt).await.unwrap(),
        };
        assert_eq!(ended, FencedOutcome::Done);
        assert_eq!(state(&store).await.attempt, attempt);
    }
}

#[tokio::test]
async fn of_workers_at_once_one_has_the_claim() {
    let table = opened().await;
    let workers = (0..16).map(|worker| {
        let store = table.store.clone();
        async move { claim(&store, &format!("worker-{worker}"), now()).await }
    });
    let outcomes = table.at_once(workers).await;
    let (claims, held): (Vec<_>, Vec<_>) =
        outcomes.into_iter().partition(|outcome| matches!(outcome, ClaimOutcome::Claimed(_)));
    assert_eq!((claims.len(), held.len()), (1, 15));
    assert!(held.iter().all(|outcome| *outcome == ClaimOutcome::Held));
}

#[tokio::test]
async fn a_checkpoint_notes_the_progress_and_renews_the_lease() {
    let store = opened().await;
    let attempt = claimed(&store, "one", now()).await.attempt;
    let until = now() + 3 * LEASE;
    assert_eq!(checkpoint(&store, attempt, "1.0", until).await, FencedOutcome::Done);
    assert_eq!(checkpoint(&store, attempt, "203", until).await, FencedOutcome::Done);
    assert_eq!(claim(&store, "two", until - 1).await, ClaimOutcome::Held);
    let taken_over = claimed(&store, "two", until).await;
    assert_eq!((taken_over.attempt, taken_over.progress), (2, Some(room("203"))));
}

#[tokio::test]
async fn a_worker_that_lost_its_claim_changes_nothing_any_more() {
    let table = opened().await;
    let store = &table.store;
    let lost = claimed(store, "one", now()).await.attempt;
    checkpoint(store, lost, "101", now() + LEASE).await;
    let held = claimed(store, "two", now() + LEASE).await.attempt;
    assert_eq!(advance(store, lost, TODAY, TOMORROW, 0).await, AdvanceOutcome::ClaimLost);
    assert_eq!(state(store).await.closed_through, date(TODAY));
    touch(store, "205").await;

    let before = table.items().await;
    let until = now() + 99 * LEASE;
    assert_eq!(checkpoint(store, lost, "999", until).await, FencedOutcome::ClaimLost);
    assert_eq!(advance(store, lost, TODAY, TOMORROW, 1).await, AdvanceOutcome::ClaimLost);
    assert_eq!(release(store, lost, TOMORROW, until).await, FencedOutcome::ClaimLost);
    assert_eq!(store.suspend(&hotel(), lost).await.unwrap(), FencedOutcome::ClaimLost);
    assert_eq!(table.items().await, before);

    // Not even when the day is the one that it meant to close.
    assert_eq!(advance(store, held, TODAY, TOMORROW, 1).await, AdvanceOutcome::Advanced);
    assert_eq!(advance(store, lost, TODAY, TOMORROW, 0).await, AdvanceOutcome::ClaimLost);
}

#[tokio::test]
async fn a_worker_that_released_its_claim_is_stopped_by_the_next_one() {
    let store = opened().await;
    let first = claimed(&store, "one", now()).await.attempt;
    release(&store, first, TODAY, now()).await;
    let second = claimed(&store, "one", now()).await.attempt;
    assert_eq!(checkpoint(&store, first, "203", now()).await, FencedOutcome::ClaimLost);
    assert_eq!(checkpoint(&store, second, "203", now()).await, FencedOutcome::Done);
}

#[tokio::test]
async fn fenced_steps_on_a_hotel_without_events_make_nothing() {
    let table = Table::new().await;
    let store = &table.store;
    assert_eq!(checkpoint(store, 0, "203", now()).await, FencedOutcome::ClaimLost);
    assert_eq!(advance(store, 0, TODAY, TOMORROW, 0).await, AdvanceOutcome::ClaimLost);
    assert_eq!(release(store, 0, TODAY, now()).await, FencedOutcome::ClaimLost);
    assert_eq!(store.suspend(&hotel(), 0).await.unwrap(), FencedOutcome::ClaimLost);
    assert_eq!(touch(store, "203").await, None);
    assert!(table.items().await.is_empty());
}

#[tokio::test]
async fn advancing_closes_the_next_day_and_forgets_the_progress() {
    let store = opened().await;
    let attempt = claimed(&store, "one", now()).await.attempt;
    checkpoint(&store, attempt, "203", now() + LEASE).await;
    assert_eq!(advance(&store, attempt, TODAY, TOMORROW, 0).await, AdvanceOutcome::Advanced);
    let state = state(&store).await;
    assert_eq!((state.closed_through, state.progress), (date(TOMORROW), None));
    // It is told to the bus only by the release.
    assert_eq!(state.announced_through, date(TODAY));
    // The claim is still there.
    assert_eq!(claim(&store, "two", now()).await, ClaimOutcome::Held);
    assert_eq!(advance(&store, attempt, TOMORROW, DAY_AFTER, 0).await, AdvanceOutcome::Advanced);
}

#[tokio::test]
async fn advancing_goes_only_from_the_day_before() {
    let table = opened().await;
    let store = &table.store;
    let attempt = claimed(store, "one", now()).await.attempt;
    let before = table.items().await;
    for (from, to) in [(TOMORROW, DAY_AFTER), ("2036-11-19", "2036-11-21"), (DAY_AFTER, TOMORROW)] {
        let advanced = advance(store, attempt, from, to, 0).await;
        assert_ne!(advanced, AdvanceOutcome::Advanced, "from {from} to {to}");
    }
    assert_eq!(table.items().await, before);
}

#[tokio::test]
async fn advancing_again_because_the_answer_was_lost_is_done_already() {
    let table = opened().await;
    let store = &table.store;
    let attempt = claimed(store, "one", now()).await.attempt;
    assert_eq!(advance(store, attempt, TODAY, TOMORROW, 0).await, AdvanceOutcome::Advanced);
    // A touch since then is about the next day.
    touch(store, "203").await;
    let before = table.items().await;
    assert_eq!(advance(store, attempt, TODAY, TOMORROW, 0).await, AdvanceOutcome::Advanced);
    assert_eq!(table.items().await, before);
}

#[tokio::test]
async fn touching_a_hotel_that_nobody_closes_tells_the_last_closed_day_and_notes_nothing() {
    let table = opened().await;
    let store = &table.store;
    let told = Touch { closed_through: date(TODAY), recorded: false };
    let before = table.items().await;
    assert_eq!(touch(store, "203").await, Some(told));
    assert_eq!(table.items().await, before);

    let attempt = claimed(store, "one", now()).await.attempt;
    advance(store, attempt, TODAY, TOMORROW, 0).await;
    release(store, attempt, TOMORROW, now()).await;
    let told = Touch { closed_through: date(TOMORROW), recorded: false };
    assert_eq!(touch(store, "203").await, Some(told));
}

#[tokio::test]
async fn touches_of_an_ongoing_close_are_noted_and_counted() {
    let store = opened().await;
    claimed(&store, "one", now()).await;
    let told = Touch { closed_through: date(TODAY), recorded: true };
    for id in ["203", "101", "203"] {
        assert_eq!(touch(&store, id).await, Some(told));
    }
    let state = state(&store).await;
    assert_eq!((state.touched, state.touches), (rooms(&["101", "203"]), 3));
}

#[tokio::test]
async fn a_touch_counts_although_the_lease_has_run_out() {
    let store = opened().await;
    let attempt = claimed(&store, "one", now()).await.attempt;
    store.suspend(&hotel(), attempt).await.unwrap();
    assert!(touch(&store, "203").await.unwrap().recorded);
    let taken_over = claimed(&store, "two", now()).await;
    assert_eq!((taken_over.touched, taken_over.touches), (rooms(&["203"]), 1));
}

#[tokio::test]
async fn a_day_is_not_closed_before_every_touch_was_seen() {
    let store = opened().await;
    let attempt = claimed(&store, "one", now()).await.attempt;
    touch(&store, "203").await;
    touch(&store, "101").await;
    let touched = advance(&store, attempt, TODAY, TOMORROW, 0).await;
    assert_eq!(touched, AdvanceOutcome::Touched(state(&store).await));
    let AdvanceOutcome::Touched(first_look) = touched else { panic!("{touched:?}") };
    assert_eq!((first_look.touched, first_look.touches), (rooms(&["101", "203"]), 2));

    // The same room once more, while the close looks at it again.
    touch(&store, "203").await;
    let touched = advance(&store, attempt, TODAY, TOMORROW, 2).await;
    let AdvanceOutcome::Touched(second_look) = touched else { panic!("{touched:?}") };
    assert_eq!(second_look.touches, 3);
    assert_eq!(second_look.closed_through, date(TODAY));

    assert_eq!(advance(&store, attempt, TODAY, TOMORROW, 3).await, AdvanceOutcome::Advanced);
    let state = state(&store).await;
    assert_eq!((state.touched, state.touches), (rooms(&[]), 0));
    assert_eq!(advance(&store, attempt, TOMORROW, DAY_AFTER, 0).await, AdvanceOutcome::Advanced);
}

#[tokio::test]
async fn a_worker_that_takes_over_sees_the_touches_of_the_one_before() {
    let store = opened().await;
    claimed(&store, "one", now()).await;
    touch(&store, "203").await;
    let attempt = claimed(&store, "two", now() + LEASE).await.attempt;
    let advanced = advance(&store, attempt, TODAY, TOMORROW, 0).await;
    assert!(matches!(advanced, AdvanceOutcome::Touched(_)), "{advanced:?}");
    assert_eq!(advance(&store, attempt, TODAY, TOMORROW, 1).await, AdvanceOutcome::Advanced);
}

#[tokio::test]
async fn releasing_frees_the_hotel_and_leaves_nothing_of_the_close() {
    let table = opened().await;
    let store = &table.store;
    let attempt = claimed(store, "one", now()).await.attempt;
    advance(store, attempt, TODAY, TOMORROW, 0).await;
    touch(store, "203").await;
    checkpoint(store, attempt, "101", now() + LEASE).await;
    let due = now() + 24 * 60 * MINUTE;
    assert_eq!(release(store, attempt, TOMORROW, due).await, FencedOutcome::Done);
    let expected = CloseState {
        closed_through: date(TOMORROW),
        announced_through: date(TOMORROW),
        attempt: 1,
        progress: None,
        touched: rooms(&[]),
        touches: 0,
    };
    assert_eq!(state(store).await, expected);
    assert_eq!(store.due_hotels(due - 1).next_page().await.unwrap(), Some(vec![]));
    let due_hotel = DueHotel { hotel: hotel(), due_at: due };
    assert_eq!(store.due_hotels(due).next_page().await.unwrap(), Some(vec![due_hotel]));
    assert_eq!(claimed(store, "two", now()).await.attempt, 2);
}

#[tokio::test]
async fn suspending_frees_the_hotel_and_leaves_everything_of_the_close() {
    let store = opened().await;
    let attempt = claimed(&store, "one", now()).await.attempt;
    checkpoint(&store, attempt, "101", now() + LEASE).await;
    touch(&store, "203").await;
    let before = state(&store).await;
    assert_eq!(store.suspend(&hotel(), attempt).await.unwrap(), FencedOutcome::Done);
    assert_eq!(state(&store).await, before);
    let due = DueHotel { hotel: hotel(), due_at: now() };
    assert_eq!(store.due_hotels(now()).next_page().await.unwrap(), Some(vec![due]));
    assert_eq!(claimed(&store, "two", now()).await, CloseState { attempt: 2, ..before });
}

#[tokio::test]
async fn hotels_are_closed_apart() {
    let table = opened().await;
    let other: HotelId = hotel_named("lakeside-10");
    claimed(&table.store, "one", now()).await;
    let claim = table.store.claim(&other, "two", now(), now() + LEASE).await.unwrap();
    assert_eq!(claim, ClaimOutcome::NotOpened);
    assert_eq!(table.store.touch(&other, &room("203")).await.unwrap(), None);
}
