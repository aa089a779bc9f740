//! A simulated day through the real functions, and what it consumed.
//!
//! Two days are run. The first brings the table into the state that it usually is in: rooms have
//! reports, and open with what the day before left. The second is measured: the batches that hold
//! its events, its 96 ticks, its close.
//!
//! What is larger than a run should be is run in part. The traffic, though, is made whole, so that
//! messages, batches and receives are those of all rooms; of each batch the functions see the
//! events of the rooms in the sample.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use indicatif::{ProgressBar, ProgressStyle};
use roomwatt_api::{Api, Caller, Delivery};
use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{BusinessDay, HotelId, Instant, Millis, Profile, Window};
use roomwatt_messaging::{Clock, Invocation};
use roomwatt_store::Consumed;
use tower::ServiceExt;

use crate::Shape;
use crate::deployed::{Function, STACK};
use crate::logs::{Log, Logged};
use crate::network::{Carried, Network};
use crate::simulation::{Event, Hotel, days};
use crate::traffic::{Batch, LONG_POLL, Message, Polled, Source, deletions, pack};
use roomwatt_embedded::aws::EmbeddedAws;
use roomwatt_embedded::clock::{ProcessorTime, ReplayClock};
use roomwatt_embedded::deployment::{
    DAY_CLOSE, DEVICE_EVENTS, Deployment, MAPPINGS, Mapping, REJECTED_EVENTS, SPACE_EVENTS, TICK,
    scheduled_event, sqs_event,
};
use roomwatt_embedded::queues::{self, Queues};

/// The most events that a hotel's day may have: they are held in memory.
pub(crate) const MOST_EVENTS: u64 = 5_000_000;
/// A function that had nothing to do for so long has to start anew.
const COOLS_AFTER: Millis = 5 * 60_000;
/// And so does one that has been at work for so long.
const RECYCLED_AFTER: Millis = 2 * 60 * 60_000;
/// How long DynamoDB remembers the table's key for a role.
const KEY_REMEMBERED: Millis = 5 * 60_000;
/// How often a day DynamoDB asks for it at most for one role.
const MOST_KEY_REQUESTS: f64 = 288.0;

/// How much of what was asked for was really made and run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// Hotels whose traffic was made.
    pub(crate) hotels: u32,
    /// Hotels, and rooms of each, whose events the functions were run with.
    pub(crate) run: (u32, u32),
    /// Hotels asked for, divided by those that were made.
    pub(crate) by_hotels: f64,
    /// Hotels asked for, divided by those that were run.
    pub(crate) by_run_hotels: f64,
    /// Rooms asked for, divided by those that were run.
    pub(crate) by_rooms: f64,
    /// Rooms made, divided by those that were run.
    pub(crate) within: f64,
}

impl Sample {
    fn of(shape: &Shape) -> Self {
        let events = u64::from(shape.rooms) * shape.events_of_room();
        let fit = |most: u64| u32::try_from((most / events).max(1)).unwrap_or(u32::MAX);
        let hotels = shape.hotels.min(fit(MOST_EVENTS));
        let run_rooms = if events > shape.sample {
            u32::try_from(shape.sample / shape.events_of_room()).unwrap_or(u32::MAX).max(1)
        } else {
            shape.rooms
        };
        let run_hotels = hotels.min(fit(shape.sample));
        let run = f64::from(run_hotels) * f64::from(run_rooms);
        let rooms = f64::from(shape.rooms);
        Self {
            hotels,
            run: (run_hotels, run_rooms),
            by_hotels: f64::from(shape.hotels) / f64::from(hotels),
            by_run_hotels: f64::from(shape.hotels) / f64::from(run_hotels),
            by_rooms: f64::from(shape.hotels) * rooms / run,
            within: f64::from(hotels) * rooms / run,
        }
    }

    /// Whether everything was made and run.
    pub(crate) fn is_whole(&self) -> bool {
        self.by_rooms <= 1.0
    }
}

/// What a day consumed, of everything that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Day {
    pub(crate) sample: Sample,
    pub(crate) ingest: Consumed,
    pub(crate) notes: Consumed,
    pub(crate) schedule: Consumed,
    pub(crate) close: Consumed,
    /// What is read to tell of closed days, however many rooms they have.
    pub(crate) telling: Consumed,
    pub(crate) revise: Consumed,
    pub(crate) reports: Consumed,
    pub(crate) functions: BTreeMap<Function, Work>,
    pub(crate) queues: Vec<QueueDay>,
    /// What the functions sent to queues, in requests.
    pub(crate) sent: f64,
    /// What the bus was told.
    pub(crate) told: f64,
    pub(crate) stored: Stored,
}

/// What a function did in a day.
#[derive(Debug, Clone, Default)]
pub(crate) struct Work {
    pub(crate) invocations: f64,
    /// Starts included.
    pub(crate) billed_millis: f64,
    pub(crate) starts: f64,
    /// Requests of DynamoDB for the table's key, made to serve this function.
    pub(crate) key_requests: f64,
    /// What its own lines came to, as CloudWatch Logs counts them.
    pub(crate) log_bytes: f64,
    /// The hours in which each of its metrics had a value, added up.
    pub(crate) metric_hours: f64,
    /// Of an invocation on average: the processor's time here, and the wait for answers.
    pub(crate) processor_millis: f64,
    pub(crate) waited_millis: f64,
}

/// What happened at a queue in a day, in requests.
#[derive(Debug, Clone)]
pub(crate) struct QueueDay {
    pub(crate) name: &'static str,
    /// By publishers.
    pub(crate) sends: f64,
    pub(crate) receives: f64,
    /// What the receives would be without any message.
    pub(crate) idle_receives: f64,
    pub(crate) deletions: f64,
}

/// Sizes of what is stored, in bytes, with what DynamoDB adds to each record.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Stored {
    /// Of a room-day: its summary, all parts.
    pub(crate) summary: f64,
    /// Of a room-day: its report.
    pub(crate) report: f64,
    /// Of a hotel's day.
    pub(crate) hotel_day: f64,
    /// Of a hotel: profile, close state, its places in list and index.
    pub(crate) hotel: f64,
}

/// Bytes that DynamoDB adds to each record when it charges for storage.
pub(crate) const RECORD: usize = 100;

/// A call of a function.
struct Call {
    at: Instant,
    processor: Duration,
    waited: Duration,
    carried: Carried,
    logged: Logged,
    consumed: BTreeMap<Step, Consumed>,
    told: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Ingest,
    Notes,
    Schedule,
    Close,
    Telling,
    Revise,
    Reports,
}

/// A hotel's traffic of both days.
struct Traffic {
    hotel: Hotel,
    device: Vec<Event>,
    space: Vec<Event>,
}

impl Traffic {
    fn of(number: u32, shape: &Shape, days: &[BusinessDay]) -> Self {
        let seed = shape.seed.wrapping_add(u64::from(number));
        let name = format!("hotel-{}", number + 1);
        let mut hotel = Hotel::new(name, shape.rooms, shape.devices, shape.events, seed)
            .metered(shape.readings_per_hour, seed);
        let mut events = Vec::new();
        for (number, day) in days.iter().enumerate() {
            if number == 0 {
                events.extend(hotel.inventory(day.window.start));
            }
            events.extend(hotel.day(day));
        }
        let (space, device) = events.into_iter().partition(Event::is_of_the_stay);
        Self { hotel, device, space }
    }

    fn events(&self, queue: &str) -> &[Event] {
        if queue == DEVICE_EVENTS { &self.device } else { &self.space }
    }
}

/// Where functions are called.
struct Stage {
    deployment: Deployment,
    network: Network,
    clock: Arc<ReplayClock>,
    log: Log,
    calls: u64,
}

impl Stage {
    fn new(began: Instant) -> anyhow::Result<Self> {
        let clock = Arc::new(ReplayClock::at(began));
        let queues = Queues::new(Arc::clone(&clock) as Arc<dyn Clock>);
        let aws = EmbeddedAws::open(None, queues)?;
        let network = Network::before(aws.clone());
        let aws = aws.behind(|_| SharedHttpClient::new(network.clone()));
        let deployed = Deployment::on(aws, Arc::clone(&clock) as Arc<dyn Clock>);
        let deployment = network.run(deployed, |piece| piece())??;
        Ok(Self { deployment, network, clock, log: Log::new(), calls: 0 })
    }

    /// Something that is no call of a function.
    fn aside<T>(&self, work: impl Future<Output = T>) -> anyhow::Result<T> {
        let output = self.network.run(work, |piece| piece())?;
        self.network.take();
        Ok(output)
    }

    /// Calls a function at an instant.
    fn call<T>(
        &mut self,
        function: Function,
        at: Instant,
        work: impl AsyncFnOnce(&Deployment, Invocation) -> anyhow::Result<T>,
    ) -> anyhow::Result<(T, Call)> {
        self.clock.set(at);
        self.calls += 1;
        // As long as Lambda's are.
        let id = format!("00000000-0000-4000-8000-{:012x}", self.calls);
        let invocation = Invocation::new(id.as_str(), Arc::clone(&self.clock) as _, None);
        let span = self.log.span(&id);
        let before = self.consumed();
        let began = ProcessorTime::now();
        let work = Box::pin(work(&self.deployment, invocation));
        let output = self.network.run(work, |piece| self.log.caught(&span, piece))??;
        let processor = began.elapsed();
        let (carried, waited) = self.network.take();
        let consumed = self.consumed().into_iter();
        let consumed = consumed.map(|(step, after)| (step, after - before[&step])).collect();
        let call = Call {
            at,
            processor: processor.saturating_sub(carried.processor),
            waited,
            carried,
            logged: self.log.take(&format!("{STACK}-{function}"), &id),
            consumed,
            told: self.deployment.aws().take_told().len(),
        };
        Ok((output, call))
    }

    fn consumed(&self) -> BTreeMap<Step, Consumed> {
        BTreeMap::from([
            (Step::Ingest, self.deployment.consumed_by_ingest()),
            (Step::Notes, self.deployment.consumed_by_notes()),
            (Step::Schedule, self.deployment.consumed_by_schedule()),
            (Step::Close, self.deployment.consumed_by_close()),
            (Step::Telling, self.deployment.consumed_by_telling()),
            (Step::Revise, self.deployment.consumed_by_revise()),
        ])
    }

    /// Calls the function of a queue with a batch, all of which it has to take.
    fn batch(
        &mut self,
        function: Function,
        at: Instant,
        messages: &[queues::Message],
    ) -> anyhow::Result<Call> {
        let event = sqs_event(function.name(), messages);
        let taken = self.call(function, at, async |deployment, invocation| {
            Ok(deployment.invoke_as(function.name(), &event, &invocation).await?)
        });
        let (answer, call) = taken?;
        ensure!(answer.batch_item_failures.is_empty(), "{function} handed messages back");
        Ok(call)
    }

    fn tick(&mut self, at: Instant) -> anyhow::Result<Call> {
        let event = scheduled_event(at)?;
        let ticked = self.call(Function::DayCloseSchedule, at, async |deployment, _| {
            Ok(deployment.tick_by(&event).await?)
        });
        Ok(ticked?.1)
    }

    /// Calls day-close where a window of its queue has ended.
    fn close(&mut self, until: Instant) -> anyhow::Result<Vec<(usize, Call)>> {
        let mapping = mapping(DAY_CLOSE)?;
        let mut calls = Vec::new();
        while let Some((_, since)) = self.deployment.queues().waiting(DAY_CLOSE) {
            let at = since + mapping.window;
            if at > until {
                break;
            }
            self.clock.set(at);
            let messages =
                self.deployment.queues().receive(DAY_CLOSE, mapping.batch_size, |_| true);
            calls.push((messages.len(), self.batch(Function::DayClose, at, &messages)?));
        }
        Ok(calls)
    }

    /// One call of the report API: a hotel's report of a day, by room.
    fn report(&mut self, hotel: &HotelId, day: &BusinessDay, at: Instant) -> anyhow::Result<Call> {
        let store = self.deployment.store().metered_apart();
        let api = Api::new(store.clone(), Arc::clone(&self.clock) as _, Delivery::Buffered);
        let (router, date) = (api.router(), day.date);
        let mut request =
            Request::get(format!("/hotels/{hotel}/reports?from={date}&to={date}&groupBy=room"))
                .body(Body::empty())?;
        request.extensions_mut().insert(Caller::Owner);
        let answered = self.call(Function::ReportApi, at, async |_, _| {
            let answer = router.oneshot(request).await?;
            let status = answer.status();
            let body = to_bytes(answer.into_body(), usize::MAX).await?;
            ensure!(status.is_success(), "the report API answers {status}");
            ensure!(!body.is_empty(), "the report API answers nothing");
            Ok(())
        });
        let ((), mut call) = answered?;
        call.consumed.insert(Step::Reports, store.meter().consumed());
        Ok(call)
    }
}

fn mapping(queue: &str) -> anyhow::Result<&'static Mapping> {
    MAPPINGS.iter().find(|mapping| mapping.queue == queue).context("a queue without a function")
}

/// The two ingest functions with what they have to do.
struct Line {
    function: Function,
    queue: &'static str,
    polled: Polled,
    messages: u64,
}

/// The run under way.
struct Run<'a> {
    shape: &'a Shape,
    sample: Sample,
    traffic: Vec<Traffic>,
    stage: Stage,
    /// The day that is measured.
    day: BusinessDay,
    calls: BTreeMap<Function, Vec<Call>>,
    closes: Vec<usize>,
}

/// Simulates a day of a shape.
///
/// # Errors
/// When the embedded engine fails, or a function does not do what it should.
pub(crate) fn simulate(shape: &Shape, progress: bool) -> anyhow::Result<Day> {
    let days = days(2);
    let [first, day] = days[..] else { anyhow::bail!("a simulation has two days") };
    let sample = Sample::of(shape);
    let traffic: Vec<_> =
        (0..sample.hotels).map(|number| Traffic::of(number, shape, &days)).collect();
    let windows = [first.window, day.window];
    let lines = [(Function::DeviceEvents, DEVICE_EVENTS), (Function::SpaceEvents, SPACE_EVENTS)]
        .map(|(function, queue)| Line::of(function, queue, &traffic, shape, &windows));
    let [device, space] = lines;
    let lines = [device?, space?];
    let stage = Stage::new(first.window.start)?;
    let mut run = Run {
        shape,
        sample,
        traffic,
        stage,
        day,
        calls: Function::ALL.map(|function| (function, Vec::new())).into(),
        closes: Vec::new(),
    };
    run.open(first.window.start)?;
    run.through(&lines, first.window.start, progress)?;
    run.measured(&lines)
}

impl Line {
    fn of(
        function: Function,
        queue: &'static str,
        traffic: &[Traffic],
        shape: &Shape,
        days: &[Window; 2],
    ) -> anyhow::Result<Self> {
        let mut messages: Vec<Message> = Vec::new();
        for (hotel, traffic) in traffic.iter().enumerate() {
            messages.extend(pack(hotel, traffic.events(queue), days, shape.packed()));
        }
        messages.sort_by_key(|message| message.sent_at);
        let day = days[1];
        let sent = messages.iter().filter(|message| day.contains(message.sent_at)).count();
        let longest = traffic.first().map_or(0, |traffic| {
            let events = traffic.events(queue);
            traffic.hotel.message(events.iter().take(shape.packed())).len()
        });
        let source = Source::of(mapping(queue)?, shape.window(), shape.pollers.into(), longest);
        let polled = source.poll(messages, days[0].start, day);
        Ok(Self { function, queue, polled, messages: sent as u64 })
    }

    /// The batches that hold something of the measured day.
    fn batches_of(&self, day: Window) -> impl Iterator<Item = &Batch> {
        let is_of = move |batch: &&Batch| {
            batch.messages.last().is_some_and(|message| day.contains(message.sent_at))
        };
        self.polled.batches.iter().filter(is_of)
    }
}

/// What is to be done at an instant.
enum Due<'a> {
    Batch(&'a Line, &'a Batch),
    Tick,
}

impl Run<'_> {
    fn profiles(&self) -> anyhow::Result<Vec<Profile>> {
        let hotels = usize::try_from(self.sample.run.0)?;
        let profiles = self.traffic.iter().take(hotels).map(|traffic| traffic.hotel.profile());
        Ok(profiles.collect::<Result<_, _>>()?)
    }

    fn open(&self, at: Instant) -> anyhow::Result<()> {
        for profile in self.profiles()? {
            let store = self.stage.deployment.store();
            self.stage.aside(store.put_profile(&profile, at))??;
        }
        Ok(())
    }

    /// Runs both days, and on until the second is closed.
    fn through(&mut self, lines: &[Line], began: Instant, progress: bool) -> anyhow::Result<()> {
        let end = self.day.window.end + 2 * TICK;
        let ticks = std::iter::successors(Some(began + TICK), |tick| Some(*tick + TICK));
        let mut due: Vec<_> =
            ticks.take_while(|tick| *tick <= end).map(|tick| (tick, Due::Tick)).collect();
        for line in lines {
            due.extend(line.polled.batches.iter().map(|batch| (batch.at, Due::Batch(line, batch))));
        }
        due.sort_by_key(|(at, _)| *at);
        let bar = bar(progress, due.len());
        for (at, what) in due {
            self.close_until(at)?;
            match what {
                Due::Tick => {
                    let call = self.stage.tick(at)?;
                    let from = self.day.window.start + 2 * TICK;
                    if (from..from + self.day.window.length()).contains(&at) {
                        self.note(Function::DayCloseSchedule, call);
                    }
                }
                Due::Batch(line, batch) => self.take(line, batch)?,
            }
            bar.inc(1);
        }
        self.close_until(end + TICK)?;
        bar.finish_and_clear();
        self.check()
    }

    fn note(&mut self, function: Function, call: Call) {
        self.calls.entry(function).or_default().push(call);
    }

    fn close_until(&mut self, until: Instant) -> anyhow::Result<()> {
        for (messages, call) in self.stage.close(until)? {
            if call.at >= self.day.window.end {
                self.closes.push(messages);
                self.note(Function::DayClose, call);
            }
        }
        Ok(())
    }

    /// Calls an ingest function with the batch's events of the rooms in the sample.
    fn take(&mut self, line: &Line, batch: &Batch) -> anyhow::Result<()> {
        let (hotels, rooms) = self.sample.run;
        let messages: Vec<_> = batch
            .messages
            .iter()
            .filter(|message| u32::try_from(message.hotel).is_ok_and(|hotel| hotel < hotels))
            .filter_map(|message| {
                let traffic = &self.traffic[message.hotel];
                let events = &traffic.events(line.queue)[message.events.clone()];
                let sampled = || events.iter().filter(|event| event.room < rooms);
                sampled().next()?;
                Some(queues::Message {
                    id: format!("00000000-0000-4000-8000-{:012}", message.events.start),
                    body: traffic.hotel.message(sampled()),
                    attributes: BTreeMap::new(),
                    sent_at: message.sent_at,
                    receives: 1,
                })
            })
            .collect();
        if messages.is_empty() {
            return Ok(());
        }
        let call = self.stage.batch(line.function, batch.at, &messages)?;
        if batch.messages.last().is_some_and(|last| self.day.window.contains(last.sent_at)) {
            self.note(line.function, call);
        }
        Ok(())
    }

    /// Nothing of a simulated day may be refused, and all of it has to be closed.
    fn check(&self) -> anyhow::Result<()> {
        let refused = self.stage.deployment.queues().peek(REJECTED_EVENTS);
        if let Some(first) = refused.first() {
            let reason = first.attributes.get("reason").map_or("no reason", String::as_str);
            anyhow::bail!("{} simulated events were refused: {reason}", refused.len());
        }
        for profile in self.profiles()? {
            let store = self.stage.deployment.store();
            let now = self.stage.clock.now();
            let state = self.stage.aside(store.close_state(&profile.hotel_id, now))??;
            let closed = state.is_some_and(|state| state.closed_through == self.day.date);
            ensure!(closed, "the simulated day of {} was not closed", profile.hotel_id);
        }
        Ok(())
    }

    fn measured(mut self, lines: &[Line]) -> anyhow::Result<Day> {
        let sample = self.sample;
        let asked = self.profiles()?.into_iter().next().context("a hotel")?;
        let report_at = self.day.window.end + 12 * TICK;
        let report = self.stage.report(&asked.hotel_id, &self.day, report_at)?;
        let reports_a_day = f64::from(self.shape.reports) * f64::from(self.shape.hotels);
        let report_units = report.consumed[&Step::Reports];
        // The rooms of one hotel, divided by those of them that were run.
        let of_rooms = f64::from(self.shape.rooms) / f64::from(sample.run.1);
        let mut functions = BTreeMap::new();
        for line in lines {
            let calls = &self.calls[&line.function];
            let times: Vec<_> = line.batches_of(self.day.window).map(|batch| batch.at).collect();
            let mut work = Work::of(line.function, calls, sample.within);
            let by = as_f64(times.len()) / as_f64(calls.len()).max(1.0) * sample.by_hotels;
            work.multiply(by);
            work.start(starts(&times) * sample.by_hotels);
            // Batches without a room of the sample are no calls here.
            work.key_requests = key_requests(times.iter().copied());
            functions.insert(line.function, work);
        }
        let ticks = &self.calls[&Function::DayCloseSchedule];
        let mut work = Work::of(Function::DayCloseSchedule, ticks, 1.0);
        work.start(as_f64(ticks.len()));
        functions.insert(Function::DayCloseSchedule, work);
        let closes = &self.calls[&Function::DayClose];
        let mut work = Work::of(Function::DayClose, closes, of_rooms);
        work.multiply(sample.by_run_hotels);
        work.start(as_f64(closes.len()) * sample.by_run_hotels);
        functions.insert(Function::DayClose, work);
        let mut work = Work::of(Function::ReportApi, std::slice::from_ref(&report), of_rooms);
        work.multiply(reports_a_day);
        work.metric_hours =
            f64::from(self.shape.reports.min(24)) * as_f64(report.logged.metrics.len());
        work.start(reports_a_day);
        work.key_requests = reports_a_day.min(MOST_KEY_REQUESTS);
        functions.insert(Function::ReportApi, work);
        let calls = || self.calls.values().flatten();
        let sum = |step: Step, by: f64| {
            let mut sum = Consumed::default();
            calls().for_each(|call| sum += call.consumed[&step]);
            scaled(sum, by)
        };
        let of_hotels = sample.by_run_hotels;
        let sent: u64 = calls().map(|call| call.carried.queue_requests).sum();
        let told: usize = calls().map(|call| call.told).sum();
        Ok(Day {
            sample,
            // What ingest reads are hotels, each twice an hour.
            ingest: Consumed {
                read_units: sum(Step::Ingest, of_hotels).read_units,
                ..sum(Step::Ingest, sample.by_rooms)
            },
            notes: sum(Step::Notes, of_hotels),
            schedule: sum(Step::Schedule, 1.0),
            close: sum(Step::Close, sample.by_rooms),
            telling: sum(Step::Telling, of_hotels),
            revise: sum(Step::Revise, sample.by_rooms),
            reports: scaled(report_units, reports_a_day * of_rooms),
            functions,
            queues: self.queues(lines),
            sent: as_f64(usize::try_from(sent)?) * of_hotels,
            told: as_f64(told) * of_hotels,
            stored: self.stored()?,
        })
    }

    fn queues(&self, lines: &[Line]) -> Vec<QueueDay> {
        let sample = self.sample;
        let polls = self.day.window.length() / LONG_POLL;
        let idle = f64::from(self.shape.pollers) * millis_f64(polls);
        let mut queues: Vec<_> = lines
            .iter()
            .map(|line| {
                let deleted: u64 = line
                    .batches_of(self.day.window)
                    .map(|batch| deletions(batch.messages.len()))
                    .sum();
                let messages = u64_f64(line.messages);
                QueueDay {
                    name: line.queue,
                    sends: messages * requests_by_message(self.shape) * sample.by_hotels,
                    // One more message brings one more receive at most.
                    receives: u64_f64(line.polled.receives) + messages * (sample.by_hotels - 1.0),
                    idle_receives: idle,
                    deletions: u64_f64(deleted) * sample.by_hotels,
                }
            })
            .collect();
        let messages: usize = self.closes.iter().sum();
        let deleted: u64 = self.closes.iter().map(|messages| deletions(*messages)).sum();
        queues.push(QueueDay {
            name: DAY_CLOSE,
            sends: 0.0,
            receives: idle + as_f64(messages) * sample.by_run_hotels,
            idle_receives: idle,
            deletions: u64_f64(deleted) * sample.by_run_hotels,
        });
        queues
    }

    /// Weighs what the measured day left in the table.
    fn stored(&self) -> anyhow::Result<Stored> {
        let date = self.day.date.to_string();
        let (hotels, rooms) = self.sample.run;
        let (hotels, room_days) = (f64::from(hotels), f64::from(hotels) * f64::from(rooms));
        let mut stored = Stored::default();
        self.stage.deployment.aws().each_record(STACK, |partition, sort_key, size| {
            let size = as_f64(RECORD + size);
            let is_of_the_day = partition.ends_with(&date) || sort_key.ends_with(&date);
            match sort_key.split('#').next() {
                Some("SUMMARY") if is_of_the_day => stored.summary += size / room_days,
                Some("REPORT") if is_of_the_day => stored.report += size / room_days,
                Some("DAY") if is_of_the_day => stored.hotel_day += size / hotels,
                Some("PROFILE" | "HOTEL") => stored.hotel += size / hotels,
                // Its keys are in the due index a second time.
                Some("CLOSE") => stored.hotel += 2.0 * size / hotels,
                _ => {}
            }
        })?;
        Ok(stored)
    }
}

/// A message of more than 64 KB is charged as several.
fn requests_by_message(shape: &Shape) -> f64 {
    const LONGEST_EVENT: usize = 256;
    as_f64((shape.packed() * LONGEST_EVENT).div_ceil(64 * 1024).max(1))
}

fn bar(progress: bool, steps: usize) -> ProgressBar {
    if !progress {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:32} {percent} %, {eta} left");
    let bar = ProgressBar::new(steps as u64);
    style.map_or(bar.clone(), |style| bar.with_style(style))
}

fn scaled(consumed: Consumed, by: f64) -> Consumed {
    Consumed {
        write_units: consumed.write_units * by,
        read_units: consumed.read_units * by,
        ..consumed
    }
}

/// How often a function that is called at these times has to be started.
fn starts(times: &[Instant]) -> f64 {
    let (mut starts, mut started, mut last) = (0.0, None, None);
    for at in times {
        let idle = last.is_none_or(|last: Instant| *at >= last + COOLS_AFTER);
        if idle || started.is_none_or(|started: Instant| *at >= started + RECYCLED_AFTER) {
            starts += 1.0;
            started = Some(*at);
        }
        last = Some(*at);
    }
    starts
}

/// How often DynamoDB has to ask for the table's key where a role calls at these times. At most:
/// calls keep it in memory.
fn key_requests(times: impl Iterator<Item = Instant>) -> f64 {
    let spells: BTreeSet<_> = times.map(|at| at.as_millis() / KEY_REMEMBERED).collect();
    as_f64(spells.len()).min(MOST_KEY_REQUESTS)
}

/// A whole processor comes with so much memory, in MB; with less comes a part of it.
const WHOLE_PROCESSOR: f64 = 1769.0;
/// What encrypting, sending and receiving a call takes of a processor: the embedded services are
/// called without.
const CALL_MILLIS: f64 = 0.1;
/// What a start takes, the first call of the table included.
const START_MILLIS: f64 = 200.0;

impl Work {
    /// What some calls came to, each of which had `by` times as much to do as it was given here.
    fn of(function: Function, calls: &[Call], by: f64) -> Self {
        let slower = (WHOLE_PROCESSOR / f64::from(function.memory())).max(1.0);
        let mut work = Self { invocations: as_f64(calls.len()), ..Self::default() };
        let mut metric_hours = BTreeSet::new();
        for call in calls {
            let processor = call.processor.as_secs_f64() * 1000.0;
            let waited = call.waited.as_secs_f64() * 1000.0;
            let calling = u64_f64(call.carried.calls) * CALL_MILLIS;
            work.billed_millis += (((processor + calling) * slower + waited) * by).ceil().max(1.0);
            work.processor_millis += processor * by / as_f64(calls.len());
            work.waited_millis += waited * by / as_f64(calls.len());
            work.log_bytes += u64_f64(call.logged.bytes);
            // The measured day ends a little after midnight; in a month, that is the next one's hour.
            let hour = call.at.as_millis() / HOUR % 24;
            metric_hours.extend(call.logged.metrics.iter().map(|metric| (*metric, hour)));
        }
        work.metric_hours = as_f64(metric_hours.len());
        work.key_requests = key_requests(calls.iter().map(|call| call.at));
        work
    }

    /// So many times as many calls.
    fn multiply(&mut self, by: f64) {
        self.invocations *= by;
        self.billed_millis *= by;
        self.log_bytes *= by;
    }

    fn start(&mut self, starts: f64) {
        self.starts = starts;
        self.billed_millis += starts * START_MILLIS;
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(crate) fn as_f64(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(crate) fn u64_f64(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn millis_f64(count: Millis) -> f64 {
    count as f64
}
