//! How work reaches Roomwatt's functions and leaves them.
//!
//! Written once and used by every function: the frame of an SQS batch ([`batch`]), sending to a
//! queue ([`queue`]) and to the bus ([`bus`]) with every entry's own result read, a day's text for
//! people ([`digest`]), and what an invocation knows of time ([`invocation`]).

mod backoff;
pub mod batch;
pub mod bus;
pub mod day_close;
pub mod digest;
pub mod invocation;
pub mod queue;

pub use batch::BatchFailed;
pub use bus::{Bus, BusEvent};
pub use day_close::DayCloseMessage;
pub use digest::{Digest, Topic};
pub use invocation::{Clock, Invocation};
pub use queue::{Outgoing, Queue};

use std::error::Error;

/// A queue, the bus or a topic did not take what was sent, after a few tries. `Display` says where to; the
/// cause is in `source`.
#[derive(Debug, thiserror::Error)]
#[error("{destination} did not take {failed} of {sent} entries")]
pub struct SendError {
    destination: &'static str,
    sent: usize,
    failed: usize,
    #[source]
    cause: Option<Box<dyn Error + Send + Sync>>,
}

/// An error with its causes, for the one log line at the boundary.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
