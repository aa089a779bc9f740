//! Wires `report-api` to its surroundings.

use std::sync::Arc;

use lambda_http::{Error, run, tracing};
use roomwatt_runtime::configuration::{ReportApi, process_variable};
use roomwatt_runtime::{Clients, SystemClock, warm_up};
use roomwatt_store::Store;

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let configuration = ReportApi::read(process_variable)?;
    let clients = Clients::load().await;
    let store = Store::new(clients.dynamodb(), configuration.table, configuration.retention);
    warm_up(&store).await;
    run(report_api::router(store, Arc::new(SystemClock))).await
}
