//! The function of the `day-close` queue: closes days, and revises closed ones.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use roomwatt_messaging::{BatchFailed, Invocation};
use roomwatt_settlement::Settlement;

/// Settles one batch; the answer names the messages that must come again.
///
/// # Errors
/// When the whole batch must.
pub async fn handle(
    settlement: &Settlement,
    batch: &SqsEvent,
    invocation: &Invocation,
) -> Result<SqsBatchResponse, BatchFailed> {
    // Boxed: the state of a whole batch, and of every call under way, is large.
    Box::pin(settlement.take(batch, invocation)).await
}
