//! Wires `report-api` to its surroundings.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use lambda_http::{Error, RequestExt, run, tracing};
use roomwatt_runtime::configuration::{ReportApi, process_variable};
use roomwatt_runtime::{Clients, SystemClock, Telemetry, warm_up};
use roomwatt_store::Store;

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let configuration = ReportApi::read(process_variable)?;
    let telemetry = Telemetry::begin()?;
    let clients = Clients::load().await;
    let door = report_api::door(&configuration)?;
    let store = Store::new(clients.dynamodb(), configuration.table, configuration.retention);
    warm_up(&store).await?;
    let router = report_api::router(store, Arc::new(SystemClock), door, configuration.hotels_claim);
    run(router.layer(from_fn(move |request: Request<Body>, next: Next| async move {
        let context = request.lambda_context();
        let answer = next.run(request).await;
        telemetry.end_call(&context);
        answer
    })))
    .await
}
