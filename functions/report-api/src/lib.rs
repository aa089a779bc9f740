//! The function behind API Gateway's HTTP API: reports for operators and their tools.
//!
//! API Gateway has checked the caller; this crate hands the router what it found out, and notes what
//! each call consumed.

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
use roomwatt_telemetry::consumed;

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
    consumed(used.write_units, used.read_units);
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
        let caller = context.authorizer.and_then(|authorizer| {
            if let Some(jwt) = authorizer.jwt {
                Some(Caller::bearer(&jwt.claims))
            } else {
                authorizer.iam.map(|_| Caller::Owner)
            }
        });
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
