//! The weeks and months that business dates lie in.
//!
//! Weeks are those of ISO 8601: Monday to Sunday, and a week belongs to the year that has its
//! Thursday. So the first days of January can lie in the last week of the year before, and the last
//! days of December in week 1 of the next. Texts have a fixed width, so that their order is the
//! order of time.

use std::fmt;

use roomwatt_domain::BusinessDate;

/// A week of ISO 8601: `2026-W45`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IsoWeek {
    year: i16,
    week: i8,
}

/// A month: `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

impl IsoWeek {
    /// The week of a date.
    pub fn of(date: BusinessDate) -> Self {
        let day = date.civil().iso_week_date();
        Self { year: day.year(), week: day.week() }
    }
}

impl Month {
    /// The month of a date.
    pub fn of(date: BusinessDate) -> Self {
        let date = date.civil();
        Self { year: date.year(), month: date.month() }
    }
}

impl fmt::Display for IsoWeek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-W{:02}", self.year, self.week))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}", self.year, self.month))
    }
}

#[cfg(test)]
mod tests {
    use super::{IsoWeek, Month};
    use roomwatt_domain::BusinessDate;

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
