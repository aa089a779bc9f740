//! Profiles over HTTP.

use std::sync::Arc;

use axum::Router;
use roomwatt_api::Caller;
use roomwatt_embedded::Deployment;
use roomwatt_embedded::clock::ReplayClock;
use roomwatt_store::Store;
use serde_json::{Value, json};

use crate::harbour::{get, later, put, router};

async fn empty() -> (Router, Store) {
    let clock = Arc::new(ReplayClock::at(later()));
    let store = Deployment::new(None, clock).await.unwrap().store().clone();
    (router(store.clone(), later(), Some(Caller::Owner)), store)
}

fn profile() -> Value {
    json!({"hotelId": "lakeside-1", "timeZone": "Europe/Vienna", "name": "Am See",
           "pricePerKwh": 0.25, "ratings": {"light": {"ON": "12.5"}}})
}

const PATH: &str = "/hotels/lakeside-1";

#[tokio::test]
async fn a_profile_is_created_replaced_read_and_listed() {
    let (api, _) = empty().await;
    get(&api, PATH).await.problem(404);
    let created = put(&api, PATH, profile().to_string()).await;
    assert_eq!(created.status.as_u16(), 201);
    let mut expected = json!({"hotelId": "lakeside-1", "timeZone": "Europe/Vienna", "name": "Am See",
                              "pricePerKwh": "0.25", "vacancyDelayMinutes": 0,
                              "ratings": {"light": {"ON": "12.5"}}});
    assert_eq!(created.json(), expected);
    assert_eq!(get(&api, PATH).await.found(), expected);
    let mut renamed = profile();
    renamed["name"] = json!("An der Brücke");
    let replaced = put(&api, PATH, renamed.to_string()).await;
    assert_eq!(replaced.status.as_u16(), 200);
    expected["name"] = json!("An der Brücke");
    assert_eq!(get(&api, PATH).await.found(), expected);
    let listed =
        json!({"hotelId": "lakeside-1", "name": "An der Brücke", "timeZone": "Europe/Vienna"});
    assert_eq!(get(&api, "/hotels").await.found(), json!({"hotels": [listed]}));
}

#[tokio::test]
async fn hotels_are_listed_in_pages() {
    let (api, _) = empty().await;
    for number in [3, 1, 2, 10] {
        let profile = json!({"hotelId": format!("h{number}"), "timeZone": "UTC"});
        let created = put(&api, &format!("/hotels/h{number}"), profile.to_string()).await;
        assert_eq!(created.status.as_u16(), 201);
    }
    let ids = |page: &Value| {
        let hotels = page["hotels"].as_array().unwrap().clone();
        hotels.iter().map(|hotel| hotel["hotelId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = get(&api, "/hotels?limit=3").await.found();
    assert_eq!(ids(&first), ["h1", "h10", "h2"]);
    let next = first["nextToken"].as_str().unwrap();
    let second = get(&api, &format!("/hotels?limit=3&nextToken={next}")).await.found();
    assert_eq!((ids(&second), second.get("nextToken")), (vec!["h3".to_owned()], None));
}

#[tokio::test]
async fn every_fault_of_a_profile_is_named_with_its_field() {
    let (api, _) = empty().await;
    let bad = json!({"hotelId": "lakeside-1", "timeZone": "Europe/Nowhere", "currency": "euro",
                     "pricePerKwh": "-1", "kgCo2ePerKwh": "0.1234567", "vacancyDelayMinutes": 241,
                     "confirmWithinHours": {"light": 0}, "ratings": {"light": {"on": 1}},
                     "deviceRatings": {"2/3": {}, "203": {"lamp-1": {"ON": "much"}}}, "name": ""});
    let problem = put(&api, PATH, bad.to_string()).await.problem(400);
    let fields: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["field"].as_str().unwrap())
        .collect();
    for field in [
        "timeZone",
        "currency",
        "pricePerKwh",
        "kgCo2ePerKwh",
        "vacancyDelayMinutes",
        "confirmWithinHours.light",
        "ratings.light.on",
        "deviceRatings.2/3",
        "deviceRatings.203.lamp-1.ON",
        "name",
    ] {
        assert!(fields.contains(&field), "{field}: {fields:?}");
    }
    let other = json!({"hotelId": "lakeside-2", "timeZone": "UTC"});
    let problem = put(&api, PATH, other.to_string()).await.problem(400);
    assert_eq!(problem["errors"][0]["field"], "hotelId");
    get(&api, PATH).await.problem(404);
}

#[tokio::test]
async fn a_body_that_is_no_profile_is_refused() {
    let (api, _) = empty().await;
    for body in [&b""[..], b"[]", b"null", b"{", b"what?", b"{\"hotelId\":7}", b"\xff\xfe", b"{}{}"]
    {
        put(&api, PATH, body).await.problem(400);
    }
    put(&api, PATH, " ".repeat(256 * 1024 + 1)).await.problem(413);
    // Small enough to be sent, and too large to be stored once its numbers are written out.
    let digit = |n: usize| char::from(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[n % 36]);
    let state = |n: usize| String::from_iter([digit(n / 1296), digit(n / 36), digit(n)]);
    let ratings: serde_json::Map<_, _> = (0..25_500).map(|n| (state(n), json!(1))).collect();
    let large = json!({"hotelId": "lakeside-1", "timeZone": "UTC", "ratings": {"k": ratings}});
    let large = large.to_string().replace(":1,", ":1e7,");
    assert!(large.len() < 256 * 1024, "{}", large.len());
    put(&api, PATH, large).await.problem(413);
}

#[tokio::test]
async fn the_zone_of_a_hotel_with_events_cannot_change() {
    let (api, store) = empty().await;
    put(&api, PATH, profile().to_string()).await;
    let mut moved = profile();
    moved["timeZone"] = json!("Asia/Seoul");
    assert_eq!(put(&api, PATH, moved.to_string()).await.status.as_u16(), 200);
    let stored = store.profile(&"lakeside-1".parse().unwrap(), later()).await.unwrap().unwrap();
    store.open_hotel(&stored.profile, "2026-11-01".parse().unwrap(), later()).await.unwrap();
    let problem = put(&api, PATH, profile().to_string()).await.problem(409);
    assert!(problem["detail"].as_str().unwrap().contains("timeZone"));
    assert_eq!(get(&api, PATH).await.found()["timeZone"], "Asia/Seoul");
    assert_eq!(get(&api, PATH).await.found()["closedThrough"], "2026-11-01");
}

#[tokio::test]
async fn of_writers_at_once_each_has_written_or_is_told() {
    let (api, store) = empty().await;
    put(&api, PATH, profile().to_string()).await;
    let writers = (0..8).map(|number| {
        let (api, mut profile) = (api.clone(), profile());
        profile["pricePerKwh"] = json!(number);
        async move { put(&api, PATH, profile.to_string()).await.status.as_u16() }
    });
    let mut written = 0;
    for status in writers.collect::<tokio::task::JoinSet<_>>().join_all().await {
        assert!(matches!(status, 200 | 409), "{status}");
        written += u64::from(status == 200);
    }
    // As many versions as writers who were told that they had written: none was lost unnoticed.
    let stored = store.profile(&"lakeside-1".parse().unwrap(), later()).await.unwrap().unwrap();
    assert_eq!(stored.version, 1 + written);
}
