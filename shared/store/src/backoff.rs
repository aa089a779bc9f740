//! Waiting between tries of a request that met another one.

use std::time::Duration;

/// How often a request is sent again: some five seconds in all, so that a call that has begun ends
/// within an invocation's last moments.
pub(crate) const TRIES: u32 = 12;

/// The longest wait, in milliseconds.
const LONGEST: u64 = 800;

/// Waits before the given try (1 is the first repeat): twice as long each time, at random, so that
/// those that met do not meet again.
#[expect(clippy::disallowed_methods, reason = "the store waits here and nowhere else")]
pub(crate) async fn before_try(again: u32) {
    let longest = (20_u64 << again.min(6)).min(LONGEST);
    tokio::time::sleep(Duration::from_millis(fastrand::u64(longest / 4..=longest))).await;
}
