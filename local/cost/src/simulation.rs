//! A simulated hotel: guests arrive and depart, come into their rooms and leave them, and what the
//! rooms hold says so.
//!
//! The same numbers and the same seed give the same events, day for day. A day has exactly as many
//! events as were asked for, on average over its rooms: a sold room says more than one that stands
//! empty. Events come in bursts, as they do where somebody walks in and turns things on, and each
//! changes the state of its signal. The devices of a metered hotel have counters, whose readings
//! come on top.

use std::fmt::Write;

use fastrand::Rng;
use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::profile::InvalidProfile;
use roomwatt_domain::{
    BusinessDate, BusinessDay, Instant, Millis, MilliwattHours, Milliwatts, Profile,
};
use serde_json::json;

use crate::metering::Metering;

/// A hotel with the states of its rooms. Its time zone is UTC.
#[derive(Debug, Clone)]
pub struct Hotel {
    id: String,
    /// What every room has, the stay and the presence sensor first.
    signals: Vec<Signal>,
    rooms: Vec<Room>,
    events_per_room_day: u32,
    metering: Metering,
    random: Rng,
}

/// Something that has happened in the hotel: the hotel knows what its numbers stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// In which room, from 0.
    pub room: u32,
    pub(crate) signal: u16,
    pub(crate) said: Said,
}

/// What an event says of its signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    /// The place of the state that it is in now, among its states.
    State(u8),
    /// What its counter stands at.
    Counter(MilliwattHours),
}

impl Event {
    /// Whether it is a check-in or a check-out; all others are device events.
    pub fn is_of_the_stay(&self) -> bool {
        usize::from(self.signal) == STAY
    }

    /// Whether a counter was read.
    pub fn is_reading(&self) -> bool {
        matches!(self.said, Said::Counter(_))
    }

    /// By time; at one instant by room and signal, a state before a reading.
    fn place(&self) -> (Instant, u32, u16, bool) {
        (self.at, self.room, self.signal, self.is_reading())
    }
}

#[derive(Debug, Clone)]
struct Signal {
    /// None for the stay.
    device: Option<(String, &'static str)>,
    /// The idle state first.
    states: &'static [&'static str],
    /// What a counter measures in each of these states; nothing where there is no counter.
    draws: &'static [Milliwatts],
}

#[derive(Debug, Clone)]
struct Room {
    /// By signal, the place of the state among its states.
    states: Vec<u8>,
    nights_left: u32,
}

/// What happens in a room, from an instant of the day on.
enum Happening {
    Stay(u8),
    Burst(usize),
}

const STAY: usize = 0;
const PRESENCE: usize = 1;
const DEVICES: usize = 2;

/// A kind of device, its states, and what it draws in each of them: not quite what it is rated.
type Equipment = (&'static str, &'static [&'static str], &'static [Milliwatts]);

const LIGHT: Equipment = ("light", &["OFF", "ON"], &[mw(300), mw(11_400)]);

/// What a room is equipped with, in this order and from the beginning again.
const EQUIPMENT: [Equipment; 8] = [
    ("thermostat", &["OFF", "COOL", "FAN"], &[mw(1_500), mw(640_000), mw(38_000)]),
    LIGHT,
    LIGHT,
    LIGHT,
    ("tv", &["OFF", "ON", "STANDBY"], &[mw(200), mw(96_000), mw(480)]),
    LIGHT,
    ("socket", &["OFF", "ON"], &[mw(0), mw(43_500)]),
    ("fan", &["OFF", "ON"], &[mw(0), mw(27_800)]),
];

/// How much happens in each hour of the day in a room with a guest.
const WITH_A_GUEST: [u32; 24] =
    [3, 1, 1, 1, 1, 2, 5, 9, 9, 6, 4, 3, 3, 3, 3, 4, 5, 7, 9, 9, 10, 10, 9, 6];
/// The same where there is none: housekeeping, and what runs by itself.
const WITHOUT: [u32; 24] = [1, 1, 1, 1, 1, 1, 1, 1, 2, 6, 8, 8, 6, 5, 4, 2, 1, 1, 1, 1, 1, 1, 1, 1];

const fn mw(milliwatts: u64) -> Milliwatts {
    Milliwatts::new(milliwatts)
}

/// Room numbers by floor.
const ROOMS_PER_FLOOR: u32 = 50;

const DAY: Millis = 24 * HOUR;
/// Nothing happens in the last second of a day.
const LAST: Millis = DAY - 1000;

impl Hotel {
    /// A hotel of some rooms, each with a presence sensor and some devices. Seven in ten rooms are
    /// sold.
    pub fn new(
        id: impl Into<String>,
        rooms: u32,
        devices: u16,
        events_per_room_day: u32,
        seed: u64,
    ) -> Self {
        let mut random = Rng::with_seed(seed);
        let mut signals = vec![
            Signal { device: None, states: &["CHECKED_OUT", "CHECKED_IN"], draws: &[] },
            Signal {
                device: Some(("pir-1".to_owned(), "presence")),
                states: &["VACANT", "OCCUPIED"],
                draws: &[],
            },
        ];
        for place in 0..usize::from(devices) {
            let (kind, states, draws) = EQUIPMENT[place % EQUIPMENT.len()];
            let id = format!("{kind}-{}", 1 + place);
            signals.push(Signal { device: Some((id, kind)), states, draws });
        }
        let rooms = (0..rooms)
            .map(|_| {
                let sold = random.u32(..10) < 7;
                let mut states = vec![0; signals.len()];
                states[STAY] = u8::from(sold);
                Room { states, nights_left: if sold { random.u32(..4) } else { 0 } }
            })
            .collect();
        let metering = Metering::default();
        Self { id: id.into(), signals, rooms, events_per_room_day, metering, random }
    }

    /// The same hotel, with the same events, where the counter of every device is read so often an
    /// hour as well: all those of a room at once, one room after the other. To be asked for before
    /// its first day.
    #[must_use]
    pub fn metered(mut self, readings_per_hour: u16, seed: u64) -> Self {
        let rooms = self.rooms.iter().map(|room| &room.states[DEVICES..]);
        self.metering = Metering::new(readings_per_hour, rooms, seed);
        self
    }

    /// The hotel's profile.
    ///
    /// # Errors
    /// None, as long as the id keeps the rule of ids.
    pub fn profile(&self) -> Result<Profile, InvalidProfile> {
        let ratings = json!({
            "light": {"ON": 12},
            "thermostat": {"COOL": 900, "FAN": 40},
            "tv": {"ON": 110, "STANDBY": "0.5"},
            "socket": {"ON": 60},
            "fan": {"ON": 30},
        });
        let profile = json!({
            "hotelId": self.id,
            "name": "Simulated",
            "timeZone": "UTC",
            "currency": "USD",
            "pricePerKwh": "0.18",
            "kgCo2ePerKwh": "0.39",
            "vacancyDelayMinutes": 10,
            "ratings": ratings,
        });
        Profile::parse(&profile.to_string())
    }

    /// Says the state of every signal, as an installation does that starts anew. These events come
    /// on top of the day's.
    pub fn inventory(&self, at: Instant) -> Vec<Event> {
        let mut events = Vec::with_capacity(self.rooms.len() * self.signals.len());
        for (number, room) in (0..).zip(&self.rooms) {
            for (signal, state) in (0..).zip(&room.states) {
                events.push(Event { at, room: number, signal, said: Said::State(*state) });
            }
        }
        events
    }

    /// The events of the next day, in their order. The states that it begins with are those that
    /// the day before ended with.
    pub fn day(&mut self, day: &BusinessDay) -> Vec<Event> {
        let mut random = self.random.fork();
        let plans: Vec<_> = self.rooms.iter_mut().map(|room| Plan::of(room, &mut random)).collect();
        let total = u64::from(self.events_per_room_day) * self.rooms.len() as u64;
        let weights: u64 = plans.iter().map(|plan| plan.weight).sum();
        let mut events = Vec::with_capacity(usize::try_from(total).unwrap_or_default());
        let (mut weighed, mut shared_out) = (0, 0);
        for (number, (room, plan)) in (0..).zip(self.rooms.iter_mut().zip(plans)) {
            weighed += plan.weight;
            let share = total * weighed / weights - shared_out;
            shared_out += share;
            let count = usize::try_from(share).unwrap_or_default();
            events.extend(happen(&self.signals, room, &plan, count, &mut random).into_iter().map(
                |(after, signal, state)| Event {
                    at: day.window.start + after,
                    room: number,
                    signal,
                    said: Said::State(state),
                },
            ));
        }
        events.extend(self.metering.readings(day));
        events.sort_unstable_by_key(Event::place);
        self.metering.follow(&mut events, |signal| self.signals[usize::from(signal)].draws);
        events
    }

    /// Writes an event as its publisher does.
    ///
    /// # Errors
    /// When the writer does not take it.
    pub fn write_event(&self, event: &Event, out: &mut impl Write) -> std::fmt::Result {
        let signal = &self.signals[usize::from(event.signal)];
        // As long as the ULIDs that publishers like.
        let (at, room) = (event.at.as_millis(), event.room);
        write!(out, r#"{{"eventId":"01{at:011X}{room:08X}{:05X}","#, event.signal)?;
        let floor = 1 + room / ROOMS_PER_FLOOR;
        let door = 1 + room % ROOMS_PER_FLOOR;
        write!(out, r#""hotelId":"{}","roomId":"{floor}{door:02}","#, self.id)?;
        if let Some((id, kind)) = &signal.device {
            write!(out, r#""deviceId":"{id}","deviceKind":"{kind}","#)?;
        }
        match event.said {
            Said::State(state) => {
                write!(out, r#""state":"{}","#, signal.states[usize::from(state)])?;
            }
            Said::Counter(value) => write!(out, r#""counterWh":"{value}","#)?,
        }
        write!(out, r#""occurredAt":"{}"}}"#, event.at)
    }

    /// The body of a message that packs some events.
    pub fn message<'a>(&self, events: impl IntoIterator<Item = &'a Event>) -> String {
        let mut body = String::from(r#"{"events":["#);
        for (place, event) in events.into_iter().enumerate() {
            if place > 0 {
                body.push(',');
            }
            // A text takes whatever is written to it.
            let _ = self.write_event(event, &mut body);
        }
        body.push_str("]}");
        body
    }
}

/// What a day brings to a room.
struct Plan {
    weight: u64,
    with_a_guest: bool,
    /// Check-outs and check-ins, by their instant of the day.
    stays: Vec<(Millis, u8)>,
}

impl Plan {
    fn of(room: &mut Room, random: &mut Rng) -> Self {
        let mut stays = Vec::new();
        let had_guest = room.states[STAY] == 1;
        let mut guest_stays = had_guest;
        if had_guest && room.nights_left == 0 {
            stays.push((10 * HOUR + random.i64(0..120) * MINUTE + random.i64(0..MINUTE), 0));
            guest_stays = false;
        }
        // About as many as keep seven rooms in ten sold.
        if !guest_stays && random.u32(..100) < 48 {
            stays.push((15 * HOUR + random.i64(0..360) * MINUTE + random.i64(0..MINUTE), 1));
            room.nights_left = random.u32(1..=4);
            guest_stays = true;
        }
        if guest_stays {
            room.nights_left = room.nights_left.saturating_sub(1);
        }
        let with_a_guest = had_guest || guest_stays;
        let weight = if with_a_guest { random.u64(70..=150) } else { random.u64(25..=50) };
        Self { weight, with_a_guest, stays }
    }

    fn moment(&self, random: &mut Rng) -> Millis {
        let weights = if self.with_a_guest { &WITH_A_GUEST } else { &WITHOUT };
        let mut left = random.u32(..weights.iter().sum::<u32>());
        let mut hour = 0;
        for weight in weights {
            if left < *weight {
                break;
            }
            left -= weight;
            hour += 1;
        }
        hour * HOUR + random.i64(0..HOUR)
    }
}

/// Exactly so many events of a room: when, which signal, into which state.
fn happen(
    signals: &[Signal],
    room: &mut Room,
    plan: &Plan,
    count: usize,
    random: &mut Rng,
) -> Vec<(Millis, u16, u8)> {
    let stays = plan.stays.iter().take(count);
    let mut happenings: Vec<_> =
        stays.map(|(after, state)| (*after, Happening::Stay(*state))).collect();
    let mut left = count - happenings.len();
    while left > 0 {
        let size = if random.u32(..10) < 6 { 1 } else { random.usize(3..=9).min(left) };
        happenings.push((plan.moment(random), Happening::Burst(size)));
        left -= size;
    }
    happenings.sort_by_key(|(after, _)| *after);
    let mut events = Vec::with_capacity(count);
    let mut time = 0;
    for (from, happening) in happenings {
        time = from.max(time + random.i64(1000..5000));
        match happening {
            Happening::Stay(state) => {
                room.states[STAY] = state;
                events.push((time, STAY, state));
            }
            Happening::Burst(size) => {
                for (signal, state) in burst(signals, room, size, random) {
                    events.push((time, signal, state));
                    time += random.i64(1500..15_000);
                }
            }
        }
    }
    // Events that would go beyond the day's end are moved closer together.
    let end = events.last().map_or(0, |(after, ..)| *after);
    events
        .into_iter()
        .map(|(after, signal, state)| {
            let after = if end > LAST { after * LAST / end } else { after };
            // There are a hundred devices at most.
            (after, u16::try_from(signal).unwrap_or_default(), state)
        })
        .collect()
}

/// Somebody comes, does something or leaves; or something changes by itself.
fn burst(signals: &[Signal], room: &mut Room, size: usize, random: &mut Rng) -> Vec<(usize, u8)> {
    let devices = signals.len() - DEVICES;
    let mut changes = Vec::with_capacity(size);
    let mut change = |room: &mut Room, signal: usize, state: u8| {
        room.states[signal] = state;
        changes.push((signal, state));
    };
    let next = |room: &Room, signal: usize| {
        (room.states[signal] + 1) % u8::try_from(signals[signal].states.len()).unwrap_or(1)
    };
    if size == 1 || devices == 0 {
        for _ in 0..size {
            // Half of it is the thermostat's own doing.
            let signal = match random.u32(..10) {
                0..5 if devices > 0 => DEVICES,
                5..8 if devices > 0 => DEVICES + random.usize(..devices),
                _ => PRESENCE,
            };
            let state = next(room, signal);
            change(room, signal, state);
        }
        return changes;
    }
    let enters = room.states[PRESENCE] == 0;
    let leaves = !enters && random.u32(..100) < 45;
    if enters {
        change(room, PRESENCE, 1);
    }
    let first = random.usize(..devices);
    for place in 0..size - usize::from(enters || leaves) {
        let mut signal = DEVICES + (first + place) % devices;
        if leaves {
            // What runs is turned off, as long as anything does.
            let running = (0..devices).map(|after| DEVICES + (first + place + after) % devices);
            signal = running.into_iter().find(|one| room.states[*one] > 0).unwrap_or(signal);
        }
        let state = match room.states[signal] {
            0 => 1,
            _ if leaves => 0,
            _ => next(room, signal),
        };
        change(room, signal, state);
    }
    if leaves {
        change(room, PRESENCE, 0);
    }
    changes
}

/// The first days of a simulation, in UTC.
pub fn days(count: usize) -> Vec<BusinessDay> {
    let Ok(calendar) = roomwatt_domain::BusinessCalendar::new("UTC") else { return Vec::new() };
    let first = BusinessDate::parse("2026-11-02").ok().and_then(|date| calendar.day(date));
    std::iter::successors(first, |day| Some(calendar.next(day.date))).take(count).collect()
}
