//! The way of a midnight: which hotels are due, how their days close, how late events revise them.
//!
//! ```text
//! rule, every 15 minutes ─ [Tick]: the hotels due at that time ─ one message each
//!                                                                     │
//! day-close queue ─ [Settlement::take]: grouped by hotel ─┬─ close: claim, each due day in order
//!   ▲                                                     └─ revise: the days that late events hit
//!   └── late events (ingest), and whatever goes on in another invocation
//! ```
//!
//! `close` and `revise` share one fold and one rule: a report is computed from opening states,
//! summary and terms alone, so doing a step again gives the same report.

mod close;
mod error;
mod months;
mod reckoning;
mod revise;
mod rooms;
mod take;
mod telling;
mod tick;

pub use close::{CloseOutcome, LEASE};
pub use error::SettlementError;
pub use revise::Revised;
pub use take::Settlement;
pub use tick::{OVERDUE_AFTER, Tick, TickFailed, Ticked};
