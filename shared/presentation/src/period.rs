//! Weeks, months, and the other periods that people ask for by name.
//!
//! A name such as `yesterday` or `last-month` stands for a range of dates, reckoned from the last day
//! that a hotel has closed: so a bookmark shows the newest figures that there are.
//!
//! Weeks are those of ISO 8601: Monday to Sunday, and a week belongs to the year that has its
//! Thursday. So the first days of January can lie in the last week of the year before, and the last
//! days of December in week 1 of the next. Texts have a fixed width, so that their order is the
//! order of time.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{ISOWeekDate, Weekday};
use roomwatt_domain::{BusinessDate, Month};

use crate::range::{Range, moved};

/// A week of ISO 8601: `2026-W45`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IsoWeek {
    year: i16,
    week: i8,
}

impl IsoWeek {
    /// The week of a date.
    pub fn of(date: BusinessDate) -> Self {
        let day = date.civil().iso_week_date();
        Self { year: day.year(), week: day.week() }
    }

    /// From its digits; `None` for a week that the year does not have.
    fn numbered(year: &str, week: &str) -> Option<Self> {
        let numbered = Self { year: digits(year, 4)?, week: digits(week, 2)? };
        numbered.monday().map(|_| numbered)
    }

    /// Its first day; `None` beyond the calendar of business dates.
    fn monday(self) -> Option<BusinessDate> {
        let monday = ISOWeekDate::new(self.year, self.week, Weekday::Monday).ok()?;
        BusinessDate::new(monday.date()).ok()
    }
}

/// A range of dates by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// `yesterday`: the last closed day.
    Yesterday,
    /// `7d`: the week up to it.
    SevenDays,
    /// `30d`: the thirty days up to it.
    ThirtyDays,
    /// `mtd`: from the first of its month on.
    MonthToDate,
    /// `ytd`: from the first of its year on.
    YearToDate,
    /// `last-week`: the latest Monday to Sunday that is wholly closed.
    LastWeek,
    /// `last-month`: the latest month that is wholly closed.
    LastMonth,
    /// `2026-11`.
    Month(Month),
    /// `2026-W45`.
    Week(IsoWeek),
}

/// The text names no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be one of yesterday, 7d, 30d, mtd, ytd, last-week, last-month, or a month YYYY-MM or week YYYY-Www that exists"
)]
pub struct InvalidPeriod;

impl Period {
    /// The periods that have a word for a name, in the order in which a page offers them.
    pub const NAMED: [Self; 7] = [
        Self::Yesterday,
        Self::SevenDays,
        Self::ThirtyDays,
        Self::LastWeek,
        Self::MonthToDate,
        Self::LastMonth,
        Self::YearToDate,
    ];

    /// The dates of the period for a hotel that is closed through a date; `None` beyond the
    /// calendar.
    pub fn range(self, closed_through: BusinessDate) -> Option<Range> {
        let last = closed_through;
        let up_to_last = |from| Some(Range { from, to: last });
        match self {
            Self::Yesterday => up_to_last(last),
            Self::SevenDays => up_to_last(moved(last, -6)?),
            Self::ThirtyDays => up_to_last(moved(last, -29)?),
            Self::MonthToDate => up_to_last(Range::month_of(last).from),
            Self::YearToDate => up_to_last(BusinessDate::new(last.civil().first_of_year()).ok()?),
            Self::LastWeek => Some(Range::week_of(moved(last, -6)?)),
            Self::LastMonth => {
                let month = Range::month_of(last);
                if month.to == last { Some(month) } else { month.shifted(-1) }
            }
            Self::Month(month) => Some(month.into()),
            Self::Week(week) => Some(Range::week_of(week.monday()?)),
        }
    }
}

impl FromStr for Period {
    type Err = InvalidPeriod;

    fn from_str(text: &str) -> Result<Self, InvalidPeriod> {
        if let Some(named) = Self::NAMED.into_iter().find(|period| period.to_string() == text) {
            return Ok(named);
        }
        let week = text.split_once("-W").and_then(|(year, week)| IsoWeek::numbered(year, week));
        let month = || BusinessDate::parse(&format!("{text}-01")).ok().map(Month::of);
        week.map(Self::Week).or_else(|| month().map(Self::Month)).ok_or(InvalidPeriod)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yesterday => f.pad("yesterday"),
            Self::SevenDays => f.pad("7d"),
            Self::ThirtyDays => f.pad("30d"),
            Self::MonthToDate => f.pad("mtd"),
            Self::YearToDate => f.pad("ytd"),
            Self::LastWeek => f.pad("last-week"),
            Self::LastMonth => f.pad("last-month"),
            Self::Month(month) => month.fmt(f),
            Self::Week(week) => week.fmt(f),
        }
    }
}

/// What a range is compared with, by its name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Baseline {
    /// `previous`: as many days right before; of a whole month, the month before.
    #[default]
    Previous,
    /// `same-weekdays`: shifted back by whole weeks, as few as clear the range.
    SameWeekdays,
    /// `last-year`: shifted back by 52 weeks.
    LastYear,
}

/// The text names no baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one of previous, same-weekdays, last-year")]
pub struct InvalidBaseline;

impl Baseline {
    /// In the order in which a page offers them.
    pub const ALL: [Self; 3] = [Self::Previous, Self::SameWeekdays, Self::LastYear];

    /// The dates that a range is compared with; `None` beyond the calendar.
    pub fn of(self, range: Range) -> Option<Range> {
        match self {
            Self::Previous => range.shifted(-1),
            Self::SameWeekdays => {
                let weeks = (range.days().max(1) + 6) / 7;
                range.moved(-7 * weeks)
            }
            Self::LastYear => range.moved(-364),
        }
    }

    /// As a parameter spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Previous => "previous",
            Self::SameWeekdays => "same-weekdays",
            Self::LastYear => "last-year",
        }
    }
}

impl FromStr for Baseline {
    type Err = InvalidBaseline;

    fn from_str(text: &str) -> Result<Self, InvalidBaseline> {
        Self::ALL.into_iter().find(|baseline| baseline.name() == text).ok_or(InvalidBaseline)
    }
}

/// The number that a text of so many digits is.
fn digits<T: FromStr>(text: &str, width: usize) -> Option<T> {
    let plain = text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

impl fmt::Display for IsoWeek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-W{:02}", self.year, self.week))
    }
}

#[cfg(test)]
mod tests {
    use super::{Baseline, IsoWeek, Period};
    use crate::range::Range;
    use roomwatt_domain::{BusinessDate, Month};

    fn range(from: &str, to: &str) -> Range {
        let date = |text| BusinessDate::parse(text).unwrap();
        Range { from: date(from), to: date(to) }
    }

    fn period(name: &str, closed_through: &str) -> Range {
        let last = BusinessDate::parse(closed_through).unwrap();
        name.parse::<Period>().unwrap().range(last).unwrap()
    }

    #[test]
    fn periods_are_reckoned_from_the_last_closed_day() {
        // A Wednesday.
        let last = "2026-11-18";
        for (name, from, to) in [
            ("yesterday", last, last),
            ("7d", "2026-11-12", last),
            ("30d", "2026-10-20", last),
            ("mtd", "2026-11-01", last),
            ("ytd", "2026-01-01", last),
            ("last-week", "2026-11-09", "2026-11-15"),
            ("last-month", "2026-10-01", "2026-10-31"),
            ("2024-02", "2024-02-01", "2024-02-29"),
            ("2026-W53", "2026-12-28", "2027-01-03"),
        ] {
            assert_eq!(period(name, last), range(from, to), "{name}");
            assert_eq!(name.parse::<Period>().unwrap().to_string(), name);
        }
    }

    #[test]
    fn a_week_or_month_that_ends_with_the_last_closed_day_is_wholly_closed() {
        // A Sunday, and the last of its month.
        let last = "2026-05-31";
        assert_eq!(period("last-week", last), range("2026-05-25", last));
        assert_eq!(period("last-month", last), range("2026-05-01", last));
        assert_eq!(period("last-week", "2026-05-30"), range("2026-05-18", "2026-05-24"));
        assert_eq!(period("last-month", "2026-05-30"), range("2026-04-01", "2026-04-30"));
        assert_eq!(period("ytd", "2024-12-31").days(), 366);
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in [
            "",
            "today",
            "Yesterday",
            "7",
            "07d",
            "8d",
            "2026",
            "2026-13",
            "2026-00",
            "2026-1",
            "2026-W00",
            "2025-W53",
            "2026-W5",
            "2026-w05",
            "2026-11-01",
            "+026-11",
            "9999-01",
            "0000-12",
        ] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
        assert!("".parse::<Baseline>().is_err() && "Previous".parse::<Baseline>().is_err());
    }

    #[test]
    fn a_baseline_is_right_before_on_the_same_weekdays_or_a_year_back() {
        let week = range("2026-11-09", "2026-11-15");
        let month = range("2026-03-01", "2026-03-31");
        let of = |name: &str, range| name.parse::<Baseline>().unwrap().of(range);
        assert_eq!(of("previous", week), Some(range("2026-11-02", "2026-11-08")));
        assert_eq!(of("previous", month), Some(range("2026-02-01", "2026-02-28")));
        assert_eq!(of("same-weekdays", week), Some(range("2026-11-02", "2026-11-08")));
        assert_eq!(of("same-weekdays", month), Some(range("2026-01-25", "2026-02-24")));
        assert_eq!(
            of("same-weekdays", range("2026-11-18", "2026-11-18")),
            Some(range("2026-11-11", "2026-11-11"))
        );
        assert_eq!(of("last-year", week), Some(range("2025-11-10", "2025-11-16")));
        assert_eq!(of("previous", range("0001-01-01", "0001-01-02")), None);
    }

    #[test]
    fn a_week_belongs_to_the_year_that_has_its_thursday() {
        let weeks = [
            ("2026-11-08", "2026-W45"),
            ("2026-11-09", "2026-W46"),
            // 2024 ends on a Tuesday.
            ("2024-12-29", "2024-W52"),
            ("2024-12-30", "2025-W01"),
            ("2025-01-05", "2025-W01"),
            // 2026 has 53 weeks.
            ("2026-12-31", "2026-W53"),
            ("2027-01-03", "2026-W53"),
            ("2027-01-04", "2027-W01"),
            ("0001-01-01", "0001-W01"),
            ("9998-12-31", "9998-W53"),
        ];
        for (date, week) in weeks {
            assert_eq!(IsoWeek::of(BusinessDate::parse(date).unwrap()).to_string(), week, "{date}");
        }
    }

    #[test]
    fn a_month_is_that_of_the_date() {
        for (date, month) in [("2026-12-31", "2026-12"), ("2027-01-01", "2027-01")] {
            assert_eq!(Month::of(BusinessDate::parse(date).unwrap()).to_string(), month, "{date}");
        }
    }
}
