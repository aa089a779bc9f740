//! Closing: turns the summaries of a hotel's due days into reports, each day exactly once.
//!
//! Every step is fenced by the number of the attempt, and the steps of a day are ordered so that a
//! worker may die between any two of them:
//!
//! 1. *Seal and report, room by room.* A seal holds only if the summary is still what was read;
//!    then nobody can add to it unnoticed. Reports of a day that is not closed are seen by nobody.
//! 2. *Hotel-day*: the sum of the reports.
//! 3. *Advance* `closedThrough`, unless a revision touched a room meanwhile: such rooms are
//!    reported again first.
//! 4. *Tell* the bus.
//! 5. After the last due day, *release* the claim and move the hotel in the due index. Whoever
//!    fails before is found by the next tick and goes on from where the table stands.

use futures_util::{StreamExt, TryStreamExt, stream};
use roomwatt_domain::instant::MINUTE;
use roomwatt_domain::{BusinessDate, BusinessDay, ClosedReport, HotelId, Millis, RoomId};
use roomwatt_messaging::{Bus, BusEvent, DayCloseMessage, Invocation, Outgoing, Queue};
use roomwatt_presentation::TotalsView;
use roomwatt_store::{
    AdvanceOutcome, ClaimOutcome, CloseState, FencedOutcome, HotelDay, PutOutcome, SealOutcome,
    Store, StoredReport,
};
use roomwatt_telemetry::Metric;
use tracing::{error, info};

use crate::error::SettlementError;
use crate::reckoning::Reckoning;
use crate::rooms::{OpenRoom, Rooms};

/// How long a claim holds unless it is renewed, if nothing else is said: shorter than a tick, so that the next tick after a
/// worker's death finds the hotel free.
pub const LEASE: Millis = 5 * MINUTE;

/// Rooms closed at once.
const ROOMS_IN_FLIGHT: usize = 16;

/// After so many rooms the progress is noted and the lease renewed.
const ROOMS_PER_CHECKPOINT: usize = 200;

/// What became of closing a hotel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseOutcome {
    /// Every due day is closed; so many were by this call.
    Closed(usize),
    /// The invocation ends; another message goes on from here.
    Suspended,
    /// Another worker has the hotel, or took it over.
    Held,
    /// The hotel has no events yet, or does not exist: there is nothing to close.
    NothingKnown,
}

/// What became of closing one day.
enum DayOutcome {
    Closed(Box<HotelDay>),
    Suspended,
    ClaimLost,
}

/// Closes hotels.
#[derive(Debug)]
pub(crate) struct Close {
    pub(crate) store: Store,
    pub(crate) bus: Bus,
    pub(crate) queue: Queue,
    pub(crate) lease: Millis,
}

impl Close {
    /// Closes what is due of a hotel, in order.
    pub(crate) async fn run(
        &self,
        hotel: &HotelId,
        invocation: &Invocation,
    ) -> Result<CloseOutcome, SettlementError> {
        let now = invocation.now();
        let Some(reckoning) = Reckoning::of(&self.store, hotel, now).await? else {
            return Ok(CloseOutcome::NothingKnown);
        };
        let mut state = match self.store.claim(hotel, &invocation.id, now, now + self.lease).await?
        {
            ClaimOutcome::Claimed(state) => state,
            ClaimOutcome::Held => return Ok(CloseOutcome::Held),
            ClaimOutcome::NotOpened => return Ok(CloseOutcome::NothingKnown),
        };
        let calendar = &reckoning.current.profile.calendar;
        // What an earlier worker closed and had no time to tell.
        self.tell_days(hotel, state.announced_through, state.closed_through, invocation).await?;
        let mut closed = 0;
        loop {
            let day = calendar.next(state.closed_through);
            let due_at = self.store.schedule().due_at(&day);
            if invocation.now() < due_at {
                if closed > 0 {
                    Metric::CloseDuration.record_millis(invocation.now() - now);
                }
                return Ok(
                    match self
                        .store
                        .release(hotel, state.attempt, state.closed_through, due_at)
                        .await?
                    {
                        FencedOutcome::Done => CloseOutcome::Closed(closed),
                        FencedOutcome::ClaimLost => CloseOutcome::Held,
                    },
                );
            }
            match self.close_day(&reckoning, &day, &state, invocation).await? {
                DayOutcome::Closed(totals) => {
                    if closed == 0 {
                        Metric::CloseLag.record_millis(invocation.now() - due_at);
                    }
                    Metric::DaysClosed.add(1);
                    info!(%hotel, date = %day.date, rooms = totals.rooms, "day closed");
                    self.tell(hotel, &totals).await?;
                    closed += 1;
                    state = CloseState { closed_through: day.date, progress: None, ..state };
                }
                DayOutcome::Suspended => return self.suspend(hotel, &state).await,
                DayOutcome::ClaimLost => return Ok(CloseOutcome::Held),
            }
        }
    }

    async fn close_day(
        &self,
        reckoning: &Reckoning<'_>,
        day: &BusinessDay,
        state: &CloseState,
        invocation: &Invocation,
    ) -> Result<DayOutcome, SettlementError> {
        match self.close_rooms(reckoning, day, state, invocation).await? {
            Progress::Done => {}
            Progress::Ending => return Ok(DayOutcome::Suspended),
            Progress::ClaimLost => return Ok(DayOutcome::ClaimLost),
        }
        let (hotel, attempt) = (reckoning.hotel, state.attempt);
        let mut touches = 0;
        loop {
            if invocation.is_ending() {
                return Ok(DayOutcome::Suspended);
            }
            let totals = reckoning.add_up(day.date, invocation.now()).await?;
            if self.store.put_hotel_day(hotel, day, attempt, &totals).await?
                == FencedOutcome::ClaimLost
            {
                return Ok(DayOutcome::ClaimLost);
            }
            let advanced =
                self.store.advance(hotel, attempt, state.closed_through, day.date, touches).await?;
            let changed = match advanced {
                AdvanceOutcome::Advanced => return Ok(DayOutcome::Closed(Box::new(totals))),
                AdvanceOutcome::ClaimLost => return Ok(DayOutcome::ClaimLost),
                AdvanceOutcome::Touched(state) => state,
            };
            touches = changed.touches;
            let before = reckoning.current.profile.calendar.previous(day.date);
            for room in &changed.touched {
                let now = invocation.now();
                let opening = reckoning.closing_states(&before, room, now).await?;
                let summary = self.store.summary(hotel, day, room, now).await?;
                if opening.is_empty() && summary.writes() == 0 {
                    continue;
                }
                let room = OpenRoom { opening, summary };
                if self.close_room(reckoning, day, attempt, room, invocation).await?.1
                    == FencedOutcome::ClaimLost
                {
                    return Ok(DayOutcome::ClaimLost);
                }
            }
        }
    }

    /// Seals and reports every room after the ones that are done, in order, some at once.
    async fn close_rooms(
        &self,
        reckoning: &Reckoning<'_>,
        day: &BusinessDay,
        state: &CloseState,
        invocation: &Invocation,
    ) -> Result<Progress, SettlementError> {
        let (store, hotel, attempt) = (&self.store, reckoning.hotel, state.attempt);
        let after = state.progress.as_ref();
        let rooms =
            Rooms::of(store, hotel, state.closed_through, *day, after, invocation.now()).await?;
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
            .map_ok(|room| self.close_room(reckoning, day, attempt, room, invocation))
            .try_buffered(ROOMS_IN_FLIGHT)
            .boxed();
        let mut count = 0;
        let mut last = None;
        while let Some((room, outcome)) = done.try_next().await? {
            if outcome == FencedOutcome::ClaimLost {
                return Ok(Progress::ClaimLost);
            }
            count += 1;
            if count % ROOMS_PER_CHECKPOINT == 0
                && self.checkpoint(hotel, attempt, &room, invocation).await?
                    == FencedOutcome::ClaimLost
            {
                return Ok(Progress::ClaimLost);
            }
            last = Some(room);
        }
        drop(done);
        if !ended_early {
            return Ok(Progress::Done);
        }
        if let Some(last) = last {
            self.checkpoint(hotel, attempt, &last, invocation).await?;
        }
        Ok(Progress::Ending)
    }

    async fn checkpoint(
        &self,
        hotel: &HotelId,
        attempt: u64,
        room: &RoomId,
        invocation: &Invocation,
    ) -> Result<FencedOutcome, SettlementError> {
        Ok(self.store.checkpoint(hotel, attempt, room, invocation.now() + self.lease).await?)
    }

    /// Seals one room's summary and puts the report of what it then holds.
    async fn close_room(
        &self,
        reckoning: &Reckoning<'_>,
        day: &BusinessDay,
        attempt: u64,
        room: OpenRoom,
        invocation: &Invocation,
    ) -> Result<(RoomId, FencedOutcome), SettlementError> {
        let OpenRoom { opening, mut summary } = room;
        // A summary that an earlier attempt sealed stays sealed: what came after was late.
        while !summary.is_sealed() {
            match self.store.seal_summary(reckoning.hotel, day, &summary, attempt).await? {
                SealOutcome::Sealed => break,
                SealOutcome::Rewritten(newer) => summary = newer,
            }
        }
        let report = reckoning.fold(day, &opening, &summary);
        let stored = StoredReport {
            closed: ClosedReport::first(summary.room.clone(), day.date, report, invocation.now()),
            terms: reckoning.current.version,
            fence: attempt,
            writes: summary.writes(),
            pending: false,
        };
        let outcome = match self.store.put_report(reckoning.hotel, day, &stored).await? {
            PutOutcome::Put => FencedOutcome::Done,
            PutOutcome::Superseded => FencedOutcome::ClaimLost,
            PutOutcome::TooLarge => {
                // One room's thousands of devices must not keep the whole hotel open.
                let (hotel, room, date) = (reckoning.hotel, &summary.room, day.date);
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
    ) -> Result<CloseOutcome, SettlementError> {
        if self.store.suspend(hotel, state.attempt).await? == FencedOutcome::ClaimLost {
            return Ok(CloseOutcome::Held);
        }
        let message = DayCloseMessage::Close { hotel: hotel.clone() };
        self.queue.send_all(&[Outgoing::plain(message.to_json())]).await?;
        Ok(CloseOutcome::Suspended)
    }

    async fn tell_days(
        &self,
        hotel: &HotelId,
        told: BusinessDate,
        closed: BusinessDate,
        invocation: &Invocation,
    ) -> Result<(), SettlementError> {
        if told == closed {
            return Ok(());
        }
        let mut days = self.store.hotel_days(hotel, told, closed, invocation.now());
        while let Some(day) = days.next().await? {
            if day.date > told {
                self.tell(hotel, &day).await?;
            }
        }
        Ok(())
    }

    async fn tell(&self, hotel: &HotelId, day: &HotelDay) -> Result<(), SettlementError> {
        let event = BusEvent::HotelDayClosed {
            hotel: hotel.clone(),
            date: day.date,
            revision: day.revision,
            rooms: day.rooms,
            totals: TotalsView::of(&day.totals),
        };
        Ok(self.bus.publish(&[event]).await?)
    }
}

/// How far the rooms of a day were brought.
enum Progress {
    Done,
    Ending,
    ClaimLost,
}
