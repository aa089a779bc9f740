//! The one ingest path, which both functions walk.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::{StreamExt, stream};
use roomwatt_domain::due::OutOfTime;
use roomwatt_domain::{
    BusinessCalendar, BusinessDate, BusinessDay, Fact, HotelId, Instant, RoomId,
};
use roomwatt_messaging::batch::{contained, respond};
use roomwatt_messaging::{BatchFailed, DayCloseMessage, Invocation, Outgoing, Queue, chain};
use roomwatt_store::{AddOutcome, Consumed, OpenOutcome, SETS_PER_WRITE, Seal, Store, StoreError};
use serde::Deserialize;
use tracing::{error, info};

use crate::arrival::{Arrival, Kept, Origin};
use crate::clock::BatchClock;
use crate::directory::{Directory, Found, HOTELS_AT_ONCE};
use crate::edge::{Body, Event, EventQueue, Reason, Refusal};
use crate::heard::{ByReason, Heard};
use crate::refusals::{Refusals, Refused};
use crate::translation::{Foreign, Translated, Translator};

/// Writes in flight at once.
const WRITES_IN_FLIGHT: usize = 16;
/// The most hotels, or rooms and days, of a message that makes little work.
const MODEST: usize = 100;
/// The attributes by which a message names its source and its hotel.
const SOURCE: &str = "source";
const HOTEL: &str = "hotel";
/// Messages that are sent before another look at the clock.
const SENT_AT_ONCE: usize = 1600;

/// Takes events in.
#[derive(Debug)]
pub struct Ingest {
    queue: EventQueue,
    store: Store,
    hotels: Directory,
    translator: Translator,
    heard: Heard,
    day_close: Queue,
    rejected: Queue,
}

/// What a batch came to.
#[derive(Debug)]
pub struct Taken {
    /// The messages that must come again.
    pub answer: Result<SqsBatchResponse, BatchFailed>,
    /// How many events are in a summary now, those of messages that come again included.
    pub applied: usize,
    /// How many messages their sources passed over.
    pub ignored: usize,
}

/// The events of one hotel, and the hotel's calendar where that is known already.
struct OfHotel<'a> {
    hotel: HotelId,
    calendar: Option<Arc<BusinessCalendar>>,
    arrivals: Vec<Arrival<'a>>,
}

/// The events of one room on one business day.
struct Group<'a> {
    hotel: HotelId,
    day: BusinessDay,
    room: RoomId,
    events: Vec<GroupedEvent<'a>>,
}

struct GroupedEvent<'a> {
    origin: Origin,
    fact: Fact,
    kept: Kept<'a>,
}

/// What became of a hotel's events: some are to be written, some refused.
#[derive(Default)]
struct Admitted<'a> {
    groups: Vec<Group<'a>>,
    refused: Vec<(Origin, Refusal<'a>)>,
}

/// What became of a group that was written.
struct Written {
    /// Whether the day's close may not have seen it.
    late: bool,
    /// The events, by their place in the group, that its record cannot hold.
    full: Vec<usize>,
}

/// What a batch comes to: which messages must come again, and what is refused.
#[derive(Default)]
struct Outcome<'a> {
    applied: usize,
    /// Messages that their sources passed over.
    ignored: usize,
    heard: BTreeSet<HotelId>,
    /// Of which hotels events say that they are that cannot be read, and how many.
    malformed_of: BTreeMap<HotelId, u64>,
    /// What is refused of hotels that are there.
    refused_of: BTreeMap<HotelId, ByReason>,
    /// Events that a close may have missed.
    behind: usize,
    failed: BTreeSet<usize>,
    refused: Refusals<'a>,
    late: BTreeMap<(HotelId, RoomId), Late>,
}

/// Days of a room to revise, and the messages that wait for it to be said.
#[derive(Default)]
struct Late {
    dates: BTreeSet<BusinessDate>,
    messages: BTreeSet<usize>,
}

/// The hotel that an event names which is malformed in another way.
fn hotel_of_malformed(refusal: &Refusal<'_>) -> Option<HotelId> {
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(rename = "hotelId", borrow)]
        hotel: Cow<'a, str>,
    }
    let named: Named<'_> = serde_json::from_str(refusal.body).ok()?;
    HotelId::new(&named.hotel).ok()
}

/// How many hotels are looked up that events name which cannot be read.
const MOST_MALFORMED: usize = 10;

impl Ingest {
    /// Ingest from one of the queues.
    pub fn new(queue: EventQueue, store: Store, day_close: Queue, rejected: Queue) -> Self {
        let hotels = Directory::new(store.clone());
        let translator = Translator::new(&store);
        let heard = Heard::new(store.metered_apart());
        Self { queue, store, hotels, translator, heard, day_close, rejected }
    }

    /// The table, for what was consumed.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What noting when hotels were heard consumed.
    pub fn consumed_by_notes(&self) -> Consumed {
        self.heard.store().meter().consumed()
    }

    /// Takes a batch: applies what is good, refuses what is not, hands back what may pass later.
    ///
    /// # Errors
    /// [`BatchFailed`] when the whole batch has to come again.
    pub async fn take(
        &self,
        batch: &SqsEvent,
        invocation: &Invocation,
    ) -> Result<SqsBatchResponse, BatchFailed> {
        self.take_and_tell(batch, invocation, &mut |_| {}).await.answer
    }

    /// The same for somebody who waits to hear what became of the events: of the messages that do not
    /// come again, what is refused is told as it is kept.
    pub async fn take_and_tell(
        &self,
        batch: &SqsEvent,
        invocation: &Invocation,
        tell: &mut (dyn FnMut(Refused<'_>) + Send),
    ) -> Taken {
        let clock = BatchClock::of(batch, invocation);
        let mut outcome = Outcome::default();
        let before = self.store.meter().consumed();
        let (mut arrivals, foreign) = self.decode(batch, &mut outcome);
        let translated = self.translator.translate(foreign, &self.hotels, clock).await;
        arrivals.extend(outcome.add_translated(translated));
        let mut last = Vec::new();
        for hotels in in_waves(self.by_hotel(arrivals, clock.now())) {
            let groups = self.admit(hotels, clock, &mut outcome).await;
            let (modest, others) = modest_and_others(groups, Group::messages);
            self.write(modest, clock, &mut outcome).await;
            last.extend(others);
        }
        self.write(last, clock, &mut outcome).await;
        let refused = outcome.refused.count();
        self.report_late(clock, &mut outcome).await;
        self.report_refused(batch, clock, &mut outcome, tell).await;
        self.note_malformed(clock, &mut outcome).await;
        self.heard.note(&outcome.heard, &outcome.refused_of, clock).await;
        let used = self.store.meter().consumed() - before;
        info!(
            messages = batch.records.len(),
            applied = outcome.applied,
            ignored = outcome.ignored,
            refused,
            late = outcome.behind,
            failed = outcome.failed.len(),
            write_units = used.write_units,
            read_units = used.read_units,
            "batch taken"
        );
        let answer = respond(&batch.records, &outcome.failed);
        Taken { answer, applied: outcome.applied, ignored: outcome.ignored }
    }

    /// Notes events that cannot be read, and still say of which hotel they are, of hotels that are there.
    async fn note_malformed(&self, clock: BatchClock<'_>, outcome: &mut Outcome<'_>) {
        let malformed = std::mem::take(&mut outcome.malformed_of);
        let is_met = |hotel: &&HotelId| self.hotels.met(hotel, clock.now()).is_some();
        let (met, others): (Vec<_>, Vec<_>) = malformed.keys().partition(is_met);
        let looked_up = if clock.is_ending() { 0 } else { MOST_MALFORMED };
        let asked = met.into_iter().chain(others.into_iter().take(looked_up));
        for (hotel, found) in self.hotels.find(asked, clock.now()).await {
            if matches!(found, Ok(Found::Opened(_) | Found::New(_))) {
                outcome.note_refused(&hotel, Reason::Malformed, malformed[&hotel]);
            }
        }
    }

    /// The events in Roomwatt's own shape, and the messages in others.
    fn decode<'a>(
        &self,
        batch: &'a SqsEvent,
        outcome: &mut Outcome<'a>,
    ) -> (Vec<Arrival<'a>>, Vec<Foreign<'a>>) {
        let (mut arrivals, mut foreign) = (Vec::new(), Vec::new());
        for (message, record) in batch.records.iter().enumerate() {
            let text = body_of(batch, message);
            let hotel = attribute(record, HOTEL).map(Cow::Borrowed);
            if let Some(source) = attribute(record, SOURCE) {
                foreign.push(Foreign { message, text, source: source.into(), hotel });
                continue;
            }
            let mut body = Body::read(self.queue, text);
            if let Some(named) = body.named() {
                let hotel = hotel.or(named.hotel);
                foreign.push(Foreign { message, text, source: named.source, hotel });
                continue;
            }
            if body.beyond() > 0 {
                outcome.refused.add_beyond(message, body.beyond(), text);
            }
            for (place, decoded) in body.enumerate() {
                match decoded {
                    Ok((event, text)) => {
                        let origin = Origin { message, place };
                        let kept = Kept { text, rule: None };
                        arrivals.push(Arrival { origin, event, kept });
                    }
                    Err(refusal) => {
                        if let Some(hotel) = hotel_of_malformed(&refusal) {
                            *outcome.malformed_of.entry(hotel).or_default() += 1;
                        }
                        outcome.refused.add(message, place, refusal);
                    }
                }
            }
        }
        (arrivals, foreign)
    }

    fn by_hotel<'a>(&self, arrivals: Vec<Arrival<'a>>, now: Instant) -> Vec<OfHotel<'a>> {
        let mut by_hotel: BTreeMap<HotelId, Vec<Arrival<'a>>> = BTreeMap::new();
        for arrival in arrivals {
            by_hotel.entry(arrival.event.hotel.clone()).or_default().push(arrival);
        }
        let known = by_hotel.into_iter().map(|(hotel, arrivals)| OfHotel {
            calendar: self.hotels.met(&hotel, now),
            hotel,
            arrivals,
        });
        known.collect()
    }

    /// Judges events by hotel and clock, and groups the good ones by room and business day. Each
    /// hotel is judged by itself: what goes wrong with one holds up its own messages alone.
    async fn admit<'a>(
        &self,
        hotels: Vec<OfHotel<'a>>,
        clock: BatchClock<'_>,
        outcome: &mut Outcome<'a>,
    ) -> Vec<Group<'a>> {
        let unknown = hotels.iter().filter(|of_hotel| of_hotel.calendar.is_none());
        let unknown: Vec<_> = unknown.map(|of_hotel| of_hotel.hotel.clone()).collect();
        let mut found = match unknown.as_slice() {
            [] => BTreeMap::new(),
            [..] if clock.is_ending() => {
                let hotels = unknown.len();
                error!(hotels, "no time left to look them up; their messages come again");
                BTreeMap::new()
            }
            unknown => self.hotels.look_up(unknown, clock.now()).await,
        };
        let mut looked_up = Vec::new();
        for mut of_hotel in hotels {
            let met = of_hotel.calendar.take().map(|calendar| Ok(Found::Opened(calendar)));
            match met.or_else(|| found.remove(&of_hotel.hotel)) {
                Some(found) => looked_up.push((of_hotel, found)),
                None => outcome.failed.extend(of_hotel.messages()),
            }
        }
        let mut admitted = stream::iter(looked_up)
            .map(|(of_hotel, found)| async move {
                let messages = of_hotel.messages();
                let OfHotel { hotel, arrivals, .. } = of_hotel;
                let admitted = contained(self.admit_hotel(&hotel, found, arrivals, clock)).await;
                (hotel, messages, admitted)
            })
            .buffer_unordered(WRITES_IN_FLIGHT);
        let mut groups = Vec::new();
        while let Some((hotel, messages, admitted)) = admitted.next().await {
            let fault = match admitted {
                Ok(Ok(admitted)) => {
                    for (Origin { message, place }, refusal) in admitted.refused {
                        if refusal.reason != Reason::UnknownHotel {
                            outcome.note_refused(&hotel, refusal.reason, 1);
                        }
                        outcome.refused.add(message, place, refusal);
                    }
                    groups.extend(admitted.groups);
                    continue;
                }
                Ok(Err(fault)) => chain(&*fault),
                Err(panicked) => chain(&panicked),
            };
            error!(%hotel, error = fault, "hotel not read; its messages come again");
            outcome.failed.extend(messages);
        }
        groups
    }

    async fn admit_hotel<'a>(
        &self,
        hotel: &HotelId,
        found: Result<Found, Arc<StoreError>>,
        arrivals: Vec<Arrival<'a>>,
        clock: BatchClock<'_>,
    ) -> Result<Admitted<'a>, Arc<StoreError>> {
        let mut admitted = Admitted::default();
        let opened = match found? {
            Found::Opened(calendar) => Some(calendar),
            Found::New(_) => None,
            Found::Nothing => {
                admitted.refuse_unknown(arrivals);
                return Ok(admitted);
            }
        };
        let mut in_time = Vec::new();
        for arrival in arrivals {
            match self.store.schedule().admit(arrival.event.fact.at(), clock.came()) {
                Ok(()) => in_time.push(arrival),
                Err(out_of_time) => {
                    let (reason, detail) = out_of_time_reason(out_of_time);
                    admitted.refuse(arrival, reason, detail);
                }
            }
        }
        let first = in_time.iter().map(|arrival| arrival.event.fact.at()).min();
        let calendar = match (opened, first) {
            (_, None) => return Ok(admitted),
            (Some(calendar), _) => Some(calendar),
            (None, Some(first)) => self.open(hotel, first, clock).await?,
        };
        match calendar {
            Some(calendar) => admitted.groups = group(hotel, &calendar, in_time),
            None => admitted.refuse_unknown(in_time),
        }
        Ok(admitted)
    }

    /// Opens a hotel: with its first event its days begin to be closed, from the day of the event
    /// on, or from today. `None` where its profile is not there.
    async fn open(
        &self,
        hotel: &HotelId,
        first: Instant,
        clock: BatchClock<'_>,
    ) -> Result<Option<Arc<BusinessCalendar>>, StoreError> {
        // A refusal means that another worker was faster, or that the zone was changed just now.
        for _ in 0..3 {
            let now = clock.now();
            let Some(stored) = self.store.profile(hotel, now).await? else { return Ok(None) };
            let (profile, schedule) = (stored.profile, self.store.schedule());
            let opened = stored.opened || {
                // Days that another worker's events may still fall on without being late stay open.
                let day = profile.calendar.day_of(first.min(now - schedule.grace));
                let closed_through = profile.calendar.previous(day.date).date;
                let due_at = schedule.due_at(&day);
                let opened = self.store.open_hotel(&profile, closed_through, due_at).await?;
                opened == OpenOutcome::Opened
            };
            if opened {
                let calendar = Arc::new(profile.calendar);
                self.hotels.remember(hotel, &calendar, now);
                return Ok(Some(calendar));
            }
        }
        Err(StoreError::contended("profile"))
    }

    async fn write<'a>(
        &self,
        groups: Vec<Group<'a>>,
        clock: BatchClock<'_>,
        outcome: &mut Outcome<'a>,
    ) {
        let mut written = stream::iter(groups)
            .map(|group| async move {
                if clock.is_ending() {
                    return (group, None);
                }
                let written = contained(self.write_group(&group, clock)).await;
                (group, Some(written))
            })
            .buffer_unordered(WRITES_IN_FLIGHT);
        let mut room_days = 0;
        while let Some((group, written)) = written.next().await {
            let Some(written) = written else {
                room_days += 1;
                outcome.failed.extend(group.messages());
                continue;
            };
            let fault = match written {
                Ok(Ok(written)) => {
                    outcome.add(group, &written);
                    continue;
                }
                Ok(Err(fault)) => chain(&fault),
                Err(panicked) => chain(&panicked),
            };
            let Group { hotel, day, room, .. } = &group;
            error!(%hotel, %room, date = %day.date, error = fault, "room-day not written; its messages come again");
            outcome.failed.extend(group.messages());
        }
        if room_days > 0 {
            error!(room_days, "no time left to write them; their messages come again");
        }
    }

    async fn write_group(
        &self,
        group: &Group<'_>,
        clock: BatchClock<'_>,
    ) -> Result<Written, StoreError> {
        let mut written = Written { late: false, full: Vec::new() };
        let mut parts = by_set_count(group);
        while let Some(part) = parts.pop() {
            if clock.is_ending() {
                // Nothing is lost: what is written already may be written again.
                return Err(StoreError::out_of_time());
            }
            let facts = || part.iter().map(|place| &group.events[*place].fact);
            let Group { hotel, day, room, .. } = group;
            let mut added = self.store.add(hotel, day, room, facts(), Seal::Respect).await?;
            if added == AddOutcome::Sealed {
                written.late = true;
                added = self.store.add(hotel, day, room, facts(), Seal::Pass).await?;
            }
            if added == AddOutcome::TooLarge {
                // What still fits is found by halves.
                if part.len() == 1 {
                    written.full.extend(part);
                } else {
                    let (one, other) = part.split_at(part.len() / 2);
                    parts.extend([one.to_vec(), other.to_vec()]);
                }
            }
        }
        // Read after the writes are done: a close that began before missed them, and every close
        // that begins later sees them.
        written.late |= self.store.schedule().may_be_late(&group.day, clock.now());
        Ok(written)
    }

    /// Tells the day close of the days that it may have closed without some of the events.
    async fn report_late(&self, clock: BatchClock<'_>, outcome: &mut Outcome<'_>) {
        let messages = outcome.late.iter().map(|((hotel, room), late)| {
            let (hotel, room, dates) = (hotel.clone(), room.clone(), late.dates.clone());
            let message = DayCloseMessage::Revise { hotel, room, dates };
            (&late.messages, Outgoing::plain(message.to_json()))
        });
        for messages in send(&self.day_close, messages, clock).await {
            outcome.failed.extend(messages);
        }
    }

    /// Keeps what was refused for an operator.
    async fn report_refused(
        &self,
        batch: &SqsEvent,
        clock: BatchClock<'_>,
        outcome: &mut Outcome<'_>,
        tell: &mut (dyn FnMut(Refused<'_>) + Send),
    ) {
        // A message that comes again is judged again.
        let refused = std::mem::take(&mut outcome.refused).into_iter();
        let refused: Vec<_> =
            refused.filter(|(message, _)| !outcome.failed.contains(message)).collect();
        for (message, of_body) in &refused {
            of_body.each_kept(*message, body_of(batch, *message), tell);
        }
        let messages = refused.into_iter().flat_map(|(message, of_body)| {
            of_body.tell();
            let record = &batch.records[message];
            let received = [SOURCE, HOTEL]
                .map(|name| (name, attribute(record, name)))
                .into_iter()
                .filter_map(|(name, text)| Some((name, text?.to_owned())));
            let queue = ("queue", self.queue.to_string());
            let origin: Vec<_> = std::iter::once(queue).chain(received).collect();
            let kept = of_body.into_messages(&origin, body_of(batch, message));
            kept.into_iter().map(move |kept| (message, kept))
        });
        outcome.failed.extend(send(&self.rejected, messages, clock).await);
    }
}

/// Sends messages for as long as there is time. Returns what belongs to the ones that were not sent,
/// or that the queue did not take.
async fn send<T>(
    queue: &Queue,
    messages: impl Iterator<Item = (T, Outgoing)>,
    clock: BatchClock<'_>,
) -> Vec<T> {
    let (mut messages, mut unsent) = (messages, Vec::new());
    loop {
        let (of, some): (Vec<T>, Vec<Outgoing>) = messages.by_ref().take(SENT_AT_ONCE).unzip();
        if some.is_empty() {
            return unsent;
        }
        if clock.is_ending() {
            error!(
                messages = some.len(),
                "no time left to send them; what they tell of comes again"
            );
            unsent.extend(of);
            continue;
        }
        for (of, sent) in of.into_iter().zip(queue.send(&some).await) {
            if let Err(fault) = sent {
                error!(error = chain(&fault), "not sent; what it tells of comes again");
                unsent.push(of);
            }
        }
    }
}

/// The text of an attribute that the publisher gave a message.
fn attribute<'a>(record: &'a SqsMessage, name: &str) -> Option<&'a str> {
    record.message_attributes.get(name)?.string_value.as_deref()
}

fn body_of(batch: &SqsEvent, message: usize) -> &str {
    batch.records[message].body.as_deref().unwrap_or_default()
}

/// The hotels in the order in which they are taken: known ones first, then those of modest messages,
/// as many at once as are looked up at once.
fn in_waves(hotels: Vec<OfHotel<'_>>) -> Vec<Vec<OfHotel<'_>>> {
    let (known, unknown): (Vec<_>, Vec<_>) =
        hotels.into_iter().partition(|of_hotel| of_hotel.calendar.is_some());
    let (modest, others) = modest_and_others(unknown, OfHotel::messages);
    let mut waves = vec![known];
    for mut left in [modest, others] {
        while !left.is_empty() {
            let later = left.split_off(left.len().min(HOTELS_AT_ONCE));
            waves.push(std::mem::replace(&mut left, later));
        }
    }
    waves
}

/// Parts the work of a batch: first what a message needs that makes little work, then what only
/// messages need that make much. So none waits for a body with thousands of hotels or rooms.
fn modest_and_others<T>(
    work: Vec<T>,
    messages: impl Fn(&T) -> BTreeSet<usize>,
) -> (Vec<T>, Vec<T>) {
    let mut made: BTreeMap<usize, usize> = BTreeMap::new();
    for message in work.iter().flat_map(&messages) {
        *made.entry(message).or_default() += 1;
    }
    let modest = |message: usize| made.get(&message).is_none_or(|made| *made <= MODEST);
    work.into_iter().partition(|piece| messages(piece).into_iter().any(modest))
}

impl OfHotel<'_> {
    fn messages(&self) -> BTreeSet<usize> {
        self.arrivals.iter().map(|arrival| arrival.origin.message).collect()
    }
}

impl Group<'_> {
    fn messages(&self) -> BTreeSet<usize> {
        self.events.iter().map(|event| event.origin.message).collect()
    }
}

impl<'a> Admitted<'a> {
    fn refuse(
        &mut self,
        arrival: Arrival<'a>,
        reason: Reason,
        detail: impl Into<Cow<'static, str>>,
    ) {
        self.refused.push((arrival.origin, arrival.kept.refused(reason, detail)));
    }

    fn refuse_unknown(&mut self, arrivals: Vec<Arrival<'a>>) {
        for arrival in arrivals {
            self.refuse(arrival, Reason::UnknownHotel, "no hotel has this hotelId");
        }
    }
}

impl<'a> Outcome<'a> {
    /// Adds what sources made of messages, but for the events.
    fn add_translated(&mut self, translated: Translated<'a>) -> Vec<Arrival<'a>> {
        self.ignored += translated.ignored;
        self.refused.extend(translated.refused);
        for (hotel, reasons) in translated.refused_of {
            for (reason, count) in reasons {
                self.note_refused(&hotel, reason, count);
            }
        }
        self.failed.extend(translated.failed);
        translated.arrivals
    }

    fn note_refused(&mut self, hotel: &HotelId, reason: Reason, count: u64) {
        *self.refused_of.entry(hotel.clone()).or_default().entry(reason).or_default() += count;
    }

    fn add(&mut self, group: Group<'a>, written: &Written) {
        let applied = group.events.len() - written.full.len();
        self.applied += applied;
        if applied > 0 {
            self.heard.insert(group.hotel.clone());
        }
        if !written.full.is_empty() {
            self.note_refused(&group.hotel, Reason::RoomDayFull, written.full.len() as u64);
        }
        for place in &written.full {
            let GroupedEvent { origin: Origin { message, place }, kept, .. } =
                &group.events[*place];
            let detail = "the room's record of this day can hold no more";
            let refusal = kept.clone().refused(Reason::RoomDayFull, detail);
            self.refused.add(*message, *place, refusal);
        }
        if written.late {
            self.behind += applied;
            let messages = group.messages();
            let late = self.late.entry((group.hotel, group.room)).or_default();
            late.dates.insert(group.day.date);
            late.messages.extend(messages);
        }
    }
}

fn out_of_time_reason(out_of_time: OutOfTime) -> (Reason, String) {
    let reason = match out_of_time {
        OutOfTime::Future => Reason::Future,
        OutOfTime::Expired => Reason::Expired,
    };
    (reason, out_of_time.to_string())
}

fn group<'a>(
    hotel: &HotelId,
    calendar: &BusinessCalendar,
    arrivals: Vec<Arrival<'a>>,
) -> Vec<Group<'a>> {
    let mut days: Vec<BusinessDay> = Vec::new();
    let mut groups: BTreeMap<(RoomId, BusinessDate), Group<'a>> = BTreeMap::new();
    for Arrival { origin, event, kept } in arrivals {
        let at = event.fact.at();
        let met = days.iter().find(|day| day.window.contains(at)).copied();
        let day = met.unwrap_or_else(|| {
            let day = calendar.day_of(at);
            days.push(day);
            day
        });
        let Event { room, fact, .. } = event;
        let group = groups.entry((room.clone(), day.date)).or_insert_with(|| Group {
            hotel: hotel.clone(),
            day,
            room,
            events: Vec::new(),
        });
        group.events.push(GroupedEvent { origin, fact, kept });
    }
    groups.into_values().collect()
}

/// The group's events, by place, in as few parts as the sets of one write allow.
fn by_set_count(group: &Group<'_>) -> Vec<Vec<usize>> {
    let mut sets: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (place, event) in group.events.iter().enumerate() {
        sets.entry(event.fact.sort()).or_default().push(place);
    }
    let sets: Vec<_> = sets.into_values().collect();
    sets.chunks(SETS_PER_WRITE).map(<[_]>::concat).collect()
}
