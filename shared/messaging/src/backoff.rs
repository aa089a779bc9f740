//! Waiting between tries.

use std::time::Duration;

/// How often an entry is tried in all.
pub(crate) const TRIES: u32 = 5;

/// Waits before the given try (1 is the second one): twice as long each time, at random, so that
/// many workers do not come back together.
#[expect(clippy::disallowed_methods, reason = "this is the one place that waits")]
pub(crate) async fn before_try(again: u32) {
    let longest = 50_u64 << again.min(6);
    tokio::time::sleep(Duration::from_millis(fastrand::u64(longest / 2..=longest))).await;
}
