//! The clocks of a local run: one that is set by a replay, and the machine's.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};

use roomwatt_domain::{Instant, Millis};
use roomwatt_messaging::Clock;

/// Earlier than anything that happened. To readers who ask at this moment nothing has expired.
pub const BEFORE_ALL: Instant = Instant::from_millis(i64::MIN);

/// A clock that shows what it was set to; and goes on from there once it is let run.
#[derive(Debug)]
pub struct ReplayClock {
    shown: AtomicI64,
    running: OnceLock<std::time::Instant>,
}

impl ReplayClock {
    /// A clock that shows the instant.
    pub fn at(instant: Instant) -> Self {
        Self { shown: AtomicI64::new(instant.as_millis()), running: OnceLock::new() }
    }

    /// Lets the clock run from what it shows.
    #[expect(clippy::disallowed_methods, reason = "this is a clock that runs")]
    pub fn run(&self) {
        self.running.get_or_init(std::time::Instant::now);
    }

    /// Sets the clock.
    pub fn set(&self, instant: Instant) {
        self.shown.store(instant.as_millis(), Ordering::Release);
    }
}

impl Clock for ReplayClock {
    fn now(&self) -> Instant {
        let since = self.running.get().map_or(0, |began| began.elapsed().as_millis());
        Instant::from_millis(self.shown.load(Ordering::Acquire))
            + Millis::try_from(since).unwrap_or(Millis::MAX)
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct MachineClock;

impl Clock for MachineClock {
    #[expect(clippy::disallowed_methods, reason = "this is the machine's clock")]
    fn now(&self) -> Instant {
        jiff::Timestamp::now().into()
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

/// What the calling thread has used of its processor: what others do at the same time does not
/// count. For people; nothing depends on it.
#[derive(Debug)]
pub struct ProcessorTime(Option<cpu_time::ThreadTime>);

impl ProcessorTime {
    /// The time used until now.
    pub fn now() -> Self {
        Self(cpu_time::ThreadTime::try_now().ok())
    }

    /// What was used since then; zero on a system that does not tell.
    pub fn elapsed(&self) -> std::time::Duration {
        self.0.and_then(|began| began.try_elapsed().ok()).unwrap_or_default()
    }
}
