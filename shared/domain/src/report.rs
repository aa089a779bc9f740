//! The report of a room on a day: one fold over the opening states and the set of transitions.

use crate::calendar::Window;
use crate::carry_over::Held;
use crate::carry_over::RoomStates;
use crate::instant::Instant;
use crate::name::{DeviceId, State};
use crate::occupancy::{Occupancy, OccupancyClock, Stay};
use crate::presence::follow_sensor;
use crate::profile::{RoomTerms, Tariff};
use crate::signal::{Device, Signal, Transition};
use crate::timeline::{Effect, History, steps};
use crate::totals::Totals;
use crate::usage::{DeviceReport, follow_device};

/// The exact figures of one room in one window, usually a business day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomReport {
    /// The room's time by stay and presence; the cells add up to the window.
    pub occupancy: Occupancy,
    /// Every device with a known state at any time of the window, by id, then kind.
    pub devices: Vec<DeviceReport>,
    /// The stay at the end of the window.
    pub stay: Option<Held>,
    /// The presence sensors at the end of the window, by id.
    pub presence: Vec<(DeviceId, Held)>,
    /// The price and emission factor that applied.
    pub tariff: Tariff,
}

impl RoomReport {
    /// Folds what is known of a room in a window into its report.
    ///
    /// `opening` is what held before the window; `history` holds transitions inside the window.
    /// The result depends on nothing else: not on order, repetition or time of arrival.
    pub fn fold(
        window: Window,
        opening: &RoomStates,
        history: &History,
        terms: &RoomTerms<'_>,
    ) -> Self {
        let (stays, stay) = follow_stay(window, opening.stay.as_ref(), history.of(&Signal::Stay));

        let mut turns = Vec::new();
        let mut presence = Vec::new();
        for (sensor, opening, transitions) in sensors(opening, history) {
            let closing =
                follow_sensor(window, opening, transitions, terms.vacancy_delay(), &mut turns);
            presence.extend(closing.map(|held| (sensor.clone(), held)));
        }

        let clock = OccupancyClock::new(window, &stays, turns);
        let devices = devices(opening, history)
            .filter_map(|(device, opening, transitions)| {
                follow_device(window, device, opening, transitions, &clock, terms)
            })
            .collect();
        let occupancy = clock.between(window.start, window.end);
        Self { occupancy, devices, stay, presence, tariff: terms.tariff() }
    }

    /// The states at the end of the window, with which the next one opens.
    pub fn closing(&self) -> RoomStates {
        RoomStates {
            stay: self.stay.clone(),
            devices: self
                .devices
                .iter()
                .map(|report| (report.device.clone(), report.closing.clone()))
                .collect(),
            presence: self.presence.iter().cloned().collect(),
        }
    }

    /// The sums over the room's devices.
    pub fn totals(&self) -> Totals {
        Totals::over(&self.devices, self.tariff)
    }
}

/// The stay's changes, beginning with the window's start, and what it holds at the end.
fn follow_stay(
    window: Window,
    opening: Option<&Held>,
    transitions: &[Transition],
) -> (Vec<(Instant, Stay)>, Option<Held>) {
    let mut held = opening.cloned();
    let mut stays = vec![(window.start, Stay::of(opening.map(|held| &held.state)))];
    for step in steps(opening.map(|held| &held.state), transitions, &State::CHECKED_OUT) {
        if step.effect == Effect::Changed {
            stays.push((step.at, Stay::of(Some(step.after))));
            held = Some(Held { state: step.after.clone(), since: step.at });
        }
    }
    (stays, held)
}

pub(crate) type Followed<'a, K, V> = (&'a K, Option<&'a V>, &'a [Transition]);

/// Every presence sensor that is carried over or reports, by id.
pub(crate) fn sensors<'a>(
    opening: &'a RoomStates,
    history: &'a History,
) -> impl Iterator<Item = Followed<'a, DeviceId, Held>> {
    let reporting = history.iter().filter_map(|(signal, transitions)| match signal {
        Signal::Presence(sensor) => Some((sensor, transitions)),
        Signal::Device(_) | Signal::Stay => None,
    });
    merge(opening.presence.iter(), reporting)
}

/// Every device that is carried over or reports, by id, then kind.
pub(crate) fn devices<'a>(
    opening: &'a RoomStates,
    history: &'a History,
) -> impl Iterator<Item = Followed<'a, Device, crate::carry_over::HeldByDevice>> {
    let reporting = history.iter().filter_map(|(signal, transitions)| match signal {
        Signal::Device(device) => Some((device, transitions)),
        Signal::Presence(_) | Signal::Stay => None,
    });
    merge(opening.devices.iter(), reporting)
}

/// Joins two sorted sequences over the union of their keys.
fn merge<'a, K: Ord + 'a, V: 'a>(
    carried: impl Iterator<Item = (&'a K, &'a V)>,
    reporting: impl Iterator<Item = (&'a K, &'a [Transition])>,
) -> impl Iterator<Item = Followed<'a, K, V>> {
    let (mut carried, mut reporting) = (carried.peekable(), reporting.peekable());
    std::iter::from_fn(move || {
        let key = match (carried.peek(), reporting.peek()) {
            (Some((one, _)), Some((other, _))) => *one.min(other),
            (Some((key, _)), None) | (None, Some((key, _))) => *key,
            (None, None) => return None,
        };
        let opening = carried.next_if(|(carried, _)| *carried == key).map(|(_, held)| held);
        let transitions = reporting.next_if(|(reporting, _)| *reporting == key);
        Some((key, opening, transitions.map_or(&[][..], |(_, transitions)| transitions)))
    })
}
