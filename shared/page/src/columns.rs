//! Days, weeks or months: a range in so many columns that a page stays readable.

use roomwatt_domain::BusinessDate;
use roomwatt_presentation::range::{Range, moved};

use crate::chart::Shade;

/// How many columns a page shows at most, as long as months keep below it; and for how many days it
/// is made from reports, device by device.
pub(crate) const MOST: i64 = 62;

/// How long a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Day,
    /// Monday to Sunday.
    Week,
    Month,
}

/// A range cut into days, weeks or months; the first and last column may be shorter.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    pub(crate) step: Step,
    pub(crate) ranges: Vec<Range>,
}

impl Columns {
    pub(crate) fn of(range: Range) -> Self {
        let step = match range.days() {
            ..=MOST => Step::Day,
            // A week begun and a week ended count as one more.
            days if days <= (MOST - 1) * 7 => Step::Week,
            _ => Step::Month,
        };
        Self::by(step, range)
    }

    /// For rooms, whose sums are kept by month.
    pub(crate) fn of_rooms(range: Range) -> Self {
        Self::by(if range.days() <= MOST { Step::Day } else { Step::Month }, range)
    }

    fn by(step: Step, range: Range) -> Self {
        let mut ranges = Vec::new();
        let mut from = Some(range.from).filter(|from| *from <= range.to);
        while let Some(first) = from {
            let to = last_of(step, first).min(range.to);
            ranges.push(Range { from: first, to });
            from = moved(to, 1).filter(|next| to < range.to && *next <= range.to);
        }
        Self { step, ranges }
    }

    /// The column of a date.
    pub(crate) fn index(&self, date: BusinessDate) -> Option<usize> {
        let at = self.ranges.partition_point(|range| range.to < date);
        self.ranges.get(at).filter(|range| range.contains(date)).map(|_| at)
    }

    /// What is behind a column: a day of the weekend is shaded.
    pub(crate) fn shade(&self, range: Range) -> Shade {
        let is_weekend = range.from.civil().weekday().to_monday_one_offset() > 5;
        if self.step == Step::Day && is_weekend { Shade::Weekend } else { Shade::Nothing }
    }

    pub(crate) fn len(&self) -> usize {
        self.ranges.len()
    }
}

fn last_of(step: Step, date: BusinessDate) -> BusinessDate {
    match step {
        Step::Day => date,
        Step::Week => {
            let left = 7 - date.civil().weekday().to_monday_one_offset();
            moved(date, left.into()).unwrap_or(BusinessDate::MAX)
        }
        Step::Month => Range::month_of(date).to,
    }
}

#[cfg(test)]
mod tests {
    use super::{Columns, Step};
    use roomwatt_domain::BusinessDate;
    use roomwatt_presentation::range::{Range, moved};

    fn columns(from: &str, to: &str) -> Columns {
        let date = |text| BusinessDate::parse(text).unwrap();
        Columns::of(Range { from: date(from), to: date(to) })
    }

    #[test]
    fn up_to_62_days_are_days_a_year_is_weeks_more_is_months() {
        assert_eq!(columns("2026-01-01", "2026-03-03").step, Step::Day);
        assert_eq!(columns("2026-01-01", "2026-03-03").len(), 62);
        assert_eq!(columns("2026-01-01", "2026-03-04").step, Step::Week);
        assert_eq!(columns("2024-01-01", "2024-12-31").len(), 53);
        assert_eq!(columns("2024-01-01", "2026-12-31").step, Step::Month);
        assert_eq!(columns("2024-01-01", "2026-12-31").len(), 36);
        assert_eq!(columns("2026-01-02", "2026-01-01").len(), 0);
        assert_eq!(columns("9998-12-30", "9998-12-31").len(), 2);
    }

    #[test]
    fn every_date_of_the_range_is_in_one_column() {
        for (from, to) in [("2026-01-01", "2026-02-01"), ("2025-11-05", "2026-11-05")] {
            let columns = columns(from, to);
            let mut next = columns.ranges[0].from;
            for (at, range) in columns.ranges.iter().enumerate() {
                assert_eq!(range.from, next);
                assert_eq!(columns.index(range.from), Some(at));
                assert_eq!(columns.index(range.to), Some(at));
                next = moved(range.to, 1).unwrap();
            }
            assert_eq!(columns.index(next), None);
            assert_eq!(columns.index(moved(columns.ranges[0].from, -1).unwrap()), None);
        }
    }
}
