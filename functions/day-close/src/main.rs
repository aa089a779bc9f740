//! Wires `day-close` to its surroundings.

use aws_lambda_events::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use roomwatt_messaging::{Bus, Digest, Queue};
use roomwatt_runtime::configuration::{DayClose, Digests, process_variable};
use roomwatt_runtime::{Clients, Telemetry, invocation, warm_up};
use roomwatt_settlement::Settlement;
use roomwatt_store::Store;

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let configuration = DayClose::read(process_variable)?;
    let telemetry = Telemetry::begin()?;
    let clients = Clients::load().await;
    let store = Store::new(clients.dynamodb(), configuration.table, configuration.retention);
    let day_close = Queue::new(clients.sqs(), configuration.day_close_queue, "day-close");
    let bus = Bus::new(clients.eventbridge(), configuration.event_bus);
    warm_up(&store).await?;
    let digest = configuration
        .digest
        .map(|Digests { topic, hotels }| Digest::new(clients.topic(topic), hotels));
    let settlement =
        Settlement::new(&store, bus, day_close).with_lease(configuration.lease).with_digest(digest);
    run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        let answer =
            day_close::handle(&settlement, &event.payload, &invocation(&event.context)).await;
        telemetry.end_call(&event.context);
        answer.map_err(Error::from)
    }))
    .await
}
