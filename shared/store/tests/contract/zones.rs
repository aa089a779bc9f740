//! The zones of many hotels in few round trips.

use roomwatt_domain::{HotelId, Profile};
use roomwatt_store::{Consistency, Store};

use crate::endpoint::{Table, metered};
use crate::lakeside::{TODAY, date, hotel_named, now};

fn profile(id: &str, zone: &str) -> Profile {
    Profile::parse(&format!(r#"{{"hotelId": "{id}", "timeZone": "{zone}"}}"#)).unwrap()
}

/// What is found of hotels: id, zone, and whether their days are being closed.
async fn found(store: &Store, ids: &[HotelId]) -> Vec<(String, String, bool)> {
    let zones = store.zones_of(ids, Consistency::Newest, now()).await.unwrap();
    let shown = |(id, zone): (HotelId, roomwatt_store::Result<roomwatt_store::HotelZone>)| {
        let zone = zone.unwrap();
        (id.to_string(), zone.calendar.time_zone().to_owned(), zone.opened)
    };
    zones.into_iter().map(shown).collect()
}

#[tokio::test]
async fn each_hotel_has_its_zone_and_what_is_not_there_is_left_out() {
    let table = Table::new().await;
    for (id, zone) in [("h1", "Europe/Vienna"), ("h2", "Asia/Seoul")] {
        table.put_profile(&profile(id, zone), now()).await.unwrap();
    }
    let opened = profile("h2", "Asia/Seoul");
    table.open_hotel(&opened, date(TODAY), now()).await.unwrap();
    let ids = ["h1", "h2", "h3"].map(hotel_named);
    let expected = [("h1", "Europe/Vienna", false), ("h2", "Asia/Seoul", true)];
    let expected = expected.map(|(id, zone, opened)| (id.to_owned(), zone.to_owned(), opened));
    assert_eq!(found(&table, &ids).await, expected);
    assert_eq!(found(&table, &[]).await, []);
}

#[tokio::test]
async fn a_hundred_hotels_are_one_request_and_what_is_lately_there_costs_half() {
    let table = Table::new().await;
    let ids: Vec<_> = (0..250).map(|number| hotel_named(&format!("h{number}"))).collect();
    for (consistency, units) in [(Consistency::Lately, 50.0), (Consistency::Newest, 100.0)] {
        let (_, consumed) = metered(&table, async |store| {
            store.zones_of(&ids[..100], consistency, now()).await.unwrap()
        })
        .await;
        table.assert_one_request(consumed, units);
    }
    let (_, consumed) = metered(&table, async |store| {
        store.zones_of(&ids, Consistency::Lately, now()).await.unwrap()
    })
    .await;
    assert_eq!(consumed.requests, 3);
}

#[tokio::test]
async fn a_hotel_whose_record_cannot_be_read_costs_no_other_its_zone() {
    let table = Table::new().await;
    for id in ["h1", "h2"] {
        table.put_profile(&profile(id, "Europe/Vienna"), now()).await.unwrap();
    }
    let items = table.items().await;
    let mut item = items[&("HOTEL#h1".to_owned(), "PROFILE".to_owned())].clone();
    item.remove("timeZone");
    let put = table.client.put_item().table_name(&table.name).set_item(Some(item)).send().await;
    put.unwrap();
    let ids = ["h1", "h2"].map(hotel_named);
    let mut zones = table.zones_of(&ids, Consistency::Lately, now()).await.unwrap();
    let fault = zones.remove(&ids[0]).unwrap().unwrap_err();
    assert_eq!(fault.to_string(), "a stored profile cannot be read: timeZone is missing");
    assert!(zones.remove(&ids[1]).unwrap().is_ok());
}
