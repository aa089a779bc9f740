//! Three ways to keep a room's record while many functions write at once, side by side: on one
//! engine, with the same messages in the same batches, by the same number of workers.
//!
//! - [`Design::SpinLock`]: take a lock on the record, read it, write it, write a history record,
//!   release the lock;
//! - [`Design::Versions`]: read the record, write it if no other worker did in between, else begin again;
//! - [`Design::Roomwatt`]: add to it without reading it.
//!
//! All keep the same sets of transitions, group a batch's events by room and day before they write,
//! and end with the same reports: a run whose reports are not those of its events is an error.

mod back_off;
mod records;
mod roomwatt;
mod run;
mod spin_lock;
mod versions;

pub use run::{Design, Measured, Traffic, run};
