//! The parameters of a query, each read once into its type, by errors that name it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::str::FromStr;

use roomwatt_domain::RoomId;
use roomwatt_presentation::{Baseline, Period, Range};
use roomwatt_store::Hotel;

use crate::problem::Problem;

/// How many days a range may have.
pub(crate) const LONGEST_RANGE: i64 = 366;
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

    /// The dates that are asked for: from one date to another, or a period by its name.
    pub(crate) fn dates(&self) -> Result<Dates, Problem> {
        self.optional_dates()?.ok_or_else(|| Problem::parameter(FROM, "is missing"))
    }

    /// The dates that are asked for; `None` where the query has none.
    pub(crate) fn optional_dates(&self) -> Result<Option<Dates>, Problem> {
        if let Some(period) = self.optional(PERIOD)? {
            self.none_beside(PERIOD, [FROM, TO])?;
            return Ok(Some(Dates::Period(period)));
        }
        if self.has(FROM) || self.has(TO) {
            return Ok(Some(Dates::Range(self.range(FROM, TO)?)));
        }
        Ok(None)
    }

    /// What the dates are compared with: two dates of their own, or a baseline by its name.
    pub(crate) fn compared_with(&self) -> Result<ComparedWith, Problem> {
        if let Some(baseline) = self.optional(BASELINE)? {
            self.none_beside(BASELINE, [BASELINE_FROM, BASELINE_TO])?;
            return Ok(ComparedWith::Baseline(baseline));
        }
        Ok(ComparedWith::Range(self.range(BASELINE_FROM, BASELINE_TO)?))
    }

    fn none_beside(&self, name: &'static str, others: [&'static str; 2]) -> Result<(), Problem> {
        match others.into_iter().find(|other| self.has(other)) {
            Some(other) => Err(Problem::parameter(
                name,
                format_args!("stands in the place of {other}: leave one out"),
            )),
            None => Ok(()),
        }
    }

    /// The dates from one parameter to another.
    fn range(&self, from: &'static str, to: &'static str) -> Result<Range, Problem> {
        let range = Range { from: self.required(from)?, to: self.required(to)? };
        if range.from > range.to {
            return Err(Problem::parameter(from, format_args!("is after {to}")));
        }
        if range.days() > LONGEST_RANGE {
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
        let rooms = rooms.split(',').map(|room| RoomId::kept(room).map_err(rule));
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

pub(crate) const FROM: &str = "from";
pub(crate) const TO: &str = "to";
pub(crate) const PERIOD: &str = "period";
pub(crate) const BASELINE_FROM: &str = "baselineFrom";
pub(crate) const BASELINE_TO: &str = "baselineTo";
pub(crate) const BASELINE: &str = "baseline";
pub(crate) const ROOMS: &str = "rooms";
pub(crate) const LIMIT: &str = "limit";
pub(crate) const LANG: &str = "lang";
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

/// Which dates a call asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dates {
    Range(Range),
    Period(Period),
}

impl Dates {
    /// The dates of a hotel; `None` for a period where nothing is closed yet.
    pub(crate) fn closed(self, hotel: &Hotel) -> Result<Option<Range>, Problem> {
        match self {
            Self::Range(range) => Ok(Some(range)),
            Self::Period(period) => {
                let Some(closed_through) = hotel.closed_through else { return Ok(None) };
                let beyond = || Problem::parameter(PERIOD, "reaches beyond the calendar");
                period.range(closed_through).map(Some).ok_or_else(beyond)
            }
        }
    }

    /// The same; 404 for a period where nothing is closed yet.
    pub(crate) fn of(self, hotel: &Hotel) -> Result<Range, Problem> {
        self.closed(hotel)?.ok_or_else(Problem::nothing_closed)
    }

    /// The period that they were asked for by.
    pub(crate) fn period(self) -> Option<Period> {
        match self {
            Self::Range(_) => None,
            Self::Period(period) => Some(period),
        }
    }

    /// The parameter that ends them, for errors.
    pub(crate) fn end(self) -> &'static str {
        match self {
            Self::Range(_) => TO,
            Self::Period(_) => PERIOD,
        }
    }
}

/// What a call compares its dates with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ComparedWith {
    Range(Range),
    Baseline(Baseline),
}

impl ComparedWith {
    /// The dates to compare a range with.
    pub(crate) fn before(self, range: Range) -> Result<Range, Problem> {
        match self {
            Self::Range(range) => Ok(range),
            Self::Baseline(baseline) => {
                let none = || Problem::parameter(BASELINE, "reaches beyond the calendar");
                baseline.of(range).ok_or_else(none)
            }
        }
    }

    /// The parameter that ends them, for errors.
    pub(crate) fn end(self) -> &'static str {
        match self {
            Self::Range(_) => BASELINE_TO,
            Self::Baseline(_) => BASELINE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Parameters, Problem};

    fn said(problem: &Problem) -> String {
        serde_json::to_value(problem).unwrap()["detail"].as_str().unwrap().to_owned()
    }

    fn dates(query: &str) -> Result<(), String> {
        let parameters = Parameters::parse(query, &["from", "to", "period"]).unwrap();
        parameters.dates().map(drop).map_err(|problem| said(&problem))
    }

    fn range(from: &str, to: &str) -> Result<(), String> {
        dates(&format!("from={from}&to={to}"))
    }

    #[test]
    fn a_period_stands_in_the_place_of_two_dates() {
        assert_eq!(dates("period=yesterday"), Ok(()));
        let beside = "period stands in the place of to: leave one out".to_owned();
        assert_eq!(dates("period=mtd&to=2026-01-01"), Err(beside));
        assert_eq!(dates(""), Err("from is missing".to_owned()));
        assert_eq!(dates("to=2026-01-01"), Err("from is missing".to_owned()));
        assert!(dates("period=").unwrap_err().starts_with("period must be one of yesterday,"));
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
