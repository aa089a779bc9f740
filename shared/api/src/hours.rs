//! A closed day hour by hour: folded again from what its reports were made of.
//!
//! Reports keep no hours, since every listing would be charged for them. As long as the day's history is
//! kept, its hours come of two partitions: the reports and summaries of the day, and the reports of the day
//! before.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use futures_util::future::try_join3;
use roomwatt_domain::{
    BusinessDate, BusinessDay, History, HotelId, Profile, Quality, RoomId, RoomReport, Totals,
};
use roomwatt_store::{Hotel, StoreError, StoredReport};

use crate::call::Call;
use crate::problem::Problem;

/// The totals of all rooms in each hour of a closed day.
///
/// `None` where the history is not kept any more, where the call's time would not do, and where the
/// hours do not add up to the reports: a late event is there, and its revision is on its way.
pub(crate) async fn of_day(
    call: &Call,
    hotel: &Hotel,
    date: BusinessDate,
) -> Result<Option<Vec<Totals>>, Problem> {
    let (id, calendar, now) = (&hotel.profile.hotel_id, &hotel.profile.calendar, call.now());
    let Some(day) = calendar.day(date).filter(|day| call.store().keeps_history(day, now)) else {
        return Ok(None);
    };
    let (before, reports, mut histories) = try_join3(
        Box::pin(reports(call, id, calendar.previous(date).date)),
        Box::pin(reports(call, id, date)),
        Box::pin(histories(call, id, day)),
    )
    .await?;
    let closing =
        |before: StoredReport| (before.closed.room.clone(), before.closed.report.closing());
    let mut openings: BTreeMap<_, _> = before.into_iter().map(closing).collect();
    let mut superseded: BTreeMap<u64, Profile> = BTreeMap::new();
    let mut all = Vec::new();
    for StoredReport { closed, terms, .. } in reports {
        if call.is_ending() {
            return Ok(None);
        }
        let profile = if terms == hotel.version {
            &hotel.profile
        } else {
            match superseded.entry(terms) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    new.insert(call.store().superseded_profile(id, terms, now).await?)
                }
            }
        };
        let opening = openings.remove(&closed.room).unwrap_or_default();
        let history = histories.remove(&closed.room).unwrap_or_default();
        let terms = profile.terms(&closed.room);
        let hours = RoomReport::by_hour(closed.window, &opening, &history, &terms);
        if !add_up(&hours, &closed.report) {
            return Ok(None);
        }
        all.resize(hours.len().max(all.len()), Totals::default());
        for (sum, hour) in all.iter_mut().zip(hours) {
            *sum += hour;
        }
    }
    Ok(Some(all).filter(|all| !all.is_empty()))
}

async fn reports(
    call: &Call,
    hotel: &HotelId,
    date: BusinessDate,
) -> Result<Vec<StoredReport>, StoreError> {
    let mut pages = call.store().reports(hotel, date, None, call.now()).lately();
    let mut reports = Vec::new();
    while let Some(stored) = pages.next().await? {
        reports.push(stored);
    }
    Ok(reports)
}

async fn histories(
    call: &Call,
    hotel: &HotelId,
    day: BusinessDay,
) -> Result<BTreeMap<RoomId, History>, StoreError> {
    let mut summaries = call.store().summaries(hotel, day, None, call.now()).lately();
    let mut histories = BTreeMap::new();
    while let Some(summary) = summaries.next().await? {
        histories.insert(summary.room, summary.history);
    }
    Ok(histories)
}

/// Whether hours are those of a report: all of it, but for what has no hour.
fn add_up(hours: &[Totals], report: &RoomReport) -> bool {
    let totals = report.totals();
    let unplaced = totals.measured.unwrap_or_default().unplaced;
    let sum: Totals = hours.iter().copied().sum();
    let without_charges = |totals: Totals| Totals {
        cost: None,
        waste_cost: None,
        assumed_waste_cost: None,
        co2e: None,
        unpriced: None,
        measured: None,
        quality: Quality::default(),
        ..totals
    };
    let placed = Totals { energy: totals.energy - unplaced, ..totals };
    without_charges(sum) == without_charges(placed)
}
