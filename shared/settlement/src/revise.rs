//! Revising: rule 14. Late events change closed days, and every later day that follows from them.
//!
//! A day is settled when its report is what its summary and the day before give. [`Revise::settle`]
//! reads the three, and writes until a look finds nothing to change: so the worker that writes last
//! has seen what all others wrote before. A revised report is *pending* until the days that follow
//! from it are settled and the bus was told; a walk that dies leaves that mark, and the same
//! message, coming again, finds it and goes on.

use std::collections::BTreeSet;

use roomwatt_domain::{
    BusinessCalendar, BusinessDate, BusinessDay, ClosedReport, HotelId, Instant, Month, RoomId,
};
use roomwatt_messaging::{Bus, BusEvent, DayCloseMessage, Invocation, Outgoing, Queue};
use roomwatt_presentation::TotalsView;
use roomwatt_store::{
    CorrectOutcome, HotelDay, ReviseOutcome, Store, StoreError, StoredReport, Touch,
};
use roomwatt_telemetry::Metric;
use tracing::{error, info, warn};

use crate::close::{note_passed_over, seal};
use crate::error::SettlementError;
use crate::months;
use crate::reckoning::{Reckoning, add_up};

/// Days revised in one walk; what is left goes on in another message.
const DAYS_PER_WALK: usize = 31;

/// How often a day is looked at again because it changed between the look and the write.
const MOST_LOOKS: usize = 20;

/// What became of a room's late events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Revised {
    /// Reports that were changed or made.
    pub revised: usize,
    /// Whether another message goes on from here.
    pub suspended: bool,
}

/// Revises rooms.
#[derive(Debug)]
pub(crate) struct Revise {
    pub(crate) store: Store,
    pub(crate) bus: Bus,
    pub(crate) queue: Queue,
}

/// A day of a room after it was settled.
enum Settled {
    /// The report is what it was, and all that follows from it is settled.
    Unchanged,
    /// The report is new, or an earlier walk left it pending.
    Pending { revision: u32, changed: bool },
}

impl Revise {
    /// Settles the given days of a room, and the days that follow from what changed.
    pub(crate) async fn run(
        &self,
        reckoning: &mut Reckoning,
        room: &RoomId,
        dates: &BTreeSet<BusinessDate>,
        invocation: &Invocation,
    ) -> Result<Revised, SettlementError> {
        let now = invocation.now();
        let hotel = reckoning.hotel.clone();
        let Some(state) = self.store.close_state(&hotel, now).await? else {
            warn!(%hotel, %room, "late events dropped: the hotel has no day closed");
            return Ok(Revised::default());
        };
        let calendar = reckoning.current.profile.calendar.clone();
        let mut left: BTreeSet<BusinessDate> = dates.clone();
        left.retain(|date| {
            let kept = calendar.day(*date).is_some_and(|day| self.can_revise(&day, now));
            if !kept {
                warn!(%hotel, %room, %date, "late events dropped: the history of this day is not kept");
            }
            kept
        });

        let mut closed_through = state.closed_through;
        let mut pending: Vec<(BusinessDate, u32)> = Vec::new();
        let mut outcome = Revised::default();
        let mut follows: Option<BusinessDay> = None;
        while let Some(day) = follows.take().or_else(|| calendar.day(left.pop_first()?)) {
            left.remove(&day.date);
            if day.date > closed_through {
                match self.store.touch(&hotel, &day, room, invocation.now()).await? {
                    Touch::Closed(through) => closed_through = through,
                    Touch::Noted | Touch::NotNeeded => {
                        info!(%hotel, %room, date = %day.date, "not closed yet: left to its close");
                        break;
                    }
                }
            }
            if pending.len() >= DAYS_PER_WALK || invocation.is_ending() {
                left.insert(day.date);
                self.go_on(&hotel, room, left).await?;
                outcome.suspended = true;
                break;
            }
            if let Settled::Pending { revision, changed } =
                self.settle(reckoning, &day, room, invocation).await?
            {
                outcome.revised += usize::from(changed);
                pending.push((day.date, revision));
                follows = Some(calendar.next(day.date));
            }
        }
        let dates = pending.iter().map(|(date, _)| *date);
        self.correct_months(&calendar, &hotel, room, dates, closed_through, invocation).await?;
        self.tell(&hotel, room, &pending).await?;
        Metric::ReportsRevised.add(outcome.revised);
        if outcome.revised > 0 {
            info!(%hotel, %room, revised = outcome.revised, "reports revised");
        }
        Ok(outcome)
    }

    /// Brings the sums of the months of some revised days in line, as far as these months are over.
    ///
    /// One that is not over now was not over when the days were revised: the close that ends it reads
    /// what was written.
    async fn correct_months(
        &self,
        calendar: &BusinessCalendar,
        hotel: &HotelId,
        room: &RoomId,
        dates: impl Iterator<Item = BusinessDate>,
        mut closed_through: BusinessDate,
        invocation: &Invocation,
    ) -> Result<(), SettlementError> {
        let months: BTreeSet<_> = dates.map(Month::of).collect();
        let Some(latest) = months.last() else { return Ok(()) };
        if !latest.is_over(calendar, closed_through) {
            let state = self.store.close_state(hotel, invocation.now()).await?;
            closed_through = state.map_or(closed_through, |state| state.closed_through);
        }
        for month in months.into_iter().filter(|it| it.is_over(calendar, closed_through)) {
            months::correct(&self.store, hotel, calendar, month, room, invocation).await?;
        }
        Ok(())
    }

    /// Whether a day's history and its reports are certainly still kept.
    fn can_revise(&self, day: &BusinessDay, now: Instant) -> bool {
        self.store.schedule().can_revise(day, now) && self.store.keeps_reports(day, now)
    }

    /// Brings a day in line with its summary and with the day before.
    async fn settle(
        &self,
        reckoning: &mut Reckoning,
        day: &BusinessDay,
        room: &RoomId,
        invocation: &Invocation,
    ) -> Result<Settled, SettlementError> {
        let hotel = reckoning.hotel.clone();
        let day_before = reckoning.current.profile.calendar.previous(day.date);
        let mut changed = false;
        for _ in 0..MOST_LOOKS {
            if invocation.is_ending() {
                return Err(SettlementError::OutOfTime);
            }
            let now = invocation.now();
            let before = self.store.report(&hotel, day.date, room, now).await?;
            // A closed day keeps the window that it was closed with.
            let day = before.as_ref().map_or(*day, |before| before.closed.day());
            let strayed = match &before {
                Some(before) => self.count_strayed(&hotel, &day, before, invocation).await?,
                None => false,
            };
            let previous = self.store.report(&hotel, day_before.date, room, now).await?;
            let opening = previous.as_ref().map(|it| it.closed.report.closing());
            let opening = opening.unwrap_or_default();
            let mut summary = self.store.summary(&hotel, &day, room, now).await?;
            note_passed_over(&hotel, &day, &summary);
            match &before {
                None if previous.is_none() && summary.history.is_empty() => {
                    return Ok(Settled::Unchanged);
                }
                None => {
                    // A day without a report is judged by the terms of the report before it.
                    let version = previous.map_or(reckoning.current.version, |it| it.terms);
                    let judge = reckoning.terms(&self.store, version, now).await?;
                    if !judge.demand_report(&day, &opening, &summary) {
                        return Ok(Settled::Unchanged);
                    }
                    let attempt = StoredReport::LATE;
                    summary = seal(&self.store, &hotel, &day, summary, attempt).await?;
                }
                Some(before) if !summary.is_reported() || summary.writes() < before.writes => {
                    let date = day.date;
                    error!(%hotel, %room, %date, "a late event is left out: what the report of its day was made from is not kept any more");
                    return Ok(Settled::Unchanged);
                }
                Some(_) => {}
            }
            // A day has the terms that it was closed with; one that only a late event opens has
            // today's.
            let version = before.as_ref().map_or(reckoning.current.version, |before| before.terms);
            let terms = reckoning.terms(&self.store, version, now).await?;
            let report = terms.fold(&day, &opening, &summary);
            let next = match &before {
                None => Some(ClosedReport::first(room.clone(), day, report, now)),
                Some(before) => before.closed.revised(report, now),
            };
            let Some(closed) = next else {
                return Ok(match before {
                    Some(StoredReport { closed, pending, .. }) if pending || strayed => {
                        Settled::Pending { revision: closed.revision, changed }
                    }
                    _ => Settled::Unchanged,
                });
            };
            let after = StoredReport {
                closed,
                terms: version,
                fence: before.as_ref().map_or(StoredReport::LATE, |before| before.fence),
                writes: summary.writes(),
                pending: true,
            };
            match self.store.revise_report(&hotel, &day, before.as_ref(), &after).await? {
                ReviseOutcome::Revised => changed = true,
                // Another worker was faster: the next look finds what it wrote.
                ReviseOutcome::Changed => {}
                ReviseOutcome::TooLarge => {
                    let date = day.date;
                    error!(%hotel, %room, %date, "a room has more devices than a report can hold: not revised");
                    return Ok(Settled::Unchanged);
                }
            }
        }
        Err(StoreError::contended("report").into())
    }

    /// Sees to it that a report is in the sums of its day.
    ///
    /// A worker that was paused past its lease, and reads on when the day is closed, may find a
    /// room that a late event has just opened, and put its report: nothing there refuses it, and
    /// nobody has counted it. Such a report is of an earlier attempt than the one that closed the
    /// day. So are those of a close that died and was carried on, so the day is counted again.
    async fn count_strayed(
        &self,
        hotel: &HotelId,
        day: &BusinessDay,
        report: &StoredReport,
        invocation: &Invocation,
    ) -> Result<bool, SettlementError> {
        if report.closed.revision > 1 || report.fence == StoredReport::LATE {
            return Ok(false);
        }
        for _ in 0..MOST_LOOKS {
            if invocation.is_ending() {
                return Err(SettlementError::OutOfTime);
            }
            let now = invocation.now();
            let found = self.store.hotel_day(hotel, day.date, now).await?;
            let Some((known, attempt)) = found.filter(|(_, attempt)| report.fence < *attempt)
            else {
                return Ok(false);
            };
            let counted = add_up(&self.store, hotel, day.date, now, |_| {}).await?;
            let counted = HotelDay { revision: known.revision, ..counted };
            if counted == known {
                return Ok(true);
            }
            let corrected = HotelDay { revision: known.revision + 1, ..counted };
            // If a revision came between, what was counted may be neither before it nor after it.
            let written = self.store.correct_hotel_day(hotel, day, attempt, &corrected).await?;
            if written == CorrectOutcome::Corrected {
                return Ok(true);
            }
        }
        Err(StoreError::contended("hotel-day").into())
    }

    async fn go_on(
        &self,
        hotel: &HotelId,
        room: &RoomId,
        dates: BTreeSet<BusinessDate>,
    ) -> Result<(), SettlementError> {
        let message = DayCloseMessage::Revise { hotel: hotel.clone(), room: room.clone(), dates };
        Ok(self.queue.send_all(&[Outgoing::plain(message.to_json())]).await?)
    }

    /// Tells the bus what was revised, and takes the marks away, the first day's last: as long as
    /// it is there, the walk is done again.
    async fn tell(
        &self,
        hotel: &HotelId,
        room: &RoomId,
        pending: &[(BusinessDate, u32)],
    ) -> Result<(), SettlementError> {
        let events = pending.iter().map(|(date, revision)| BusEvent::RoomReportRevised {
            hotel: hotel.clone(),
            room: room.clone(),
            date: *date,
            revision: *revision,
        });
        self.bus.publish::<TotalsView>(&events.collect::<Vec<_>>()).await?;
        for (date, revision) in pending.iter().rev() {
            self.store.settle_report(hotel, *date, room, *revision).await?;
        }
        Ok(())
    }
}
