//! What a message is read against: the hotel, its clocks and its register.

use roomwatt_domain::{BusinessCalendar, HotelId};

use crate::register::Register;

/// The hotel that a message is of.
#[derive(Debug, Clone, Copy)]
pub struct Hotel<'a> {
    /// Its id.
    pub id: &'a HotelId,
    /// Its clocks and dates.
    pub calendar: &'a BusinessCalendar,
    /// Its devices and rooms. Without, nothing is looked up: `None` is for looking at a source, and an
    /// empty register refuses everything.
    pub register: Option<&'a Register>,
}
