//! The function behind API Gateway's HTTP API: reports for operators and their tools.
//!
//! API Gateway has checked the caller; this crate hands the router what it found out, reaches the
//! provider that people sign in with, and notes what each call consumed.

mod https;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use roomwatt_api::{
    Api, Caller, Deadline, Delivery, Door, InsecureUrl, OpenId, PublicUrl, RequestId, SignIn,
};
use roomwatt_messaging::Clock;
use roomwatt_runtime::configuration::ReportApi;
use roomwatt_runtime::deadline;
use roomwatt_store::{Meter, Store};
use tracing::info;

/// Routes that API Gateway asks nobody's name for.
const OPEN: [&str; 2] = ["GET /health", "GET /openapi.json"];

pub use https::HttpsClient;

/// How browsers come in.
///
/// # Errors
/// [`InsecureUrl`] where the issuer or the public URL is no `https` one.
pub fn door(configuration: &ReportApi) -> Result<Door, InsecureUrl> {
    let sign_in = |sign_in: &roomwatt_runtime::configuration::SignIn| {
        let openid = OpenId::new(&sign_in.issuer, &sign_in.client_id, HttpsClient::new())?;
        Ok(SignIn { openid, hotels_claim: configuration.hotels_claim.clone() })
    };
    Ok(Door {
        public_url: PublicUrl::new(&configuration.public_url)?,
        sign_in: configuration.sign_in.as_ref().map(sign_in).transpose()?,
    })
}

/// The router that answers API Gateway's events. A token's hotels are in the named claim.
pub fn router(
    store: Store,
    clock: Arc<dyn Clock>,
    door: Door,
    hotels_claim: impl Into<Arc<str>>,
) -> Router {
    let meter = store.meter().clone();
    Api::new(store, Arc::clone(&clock), Delivery::Buffered)
        .behind(door)
        .router()
        .layer(from_fn_with_state(meter, measure))
        .layer(from_fn_with_state((clock, hotels_claim.into()), introduce))
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
    State((clock, hotels_claim)): State<(Arc<dyn Clock>, Arc<str>)>,
    mut request: Request<Body>,
    next: Next,
) -> Response {
    let context = request.request_context_ref().cloned();
    if let Some(RequestContext::ApiGatewayV2(context)) = context {
        let is_open = context.route_key.as_deref().is_some_and(|route| OPEN.contains(&route));
        let caller = match context.authorizer {
            Some(authorizer) => match authorizer.jwt {
                Some(jwt) => Some(Caller::bearer_by(&jwt.claims, &hotels_claim)),
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
