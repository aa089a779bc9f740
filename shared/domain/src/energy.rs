//! Rule 9: energy, money and CO₂e as exact sums, rounded only when shown.
//!
//! Power is whole milliwatts and time whole milliseconds, so energy is a whole number of
//! milliwatt-milliseconds (3.6 × 10⁹ of them are one watt-hour). Prices and emission factors are
//! whole millionths per kilowatt-hour, so their products with energy are whole as well.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Sub};

use rust_decimal::Decimal;

use crate::instant::Millis;

/// Rated power in milliwatts, at most 10 megawatts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Milliwatts(u64);

/// A price or an emission factor in millionths per kilowatt-hour, at most 10 million whole units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PerKwh(u64);

/// What a counter shows, in thousandths of a watt-hour, at most 10¹² watt-hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MilliwattHours(u64);

/// A share of a whole in thousandths of a percent, at most 100 percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(u64);

/// A decimal broke the rule of its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a decimal from 0 to {largest} with at most {decimals} decimals")]
pub struct InvalidDecimal {
    largest: u64,
    decimals: u32,
}

/// The largest power, price and emission factor.
const LARGEST_WHOLE: u64 = 10_000_000;
/// The most that a counter can show.
pub(crate) const LARGEST_COUNTER: u64 = 1_000_000_000_000;

/// Reads a decimal from 0 to `largest` in units of its last decimal.
fn scaled(text: &str, largest: u64, decimals: u32) -> Result<u64, InvalidDecimal> {
    let invalid = InvalidDecimal { largest, decimals };
    let number = match text.find(['e', 'E']) {
        None => Decimal::from_str_exact(text),
        // With an exponent a long mantissa would be rounded, so it must be exact on its own.
        Some(at) => Decimal::from_str_exact(&text[..at]).and(Decimal::from_scientific(text)),
    };
    // The parser skips `_` between digits.
    let number = number.ok().filter(|_| !text.contains('_'));
    let number = number.ok_or(invalid)?.normalize();
    let scaled = Decimal::from(10_u64.pow(decimals)).checked_mul(number);
    let whole = scaled.filter(Decimal::is_integer).and_then(|scaled| u64::try_from(scaled).ok());
    whole.filter(|whole| *whole <= largest * 10_u64.pow(decimals)).ok_or(invalid)
}

impl Milliwatts {
    /// From watts as a decimal with at most 3 decimals.
    ///
    /// # Errors
    /// [`InvalidDecimal`] for anything else, negative numbers included.
    pub fn from_watts(text: &str) -> Result<Self, InvalidDecimal> {
        scaled(text, LARGEST_WHOLE, 3).map(Self)
    }

    /// From whole milliwatts.
    pub const fn new(milliwatts: u64) -> Self {
        Self(milliwatts)
    }

    /// Whole milliwatts.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Watts, to 3 decimals.
    pub fn watts(self) -> Rounded<3> {
        Rounded::of(self.0.into(), 1000)
    }
}

impl MilliwattHours {
    /// From watt-hours as a decimal with at most 3 decimals.
    ///
    /// # Errors
    /// [`InvalidDecimal`] for anything else, negative numbers included.
    pub fn from_watt_hours(text: &str) -> Result<Self, InvalidDecimal> {
        scaled(text, LARGEST_COUNTER, 3).map(Self)
    }

    /// From whole thousandths of a watt-hour.
    pub const fn new(milliwatt_hours: u64) -> Self {
        Self(milliwatt_hours)
    }

    /// Whole thousandths of a watt-hour.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl Percent {
    /// From a decimal with at most 3 decimals.
    ///
    /// # Errors
    /// [`InvalidDecimal`] for anything else, negative numbers included.
    pub fn parse(text: &str) -> Result<Self, InvalidDecimal> {
        scaled(text, 100, 3).map(Self)
    }

    /// Whole thousandths of a percent.
    pub const fn thousandths(self) -> u64 {
        self.0
    }
}

impl PerKwh {
    /// From a decimal with at most 6 decimals.
    ///
    /// # Errors
    /// [`InvalidDecimal`] for anything else, negative numbers included.
    pub fn parse(text: &str) -> Result<Self, InvalidDecimal> {
        scaled(text, LARGEST_WHOLE, 6).map(Self)
    }

    /// From whole millionths.
    pub const fn from_millionths(millionths: u64) -> Self {
        Self(millionths)
    }

    /// Whole millionths.
    pub const fn millionths(self) -> u64 {
        self.0
    }
}

/// Watts, or units per kilowatt-hour, as the shortest decimal.
impl fmt::Display for Milliwatts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::new(self.0.cast_signed(), 3).normalize().fmt(f)
    }
}

/// Watt-hours with three decimals, as `closing` shows them: `48123.917`.
impl fmt::Display for MilliwattHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::new(self.0.cast_signed(), 3).normalize().fmt(f)
    }
}

impl fmt::Display for PerKwh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::new(self.0.cast_signed(), 6).normalize().fmt(f)
    }
}

macro_rules! exact_sum {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i128);

        impl $name {
            /// From its whole unit.
            pub const fn from_exact(exact: i128) -> Self {
                Self(exact)
            }

            /// In its whole unit.
            pub const fn exact(self) -> i128 {
                self.0
            }
        }

        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }

        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }

        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }

        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(sums: I) -> Self {
                sums.fold(Self::default(), Add::add)
            }
        }
    )*};
}

exact_sum! {
    /// Energy in milliwatt-milliseconds. Signed, so that two energies can be compared.
    Energy;
    /// Energy times a price or factor, in milliwatt-milliseconds × millionths per kilowatt-hour.
    Charge;
}

impl Energy {
    /// What a power draws in a time.
    pub fn of(power: Milliwatts, time: Millis) -> Self {
        Self(i128::from(power.0) * i128::from(time))
    }

    /// What a counter measured.
    pub fn measured(counter: MilliwattHours) -> Self {
        Self(i128::from(counter.0) * 3_600_000)
    }

    /// Watt-hours, to 3 decimals.
    pub fn watt_hours(self) -> Rounded<3> {
        Rounded::of(self.0, 3_600_000_000)
    }
}

impl Energy {
    /// Watt-hours per one of so many nights or days, to 3 decimals; `count` is not 0.
    pub fn per(self, count: u64) -> Rounded<3> {
        Rounded::of(self.0, 3_600_000_000 * i128::from(count.max(1)))
    }
}

impl Mul<PerKwh> for Energy {
    type Output = Charge;
    fn mul(self, factor: PerKwh) -> Charge {
        Charge(self.0 * i128::from(factor.0))
    }
}

impl Charge {
    /// Its whole units in one unit of money, or in one kilogram of CO₂e.
    const UNIT: i128 = 3_600_000_000 * 1000 * 1_000_000;

    /// Money, or kilograms of CO₂e, to 4 decimals.
    pub fn amount(self) -> Rounded<4> {
        Rounded::of(self.0, Self::UNIT)
    }

    /// Money, or kilograms of CO₂e, per one of so many nights or days, to 4 decimals.
    pub fn per(self, count: u64) -> Rounded<4> {
        Rounded::of(self.0, Self::UNIT * i128::from(count.max(1)))
    }
}

/// A figure as it is shown: a decimal with a fixed number of decimals, rounded half away from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rounded<const DECIMALS: u32>(i128);

impl<const DECIMALS: u32> Rounded<DECIMALS> {
    /// Rounds an exact quotient.
    pub fn of(exact: i128, unit: i128) -> Self {
        // Taken apart first: the scaled numerator of a large charge would not fit.
        let (whole, rest) = (exact / unit, exact % unit);
        let scale = 10_i128.pow(DECIMALS);
        let half = if exact < 0 { -unit } else { unit };
        Self(whole * scale + (rest * scale * 2 + half) / (unit * 2))
    }

    /// In units of the last decimal.
    pub const fn units(self) -> i128 {
        self.0
    }
}

impl<const DECIMALS: u32> fmt::Display for Rounded<DECIMALS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = 10_u128.pow(DECIMALS);
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        let decimals = DECIMALS as usize;
        f.pad(&format!("{sign}{}.{:0decimals$}", size / scale, size % scale))
    }
}
