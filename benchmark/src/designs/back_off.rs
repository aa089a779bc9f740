//! How the two designs that can be refused wait before they try again.

use std::time::Duration;

use crate::network::pass;

/// The longest wait before the second try, in milliseconds; each later try doubles it.
const FIRST: u64 = 5;
/// The longest wait of all, in milliseconds.
const LONGEST: u64 = 200;

/// Waits after so many tries, each time by chance.
pub(super) async fn back_off(tries: u32) {
    let longest = (FIRST << tries.min(5)).min(LONGEST);
    pass(Duration::from_millis(fastrand::u64(1..=longest))).await;
}
