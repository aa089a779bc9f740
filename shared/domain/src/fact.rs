//! A fact that has happened in a room: a signal changed its state, or a device was read.

use crate::instant::Instant;
use crate::name::State;
use crate::readings::{Measurement, Reading};
use crate::signal::{Device, Signal, Transition};
use crate::timeline::History;

/// What an event says of a room.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// A signal is in a state.
    State(Signal, Transition),
    /// A device's counter stands at a value, or the device draws a power.
    Reading(Device, Reading),
}

/// What facts have in common that differ in nothing but instant and value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort<'a> {
    /// A signal in a state.
    State(&'a Signal, &'a State),
    /// A device's counter.
    Counter(&'a Device),
    /// A device's power.
    Power(&'a Device),
}

impl Fact {
    /// Which sort of fact it is.
    pub fn sort(&self) -> Sort<'_> {
        match self {
            Fact::State(signal, transition) => Sort::State(signal, &transition.state),
            Fact::Reading(device, reading) => match reading.measurement {
                Measurement::Counter(_) => Sort::Counter(device),
                Measurement::Power(_) => Sort::Power(device),
            },
        }
    }

    /// When it happened.
    pub fn at(&self) -> Instant {
        match self {
            Fact::State(_, transition) => transition.at,
            Fact::Reading(_, reading) => reading.at,
        }
    }
}

impl FromIterator<Fact> for History {
    fn from_iter<F: IntoIterator<Item = Fact>>(facts: F) -> Self {
        let (mut transitions, mut readings) = (Vec::new(), Vec::new());
        for fact in facts {
            match fact {
                Fact::State(signal, transition) => transitions.push((signal, transition)),
                Fact::Reading(device, reading) => readings.push((device, reading)),
            }
        }
        History::new(transitions).with_readings(readings)
    }
}
