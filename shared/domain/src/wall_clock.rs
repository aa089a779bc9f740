//! Hours of the day as a hotel's wall clock shows them: of a night hold, of a tariff's zone.
//!
//! They are read off the clock at an instant, so an hour that comes twice counts twice, and an
//! hour that a clock change leaves out counts for no time.

use std::fmt;

use crate::instant::{MINUTE, Millis};

/// Milliseconds of a day by the clock.
pub(crate) const CLOCK_DAY: Millis = 24 * 60 * MINUTE;

/// A time of the day in whole minutes, `00:00` to `24:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallTime(u16);

/// The text is no time of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a time HH:MM from 00:00 to {latest}")]
pub struct InvalidWallTime {
    latest: WallTime,
}

impl WallTime {
    /// The end of a day.
    pub const END_OF_DAY: Self = Self(24 * 60);
    const LAST_MINUTE: Self = Self(24 * 60 - 1);

    /// Reads `HH:MM`, `24:00` included only where `end` says that it ends something.
    ///
    /// # Errors
    /// [`InvalidWallTime`] for any other shape and for times that no clock shows.
    pub fn parse(text: &str, end: bool) -> Result<Self, InvalidWallTime> {
        let latest = if end { Self::END_OF_DAY } else { Self::LAST_MINUTE };
        minutes(text).filter(|time| *time <= latest).ok_or(InvalidWallTime { latest })
    }

    pub(crate) fn of_day(self) -> Millis {
        Millis::from(self.0) * MINUTE
    }
}

fn minutes(text: &str) -> Option<WallTime> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u16::from(byte - b'0'));
    let [h1, h2, b':', m1, m2] = *text.as_bytes() else { return None };
    let hours = digit(h1)? * 10 + digit(h2)?;
    let minutes = digit(m1)? * 10 + digit(m2)?;
    (minutes < 60).then_some(WallTime(hours * 60 + minutes))
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// Hours of the day, their end not included; they run over midnight where they begin after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WallHours {
    from: WallTime,
    to: WallTime,
}

/// The hours end where they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must not end where they begin")]
pub struct NoHours;

impl WallHours {
    /// From their beginning to their end.
    ///
    /// # Errors
    /// [`NoHours`] where these are one and the same.
    pub fn new(from: WallTime, to: WallTime) -> Result<Self, NoHours> {
        if from == to { Err(NoHours) } else { Ok(Self { from, to }) }
    }

    /// Their beginning.
    pub fn from(self) -> WallTime {
        self.from
    }

    /// The first minute after them.
    pub fn to(self) -> WallTime {
        self.to
    }

    /// Whether a time of the day, in milliseconds from the clock's 00:00, lies within.
    pub(crate) fn contain(self, of_day: Millis) -> bool {
        let (begun, ended) = (of_day >= self.from.of_day(), of_day >= self.to.of_day());
        if self.from < self.to { begun && !ended } else { begun || !ended }
    }

    /// How long the clock takes from a time of the day to their next end.
    pub(crate) fn left(self, of_day: Millis) -> Millis {
        let left = self.to.of_day() - of_day;
        if left > 0 { left } else { left + CLOCK_DAY }
    }
}
