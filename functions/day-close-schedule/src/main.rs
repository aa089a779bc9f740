//! Wires `day-close-schedule` to its surroundings.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use roomwatt_messaging::Queue;
use roomwatt_runtime::configuration::{DayCloseSchedule, process_variable};
use roomwatt_runtime::{Clients, Telemetry, warm_up_the_tick};
use roomwatt_settlement::Tick;
use roomwatt_store::{Retention, Store};

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let configuration = DayCloseSchedule::read(process_variable)?;
    let telemetry = Telemetry::begin()?;
    let clients = Clients::load().await;
    // This function writes no records, so the retention does not matter to it.
    let store = Store::new(clients.dynamodb(), configuration.table, Retention::default());
    let day_close = Queue::new(clients.sqs(), configuration.day_close_queue, "day-close");
    warm_up_the_tick(&store).await;
    let tick = Tick::new(store, day_close, configuration.silent_after);
    run(service_fn(async |event: LambdaEvent<EventBridgeEvent>| {
        let answer = day_close_schedule::handle(&tick, &event.payload).await;
        telemetry.end_call(&event.context);
        answer.map(drop).map_err(Error::from)
    }))
    .await
}
