//! A stage for a scenario: one worker at a time takes what waits, and one of its calls may be
//! struck. Who dies is replaced, what it had in hand comes again; who is frozen is replaced too,
//! and goes on when everything else is over.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use roomwatt_domain::instant::MINUTE;
use roomwatt_domain::{HotelId, Instant, Millis, Profile};
use roomwatt_embedded::aws::ToldEvent;
use roomwatt_embedded::deployment::{DEVICE_EVENTS, REJECTED_EVENTS, SPACE_EVENTS, TICK};
use roomwatt_embedded::queues::Message;
use roomwatt_ingest::{EventQueue, edge};

use crate::line::{Call, Fate, Fates, Line};
use crate::oracle::Hotel;
use crate::services::{QUEUES, Services, Worker};
use crate::table::{self, Table};

/// What happens in a run beside the scenario itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Disturbance {
    None,
    /// The call of this number, counted over the whole run, has this fate.
    Strike(usize, Fate),
    /// Every call is done twice.
    EveryCallTwice,
    /// Every invocation is done twice.
    EveryInvocationTwice,
}

/// What a run has left behind.
pub(crate) struct Outcome {
    pub(crate) table: Table,
    /// What the bus was told, each event once.
    pub(crate) told: BTreeSet<(String, String)>,
    /// The bodies of the events that were refused, each once.
    pub(crate) rejected: BTreeSet<String>,
    /// Every call that was counted.
    pub(crate) calls: Vec<String>,
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
enum Ended {
    Returned,
    Died,
    Froze(Paused),
}

type Picks = Box<dyn Fn(&Call<'_>) -> bool + Send>;

/// Decides what becomes of every call of a run.
struct Script {
    state: Mutex<ScriptState>,
    disturbance: Disturbance,
}

#[derive(Default)]
struct ScriptState {
    counts: bool,
    calls: Vec<String>,
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
        state.calls.push(call.operation.to_owned());
        // Rooms that are closed together take turns.
        let turns = 1;
        match &self.disturbance {
            Disturbance::Strike(at, fate) if *at == number => return (turns, fate.clone()),
            _ => {}
        }
        if state.pause.as_ref().is_some_and(|picks| picks(call)) {
            state.pause = None;
            state.paused = true;
            return (turns, Fate::Freeze);
        }
        match self.disturbance {
            Disturbance::EveryCallTwice => (turns, Fate::Twice),
            _ => (turns, Fate::Pass),
        }
    }
}

impl Stage {
    pub(crate) async fn at(now: Instant, disturbance: Disturbance) -> Self {
        let services = Services::at(now).await;
        let script = Script { state: Mutex::default(), disturbance: disturbance.clone() };
        let script = Arc::new(script);
        let worker = Arc::new(services.worker(Arc::clone(&script) as Arc<dyn Fates>, 0));
        Self {
            services,
            script,
            disturbance,
            worker,
            frozen: Vec::new(),
            told: Vec::new(),
            hotels: BTreeMap::new(),
        }
    }

    /// From here on calls are counted, and struck.
    pub(crate) fn begin(&self) {
        self.script.state.lock().expect("no panic").counts = true;
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
            if schedule.admit(event.transition.at, now).is_err() {
                continue;
            }
            if let Some(hotel) = self.hotels.get_mut(&event.hotel) {
                hotel.rooms.entry(event.room).or_default().push((event.signal, event.transition));
            }
        }
        self.services.send(queue, &body);
    }

    /// Moves the clock on. On the way messages come again, and the rule ticks if it is told to.
    pub(crate) async fn pass_until(&mut self, end: Instant, ticks: bool) {
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

    /// Lets a certain worker take events in, and returns who is there of it afterwards.
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
        self.script.state.lock().expect("no panic").pause = Some(Box::new(picks));
        let ended = self.invoke(queue, messages, time).await;
        let paused = {
            let mut state = self.script.state.lock().expect("no panic");
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
        let invocation = Box::pin(async move { worker.take(queue, batch, time).await });
        self.run(Paused { line: self.worker.line.clone(), invocation, queue, messages }).await
    }

    async fn run(&self, mut running: Paused) -> Ended {
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

    /// Replaces a worker that is no more to be had.
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

    /// Ends the run: thaws who is frozen, lets time pass until nothing is left to do, and looks.
    pub(crate) async fn end(mut self) -> Outcome {
        self.pass(30 * MINUTE).await;
        for frozen in mem::take(&mut self.frozen) {
            self.resume(Some(frozen)).await;
        }
        self.pass(30 * MINUTE).await;
        let queues = &self.services.queues;
        for queue in QUEUES {
            assert_eq!(queues.dead_letters(queue), [], "{queue} has dead letters");
            assert_eq!((queues.peek(queue), queues.next_seen(queue)), (vec![], None));
        }
        let rejected = queues.peek(REJECTED_EVENTS).into_iter().map(|message| message.body);
        self.told.extend(self.services.aws.take_told());
        let told = self.told.into_iter().map(|event| (event.detail_type, event.detail)).collect();
        let mut faults = Vec::new();
        for hotel in self.hotels.values() {
            faults.extend(hotel.faults(&self.services, &told).await);
        }
        Outcome {
            table: table::dump(&self.services).await,
            told,
            faults,
            rejected: rejected.collect(),
            calls: mem::take(&mut self.script.state.lock().expect("no panic").calls),
        }
    }
}
