//! Figures as they are shown: their names, their order, their decimals.
//!
//! JSON, CSV and tables all take their figures from here, so a figure is written alike in each:
//! milliseconds and counts whole, watt-hours with exactly 3 decimals, money and kilograms of CO₂e
//! with exactly 4. No figure passes through a float.

use std::fmt;

use roomwatt_domain::instant::Millis;
use roomwatt_domain::{Occupancy, Presence, Rounded, Stay, Totals};
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// One figure, rounded as far as it will be.
///
/// `Display` and JSON write the same digits. The JSON needs `serde_json`'s own writer
/// (`to_string`, `to_writer`): a detour through [`serde_json::Value`] makes floats of decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// A length of time in whole milliseconds.
    Millis(Millis),
    /// How many.
    Count(u64),
    /// Energy in watt-hours.
    WattHours(Rounded<3>),
    /// Money in the hotel's currency, or kilograms of CO₂e.
    Amount(Rounded<4>),
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Figure::Millis(millis) => millis.fmt(f),
            Figure::Count(count) => count.fmt(f),
            Figure::WattHours(energy) => energy.fmt(f),
            Figure::Amount(amount) => amount.fmt(f),
        }
    }
}

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Figure::Millis(millis) => serializer.serialize_i64(*millis),
            Figure::Count(count) => serializer.serialize_u64(*count),
            // Any other number type would drop trailing zeros, or digits.
            Figure::WattHours(_) | Figure::Amount(_) => RawValue::from_string(self.to_string())
                .map_err(S::Error::custom)?
                .serialize(serializer),
        }
    }
}

/// The figures of totals, by name and in order; `None` for what the profile has no price or
/// factor for.
///
/// `usageMs` `wasteMs` `wasteUnsoldMs` `unsoldMs` `assumedMs` `unratedMs` `energyWh`
/// `wasteEnergyWh` `wasteUnsoldEnergyWh` `unsoldEnergyWh` `assumedEnergyWh` `cost` `wasteCost`
/// `co2eKg` `missingStarts` `missingEnds` `unconfirmedMs`
pub fn of_totals(totals: &Totals) -> [(&'static str, Option<Figure>); 17] {
    let millis = |millis| Some(Figure::Millis(millis));
    let count = |count| Some(Figure::Count(count));
    let energy = |energy: roomwatt_domain::Energy| Some(Figure::WattHours(energy.watt_hours()));
    let amount = |charge: Option<roomwatt_domain::Charge>| {
        charge.map(|charge| Figure::Amount(charge.amount()))
    };
    [
        ("usageMs", millis(totals.usage)),
        ("wasteMs", millis(totals.waste.waste)),
        ("wasteUnsoldMs", millis(totals.waste.waste_unsold)),
        ("unsoldMs", millis(totals.waste.unsold)),
        ("assumedMs", millis(totals.assumed)),
        ("unratedMs", millis(totals.unrated)),
        ("energyWh", energy(totals.energy)),
        ("wasteEnergyWh", energy(totals.waste_energy)),
        ("wasteUnsoldEnergyWh", energy(totals.waste_unsold_energy)),
        ("unsoldEnergyWh", energy(totals.unsold_energy)),
        ("assumedEnergyWh", energy(totals.assumed_energy)),
        ("cost", amount(totals.cost)),
        ("wasteCost", amount(totals.waste_cost)),
        ("co2eKg", amount(totals.co2e)),
        ("missingStarts", count(totals.quality.missing_starts)),
        ("missingEnds", count(totals.quality.missing_ends)),
        ("unconfirmedMs", millis(totals.quality.unconfirmed)),
    ]
}

/// The nine cells of an occupancy, row by row, in milliseconds.
pub fn of_occupancy(occupancy: &Occupancy) -> impl Iterator<Item = (Stay, Presence, Figure)> {
    Stay::ALL.into_iter().flat_map(|stay| {
        Presence::ALL
            .map(|presence| (stay, presence, Figure::Millis(occupancy.cell(stay, presence))))
    })
}

/// What a row of the matrix is called.
pub fn stay_name(stay: Stay) -> &'static str {
    match stay {
        Stay::CheckedIn => "checkedIn",
        Stay::CheckedOut => "checkedOut",
        Stay::Unknown => "unknown",
    }
}

/// What a column of the matrix is called.
pub fn presence_name(presence: Presence) -> &'static str {
    match presence {
        Presence::Occupied => "occupied",
        Presence::Vacant => "vacant",
        Presence::Unknown => "unknown",
    }
}
