//! Where a figure comes from: every signal's states in a window, and the transitions behind them.
//!
//! Rules 2 to 5 as a list instead of a sum. The intervals of a device in a state add up to the
//! report's use of that state, exactly. Rules 18 and 19 alike: readings, and what the counter went on
//! by from each to the next.

use std::collections::BTreeMap;

use crate::calendar::Window;
use crate::carry_over::{Held, RoomStates};
use crate::energy::{MilliwattHours, Milliwatts};
use crate::increments::Increment;
use crate::instant::Instant;
use crate::name::State;
use crate::profile::RoomTerms;
use crate::readings::Readings;
use crate::report::{Room, devices, sensors};
use crate::signal::{Signal, Transition};
use crate::timeline::{Effect, History, steps};

/// One signal in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalHistory {
    /// Which signal.
    pub signal: Signal,
    /// The states that it was in, in order, without gap from the first known one to the window's
    /// end; none while unknown (rule 4).
    pub intervals: Vec<Interval>,
    /// What was reported within the window, in order of (instant, state), none twice.
    pub transitions: Vec<Transition>,
    /// What was read of a device or a meter within the window, in order.
    pub readings: Vec<ReadingsAt>,
    /// What its counter went on by up to each reading within the window, in order.
    pub increments: Vec<Increment>,
}

/// What was read of a device at an instant: of each sort the value that counts (rule 18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadingsAt {
    /// When.
    pub at: Instant,
    /// What its counter stood at.
    pub counter: Option<MilliwattHours>,
    /// What it drew.
    pub power: Option<Milliwatts>,
}

/// A state and how long it held, cut to the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    /// The state.
    pub state: State,
    /// The first instant.
    pub from: Instant,
    /// The first instant after.
    pub to: Instant,
}

/// Every signal with a known state at any time of the window or with a reading: devices and meters
/// by id and kind, then sensors by id, then the stay.
///
/// `opening` is what held before the window; `history` holds what was told inside the window;
/// `terms` are those of the day, by which increments are judged and debts booked.
pub fn signals(
    window: Window,
    opening: &RoomStates,
    history: &History,
    terms: &RoomTerms<'_>,
) -> Vec<SignalHistory> {
    let opening = &*opening.opening(window.start, terms);
    let day = Room::of(window, opening, history, terms).day;
    let follow = |signal: Signal, opening: Option<&Held>, transitions: &[Transition]| {
        let opening = opening.map(|held| &held.state);
        let intervals = intervals(window, opening, transitions, &signal.idle_state());
        let transitions = transitions.to_vec();
        SignalHistory {
            signal,
            intervals,
            transitions,
            readings: Vec::new(),
            increments: Vec::new(),
        }
    };
    let of_devices = devices(opening, history).map(|followed| {
        let signal = Signal::Device(followed.device.clone());
        let state = followed.opening.and_then(|opening| opening.state.as_ref());
        SignalHistory {
            readings: readings(followed.readings),
            increments: followed.increments(&day),
            ..follow(signal, state.map(|state| &state.held), followed.transitions)
        }
    });
    let of_sensors = sensors(opening, history).map(|(sensor, opening, transitions)| {
        follow(Signal::Presence(sensor.clone()), opening.map(|it| &it.held), transitions)
    });
    let stay = follow(Signal::Stay, opening.stay.as_ref(), history.of(&Signal::Stay));
    let told = |it: &SignalHistory| {
        !(it.intervals.is_empty() && it.transitions.is_empty() && it.readings.is_empty())
    };
    of_devices.chain(of_sensors).chain([stay]).filter(told).collect()
}

/// Both sorts of readings by instant.
fn readings(readings: &Readings) -> Vec<ReadingsAt> {
    let mut by_instant: BTreeMap<Instant, ReadingsAt> = BTreeMap::new();
    let empty = |at| ReadingsAt { at, counter: None, power: None };
    for (at, value) in readings.counter() {
        by_instant.entry(*at).or_insert_with(|| empty(*at)).counter = Some(*value);
    }
    for (at, value) in readings.power() {
        by_instant.entry(*at).or_insert_with(|| empty(*at)).power = Some(*value);
    }
    by_instant.into_values().collect()
}

fn intervals(
    window: Window,
    opening: Option<&State>,
    transitions: &[Transition],
    idle: &State,
) -> Vec<Interval> {
    let mut intervals: Vec<Interval> = Vec::new();
    let mut begin = |state: &State, from: Instant| {
        match intervals.last_mut() {
            // Reported at the window's first instant: the state before held for no time of it.
            Some(last) if last.from == from => last.state = state.clone(),
            last => {
                if let Some(last) = last {
                    last.to = from;
                }
                intervals.push(Interval { state: state.clone(), from, to: window.end });
            }
        }
    };
    if let Some(state) = opening.filter(|_| window.length() > 0) {
        begin(state, window.start);
    }
    for step in steps(opening, transitions, idle) {
        if step.effect == Effect::Changed {
            begin(step.after, step.at);
        }
    }
    intervals
}
