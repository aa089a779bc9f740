//! Rule 5: the states with which a day closes and the next one opens.

use std::collections::BTreeMap;

use crate::instant::Instant;
use crate::name::{DeviceId, State};
use crate::signal::Device;

/// A state and the transition that brought it. Repeats do not move `since`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The state.
    pub state: State,
    /// Since when it holds.
    pub since: Instant,
}

/// The state of a device, and when it was last heard of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldByDevice {
    /// The state, and since when it holds.
    pub held: Held,
    /// The device's last transition of any state, repeats included.
    pub seen: Instant,
}

/// What is known of a room's signals at one instant. Signals in unknown state (rule 4) are absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoomStates {
    /// Whether the room is sold.
    pub stay: Option<Held>,
    /// Every device heard of so far.
    pub devices: BTreeMap<Device, HeldByDevice>,
    /// Every presence sensor heard of so far.
    pub presence: BTreeMap<DeviceId, Held>,
}

impl RoomStates {
    /// Whether nothing at all is known of the room.
    pub fn is_empty(&self) -> bool {
        self.stay.is_none() && self.devices.is_empty() && self.presence.is_empty()
    }
}
