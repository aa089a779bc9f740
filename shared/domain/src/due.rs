//! When a day may close, which events are too early or too old, and which may be late.
//!
//! The instants that decide form one line per business day:
//!
//! ```text
//! day's start ── day's end ── may be late from ── due ─────────── last revision
//!                             (half the grace)    (the grace)     (history + a queue's retention)
//! ```

use crate::calendar::BusinessDay;
use crate::instant::{HOUR, Instant, MINUTE, Millis};

/// How far ahead of the clock an event may be (rule 15).
pub const FUTURE_TOLERANCE: Millis = 5 * MINUTE;

const DAY: Millis = 24 * HOUR;

/// The longest that a queue keeps a message: a revision may wait this long for its turn.
const LONGEST_WAIT: Millis = 14 * DAY;

/// The times that an operator sets for all hotels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// How long after its end a day becomes due.
    pub grace: Millis,
    /// How old an event may be.
    pub history: Millis,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { grace: 10 * MINUTE, history: 90 * DAY }
    }
}

/// Why an instant is refused (rule 15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutOfTime {
    /// More than five minutes ahead of the clock.
    #[error("occurredAt is more than 5 minutes in the future")]
    Future,
    /// Older than the history that is kept.
    #[error("occurredAt is older than the history that is kept")]
    Expired,
}

impl Schedule {
    /// Judges when an event happened against the clock.
    ///
    /// # Errors
    /// [`OutOfTime`] for the future and for what is older than the history.
    pub fn admit(&self, occurred_at: Instant, now: Instant) -> Result<(), OutOfTime> {
        if occurred_at > now + FUTURE_TOLERANCE {
            Err(OutOfTime::Future)
        } else if occurred_at < now - self.history {
            Err(OutOfTime::Expired)
        } else {
            Ok(())
        }
    }

    /// When the day may be closed.
    pub fn due_at(&self, day: &BusinessDay) -> Instant {
        day.window.end + self.grace
    }

    /// Whether a write that was done by `now` may have come after the day's close began.
    ///
    /// A close begins no earlier than [`Self::due_at`]. Half the grace is left for clocks that
    /// disagree: who sees an earlier time than this has written before every close.
    pub fn may_be_late(&self, day: &BusinessDay, now: Instant) -> bool {
        now >= day.window.end + self.grace / 2
    }

    /// Whether the day's transitions are sure to be kept still, so that it can be revised.
    pub fn can_revise(&self, day: &BusinessDay, now: Instant) -> bool {
        now < day.window.end + self.history + LONGEST_WAIT
    }

    /// Until when a day that ends at the instant must keep its transitions: past the last revision.
    pub fn history_until(&self, day_end: Instant) -> Instant {
        day_end + self.history + LONGEST_WAIT + DAY
    }
}
