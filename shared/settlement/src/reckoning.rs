//! What one invocation settles a hotel with: its profile, once for all of its rooms and days.

use std::collections::BTreeMap;
use std::sync::Arc;

use roomwatt_domain::{
    BusinessDate, BusinessDay, ClosedReport, HotelId, Instant, Profile, RoomReport, RoomStates,
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

    /// Rules 13 and 16: whether a room has a report on a day. It has none if nothing was ever known
    /// of it, or if it is dormant and was not heard.
    pub(crate) fn demand_report(
        &self,
        day: &BusinessDay,
        opening: &RoomStates,
        summary: &Summary,
    ) -> bool {
        let terms = self.profile.terms(&summary.room);
        let is_known = opening.heard.is_some() || !summary.history.is_empty();
        is_known && opening.has_report(day.window.start, &summary.history, &terms)
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

/// The sums of the reports that a day has, as its close adds them up; each is shown to `see`, too.
pub(crate) async fn add_up(
    store: &Store,
    hotel: &HotelId,
    date: BusinessDate,
    now: Instant,
    mut see: impl FnMut(&ClosedReport),
) -> Result<HotelDay> {
    let mut day = HotelDay::empty(date);
    let mut reports = store.reports(hotel, date, None, now);
    while let Some(stored) = reports.next().await? {
        see(&stored.closed);
        day += &stored.closed.report;
    }
    Ok(day)
}
