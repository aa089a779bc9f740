//! Rule 11: how long a use is believed without hearing of the device again.

use crate::instant::{Instant, Millis};

/// From when on a use is assumed: so long after the device was last heard of.
pub(crate) fn assumed_from(seen: Instant, limit: Millis) -> Instant {
    seen + limit
}
