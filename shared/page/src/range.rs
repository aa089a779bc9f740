//! Ranges of dates, and which of them ought to have reports.

use std::collections::BTreeSet;

use jiff::ToSpan;
use roomwatt_domain::{BusinessCalendar, BusinessDate};

/// Business dates from one to another, both included. Nothing, if `to` lies before `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first date.
    pub from: BusinessDate,
    /// The last date.
    pub to: BusinessDate,
}

impl Range {
    /// Whether the date lies inside.
    pub fn contains(self, date: BusinessDate) -> bool {
        self.from <= date && date <= self.to
    }

    /// How many dates of the calendar it has, those that a zone skips included.
    pub fn days(self) -> i64 {
        let span =
            self.to.civil().since(self.from.civil()).map_or(-1, |span| i64::from(span.get_days()));
        (span + 1).max(0)
    }

    /// The dates one by one.
    pub(crate) fn dates(self) -> impl Iterator<Item = BusinessDate> {
        let first = (self.from <= self.to).then_some(self.from);
        std::iter::successors(first, move |date| moved(*date, 1).filter(|next| *next <= self.to))
    }

    /// As many dates, right before or after (`times` periods on), whole months by months; `None`
    /// beyond the calendar.
    pub(crate) fn shifted(self, times: i64) -> Option<Self> {
        if self == Self::month_of(self.from) {
            let first = self.from.civil().checked_add(times.months()).ok()?;
            return BusinessDate::new(first).ok().map(Self::month_of);
        }
        let days = self.days() * times;
        Some(Self { from: moved(self.from, days)?, to: moved(self.to, days)? })
    }

    /// The calendar month of a date.
    pub(crate) fn month_of(date: BusinessDate) -> Self {
        let known = |civil| BusinessDate::new(civil).unwrap_or(date);
        let civil = date.civil();
        Self { from: known(civil.first_of_month()), to: known(civil.last_of_month()) }
    }
}

/// The date some days on or, negative, back; `None` beyond the calendar.
pub(crate) fn moved(date: BusinessDate, days: i64) -> Option<BusinessDate> {
    let moved = date.civil().checked_add(days.days()).ok()?;
    BusinessDate::new(moved).ok()
}

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
