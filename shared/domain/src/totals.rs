//! Exact sums over devices, rooms and days. Two lamps on for an hour are two hours of use.

use std::iter::Sum;
use std::ops::AddAssign;

use crate::energy::{Charge, Energy};
use crate::instant::Millis;
use crate::profile::Tariff;
use crate::quality::Quality;
use crate::usage::DeviceReport;
use crate::waste::Waste;

/// The totals of a report, or of many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Use of all devices.
    pub usage: Millis,
    /// Rule 8 over all use.
    pub waste: Waste,
    /// Use that was not confirmed in time.
    pub assumed: Millis,
    /// Use without a rating.
    pub unrated: Millis,
    /// Energy of all rated use.
    pub energy: Energy,
    /// Energy of the waste.
    pub waste_energy: Energy,
    /// Energy of the certain waste.
    pub waste_unsold_energy: Energy,
    /// Energy drawn while the room was not sold.
    pub unsold_energy: Energy,
    /// Energy of assumed use.
    pub assumed_energy: Energy,
    /// What the energy cost; `None` without a price.
    pub cost: Option<Charge>,
    /// What the waste cost; `None` without a price.
    pub waste_cost: Option<Charge>,
    /// What the energy emitted; `None` without a factor.
    pub co2e: Option<Charge>,
    /// Rule 10 over all devices.
    pub quality: Quality,
}

impl Totals {
    /// The sums over some devices of one room and day.
    pub fn over<'a>(devices: impl IntoIterator<Item = &'a DeviceReport>, tariff: Tariff) -> Self {
        let mut totals = Self::default();
        for device in devices {
            totals.quality += device.quality;
            for usage in &device.usage {
                let duration = usage.duration();
                let waste = Waste::of(&usage.during);
                totals.usage += duration;
                totals.waste += waste;
                totals.assumed += usage.assumed;
                let Some(rating) = usage.rating else {
                    totals.unrated += duration;
                    continue;
                };
                totals.energy += Energy::of(rating, duration);
                totals.waste_energy += Energy::of(rating, waste.waste);
                totals.waste_unsold_energy += Energy::of(rating, waste.waste_unsold);
                totals.unsold_energy += Energy::of(rating, waste.unsold);
                totals.assumed_energy += Energy::of(rating, usage.assumed);
            }
        }
        totals.cost = tariff.price.map(|price| totals.energy * price);
        totals.waste_cost = tariff.price.map(|price| totals.waste_energy * price);
        totals.co2e = tariff.co2e.map(|factor| totals.energy * factor);
        totals
    }
}

impl AddAssign for Waste {
    fn add_assign(&mut self, other: Self) {
        self.waste += other.waste;
        self.waste_unsold += other.waste_unsold;
        self.unsold += other.unsold;
    }
}

impl AddAssign for Totals {
    /// Adds figure by figure. A sum has a cost as soon as one of its parts has one.
    fn add_assign(&mut self, other: Self) {
        self.usage += other.usage;
        self.waste += other.waste;
        self.assumed += other.assumed;
        self.unrated += other.unrated;
        self.energy += other.energy;
        self.waste_energy += other.waste_energy;
        self.waste_unsold_energy += other.waste_unsold_energy;
        self.unsold_energy += other.unsold_energy;
        self.assumed_energy += other.assumed_energy;
        self.cost = sum(self.cost, other.cost);
        self.waste_cost = sum(self.waste_cost, other.waste_cost);
        self.co2e = sum(self.co2e, other.co2e);
        self.quality += other.quality;
    }
}

fn sum(one: Option<Charge>, other: Option<Charge>) -> Option<Charge> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one + other),
        (one, other) => one.or(other),
    }
}

impl Sum for Totals {
    fn sum<I: Iterator<Item = Self>>(totals: I) -> Self {
        let mut sum = Self::default();
        totals.for_each(|totals| sum += totals);
        sum
    }
}
