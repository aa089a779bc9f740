//! The due index: a tick reads what is due, in order, to the last page.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use roomwatt_domain::{HotelId, Instant, Profile};
use roomwatt_store::{OpenOutcome, Store};

use crate::endpoint::{Table, metered};
use crate::lakeside::{TODAY, ZONE, date, hotel_named, now};

/// Every due hotel, page by page.
async fn due(store: &Store, at: Instant) -> Vec<Vec<HotelId>> {
    let (mut pages, mut due) = (store.due_hotels(at), Vec::new());
    while let Some(page) = pages.next_page().await.unwrap() {
        due.push(page.into_iter().map(|due| due.hotel).collect());
    }
    assert_eq!(pages.next_page().await.unwrap(), None);
    due
}

/// A hotel with a profile, and with events where there is an instant at which a day is due.
async fn hotel(store: &Store, id: &str, due_at: Option<Instant>) -> HotelId {
    let json = format!(r#"{{"hotelId": "{id}", "timeZone": "{ZONE}"}}"#);
    let profile = Profile::parse(&json).unwrap();
    store.put_profile(&profile, now()).await.unwrap();
    if let Some(due_at) = due_at {
        let opened = store.open_hotel(&profile, date(TODAY), due_at).await.unwrap();
        assert_eq!(opened, OpenOutcome::Opened);
    }
    profile.hotel_id
}

#[tokio::test]
async fn only_hotels_that_are_due_are_found_in_the_order_they_became_due() {
    let store = Table::new().await;
    hotel(&store, "no-events", None).await;
    hotel(&store, "soon", Some(now() + 1)).await;
    let just_now = hotel(&store, "a-just-now", Some(now())).await;
    hotel(&store, "tomorrow", Some(now() + 86_400_000)).await;
    let overdue = hotel(&store, "z-overdue", Some(now() - 86_400_000)).await;
    let long_ago = hotel(&store, "long-ago", Some(Instant::from_millis(0))).await;
    assert_eq!(due(&store, now()).await.concat(), [long_ago, overdue, just_now]);
    assert_eq!(due(&store, now() + 1).await.concat().len(), 4);
    assert!(due(&store, Instant::from_millis(-1)).await.concat().is_empty());
}

#[tokio::test]
async fn a_tick_with_nothing_due_is_one_request_and_at_most_one_read_unit() {
    let store = Table::new().await;
    for number in 0..40 {
        hotel(&store, &format!("hotel-{number}"), Some(now() + number)).await;
    }
    let (found, consumed) = metered(&store, async |store| due(store, now() - 1).await).await;
    assert!(found.concat().is_empty());
    assert_eq!((consumed.requests, consumed.write_units), (1, 0.0));
    assert!(consumed.read_units <= 1.0, "{consumed:?}");
}

#[tokio::test]
async fn thousands_of_due_hotels_are_found_to_the_last_page() {
    const HOTELS: usize = 10_500;
    let table = Table::new().await;
    let text = |text: String| AttributeValue::S(text);
    let id = |number: usize| format!("{number:05}-{}", "x".repeat(58));
    // As `open_hotel` leaves them.
    let records: Vec<_> = (0..HOTELS)
        .map(|number| {
            let due_at = now().as_millis() - i64::try_from(number).unwrap();
            HashMap::from([
                ("pk".to_owned(), text(format!("HOTEL#{}", id(number)))),
                ("sk".to_owned(), text("CLOSE".to_owned())),
                ("closedThrough".to_owned(), text(TODAY.to_owned())),
                ("announcedThrough".to_owned(), text(TODAY.to_owned())),
                ("attempt".to_owned(), AttributeValue::N("0".to_owned())),
                ("due".to_owned(), text("DUE".to_owned())),
                ("nextDueAt".to_owned(), AttributeValue::N(due_at.to_string())),
            ])
        })
        .map(|item| PutRequest::builder().set_item(Some(item)).build().unwrap())
        .map(|put| WriteRequest::builder().put_request(put).build())
        .collect();
    for batch in records.chunks(25) {
        let write = table.client.batch_write_item().request_items(&table.name, batch.to_vec());
        let answer = write.send().await.unwrap();
        assert!(answer.unprocessed_items.is_none_or(|left| left.is_empty()));
    }
    let first = hotel_named(&id(HOTELS - 1));
    assert!(table.store.close_state(&first, now()).await.unwrap().is_some());

    let pages = due(&table.store, now()).await;
    assert!(pages.len() > 1, "one page held them all");
    let expected = (0..HOTELS).rev().map(|number| hotel_named(&id(number)));
    assert!(pages.concat().into_iter().eq(expected));
}
