//! When hotels were heard: a note is one unit and never goes back, and silent hotels are one query.

use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{HotelId, Instant};
use roomwatt_store::{Arrivals, Consumed, HeardHotel, Store};

use crate::endpoint::{Table, metered};
use crate::lakeside::{hotel_named, now};

async fn heard_before(store: &Store, before: Instant) -> Vec<HeardHotel> {
    let (mut pages, mut heard) = (store.heard_before(before), Vec::new());
    while let Some(hotel) = pages.next().await.unwrap() {
        heard.push(hotel);
    }
    heard
}

fn heard(hotel: &HotelId, heard_at: Instant) -> HeardHotel {
    HeardHotel { hotel: hotel.clone(), heard_at }
}

#[tokio::test]
async fn hotels_that_were_last_heard_before_an_instant_are_found() {
    let store = Table::new().await;
    let (silent, talking) = (hotel_named("silent"), hotel_named("talking"));
    store.note_heard(&silent, now() - 7 * HOUR).await.unwrap();
    store.note_heard(&talking, now() - 7 * HOUR).await.unwrap();
    store.note_heard(&talking, now()).await.unwrap();
    let found = heard_before(&store, now() - 6 * HOUR).await;
    assert_eq!(found, [heard(&silent, now() - 7 * HOUR)]);
    assert_eq!(heard_before(&store, now() + 1).await.len(), 2);
}

#[tokio::test]
async fn a_note_that_is_carried_out_late_does_not_set_a_later_one_back() {
    let store = Table::new().await;
    let hotel = hotel_named("h1");
    store.note_heard(&hotel, now()).await.unwrap();
    store.note_heard(&hotel, now() - HOUR).await.unwrap();
    assert_eq!(heard_before(&store, now() + 1).await, [heard(&hotel, now())]);
}

#[tokio::test]
async fn what_came_for_a_hotel_is_read_at_once() {
    let store = Table::new().await;
    let (hotel, other) = (hotel_named("h1"), hotel_named("h11"));
    let reasons = |count| [("future".to_owned(), count), ("expired".to_owned(), 2)];
    assert_eq!(store.arrivals(&hotel, now()).await.unwrap(), Arrivals::default());
    store.note_refused(&other, now(), reasons(9)).await.unwrap();
    store.note_refused(&hotel, now(), reasons(3)).await.unwrap();
    // One that is carried out late.
    store.note_refused(&hotel, now() - 1, reasons(4)).await.unwrap();
    let refused = Some((now(), reasons(3).into()));
    let (came, read) = metered(&store, async |store| store.arrivals(&hotel, now()).await).await;
    assert_eq!(came.unwrap(), Arrivals { applied_at: None, refused: refused.clone() });
    assert_eq!(read.requests, 1);
    store.note_heard(&hotel, now() - HOUR).await.unwrap();
    let came = store.arrivals(&hotel, now()).await.unwrap();
    assert_eq!(came, Arrivals { applied_at: Some(now() - HOUR), refused });
    // A refused event is no sign of life.
    assert_eq!(heard_before(&store, now()).await, [heard(&hotel, now() - HOUR)]);
}

#[tokio::test]
async fn a_note_is_one_unit_and_a_look_at_forty_hotels_half_a_one() {
    let store = Table::new().await;
    let ((), noted) = metered(&store, async |store| {
        store.note_heard(&hotel_named("h1"), now()).await.unwrap();
    })
    .await;
    store.assert_consumed(noted, Consumed { write_units: 1.0, requests: 1, ..Consumed::default() });
    for number in 2..=40 {
        store.note_heard(&hotel_named(&format!("hotel-{number}")), now()).await.unwrap();
    }
    let (found, looked) = metered(&store, async |store| heard_before(store, now()).await).await;
    assert!(found.is_empty());
    store.assert_consumed(looked, Consumed { read_units: 0.5, requests: 1, ..Consumed::default() });
}
