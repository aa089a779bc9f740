//! Many workers at once on a few hotels, under everything that may go wrong.
//!
//! A seed decides all of it: the hotels and what happens in them; when which event arrives, how
//! often, how late; how the workers take turns, call by call; how far their clocks are off; which
//! workers die, which are frozen and for how long, which calls are throttled, lost, done without an
//! answer, done twice, done in part, refused for another's transaction, or done again long after;
//! in some, weeks pass in which nothing happens and records expire and are deleted, one now, one
//! later. So a seed that fails does so again:
//!
//! ```text
//! ROOMWATT_SEED=17 cargo test -p integration --test faults concurrency
//! ROOMWATT_SEED=0..5000 cargo test -p integration --test faults concurrency
//! ```
//!
//! When all is quiet, every report, total and announcement must be what [`crate::oracle`] makes of
//! the events.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{
    Device, DeviceId, DeviceKind, Fact, Instant, Measurement, Millis, MilliwattHours, Milliwatts,
    Profile, Reading, RoomId, Schedule, Signal, State, Transition,
};
use roomwatt_embedded::deployment::{DEVICE_EVENTS, REJECTED_EVENTS, SPACE_EVENTS};
use roomwatt_store::Retention;
use tokio::runtime::Builder;
use tokio::task::{JoinSet, LocalSet, yield_now};

use crate::events::{device, profile, reading, stay};
use crate::line::{Call, Fate, Fates};
use crate::oracle::{Hotel, last_due};
use crate::services::{QUEUES, Services};
use crate::traffic::{Landed, Traffic};

/// The seeds of a usual run.
const SEEDS: Range<u64> = 0..200;

/// Workers at once, beside the one that ticks.
const WORKERS: u64 = 4;

/// How far a worker's clock is off at most.
const SKEW: Millis = 2 * MINUTE;

/// Zones, each with a date near which its clocks change, or a month ends.
const ZONES: [(&str, &str); 4] = [
    ("Asia/Seoul", "2026-03-29"),
    ("Europe/Lisbon", "2026-03-27"),
    ("America/Santiago", "2026-04-03"),
    ("Australia/Lord_Howe", "2026-04-03"),
];

/// Days with events.
const DAYS: i64 = 3;

const DAY: Millis = 24 * HOUR;

/// Something that arrives.
struct Arrival {
    at: Instant,
    queue: &'static str,
    body: String,
}

/// What a seed makes up.
struct Story {
    hotels: Vec<Hotel>,
    arrivals: Vec<Arrival>,
    refused: BTreeSet<String>,
    begin: Instant,
    end: Instant,
    retention: Retention,
    /// How many days pass without an event before the last day with events.
    break_days: i64,
}

/// Where a seed's records expire within a break: summaries after 22 days, reports after 24.
const SHORT: Retention = Retention {
    schedule: Schedule { grace: 10 * MINUTE, history: 7 * DAY },
    report_days: 24,
    spare_days: 0,
};

fn story(random: &mut Rng) -> Story {
    let (_, date) = ZONES[random.usize(0..ZONES.len())];
    let begin = Instant::parse(&format!("{date}T12:00:00Z")).expect("an instant");
    let mut story = Story {
        hotels: Vec::new(),
        arrivals: Vec::new(),
        refused: BTreeSet::new(),
        begin,
        end: begin + (DAYS + 1) * DAY,
        retention: Retention { spare_days: 200 * 365, ..Retention::default() },
        break_days: 0,
    };
    if random.u32(..6) == 0 {
        story.retention = SHORT;
        story.break_days = random.i64(21..27);
        story.end = story.end + story.break_days * DAY;
    }
    for number in 0..random.usize(2..=3) {
        let (zone, _) = ZONES[random.usize(0..ZONES.len())];
        let name = format!("h{number}");
        let first = profile(&name, zone, "0.25");
        let mut rooms = BTreeMap::new();
        for room in 0..random.usize(1..=3) {
            let room = format!("{}", 101 + room);
            let events = room_events(random, &first, &name, &room, &mut story);
            if !events.is_empty() {
                rooms.insert(RoomId::new(&room).expect("a room"), events);
            }
        }
        story.hotels.push(Hotel { profiles: vec![first], rooms });
    }
    for number in 0..random.usize(0..3) {
        let body = format!("what? {number}");
        let at = begin + random.i64(0..DAYS * DAY);
        story.refused.insert(body.clone());
        story.arrivals.push(Arrival { at, queue: DEVICE_EVENTS, body });
    }
    story.arrivals.sort_by_key(|arrival| arrival.at);
    story
}

fn room_events(
    random: &mut Rng,
    profile: &Profile,
    hotel: &str,
    room: &str,
    story: &mut Story,
) -> Vec<Fact> {
    // Of some rooms nothing is heard for days.
    let silent = if random.u32(..4) == 0 { random.i64(1..=2) * DAY } else { 0 };
    let mut events = Vec::new();
    let mut day = profile.calendar.day_of(story.begin);
    for number in 0..DAYS {
        if number == DAYS - 1 {
            for _ in 0..story.break_days {
                day = profile.calendar.next(day.date);
            }
        }
        let count = if random.u32(..4) == 0 { 0 } else { random.usize(1..=4) };
        for _ in 0..count {
            let window = day.window;
            // Few instants, so that transitions meet.
            let at = match random.u32(..6) {
                0 => window.start,
                1 => window.end - 1,
                _ => window.start + random.i64(0..window.length() / (3 * HOUR)) * 3 * HOUR,
            };
            let fact = fact(random, at);
            let (queue, body) = match &fact {
                Fact::State(Signal::Device(Device { id, kind }), Transition { state, .. }) => (
                    DEVICE_EVENTS,
                    device(hotel, room, id.as_str(), kind.as_str(), state.as_str(), at),
                ),
                Fact::State(Signal::Presence(id), Transition { state, .. }) => (
                    DEVICE_EVENTS,
                    device(hotel, room, id.as_str(), "presence", state.as_str(), at),
                ),
                Fact::State(Signal::Stay, Transition { state, .. }) => {
                    (SPACE_EVENTS, stay(hotel, room, state.as_str(), at))
                }
                Fact::Reading(device, read) => (DEVICE_EVENTS, reading(hotel, room, device, read)),
            };
            for _ in 0..if random.u32(..6) == 0 { 2 } else { 1 } {
                let delay = match random.u32(..10) {
                    0..4 => random.i64(0..2 * MINUTE),
                    // About when the day closes.
                    4..7 => window.end - at + random.i64(-5 * MINUTE..25 * MINUTE),
                    7 => random.i64(0..6 * HOUR),
                    _ => random.i64(0..2 * DAY),
                };
                let at = (at + delay.max(0) + silent).max(story.begin);
                story.arrivals.push(Arrival { at, queue, body: body.to_string() });
            }
            events.push(fact);
        }
        day = profile.calendar.next(day.date);
    }
    events
}

fn fact(random: &mut Rng, at: Instant) -> Fact {
    let state = |name| State::new(name).expect("a state");
    let id = |name| DeviceId::new(name).expect("an id");
    let device = |name, kind| Device { id: id(name), kind: DeviceKind::new(kind).expect("a kind") };
    let on = random.bool();
    let (signal, state) = match random.u32(..8) {
        0 | 1 => (Signal::Device(device("lamp-1", "light")), state(if on { "ON" } else { "OFF" })),
        2 => (
            Signal::Device(device("ac", "thermostat")),
            state(["OFF", "COOL", "HEAT"][random.usize(0..3)]),
        ),
        3 => (Signal::Presence(id("pir-1")), if on { State::OCCUPIED } else { State::VACANT }),
        4 | 5 => (Signal::Stay, if on { State::CHECKED_IN } else { State::CHECKED_OUT }),
        // Counters go on, fall back and begin again.
        of => {
            let of = if of == 6 { device("ac", "thermostat") } else { device("main", "meter") };
            let measurement = if on {
                Measurement::Counter(MilliwattHours::new(random.u64(0..40) * 333_333))
            } else {
                Measurement::Power(Milliwatts::new(random.u64(0..4) * 250_000))
            };
            return Fact::Reading(of, Reading { at, measurement });
        }
    };
    Fact::State(signal, Transition { at, state })
}

/// What goes wrong on a worker's line.
struct Weather {
    random: Mutex<Rng>,
    calls: Arc<AtomicU64>,
    traffic: Arc<Traffic>,
    calm: Arc<AtomicBool>,
}

impl Fates for Weather {
    fn next(&self, call: &Call<'_>) -> (u32, Fate) {
        let mut random = self.random.lock().expect("no panic");
        self.calls.fetch_add(1, Ordering::Relaxed);
        let turns = match random.u32(..8) {
            0..3 => 0,
            3..7 => random.u32(1..4),
            _ => random.u32(4..60),
        };
        if self.calm.load(Ordering::Relaxed) {
            return (turns, Fate::Pass);
        }
        if random.u32(..16) == 0 {
            self.traffic.land(|| random.u32(..4) == 0);
        }
        let fate = match random.u32(..1000) {
            0..5 => Fate::DieBefore,
            5..10 => Fate::DieAfter,
            10..16 => Fate::Freeze,
            16..19 => Fate::FreezeAndDie,
            19..25 => Fate::Throttled,
            25..31 => Fate::AnswerLost,
            31..36 => Fate::RequestLost,
            36..50 => Fate::Twice,
            150..200 if call.is_write() => Fate::Stray,
            200..210 => Fate::Conflict,
            50..150 => Fate::Partial((0..10).map(|_| random.bool()).collect()),
            _ => Fate::Pass,
        };
        (turns, fate)
    }
}

/// A run under way.
struct Run {
    services: Services,
    random: Mutex<Rng>,
    calls: Arc<AtomicU64>,
    /// Nothing goes wrong any more.
    calm: Arc<AtomicBool>,
    over: AtomicBool,
    busy: AtomicUsize,
}

impl Run {
    fn fork(&self) -> Rng {
        self.random.lock().expect("no panic").fork()
    }

    fn weather(&self) -> Arc<dyn Fates> {
        Arc::new(Weather {
            random: Mutex::new(self.fork()),
            calls: Arc::clone(&self.calls),
            traffic: Arc::clone(&self.services.traffic),
            calm: Arc::clone(&self.calm),
        })
    }

    /// Takes from the queues, in one execution environment after the other.
    async fn work(self: Arc<Self>) {
        let mut random = self.fork();
        while !self.over.load(Ordering::Relaxed) {
            let skew = random.i64(-SKEW..=SKEW);
            let worker = self.services.worker(self.weather(), skew);
            while !self.over.load(Ordering::Relaxed) {
                let queue = QUEUES[random.usize(0..QUEUES.len())];
                let most = random.usize(1..=10);
                let messages = self.services.queues.receive(queue, most, |_| true);
                if messages.is_empty() {
                    pause(&mut random, 1000).await;
                    continue;
                }
                let calm = self.calm.load(Ordering::Relaxed);
                let hand_back = |share: u32, random: &mut Rng| {
                    for message in &messages {
                        if random.u32(..100) < share {
                            self.services.queues.hand_back(queue, message.clone());
                        }
                    }
                };
                if !calm {
                    // A queue may give a message to two.
                    hand_back(5, &mut random);
                }
                let deadline =
                    (!calm && random.u32(..8) == 0).then(|| random.i64(11_000..2 * MINUTE));
                self.busy.fetch_add(1, Ordering::Relaxed);
                let mut invocation = Box::pin(worker.take(queue, messages.clone(), deadline));
                let died = loop {
                    tokio::select! {
                        biased;
                        () = worker.line.death() => break true,
                        () = worker.line.frost() => {
                            // It takes longer than the visibility time-out.
                            hand_back(100, &mut random);
                            pause(&mut random, 60_000).await;
                            worker.line.thaw();
                        }
                        _ = &mut invocation => break false,
                    }
                };
                drop(invocation);
                self.busy.fetch_sub(1, Ordering::Relaxed);
                if died {
                    hand_back(100, &mut random);
                    break;
                }
            }
        }
    }

    /// Ticks, at any time.
    async fn schedule(self: Arc<Self>) {
        let mut random = self.fork();
        while !self.over.load(Ordering::Relaxed) {
            let worker = self.services.worker(self.weather(), 0);
            loop {
                if self.over.load(Ordering::Relaxed) {
                    return;
                }
                self.busy.fetch_add(1, Ordering::Relaxed);
                let ticked = tokio::select! {
                    biased;
                    () = worker.line.death() => false,
                    () = worker.line.frost() => false,
                    _ = worker.tick() => true,
                };
                self.busy.fetch_sub(1, Ordering::Relaxed);
                if !ticked {
                    break;
                }
                pause(&mut random, 10_000).await;
            }
        }
    }

    /// Lets the events arrive while the clock goes on.
    async fn flow(&self, story: &mut Story) -> Result<(), String> {
        let mut random = self.fork();
        let mut arrivals = std::mem::take(&mut story.arrivals).into_iter().peekable();
        let mut has_paused = false;
        while self.services.now() < story.end || arrivals.peek().is_some() {
            let next = arrivals.peek().map_or(story.end, |arrival| arrival.at);
            let pauses = next - self.services.now() > 10 * DAY;
            if pauses && !has_paused {
                // Nobody is at work for weeks: what a late event needs would be gone.
                has_paused = true;
                self.settle(story).await?;
                self.calm.store(false, Ordering::Relaxed);
            }
            let step = match random.u32(..4) {
                _ if pauses => random.i64(0..DAY),
                0 => random.i64(0..MINUTE),
                1 | 2 => random.i64(0..20 * MINUTE),
                _ => random.i64(0..3 * HOUR),
            };
            let now = self.services.now() + step;
            let now = match arrivals.peek() {
                Some(arrival) if random.bool() => now.min(arrival.at.max(self.services.now())),
                _ => now,
            };
            self.services.clock.set(now);
            while let Some(arrival) = arrivals.next_if(|arrival| arrival.at <= now) {
                self.services.send(arrival.queue, &arrival.body);
            }
            self.services.traffic.land(|| random.u32(..8) == 0);
            if story.break_days > 0 && random.u32(..4) == 0 {
                self.services.delete_expired(|_, _| random.u32(..3) == 0);
            }
            if random.u32(..100) == 0 {
                let hotel = random.usize(0..story.hotels.len());
                self.change_price(&mut story.hotels[hotel]).await;
            }
            match random.u32(..4) {
                0 => {}
                1 => {
                    for _ in 0..random.u32(0..100) {
                        yield_now().await;
                    }
                }
                _ => pause(&mut random, 3000).await,
            }
        }
        Ok(())
    }

    async fn change_price(&self, hotel: &mut Hotel) {
        let last = hotel.profiles.last().expect("a profile");
        let price = format!("0.{}", 30 + hotel.profiles.len());
        let next = profile(last.hotel_id.as_str(), last.calendar.time_zone(), &price);
        self.services.put_profile(&next).await;
        hotel.profiles.push(next);
    }

    /// Lets everything come to its end. Dead letters are sent again, as an operator would.
    async fn settle(&self, story: &Story) -> Result<(), String> {
        self.calm.store(true, Ordering::Relaxed);
        for _ in 0..100 {
            for queue in QUEUES {
                self.services.queues.redrive(queue);
            }
            self.services.clock.set(self.services.now() + 16 * MINUTE);
            self.idle().await?;
            let quiet = QUEUES.iter().all(|queue| {
                let queues = &self.services.queues;
                queues.peek(queue).is_empty()
                    && queues.next_seen(queue).is_none()
                    && queues.dead_letters(queue).is_empty()
            });
            if quiet && self.is_closed(story).await {
                if self.services.traffic.strays() == 0 {
                    return Ok(());
                }
                self.services.traffic.land(|| true);
            }
        }
        Err("it does not come to an end".to_owned())
    }

    /// Waits until the workers have taken what can be seen, and a tick has been.
    async fn idle(&self) -> Result<(), String> {
        let mut quiet = 0;
        for _ in 0..10_000 {
            pause(&mut Rng::with_seed(0), 2000).await;
            let waiting = QUEUES.iter().any(|queue| self.services.queues.waiting(queue).is_some());
            let idle = !waiting && self.busy.load(Ordering::Relaxed) == 0;
            quiet = if idle { quiet + 1 } else { 0 };
            if quiet > 20 {
                return Ok(());
            }
        }
        Err("a worker does not end".to_owned())
    }

    async fn is_closed(&self, story: &Story) -> bool {
        for hotel in &story.hotels {
            let profile = &hotel.profiles[0];
            let now = self.services.now();
            let due = last_due(&self.services, profile, now);
            // By then a worker whose clock is ahead may have closed a day that is not due yet.
            if due != last_due(&self.services, profile, now + SKEW) {
                return false;
            }
            let state = self.services.store.close_state(&profile.hotel_id, now).await;
            if state.expect("a table").is_some_and(|state| state.closed_through < due) {
                return false;
            }
        }
        true
    }
}

#[expect(clippy::disallowed_methods, reason = "the run's own time, which passes at once")]
async fn pause(random: &mut Rng, longest: u64) {
    tokio::time::sleep(Duration::from_millis(random.u64(1..=longest))).await;
}

/// What a run came to.
#[derive(Debug, PartialEq, Eq)]
struct Ran {
    /// What was wrong at its end.
    faults: Vec<String>,
    calls: u64,
    strays: Landed,
}

fn run(seed: u64) -> Ran {
    // Back-off is random too.
    fastrand::seed(seed);
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    LocalSet::new().block_on(&runtime.expect("a runtime"), async {
        let mut random = Rng::with_seed(seed);
        let mut story = story(&mut random);
        let run = Arc::new(Run {
            services: Services::keeping(story.begin, story.retention).await,
            random: Mutex::new(random),
            calls: Arc::default(),
            calm: Arc::default(),
            over: AtomicBool::new(false),
            busy: AtomicUsize::new(0),
        });
        for hotel in &story.hotels {
            run.services.put_profile(&hotel.profiles[0]).await;
        }
        let mut tasks = JoinSet::new();
        for _ in 0..WORKERS {
            tasks.spawn_local(Arc::clone(&run).work());
        }
        tasks.spawn_local(Arc::clone(&run).schedule());
        let settled = match run.flow(&mut story).await {
            Ok(()) => run.settle(&story).await,
            early => early,
        };
        run.over.store(true, Ordering::Relaxed);
        while let Some(task) = tasks.join_next().await {
            task.expect("no panic");
        }
        let mut faults: Vec<String> = settled.err().into_iter().collect();
        let told = run.services.aws.take_told().into_iter();
        let told = told.map(|event| (event.detail_type, event.detail)).collect();
        for hotel in &story.hotels {
            if !hotel.rooms.is_empty() {
                faults.extend(hotel.faults(&run.services, &told).await);
            }
        }
        let rejected = run.services.queues.peek(REJECTED_EVENTS).into_iter();
        let rejected: BTreeSet<_> = rejected.map(|message| message.body).collect();
        if rejected != story.refused {
            faults.push(format!("refused: {rejected:?} instead of {:?}", story.refused));
        }
        let calls = run.calls.load(Ordering::Relaxed);
        Ran { faults, calls, strays: run.services.traffic.landed() }
    })
}

#[test]
fn whatever_happens_the_reports_are_those_of_the_events() {
    let seeds = seeds();
    let next = AtomicU64::new(seeds.start);
    let calls = AtomicU64::new(0);
    let (strays, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let failed = Mutex::new(BTreeMap::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        break;
                    }
                    let Ran { faults, calls: made, strays: landed } = run(seed);
                    calls.fetch_add(made, Ordering::Relaxed);
                    strays.fetch_add(landed.done + landed.refused, Ordering::Relaxed);
                    refused.fetch_add(landed.refused, Ordering::Relaxed);
                    if !faults.is_empty() {
                        failed.lock().expect("no panic").insert(seed, faults.join("\n  "));
                    }
                }
            });
        }
    });
    let mut out = std::io::stderr().lock();
    let (strays, refused) = (strays.into_inner(), refused.into_inner());
    writeln!(
        out,
        "concurrency: seeds {seeds:?}, {} calls, {strays} strays, {refused} of them refused",
        calls.into_inner()
    )
    .expect("a line");
    let failed = failed.into_inner().expect("no panic");
    let told: Vec<_> = failed
        .iter()
        .map(|(seed, faults)| {
            format!("ROOMWATT_SEED={seed} cargo test -p integration --test faults concurrency\n  {faults}")
        })
        .collect();
    assert!(failed.is_empty(), "{} seeds failed\n{}", failed.len(), told.join("\n"));
}

fn seeds() -> Range<u64> {
    #[expect(clippy::disallowed_methods, reason = "a person says here which seeds to run")]
    let Ok(text) = std::env::var("ROOMWATT_SEED") else { return SEEDS };
    let number = |text: &str| text.parse::<u64>().expect("ROOMWATT_SEED is a number or a range");
    match text.split_once("..") {
        Some((first, end)) => number(first)..number(end),
        None => number(&text)..number(&text) + 1,
    }
}

/// A seed is no use unless it does the same every time.
#[test]
fn a_seed_replays() {
    for seed in 0..8 {
        assert_eq!(run(seed), run(seed), "seed {seed}");
    }
}
