//! The one ingest path, which both functions walk.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use futures_util::{StreamExt, stream};
use roomwatt_domain::due::OutOfTime;
use roomwatt_domain::{BusinessDate, BusinessDay, HotelId, Instant, RoomId, Signal, Transition};
use roomwatt_messaging::batch::{contained, respond};
use roomwatt_messaging::queue::LARGEST_MESSAGE;
use roomwatt_messaging::{BatchFailed, DayCloseMessage, Invocation, Outgoing, Queue, chain};
use roomwatt_store::{AddOutcome, SETS_PER_WRITE, Seal, Store, StoreError};
use roomwatt_telemetry::{Metric, consumed};
use tracing::{error, info, warn};

use crate::directory::{Directory, KnownHotel};
use crate::edge::{Event, EventQueue, Reason, Refusal, decode};

/// Writes in flight at once.
const WRITES_IN_FLIGHT: usize = 16;

/// Takes events in.
#[derive(Debug)]
pub struct Ingest {
    queue: EventQueue,
    store: Store,
    hotels: Directory,
    day_close: Queue,
    rejected: Queue,
}

/// An event with the place of its message in the batch, and its text.
struct Arrival<'a> {
    message: usize,
    event: Event,
    text: &'a str,
}

/// The events of one room on one business day.
struct Group<'a> {
    hotel: HotelId,
    day: BusinessDay,
    room: RoomId,
    events: Vec<GroupedEvent<'a>>,
}

struct GroupedEvent<'a> {
    message: usize,
    transition: (Signal, Transition),
    text: &'a str,
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
    /// Events that a close may have missed.
    behind: usize,
    failed: BTreeSet<usize>,
    refused: Vec<(usize, Refusal<'a>)>,
    late: BTreeMap<(HotelId, RoomId), Late>,
}

/// Days of a room to revise, and the messages that wait for it to be said.
#[derive(Default)]
struct Late {
    dates: BTreeSet<BusinessDate>,
    messages: BTreeSet<usize>,
}

impl Ingest {
    /// Ingest from one of the queues.
    pub fn new(queue: EventQueue, store: Store, day_close: Queue, rejected: Queue) -> Self {
        let hotels = Directory::new(store.clone());
        Self { queue, store, hotels, day_close, rejected }
    }

    /// The table, for what was consumed.
    pub fn store(&self) -> &Store {
        &self.store
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
        let mut outcome = Outcome::default();
        let before = self.store.meter().consumed();
        let arrivals = self.decode(batch, &mut outcome);
        let groups = self.admit(arrivals, invocation, &mut outcome).await;
        self.write(groups, invocation, &mut outcome).await;
        self.report_late(&mut outcome).await;
        self.report_refused(&mut outcome).await;
        info!(
            messages = batch.records.len(),
            applied = outcome.applied,
            refused = outcome.refused.len(),
            late = outcome.late.len(),
            failed = outcome.failed.len(),
            "batch taken"
        );
        Metric::EventsApplied.add(outcome.applied);
        Metric::EventsLate.add(outcome.behind);
        let used = self.store.meter().consumed() - before;
        consumed(used.write_units, used.read_units);
        respond(&batch.records, &outcome.failed)
    }

    fn decode<'a>(&self, batch: &'a SqsEvent, outcome: &mut Outcome<'a>) -> Vec<Arrival<'a>> {
        let mut arrivals = Vec::new();
        for (message, record) in batch.records.iter().enumerate() {
            for decoded in decode(self.queue, record.body.as_deref().unwrap_or_default()) {
                match decoded {
                    Ok((event, text)) => arrivals.push(Arrival { message, event, text }),
                    Err(refusal) => outcome.refused.push((message, refusal)),
                }
            }
        }
        arrivals
    }

    /// Judges events by hotel and clock, and groups the good ones by room and business day.
    async fn admit<'a>(
        &self,
        arrivals: Vec<Arrival<'a>>,
        invocation: &Invocation,
        outcome: &mut Outcome<'a>,
    ) -> Vec<Group<'a>> {
        let mut by_hotel: BTreeMap<HotelId, Vec<Arrival<'a>>> = BTreeMap::new();
        for arrival in arrivals {
            by_hotel.entry(arrival.event.hotel.clone()).or_default().push(arrival);
        }
        let mut groups = Vec::new();
        for (hotel, arrivals) in by_hotel {
            let messages: BTreeSet<usize> =
                arrivals.iter().map(|arrival| arrival.message).collect();
            match self.admit_hotel(&hotel, arrivals, invocation, outcome).await {
                Ok(admitted) => groups.extend(admitted),
                Err(fault) => {
                    error!(%hotel, error = chain(&fault), "hotel not read; its messages come again");
                    outcome.failed.extend(messages);
                }
            }
        }
        groups
    }

    async fn admit_hotel<'a>(
        &self,
        hotel: &HotelId,
        arrivals: Vec<Arrival<'a>>,
        invocation: &Invocation,
        outcome: &mut Outcome<'a>,
    ) -> Result<Vec<Group<'a>>, StoreError> {
        let now = invocation.now();
        if self.hotels.find(hotel, now).await?.is_none() {
            outcome.refuse_unknown(arrivals);
            return Ok(Vec::new());
        }
        let mut admitted = Vec::new();
        for arrival in arrivals {
            match self.store.schedule().admit(arrival.event.transition.at, now) {
                Ok(()) => admitted.push(arrival),
                Err(out_of_time) => {
                    let (reason, detail) = out_of_time_reason(out_of_time);
                    outcome.refused.push((arrival.message, arrival.refuse(reason, detail)));
                }
            }
        }
        let Some(first) = admitted.iter().map(|arrival| arrival.event.transition.at).min() else {
            return Ok(Vec::new());
        };
        let Some(known) = self.opened(hotel, first, invocation).await? else {
            outcome.refuse_unknown(admitted);
            return Ok(Vec::new());
        };
        Ok(group(hotel, &known, admitted))
    }

    /// The hotel, opened: with its first event its days begin to be closed, from the day of the
    /// event on, or from today.
    async fn opened(
        &self,
        hotel: &HotelId,
        first: Instant,
        invocation: &Invocation,
    ) -> Result<Option<Arc<KnownHotel>>, StoreError> {
        // A refusal means that another worker was faster, or that the zone was changed just now.
        for _ in 0..3 {
            let Some(known) = self.hotels.find(hotel, invocation.now()).await? else {
                return Ok(None);
            };
            if known.opened {
                return Ok(Some(known));
            }
            let (calendar, schedule) = (&known.profile.calendar, self.store.schedule());
            // Days that another worker's events may still fall on without being late stay open.
            let day = calendar.day_of(first.min(invocation.now() - schedule.grace));
            let closed_through = calendar.previous(day.date).date;
            self.store.open_hotel(&known.profile, closed_through, schedule.due_at(&day)).await?;
            self.hotels.forget(hotel).await;
        }
        Err(StoreError::contended("profile"))
    }

    async fn write<'a>(
        &self,
        groups: Vec<Group<'a>>,
        invocation: &Invocation,
        outcome: &mut Outcome<'a>,
    ) {
        let mut written = stream::iter(groups)
            .map(|group| async move {
                let written = contained(self.write_group(&group, invocation)).await;
                (group, written)
            })
            .buffer_unordered(WRITES_IN_FLIGHT);
        while let Some((group, written)) = written.next().await {
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
            outcome.failed.extend(group.events.iter().map(|event| event.message));
        }
    }

    async fn write_group(
        &self,
        group: &Group<'_>,
        invocation: &Invocation,
    ) -> Result<Written, StoreError> {
        let mut written = Written { late: false, full: Vec::new() };
        let mut parts = by_set_count(group);
        while let Some(part) = parts.pop() {
            if invocation.is_ending() {
                // Nothing is lost: what is written already may be written again.
                return Err(StoreError::out_of_time());
            }
            let transitions = || part.iter().map(|place| &group.events[*place].transition);
            let Group { hotel, day, room, .. } = group;
            let mut added =
                self.store.add_transitions(hotel, day, room, transitions(), Seal::Respect).await?;
            if added == AddOutcome::Sealed {
                written.late = true;
                added =
                    self.store.add_transitions(hotel, day, room, transitions(), Seal::Pass).await?;
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
        written.late |= self.store.schedule().may_be_late(&group.day, invocation.now());
        Ok(written)
    }

    /// Tells the day close of the days that it may have closed without some of the events.
    async fn report_late(&self, outcome: &mut Outcome<'_>) {
        let messages: Vec<Outgoing> = outcome
            .late
            .iter()
            .map(|((hotel, room), late)| {
                let (hotel, room, dates) = (hotel.clone(), room.clone(), late.dates.clone());
                Outgoing::plain(DayCloseMessage::Revise { hotel, room, dates }.to_json())
            })
            .collect();
        let sent = self.day_close.send(&messages).await;
        for (sent, late) in sent.into_iter().zip(outcome.late.values()) {
            if let Err(fault) = sent {
                error!(
                    error = chain(&fault),
                    "late events not reported; their messages come again"
                );
                outcome.failed.extend(&late.messages);
            }
        }
    }

    /// Keeps refused events for an operator, one message each.
    async fn report_refused(&self, outcome: &mut Outcome<'_>) {
        let (mut places, mut messages) = (Vec::new(), Vec::new());
        for (place, refusal) in &outcome.refused {
            if outcome.failed.contains(place) {
                // The message comes again, and is judged again.
                continue;
            }
            refused(refusal.reason).add(1);
            warn!(reason = %refusal.reason, detail = %refusal.detail, "event refused");
            for message in rejected(self.queue, refusal) {
                places.push(*place);
                messages.push(message);
            }
        }
        let sent = self.rejected.send(&messages).await;
        for (sent, place) in sent.into_iter().zip(places) {
            if let Err(fault) = sent {
                error!(error = chain(&fault), "refused event not kept; its message comes again");
                outcome.failed.insert(place);
            }
        }
    }
}

impl<'a> Arrival<'a> {
    fn refuse(&self, reason: Reason, detail: impl Into<Cow<'static, str>>) -> Refusal<'a> {
        Refusal { reason, detail: detail.into(), body: self.text }
    }
}

impl<'a> Outcome<'a> {
    fn refuse_unknown(&mut self, arrivals: Vec<Arrival<'a>>) {
        self.refused.extend(arrivals.into_iter().map(|arrival| {
            (arrival.message, arrival.refuse(Reason::UnknownHotel, "no hotel has this hotelId"))
        }));
    }

    fn add(&mut self, group: Group<'a>, written: &Written) {
        self.applied += group.events.len() - written.full.len();
        for place in &written.full {
            let event = &group.events[*place];
            let detail = "the room's record of this day can hold no more".into();
            self.refused.push((
                event.message,
                Refusal { reason: Reason::RoomDayFull, detail, body: event.text },
            ));
        }
        if written.late {
            self.behind += group.events.len() - written.full.len();
            let late = self.late.entry((group.hotel, group.room)).or_default();
            late.dates.insert(group.day.date);
            late.messages.extend(group.events.iter().map(|event| event.message));
        }
    }
}

fn refused(reason: Reason) -> Metric {
    match reason {
        Reason::Malformed => Metric::EventsRefusedMalformed,
        Reason::UnknownHotel => Metric::EventsRefusedUnknownHotel,
        Reason::Future => Metric::EventsRefusedFuture,
        Reason::Expired => Metric::EventsRefusedExpired,
        Reason::RoomDayFull => Metric::EventsRefusedRoomDayFull,
    }
}

fn out_of_time_reason(out_of_time: OutOfTime) -> (Reason, String) {
    let reason = match out_of_time {
        OutOfTime::Future => Reason::Future,
        OutOfTime::Expired => Reason::Expired,
    };
    (reason, out_of_time.to_string())
}

fn group<'a>(hotel: &HotelId, known: &KnownHotel, arrivals: Vec<Arrival<'a>>) -> Vec<Group<'a>> {
    let mut days: Vec<BusinessDay> = Vec::new();
    let mut groups: BTreeMap<(RoomId, BusinessDate), Group<'a>> = BTreeMap::new();
    for Arrival { message, event, text } in arrivals {
        let at = event.transition.at;
        let met = days.iter().find(|day| day.window.contains(at)).copied();
        let day = met.unwrap_or_else(|| {
            let day = known.profile.calendar.day_of(at);
            days.push(day);
            day
        });
        let Event { room, signal, transition, .. } = event;
        let group = groups.entry((room.clone(), day.date)).or_insert_with(|| Group {
            hotel: hotel.clone(),
            day,
            room,
            events: Vec::new(),
        });
        group.events.push(GroupedEvent { message, transition: (signal, transition), text });
    }
    groups.into_values().collect()
}

/// The group's events, by place, in as few parts as the sets of one write allow.
fn by_set_count(group: &Group<'_>) -> Vec<Vec<usize>> {
    let mut sets: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (place, event) in group.events.iter().enumerate() {
        let (signal, transition) = &event.transition;
        sets.entry((signal, &transition.state)).or_default().push(place);
    }
    let sets: Vec<_> = sets.into_values().collect();
    sets.chunks(SETS_PER_WRITE).map(<[_]>::concat).collect()
}

/// The message of a refused event: its own text as the body, so that it can be sent again as it
/// is, and why in the attributes. A text that fills a message by itself goes in two.
fn rejected(queue: EventQueue, refusal: &Refusal<'_>) -> Vec<Outgoing> {
    const ROOM_FOR_ATTRIBUTES: usize = 4096;
    let mut rest = refusal.body;
    let mut parts = Vec::new();
    while rest.len() > LARGEST_MESSAGE - ROOM_FOR_ATTRIBUTES {
        let (part, left) = rest.split_at(rest.floor_char_boundary(LARGEST_MESSAGE / 2));
        parts.push(part);
        rest = left;
    }
    parts.push(rest);
    let count = parts.len();
    let message = |(at, part): (usize, &str)| {
        let mut attributes = vec![
            ("reason", refusal.reason.to_string()),
            ("detail", refusal.detail.chars().take(512).collect()),
            ("queue", queue.to_string()),
        ];
        if count > 1 {
            attributes.push(("part", format!("{} of {count}", at + 1)));
        }
        // A queue takes no empty body.
        let body = if part.is_empty() { " ".to_owned() } else { part.to_owned() };
        Outgoing { body, attributes }
    };
    parts.into_iter().enumerate().map(message).collect()
}
