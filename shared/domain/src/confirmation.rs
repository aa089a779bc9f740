//! Rule 11: how long a use is believed without the device reporting a state again.

use crate::instant::{Instant, Millis};

/// From when on a use is assumed: so long after the device last reported a state.
pub(crate) fn assumed_from(seen: Instant, limit: Millis) -> Instant {
    seen + limit
}
