//! How a midnight grows: ticks of many hotels, closes of large ones.
//!
//! ```text
//! ROOMWATT_SCALE=full ROOMWATT_PROFILE=release cargo test -p integration --test processes scale -- --nocapture
//! ```
//!
//! Without `ROOMWATT_SCALE=full` the same runs on less. Memory is that of the function's process
//! alone: table and queues live in the test's.

use std::collections::BTreeSet;

use roomwatt_domain::instant::MINUTE;
use roomwatt_domain::{
    BusinessDay, Device, DeviceId, DeviceKind, Fact, HotelId, Profile, RoomId, Signal,
    State as DeviceState, Transition,
};
use roomwatt_embedded::clock::Stopwatch;
use roomwatt_embedded::deployment::{DAY_CLOSE, scheduled_event, sqs_event};
use roomwatt_embedded::queues::MOST_RECEIVES;
use roomwatt_messaging::DayCloseMessage;
use roomwatt_store::Seal;
use serde_json::json;

use crate::functions::{Process, failures, machine_time};
use crate::running::quiet_zone;
use crate::world::World;

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

impl World {
    /// A hotel whose last day but one is closed.
    async fn open(&self, hotel: &str) -> (Profile, BusinessDay) {
        let profile = json!({
            "hotelId": hotel, "timeZone": quiet_zone(), "ratings": {"light": {"ON": 12}},
        });
        let profile = Profile::parse(&profile.to_string()).expect("a profile");
        self.store.put_profile(&profile, machine_time()).await.expect("a table");
        let calendar = &profile.calendar;
        let day = calendar.previous(calendar.day_of(machine_time()).date);
        let (closed_through, due) =
            (calendar.previous(day.date).date, self.store.schedule().due_at(&day));
        self.store.open_hotel(&profile, closed_through, due).await.expect("a table");
        (profile, day)
    }

    /// The bodies that wait in the day-close queue.
    fn waiting(&self) -> Vec<String> {
        self.queues.peek(DAY_CLOSE).into_iter().map(|message| message.body).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tick_reaches_every_due_hotel() {
    let mut world = World::new().await;
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

    let calls = world.take_counts();
    println!("fan-out of {hotels} hotels: {calls:?}, {seconds:.1} s, peak memory {peak} kB");
    let (pages, sends) = (calls["Query"], calls["SendMessage"]);
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
    let facts: Vec<_> = (0..TRANSITIONS)
        .map(|number| {
            let at = day.window.start + number * day.window.length() / TRANSITIONS;
            let state = DeviceState::new(if number % 2 == 0 { "ON" } else { "OFF" });
            Fact::State(lamp.clone(), Transition { at, state: state.expect("a state") })
        })
        .collect();
    let added = world.store.add(hotel, day, room, &facts, Seal::Respect).await;
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
    world.take_counts();
    (profile, day)
}

/// Invokes the function until its queue is empty; says how often.
async fn close(world: &World, function: &mut Process) -> usize {
    let mut invocations = 0;
    loop {
        let messages = world.receive(DAY_CLOSE, 10);
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
        let mut world = World::new().await;
        let (profile, day) = hotel_of(&world, *rooms).await;
        let mut function = world.start("day-close", 15 * MINUTE).await;
        let began = Stopwatch::start();
        assert_eq!(close(&world, &mut function).await, 1);
        let (seconds, peak) = (began.seconds(), function.peak_memory());
        assert_closed(&world, &profile, &day, *rooms).await;

        let calls = world.take_counts();
        println!("close of {rooms} rooms: {calls:?}, {seconds:.2} s, peak memory {peak} kB");
        // A seal and a report a room; the rest is the hotel's, and a checkpoint for 200 rooms.
        assert_eq!(calls["PutItem"], rooms + 1);
        assert!(calls["UpdateItem"] <= rooms + 3 + rooms / 200, "{calls:?}");
        assert!(peak < 128_000, "{rooms} rooms took {peak} kB");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_close_goes_on_over_many_invocations() {
    let mut world = World::new().await;
    let rooms = scale().rooms[1];
    let (profile, day) = hotel_of(&world, rooms).await;
    // Ten seconds before its deadline an invocation begins nothing new.
    let mut function = world.start("day-close", 10_000 + 100).await;
    let invocations = close(&world, &mut function).await;
    println!("close of {rooms} rooms in {invocations} invocations: {:?}", world.take_counts());
    assert!(invocations > 1);
    assert_closed(&world, &profile, &day, rooms).await;
}
