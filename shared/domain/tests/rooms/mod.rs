//! Random rooms: few signals and round times, so that they repeat, collide and touch each other.

use jiff::Timestamp;
use jiff::tz::TimeZoneDatabase;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::profile::Ratings;
use roomwatt_domain::tariff::{Days, Months, Zone};
use roomwatt_domain::wall_clock::{WallHours, WallTime};
use roomwatt_domain::{
    Avoidable, AvoidableStates, BusinessCalendar, BusinessDate, BusinessDay, CounterBase, Device,
    DeviceId, DeviceKind, EmissionFactor, EmissionFactors, Energy, Held, HeldByDevice,
    HeldBySensor, HeldOfDevice, HotelId, Instant, Measurement, Millis, MilliwattHours, Milliwatts,
    PerKwh, PowerReading, Prices, Profile, Reading, RoomId, RoomStates, Signal, State, Tariff,
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

/// A random room on a day near a clock change, with readings or without.
pub(crate) fn on_a_day() -> impl Strategy<Value = Scenario> {
    (days(), any::<bool>()).prop_flat_map(|((zone, day, _), read)| {
        (room_in(day.window), readings(day.window), profile(zone, day.date)).prop_map(
            move |((opening, transitions), readings, profile)| {
                let room = RoomId::new(ROOM).unwrap();
                let mut scenario =
                    Scenario { window: day.window, opening, transitions, readings, profile, room };
                if !read {
                    forget_readings(&mut scenario);
                }
                scenario
            },
        )
    })
}

/// A random room on two days near a clock change, without readings, and never dormant.
pub(crate) fn on_two_days() -> impl Strategy<Value = TwoDays> {
    days().prop_flat_map(|(zone, first, second)| {
        let midnight = first.window.end;
        let window = Window { start: first.window.start, end: second.window.end };
        (room_in(window), profile(zone, second.date)).prop_map(
            move |((opening, transitions), profile)| {
                let room = RoomId::new(ROOM).unwrap();
                let profile = Profile { dormant_after_days: None, ..profile };
                let readings = Vec::new();
                let mut scenario =
                    Scenario { window, opening, transitions, readings, profile, room };
                forget_readings(&mut scenario);
                TwoDays { scenario, midnight }
            },
        )
    })
}

/// A random room with readings on some days in a row whose counters were read before these days,
/// and whose devices may draw so much that a counter hardly ever jumps.
pub(crate) fn metered_on_days() -> impl Strategy<Value = (Scenario, Vec<BusinessDay>)> {
    (days(), 1..5_usize).prop_flat_map(|((zone, first, _), count)| {
        let calendar = BusinessCalendar::new(&zone).unwrap();
        let mut days = vec![first];
        while days.len() < count {
            days.push(calendar.next(days[days.len() - 1].date));
        }
        let window = Window { start: first.window.start, end: days[count - 1].window.end };
        let bases = btree_map(device(), base(window.start), 1..=DEVICES.len());
        (room_in(window), readings(window), profile(zone, first.date), bases).prop_map(
            move |((mut opening, transitions), mut readings, profile, bases)| {
                readings.retain(|(device, _)| bases.contains_key(device));
                opening.devices.retain(|device, _| bases.contains_key(device));
                for (device, base) in bases {
                    opening.devices.entry(device).or_default().counter = Some(Box::new(base));
                }
                let most = Milliwatts::new(10_000_000_000);
                let kinds = DEVICES.map(|(_, kind)| (DeviceKind::new(kind).unwrap(), most));
                let max_watts = kinds.into_iter().collect();
                let profile = Profile { max_watts, dormant_after_days: None, ..profile };
                let room = RoomId::new(ROOM).unwrap();
                (Scenario { window, opening, transitions, readings, profile, room }, days.clone())
            },
        )
    })
}

fn forget_readings(scenario: &mut Scenario) {
    scenario.readings.clear();
    for carried in scenario.opening.devices.values_mut() {
        *carried = HeldOfDevice { counter: None, power: None, ..carried.clone() };
    }
    scenario.opening.devices.retain(|_, carried| !carried.is_empty());
}

/// Two days in a row, near a change of a random zone, and the zone.
fn days() -> impl Strategy<Value = (String, BusinessDay, BusinessDay)> {
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
        (name, day, calendar.next(day.date))
    })
}

fn room_in(window: Window) -> impl Strategy<Value = (RoomStates, Vec<(Signal, Transition)>)> {
    (opening(window.start), vec(transition(window), 0..40))
}

fn readings(window: Window) -> impl Strategy<Value = Vec<(Device, Reading)>> {
    let device = prop_oneof![4 => device(), 1 => meter()];
    let measurement = prop_oneof![
        2 => counter().prop_map(Measurement::Counter),
        1 => power().prop_map(Measurement::Power),
    ];
    let reading = (device, instant(window), measurement)
        .prop_map(|(device, at, measurement)| (device, Reading { at, measurement }));
    vec(reading, 0..25)
}

/// Round values, so that a counter goes on, falls back and jumps, and odd ones, so that shares are
/// no whole numbers.
fn counter() -> impl Strategy<Value = MilliwattHours> {
    prop_oneof![
        (0..200_u64).prop_map(|kilo| kilo * 100_000),
        select(vec![0, 1, 900_000, 1_000_000, 1_000_000_000_000_000]),
        0..=20_000_000_u64,
    ]
    .prop_map(MilliwattHours::new)
}

fn power() -> impl Strategy<Value = Milliwatts> {
    prop_oneof![Just(0), 0..=2_000_000_u64, Just(10_000_000_000)].prop_map(Milliwatts::new)
}

fn base(start: Instant) -> impl Strategy<Value = CounterBase> {
    let debt = prop_oneof![Just(0), 0..=10_000_000_000_000_i128].prop_map(Energy::from_exact);
    (age(), counter(), debt).prop_map(move |(age, value, debt)| CounterBase {
        at: start - age,
        value,
        debt,
    })
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
    let by_device = (held(&DEVICE_STATES), age()).prop_map(move |(held, age)| {
        let seen = (start - age).max(held.since);
        HeldByDevice { held, seen }
    });
    let fresh = move || {
        (power(), 1..15 * MINUTE)
            .prop_map(move |(power, age)| PowerReading { at: start - age, power })
    };
    let of_device =
        (option::of(by_device), option::of(base(start).prop_map(Box::new)), option::of(fresh()))
            .prop_map(|(state, counter, power)| HeldOfDevice { state, counter, power });
    let of_meter = (option::of(base(start).prop_map(Box::new)), option::of(fresh()))
        .prop_map(|(counter, power)| HeldOfDevice { state: None, counter, power });
    let by_sensor = (held(&SENSOR_STATES), option::of(-3 * HOUR..=12 * HOUR))
        .prop_map(move |(held, hold)| HeldBySensor { held, night_hold: hold.map(|it| start + it) });
    (
        option::of(age()).prop_map(move |age| age.map(|age| start - age)),
        option::of(held(&STAY_STATES)),
        btree_map(device(), of_device, 0..=DEVICES.len()),
        btree_map(meter(), of_meter, 0..=1),
        btree_map(sensor(), by_sensor, 0..=SENSORS.len()),
    )
        .prop_map(|(heard, stay, mut devices, meters, presence)| {
            devices.extend(meters);
            devices.retain(|_, carried| !carried.is_empty());
            RoomStates { heard, stay, devices, presence }
        })
}

/// A profile of a hotel in a zone with any of its figures missing, and tariffs around a date.
fn profile(zone: String, date: BusinessDate) -> impl Strategy<Value = Profile> {
    let kind = || select(&DEVICES[..]).prop_map(|(_, kind)| DeviceKind::new(kind).unwrap());
    let minutes = prop_oneof![Just(0), select(vec![1, 10, 60, 180, 240]), 0..=240_u32];
    let hours = prop_oneof![select(vec![1, 2, 3, 6, 24, 48]), 1..=8760_u32];
    let room = select(vec![ROOM, "1204"]).prop_map(|room| RoomId::new(room).unwrap());
    let device = select(&DEVICES[..]).prop_map(|(id, _)| DeviceId::new(id).unwrap());
    let watts = prop_oneof![Just(0), 0..=200_000_u64, Just(10_000_000_000_u64)];
    let judged = select(&Avoidable::ALL[..]);
    let avoidable = (btree_map(state(&DEVICE_STATES), judged.clone(), 0..3), judged)
        .prop_map(|(named, others)| AvoidableStates { named, others });
    (
        (option::of(prices(date)), option::of(factors(date))),
        (minutes, option::of(wall_hours(false)), option::of(1..40_u32)),
        btree_map(kind(), hours, 0..3),
        proptest::collection::btree_set(kind(), 0..3),
        btree_map(kind(), avoidable, 0..3),
        btree_map(kind(), watts.prop_map(Milliwatts::new), 0..3),
        btree_map(kind(), ratings(), 0..3),
        btree_map(room, btree_map(device, ratings(), 0..3), 0..3),
    )
        .prop_map(
            move |(
                rates,
                (minutes, night_hold, dormant),
                limits,
                repeating,
                waste,
                watts,
                ratings,
                own,
            )| {
                Profile {
                    prices: rates.0,
                    emission_factors: rates.1,
                    vacancy_delay_minutes: minutes,
                    night_hold,
                    dormant_after_days: dormant,
                    confirm_within_hours: limits,
                    repeating_kinds: repeating,
                    waste,
                    max_watts: watts,
                    ratings,
                    device_ratings: own,
                    ..bare(&zone)
                }
            },
        )
}

fn bare(zone: &str) -> Profile {
    Profile::new(HotelId::new("seoul-1").unwrap(), BusinessCalendar::new(zone).unwrap())
}

fn per_kwh() -> impl Strategy<Value = PerKwh> {
    prop_oneof![0..5_u64, 0..=10_000_000_000_000_u64].prop_map(PerKwh::from_millionths)
}

/// Dates around one, rising.
fn dates_around(date: BusinessDate) -> impl Strategy<Value = Vec<BusinessDate>> {
    proptest::collection::btree_set(-3..=3_i64, 0..4).prop_map(move |days| {
        let civil = |days| date.civil().saturating_add(jiff::Span::new().days(days));
        days.into_iter().map(|days| BusinessDate::new(civil(days)).unwrap()).collect()
    })
}

fn prices(date: BusinessDate) -> impl Strategy<Value = Prices> {
    let tariff = (per_kwh(), dates_around(date), vec(zone(), 0..4));
    let tariffs = (dates_around(date), vec(tariff, 3)).prop_map(|(dates, tariffs)| {
        let tariffs = dates.into_iter().zip(tariffs).map(|(from, (price, holidays, zones))| {
            Tariff { from, price, holidays: holidays.into_iter().collect(), zones }
        });
        Prices::ByDate(tariffs.collect())
    });
    prop_oneof![1 => per_kwh().prop_map(Prices::Flat), 3 => tariffs]
}

fn factors(date: BusinessDate) -> impl Strategy<Value = EmissionFactors> {
    let factors = (dates_around(date), vec(per_kwh(), 3)).prop_map(|(dates, factors)| {
        let factors = dates.into_iter().zip(factors).map(|(from, kg_co2e)| EmissionFactor {
            from,
            kg_co2e,
            source: None,
        });
        EmissionFactors::ByDate(factors.collect())
    });
    prop_oneof![per_kwh().prop_map(EmissionFactors::Flat), factors]
}

fn zone() -> impl Strategy<Value = Zone> {
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"];
    let days = vec(select(names.to_vec()), 1..6)
        .prop_map(|days| days.iter().fold(Days::default(), |days, day| days.with(day).unwrap()));
    let months = vec(1..=12_u8, 1..10)
        .prop_map(|it| it.iter().fold(Months::default(), |all, it| all.with(*it).unwrap()));
    (per_kwh(), option::of(months), option::of(days), option::of(wall_hours(true)))
        .prop_map(|(price, months, days, hours)| Zone { price, months, days, hours })
}

/// Hours that begin and end near the times at which clocks are changed, or anywhere.
fn wall_hours(whole_days: bool) -> impl Strategy<Value = WallHours> {
    let minute = || prop_oneof![(0..48_u32).prop_map(|half| half * 30), 0..1440_u32];
    let most = if whole_days { 1440 } else { 1439 };
    let end = prop_oneof![4 => minute(), 1 => Just(most)];
    let time = |minute: u32| {
        WallTime::parse(&format!("{:02}:{:02}", minute / 60, minute % 60), true).unwrap()
    };
    (minute(), end).prop_filter_map("hours that end where they begin", move |(from, to)| {
        WallHours::new(time(from), time(to)).ok()
    })
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

fn meter() -> impl Strategy<Value = Device> {
    let kind = DeviceKind::new(DeviceKind::METER).unwrap();
    Just(Device { id: DeviceId::new("circuit-1").unwrap(), kind })
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
        readings: Vec::new(),
        profile: Profile { vacancy_delay_minutes: 10, ..bare("Asia/Seoul") },
        room: RoomId::new(ROOM).unwrap(),
    }
}
