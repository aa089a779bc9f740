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
//! | 6 | presence of a room, night hold | [`presence`], `night_hold`, [`wall_clock`] |
//! | 7 | occupancy, the nine cells | [`occupancy`] |
//! | 8 | waste and unsold use, what may run | [`waste`], [`avoidable`] |
//! | 9 | energy, money, CO₂e | [`energy`], [`profile`] |
//! | 10 | quality | [`quality`] |
//! | 11 | confirmed and assumed | `confirmation` |
//! | 12 | activations | [`usage`] |
//! | 13 | which rooms have a report | `rooms` and `reckoning` of the `settlement` crate |
//! | 14 | late events | [`closed`], [`due`], and `revise` of the `settlement` crate |
//! | 15 | refused events | `edge` of the `ingest` crate, with [`due`] |
//! | 16 | dormant rooms | [`dormant`] |
//! | 17 | sold and unsold nights | [`nights`] |
//! | 18 | readings are a set | [`readings`] |
//! | 19 | increments of a counter | [`increments`] |
//! | 20 | where an increment goes: shares, debts, gaps | `booking` |
//! | 21 | how long a power reading holds | `power` |
//! | 22 | measured before rated; meters | `booking`, [`measured`] |
//! | 23 | prices and factors in time | [`tariff`], [`wall_clock`] |
//! | what to do about a day, which signals to check | | [`findings`] |
//! | business days | | [`calendar`] |
//! | a room now | rules 1–12 up to an instant | [`live`] |
//! | where a figure comes from | rules 2–5 as intervals, rule 19 as increments | [`trace`] |
//! | a day hour by hour | | `hours` |

pub mod avoidable;
mod booking;
pub mod calendar;
pub mod carry_over;
pub mod closed;
mod confirmation;
pub mod dormant;
pub mod due;
pub mod energy;
pub mod fact;
pub mod findings;
mod hours;
pub mod increments;
pub mod instant;
pub mod live;
pub mod measured;
mod month;
pub mod name;
mod night_hold;
pub mod nights;
pub mod occupancy;
mod power;
pub mod presence;
pub mod profile;
pub mod quality;
pub mod readings;
pub mod report;
pub mod signal;
pub mod sums;
pub mod tariff;
pub mod timeline;
pub mod totals;
pub mod trace;
pub mod usage;
pub mod wall_clock;
pub mod waste;

pub use avoidable::{Avoidable, AvoidableStates};
pub use calendar::{BusinessCalendar, BusinessDate, BusinessDay, Window};
pub use carry_over::{
    CounterBase, Held, HeldByDevice, HeldBySensor, HeldOfDevice, PowerReading, RoomStates,
};
pub use closed::{ClosedReport, Revision};
pub use due::Schedule;
pub use energy::{Charge, Energy, MilliwattHours, Milliwatts, PerKwh, Percent, Rounded};
pub use fact::Fact;
pub use findings::{
    Activation, FaultKind, Finding, FindingKind, Gathered, PastDay, RoomPast, SignalFault, Suspect,
    Wasted, WastedNights,
};
pub use increments::{Increment, IncrementKind};
pub use instant::{Instant, Millis};
pub use live::Live;
pub use measured::{Measured, MeterReport, MeteredUse};
pub use month::Month;
pub use name::{DeviceId, DeviceKind, HotelId, RoomId, SourceName, State};
pub use nights::{NightSums, Nightly, Nights, PerSoldNight};
pub use occupancy::{Cells, EnergyByCell, Occupancy, Stay};
pub use presence::Presence;
pub use profile::{Language, Profile};
pub use quality::Quality;
pub use readings::{Measurement, Reading, Readings};
pub use report::RoomReport;
pub use signal::{Device, Signal, Transition};
pub use sums::{Counters, ReportSums};
pub use tariff::{
    Bill, EmissionFactor, EmissionFactors, Known, Price, Prices, Pricing, Rates, Tariff,
};
pub use timeline::History;
pub use totals::{ConfirmedWaste, MeasuredTotals, Totals};
pub use trace::{Interval, ReadingsAt, SignalHistory};
pub use usage::{DeviceReport, Usage, UseCharges};
pub use waste::Waste;
