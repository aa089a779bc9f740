//! How the figures of reports are shown: as JSON, summed into groups, as CSV, as terminal tables.
//!
//! The `domain` crate decides what a figure *is*, as an exact sum; this crate decides how it is
//! written: its name, its place, its decimals, and when it is left out. Everything here is a pure
//! function of reports that exist already, and takes them one at a time, so that a list of any
//! length can be shown without being held.
//!
//! Rounding happens in one place, [`figure::Figure`], and always on exact sums: the totals of a
//! group are the sum of exact figures, rounded once, never the sum of rounded ones.
//!
//! | form | where |
//! | --- | --- |
//! | names, order and decimals of figures | [`figure`] |
//! | the JSON of reports, totals, occupancy, states, groups | [`json`] |
//! | sums by room, date, week, month, device kind, hotel | [`group`] |
//! | ranges of dates, and the names that they go by | [`range`], [`period`] |
//! | what is to be done, and to be checked | [`findings`] |
//! | two periods side by side | [`compare`] |
//! | rows for spreadsheets | [`csv`] |
//! | tables for a terminal | [`table`] |
//!
//! ```
//! use roomwatt_domain::{BusinessDate, Device, DeviceId, DeviceKind, History, Instant, Profile};
//! use roomwatt_domain::{RoomId, RoomReport, RoomStates, Signal, State, Transition};
//! use roomwatt_presentation::TotalsView;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let profile = Profile::parse(
//!     r#"{"hotelId":"seoul-1","timeZone":"Asia/Seoul","ratings":{"light":{"ON":12}}}"#,
//! )?;
//! let day = profile.calendar.day(BusinessDate::parse("2026-11-21")?).ok_or("no such day")?;
//! let lamp = Device { id: DeviceId::new("lamp-1")?, kind: DeviceKind::new("light")? };
//! let on = Transition { at: Instant::parse("2026-11-21T22:30:00+09:00")?, state: State::new("ON")? };
//! let history = History::new([(Signal::Device(lamp), on)]);
//! let terms = profile.terms(&RoomId::new("1203")?);
//! let report = RoomReport::fold(day.window, &RoomStates::default(), &history, &terms);
//!
//! let totals = serde_json::to_string(&TotalsView::of(&report.totals()))?;
//! assert!(totals.starts_with(r#"{"usageMs":5400000,"#));
//! assert!(totals.contains(r#""energyWh":18.000,"#));
//! # Ok(())
//! # }
//! ```

pub mod compare;
pub mod csv;
pub mod figure;
pub mod findings;
pub mod group;
pub mod json;
pub mod period;
pub mod range;
pub mod table;

pub use compare::{ComparedGroup, Comparison, Side};
pub use csv::{ComparisonCsv, DecimalMark, Dialect, GroupCsv, ReportCsv};
pub use figure::Figure;
pub use findings::{FindingView, SignalFaultView};
pub use group::{DaySums, Group, GroupBy, GroupKey, Groups, Listing};
pub use json::{
    CellsView, ComparedGroupView, GroupView, HistoryView, LiveRoomView, NightsView, OccupancyView,
    RoomReportView, StatesView, TotalsView,
};
pub use period::{Baseline, InvalidBaseline, InvalidPeriod, IsoWeek, Period};
pub use range::Range;
