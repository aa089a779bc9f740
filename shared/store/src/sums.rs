//! The exact sums that a hotel-day keeps, by the names of the attributes that keep them.

use std::collections::BTreeMap;

use roomwatt_domain::{Occupancy, RoomReport, Totals};

/// The exact sums of some reports, by the names of the attributes that keep them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    figures: BTreeMap<&'static str, i128>,
}

/// The names of the nine cells, row by row.
pub(crate) const CELLS: [&str; 9] = ["o0", "o1", "o2", "o3", "o4", "o5", "o6", "o7", "o8"];

impl Sums {
    pub(crate) fn of(report: &RoomReport) -> Self {
        Self::new(&report.totals(), &report.occupancy)
    }

    pub(crate) fn new(totals: &Totals, occupancy: &Occupancy) -> Self {
        let figures = [
            ("usage", i128::from(totals.usage)),
            ("waste", i128::from(totals.waste.waste)),
            ("wasteUnsold", i128::from(totals.waste.waste_unsold)),
            ("unsold", i128::from(totals.waste.unsold)),
            ("assumed", i128::from(totals.assumed)),
            ("unrated", i128::from(totals.unrated)),
            ("energy", totals.energy.exact()),
            ("wasteEnergy", totals.waste_energy.exact()),
            ("wasteUnsoldEnergy", totals.waste_unsold_energy.exact()),
            ("unsoldEnergy", totals.unsold_energy.exact()),
            ("assumedEnergy", totals.assumed_energy.exact()),
            ("missingStarts", i128::from(totals.quality.missing_starts)),
            ("missingEnds", i128::from(totals.quality.missing_ends)),
            ("unconfirmed", i128::from(totals.quality.unconfirmed)),
        ];
        // An amount of nothing is told from none at all by being there.
        let charges =
            [("cost", totals.cost), ("wasteCost", totals.waste_cost), ("co2e", totals.co2e)];
        let cells = CELLS.into_iter().zip(occupancy.cells().map(i128::from));
        let figures = figures
            .into_iter()
            .chain(cells)
            .filter(|(_, amount)| *amount != 0)
            .chain(charges.into_iter().filter_map(|(name, charge)| Some((name, charge?.exact()))))
            .collect();
        Self { figures }
    }

    pub(crate) fn minus(mut self, other: &Self) -> Self {
        for (name, amount) in &other.figures {
            *self.figures.entry(name).or_default() -= amount;
        }
        self
    }

    pub(crate) fn figures(&self) -> impl Iterator<Item = (&'static str, i128)> {
        self.figures.iter().map(|(name, amount)| (*name, *amount))
    }
}
