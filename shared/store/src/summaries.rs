//! Summaries: the sets of transitions and readings known of a room on a business day.
//!
//! A transition is one number in the set named `kind/id/STATE`: its offset in milliseconds from
//! 00:00 UTC of the business date. A reading is one number in the set `kind/id/~Wh` or `kind/id/~W`,
//! offset and value in one. That instant is the same in every version of the zone rules, so two
//! versions may write into one set. Where a new rule puts a transition outside its day, it counts at
//! the nearest instant of the day. Sets of a name that this version does not know are passed over and
//! counted, so that a newer one may write beside it.
//!
//! `ADD` unites sets, so writes need no read, no lock and no order, and a write that is done twice
//! leaves what one leaves. Once the day's close has read a summary it *seals* it; from then on a
//! writer learns that its event is late.
//!
//! A record expires when its first write said so, whatever is added later. So what has expired stays
//! gone, and what is born again after DynamoDB deleted it is known by the seal that it lacks.
//!
//! # Parts
//! A write is charged by the whole size of its record, so the summary of a busy room is kept in
//! parts of about a unit each: `SUMMARY#room`, `SUMMARY#room#01`, `SUMMARY#room#02` and so on.
//! Sets may be split over any number of records, so nobody needs to know what lies where. A quiet
//! room has the first part only.
//!
//! A writer goes on to a part only after it wrote to the open part before it, and was charged more
//! than a unit. That keeps the seal tight though nobody lists the parts: a part that follows one
//! within a unit was begun by nobody and will not be, and where the last part is larger, the close
//! seals the empty part behind it too. A writer that knows nothing of a room begins with the first
//! part, and passes one more with each write.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use roomwatt_domain::fact::Sort;
use roomwatt_domain::readings::{pack, unpack};
use roomwatt_domain::{
    BusinessDay, Device, DeviceId, DeviceKind, Fact, History, HotelId, Instant, Measurement,
    MilliwattHours, Milliwatts, Reading, RoomId, Signal, State, Transition,
};

use crate::error::{Result, StoreError};
use crate::item::{Item, Reader, expiry, is_live, key, number};
use crate::meter::item_size;
use crate::pages::{Decode, Pages};
use crate::schema::{
    PK, SEALED, SK, SUMMARY_PREFIX, TTL_ATTRIBUTE, WRITES, day_key, summary_part, summary_part_key,
    summary_part_keys,
};
use crate::table::Store;
use crate::tips::LAST_PART;
use crate::write::Written;

/// How many sets one write may name: an expression holds 4 KB, and one of these takes 12 bytes.
pub const SETS_PER_WRITE: usize = 200;

/// What became of a write to a summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddOutcome {
    /// The facts are in the summary.
    Added,
    /// The day's close has read the summary already: nothing was written.
    Sealed,
    /// The record would pass its 400 KB: nothing was written.
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

/// A writer may have been charged more than a unit for a part of more bytes, and have gone on to
/// the next part. DynamoDB counts to 1,024, but in its own way, so this is far on the safe side: it
/// decides which parts are read. Which must be sealed is told by the charge for the seal.
const MAY_HAVE_PASSED_A_UNIT: usize = 640;

/// A summary as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Which room.
    pub room: RoomId,
    /// Its transitions and readings.
    pub history: History,
    /// How many of its sets this version does not know, counted in each of its parts.
    pub passed_over: usize,
    parts: BTreeMap<u8, Part>,
}

/// A record of a summary, without its transitions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Part {
    /// How often it was written. A seal names this number, to say what was read.
    writes: u64,
    sealed: bool,
    may_have_passed_a_unit: bool,
    passed_over: usize,
}

impl Summary {
    /// The summary of a room without any transition on the day.
    pub fn empty(room: RoomId) -> Self {
        Self { room, history: History::default(), passed_over: 0, parts: BTreeMap::new() }
    }

    /// How often it was written, which says what was read.
    pub fn writes(&self) -> u64 {
        self.parts.values().map(|part| part.writes).sum()
    }

    /// Whether a close has certainly read it to the end.
    pub fn is_sealed(&self) -> bool {
        let ended = self.parts.last_key_value().is_some_and(|(number, last)| {
            *number == LAST_PART || last.writes == 0 || !last.may_have_passed_a_unit
        });
        ended && self.parts.values().all(|part| part.sealed)
    }

    /// Whether a close, or a revision, has made a report of it: then it is sealed from the first part
    /// on. One that is not was born again, after what the report was made from was deleted.
    pub fn is_reported(&self) -> bool {
        self.parts.get(&0).is_some_and(|first| first.sealed)
    }

    fn join(&mut self, next: Self) -> Option<Self> {
        if next.room != self.room {
            return Some(next);
        }
        self.unite(next);
        None
    }

    /// Takes in what another read found of the same room-day, which can only be more.
    fn unite(&mut self, other: Self) {
        self.history.unite(other.history);
        self.parts.extend(other.parts);
        self.passed_over = self.parts.values().map(|part| part.passed_over).sum();
    }
}

/// What became of an attempt to seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealOutcome {
    /// Every write from now on is late.
    Sealed,
    /// The summary was written in the meantime; this is what it holds now, as far as it is known.
    Rewritten(Summary),
}

/// What a write says of a record's expiry: the first write's word stands.
const KEEP_EXPIRY: &str = "#expires = if_not_exists(#expires, :expires)";

type Sets = BTreeMap<String, BTreeSet<i128>>;

impl Store {
    /// Adds facts of one room on one business day: one write, idempotent, without a read.
    ///
    /// The facts must lie within the day and go into at most [`SETS_PER_WRITE`] sets.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn add<'a>(
        &self,
        hotel: &HotelId,
        day: &BusinessDay,
        room: &RoomId,
        facts: impl IntoIterator<Item = &'a Fact>,
        seal: Seal,
    ) -> Result<AddOutcome> {
        let sets = sets(day, facts)?;
        let room_day = (hotel.clone(), day.date, room.clone());
        let part = self.tips.of(&room_day);
        let mut adds = vec!["#writes :one".to_owned()];
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(day_key(hotel, day.date), summary_part_key(room, part))))
            .expression_attribute_names("#writes", WRITES)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_names("#expires", TTL_ATTRIBUTE)
            .expression_attribute_values(":expires", expiry(self.retention.summary_until(day)));
        for (at, (name, offsets)) in sets.into_iter().enumerate() {
            adds.push(format!("#{at} :{at}"));
            let numbers = offsets.iter().map(ToString::to_string).collect();
            update = update
                .expression_attribute_names(format!("#{at}"), name)
                .expression_attribute_values(format!(":{at}"), AttributeValue::Ns(numbers));
        }
        if seal == Seal::Respect {
            update = update
                .condition_expression("attribute_not_exists(#sealed)")
                .expression_attribute_names("#sealed", SEALED);
        }
        let adds = adds.join(", ");
        let update = update.update_expression(format!("SET {KEEP_EXPIRY} ADD {adds}"));
        Ok(match self.update_once(update).await? {
            Written::Done { units, .. } => {
                // Only a writer to an open part may begin the next.
                if seal == Seal::Respect && units > 1.0 {
                    self.tips.pass(room_day, part);
                }
                AddOutcome::Added
            }
            Written::Refused(_) => AddOutcome::Sealed,
            Written::TooLarge => AddOutcome::TooLarge,
        })
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
        let rewritten = |newer| {
            let mut summary = read.clone();
            summary.unite(newer);
            Ok(SealOutcome::Rewritten(summary))
        };
        let (mut last, mut charged) = (0, 0.0);
        let first = (0, Part::default());
        let parts = read.parts.iter().map(|(number, part)| (*number, *part));
        for (number, part) in parts.chain(read.parts.is_empty().then_some(first)) {
            match self.seal_part(hotel, day, read, number, part, attempt).await? {
                PartSealed::Done { units } => (last, charged) = (number, units),
                PartSealed::Rewritten(newer) => return rewritten(newer),
            }
        }
        // A part is begun only by a writer that was charged more than a unit for the one before it.
        if charged > 1.0 && last < LAST_PART {
            let next = self.seal_part(hotel, day, read, last + 1, Part::default(), attempt).await?;
            if let PartSealed::Rewritten(newer) = next {
                return rewritten(newer);
            }
        }
        Ok(SealOutcome::Sealed)
    }

    async fn seal_part(
        &self,
        hotel: &HotelId,
        day: &BusinessDay,
        read: &Summary,
        number: u8,
        part: Part,
        attempt: u64,
    ) -> Result<PartSealed> {
        let update = || {
            let key = key(day_key(hotel, day.date), summary_part_key(&read.room, number));
            self.seal_update(key, part, attempt)
        };
        let expiry = expiry(self.retention.summary_until(day));
        let seal = update()
            .update_expression(format!("SET #sealed = :attempt, {KEEP_EXPIRY}"))
            .expression_attribute_values(":expires", expiry);
        if let Some(outcome) = self.sealed(day, seal).await? {
            return Ok(outcome);
        }
        // A record that is full has no room for the seal, unless it gives its expiry up for it.
        let seal = update().update_expression("SET #sealed = :attempt REMOVE #expires");
        let outcome = self.sealed(day, seal).await?;
        outcome.ok_or_else(|| StoreError::corrupt(SUMMARY, "no room is left for the seal"))
    }

    fn seal_update(&self, key: Item, part: Part, attempt: u64) -> UpdateItemFluentBuilder {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key))
            .expression_attribute_names("#sealed", SEALED)
            .expression_attribute_names("#expires", TTL_ATTRIBUTE)
            .expression_attribute_names("#writes", WRITES)
            .expression_attribute_values(":attempt", number(attempt));
        if part.writes == 0 {
            update.condition_expression("attribute_not_exists(#writes)")
        } else {
            update
                .condition_expression("#writes = :writes")
                .expression_attribute_values(":writes", number(part.writes))
        }
    }

    /// `None` where the record is too full.
    async fn sealed(
        &self,
        day: &BusinessDay,
        seal: UpdateItemFluentBuilder,
    ) -> Result<Option<PartSealed>> {
        Ok(match self.update_once(seal).await? {
            Written::Done { units, .. } => Some(PartSealed::Done { units }),
            Written::Refused(found) => {
                let found = found.ok_or_else(|| {
                    StoreError::corrupt(SUMMARY, "a refused seal came without its record")
                })?;
                Some(PartSealed::Rewritten(summary(day, &found)?))
            }
            Written::TooLarge => None,
        })
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
        let (first, last) = summary_part_keys(room);
        let partition = day_key(hotel, day.date);
        let parts = self.range(partition, first, last, live_summaries(*day, now));
        let found = parts.joined_by(Summary::join).next().await?;
        Ok(found.unwrap_or_else(|| Summary::empty(room.clone())))
    }

    /// A summary of which the first part was read, with the others if there may be any.
    pub(crate) async fn with_later_parts(
        &self,
        hotel: &HotelId,
        day: &BusinessDay,
        first: Summary,
        now: Instant,
    ) -> Result<Summary> {
        if first.parts.values().any(|part| part.may_have_passed_a_unit) {
            return self.summary(hotel, day, &first.room, now).await;
        }
        Ok(first)
    }

    /// All summaries of a day after a room, by room, read consistently and page by page.
    pub fn summaries(
        &self,
        hotel: &HotelId,
        day: BusinessDay,
        after: Option<&RoomId>,
        now: Instant,
    ) -> Pages<Summary> {
        let after = after.map(|room| summary_part_key(room, 0));
        let decode = live_summaries(day, now);
        self.pages(day_key(hotel, day.date), SUMMARY_PREFIX, after, decode).joined_by(Summary::join)
    }
}

/// What became of an attempt to seal a part.
enum PartSealed {
    Done {
        units: f64,
    },
    /// What the part holds now, where it is not what was read.
    Rewritten(Summary),
}

fn live_summaries(day: BusinessDay, now: Instant) -> Decode<Summary> {
    Box::new(move |item| is_live(item, now).then(|| summary(&day, item)).transpose())
}

const SUMMARY: &str = "summary";

fn sets<'a>(day: &BusinessDay, facts: impl IntoIterator<Item = &'a Fact>) -> Result<Sets> {
    let midnight = day.date.midnight_utc();
    let mut sets = Sets::new();
    for fact in facts {
        let offset = fact.at() - midnight;
        let number = match fact {
            Fact::State(..) => Some(i128::from(offset)),
            Fact::Reading(_, reading) => match reading.measurement {
                Measurement::Counter(value) => pack(offset, value.get()),
                Measurement::Power(value) => pack(offset, value.get()),
            },
        };
        let number =
            number.ok_or_else(|| StoreError::corrupt(SUMMARY, "a reading is far from its day"))?;
        sets.entry(set_name(fact.sort())).or_default().insert(number);
    }
    Ok(sets)
}

/// What follows kind and id in the names of the sets of readings; no state begins so.
const COUNTER: &str = "~Wh";
const POWER: &str = "~W";

/// `kind/id/STATE`, `kind/id/~Wh`, `kind/id/~W`; names can hold no slash.
fn set_name(sort: Sort<'_>) -> String {
    match sort {
        Sort::State(Signal::Device(Device { kind, id }), state) => format!("{kind}/{id}/{state}"),
        Sort::State(Signal::Presence(sensor), state) => {
            format!("{}/{sensor}/{state}", DeviceKind::PRESENCE)
        }
        Sort::State(Signal::Stay, state) => format!("stay//{state}"),
        Sort::Counter(Device { kind, id }) => format!("{kind}/{id}/{COUNTER}"),
        Sort::Power(Device { kind, id }) => format!("{kind}/{id}/{POWER}"),
    }
}

/// What a set holds.
enum SetOf {
    States(Signal, State),
    Counter(Device),
    Power(Device),
}

/// `None` for a name that this version does not know.
fn parse_set_name(name: &str) -> Option<SetOf> {
    let mut parts = name.splitn(3, '/');
    let (kind, id, what) = (parts.next()?, parts.next()?, parts.next()?);
    let device =
        || Some(Device { id: DeviceId::kept(id).ok()?, kind: DeviceKind::kept(kind).ok()? });
    let signal = match (kind, id, what) {
        (_, _, COUNTER) => return Some(SetOf::Counter(device()?)),
        (_, _, POWER) => return Some(SetOf::Power(device()?)),
        ("stay", "", _) => Signal::Stay,
        (DeviceKind::PRESENCE, sensor, _) => Signal::Presence(DeviceId::kept(sensor).ok()?),
        _ => Signal::Device(device()?),
    };
    Some(SetOf::States(signal, State::new(what).ok()?))
}

/// What one record says.
pub(crate) fn summary(day: &BusinessDay, item: &Item) -> Result<Summary> {
    let read = Reader::new(SUMMARY, item);
    let midnight = day.date.midnight_utc();
    let at = |offset: i64| day.window.nearest(midnight + offset);
    let mut facts = Vec::new();
    let mut passed_over = 0;
    for (name, value) in item {
        if [PK, SK, WRITES, SEALED, TTL_ATTRIBUTE].contains(&name.as_str()) {
            continue;
        }
        let Some(set) = parse_set_name(name) else {
            passed_over += 1;
            continue;
        };
        let numbers = value.as_ns().map_err(|_| read.corrupt(name, "is no set of numbers"))?;
        for number in numbers {
            let number: i128 = number.parse().map_err(|error| read.corrupt(name, error))?;
            let reading = || {
                let read = unpack(number).ok_or_else(|| read.corrupt(name, "holds no reading"))?;
                Ok((at(read.0), read.1))
            };
            facts.push(match &set {
                SetOf::States(signal, state) => {
                    let offset = i64::try_from(number);
                    let at = at(offset.map_err(|error| read.corrupt(name, error))?);
                    Fact::State(signal.clone(), Transition { at, state: state.clone() })
                }
                SetOf::Counter(device) => {
                    let (at, value) = reading()?;
                    let measurement = Measurement::Counter(MilliwattHours::new(value));
                    Fact::Reading(device.clone(), Reading { at, measurement })
                }
                SetOf::Power(device) => {
                    let (at, value) = reading()?;
                    let measurement = Measurement::Power(Milliwatts::new(value));
                    Fact::Reading(device.clone(), Reading { at, measurement })
                }
            });
        }
    }
    let sort_key = read.required(SK, read.text(SK)?)?;
    let (room, number) =
        summary_part(sort_key).ok_or_else(|| read.corrupt(SK, "names no part of a summary"))?;
    let part = Part {
        writes: read.number(WRITES)?.unwrap_or(0),
        sealed: read.has(SEALED),
        may_have_passed_a_unit: item_size(item) > MAY_HAVE_PASSED_A_UNIT,
        passed_over,
    };
    Ok(Summary {
        room,
        history: facts.into_iter().collect(),
        passed_over,
        parts: BTreeMap::from([(number, part)]),
    })
}
