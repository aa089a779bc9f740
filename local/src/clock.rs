//! The clocks of a local run: one that is set by a replay, and the machine's.

use std::sync::atomic::{AtomicI64, Ordering};

use roomwatt_domain::Instant;
use roomwatt_messaging::Clock;

/// A clock that shows what it was set to.
#[derive(Debug)]
pub struct ReplayClock(AtomicI64);

impl ReplayClock {
    /// A clock that shows the instant.
    pub fn at(instant: Instant) -> Self {
        Self(AtomicI64::new(instant.as_millis()))
    }

    /// Sets the clock.
    pub fn set(&self, instant: Instant) {
        self.0.store(instant.as_millis(), Ordering::Release);
    }
}

impl Clock for ReplayClock {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.load(Ordering::Acquire))
    }
}

/// Measures how long a run takes. For people; nothing depends on it.
#[derive(Debug)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts to measure.
    #[expect(clippy::disallowed_methods, reason = "a run's duration is told to people")]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}
