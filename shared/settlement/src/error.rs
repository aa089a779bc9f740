//! What can keep a hotel from being settled; all of it is tried again.

use roomwatt_messaging::SendError;
use roomwatt_messaging::batch::Panicked;
use roomwatt_messaging::day_close::InvalidMessage;
use roomwatt_store::StoreError;

/// A message could not be settled. It comes again, and in the end it is kept in the dead-letter
/// queue.
#[derive(Debug, thiserror::Error)]
pub enum SettlementError {
    /// The table did not do what it was asked to.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A queue or the bus did not take what was sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The message's text cannot be read.
    #[error(transparent)]
    Message(#[from] InvalidMessage),
    /// A fault of the program.
    #[error(transparent)]
    Panicked(#[from] Panicked),
    /// The invocation ends before the message had its turn.
    #[error("no time is left in this invocation")]
    OutOfTime,
}
