//! The report as people look at it: four pages, each one file of HTML that asks for nothing else.
//!
//! | page | type | where it lives |
//! | --- | --- | --- |
//! | the hotels that somebody may see | [`HotelsPage`] | `/` |
//! | a hotel over a range of days | [`HotelPage`] | `/hotels/{h}/report.html?from&to` |
//! | a room over a range of days | [`RoomPage`] | `/hotels/{h}/rooms/{r}/report.html?from&to` |
//! | a room on a day, with its history | [`DayPage`] | `/hotels/{h}/rooms/{r}/history.html?date` |
//!
//! Everything here is a pure function of reports that exist already. Figures stay exact sums until
//! they are written; what is written carries the figure of the API beside it
//! (`<data value="18.000">0.02</data>`), so that each can be checked. A page has no script, its one
//! style is inline, and [`content_security_policy`] allows that style, a form that leads back to the
//! same place, and nothing else. Links are relative, so that a page works below any prefix.
//!
//! A day without a report is never a zero: it is left out of sums and averages, and named.
//!
//! Charts are drawn with the `svg` crate's typed elements and not with a chart library: `plotters` and
//! `charts-rs` write a colour into each shape, which no dark scheme or print style can theme by class;
//! `poloto` can be themed, but its bars neither stack nor lead anywhere.
//!
//! | module | owns |
//! | --- | --- |
//! | [`language`] | which language, and its numbers of things |
//! | `notation` | how figures, dates and times are written |
//! | `links` | how pages refer to each other |
//! | `columns` | days, weeks or months, so that a page stays readable |
//! | `gaps` | which days of a range have no report, and why |
//! | `tally` | parts of reports, judged; what charts measure in |
//! | `chart`, `heat`, `strip` | bars of a range, rooms by its days, and the time line of a day |
//! | `course`, `choice` | a range column by column, and what else a page can show |
//! | `actions` | what to do, and which signals to check |
//! | `cards`, `trust` | the figures to see first, and how far to trust them |
//! | `figures`, `sort` | what is usual, ranks, grades of data, targets, and what comes first |
//! | `why`, `basis` | what the waste comes of, and what figures were reckoned with |
//! | `parts` | tables, and the frame that all pages share |
//! | [`telling`], `words` | findings in sentences, and what kinds and states are called |
//! | `style` | the style sheet, and the policy that allows it |
//! | [`hotels`], [`hotel`], [`room`], [`day`], [`problem`] | the pages |
//! | [`notice`] | what a browser is told at the door |

mod actions;
mod basis;
mod cards;
mod chart;
mod choice;
mod columns;
mod course;
pub mod day;
mod figures;
mod gaps;
mod heat;
pub mod hotel;
pub mod hotels;
pub mod language;
mod links;
mod notation;
pub mod notice;
mod parts;
pub mod problem;
pub mod room;
mod sort;
mod strip;
mod style;
mod tally;
pub mod telling;
mod trust;
mod why;
mod words;

pub use actions::Found;
pub use course::Lead;
pub use day::DayPage;
pub use hotel::{Came, HotelPage};
pub use hotels::{HotelLine, HotelsPage};
pub use language::Language;
pub use notice::{Notice, NoticePage};
pub use problem::ProblemPage;
pub use room::RoomPage;
pub use roomwatt_presentation::Range;
pub use sort::Sort;
pub use style::content_security_policy;
pub use telling::Telling;

/// A page could not be written. Its source says why.
#[derive(Debug, thiserror::Error)]
#[error("the page could not be rendered")]
pub struct PageError(#[from] askama::Error);
