//! What one invocation settles a hotel with: its calendar, its terms, its place in the table.

use std::collections::BTreeMap;

use roomwatt_domain::{
    BusinessDate, BusinessDay, HotelId, Instant, Occupancy, Profile, RoomId, RoomReport,
    RoomStates, Totals,
};
use roomwatt_store::{HotelDay, Result, Store, StoredProfile, Summary};

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

    /// The sums of the reports that a day has, as its close adds them up.
    pub(crate) async fn add_up(&self, date: BusinessDate, now: Instant) -> Result<HotelDay> {
        let mut day = HotelDay {
            date,
            rooms: 0,
            revision: 1,
            totals: Totals::default(),
            occupancy: Occupancy::default(),
        };
        let mut reports = self.store.reports(self.hotel, date, None, now);
        while let Some(stored) = reports.next().await? {
            day.rooms += 1;
            day.totals += stored.closed.report.totals();
            day.occupancy += stored.closed.report.occupancy;
        }
        Ok(day)
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
