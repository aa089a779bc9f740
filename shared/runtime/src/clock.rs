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
    let deadline = deadline(context, SystemClock.now());
    Invocation::new(&context.request_id, Arc::new(SystemClock), deadline)
}

/// By when a call that begins now must end. Lambda never calls a function whose deadline has
/// passed. Emulators do: where there is no deadline, cargo-lambda says one in 1970.
pub fn deadline(context: &Context, now: Instant) -> Option<Instant> {
    Some(instant(context.deadline())).filter(|deadline| *deadline > now)
}

fn instant(time: SystemTime) -> Instant {
    let millis = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    Instant::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_behind_the_call_is_none() {
        let mut context = Context::default();
        let now = Instant::parse("2026-11-24T01:00:00Z").unwrap();
        context.deadline = u64::try_from((now + 60_000).as_millis()).unwrap();
        assert_eq!(deadline(&context, now), Some(now + 60_000));
        context.deadline = 600_000;
        assert_eq!(deadline(&context, now), None);
    }
}
