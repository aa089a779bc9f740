//! Sources and registers over HTTP.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use roomwatt_api::Caller;
use roomwatt_embedded::Deployment;
use roomwatt_embedded::clock::ReplayClock;
use roomwatt_source::built_in;
use roomwatt_store::Store;
use serde_json::{Value, json};

use crate::callers::bearer;
use crate::harbour::{Answer, call, get, get_with, later, put, router};

async fn api() -> (Router, Store) {
    let clock = Arc::new(ReplayClock::at(later()));
    let store = Deployment::new(None, clock).await.unwrap().store().clone();
    let api = router(store.clone(), later(), Some(Caller::Owner));
    let profile = json!({"hotelId": "lakeside-1", "timeZone": "Europe/Vienna"});
    assert_eq!(put(&api, "/hotels/lakeside-1", profile.to_string()).await.status, 201);
    (api, store)
}

async fn delete(api: &Router, path: &str) -> Answer {
    call(api, Request::delete(path).body(Body::empty()).unwrap()).await
}

async fn put_csv(api: &Router, path: &str, body: impl Into<Body>) -> Answer {
    let request = Request::put(path).header("content-type", "text/csv; charset=utf-8");
    call(api, request.body(body.into()).unwrap()).await
}

fn source(name: &str) -> Value {
    json!({"source": name, "about": "A hotel system", "reports": "changes", "rules": [
        {"name": "stay", "id": "$.room", "at": {"of": "$.at", "as": ["rfc3339"]},
         "stay": {"of": "$.status", "map": {"in": "CHECKED_IN"}}},
    ]})
}

#[tokio::test]
async fn a_source_is_put_replaced_read_listed_and_deleted() {
    let (api, _) = api().await;
    get(&api, "/sources/pms").await.problem(404);
    let text = source("pms").to_string();
    let created = put(&api, "/sources/pms", text.clone()).await;
    assert_eq!((created.status.as_u16(), created.json()), (201, source("pms")));
    assert_eq!(put(&api, "/sources/pms", text.clone()).await.status, 200);
    assert_eq!(get(&api, "/sources/pms").await.text(), text, "as it was put");
    let listed = get(&api, "/sources").await.found();
    let listed = listed["sources"].as_array().unwrap();
    assert_eq!(listed.len(), built_in::ALL.len() + 1);
    let own =
        json!({"source": "pms", "about": "A hotel system", "reports": "changes", "builtIn": false});
    assert!(listed.contains(&own));
    assert!(listed.iter().all(|listed| listed["builtIn"] != (listed["source"] == "pms")));
    assert_eq!(delete(&api, "/sources/pms").await.status, 204);
    delete(&api, "/sources/pms").await.problem(404);
    get(&api, "/sources/pms").await.problem(404);
}

#[tokio::test]
async fn ones_own_takes_a_built_in_ones_place_until_it_is_deleted() {
    let (api, _) = api().await;
    let built_in = built_in::find("tasmota").unwrap();
    assert_eq!(get(&api, "/sources/tasmota").await.text(), built_in);
    delete(&api, "/sources/tasmota").await.problem(404);
    assert_eq!(put(&api, "/sources/tasmota", source("tasmota").to_string()).await.status, 201);
    assert_eq!(get(&api, "/sources/tasmota").await.found(), source("tasmota"));
    let listed = get(&api, "/sources").await.found();
    let listed = listed["sources"].as_array().unwrap();
    assert_eq!(listed.len(), built_in::ALL.len());
    assert!(listed.iter().any(|one| one["source"] == "tasmota" && one["builtIn"] == false));
    assert_eq!(delete(&api, "/sources/tasmota").await.status, 204);
    assert_eq!(get(&api, "/sources/tasmota").await.text(), built_in);
}

#[tokio::test]
async fn every_fault_of_a_source_is_named_with_rule_and_member() {
    let (api, _) = api().await;
    let mut bad = source("pms");
    bad["rules"][0]["id"] = "$..room".into();
    bad["rules"][0]["stay"]["map"]["out"] = "GONE".into();
    let problem = put(&api, "/sources/pms", bad.to_string()).await.problem(400);
    let fields: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|fault| fault["field"].clone()).collect();
    assert_eq!(fields, ["rule stay: id", r#"rule stay: stay.map."out""#]);
    let other = put(&api, "/sources/other", source("pms").to_string()).await.problem(400);
    assert_eq!(other["detail"], "source must be the name of the path");
    let many = json!({"source": "pms", "reports": "changes", "rules": vec![source("x")["rules"][0].clone(); 65]});
    let problem = put(&api, "/sources/pms", many.to_string()).await.problem(400);
    assert_eq!(problem["detail"], "rules must be 1 to 64 rules, not 65");
    put(&api, "/sources/pms", " ".repeat(64 * 1024 + 1)).await.problem(413);
    put(&api, "/sources/pms", vec![0xff]).await.problem(400);
    put(&api, "/sources/pm%20s", source("pms").to_string()).await.problem(400);
    get(&api, "/sources/pms").await.problem(404);
}

#[tokio::test]
async fn sources_are_for_who_may_write_every_hotel() {
    let (_, store) = api().await;
    let calls = async |caller: Caller| {
        let api = router(store.clone(), later(), Some(caller));
        [
            get(&api, "/sources").await.status.as_u16(),
            get(&api, "/sources/tasmota").await.status.as_u16(),
            put(&api, "/sources/tasmota", source("tasmota").to_string()).await.status.as_u16(),
            delete(&api, "/sources/tasmota").await.status.as_u16(),
        ]
    };
    assert_eq!(calls(bearer("*", "hotels:write")).await, [200, 200, 201, 204]);
    assert_eq!(calls(bearer("lakeside-1", "hotels:write")).await, [403; 4]);
    assert_eq!(calls(bearer("*", "reports:read")).await, [403; 4]);
    let reader = router(store.clone(), later(), Some(bearer("lakeside-1", "reports:read")));
    let writer = router(store.clone(), later(), Some(bearer("lakeside-1", "hotels:write")));
    let stranger = router(store, later(), Some(bearer("x", "hotels:write reports:read")));
    let path = "/hotels/lakeside-1/devices";
    put(&reader, path, r#"{"devices":[]}"#).await.problem(403);
    assert_eq!(put(&writer, path, r#"{"devices":[]}"#).await.status, 201);
    get(&writer, path).await.problem(403);
    assert_eq!(get(&reader, path).await.found(), json!({"devices": []}));
    put(&stranger, path, r#"{"devices":[]}"#).await.problem(404);
    get(&stranger, path).await.problem(404);
}

#[tokio::test]
async fn the_schema_of_sources_is_the_one_beside_them() {
    let (api, _) = api().await;
    let schema: Value = serde_json::from_str(include_str!("../../../sources/schema.json")).unwrap();
    assert_eq!(get(&api, "/source.schema.json").await.found(), schema);
}

const DEVICES: &str = "/hotels/lakeside-1/devices";

#[tokio::test]
async fn a_register_is_put_and_read_as_csv_or_json() {
    let (api, _) = api().await;
    assert_eq!(get(&api, DEVICES).await.found(), json!({"devices": []}));
    // As a spreadsheet writes it: a mark, quotes, and lines that end in two characters.
    let csv = "\u{feff}external,room,device,kind,from,until\r\n\
               \"lamp, bed\",203,lamp-1,light,,2026-11-01\r\nZimmer 203,203,,,,\r\n";
    let put_first = put_csv(&api, DEVICES, csv).await;
    assert_eq!((put_first.status.as_u16(), put_first.json()), (201, json!({"devices": 2})));
    let expected = json!({"devices": [
        {"external": "lamp, bed", "room": "203", "device": "lamp-1", "kind": "light", "until": "2026-11-01"},
        {"external": "Zimmer 203", "room": "203"},
    ]});
    assert_eq!(get(&api, DEVICES).await.found(), expected);
    assert_eq!(put(&api, DEVICES, expected.to_string()).await.status, 200);
    // A client that says nothing of what it sends is understood all the same.
    assert_eq!(put(&api, DEVICES, csv).await.status, 200);
    let read = get_with(&api, DEVICES, &[("accept", "text/csv")]).await;
    assert_eq!(read.header("content-type"), "text/csv; charset=utf-8; header=present");
    let written = "external,room,device,kind,from,until\n\
                   \"lamp, bed\",203,lamp-1,light,,2026-11-01\nZimmer 203,203,,,,\n";
    assert_eq!(read.text(), written);
    assert_eq!(get(&api, &format!("{DEVICES}?format=csv")).await.text(), written);
}

#[tokio::test]
async fn every_fault_of_a_register_is_named_with_its_row() {
    let (api, _) = api().await;
    let csv = "external,room,device,kind,from,until\na,203,lamp-1,light,2026-01-01,\n\
               a,204,lamp-1,light,2026-02-01,\nb,2 3,,,,\nc,203,lamp-1,,,\n";
    let problem = put_csv(&api, DEVICES, csv).await.problem(400);
    let problems: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["problem"].as_str().unwrap().split(':').next().unwrap().to_owned())
        .collect();
    assert_eq!(problems, ["row 2 (line 3)", "row 3 (line 4)", "row 4 (line 5)"]);
    let problem = put_csv(&api, DEVICES, "external;room;device;kind\n").await.problem(400);
    assert!(problem["detail"].as_str().unwrap().ends_with("columns are separated by commas"));
    let rows = (0..=20_000).map(|row| format!("{row},203,lamp-{row},light\n"));
    let csv = format!("external,room,device,kind\n{}", rows.collect::<String>());
    let problem = put_csv(&api, DEVICES, csv).await.problem(400);
    assert_eq!(problem["detail"], "has more than 20000 rows");
    put(&api, DEVICES, r#"{"devices":[{"external":"a","room":"1","floor":2}]}"#).await.problem(400);
    put(&api, DEVICES, "a".repeat(3_900_001)).await.problem(413);
    put(&api, DEVICES, vec![0xff]).await.problem(400);
    put(&api, "/hotels/nowhere/devices", r#"{"devices":[]}"#).await.problem(404);
    assert_eq!(get(&api, DEVICES).await.found(), json!({"devices": []}));
}
