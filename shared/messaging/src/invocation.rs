//! What one call of a function knows of time, and by what name it goes.

use std::fmt;
use std::sync::Arc;

use roomwatt_domain::{Instant, Millis};

/// Tells the time. Only `main` and the local clock read a real one.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Instant;
}

/// How long before its deadline a function takes on nothing new: time to finish what is in flight
/// and to say where it stopped.
const LAST_MOMENTS: Millis = 10_000;

/// One call of a function.
#[derive(Clone)]
pub struct Invocation {
    /// Different for every call; it owns what the call claims.
    pub id: String,
    clock: Arc<dyn Clock>,
    deadline: Option<Instant>,
}

impl Invocation {
    /// A call that must end by the deadline, if there is one.
    pub fn new(id: impl Into<String>, clock: Arc<dyn Clock>, deadline: Option<Instant>) -> Self {
        Self { id: id.into(), clock, deadline }
    }

    /// The time now.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Whether the time is nearly up: nothing new is begun then, and what is left is handed back.
    pub fn is_ending(&self) -> bool {
        self.deadline.is_some_and(|deadline| self.now() >= deadline - LAST_MOMENTS)
    }
}

impl fmt::Debug for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocation")
            .field("id", &self.id)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
