//! Instants in whole milliseconds, and the one way to read them from text.

use std::fmt;
use std::ops::{Add, Sub};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// A length of time in whole milliseconds; never negative where it measures use.
pub type Millis = i64;

/// Milliseconds of an hour.
pub const HOUR: Millis = 3_600_000;
/// Milliseconds of a minute.
pub const MINUTE: Millis = 60_000;

/// A point in time: whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Rule 1 cuts every instant to milliseconds, so two instants are one transition exactly when
/// their values are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// The text is no RFC 3339 date-time with an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an RFC 3339 date-time with an offset")]
pub struct InvalidInstant;

impl Instant {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Reads an RFC 3339 date-time with an offset and cuts it to milliseconds.
    ///
    /// Seconds run from 00 to 59: a leap second is refused and not moved, as everything that has
    /// no instant of its own.
    ///
    /// # Errors
    /// [`InvalidInstant`] for any other shape, for dates that do not exist, and without an offset.
    pub fn parse(text: &str) -> Result<Self, InvalidInstant> {
        parse(text.as_bytes()).ok_or(InvalidInstant)
    }

    /// As a [`jiff::Timestamp`]; saturates outside the years that it can hold.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }
}

impl From<Timestamp> for Instant {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.as_nanosecond().div_euclid(1_000_000).try_into().unwrap_or(i64::MAX))
    }
}

impl Add<Millis> for Instant {
    type Output = Instant;
    fn add(self, millis: Millis) -> Instant {
        Instant(self.0.saturating_add(millis))
    }
}

impl Sub<Millis> for Instant {
    type Output = Instant;
    fn sub(self, millis: Millis) -> Instant {
        Instant(self.0.saturating_sub(millis))
    }
}

impl Sub for Instant {
    type Output = Millis;
    fn sub(self, earlier: Instant) -> Millis {
        self.0.saturating_sub(earlier.0)
    }
}

/// UTC with three decimals, as `closing` shows it: `2026-11-20T06:02:00.000Z`.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}

/// `YYYY-MM-DDTHH:MM:SS[.f…](Z|±HH:MM)`, read field by field: this runs once an event.
fn parse(text: &[u8]) -> Option<Instant> {
    let shape = text.get(..19)?;
    let separators = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    if separators.iter().any(|&(at, byte)| shape[at] != byte) || !matches!(shape[10], b'T' | b't') {
        return None;
    }
    let second = number(&shape[17..19])?;
    let civil = DateTime::new(
        i16::try_from(number(&shape[..4])?).ok()?,
        i8::try_from(number(&shape[5..7])?).ok()?,
        i8::try_from(number(&shape[8..10])?).ok()?,
        i8::try_from(number(&shape[11..13])?).ok()?,
        i8::try_from(number(&shape[14..16])?).ok()?,
        i8::try_from(second).ok()?,
        0,
    )
    .ok()?;
    let (fraction, offset) = fraction(&text[19..])?;
    let whole = offset_of(offset)?.to_timestamp(civil).ok()?.as_millisecond();
    Some(Instant(whole + fraction))
}

/// The milliseconds of an optional fraction, and what follows it. Digits past the third are cut.
fn fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    let Some(digits) = rest.strip_prefix(b".") else {
        return Some((0, rest));
    };
    let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 {
        return None;
    }
    let millis = (0..3).fold(0, |millis, at| {
        let digit = if at < length { digits[at] - b'0' } else { 0 };
        millis * 10 + i64::from(digit)
    });
    Some((millis, &digits[length..]))
}

fn offset_of(text: &[u8]) -> Option<Offset> {
    match text {
        b"Z" | b"z" => Some(Offset::UTC),
        [sign @ (b'+' | b'-'), hours @ .., b':', m1, m2] if hours.len() == 2 => {
            let (hours, minutes) = (number(hours)?, number(&[*m1, *m2])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = hours * 3600 + minutes * 60;
            Offset::from_seconds(if *sign == b'-' { -seconds } else { seconds }).ok()
        }
        _ => None,
    }
}

fn number(digits: &[u8]) -> Option<i32> {
    digits.iter().try_fold(0_i32, |number, byte| {
        byte.is_ascii_digit().then(|| number * 10 + i32::from(byte - b'0'))
    })
}
