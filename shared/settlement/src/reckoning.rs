//! What one invocation settles a hotel with: its profile, once for all of its rooms and days.

use std::collections::BTreeMap;
use std::sync::Arc;

use roomwatt_domain::{
    BusinessDate, BusinessDay, HotelId, Instant, Occupancy, Profile, RoomId, RoomReport,
    RoomStates, Totals,
};
use roomwatt_store::{HotelDay, Result, Store, Summary};

/// A version of a hotel's profile, by which days are closed.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    pub(crate) version: u64,
    pub(crate) profile: Arc<Profile>,
}

impl Terms {
    /// The fold of a room and day by these terms.
    pub(crate) fn fold(
        &self,
        day: &BusinessDay,
        opening: &RoomStates,
        summary: &Summary,
    ) -> RoomReport {
        let terms = self.profile.terms(&summary.room);
        RoomReport::fold(day.window, opening, &summary.history, &terms)
    }
}

/// A hotel being settled.
#[derive(Debug)]
pub(crate) struct Reckoning {
    pub(crate) hotel: HotelId,
    /// Today's terms.
    pub(crate) current: Terms,
    /// Terms that earlier days were closed with.
    superseded: BTreeMap<u64, Terms>,
}

impl Reckoning {
    /// `None` where there is no such hotel.
    pub(crate) async fn of(store: &Store, hotel: &HotelId, now: Instant) -> Result<Option<Self>> {
        let stored = store.profile(hotel, now).await?;
        Ok(stored.map(|stored| Self {
            hotel: hotel.clone(),
            current: Terms { version: stored.version, profile: Arc::new(stored.profile) },
            superseded: BTreeMap::new(),
        }))
    }

    /// The terms of a version: those that a report was closed with.
    pub(crate) async fn terms(
        &mut self,
        store: &Store,
        version: u64,
        now: Instant,
    ) -> Result<Terms> {
        if version == self.current.version {
            return Ok(self.current.clone());
        }
        if let Some(known) = self.superseded.get(&version) {
            return Ok(known.clone());
        }
        let profile = store.superseded_profile(&self.hotel, version, now).await?;
        let terms = Terms { version, profile: Arc::new(profile) };
        self.superseded.insert(version, terms.clone());
        Ok(terms)
    }
}

/// What is known of a room at the end of a day.
pub(crate) async fn closing_states(
    store: &Store,
    hotel: &HotelId,
    day: &BusinessDay,
    room: &RoomId,
    now: Instant,
) -> Result<RoomStates> {
    let report = store.report(hotel, day.date, room, now).await?;
    Ok(report.map(|report| report.closed.report.closing()).unwrap_or_default())
}

/// The sums of the reports that a day has, as its close adds them up.
pub(crate) async fn add_up(
    store: &Store,
    hotel: &HotelId,
    date: BusinessDate,
    now: Instant,
) -> Result<HotelDay> {
    let mut day = HotelDay {
        date,
        rooms: 0,
        revision: 1,
        totals: Totals::default(),
        occupancy: Occupancy::default(),
    };
    let mut reports = store.reports(hotel, date, None, now);
    while let Some(stored) = reports.next().await? {
        day.rooms += 1;
        day.totals += stored.closed.report.totals();
        day.occupancy += stored.closed.report.occupancy;
    }
    Ok(day)
}
