//! Calendar months of business dates.

use std::fmt;

use crate::calendar::{BusinessCalendar, BusinessDate};

/// A month: `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first: BusinessDate,
}

impl Month {
    /// The month of a date.
    pub fn of(date: BusinessDate) -> Self {
        Self { first: BusinessDate::new(date.civil().first_of_month()).unwrap_or(date) }
    }

    /// Its first date.
    pub fn first(self) -> BusinessDate {
        self.first
    }

    /// Its last date.
    pub fn last(self) -> BusinessDate {
        BusinessDate::new(self.first.civil().last_of_month()).unwrap_or(self.first)
    }

    /// Its dates, those left out that the zone skips.
    pub fn dates(self, calendar: &BusinessCalendar) -> impl Iterator<Item = BusinessDate> {
        let dates = self.first.civil().series(jiff::ToSpan::days(1));
        let dates = dates.take_while(move |date| *date <= self.last().civil());
        dates.filter_map(|date| Some(calendar.day(BusinessDate::new(date).ok()?)?.date))
    }

    /// Whether a hotel that has closed its days through a date has closed all of this month.
    pub fn is_over(self, calendar: &BusinessCalendar, closed_through: BusinessDate) -> bool {
        Self::of(calendar.next(closed_through).date) > self
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.first.civil();
        f.pad(&format!("{:04}-{:02}", civil.year(), civil.month()))
    }
}

#[cfg(test)]
mod tests {
    use super::Month;
    use crate::calendar::{BusinessCalendar, BusinessDate};

    fn date(text: &str) -> BusinessDate {
        BusinessDate::parse(text).unwrap()
    }

    #[test]
    fn a_month_has_the_dates_that_its_zone_has() {
        let count = |zone, day| {
            let calendar = BusinessCalendar::new(zone).unwrap();
            Month::of(date(day)).dates(&calendar).count()
        };
        assert_eq!(count("Europe/Berlin", "2024-02-29"), 29);
        // Samoa went over the 30th, the Phoenix Islands over the 31st of a December.
        assert_eq!(count("Pacific/Apia", "2011-12-01"), 30);
        assert_eq!(count("Pacific/Kanton", "1994-12-01"), 30);
    }

    #[test]
    fn a_month_is_over_with_its_last_day() {
        let over = |zone, through| {
            let calendar = BusinessCalendar::new(zone).unwrap();
            Month::of(date(through)).is_over(&calendar, date(through))
        };
        assert!(!over("Asia/Seoul", "2026-11-29"));
        assert!(over("Asia/Seoul", "2026-11-30"));
        assert!(over("Pacific/Kanton", "1994-12-30"));
        let calendar = BusinessCalendar::new("Asia/Seoul").unwrap();
        let november = Month::of(date("2026-11-30"));
        assert!(november.is_over(&calendar, date("2027-03-01")));
        assert!(!november.is_over(&calendar, date("2026-10-31")));
        assert_eq!(november.to_string(), "2026-11");
    }
}
