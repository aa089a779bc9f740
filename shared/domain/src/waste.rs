//! Rule 8: which part of a use is waste, and which happened while the room was not sold.

use std::iter::Sum;
use std::ops::AddAssign;

use crate::avoidable::Avoidable;
use crate::instant::Millis;
use crate::occupancy::{Cells, Stay, stay_of};
use crate::presence::Presence;

/// How much of a use was wasted or unsold: of its milliseconds or of its energy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waste<T = Millis> {
    /// Use that could have been avoided, as far as is known.
    pub waste: T,
    /// The certain part of the waste: the room was not sold either.
    pub waste_unsold: T,
    /// Use while the room was not sold, whoever was there.
    pub unsold: T,
}

impl<T: Copy + Default + AddAssign> Waste<T> {
    /// Judges a use by the cells that it fell into.
    pub fn of(during: &Cells<T>, avoidable: Avoidable) -> Self {
        let mut judged = Self::default();
        for (place, cell) in during.cells().into_iter().enumerate() {
            let (stay, wasted) = (stay_of(place), avoidable.is_waste_in(place));
            if wasted {
                judged.waste += cell;
            }
            if stay == Stay::CheckedOut {
                judged.unsold += cell;
                if wasted {
                    judged.waste_unsold += cell;
                }
            }
        }
        judged
    }
}

/// The waste of a use by the stay in which it happened, in the order of [`Stay::ALL`].
pub fn by_stay<T: Copy + Sum>(during: &Cells<T>, avoidable: Avoidable) -> [T; 3] {
    Stay::ALL.map(|stay| {
        let wasted = Presence::ALL.into_iter().filter(|it| avoidable.is_waste(stay, *it));
        wasted.map(|presence| during.cell(stay, presence)).sum()
    })
}
