//! The close state of a hotel: which days are closed, and who is closing the next one.
//!
//! The conditions of this module stand in for a lock. A worker *claims* the hotel for a while and
//! gets the number of its attempt; every later write of the close demands that this number is
//! still the latest, so a worker that lost its claim, however late it wakes, changes nothing.
//! `closedThrough` moves by one day at a time. A revision that changes what an ongoing close may
//! have read already says so by *touching* the room, and the close cannot end before it has seen
//! every touch.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure,
};
use roomwatt_domain::{BusinessDate, HotelId, Instant, RoomId};

use crate::error::{Result, StoreError};
use crate::item::{Item, Reader, key, number, text};
use crate::schema::{
    ANNOUNCED_THROUGH, ATTEMPT, CLAIM_OWNER, CLAIM_UNTIL, CLOSE, CLOSED_THROUGH, DUE, DUE_INDEX,
    DUE_YES, NEXT_DUE_AT, PK, PROGRESS, TOUCHED, TOUCHES, hotel_key,
};
use crate::table::Store;

/// How far the closing of a hotel has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseState {
    /// The last closed day.
    pub closed_through: BusinessDate,
    /// The last day that was told to the bus.
    pub announced_through: BusinessDate,
    /// The number of the latest claim: the fencing token.
    pub attempt: u64,
    /// The last room that is done of the day being closed; the ones before it are done too.
    pub progress: Option<RoomId>,
    /// Rooms that were revised while the day is being closed.
    pub touched: BTreeSet<RoomId>,
    /// How often rooms were touched.
    pub touches: u64,
}

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// The hotel is the caller's until the lease ends.
    Claimed(CloseState),
    /// Another worker has it.
    Held,
    /// The hotel has no events, or does not exist.
    NotOpened,
}

/// What became of a step that needs the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FencedOutcome {
    /// Done.
    Done,
    /// The claim is another's by now: nothing was written.
    ClaimLost,
}

/// What became of the last step of a day's close.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdvanceOutcome {
    /// The day is closed.
    Advanced,
    /// Nothing was written: rooms were revised meanwhile and must be looked at again.
    Touched(CloseState),
    /// Nothing was written: the claim is another's by now.
    ClaimLost,
}

/// A hotel with a day to close.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueHotel {
    /// Which hotel.
    pub hotel: HotelId,
    /// Since when the first of its days is due.
    pub due_at: Instant,
}

/// What an ongoing close was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch {
    /// The last closed day at that very moment.
    pub closed_through: BusinessDate,
    /// Whether a close is going on, which will look at the room again. If not, any close to come
    /// reads the room afresh.
    pub recorded: bool,
}

impl Store {
    /// Claims the closing of a hotel until `until`, if nobody else has it at `now`.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the record cannot be read.
    pub async fn claim(
        &self,
        hotel: &HotelId,
        owner: &str,
        now: Instant,
        until: Instant,
    ) -> Result<ClaimOutcome> {
        let update = self
            .close_update(hotel)
            .update_expression("SET #o = :o, #u = :u ADD #a :one")
            .condition_expression(
                "attribute_exists(#c) AND (attribute_not_exists(#u) OR #u <= :now OR #o = :o)",
            )
            .expression_attribute_names("#o", CLAIM_OWNER)
            .expression_attribute_names("#u", CLAIM_UNTIL)
            .expression_attribute_names("#a", ATTEMPT)
            .expression_attribute_names("#c", CLOSED_THROUGH)
            .expression_attribute_values(":o", text(owner))
            .expression_attribute_values(":u", number(until.as_millis()))
            .expression_attribute_values(":now", number(now.as_millis()))
            .expression_attribute_values(":one", number(1));
        match self.conditional(update).await? {
            Conditional::Done(item) => Ok(ClaimOutcome::Claimed(close_state(&item)?)),
            Conditional::Refused(Some(item)) if item.contains_key(CLOSED_THROUGH) => {
                Ok(ClaimOutcome::Held)
            }
            Conditional::Refused(_) => Ok(ClaimOutcome::NotOpened),
        }
    }

    /// Notes that rooms up to `room` are done, and renews the lease.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn checkpoint(
        &self,
        hotel: &HotelId,
        attempt: u64,
        room: &RoomId,
        until: Instant,
    ) -> Result<FencedOutcome> {
        let update = self
            .close_update(hotel)
            .update_expression("SET #p = :p, #u = :u")
            .expression_attribute_names("#p", PROGRESS)
            .expression_attribute_names("#u", CLAIM_UNTIL)
            .expression_attribute_values(":p", text(room.as_str()))
            .expression_attribute_values(":u", number(until.as_millis()));
        self.fenced(update, attempt).await
    }

    /// Ends a day's close: moves `closedThrough` from the day before to the day.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the record cannot be read.
    pub async fn advance(
        &self,
        hotel: &HotelId,
        attempt: u64,
        from: BusinessDate,
        to: BusinessDate,
        touches_seen: u64,
    ) -> Result<AdvanceOutcome> {
        let mut update = self
            .close_update(hotel)
            .update_expression("SET #c = :to REMOVE #p, #t, #n")
            .expression_attribute_names("#a", ATTEMPT)
            .expression_attribute_names("#c", CLOSED_THROUGH)
            .expression_attribute_names("#p", PROGRESS)
            .expression_attribute_names("#t", TOUCHED)
            .expression_attribute_names("#n", TOUCHES)
            .expression_attribute_values(":a", number(attempt))
            .expression_attribute_values(":from", text(from.to_string()))
            .expression_attribute_values(":to", text(to.to_string()));
        update = if touches_seen == 0 {
            update.condition_expression("#a = :a AND #c = :from AND attribute_not_exists(#n)")
        } else {
            update
                .condition_expression("#a = :a AND #c = :from AND #n = :n")
                .expression_attribute_values(":n", number(touches_seen))
        };
        let Conditional::Refused(found) = self.conditional(update).await? else {
            return Ok(AdvanceOutcome::Advanced);
        };
        let Some(found) = found else { return Ok(AdvanceOutcome::ClaimLost) };
        let state = close_state(&found)?;
        Ok(if state.attempt != attempt {
            AdvanceOutcome::ClaimLost
        } else if state.closed_through == to {
            // An earlier try of this very call was done, and only its answer was lost.
            AdvanceOutcome::Advanced
        } else {
            AdvanceOutcome::Touched(state)
        })
    }

    /// Gives the claim back when nothing is left to close or to tell before `next_due_at`.
    ///
    /// The due index moves only here, last of all: whatever fails before is found by the next tick.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn release(
        &self,
        hotel: &HotelId,
        attempt: u64,
        announced_through: BusinessDate,
        next_due_at: Instant,
    ) -> Result<FencedOutcome> {
        let update = self
            .close_update(hotel)
            .update_expression("SET #d = :d, #n = :n REMOVE #o, #u, #p, #t, #s")
            .expression_attribute_names("#d", ANNOUNCED_THROUGH)
            .expression_attribute_names("#n", NEXT_DUE_AT)
            .expression_attribute_names("#o", CLAIM_OWNER)
            .expression_attribute_names("#u", CLAIM_UNTIL)
            .expression_attribute_names("#p", PROGRESS)
            .expression_attribute_names("#t", TOUCHED)
            .expression_attribute_names("#s", TOUCHES)
            .expression_attribute_values(":d", text(announced_through.to_string()))
            .expression_attribute_values(":n", number(next_due_at.as_millis()));
        self.fenced(update, attempt).await
    }

    /// Ends the lease at once and leaves everything else as it stands, for the next worker to go
    /// on from.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn suspend(&self, hotel: &HotelId, attempt: u64) -> Result<FencedOutcome> {
        let update = self
            .close_update(hotel)
            .update_expression("SET #u = :u")
            .expression_attribute_names("#u", CLAIM_UNTIL)
            .expression_attribute_values(":u", number(0));
        self.fenced(update, attempt).await
    }

    /// Tells an ongoing close that what it read of a room may have changed.
    ///
    /// `None` where the hotel was never opened.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the record cannot be read.
    pub async fn touch(&self, hotel: &HotelId, room: &RoomId) -> Result<Option<Touch>> {
        let update = self
            .close_update(hotel)
            .update_expression("ADD #t :room, #n :one")
            // A claim that has run out counts: who takes it over goes on from its progress.
            .condition_expression("attribute_exists(#u)")
            .expression_attribute_names("#t", TOUCHED)
            .expression_attribute_names("#n", TOUCHES)
            .expression_attribute_names("#u", CLAIM_UNTIL)
            .expression_attribute_values(":room", AttributeValue::Ss(vec![room.to_string()]))
            .expression_attribute_values(":one", number(1));
        let (found, recorded) = match self.conditional(update).await? {
            Conditional::Done(item) => (Some(item), true),
            Conditional::Refused(item) => (item, false),
        };
        let state = found.as_ref().map(close_state).transpose()?;
        Ok(state.map(|state| Touch { closed_through: state.closed_through, recorded }))
    }

    /// How far the closing of a hotel has come, read consistently; `None` before its first event.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the record cannot be read.
    pub async fn close_state(&self, hotel: &HotelId, now: Instant) -> Result<Option<CloseState>> {
        let item = self.get(key(hotel_key(hotel), CLOSE), now).await?;
        item.as_ref().map(close_state).transpose()
    }

    /// The hotels with a day that is due at an instant, page by page.
    pub fn due_hotels(&self, at: Instant) -> DueHotels {
        DueHotels { store: self.clone(), at, resume: None, exhausted: false }
    }

    fn close_update(&self, hotel: &HotelId) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(hotel_key(hotel), CLOSE)))
    }

    async fn fenced(&self, update: UpdateItemFluentBuilder, attempt: u64) -> Result<FencedOutcome> {
        let update = update
            .condition_expression("#a = :a")
            .expression_attribute_names("#a", ATTEMPT)
            .expression_attribute_values(":a", number(attempt));
        Ok(match self.conditional(update).await? {
            Conditional::Done(_) => FencedOutcome::Done,
            Conditional::Refused(_) => FencedOutcome::ClaimLost,
        })
    }

    /// Sends a conditional update; answers with the item after it, or with the one that refused it.
    async fn conditional(&self, update: UpdateItemFluentBuilder) -> Result<Conditional> {
        self.meter.request();
        let answer = update
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match answer {
            Ok(done) => {
                self.meter.wrote(&done.consumed_capacity);
                Ok(Conditional::Done(done.attributes.unwrap_or_default()))
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                    self.meter.refused(refused.item.as_ref());
                    Ok(Conditional::Refused(refused.item.clone()))
                }
                _ => Err(StoreError::service("UpdateItem", error)),
            },
        }
    }
}

enum Conditional {
    Done(Item),
    Refused(Option<Item>),
}

/// The due index, read page by page.
pub struct DueHotels {
    store: Store,
    at: Instant,
    resume: Option<Item>,
    exhausted: bool,
}

impl DueHotels {
    /// The next hotels, or `None` when there are no more.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a record cannot be read.
    pub async fn next_page(&mut self) -> Result<Option<Vec<DueHotel>>> {
        if self.exhausted {
            return Ok(None);
        }
        self.store.meter.request();
        let answer = self
            .store
            .client
            .query()
            .table_name(&self.store.table)
            .index_name(DUE_INDEX)
            .key_condition_expression("#d = :d AND #n <= :at")
            .expression_attribute_names("#d", DUE)
            .expression_attribute_names("#n", NEXT_DUE_AT)
            .expression_attribute_values(":d", text(DUE_YES))
            .expression_attribute_values(":at", number(self.at.as_millis()))
            .set_exclusive_start_key(self.resume.take())
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| StoreError::service("Query", error))?;
        self.store.meter.read(&answer.consumed_capacity);
        let hotels = answer.items.unwrap_or_default();
        let hotels = hotels.iter().map(|item| {
            let read = Reader::new("due hotel", item);
            let key = read.required(PK, read.text(PK)?)?;
            let name = key.strip_prefix("HOTEL#").unwrap_or_default();
            let due_at = read.required(NEXT_DUE_AT, read.number(NEXT_DUE_AT)?)?;
            Ok(DueHotel {
                hotel: HotelId::new(name).map_err(|error| read.corrupt(PK, error))?,
                due_at: Instant::from_millis(due_at),
            })
        });
        let hotels = hotels.collect::<Result<_>>()?;
        self.resume = answer.last_evaluated_key;
        self.exhausted = self.resume.is_none();
        Ok(Some(hotels))
    }
}

pub(crate) fn close_state(item: &Item) -> Result<CloseState> {
    let read = Reader::new("close state", item);
    let touched = read
        .texts(TOUCHED)?
        .iter()
        .map(|room| RoomId::new(room).map_err(|error| read.corrupt(TOUCHED, error)));
    Ok(CloseState {
        closed_through: read.required(CLOSED_THROUGH, read.parsed(CLOSED_THROUGH)?)?,
        announced_through: read.required(ANNOUNCED_THROUGH, read.parsed(ANNOUNCED_THROUGH)?)?,
        attempt: read.number(ATTEMPT)?.unwrap_or(0),
        progress: read.parsed(PROGRESS)?,
        touched: touched.collect::<Result<_>>()?,
        touches: read.number(TOUCHES)?.unwrap_or(0),
    })
}
