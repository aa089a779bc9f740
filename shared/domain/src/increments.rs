//! Rule 19: what a counter went on by between two neighbouring readings, and whether to believe it.

use crate::energy::{Energy, MilliwattHours, Milliwatts};
use crate::instant::{HOUR, Instant, Millis};

/// Two readings further apart than this measured nothing between them (rule 20, *gaps*).
pub const LONGEST_INCREMENT: Millis = 6 * HOUR;

/// How a counter got from one reading to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// It went on.
    Increment,
    /// It began again from 0.
    Reset,
    /// It fell back, and not to a new beginning.
    RollBack,
    /// It went on by more than the device can draw.
    Jump,
}

/// What a counter went on by, as far as that is to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) step: Step,
    /// 0 for a roll-back and a jump.
    pub(crate) energy: Energy,
}

/// Judges the later of two neighbouring readings by the greatest power of the device.
pub(crate) fn judge(
    earlier: (Instant, MilliwattHours),
    later: (Instant, MilliwattHours),
    greatest: Milliwatts,
) -> Judged {
    let most = Energy::of(greatest, later.0 - earlier.0);
    let (before, after) = (Energy::measured(earlier.1), Energy::measured(later.1));
    let (step, energy) = if after >= before {
        let gone_on = after - before;
        if gone_on <= most { (Step::Increment, gone_on) } else { (Step::Jump, Energy::default()) }
    } else if after.exact() * 10 < before.exact() * 9 && after <= most {
        (Step::Reset, after)
    } else {
        (Step::RollBack, Energy::default())
    };
    Judged { step, energy }
}

/// Whether the time between two readings is a gap: the counter measured nothing of it.
pub(crate) fn is_gap(earlier: Instant, later: Instant) -> bool {
    later - earlier > LONGEST_INCREMENT
}

/// How an increment is shown: what the counter did, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IncrementKind {
    /// It was spread over the time between the readings.
    Increment,
    /// The same, from a counter that began again.
    Reset,
    /// It measured 0.
    RollBack,
    /// It measured nothing.
    Jump,
    /// The readings are more than six hours apart, and the counter went on: what it shows above
    /// the debt is unplaced. (A reset or a roll-back over such a gap is shown as what it is.)
    Gap,
}

/// One increment of a counter, as `history` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Increment {
    /// The earlier reading, which may be one of a day before.
    pub from: Instant,
    /// The later reading.
    pub to: Instant,
    /// What the counter went on by; 0 for a roll-back and a jump.
    pub energy: Energy,
    /// What it was.
    pub kind: IncrementKind,
    /// The debt that it met: what was booked by rating or power since the earlier reading (over a
    /// jump, before the window), and the rest of debts before.
    pub debt: Energy,
    /// What of it was booked with the later reading: spread, or left unplaced.
    pub booked: Energy,
}

impl IncrementKind {
    pub(crate) fn of(step: Step, gap: bool) -> Self {
        match step {
            Step::Increment if gap => Self::Gap,
            Step::Increment => Self::Increment,
            Step::Reset => Self::Reset,
            Step::RollBack => Self::RollBack,
            Step::Jump => Self::Jump,
        }
    }

    /// How it is spelled.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Increment => "increment",
            Self::Reset => "reset",
            Self::RollBack => "roll-back",
            Self::Jump => "jump",
            Self::Gap => "gap",
        }
    }
}
