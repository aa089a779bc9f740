//! Rule 6, night hold: guests sleep, and motion sensors do not see sleepers.
//!
//! A vacancy that begins within the hold while the room is sold counts only from the hold's end
//! on. Clock and stay are read where the vacancy begins, once and for all: the outcome is an
//! instant, and it is carried with the sensor's state.

use crate::calendar::BusinessCalendar;
use crate::instant::Instant;
use crate::occupancy::Stay;
use crate::wall_clock::WallHours;

/// Decides, for the vacancies of a room, until when they are held.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NightHold<'a> {
    /// The profile's hours; `None` where it has no hold.
    pub(crate) hours: Option<WallHours>,
    pub(crate) calendar: &'a BusinessCalendar,
    /// The stay's changes in the window, the first at its start.
    pub(crate) stays: &'a [(Instant, Stay)],
}

impl NightHold<'_> {
    /// Until when a vacancy that begins at the instant is held, if it is.
    pub(crate) fn until(&self, begins: Instant) -> Option<Instant> {
        let hours = self.hours?;
        let later = self.stays.partition_point(|(from, _)| *from <= begins);
        let (_, stay) = self.stays[..later].last()?;
        if *stay == Stay::CheckedIn { self.calendar.end_of_hours(hours, begins) } else { None }
    }
}
