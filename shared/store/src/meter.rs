//! What the table's answers say was consumed: the figures that AWS bills.

use std::collections::HashMap;
use std::ops::{AddAssign, Sub};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::types::{AttributeValue, ConsumedCapacity};
use serde::Serialize;

/// Counts what a [`crate::Store`] consumes. Clones share their counts.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    counts: Arc<Counts>,
}

/// Units are multiples of one half, and counted as halves.
#[derive(Debug, Default)]
struct Counts {
    write_halves: AtomicU64,
    read_halves: AtomicU64,
    requests: AtomicU64,
    refused_conditions: AtomicU64,
}

/// Units and requests of some stretch of work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Consumed {
    /// Write units.
    pub write_units: f64,
    /// Read units.
    pub read_units: f64,
    /// Calls of the table.
    pub requests: u64,
    /// Writes that a condition refused; their units are in `write_units`.
    pub refused_conditions: u64,
}

impl AddAssign for Consumed {
    fn add_assign(&mut self, other: Self) {
        self.write_units += other.write_units;
        self.read_units += other.read_units;
        self.requests += other.requests;
        self.refused_conditions += other.refused_conditions;
    }
}

impl Sub for Consumed {
    type Output = Self;
    fn sub(self, earlier: Self) -> Self {
        Self {
            write_units: self.write_units - earlier.write_units,
            read_units: self.read_units - earlier.read_units,
            requests: self.requests - earlier.requests,
            refused_conditions: self.refused_conditions - earlier.refused_conditions,
        }
    }
}

impl Meter {
    /// What was consumed so far.
    #[expect(clippy::cast_precision_loss, reason = "a count of units stays far below 2^52")]
    pub fn consumed(&self) -> Consumed {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Consumed {
            write_units: read(&self.counts.write_halves) as f64 / 2.0,
            read_units: read(&self.counts.read_halves) as f64 / 2.0,
            requests: read(&self.counts.requests),
            refused_conditions: read(&self.counts.refused_conditions),
        }
    }

    pub(crate) fn request(&self) {
        self.counts.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read<'a>(&self, consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        self.counts.read_halves.fetch_add(halves(consumed), Ordering::Relaxed);
    }

    pub(crate) fn wrote<'a>(&self, consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        self.counts.write_halves.fetch_add(halves(consumed), Ordering::Relaxed);
    }

    /// A refused write is charged like one that was done, but the answer does not say how much: it
    /// follows from the size of the item that was there.
    pub(crate) fn refused(&self, found: Option<&HashMap<String, AttributeValue>>) {
        let kilobytes = found.map_or(0, item_size).div_ceil(1024).max(1);
        self.counts.write_halves.fetch_add(2 * kilobytes as u64, Ordering::Relaxed);
        self.counts.refused_conditions.fetch_add(1, Ordering::Relaxed);
    }
}

/// The units that an answer says were consumed.
pub(crate) fn units<'a>(consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) -> f64 {
    consumed.into_iter().filter_map(|one| one.capacity_units).sum()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "DynamoDB answers a small non-negative multiple of one half"
)]
fn halves<'a>(consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) -> u64 {
    consumed
        .into_iter()
        .filter_map(|one| one.capacity_units)
        .map(|units| (units * 2.0).round() as u64)
        .sum()
}

/// The size by which DynamoDB charges an item, in bytes.
#[expect(clippy::implicit_hasher, reason = "the SDK's items are of one type")]
pub fn item_size(item: &HashMap<String, AttributeValue>) -> usize {
    item.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &AttributeValue) -> usize {
    const CONTAINER: usize = 3;
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => number_size(digits),
        AttributeValue::B(blob) => blob.as_ref().len(),
        AttributeValue::Ns(numbers) => numbers.iter().map(|n| number_size(n)).sum(),
        AttributeValue::Ss(texts) => texts.iter().map(String::len).sum(),
        AttributeValue::Bs(blobs) => blobs.iter().map(|blob| blob.as_ref().len()).sum(),
        AttributeValue::L(values) => {
            CONTAINER + values.iter().map(|value| 1 + value_size(value)).sum::<usize>()
        }
        AttributeValue::M(members) => CONTAINER + members.len() + item_size(members),
        // Booleans and nulls, and whatever kinds there will be: this table has none of those.
        _ => 1,
    }
}

/// About one byte for two significant digits, and one more; one again for a sign.
fn number_size(digits: &str) -> usize {
    let negative = usize::from(digits.starts_with('-'));
    let significant = digits.trim_start_matches(['-', '0']).trim_end_matches('0');
    significant.len().div_ceil(2) + 1 + negative
}
