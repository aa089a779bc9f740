//! The counters of a metered hotel's devices: when each is read, and what it stands at then.
//!
//! A gateway reads all counters of a room at one instant, and one room after the other, so that the
//! rooms of a hotel are spread over the time between two readings. A counter goes on by what its
//! device draws in the state that it is in, so readings and states tell one story.

use fastrand::Rng;
use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{BusinessDay, Instant, Millis, MilliwattHours, Milliwatts};

use crate::simulation::{Event, Said};

/// Thousandths of a watt-hour that a counter may stand at when the simulation begins: from 10 to
/// 2,000 kWh.
const BEGINNINGS: std::ops::Range<u64> = 10_000_000..2_000_000_000;
/// Milliwatts for so many milliseconds are a thousandth of a watt-hour.
const PER_MILLIWATT_HOUR: u64 = HOUR.unsigned_abs();

/// The signal of a room's first device; before it are stay and presence sensor.
const FIRST_DEVICE: u16 = 2;

/// All counters of a hotel; none where nothing is read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metering {
    per_hour: u16,
    /// By room, by device.
    counters: Vec<Vec<Counter>>,
}

#[derive(Debug, Clone)]
struct Counter {
    /// The place of the device's state among its states.
    state: u8,
    /// Up to when it has counted; none before its first event.
    counted: Option<Instant>,
    /// In milliwatts for a millisecond.
    stands_at: u64,
}

impl Metering {
    /// Counters of the devices of some rooms, by the states that they are in.
    pub(crate) fn new<'a>(per_hour: u16, rooms: impl Iterator<Item = &'a [u8]>, seed: u64) -> Self {
        if per_hour == 0 {
            return Self::default();
        }
        let mut random = Rng::with_seed(seed);
        let mut counter = |state: &u8| Counter {
            state: *state,
            counted: None,
            stands_at: random.u64(BEGINNINGS) * PER_MILLIWATT_HOUR,
        };
        let counters = rooms.map(|states| states.iter().map(&mut counter).collect()).collect();
        Self { per_hour, counters }
    }

    /// A day's readings, each of which [`follow`](Self::follow) gives its value.
    pub(crate) fn readings(&self, day: &BusinessDay) -> Vec<Event> {
        let (per_hour, window) = (Millis::from(self.per_hour), day.window);
        let rooms = Millis::try_from(self.counters.len()).unwrap_or(Millis::MAX);
        let count = window.length() * per_hour / HOUR;
        let mut readings = Vec::new();
        for (room, counters) in (0..).zip(&self.counters) {
            for number in 0..count {
                let turn = HOUR * Millis::from(room) / (per_hour * rooms);
                let at = window.start + HOUR * number / per_hour + turn;
                for (signal, _) in (FIRST_DEVICE..).zip(counters) {
                    let said = Said::Counter(MilliwattHours::new(0));
                    readings.push(Event { at, room, signal, said });
                }
            }
        }
        readings
    }

    /// Lets the counters follow a day's events in their order, and tells each reading what its
    /// counter stands at.
    pub(crate) fn follow(
        &mut self,
        events: &mut [Event],
        draws: impl Fn(u16) -> &'static [Milliwatts],
    ) {
        for event in events {
            let Some(device) = event.signal.checked_sub(FIRST_DEVICE) else { continue };
            let room =
                usize::try_from(event.room).ok().and_then(|room| self.counters.get_mut(room));
            let Some(counter) = room.and_then(|counters| counters.get_mut(usize::from(device)))
            else {
                continue;
            };
            counter.count_until(event.at, draws(event.signal));
            match &mut event.said {
                Said::State(state) => counter.state = *state,
                Said::Counter(value) => {
                    *value = MilliwattHours::new(counter.stands_at / PER_MILLIWATT_HOUR);
                }
            }
        }
    }
}

impl Counter {
    fn count_until(&mut self, at: Instant, draws: &[Milliwatts]) {
        let time = self.counted.map_or(0, |counted| (at - counted).unsigned_abs());
        let draw = draws.get(usize::from(self.state)).map_or(0, |draw| draw.get());
        self.stands_at += draw * time;
        self.counted = Some(at);
    }
}
