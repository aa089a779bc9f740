//! What the rooms, devices and kinds of a page come by.

use std::str::FromStr;

/// An order, by its name in a URL.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// `rank`: by waste in an empty hour, so that one bad night does not lead.
    #[default]
    Rank,
    /// `cost`: by wasted money.
    Cost,
    /// `energy`: by wasted energy.
    Energy,
    /// `name`: by their names.
    Name,
}

impl Sort {
    /// All of them, in the order of the links.
    pub const ALL: [Self; 4] = [Self::Rank, Self::Cost, Self::Energy, Self::Name];

    /// Its name in a URL.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rank => "rank",
            Self::Cost => "cost",
            Self::Energy => "energy",
            Self::Name => "name",
        }
    }
}

/// No order has this name.
#[derive(Debug, thiserror::Error)]
#[error("must be rank, cost, energy or name")]
pub struct UnknownSort;

impl FromStr for Sort {
    type Err = UnknownSort;
    fn from_str(text: &str) -> Result<Self, UnknownSort> {
        Self::ALL.into_iter().find(|sort| sort.name() == text).ok_or(UnknownSort)
    }
}
