//! Sessions of browsers, and links.

use roomwatt_domain::Instant;
use roomwatt_domain::instant::HOUR;
use roomwatt_store::{Consumed, DeleteLink, Link, Session, SessionKey, Store, TokenHash};
use tokio::task::JoinSet;

use crate::endpoint::{Table, all};
use crate::gate::Gate;
use crate::lakeside::{hotel, hotel_named, now};

const TOKEN: &str = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA";

fn signed_in() -> SessionKey {
    SessionKey::signed_in(TokenHash::of(TOKEN))
}

fn of_link(own: &str) -> SessionKey {
    SessionKey::of_link(link_id(), TokenHash::of(own))
}

fn link_id() -> TokenHash {
    TokenHash::of("link")
}

fn session() -> Session {
    Session { hotels: Some([hotel(), hotel_named("b")].into()), expires_at: now() + 8 * HOUR }
}

fn link() -> Link {
    Link { hotel: hotel(), expires_at: now() + 24 * HOUR }
}

/// A session that a link makes: whether it does.
async fn follow(store: &Store, own: &str, at: Instant) -> bool {
    store.put_link_session(&link_id(), &of_link(own), &session(), at).await.unwrap()
}

async fn is_known(store: &Store, key: &SessionKey, at: Instant) -> bool {
    store.session(key, at).await.unwrap().is_some()
}

#[tokio::test]
async fn a_session_is_known_until_it_ends_or_its_time_is_over() {
    let table = Table::new().await;
    assert_eq!(table.session(&signed_in(), now()).await.unwrap(), None);
    table.put_session(&signed_in(), &session()).await.unwrap();
    assert_eq!(table.session(&signed_in(), now()).await.unwrap(), Some(session()));
    let end = session().expires_at;
    assert!(is_known(&table, &signed_in(), end - 1).await);
    assert!(!is_known(&table, &signed_in(), end).await);
    // What one has is no other's.
    let other = SessionKey::signed_in(TokenHash::of("other"));
    assert!(!is_known(&table, &other, now()).await);
    table.end_session(&other).await.unwrap();
    table.end_session(&signed_in()).await.unwrap();
    table.end_session(&signed_in()).await.unwrap();
    assert!(!is_known(&table, &signed_in(), now()).await);
    // To end what never was leaves nothing behind.
    assert_eq!(table.items().await.len(), 1);
}

#[tokio::test]
async fn a_session_sees_some_hotels_or_all() {
    let table = Table::new().await;
    let all = Session { hotels: None, ..session() };
    table.put_session(&signed_in(), &all).await.unwrap();
    assert_eq!(table.session(&signed_in(), now()).await.unwrap(), Some(all));
}

#[tokio::test]
async fn no_token_is_in_the_table_and_every_record_goes_by_itself() {
    let table = Table::new().await;
    table.put_session(&signed_in(), &session()).await.unwrap();
    table.put_link(&link_id(), &link()).await.unwrap();
    assert!(follow(&table, TOKEN, now()).await);
    let items = table.items().await;
    assert_eq!(items.len(), 3);
    for (key, item) in items {
        assert!(key.0.starts_with("SESSION#"), "{key:?}");
        assert!(!format!("{item:?}").contains(TOKEN));
        let expires: i64 = item["expiresAt"].as_n().unwrap().parse().unwrap();
        assert!(expires * 1000 > now().as_millis());
    }
}

#[tokio::test]
async fn a_session_of_sixty_hotels_is_read_for_one_unit() {
    let table = Table::new().await;
    let hotels = (0..60).map(|number| hotel_named(&format!("{number:0>60}"))).collect();
    let wide = Session { hotels: Some(hotels), ..session() };
    table.put_session(&signed_in(), &wide).await.unwrap();
    let apart = table.metered_apart();
    assert_eq!(apart.session(&signed_in(), now()).await.unwrap(), Some(wide));
    let expected = Consumed { read_units: 1.0, requests: 1, ..Consumed::default() };
    table.assert_consumed(apart.meter().consumed(), expected);
}

#[tokio::test]
async fn a_link_makes_sessions_until_it_is_deleted_or_its_time_is_over() {
    let table = Table::new().await;
    assert!(!follow(&table, "early", now()).await);
    assert_eq!(table.delete_link(&link_id(), &hotel(), now()).await.unwrap(), DeleteLink::Unknown);
    table.put_link(&link_id(), &link()).await.unwrap();
    assert_eq!(table.link(&link_id(), now()).await.unwrap(), Some(link()));
    assert!(follow(&table, "one", now()).await && follow(&table, "two", now()).await);
    assert!(is_known(&table, &of_link("one"), now()).await);
    let end = link().expires_at;
    assert!(!follow(&table, "late", end).await);
    assert_eq!(table.link(&link_id(), end).await.unwrap(), None);
    assert_eq!(table.delete_link(&link_id(), &hotel(), end).await.unwrap(), DeleteLink::Unknown);
    // Another hotel has no such link.
    let other = table.delete_link(&link_id(), &hotel_named("b"), now()).await.unwrap();
    assert_eq!(other, DeleteLink::Unknown);
    assert!(table.link(&link_id(), now()).await.unwrap().is_some());
    for outcome in [DeleteLink::Deleted, DeleteLink::DeletedBefore] {
        assert_eq!(table.delete_link(&link_id(), &hotel(), now()).await.unwrap(), outcome);
        assert_eq!(table.link(&link_id(), now()).await.unwrap(), None);
        assert!(!follow(&table, "three", now()).await);
    }
    let left = all(table.sessions_of_link(&link_id())).await;
    assert_eq!(left.len(), 2);
    for session in &left {
        table.remove_session(session).await.unwrap();
        table.remove_session(session).await.unwrap();
        assert!(!is_known(&table, session, now()).await);
    }
    assert!(all(table.sessions_of_link(&link_id())).await.is_empty());
}

#[tokio::test]
async fn a_session_of_a_link_is_no_session_of_another() {
    let table = Table::new().await;
    table.put_link(&link_id(), &link()).await.unwrap();
    assert!(follow(&table, "one", now()).await);
    let own = TokenHash::of("one");
    for other in [
        SessionKey::signed_in(own.clone()),
        SessionKey::of_link(TokenHash::of("other"), own),
        SessionKey::signed_in(link_id()),
        SessionKey::of_link(link_id(), link_id()),
    ] {
        assert!(!is_known(&table, &other, now()).await, "{other:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_ended_does_not_come_back_with_a_late_request() {
    // Each is put once more, and that request is carried out when all is over.
    let table = Table::new().await;
    let (slow, mut gate) = Gate::before_writes_to(&table);
    table.put_session(&signed_in(), &session()).await.unwrap();
    let mut late = JoinSet::new();
    late.spawn(async move { slow.put_session(&signed_in(), &session()).await });
    gate.reached().await;
    table.end_session(&signed_in()).await.unwrap();
    gate.open();
    late.join_next().await.unwrap().unwrap().unwrap();
    assert!(!is_known(&table, &signed_in(), now()).await);

    let (slow, mut gate) = Gate::before_writes_to(&table);
    table.put_link(&link_id(), &link()).await.unwrap();
    let mut late = JoinSet::new();
    late.spawn(async move { slow.put_link(&link_id(), &link()).await });
    gate.reached().await;
    table.delete_link(&link_id(), &hotel(), now()).await.unwrap();
    gate.open();
    late.join_next().await.unwrap().unwrap().unwrap();
    assert_eq!(table.link(&link_id(), now()).await.unwrap(), None);
    assert!(!follow(&table, "one", now()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_deleted_meanwhile_makes_no_session() {
    let table = Table::new().await;
    table.put_link(&link_id(), &link()).await.unwrap();
    let (slow, mut gate) = Gate::before_writes_to(&table);
    let mut late = JoinSet::new();
    late.spawn(async move { follow(&slow, "one", now()).await });
    gate.reached().await;
    table.delete_link(&link_id(), &hotel(), now()).await.unwrap();
    assert!(all(table.sessions_of_link(&link_id())).await.is_empty());
    gate.open();
    assert!(!late.join_next().await.unwrap().unwrap());
    assert!(!is_known(&table, &of_link("one"), now()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_a_link_that_has_ended_does_not_come_back() {
    let table = Table::new().await;
    table.put_link(&link_id(), &link()).await.unwrap();
    let (slow, mut gate) = Gate::before_writes_to(&table);
    assert!(follow(&table, "one", now()).await);
    // The answer to the same request was lost, and it is sent again: it is there.
    assert!(follow(&table, "one", now()).await);
    let mut late = JoinSet::new();
    late.spawn(async move { follow(&slow, "one", now()).await });
    gate.reached().await;
    table.end_session(&of_link("one")).await.unwrap();
    gate.open();
    assert!(!late.join_next().await.unwrap().unwrap());
    assert!(!is_known(&table, &of_link("one"), now()).await);
}

#[test]
fn a_hash_is_43_characters_of_base64url() {
    let hash = TokenHash::of(TOKEN);
    assert_eq!(hash.as_str().parse(), Ok(hash.clone()));
    let mut long = hash.to_string();
    long.push('A');
    for text in ["", "abc", &long, &"!".repeat(43), &"é".repeat(43), &format!("{hash}=")] {
        assert!(text.parse::<TokenHash>().is_err(), "{text}");
    }
}
