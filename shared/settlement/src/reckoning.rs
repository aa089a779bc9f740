//! What one invocation settles a hotel with: its calendar, its terms, its place in the table.

use std::collections::BTreeMap;

use roomwatt_domain::{BusinessDay, HotelId, Instant, Profile, RoomId, RoomReport, RoomStates};
use roomwatt_store::{Result, Store, StoredProfile, Summary};

/// A hotel being settled.
pub(crate) struct Reckoning<'a> {
    pub(crate) store: &'a Store,
    pub(crate) hotel: &'a HotelId,
    pub(crate) current: StoredProfile,
    /// Profiles that earlier reports were made with, by version.
    superseded: BTreeMap<u64, Profile>,
}

impl<'a> Reckoning<'a> {
    /// `None` where there is no such hotel.
    pub(crate) async fn of(
        store: &'a Store,
        hotel: &'a HotelId,
        now: Instant,
    ) -> Result<Option<Self>> {
        let current = store.profile(hotel, now).await?;
        Ok(current.map(|current| Self { store, hotel, current, superseded: BTreeMap::new() }))
    }

    /// The fold, on today's terms.
    pub(crate) fn fold(
        &self,
        day: &BusinessDay,
        opening: &RoomStates,
        summary: &Summary,
    ) -> RoomReport {
        fold(&self.current.profile, day, opening, summary)
    }

    /// The fold, on the terms of a version of the profile: what a report was closed with.
    pub(crate) async fn fold_on(
        &mut self,
        version: u64,
        day: &BusinessDay,
        opening: &RoomStates,
        summary: &Summary,
        now: Instant,
    ) -> Result<RoomReport> {
        if version == self.current.version {
            return Ok(self.fold(day, opening, summary));
        }
        if !self.superseded.contains_key(&version) {
            let profile = self.store.superseded_profile(self.hotel, version, now).await?;
            self.superseded.insert(version, profile);
        }
        Ok(fold(&self.superseded[&version], day, opening, summary))
    }

    /// What is known of a room at the end of a day.
    pub(crate) async fn closing_states(
        &self,
        day: &BusinessDay,
        room: &RoomId,
        now: Instant,
    ) -> Result<RoomStates> {
        let report = self.store.report(self.hotel, day.date, room, now).await?;
        Ok(report.map(|report| report.closed.report.closing()).unwrap_or_default())
    }
}

fn fold(
    profile: &Profile,
    day: &BusinessDay,
    opening: &RoomStates,
    summary: &Summary,
) -> RoomReport {
    RoomReport::fold(day.window, opening, &summary.history, &profile.terms(&summary.room))
}
