//! A stage for a scenario: one worker at a time takes what waits, and one of its calls may be
//! struck. A worker that dies is replaced, and what it had in hand comes again. A worker that is
//! frozen is replaced too, and goes on when everything else is over.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};

use fastrand::Rng;
use roomwatt_domain::instant::MINUTE;
use roomwatt_domain::{BusinessDate, HotelId, Instant, Millis, Profile, RoomId};
use roomwatt_embedded::aws::ToldEvent;
use roomwatt_embedded::deployment::{DEVICE_EVENTS, REJECTED_EVENTS, SPACE_EVENTS, TICK};
use roomwatt_embedded::queues::Message;
use roomwatt_ingest::{EventQueue, edge};
use roomwatt_store::{Retention, StoredReport};

use crate::line::{Call, Fate, Fates, Line, OtherRules};
use crate::oracle::Hotel;
use crate::services::{QUEUES, Services, Worker};
use crate::table::{self, Table};
use crate::traffic::{Landed, Traffic};

/// What happens in a run beside the scenario itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Disturbance {
    None,
    /// The call of this number, counted over the whole run, has this fate.
    Strike(usize, Fate),
    /// The call of this number leaves a stray, which lands later.
    Stray(usize, Landing),
    /// The worker that makes the call of this number, or a later one, dies before it.
    Stop(usize),
    /// What is expired is deleted between the acts, or not yet: record by record, as the seed has
    /// it.
    Deletions(u64),
    /// Every call is done twice.
    EveryCallTwice,
    /// Every invocation is done twice.
    EveryInvocationTwice,
}

/// When a stray lands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Landing {
    /// Before the call of this number.
    Before(usize),
    /// When the invocation of this number has ended.
    After(usize),
}

/// A call that was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) operation: String,
    /// The number of the invocation that made it.
    pub(crate) invocation: usize,
    pub(crate) writes: bool,
    pub(crate) may_conflict: bool,
    /// What it reads or writes in the table; `None` for any item.
    touches: Option<Vec<String>>,
}

impl Made {
    /// Whether another call finds what this one writes.
    pub(crate) fn is_found_by(&self, other: &Self) -> bool {
        let (Some(written), Some(touched)) = (&self.touches, &other.touches) else { return true };
        written.iter().any(|item| {
            touched
                .iter()
                .any(|it| it == item || it.ends_with(' ') && item.starts_with(it.as_str()))
        })
    }
}

/// What a run has left behind.
pub(crate) struct Outcome {
    pub(crate) table: Table,
    /// What the bus was told, each event once.
    pub(crate) told: BTreeSet<(String, String)>,
    /// The bodies of the events that were refused, each once.
    pub(crate) rejected: BTreeSet<String>,
    /// Every call that was counted.
    pub(crate) calls: Vec<Made>,
    /// How many invocations had ended when an act of the scenario began.
    pub(crate) acts: BTreeSet<usize>,
    /// What became of its strays.
    pub(crate) landed: Landed,
    /// What is not as the events say.
    pub(crate) faults: Vec<String>,
}

/// One run of a scenario.
pub(crate) struct Stage {
    pub(crate) services: Services,
    script: Arc<Script>,
    disturbance: Disturbance,
    worker: Arc<Worker>,
    frozen: Vec<Paused>,
    told: Vec<ToldEvent>,
    /// Says which expired records are deleted.
    deletions: Rng,
    hotels: BTreeMap<HotelId, Hotel>,
}

/// An invocation that stands still before one of its calls.
pub(crate) struct Paused {
    line: Line,
    invocation: Pin<Box<dyn Future<Output = ()>>>,
    queue: &'static str,
    messages: Vec<Message>,
}

/// How an invocation ended.
#[expect(clippy::large_enum_variant, reason = "a few at a time, and not moved")]
enum Ended {
    Returned,
    Died,
    Froze(Paused),
}

type Picks = Box<dyn Fn(&Call<'_>) -> bool + Send>;

/// Decides what becomes of every call of a run.
struct Script {
    state: Mutex<ScriptState>,
    traffic: Arc<Traffic>,
    disturbance: Disturbance,
}

#[derive(Default)]
struct ScriptState {
    counts: bool,
    calls: Vec<Made>,
    /// How many invocations have ended.
    invocations: usize,
    acts: BTreeSet<usize>,
    /// The scenario's own stray: of the first call that it picks.
    loses: Option<Picks>,
    /// Calls whose service is down.
    down: Option<Picks>,
    /// The scenario's own pause: before the first call that it picks.
    pause: Option<Picks>,
    paused: bool,
}

impl Fates for Script {
    fn next(&self, call: &Call<'_>) -> (u32, Fate) {
        let mut state = self.state.lock().expect("no panic");
        if !state.counts {
            return (0, Fate::Pass);
        }
        let number = state.calls.len();
        let invocation = state.invocations;
        state.calls.push(Made {
            operation: call.operation.to_owned(),
            invocation,
            writes: call.is_write(),
            may_conflict: call.may_conflict(),
            touches: call.touches(),
        });
        // Rooms that are closed together take turns.
        let turns = 1;
        match &self.disturbance {
            Disturbance::Strike(at, fate) if *at == number => return (turns, fate.clone()),
            Disturbance::Stop(at) if *at <= number => return (turns, Fate::DieBefore),
            Disturbance::Stray(at, _) if *at == number => return (turns, Fate::Stray),
            // Its own call may take its turn only now.
            Disturbance::Stray(_, Landing::Before(at)) if *at <= number => {
                self.traffic.land(|| true);
            }
            _ => {}
        }
        if state.pause.as_ref().is_some_and(|picks| picks(call)) {
            state.pause = None;
            state.paused = true;
            return (turns, Fate::Freeze);
        }
        if state.loses.as_ref().is_some_and(|picks| picks(call)) {
            state.loses = None;
            return (turns, Fate::Stray);
        }
        if state.down.as_ref().is_some_and(|picks| picks(call)) {
            return (turns, Fate::Unavailable);
        }
        match self.disturbance {
            Disturbance::EveryCallTwice => (turns, Fate::Twice),
            _ => (turns, Fate::Pass),
        }
    }
}

impl Stage {
    pub(crate) async fn at(now: Instant, disturbance: Disturbance) -> Self {
        Self::on(Services::at(now).await, disturbance)
    }

    pub(crate) fn on(services: Services, disturbance: Disturbance) -> Self {
        let script = Arc::new(Script {
            state: Mutex::default(),
            traffic: Arc::clone(&services.traffic),
            disturbance: disturbance.clone(),
        });
        let seed = if let Disturbance::Deletions(seed) = disturbance { seed } else { 0 };
        let worker = Arc::new(services.worker(Arc::clone(&script) as Arc<dyn Fates>, 0));
        Self {
            services,
            script,
            disturbance,
            worker,
            frozen: Vec::new(),
            told: Vec::new(),
            deletions: Rng::with_seed(seed),
            hotels: BTreeMap::new(),
        }
    }

    /// From here on calls are counted, and struck.
    pub(crate) fn begin(&self) {
        self.state().counts = true;
    }

    fn state(&self) -> MutexGuard<'_, ScriptState> {
        self.script.state.lock().expect("no panic")
    }

    /// The next call that is picked leaves a stray.
    pub(crate) fn lose(&self, picks: impl Fn(&Call<'_>) -> bool + Send + 'static) {
        self.state().loses = Some(Box::new(picks));
    }

    /// The strays that are on their way land; there must be one.
    pub(crate) fn land(&self) {
        assert_ne!(self.services.traffic.strays(), 0, "no call left a stray");
        self.services.traffic.land(|| true);
    }

    /// From here on the calls that are picked find their service down.
    pub(crate) fn take_down(&self, picks: impl Fn(&Call<'_>) -> bool + Send + 'static) {
        self.state().down = Some(Box::new(picks));
    }

    /// Every service is up again.
    pub(crate) fn bring_up(&self) {
        self.state().down = None;
    }

    /// How many calls were counted so far.
    pub(crate) fn calls(&self) -> usize {
        self.state().calls.len()
    }

    /// From here on workers keep records for another time.
    pub(crate) fn keep(&mut self, retention: Retention) {
        self.services.keep(retention);
        self.worker = self.replacement();
    }

    /// From here on workers have other rules of the zone: those of another one.
    pub(crate) fn deploy_rules(&mut self, rules: Option<OtherRules>) {
        self.services.rules = rules;
        self.worker = self.replacement();
    }

    /// An act of the scenario begins: nobody works.
    fn begin_act(&mut self) {
        {
            let mut state = self.state();
            let invocations = state.invocations;
            state.acts.insert(invocations);
        }
        match self.disturbance {
            Disturbance::Deletions(_) => {
                self.services.delete_expired(|_, _| self.deletions.bool());
            }
            // A stray may find that the record that would have refused it is gone.
            Disturbance::Stray(..) => {
                self.services.delete_expired(|_, _| true);
            }
            _ => {}
        }
    }

    fn invocation_ended(&self) {
        let ended = {
            let mut state = self.state();
            state.invocations += 1;
            state.invocations
        };
        if let Disturbance::Stray(_, Landing::After(number)) = self.disturbance
            && ended > number
        {
            self.services.traffic.land(|| true);
        }
    }

    /// From here on calls are neither counted nor struck.
    pub(crate) fn rest(&self) {
        self.state().counts = false;
    }

    pub(crate) async fn put_profile(&mut self, profile: &Profile) {
        self.services.put_profile(profile).await;
        let hotel = self.hotels.entry(profile.hotel_id.clone());
        let none = || Hotel { profiles: Vec::new(), rooms: BTreeMap::new() };
        hotel.or_insert_with(none).profiles.push(profile.clone());
    }

    pub(crate) fn send(&mut self, queue: &str, body: &(impl ToString + ?Sized)) {
        let source =
            if queue == SPACE_EVENTS { EventQueue::SpaceEvents } else { EventQueue::DeviceEvents };
        let body = body.to_string();
        let (schedule, now) = (self.services.store.schedule(), self.services.now());
        for (event, _) in edge::decode(source, &body).into_iter().flatten() {
            if schedule.admit(event.fact.at(), now).is_err() {
                continue;
            }
            if let Some(hotel) = self.hotels.get_mut(&event.hotel) {
                hotel.rooms.entry(event.room).or_default().push(event.fact);
            }
        }
        self.services.send(queue, &body);
    }

    /// Moves the clock on. On the way messages come again, and the rule ticks if it is told to.
    pub(crate) async fn pass_until(&mut self, end: Instant, ticks: bool) {
        self.begin_act();
        self.work().await;
        loop {
            let now = self.services.now();
            let again =
                QUEUES.iter().filter_map(|queue| self.services.queues.next_seen(queue)).min();
            let tick = Instant::from_millis((now.as_millis().div_euclid(TICK) + 1) * TICK);
            let tick = Some(tick).filter(|_| ticks);
            let Some(next) = again.into_iter().chain(tick).min().filter(|next| *next <= end) else {
                break;
            };
            self.services.clock.set(next.max(now));
            if tick == Some(next) {
                self.tick().await;
            }
            self.work().await;
        }
        self.services.clock.set(end);
    }

    pub(crate) async fn pass(&mut self, time: Millis) {
        self.pass_until(self.services.now() + time, true).await;
    }

    /// Sets the clock and lets the rule tick, and no more.
    pub(crate) async fn tick_at(&mut self, now: Instant) {
        self.services.clock.set(now);
        self.tick().await;
    }

    async fn tick(&mut self) {
        for _ in 0..self.times() {
            let worker = Arc::clone(&self.worker);
            let invocation = Box::pin(async move {
                worker.tick().await;
            });
            let ended = self.run(Paused {
                line: self.worker.line.clone(),
                invocation,
                queue: "",
                messages: Vec::new(),
            });
            let ended = ended.await;
            self.after(ended);
        }
    }

    fn times(&self) -> usize {
        if self.disturbance == Disturbance::EveryInvocationTwice { 2 } else { 1 }
    }

    /// Invokes functions until nothing can be seen in their queues.
    pub(crate) async fn work(&mut self) {
        self.work_on(&QUEUES).await;
    }

    /// Takes events in, and settles nothing.
    pub(crate) async fn take_in(&mut self) {
        self.work_on(&[DEVICE_EVENTS, SPACE_EVENTS]).await;
    }

    /// A worker whose clock is behind.
    pub(crate) fn worker_behind(&self, by: Millis) -> Arc<Worker> {
        Arc::new(self.services.worker(Arc::clone(&self.script) as Arc<dyn Fates>, -by))
    }

    /// Lets a certain worker take events in, and returns the one in its place afterwards: another
    /// one if it died.
    pub(crate) async fn take_in_by(&mut self, worker: Arc<Worker>) -> Arc<Worker> {
        let others = mem::replace(&mut self.worker, worker);
        self.take_in().await;
        mem::replace(&mut self.worker, others)
    }

    async fn work_on(&mut self, queues: &[&'static str]) {
        while let Some((queue, messages)) = self.receive(queues) {
            for _ in 0..self.times() {
                let ended = self.invoke(queue, messages.clone(), None).await;
                self.after(ended);
            }
        }
    }

    fn receive(&self, queues: &[&'static str]) -> Option<(&'static str, Vec<Message>)> {
        queues.iter().find_map(|queue| {
            let messages = self.services.queues.receive(queue, 100, |_| true);
            (!messages.is_empty()).then_some((*queue, messages))
        })
    }

    /// Receives once, and lets the invocation, which may have a deadline, come as far as the first
    /// call that is picked. `None` if it never gets there.
    pub(crate) async fn work_until(
        &mut self,
        time: Option<Millis>,
        picks: impl Fn(&Call<'_>) -> bool + Send + 'static,
    ) -> Option<Paused> {
        let (queue, messages) = self.receive(&QUEUES)?;
        self.state().pause = Some(Box::new(picks));
        let ended = self.invoke(queue, messages, time).await;
        let paused = {
            let mut state = self.state();
            state.pause = None;
            mem::take(&mut state.paused)
        };
        match ended {
            Ended::Froze(invocation) if paused => {
                // Others work meanwhile.
                self.worker = self.replacement();
                Some(invocation)
            }
            ended => {
                assert_ne!(self.disturbance, Disturbance::None, "nothing is paused");
                self.after(ended);
                None
            }
        }
    }

    /// Lets a paused invocation go on.
    pub(crate) async fn resume(&mut self, paused: Option<Paused>) {
        if let Some(paused) = paused {
            paused.line.thaw();
            let ended = self.run(paused).await;
            self.after(ended);
        }
    }

    async fn invoke(
        &mut self,
        queue: &'static str,
        messages: Vec<Message>,
        time: Option<Millis>,
    ) -> Ended {
        let (worker, batch) = (Arc::clone(&self.worker), messages.clone());
        let invocation = Box::pin(async move {
            worker.take(queue, batch, time).await;
        });
        self.run(Paused { line: self.worker.line.clone(), invocation, queue, messages }).await
    }

    async fn run(&self, running: Paused) -> Ended {
        let ended = self.run_on(running).await;
        self.invocation_ended();
        ended
    }

    async fn run_on(&self, mut running: Paused) -> Ended {
        tokio::select! {
            biased;
            () = running.line.death() => {
                for message in running.messages {
                    self.services.queues.hand_back(running.queue, message);
                }
                Ended::Died
            }
            () = running.line.frost() => Ended::Froze(running),
            () = &mut running.invocation => Ended::Returned,
        }
    }

    /// Replaces a worker that died or is frozen.
    fn after(&mut self, ended: Ended) {
        match ended {
            Ended::Returned => {}
            Ended::Died => self.worker = self.replacement(),
            Ended::Froze(mut frozen) => {
                // Its messages come again while it still works on them.
                for message in mem::take(&mut frozen.messages) {
                    self.services.queues.hand_back(frozen.queue, message);
                }
                self.frozen.push(frozen);
                self.worker = self.replacement();
            }
        }
    }

    fn replacement(&self) -> Arc<Worker> {
        Arc::new(self.services.worker(Arc::clone(&self.script) as Arc<dyn Fates>, 0))
    }

    /// A worker that is taken away leaves what it had to do: nothing is seen in the queues until
    /// messages come again.
    pub(crate) fn hold(&self) {
        for queue in QUEUES {
            for message in self.services.queues.receive(queue, usize::MAX, |_| true) {
                self.services.queues.hand_back(queue, message);
            }
        }
    }

    /// The reports of a day, by room.
    pub(crate) async fn reports(&self, hotel: &str, date: BusinessDate) -> Vec<StoredReport> {
        let hotel = HotelId::new(hotel).expect("a hotel");
        let mut pages = self.services.store.reports(&hotel, date, None, self.services.now());
        let mut reports = Vec::new();
        while let Some(stored) = pages.next().await.expect("a table") {
            reports.push(stored);
        }
        reports
    }

    /// A report of a room.
    pub(crate) async fn report(
        &self,
        hotel: &str,
        date: BusinessDate,
        room: &str,
    ) -> Option<StoredReport> {
        let hotel = HotelId::new(hotel).expect("a hotel");
        let room = RoomId::new(room).expect("a room");
        let found = self.services.store.report(&hotel, date, &room, self.services.now()).await;
        found.expect("a table")
    }

    /// What is not as the events say, at a moment when nothing is left to do.
    pub(crate) async fn faults(&mut self) -> Vec<String> {
        self.told.extend(self.services.aws.take_told());
        let told = self.told.iter();
        let told = told.map(|event| (event.detail_type.clone(), event.detail.clone())).collect();
        let mut faults = Vec::new();
        for hotel in self.hotels.values() {
            faults.extend(hotel.faults(&self.services, &told).await);
        }
        faults
    }

    /// Ends the run: thaws the frozen workers, lets time pass until nothing is left to do, and
    /// looks.
    pub(crate) async fn end(mut self) -> Outcome {
        self.pass(30 * MINUTE).await;
        for frozen in mem::take(&mut self.frozen) {
            self.resume(Some(frozen)).await;
        }
        self.services.traffic.land(|| true);
        self.pass(30 * MINUTE).await;
        let queues = &self.services.queues;
        for queue in QUEUES {
            assert_eq!(queues.dead_letters(queue), [], "{queue} has dead letters");
            assert_eq!((queues.peek(queue), queues.next_seen(queue)), (vec![], None));
        }
        let rejected = queues.peek(REJECTED_EVENTS).into_iter().map(|message| message.body);
        let rejected = rejected.collect();
        let faults = self.faults().await;
        let told = self.told.into_iter().map(|event| (event.detail_type, event.detail)).collect();
        let table = table::dump(&self.services).await;
        let mut state = self.script.state.lock().expect("no panic");
        Outcome {
            table,
            told,
            faults,
            rejected,
            calls: mem::take(&mut state.calls),
            acts: mem::take(&mut state.acts),
            landed: self.services.traffic.landed(),
        }
    }
}
