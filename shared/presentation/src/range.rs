//! Ranges of dates.

use jiff::ToSpan;
use roomwatt_domain::{BusinessDate, Month};

/// Business dates from one to another, both included. Nothing, if `to` lies before `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first date.
    pub from: BusinessDate,
    /// The last date.
    pub to: BusinessDate,
}

impl Range {
    /// One date alone.
    pub fn day(date: BusinessDate) -> Self {
        Self { from: date, to: date }
    }

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
    pub fn dates(self) -> impl Iterator<Item = BusinessDate> {
        let first = (self.from <= self.to).then_some(self.from);
        std::iter::successors(first, move |date| moved(*date, 1).filter(|next| *next <= self.to))
    }

    /// As many dates, right before or after (`times` periods on), whole months by months; `None`
    /// beyond the calendar.
    pub fn shifted(self, times: i64) -> Option<Self> {
        if self == Self::month_of(self.from) {
            let first = self.from.civil().checked_add(times.months()).ok()?;
            return BusinessDate::new(first).ok().map(Self::month_of);
        }
        self.moved(self.days() * times)
    }

    /// The same number of dates some days on or, negative, back; `None` beyond the calendar.
    pub fn moved(self, days: i64) -> Option<Self> {
        Some(Self { from: moved(self.from, days)?, to: moved(self.to, days)? })
    }

    /// The calendar month of a date.
    pub fn month_of(date: BusinessDate) -> Self {
        Month::of(date).into()
    }

    /// The week of a date, Monday to Sunday, as far as there is a calendar.
    pub fn week_of(date: BusinessDate) -> Self {
        let after = i64::from(date.civil().weekday().to_monday_zero_offset());
        Self {
            from: moved(date, -after).unwrap_or(BusinessDate::MIN),
            to: moved(date, 6 - after).unwrap_or(BusinessDate::MAX),
        }
    }
}

impl From<Month> for Range {
    fn from(month: Month) -> Self {
        Self { from: month.first(), to: month.last() }
    }
}

/// The date some days on or, negative, back; `None` beyond the calendar.
pub fn moved(date: BusinessDate, days: i64) -> Option<BusinessDate> {
    let moved = date.civil().checked_add(days.days()).ok()?;
    BusinessDate::new(moved).ok()
}
