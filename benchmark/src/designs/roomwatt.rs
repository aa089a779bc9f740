//! Roomwatt itself: its own function, invoked as Lambda invokes it.

use std::collections::BTreeMap;
use std::sync::Arc;

use roomwatt_domain::{BusinessDay, History, Profile, RoomId};
use roomwatt_embedded::Deployment;
use roomwatt_embedded::deployment::sqs_event;
use roomwatt_embedded::queues::Message;
use roomwatt_messaging::Clock;

/// Hands a batch to the function of a queue.
pub(super) async fn take(
    environment: &Deployment,
    queue: &str,
    bodies: &[String],
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<()> {
    let message = |(number, body): (usize, &String)| Message {
        id: number.to_string(),
        body: body.clone(),
        attributes: BTreeMap::new(),
        sent_at: clock.now(),
        receives: 1,
    };
    let messages: Vec<_> = bodies.iter().enumerate().map(message).collect();
    let answer = environment.invoke(queue, &sqs_event(queue, &messages)).await?;
    anyhow::ensure!(answer.batch_item_failures.is_empty(), "messages were not taken");
    Ok(())
}

/// Everything that is known of a room on a day.
pub(super) async fn history(
    environment: &Deployment,
    profile: &Profile,
    day: &BusinessDay,
    room: &RoomId,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<History> {
    let summary = environment.store().summary(&profile.hotel_id, day, room, clock.now()).await?;
    Ok(summary.history)
}
