//! The function behind API Gateway's HTTP API: reports for operators and their tools.
//!
//! API Gateway has checked who calls; this crate tells the router what it found out.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use roomwatt_api::{Api, Caller, Deadline, Delivery, RequestId};
use roomwatt_domain::Instant;
use roomwatt_messaging::Clock;
use roomwatt_store::Store;

/// The router that answers API Gateway's events.
pub fn router(store: Store, clock: Arc<dyn Clock>) -> Router {
    Api::new(store, clock, Delivery::Buffered).router().layer(from_fn(introduce))
}

/// Tells the router who calls, by which name the call goes, and how long it may take.
async fn introduce(mut request: Request<Body>, next: Next) -> Response {
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
        let deadline = i64::try_from(lambda.deadline).unwrap_or(i64::MAX);
        request.extensions_mut().insert(Deadline(Instant::from_millis(deadline)));
        request.extensions_mut().insert(RequestId(lambda.request_id));
    }
    next.run(request).await
}
