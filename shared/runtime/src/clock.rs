//! The one place that reads the real clock.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use lambda_runtime::Context;
use roomwatt_domain::Instant;
use roomwatt_messaging::{Clock, Invocation};

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the system clock")]
    fn now(&self) -> Instant {
        instant(SystemTime::now())
    }
}

/// What Lambda says of a call.
pub fn invocation(context: &Context) -> Invocation {
    Invocation::new(&context.request_id, Arc::new(SystemClock), Some(instant(context.deadline())))
}

fn instant(time: SystemTime) -> Instant {
    let millis = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    Instant::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}
