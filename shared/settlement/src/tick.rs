//! The tick: every hotel that has a day to close gets a message.

use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{Instant, Millis};
use roomwatt_messaging::{DayCloseMessage, Outgoing, Queue, SendError};
use roomwatt_store::{Store, StoreError};
use roomwatt_telemetry::Metric;
use tracing::info;

/// How long a hotel may be due before it counts as overdue. The alarm waits for a second tick in a
/// row, which makes it an hour; a hotel that opens with events of long ago is closed by then.
pub const OVERDUE_AFTER: Millis = 45 * MINUTE;

/// A hotel of which nothing was heard for so long is not missed any more: its rooms are dormant.
const MISSED_FOR: Millis = 30 * 24 * HOUR;

/// Silent hotels that a log line names.
const NAMED: usize = 50;

/// Finds what is due, and which hotels have gone silent.
#[derive(Debug)]
pub struct Tick {
    store: Store,
    day_close: Queue,
    silent_after: Millis,
}

/// What a tick did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticked {
    /// Hotels that were sent to be closed.
    pub due: usize,
    /// Those of them that have been due for too long: something keeps them from being closed.
    pub overdue: usize,
    /// Hotels of which no event came for too long.
    pub silent: usize,
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
    /// Ticks for the hotels of a table. A hotel is silent if no event came for a time.
    pub fn new(store: Store, day_close: Queue, silent_after: Millis) -> Self {
        Self { store, day_close, silent_after }
    }

    /// The table, for what was consumed.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Sends every hotel that is due at an instant to be closed, page by page of the due index, and
    /// then looks for silent ones.
    ///
    /// # Errors
    /// [`TickFailed`] when a hotel may not have been reached; the pages after a queue's failure are
    /// tried all the same.
    pub async fn run(&self, at: Instant) -> Result<Ticked, TickFailed> {
        let mut pages = self.store.due_hotels(at);
        let mut ticked = Ticked { due: 0, overdue: 0, silent: 0 };
        let mut failure = None;
        while let Some(hotels) = pages.next_page().await? {
            ticked.due += hotels.len();
            ticked.overdue += hotels.iter().filter(|due| due.due_at <= at - OVERDUE_AFTER).count();
            let messages =
                hotels.into_iter().map(|due| DayCloseMessage::Close { hotel: due.hotel }.to_json());
            let messages: Vec<_> = messages.map(Outgoing::plain).collect();
            failure = self.day_close.send_all(&messages).await.err().or(failure);
        }
        if let Some(failure) = failure {
            return Err(failure.into());
        }
        Metric::OverdueHotels.record_count(ticked.overdue);
        ticked.silent = self.silent(at).await?;
        Metric::SilentHotels.add(ticked.silent);
        Ok(ticked)
    }

    /// Counts the hotels that are silent at an instant, and names them in the log.
    async fn silent(&self, at: Instant) -> Result<usize, StoreError> {
        let mut silent = self.store.heard_before(at - self.silent_after);
        let (mut count, mut named) = (0, Vec::new());
        while let Some(hotel) = silent.next().await? {
            if hotel.heard_at < at - MISSED_FOR {
                continue;
            }
            count += 1;
            if named.len() < NAMED {
                named.push(hotel.hotel.to_string());
            }
        }
        if count > 0 {
            info!(count, hotels = named.join(", "), "hotels have gone silent");
        }
        Ok(count)
    }
}
