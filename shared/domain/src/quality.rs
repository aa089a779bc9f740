//! Rule 10: how far the figures of a device can be trusted.

use std::ops::AddAssign;

use crate::calendar::Window;
use crate::instant::{Instant, Millis};

/// Repeated states tell that a transition in between may have been lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quality {
    /// Transitions into the idle state that held already: a start may be missing.
    pub missing_starts: u64,
    /// Transitions into the active state that held already: an end may be missing.
    pub missing_ends: u64,
    /// Time within the window from the last transition before each missing end to that end.
    pub unconfirmed: Millis,
}

impl Quality {
    /// Counts a transition into the state that held already. `seen` is the transition before it.
    pub(crate) fn count_repeat(
        &mut self,
        window: Window,
        active: bool,
        seen: Instant,
        at: Instant,
    ) {
        if active {
            self.missing_ends += 1;
            self.unconfirmed += at - seen.max(window.start);
        } else {
            self.missing_starts += 1;
        }
    }
}

impl AddAssign for Quality {
    fn add_assign(&mut self, other: Self) {
        self.missing_starts += other.missing_starts;
        self.missing_ends += other.missing_ends;
        self.unconfirmed += other.unconfirmed;
    }
}
