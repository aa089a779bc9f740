//! Rule 8: which part of a use is waste, and which happened while the room was not sold.

use crate::instant::Millis;
use crate::occupancy::{Occupancy, Stay};
use crate::presence::Presence;

/// How much of a use was wasted or unsold, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waste {
    /// Use while nobody was there, as far as is known.
    pub waste: Millis,
    /// The certain part of the waste: the room was not sold either.
    pub waste_unsold: Millis,
    /// Use while the room was not sold, whoever was there.
    pub unsold: Millis,
}

impl Waste {
    /// Judges a use by the cells that it fell into.
    pub fn of(during: &Occupancy) -> Self {
        let vacant =
            Stay::ALL.iter().map(|stay| during.cell(*stay, Presence::Vacant)).sum::<Millis>();
        let unsold_unseen = during.cell(Stay::CheckedOut, Presence::Unknown);
        let unsold_vacant = during.cell(Stay::CheckedOut, Presence::Vacant);
        Self {
            waste: vacant + unsold_unseen,
            waste_unsold: unsold_vacant + unsold_unseen,
            unsold: Presence::ALL
                .iter()
                .map(|presence| during.cell(Stay::CheckedOut, *presence))
                .sum(),
        }
    }
}
