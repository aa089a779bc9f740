//! Sums of reports, with what is needed to judge them.

use std::ops::AddAssign;

use roomwatt_domain::{ClosedReport, Energy, Millis, Occupancy, Presence, Stay, Totals};

/// The sums of some reports.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    /// How many: room-days.
    pub(crate) reports: u64,
    /// Reports whose day was closed without a price.
    pub(crate) unpriced: u64,
    /// Reports whose day was closed without an emission factor.
    pub(crate) unfactored: u64,
    /// Reports that late events have revised.
    pub(crate) revised: u64,
    pub(crate) totals: Totals,
    pub(crate) occupancy: Occupancy,
}

impl Tally {
    pub(crate) fn of(closed: &ClosedReport) -> Self {
        let report = &closed.report;
        Self {
            reports: 1,
            unpriced: report.tariff.price.is_none().into(),
            unfactored: report.tariff.co2e.is_none().into(),
            revised: (closed.revision > 1).into(),
            totals: report.totals(),
            occupancy: report.occupancy,
        }
    }

    /// Room time with presence unknown, whatever the stay.
    pub(crate) fn presence_unknown(&self) -> Millis {
        Stay::ALL.iter().map(|stay| self.occupancy.cell(*stay, Presence::Unknown)).sum()
    }

    /// Room time with the stay unknown, whatever the presence.
    pub(crate) fn stay_unknown(&self) -> Millis {
        let cells = Presence::ALL.iter();
        cells.map(|presence| self.occupancy.cell(Stay::Unknown, *presence)).sum()
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.reports += other.reports;
        self.unpriced += other.unpriced;
        self.unfactored += other.unfactored;
        self.revised += other.revised;
        self.totals += other.totals;
        self.occupancy += other.occupancy;
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

    /// The wasted part of it.
    pub(crate) fn wasted(self, totals: &Totals) -> i128 {
        match self {
            Measure::Energy => totals.waste_energy.exact(),
            Measure::Time => totals.waste.waste.into(),
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
