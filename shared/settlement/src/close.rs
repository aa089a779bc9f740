//! Closing: turns the summaries of a hotel's due days into reports, each day exactly once.
//!
//! Every step is fenced by the number of the attempt, and the steps of a day are ordered so that a
//! worker may die between any two of them:
//!
//! 1. *Seal and report, room by room.* A seal holds only if the summary is still what was read;
//!    then nobody can add to it unnoticed. Reports of a day that is not closed are seen by nobody.
//! 2. *Hotel-day*: the sum of the reports.
//! 3. *Advance* `closedThrough`.
//! 4. *Tell*: with the last day of a month its sums by room are made; rooms that late events touched
//!    meanwhile are sent to be revised, and the bus hears of the day. What cannot be told is told by a
//!    later close; closing goes on.
//! 5. After the last due day, *release* the claim and move the hotel in the due index. Whatever
//!    fails before is found by the next tick, which goes on from where the table stands.

use futures_util::{StreamExt, TryStreamExt, stream};
use roomwatt_domain::instant::MINUTE;
use roomwatt_domain::{
    BusinessDate, BusinessDay, ClosedReport, Gathered, HotelId, Millis, Month, Profile, RoomId,
};
use roomwatt_messaging::{
    Bus, BusEvent, DayCloseMessage, Digest, Invocation, Outgoing, Queue, chain,
};
use roomwatt_store::{
    ClaimOutcome, CloseState, FencedOutcome, HotelDay, PutOutcome, SealOutcome, Store, StoreError,
    StoredReport, Summary,
};
use roomwatt_telemetry::Metric;
use tracing::{error, info, warn};

use crate::error::SettlementError;
use crate::months;
use crate::reckoning::{Reckoning, Terms, add_up};
use crate::rooms::{OpenRoom, Rooms};
use crate::telling::{DayTold, MOST_TOLD};

/// How long a claim holds by default unless it is renewed: shorter than a tick, so that the next
/// tick after a worker's death finds the hotel free.
pub const LEASE: Millis = 5 * MINUTE;

/// Rooms closed at once.
const ROOMS_IN_FLIGHT: usize = 16;

/// After so many rooms the progress is noted and the lease renewed.
const ROOMS_PER_CHECKPOINT: usize = 200;

/// How often a summary is read again because it was written between the look at it and its seal.
const MOST_LOOKS: usize = 50;

/// Touched rooms sent to be revised by one call of the queue, and days read to be told by one query.
const AT_ONCE: usize = 10;

/// What became of closing a hotel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseOutcome {
    /// Every due day is closed; so many were by this call.
    Closed(usize),
    /// The same, but there are days that could not be told: the hotel stays due.
    Untold(usize),
    /// The invocation ends; another message goes on from here.
    Suspended,
    /// Another worker has the hotel, or took it over.
    Held,
    /// The hotel has no events yet: there is nothing to close.
    NothingKnown,
}

/// What became of closing one day.
enum DayOutcome {
    Closed(Box<(HotelDay, Gathered)>),
    Suspended,
    ClaimLost,
}

/// Closes hotels.
#[derive(Debug)]
pub(crate) struct Close {
    pub(crate) store: Store,
    /// The same table, for what is read to tell of a day.
    pub(crate) telling: Store,
    pub(crate) bus: Bus,
    /// Where people are told, if anywhere.
    pub(crate) digest: Option<Digest>,
    pub(crate) queue: Queue,
    pub(crate) lease: Millis,
}

impl Close {
    /// Closes what is due of a hotel, in order.
    pub(crate) async fn run(
        &self,
        reckoning: &mut Reckoning,
        invocation: &Invocation,
    ) -> Result<CloseOutcome, SettlementError> {
        let began = invocation.now();
        let hotel = reckoning.hotel.clone();
        let (owner, until) = (&invocation.id, began + self.lease);
        let current = reckoning.current.clone();
        let claim = self.store.claim(&hotel, owner, current.version, began, until).await?;
        let mut state = match claim {
            ClaimOutcome::Claimed(state) => state,
            ClaimOutcome::Held => return Ok(CloseOutcome::Held),
            ClaimOutcome::NotOpened => return Ok(CloseOutcome::NothingKnown),
        };
        // What an earlier worker closed and could not tell.
        let mut told = self.tell_days(&current.profile, &state, invocation).await?;
        let mut closed = 0;
        loop {
            let day = reckoning.current.profile.calendar.next(state.closed_through);
            let due_at = self.store.schedule().due_at(&day);
            if invocation.now() < due_at {
                let all_told = told == state.closed_through;
                let next_due_at = all_told.then_some(due_at);
                let released = self.store.release(&hotel, state.attempt, told, next_due_at).await?;
                return Ok(match released {
                    FencedOutcome::ClaimLost => CloseOutcome::Held,
                    FencedOutcome::Done if all_told => CloseOutcome::Closed(closed),
                    FencedOutcome::Done => CloseOutcome::Untold(closed),
                });
            }
            // The rooms of a day have the same terms, even if several workers close them.
            let version = state.terms.unwrap_or(current.version);
            let terms = reckoning.terms(&self.store, version, began).await?;
            let next_terms = current.version;
            match self.close_day(&hotel, &terms, &day, &state, next_terms, invocation).await? {
                DayOutcome::Closed(closed_day) => {
                    let (totals, gathered) = *closed_day;
                    if closed == 0 {
                        Metric::CloseLag.record_millis(invocation.now() - due_at);
                    }
                    Metric::DaysClosed.add(1);
                    info!(%hotel, date = %day.date, rooms = totals.rooms, "day closed");
                    // Days are told in order: one that is not told holds up those behind it.
                    if told == state.closed_through
                        && self
                            .tell_or_leave(&terms.profile, &totals, Some(gathered), invocation)
                            .await?
                    {
                        told = day.date;
                    }
                    closed += 1;
                    state = CloseState {
                        closed_through: day.date,
                        terms: Some(next_terms),
                        progress: None,
                        ..state
                    };
                }
                DayOutcome::Suspended => return self.suspend(&hotel, &state, told).await,
                DayOutcome::ClaimLost => return Ok(CloseOutcome::Held),
            }
        }
    }

    async fn close_day(
        &self,
        hotel: &HotelId,
        terms: &Terms,
        day: &BusinessDay,
        state: &CloseState,
        next_terms: u64,
        invocation: &Invocation,
    ) -> Result<DayOutcome, SettlementError> {
        match self.close_rooms(hotel, terms, day, state, invocation).await? {
            RoomsOutcome::Done => {}
            RoomsOutcome::Ending => return Ok(DayOutcome::Suspended),
            RoomsOutcome::ClaimLost => return Ok(DayOutcome::ClaimLost),
        }
        let mut gathered = Gathered::at_most(MOST_TOLD);
        let see = |closed: &ClosedReport| gathered.add(closed);
        let totals = add_up(&self.store, hotel, day.date, invocation.now(), see).await?;
        let summed = self.store.put_hotel_day(hotel, day, state.attempt, &totals).await?;
        if summed == FencedOutcome::ClaimLost {
            return Ok(DayOutcome::ClaimLost);
        }
        let (attempt, from) = (state.attempt, state.closed_through);
        Ok(match self.store.advance(hotel, attempt, from, day.date, next_terms).await? {
            FencedOutcome::Done => DayOutcome::Closed(Box::new((totals, gathered))),
            FencedOutcome::ClaimLost => DayOutcome::ClaimLost,
        })
    }

    /// Seals and reports every room after the ones that are done, in order, some at once.
    async fn close_rooms(
        &self,
        hotel: &HotelId,
        terms: &Terms,
        day: &BusinessDay,
        state: &CloseState,
        invocation: &Invocation,
    ) -> Result<RoomsOutcome, SettlementError> {
        let after = state.progress.as_ref();
        let (store, before) = (&self.store, state.closed_through);
        let rooms = Rooms::of(store, hotel, before, *day, after, invocation.now()).await?;
        let mut ended_early = false;
        let rooms =
            stream::try_unfold((rooms, &mut ended_early), |(mut rooms, ended_early)| async move {
                if invocation.is_ending() {
                    *ended_early = true;
                    return Ok(None);
                }
                Ok::<_, SettlementError>(
                    rooms.next().await?.map(|room| (room, (rooms, ended_early))),
                )
            });
        // In order, so that a room that is done means that all before it are.
        let mut done = rooms
            .map_ok(|room| self.close_room(hotel, terms, day, state.attempt, room, invocation))
            .try_buffered(ROOMS_IN_FLIGHT)
            .boxed();
        let mut count = 0;
        let mut last = None;
        while let Some((room, outcome)) = done.try_next().await? {
            if outcome == FencedOutcome::ClaimLost {
                return Ok(RoomsOutcome::ClaimLost);
            }
            count += 1;
            if count % ROOMS_PER_CHECKPOINT == 0
                && self.checkpoint(hotel, state, &room, invocation).await?
                    == FencedOutcome::ClaimLost
            {
                return Ok(RoomsOutcome::ClaimLost);
            }
            last = Some(room);
        }
        drop(done);
        if !ended_early {
            return Ok(RoomsOutcome::Done);
        }
        if let Some(last) = last {
            self.checkpoint(hotel, state, &last, invocation).await?;
        }
        Ok(RoomsOutcome::Ending)
    }

    async fn checkpoint(
        &self,
        hotel: &HotelId,
        state: &CloseState,
        room: &RoomId,
        invocation: &Invocation,
    ) -> Result<FencedOutcome, SettlementError> {
        let until = invocation.now() + self.lease;
        let (attempt, closed) = (state.attempt, state.closed_through);
        Ok(self.store.checkpoint(hotel, attempt, closed, room, until).await?)
    }

    /// Seals one room's summary and puts the report of what it then holds, if the room is to have
    /// one.
    async fn close_room(
        &self,
        hotel: &HotelId,
        terms: &Terms,
        day: &BusinessDay,
        attempt: u64,
        room: OpenRoom,
        invocation: &Invocation,
    ) -> Result<(RoomId, FencedOutcome), SettlementError> {
        let OpenRoom { opening, summary } = room;
        let summary = seal(&self.store, hotel, day, summary, attempt).await?;
        note_passed_over(hotel, day, &summary);
        if !terms.demand_report(day, &opening, &summary) {
            return Ok((summary.room, FencedOutcome::Done));
        }
        let report = terms.fold(day, &opening, &summary);
        let stored = StoredReport {
            closed: ClosedReport::first(summary.room.clone(), *day, report, invocation.now()),
            terms: terms.version,
            fence: attempt,
            writes: summary.writes(),
            pending: false,
        };
        let outcome = match self.store.put_report(hotel, day, &stored).await? {
            PutOutcome::Put => FencedOutcome::Done,
            PutOutcome::Superseded => FencedOutcome::ClaimLost,
            PutOutcome::TooLarge => {
                // One room's thousands of devices must not keep the whole hotel open.
                let (room, date) = (&summary.room, day.date);
                error!(%hotel, %room, %date, "a room has more devices than a report can hold: none made");
                FencedOutcome::Done
            }
        };
        Ok((summary.room, outcome))
    }

    /// Leaves the day as it stands and sends a message to go on with it.
    async fn suspend(
        &self,
        hotel: &HotelId,
        state: &CloseState,
        told: BusinessDate,
    ) -> Result<CloseOutcome, SettlementError> {
        if self.store.suspend(hotel, state.attempt, told).await? == FencedOutcome::ClaimLost {
            return Ok(CloseOutcome::Held);
        }
        let message = DayCloseMessage::Close { hotel: hotel.clone() };
        self.queue.send_all(&[Outgoing::plain(message.to_json())]).await?;
        Ok(CloseOutcome::Suspended)
    }

    /// Tells the days that are closed and were not told, in order; returns the last one that is told
    /// then.
    async fn tell_days(
        &self,
        profile: &Profile,
        state: &CloseState,
        invocation: &Invocation,
    ) -> Result<BusinessDate, SettlementError> {
        let mut told = state.announced_through;
        if told == state.closed_through {
            return Ok(told);
        }
        let (closed, now) = (state.closed_through, invocation.now());
        let hotel = &profile.hotel_id;
        let mut days = self.store.hotel_days(hotel, told, closed, now).at_most(AT_ONCE);
        while let Some(day) = days.next().await? {
            if day.date <= told {
                continue;
            }
            if invocation.is_ending()
                || !self.tell_or_leave(profile, &day, None, invocation).await?
            {
                return Ok(told);
            }
            told = day.date;
        }
        Ok(closed)
    }

    /// Whether the day was told: a bus or a queue that does not answer holds up no close. A month that
    /// ends with it is summed up before.
    async fn tell_or_leave(
        &self,
        profile: &Profile,
        day: &HotelDay,
        gathered: Option<Gathered>,
        invocation: &Invocation,
    ) -> Result<bool, SettlementError> {
        let (hotel, calendar) = (&profile.hotel_id, &profile.calendar);
        let last =
            calendar.day(day.date).filter(|day| Month::of(day.date).is_over(calendar, day.date));
        if let Some(last) = last
            && !months::make(&self.store, hotel, calendar, &last, invocation).await?
        {
            return Ok(false);
        }
        match self.tell(profile, day, gathered, invocation).await {
            Ok(()) => Ok(true),
            Err(SettlementError::Send(fault)) => {
                let date = day.date;
                error!(%hotel, %date, error = chain(&fault), "day not told; the next tick tells it");
                Ok(false)
            }
            Err(fault) => Err(fault),
        }
    }

    async fn tell(
        &self,
        profile: &Profile,
        day: &HotelDay,
        gathered: Option<Gathered>,
        invocation: &Invocation,
    ) -> Result<(), SettlementError> {
        let hotel = &profile.hotel_id;
        self.revise_touched(hotel, day.date, invocation).await?;
        let told = DayTold::of(&self.telling, profile, day, gathered, invocation.now()).await?;
        let event = BusEvent::HotelDayClosed {
            hotel: hotel.clone(),
            date: day.date,
            revision: day.revision,
            rooms: day.rooms,
            told: &told,
        };
        self.bus.publish(&[event]).await?;
        if let (Some(digest), Some(text)) = (&self.digest, &told.text)
            && let Err(fault) = digest.send(hotel, day.date, text).await
        {
            // Those who read it miss a mail; the day is told, and nothing waits for them.
            let date = day.date;
            error!(%hotel, %date, error = chain(&fault), "digest not sent, and not tried again");
        }
        Ok(())
    }

    /// Sends the rooms to be revised that late events touched while the day was being closed.
    async fn revise_touched(
        &self,
        hotel: &HotelId,
        date: BusinessDate,
        invocation: &Invocation,
    ) -> Result<(), SettlementError> {
        let mut touched = self.store.touched_rooms(hotel, date, invocation.now());
        let mut messages = Vec::with_capacity(AT_ONCE);
        loop {
            let room = touched.next().await?;
            let is_last = room.is_none();
            messages.extend(room.map(|room| {
                let (hotel, dates) = (hotel.clone(), [date].into());
                Outgoing::plain(DayCloseMessage::Revise { hotel, room, dates }.to_json())
            }));
            if messages.len() == AT_ONCE || is_last && !messages.is_empty() {
                self.queue.send_all(&messages).await?;
                messages.clear();
            }
            if is_last {
                return Ok(());
            }
        }
    }
}

/// Says that a summary holds what only a newer version understands.
pub(crate) fn note_passed_over(hotel: &HotelId, day: &BusinessDay, summary: &Summary) {
    if summary.passed_over > 0 {
        let (room, date, sets) = (&summary.room, day.date, summary.passed_over);
        warn!(%hotel, %room, %date, sets, "a summary has sets that this version does not know: passed over");
    }
}

/// Seals a summary; returns what it holds then. One that was sealed before stays sealed: what came
/// after that was late.
pub(crate) async fn seal(
    store: &Store,
    hotel: &HotelId,
    day: &BusinessDay,
    mut summary: Summary,
    attempt: u64,
) -> Result<Summary, StoreError> {
    for _ in 0..MOST_LOOKS {
        if summary.is_sealed() {
            return Ok(summary);
        }
        match store.seal_summary(hotel, day, &summary, attempt).await? {
            SealOutcome::Sealed => return Ok(summary),
            SealOutcome::Rewritten(newer) => summary = newer,
        }
    }
    Err(StoreError::contended("summary"))
}

/// How far the rooms of a day were brought.
enum RoomsOutcome {
    Done,
    Ending,
    ClaimLost,
}
