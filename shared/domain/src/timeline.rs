//! Rules 1 to 4: from a set of transitions to what a signal did.
//!
//! Whatever order transitions arrived in, they are walked by instant, and each instant is one
//! [`Step`]: a change, a repetition of the state that held, or two changes that cancel out.

use std::collections::BTreeMap;

use crate::instant::Instant;
use crate::name::State;
use crate::readings::{Reading, Readings};
use crate::signal::{Device, Signal, Transition};

/// Rules 1 and 18: every transition and reading that is known of a room in a window; sets, so order
/// of arrival and repetition leave no trace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    signals: BTreeMap<Signal, Vec<Transition>>,
    readings: BTreeMap<Device, Readings>,
    /// The last instant of any of these.
    heard: Option<Instant>,
}

impl History {
    /// The set of the given transitions, without readings.
    pub fn new(transitions: impl IntoIterator<Item = (Signal, Transition)>) -> Self {
        let mut signals: BTreeMap<Signal, Vec<Transition>> = BTreeMap::new();
        for (signal, transition) in transitions {
            signals.entry(signal).or_default().push(transition);
        }
        for transitions in signals.values_mut() {
            transitions.sort_unstable();
            transitions.dedup();
        }
        let mut history = Self { signals, ..Self::default() };
        history.heard = history.last();
        history
    }

    /// With readings of devices and meters.
    #[must_use]
    pub fn with_readings(mut self, readings: impl IntoIterator<Item = (Device, Reading)>) -> Self {
        for (device, reading) in readings {
            self.readings.entry(device).or_default().push(reading);
        }
        self.readings.values_mut().for_each(Readings::normalise);
        self.heard = self.heard.max(self.readings.values().filter_map(Readings::last).max());
        self
    }

    /// Takes in the transitions and readings of another set.
    pub fn unite(&mut self, other: Self) {
        for (signal, more) in other.signals {
            let transitions = self.signals.entry(signal).or_default();
            transitions.extend(more);
            transitions.sort_unstable();
            transitions.dedup();
        }
        for (device, more) in other.readings {
            let readings = self.readings.entry(device).or_default();
            readings.extend(more);
            readings.normalise();
        }
        self.heard = self.heard.max(other.heard);
    }

    /// Whether nothing is known of the window.
    pub fn is_empty(&self) -> bool {
        self.signals.is_empty() && self.readings.is_empty()
    }

    /// How many signals reported a state.
    pub(crate) fn signals(&self) -> usize {
        self.signals.len()
    }

    /// A signal's transitions in order of (instant, state), none twice.
    pub fn of(&self, signal: &Signal) -> &[Transition] {
        self.signals.get(signal).map_or(&[], Vec::as_slice)
    }

    /// A device's readings.
    pub fn readings(&self, device: &Device) -> &Readings {
        self.readings.get(device).unwrap_or(Readings::NONE)
    }

    /// The last instant at which any signal was heard: a transition or a reading.
    pub fn heard(&self) -> Option<Instant> {
        self.heard
    }

    fn last(&self) -> Option<Instant> {
        let transitions = self.signals.values().filter_map(|it| it.last()).map(|it| it.at).max();
        transitions.max(self.readings.values().filter_map(Readings::last).max())
    }

    /// The transitions and readings before an instant.
    #[must_use]
    pub fn before(mut self, end: Instant) -> Self {
        self.signals.retain(|_, transitions| {
            transitions.retain(|transition| transition.at < end);
            !transitions.is_empty()
        });
        self.readings.retain(|_, readings| {
            readings.keep_before(end);
            !readings.is_empty()
        });
        self.heard = self.last();
        self
    }

    /// Every signal that reported a state, in order, with its transitions.
    pub fn iter(&self) -> impl Iterator<Item = (&Signal, &[Transition])> {
        self.signals.iter().map(|(signal, transitions)| (signal, transitions.as_slice()))
    }

    /// Every device and meter that was read, in order, with its readings.
    pub fn iter_readings(&self) -> impl Iterator<Item = (&Device, &Readings)> {
        self.readings.iter()
    }
}

/// What the transitions of one instant did to a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The signal is in another state than before, or was unknown.
    Changed,
    /// Rule 2: a transition into the state that held already.
    Repeated,
    /// Rule 3: two different states, one of which held already.
    Cancelled,
}

/// One instant at which a signal reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step<'a> {
    /// When.
    pub at: Instant,
    /// The state before, `None` while unknown (rule 4).
    pub before: Option<&'a State>,
    /// The state from here on.
    pub after: &'a State,
    /// What happened.
    pub effect: Effect,
}

/// Walks sorted transitions instant by instant, from the state that held before them.
pub fn steps<'a>(
    opening: Option<&'a State>,
    transitions: &'a [Transition],
    idle: &State,
) -> impl Iterator<Item = Step<'a>> {
    let mut held = opening;
    transitions.chunk_by(|one, other| one.at == other.at).map(move |states| {
        let before = held;
        let (after, effect) = resolve(before, states, idle);
        held = Some(after);
        Step { at: states[0].at, before, after, effect }
    })
}

/// Rules 2 and 3 for the states of one instant, which are sorted and differ from each other.
fn resolve<'a>(
    before: Option<&'a State>,
    states: &'a [Transition],
    idle: &State,
) -> (&'a State, Effect) {
    if let [only] = states {
        // Hardly ever does a signal report two states at one instant.
        return match before {
            Some(held) if *held == only.state => (held, Effect::Repeated),
            _ => (&only.state, Effect::Changed),
        };
    }
    let reported = |state: &State| states.iter().any(|transition| transition.state == *state);
    match before {
        Some(held) if reported(held) => (held, Effect::Cancelled),
        _ => {
            let rest = states.iter().find(|transition| transition.state == *idle);
            (&rest.unwrap_or(&states[0]).state, Effect::Changed)
        }
    }
}
