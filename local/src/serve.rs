//! The API on loopback, with ingest beside it, and the schedule on the clock of the run.
//!
//! Everything goes the way that it goes in the deployment: an event that is posted here waits in a
//! queue, a function takes it, the rule ticks, days close. Only the windows in which messages
//! gather are short, since people wait here.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use roomwatt_api::{Api, Caller, Delivery, Problem};
use roomwatt_domain::Millis;
use roomwatt_messaging::Clock;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tracing::error;

use roomwatt_embedded::Deployment;
use roomwatt_embedded::deployment::{DEVICE_EVENTS, REJECTED_EVENTS, SPACE_EVENTS, TICK};
use roomwatt_embedded::queues::Queues;

/// How long messages gather at most.
pub const WINDOW: Millis = 100;
/// How often the run looks at its clock.
const LOOK: Duration = Duration::from_millis(100);
/// What a queue takes as one message.
const LARGEST_MESSAGE: usize = 1024 * 1024;
/// The header of a run that requires claims: a JSON object of texts, as API Gateway hands claims
/// on. Nothing else reads it.
pub const CLAIMS: &str = "x-roomwatt-claims";

/// Which callers are answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Access {
    /// Every caller on loopback.
    #[default]
    Open,
    /// Callers that bring claims in the header [`CLAIMS`].
    ByClaims,
}

/// Opens a port of loopback; any free one for 0.
///
/// # Errors
/// When the port is taken.
pub async fn listen(port: u16) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    listener.with_context(|| format!("port {port} cannot be opened"))
}

/// Serves until `stop`, then takes in what waits in the queues still.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    deployment: Deployment,
    clock: Arc<dyn Clock>,
    listener: TcpListener,
    access: Access,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let deployment = deployment.with_windows_of_at_most(WINDOW);
    let posted = Arc::new(Notify::new());
    let router = router(&deployment, Arc::clone(&clock), access, Arc::clone(&posted));
    let running = axum::serve(listener, router).with_graceful_shutdown(stop);
    tokio::select! {
        ended = running => ended.context("the listener failed")?,
        () = drive(&deployment, clock.as_ref(), &posted) => {}
    }
    deployment.flush().await;
    Ok(())
}

/// The API of a deployment, with ingest beside it.
pub fn router(
    deployment: &Deployment,
    clock: Arc<dyn Clock>,
    access: Access,
    posted: Arc<Notify>,
) -> Router {
    let api = Api::new(deployment.store().metered_apart(), clock, Delivery::Streamed).router();
    let ingest = Router::new()
        .route("/local/events/device", post(device_events))
        .route("/local/events/space", post(space_events))
        .route("/local/events/rejected", get(rejected_events))
        .method_not_allowed_fallback(roomwatt_api::no_such_method)
        .with_state(Ingest { queues: deployment.queues().clone(), posted });
    api.layer(from_fn_with_state(access, introduce)).merge(ingest).layer(from_fn(only_loopback))
}

/// Ticks and delivers, for as long as it is asked to.
async fn drive(deployment: &Deployment, clock: &dyn Clock, posted: &Notify) {
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut next_tick = clock.now();
    loop {
        if clock.now() >= next_tick {
            if let Err(fault) = deployment.tick().await {
                error!(
                    error = format!("{fault:#}"),
                    "the schedule failed; the next tick does it again"
                );
            }
            next_tick = clock.now() + TICK;
        }
        deployment.deliver().await;
        tokio::select! {
            _ = looks.tick() => {}
            () = posted.notified() => {}
        }
    }
}

/// A page of another site, open in a browser on this machine, may reach loopback by a name of its
/// own, or post to it. So a request must name loopback as its host, and must not come from a page
/// of another origin.
async fn only_loopback(request: Request, next: Next) -> Response {
    if !is_from_here(&request) {
        let detail = "this runs for loopback alone";
        return Problem::new(StatusCode::MISDIRECTED_REQUEST, detail).into_response();
    }
    next.run(request).await
}

fn is_from_here(request: &Request) -> bool {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).or_else(|| request.uri().host()).unwrap_or_default();
    let origin = text(header::ORIGIN).map(|origin| origin.split_once("://").unwrap_or_default().1);
    (host.is_empty() || is_loopback(host)) && origin.is_none_or(is_loopback)
}

/// Whether an authority, with or without a port, is this machine's own.
fn is_loopback(authority: &str) -> bool {
    let name = if authority.starts_with('[') {
        authority.split_inclusive(']').next().unwrap_or_default()
    } else {
        authority.split(':').next().unwrap_or_default()
    };
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| own.eq_ignore_ascii_case(name))
}

async fn introduce(State(access): State<Access>, mut request: Request, next: Next) -> Response {
    let caller = match access {
        Access::Open => Some(Caller::Owner),
        Access::ByClaims => claims(request.headers()).map(|claims| Caller::bearer(&claims)),
    };
    if let Some(caller) = caller {
        request.extensions_mut().insert(caller);
    }
    next.run(request).await
}

fn claims(headers: &HeaderMap) -> Option<HashMap<String, String>> {
    serde_json::from_slice(headers.get(CLAIMS)?.as_bytes()).ok()
}

#[derive(Clone)]
struct Ingest {
    queues: Queues,
    posted: Arc<Notify>,
}

impl Ingest {
    async fn take(&self, queue: &str, body: Body) -> Result<Response, Problem> {
        let body = to_bytes(body, LARGEST_MESSAGE).await.map_err(|_| {
            let detail = "a message has at most 1024 KB";
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
        })?;
        let text = String::from_utf8(body.to_vec())
            .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "a message is text in UTF-8"))?;
        if text.is_empty() {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "a message is not empty"));
        }
        let id = self.queues.send(queue, text, BTreeMap::new());
        self.posted.notify_one();
        Ok((StatusCode::ACCEPTED, Json(json!({"messageId": id}))).into_response())
    }
}

async fn device_events(State(ingest): State<Ingest>, body: Body) -> Result<Response, Problem> {
    ingest.take(DEVICE_EVENTS, body).await
}

async fn space_events(State(ingest): State<Ingest>, body: Body) -> Result<Response, Problem> {
    ingest.take(SPACE_EVENTS, body).await
}

/// What was refused since the run began: each body, with the attributes that say why.
async fn rejected_events(State(ingest): State<Ingest>) -> Response {
    let rejected = ingest.queues.peek(REJECTED_EVENTS).into_iter();
    let rejected: Vec<_> = rejected
        .map(|message| json!({"attributes": message.attributes, "body": message.body}))
        .collect();
    Json(json!({"rejected": rejected})).into_response()
}
