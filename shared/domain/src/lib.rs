//! What every figure of a Roomwatt report means.
//!
//! Pure functions on typed values: no clock, no storage, no network. A room's report is one fold,
//! [`RoomReport::fold`], over the states with which the day opened and the *set* of transitions
//! known of it; everything else in Roomwatt exists to call that fold with the right inputs, at the
//! right time, and to keep the result.
//!
//! | rule | what it says | where |
//! | --- | --- | --- |
//! | 1–4 | transitions are a set; repeats, ties, unknown | [`timeline`] |
//! | 5 | carry-over from day to day | [`carry_over`] |
//! | 6 | presence of a room | [`presence`] |
//! | 7 | occupancy, the nine cells | [`occupancy`] |
//! | 8 | waste and unsold use | [`waste`] |
//! | 9 | energy, money, CO₂e | [`energy`], [`profile`] |
//! | 10 | quality | [`quality`] |
//! | 11 | confirmed and assumed | `confirmation` |
//! | 12 | activations | [`usage`] |
//! | 13 | which rooms have a report | the `settlement` crate |
//! | 14 | late events | [`closed`], [`due`], and the `settlement` crate |
//! | 15 | refused events | the `ingest` crate, with [`due`] |
//! | business days | | [`calendar`] |
//! | a room now | rules 1–12 up to an instant | [`live`] |
//! | where a figure comes from | rules 2–5 as intervals | [`trace`] |

pub mod calendar;
pub mod carry_over;
pub mod closed;
mod confirmation;
pub mod due;
pub mod energy;
pub mod instant;
pub mod live;
pub mod name;
pub mod occupancy;
pub mod presence;
pub mod profile;
pub mod quality;
pub mod report;
pub mod signal;
pub mod timeline;
pub mod totals;
pub mod trace;
pub mod usage;
pub mod waste;

pub use calendar::{BusinessCalendar, BusinessDate, BusinessDay, Window};
pub use carry_over::{Held, HeldByDevice, RoomStates};
pub use closed::{ClosedReport, Revision};
pub use due::Schedule;
pub use energy::{Charge, Energy, Milliwatts, PerKwh, Rounded};
pub use instant::{Instant, Millis};
pub use live::Live;
pub use name::{DeviceId, DeviceKind, HotelId, RoomId, State};
pub use occupancy::{Occupancy, Stay};
pub use presence::Presence;
pub use profile::{Profile, Tariff};
pub use quality::Quality;
pub use report::RoomReport;
pub use signal::{Device, Signal, Transition};
pub use timeline::History;
pub use totals::Totals;
pub use trace::{Interval, SignalHistory};
pub use usage::{DeviceReport, Usage};
pub use waste::Waste;
