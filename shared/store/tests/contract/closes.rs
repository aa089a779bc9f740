//! Claims, fences and touches: what stands in for the lock on a hotel's close.

use roomwatt_domain::instant::MINUTE;
use roomwatt_domain::{HotelId, Instant};
use roomwatt_store::{
    ClaimOutcome, CloseState, DueHotel, FencedOutcome, OpenOutcome, Store, Touch,
};

use crate::endpoint::Table;
use crate::lakeside::{
    DAY_AFTER, TODAY, TOMORROW, date, day, hotel, hotel_named, now, profile, room,
};

const LEASE: i64 = 5 * MINUTE;

/// The version of the profile that workers know of.
const TERMS: u64 = 3;

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
    claim_by(store, owner, TERMS, at).await
}

/// By a worker that knows of a version of the profile.
async fn claim_by(store: &Store, owner: &str, terms: u64, at: Instant) -> ClaimOutcome {
    store.claim(&hotel(), owner, terms, at, at + LEASE).await.unwrap()
}

/// Claims the hotel, which must be free; returns the attempt.
async fn claimed(store: &Store, owner: &str, at: Instant) -> CloseState {
    claimed_by(store, owner, TERMS, at).await
}

async fn claimed_by(store: &Store, owner: &str, terms: u64, at: Instant) -> CloseState {
    let claimed = claim_by(store, owner, terms, at).await;
    let ClaimOutcome::Claimed(state) = claimed else { panic!("{claimed:?}") };
    state
}

/// Of the day after [`TODAY`].
async fn checkpoint(store: &Store, attempt: u64, id: &str, until: Instant) -> FencedOutcome {
    store.checkpoint(&hotel(), attempt, date(TODAY), &room(id), until).await.unwrap()
}

async fn advance(store: &Store, attempt: u64, from: &str, to: &str) -> FencedOutcome {
    store.advance(&hotel(), attempt, date(from), date(to), TERMS).await.unwrap()
}

async fn release(store: &Store, attempt: u64, told: &str, due: Instant) -> FencedOutcome {
    store.release(&hotel(), attempt, date(told), Some(due)).await.unwrap()
}

async fn suspend(store: &Store, attempt: u64) -> FencedOutcome {
    store.suspend(&hotel(), attempt, date(TODAY)).await.unwrap()
}

/// While [`TOMORROW`] is being closed.
async fn touch(store: &Store, id: &str) -> Touch {
    store.touch(&hotel(), &day(TOMORROW), &room(id), now()).await.unwrap()
}

async fn touched(store: &Store) -> Vec<String> {
    let mut rooms = store.touched_rooms(&hotel(), date(TOMORROW), now());
    let mut found = Vec::new();
    while let Some(room) = rooms.next().await.unwrap() {
        found.push(room.to_string());
    }
    found
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
        under_way: true,
        terms: Some(TERMS),
        progress: None,
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
async fn every_claim_and_every_end_of_one_moves_the_attempt_on() {
    let store = opened().await;
    for round in 0..12 {
        let owner = format!("worker-{round}");
        let attempt = claimed(&store, &owner, now()).await.attempt;
        assert_eq!(attempt, 2 * round + 1);
        let ended = match round % 2 {
            0 => release(&store, attempt, TODAY, now()).await,
            _ => suspend(&store, attempt).await,
        };
        assert_eq!(ended, FencedOutcome::Done);
        assert_eq!(state(&store).await.attempt, attempt + 1);
    }
}

#[tokio::test]
async fn a_step_that_is_sent_again_because_its_answer_was_lost_is_done_already() {
    let table = opened().await;
    let store = &table.store;
    let attempt = claimed(store, "one", now()).await.attempt;
    let until = now() + LEASE;
    for _ in 0..2 {
        assert_eq!(checkpoint(store, attempt, "203", until).await, FencedOutcome::Done);
    }
    for _ in 0..2 {
        assert_eq!(advance(store, attempt, TODAY, TOMORROW).await, FencedOutcome::Done);
    }
    for _ in 0..2 {
        assert_eq!(release(store, attempt, TOMORROW, until).await, FencedOutcome::Done);
    }
    let attempt = claimed(store, "two", now()).await.attempt;
    for _ in 0..2 {
        assert_eq!(suspend(store, attempt).await, FencedOutcome::Done);
    }
}

/// Requests that the table carries out long after their worker gave them up.
#[tokio::test]
async fn nothing_that_a_worker_asked_for_is_done_after_its_end() {
    let table = opened().await;
    let store = &table.store;
    let attempt = claimed(store, "one", now()).await.attempt;
    assert_eq!(checkpoint(store, attempt, "203", now() + LEASE).await, FencedOutcome::Done);
    assert_eq!(advance(store, attempt, TODAY, TOMORROW).await, FencedOutcome::Done);
    let due = now() + 24 * 60 * MINUTE;
    assert_eq!(release(store, attempt, TOMORROW, due).await, FencedOutcome::Done);
    let before = table.items().await;

    let until = now() + 99 * LEASE;
    assert_eq!(checkpoint(store, attempt, "203", until).await, FencedOutcome::ClaimLost);
    assert_eq!(advance(store, attempt, TOMORROW, DAY_AFTER).await, FencedOutcome::ClaimLost);
    release(store, attempt, TODAY, until).await;
    suspend(store, attempt).await;
    assert_eq!(table.items().await, before);
}

#[tokio::test]
async fn notes_of_the_progress_never_go_back_and_are_of_one_day() {
    let table = opened().await;
    let store = &table.store;
    let attempt = claimed(store, "one", now()).await.attempt;
    assert_eq!(checkpoint(store, attempt, "203", now() + LEASE).await, FencedOutcome::Done);
    let before = table.items().await;
    assert_eq!(checkpoint(store, attempt, "101", now()).await, FencedOutcome::ClaimLost);
    assert_eq!(table.items().await, before);
    assert_eq!(advance(store, attempt, TODAY, TOMORROW).await, FencedOutcome::Done);
    assert_eq!(checkpoint(store, attempt, "305", now()).await, FencedOutcome::ClaimLost);
    assert_eq!(state(store).await.progress, None);
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

    let before = table.items().await;
    let until = now() + 99 * LEASE;
    assert_eq!(checkpoint(store, lost, "999", until).await, FencedOutcome::ClaimLost);
    assert_eq!(advance(store, lost, TODAY, TOMORROW).await, FencedOutcome::ClaimLost);
    assert_eq!(release(store, lost, TOMORROW, until).await, FencedOutcome::ClaimLost);
    assert_eq!(suspend(store, lost).await, FencedOutcome::ClaimLost);
    assert_eq!(table.items().await, before);

    // Not even when the day is the one that it meant to close.
    assert_eq!(advance(store, held, TODAY, TOMORROW).await, FencedOutcome::Done);
    assert_eq!(advance(store, lost, TODAY, TOMORROW).await, FencedOutcome::ClaimLost);
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
    assert_eq!(advance(store, 0, TODAY, TOMORROW).await, FencedOutcome::ClaimLost);
    assert_eq!(release(store, 0, TODAY, now()).await, FencedOutcome::ClaimLost);
    assert_eq!(suspend(store, 0).await, FencedOutcome::ClaimLost);
    assert_eq!(touch(store, "203").await, Touch::NotNeeded);
    assert!(table.items().await.is_empty());
}

#[tokio::test]
async fn advancing_closes_the_next_day_and_forgets_the_progress() {
    let store = opened().await;
    let attempt = claimed(&store, "one", now()).await.attempt;
    checkpoint(&store, attempt, "203", now() + LEASE).await;
    assert_eq!(advance(&store, attempt, TODAY, TOMORROW).await, FencedOutcome::Done);
    let state = state(&store).await;
    assert_eq!((state.closed_through, state.progress), (date(TOMORROW), None));
    // It is told to the bus only by the release.
    assert_eq!(state.announced_through, date(TODAY));
    // The claim is still there.
    assert_eq!(claim(&store, "two", now()).await, ClaimOutcome::Held);
    assert_eq!(advance(&store, attempt, TOMORROW, DAY_AFTER).await, FencedOutcome::Done);
}

#[tokio::test]
async fn advancing_goes_only_from_the_day_before() {
    let table = opened().await;
    let store = &table.store;
    let attempt = claimed(store, "one", now()).await.attempt;
    let before = table.items().await;
    for (from, to) in [(TOMORROW, DAY_AFTER), ("2036-11-19", "2036-11-21"), (DAY_AFTER, TOMORROW)] {
        let advanced = advance(store, attempt, from, to).await;
        assert_eq!(advanced, FencedOutcome::ClaimLost, "from {from} to {to}");
    }
    assert_eq!(table.items().await, before);
}

#[tokio::test]
async fn a_day_is_closed_by_the_terms_that_it_was_begun_with_whoever_goes_on() {
    let store = opened().await;
    assert_eq!(state(&store).await.terms, None);
    assert_eq!(claimed_by(&store, "one", 3, now()).await.terms, Some(3));
    // The profile is changed, and the first worker dies.
    let second = claimed_by(&store, "two", 4, now() + LEASE).await;
    assert_eq!(second.terms, Some(3));
    assert_eq!(suspend(&store, second.attempt).await, FencedOutcome::Done);
    assert_eq!(state(&store).await.terms, Some(3));
    let third = claimed_by(&store, "three", 5, now()).await;
    checkpoint(&store, third.attempt, "203", now() + LEASE).await;
    assert_eq!(state(&store).await.terms, Some(3));
}

#[tokio::test]
async fn advancing_says_by_which_terms_the_next_day_is_closed() {
    let store = opened().await;
    let attempt = claimed_by(&store, "one", 3, now()).await.attempt;
    let advance = async |attempt, from, to, next_terms| {
        let advanced = store.advance(&hotel(), attempt, date(from), date(to), next_terms).await;
        advanced.unwrap()
    };
    for _ in 0..2 {
        assert_eq!(advance(attempt, TODAY, TOMORROW, 7).await, FencedOutcome::Done);
        assert_eq!(state(&store).await.terms, Some(7));
    }
    // A repetition that knows of newer terms has its day closed already.
    assert_eq!(advance(attempt, TODAY, TOMORROW, 8).await, FencedOutcome::Done);
    assert_eq!(state(&store).await.terms, Some(7));
    // Who takes over goes on by them.
    let next = claimed_by(&store, "two", 9, now() + LEASE).await;
    assert_eq!((next.terms, next.closed_through), (Some(7), date(TOMORROW)));
    assert_eq!(advance(attempt, TOMORROW, DAY_AFTER, 9).await, FencedOutcome::ClaimLost);
    assert_eq!(state(&store).await.terms, Some(7));
    assert_eq!(advance(next.attempt, TOMORROW, DAY_AFTER, 9).await, FencedOutcome::Done);
    assert_eq!(state(&store).await.terms, Some(9));
}

#[tokio::test]
async fn a_day_that_is_begun_after_a_release_is_closed_by_the_terms_of_then() {
    let store = opened().await;
    let attempt = claimed_by(&store, "one", 3, now()).await.attempt;
    advance(&store, attempt, TODAY, TOMORROW).await;
    assert_eq!(release(&store, attempt, TOMORROW, now()).await, FencedOutcome::Done);
    assert_eq!(state(&store).await.terms, None);
    assert_eq!(claimed_by(&store, "two", 12, now()).await.terms, Some(12));
}

#[tokio::test]
async fn a_claim_that_is_refused_leaves_the_terms() {
    let table = opened().await;
    claimed_by(&table, "one", 3, now()).await;
    let before = table.items().await;
    assert_eq!(claim_by(&table, "two", 4, now()).await, ClaimOutcome::Held);
    assert_eq!(table.items().await, before);
}

#[tokio::test]
async fn touching_a_hotel_that_nobody_closes_notes_nothing() {
    let table = opened().await;
    let store = &table.store;
    let before = table.items().await;
    assert_eq!(touch(store, "203").await, Touch::NotNeeded);
    assert_eq!(table.items().await, before);

    let attempt = claimed(store, "one", now()).await.attempt;
    advance(store, attempt, TODAY, TOMORROW).await;
    assert_eq!(touch(store, "203").await, Touch::Closed(date(TOMORROW)));
    release(store, attempt, TOMORROW, now()).await;
    assert_eq!(touch(store, "203").await, Touch::Closed(date(TOMORROW)));
    assert!(touched(store).await.is_empty());
}

#[tokio::test]
async fn touches_of_a_close_under_way_are_noted_once_a_room() {
    let store = opened().await;
    claimed(&store, "one", now()).await;
    for id in ["203", "101", "203"] {
        assert_eq!(touch(&store, id).await, Touch::Noted);
    }
    assert_eq!(touched(&store).await, ["101", "203"]);
}

#[tokio::test]
async fn touches_make_the_close_state_no_larger() {
    let table = opened().await;
    let store = &table.store;
    claimed(store, "one", now()).await;
    let before = state(store).await;
    for id in 0..300 {
        assert_eq!(touch(store, &id.to_string()).await, Touch::Noted);
    }
    assert_eq!(state(store).await, before);
    assert_eq!(touched(store).await.len(), 300);
}

#[tokio::test]
async fn a_touch_counts_although_nobody_goes_on_with_the_close() {
    let store = opened().await;
    let attempt = claimed(&store, "one", now()).await.attempt;
    suspend(&store, attempt).await;
    assert_eq!(touch(&store, "203").await, Touch::Noted);
}

#[tokio::test]
async fn releasing_frees_the_hotel_and_leaves_nothing_of_the_close() {
    let table = opened().await;
    let store = &table.store;
    let attempt = claimed(store, "one", now()).await.attempt;
    checkpoint(store, attempt, "101", now() + LEASE).await;
    advance(store, attempt, TODAY, TOMORROW).await;
    let due = now() + 24 * 60 * MINUTE;
    assert_eq!(release(store, attempt, TOMORROW, due).await, FencedOutcome::Done);
    let expected = CloseState {
        closed_through: date(TOMORROW),
        announced_through: date(TOMORROW),
        attempt: attempt + 1,
        under_way: false,
        terms: None,
        progress: None,
    };
    assert_eq!(state(store).await, expected);
    assert_eq!(store.due_hotels(due - 1).next_page().await.unwrap(), Some(vec![]));
    let due_hotel = DueHotel { hotel: hotel(), due_at: due };
    assert_eq!(store.due_hotels(due).next_page().await.unwrap(), Some(vec![due_hotel]));
    assert_eq!(claimed(store, "two", now()).await.attempt, attempt + 2);
}

#[tokio::test]
async fn a_hotel_with_untold_days_stays_due() {
    let store = opened().await;
    let attempt = claimed(&store, "one", now()).await.attempt;
    advance(&store, attempt, TODAY, TOMORROW).await;
    let released = store.release(&hotel(), attempt, date(TODAY), None).await.unwrap();
    assert_eq!(released, FencedOutcome::Done);
    let due = DueHotel { hotel: hotel(), due_at: now() };
    assert_eq!(store.due_hotels(now()).next_page().await.unwrap(), Some(vec![due]));
    let state = claimed(&store, "two", now()).await;
    assert_eq!(
        (state.announced_through, state.closed_through),
        (date(TODAY), date(TOMORROW)),
        "the next claim sees what is to be told"
    );
}

#[tokio::test]
async fn suspending_frees_the_hotel_and_leaves_everything_of_the_close() {
    let store = opened().await;
    let attempt = claimed(&store, "one", now()).await.attempt;
    checkpoint(&store, attempt, "101", now() + LEASE).await;
    let before = state(&store).await;
    assert_eq!(suspend(&store, attempt).await, FencedOutcome::Done);
    assert_eq!(state(&store).await, CloseState { attempt: attempt + 1, ..before.clone() });
    let due = DueHotel { hotel: hotel(), due_at: now() };
    assert_eq!(store.due_hotels(now()).next_page().await.unwrap(), Some(vec![due]));
    let expected = CloseState { attempt: attempt + 2, ..before };
    assert_eq!(claimed(&store, "two", now()).await, expected);
}

#[tokio::test]
async fn hotels_are_closed_apart() {
    let table = opened().await;
    let other: HotelId = hotel_named("lakeside-10");
    claimed(&table.store, "one", now()).await;
    let claim = table.store.claim(&other, "two", TERMS, now(), now() + LEASE).await.unwrap();
    assert_eq!(claim, ClaimOutcome::NotOpened);
    let touch = table.store.touch(&other, &day(TOMORROW), &room("203"), now()).await.unwrap();
    assert_eq!(touch, Touch::NotNeeded);
}
