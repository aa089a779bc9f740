//! Rule 6: whether somebody is in the room, from all of its sensors.

use crate::calendar::Window;
use crate::carry_over::{Held, HeldBySensor};
use crate::instant::{Instant, Millis};
use crate::name::State;
use crate::night_hold::NightHold;
use crate::signal::Transition;
use crate::timeline::{Effect, steps};

/// Presence in a room at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// A sensor sees somebody, or its vacancy is too fresh to count.
    Occupied,
    /// Sensors report, and none sees anybody.
    Vacant,
    /// No sensor has reported yet.
    Unknown,
}

/// How many sensors begin (or, negative, cease) to count as occupied and as vacant at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SensorTurn {
    pub(crate) at: Instant,
    pub(crate) occupied: i32,
    pub(crate) vacant: i32,
}

/// Follows one sensor through a window: pushes its turns, and returns what it holds at the end.
pub(crate) fn follow_sensor(
    window: Window,
    opening: Option<&HeldBySensor>,
    transitions: &[Transition],
    vacancy_delay: Millis,
    night_hold: &NightHold<'_>,
    turns: &mut Vec<SensorTurn>,
) -> Option<HeldBySensor> {
    let mut now = opening.cloned();
    let mut from = window.start;
    // Each state that a sensor changes to is a turn at its beginning and one at its end.
    turns.reserve(2 * (transitions.len() + 1));
    for step in steps(opening.map(|opening| &opening.held.state), transitions, &State::VACANT) {
        if step.effect == Effect::Changed {
            count(now.as_ref(), from, step.at, vacancy_delay, turns);
            let vacant = *step.after == State::VACANT;
            let night_hold = if vacant { night_hold.until(step.at) } else { None };
            let held = Held { state: step.after.clone(), since: step.at };
            now = Some(HeldBySensor { held, night_hold });
            from = step.at;
        }
    }
    count(now.as_ref(), from, window.end, vacancy_delay, turns);
    now
}

/// A vacancy counts once it has lasted the delay and no night holds it any more; until then the
/// sensor counts as occupied.
fn count(
    now: Option<&HeldBySensor>,
    from: Instant,
    to: Instant,
    vacancy_delay: Millis,
    turns: &mut Vec<SensorTurn>,
) {
    let Some(HeldBySensor { held, night_hold }) = now else { return };
    let vacant_from = if held.state == State::VACANT {
        let delayed = held.since + vacancy_delay;
        night_hold.map_or(delayed, |held| held.max(delayed)).clamp(from, to)
    } else {
        to
    };
    if from < vacant_from {
        turns.push(SensorTurn { at: from, occupied: 1, vacant: 0 });
        turns.push(SensorTurn { at: vacant_from, occupied: -1, vacant: 0 });
    }
    if vacant_from < to {
        turns.push(SensorTurn { at: vacant_from, occupied: 0, vacant: 1 });
        turns.push(SensorTurn { at: to, occupied: 0, vacant: -1 });
    }
}

/// The room's presence from what its sensors count as: one that sees somebody is enough.
pub(crate) fn room_presence(occupied: i32, vacant: i32) -> Presence {
    if occupied > 0 {
        Presence::Occupied
    } else if vacant > 0 {
        Presence::Vacant
    } else {
        Presence::Unknown
    }
}
