//! What is read to look into the suspects of a day: their rooms' reports of the days before, and the
//! histories of the few days in which they became active.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};
use roomwatt_domain::findings::NEVER_OFF_DAYS;
use roomwatt_domain::{
    Activation, BusinessDate, BusinessDay, Finding, Instant, PastDay, Profile, RoomId, RoomPast,
    RoomStates, SignalFault, Suspect,
};

use crate::KEYS_PER_BATCH;
use crate::error::Result;
use crate::table::Store;

/// How often the way back to a device's activation is followed from one day to an earlier one. Each
/// change from one active state into another before a midnight takes one.
const MOST_STEPS_BACK: usize = 4;
/// Batches that are read at once.
const AT_ONCE: usize = 8;

impl Store {
    /// Looks into the suspects of a day, in their order. `days` is how many are counted for their
    /// nights.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a record cannot be read.
    pub async fn look_into(
        &self,
        profile: &Profile,
        date: BusinessDate,
        days: u32,
        suspects: Vec<Suspect>,
        now: Instant,
    ) -> Result<Vec<Finding>> {
        let rooms = suspects.iter().map(|suspect| suspect.room.clone()).collect();
        let days_read = days.max(NEVER_OFF_DAYS) + 1;
        let mut past = self.past(profile, date, days_read, rooms, now).await?;
        let day = profile.calendar.day(date).unwrap_or_else(|| profile.calendar.previous(date));
        let mut wanted: BTreeSet<_> = past.keys().map(|room| (room.clone(), day.date)).collect();
        for _ in 0..MOST_STEPS_BACK {
            self.add_days(profile, &mut past, std::mem::take(&mut wanted), now).await?;
            for suspect in &suspects {
                let Some(of_room) = past.get(&suspect.room) else { continue };
                if let Activation::By(at) = of_room.activation(&suspect.device) {
                    let earlier = profile.calendar.day_of(at).date;
                    if !of_room.days.contains_key(&earlier) {
                        wanted.insert((suspect.room.clone(), earlier));
                    }
                }
            }
            if wanted.is_empty() {
                break;
            }
        }
        let looked_into = suspects.into_iter().filter_map(|suspect| {
            let of_room = past.get(&suspect.room)?;
            Some(of_room.look_into(suspect, days))
        });
        Ok(looked_into.collect())
    }

    /// The sensors of some rooms that saw nobody on two sold days.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a record cannot be read.
    pub async fn stuck_vacant(
        &self,
        profile: &Profile,
        date: BusinessDate,
        days: u32,
        rooms: BTreeSet<RoomId>,
        now: Instant,
    ) -> Result<Vec<SignalFault>> {
        let past = self.past(profile, date, days, rooms, now).await?;
        Ok(past.values().flat_map(|past| SignalFault::stuck_vacant(&past.reports)).collect())
    }

    /// The reports of some rooms on the last days up to a date.
    async fn past(
        &self,
        profile: &Profile,
        date: BusinessDate,
        days: u32,
        rooms: BTreeSet<RoomId>,
        now: Instant,
    ) -> Result<BTreeMap<RoomId, RoomPast>> {
        let before = |date: &BusinessDate| Some(profile.calendar.previous(*date).date);
        let dates: Vec<_> = std::iter::successors(Some(date), before).take(days as usize).collect();
        let keys: Vec<_> = rooms
            .iter()
            .flat_map(|room| dates.iter().map(move |date| (*date, room.clone())))
            .collect();
        let batches: Vec<_> = keys.chunks(KEYS_PER_BATCH).map(<[_]>::to_vec).collect();
        let mut batches = stream::iter(batches)
            .map(|keys| self.reports_of(&profile.hotel_id, keys, now))
            .buffer_unordered(AT_ONCE)
            .boxed();
        let nothing = || RoomPast { date, reports: BTreeMap::new(), days: BTreeMap::new() };
        let mut past: BTreeMap<_, _> = rooms.iter().map(|room| (room.clone(), nothing())).collect();
        while let Some(reports) = batches.try_next().await? {
            for closed in reports {
                if let Some(of_room) = past.get_mut(&closed.room) {
                    of_room.reports.insert(closed.date, closed);
                }
            }
        }
        Ok(past)
    }

    /// Adds some rooms' days as they happened; those whose history is not kept any more are left out.
    async fn add_days(
        &self,
        profile: &Profile,
        past: &mut BTreeMap<RoomId, RoomPast>,
        wanted: BTreeSet<(RoomId, BusinessDate)>,
        now: Instant,
    ) -> Result<()> {
        let (hotel, calendar) = (&profile.hotel_id, &profile.calendar);
        let days: BTreeMap<(RoomId, BusinessDate), BusinessDay> = wanted
            .into_iter()
            .filter_map(|(room, date)| Some(((room, date), calendar.day(date)?)))
            .filter(|(_, day)| self.keeps_history(day, now))
            .collect();
        // What opens a day is told by the report before it, which may lie further back than those read.
        let before =
            |(room, date): &(RoomId, BusinessDate)| (calendar.previous(*date).date, room.clone());
        let unread = days.keys().map(before).filter(|(date, room)| {
            past.get(room).is_none_or(|of_room| !of_room.reports.contains_key(date))
        });
        let further_back = self.reports_of(hotel, unread.collect::<Vec<_>>(), now).await?;
        let wanted = days.iter().map(|((room, _), day)| (*day, room.clone()));
        let summaries = self.summaries_of(hotel, wanted.collect::<Vec<_>>(), now).await?;
        let mut histories: BTreeMap<_, _> = summaries
            .into_iter()
            .map(|(date, summary)| ((summary.room, date), summary.history))
            .collect();
        for ((room, date), day) in days {
            let Some(of_room) = past.get_mut(&room) else { continue };
            let before = calendar.previous(date).date;
            let read = further_back.iter().find(|it| it.room == room && it.date == before);
            let opening = of_room.reports.get(&before).or(read).map(|it| it.report.closing());
            let opening: RoomStates = opening.unwrap_or_default();
            // A closed day keeps its window.
            let window = of_room.reports.get(&date).map_or(day.window, |closed| closed.window);
            let history = histories.remove(&(room, date)).unwrap_or_default();
            of_room.days.insert(date, PastDay { window, opening, history });
        }
        Ok(())
    }
}
