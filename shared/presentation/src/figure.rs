//! Figures as they are shown: their names, their order, their decimals.
//!
//! JSON, CSV and tables all take their figures from here, so a figure is written alike in each:
//! milliseconds and counts whole, watt-hours with exactly 3 decimals, money and kilograms of CO₂e
//! with exactly 4. No figure passes through a float.

use std::fmt;

use roomwatt_domain::instant::Millis;
use roomwatt_domain::{Charge, Energy, Occupancy, Presence, Rounded, Stay, Totals};
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// Digits with a comma between thousands.
pub fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

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
            Figure::WattHours(energy) => Decimal(*energy).serialize(serializer),
            Figure::Amount(amount) => Decimal(*amount).serialize(serializer),
        }
    }
}

/// A decimal in JSON, with all of its digits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decimal<const DECIMALS: u32>(pub(crate) Rounded<DECIMALS>);

impl<const DECIMALS: u32> Serialize for Decimal<DECIMALS> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Any other number type would drop trailing zeros, or digits.
        RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// How many figures totals have.
pub const TOTALS: usize = 25;

/// The figures of totals, by name and in order; `None` for those that do not exist: without a price
/// or factor, without energy that waits for a price, without a device that has readings.
///
/// `usageMs` `wasteMs` `wasteUnsoldMs` `unsoldMs` `assumedMs` `unratedMs` `energyWh`
/// `wasteEnergyWh` `wasteUnsoldEnergyWh` `unsoldEnergyWh` `assumedEnergyWh` `cost` `wasteCost`
/// `co2eKg` `assumedWasteMs` `assumedWasteEnergyWh` `assumedWasteCost` `unpricedWh` `measuredMs`
/// `measuredWh` `standbyWh` `unplacedWh` `missingStarts` `missingEnds` `unconfirmedMs`
pub fn of_totals(totals: &Totals) -> [(&'static str, Option<Figure>); TOTALS] {
    exact_totals(totals).map(|(name, exact)| (name, exact.map(Exact::figure)))
}

/// A sum before it is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exact {
    Millis(i128),
    Count(i128),
    /// In the exact unit of [`Energy`].
    Energy(i128),
    /// In the exact unit of [`Charge`].
    Charge(i128),
}

impl Exact {
    /// A watt-hour in the exact unit of energy.
    pub(crate) const WATT_HOUR: i128 = 3_600_000_000;
    /// A whole unit of money, or a kilogram, in the exact unit of charges.
    pub(crate) const AMOUNT: i128 = 3_600_000_000 * 1000 * 1_000_000;

    pub(crate) fn get(self) -> i128 {
        match self {
            Exact::Millis(sum) | Exact::Count(sum) | Exact::Energy(sum) | Exact::Charge(sum) => sum,
        }
    }

    /// Another sum of the same kind.
    pub(crate) fn with(self, sum: i128) -> Self {
        match self {
            Exact::Millis(_) => Exact::Millis(sum),
            Exact::Count(_) => Exact::Count(sum),
            Exact::Energy(_) => Exact::Energy(sum),
            Exact::Charge(_) => Exact::Charge(sum),
        }
    }

    fn figure(self) -> Figure {
        match self {
            Exact::Millis(sum) => Figure::Millis(Millis::try_from(sum).unwrap_or(Millis::MAX)),
            Exact::Count(sum) => Figure::Count(u64::try_from(sum).unwrap_or(u64::MAX)),
            Exact::Energy(sum) => Figure::WattHours(Energy::from_exact(sum).watt_hours()),
            Exact::Charge(sum) => Figure::Amount(Charge::from_exact(sum).amount()),
        }
    }
}

/// The sums behind [`of_totals`].
pub(crate) fn exact_totals(totals: &Totals) -> [(&'static str, Option<Exact>); TOTALS] {
    let millis = |millis: Millis| Some(Exact::Millis(millis.into()));
    let count = |count: u64| Some(Exact::Count(count.into()));
    let energy = |energy: Energy| Some(Exact::Energy(energy.exact()));
    let amount = |charge: Option<Charge>| charge.map(|charge| Exact::Charge(charge.exact()));
    let measured = totals.measured.as_ref();
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
        ("assumedWasteMs", millis(totals.assumed_waste)),
        ("assumedWasteEnergyWh", energy(totals.assumed_waste_energy)),
        ("assumedWasteCost", amount(totals.assumed_waste_cost)),
        ("unpricedWh", totals.unpriced.and_then(energy)),
        ("measuredMs", measured.and_then(|it| millis(it.usage))),
        ("measuredWh", measured.and_then(|it| energy(it.energy))),
        ("standbyWh", measured.and_then(|it| energy(it.standby))),
        ("unplacedWh", measured.and_then(|it| energy(it.unplaced))),
        ("missingStarts", count(totals.quality.missing_starts)),
        ("missingEnds", count(totals.quality.missing_ends)),
        ("unconfirmedMs", millis(totals.quality.unconfirmed)),
    ]
}

impl From<Energy> for Figure {
    fn from(energy: Energy) -> Self {
        Figure::WattHours(energy.watt_hours())
    }
}

/// What a cell of the matrix shows: a length of time as milliseconds.
impl From<Millis> for Figure {
    fn from(millis: Millis) -> Self {
        Figure::Millis(millis)
    }
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
