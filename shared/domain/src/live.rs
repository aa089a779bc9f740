//! A room now: its states, and the report of the open day so far.
//!
//! Between a midnight and the close that follows it, more than one day is open: the last closed
//! report is then not that of the day before, and what happened in between is folded first.

use crate::calendar::{BusinessDate, BusinessDay, Window};
use crate::carry_over::RoomStates;
use crate::instant::Instant;
use crate::profile::RoomTerms;
use crate::report::RoomReport;
use crate::timeline::History;

/// A room on its open day, up to an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// The open day's date.
    pub date: BusinessDate,
    /// The day from its start to the instant.
    pub window: Window,
    /// The states with which the day opened (rule 5).
    pub opening: RoomStates,
    /// What is known of the day up to the instant.
    pub history: History,
    /// The figures so far; its closing states are those of the instant.
    pub report: RoomReport,
}

impl Live {
    /// Folds the open days of a room up to an instant.
    ///
    /// `closing` are the states with which the last closed day ended. `days` are the business days
    /// since then, in order and without a gap, each with what is known of it; the last one is the
    /// day in question. `None` without any day, while nothing at all is known of the room, and while
    /// the room is dormant (rule 16).
    pub fn at(
        now: Instant,
        closing: RoomStates,
        days: impl IntoIterator<Item = (BusinessDay, History)>,
        terms: &RoomTerms<'_>,
    ) -> Option<Self> {
        let mut opening = closing;
        let mut days = days.into_iter().peekable();
        while let Some((day, history)) = days.next() {
            // Clocks differ: what was reported from ahead of this one is not yet.
            let window = Window { start: day.window.start, end: day.window.end.min(now) };
            let window = Window { end: window.end.max(window.start), ..window };
            let history = history.before(window.end);
            let report = RoomReport::fold(window, &opening, &history, terms);
            if days.peek().is_none() {
                let known = !report.closing().is_empty();
                let awake = opening.has_report(window.start, &history, terms);
                let opening = opening.opening(window.start, terms).into_owned();
                return (known && awake).then_some(Self {
                    date: day.date,
                    window,
                    opening,
                    history,
                    report,
                });
            }
            opening = report.closing();
        }
        None
    }
}
