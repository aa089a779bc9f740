//! The function of the `device-events` queue: takes device and presence states in.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use roomwatt_ingest::{EventQueue, Ingest};
use roomwatt_messaging::{BatchFailed, Invocation, Queue};
use roomwatt_store::Store;

/// Ingest from this function's queue.
pub fn ingest(store: Store, day_close: Queue, rejected_events: Queue) -> Ingest {
    Ingest::new(EventQueue::DeviceEvents, store, day_close, rejected_events)
}

/// Takes one batch; the answer names the messages that must come again.
///
/// # Errors
/// When the whole batch must.
pub async fn handle(
    ingest: &Ingest,
    batch: &SqsEvent,
    invocation: &Invocation,
) -> Result<SqsBatchResponse, BatchFailed> {
    // Boxed: the state of a whole batch, and of every call under way, is large.
    Box::pin(ingest.take(batch, invocation)).await
}
