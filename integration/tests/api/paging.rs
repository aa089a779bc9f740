//! What a page reads is bounded by what it may show, and rooms or hotels that are not there hide no
//! others.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use axum::Router;
use roomwatt_api::Caller;
use roomwatt_embedded::aws::EmbeddedAws;
use roomwatt_embedded::clock::ReplayClock;
use roomwatt_embedded::queues::Queues;
use roomwatt_store::{Retention, Store};
use serde_json::{Value, json};

use crate::callers::bearer;
use crate::harbour::{HOTEL, RANGE, get, harbour, later, router};

/// As many days as a range may have; the hotel has reports on the last of them.
const YEAR: &str = "from=2025-11-02&to=2026-11-02";

/// Every page of a list, one after the other: the entries, and how many each page had.
pub(crate) async fn pages(api: &Router, path: &str, name: &str) -> (Vec<Value>, Vec<usize>) {
    let (mut all, mut sizes) = (Vec::new(), Vec::new());
    let mut next = path.to_owned();
    loop {
        let mut page = get(api, &next).await.found();
        let entries = page[name].as_array_mut().unwrap();
        sizes.push(entries.len());
        all.append(entries);
        assert!(sizes.len() < 500, "the pages of {path} do not end");
        let Some(token) = page["nextToken"].as_str() else { return (all, sizes) };
        let mark = if path.contains('?') { '&' } else { '?' };
        next = format!("{path}{mark}nextToken={token}");
    }
}

/// Rooms that nobody ever heard of, and then some that are there.
fn rooms(absent: usize, present: &str) -> String {
    let absent = (0..absent).map(|number| format!("0{number:02}"));
    let present = present.split(',').filter(|room| !room.is_empty()).map(str::to_owned);
    absent.chain(present).collect::<Vec<_>>().join(",")
}

#[tokio::test]
async fn a_claimed_hotel_that_is_not_there_hides_no_other() {
    let harbour = harbour().await;
    let few = "aaa harbour-house harbour-hut zzz".to_owned();
    let many: Vec<_> = (0..250).map(|number| format!("a{number:03}")).collect();
    let many = format!("{} harbour-house", many.join(" "));
    for claimed in [few, many] {
        for limit in [1, 2, 200] {
            let api = router(harbour.store(), later(), Some(bearer(&claimed, "reports:read")));
            let (hotels, _) = pages(&api, &format!("/hotels?limit={limit}"), "hotels").await;
            let ids: Vec<_> = hotels.iter().map(|hotel| hotel["hotelId"].clone()).collect();
            assert_eq!(ids, ["harbour-house"], "{limit}");
        }
    }
}

#[tokio::test]
async fn a_call_for_rooms_that_are_not_there_reads_no_more_keys_than_its_page_may_show() {
    let harbour = harbour().await;
    let absent = rooms(100, "");
    for (query, keys) in [
        ("limit=1", 100.0),
        ("limit=200", 200.0),
        ("limit=1000", 1000.0),
        ("", 200.0),
        ("format=csv&limit=1", 100.0),
        ("groupBy=room", 3660.0),
        ("groupBy=room&limit=1", 366.0),
        ("groupBy=date", 3600.0),
        ("groupBy=date&limit=1", 100.0),
    ] {
        let store = harbour.store();
        let api = router(store.clone(), later(), Some(Caller::Owner));
        let answer = get(&api, &format!("{HOTEL}/reports?{YEAR}&rooms={absent}&{query}")).await;
        if query.starts_with("format") {
            assert!(!answer.header("x-next-token").is_empty(), "{query}");
        } else {
            assert!(answer.found()["nextToken"].is_string(), "{query}");
        }
        let read = store.meter().consumed().read_units;
        assert!(read <= keys / 2.0 + 1.0, "{query}: {read}");
    }
}

#[tokio::test]
async fn pages_of_rooms_that_are_not_there_lead_to_those_that_are() {
    let harbour = harbour().await;
    let api = harbour.api();
    let few = rooms(9, "103,110");
    let expected = get(&api, &format!("{HOTEL}/reports?{RANGE}&rooms=103,110&limit=1000")).await;
    let expected = expected.found()["reports"].as_array().unwrap().clone();
    assert_eq!(expected.len(), 2 * 21);
    let year = format!("{HOTEL}/reports?from=2025-11-01&to=2026-11-01&rooms={few}");
    for limit in [7, 1000] {
        let (reports, sizes) = pages(&api, &format!("{year}&limit={limit}"), "reports").await;
        assert_eq!(reports, expected, "{limit}");
        assert!(sizes.iter().all(|size| *size <= limit));
        assert!(sizes.contains(&0), "a year of nothing has empty pages");
    }
    for by in ["room", "date"] {
        let whole = format!("{HOTEL}/reports?{RANGE}&rooms=103,110&groupBy={by}");
        let whole = get(&api, &whole).await.found()["groups"].clone();
        for limit in [1, 5, 200] {
            let path = format!("{year}&groupBy={by}&limit={limit}");
            assert_eq!(Value::from(pages(&api, &path, "groups").await.0), whole, "{by} {limit}");
        }
    }
}

#[tokio::test]
async fn one_sum_over_too_many_rooms_and_days_is_refused_before_anything_is_read() {
    let harbour = harbour().await;
    for (count, range, status) in
        [(100, YEAR, 400), (11, YEAR, 400), (10, YEAR, 200), (100, RANGE, 200)]
    {
        for by in ["hotel", "deviceKind"] {
            let store = harbour.store();
            let api = router(store.clone(), later(), Some(Caller::Owner));
            let rooms = rooms(count, "");
            let path = format!("{HOTEL}/reports?{range}&rooms={rooms}&groupBy={by}");
            let answer = get(&api, &path).await;
            assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
            if status == 400 {
                assert_eq!(answer.problem(400)["parameter"], "rooms");
                assert_eq!(store.meter().consumed().requests, 0);
            } else {
                assert_eq!(answer.found(), json!({"groups": []}));
            }
        }
    }
}

/// A table that never gets to what a batch asks for, from its second batch on.
#[derive(Debug, Clone)]
struct Overloaded {
    services: EmbeddedAws,
    batches: Arc<AtomicU32>,
}

impl HttpConnector for Overloaded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        if !target.ends_with("BatchGetItem") {
            return self.services.call(request);
        }
        self.batches.fetch_add(1, Ordering::Relaxed);
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let answer = json!({"Responses": {}, "UnprocessedKeys": body["RequestItems"]});
        let answer = HttpResponse::new(200.try_into().unwrap(), SdkBody::from(answer.to_string()));
        HttpConnectorFuture::ready(Ok(answer))
    }
}

impl HttpClient for Overloaded {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

#[tokio::test(start_paused = true)]
async fn a_table_that_gets_to_nothing_is_asked_a_few_times_with_pauses_in_between() {
    let queues = Queues::new(Arc::new(ReplayClock::at(later())));
    let batches = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&batches);
    let aws = EmbeddedAws::open(None, queues)
        .unwrap()
        .behind(|services| SharedHttpClient::new(Overloaded { services, batches: counted }));
    let store = Store::new(aws.dynamodb(), "roomwatt", Retention::default());
    let api = router(store, later(), Some(Caller::Owner));
    let began = tokio::time::Instant::now();
    get(&api, HOTEL).await.problem(429);
    let (asked, waited) = (batches.load(Ordering::Relaxed), began.elapsed().as_millis());
    assert!((4..=8).contains(&asked), "{asked}");
    assert!((300..5_000).contains(&waited), "{waited} ms");
}
