//! The way of an event: from a queue message to the summary of its room and day.
//!
//! ```text
//! SQS batch ─ edge: each event validated ─ hotel known? time admitted? ─ grouped by room-day
//!          └─ refused: reason, body → rejected-events                        │
//!                                            one conditional ADD per group ──┤
//!                                            late ones → day-close queue ────┘
//! ```
//!
//! [`Ingest::take`] is that way, read from top to bottom; [`edge`] is what a publisher can get
//! wrong; `directory` is what is known of hotels, `clock` what time it is, `refusals` what is kept of
//! events that are refused.
//!
//! No message holds up another: what a body may cost is bounded where it is read, kept and looked
//! up, and what the most modest messages need is done first.

mod clock;
mod directory;
pub mod edge;
mod heard;
mod path;
mod refusals;

pub use edge::EventQueue;
pub use path::Ingest;
