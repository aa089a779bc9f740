//! Two periods side by side.
//!
//! Periods may differ in length, and a room may be missing on some of their days; so what is
//! compared are averages per day, over the days on which the group has a report. A day without one
//! is not a day of nothing; a group without any in a whole period is, so that what is new changes
//! from nothing. Averages and changes are reckoned from exact sums and rounded once.
//!
//! Beside the change per day stands the change per night (rule 17), with what it comes of: what sold
//! nights use, what unsold nights use, and how many of the nights are sold.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use roomwatt_domain::{
    BusinessDate, ClosedReport, HotelId, NightSums, Nightly, PerSoldNight, Rounded, Totals,
    instant::Millis,
};

use crate::figure::{Exact, Figure, exact_totals};
use crate::group::{DaySums, Group, GroupBy, GroupKey, Groups};

/// Sums two periods' reports, one report at a time.
#[derive(Debug, Clone)]
pub struct Comparison {
    current: Period,
    baseline: Period,
}

/// Which of the two periods a report belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The period in question.
    Current,
    /// The one that it is held against.
    Baseline,
}

#[derive(Debug, Clone)]
struct Period {
    groups: Groups,
    days: BTreeMap<GroupKey, BTreeSet<BusinessDate>>,
}

/// One group in both periods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedGroup {
    /// What its reports have in common.
    pub key: GroupKey,
    /// Its sums in the period in question.
    pub current: PeriodSums,
    /// Its sums in the other one.
    pub baseline: PeriodSums,
}

/// A group's sums in one period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeriodSums {
    /// How many reports of a room on a day it sums.
    pub reports: u64,
    /// On how many days it has any.
    pub days: u64,
    /// Exact sums.
    pub totals: Totals,
    /// The nights of its reports, and what they used.
    pub nights: NightSums,
}

impl Comparison {
    /// Without any report yet.
    pub fn new(by: GroupBy) -> Self {
        let period = Period { groups: Groups::new(by), days: BTreeMap::new() };
        Self { current: period.clone(), baseline: period }
    }

    fn period(&mut self, side: Side) -> &mut Period {
        match side {
            Side::Current => &mut self.current,
            Side::Baseline => &mut self.baseline,
        }
    }

    /// Adds a report to a period.
    pub fn add(&mut self, side: Side, hotel: &HotelId, closed: &ClosedReport) {
        let Period { groups, days } = self.period(side);
        for key in groups.add(hotel, closed) {
            days.entry(key).or_default().insert(closed.date);
        }
    }

    /// Adds all of a hotel's reports of a date at once, where groups are of whole days
    /// ([`GroupBy::is_of_whole_days`]).
    pub fn add_hotel_day(
        &mut self,
        side: Side,
        hotel: &HotelId,
        date: BusinessDate,
        day: &DaySums,
    ) {
        let Period { groups, days } = self.period(side);
        if day.rooms > 0 {
            let key = groups.add_hotel_day(hotel, date, day);
            days.entry(key).or_default().insert(date);
        }
    }

    /// The groups of either period in order of their keys.
    pub fn by_key(self) -> impl Iterator<Item = ComparedGroup> {
        let mut compared: BTreeMap<GroupKey, (PeriodSums, PeriodSums)> = BTreeMap::new();
        for (key, sums) in self.current.sums() {
            compared.entry(key).or_default().0 = sums;
        }
        for (key, sums) in self.baseline.sums() {
            compared.entry(key).or_default().1 = sums;
        }
        compared.into_iter().map(|(key, (current, baseline))| ComparedGroup {
            key,
            current,
            baseline,
        })
    }
}

impl Period {
    fn sums(self) -> impl Iterator<Item = (GroupKey, PeriodSums)> {
        let days = self.days;
        self.groups.by_key().map(move |Group { key, reports, totals, nights, .. }| {
            let days = days.get(&key).map_or(0, |days| days.len() as u64);
            (key, PeriodSums { reports, days, totals, nights })
        })
    }
}

/// How a figure changed from one period to the other: per day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The average of the period in question less that of the baseline.
    pub absolute: Average,
    /// The same in percent of the baseline's, to 2 decimals; `None` where that is nothing.
    pub percent: Option<Rounded<2>>,
}

/// An average per day: milliseconds whole, watt-hours to 3 decimals, money and kilograms to 4,
/// counts to 3, since a lost event a week is a figure too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Average {
    /// A length of time, watt-hours or an amount.
    Figure(Figure),
    /// How many.
    Count(Rounded<3>),
}

impl Average {
    fn of(exact: Exact, days: i128) -> Self {
        match exact {
            Exact::Millis(sum) => {
                // Averages of times of a day fit as times do.
                let millis = Rounded::<0>::of(sum, days).units();
                Self::Figure(Figure::Millis(Millis::try_from(millis).unwrap_or(Millis::MAX)))
            }
            Exact::Count(sum) => Self::Count(Rounded::of(sum, days)),
            Exact::Energy(sum) => {
                Self::Figure(Figure::WattHours(Rounded::of(sum, Exact::WATT_HOUR * days)))
            }
            Exact::Charge(sum) => {
                Self::Figure(Figure::Amount(Rounded::of(sum, Exact::AMOUNT * days)))
            }
        }
    }
}

impl PeriodSums {
    /// The averages per day by name, in the order of totals; empty without any day.
    pub fn per_day(&self) -> impl Iterator<Item = (&'static str, Average)> {
        let days = i128::from(self.days);
        exact_totals(&self.totals)
            .into_iter()
            .filter(move |_| days > 0)
            .filter_map(move |(name, exact)| Some((name, Average::of(exact?, days))))
    }
}

impl PeriodSums {
    /// Its figures per sold night; `None` where no night was sold.
    pub fn per_sold_night(&self) -> Option<PerSoldNight> {
        self.nights.per_sold_night(&self.totals)
    }
}

impl ComparedGroup {
    /// The change of energy per night and its three parts; `None` where a period has neither sold
    /// nor unsold nights.
    pub fn nightly(&self) -> Option<Nightly> {
        self.current.nights.change_since(&self.baseline.nights)
    }

    /// The changes by name, in the order of totals. A period without any report has nothing of what
    /// the other one has; a figure that the reports of one period do not have has no change.
    pub fn changes(&self) -> impl Iterator<Item = (&'static str, Change)> {
        let days = (i128::from(self.current.days), i128::from(self.baseline.days));
        let current = exact_totals(&self.current.totals);
        let baseline = exact_totals(&self.baseline.totals);
        let both = current.into_iter().zip(baseline);
        both.filter_map(move |((name, current), (_, baseline))| {
            let nothing = |of: Option<Exact>| of.map(|exact| exact.with(0));
            let (current, baseline) = match days {
                (0, _) => (nothing(baseline)?, baseline?),
                (_, 0) => (current?, nothing(current)?),
                _ => (current?, baseline?),
            };
            // Over the common denominator of both averages.
            let days = (days.0.max(1), days.1.max(1));
            let (now, then) = (current.get() * days.1, baseline.get() * days.0);
            let absolute = Average::of(current.with(now - then), days.0 * days.1);
            let percent = (then != 0).then(|| percent(now - then, then));
            Some((name, Change { absolute, percent }))
        })
    }
}

/// Sums have room to spare, but not for a hundredfold of the largest.
fn percent(difference: i128, of: i128) -> Rounded<2> {
    const LARGEST: i128 = i128::MAX / 1_000_000;
    let shrink = (difference.abs().max(of.abs()) / LARGEST) + 1;
    Rounded::of(difference / shrink * 100, (of / shrink).max(1))
}

impl fmt::Display for Average {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Average::Figure(figure) => figure.fmt(f),
            Average::Count(count) => count.fmt(f),
        }
    }
}
