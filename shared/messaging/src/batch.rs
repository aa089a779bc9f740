//! The frame of an SQS batch: each message succeeds or fails by itself.

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use futures_util::FutureExt;

/// The whole batch has to come again.
#[derive(Debug, thiserror::Error)]
#[error("{failed} of {received} messages failed")]
pub struct BatchFailed {
    failed: usize,
    received: usize,
}

/// The answer that hands the failed messages, named by their place in the batch, back to the queue.
///
/// # Errors
/// [`BatchFailed`] when every message failed, so that the invocation counts as failed, or when a
/// failed one has no id to name it by: an empty id would hand back the batch unseen.
pub fn respond(
    messages: &[SqsMessage],
    failed: &BTreeSet<usize>,
) -> Result<SqsBatchResponse, BatchFailed> {
    let whole = || BatchFailed { failed: failed.len(), received: messages.len() };
    if !failed.is_empty() && failed.len() == messages.len() {
        return Err(whole());
    }
    let mut response = SqsBatchResponse::default();
    for place in failed {
        let id = messages.get(*place).and_then(|message| message.message_id.as_deref());
        response.add_failure(id.filter(|id| !id.is_empty()).ok_or_else(whole)?);
    }
    Ok(response)
}

/// Work that panicked. The panic is the program's fault, but not that of the other messages.
#[derive(Debug, thiserror::Error)]
#[error("panicked: {0}")]
pub struct Panicked(String);

/// Runs one piece of a batch so that its panic stays its own.
///
/// # Errors
/// [`Panicked`] with what the panic said.
pub async fn contained<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    AssertUnwindSafe(work).catch_unwind().await.map_err(|panic| Panicked(said(panic.as_ref())))
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
        .to_owned()
}
