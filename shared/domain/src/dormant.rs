//! Rule 16: rooms that fell silent stop producing reports.
//!
//! A pure decision of the last instant at which the room was heard, the day's first instant and the
//! profile's limit. A day on which a dormant room is silent has no report. One on which it is heard
//! opens with nothing known, which [`RoomReport::fold`](crate::RoomReport::fold) sees to itself.

use std::borrow::Cow;

use crate::carry_over::RoomStates;
use crate::instant::{HOUR, Instant, Millis};
use crate::profile::RoomTerms;
use crate::timeline::History;

/// Whether a room that was last heard at an instant is dormant on a day that starts at another.
///
/// A room that was never heard is not dormant: it is not known at all.
pub fn is_dormant(heard: Option<Instant>, day_start: Instant, after_days: u32) -> bool {
    heard.is_some_and(|heard| day_start - heard > Millis::from(after_days) * 24 * HOUR)
}

impl RoomStates {
    /// Whether the room is dormant on a day that starts at the instant.
    pub fn is_dormant(&self, day_start: Instant, terms: &RoomTerms<'_>) -> bool {
        is_dormant(self.heard, day_start, terms.dormant_after_days())
    }

    /// Whether a day that opens with these states has a report: the room is awake, or is heard.
    pub fn has_report(&self, day_start: Instant, history: &History, terms: &RoomTerms<'_>) -> bool {
        !self.is_dormant(day_start, terms) || !history.is_empty()
    }

    /// The states with which a day that starts at the instant opens: these, or nothing but the
    /// instant last heard where the room is dormant.
    pub fn opening(&self, day_start: Instant, terms: &RoomTerms<'_>) -> Cow<'_, Self> {
        if self.is_dormant(day_start, terms) {
            Cow::Owned(Self { heard: self.heard, ..Self::default() })
        } else {
            Cow::Borrowed(self)
        }
    }
}
