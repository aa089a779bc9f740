//! Which dates of a range ought to have reports and have none.

use std::collections::BTreeSet;

use roomwatt_domain::{BusinessCalendar, BusinessDate};
use roomwatt_presentation::range::{Range, moved};

/// The dates of a range that have no report, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Gaps {
    /// Closed, without any report: nothing was known of a room yet.
    pub(crate) unreported: Vec<Range>,
    /// Not closed yet.
    pub(crate) open: Option<Range>,
}

impl Gaps {
    /// What is missing in a range, given the dates that have reports.
    pub(crate) fn of(
        range: Range,
        calendar: &BusinessCalendar,
        closed_through: Option<BusinessDate>,
        reported: &BTreeSet<BusinessDate>,
    ) -> Self {
        let mut gaps = Self::default();
        for date in range.dates() {
            if reported.contains(&date) || calendar.day(date).is_none() {
                continue;
            }
            if closed_through.is_none_or(|closed| date > closed) {
                let from = gaps.open.map_or(date, |open| open.from);
                gaps.open = Some(Range { from, to: date });
                continue;
            }
            match gaps.unreported.last_mut() {
                Some(last) if moved(last.to, 1) == Some(date) => last.to = date,
                _ => gaps.unreported.push(Range { from: date, to: date }),
            }
        }
        gaps
    }
}
