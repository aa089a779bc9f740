//! Rule 21: how long a power reading holds.
//!
//! It holds until the next one, until the device changes into `OFF`, or for a quarter of an hour,
//! over midnight too.

use crate::calendar::Window;
use crate::carry_over::PowerReading;
use crate::energy::Milliwatts;
use crate::instant::{Instant, MINUTE, Millis};

/// How long a power reading is believed.
const HOLDS_FOR: Millis = 15 * MINUTE;

/// A stretch of the window over which a power reading holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PowerSpan {
    pub(crate) from: Instant,
    pub(crate) to: Instant,
    pub(crate) power: Milliwatts,
}

/// The stretches over which power readings hold, in order, and the reading that outlives the window.
///
/// `ends` are the instants within the window at which the device changes into `OFF`, in order.
pub(crate) fn spans(
    window: Window,
    carried: Option<PowerReading>,
    readings: &[(Instant, Milliwatts)],
    ends: impl IntoIterator<Item = Instant>,
) -> (Vec<PowerSpan>, Option<PowerReading>) {
    let mut spans = Vec::with_capacity(readings.len() + 1);
    let mut outlives = None;
    let mut ends = ends.into_iter().peekable();
    let carried = carried.map(|reading| (reading.at, reading.power));
    let mut readings = carried.into_iter().chain(readings.iter().copied()).peekable();
    while let Some((at, power)) = readings.next() {
        // A change into OFF at the reading's own instant comes after it.
        while ends.next_if(|end| *end < at).is_some() {}
        let next = readings.peek().map(|(next, _)| *next);
        let holds = [Some(at + HOLDS_FOR), next, ends.peek().copied()];
        let to = holds.into_iter().flatten().min().unwrap_or(at);
        if to > window.end {
            outlives = Some(PowerReading { at, power });
        }
        let (from, to) = (at.max(window.start), to.min(window.end));
        if from < to {
            spans.push(PowerSpan { from, to, power });
        }
    }
    (spans, outlives)
}
