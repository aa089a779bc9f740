//! Rule 8: which part of a use is waste, and which happened while the room was not sold.

use std::iter::Sum;

use crate::avoidable::Avoidable;
use crate::instant::Millis;
use crate::occupancy::{Cells, Stay};
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

impl<T: Copy + Sum> Waste<T> {
    /// Judges a use by the cells that it fell into.
    pub fn of(during: &Cells<T>, avoidable: Avoidable) -> Self {
        let sum = |picks: &dyn Fn(Stay, Presence) -> bool| {
            let cells = Stay::ALL.iter().flat_map(|stay| Presence::ALL.map(|it| (*stay, it)));
            cells
                .filter(|(stay, presence)| picks(*stay, *presence))
                .map(|(stay, presence)| during.cell(stay, presence))
                .sum()
        };
        Self {
            waste: sum(&|stay, presence| avoidable.is_waste(stay, presence)),
            waste_unsold: sum(&|stay, presence| {
                stay == Stay::CheckedOut && avoidable.is_waste(stay, presence)
            }),
            unsold: sum(&|stay, _| stay == Stay::CheckedOut),
        }
    }
}

/// The waste of a use by the stay in which it happened, in the order of [`Stay::ALL`].
pub fn by_stay<T: Copy + Sum>(during: &Cells<T>, avoidable: Avoidable) -> [T; 3] {
    Stay::ALL.map(|stay| {
        let wasted = Presence::ALL.into_iter().filter(|it| avoidable.is_waste(stay, *it));
        wasted.map(|presence| during.cell(stay, presence)).sum()
    })
}
