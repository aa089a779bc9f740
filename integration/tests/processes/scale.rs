//! How a midnight grows: ticks of many hotels, closes of large ones.
//!
//! ```text
//! ROOMWATT_SCALE=full ROOMWATT_PROFILE=release cargo test -p integration --test processes scale -- --nocapture
//! ```
//!
//! Without `ROOMWATT_SCALE=full` the same runs on less. Memory is that of the function's process
//! alone: table and queues live in the test's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{
    BusinessDay, Device, DeviceId, DeviceKind, HotelId, Millis, Profile, RoomId, Signal,
    State as DeviceState, Transition,
};
use roomwatt_local::clock::Stopwatch;
use roomwatt_local::deployment::{DAY_CLOSE, scheduled_event, sqs_event};
use roomwatt_local::embedded::EmbeddedAws;
use roomwatt_local::queues::{MOST_RECEIVES, Queues};
use roomwatt_local::{clock::ReplayClock, sockets};
use roomwatt_messaging::{Clock, DayCloseMessage};
use roomwatt_store::{Retention, Seal, Store};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::functions::{Process, Surroundings, built_functions, failures, machine_time};

/// Transitions of a room on its day.
const TRANSITIONS: i64 = 100;

/// How much is done.
struct Scale {
    hotels: usize,
    rooms: &'static [usize],
}

fn scale() -> Scale {
    #[expect(clippy::disallowed_methods, reason = "how much is measured is chosen by a person")]
    let full = std::env::var("ROOMWATT_SCALE").is_ok_and(|scale| scale == "full");
    if full {
        Scale { hotels: 100_000, rooms: &[50, 500, 5_000] }
    } else {
        Scale { hotels: 2_000, rooms: &[20, 200] }
    }
}

/// Table and queues on a socket, where every call is counted.
struct World {
    queues: Queues,
    store: Store,
    binaries: PathBuf,
    aws_endpoint: String,
    calls: Calls,
    _services: JoinSet<std::io::Result<()>>,
}

/// Calls by operation.
type Calls = Arc<Mutex<BTreeMap<String, usize>>>;

async fn count(State(calls): State<Calls>, request: Request, next: Next) -> Response {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    let operation = target.unwrap_or_default().rsplit('.').next().unwrap_or_default();
    *calls.lock().expect("no panic").entry(operation.to_owned()).or_default() += 1;
    next.run(request).await
}

impl World {
    async fn new() -> Self {
        let queues = Queues::new(Arc::new(ReplayClock::at(machine_time())) as Arc<dyn Clock>);
        let aws = EmbeddedAws::open(None, queues.clone()).expect("an engine");
        let store = Store::new(aws.dynamodb(), "roomwatt", Retention::default());
        store.create().await.expect("a table");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let aws_endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let calls = Calls::default();
        let router = sockets::router(aws).layer(from_fn_with_state(Arc::clone(&calls), count));
        let mut services = JoinSet::new();
        services.spawn(async move { axum::serve(listener, router).await });
        let binaries = tokio::task::spawn_blocking(built_functions).await.expect("functions");
        Self { queues, store, binaries, aws_endpoint, calls, _services: services }
    }

    async fn start(&self, function: &str, time: Millis) -> Process {
        let aws_endpoint = self.aws_endpoint.clone();
        let around = Surroundings { aws_endpoint, lease_seconds: 300, time };
        Process::start(&self.binaries, function, &around).await
    }

    /// A hotel whose last day but one is closed.
    async fn open(&self, hotel: &str) -> (Profile, BusinessDay) {
        let profile = json!({
            "hotelId": hotel, "timeZone": "Asia/Seoul", "ratings": {"light": {"ON": 12}},
        });
        let profile = Profile::parse(&profile.to_string()).expect("a profile");
        self.store.put_profile(&profile, machine_time()).await.expect("a table");
        let calendar = &profile.calendar;
        let day = calendar.previous(calendar.day_of(machine_time() - HOUR).date);
        let (closed_through, due) =
            (calendar.previous(day.date).date, self.store.schedule().due_at(&day));
        self.store.open_hotel(&profile, closed_through, due).await.expect("a table");
        (profile, day)
    }

    fn take_calls(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut *self.calls.lock().expect("no panic"))
    }

    /// The bodies that wait in the day-close queue.
    fn waiting(&self) -> Vec<String> {
        self.queues.peek(DAY_CLOSE).into_iter().map(|message| message.body).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tick_reaches_every_due_hotel() {
    let world = World::new().await;
    let hotels = scale().hotels;
    for number in 0..hotels {
        world.open(&format!("hotel-{number}")).await;
    }
    let mut schedule = world.start("day-close-schedule", 15 * MINUTE).await;
    let event = scheduled_event(machine_time()).expect("an event");
    let event = serde_json::to_string(&event).expect("an event");
    let began = Stopwatch::start();
    schedule.invoke("tick-1".to_owned(), event).await.expect("a tick");
    let (seconds, peak) = (began.seconds(), schedule.peak_memory());

    let calls = world.take_calls();
    println!("fan-out of {hotels} hotels: {calls:?}, {seconds:.1} s, peak memory {peak} kB");
    let (pages, sends) = (calls["Query"], calls["SendMessageBatch"]);
    assert!(sends <= hotels.div_ceil(10) + pages, "{sends} calls");
    let sent = world.waiting();
    assert_eq!(sent.len(), hotels);
    let reached: BTreeSet<_> = sent
        .iter()
        .map(|body| DayCloseMessage::parse(body).expect("a message").hotel().clone())
        .collect();
    assert_eq!(reached.len(), hotels);
}

/// A lamp that is switched on and off all day.
async fn fill(world: &World, hotel: &HotelId, day: &BusinessDay, room: &RoomId) {
    let lamp = Signal::Device(Device {
        id: DeviceId::new("lamp-1").expect("an id"),
        kind: DeviceKind::new("light").expect("a kind"),
    });
    let transitions: Vec<_> = (0..TRANSITIONS)
        .map(|number| {
            let at = day.window.start + number * day.window.length() / TRANSITIONS;
            let state = DeviceState::new(if number % 2 == 0 { "ON" } else { "OFF" });
            (lamp.clone(), Transition { at, state: state.expect("a state") })
        })
        .collect();
    let added = world.store.add_transitions(hotel, day, room, &transitions, Seal::Respect).await;
    added.expect("a table");
}

/// A hotel with so many rooms and a day to close.
async fn hotel_of(world: &World, rooms: usize) -> (Profile, BusinessDay) {
    let (profile, day) = world.open(&format!("hotel-of-{rooms}")).await;
    for number in 0..rooms {
        let room = RoomId::new(&format!("{}", 1000 + number)).expect("a room");
        fill(world, &profile.hotel_id, &day, &room).await;
    }
    let message = DayCloseMessage::Close { hotel: profile.hotel_id.clone() };
    world.queues.send(DAY_CLOSE, message.to_json(), [].into());
    world.take_calls();
    (profile, day)
}

/// Invokes the function until its queue is empty; says how often.
async fn close(world: &World, function: &mut Process) -> usize {
    let mut invocations = 0;
    loop {
        let messages = world.queues.receive(DAY_CLOSE, 10, |_| true);
        if messages.is_empty() {
            return invocations;
        }
        invocations += 1;
        assert!(messages.iter().all(|message| message.receives < MOST_RECEIVES));
        let event = serde_json::to_string(&sqs_event(DAY_CLOSE, &messages)).expect("an event");
        let id = format!("close-{}", messages[0].id);
        let answer = function.invoke(id, event).await.expect("an answer");
        assert_eq!(failures(&answer), BTreeSet::new());
    }
}

async fn assert_closed(world: &World, profile: &Profile, day: &BusinessDay, rooms: usize) {
    let (hotel, now) = (&profile.hotel_id, machine_time());
    let state = world.store.close_state(hotel, now).await.expect("a table").expect("a hotel");
    assert_eq!((state.closed_through, state.announced_through), (day.date, day.date));
    let (totals, _) =
        world.store.hotel_day(hotel, day.date, now).await.expect("a table").expect("totals");
    assert_eq!((totals.rooms, totals.revision), (rooms as u64, 1));
    let on_half_of_the_day = day.window.length() / 2 * i64::try_from(rooms).expect("few rooms");
    assert_eq!(totals.totals.usage, on_half_of_the_day);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_close_grows_with_its_rooms_and_its_memory_does_not() {
    for rooms in scale().rooms {
        let world = World::new().await;
        let (profile, day) = hotel_of(&world, *rooms).await;
        let mut function = world.start("day-close", 15 * MINUTE).await;
        let began = Stopwatch::start();
        assert_eq!(close(&world, &mut function).await, 1);
        let (seconds, peak) = (began.seconds(), function.peak_memory());
        assert_closed(&world, &profile, &day, *rooms).await;

        let calls = world.take_calls();
        println!("close of {rooms} rooms: {calls:?}, {seconds:.2} s, peak memory {peak} kB");
        // A seal and a report a room; the rest is the hotel's, and a checkpoint for 200 rooms.
        assert_eq!(calls["PutItem"], rooms + 1);
        assert!(calls["UpdateItem"] <= rooms + 3 + rooms / 200, "{calls:?}");
        assert!(peak < 128 * 1024, "{rooms} rooms took {peak} kB");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_close_goes_on_over_many_invocations() {
    let world = World::new().await;
    let rooms = *scale().rooms.last().expect("a size");
    let (profile, day) = hotel_of(&world, rooms).await;
    // Ten seconds before its deadline an invocation begins nothing new.
    let mut function = world.start("day-close", 10_000 + 100).await;
    let invocations = close(&world, &mut function).await;
    println!("close of {rooms} rooms in {invocations} invocations: {:?}", world.take_calls());
    assert!(invocations > 1);
    assert_closed(&world, &profile, &day, rooms).await;
}
