//! The report of a room on a day: one fold over the opening states and the sets of transitions and
//! readings.

use std::cell::OnceCell;
use std::cmp::Ordering;

use crate::calendar::Window;
use crate::carry_over::{Held, HeldBySensor, HeldOfDevice, RoomStates};
use crate::energy::Energy;
use crate::instant::Instant;
use crate::measured::MeterReport;
use crate::name::{DeviceId, DeviceKind, State};
use crate::night_hold::NightHold;
use crate::occupancy::{Occupancy, OccupancyClock, Stay};
use crate::presence::follow_sensor;
use crate::profile::RoomTerms;
use crate::readings::Readings;
use crate::signal::{Device, Signal, Transition};
use crate::tariff::{Pricing, RateLine};
use crate::timeline::{Effect, History, steps};
use crate::totals::Totals;
use crate::usage::{DeviceReport, Followed, RoomDay};

/// The exact figures of one room in one window, usually a business day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomReport {
    /// The room's time by stay and presence; the cells add up to the window.
    pub occupancy: Occupancy,
    /// Every device with a known state at any time of the window or with a reading in it or carried
    /// into it, by id, then kind.
    pub devices: Vec<DeviceReport>,
    /// Every meter with a reading in the window or carried into it, by id.
    pub meters: Vec<MeterReport>,
    /// The stay at the end of the window.
    pub stay: Option<Held>,
    /// The presence sensors at the end of the window, by id.
    pub presence: Vec<(DeviceId, HeldBySensor)>,
    /// The last instant up to the window's end at which the room was heard.
    pub heard: Option<Instant>,
    /// How the charges are known.
    pub pricing: Pricing,
}

impl RoomReport {
    /// Folds what is known of a room in a window into its report.
    ///
    /// `opening` is what held before the window; where the room is dormant by then, the window opens
    /// with nothing known (rule 16). `history` holds transitions and readings inside the window. The
    /// result depends on nothing else: not on order, repetition or time of arrival.
    pub fn fold(
        window: Window,
        opening: &RoomStates,
        history: &History,
        terms: &RoomTerms<'_>,
    ) -> Self {
        let opening = &*opening.opening(window.start, terms);
        let Room { stay, presence, day } = Room::of(window, opening, history, terms);
        let mut reports = Vec::with_capacity(opening.devices.len().max(history.signals()));
        let mut meters = Vec::new();
        for followed in devices(opening, history) {
            if followed.device.is_meter() {
                meters.extend(followed.meter_report(&day));
            } else if let Some(report) = followed.report(&day) {
                reports.push(report);
            }
        }
        let mut report = Self {
            occupancy: day.clock.until(window.end),
            devices: reports,
            meters,
            stay,
            presence,
            heard: opening.heard.max(history.heard()),
            pricing: Pricing::default(),
        };
        report.price(&day.rates);
        report
    }

    /// Drops the exact charges where every one of them is energy times one price and one factor.
    fn price(&mut self, rates: &RateLine) {
        let unplaced = |device: &DeviceReport| {
            device.measured.as_ref().is_some_and(|it| it.unplaced != Energy::default())
        };
        let flat = rates.flat().filter(|_| rates.is_plain() || !self.devices.iter().any(unplaced));
        let Some(flat) = flat else {
            self.pricing = Pricing::InTime(rates.known());
            return;
        };
        self.pricing = Pricing::Flat(flat);
        if rates.is_plain() {
            return;
        }
        for device in &mut self.devices {
            device.usage.iter_mut().for_each(|usage| usage.charges = None);
            if let Some(measured) = &mut device.measured {
                **measured = measured.without_bills();
            }
        }
    }

    /// The states at the end of the window, with which the next one opens.
    pub fn closing(&self) -> RoomStates {
        let meters = self.meters.iter().filter_map(|meter| {
            let kind = DeviceKind::new(DeviceKind::METER).ok()?;
            Some((Device { id: meter.id.clone(), kind }, meter.closing.clone()))
        });
        let devices =
            self.devices.iter().map(|report| (report.device.clone(), report.closing.clone()));
        let carried = |(_, closing): &(Device, HeldOfDevice)| !closing.is_empty();
        RoomStates {
            heard: self.heard,
            stay: self.stay.clone(),
            devices: devices.chain(meters).filter(carried).collect(),
            presence: self.presence.iter().cloned().collect(),
        }
    }

    /// What is told of a device.
    pub fn device(&self, device: &Device) -> Option<&DeviceReport> {
        self.devices.iter().find(|report| report.device == *device)
    }

    /// The stay at the end of the window: which sort of night it was (rule 17).
    pub fn night(&self) -> Stay {
        Stay::of(self.stay.as_ref().map(|held| &held.state))
    }

    /// The sums over the room's devices, meters apart.
    pub fn totals(&self) -> Totals {
        Totals::over(&self.devices, self.pricing)
    }
}

/// A room in a window before any device is followed.
pub(crate) struct Room<'a> {
    stay: Option<Held>,
    presence: Vec<(DeviceId, HeldBySensor)>,
    pub(crate) day: RoomDay<'a>,
}

impl<'a> Room<'a> {
    /// Follows stay and presence, and finds the window's cells and rates.
    pub(crate) fn of(
        window: Window,
        opening: &RoomStates,
        history: &History,
        terms: &'a RoomTerms<'a>,
    ) -> Self {
        let (stays, stay) = follow_stay(window, opening.stay.as_ref(), history.of(&Signal::Stay));
        let (hours, calendar) = (terms.night_hold(), terms.calendar());
        let night_hold = NightHold { hours, calendar, stays: &stays };
        let delay = terms.vacancy_delay();
        let mut turns = Vec::new();
        let mut presence = Vec::new();
        for (sensor, opening, transitions) in sensors(opening, history) {
            let closing =
                follow_sensor(window, opening, transitions, delay, &night_hold, &mut turns);
            presence.extend(closing.map(|held| (sensor.clone(), held)));
        }
        let clock = OccupancyClock::new(window, &stays, turns);
        let rates = terms.rate_book().over(window);
        Self { stay, presence, day: RoomDay { window, terms, clock, rates, grid: OnceCell::new() } }
    }
}

/// The stay's changes, beginning with the window's start, and what it holds at the end.
fn follow_stay(
    window: Window,
    opening: Option<&Held>,
    transitions: &[Transition],
) -> (Vec<(Instant, Stay)>, Option<Held>) {
    let mut held = opening.cloned();
    let mut stays = Vec::with_capacity(transitions.len() + 1);
    stays.push((window.start, Stay::of(opening.map(|held| &held.state))));
    for step in steps(opening.map(|held| &held.state), transitions, &State::CHECKED_OUT) {
        if step.effect == Effect::Changed {
            stays.push((step.at, Stay::of(Some(step.after))));
            held = Some(Held { state: step.after.clone(), since: step.at });
        }
    }
    (stays, held)
}

/// Every presence sensor that is carried over or reports, by id.
pub(crate) fn sensors<'a>(
    opening: &'a RoomStates,
    history: &'a History,
) -> impl Iterator<Item = (&'a DeviceId, Option<&'a HeldBySensor>, &'a [Transition])> {
    let reporting = history.iter().filter_map(|(signal, transitions)| match signal {
        Signal::Presence(sensor) => Some((sensor, transitions)),
        Signal::Device(_) | Signal::Stay => None,
    });
    merge(opening.presence.iter(), reporting)
        .map(|(sensor, opening, transitions)| (sensor, opening, transitions.unwrap_or_default()))
}

/// Every device and meter that is carried over, reports a state or is read, by id, then kind.
pub(crate) fn devices<'a>(
    opening: &'a RoomStates,
    history: &'a History,
) -> impl Iterator<Item = Followed<'a>> {
    let reporting = history.iter().filter_map(|(signal, transitions)| match signal {
        Signal::Device(device) => Some((device, transitions)),
        Signal::Presence(_) | Signal::Stay => None,
    });
    let told = merge(opening.devices.iter(), reporting);
    let told = told.map(|(device, opening, transitions)| (device, (opening, transitions)));
    merge(told, history.iter_readings()).map(|(device, told, readings)| {
        let (opening, transitions) = told.unwrap_or_default();
        Followed {
            device,
            opening,
            // A meter has readings only.
            transitions: if device.is_meter() { &[] } else { transitions.unwrap_or_default() },
            readings: readings.unwrap_or(Readings::NONE),
        }
    })
}

/// Joins two sorted sequences over the union of their keys.
fn merge<'a, K: Ord + 'a, V, W>(
    ones: impl Iterator<Item = (&'a K, V)>,
    others: impl Iterator<Item = (&'a K, W)>,
) -> impl Iterator<Item = (&'a K, Option<V>, Option<W>)> {
    let (mut ones, mut others) = (ones.peekable(), others.peekable());
    std::iter::from_fn(move || {
        let order = match (ones.peek(), others.peek()) {
            (Some((one, _)), Some((other, _))) => one.cmp(other),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        let one = if order.is_le() { ones.next() } else { None };
        let other = if order.is_ge() { others.next() } else { None };
        let key = one.as_ref().map(|(key, _)| *key).or(other.as_ref().map(|(key, _)| *key))?;
        Some((key, one.map(|(_, value)| value), other.map(|(_, value)| value)))
    })
}
