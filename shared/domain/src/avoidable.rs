//! Rule 8, what may run: which use could have been avoided, by kind and state.

use std::collections::BTreeMap;

use crate::name::{DeviceKind, State};
use crate::occupancy::{Stay, presence_of, stay_of};
use crate::presence::Presence;

/// When the use of a kind in a state is waste.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Avoidable {
    /// While nobody is there, as far as is known. What a profile does not name is judged so.
    #[default]
    Vacant,
    /// Only while the room is not sold either: a thermostat set back in a sold room is no waste.
    Unsold,
    /// Never: a minibar has to run.
    Never,
}

/// What may run of one kind of device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AvoidableStates {
    /// The states that the profile names.
    pub named: BTreeMap<State, Avoidable>,
    /// Every other state of the kind: the profile's `*`.
    pub others: Avoidable,
}

/// What may run in a hotel, by kind of device.
pub type AvoidableUse = BTreeMap<DeviceKind, AvoidableStates>;

impl Avoidable {
    /// In the order from the most that can be avoided to the least.
    pub const ALL: [Avoidable; 3] = [Avoidable::Vacant, Avoidable::Unsold, Avoidable::Never];

    /// How a profile spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Avoidable::Vacant => "vacant",
            Avoidable::Unsold => "unsold",
            Avoidable::Never => "never",
        }
    }

    /// From a profile's spelling.
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|avoidable| avoidable.as_str() == text)
    }

    /// Whether use in a cell of stay × presence is waste.
    pub fn is_waste(self, stay: Stay, presence: Presence) -> bool {
        let nobody = match presence {
            Presence::Occupied => false,
            Presence::Vacant => true,
            Presence::Unknown => stay == Stay::CheckedOut,
        };
        nobody
            && match self {
                Avoidable::Vacant => true,
                Avoidable::Unsold => stay == Stay::CheckedOut,
                Avoidable::Never => false,
            }
    }
}

impl Avoidable {
    /// Whether use in a cell is waste, by the cell's place in row-by-row order.
    pub(crate) fn is_waste_in(self, cell: usize) -> bool {
        self.is_waste(stay_of(cell), presence_of(cell))
    }
}

impl AvoidableStates {
    /// What the profile says of a state.
    pub fn of(&self, state: &State) -> Avoidable {
        self.named.get(state).copied().unwrap_or(self.others)
    }
}
