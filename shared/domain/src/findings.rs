//! What somebody should do about a day: devices to switch off, signals to check.
//!
//! A [`Suspect`] is a device whose confirmed waste of the day is worth a walk; the day's reports alone
//! tell them, and their order. Looking into one takes its room's earlier reports and the histories of
//! a day or two ([`RoomPast`]), and makes a [`Finding`] of it.
//!
//! A [`SignalFault`] is no reason to switch anything off: something is to be looked at, because what it
//! says cannot be right, or because it says nothing.

use std::collections::BTreeMap;

use jiff::ToSpan;

use crate::calendar::{BusinessDate, Window};
use crate::carry_over::{HeldByDevice, RoomStates};
use crate::closed::ClosedReport;
use crate::energy::{Charge, Energy};
use crate::instant::{HOUR, Instant, MINUTE, Millis};
use crate::name::{DeviceId, DeviceKind, RoomId, State};
use crate::occupancy::Stay;
use crate::presence::Presence;
use crate::profile::Profile;
use crate::signal::{Device, Signal, Transition};
use crate::tariff::Pricing;
use crate::timeline::{Effect, History, steps};
use crate::totals::Totals;
use crate::usage::{DeviceReport, Usage};

/// Waste of a day up to here is not worth a walk.
const WASTE_FLOOR: Millis = 5 * MINUTE;
const ENERGY_FLOOR: Energy = Energy::from_exact(10 * 3_600_000_000);
/// How long a room must be empty on a day to count as exposed.
const EXPOSED: Millis = HOUR;
/// For how many days a device must have been on to be one that is never off.
pub const NEVER_OFF_DAYS: u32 = 7;
/// From how many missing ends of a day on a device is lossy.
const LOSSY: u64 = 3;
/// How long a room must be silent at a day's end.
const SILENT: Millis = 24 * HOUR;

/// Confirmed waste. More is what cost more; at the same cost, what took more energy, then more time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wasted {
    /// What it cost; `None` without a price.
    pub cost: Option<Charge>,
    /// Its energy.
    pub energy: Energy,
    /// For how long.
    pub time: Millis,
}

impl Wasted {
    fn of(totals: &Totals) -> Self {
        Self {
            cost: totals.confirmed_waste_cost(),
            energy: totals.confirmed_waste_energy(),
            time: totals.confirmed_waste(),
        }
    }

    fn is_worth_a_walk(&self) -> bool {
        self.time > WASTE_FLOOR && self.energy > ENERGY_FLOOR
    }
}

/// A device whose confirmed waste of a day is worth a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspect {
    /// In which room.
    pub room: RoomId,
    /// Which device.
    pub device: Device,
    /// The state that wasted most.
    pub state: State,
    /// What it wasted on the day.
    pub wasted: Wasted,
    /// Whether none of its waste of the day was assumed.
    pub confirmed: bool,
}

impl Suspect {
    /// The suspects of a room's day.
    pub fn of(closed: &ClosedReport) -> impl Iterator<Item = Self> {
        let pricing = closed.report.pricing;
        closed.report.devices.iter().filter_map(move |device| {
            let totals = Totals::over([device], pricing);
            let wasted = Wasted::of(&totals);
            let state = wasted.is_worth_a_walk().then(|| worst_state(device, pricing)).flatten()?;
            Some(Self {
                room: closed.room.clone(),
                device: device.device.clone(),
                state,
                wasted,
                confirmed: totals.assumed_waste == 0,
            })
        })
    }

    /// Most money first.
    pub fn sort(suspects: &mut [Self]) {
        suspects.sort_by(|one, other| {
            let by_waste = other.wasted.cmp(&one.wasted);
            by_waste.then_with(|| (&one.room, &one.device).cmp(&(&other.room, &other.device)))
        });
    }
}

/// The state that wasted most; of equal ones the first by name, as uses are sorted.
fn worst_state(device: &DeviceReport, pricing: Pricing) -> Option<State> {
    let wasted = |usage: &&Usage| Wasted::of(&Totals::of_use(usage, pricing));
    let worst = device.usage.iter().rev().max_by_key(wasted);
    worst.map(|usage| usage.state.clone())
}

/// What the reports of a hotel's day tell by themselves, added in any order.
#[derive(Debug, Clone)]
pub struct Gathered {
    most: usize,
    most_faults: usize,
    suspects: Vec<Suspect>,
    faults: Vec<SignalFault>,
    /// How many devices wasted, kept or not.
    pub suspects_in_all: u64,
    /// How many signals are to be checked, kept or not.
    pub faults_in_all: u64,
}

impl Gathered {
    /// Keeps the first so many suspects, and as many faults.
    pub fn at_most(most: usize) -> Self {
        Self {
            most,
            most_faults: most,
            suspects: Vec::new(),
            faults: Vec::new(),
            suspects_in_all: 0,
            faults_in_all: 0,
        }
    }

    /// The same with every fault.
    #[must_use]
    pub fn with_all_faults(self) -> Self {
        Self { most_faults: usize::MAX, ..self }
    }

    /// Adds a room's report.
    pub fn add(&mut self, closed: &ClosedReport) {
        let before = self.suspects.len();
        self.suspects.extend(Suspect::of(closed));
        self.suspects_in_all += (self.suspects.len() - before) as u64;
        if self.suspects.len() > self.most {
            Suspect::sort(&mut self.suspects);
            self.suspects.truncate(self.most);
        }
        let faults = SignalFault::of(closed);
        self.faults_in_all += faults.len() as u64;
        self.faults.extend(faults);
        if self.faults.len() > self.most_faults {
            self.faults.sort();
            self.faults.truncate(self.most_faults);
        }
    }

    /// The suspects, most money first, and the faults by kind and room.
    pub fn finish(mut self) -> (Vec<Suspect>, Vec<SignalFault>) {
        Suspect::sort(&mut self.suspects);
        self.faults.sort();
        (self.suspects, self.faults)
    }
}

/// What is wrong with a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// The guest left while it was on.
    LeftOn,
    /// It had no idle instant for a week.
    NeverOff,
    /// It runs in an empty room.
    RunsInEmptyRoom,
}

impl FindingKind {
    /// As the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LeftOn => "left-on",
            Self::NeverOff => "never-off",
            Self::RunsInEmptyRoom => "runs-in-empty-room",
        }
    }
}

/// On how many of the last days a device wasted, of those on which it could have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WastedNights {
    /// Days on which it wasted more than the floor.
    pub wasted: u64,
    /// Days on which the room was empty for an hour at least.
    pub exposed: u64,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub kind: FindingKind,
    /// With what, and what it wasted.
    pub suspect: Suspect,
    /// When the device last became active, as far back as is known.
    pub since: Instant,
    /// How usual it is.
    pub nights: WastedNights,
}

/// A room's day as it happened.
#[derive(Debug, Clone)]
pub struct PastDay {
    /// From its first to its last instant.
    pub window: Window,
    /// The states with which it opened.
    pub opening: RoomStates,
    /// What was reported in it.
    pub history: History,
}

/// What is known of a room up to a day.
#[derive(Debug, Clone)]
pub struct RoomPast {
    /// The day that is looked at.
    pub date: BusinessDate,
    /// The room's reports up to and including the day, and one day further back than is counted.
    pub reports: BTreeMap<BusinessDate, ClosedReport>,
    /// Some of its days as they happened.
    pub days: BTreeMap<BusinessDate, PastDay>,
}

/// When a device last became active.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// It is known.
    At(Instant),
    /// It was then, or before: the day of this instant tells, as it happened.
    By(Instant),
}

impl Activation {
    /// The instant, as far back as is known.
    pub fn instant(self) -> Instant {
        let (Self::At(at) | Self::By(at)) = self;
        at
    }
}

impl RoomPast {
    /// When the device last became active, walking back over the days that are known.
    pub fn activation(&self, device: &Device) -> Activation {
        let mut date = self.date;
        let mut carried: Option<Instant> = None;
        loop {
            let Some(day) = self.days.get(&date) else {
                return Activation::By(carried.unwrap_or_else(|| self.reported_on_by(device)));
            };
            // Only what came before the change that is looked into.
            let until = carried.map_or(day.window.end, |at| at + 1);
            let opening = state_at_opening(day, device);
            let transitions = day.history.of(&Signal::Device(device.clone()));
            if let Some(at) = last_activation(opening, transitions, until) {
                return Activation::At(at);
            }
            let active = opening.filter(|state| state.held.state != State::OFF);
            let Some(since) = active.map(|state| state.held.since) else {
                // What the reports carry and what is kept of the day do not agree.
                return Activation::By(carried.unwrap_or(day.window.start));
            };
            carried = Some(since);
            let earlier = |(_, day): &(&BusinessDate, &PastDay)| day.window.contains(since);
            match self.days.range(..date).find(earlier) {
                Some((earlier, _)) => date = *earlier,
                None => return Activation::By(since),
            }
        }
    }

    /// By when the device was on, as the day's report tells.
    fn reported_on_by(&self, device: &Device) -> Instant {
        let closed = self.reports.get(&self.date);
        let report = closed.and_then(|it| it.report.device(device));
        let state = report.and_then(|it| it.closing.state.as_ref());
        let on = state.filter(|state| state.held.state != State::OFF);
        let start = closed.map_or(self.date.midnight_utc(), |closed| closed.window.start);
        on.map_or(start, |state| state.held.since)
    }

    /// Looks into a suspect; its nights are those of the last days.
    pub fn look_into(&self, suspect: Suspect, days: u32) -> Finding {
        let device = &suspect.device;
        let mut since = self.activation(device).instant();
        let kind = if self.was_left_on(device, since) {
            FindingKind::LeftOn
        } else if let Some(week) = self.week_without_idling(device) {
            // Whatever is kept of the days before: it was on by then.
            since = since.min(week);
            FindingKind::NeverOff
        } else {
            FindingKind::RunsInEmptyRoom
        };
        let nights = self.nights(device, days);
        Finding { kind, suspect, since, nights }
    }

    /// Whether a stay ended while the device was on.
    fn was_left_on(&self, device: &Device, since: Instant) -> bool {
        let off = self.days.values().find_map(|day| first_off(day, device, since));
        let on = |at: Instant| since <= at && off.is_none_or(|off| at < off);
        if self.days.values().flat_map(stay_ends).any(on) {
            return true;
        }
        // Of the days between, the states at their ends tell it, and that a room was sold anew.
        let mut before = None;
        for (date, closed) in &self.reports {
            let stay = closed.report.stay.as_ref();
            if !self.days.contains_key(date)
                && let Some(stay) = stay
            {
                let ended = stay.state == State::CHECKED_OUT && on(stay.since);
                let sold_anew = stay.state == State::CHECKED_IN
                    && before == Some(Stay::CheckedIn)
                    && closed.window.contains(stay.since)
                    && on(closed.window.start);
                if ended || sold_anew {
                    return true;
                }
            }
            before = Some(Stay::of(stay.map(|held| &held.state)));
        }
        false
    }

    /// Where the last days begin, if the device was active throughout them.
    fn week_without_idling(&self, device: &Device) -> Option<Instant> {
        let (mut first, mut days) = (None, 0);
        for closed in self.last(NEVER_OFF_DAYS) {
            let report = closed.report.device(device);
            let used: Millis =
                report.into_iter().flat_map(|it| &it.usage).map(Usage::duration).sum();
            if used < closed.window.length() {
                return None;
            }
            first = first.or(Some(closed.window.start));
            days += 1;
        }
        first.filter(|_| days == NEVER_OFF_DAYS)
    }

    /// The room's reports of the last days, the day itself included.
    fn last(&self, days: u32) -> impl Iterator<Item = &ClosedReport> {
        let before = self.date.civil().saturating_sub(i64::from(days).days());
        let reports = self.reports.range(..=self.date);
        reports.filter(move |(date, _)| date.civil() > before).map(|(_, closed)| closed)
    }

    fn nights(&self, device: &Device, days: u32) -> WastedNights {
        let mut nights = WastedNights::default();
        for closed in self.last(days) {
            let report = &closed.report;
            if report.occupancy.of_presence(Presence::Vacant) < EXPOSED {
                continue;
            }
            nights.exposed += 1;
            let wasted = Wasted::of(&Totals::over(report.device(device), report.pricing));
            nights.wasted += u64::from(wasted.is_worth_a_walk());
        }
        nights
    }
}

fn state_at_opening<'a>(day: &'a PastDay, device: &Device) -> Option<&'a HeldByDevice> {
    day.opening.devices.get(device).and_then(|held| held.state.as_ref())
}

/// The last change from idle or unknown to active before an instant.
fn last_activation(
    opening: Option<&HeldByDevice>,
    transitions: &[Transition],
    until: Instant,
) -> Option<Instant> {
    let idle = State::OFF;
    let steps = steps(opening.map(|it| &it.held.state), transitions, &idle);
    let became_active = steps.filter(|step| {
        step.at < until
            && step.effect == Effect::Changed
            && *step.after != State::OFF
            && step.before.is_none_or(|before| *before == State::OFF)
    });
    became_active.map(|step| step.at).last()
}

/// The first time in a day, after an instant, at which the device was switched off.
fn first_off(day: &PastDay, device: &Device, after: Instant) -> Option<Instant> {
    let opening = state_at_opening(day, device).map(|it| &it.held.state);
    let idle = State::OFF;
    let mut steps = steps(opening, day.history.of(&Signal::Device(device.clone())), &idle);
    let off = |effect, state: &State| effect == Effect::Changed && *state == State::OFF;
    steps.find(|step| step.at > after && off(step.effect, step.after)).map(|step| step.at)
}

/// When stays ended in a day, and the end that it opened with.
fn stay_ends(day: &PastDay) -> Vec<Instant> {
    let opening = day.opening.stay.as_ref();
    let carried = opening.filter(|held| held.state == State::CHECKED_OUT).map(|held| held.since);
    let idle = State::CHECKED_OUT;
    let steps = steps(opening.map(|held| &held.state), day.history.of(&Signal::Stay), &idle);
    let ended = steps.filter(|step| {
        step.effect == Effect::Changed
            && *step.after == State::CHECKED_OUT
            && step.before == Some(&State::CHECKED_IN)
    });
    carried.into_iter().chain(ended.map(|step| step.at)).collect()
}

/// What is to be checked of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// It says nothing.
    Silent,
    /// It loses ends.
    Lossy,
    /// A sensor sees somebody all day in a room that is checked out.
    StuckOccupied,
    /// A sensor has seen nobody on two sold days.
    StuckVacant,
    /// Fewer rooms were heard than the hotel has.
    MissingRooms,
}

impl FaultKind {
    /// As the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Lossy => "lossy",
            Self::StuckOccupied => "stuck-occupied",
            Self::StuckVacant => "stuck-vacant",
            Self::MissingRooms => "missing-rooms",
        }
    }
}

/// A signal to check, and not to switch off.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignalFault {
    /// What is to be checked.
    pub kind: FaultKind,
    /// In which room; `None` for the hotel.
    pub room: Option<RoomId>,
    /// Of which device or sensor; `None` for a room.
    pub device: Option<Device>,
    /// How many.
    pub count: Option<u64>,
    /// Since when.
    pub since: Option<Instant>,
}

impl SignalFault {
    fn of_room(kind: FaultKind, room: &RoomId) -> Self {
        Self { kind, room: Some(room.clone()), device: None, count: None, since: None }
    }

    /// What a room's day tells by itself.
    pub fn of(closed: &ClosedReport) -> Vec<Self> {
        let (room, report, window) = (&closed.room, &closed.report, closed.window);
        let of_room = |kind| Self::of_room(kind, room);
        let mut faults = Vec::new();
        if let Some(heard) = report.heard.filter(|heard| window.end - *heard >= SILENT) {
            faults.push(Self { since: Some(heard), ..of_room(FaultKind::Silent) });
        }
        for device in &report.devices {
            let fault = |kind| Self { device: Some(device.device.clone()), ..of_room(kind) };
            if device.usage.iter().any(|usage| usage.assumed.total() > 0) {
                let since = device.closing.state.as_ref().map(|state| state.seen);
                faults.push(Self { since, ..fault(FaultKind::Silent) });
            }
            if device.quality.missing_ends >= LOSSY {
                let count = Some(device.quality.missing_ends);
                faults.push(Self { count, ..fault(FaultKind::Lossy) });
            }
        }
        let out_all_day = report
            .stay
            .as_ref()
            .is_some_and(|stay| stay.state == State::CHECKED_OUT && stay.since <= window.start);
        for (sensor, held) in &report.presence {
            let held = &held.held;
            if out_all_day && held.state == State::OCCUPIED && held.since <= window.start {
                faults.push(of_sensor(FaultKind::StuckOccupied, room, sensor, held.since));
            }
        }
        faults
    }

    /// Whether a sensor of the room may be stuck: it has seen nobody for a day at least.
    pub fn may_be_stuck_vacant(closed: &ClosedReport) -> bool {
        vacant_since(closed).any(|(_, since)| since < closed.window.start)
    }

    /// Sensors that never saw anybody on the last two sold days up to the last of the reports.
    pub fn stuck_vacant(reports: &BTreeMap<BusinessDate, ClosedReport>) -> Vec<Self> {
        let Some((_, last)) = reports.last_key_value() else { return Vec::new() };
        let sold = reports.values().rev().filter(|it| it.report.night() == Stay::CheckedIn);
        let Some(first_sold) = sold.take(2).nth(1) else { return Vec::new() };
        let stuck = vacant_since(last).filter(|(_, since)| *since <= first_sold.window.start);
        let fault = |(sensor, since)| of_sensor(FaultKind::StuckVacant, &last.room, sensor, since);
        stuck.map(fault).collect()
    }

    /// Rooms that the hotel has and that were never heard.
    pub fn missing_rooms(profile: &Profile, heard: u64) -> Option<Self> {
        let count = u64::from(profile.rooms?).checked_sub(heard).filter(|missing| *missing > 0)?;
        Some(Self {
            kind: FaultKind::MissingRooms,
            room: None,
            device: None,
            count: Some(count),
            since: None,
        })
    }
}

fn vacant_since(closed: &ClosedReport) -> impl Iterator<Item = (&DeviceId, Instant)> {
    let sensors = closed.report.presence.iter().map(|(sensor, held)| (sensor, &held.held));
    let vacant = sensors.filter(|(_, held)| held.state == State::VACANT);
    vacant.map(|(sensor, held)| (sensor, held.since))
}

fn of_sensor(kind: FaultKind, room: &RoomId, sensor: &DeviceId, since: Instant) -> SignalFault {
    let device = DeviceKind::new(DeviceKind::PRESENCE).ok();
    let device = device.map(|kind| Device { id: sensor.clone(), kind });
    SignalFault { device, since: Some(since), ..SignalFault::of_room(kind, room) }
}
