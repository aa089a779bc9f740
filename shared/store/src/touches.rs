//! Touches: rooms that late events changed while their day is being closed.
//!
//! A revision that comes upon a day that is not closed yet cannot know what the close has read
//! already. It leaves a *touch*, a record of the room beside the day's summaries and reports, and the
//! close sends each touched room to be revised once the day is closed. So the close never waits for a
//! stream of late events to end, and no event waits for the close.
//!
//! The order of the steps makes it tight. A touch is written before the close state is looked at
//! again: if the day still is not closed then, the close ends later, and finds the touch.

use roomwatt_domain::{BusinessDate, BusinessDay, HotelId, Instant, RoomId};

use crate::error::{Result, StoreError};
use crate::item::{Item, Reader, expiry, is_live, key};
use crate::pages::Pages;
use crate::schema::{TOUCH_PREFIX, TTL_ATTRIBUTE, day_key, touch_key};
use crate::table::Store;
use crate::write::Written;

/// What a revision has to do with a day that was not closed when it looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// The day is closed by now, as are all through this one: it is for the revision to settle.
    Closed(BusinessDate),
    /// A close is under way, and will have the room revised when the day is closed.
    Noted,
    /// No close is under way: one that begins later reads what there is now. The same where the
    /// hotel has no day to close.
    NotNeeded,
}

impl Store {
    /// Sees to it that a room is looked at again when the close of a day has ended.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the close state cannot be read.
    pub async fn touch(
        &self,
        hotel: &HotelId,
        day: &BusinessDay,
        room: &RoomId,
        now: Instant,
    ) -> Result<Touch> {
        if let Some(needless) = self.needs_no_touch(hotel, day, now).await? {
            return Ok(needless);
        }
        let mut item = key(day_key(hotel, day.date), touch_key(room));
        item.insert(TTL_ATTRIBUTE.to_owned(), expiry(self.retention.summary_until(day)));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        match self.put(put).await? {
            Written::Done { .. } => {}
            Written::Refused(_) | Written::TooLarge => {
                return Err(StoreError::corrupt("touch", "was refused without a condition"));
            }
        }
        Ok(self.needs_no_touch(hotel, day, now).await?.unwrap_or(Touch::Noted))
    }

    async fn needs_no_touch(
        &self,
        hotel: &HotelId,
        day: &BusinessDay,
        now: Instant,
    ) -> Result<Option<Touch>> {
        Ok(match self.close_state(hotel, now).await? {
            Some(state) if state.closed_through >= day.date => {
                Some(Touch::Closed(state.closed_through))
            }
            Some(state) if state.under_way => None,
            _ => Some(Touch::NotNeeded),
        })
    }

    /// The rooms that were touched while a day was being closed, by room, read consistently and
    /// page by page.
    pub fn touched_rooms(
        &self,
        hotel: &HotelId,
        date: BusinessDate,
        now: Instant,
    ) -> Pages<RoomId> {
        self.pages(
            day_key(hotel, date),
            TOUCH_PREFIX,
            None,
            Box::new(move |item| is_live(item, now).then(|| touched_room(item)).transpose()),
        )
    }
}

fn touched_room(item: &Item) -> Result<RoomId> {
    Reader::new("touch", item).sort_key_as(TOUCH_PREFIX, RoomId::kept)
}
