//! The sums of some reports, with what is needed to judge them.

use std::iter::Sum;
use std::ops::AddAssign;

use crate::closed::ClosedReport;
use crate::instant::Millis;
use crate::measured::Measured;
use crate::nights::NightSums;
use crate::occupancy::{Occupancy, Stay};
use crate::presence::Presence;
use crate::totals::{ConfirmedWaste, Totals};
use crate::waste::by_stay;

/// The sums of some reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReportSums {
    /// How many reports: room-days.
    pub reports: u64,
    /// Reports with a time that had no price.
    pub unpriced: u64,
    /// Reports whose day was closed without an emission factor.
    pub unfactored: u64,
    /// Reports that late events have revised.
    pub revised: u64,
    /// Whether anything was heard on any of the days.
    pub heard: bool,
    /// The reports' totals.
    pub totals: Totals,
    /// Confirmed waste while the room was checked out.
    pub unsold_waste: Millis,
    /// Energy and cost of the confirmed waste by stay, in the order of [`Stay::ALL`](crate::Stay::ALL).
    pub confirmed_waste: [ConfirmedWaste; 3],
    /// The rooms' time by stay and presence.
    pub occupancy: Occupancy,
    /// The nights, and what they used.
    pub nights: NightSums,
    /// What counters did.
    pub counters: Counters,
}

/// What counters did other than count on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Counters that began again.
    pub resets: u64,
    /// Roll-backs and jumps: readings that nothing was believed of.
    pub disbelieved: u64,
}

impl ReportSums {
    /// Of one report.
    pub fn of(closed: &ClosedReport) -> Self {
        let report = &closed.report;
        let known = report.pricing.known();
        let totals = report.totals();
        let mut sums = Self {
            reports: 1,
            unpriced: (!known.priced || known.unpriced).into(),
            unfactored: (!known.emitting).into(),
            revised: (closed.revision > 1).into(),
            heard: report.heard.is_some_and(|heard| heard >= closed.window.start),
            totals,
            unsold_waste: 0,
            confirmed_waste: report.confirmed_waste(),
            occupancy: report.occupancy,
            nights: NightSums::of(report.night(), &totals),
            counters: Counters::default(),
        };
        for device in &report.devices {
            for usage in &device.usage {
                let [_, all, _] = by_stay(&usage.during, usage.avoidable);
                let [_, assumed, _] = by_stay(&usage.assumed, usage.avoidable);
                sums.unsold_waste += all - assumed;
            }
            if let Some(measured) = &device.measured {
                sums.counters.add(measured);
            }
        }
        sums
    }

    /// Room time with presence unknown, whatever the stay.
    pub fn presence_unknown(&self) -> Millis {
        self.occupancy.of_presence(Presence::Unknown)
    }

    /// Room time with the stay unknown, whatever the presence.
    pub fn stay_unknown(&self) -> Millis {
        self.occupancy.of_stay(Stay::Unknown)
    }
}

impl Counters {
    fn add(&mut self, measured: &Measured) {
        self.resets += measured.resets;
        self.disbelieved += measured.roll_backs + measured.jumps;
    }
}

impl AddAssign for ReportSums {
    fn add_assign(&mut self, other: Self) {
        self.reports += other.reports;
        self.unpriced += other.unpriced;
        self.unfactored += other.unfactored;
        self.revised += other.revised;
        self.heard |= other.heard;
        self.totals += other.totals;
        self.unsold_waste += other.unsold_waste;
        for (sum, waste) in self.confirmed_waste.iter_mut().zip(other.confirmed_waste) {
            *sum += waste;
        }
        self.occupancy += other.occupancy;
        self.nights += other.nights;
        self.counters.resets += other.counters.resets;
        self.counters.disbelieved += other.counters.disbelieved;
    }
}

impl Sum for ReportSums {
    fn sum<I: Iterator<Item = Self>>(sums: I) -> Self {
        sums.fold(Self::default(), |mut all, sums| {
            all += sums;
            all
        })
    }
}
