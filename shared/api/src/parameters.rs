//! The parameters of a query, each read once into its type, by errors that name it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::str::FromStr;

use roomwatt_domain::{BusinessDate, RoomId};

use crate::problem::Problem;

/// How many days a range may have.
pub(crate) const LONGEST_RANGE: i32 = 366;
/// How many rooms a call may name.
pub(crate) const MOST_ROOMS: usize = 100;
/// How many entries a page may have.
pub(crate) const LARGEST_PAGE: usize = 1000;
/// How many entries a page has without a `limit`.
pub(crate) const USUAL_PAGE: usize = 200;

/// The names of the parameters that a call has. Any other name is refused: a misspelt `room=` that was
/// passed over would be answered for all rooms.
pub(crate) type Names = &'static [&'static str];

/// The parameters of one call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parameters {
    given: BTreeMap<&'static str, String>,
}

impl Parameters {
    /// Reads a query that may have the names.
    pub(crate) fn parse(query: &str, names: Names) -> Result<Self, Problem> {
        let mut given = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let Some(known) = names.iter().find(|known| **known == name) else {
                return Err(unknown(&name, names));
            };
            if given.insert(*known, value.into_owned()).is_some() {
                return Err(Problem::parameter(*known, "is there twice"));
            }
        }
        Ok(Self { given })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(String::as_str)
    }

    /// A parameter that may be missing.
    pub(crate) fn optional<T: FromStr<Err: Display>>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, Problem> {
        let parsed = self.text(name).map(str::parse).transpose();
        parsed.map_err(|error: T::Err| Problem::parameter(name, error))
    }

    /// A parameter that must be there.
    pub(crate) fn required<T: FromStr<Err: Display>>(
        &self,
        name: &'static str,
    ) -> Result<T, Problem> {
        self.optional(name)?.ok_or_else(|| Problem::parameter(name, "is missing"))
    }

    /// The dates from one parameter to another.
    pub(crate) fn range(&self, from: &'static str, to: &'static str) -> Result<Range, Problem> {
        let range = Range { from: self.required(from)?, to: self.required(to)? };
        if range.from > range.to {
            return Err(Problem::parameter(from, format_args!("is after {to}")));
        }
        let days = range.to.civil() - range.from.civil();
        if days.get_days() >= LONGEST_RANGE {
            let problem = format_args!("makes more than {LONGEST_RANGE} days with {from}");
            return Err(Problem::parameter(to, problem));
        }
        Ok(range)
    }

    /// The rooms that are asked for; `None` means all.
    pub(crate) fn rooms(&self) -> Result<Option<BTreeSet<RoomId>>, Problem> {
        let Some(rooms) = self.text(ROOMS) else { return Ok(None) };
        let rule = |_| {
            Problem::parameter(
                ROOMS,
                "must be room ids of 1 to 64 characters of A-Z a-z 0-9 . _ -, separated by commas",
            )
        };
        let rooms = rooms.split(',').map(|room| RoomId::new(room).map_err(rule));
        let rooms: BTreeSet<_> = rooms.collect::<Result<_, _>>()?;
        if rooms.len() > MOST_ROOMS {
            let problem = format_args!("must name at most {MOST_ROOMS} rooms");
            return Err(Problem::parameter(ROOMS, problem));
        }
        Ok(Some(rooms))
    }

    /// How many entries the page may have.
    pub(crate) fn limit(&self) -> Result<usize, Problem> {
        let Some(limit) = self.text(LIMIT) else { return Ok(USUAL_PAGE) };
        let digits = limit.bytes().all(|byte| byte.is_ascii_digit());
        let limit = limit.parse().ok().filter(|limit| digits && (1..=LARGEST_PAGE).contains(limit));
        limit.ok_or_else(|| {
            Problem::parameter(
                LIMIT,
                format_args!("must be a whole number from 1 to {LARGEST_PAGE}"),
            )
        })
    }
}

pub(crate) const ROOMS: &str = "rooms";
pub(crate) const LIMIT: &str = "limit";
pub(crate) const NEXT_TOKEN: &str = "nextToken";

fn unknown(name: &str, names: Names) -> Problem {
    // The name is shown as far as it can be one; it came from outside.
    let shown: String = name.chars().filter(char::is_ascii_graphic).take(32).collect();
    if names.is_empty() {
        return Problem::parameter(shown, "is no parameter: the call has none");
    }
    let problem = format_args!("is no parameter of the call, which has {}", names.join(", "));
    Problem::parameter(shown, problem)
}

/// Dates from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) from: BusinessDate,
    pub(crate) to: BusinessDate,
}

impl Range {
    /// How many dates it has.
    pub(crate) fn days(self) -> usize {
        let after_the_first = (self.to.civil() - self.from.civil()).get_days();
        usize::try_from(after_the_first).map_or(0, |days| days + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::Parameters;

    fn range(from: &str, to: &str) -> Result<(), String> {
        let query = format!("from={from}&to={to}");
        let parameters = Parameters::parse(&query, &["from", "to"]).unwrap();
        parameters.range("from", "to").map(drop).map_err(|problem| {
            serde_json::to_value(problem).unwrap()["detail"].as_str().unwrap().to_owned()
        })
    }

    #[test]
    fn a_range_has_1_to_366_days() {
        assert_eq!(range("2026-01-01", "2026-01-01"), Ok(()));
        assert_eq!(range("2024-01-01", "2024-12-31"), Ok(()));
        assert_eq!(range("2026-01-01", "2027-01-01"), Ok(()));
        let long = Err("to makes more than 366 days with from".to_owned());
        assert_eq!(range("2026-01-01", "2027-01-02"), long);
        assert_eq!(range("0001-01-01", "9998-12-31"), long);
        assert_eq!(range("2026-01-02", "2026-01-01"), Err("from is after to".to_owned()));
        let none = "to must be a date YYYY-MM-DD that exists".to_owned();
        assert_eq!(range("2026-01-02", "2026-02-29"), Err(none));
    }
}
