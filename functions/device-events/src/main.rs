//! Wires `device-events` to its surroundings.

use aws_lambda_events::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use roomwatt_messaging::Queue;
use roomwatt_runtime::configuration::{Ingest, process_variable};
use roomwatt_runtime::{Clients, Telemetry, invocation, warm_up};
use roomwatt_store::Store;

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let configuration = Ingest::read(process_variable)?;
    let telemetry = Telemetry::begin()?;
    let clients = Clients::load().await;
    let store = Store::new(clients.dynamodb(), configuration.table, configuration.retention);
    let day_close = Queue::new(clients.sqs(), configuration.day_close_queue, "day-close");
    let rejected =
        Queue::new(clients.sqs(), configuration.rejected_events_queue, "rejected-events");
    warm_up(&store).await?;
    let ingest = device_events::ingest(store, day_close, rejected);
    run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        let answer =
            device_events::handle(&ingest, &event.payload, &invocation(&event.context)).await;
        telemetry.end_call(&event.context);
        answer.map_err(Error::from)
    }))
    .await
}
