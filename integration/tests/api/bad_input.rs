//! What no caller should send, and what it is told then.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::Value;

use crate::harbour::{HOTEL, RANGE, call, get, harbour};

#[tokio::test]
async fn a_bad_parameter_is_named() {
    let api = harbour().await.api();
    let room = "/rooms/101";
    let compare = "&baselineFrom=2026-10-12&baselineTo=2026-10-13";
    let long = "x".repeat(8192);
    let rooms = vec!["101"; 101]
        .iter()
        .enumerate()
        .map(|(n, _)| n.to_string())
        .collect::<Vec<_>>()
        .join(",");
    for (path, parameter) in [
        (format!("{room}/reports"), "from"),
        (format!("{room}/reports?from=2026-10-12"), "to"),
        (format!("{room}/reports?from=2026-02-30&to=2026-10-12"), "from"),
        (format!("{room}/reports?from=2026-10-12&to=2026-9-12"), "to"),
        (format!("{room}/reports?from=20261012&to=2026-10-12"), "from"),
        (format!("{room}/reports?from=+2026-10-12&to=2026-10-12"), "from"),
        (format!("{room}/reports?from=2026-10-12T00:00:00Z&to=2026-10-12"), "from"),
        (format!("{room}/reports?from=2026-10-13&to=2026-10-12"), "from"),
        (format!("{room}/reports?from=2025-10-12&to=2026-10-13"), "to"),
        (format!("{room}/reports?{RANGE}&from=2026-10-12"), "from"),
        (format!("{room}/reports?from={long}&to=2026-10-12"), "from"),
        (format!("{room}/reports?{RANGE}&format=xml"), "format"),
        (format!("{room}/reports?{RANGE}&format="), "format"),
        (format!("/reports?{RANGE}&groupBy=guest"), "groupBy"),
        (format!("/reports?{RANGE}&groupBy=Room"), "groupBy"),
        (format!("/reports?{RANGE}&groupBy="), "groupBy"),
        (format!("/reports?{RANGE}&limit=0"), "limit"),
        (format!("/reports?{RANGE}&limit=1000000000"), "limit"),
        (format!("/reports?{RANGE}&limit=1001"), "limit"),
        (format!("/reports?{RANGE}&limit=-1"), "limit"),
        (format!("/reports?{RANGE}&limit=%2B1"), "limit"),
        (format!("/reports?{RANGE}&limit=99999999999999999999999"), "limit"),
        (format!("/reports?{RANGE}&rooms="), "rooms"),
        (format!("/reports?{RANGE}&rooms=101,,102"), "rooms"),
        (format!("/reports?{RANGE}&rooms=1%2F1"), "rooms"),
        (format!("/reports?{RANGE}&rooms=%ff"), "rooms"),
        (format!("/reports?{RANGE}&rooms={long}"), "rooms"),
        (format!("/reports?{RANGE}&rooms={rooms}"), "rooms"),
        (format!("/reports?{RANGE}&nextToken="), "nextToken"),
        (format!("/reports?{RANGE}&nextToken={long}"), "nextToken"),
        (format!("/reports?{RANGE}&nextToken=MjAyNi0xMC0xMi8xMDE"), "nextToken"),
        ("/live?nextToken=MjAyNi0xMC0xMi8xMDE".to_owned(), "nextToken"),
        ("/live?rooms=é".to_owned(), "rooms"),
        (format!("/compare?{RANGE}&groupBy=room"), "baselineFrom"),
        (format!("/compare?{RANGE}{compare}"), "groupBy"),
        (format!("/compare?{RANGE}{compare}&groupBy=none"), "groupBy"),
        (format!("/compare?{RANGE}{compare}&groupBy=date"), "groupBy"),
        (
            format!("/compare?{RANGE}&baselineFrom=2026-10-14&baselineTo=2026-10-13&groupBy=room"),
            "baselineFrom",
        ),
        (format!("{room}/history"), "date"),
        (format!("{room}/history?date=2026-02-29"), "date"),
        (format!("{room}/history?date=yesterday"), "date"),
    ] {
        let problem =
            get(&api, &format!("{HOTEL}{path}").replace('é', "%C3%A9")).await.problem(400);
        assert_eq!(problem["parameter"], parameter, "{path}: {problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.starts_with(parameter), "{detail}");
        assert!(detail.len() < 200, "nothing of the input is repeated");
    }
}

#[tokio::test]
async fn a_parameter_that_is_not_known_is_refused_by_its_name() {
    let api = harbour().await.api();
    let problem = get(&api, &format!("{HOTEL}/reports?{RANGE}&room=101")).await.problem(400);
    assert_eq!(problem["parameter"], "room");
    assert!(problem["detail"].as_str().unwrap().starts_with("room is no parameter"), "{problem}");
    let long = format!("{HOTEL}/reports?{RANGE}&{}=1", "%0d%0a%3C".repeat(800));
    let problem = get(&api, &long).await.problem(400);
    assert!(problem["detail"].as_str().unwrap().len() < 200);
    get(&api, "/health?verbose").await.problem(400);
}

#[tokio::test]
async fn a_token_of_another_list_is_refused() {
    let api = harbour().await.api();
    let token =
        async |path: &str| get(&api, path).await.found()["nextToken"].as_str().unwrap().to_owned();
    let of_rooms = token(&format!("{HOTEL}/reports?{RANGE}&groupBy=room&limit=1")).await;
    let of_reports = token(&format!("{HOTEL}/reports?{RANGE}&limit=1")).await;
    for (path, token) in [
        (format!("/reports?{RANGE}"), &of_rooms),
        (format!("/reports?{RANGE}&groupBy=room"), &of_reports),
        (format!("/reports?{RANGE}&groupBy=date"), &of_rooms),
        (format!("/reports?{RANGE}&groupBy=room&rooms=101"), &of_rooms),
        ("/reports?from=2026-10-13&to=2026-11-01&groupBy=room".to_owned(), &of_rooms),
        ("/reports?from=2026-10-12&to=2026-11-02&groupBy=room".to_owned(), &of_rooms),
    ] {
        let problem = get(&api, &format!("{HOTEL}{path}&nextToken={token}")).await.problem(400);
        assert_eq!(problem["parameter"], "nextToken", "{path}");
    }
    // Another size of page, and another form, are the same list.
    let path =
        format!("{HOTEL}/reports?{RANGE}&groupBy=room&limit=5&format=csv&nextToken={of_rooms}");
    assert!(get(&api, &path).await.text().contains("\r\n102,21,"));
    // Another hotel's is not: the token is checked before the hotel is looked for.
    let other = format!("/hotels/lakeside-9/reports?{RANGE}&groupBy=room&nextToken={of_rooms}");
    get(&api, &other).await.problem(400);
}

#[tokio::test]
async fn ids_that_can_be_none_are_refused_and_ids_that_are_none_are_not_found() {
    let api = harbour().await.api();
    for (path, parameter) in [
        ("/hotels/a%2Fb".to_owned(), "hotelId"),
        ("/hotels/%20".to_owned(), "hotelId"),
        ("/hotels/..".to_owned(), "hotelId"),
        (format!("{HOTEL}/rooms/./reports?{RANGE}"), "roomId"),
        ("/hotels//reports".to_owned(), "hotelId"),
        ("/hotels/h%C3%B4tel".to_owned(), "hotelId"),
        ("/hotels/%EC%84%9C%EC%9A%B8".to_owned(), "hotelId"),
        ("/hotels/%00".to_owned(), "hotelId"),
        (format!("/hotels/{}", "h".repeat(65)), "hotelId"),
        ("/hotels/a%23b/live".to_owned(), "hotelId"),
        (format!("{HOTEL}/rooms/1%2F1/reports?{RANGE}"), "roomId"),
        (format!("{HOTEL}/rooms/1%7E/history?date=2026-10-13"), "roomId"),
        (format!("{HOTEL}/rooms/{}/reports?{RANGE}", "1".repeat(65)), "roomId"),
    ] {
        let problem = get(&api, &path).await.problem(400);
        assert_eq!(problem["parameter"], parameter, "{path}");
    }
    for path in [
        "/hotels/harbour-hous".to_owned(),
        "/hotels/HARBOUR-HOUSE".to_owned(),
        "/hotels/%FF".to_owned(),
        "/hotels/harbour-house/".to_owned(),
        "/hotels/harbour/house".to_owned(),
        "/reports".to_owned(),
        format!("/hotels/nowhere/reports?{RANGE}"),
        format!("/hotels/nowhere/rooms/101/reports?{RANGE}"),
        "/hotels/nowhere/live".to_owned(),
        format!("{HOTEL}/rooms/nowhere/reports?{RANGE}"),
        format!("{HOTEL}/rooms/nowhere/reports?from=2027-01-01&to=2027-01-02"),
    ] {
        let answer = get(&api, &path).await;
        assert_eq!(answer.status.as_u16(), 404, "{path}");
        answer.problem(404);
    }
}

#[tokio::test]
async fn other_methods_are_told_which_there_are() {
    let api = harbour().await.api();
    for (path, allowed) in [
        ("/hotels", "GET,HEAD"),
        (HOTEL, "GET,HEAD,PUT"),
        ("/hotels/harbour-house/reports", "GET,HEAD"),
        ("/hotels/harbour-house/rooms/101/reports", "GET,HEAD"),
        ("/hotels/harbour-house/live", "GET,HEAD"),
        ("/health", "GET,HEAD"),
    ] {
        for method in [Method::POST, Method::DELETE, Method::PATCH, Method::OPTIONS] {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            let answer = call(&api, request).await;
            answer.problem(405);
            assert_eq!(answer.header("allow"), allowed);
        }
    }
}

fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_str().filter(|_| name == "$ref") {
                    Some(reference) => found.push(reference),
                    None => references(member, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn what_is_described_is_answered() {
    let api = harbour().await.api();
    let described = get(&api, "/openapi.json").await.found();
    assert!(described["openapi"].as_str().unwrap().starts_with("3.1"));
    let calls: Vec<_> = described["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| format!("{method} {path}"))
        })
        .collect();
    assert_eq!(calls.len(), 29, "{calls:?}");
    // Every reference leads somewhere.
    let mut found = Vec::new();
    references(&described, &mut found);
    assert!(found.len() > 50);
    for reference in found {
        assert!(described.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}
