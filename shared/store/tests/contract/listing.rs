//! The list of hotels: in step with the profiles, and read without a scan.

use roomwatt_domain::Profile;
use roomwatt_store::{Hotel, ListedHotel, PutProfile, Store};

use crate::endpoint::{Table, all, metered};
use crate::lakeside::{TODAY, date, hotel_named, now};

fn named(id: &str, name: Option<&str>) -> Profile {
    let name = name.map_or(String::new(), |name| format!(r#", "name": "{name}""#));
    Profile::parse(&format!(r#"{{"hotelId": "{id}", "timeZone": "Europe/Vienna"{name}}}"#)).unwrap()
}

fn listed(id: &str, name: Option<&str>) -> ListedHotel {
    ListedHotel {
        hotel_id: hotel_named(id),
        name: name.map(str::to_owned),
        time_zone: "Europe/Vienna".to_owned(),
    }
}

async fn put(store: &Store, id: &str, name: Option<&str>) -> PutProfile {
    store.put_profile(&named(id, name), now()).await.unwrap()
}

#[tokio::test]
async fn hotels_are_listed_by_id_from_their_first_profile_on() {
    let store = Table::new().await;
    assert_eq!(all(store.hotels(None, now())).await, []);
    for id in ["h2", "h10", "H1", "h1", "h1.a", "h1-a"] {
        assert_eq!(put(&store, id, None).await, PutProfile::Created);
    }
    let ids = async |after: Option<&str>| {
        let after = after.map(hotel_named);
        let hotels = all(store.hotels(after.as_ref(), now()).lately()).await;
        hotels.iter().map(|hotel| hotel.hotel_id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(ids(None).await, ["H1", "h1", "h1-a", "h1.a", "h10", "h2"]);
    assert_eq!(ids(Some("h1")).await, ["h1-a", "h1.a", "h10", "h2"]);
    assert_eq!(ids(Some("h2")).await, [] as [&str; 0]);
}

#[tokio::test]
async fn a_changed_name_is_listed_and_a_refused_change_is_not() {
    let store = Table::new().await;
    put(&store, "h1", Some("Am See")).await;
    assert_eq!(all(store.hotels(None, now())).await, [listed("h1", Some("Am See"))]);
    assert_eq!(put(&store, "h1", Some("Seehof")).await, PutProfile::Replaced);
    assert_eq!(all(store.hotels(None, now())).await, [listed("h1", Some("Seehof"))]);
    assert_eq!(put(&store, "h1", None).await, PutProfile::Replaced);
    assert_eq!(all(store.hotels(None, now())).await, [listed("h1", None)]);
    store.open_hotel(&named("h1", None), date(TODAY), now()).await.unwrap();
    let moved = Profile::parse(r#"{"hotelId": "h1", "timeZone": "UTC", "name": "Gone"}"#).unwrap();
    assert_eq!(store.put_profile(&moved, now()).await.unwrap(), PutProfile::ZoneSettled);
    assert_eq!(all(store.hotels(None, now())).await, [listed("h1", None)]);
}

#[tokio::test]
async fn named_hotels_are_one_round_trip_whatever_else_there_is() {
    let table = Table::new().await;
    for number in 0..30 {
        put(&table, &format!("h{number:02}"), None).await;
    }
    let wanted = ["h07", "nowhere", "h21"].map(hotel_named);
    let (hotels, consumed) =
        metered(&table, async |store| store.hotels_of(&wanted, now()).await.unwrap()).await;
    assert_eq!(hotels, [listed("h07", None), listed("h21", None)]);
    table.assert_one_request(consumed, 1.5);
    let (hotels, consumed) =
        metered(&table, async |store| all(store.hotels(None, now()).lately()).await).await;
    assert_eq!(hotels.len(), 30);
    // Thirty hotels take less than 4 KB.
    table.assert_one_request(consumed, 0.5);
}

#[tokio::test]
async fn a_page_reads_no_more_than_it_was_asked_for() {
    let table = Table::new().await;
    for number in 0..9 {
        put(&table, &format!("h{number}"), None).await;
    }
    let ((first, next), consumed) = metered(&table, async |store| {
        let mut pages = store.hotels(None, now()).lately().at_most(3);
        let mut first = Vec::new();
        while first.len() < 3 {
            first.push(pages.next().await.unwrap().unwrap());
        }
        (first, pages)
    })
    .await;
    assert_eq!((first.len(), consumed.requests), (3, 1));
    // A reader that goes on all the same gets the rest.
    assert_eq!(all(next).await.len(), 6);
}

#[tokio::test]
async fn a_hotel_is_found_with_its_close_state_in_one_round_trip_of_one_unit() {
    let table = Table::new().await;
    assert_eq!(table.hotel(&hotel_named("h1"), now()).await.unwrap(), None);
    put(&table, "h1", None).await;
    let found = table.hotel(&hotel_named("h1"), now()).await.unwrap().unwrap();
    let expected = Hotel { profile: named("h1", None), version: 1, closed_through: None };
    assert_eq!(found, expected);
    table.open_hotel(&named("h1", None), date(TODAY), now()).await.unwrap();
    let (found, consumed) = metered(&table, async |store| {
        store.hotel(&hotel_named("h1"), now()).await.unwrap().unwrap()
    })
    .await;
    assert_eq!(found, Hotel { closed_through: Some(date(TODAY)), ..expected });
    table.assert_one_request(consumed, 1.0);
    put(&table, "h1", Some("Am See")).await;
    let found = table.hotel(&hotel_named("h1"), now()).await.unwrap().unwrap();
    assert_eq!((found.version, found.profile.name.as_deref()), (2, Some("Am See")));
}
