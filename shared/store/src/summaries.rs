//! Summaries: the set of transitions known of a room on a business day.
//!
//! A transition is one number, its offset in milliseconds from the day's first instant, in the set
//! named `kind/id/STATE`. `ADD` unites sets, so writes need no read, no lock and no order, and a
//! write that is done twice leaves what one leaves. Once the day's close has read a summary it
//! *seals* it; from then on a writer learns that its event is late.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
};
use roomwatt_domain::{
    BusinessDay, Device, DeviceId, DeviceKind, History, HotelId, Instant, RoomId, Signal, State,
    Transition,
};

use crate::error::{Result, StoreError};
use crate::item::{Item, Reader, expiry, is_live, key, number};
use crate::pages::Pages;
use crate::schema::{PK, SEALED, SK, SUMMARY_PREFIX, TTL_ATTRIBUTE, WRITES, day_key, summary_key};
use crate::table::Store;

/// How many sets one write may name: an expression holds 4 KB, and one of these takes 12 bytes.
pub const SETS_PER_WRITE: usize = 200;

/// What became of a write to a summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddOutcome {
    /// The transitions are in the summary.
    Added,
    /// The day's close has read the summary already: nothing was written.
    Sealed,
    /// The summary would pass the 400 KB of a record: nothing was written.
    TooLarge,
}

/// Whether a write stops at the seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    /// Writes open summaries only.
    Respect,
    /// Writes sealed summaries too: the writer knows that it is late and will say so.
    Pass,
}

/// A summary as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Which room.
    pub room: RoomId,
    /// Its transitions.
    pub history: History,
    /// How often it was written: who seals says by this number what was read.
    pub writes: u64,
    /// Whether a close has read it.
    pub sealed: bool,
}

impl Summary {
    /// The summary of a room without any transition on the day.
    pub fn empty(room: RoomId) -> Self {
        Self { room, history: History::default(), writes: 0, sealed: false }
    }
}

/// What became of an attempt to seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealOutcome {
    /// Whoever writes from now on is late.
    Sealed,
    /// The summary was written in the meantime; this is what it holds now.
    Rewritten(Summary),
}

type Sets = BTreeMap<String, BTreeSet<i64>>;

impl Store {
    /// Adds transitions of one room on one business day: one write, idempotent, without a read.
    ///
    /// The transitions must lie within the day and name at most [`SETS_PER_WRITE`] states of
    /// signals.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn add_transitions<'a>(
        &self,
        hotel: &HotelId,
        day: &BusinessDay,
        room: &RoomId,
        transitions: impl IntoIterator<Item = &'a (Signal, Transition)>,
        seal: Seal,
    ) -> Result<AddOutcome> {
        let sets = offsets(day, transitions);
        let mut adds = vec!["#w :one".to_owned()];
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(day_key(hotel, day.date), summary_key(room))))
            .expression_attribute_names("#w", WRITES)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_names("#e", TTL_ATTRIBUTE)
            .expression_attribute_values(":e", expiry(self.retention.summary_until(day)));
        for (at, (name, offsets)) in sets.into_iter().enumerate() {
            adds.push(format!("#{at} :{at}"));
            let numbers = offsets.iter().map(ToString::to_string).collect();
            update = update
                .expression_attribute_names(format!("#{at}"), name)
                .expression_attribute_values(format!(":{at}"), AttributeValue::Ns(numbers));
        }
        if seal == Seal::Respect {
            update = update
                .condition_expression("attribute_not_exists(#s)")
                .expression_attribute_names("#s", SEALED);
        }
        self.meter.request();
        let answer = update
            .update_expression(format!("SET #e = :e ADD {}", adds.join(", ")))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer {
            Ok(done) => {
                self.meter.wrote(&done.consumed_capacity);
                Ok(AddOutcome::Added)
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                    self.meter.refused(refused.item.as_ref());
                    Ok(AddOutcome::Sealed)
                }
                // The request itself is well-formed and bounded, which leaves the size of the
                // item to be at fault.
                Some(fault) if fault.code() == Some("ValidationException") => {
                    Ok(AddOutcome::TooLarge)
                }
                _ => Err(StoreError::service("UpdateItem", error)),
            },
        }
    }

    /// Seals a summary if it is still what was read; makes an empty one for a quiet room, so that
    /// its late events are noticed too.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn seal_summary(
        &self,
        hotel: &HotelId,
        day: &BusinessDay,
        read: &Summary,
        attempt: u64,
    ) -> Result<SealOutcome> {
        let expiry = expiry(self.retention.summary_until(day));
        let seal = self.seal_update(hotel, day, read, attempt);
        let seal = seal
            .update_expression("SET #s = :s, #e = :e")
            .expression_attribute_values(":e", expiry);
        if let Some(outcome) = self.sealed(day, seal).await? {
            return Ok(outcome);
        }
        // A record that is full has no room for the seal, unless it gives its expiry up for it.
        let seal = self.seal_update(hotel, day, read, attempt);
        let sealed = self.sealed(day, seal.update_expression("SET #s = :s REMOVE #e")).await?;
        sealed.ok_or_else(|| StoreError::corrupt(SUMMARY, "no room is left for the seal"))
    }

    fn seal_update(
        &self,
        hotel: &HotelId,
        day: &BusinessDay,
        read: &Summary,
        attempt: u64,
    ) -> UpdateItemFluentBuilder {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(day_key(hotel, day.date), summary_key(&read.room))))
            .expression_attribute_names("#s", SEALED)
            .expression_attribute_names("#e", TTL_ATTRIBUTE)
            .expression_attribute_names("#w", WRITES)
            .expression_attribute_values(":s", number(attempt));
        if read.writes == 0 {
            update.condition_expression("attribute_not_exists(#w)")
        } else {
            update
                .condition_expression("#w = :w")
                .expression_attribute_values(":w", number(read.writes))
        }
    }

    /// `None` where the record is too full.
    async fn sealed(
        &self,
        day: &BusinessDay,
        seal: UpdateItemFluentBuilder,
    ) -> Result<Option<SealOutcome>> {
        self.meter.request();
        let answer = seal
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer {
            Ok(done) => {
                self.meter.wrote(&done.consumed_capacity);
                Ok(Some(SealOutcome::Sealed))
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                    self.meter.refused(refused.item.as_ref());
                    let item = refused.item.as_ref().ok_or_else(|| {
                        StoreError::corrupt(SUMMARY, "a refused seal came without its item")
                    })?;
                    Ok(Some(SealOutcome::Rewritten(summary(day, item)?)))
                }
                Some(fault) if fault.code() == Some("ValidationException") => Ok(None),
                _ => Err(StoreError::service("UpdateItem", error)),
            },
        }
    }

    /// The summary of a room on a day, read consistently; an empty one where there is none.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the record cannot be read.
    pub async fn summary(
        &self,
        hotel: &HotelId,
        day: &BusinessDay,
        room: &RoomId,
        now: Instant,
    ) -> Result<Summary> {
        let item = self.get(key(day_key(hotel, day.date), summary_key(room)), now).await?;
        item.map_or_else(|| Ok(Summary::empty(room.clone())), |item| summary(day, &item))
    }

    /// All summaries of a day after a room, by room, read consistently and page by page.
    pub fn summaries(
        &self,
        hotel: &HotelId,
        day: BusinessDay,
        after: Option<&RoomId>,
        now: Instant,
    ) -> Pages<Summary> {
        self.pages(
            day_key(hotel, day.date),
            SUMMARY_PREFIX,
            after.map(summary_key),
            Box::new(move |item| is_live(item, now).then(|| summary(&day, item)).transpose()),
        )
    }
}

const SUMMARY: &str = "summary";

fn offsets<'a>(
    day: &BusinessDay,
    transitions: impl IntoIterator<Item = &'a (Signal, Transition)>,
) -> Sets {
    let mut sets = Sets::new();
    for (signal, transition) in transitions {
        let name = set_name(signal, &transition.state);
        sets.entry(name).or_default().insert(transition.at - day.window.start);
    }
    sets
}

/// `kind/id/STATE`; names can hold no slash.
fn set_name(signal: &Signal, state: &State) -> String {
    match signal {
        Signal::Device(device) => format!("{}/{}/{state}", device.kind, device.id),
        Signal::Presence(sensor) => format!("{}/{sensor}/{state}", DeviceKind::PRESENCE),
        Signal::Stay => format!("stay//{state}"),
    }
}

fn parse_set_name(name: &str) -> Option<(Signal, State)> {
    let mut parts = name.splitn(3, '/');
    let (kind, id, state) = (parts.next()?, parts.next()?, parts.next()?);
    let signal = match (kind, id) {
        (_, "") => Signal::Stay,
        (DeviceKind::PRESENCE, sensor) => Signal::Presence(DeviceId::new(sensor).ok()?),
        (kind, id) => Signal::Device(Device {
            id: DeviceId::new(id).ok()?,
            kind: DeviceKind::new(kind).ok()?,
        }),
    };
    Some((signal, State::new(state).ok()?))
}

pub(crate) fn summary(day: &BusinessDay, item: &Item) -> Result<Summary> {
    let read = Reader::new(SUMMARY, item);
    let mut transitions = Vec::new();
    for (name, value) in item {
        if [PK, SK, WRITES, SEALED, TTL_ATTRIBUTE].contains(&name.as_str()) {
            continue;
        }
        let (signal, state) =
            parse_set_name(name).ok_or_else(|| read.corrupt(name, "names no signal and state"))?;
        let offsets = value.as_ns().map_err(|_| read.corrupt(name, "is no set of numbers"))?;
        for offset in offsets {
            let offset: i64 = offset.parse().map_err(|error| read.corrupt(name, error))?;
            let transition = Transition { at: day.window.start + offset, state: state.clone() };
            transitions.push((signal.clone(), transition));
        }
    }
    Ok(Summary {
        room: read.sort_key(SUMMARY_PREFIX)?,
        history: History::new(transitions),
        writes: read.number(WRITES)?.unwrap_or(0),
        sealed: read.has(SEALED),
    })
}
