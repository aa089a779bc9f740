//! Moments: when it happened, in the shapes that publishers write.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;
use roomwatt_domain::Instant;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::decimal;
use crate::fault::Checker;
use crate::form;
use crate::json::quoted;
use crate::path::Scope;
use crate::value::Value;

/// 2000-01-01T00:00:00Z: what is earlier was told by a clock that was never set.
const CLOCKS_ARE_SET: Instant = Instant::from_millis(946_684_800_000);

/// Where the time stands, and the shapes that it may have.
#[derive(Debug)]
pub(crate) struct Moment {
    of: Value,
    shapes: Vec<Shape>,
}

/// How a publisher writes a time.
#[derive(Debug, PartialEq, Eq)]
enum Shape {
    /// With `T` or a space between date and time.
    Rfc3339,
    EpochSeconds,
    EpochMillis,
    /// A pattern of `strptime`, in the hotel's time zone where it has no offset of its own.
    Pattern(Box<str>),
}

/// What a message says of the time.
pub(crate) enum Told {
    At(Instant),
    /// Of before 2000.
    NoClock(String),
    Malformed(String),
}

impl Moment {
    pub(crate) fn compile(form: &form::At, depth: usize, checker: &mut Checker) -> Option<Self> {
        if form.shapes.is_empty() {
            checker.member("as", |checker| checker.wrong("must have a shape at least"));
        }
        let shapes = checker.each("as", &form.shapes, |checker, text| {
            Shape::compile(text).map_err(|why| checker.wrong(why)).ok()
        });
        let of = checker.member("of", |checker| Value::compile(&form.of, depth, checker))?;
        Some(Self { of, shapes: shapes.into_iter().collect::<Option<_>>()? })
    }

    /// Whether times without an offset are read.
    pub(crate) fn is_local(&self) -> bool {
        self.shapes
            .iter()
            .any(|shape| matches!(shape, Shape::Pattern(pattern) if !tells_its_offset(pattern)))
    }

    /// What the message says, read by the clocks of the zone.
    pub(crate) fn told(&self, scope: Scope<'_>, zone: &TimeZone) -> Told {
        let Some(text) = self.of.text(scope) else {
            return Told::Malformed(format!("no time: {}", self.of.explain_absence(scope)));
        };
        match self.shapes.iter().find_map(|shape| shape.read(&text, zone)) {
            Some(at) if at < CLOCKS_ARE_SET => {
                Told::NoClock(format!("{}, which is {at}", self.of.shown(scope)))
            }
            Some(at) => Told::At(at),
            None => {
                let shapes: Vec<_> = self.shapes.iter().map(Shape::to_string).collect();
                Told::Malformed(format!(
                    "{}, which is no {}",
                    self.of.shown(scope),
                    shapes.join(" and no ")
                ))
            }
        }
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Shape::Rfc3339 => "rfc3339",
            Shape::EpochSeconds => "epochS",
            Shape::EpochMillis => "epochMs",
            Shape::Pattern(pattern) => pattern,
        })
    }
}

impl Shape {
    fn compile(text: &str) -> Result<Self, String> {
        match text {
            "rfc3339" => Ok(Shape::Rfc3339),
            "epochS" => Ok(Shape::EpochSeconds),
            "epochMs" => Ok(Shape::EpochMillis),
            pattern if !pattern.contains('%') => Err(format!(
                "{} is no shape: rfc3339, epochS, epochMs, or a pattern such as %Y-%m-%d %H:%M:%S",
                quoted(pattern)
            )),
            pattern if tells_an_instant(pattern) => Ok(Shape::Pattern(pattern.into())),
            pattern => Err(format!(
                "{} is no pattern of strptime that tells a date and a time",
                quoted(pattern)
            )),
        }
    }

    /// The instant, if the text has this shape.
    fn read(&self, text: &str, zone: &TimeZone) -> Option<Instant> {
        match self {
            Shape::Rfc3339 => rfc3339(text),
            Shape::EpochSeconds => epoch(text, Decimal::ONE_THOUSAND),
            Shape::EpochMillis => epoch(text, Decimal::ONE),
            Shape::Pattern(pattern) => by_pattern(pattern, text, zone),
        }
    }
}

fn rfc3339(text: &str) -> Option<Instant> {
    if text.as_bytes().get(10) == Some(&b' ') {
        let (date, time) = text.split_at_checked(10)?;
        return Instant::parse(&format!("{date}T{}", &time[1..])).ok();
    }
    Instant::parse(text).ok()
}

/// Since 1970, cut to milliseconds. A number of the wrong unit is beyond the calendar, and no instant.
fn epoch(text: &str, to_millis: Decimal) -> Option<Instant> {
    let millis = decimal::parse(text)?.checked_mul(to_millis)?.floor().to_i64()?;
    Timestamp::from_millisecond(millis).ok()?;
    Some(Instant::from_millis(millis))
}

fn by_pattern(pattern: &str, text: &str, zone: &TimeZone) -> Option<Instant> {
    let told = strtime::parse(pattern, text).ok()?;
    if told.iana_time_zone().is_some() {
        return told.to_zoned().ok().map(|at| Instant::from(at.timestamp()));
    }
    if has_offset(&told) {
        return told.to_timestamp().ok().map(Instant::from);
    }
    let local = told.to_datetime().ok()?;
    // Of two instants the earlier; a time that the clock skips moves on by the gap.
    zone.to_ambiguous_timestamp(local).compatible().ok().map(Instant::from)
}

fn has_offset(told: &BrokenDownTime) -> bool {
    told.offset().is_some() || told.timestamp().is_some() || told.iana_time_zone().is_some()
}

/// Whether what the pattern writes can be read back by it, and tells a date at least.
fn tells_an_instant(pattern: &str) -> bool {
    read_back(pattern).is_some_and(|told| has_offset(&told) || told.to_datetime().is_ok())
}

fn tells_its_offset(pattern: &str) -> bool {
    read_back(pattern).is_some_and(|told| has_offset(&told))
}

/// An example, written and read by the pattern.
fn read_back(pattern: &str) -> Option<BrokenDownTime> {
    let example = DateTime::constant(2026, 11, 20, 17, 41, 3, 0).to_zoned(TimeZone::UTC).ok()?;
    let text = strtime::format(pattern, &example).ok()?;
    strtime::parse(pattern, text).ok()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZoneDatabase;

    use super::*;

    fn read(shape: &str, text: &str, zone: &str) -> Option<String> {
        let zone = TimeZoneDatabase::bundled().get(zone).unwrap();
        Shape::compile(shape).unwrap().read(text, &zone).map(|at| at.to_string())
    }

    #[test]
    fn every_shape_is_read_in_utc() {
        for (shape, text, at) in [
            ("rfc3339", "2026-11-20T17:41:03.250917+00:00", "2026-11-20T17:41:03.250Z"),
            ("rfc3339", "2026-11-20 17:41:03+09:00", "2026-11-20T08:41:03.000Z"),
            ("epochS", "1795196463", "2026-11-20T17:41:03.000Z"),
            ("epochS", "1795196463.2599", "2026-11-20T17:41:03.259Z"),
            ("epochS", "1.61", "1970-01-01T00:00:01.610Z"),
            ("epochS", "-0.5", "1969-12-31T23:59:59.500Z"),
            ("epochMs", "1795196500120", "2026-11-20T17:41:40.120Z"),
            ("%y%m%d%H%M%S", "261120152241", "2026-11-20T06:22:41.000Z"),
            ("%Y-%m-%d %H:%M:%S", "2026-11-20 15:22:41", "2026-11-20T06:22:41.000Z"),
            ("%Y-%m-%dT%H:%M:%S%.f", "2026-11-20T15:22:41.125", "2026-11-20T06:22:41.125Z"),
            ("%d/%m/%Y %H:%M %z", "20/11/2026 15:22 +0100", "2026-11-20T14:22:00.000Z"),
            ("%Y-%m-%d %H:%M %Q", "2026-11-20 10:00 Europe/Vienna", "2026-11-20T09:00:00.000Z"),
            ("%Y-%m-%d", "2026-11-20", "2026-11-19T15:00:00.000Z"),
        ] {
            assert_eq!(read(shape, text, "Asia/Seoul").as_deref(), Some(at), "{shape} {text}");
        }
    }

    #[test]
    fn what_has_another_shape_is_no_instant() {
        for (shape, text) in [
            ("rfc3339", "2026-11-20T17:41:03"),
            ("rfc3339", "1795196463"),
            ("rfc3339", "2026-11-2é 17:41:03Z"),
            ("epochS", "2026-11-20T17:41:03Z"),
            ("epochS", "1795196500120"),
            ("epochMs", "179519650012000000"),
            ("epochMs", ""),
            ("%Y-%m-%d %H:%M:%S", "2026-11-31 15:22:41"),
            ("%Y-%m-%d %H:%M:%S", "2026-11-20 15:22:41 and more"),
        ] {
            assert_eq!(read(shape, text, "UTC"), None, "{shape} {text}");
        }
    }

    #[test]
    fn of_an_hour_that_comes_twice_the_earlier_counts_and_a_missing_one_moves_on_by_the_gap() {
        let pattern = "%Y-%m-%d %H:%M:%S";
        let vienna = |text| read(pattern, text, "Europe/Vienna").unwrap();
        assert_eq!(vienna("2026-10-25 02:30:00"), "2026-10-25T00:30:00.000Z");
        assert_eq!(vienna("2026-10-25 03:00:00"), "2026-10-25T02:00:00.000Z");
        // 02:30 is skipped: 03:30 by the clock, an hour after 01:30.
        assert_eq!(vienna("2026-03-29 02:30:00"), "2026-03-29T01:30:00.000Z");
        // Half an hour is skipped on Lord Howe.
        let lord_howe = read(pattern, "2026-10-04 02:10:00", "Australia/Lord_Howe").unwrap();
        assert_eq!(lord_howe, "2026-10-03T15:40:00.000Z");
    }

    #[test]
    fn what_is_no_shape_is_refused_where_the_source_is_read() {
        for text in ["", "rfc3399", "yesterday", "%H:%M", "%", "%Y-%m-%d %!", "%Y", "100%"] {
            assert!(Shape::compile(text).is_err(), "{text}");
        }
    }
}
