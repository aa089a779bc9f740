//! The functions as processes of their own, started as Lambda starts them, and killed.
//!
//! The test serves each process a Runtime API on loopback and the embedded services on another
//! socket. Several processes of each function work while events flow; at random moments one is
//! killed with SIGKILL, in the middle of whatever it does, and another is started. What it had in
//! hand comes again after the visibility time-out. At the end every report must be what a fold of
//! all events gives.
//!
//! `ROOMWATT_PROFILE=release` has the release builds tested.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use roomwatt_domain::instant::MINUTE;
use roomwatt_domain::{BusinessDate, Fact, HotelId, Instant, Profile, RoomId, SourceName};
use roomwatt_embedded::aws::EmbeddedAws;
use roomwatt_embedded::deployment::{
    DAY_CLOSE, DEVICE_EVENTS, SPACE_EVENTS, scheduled_event, sqs_event,
};
use roomwatt_embedded::queues::{Message, Queues};
use roomwatt_embedded::sockets;
use roomwatt_messaging::Clock;
use roomwatt_store::{PutProfile, PutRegister, Retention, Store};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::functions::{Binaries, Process, Surroundings, built_functions, failures, machine_time};
use crate::made_up::{PMS, Said, by_room, events, hotels, last_due, stored_register};

/// Events of one run.
const EVENTS: usize = 1500;

/// Processes of each function at once.
const PROCESSES: [(&str, usize); 4] =
    [("device-events", 2), ("space-events", 1), ("day-close", 3), ("day-close-schedule", 1)];

/// How long all of it may take, kills included.
const PATIENCE: Duration = Duration::from_mins(4);

/// How much faster the queues' clock runs than the machine's: six minutes of visibility time-out
/// are three seconds.
const HASTE: i64 = 120;

struct MachineClock {
    haste: i64,
    began: Instant,
}

impl MachineClock {
    fn new(haste: i64) -> Self {
        Self { haste, began: machine_time() }
    }
}

impl Clock for MachineClock {
    fn now(&self) -> Instant {
        self.began + (machine_time() - self.began) * self.haste
    }
}

#[expect(clippy::disallowed_methods, reason = "processes live by the machine's clock")]
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

/// Everything that the processes share.
struct World {
    queues: Queues,
    store: Store,
    surroundings: Surroundings,
    binaries: Binaries,
    kills: AtomicUsize,
    in_hand: AtomicUsize,
    /// Whether processes are killed still.
    killing: AtomicBool,
    /// Whether to stop.
    over: AtomicBool,
}

impl World {
    /// Runs one process after the other, each until it is killed.
    async fn keep_running(&self, function: &'static str, seed: u64) {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut number = 0;
        while !self.over.load(Ordering::Acquire) {
            let mut process =
                Process::start(&self.binaries[function], function, &self.surroundings).await;
            let life = Duration::from_millis(random.u64(150..2500));
            let mut life = std::pin::pin!(pause(life));
            loop {
                if self.over.load(Ordering::Acquire) {
                    break;
                }
                let Some((messages, body)) = self.work(function, &mut random) else {
                    pause(Duration::from_millis(20)).await;
                    continue;
                };
                number += 1;
                let answer = tokio::select! {
                    answer = process.invoke(format!("{function}-{seed}-{number}"), body) => Some(answer),
                    () = &mut life, if self.killing.load(Ordering::Acquire) => None,
                };
                let failed = match &answer {
                    Some(Ok(answer)) => failures(answer),
                    Some(Err(_)) | None => {
                        messages.iter().map(|message| message.id.clone()).collect()
                    }
                };
                for message in messages {
                    if failed.contains(&message.id) {
                        self.queues.hand_back(function, message);
                    }
                }
                self.in_hand.fetch_sub(1, Ordering::AcqRel);
                if answer.is_none() {
                    self.kills.fetch_add(1, Ordering::AcqRel);
                    break;
                }
            }
        }
    }

    /// A batch for a function, or the rule's event for the schedule; counted as in hand.
    fn work(
        &self,
        function: &'static str,
        random: &mut fastrand::Rng,
    ) -> Option<(Vec<Message>, String)> {
        self.in_hand.fetch_add(1, Ordering::AcqRel);
        let work = if function == "day-close-schedule" {
            (random.u32(..20) == 0).then(|| {
                let event = scheduled_event(machine_time()).expect("an event");
                (Vec::new(), serde_json::to_string(&event).expect("an event"))
            })
        } else {
            let messages = self.queues.receive(function, random.usize(1..=40), |_| true);
            (!messages.is_empty()).then(|| {
                let event =
                    serde_json::to_string(&sqs_event(function, &messages)).expect("an event");
                (messages, event)
            })
        };
        if work.is_none() {
            self.in_hand.fetch_sub(1, Ordering::AcqRel);
        }
        work
    }

    fn is_quiet(&self) -> bool {
        self.in_hand.load(Ordering::Acquire) == 0
            && [DEVICE_EVENTS, SPACE_EVENTS, DAY_CLOSE].iter().all(|queue| {
                self.queues.waiting(queue).is_none() && self.queues.next_seen(queue).is_none()
            })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_processes_lose_nothing() {
    let seed = machine_time().as_millis().unsigned_abs();
    println!("seed {seed}");
    let queues = Queues::new(Arc::new(MachineClock::new(HASTE)));
    let aws = EmbeddedAws::open(None, queues.clone()).expect("an engine");
    let store = Store::new(aws.dynamodb(), "roomwatt", Retention::default());
    store.create().await.expect("a table");
    let profiles = hotels();
    for profile in &profiles {
        assert_eq!(
            store.put_profile(profile, machine_time()).await.expect("a profile"),
            PutProfile::Created
        );
        let register = store.put_register(&profile.hotel_id, &stored_register()).await;
        assert_eq!(register.expect("a register"), PutRegister::Created);
    }
    let pms = SourceName::new("pms").expect("a name");
    store.put_source(&pms, PMS).await.expect("a source");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let aws_endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    let mut services = JoinSet::new();
    services.spawn(sockets::serve(aws.clone(), listener));
    let binaries = tokio::task::spawn_blocking(built_functions).await.expect("built functions");
    let world = Arc::new(World {
        queues,
        store,
        surroundings: Surroundings::embedded(aws_endpoint, 2, MINUTE),
        binaries,
        kills: AtomicUsize::new(0),
        in_hand: AtomicUsize::new(0),
        killing: AtomicBool::new(true),
        over: AtomicBool::new(false),
    });
    let mut workers = JoinSet::new();
    for (place, (function, count)) in PROCESSES.into_iter().enumerate() {
        for copy in 0..count as u64 {
            let world = Arc::clone(&world);
            let seed = seed.wrapping_add(place as u64 * 100 + copy);
            workers.spawn(async move { world.keep_running(function, seed).await });
        }
    }

    let mut random = fastrand::Rng::with_seed(seed);
    let events = events(&mut random, EVENTS, machine_time());
    for (number, said) in events.iter().enumerate() {
        world.queues.send(said.queue, said.body.clone(), said.attributes.clone());
        if number % 25 == 0 {
            pause(Duration::from_millis(random.u64(20..400))).await;
        }
    }
    world.killing.store(false, Ordering::Release);
    let settled = async {
        while !(world.is_quiet() && is_closed(&world, &profiles).await) {
            for queue in [DEVICE_EVENTS, SPACE_EVENTS, DAY_CLOSE] {
                world.queues.redrive(queue);
            }
            pause(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, settled).await.expect("all events settled in time");
    world.over.store(true, Ordering::Release);
    while let Some(worker) = workers.join_next().await {
        worker.expect("a worker");
    }
    let kills = world.kills.load(Ordering::Acquire);
    println!("{kills} processes killed at work, {} events", events.len());
    assert!(kills > 0);
    let today = machine_time();
    for profile in &profiles {
        compare(&world.store, profile, &events, today).await;
    }
}

async fn is_closed(world: &World, profiles: &[Profile]) -> bool {
    for profile in profiles {
        let now = machine_time();
        let state = world.store.close_state(&profile.hotel_id, now).await.expect("a close state");
        if state.is_none_or(|state| {
            state.closed_through < last_due(profile, now)
                || state.announced_through < state.closed_through
        }) {
            return false;
        }
    }
    true
}

/// Every report is the fold of all events of its room, day by day from the room's first.
async fn compare(store: &Store, profile: &Profile, events: &[Said], now: Instant) {
    let closed_through = store
        .close_state(&profile.hotel_id, now)
        .await
        .expect("a close state")
        .expect("an opened hotel")
        .closed_through;
    let mut compared = 0;
    for (room, facts) in by_room(profile, events) {
        compared += compare_room(store, profile, &room, &facts, closed_through, now).await;
    }
    assert!(compared > 0, "{}", profile.hotel_id);
}

async fn compare_room(
    store: &Store,
    profile: &Profile,
    room: &RoomId,
    facts: &[Fact],
    closed_through: BusinessDate,
    now: Instant,
) -> usize {
    let hotel: &HotelId = &profile.hotel_id;
    let expected = integration::oracle::reports(profile, room, facts, closed_through);
    for (date, report) in &expected {
        let stored = store.report(hotel, *date, room, now).await.expect("a report");
        let stored = stored.unwrap_or_else(|| panic!("{hotel} {room} {date} has no report"));
        assert_eq!(stored.closed.report, *report, "{hotel} {room} {date}");
        assert!(!stored.pending, "{hotel} {room} {date} is pending");
    }
    expected.len()
}
