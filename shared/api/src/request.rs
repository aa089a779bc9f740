//! What every call gets, whatever it asks for: an id, a line in the log, and an answer even where
//! the code that was to answer it panicked.

use std::any::Any;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use roomwatt_domain::Instant;
use tracing::{Instrument, error, info, info_span};

use crate::Api;
use crate::problem::Problem;

/// The id of a call, in its answer and in the log. Made up where the server knows none.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// When the call has to be answered. A server without a time limit sets none.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(pub Instant);

/// The header of an answer that names the call.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(crate) async fn identify(
    State(api): State<Arc<Api>>,
    request: Request,
    next: Next,
) -> Response {
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone());
    let id = id.unwrap_or_else(|| format!("{:016x}", fastrand::u64(..)));
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let span = info_span!("call", request_id = %id);
    let began = api.clock.now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status().as_u16(), api.clock.now() - began);
    span.in_scope(|| info!(%method, route, status, took_ms = took, "answered"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The answer of code that panicked. What it said is for the log.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub(crate) fn panicked(said: Box<dyn Any + Send>) -> Response {
    let said = said
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| said.downcast_ref::<&str>().copied())
        .unwrap_or("something that is no text");
    error!(said, "a call panicked");
    Problem::internal().into_response()
}

pub(crate) async fn no_such_path() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "there is no such path; /openapi.json names those there are",
    )
}

/// 405, in a form that every other problem has too. `Allow` is the router's.
pub async fn no_such_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "the path has no such method; Allow names those it has",
    )
}
