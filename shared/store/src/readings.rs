//! What readers for people ask for: many records of a hotel in few round trips, at half the price.
//!
//! Reads here are eventually consistent, since no write is decided by them: a report that was put
//! in the last moments may be missing or be the revision before. In everything else they are like the
//! consistent reads.

use std::collections::BTreeMap;

use roomwatt_domain::{BusinessDate, BusinessDay, ClosedReport, HotelId, Instant, Profile, RoomId};

use crate::batches::Consistency;
use crate::closes::close_state;
use crate::error::Result;
use crate::hotels::{StoredProfile, stored_profile};
use crate::item::{Item, Reader, key};
use crate::reports::{StoredReport, stored_report};
use crate::schema::{CLOSE, PK, PROFILE, SK, day_key, hotel_key, report_key, summary_part_key};
use crate::summaries::{Summary, summary};
use crate::table::Store;

/// A hotel as readers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hotel {
    /// Its profile.
    pub profile: Profile,
    /// Which version of it that is.
    pub version: u64,
    /// The last closed day; `None` before its first event.
    pub closed_through: Option<BusinessDate>,
}

impl Store {
    /// A hotel's profile and how far it is closed, in one round trip of one read unit; `None`
    /// where there is no such hotel.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a record cannot be read.
    pub async fn hotel(&self, hotel: &HotelId, now: Instant) -> Result<Option<Hotel>> {
        let keys = [PROFILE, CLOSE].map(|sort_key| key(hotel_key(hotel), sort_key));
        let (mut profile, mut closed_through) = (None, None);
        for item in self.get_all(keys.to_vec(), Consistency::Lately, now).await? {
            let read = Reader::new("hotel", &item);
            match read.required(SK, read.text(SK)?)? {
                PROFILE => profile = Some(stored_profile(&item)?),
                _ => closed_through = Some(close_state(&item)?.closed_through),
            }
        }
        Ok(profile.map(|StoredProfile { profile, version, .. }| Hotel {
            profile,
            version,
            closed_through,
        }))
    }

    /// The reports of some rooms on some dates, by date, then room. What is not there is left out.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a record cannot be read.
    pub async fn reports_of(
        &self,
        hotel: &HotelId,
        wanted: impl IntoIterator<Item = (BusinessDate, RoomId)>,
        now: Instant,
    ) -> Result<Vec<ClosedReport>> {
        let stored = self.stored_reports_of(hotel, wanted, now).await?;
        Ok(stored.into_iter().map(|stored| stored.closed).collect())
    }

    /// The same with what each was made from.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a record cannot be read.
    pub async fn stored_reports_of(
        &self,
        hotel: &HotelId,
        wanted: impl IntoIterator<Item = (BusinessDate, RoomId)>,
        now: Instant,
    ) -> Result<Vec<StoredReport>> {
        let mut dates = BTreeMap::new();
        let keys = wanted.into_iter().map(|(date, room)| {
            let partition = dates.entry(date).or_insert_with(|| day_key(hotel, date));
            key(partition.as_str(), report_key(&room))
        });
        let keys = keys.collect();
        let dates: BTreeMap<String, BusinessDate> =
            dates.into_iter().map(|(date, partition)| (partition, date)).collect();
        let items = self.get_all(keys, Consistency::Lately, now).await?;
        let mut reports = items
            .iter()
            .map(|item| stored_report(partition(item, &dates)?, item))
            .collect::<Result<Vec<_>>>()?;
        reports.sort_unstable_by(|one, other| {
            let (one, other) = (&one.closed, &other.closed);
            (one.date, &one.room).cmp(&(other.date, &other.room))
        });
        Ok(reports)
    }

    /// The summaries of some rooms on some days, each with its date. What is not there is left out.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a record cannot be read.
    pub async fn summaries_of(
        &self,
        hotel: &HotelId,
        wanted: impl IntoIterator<Item = (BusinessDay, RoomId)>,
        now: Instant,
    ) -> Result<Vec<(BusinessDate, Summary)>> {
        let mut days = BTreeMap::new();
        let mut keys = Vec::new();
        for (day, room) in wanted {
            let partition = day_key(hotel, day.date);
            keys.push(key(partition.as_str(), summary_part_key(&room, 0)));
            days.insert(partition, day);
        }
        let items = self.get_all(keys, Consistency::Lately, now).await?;
        let mut summaries = Vec::with_capacity(items.len());
        for item in &items {
            let day = partition(item, &days)?;
            let first = summary(&day, item)?;
            summaries.push((day.date, self.with_later_parts(hotel, &day, first, now).await?));
        }
        Ok(summaries)
    }

    /// Whether the transitions of a day are still kept.
    pub fn keeps_history(&self, day: &BusinessDay, now: Instant) -> bool {
        now < self.retention.summary_until(day)
    }

    /// Whether the reports of a day are still kept.
    pub fn keeps_reports(&self, day: &BusinessDay, now: Instant) -> bool {
        now < self.retention.report_until(day)
    }
}

/// What a record's partition stands for.
fn partition<T: Copy>(item: &Item, partitions: &BTreeMap<String, T>) -> Result<T> {
    let read = Reader::new("room-day", item);
    let partition = read.required(PK, read.text(PK)?)?;
    read.required(PK, partitions.get(partition).copied())
}
