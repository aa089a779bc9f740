//! Random rooms: few signals and round times, so that they repeat, collide and touch each other.

use jiff::Timestamp;
use jiff::tz::TimeZoneDatabase;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::profile::Ratings;
use roomwatt_domain::{
    BusinessCalendar, BusinessDay, Device, DeviceId, DeviceKind, Held, HeldByDevice, HotelId,
    Instant, Millis, Milliwatts, PerKwh, Profile, RoomId, RoomStates, Signal, State, Tariff,
    Transition, Window,
};

use crate::oracle::Scenario;

const ROOM: &str = "1203";
/// The same id under two kinds is two devices.
const DEVICES: [(&str, &str); 4] =
    [("lamp-1", "light"), ("lamp-1", "plug"), ("lamp-2", "light"), ("ac", "thermostat")];
const SENSORS: [&str; 3] = ["pir-1", "pir-2", "door"];
const DEVICE_STATES: [&str; 4] = ["OFF", "ON", "COOL", "HEAT"];
const SENSOR_STATES: [&str; 2] = ["OCCUPIED", "VACANT"];
const STAY_STATES: [&str; 2] = ["CHECKED_IN", "CHECKED_OUT"];

/// Two business days in a row, as one scenario.
#[derive(Debug, Clone)]
pub(crate) struct TwoDays {
    pub(crate) scenario: Scenario,
    pub(crate) midnight: Instant,
}

/// A random room on a day near a clock change.
pub(crate) fn on_a_day() -> impl Strategy<Value = Scenario> {
    days().prop_flat_map(|(day, _)| room_in(day.window))
}

/// A random room on two days near a clock change.
pub(crate) fn on_two_days() -> impl Strategy<Value = TwoDays> {
    days().prop_flat_map(|(first, second)| {
        let midnight = first.window.end;
        let window = Window { start: first.window.start, end: second.window.end };
        room_in(window).prop_map(move |scenario| TwoDays { scenario, midnight })
    })
}

/// Two days in a row, near a change of a random zone.
fn days() -> impl Strategy<Value = (BusinessDay, BusinessDay)> {
    let zones = TimeZoneDatabase::bundled();
    let names: Vec<_> = zones.available().map(|name| name.to_string()).collect();
    (select(names), any::<Index>(), 0..4).prop_map(|(name, index, distance)| {
        let zone = TimeZoneDatabase::bundled().get(&name).unwrap();
        let until: Timestamp = "2040-01-01T00:00:00Z".parse().unwrap();
        let changes = zone.following(Timestamp::UNIX_EPOCH).map(|change| change.timestamp());
        let mut instants: Vec<_> = changes.take_while(|change| *change < until).collect();
        instants.push(Timestamp::UNIX_EPOCH);
        let calendar = BusinessCalendar::new(&name).unwrap();
        let mut day = calendar.day_of((*index.get(&instants)).into());
        day = calendar.previous(calendar.previous(day.date).date);
        for _ in 0..distance {
            day = calendar.next(day.date);
        }
        (day, calendar.next(day.date))
    })
}

fn room_in(window: Window) -> impl Strategy<Value = Scenario> {
    (opening(window.start), vec(transition(window), 0..40), profile()).prop_map(
        move |(opening, transitions, profile)| {
            let room = RoomId::new(ROOM).unwrap();
            Scenario { window, opening, transitions, profile, room }
        },
    )
}

fn transition(window: Window) -> impl Strategy<Value = (Signal, Transition)> {
    let signals = prop_oneof![
        5 => (device(), state(&DEVICE_STATES))
            .prop_map(|(device, state)| (Signal::Device(device), state)),
        3 => (sensor(), state(&SENSOR_STATES))
            .prop_map(|(sensor, state)| (Signal::Presence(sensor), state)),
        1 => state(&STAY_STATES).prop_map(|state| (Signal::Stay, state)),
    ];
    (signals, instant(window)).prop_map(|((signal, state), at)| (signal, Transition { at, state }))
}

/// Mostly on the hour, where changes collide, and delays and limits end exactly.
fn instant(window: Window) -> impl Strategy<Value = Instant> {
    let Window { start, end } = window;
    let every =
        |step: Millis| (0..=(window.length() - 1) / step).prop_map(move |n| start + n * step);
    prop_oneof![
        3 => every(3 * HOUR),
        2 => every(HOUR),
        2 => every(1),
        1 => select(vec![start, start + 1, end - HOUR, end - 1]),
    ]
}

/// How long before the window something happened.
fn age() -> impl Strategy<Value = Millis> {
    prop_oneof![1_i64..=10 * 24 * HOUR, (1..=60_i64).prop_map(|hours| hours * HOUR), 1..=4 * HOUR]
}

fn opening(start: Instant) -> impl Strategy<Value = RoomStates> {
    let held = move |states: &'static [&'static str]| {
        (state(states), age()).prop_map(move |(state, age)| Held { state, since: start - age })
    };
    let device = (held(&DEVICE_STATES), age()).prop_map(move |(held, age)| {
        let seen = (start - age).max(held.since);
        HeldByDevice { held, seen }
    });
    (
        option::of(held(&STAY_STATES)),
        btree_map(self::device(), device, 0..=DEVICES.len()),
        btree_map(sensor(), held(&SENSOR_STATES), 0..=SENSORS.len()),
    )
        .prop_map(|(stay, devices, presence)| RoomStates { stay, devices, presence })
}

/// A profile with any of its figures missing.
pub(crate) fn profile() -> impl Strategy<Value = Profile> {
    let kind = || select(&DEVICES[..]).prop_map(|(_, kind)| DeviceKind::new(kind).unwrap());
    let minutes = prop_oneof![Just(0), select(vec![1, 10, 60, 180, 240]), 0..=240_u32];
    let hours = prop_oneof![select(vec![1, 2, 3, 6, 24, 48]), 1..=8760_u32];
    let room = select(vec![ROOM, "1204"]).prop_map(|room| RoomId::new(room).unwrap());
    let device = select(&DEVICES[..]).prop_map(|(id, _)| DeviceId::new(id).unwrap());
    let per_kwh = || option::of((0..=10_000_000_000_000_u64).prop_map(PerKwh::from_millionths));
    (
        (per_kwh(), per_kwh()).prop_map(|(price, co2e)| Tariff { price, co2e }),
        minutes,
        btree_map(kind(), hours, 0..3),
        btree_map(kind(), ratings(), 0..3),
        btree_map(room, btree_map(device, ratings(), 0..3), 0..3),
        option::of("[a-zA-Z \"\\\\é가]{1,20}"),
        option::of("[A-Z]{3}"),
    )
        .prop_map(
            |(tariff, minutes, confirm_within_hours, ratings, device_ratings, name, currency)| {
                Profile {
                    hotel_id: HotelId::new("seoul-1").unwrap(),
                    name,
                    calendar: BusinessCalendar::new("Asia/Seoul").unwrap(),
                    currency,
                    tariff,
                    vacancy_delay_minutes: minutes,
                    confirm_within_hours,
                    ratings,
                    device_ratings,
                }
            },
        )
}

fn ratings() -> impl Strategy<Value = Ratings> {
    let watts = prop_oneof![Just(0), 0..=5_000_000_u64, 0..=10_000_000_000_u64];
    btree_map(state(&DEVICE_STATES[1..]), watts.prop_map(Milliwatts::new), 0..4)
}

fn device() -> impl Strategy<Value = Device> {
    select(&DEVICES[..]).prop_map(|(id, kind)| Device {
        id: DeviceId::new(id).unwrap(),
        kind: DeviceKind::new(kind).unwrap(),
    })
}

fn sensor() -> impl Strategy<Value = DeviceId> {
    select(&SENSORS[..]).prop_map(|id| DeviceId::new(id).unwrap())
}

fn state(states: &'static [&'static str]) -> impl Strategy<Value = State> {
    select(states).prop_map(|state| State::new(state).unwrap())
}

/// A room whose lamp is switched on after an hour and left on; a guest comes and goes.
pub(crate) fn plain(window: Window) -> Scenario {
    let Window { start, end } = window;
    let lamp =
        Device { id: DeviceId::new("lamp-1").unwrap(), kind: DeviceKind::new("light").unwrap() };
    let pir = DeviceId::new("pir-1").unwrap();
    let transition = |signal, at, state| (signal, Transition { at, state });
    Scenario {
        window,
        opening: RoomStates::default(),
        transitions: vec![
            transition(Signal::Device(lamp), start + HOUR, State::new("ON").unwrap()),
            transition(Signal::Presence(pir.clone()), start, State::OCCUPIED),
            transition(Signal::Presence(pir), end - 2 * HOUR, State::VACANT),
            transition(Signal::Stay, start + 30 * MINUTE, State::CHECKED_IN),
            transition(Signal::Stay, end - 1, State::CHECKED_OUT),
        ],
        profile: Profile {
            hotel_id: HotelId::new("seoul-1").unwrap(),
            name: None,
            calendar: BusinessCalendar::new("Asia/Seoul").unwrap(),
            currency: None,
            tariff: Tariff::default(),
            vacancy_delay_minutes: 10,
            confirm_within_hours: [].into(),
            ratings: [].into(),
            device_ratings: [].into(),
        },
        room: RoomId::new(ROOM).unwrap(),
    }
}
