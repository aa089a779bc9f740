//! Rule 18: readings are a set, like transitions.
//!
//! A device's counter stands at so many watt-hours, or it draws so many watts. Of two values of
//! one sort at one instant the larger counts, so that a set of readings, however it was put
//! together, has one value an instant.

use crate::energy::{LARGEST_COUNTER, MilliwattHours, Milliwatts};
use crate::instant::{HOUR, Instant, Millis};

/// What a device measured of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measurement {
    /// Its counter stands at so much.
    Counter(MilliwattHours),
    /// It draws so much.
    Power(Milliwatts),
}

/// A measurement at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reading {
    /// When.
    pub at: Instant,
    /// What.
    pub measurement: Measurement,
}

/// The readings of one device in a window: each sort in order of instants, one value an instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readings {
    counter: Vec<(Instant, MilliwattHours)>,
    power: Vec<(Instant, Milliwatts)>,
}

impl Readings {
    pub(crate) const NONE: &'static Readings = &Readings { counter: Vec::new(), power: Vec::new() };

    /// What the counter stood at.
    pub fn counter(&self) -> &[(Instant, MilliwattHours)] {
        &self.counter
    }

    /// What the device drew.
    pub fn power(&self) -> &[(Instant, Milliwatts)] {
        &self.power
    }

    /// Whether there is no reading of either sort.
    pub fn is_empty(&self) -> bool {
        self.counter.is_empty() && self.power.is_empty()
    }

    /// The last instant at which there is a reading.
    pub fn last(&self) -> Option<Instant> {
        let counter = self.counter.last().map(|(at, _)| *at);
        counter.max(self.power.last().map(|(at, _)| *at))
    }

    pub(crate) fn push(&mut self, reading: Reading) {
        match reading.measurement {
            Measurement::Counter(value) => self.counter.push((reading.at, value)),
            Measurement::Power(value) => self.power.push((reading.at, value)),
        }
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.counter.extend(other.counter);
        self.power.extend(other.power);
    }

    pub(crate) fn normalise(&mut self) {
        keep_largest(&mut self.counter);
        keep_largest(&mut self.power);
    }

    pub(crate) fn keep_before(&mut self, end: Instant) {
        self.counter.retain(|(at, _)| *at < end);
        self.power.retain(|(at, _)| *at < end);
    }
}

fn keep_largest<V: Copy + Ord>(readings: &mut Vec<(Instant, V)>) {
    // Largest first within an instant: the first one of each stays.
    readings.sort_unstable_by(|one, other| one.0.cmp(&other.0).then(other.1.cmp(&one.1)));
    readings.dedup_by_key(|(at, _)| *at);
}

/// Offsets are stored from this far before 00:00 UTC of a business date: 10 days.
const EARLIEST: Millis = -10 * 24 * HOUR;
/// How many offsets there are: the digits of an offset in a packed reading.
const OFFSETS: i128 = 10_000_000_000;

/// Packs a reading into one whole number of at most 26 digits, to be kept in a set of numbers.
///
/// `offset` is in milliseconds from 00:00 UTC of the business date, `value` in thousandths of a
/// watt-hour or of a watt. `None` for an offset that lies more than 10 days before or 100 days
/// after: no business day reaches that far.
pub fn pack(offset: Millis, value: u64) -> Option<i128> {
    let place = i128::from(offset) - i128::from(EARLIEST);
    let fits = (0..OFFSETS).contains(&place) && value <= LARGEST_VALUE;
    fits.then(|| i128::from(value) * OFFSETS + place)
}

/// The largest value that is packed: what the largest counter shows.
const LARGEST_VALUE: u64 = LARGEST_COUNTER * 1000;

/// The offset and the value of a packed reading; `None` for a number that [`pack`] never gives.
pub fn unpack(packed: i128) -> Option<(Millis, u64)> {
    let value = u64::try_from(packed.div_euclid(OFFSETS)).ok()?;
    let place = i64::try_from(packed.rem_euclid(OFFSETS)).ok()?;
    (value <= LARGEST_VALUE).then_some((place + EARLIEST, value))
}
