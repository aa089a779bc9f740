//! Rule 13: which rooms have a report on a day.
//!
//! A room has one if it had one the day before, or if anything is known of it on the day. Both
//! lists come sorted by room and page by page, so they are merged like two files: memory holds a
//! page of each, whatever the size of the hotel.

use std::cmp::Ordering;

use roomwatt_domain::{BusinessDate, BusinessDay, HotelId, Instant, RoomId, RoomStates};
use roomwatt_store::{Pages, Result, Store, StoredReport, Summary};

/// A room to close, with what its report is made from.
pub(crate) struct OpenRoom {
    /// The closing states of the day before.
    pub(crate) opening: RoomStates,
    /// What is known of the day.
    pub(crate) summary: Summary,
}

/// The rooms of a day, in order.
pub(crate) struct Rooms {
    before: Pages<StoredReport>,
    on_the_day: Pages<Summary>,
    next_before: Option<StoredReport>,
    next_on_the_day: Option<Summary>,
}

impl Rooms {
    /// The rooms after `after`.
    pub(crate) async fn of(
        store: &Store,
        hotel: &HotelId,
        day_before: BusinessDate,
        day: BusinessDay,
        after: Option<&RoomId>,
        now: Instant,
    ) -> Result<Self> {
        let mut before = store.reports(hotel, day_before, after, now);
        let mut on_the_day = store.summaries(hotel, day, after, now);
        let (next_before, next_on_the_day) = (before.next().await?, on_the_day.next().await?);
        Ok(Self { before, on_the_day, next_before, next_on_the_day })
    }

    /// The next room, or `None` after the last one.
    pub(crate) async fn next(&mut self) -> Result<Option<OpenRoom>> {
        let order = match (&self.next_before, &self.next_on_the_day) {
            (None, None) => return Ok(None),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(summary)) => before.closed.room.cmp(&summary.room),
        };
        let before = if order.is_le() {
            std::mem::replace(&mut self.next_before, self.before.next().await?)
        } else {
            None
        };
        let summary = if order.is_ge() {
            std::mem::replace(&mut self.next_on_the_day, self.on_the_day.next().await?)
        } else {
            None
        };
        let room = before.as_ref().map(|before| before.closed.room.clone());
        let opening = before.map(|before| before.closed.report.closing()).unwrap_or_default();
        Ok(summary
            .or_else(|| room.map(Summary::empty))
            .map(|summary| OpenRoom { opening, summary }))
    }
}
