//! The function behind API Gateway's HTTP API: reports for operators and their tools.
//!
//! API Gateway has checked the caller; this crate hands the router what it found out, and notes what
//! each call consumed.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use roomwatt_api::{Api, Caller, Deadline, Delivery, RequestId};
use roomwatt_messaging::Clock;
use roomwatt_runtime::deadline;
use roomwatt_store::{Meter, Store};
use tracing::info;

/// Routes that API Gateway asks nobody's name for.
const OPEN: [&str; 2] = ["GET /health", "GET /openapi.json"];

/// The router that answers API Gateway's events.
pub fn router(store: Store, clock: Arc<dyn Clock>) -> Router {
    let meter = store.meter().clone();
    Api::new(store, Arc::clone(&clock), Delivery::Buffered)
        .router()
        .layer(from_fn_with_state(meter, measure))
        .layer(from_fn_with_state(clock, introduce))
}

/// Notes what a call consumed. Lambda hands a process one call at a time.
async fn measure(State(meter): State<Meter>, request: Request<Body>, next: Next) -> Response {
    let before = meter.consumed();
    let answer = next.run(request).await;
    let used = meter.consumed() - before;
    let status = answer.status().as_u16();
    info!(status, write_units = used.write_units, read_units = used.read_units, "answered");
    answer
}

/// Tells the router the caller, the call's id, and how long it may take.
async fn introduce(
    State(clock): State<Arc<dyn Clock>>,
    mut request: Request<Body>,
    next: Next,
) -> Response {
    let context = request.request_context_ref().cloned();
    if let Some(RequestContext::ApiGatewayV2(context)) = context {
        let is_open = context.route_key.as_deref().is_some_and(|route| OPEN.contains(&route));
        let caller = match context.authorizer {
            Some(authorizer) => match authorizer.jwt {
                Some(jwt) => Some(Caller::bearer(&jwt.claims)),
                None => authorizer.iam.map(|_| Caller::Owner),
            },
            // Nobody in particular, who may see no hotel.
            None => is_open.then(|| Caller::bearer(&HashMap::new())),
        };
        if let Some(caller) = caller {
            request.extensions_mut().insert(caller);
        }
    }
    if let Some(lambda) = request.lambda_context_ref().cloned() {
        if let Some(deadline) = deadline(&lambda, clock.now()) {
            request.extensions_mut().insert(Deadline(deadline));
        }
        request.extensions_mut().insert(RequestId(lambda.request_id));
    }
    next.run(request).await
}
