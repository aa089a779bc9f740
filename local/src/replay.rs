//! Replay: a log of events through the real functions, on the clock of the events themselves.
//!
//! The clock is the latest instant of a good event so far: a line that is refused moves nothing. As
//! it moves on, the schedule ticks and days close. By default events are taken as a backlog is, some
//! thousands at once, and before each day that is closed; [`Batches::AsBilled`] takes them by the
//! clock instead, as the deployment does, so that the units are those of AWS's bill.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use roomwatt_domain::{
    BusinessCalendar, BusinessDate, ClosedReport, HotelId, Instant, Millis, Profile, SourceName,
};
use roomwatt_messaging::Clock;
use roomwatt_presentation::RoomReportView;
use roomwatt_source::{Register, Source, built_in};
use roomwatt_store::{ChangedSource, Consumed, PutProfile, PutRegister};
use serde::{Deserialize, Serialize};

use crate::arrivals::{Arrival, Arrivals, Calendars, Feed, Line, Mixing, Next, Reader};
use crate::bookmark::Bookmark;
use crate::figures::separated;
use crate::input::{BadInput, EventFile, Progress, read_register, read_source};
use roomwatt_embedded::clock::{BEFORE_ALL, ReplayClock, Stopwatch};
use roomwatt_embedded::deployment::{
    DAY_CLOSE, DEVICE_EVENTS, Delivered, Deployment, LARGEST_PAYLOAD, MAPPINGS, REJECTED_EVENTS,
    RefusedEvents, SPACE_EVENTS, TICK, queue_of,
};

/// How messages are gathered into batches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Batches {
    /// As a backlog is taken: as many as wait.
    #[default]
    Backlog,
    /// By the clock, as the deployment gathers them.
    AsBilled,
}

/// What to replay, and how.
#[derive(Debug, Clone, Default)]
pub struct Replay {
    /// The date to close every hotel through, instead of that of the latest accepted event.
    pub until: Option<BusinessDate>,
    /// Whether the log is mixed.
    pub mixing: Mixing,
    /// Where to keep the table; in memory if nowhere.
    pub data: Option<PathBuf>,
    /// How events are batched.
    pub batches: Batches,
    /// In whose shape the log is, where it is not in Roomwatt's.
    pub publisher: Option<Publisher>,
    /// Whether people watch.
    pub progress: bool,
    /// Becomes true when the replay is to end with what is done.
    pub stop: Arc<AtomicBool>,
}

/// The publisher of a log in another shape.
#[derive(Debug, Clone)]
pub struct Publisher {
    /// The source that reads it.
    pub source: Arc<Source>,
    /// The source's text where it is an operator's own, and is to be known to the functions.
    pub own: Option<String>,
    /// The hotel that it is of, whatever its messages say.
    pub hotel: Option<HotelId>,
    /// The rooms and devices of that hotel.
    pub register: Option<Register>,
}

impl Publisher {
    /// Reads the source, by its name or file, and the register of the hotel, which is that of the
    /// profiles where these are of one.
    ///
    /// # Errors
    /// [`BadInput`] when one of them cannot be read.
    pub fn read(
        source: &str,
        devices: Option<&Path>,
        hotel: Option<HotelId>,
        hotels: &[Profile],
    ) -> Result<Self, BadInput> {
        let (read, text) = read_source(source)?;
        let own = (built_in::find(read.name()) != Some(text.as_str())).then_some(text);
        let hotel = match (hotel, hotels, devices) {
            (None, [one], Some(_)) => Some(one.hotel_id.clone()),
            (None, _, Some(_)) => {
                let why = "--devices is of one hotel: --hotel HOTEL says of which";
                return Err(BadInput(why.to_owned()));
            }
            (hotel, _, _) => hotel,
        };
        let register = devices.map(read_register).transpose()?;
        Ok(Self { source: Arc::new(read), own, hotel, register })
    }
}

/// What a replay came to.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Events that arrived, repeats included.
    pub events: usize,
    /// Events that are in a summary.
    pub applied: usize,
    /// What sources passed over.
    #[serde(skip_serializing_if = "is_none")]
    pub ignored: usize,
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
    /// What was consumed to tell of closed days.
    pub tell: Consumed,
    /// Ingest's units by event.
    pub per_event: PerEvent,
    /// How long it took.
    pub elapsed_seconds: f64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

impl Summary {
    /// How many events were refused.
    pub fn refused_events(&self) -> usize {
        self.refused.values().sum()
    }
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

/// A refused event, or a line of which much was refused.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RefusedLine {
    /// The line's number in the log.
    pub line: usize,
    /// The place of the event in a line that packs many, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<usize>,
    /// How many events are refused of a line that is kept whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// Why.
    pub reason: String,
    /// The rule of the source by which it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What was wrong in particular.
    pub detail: String,
    /// The queue that refused it.
    pub queue: String,
    /// The event's own text, or the whole line.
    pub body: String,
}

/// A replay that has ended: the deployment as it stands, with what it came to.
pub struct Replayed {
    deployment: Deployment,
    hotels: Vec<Profile>,
    counts: Counts,
    /// Events of earlier runs of the log.
    before: usize,
    first_refused: Vec<RefusedLine>,
    resumed_after: Option<usize>,
    stopwatch: Stopwatch,
    clock: Arc<ReplayClock>,
}

/// Somebody ended the replay before its log did.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("interrupted after {} events, up to line {line} of {name}; {}", separated(*events), how_to_go_on(*kept))]
pub struct Interrupted {
    /// The log.
    pub name: String,
    /// The last line that was taken.
    pub line: usize,
    /// How many events came so far.
    pub events: usize,
    /// Whether what is done is kept, and from where on the same command goes on.
    pub kept: Option<GoesOn>,
}

/// From where the same command goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoesOn {
    /// After the last line that was taken.
    AfterTheLine,
    /// From the first line, which changes nothing that is done.
    FromTheFirst,
}

fn how_to_go_on(kept: Option<GoesOn>) -> &'static str {
    match kept {
        Some(GoesOn::AfterTheLine) => {
            "what is done is kept, and the same command goes on from there"
        }
        Some(GoesOn::FromTheFirst) => {
            "what is done is kept; the same command begins anew and changes nothing of it"
        }
        None => "nothing is kept: --data DIR keeps it, so that a replay can go on",
    }
}

/// The clock follows no event of the year 9987 or later: calendars end, and no day would be due. Such
/// an event is refused as one of the future.
const END_OF_TIME: Instant = Instant::from_millis(253_000_000_000_000);

/// How long a day may stay open past its due time before the replay gives up on it.
const PATIENCE: Millis = 7 * DAY;
const DAY: Millis = 24 * 60 * 60_000;

/// The most messages of a backlog that one batch takes: what SQS hands to a function at once.
const BACKLOG: usize = 10_000;
/// How many refused events are told to people.
const FIRST_REFUSED: usize = 5;

impl Replay {
    /// Replays a log over some hotels.
    ///
    /// # Errors
    /// [`BadInput`] when the events cannot be read; [`Interrupted`]; others when the embedded engine
    /// fails.
    pub async fn run(&self, hotels: Vec<Profile>, events: &EventFile) -> anyhow::Result<Replayed> {
        Box::pin(self.run_and_tell(hotels, events, &mut |_| Ok(()))).await
    }

    /// The same, and tells of every event that is refused.
    ///
    /// # Errors
    /// As [`Self::run`], and what telling answers.
    pub async fn run_and_tell(
        &self,
        hotels: Vec<Profile>,
        events: &EventFile,
        tell: &mut dyn FnMut(&RefusedLine) -> anyhow::Result<()>,
    ) -> anyhow::Result<Replayed> {
        let stopwatch = Stopwatch::start();
        let mut arrivals = Arrivals::new(self.mixing, events, self.publisher.is_some())?;
        let mut next = arrivals.next_line()?;
        let clock = Arc::new(ReplayClock::at(Instant::from_millis(0)));
        let deployment =
            Deployment::new(self.data.as_deref(), Arc::clone(&clock) as Arc<dyn Clock>).await?;
        if self.data.is_some() {
            deployment.aws().write_lazily()?;
        }
        let began = clock_of_what_is_kept(&deployment, &hotels).await?;
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
        let calendars = calendars(&deployment, &hotels, clock.now()).await?;
        let reader = self.reader(&deployment, &calendars).await?;
        let bookmark = match (&next, self.batches) {
            (Some(first), Batches::Backlog) if self.mixing == Mixing::default() => {
                let kept = deployment.aws().kept().cloned().zip(self.data.as_deref());
                kept.map(|(kept, folder)| Bookmark::open(kept, folder, first)).transpose()?
            }
            _ => None,
        };
        let mut run = Run {
            deployment,
            clock,
            calendars,
            batches: self.batches,
            next_tick: None,
            dues: BTreeMap::new(),
            counts: Counts::default(),
            before: 0,
            started: began.is_some(),
            oldest: None,
            sent: HashMap::new(),
            first_refused: Vec::new(),
            bookmark,
            name: arrivals.name().to_owned(),
            stop: Arc::clone(&self.stop),
            tell,
        };
        let resumed_after = run.resume(&mut arrivals, &mut next)?;
        let all: Vec<_> = run.calendars.keys().cloned().collect();
        run.look_what_is_due(&all).await?;
        let (bar, progress) = (self.bar(arrivals.progress()), arrivals.progress().clone());
        let checksum = run.bookmark.as_ref().map(|bookmark| bookmark.checksum.clone());
        let mut feed = Feed::begin(next, arrivals, reader, run.calendars.clone(), checksum);
        loop {
            run.stop_if_asked().await?;
            let (arrival, passed) = match feed.next()? {
                Next::Arrival(one) => *one,
                Next::NotYet => continue,
                Next::End => break,
            };
            run.arrive(arrival, passed).await?;
            if run.counts.line.is_multiple_of(1000) {
                bar.set_position(progress.read());
                bar.set_message(format!("{} lines", separated(run.counts.line)));
            }
        }
        bar.set_message("closing");
        run.finish(&hotels, self.until).await?;
        bar.finish_and_clear();
        let Run { deployment, clock, counts, before, first_refused, .. } = run;
        Ok(Replayed {
            deployment,
            hotels,
            counts,
            before,
            first_refused,
            resumed_after,
            stopwatch,
            clock,
        })
    }

    /// Tells the functions what they need to know of a publisher, and reads as they will.
    async fn reader(
        &self,
        deployment: &Deployment,
        calendars: &Calendars,
    ) -> anyhow::Result<Reader> {
        let store = deployment.store().metered_apart();
        let mut reader = Reader::default();
        if let Some(Publisher { source, own, hotel, register }) = &self.publisher {
            if let Some(own) = own {
                let name = SourceName::new(source.name())?;
                if store.put_source(&name, own).await? == ChangedSource::Conflict {
                    return Err(BadInput(format!(
                        "source {name} is being changed by somebody else"
                    ))
                    .into());
                }
            }
            if let (Some(hotel), Some(register)) = (hotel, register) {
                match store.put_register(hotel, &register.to_csv()).await? {
                    PutRegister::Created | PutRegister::Replaced => {}
                    PutRegister::Conflict => {
                        let why =
                            format!("the register of {hotel} is being changed by somebody else");
                        return Err(BadInput(why).into());
                    }
                    PutRegister::TooLarge => {
                        return Err(
                            BadInput(format!("the register of {hotel} is too large")).into()
                        );
                    }
                }
            }
            reader.source = Some(Arc::clone(source));
            reader.hotel.clone_from(hotel);
        }
        let mut stored = store.sources();
        while let Some(stored) = stored.next().await? {
            let source = Source::parse(&stored.text).ok().map(Arc::new);
            reader.sources.insert(stored.name.to_string(), source);
        }
        // An operator's own source stands before the built-in one of its name.
        if let Some(Publisher { source, own: None, .. }) = &self.publisher
            && let Some(Some(stored)) = reader.sources.get(source.name())
        {
            reader.source = Some(Arc::clone(stored));
        }
        for hotel in calendars.keys() {
            if let Some(stored) = store.register(hotel).await? {
                reader.registers.extend(
                    Register::from_csv(&stored.text).ok().map(|register| (hotel.clone(), register)),
                );
            }
        }
        Ok(reader)
    }

    fn bar(&self, progress: &Progress) -> ProgressBar {
        if !self.progress {
            return ProgressBar::hidden();
        }
        let (bar, template) = match progress.length {
            Some(length) => (ProgressBar::new(length), "{bar:30} {percent}%, {msg}, {eta} left"),
            None => (ProgressBar::no_length(), "{spinner} {msg}, {elapsed}"),
        };
        match ProgressStyle::with_template(template) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
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
        let state = store.close_state(&profile.hotel_id, BEFORE_ALL).await?;
        let day = state.and_then(|state| profile.calendar.day(state.closed_through));
        clock = clock.max(day.map(|day| store.schedule().due_at(&day)));
    }
    Ok(clock)
}

/// The hotels that there are, those that a folder has from before included.
async fn calendars(
    deployment: &Deployment,
    hotels: &[Profile],
    now: Instant,
) -> anyhow::Result<Calendars> {
    let of_profile = |profile: &Profile| (profile.hotel_id.clone(), profile.calendar.clone());
    let mut calendars: BTreeMap<_, _> = hotels.iter().map(of_profile).collect();
    let mut stored = deployment.store().hotels(None, now);
    while let Some(hotel) = stored.next().await? {
        if let Entry::Vacant(unknown) = calendars.entry(hotel.hotel_id) {
            unknown.insert(BusinessCalendar::new(&hotel.time_zone)?);
        }
    }
    Ok(calendars)
}

/// What came of a log so far.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Counts {
    /// The last line that arrived.
    line: usize,
    applied: usize,
    ignored: usize,
    refused: BTreeMap<String, usize>,
    /// When the latest accepted event happened, in milliseconds since the epoch.
    latest: Option<i64>,
}

impl Counts {
    fn events(&self) -> usize {
        self.applied + self.refused.values().sum::<usize>()
    }
}

/// A replay under way.
struct Run<'t> {
    deployment: Deployment,
    clock: Arc<ReplayClock>,
    /// By hotel; a hotel that is not among them is unknown.
    calendars: Calendars,
    batches: Batches,
    next_tick: Option<Instant>,
    /// When the next day of each hotel with events is due.
    dues: BTreeMap<HotelId, Instant>,
    counts: Counts,
    /// Events of earlier runs of the log.
    before: usize,
    /// Whether an event has set the clock.
    started: bool,
    /// The earliest event among those that wait.
    oldest: Option<Instant>,
    /// The lines of the messages that are under way.
    sent: HashMap<String, usize>,
    first_refused: Vec<RefusedLine>,
    bookmark: Option<Bookmark>,
    name: String,
    stop: Arc<AtomicBool>,
    tell: &'t mut dyn FnMut(&RefusedLine) -> anyhow::Result<()>,
}

impl Run<'_> {
    /// Ends the replay if somebody wishes so; what has arrived is taken in, so that it need not arrive
    /// again.
    async fn stop_if_asked(&mut self) -> anyhow::Result<()> {
        if !self.stop.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.take_what_waits().await?;
        let kept = self.deployment.aws().kept().is_some().then_some(match self.bookmark {
            Some(_) => GoesOn::AfterTheLine,
            None => GoesOn::FromTheFirst,
        });
        let (line, events) = (self.counts.line, self.counts.events());
        Err(Interrupted { name: self.name.clone(), line, events, kept }.into())
    }

    /// Passes over the lines that an earlier run took in.
    fn resume(
        &mut self,
        arrivals: &mut Arrivals,
        next: &mut Option<Line>,
    ) -> anyhow::Result<Option<usize>> {
        let Some(bookmark) = &mut self.bookmark else { return Ok(None) };
        let Some(noted) = bookmark.earlier() else { return Ok(None) };
        while let Some(line) = next.take_if(|line| line.number <= noted.counts.line) {
            line.add_to(&mut bookmark.checksum);
            *next = arrivals.next_line()?;
        }
        let (name, line) = (arrivals.name(), noted.counts.line);
        if !bookmark.is_at(&noted) {
            return Err(BadInput(format!(
                "{name}: a replay into this folder was interrupted at line {line} of a log that \
                 begins alike and goes on otherwise; use another folder"
            ))
            .into());
        }
        bookmark.tell_refused(&noted, &mut |line| {
            (self.tell)(&line)?;
            remember(&mut self.first_refused, line);
            Ok(())
        })?;
        self.clock.set(noted.clock().max(self.clock.now()));
        self.started = true;
        self.counts = noted.counts;
        self.before = self.counts.events();
        Ok(Some(line))
    }

    async fn arrive(
        &mut self,
        arrival: Arrival,
        passed: Option<crc32fast::Hasher>,
    ) -> anyhow::Result<()> {
        for (hotel, at) in &arrival.events {
            self.see(hotel, *at).await?;
        }
        // Not before: what is noted on the way there is what came before this line.
        self.counts.line = arrival.line;
        if let (Some(bookmark), Some(passed)) = (&mut self.bookmark, passed) {
            bookmark.checksum = passed;
        }
        let queue = queue_of(arrival.queue);
        let id = self.deployment.queues().send(queue, arrival.body, arrival.attributes);
        self.sent.insert(id, arrival.line);
        let earliest = arrival.events.iter().map(|(_, at)| *at).min();
        self.oldest = [self.oldest, earliest].into_iter().flatten().min();
        // What is about to become too old does not wait for others.
        let (schedule, tomorrow) = (self.deployment.store().schedule(), self.clock.now() + DAY);
        let expires = earliest.is_some_and(|at| schedule.admit(at, tomorrow).is_err());
        match self.batches {
            Batches::AsBilled => self.deliver().await,
            Batches::Backlog if expires || self.sent.len() >= BACKLOG => {
                self.take_what_waits().await
            }
            Batches::Backlog => Ok(()),
        }
    }

    /// Moves the clock on to a good event, and notes what it makes due.
    async fn see(&mut self, hotel: &HotelId, at: Instant) -> anyhow::Result<()> {
        if at >= END_OF_TIME || !self.calendars.contains_key(hotel) {
            return Ok(());
        }
        if !self.started {
            self.clock.set(at);
            self.started = true;
        } else if at > self.clock.now() {
            self.advance(at).await?;
        }
        let (schedule, now) = (self.deployment.store().schedule(), self.clock.now());
        if schedule.admit(at, now).is_err() {
            return Ok(());
        }
        self.counts.latest = self.counts.latest.max(Some(at.as_millis()));
        if self.batches == Batches::AsBilled {
            return Ok(());
        }
        if !self.dues.contains_key(hotel) {
            // With its first event the hotel is opened, and the days from then on are closed.
            let day = self.calendars[hotel].day_of(at.min(now - schedule.grace));
            self.dues.insert(hotel.clone(), schedule.due_at(&day));
        }
        Ok(())
    }

    async fn advance(&mut self, to: Instant) -> anyhow::Result<()> {
        match self.batches {
            Batches::AsBilled => self.advance_by_the_clock(to).await,
            Batches::Backlog => self.advance_by_days(to).await,
        }
    }

    /// Moves the clock on, and stops on the way wherever something is to be done.
    async fn advance_by_the_clock(&mut self, to: Instant) -> anyhow::Result<()> {
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
            self.deliver().await?;
        }
        self.clock.set(to);
        self.deliver().await
    }

    /// Moves the clock on, and stops where a day is due: what happened on it is taken in first.
    async fn advance_by_days(&mut self, to: Instant) -> anyhow::Result<()> {
        let grace = self.deployment.store().schedule().grace;
        loop {
            // From the middle of the grace on, what is taken in may be late for all that ingest knows.
            let eve = self.dues.values().min().map(|due| *due - grace + grace / 2);
            if let Some(eve) = eve.filter(|eve| self.clock.now() < *eve && *eve <= to) {
                self.take_what_waits().await?;
                self.clock.set(eve);
            }
            let Some(tick) = self.tick_with_something_due().filter(|tick| *tick <= to) else {
                break;
            };
            let due = self.dues.iter().filter(|(_, due)| **due <= tick);
            let (due, ends): (Vec<_>, Vec<_>) =
                due.map(|(hotel, due)| (hotel.clone(), *due - grace)).unzip();
            if self.oldest.is_some_and(|oldest| ends.iter().any(|end| oldest < *end)) {
                self.take_what_waits().await?;
            }
            self.clock.set(tick.max(self.clock.now()));
            self.deployment.tick().await.map_err(|error| self.fault(error))?;
            // Messages of the day-close queue gather for a while after the tick.
            self.clock.set(self.clock.now() + CLOSE_WINDOW);
            self.settle_what_waits().await?;
            self.look_what_is_due(&due).await?;
        }
        self.clock.set(to.max(self.clock.now()));
        Ok(())
    }

    /// The next tick of the schedule that finds a day to close.
    fn tick_with_something_due(&self) -> Option<Instant> {
        let due = *self.dues.values().min()?;
        let now = self.clock.now();
        Some(if due > now { tick_after(due - 1) } else { tick_after(now) })
    }

    async fn look_what_is_due(&mut self, hotels: &[HotelId]) -> anyhow::Result<()> {
        let store = self.deployment.store();
        for hotel in hotels {
            let Some(calendar) = self.calendars.get(hotel) else { continue };
            match store.close_state(hotel, self.clock.now()).await? {
                Some(state) => {
                    let day = calendar.next(state.closed_through);
                    self.dues.insert(hotel.clone(), store.schedule().due_at(&day));
                }
                None => drop(self.dues.remove(hotel)),
            }
        }
        Ok(())
    }

    /// Hands on what is ready by the clock.
    async fn deliver(&mut self) -> anyhow::Result<()> {
        for mapping in &MAPPINGS {
            while self.deployment.is_ready(mapping) {
                let most = mapping.batch_size;
                let taken = self.deployment.take_batch(mapping.queue, most, LARGEST_PAYLOAD).await;
                self.note(mapping.queue, taken)?;
            }
        }
        Ok(())
    }

    /// Takes in what has arrived, and settles what was late.
    async fn take_what_waits(&mut self) -> anyhow::Result<()> {
        for queue in [DEVICE_EVENTS, SPACE_EVENTS] {
            while self.deployment.queues().waiting(queue).is_some() {
                let taken = self.deployment.take_batch(queue, BACKLOG, usize::MAX).await;
                self.note(queue, taken)?;
            }
        }
        self.oldest = None;
        self.settle_what_waits().await?;
        match &mut self.bookmark {
            Some(bookmark) if self.sent.is_empty() => {
                let noted = bookmark.note(&self.counts, self.clock.now());
                noted.map_err(|error| self.fault(error))
            }
            _ => Ok(()),
        }
    }

    async fn settle_what_waits(&mut self) -> anyhow::Result<()> {
        while self.deployment.queues().waiting(DAY_CLOSE).is_some() {
            let taken = self.deployment.take_batch(DAY_CLOSE, BACKLOG, usize::MAX).await;
            self.note(DAY_CLOSE, taken)?;
        }
        // Nobody listens to the bus.
        self.deployment.aws().take_told();
        Ok(())
    }

    /// Counts and tells what was refused of a batch.
    fn note(&mut self, queue: &str, taken: Delivered) -> anyhow::Result<()> {
        if !taken.failed.is_empty()
            && let Some(fault) = self.deployment.aws().fault()
        {
            anyhow::bail!(
                "what is kept cannot be written: {fault}; nothing that was taken is lost, and the \
                 same command goes on when there is room"
            );
        }
        if queue == DAY_CLOSE {
            return Ok(());
        }
        self.counts.applied += taken.applied;
        self.counts.ignored += taken.ignored;
        for refused in taken.refused {
            *self.counts.refused.entry(refused.reason.clone()).or_insert(0) += refused.count();
            let line = self.line_of(queue, refused);
            if let Some(bookmark) = &mut self.bookmark {
                bookmark.add_refused(&line)?;
            }
            (self.tell)(&line)?;
            remember(&mut self.first_refused, line);
        }
        // They were told; in memory they would only pile up.
        self.deployment.queues().drain(REJECTED_EVENTS);
        for message in taken.done {
            self.sent.remove(&message.id);
        }
        Ok(())
    }

    fn line_of(&self, queue: &str, refused: RefusedEvents) -> RefusedLine {
        let RefusedEvents { message, event, of_whole, reason, rule, detail, body } = refused;
        let line = self.sent.get(&message).copied().unwrap_or(self.counts.line);
        let is_packed = rule.is_none() && (of_whole.is_some() || event > 0);
        let event = is_packed.then_some(event + 1);
        let (count, queue) = (of_whole, queue.to_owned());
        RefusedLine { line, event, count, reason, rule, detail, queue, body }
    }

    /// What the engine said, where it is to blame.
    fn fault(&self, error: impl Into<anyhow::Error>) -> anyhow::Error {
        match self.deployment.aws().fault() {
            Some(fault) => anyhow::anyhow!("what is kept cannot be written: {fault}"),
            None => error.into(),
        }
    }

    /// Moves the clock on until every hotel with events has closed the last date, and nothing is
    /// left to do.
    async fn finish(
        &mut self,
        hotels: &[Profile],
        until: Option<BusinessDate>,
    ) -> anyhow::Result<()> {
        if self.batches == Batches::Backlog {
            self.take_what_waits().await?;
        }
        let latest = self.counts.latest.map(Instant::from_millis);
        let last = |profile: &Profile| {
            let calendar = &profile.calendar;
            match (until, latest) {
                (Some(date), _) => {
                    Some(calendar.day(date).unwrap_or_else(|| calendar.previous(date)).date)
                }
                (None, Some(latest)) => Some(calendar.day_of(latest).date),
                // Nothing was accepted; what was refused may still be on its way.
                (None, None) => None,
            }
        };
        let lasts: BTreeMap<HotelId, BusinessDate> = hotels
            .iter()
            .filter_map(|profile| Some((profile.hotel_id.clone(), last(profile)?)))
            .collect();
        let is_closed = self.still_open(hotels, &lasts).await?.is_none();
        self.settle(hotels, &lasts).await?;
        if is_closed && !lasts.is_empty() {
            // Nothing was left to close, so the rule did not tick. It ticks once here: what is
            // closed must not depend on which event came last.
            self.deployment.tick().await?;
            self.settle(hotels, &lasts).await?;
        }
        self.bookmark.as_mut().map_or(Ok(()), Bookmark::remove)
    }

    async fn settle(
        &mut self,
        hotels: &[Profile],
        lasts: &BTreeMap<HotelId, BusinessDate>,
    ) -> anyhow::Result<()> {
        let mut give_up = self.clock.now() + PATIENCE;
        loop {
            self.stop_if_asked().await?;
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
            self.advance_by_the_clock(stop.max(self.clock.now())).await?;
        }
    }

    /// A hotel with events that has not closed its last date.
    async fn still_open<'a>(
        &self,
        hotels: &'a [Profile],
        lasts: &BTreeMap<HotelId, BusinessDate>,
    ) -> anyhow::Result<Option<(&'a Profile, BusinessDate)>> {
        for profile in hotels {
            let Some(last) = lasts.get(&profile.hotel_id) else { continue };
            let state =
                self.deployment.store().close_state(&profile.hotel_id, self.clock.now()).await?;
            if state.is_some_and(|state| state.closed_through < *last) {
                return Ok(Some((profile, *last)));
            }
        }
        Ok(None)
    }
}

/// The first refused events are told to people.
fn remember(first: &mut Vec<RefusedLine>, line: RefusedLine) {
    if first.len() < FIRST_REFUSED {
        first.push(line);
    }
}

/// How long messages gather in the day-close queue.
const CLOSE_WINDOW: Millis = 60_000;

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

    /// The first events that were refused.
    pub fn first_refused(&self) -> &[RefusedLine] {
        &self.first_refused
    }

    /// The line after which an earlier run was ended and this one went on.
    pub fn resumed_after(&self) -> Option<usize> {
        self.resumed_after
    }

    /// Writes every report, by hotel, date and room, and adds everything up.
    ///
    /// # Errors
    /// When a report cannot be read or written.
    pub async fn write_reports(&self, out: &mut dyn Write) -> anyhow::Result<Summary> {
        self.each_report(&mut |profile, report| {
            let view = RoomReportView::closed(&profile.hotel_id, &profile.calendar, report);
            serde_json::to_writer(&mut *out, &view)?;
            out.write_all(b"\n").context("reports cannot be written")
        })
        .await
    }

    /// Adds everything up.
    ///
    /// # Errors
    /// When a report cannot be read.
    pub async fn summary(&self) -> anyhow::Result<Summary> {
        self.each_report(&mut |_, _| Ok(())).await
    }

    async fn each_report(
        &self,
        write: &mut dyn FnMut(&Profile, &ClosedReport) -> anyhow::Result<()>,
    ) -> anyhow::Result<Summary> {
        let store = self.deployment.store();
        let (mut reports, mut revised) = (0, 0);
        let mut hotels: Vec<&Profile> = self.hotels.iter().collect();
        hotels.sort_by_key(|profile| &profile.hotel_id);
        for profile in hotels {
            let hotel = &profile.hotel_id;
            let mut days =
                store.hotel_days(hotel, BusinessDate::MIN, BusinessDate::MAX, BEFORE_ALL);
            while let Some(day) = days.next().await? {
                let mut pages = store.reports(hotel, day.date, None, BEFORE_ALL);
                while let Some(stored) = pages.next().await? {
                    reports += 1;
                    revised += usize::from(stored.closed.revision > 1);
                    write(profile, &stored.closed)?;
                }
            }
        }
        Ok(self.sum_up(reports, revised))
    }

    #[expect(clippy::cast_precision_loss, reason = "a count of events stays far below 2^52")]
    fn sum_up(&self, reports: usize, revised: usize) -> Summary {
        let dead: usize = [DEVICE_EVENTS, SPACE_EVENTS]
            .iter()
            .map(|queue| self.deployment.queues().dead_letters(queue).len())
            .sum();
        let ingest = self.deployment.consumed_by_ingest();
        let events = self.counts.events();
        let of_this_run = ((events - self.before) as f64).max(1.0);
        Summary {
            events: events + dead,
            applied: self.counts.applied,
            ignored: self.counts.ignored,
            refused: self.counts.refused.clone(),
            reports,
            revised,
            ingest,
            schedule: self.deployment.consumed_by_schedule(),
            close: self.deployment.consumed_by_close(),
            tell: self.deployment.consumed_by_telling(),
            revise: self.deployment.consumed_by_revise(),
            per_event: PerEvent {
                write_units: ingest.write_units / of_this_run,
                read_units: ingest.read_units / of_this_run,
            },
            elapsed_seconds: self.stopwatch.seconds(),
        }
    }
}
