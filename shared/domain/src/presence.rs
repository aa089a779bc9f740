//! Rule 6: whether somebody is in the room, from all of its sensors.

use crate::calendar::Window;
use crate::carry_over::Held;
use crate::instant::{Instant, Millis};
use crate::name::State;
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
    opening: Option<&Held>,
    transitions: &[Transition],
    vacancy_delay: Millis,
    turns: &mut Vec<SensorTurn>,
) -> Option<Held> {
    let mut held = opening.cloned();
    let mut from = window.start;
    for step in steps(opening.map(|held| &held.state), transitions, &State::VACANT) {
        if step.effect == Effect::Changed {
            count(held.as_ref(), from, step.at, vacancy_delay, turns);
            held = Some(Held { state: step.after.clone(), since: step.at });
            from = step.at;
        }
    }
    count(held.as_ref(), from, window.end, vacancy_delay, turns);
    held
}

/// A vacancy counts once it has lasted the delay; until then the sensor counts as occupied.
fn count(
    held: Option<&Held>,
    from: Instant,
    to: Instant,
    vacancy_delay: Millis,
    turns: &mut Vec<SensorTurn>,
) {
    let Some(held) = held else { return };
    let vacant_from =
        if held.state == State::VACANT { (held.since + vacancy_delay).clamp(from, to) } else { to };
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
