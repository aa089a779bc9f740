//! Exact sums over devices, rooms and days. Two lamps on for an hour are two hours of use.

use std::iter::Sum;
use std::ops::{Add, AddAssign};

use crate::energy::{Charge, Energy};
use crate::instant::Millis;
use crate::measured::Measured;
use crate::occupancy::{Cells, Stay};
use crate::quality::Quality;
use crate::report::RoomReport;
use crate::tariff::{Bill, Price, Pricing};
use crate::usage::{DeviceReport, Usage};
use crate::waste::{Waste, by_stay};

/// The totals of a report, or of many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Use of all devices.
    pub usage: Millis,
    /// Rule 8 over all use.
    pub waste: Waste,
    /// Use that was not confirmed in time.
    pub assumed: Millis,
    /// The assumed part of the waste; the rest of the waste is confirmed.
    pub assumed_waste: Millis,
    /// Use without a rating and without a reading.
    pub unrated: Millis,
    /// All energy: of use, standby, and what is unplaced.
    pub energy: Energy,
    /// Energy of the waste.
    pub waste_energy: Energy,
    /// Energy of the certain waste.
    pub waste_unsold_energy: Energy,
    /// Energy of the use while the room was not sold.
    pub unsold_energy: Energy,
    /// Energy of assumed use.
    pub assumed_energy: Energy,
    /// Energy of assumed waste.
    pub assumed_waste_energy: Energy,
    /// What the energy cost; `None` without a price.
    pub cost: Option<Charge>,
    /// What the waste cost; `None` without a price.
    pub waste_cost: Option<Charge>,
    /// What the assumed part of the waste cost; `None` without a price.
    pub assumed_waste_cost: Option<Charge>,
    /// What the energy emitted; `None` without a factor.
    pub co2e: Option<Charge>,
    /// Energy from before the first tariff; `None` where all is priced, or nothing ever is.
    pub unpriced: Option<Energy>,
    /// What was measured; `None` where no device has readings.
    pub measured: Option<MeasuredTotals>,
    /// Rule 10 over all devices.
    pub quality: Quality,
}

/// The totals that only devices with readings have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MeasuredTotals {
    /// Use that went by counter or power.
    pub usage: Millis,
    /// The energy of that use.
    pub energy: Energy,
    /// Measured energy while idle or unknown.
    pub standby: Energy,
    /// Energy that a counter shows and no time explains.
    pub unplaced: Energy,
}

/// The confirmed waste of a report during one sort of stay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConfirmedWaste {
    /// Its energy.
    pub energy: Energy,
    /// What it cost; `None` without a price.
    pub cost: Option<Charge>,
}

impl Totals {
    /// The sums over some devices of one room and day.
    pub fn over<'a>(devices: impl IntoIterator<Item = &'a DeviceReport>, pricing: Pricing) -> Self {
        let mut sums = Sums::default();
        for device in devices {
            sums.totals.quality += device.quality;
            device.usage.iter().for_each(|usage| sums.add_use(usage));
            if let Some(measured) = &device.measured {
                sums.add_standby(measured);
                sums.add_unplaced(measured);
            }
        }
        sums.priced(pricing)
    }

    /// The figures of one use alone.
    pub fn of_use(usage: &Usage, pricing: Pricing) -> Self {
        let mut sums = Sums::default();
        sums.add_use(usage);
        sums.priced(pricing)
    }

    /// The figures of a device's standby alone.
    pub fn of_standby(measured: &Measured, pricing: Pricing) -> Self {
        let mut sums = Sums::default();
        sums.add_standby(measured);
        sums.priced(pricing)
    }

    /// The figures of what is unplaced of a device alone.
    pub fn of_unplaced(measured: &Measured, pricing: Pricing) -> Self {
        let mut sums = Sums::default();
        sums.add_unplaced(measured);
        sums.priced(pricing)
    }

    /// How much of the waste is confirmed.
    pub fn confirmed_waste(&self) -> Millis {
        self.waste.waste - self.assumed_waste
    }

    /// The energy of the confirmed waste.
    pub fn confirmed_waste_energy(&self) -> Energy {
        self.waste_energy - self.assumed_waste_energy
    }

    /// What the confirmed waste cost.
    pub fn confirmed_waste_cost(&self) -> Option<Charge> {
        Some(self.waste_cost? - self.assumed_waste_cost.unwrap_or_default())
    }
}

impl RoomReport {
    /// The confirmed waste by stay, in the order of [`Stay::ALL`](crate::Stay::ALL).
    pub fn confirmed_waste(&self) -> [ConfirmedWaste; 3] {
        let mut waste = [ConfirmedWaste::default(); 3];
        let uses = || self.devices.iter().flat_map(|device| &device.usage);
        for usage in uses() {
            let all = by_stay(&usage.energy_by_cell(), usage.avoidable);
            let assumed = by_stay(&usage.assumed_energy_by_cell(), usage.avoidable);
            for ((waste, all), assumed) in waste.iter_mut().zip(all).zip(assumed) {
                waste.energy += all - assumed;
            }
        }
        for (stay, waste) in waste.iter_mut().enumerate() {
            waste.cost = match self.pricing {
                Pricing::Flat(rates) => match rates.price {
                    Price::PerKwh(price) => Some(waste.energy * price),
                    Price::Unknown | Price::NotYet => None,
                },
                Pricing::InTime(known) => known.priced.then(|| {
                    let charges = uses().filter_map(|usage| usage.charges.as_deref());
                    charges.map(|it| it.waste[stay] - it.assumed_waste[stay]).sum()
                }),
            };
        }
        waste
    }
}

/// A piece of a use that lies in one cell, at one rate, and is confirmed or assumed throughout.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece {
    pub(crate) stay: Stay,
    pub(crate) wasted: bool,
    pub(crate) assumed: bool,
    /// Whether there is a rating or a reading.
    pub(crate) is_rated: bool,
    pub(crate) time: Millis,
    pub(crate) energy: Energy,
    pub(crate) bill: Bill,
}

/// Totals in the making.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    totals: Totals,
    bill: Bill,
    waste_cost: Charge,
    assumed_waste_cost: Charge,
}

impl Sums {
    fn add_use(&mut self, usage: &Usage) {
        let totals = &mut self.totals;
        let waste = Waste::of(&usage.during, usage.avoidable);
        let assumed = usage.assumed.total();
        let assumed_waste = of_assumed(assumed, &usage.assumed, usage);
        totals.usage += usage.duration();
        totals.waste += waste;
        totals.assumed += assumed;
        totals.assumed_waste += assumed_waste;
        totals.unrated += usage.unrated();
        if let Some(metered) = &usage.metered {
            let waste = Waste::of(&metered.energy, usage.avoidable);
            let assumed = metered.assumed_energy.total();
            totals.energy += metered.energy.total();
            totals.waste_energy += waste.waste;
            totals.waste_unsold_energy += waste.waste_unsold;
            totals.unsold_energy += waste.unsold;
            totals.assumed_energy += assumed;
            totals.assumed_waste_energy += of_assumed(assumed, &metered.assumed_energy, usage);
            let measured = totals.measured.get_or_insert_default();
            measured.usage += metered.measured;
            measured.energy += metered.measured_energy;
        } else if let Some(rating) = usage.rating {
            totals.energy += Energy::of(rating, usage.duration());
            totals.waste_energy += Energy::of(rating, waste.waste);
            totals.waste_unsold_energy += Energy::of(rating, waste.waste_unsold);
            totals.unsold_energy += Energy::of(rating, waste.unsold);
            totals.assumed_energy += Energy::of(rating, assumed);
            totals.assumed_waste_energy += Energy::of(rating, assumed_waste);
        }
        if let Some(charges) = &usage.charges {
            self.bill += charges.bill;
            self.waste_cost += charges.waste.into_iter().sum();
            self.assumed_waste_cost += charges.assumed_waste.into_iter().sum();
        }
    }

    pub(crate) fn add_piece(&mut self, piece: Piece) {
        let Piece { stay, wasted, assumed, is_rated, time, energy, bill } = piece;
        let totals = &mut self.totals;
        totals.usage += time;
        totals.energy += energy;
        self.bill += bill;
        if !is_rated {
            totals.unrated += time;
        }
        if assumed {
            totals.assumed += time;
            totals.assumed_energy += energy;
        }
        if stay == Stay::CheckedOut {
            totals.waste.unsold += time;
            totals.unsold_energy += energy;
        }
        if !wasted {
            return;
        }
        totals.waste.waste += time;
        totals.waste_energy += energy;
        self.waste_cost += bill.cost;
        if stay == Stay::CheckedOut {
            totals.waste.waste_unsold += time;
            totals.waste_unsold_energy += energy;
        }
        if assumed {
            totals.assumed_waste += time;
            totals.assumed_waste_energy += energy;
            self.assumed_waste_cost += bill.cost;
        }
    }

    /// Adds what a device drew while it was in no active state.
    pub(crate) fn add_idle(&mut self, energy: Energy, bill: Bill) {
        self.totals.energy += energy;
        self.bill += bill;
    }

    fn add_standby(&mut self, measured: &Measured) {
        self.totals.energy += measured.standby;
        self.totals.measured.get_or_insert_default().standby += measured.standby;
        self.bill += measured.standby_bill;
    }

    fn add_unplaced(&mut self, measured: &Measured) {
        self.totals.energy += measured.unplaced;
        self.totals.measured.get_or_insert_default().unplaced += measured.unplaced;
        self.bill += measured.unplaced_bill;
    }

    /// The totals with their charges, as far as price and factor are known.
    pub(crate) fn priced(mut self, pricing: Pricing) -> Totals {
        if let Pricing::Flat(rates) = pricing {
            let cost = |energy: Energy| Bill::of(energy, rates).cost;
            self.bill = Bill::of(self.totals.energy, rates);
            self.waste_cost = cost(self.totals.waste_energy);
            self.assumed_waste_cost = cost(self.totals.assumed_waste_energy);
        }
        let known = pricing.known();
        Totals {
            cost: known.priced.then_some(self.bill.cost),
            waste_cost: known.priced.then_some(self.waste_cost),
            assumed_waste_cost: known.priced.then_some(self.assumed_waste_cost),
            co2e: known.emitting.then_some(self.bill.co2e),
            unpriced: known.unpriced.then_some(self.bill.unpriced),
            ..self.totals
        }
    }
}

/// The waste of the assumed part of a use, of which most uses have none.
fn of_assumed<T: Copy + Default + PartialEq + AddAssign>(
    all: T,
    cells: &Cells<T>,
    usage: &Usage,
) -> T {
    if all == T::default() { all } else { Waste::of(cells, usage.avoidable).waste }
}

impl AddAssign for Waste {
    fn add_assign(&mut self, other: Self) {
        self.waste += other.waste;
        self.waste_unsold += other.waste_unsold;
        self.unsold += other.unsold;
    }
}

impl AddAssign for ConfirmedWaste {
    fn add_assign(&mut self, other: Self) {
        self.energy += other.energy;
        self.cost = sum(self.cost, other.cost);
    }
}

impl AddAssign for Totals {
    /// Adds figure by figure. A sum has a cost, or what was measured, as soon as one of its parts
    /// has it.
    fn add_assign(&mut self, other: Self) {
        self.usage += other.usage;
        self.waste += other.waste;
        self.assumed += other.assumed;
        self.assumed_waste += other.assumed_waste;
        self.unrated += other.unrated;
        self.energy += other.energy;
        self.waste_energy += other.waste_energy;
        self.waste_unsold_energy += other.waste_unsold_energy;
        self.unsold_energy += other.unsold_energy;
        self.assumed_energy += other.assumed_energy;
        self.assumed_waste_energy += other.assumed_waste_energy;
        self.cost = sum(self.cost, other.cost);
        self.waste_cost = sum(self.waste_cost, other.waste_cost);
        self.assumed_waste_cost = sum(self.assumed_waste_cost, other.assumed_waste_cost);
        self.co2e = sum(self.co2e, other.co2e);
        self.unpriced = sum(self.unpriced, other.unpriced);
        self.measured = sum(self.measured, other.measured);
        self.quality += other.quality;
    }
}

impl Add for MeasuredTotals {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            usage: self.usage + other.usage,
            energy: self.energy + other.energy,
            standby: self.standby + other.standby,
            unplaced: self.unplaced + other.unplaced,
        }
    }
}

fn sum<T: Add<Output = T>>(one: Option<T>, other: Option<T>) -> Option<T> {
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
