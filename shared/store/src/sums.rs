//! The exact sums that a hotel-day keeps, by the names of the attributes that keep them.

use std::collections::BTreeMap;

use roomwatt_domain::totals::ConfirmedWaste;
use roomwatt_domain::{Charge, Energy, NightSums, Occupancy, RoomReport, Totals};

/// The exact sums of some reports, by the names of the attributes that keep them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    figures: BTreeMap<&'static str, i128>,
}

/// The names of the nine cells, row by row.
pub(crate) const CELLS: [&str; 9] = ["o0", "o1", "o2", "o3", "o4", "o5", "o6", "o7", "o8"];

/// The names of energy and cost of the confirmed waste, by stay.
pub(crate) const CONFIRMED: [(&str, &str); 3] = [("cw0", "cc0"), ("cw1", "cc1"), ("cw2", "cc2")];

impl Sums {
    pub(crate) fn of(report: &RoomReport) -> Self {
        let totals = report.totals();
        let nights = NightSums::of(report.night(), &totals);
        let measured_rooms = u64::from(totals.measured.is_some());
        Self::new(&totals, &report.occupancy, &nights, &report.confirmed_waste(), measured_rooms)
    }

    pub(crate) fn new(
        totals: &Totals,
        occupancy: &Occupancy,
        nights: &NightSums,
        confirmed: &[ConfirmedWaste; 3],
        measured_rooms: u64,
    ) -> Self {
        let figures = [
            ("usage", i128::from(totals.usage)),
            ("waste", i128::from(totals.waste.waste)),
            ("wasteUnsold", i128::from(totals.waste.waste_unsold)),
            ("unsold", i128::from(totals.waste.unsold)),
            ("assumed", i128::from(totals.assumed)),
            ("assumedWaste", i128::from(totals.assumed_waste)),
            ("unrated", i128::from(totals.unrated)),
            ("energy", totals.energy.exact()),
            ("wasteEnergy", totals.waste_energy.exact()),
            ("wasteUnsoldEnergy", totals.waste_unsold_energy.exact()),
            ("unsoldEnergy", totals.unsold_energy.exact()),
            ("assumedEnergy", totals.assumed_energy.exact()),
            ("assumedWasteEnergy", totals.assumed_waste_energy.exact()),
            ("missingStarts", i128::from(totals.quality.missing_starts)),
            ("missingEnds", i128::from(totals.quality.missing_ends)),
            ("unconfirmed", i128::from(totals.quality.unconfirmed)),
            ("soldNights", i128::from(nights.nights.sold)),
            ("unsoldNights", i128::from(nights.nights.unsold)),
            ("unknownNights", i128::from(nights.nights.unknown)),
            ("soldEnergy", nights.sold_energy.exact()),
            ("unsoldNightEnergy", nights.unsold_energy.exact()),
            ("soldPriced", i128::from(nights.sold_priced)),
            ("soldEmitting", i128::from(nights.sold_emitting)),
            // A late event may take a room's last reading away: then nothing is measured any more.
            ("measuredRooms", i128::from(measured_rooms)),
        ];
        // A charge of zero is stored; where there is no price or factor, none is.
        let charges = [
            ("cost", totals.cost),
            ("wasteCost", totals.waste_cost),
            ("assumedWasteCost", totals.assumed_waste_cost),
            ("co2e", totals.co2e),
        ];
        let charges = charges.into_iter().map(|(name, charge)| (name, charge.map(Charge::exact)));
        let measured = totals.measured.map(|measured| {
            [
                ("measured", i128::from(measured.usage)),
                ("measuredEnergy", measured.energy.exact()),
                ("standby", measured.standby.exact()),
                ("unplaced", measured.unplaced.exact()),
            ]
        });
        let confirmed = CONFIRMED.into_iter().zip(confirmed);
        let confirmed = confirmed.flat_map(|((energy, cost), waste)| {
            let exact = Some(waste.energy.exact()).filter(|energy| *energy != 0);
            [(energy, exact), (cost, waste.cost.map(Charge::exact))]
        });
        let optional = charges.chain([("unpriced", totals.unpriced.map(Energy::exact))]);
        let cells = CELLS.into_iter().zip(occupancy.cells().map(i128::from));
        let figures = figures
            .into_iter()
            .chain(cells)
            .filter(|(_, amount)| *amount != 0)
            .chain(measured.into_iter().flatten())
            .chain(optional.chain(confirmed).filter_map(|(name, amount)| Some((name, amount?))))
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
