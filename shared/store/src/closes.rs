//! The close state of a hotel: which days are closed, and who is closing the next one.
//!
//! The conditions of this module stand in for a lock. A worker *claims* the hotel for a while and
//! gets the number of its attempt. Every later write of the close demands that this number is still
//! the latest; a claim demands the number that was read before it; and a worker that ends its work,
//! or breaks it off, moves the number on. So a number stands for one stretch of one worker's work:
//! a worker that lost its claim changes nothing, however late it wakes, and neither does a request
//! of a worker long gone that the table carries out only now. `closedThrough` moves by one day at a
//! time.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValue};
use roomwatt_domain::{BusinessDate, HotelId, Instant, RoomId};

use crate::error::{Result, StoreError};
use crate::item::{Item, Reader, key, number, text};
use crate::schema::{
    ANNOUNCED_THROUGH, ATTEMPT, CLAIM_OWNER, CLAIM_UNTIL, CLOSE, CLOSED_THROUGH, DUE, DUE_INDEX,
    DUE_YES, NEXT_DUE_AT, PK, PROGRESS, TERMS, hotel_key, hotel_of_key,
};
use crate::table::Store;
use crate::write::Written;

/// How far the closing of a hotel has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseState {
    /// The last closed day.
    pub closed_through: BusinessDate,
    /// The last day that was told to the bus.
    pub announced_through: BusinessDate,
    /// Grows with every claim and with the end of every claim's work: the fencing token.
    pub attempt: u64,
    /// Whether a close has begun and not ended, even if no worker goes on with it.
    pub under_way: bool,
    /// The version of the hotel's profile by which the day after is closed, once its close has
    /// begun. It stays the same when another worker goes on.
    pub terms: Option<u64>,
    /// The last room that is done of that day, if it was noted; the ones before it are done too.
    pub progress: Option<RoomId>,
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

/// A hotel with a day to close.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueHotel {
    /// Which hotel.
    pub hotel: HotelId,
    /// Since when the first of its days is due.
    pub due_at: Instant,
}

impl Store {
    /// Claims the closing of a hotel until `until`, if nobody else has it at `now`. A day that
    /// nobody has begun to close is closed by the given version of the profile.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the record cannot be read.
    pub async fn claim(
        &self,
        hotel: &HotelId,
        owner: &str,
        terms: u64,
        now: Instant,
        until: Instant,
    ) -> Result<ClaimOutcome> {
        let Some(seen) = self.close_state(hotel, now).await? else {
            return Ok(ClaimOutcome::NotOpened);
        };
        let update = self
            .close_update(hotel)
            .update_expression(
                "SET #owner = :owner, #until = :until, #attempt = :next, \
                 #terms = if_not_exists(#terms, :terms)",
            )
            .condition_expression(
                "#attempt = :attempt AND (attribute_not_exists(#until) OR #until <= :now)",
            )
            .expression_attribute_names("#owner", CLAIM_OWNER)
            .expression_attribute_names("#until", CLAIM_UNTIL)
            .expression_attribute_names("#attempt", ATTEMPT)
            .expression_attribute_names("#terms", TERMS)
            .expression_attribute_values(":terms", number(terms))
            .expression_attribute_values(":owner", text(owner))
            .expression_attribute_values(":until", number(until.as_millis()))
            .expression_attribute_values(":now", number(now.as_millis()))
            .expression_attribute_values(":attempt", number(seen.attempt))
            .expression_attribute_values(":next", number(seen.attempt + 1))
            .return_values(ReturnValue::AllNew);
        match self.close_write(update).await? {
            Changed::Done(item) => Ok(ClaimOutcome::Claimed(close_state(&item)?)),
            Changed::Refused(Some(item)) => {
                // An earlier try of this very call was done, and only its answer was lost.
                let mine = Reader::new(CLOSE_STATE, &item).text(CLAIM_OWNER)? == Some(owner);
                let state = close_state(&item)?;
                Ok(if mine && state.attempt == seen.attempt + 1 {
                    ClaimOutcome::Claimed(state)
                } else {
                    ClaimOutcome::Held
                })
            }
            Changed::Refused(None) => Ok(ClaimOutcome::NotOpened),
        }
    }

    /// Notes how far the rooms of the day after `closed_through` are done, and renews the lease.
    /// Notes never go back.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn checkpoint(
        &self,
        hotel: &HotelId,
        attempt: u64,
        closed_through: BusinessDate,
        room: &RoomId,
        until: Instant,
    ) -> Result<FencedOutcome> {
        let update = self
            .close_update(hotel)
            .update_expression("SET #progress = :room, #until = :until")
            .condition_expression(
                "#attempt = :attempt AND #closed = :closed \
                 AND (attribute_not_exists(#progress) OR #progress <= :room)",
            )
            .expression_attribute_names("#attempt", ATTEMPT)
            .expression_attribute_names("#closed", CLOSED_THROUGH)
            .expression_attribute_names("#progress", PROGRESS)
            .expression_attribute_names("#until", CLAIM_UNTIL)
            .expression_attribute_values(":attempt", number(attempt))
            .expression_attribute_values(":closed", text(closed_through.to_string()))
            .expression_attribute_values(":room", text(room.as_str()))
            .expression_attribute_values(":until", number(until.as_millis()));
        Ok(match self.close_write(update).await? {
            Changed::Done(_) => FencedOutcome::Done,
            Changed::Refused(_) => FencedOutcome::ClaimLost,
        })
    }

    /// Ends a day's close: moves `closedThrough` from the day before to the day. The day after is
    /// closed by the given version of the profile.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the record cannot be read.
    pub async fn advance(
        &self,
        hotel: &HotelId,
        attempt: u64,
        from: BusinessDate,
        to: BusinessDate,
        next_terms: u64,
    ) -> Result<FencedOutcome> {
        let update = self
            .close_update(hotel)
            .update_expression("SET #closed = :to, #terms = :terms REMOVE #progress")
            .condition_expression("#attempt = :attempt AND #closed = :from")
            .expression_attribute_names("#attempt", ATTEMPT)
            .expression_attribute_names("#closed", CLOSED_THROUGH)
            .expression_attribute_names("#progress", PROGRESS)
            .expression_attribute_names("#terms", TERMS)
            .expression_attribute_values(":attempt", number(attempt))
            .expression_attribute_values(":terms", number(next_terms))
            .expression_attribute_values(":from", text(from.to_string()))
            .expression_attribute_values(":to", text(to.to_string()));
        let Changed::Refused(found) = self.close_write(update).await? else {
            return Ok(FencedOutcome::Done);
        };
        let found = found.as_ref().map(close_state).transpose()?;
        // An earlier try of this very call was done, and only its answer was lost.
        let done =
            found.is_some_and(|state| state.attempt == attempt && state.closed_through == to);
        Ok(if done { FencedOutcome::Done } else { FencedOutcome::ClaimLost })
    }

    /// Gives the claim back when no day is left to close before `next_due_at`. Without one the hotel
    /// stays due: there are days that the bus was not told of.
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
        next_due_at: Option<Instant>,
    ) -> Result<FencedOutcome> {
        let mut update = self
            .end_of_attempt(hotel, attempt)
            .expression_attribute_names("#announced", ANNOUNCED_THROUGH)
            .expression_attribute_names("#until", CLAIM_UNTIL)
            .expression_attribute_names("#progress", PROGRESS)
            .expression_attribute_names("#terms", TERMS)
            .expression_attribute_values(":announced", text(announced_through.to_string()));
        let mut set = "SET #attempt = :next, #announced = :announced".to_owned();
        if let Some(next_due_at) = next_due_at {
            set += ", #due = :due";
            update = update
                .expression_attribute_names("#due", NEXT_DUE_AT)
                .expression_attribute_values(":due", number(next_due_at.as_millis()));
        }
        let update = update.update_expression(set + " REMOVE #owner, #until, #progress, #terms");
        self.attempt_ended(update, attempt).await
    }

    /// Ends the lease at once and leaves everything else as it stands, for the next worker to go
    /// on from.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn suspend(
        &self,
        hotel: &HotelId,
        attempt: u64,
        announced_through: BusinessDate,
    ) -> Result<FencedOutcome> {
        let update = self
            .end_of_attempt(hotel, attempt)
            .expression_attribute_names("#announced", ANNOUNCED_THROUGH)
            .expression_attribute_names("#until", CLAIM_UNTIL)
            .expression_attribute_values(":announced", text(announced_through.to_string()))
            .expression_attribute_values(":now", number(0))
            .update_expression(
                "SET #attempt = :next, #announced = :announced, #until = :now REMOVE #owner",
            );
        self.attempt_ended(update, attempt).await
    }

    /// The last request of an attempt moves the number on: no earlier request of it is carried out
    /// afterwards.
    fn end_of_attempt(&self, hotel: &HotelId, attempt: u64) -> UpdateItemFluentBuilder {
        self.close_update(hotel)
            .condition_expression("#attempt = :attempt")
            .expression_attribute_names("#attempt", ATTEMPT)
            .expression_attribute_names("#owner", CLAIM_OWNER)
            .expression_attribute_values(":attempt", number(attempt))
            .expression_attribute_values(":next", number(attempt + 1))
    }

    async fn attempt_ended(
        &self,
        update: UpdateItemFluentBuilder,
        attempt: u64,
    ) -> Result<FencedOutcome> {
        let Changed::Refused(found) = self.close_write(update).await? else {
            return Ok(FencedOutcome::Done);
        };
        let Some(found) = found else { return Ok(FencedOutcome::ClaimLost) };
        // An earlier try of this very call was done, and only its answer was lost.
        let ended = !Reader::new(CLOSE_STATE, &found).has(CLAIM_OWNER)
            && close_state(&found)?.attempt == attempt + 1;
        Ok(if ended { FencedOutcome::Done } else { FencedOutcome::ClaimLost })
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

    async fn close_write(&self, update: UpdateItemFluentBuilder) -> Result<Changed> {
        match self.update(update).await? {
            Written::Done { attributes, .. } => Ok(Changed::Done(attributes)),
            Written::Refused(found) => Ok(Changed::Refused(found)),
            Written::TooLarge => Err(StoreError::corrupt(CLOSE_STATE, "has no room left")),
        }
    }
}

/// The close state after a write, or the one that refused it.
enum Changed {
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
            let hotel = hotel_of_key(key).ok_or_else(|| read.corrupt(PK, "names no hotel"))?;
            let due_at = read.required(NEXT_DUE_AT, read.number(NEXT_DUE_AT)?)?;
            Ok(DueHotel { hotel, due_at: Instant::from_millis(due_at) })
        });
        let hotels = hotels.collect::<Result<_>>()?;
        self.resume = answer.last_evaluated_key;
        self.exhausted = self.resume.is_none();
        Ok(Some(hotels))
    }
}

const CLOSE_STATE: &str = "close state";

pub(crate) fn close_state(item: &Item) -> Result<CloseState> {
    let read = Reader::new(CLOSE_STATE, item);
    Ok(CloseState {
        closed_through: read.required(CLOSED_THROUGH, read.parsed(CLOSED_THROUGH)?)?,
        announced_through: read.required(ANNOUNCED_THROUGH, read.parsed(ANNOUNCED_THROUGH)?)?,
        attempt: read.required(ATTEMPT, read.number(ATTEMPT)?)?,
        under_way: read.has(CLAIM_UNTIL),
        terms: read.number(TERMS)?,
        progress: read.parsed(PROGRESS)?,
    })
}
