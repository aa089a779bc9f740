//! What every function does before it serves: configuration, clients, clock, metrics.
//!
//! Everything that comes from the process's surroundings enters here, parsed into types, once, and
//! outside the handler.

mod clients;
mod clock;
pub mod configuration;
mod telemetry;
mod topic;
mod warm_up;

pub use clients::Clients;
pub use clock::{SystemClock, deadline, invocation};
pub use configuration::InvalidConfiguration;
pub use telemetry::{NoTelemetry, Telemetry};
pub use topic::SnsTopic;
pub use warm_up::{warm_up, warm_up_the_tick};
