//! Wires `day-close-schedule` to its surroundings.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use roomwatt_messaging::Queue;
use roomwatt_runtime::{Clients, configuration};
use roomwatt_settlement::Tick;
use roomwatt_store::Store;

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let clients = Clients::load().await;
    let store =
        Store::new(clients.dynamodb(), configuration::table()?, configuration::retention()?);
    let day_close = Queue::new(clients.sqs(), configuration::day_close_queue()?, "day-close");
    let tick = Tick::new(store, day_close);
    run(service_fn(async |event: LambdaEvent<EventBridgeEvent>| {
        day_close_schedule::handle(&tick, &event.payload).await.map(drop).map_err(Error::from)
    }))
    .await
}
