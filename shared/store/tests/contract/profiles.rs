//! Hotels: creating, replacing and opening them, and the versions that are kept.

use roomwatt_domain::Instant;
use roomwatt_store::{DueHotel, OpenOutcome, PutProfile, Store, StoredProfile};
use tokio::task::JoinSet;

use crate::endpoint::{Table, metered};
use crate::gate::Gate;
use crate::lakeside::{TODAY, date, hotel, hotel_named, now, profile, profile_with};

const ELSEWHERE: &str = r#", "timeZone": "Asia/Seoul""#;
const CHEAPER: &str = r#", "pricePerKwh": "0.1""#;

async fn put(store: &Store, fields: &str) -> PutProfile {
    store.put_profile(&profile_with(fields), now()).await.unwrap()
}

async fn stored(store: &Store) -> StoredProfile {
    store.profile(&hotel(), now()).await.unwrap().unwrap()
}

async fn open(store: &Store, fields: &str) -> OpenOutcome {
    store.open_hotel(&profile_with(fields), date(TODAY), now()).await.unwrap()
}

#[tokio::test]
async fn a_new_hotel_is_created_as_version_1_with_every_field() {
    let store = Table::new().await;
    assert_eq!(store.profile(&hotel(), now()).await.unwrap(), None);
    assert_eq!(put(&store, "").await, PutProfile::Created);
    let expected = StoredProfile { profile: profile(), version: 1, opened: false };
    assert_eq!(stored(&store).await, expected);
    assert_eq!(store.profile_lately(&hotel(), now()).await.unwrap(), Some(expected));
}

#[tokio::test]
async fn hotels_whose_ids_begin_alike_are_apart() {
    let store = Table::new().await;
    put(&store, "").await;
    for id in ["lakeside", "lakeside-", "lakeside-10", "Lakeside-1"] {
        assert_eq!(store.profile(&hotel_named(id), now()).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_change_replaces_the_profile_by_the_next_version() {
    let store = Table::new().await;
    put(&store, "").await;
    assert_eq!(put(&store, CHEAPER).await, PutProfile::Replaced);
    let expected = StoredProfile { profile: profile_with(CHEAPER), version: 2, opened: false };
    assert_eq!(stored(&store).await, expected);
}

#[tokio::test]
async fn a_profile_that_says_the_same_is_no_new_version_and_no_write() {
    let store = Table::new().await;
    put(&store, "").await;
    let (put, consumed) = metered(&store, async |store| put(store, "").await).await;
    assert_eq!(put, PutProfile::Replaced);
    assert_eq!((consumed.write_units, consumed.requests), (0.0, 1));
    assert_eq!(stored(&store).await.version, 1);
}

#[tokio::test]
async fn superseded_versions_stay_readable_each_as_it_was() {
    let store = Table::new().await;
    put(&store, "").await;
    put(&store, CHEAPER).await;
    put(&store, ELSEWHERE).await;
    let superseded =
        async |version| store.superseded_profile(&hotel(), version, now()).await.unwrap();
    assert_eq!(superseded(1).await, profile());
    assert_eq!(superseded(2).await, profile_with(CHEAPER));
    assert_eq!(stored(&store).await.version, 3);
}

#[tokio::test]
async fn a_version_that_never_was_is_a_fault_that_stays() {
    let store = Table::new().await;
    put(&store, "").await;
    let fault = store.superseded_profile(&hotel(), 7, now()).await.unwrap_err();
    assert!(!fault.is_passing());
}

#[tokio::test]
async fn the_zone_may_change_before_the_hotel_is_opened() {
    let store = Table::new().await;
    put(&store, "").await;
    assert_eq!(put(&store, ELSEWHERE).await, PutProfile::Replaced);
    assert_eq!(stored(&store).await.profile.calendar.time_zone(), "Asia/Seoul");
    assert_eq!(open(&store, ELSEWHERE).await, OpenOutcome::Opened);
}

#[tokio::test]
async fn the_zone_of_an_opened_hotel_is_settled() {
    let store = Table::new().await;
    put(&store, "").await;
    assert_eq!(open(&store, "").await, OpenOutcome::Opened);
    let before = stored(&store).await;
    assert!(before.opened);
    assert_eq!(put(&store, ELSEWHERE).await, PutProfile::ZoneSettled);
    assert_eq!(stored(&store).await, before);
}

#[tokio::test]
async fn an_opened_hotel_changes_everything_else_and_stays_opened() {
    let store = Table::new().await;
    put(&store, "").await;
    open(&store, "").await;
    assert_eq!(put(&store, CHEAPER).await, PutProfile::Replaced);
    let expected = StoredProfile { profile: profile_with(CHEAPER), version: 2, opened: true };
    assert_eq!(stored(&store).await, expected);
}

#[tokio::test]
async fn opening_begins_the_closing_of_days() {
    let store = Table::new().await;
    put(&store, "").await;
    assert_eq!(store.close_state(&hotel(), now()).await.unwrap(), None);
    assert_eq!(open(&store, "").await, OpenOutcome::Opened);
    let state = store.close_state(&hotel(), now()).await.unwrap().unwrap();
    assert_eq!((state.closed_through, state.announced_through), (date(TODAY), date(TODAY)));
    assert_eq!((state.attempt, state.under_way), (0, false));
    assert_eq!((state.terms, state.progress), (None, None));
    let due = store.due_hotels(now()).next_page().await.unwrap();
    assert_eq!(due, Some(vec![DueHotel { hotel: hotel(), due_at: now() }]));
}

#[tokio::test]
async fn opening_is_refused_the_second_time_and_changes_nothing() {
    let store = Table::new().await;
    put(&store, "").await;
    open(&store, "").await;
    let again = store.open_hotel(&profile(), date("2036-01-01"), Instant::from_millis(0)).await;
    assert_eq!(again.unwrap(), OpenOutcome::ProfileChanged);
    let state = store.close_state(&hotel(), now()).await.unwrap().unwrap();
    assert_eq!(state.closed_through, date(TODAY));
    assert_eq!(store.due_hotels(now() - 1).next_page().await.unwrap(), Some(Vec::new()));
}

#[tokio::test]
async fn opening_is_refused_in_another_zone_or_without_a_profile_and_leaves_nothing() {
    let table = Table::new().await;
    let store = &table.store;
    assert_eq!(open(store, "").await, OpenOutcome::ProfileChanged);
    assert!(table.items().await.is_empty());
    put(store, "").await;
    assert_eq!(open(store, ELSEWHERE).await, OpenOutcome::ProfileChanged);
    assert!(!stored(store).await.opened);
    assert_eq!(store.close_state(&hotel(), now()).await.unwrap(), None);
}

/// Puts a profile that has read the one before when `meanwhile` happens.
async fn put_after(
    table: &Table,
    fields: &'static str,
    meanwhile: impl AsyncFnOnce(&Store),
) -> PutProfile {
    let (slow, mut gate) = Gate::before_writes_to(table);
    let mut writing = JoinSet::new();
    writing.spawn(async move { put(&slow, fields).await });
    gate.reached().await;
    meanwhile(&table.store).await;
    gate.open();
    writing.join_next().await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_create_a_hotel_one_does() {
    let table = Table::new().await;
    let slow = put_after(&table, CHEAPER, async |store| {
        assert_eq!(put(store, "").await, PutProfile::Created);
    });
    assert_eq!(slow.await, PutProfile::Conflict);
    let expected = StoredProfile { profile: profile(), version: 1, opened: false };
    assert_eq!(stored(&table.store).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_change_a_profile_one_does() {
    let table = Table::new().await;
    put(&table.store, "").await;
    let slow = put_after(&table, CHEAPER, async |store| {
        assert_eq!(put(store, r#", "currency": "CHF""#).await, PutProfile::Replaced);
    });
    assert_eq!(slow.await, PutProfile::Conflict);
    let current = stored(&table.store).await;
    assert_eq!((current.profile.currency.as_deref(), current.version), (Some("CHF"), 2));
    let before = table.store.superseded_profile(&hotel(), 1, now()).await.unwrap();
    assert_eq!(before, profile());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_is_not_changed_behind_a_hotel_that_opens_just_now() {
    let table = Table::new().await;
    put(&table.store, "").await;
    let slow = put_after(&table, ELSEWHERE, async |store| {
        assert_eq!(open(store, "").await, OpenOutcome::Opened);
    });
    assert_eq!(slow.await, PutProfile::Conflict);
    let expected = StoredProfile { profile: profile(), version: 1, opened: true };
    assert_eq!(stored(&table.store).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_does_not_get_in_the_way_of_a_change_that_leaves_the_zone() {
    let table = Table::new().await;
    put(&table.store, "").await;
    let slow = put_after(&table, CHEAPER, async |store| {
        assert_eq!(open(store, "").await, OpenOutcome::Opened);
    });
    assert_eq!(slow.await, PutProfile::Replaced);
    let expected = StoredProfile { profile: profile_with(CHEAPER), version: 2, opened: true };
    assert_eq!(stored(&table.store).await, expected);
}
