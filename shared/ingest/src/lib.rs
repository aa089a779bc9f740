//! The way of an event: from a queue message to the summary of its room and day.
//!
//! ```text
//!            ┌─ names a source: read by it, and by its hotel's register ─┐
//! SQS batch ─┴─ edge: each event validated ──────────────────────────────┴─ hotel known? time admitted?
//!          └─ refused: reason, body → rejected-events                        │
//!                                  grouped by room-day: one conditional ADD ─┤
//!                                  late ones → day-close queue ──────────────┘
//! ```
//!
//! [`Ingest::take`] is that way, read from top to bottom; [`edge`] is what a publisher can get
//! wrong in Roomwatt's own shape, `translation` how other shapes are read. `directory`, `sources` and
//! `registers` are what is known of hotels and their publishers, kept in a `memory`, `clock` what time it is, `refusals`
//! what is kept of events that are refused.
//!
//! No message holds up another: what a body may cost is bounded where it is read, kept and looked
//! up, and what the most modest messages need is done first.

mod arrival;
mod clock;
mod directory;
pub mod edge;
mod heard;
mod memory;
mod path;
mod refusals;
mod registers;
mod sources;
mod translation;

pub use edge::EventQueue;
pub use path::{Ingest, Taken};
pub use refusals::Refused;
