//! The function of the rule that ticks every 15 minutes: finds the hotels with a day to close.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use roomwatt_domain::Instant;
use roomwatt_settlement::{Tick, TickFailed, Ticked};
use tracing::info;

/// Sends every hotel that is due at the event's own time to be closed.
///
/// # Errors
/// When a due hotel may not have been reached; it is due at the next tick still.
pub async fn handle(tick: &Tick, event: &EventBridgeEvent) -> Result<Ticked, TickFailed> {
    let time = event.time.ok_or(TickFailed::Timeless)?;
    let ticked = tick.run(Instant::from_millis(time.timestamp_millis())).await?;
    info!(due = ticked.due, overdue = ticked.overdue, silent = ticked.silent, "tick");
    Ok(ticked)
}
