//! Rule 17: energy per night, and what a change between two periods comes from.
//!
//! Everything is an exact fraction until it is shown; of the three parts of a change `share` is
//! shown as the rest, so that the parts shown add up to the change shown.

use std::ops::AddAssign;

use num_bigint::BigInt;

use crate::energy::{Charge, Energy, Rounded};
use crate::occupancy::Stay;
use crate::totals::Totals;

/// How many nights, by the stay at the end of each room-day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Nights {
    /// `CHECKED_IN` at the day's end.
    pub sold: u64,
    /// `CHECKED_OUT` at the day's end.
    pub unsold: u64,
    /// The stay was not known.
    pub unknown: u64,
}

/// What some reports used, by sort of night.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NightSums {
    /// How many of each sort.
    pub nights: Nights,
    /// Energy of the reports with a sold night.
    pub sold_energy: Energy,
    /// Energy of the reports with an unsold night.
    pub unsold_energy: Energy,
    /// Sold nights of the reports that have a cost.
    pub sold_priced: u64,
    /// Sold nights of the reports that have emissions.
    pub sold_emitting: u64,
}

/// Figures per sold night.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PerSoldNight {
    /// All energy ÷ sold nights, in watt-hours.
    pub energy: Rounded<3>,
    /// Cost of the reports that have one ÷ their sold nights.
    pub cost: Option<Rounded<4>>,
    /// CO₂e of the reports that have it ÷ their sold nights, in kilograms.
    pub co2e: Option<Rounded<4>>,
}

/// A change per night between two periods, in watt-hours, and its three parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nightly {
    /// The change of energy per night.
    pub energy: Rounded<3>,
    /// What sold nights use more or less.
    pub sold: Rounded<3>,
    /// What unsold nights use more or less.
    pub unsold: Rounded<3>,
    /// What comes of another share of sold nights: the rest.
    pub share: Rounded<3>,
}

impl Nights {
    /// The one night of a report.
    pub fn of(stay: Stay) -> Self {
        let mut nights = Self::default();
        match stay {
            Stay::CheckedIn => nights.sold = 1,
            Stay::CheckedOut => nights.unsold = 1,
            Stay::Unknown => nights.unknown = 1,
        }
        nights
    }
}

impl NightSums {
    /// Of one report, or of a part of one: the stay at its end, and the totals that count.
    pub fn of(stay: Stay, totals: &Totals) -> Self {
        let nights = Nights::of(stay);
        let of = |stays: u64| if stays == 1 { totals.energy } else { Energy::default() };
        Self {
            nights,
            sold_energy: of(nights.sold),
            unsold_energy: of(nights.unsold),
            sold_priced: if totals.cost.is_some() { nights.sold } else { 0 },
            sold_emitting: if totals.co2e.is_some() { nights.sold } else { 0 },
        }
    }

    /// Figures per sold night; `None` where no night was sold. `totals` are those of the same
    /// reports.
    pub fn per_sold_night(&self, totals: &Totals) -> Option<PerSoldNight> {
        let amount = |charge: Option<Charge>, nights: u64| {
            charge.filter(|_| nights > 0).map(|charge| charge.per(nights))
        };
        (self.nights.sold > 0).then(|| PerSoldNight {
            energy: totals.energy.per(self.nights.sold),
            cost: amount(totals.cost, self.sold_priced),
            co2e: amount(totals.co2e, self.sold_emitting),
        })
    }

    /// Explains the change from a baseline to these nights; `None` where a period has neither sold
    /// nor unsold nights.
    pub fn change_since(&self, baseline: &Self) -> Option<Nightly> {
        let (before, now) = (Period::of(baseline)?, Period::of(self)?);
        let energy = now.energy().minus(&before.energy());
        let (sold_before, sold_now) = lent(before.sold_rate(), now.sold_rate());
        let (unsold_before, unsold_now) = lent(before.unsold_rate(), now.unsold_rate());
        let sold = before.sold_share().mean(&now.sold_share()).times(&sold_now.minus(&sold_before));
        let unsold = before
            .unsold_share()
            .mean(&now.unsold_share())
            .times(&unsold_now.minus(&unsold_before));
        let [energy, sold, unsold] = [energy, sold, unsold].map(|part| part.watt_hours());
        let share = Rounded::of(energy.units() - sold.units() - unsold.units(), 1000);
        Some(Nightly { energy, sold, unsold, share })
    }
}

impl AddAssign for Nights {
    fn add_assign(&mut self, other: Self) {
        self.sold += other.sold;
        self.unsold += other.unsold;
        self.unknown += other.unknown;
    }
}

impl AddAssign for NightSums {
    fn add_assign(&mut self, other: Self) {
        self.nights += other.nights;
        self.sold_energy += other.sold_energy;
        self.unsold_energy += other.unsold_energy;
        self.sold_priced += other.sold_priced;
        self.sold_emitting += other.sold_emitting;
    }
}

/// A period that has sold or unsold nights.
struct Period<'a>(&'a NightSums);

impl<'a> Period<'a> {
    fn of(sums: &'a NightSums) -> Option<Self> {
        (sums.nights.sold + sums.nights.unsold > 0).then_some(Self(sums))
    }

    fn nights(&self) -> BigInt {
        BigInt::from(self.0.nights.sold) + self.0.nights.unsold
    }

    /// Energy per night: s·a + (1−s)·b.
    fn energy(&self) -> Fraction {
        Fraction::new((self.0.sold_energy + self.0.unsold_energy).exact(), self.nights())
    }

    fn sold_share(&self) -> Fraction {
        Fraction::new(self.0.nights.sold, self.nights())
    }

    fn unsold_share(&self) -> Fraction {
        Fraction::new(self.0.nights.unsold, self.nights())
    }

    fn sold_rate(&self) -> Option<Fraction> {
        rate(self.0.sold_energy, self.0.nights.sold)
    }

    fn unsold_rate(&self) -> Option<Fraction> {
        rate(self.0.unsold_energy, self.0.nights.unsold)
    }
}

fn rate(energy: Energy, nights: u64) -> Option<Fraction> {
    (nights > 0).then(|| Fraction::new(energy.exact(), nights.into()))
}

/// A rate that one period lacks is the other's; one that both lack is 0.
fn lent(before: Option<Fraction>, now: Option<Fraction>) -> (Fraction, Fraction) {
    match (before, now) {
        (Some(before), Some(now)) => (before, now),
        (Some(rate), None) | (None, Some(rate)) => (rate.clone(), rate),
        (None, None) => (Fraction::new(0, 1.into()), Fraction::new(0, 1.into())),
    }
}

/// An exact fraction with a positive denominator, not reduced.
#[derive(Clone)]
struct Fraction {
    numerator: BigInt,
    denominator: BigInt,
}

impl Fraction {
    fn new(numerator: impl Into<BigInt>, denominator: BigInt) -> Self {
        Self { numerator: numerator.into(), denominator }
    }

    fn minus(&self, other: &Self) -> Self {
        let numerator = &self.numerator * &other.denominator - &other.numerator * &self.denominator;
        Self { numerator, denominator: &self.denominator * &other.denominator }
    }

    fn times(&self, other: &Self) -> Self {
        let numerator = &self.numerator * &other.numerator;
        Self { numerator, denominator: &self.denominator * &other.denominator }
    }

    fn mean(&self, other: &Self) -> Self {
        let numerator = &self.numerator * &other.denominator + &other.numerator * &self.denominator;
        Self { numerator, denominator: &self.denominator * &other.denominator * 2 }
    }

    /// As watt-hours, where the fraction is of an energy's whole unit.
    fn watt_hours(&self) -> Rounded<3> {
        // Rounded half away from zero: twice the quotient and a half more, cut towards zero.
        let unit: BigInt = &self.denominator * 3_600_000;
        let doubled: BigInt = &self.numerator * 2;
        let half = if doubled < BigInt::ZERO { -unit.clone() } else { unit.clone() };
        let thousandths: BigInt = (doubled + half) / (unit * 2);
        // Energies are i128s in a unit that is finer by far.
        Rounded::of(i128::try_from(thousandths).unwrap_or_default(), 1000)
    }
}
