//! Where a figure comes from: every signal's states in a window, and the transitions behind them.
//!
//! Rules 2 to 5 as a list instead of a sum. The intervals of a device in a state add up to the
//! report's use of that state, exactly.

use crate::calendar::Window;
use crate::instant::Instant;
use crate::name::State;
use crate::report::{devices, sensors};
use crate::signal::{Signal, Transition};
use crate::timeline::{Effect, History, steps};
use crate::{RoomStates, carry_over::Held};

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

/// Every signal with a known state at any time of the window: devices by id and kind, then sensors
/// by id, then the stay.
///
/// `opening` is what held before the window; `history` holds transitions inside the window.
pub fn signals(window: Window, opening: &RoomStates, history: &History) -> Vec<SignalHistory> {
    let follow = |signal: Signal, opening: Option<&Held>, transitions: &[Transition]| {
        let intervals =
            intervals(window, opening.map(|held| &held.state), transitions, &signal.idle_state());
        let transitions = transitions.to_vec();
        (!intervals.is_empty() || !transitions.is_empty()).then_some(SignalHistory {
            signal,
            intervals,
            transitions,
        })
    };
    let of_devices = devices(opening, history).filter_map(|(device, opening, transitions)| {
        let signal = Signal::Device(device.clone());
        follow(signal, opening.map(|opening| &opening.held), transitions)
    });
    let of_sensors = sensors(opening, history).filter_map(|(sensor, opening, transitions)| {
        follow(Signal::Presence(sensor.clone()), opening, transitions)
    });
    let stay = follow(Signal::Stay, opening.stay.as_ref(), history.of(&Signal::Stay));
    of_devices.chain(of_sensors).chain(stay).collect()
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
