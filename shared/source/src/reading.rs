//! Readings: exact decimals out of a message, within the limits of Roomwatt's own shape.

use rust_decimal::Decimal;

use crate::decimal;
use crate::fault::Checker;
use crate::form;
use crate::path::Scope;
use crate::value::Value;

/// Where a reading comes from, and what it is multiplied by.
#[derive(Debug)]
pub(crate) struct Reading {
    of: Value,
    times: Option<Decimal>,
    quantity: Quantity,
}

/// What is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantity {
    PowerW,
    CounterWh,
}

/// What a message says of a reading.
pub(crate) enum Read<'a> {
    Reading(Decimal),
    NotThere(&'a Value),
    /// No number, or one outside the limits.
    Malformed(String),
}

impl Quantity {
    fn name(self) -> &'static str {
        match self {
            Quantity::PowerW => "powerW",
            Quantity::CounterWh => "counterWh",
        }
    }

    /// 10 million W, 10¹² Wh.
    fn most(self) -> Decimal {
        match self {
            Quantity::PowerW => Decimal::from(10_000_000_u64),
            Quantity::CounterWh => Decimal::from(1_000_000_000_000_u64),
        }
    }
}

impl Reading {
    pub(crate) fn compile(
        form: &form::Number,
        quantity: Quantity,
        depth: usize,
        checker: &mut Checker,
    ) -> Option<Self> {
        let of = checker.member("of", |checker| Value::compile(&form.of, depth, checker));
        let times = match &form.times {
            Some(times) => {
                Some(checker.member("times", |checker| decimal::compile(times, checker))?)
            }
            None => None,
        };
        Some(Self { of: of?, times, quantity })
    }

    /// What the message says, rounded.
    pub(crate) fn read<'a>(&'a self, scope: Scope<'a>) -> Read<'a> {
        let Some(text) = self.of.text(scope) else { return Read::NotThere(&self.of) };
        let Some(number) = decimal::parse(&text) else {
            return Read::Malformed(format!("{}, which is no number", self.of.shown(scope)));
        };
        let most = self.quantity.most();
        let product = number.checked_mul(self.times.unwrap_or(Decimal::ONE)).map(decimal::rounded);
        match product.filter(|reading| (Decimal::ZERO..=most).contains(reading)) {
            Some(reading) => Read::Reading(reading),
            None => Read::Malformed(format!(
                "{}, and {} must be 0 to {most}",
                self.of.shown(scope),
                self.quantity.name()
            )),
        }
    }
}
