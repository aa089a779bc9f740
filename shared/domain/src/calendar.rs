//! Business days: which dates a hotel's zone has, and when each begins and ends.
//!
//! A business day runs from the first instant of its local date to the first instant of the next
//! one. That makes days a partition of time whatever the zone does: 23 or 25 hours at a clock
//! change, a start at 01:00 where midnight is skipped, and an hour that is shown twice around
//! midnight belongs to the date that had begun first. A date that a zone skips altogether (Apia,
//! 2011-12-30) has no instants and is no business day.

use std::fmt;

use jiff::civil::{Date, date};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};

use crate::instant::{Instant, Millis};
use crate::wall_clock::{CLOCK_DAY, WallHours};

/// A hotel's local date, 0001-01-01 to 9998-12-31.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BusinessDate(Date);

/// The text is no date `YYYY-MM-DD` of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a date YYYY-MM-DD that exists")]
pub struct InvalidDate;

impl BusinessDate {
    const FIRST: Date = date(1, 1, 1);
    const LAST: Date = date(9998, 12, 31);

    /// The first date there is.
    pub const MIN: Self = Self(Self::FIRST);
    /// The last date there is.
    pub const MAX: Self = Self(Self::LAST);

    /// From a civil date.
    ///
    /// # Errors
    /// [`InvalidDate`] outside the years 1 to 9998.
    pub fn new(date: Date) -> Result<Self, InvalidDate> {
        if (Self::FIRST..=Self::LAST).contains(&date) { Ok(Self(date)) } else { Err(InvalidDate) }
    }

    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    /// [`InvalidDate`] for any other shape and for dates that do not exist.
    pub fn parse(text: &str) -> Result<Self, InvalidDate> {
        let shape = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shape {
            return Err(InvalidDate);
        }
        Self::new(text.parse().map_err(|_| InvalidDate)?)
    }

    /// 00:00 UTC of the date: an instant near its day that no zone rule moves.
    pub fn midnight_utc(self) -> Instant {
        Offset::UTC.to_timestamp(self.0.at(0, 0, 0, 0)).unwrap_or(Timestamp::MIN).into()
    }

    /// The civil date.
    pub fn civil(self) -> Date {
        self.0
    }

    fn tomorrow(self) -> Self {
        Self(self.0.saturating_add(1.day()).min(Self::LAST))
    }

    fn yesterday(self) -> Self {
        Self(self.0.saturating_sub(1.day()).max(Self::FIRST))
    }
}

impl std::str::FromStr for BusinessDate {
    type Err = InvalidDate;
    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        Self::parse(text)
    }
}

impl fmt::Display for BusinessDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A stretch of time, its end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant inside.
    pub start: Instant,
    /// The first instant after.
    pub end: Instant,
}

impl Window {
    /// How long it lasts.
    pub fn length(self) -> Millis {
        self.end - self.start
    }

    /// Whether the instant lies inside.
    pub fn contains(self, at: Instant) -> bool {
        self.start <= at && at < self.end
    }

    /// The instant inside that is nearest to another one.
    pub fn nearest(self, at: Instant) -> Instant {
        at.min(self.end - 1).max(self.start)
    }
}

/// A date of a hotel together with its first and last instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BusinessDay {
    /// The local date; also the job number of its close.
    pub date: BusinessDate,
    /// From its first instant to the first instant of the next business day.
    pub window: Window,
}

/// A stretch of time over which a wall clock shows one date and is not changed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClockDay {
    /// What it shows.
    pub(crate) date: Date,
    /// When the clock, were it never changed, would have shown the date's 00:00.
    pub(crate) midnight: Instant,
    /// The stretch.
    pub(crate) window: Window,
}

/// The name is none of the IANA time zones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an IANA time zone such as Asia/Seoul")]
pub struct UnknownTimeZone;

/// The business days of one time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessCalendar {
    zone: TimeZone,
    name: String,
}

impl BusinessCalendar {
    /// The calendar of an IANA zone, from the zone data that is compiled in, so that every
    /// machine agrees on it.
    ///
    /// # Errors
    /// [`UnknownTimeZone`] when the name is not in the zone data.
    pub fn new(time_zone: &str) -> Result<Self, UnknownTimeZone> {
        let zone = TimeZoneDatabase::bundled().get(time_zone).map_err(|_| UnknownTimeZone)?;
        // The zone data answers to any spelling; the report shows the canonical one.
        // It also answers to `Etc/Unknown`, which is no zone and has no such name.
        let name = zone.iana_name().ok_or(UnknownTimeZone)?.to_owned();
        Ok(Self { zone, name })
    }

    /// The zone's IANA name.
    pub fn time_zone(&self) -> &str {
        &self.name
    }

    /// The zone's clocks.
    pub fn clocks(&self) -> &TimeZone {
        &self.zone
    }

    /// The instant with the zone's offset, to the second: `2026-11-22T00:15:02+09:00`.
    pub fn show(&self, at: Instant) -> String {
        let timestamp = at.timestamp();
        let offset = self.zone.to_offset(timestamp);
        format!("{:.0}", timestamp.display_with_offset(offset))
    }

    /// The business day of a date, or `None` where the zone skips the date.
    pub fn day(&self, date: BusinessDate) -> Option<BusinessDay> {
        let window = Window {
            start: self.first_instant(date.0),
            end: self.first_instant(date.tomorrow().0),
        };
        (window.length() > 0).then_some(BusinessDay { date, window })
    }

    /// The business day that an instant belongs to.
    pub fn day_of(&self, at: Instant) -> BusinessDay {
        let local = self.zone.to_datetime(at.timestamp()).date();
        let mut date = BusinessDate(local.clamp(BusinessDate::FIRST, BusinessDate::LAST));
        loop {
            let window = Window {
                start: self.first_instant(date.0),
                end: self.first_instant(date.tomorrow().0),
            };
            // Only at the ends of the calendar can neither neighbour be nearer.
            if at < window.start && date.0 > BusinessDate::FIRST {
                date = date.yesterday();
            } else if at >= window.end && date.0 < BusinessDate::LAST {
                // A clock set back over midnight shows yesterday's date again.
                date = date.tomorrow();
            } else {
                return BusinessDay { date, window };
            }
        }
    }

    /// The business day after a date, over dates that the zone skips.
    pub fn next(&self, date: BusinessDate) -> BusinessDay {
        self.day_of(self.first_instant(date.tomorrow().0))
    }

    /// The business day before a date, over dates that the zone skips.
    pub fn previous(&self, date: BusinessDate) -> BusinessDay {
        self.day_of(self.first_instant(date.0) - 1)
    }

    /// How far the wall clock is ahead of UTC at an instant.
    fn ahead(&self, at: Instant) -> Millis {
        Millis::from(self.zone.to_offset(at.timestamp()).seconds()) * 1000
    }

    /// The next instant after another at which the clock is changed.
    fn next_change(&self, after: Instant) -> Option<Instant> {
        self.zone.following(after.timestamp()).next().map(|change| change.timestamp().into())
    }

    /// The first instant, not before another, at which the wall clock is out of the hours; `None`
    /// where it is out of them at that instant already.
    pub(crate) fn end_of_hours(&self, hours: WallHours, at: Instant) -> Option<Instant> {
        let mut from = at;
        loop {
            let of_day = (from.as_millis() + self.ahead(from)).rem_euclid(CLOCK_DAY);
            if !hours.contain(of_day) {
                return (from > at).then_some(from);
            }
            let end = from + hours.left(of_day);
            match self.next_change(from) {
                // The clock is moved on the way: it may show the end earlier or later.
                Some(change) if from < change && change <= end => from = change,
                _ => return Some(end),
            }
        }
    }

    /// The wall clock's days in a window, in order: where it is set back over midnight, a date
    /// comes twice.
    pub(crate) fn clock_days(&self, window: Window) -> Vec<ClockDay> {
        let mut days = Vec::new();
        let mut from = window.start;
        while from < window.end {
            let ahead = self.ahead(from);
            let local = from.as_millis() + ahead;
            let day = local.div_euclid(CLOCK_DAY);
            let midnight = Instant::from_millis(day * CLOCK_DAY - ahead);
            let change = self.next_change(from).filter(|change| *change > from);
            let end = [Some(midnight + CLOCK_DAY), change, Some(window.end)];
            let end = end.into_iter().flatten().min().unwrap_or(window.end);
            let date = Offset::UTC.to_datetime((midnight + ahead).timestamp()).date();
            days.push(ClockDay { date, midnight, window: Window { start: from, end } });
            from = end;
        }
        days
    }

    /// The date that the wall clock shows at an instant.
    pub(crate) fn clock_date(&self, at: Instant) -> Date {
        self.zone.to_datetime(at.timestamp()).date()
    }

    /// The first instant at which the zone's clocks show the date, or would have: where the date's
    /// midnight is skipped, the end of the gap.
    fn first_instant(&self, date: Date) -> Instant {
        let midnight = date.at(0, 0, 0, 0);
        let offset = match self.zone.to_ambiguous_timestamp(midnight).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            // Shown twice: the first time counts.
            AmbiguousOffset::Fold { before, .. } => before,
            AmbiguousOffset::Gap { after, .. } => {
                // Read with the later offset, a skipped midnight lies before the change.
                let within = after.to_timestamp(midnight).unwrap_or(Timestamp::MIN);
                let change = self.zone.following(within).find(|change| change.offset() == after);
                return change.map_or(within, |change| change.timestamp()).into();
            }
        };
        offset.to_timestamp(midnight).unwrap_or(Timestamp::MAX).into()
    }
}
