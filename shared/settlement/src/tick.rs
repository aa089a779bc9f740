//! The tick: every hotel that has a day to close gets a message.

use roomwatt_domain::instant::MINUTE;
use roomwatt_domain::{Instant, Millis};
use roomwatt_messaging::{DayCloseMessage, Outgoing, Queue, SendError};
use roomwatt_store::{Store, StoreError};
use roomwatt_telemetry::Metric;

/// How long a hotel may be due before it counts as overdue. The alarm waits for a second tick in a
/// row, which makes it an hour; a hotel that opens with events of long ago is closed by then.
pub const OVERDUE_AFTER: Millis = 45 * MINUTE;

/// Finds what is due.
#[derive(Debug)]
pub struct Tick {
    store: Store,
    day_close: Queue,
}

/// What a tick did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticked {
    /// Hotels that were sent to be closed.
    pub due: usize,
    /// Those of them that have been due for too long: something keeps them from being closed.
    pub overdue: usize,
}

/// A tick that did not reach every due hotel. The ones left are due at the next tick still.
#[derive(Debug, thiserror::Error)]
pub enum TickFailed {
    /// The table did not do what it was asked to.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue did not take every message.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The rule's event does not say when it was.
    #[error("the scheduled event has no time")]
    Timeless,
}

impl Tick {
    /// Ticks for the hotels of a table.
    pub fn new(store: Store, day_close: Queue) -> Self {
        Self { store, day_close }
    }

    /// The table, for what was consumed.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Sends every hotel that is due at an instant to be closed, page by page of the due index.
    ///
    /// # Errors
    /// [`TickFailed`] when a hotel may not have been reached; the pages after a queue's failure are
    /// tried all the same.
    pub async fn run(&self, at: Instant) -> Result<Ticked, TickFailed> {
        let mut pages = self.store.due_hotels(at);
        let mut ticked = Ticked { due: 0, overdue: 0 };
        let mut failure = None;
        while let Some(hotels) = pages.next_page().await? {
            ticked.due += hotels.len();
            ticked.overdue += hotels.iter().filter(|due| due.due_at <= at - OVERDUE_AFTER).count();
            let messages =
                hotels.into_iter().map(|due| DayCloseMessage::Close { hotel: due.hotel }.to_json());
            let messages: Vec<_> = messages.map(Outgoing::plain).collect();
            failure = self.day_close.send_all(&messages).await.err().or(failure);
        }
        Metric::DueHotels.add(ticked.due);
        Metric::OverdueHotels.add(ticked.overdue);
        match failure {
            Some(failure) => Err(failure.into()),
            None => Ok(ticked),
        }
    }
}
