//! Parts of reports, with what is needed to judge them, and what charts measure in.

use std::ops::AddAssign;

use roomwatt_domain::waste::by_stay;
use roomwatt_domain::{
    DeviceReport, Energy, EnergyByCell, MeterReport, Millis, Presence, Pricing, ReportSums, Totals,
    Usage,
};

/// Totals, with the certain part of their confirmed waste: that of unsold rooms.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Judged {
    pub(crate) totals: Totals,
    /// Confirmed waste while the room was checked out.
    pub(crate) unsold_waste: Millis,
    /// Its energy.
    pub(crate) unsold_waste_energy: Energy,
}

impl Judged {
    /// Of some devices of one report.
    pub(crate) fn over<'a>(
        devices: impl IntoIterator<Item = &'a DeviceReport> + Clone,
        pricing: Pricing,
    ) -> Self {
        let totals = Totals::over(devices.clone(), pricing);
        let mut judged = Self { totals, ..Self::default() };
        for usage in devices.into_iter().flat_map(|device| &device.usage) {
            judged.add_unsold_waste(usage);
        }
        judged
    }

    /// Of one use alone.
    pub(crate) fn of_use(usage: &Usage, pricing: Pricing) -> Self {
        let totals = Totals::of_use(usage, pricing);
        let mut judged = Self { totals, ..Self::default() };
        judged.add_unsold_waste(usage);
        judged
    }

    fn add_unsold_waste(&mut self, usage: &Usage) {
        let [_, all, _] = by_stay(&usage.during, usage.avoidable);
        if all == 0 {
            return;
        }
        let [_, assumed, _] = by_stay(&usage.assumed, usage.avoidable);
        self.unsold_waste += all - assumed;
        let [_, all, _] = by_stay(&usage.energy_by_cell(), usage.avoidable);
        let [_, assumed, _] = by_stay(&usage.assumed_energy_by_cell(), usage.avoidable);
        self.unsold_waste_energy += all - assumed;
    }
}

impl From<Totals> for Judged {
    /// Of energy that is no use: standby, or what is unplaced.
    fn from(totals: Totals) -> Self {
        Self { totals, ..Self::default() }
    }
}

impl From<&ReportSums> for Judged {
    fn from(sums: &ReportSums) -> Self {
        let [_, unsold, _] = sums.confirmed_waste;
        Self {
            totals: sums.totals,
            unsold_waste: sums.unsold_waste,
            unsold_waste_energy: unsold.energy,
        }
    }
}

impl AddAssign for Judged {
    fn add_assign(&mut self, other: Self) {
        self.totals += other.totals;
        self.unsold_waste += other.unsold_waste;
        self.unsold_waste_energy += other.unsold_waste_energy;
    }
}

/// What meters measured; in no total, since the devices behind them are.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Metered {
    /// All of it.
    pub(crate) energy: Energy,
    /// What a meter went on by over a gap: in no cell.
    pub(crate) unplaced: Energy,
    /// By stay and presence.
    pub(crate) during: EnergyByCell,
}

impl Metered {
    pub(crate) fn of(meter: &MeterReport) -> Self {
        Self { energy: meter.energy(), unplaced: meter.unplaced, during: meter.during }
    }

    /// What was measured while nobody was there.
    pub(crate) fn vacant(&self) -> Energy {
        self.during.of_presence(Presence::Vacant)
    }
}

impl AddAssign for Metered {
    fn add_assign(&mut self, other: Self) {
        self.energy += other.energy;
        self.unplaced += other.unplaced;
        self.during += other.during;
    }
}

/// What charts measure use and waste in: energy, or time where nothing that was used has a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    Energy,
    Time,
}

impl Measure {
    pub(crate) fn of(totals: &Totals) -> Self {
        if totals.energy == Energy::default() && totals.usage > 0 {
            Measure::Time
        } else {
            Measure::Energy
        }
    }

    /// All use, in milliwatt-milliseconds or milliseconds.
    pub(crate) fn used(self, totals: &Totals) -> i128 {
        match self {
            Measure::Energy => totals.energy.exact(),
            Measure::Time => totals.usage.into(),
        }
    }

    /// The wasted part of it, as far as it is confirmed.
    pub(crate) fn wasted(self, totals: &Totals) -> i128 {
        match self {
            Measure::Energy => totals.confirmed_waste_energy().exact(),
            Measure::Time => totals.confirmed_waste().into(),
        }
    }

    /// How far the waste goes up to with what is assumed; `None` where nothing is.
    pub(crate) fn up_to(self, totals: &Totals) -> Option<i128> {
        let all = match self {
            Measure::Energy => totals.waste_energy.exact(),
            Measure::Time => totals.waste.waste.into(),
        };
        (all != self.wasted(totals)).then_some(all)
    }

    /// The certain part of the confirmed waste: that of unsold rooms.
    pub(crate) fn wasted_unsold(self, sums: &ReportSums) -> i128 {
        match self {
            Measure::Energy => sums.confirmed_waste[1].energy.exact(),
            Measure::Time => sums.unsold_waste.into(),
        }
    }

    /// One kilowatt-hour, or one hour.
    pub(crate) const fn unit(self) -> i128 {
        match self {
            Measure::Energy => 3_600_000_000 * 1000,
            Measure::Time => 3_600_000,
        }
    }

    pub(crate) const fn symbol(self) -> &'static str {
        match self {
            Measure::Energy => "kWh",
            Measure::Time => "h",
        }
    }
}
