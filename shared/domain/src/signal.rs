//! Signals: the independent sources of state in a room, and what they report.

use crate::instant::Instant;
use crate::name::{DeviceId, DeviceKind, State};

/// A device of a room: its kind and id together. Ordered by id, then kind, as reports list them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Device {
    /// The device's id.
    pub id: DeviceId,
    /// The device's kind.
    pub kind: DeviceKind,
}

impl Device {
    /// Whether it is a meter: it has readings only, and is shown apart (rule 22).
    pub fn is_meter(&self) -> bool {
        self.kind.is_meter()
    }
}

/// One independent source of state in a room.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// Something that draws power.
    Device(Device),
    /// A presence sensor.
    Presence(DeviceId),
    /// Whether the room is sold.
    Stay,
}

impl Signal {
    /// The state in which the signal is at rest; every other state of a device is active.
    pub fn idle_state(&self) -> State {
        match self {
            Signal::Device(_) => State::OFF,
            Signal::Presence(_) => State::VACANT,
            Signal::Stay => State::CHECKED_OUT,
        }
    }

    /// Whether the signal can be in the state: sensors and stays know two states each.
    pub fn allows(&self, state: &State) -> bool {
        match self {
            Signal::Device(_) => true,
            Signal::Presence(_) => *state == State::OCCUPIED || *state == State::VACANT,
            Signal::Stay => *state == State::CHECKED_IN || *state == State::CHECKED_OUT,
        }
    }
}

/// The signal is in the state from the instant on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Transition {
    /// From when on.
    pub at: Instant,
    /// Into which state.
    pub state: State,
}
