//! What a message is read against: the hotel, its clocks and its register.

use roomwatt_domain::calendar::UnknownTimeZone;
use roomwatt_domain::{BusinessCalendar, HotelId};

use crate::register::Register;

/// The hotel that a message is of.
#[derive(Debug, Clone, Copy)]
pub struct Hotel<'a> {
    /// Its id.
    pub id: &'a HotelId,
    /// Its clocks.
    pub zone: &'a Zone,
    /// Its devices and rooms. Without, nothing is looked up: `None` is for looking at a source, and an
    /// empty register refuses everything.
    pub register: Option<&'a Register>,
}

/// A hotel's clocks and dates. Built once and kept.
#[derive(Debug, Clone)]
pub struct Zone {
    pub(crate) calendar: BusinessCalendar,
}

impl Zone {
    /// The clocks of an IANA zone, by the zone data that is compiled in.
    ///
    /// # Errors
    /// [`UnknownTimeZone`] when the name is not in the zone data.
    pub fn new(time_zone: &str) -> Result<Self, UnknownTimeZone> {
        BusinessCalendar::new(time_zone).map(|calendar| Self { calendar })
    }
}
