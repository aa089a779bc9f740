//! Replay: a log of events through the real functions, on the clock of the events themselves.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use roomwatt_domain::{BusinessDate, HotelId, Instant, Millis, Profile};
use roomwatt_ingest::{EventQueue, edge};
use roomwatt_messaging::Clock;
use roomwatt_presentation::RoomReportView;
use roomwatt_store::{Consumed, PutProfile};
use serde::Serialize;

use crate::input::{BadInput, EventFile, Lines};
use roomwatt_embedded::clock::{ReplayClock, Stopwatch};
use roomwatt_embedded::deployment::{
    DAY_CLOSE, DEVICE_EVENTS, Deployment, REJECTED_EVENTS, SPACE_EVENTS, TICK,
};

/// What to replay, and how.
#[derive(Debug, Clone, Default)]
pub struct Replay {
    /// The date to close every hotel through, instead of that of the latest accepted event.
    pub until: Option<BusinessDate>,
    /// Permutes the events by this seed.
    pub shuffle: Option<u64>,
    /// Repeats this share of the events, in percent, at random places.
    pub duplicate: u32,
    /// Where to keep the table; in memory if nowhere.
    pub data: Option<PathBuf>,
    /// Whether people watch.
    pub progress: bool,
}

/// What a replay came to.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Events that arrived, repeats included.
    pub events: usize,
    /// Events that are in a summary.
    pub applied: usize,
    /// Events that were refused, by reason.
    pub refused: BTreeMap<String, usize>,
    /// Reports of closed days.
    pub reports: usize,
    /// Reports among them that late events changed.
    pub revised: usize,
    /// What taking events in consumed.
    pub ingest: Consumed,
    /// What ticks consumed.
    pub schedule: Consumed,
    /// What closes consumed.
    pub close: Consumed,
    /// What revisions consumed.
    pub revise: Consumed,
    /// Ingest's units by event.
    pub per_event: PerEvent,
    /// How long it took.
    pub elapsed_seconds: f64,
}

/// Units by event.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PerEvent {
    /// Write units.
    pub write_units: f64,
    /// Read units.
    pub read_units: f64,
}

/// A replay that has ended: the deployment as it stands, with what it came to.
pub struct Replayed {
    deployment: Deployment,
    hotels: Vec<Profile>,
    events: usize,
    stopwatch: Stopwatch,
    clock: Arc<ReplayClock>,
}

/// The clock follows no event of the year 9987 or later: calendars end, and no day would be due. Such
/// an event is refused as one of the future.
const END_OF_TIME: Instant = Instant::from_millis(253_000_000_000_000);

/// How long a day may stay open past its due time before the replay gives up on it.
const PATIENCE: Millis = 7 * 24 * 60 * 60_000;

impl Replay {
    /// Replays a file of events over some hotels.
    ///
    /// # Errors
    /// [`BadInput`] when the events cannot be read; others when the embedded engine fails.
    pub async fn run(&self, hotels: Vec<Profile>, events: &EventFile) -> anyhow::Result<Replayed> {
        let stopwatch = Stopwatch::start();
        let mut arrivals = Arrivals::new(self, events)?;
        let mut next = arrivals.next_event()?;
        let first = next.as_ref().and_then(|arrival| arrival.occurred_at);
        let clock = Arc::new(ReplayClock::at(Instant::from_millis(0)));
        let deployment =
            Deployment::new(self.data.as_deref(), Arc::clone(&clock) as Arc<dyn Clock>).await?;
        let began = first.max(clock_of_what_is_kept(&deployment, &hotels).await?);
        clock.set(began.unwrap_or(clock.now()));
        for profile in &hotels {
            let put = Box::pin(deployment.store().put_profile(profile, clock.now()));
            if put.await? == PutProfile::ZoneSettled {
                let hotel = &profile.hotel_id;
                return Err(
                    BadInput(format!("hotel {hotel} has events in another time zone")).into()
                );
            }
        }
        let mut run =
            Run { deployment, clock, next_tick: None, latest: None, started: began.is_some() };
        let bar = self.bar(arrivals.count());
        let mut count = 0;
        while let Some(arrival) = next {
            count += arrival.events;
            run.arrive(arrival, &hotels).await?;
            bar.inc(1);
            next = arrivals.next_event()?;
        }
        bar.set_message("closing");
        run.finish(&hotels, self.until).await?;
        bar.finish_and_clear();
        Ok(Replayed {
            deployment: run.deployment,
            hotels,
            events: count,
            stopwatch,
            clock: run.clock,
        })
    }

    fn bar(&self, events: usize) -> ProgressBar {
        if !self.progress {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template(
            "{bar:32} {human_pos} of {human_len} events, {per_sec}, {eta} left {msg}",
        );
        let bar = ProgressBar::new(events as u64);
        style.map_or(bar.clone(), |style| bar.with_style(style))
    }
}

/// When the latest day that is closed in a folder was due. The clock of the replay begins there: by
/// an earlier one, that day would not be over yet.
async fn clock_of_what_is_kept(
    deployment: &Deployment,
    hotels: &[Profile],
) -> anyhow::Result<Option<Instant>> {
    let mut clock = None;
    let store = deployment.store();
    for profile in hotels {
        let state = store.close_state(&profile.hotel_id, Instant::from_millis(0)).await?;
        let day = state.and_then(|state| profile.calendar.day(state.closed_through));
        clock = clock.max(day.map(|day| store.schedule().due_at(&day)));
    }
    Ok(clock)
}

/// An event on its way to a queue.
struct Arrival {
    body: String,
    source: EventQueue,
    occurred_at: Option<Instant>,
    /// Its hotel and instant, where the edge would take it.
    event: Option<(HotelId, Instant)>,
    /// How many events the edge makes of it: one, unless the line packs many.
    events: usize,
}

impl Arrival {
    fn of(line: &[u8]) -> Self {
        // A line that is not UTF-8 is kept with its bytes escaped; it is no JSON either, and is
        // refused.
        let body =
            String::from_utf8(line.to_vec()).unwrap_or_else(|_| line.escape_ascii().to_string());
        let fields: Looked = serde_json::from_str(&body).unwrap_or_default();
        // Only device events name a device; a line that names none and is no space event is refused
        // by either queue.
        let source = if fields.device_id.is_some() || fields.device_kind.is_some() {
            EventQueue::DeviceEvents
        } else {
            EventQueue::SpaceEvents
        };
        let read = edge::Body::read(source, &body);
        let beyond = read.beyond();
        let decoded: Vec<_> = read.collect();
        let events = decoded.len() + beyond;
        let event = match decoded.as_slice() {
            [Ok((event, _))] => Some((event.hotel.clone(), event.fact.at())),
            _ => None,
        };
        let written = fields.occurred_at.as_ref().and_then(|at| Instant::parse(at.as_str()?).ok());
        let occurred_at = event.as_ref().map(|(_, at)| *at).or(written);
        let occurred_at = occurred_at.filter(|at| *at < END_OF_TIME);
        Self { body, source, occurred_at, event, events }
    }
}

/// The fields that tell where a line goes and when it is.
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Looked {
    device_id: Option<serde::de::IgnoredAny>,
    device_kind: Option<serde::de::IgnoredAny>,
    occurred_at: Option<serde_json::Value>,
}

/// The events in the order of their arrival: from the file as it is read, or mixed in memory.
enum Arrivals {
    InOrder(Lines, usize),
    Mixed(std::vec::IntoIter<Arc<[u8]>>),
}

impl Arrivals {
    fn new(replay: &Replay, file: &EventFile) -> Result<Self, BadInput> {
        if replay.shuffle.is_none() && replay.duplicate == 0 {
            return Ok(Self::InOrder(file.lines()?, file.events));
        }
        let mut random = fastrand::Rng::with_seed(replay.shuffle.unwrap_or(0));
        let mut lines: Vec<Arc<[u8]>> = Vec::with_capacity(file.events);
        file.each_line(|line| lines.push(line.into()))?;
        let repeats = lines.len() * replay.duplicate as usize / 100;
        let mut placed: Vec<(usize, Arc<[u8]>)> = lines.into_iter().enumerate().collect();
        let mut originals: Vec<usize> = (0..placed.len()).collect();
        random.shuffle(&mut originals);
        for original in originals.into_iter().take(repeats) {
            let line = Arc::clone(&placed[original].1);
            placed.push((random.usize(0..file.events), line));
        }
        placed.sort_by_key(|(place, _)| *place);
        if replay.shuffle.is_some() {
            random.shuffle(&mut placed);
        }
        let lines: Vec<_> = placed.into_iter().map(|(_, line)| line).collect();
        Ok(Self::Mixed(lines.into_iter()))
    }

    fn count(&self) -> usize {
        match self {
            Self::InOrder(_, events) => *events,
            Self::Mixed(lines) => lines.len(),
        }
    }

    fn next_event(&mut self) -> Result<Option<Arrival>, BadInput> {
        Ok(match self {
            Self::InOrder(lines, _) => lines.next_line()?.map(Arrival::of),
            Self::Mixed(lines) => lines.next().map(|line| Arrival::of(&line)),
        })
    }
}

/// A replay under way.
struct Run {
    deployment: Deployment,
    clock: Arc<ReplayClock>,
    next_tick: Option<Instant>,
    /// When the latest accepted event happened.
    latest: Option<Instant>,
    /// Whether an event has set the clock.
    started: bool,
}

impl Run {
    async fn arrive(&mut self, arrival: Arrival, hotels: &[Profile]) -> anyhow::Result<()> {
        match arrival.occurred_at {
            Some(at) if !self.started => {
                self.clock.set(at);
                self.started = true;
            }
            Some(at) if at > self.clock.now() => self.advance(at).await?,
            _ => {}
        }
        if let Some((hotel, at)) = &arrival.event {
            let admitted = self.deployment.store().schedule().admit(*at, self.clock.now()).is_ok();
            if admitted && hotels.iter().any(|profile| profile.hotel_id == *hotel) {
                self.latest = self.latest.max(Some(*at));
            }
        }
        let queue = match arrival.source {
            EventQueue::DeviceEvents => DEVICE_EVENTS,
            EventQueue::SpaceEvents => SPACE_EVENTS,
        };
        self.deployment.queues().send(queue, arrival.body, BTreeMap::new());
        self.deployment.deliver().await;
        Ok(())
    }

    /// Moves the clock on, and stops on the way wherever something is to be done.
    async fn advance(&mut self, to: Instant) -> anyhow::Result<()> {
        loop {
            let tick = *self.next_tick.get_or_insert_with(|| tick_after(self.clock.now()));
            let wake = self.deployment.next_wake().filter(|wake| *wake < tick);
            let stop = wake.unwrap_or(tick);
            if stop > to {
                break;
            }
            self.clock.set(stop.max(self.clock.now()));
            if wake.is_none() {
                self.deployment.tick().await?;
                self.next_tick = Some(tick + TICK);
            }
            self.deployment.deliver().await;
        }
        self.clock.set(to);
        self.deployment.deliver().await;
        Ok(())
    }

    /// Moves the clock on until every hotel with events has closed the last date, and nothing is
    /// left to do.
    async fn finish(
        &mut self,
        hotels: &[Profile],
        until: Option<BusinessDate>,
    ) -> anyhow::Result<()> {
        let Some(latest) = self.latest else {
            // Nothing was accepted; what was refused is still on its way.
            return self.settle(hotels, None).await;
        };
        let last = |profile: &Profile| {
            let calendar = &profile.calendar;
            let Some(date) = until else { return calendar.day_of(latest).date };
            calendar.day(date).unwrap_or_else(|| calendar.previous(date)).date
        };
        let lasts: BTreeMap<HotelId, BusinessDate> =
            hotels.iter().map(|profile| (profile.hotel_id.clone(), last(profile))).collect();
        let is_closed = self.still_open(hotels, Some(&lasts)).await?.is_none();
        self.settle(hotels, Some(&lasts)).await?;
        if is_closed {
            // Nothing was left to close, so the rule did not tick. It ticks once here: what is
            // closed must not depend on which event came last.
            self.deployment.tick().await?;
            self.settle(hotels, Some(&lasts)).await?;
        }
        Ok(())
    }

    async fn settle(
        &mut self,
        hotels: &[Profile],
        lasts: Option<&BTreeMap<HotelId, BusinessDate>>,
    ) -> anyhow::Result<()> {
        let mut give_up = self.clock.now() + PATIENCE;
        loop {
            let open = self.still_open(hotels, lasts).await?;
            if open.is_none() && self.deployment.next_wake().is_none() {
                return Ok(());
            }
            if let Some((profile, date)) = open {
                let due = profile
                    .calendar
                    .day(date)
                    .map(|day| self.deployment.store().schedule().due_at(&day));
                give_up = give_up.max(due.unwrap_or(give_up) + PATIENCE);
                anyhow::ensure!(
                    self.clock.now() < give_up,
                    "hotel {} does not close {date}: see the dead letters of {DAY_CLOSE}",
                    profile.hotel_id
                );
            }
            let tick = self.next_tick.unwrap_or_else(|| tick_after(self.clock.now()));
            let stop = self.deployment.next_wake().map_or(tick, |wake| wake.min(tick));
            self.advance(stop.max(self.clock.now())).await?;
        }
    }

    /// A hotel with events that has not closed its last date.
    async fn still_open<'a>(
        &self,
        hotels: &'a [Profile],
        lasts: Option<&BTreeMap<HotelId, BusinessDate>>,
    ) -> anyhow::Result<Option<(&'a Profile, BusinessDate)>> {
        let Some(lasts) = lasts else { return Ok(None) };
        for profile in hotels {
            let state =
                self.deployment.store().close_state(&profile.hotel_id, self.clock.now()).await?;
            let last = lasts[&profile.hotel_id];
            if state.is_some_and(|state| state.closed_through < last) {
                return Ok(Some((profile, last)));
            }
        }
        Ok(None)
    }
}

fn tick_after(now: Instant) -> Instant {
    Instant::from_millis((now.as_millis().div_euclid(TICK) + 1) * TICK)
}

impl Replayed {
    /// The deployment as the replay left it.
    pub fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// The deployment, with its clock as the replay left it.
    pub fn into_parts(self) -> (Deployment, Arc<ReplayClock>) {
        (self.deployment, self.clock)
    }

    /// Writes every report, by hotel, date and room, and adds everything up.
    ///
    /// # Errors
    /// When a report cannot be read or written.
    pub async fn write_reports(&self, out: &mut dyn Write) -> anyhow::Result<Summary> {
        let store = self.deployment.store();
        let (mut reports, mut revised) = (0, 0);
        let mut hotels: Vec<&Profile> = self.hotels.iter().collect();
        hotels.sort_by_key(|profile| &profile.hotel_id);
        for profile in hotels {
            let hotel = &profile.hotel_id;
            let mut days = store.hotel_days(
                hotel,
                BusinessDate::MIN,
                BusinessDate::MAX,
                Instant::from_millis(0),
            );
            while let Some(day) = days.next().await? {
                let mut pages = store.reports(hotel, day.date, None, Instant::from_millis(0));
                while let Some(stored) = pages.next().await? {
                    reports += 1;
                    revised += usize::from(stored.closed.revision > 1);
                    let view = RoomReportView::closed(hotel, &profile.calendar, &stored.closed);
                    serde_json::to_writer(&mut *out, &view)?;
                    out.write_all(b"\n").context("reports cannot be written")?;
                }
            }
        }
        out.flush().context("reports cannot be written")?;
        Ok(self.summary(reports, revised))
    }

    #[expect(clippy::cast_precision_loss, reason = "a count of events stays far below 2^52")]
    fn summary(&self, reports: usize, revised: usize) -> Summary {
        let mut refused = BTreeMap::new();
        for message in self.rejected() {
            let reason = message.attributes.get("reason").cloned().unwrap_or_default();
            *refused.entry(reason).or_insert(0) += message.refused_events();
        }
        let dead: usize = [DEVICE_EVENTS, SPACE_EVENTS]
            .iter()
            .map(|queue| self.deployment.queues().dead_letters(queue).len())
            .sum();
        let ingest = self.deployment.consumed_by_ingest();
        let events = (self.events as f64).max(1.0);
        Summary {
            events: self.events,
            applied: self.events - dead - refused.values().sum::<usize>(),
            refused,
            reports,
            revised,
            ingest,
            schedule: self.deployment.consumed_by_schedule(),
            close: self.deployment.consumed_by_close(),
            revise: self.deployment.consumed_by_revise(),
            per_event: PerEvent {
                write_units: ingest.write_units / events,
                read_units: ingest.read_units / events,
            },
            elapsed_seconds: self.stopwatch.seconds(),
        }
    }

    fn rejected(&self) -> Vec<roomwatt_embedded::queues::Message> {
        self.deployment.queues().peek(REJECTED_EVENTS)
    }
}
