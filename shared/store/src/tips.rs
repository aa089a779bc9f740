//! Tips: the parts of busy rooms' summaries at which this process goes on to write.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use roomwatt_domain::{BusinessDate, HotelId, RoomId};

/// The last part of a summary that is ever begun: it grows as large as a record may.
pub(crate) const LAST_PART: u8 = 99;

/// Where this process last wrote to rooms whose first part is full. Forgetting costs a few units,
/// so it is bounded simply.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tips {
    parts: Arc<Mutex<HashMap<RoomDay, u8>>>,
}

pub(crate) type RoomDay = (HotelId, BusinessDate, RoomId);

impl Tips {
    const MOST: usize = 10_000;

    pub(crate) fn of(&self, room_day: &RoomDay) -> u8 {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.get(room_day).copied().unwrap_or(0)
    }

    /// Moves on to the part behind one that has grown beyond a unit.
    pub(crate) fn pass(&self, room_day: RoomDay, part: u8) {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        if parts.len() >= Self::MOST {
            parts.clear();
        }
        let tip = parts.entry(room_day).or_default();
        *tip = (*tip).max((part + 1).min(LAST_PART));
    }
}
