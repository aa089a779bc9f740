//! What every function does before it serves: configuration, clients, clock.
//!
//! Everything that comes from the process's surroundings enters here, parsed into types, once, and
//! outside the handler.

mod clients;
mod clock;
pub mod configuration;

pub use clients::Clients;
pub use clock::{SystemClock, invocation};
pub use configuration::InvalidConfiguration;
