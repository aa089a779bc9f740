//! Rule 11: how long a use is believed without hearing of the device again.

use crate::instant::{Instant, Millis};

/// The part of a use that is assumed: what lies past the limit after the device was last heard of.
///
/// The use runs from `from` to `to` without a transition in between; `seen` is not after `from`.
pub(crate) fn assumed(from: Instant, to: Instant, seen: Instant, limit: Millis) -> Millis {
    (to - from.max(seen + limit)).max(0)
}
