//! Reading and writing single attributes.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::str::FromStr;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use roomwatt_domain::Instant;

use crate::error::{Result, StoreError};
use crate::schema::{PK, SK, TTL_ATTRIBUTE};

/// A stored record, as the SDK has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(crate) fn number(number: impl Display) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub(crate) fn blob(bytes: Vec<u8>) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

/// TTL attributes are whole seconds; rounded up, so that nothing goes before its time.
pub(crate) fn expiry(at: Instant) -> AttributeValue {
    number((at.as_millis() + 999).div_euclid(1000))
}

pub(crate) fn key(pk: impl Into<String>, sk: impl Into<String>) -> Item {
    HashMap::from([(PK.to_owned(), text(pk)), (SK.to_owned(), text(sk))])
}

/// Whether the record is still there as far as readers are concerned: DynamoDB deletes expired
/// records within days, not at once.
pub(crate) fn is_live(item: &Item, now: Instant) -> bool {
    match item.get(TTL_ATTRIBUTE).and_then(|value| value.as_n().ok()?.parse::<i64>().ok()) {
        Some(seconds) => now.as_millis() < seconds * 1000,
        None => true,
    }
}

/// A record being read: its attributes by name, with errors that name record and attribute.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    record: &'static str,
    item: &'a Item,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(record: &'static str, item: &'a Item) -> Self {
        Self { record, item }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.item.contains_key(name)
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<&'a str>> {
        let Some(value) = self.item.get(name) else { return Ok(None) };
        value.as_s().map(|text| Some(text.as_str())).map_err(|_| self.corrupt(name, "is no text"))
    }

    pub(crate) fn parsed<T: FromStr<Err: Display>>(&self, name: &str) -> Result<Option<T>> {
        let text = self.text(name)?;
        text.map(|text| text.parse().map_err(|error| self.corrupt(name, error))).transpose()
    }

    pub(crate) fn number<T: FromStr<Err: Display>>(&self, name: &str) -> Result<Option<T>> {
        let Some(value) = self.item.get(name) else { return Ok(None) };
        let digits = value.as_n().map_err(|_| self.corrupt(name, "is no number"))?;
        digits.parse().map(Some).map_err(|error| self.corrupt(name, error))
    }

    /// Whole numbers by name.
    pub(crate) fn counts(&self, name: &str) -> Result<BTreeMap<String, u64>> {
        let value = self.required(name, self.item.get(name))?;
        let counts = value.as_m().map_err(|_| self.corrupt(name, "is no map"))?;
        let count = |value: &AttributeValue| value.as_n().ok()?.parse().ok();
        let counts = counts.iter().map(|(of, value)| {
            Ok((
                of.clone(),
                count(value).ok_or_else(|| self.corrupt(name, "is no map of numbers"))?,
            ))
        });
        counts.collect()
    }

    pub(crate) fn blob(&self, name: &str) -> Result<&'a [u8]> {
        let value = self.required(name, self.item.get(name))?;
        value.as_b().map(AsRef::as_ref).map_err(|_| self.corrupt(name, "is no binary"))
    }

    pub(crate) fn required<T>(&self, name: &str, value: Option<T>) -> Result<T> {
        value.ok_or_else(|| self.corrupt(name, "is missing"))
    }

    /// What follows the prefix in the sort key.
    pub(crate) fn sort_key<T: FromStr<Err: Display>>(&self, prefix: &str) -> Result<T> {
        self.sort_key_as(prefix, str::parse)
    }

    /// What follows the prefix in the sort key, read by a rule of its own.
    pub(crate) fn sort_key_as<T, E: Display>(
        &self,
        prefix: &str,
        read: impl FnOnce(&str) -> std::result::Result<T, E>,
    ) -> Result<T> {
        let key = self.required(SK, self.text(SK)?)?;
        let name =
            key.strip_prefix(prefix).ok_or_else(|| self.corrupt(SK, "has another prefix"))?;
        read(name).map_err(|error| self.corrupt(SK, error))
    }

    pub(crate) fn corrupt(&self, name: &str, problem: impl Display) -> StoreError {
        StoreError::corrupt(self.record, format!("{name} {problem}"))
    }
}
