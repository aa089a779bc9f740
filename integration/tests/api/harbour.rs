//! The demo's hotel, replayed once for all tests, and a router over its table.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::{Extension, Router};
use roomwatt_api::{Api, Caller, Delivery};
use roomwatt_domain::{BusinessDate, ClosedReport, HotelId, Instant, Profile};
use roomwatt_embedded::clock::ReplayClock;
use roomwatt_local::demo;
use roomwatt_local::input::EventFile;
use roomwatt_local::replay::{Replay, Replayed};
use roomwatt_store::Store;
use serde_json::Value;
use tokio::sync::OnceCell;
use tower::ServiceExt;

/// The three weeks of the demo.
pub(crate) const RANGE: &str = "from=2026-10-12&to=2026-11-01";
pub(crate) const HOTEL: &str = "/hotels/harbour-house";

/// A hotel with three weeks of reports.
pub(crate) struct Harbour {
    replayed: Replayed,
    pub(crate) profile: Profile,
    /// Every report of the range, by date and room.
    pub(crate) reports: Vec<ClosedReport>,
}

pub(crate) async fn harbour() -> &'static Harbour {
    static HARBOUR: OnceCell<Harbour> = OnceCell::const_new();
    HARBOUR
        .get_or_init(|| async {
            let (profile, events) = (demo::hotel().unwrap(), EventFile::made_up(&demo::events()));
            let replayed = Replay::default().run(vec![profile.clone()], &events).await.unwrap();
            let mut reports = Vec::new();
            for day in 0..21 {
                let date = jiff::civil::date(2026, 10, 12).checked_add(jiff::ToSpan::days(day));
                let date = BusinessDate::new(date.unwrap()).unwrap();
                let store = replayed.deployment().store();
                let mut pages = store.reports(&profile.hotel_id, date, None, later());
                while let Some(stored) = pages.next().await.unwrap() {
                    reports.push(stored.closed);
                }
            }
            assert_eq!(reports.len(), 21 * 12);
            Harbour { replayed, profile, reports }
        })
        .await
}

/// After the replay.
pub(crate) fn later() -> Instant {
    Instant::parse("2026-11-03T12:00:00Z").unwrap()
}

impl Harbour {
    pub(crate) fn hotel(&self) -> &HotelId {
        &self.profile.hotel_id
    }

    /// The table, with counts of its own.
    pub(crate) fn store(&self) -> Store {
        self.replayed.deployment().store().metered_apart()
    }

    /// The API as Lambda serves it, for the owner.
    pub(crate) fn api(&self) -> Router {
        router(self.store(), later(), Some(Caller::Owner))
    }
}

/// The API over a table at an instant, for a caller.
pub(crate) fn router(store: Store, now: Instant, caller: Option<Caller>) -> Router {
    let router = Api::new(store, Arc::new(ReplayClock::at(now)), Delivery::Buffered).router();
    match caller {
        Some(caller) => router.layer(Extension(caller)),
        None => router,
    }
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The JSON of an answer that was found.
    #[track_caller]
    pub(crate) fn found(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        self.json()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The detail of a problem document with the status.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], "about:blank");
        assert!(!problem["detail"].as_str().unwrap().is_empty());
        problem
    }
}

pub(crate) async fn call(router: &Router, request: Request<Body>) -> Answer {
    let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    assert!(!parts.headers["x-request-id"].is_empty());
    Answer { status: parts.status, headers: parts.headers, body }
}

pub(crate) async fn get(router: &Router, path: &str) -> Answer {
    call(router, Request::get(path).body(Body::empty()).unwrap()).await
}

pub(crate) async fn get_with(router: &Router, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    call(router, request.body(Body::empty()).unwrap()).await
}

pub(crate) async fn put(router: &Router, path: &str, body: impl Into<Body>) -> Answer {
    call(router, Request::put(path).body(body.into()).unwrap()).await
}
