//! What one device did: rules 2 to 5 applied to it, split by rule 7, judged by rules 8 to 12.
//!
//! Most devices have no readings, and most days one price: then a use is time by cell, and
//! everything else follows from its rating. Otherwise the device's stretches are handed to
//! `booking`, which lays them out piece by piece.

use crate::avoidable::Avoidable;
use crate::booking::{self, Book, Grid, Stretch, UseBook};
use crate::calendar::Window;
use crate::carry_over::{Held, HeldByDevice, HeldOfDevice};
use crate::confirmation::assumed_from;
use crate::energy::{Charge, Energy, Milliwatts};
use crate::increments::Increment;
use crate::instant::{Instant, Millis};
use crate::measured::{Measured, MeterReport, MeteredUse};
use crate::name::State;
use crate::occupancy::{EnergyByCell, Occupancy, OccupancyClock, Place};
use crate::profile::RoomTerms;
use crate::quality::Quality;
use crate::readings::Readings;
use crate::signal::{Device, Transition};
use crate::tariff::{Bill, Pricing, RateLine};
use crate::timeline::{Effect, steps};
use crate::totals::Totals;

/// A device's use in one active state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The active state.
    pub state: State,
    /// How long, by stay and presence.
    pub during: Occupancy,
    /// The part that was not confirmed in time (rule 11), by stay and presence.
    pub assumed: Occupancy,
    /// The rated power; without one, and without a reading, the use adds no energy (rule 9).
    pub rating: Option<Milliwatts>,
    /// When the use is waste (rule 8).
    pub avoidable: Avoidable,
    /// What was measured of it: there where the device has readings, and nowhere else.
    pub metered: Option<Box<MeteredUse>>,
    /// What it costs and emits: there where price or factor change within the day
    /// ([`Pricing::InTime`]), and nowhere else.
    pub charges: Option<Box<UseCharges>>,
}

/// The exact charges of a use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UseCharges {
    /// Of all of its energy.
    pub bill: Bill,
    /// What its waste costs, by stay in the order of [`Stay::ALL`](crate::Stay::ALL).
    pub waste: [Charge; 3],
    /// What the assumed part of its waste costs, alike.
    pub assumed_waste: [Charge; 3],
}

impl Usage {
    /// How long the device was in the state.
    pub fn duration(&self) -> Millis {
        self.during.total()
    }

    /// How much of that was use without a rating and without a reading.
    pub fn unrated(&self) -> Millis {
        match (&self.metered, self.rating) {
            (Some(metered), _) => metered.unrated,
            (None, Some(_)) => 0,
            (None, None) => self.duration(),
        }
    }

    /// What it drew; `None` where there is no rating and nothing was measured.
    pub fn energy(&self) -> Option<Energy> {
        match &self.metered {
            Some(metered) => {
                let measured = metered.measured > 0 || metered.measured_energy != Energy::default();
                (self.rating.is_some() || measured).then(|| metered.energy.total())
            }
            None => self.rating.map(|rating| Energy::of(rating, self.duration())),
        }
    }

    /// What it drew, by stay and presence.
    pub fn energy_by_cell(&self) -> EnergyByCell {
        match (&self.metered, self.rating) {
            (Some(metered), _) => metered.energy,
            (None, Some(rating)) => self.during.drawn_by(rating),
            (None, None) => EnergyByCell::default(),
        }
    }

    /// What the assumed part of it drew, by stay and presence.
    pub fn assumed_energy_by_cell(&self) -> EnergyByCell {
        match (&self.metered, self.rating) {
            (Some(metered), _) => metered.assumed_energy,
            (None, Some(rating)) => self.assumed.drawn_by(rating),
            (None, None) => EnergyByCell::default(),
        }
    }
}

/// One device in a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceReport {
    /// Which device.
    pub device: Device,
    /// Rule 12: how often it went from idle or unknown to active within the window.
    pub activations: u64,
    /// Its use by active state, sorted by state; states that were not used are absent.
    pub usage: Vec<Usage>,
    /// What was measured of it: there where it has a reading in the window, or one carried into it.
    pub measured: Option<Box<Measured>>,
    /// Rule 10.
    pub quality: Quality,
    /// What is carried of it at the end of the window.
    pub closing: HeldOfDevice,
}

/// What the devices of a room have in common in a window.
#[derive(Debug)]
pub(crate) struct RoomDay<'a> {
    pub(crate) window: Window,
    pub(crate) terms: &'a RoomTerms<'a>,
    pub(crate) clock: OccupancyClock,
    pub(crate) rates: RateLine,
    /// Made when the first device needs it: in most rooms none does.
    pub(crate) grid: std::cell::OnceCell<Grid>,
}

impl RoomDay<'_> {
    fn grid(&self) -> &Grid {
        self.grid.get_or_init(|| Grid::new(self.window, &self.clock, &self.rates))
    }
}

/// One device with what is carried into the window and what it reported inside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Followed<'a> {
    pub(crate) device: &'a Device,
    pub(crate) opening: Option<&'a HeldOfDevice>,
    pub(crate) transitions: &'a [Transition],
    pub(crate) readings: &'a Readings,
}

impl<'a> Followed<'a> {
    fn opening_state(&self) -> Option<&'a HeldByDevice> {
        self.opening?.state.as_ref()
    }

    /// Whether it has a reading in the window, or one carried into it.
    fn is_measured(&self) -> bool {
        !self.readings.is_empty() || self.opening.is_some_and(HeldOfDevice::is_measured)
    }

    /// Follows a device through a window. `None` while its state is unknown throughout and it has
    /// no reading.
    pub(crate) fn report(&self, day: &RoomDay<'_>) -> Option<DeviceReport> {
        if self.is_measured() || !day.rates.is_plain() {
            self.report_booked(day)
        } else {
            self.report_rated(day)
        }
    }

    #[inline]
    fn report_rated(&self, day: &RoomDay<'_>) -> Option<DeviceReport> {
        let limit = day.terms.confirm_within(&self.device.kind);
        let mut usage = UsageByState::default();
        let walked = self.walk(day, |now, from, to| usage.add(now, from, to, &day.clock, limit));
        let closing = walked.closing?;
        let usage = usage.judged(|usage| {
            usage.rating = day.terms.rating(self.device, &usage.state);
            usage.avoidable = day.terms.avoidable(&self.device.kind, &usage.state);
        });
        Some(DeviceReport {
            device: self.device.clone(),
            activations: walked.activations,
            usage,
            measured: None,
            quality: walked.quality,
            closing: closing.into(),
        })
    }

    fn report_booked(&self, day: &RoomDay<'_>) -> Option<DeviceReport> {
        let (walked, states, book) = self.book(day);
        let measured = self.is_measured();
        if walked.closing.is_none() && !measured {
            return None;
        }
        let exact = !day.rates.is_plain();
        let usage = states.into_iter().zip(book.uses).map(|(state, book)| Usage {
            rating: day.terms.rating(self.device, &state),
            state,
            during: book.during,
            assumed: book.assumed,
            avoidable: book.avoidable,
            metered: measured.then(|| Box::new(book.metered)),
            charges: exact.then(|| Box::new(book.charges)),
        });
        let mut usage: Vec<_> = usage.collect();
        usage.sort_unstable_by(|one, other| one.state.cmp(&other.state));
        Some(DeviceReport {
            device: self.device.clone(),
            activations: walked.activations,
            usage,
            measured: measured.then(|| {
                Box::new(if exact { book.measured } else { book.measured.without_bills() })
            }),
            quality: walked.quality,
            closing: HeldOfDevice {
                state: walked.closing,
                counter: book.counter.map(Box::new),
                power: book.power,
            },
        })
    }

    /// Follows a meter through a window; `None` without a reading.
    pub(crate) fn meter_report(&self, day: &RoomDay<'_>) -> Option<MeterReport> {
        if !self.is_measured() {
            return None;
        }
        let (_, _, book) = self.book(day);
        Some(MeterReport {
            id: self.device.id.clone(),
            during: book.standby,
            unplaced: book.measured.unplaced,
            closing: HeldOfDevice {
                state: None,
                counter: book.counter.map(Box::new),
                power: book.power,
            },
        })
    }

    /// The totals of each hour that the day's grid is cut into.
    pub(crate) fn by_hour(&self, day: &RoomDay<'_>) -> Vec<Totals> {
        let pricing = Pricing::InTime(day.rates.known());
        let (_, _, book) = self.book(day);
        book.hours.into_iter().map(|sums| sums.priced(pricing)).collect()
    }

    /// The increments of the device's counter, in order.
    pub(crate) fn increments(&self, day: &RoomDay<'_>) -> Vec<Increment> {
        if self.readings.counter().is_empty() { Vec::new() } else { self.book(day).2.increments }
    }

    /// Books what the device did piece by piece; the books' uses are those of the states.
    fn book(&self, day: &RoomDay<'_>) -> (Walked, Vec<State>, Book) {
        let limit = day.terms.confirm_within(&self.device.kind);
        let mut states: Vec<State> = Vec::new();
        let mut uses: Vec<(UseBook, Option<Milliwatts>)> = Vec::new();
        let mut stretches = Vec::with_capacity(self.transitions.len() + 1);
        let walked = self.walk(day, |now, from, to| {
            if from >= to {
                return;
            }
            let active = now.filter(|now| now.held.state != State::OFF);
            let of_use = active.map(|now| {
                let known = states.iter().position(|state| *state == now.held.state);
                known.unwrap_or_else(|| {
                    let state = now.held.state.clone();
                    let avoidable = day.terms.avoidable(&self.device.kind, &state);
                    let rating = day.terms.rating(self.device, &state);
                    uses.push((UseBook { avoidable, ..UseBook::default() }, rating));
                    states.push(state);
                    states.len() - 1
                })
            });
            stretches.push(Stretch {
                from,
                to,
                of_use,
                rating: of_use.and_then(|of_use| uses[of_use].1),
                assumed_from: now.map_or(to, |now| assumed_from(now.seen, limit)),
                turned_off: active.is_none() && now.is_some_and(|now| now.held.since == from),
            });
        });
        let book = if stretches.is_empty() {
            // No time passes in the window: what was carried is carried on.
            let carried = self.opening.cloned().unwrap_or_default();
            Book { counter: carried.counter.map(|it| *it), power: carried.power, ..Book::default() }
        } else {
            booking::book(
                day.grid(),
                day.terms.rate_book(),
                &stretches,
                uses.into_iter().map(|(book, _)| book).collect(),
                self.opening,
                self.readings,
                day.terms.greatest_power(&self.device.kind),
            )
        };
        (walked, states, book)
    }

    /// Walks the device's states in order, and hands over every stretch of the window with what
    /// holds in it, `None` while that is unknown.
    fn walk(
        &self,
        day: &RoomDay<'_>,
        mut stretch: impl FnMut(Option<&HeldByDevice>, Instant, Instant),
    ) -> Walked {
        let repeats = day.terms.is_repeating(&self.device.kind);
        let mut quality = Quality::default();
        let mut activations = 0;
        let mut now = self.opening_state().cloned();
        let mut from = day.window.start;
        let opening = self.opening_state().map(|opening| &opening.held.state);
        for step in steps(opening, self.transitions, &State::OFF) {
            stretch(now.as_ref(), from, step.at);
            let active = *step.after != State::OFF;
            match (step.effect, &mut now) {
                (Effect::Changed, _) | (_, None) => {
                    if active && step.before.is_none_or(|before| *before == State::OFF) {
                        activations += 1;
                    }
                    let held = Held { state: step.after.clone(), since: step.at };
                    now = Some(HeldByDevice { held, seen: step.at });
                }
                (effect @ (Effect::Repeated | Effect::Cancelled), Some(now)) => {
                    if effect == Effect::Repeated && !repeats {
                        quality.count_repeat(day.window, active, now.seen, step.at);
                    }
                    now.seen = step.at;
                }
            }
            from = step.at;
        }
        stretch(now.as_ref(), from, day.window.end);
        Walked { activations, quality, closing: now }
    }
}

/// What became of a device besides its uses.
struct Walked {
    activations: u64,
    quality: Quality,
    closing: Option<HeldByDevice>,
}

/// Use gathered by active state. A device has a handful of states, so a list is searched fastest.
#[derive(Default)]
struct UsageByState {
    usage: Vec<Usage>,
    /// How far the room's clock was read.
    place: Place,
}

impl UsageByState {
    fn add(
        &mut self,
        now: Option<&HeldByDevice>,
        from: Instant,
        to: Instant,
        clock: &OccupancyClock,
        limit: Millis,
    ) {
        let Some(now) = now.filter(|now| now.held.state != State::OFF && from < to) else { return };
        let mut place = self.place;
        let usage = self.of(&now.held.state);
        let assumed_from = assumed_from(now.seen, limit).max(from);
        if assumed_from < to {
            clock.gather(assumed_from, to, &mut { place }, &mut usage.assumed);
        }
        clock.gather(from, to, &mut place, &mut usage.during);
        self.place = place;
    }

    fn of(&mut self, state: &State) -> &mut Usage {
        let known = self.usage.iter().position(|usage| usage.state == *state);
        let place = known.unwrap_or_else(|| {
            if self.usage.is_empty() {
                // Most devices have one active state or two.
                self.usage.reserve_exact(2);
            }
            self.usage.push(Usage {
                state: state.clone(),
                during: Occupancy::default(),
                assumed: Occupancy::default(),
                rating: None,
                avoidable: Avoidable::default(),
                metered: None,
                charges: None,
            });
            self.usage.len() - 1
        });
        &mut self.usage[place]
    }

    fn judged(mut self, judge: impl Fn(&mut Usage)) -> Vec<Usage> {
        self.usage.sort_unstable_by(|one, other| one.state.cmp(&other.state));
        self.usage.iter_mut().for_each(judge);
        self.usage
    }
}
