//! States: what a publisher's words and numbers mean.

use std::collections::HashMap;

use roomwatt_domain::{Signal, State};
use rust_decimal::Decimal;

use crate::decimal;
use crate::fault::Checker;
use crate::form::{self, Anything};
use crate::json::{Json, quoted};
use crate::path::Scope;
use crate::value::Value;

/// Where a state comes from.
#[derive(Debug)]
pub(crate) enum StateOf {
    Mapped { of: Value, map: HashMap<Box<str>, State>, ignore: Vec<Json<'static>> },
    Banded { of: Value, bands: Vec<Band> },
    Fixed(State),
}

/// The numbers that mean a state: `from` is among them, `below` is not.
#[derive(Debug)]
pub(crate) struct Band {
    from: Option<Decimal>,
    below: Option<Decimal>,
    is: State,
}

/// What a message says of a state.
pub(crate) enum Said<'a> {
    State(&'a State),
    NotThere(&'a Value),
    /// A text that says nothing of the state.
    IsIgnored(&'a Value),
    BetweenBands(&'a Value),
    /// A text that the map does not have, or that is no number.
    Malformed(String),
}

/// Whose state it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    Device,
    Room,
}

impl StateOf {
    pub(crate) fn compile(
        form: &form::State,
        whose: Whose,
        depth: usize,
        checker: &mut Checker,
    ) -> Option<Self> {
        match form {
            form::State::Mapped(mapped) => Self::mapped(mapped, whose, depth, checker),
            form::State::Banded(banded) => Self::banded(banded, whose, depth, checker),
            form::State::Fixed(fixed) => checker
                .member("value", |checker| state(&fixed.value, whose, checker))
                .map(Self::Fixed),
        }
    }

    fn mapped(
        form: &form::Mapped,
        whose: Whose,
        depth: usize,
        checker: &mut Checker,
    ) -> Option<Self> {
        let map = checker.member("map", |checker| {
            if form.map.is_empty() {
                checker.wrong("must have a state at least");
            }
            let entries = form.map.iter().map(|(said, means)| {
                let state = checker.member(&quoted(said), |checker| state(means, whose, checker));
                state.map(|state| (said.as_str().into(), state))
            });
            // Every entry is looked at, and not only those up to the first that is wrong.
            entries.collect::<Vec<_>>().into_iter().collect::<Option<_>>()
        });
        let of = checker.member("of", |checker| Value::compile(&form.of, depth, checker));
        let ignore = form.ignore.iter().map(|Anything(json)| json.clone()).collect();
        Some(Self::Mapped { of: of?, map: map?, ignore })
    }

    fn banded(
        form: &form::Banded,
        whose: Whose,
        depth: usize,
        checker: &mut Checker,
    ) -> Option<Self> {
        if form.bands.is_empty() {
            checker.member("bands", |checker| checker.wrong("must have a band at least"));
        }
        let bands =
            checker.each("bands", &form.bands, |checker, band| Band::compile(band, whose, checker));
        let of = checker.member("of", |checker| Value::compile(&form.of, depth, checker));
        Some(Self::Banded { of: of?, bands: bands.into_iter().collect::<Option<_>>()? })
    }

    /// What the message says.
    pub(crate) fn said<'a>(&'a self, scope: Scope<'a>) -> Said<'a> {
        match self {
            Self::Fixed(state) => Said::State(state),
            Self::Mapped { of, map, ignore } => {
                let Some(text) = of.text(scope) else { return Said::NotThere(of) };
                if ignore.iter().any(|ignored| ignored.text() == Some(&text)) {
                    return Said::IsIgnored(of);
                }
                match map.get(&*text) {
                    Some(state) => Said::State(state),
                    None => {
                        Said::Malformed(format!("{}, and `map` does not have it", of.shown(scope)))
                    }
                }
            }
            Self::Banded { of, bands } => {
                let Some(text) = of.text(scope) else { return Said::NotThere(of) };
                let Some(number) = decimal::parse(&text) else {
                    return Said::Malformed(format!("{}, which is no number", of.shown(scope)));
                };
                match bands.iter().find(|band| band.holds(number)) {
                    Some(band) => Said::State(&band.is),
                    None => Said::BetweenBands(of),
                }
            }
        }
    }
}

impl Band {
    fn compile(form: &form::Band, whose: Whose, checker: &mut Checker) -> Option<Self> {
        let from = bound("from", form.from.as_ref(), checker);
        let below = bound("below", form.below.as_ref(), checker);
        let is = checker.member("is", |checker| state(&form.is, whose, checker));
        let (from, below) = (from?, below?);
        match (from, below) {
            (None, None) => checker.wrong("needs `from` or `below`"),
            (Some(from), Some(below)) if from >= below => {
                checker.wrong("holds no number: `below` must be above `from`");
            }
            _ => {}
        }
        Some(Self { from, below, is: is? })
    }

    fn holds(&self, number: Decimal) -> bool {
        self.from.is_none_or(|from| number >= from) && self.below.is_none_or(|below| number < below)
    }
}

/// A bound that may be left out; `None` where it is wrong.
#[expect(clippy::option_option, reason = "a bound that is left out is not a bound that is wrong")]
fn bound(
    member: &str,
    figure: Option<&form::Figure>,
    checker: &mut Checker,
) -> Option<Option<Decimal>> {
    let Some(figure) = figure else { return Some(None) };
    checker.member(member, |checker| decimal::compile(figure, checker)).map(Some)
}

fn state(text: &str, whose: Whose, checker: &mut Checker) -> Option<State> {
    match State::new(text) {
        Ok(state) if whose == Whose::Room && !Signal::Stay.allows(&state) => {
            checker.wrong(format!(
                "{} is no state of a room: CHECKED_IN or CHECKED_OUT",
                quoted(text)
            ));
            None
        }
        Ok(state) => Some(state),
        Err(invalid) => {
            checker.wrong(format!("{}: {invalid}", quoted(text)));
            None
        }
    }
}
