//! A slow model of a report, to compare the fold with.
//!
//! It knows no passage of time: it cuts the window at every instant at which anything could
//! possibly change, and asks of each piece, on its own, what holds in it. Every answer is found
//! from scratch by looking back through all transitions. Cutting too often does no harm.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use roomwatt_domain::tariff::{Known, Zone};
use roomwatt_domain::totals::MeasuredTotals;
use roomwatt_domain::wall_clock::WallHours;
use roomwatt_domain::{
    Avoidable, Bill, Cells, Charge, CounterBase, Device, DeviceId, DeviceReport, EmissionFactors,
    Energy, EnergyByCell, Held, HeldByDevice, HeldBySensor, HeldOfDevice, Instant, Measured,
    Measurement, MeterReport, MeteredUse, Millis, Milliwatts, Occupancy, PowerReading, Price,
    Prices, Pricing, Profile, Quality, Rates, Reading, RoomId, RoomReport, RoomStates, Signal,
    State, Totals, Transition, Usage, UseCharges, Window,
};

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/// Everything that a report depends on.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    pub(crate) window: Window,
    pub(crate) opening: RoomStates,
    /// In any order, any of them more than once.
    pub(crate) transitions: Vec<(Signal, Transition)>,
    /// In any order, any of them more than once.
    pub(crate) readings: Vec<(Device, Reading)>,
    pub(crate) profile: Profile,
    pub(crate) room: RoomId,
}

/// One signal: what it was in before the window, and what it reported inside.
struct Memory {
    idle: State,
    /// The state, since when, and when the signal was last heard of.
    opening: Option<(State, Instant, Instant)>,
    reported: BTreeSet<(Instant, State)>,
}

impl Memory {
    fn instants(&self) -> BTreeSet<Instant> {
        self.reported.iter().map(|(at, _)| *at).collect()
    }

    fn states_at(&self, at: Instant) -> BTreeSet<&State> {
        self.reported.iter().filter(|(when, _)| *when == at).map(|(_, state)| state).collect()
    }

    fn last_instant_before(&self, at: Instant) -> Option<Instant> {
        self.reported.iter().map(|(when, _)| *when).rfind(|when| *when < at)
    }

    /// The state just before an instant.
    fn before(&self, at: Instant) -> Option<&State> {
        match self.last_instant_before(at) {
            Some(earlier) => self.holds(earlier),
            None => self.opening.as_ref().map(|(state, _, _)| state),
        }
    }

    /// The state at an instant: rules 2 to 4.
    fn holds(&self, at: Instant) -> Option<&State> {
        let (before, reported) = (self.before(at), self.states_at(at));
        if reported.is_empty() || before.is_some_and(|before| reported.contains(before)) {
            before
        } else if reported.contains(&self.idle) {
            Some(&self.idle)
        } else {
            reported.into_iter().next()
        }
    }

    /// The state at an instant, if it is an active one.
    fn active(&self, at: Instant) -> Option<&State> {
        self.holds(at).filter(|state| state.as_str() != "OFF")
    }

    /// Since when the state at an instant holds.
    fn since(&self, at: Instant) -> Option<Instant> {
        let changed = |when: &Instant| *when <= at && self.holds(*when) != self.before(*when);
        let opening = self.opening.as_ref().map(|(_, since, _)| *since);
        self.instants().into_iter().rfind(changed).or(opening)
    }

    /// The last transition up to and including an instant.
    fn seen(&self, at: Instant) -> Option<Instant> {
        self.last_instant_before(at + 1).or(self.opening.as_ref().map(|(_, _, seen)| *seen))
    }
}

/// What a device measured, with what was carried into the window.
#[derive(Default)]
struct Meter {
    /// The largest value of each instant.
    counter: BTreeMap<Instant, i128>,
    power: BTreeMap<Instant, Milliwatts>,
    carried: Option<CounterBase>,
    /// Whether anything was read in the window or is carried into it.
    known: bool,
}

/// The room with all of its signals.
struct Model<'a> {
    scenario: &'a Scenario,
    zone: TimeZone,
    /// Every instant around the window at which the wall clock may mean something.
    clock_times: BTreeSet<Instant>,
    /// Of each sensor, where a vacancy begins that a night hold keeps from counting, and until when.
    holds: BTreeMap<DeviceId, Vec<(Instant, Instant)>>,
    opening: RoomStates,
    stay: Memory,
    sensors: BTreeMap<DeviceId, Memory>,
    devices: BTreeMap<Device, (Memory, Meter)>,
}

/// A part of the window within which nothing changes.
#[derive(Clone, Copy)]
struct Piece {
    from: Instant,
    length: Millis,
    /// The row of the matrix: checked in, checked out, unknown.
    stay: usize,
    /// The column of the matrix: occupied, vacant, unknown.
    presence: usize,
    rates: Rates,
}

/// The energy of a device in a piece, or at an instant.
#[derive(Clone)]
struct Drawn {
    piece: Piece,
    time: Millis,
    energy: i128,
    measured: bool,
    /// Whether anything says what is drawn.
    known: bool,
}

/// What became of a device's energy.
struct Story {
    drawn: Vec<Drawn>,
    unplaced: Vec<(Instant, i128)>,
    resets: u64,
    roll_backs: u64,
    jumps: u64,
    debt: i128,
}

/// The report of the scenario, and its totals.
pub(crate) fn report(scenario: &Scenario) -> (RoomReport, Totals) {
    let model = Model::of(scenario);
    let pieces = model.pieces();
    let stories: BTreeMap<_, _> =
        model.devices.keys().map(|device| (device, model.story(device, &pieces))).collect();
    let pricing = model.pricing(&pieces, &stories);
    (model.report(&pieces, &stories, pricing), model.totals(&pieces, &stories, pricing))
}

impl<'a> Model<'a> {
    fn of(scenario: &'a Scenario) -> Self {
        let dormant = scenario.opening.heard.is_some_and(|heard| {
            let days = scenario.profile.dormant_after_days.unwrap_or(30);
            scenario.window.start - heard > Millis::from(days) * DAY
        });
        let opening = if dormant {
            RoomStates { heard: scenario.opening.heard, ..RoomStates::default() }
        } else {
            scenario.opening.clone()
        };
        let reported = |signal: &Signal| {
            let own = scenario.transitions.iter().filter(|(from, _)| from == signal);
            own.map(|(_, transition)| (transition.at, transition.state.clone())).collect()
        };
        let held = |held: &Held, seen| (held.state.clone(), held.since, seen);
        let signals = scenario.transitions.iter().map(|(signal, _)| signal);
        let sensors = signals.clone().filter_map(|signal| match signal {
            Signal::Presence(sensor) => Some(sensor.clone()),
            _ => None,
        });
        let devices = signals.filter_map(|signal| match signal {
            Signal::Device(device) => Some(device.clone()),
            _ => None,
        });
        let read = scenario.readings.iter().map(|(device, _)| device.clone());
        let name = scenario.profile.calendar.time_zone();
        let mut model = Self {
            scenario,
            clock_times: BTreeSet::new(),
            holds: BTreeMap::new(),
            zone: TimeZoneDatabase::bundled().get(name).unwrap(),
            stay: Memory {
                idle: State::new("CHECKED_OUT").unwrap(),
                opening: opening.stay.as_ref().map(|stay| held(stay, stay.since)),
                reported: reported(&Signal::Stay),
            },
            sensors: sensors
                .chain(opening.presence.keys().cloned())
                .map(|sensor| {
                    let opening = opening.presence.get(&sensor).map(|sensor| &sensor.held);
                    let memory = Memory {
                        idle: State::new("VACANT").unwrap(),
                        opening: opening.map(|sensor| held(sensor, sensor.since)),
                        reported: reported(&Signal::Presence(sensor.clone())),
                    };
                    (sensor, memory)
                })
                .collect(),
            devices: devices
                .chain(opening.devices.keys().cloned())
                .chain(read)
                .map(|device| {
                    let opening = opening.devices.get(&device);
                    let state = opening.and_then(|device| device.state.as_ref());
                    let memory = Memory {
                        idle: State::new("OFF").unwrap(),
                        opening: state.map(|state| held(&state.held, state.seen)),
                        reported: reported(&Signal::Device(device.clone())),
                    };
                    let meter = Meter::of(scenario, &device, opening);
                    (device, (memory, meter))
                })
                .collect(),
            opening,
        };
        model.clock_times = model.clock_times();
        model.holds =
            model.sensors.keys().map(|sensor| (sensor.clone(), model.holds(sensor))).collect();
        model
    }

    /// The window, cut wherever anything might change.
    fn pieces(&self) -> Vec<Piece> {
        let Window { start, end } = self.scenario.window;
        let memories = self.devices.values().map(|(memory, _)| memory);
        let memories = memories.chain(self.sensors.values()).chain(std::iter::once(&self.stay));
        let mut instants = BTreeSet::from([start, end]);
        for memory in memories {
            instants.extend(memory.instants());
            instants.extend(memory.opening.iter().flat_map(|(_, since, seen)| [*since, *seen]));
        }
        let delays = self.devices.keys().map(|device| self.limit(device));
        let delays: Vec<_> = delays.chain([0, self.vacancy_delay()]).collect();
        let mut cuts: BTreeSet<_> =
            instants.iter().flat_map(|at| delays.iter().map(|delay| *at + *delay)).collect();
        for (_, meter) in self.devices.values() {
            let counter = meter.counter.keys().copied();
            let counter = counter.chain(meter.carried.map(|carried| carried.at));
            cuts.extend(counter.flat_map(|at| [at, at + 6 * HOUR]));
            cuts.extend(meter.power.keys().flat_map(|at| [*at, *at + 15 * MINUTE]));
        }
        cuts.extend(&self.clock_times);
        cuts.extend(self.holds.values().flatten().map(|hold| hold.1));
        cuts.retain(|cut| (start..=end).contains(cut));
        let pieces = cuts.iter().zip(cuts.iter().skip(1)).map(|(from, to)| Piece {
            from: *from,
            length: *to - *from,
            stay: self.stay(*from),
            presence: self.presence(*from),
            rates: self.rates(*from, true),
        });
        pieces.collect()
    }

    fn local(&self, at: Instant) -> DateTime {
        self.zone.to_datetime(at.timestamp())
    }

    /// Every instant around the window at which the wall clock is changed, or shows a time that
    /// the profile names, or midnight.
    fn clock_times(&self) -> BTreeSet<Instant> {
        let (from, to) = (self.scenario.window.start - 2 * DAY, self.scenario.window.end + 3 * DAY);
        let changes = self.zone.following(from.timestamp()).map(|it| it.timestamp().into());
        let changes: BTreeSet<Instant> = changes.take_while(|it| *it < to).collect();
        let offsets: BTreeSet<Offset> = changes
            .iter()
            .flat_map(|at| [*at - 1, *at])
            .chain([from])
            .map(|at| self.zone.to_offset(at.timestamp()))
            .collect();
        let hours = self.zones().iter().filter_map(|zone| zone.hours).collect::<Vec<_>>();
        let hours = hours.into_iter().chain(self.scenario.profile.night_hold);
        let mut times: BTreeSet<_> =
            hours.flat_map(|hours| [minute(hours).0, minute(hours).1]).collect();
        times.insert(0);
        let mut instants = changes;
        let mut date = self.local(from).date();
        while date <= self.local(to).date() {
            for (time, offset) in
                times.iter().flat_map(|time| offsets.iter().map(move |it| (time, it)))
            {
                let midnight = date.to_datetime(Time::midnight());
                let at = Instant::from(offset.to_timestamp(midnight).unwrap());
                instants.insert(at + *time * MINUTE);
            }
            date = date.tomorrow().unwrap();
        }
        instants
    }

    fn zones(&self) -> Vec<Zone> {
        match &self.scenario.profile.prices {
            Some(Prices::ByDate(tariffs)) => {
                tariffs.iter().flat_map(|tariff| tariff.zones.iter().copied()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Rule 23 at one instant, with or without the zones.
    fn rates(&self, at: Instant, zones: bool) -> Rates {
        let local = self.local(at);
        let profile = &self.scenario.profile;
        let price = match &profile.prices {
            None => Price::Unknown,
            Some(Prices::Flat(price)) => Price::PerKwh(*price),
            Some(Prices::ByDate(tariffs)) => {
                let tariff = tariffs.iter().rfind(|it| it.from.civil() <= local.date());
                match tariff {
                    None if tariffs.is_empty() => Price::Unknown,
                    None => Price::NotYet,
                    Some(tariff) => {
                        let holiday = tariff.holidays.iter().any(|it| it.civil() == local.date());
                        let matching = tariff.zones.iter().rfind(|it| matches(it, local, holiday));
                        let matching = matching.filter(|_| zones);
                        Price::PerKwh(matching.map_or(tariff.price, |zone| zone.price))
                    }
                }
            }
        };
        let co2e = match &profile.emission_factors {
            None => None,
            Some(EmissionFactors::Flat(factor)) => Some(*factor),
            Some(EmissionFactors::ByDate(factors)) => {
                factors.iter().rfind(|it| it.from.civil() <= local.date()).map(|it| it.kg_co2e)
            }
        };
        Rates { price, co2e }
    }

    fn vacancy_delay(&self) -> Millis {
        Millis::from(self.scenario.profile.vacancy_delay_minutes) * MINUTE
    }

    fn limit(&self, device: &Device) -> Millis {
        let hours = self.scenario.profile.confirm_within_hours.get(&device.kind);
        Millis::from(*hours.unwrap_or(&24)) * HOUR
    }

    fn rating(&self, device: &Device, state: &State) -> Option<Milliwatts> {
        let profile = &self.scenario.profile;
        let of_kind = profile.ratings.get(&device.kind).and_then(|states| states.get(state));
        let of_room = profile.device_ratings.get(&self.scenario.room);
        let of_device = of_room.and_then(|devices| devices.get(&device.id));
        of_device.and_then(|states| states.get(state)).or(of_kind).copied()
    }

    fn avoidable(&self, device: &Device, state: &State) -> Avoidable {
        match self.scenario.profile.waste.get(&device.kind) {
            None => Avoidable::Vacant,
            Some(states) => *states.named.get(state).unwrap_or(&states.others),
        }
    }

    /// The night holds of a sensor: where its vacancy begins, and until when it is held.
    fn holds(&self, sensor: &DeviceId) -> Vec<(Instant, Instant)> {
        let memory = &self.sensors[sensor];
        let mut holds = Vec::new();
        if let (Some(carried), Some((_, since, _))) =
            (self.opening.presence.get(sensor), &memory.opening)
        {
            holds.extend(carried.night_hold.map(|until| (*since, until)));
        }
        let Some(hours) = self.scenario.profile.night_hold else { return holds };
        let within = |at: Instant| shows(hours, self.local(at));
        for at in memory.instants() {
            let begins = memory.holds(at) != memory.before(at)
                && memory.holds(at).is_some_and(|state| state.as_str() == "VACANT");
            if begins && within(at) && self.stay(at) == 0 {
                let mut after = self.clock_times.iter().filter(|later| **later > at);
                holds.push((at, *after.find(|later| !within(**later)).unwrap()));
            }
        }
        holds
    }

    fn sensor_counts_as_occupied(&self, sensor: &DeviceId, at: Instant) -> Option<bool> {
        let memory = &self.sensors[sensor];
        let state = memory.holds(at)?;
        let since = memory.since(at)?;
        let held = self.holds[sensor].iter().any(|(from, until)| *from == since && at < *until);
        Some(state.as_str() == "OCCUPIED" || held || at - since < self.vacancy_delay())
    }

    fn presence(&self, at: Instant) -> usize {
        let sensors = self.sensors.keys();
        let counts: BTreeSet<_> =
            sensors.filter_map(|sensor| self.sensor_counts_as_occupied(sensor, at)).collect();
        match (counts.contains(&true), counts.contains(&false)) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 2,
        }
    }

    fn stay(&self, at: Instant) -> usize {
        match self.stay.holds(at).map(State::as_str) {
            Some("CHECKED_IN") => 0,
            Some("CHECKED_OUT") => 1,
            _ => 2,
        }
    }

    fn is_assumed(&self, device: &Device, memory: &Memory, at: Instant) -> bool {
        memory.seen(at).is_some_and(|seen| at - seen >= self.limit(device))
    }

    /// The power by a reading that holds at an instant.
    fn read_power(&self, device: &Device, at: Instant) -> Option<Milliwatts> {
        let (memory, meter) = &self.devices[device];
        let (read, power) = meter.power.range(..=at).next_back()?;
        let turned_off = |when: &Instant| {
            let off = |state: Option<&State>| state.is_some_and(|state| state.as_str() == "OFF");
            off(memory.holds(*when)) && !off(memory.before(*when))
        };
        let ended = memory.instants().range(*read..=at).any(turned_off);
        (at - *read < 15 * MINUTE && !ended).then_some(*power)
    }

    /// What a device draws in a piece by power, else by rating.
    fn booked(&self, device: &Device, piece: &Piece, rated_until: Option<Instant>) -> Drawn {
        let active = self.devices[device].0.active(piece.from);
        let rating = active.and_then(|state| self.rating(device, state));
        let rating = rating.filter(|_| rated_until.is_none_or(|until| piece.from < until));
        let read = self.read_power(device, piece.from);
        let power = read.or(rating);
        Drawn {
            piece: *piece,
            time: piece.length,
            energy: power.map_or(0, |power| i128::from(power.get()) * i128::from(piece.length)),
            measured: read.is_some(),
            known: power.is_some(),
        }
    }

    /// Rules 19 to 22: from reading to reading.
    fn story(&self, device: &Device, pieces: &[Piece]) -> Story {
        let (_, meter) = &self.devices[device];
        let Window { start, end } = self.scenario.window;
        let mut story = Story {
            drawn: Vec::new(),
            unplaced: Vec::new(),
            resets: 0,
            roll_backs: 0,
            jumps: 0,
            debt: meter.carried.map_or(0, |carried| carried.debt.exact()),
        };
        let within = |from: Instant, to: Instant| {
            pieces.iter().filter(move |piece| from <= piece.from && piece.from < to)
        };
        let greatest = self.scenario.profile.max_watts.get(&device.kind);
        let greatest = greatest.map_or(3_000_000, |watts| watts.get());
        let mut base = meter.carried.map(|it| (it.at, i128::from(it.value.get()) * 3_600_000));
        let mut from = start;
        for (at, value) in &meter.counter {
            let rated_until = base.map(|(read, _)| read + 6 * HOUR);
            let booked: Vec<_> =
                within(from, *at).map(|piece| self.booked(device, piece, rated_until)).collect();
            if let Some((read, before)) = base {
                let most = i128::from(greatest) * i128::from(*at - read);
                let jumps = *value >= before && *value - before > most;
                let increment = if *value >= before && !jumps {
                    *value - before
                } else if 10 * value < 9 * before && *value <= most {
                    story.resets += 1;
                    *value
                } else {
                    story.jumps += u64::from(jumps);
                    story.roll_backs += u64::from(!jumps);
                    0
                };
                if jumps {
                    story.drawn.extend(booked);
                    story.debt = 0;
                } else {
                    let gap = *at - read > 6 * HOUR;
                    if gap {
                        story.debt += booked.iter().map(|drawn| drawn.energy).sum::<i128>();
                        story.drawn.extend(booked);
                    }
                    let above = (increment - story.debt).max(0);
                    story.debt = (story.debt - increment).max(0);
                    if gap {
                        story.unplaced.push((*at, above));
                    } else {
                        let over: Vec<_> = within(from, *at).copied().collect();
                        story.drawn.extend(self.spread(device, &over, above, *at));
                    }
                }
            } else {
                story.drawn.extend(booked);
            }
            base = Some((*at, *value));
            from = *at;
        }
        let rated_until = base.map(|(read, _)| read + 6 * HOUR);
        let rest = within(from, end).map(|piece| self.booked(device, piece, rated_until));
        let rest: Vec<_> = rest.collect();
        story.debt += rest.iter().map(|drawn| drawn.energy).sum::<i128>();
        story.drawn.extend(rest);
        story
    }

    /// Rule 20: an increment over the pieces between two readings, or at an instant.
    fn spread(&self, device: &Device, over: &[Piece], energy: i128, read: Instant) -> Vec<Drawn> {
        let drawn =
            |piece: Piece, time, energy| Drawn { piece, time, energy, measured: true, known: true };
        if over.is_empty() {
            let piece = Piece {
                from: read,
                length: 0,
                stay: self.stay(read),
                presence: self.presence(read),
                rates: self.rates(read, true),
            };
            return vec![drawn(piece, 0, energy)];
        }
        let (memory, _) = &self.devices[device];
        let active = |piece: &Piece| memory.active(piece.from);
        let rating = |piece: &Piece| self.rating(device, active(piece).unwrap());
        let used: Vec<_> = over.iter().filter(|piece| active(piece).is_some()).collect();
        let rated = used.iter().all(|piece| rating(piece).is_some())
            && used.iter().any(|piece| rating(piece).unwrap().get() > 0);
        let weight = |piece: &Piece| -> i128 {
            let power = if used.is_empty() || (active(piece).is_some() && !rated) {
                1
            } else if active(piece).is_some() {
                i128::from(rating(piece).unwrap().get())
            } else {
                0
            };
            power * i128::from(piece.length)
        };
        let whole: i128 = over.iter().map(weight).sum();
        let up_to = |count: usize| energy * over[..count].iter().map(weight).sum::<i128>() / whole;
        let shares = over
            .iter()
            .enumerate()
            .map(|(place, piece)| drawn(*piece, piece.length, up_to(place + 1) - up_to(place)));
        shares.collect()
    }

    fn pricing(&self, pieces: &[Piece], stories: &BTreeMap<&Device, Story>) -> Pricing {
        let rates: Vec<_> = pieces.iter().map(|piece| piece.rates).collect();
        let one = rates.iter().all(|it| *it == rates[0]);
        let own = pieces.iter().all(|piece| self.rates(piece.from, false) == piece.rates);
        let unplaced = stories.iter().any(|(device, story)| {
            device.kind.as_str() != "meter" && story.unplaced.iter().any(|(_, it)| *it > 0)
        });
        if one && (own || !unplaced) {
            Pricing::Flat(rates[0])
        } else {
            Pricing::InTime(Known {
                priced: rates.iter().any(|it| matches!(it.price, Price::PerKwh(_))),
                unpriced: rates.iter().any(|it| it.price == Price::NotYet),
                emitting: rates.iter().any(|it| it.co2e.is_some()),
            })
        }
    }

    fn report(
        &self,
        pieces: &[Piece],
        stories: &BTreeMap<&Device, Story>,
        pricing: Pricing,
    ) -> RoomReport {
        let end = self.scenario.window.end;
        let held = |memory: &Memory| {
            let (state, since) = (memory.before(end)?.clone(), memory.since(end - 1)?);
            Some(Held { state, since })
        };
        let (meters, devices): (Vec<_>, Vec<_>) =
            self.devices.iter().partition(|(device, _)| device.kind.as_str() == "meter");
        let devices = devices.into_iter().filter_map(|(device, (memory, meter))| {
            let state =
                held(memory).map(|held| HeldByDevice { held, seen: memory.seen(end - 1).unwrap() });
            let story = &stories[device];
            (state.is_some() || meter.known).then(|| DeviceReport {
                device: device.clone(),
                activations: activations(memory),
                usage: self.usage(device, pieces, story, pricing),
                measured: meter.known.then(|| Box::new(self.measured(device, story, pricing))),
                quality: self.quality(device, memory),
                closing: HeldOfDevice { state, ..self.carried(device, story) },
            })
        });
        let meters = meters.into_iter().filter(|(_, (_, meter))| meter.known);
        let presence = self.sensors.iter().filter_map(|(sensor, memory)| {
            let held = held(memory)?;
            let holds = &self.holds[sensor];
            // A hold that is carried belongs to the state that is carried.
            let begun = holds.iter().find(|(from, _)| *from == held.since);
            let night_hold = begun.map(|(_, until)| *until);
            Some((sensor.clone(), HeldBySensor { held, night_hold }))
        });
        let told = self.scenario.transitions.iter().map(|(_, transition)| transition.at);
        let read = self.scenario.readings.iter().map(|(_, reading)| reading.at);
        RoomReport {
            occupancy: cells(pieces, |_| true),
            devices: devices.collect(),
            meters: meters
                .map(|(device, _)| {
                    let story = &stories[device];
                    MeterReport {
                        id: device.id.clone(),
                        during: energies(&story.drawn, |_| true),
                        unplaced: total(story.unplaced.iter().map(|(_, energy)| *energy)),
                        closing: self.carried(device, story),
                    }
                })
                .collect(),
            stay: held(&self.stay),
            presence: presence.collect(),
            heard: told.chain(read).chain(self.opening.heard).max(),
            pricing,
        }
    }

    fn carried(&self, device: &Device, story: &Story) -> HeldOfDevice {
        let (_, meter) = &self.devices[device];
        let end = self.scenario.window.end;
        let last = meter.counter.iter().next_back().map(|(at, value)| {
            let value = u64::try_from(value / 3_600_000).unwrap();
            (*at, roomwatt_domain::MilliwattHours::new(value))
        });
        let last = last.or(meter.carried.map(|carried| (carried.at, carried.value)));
        // A power reading that would hold for one more instant outlives the window.
        let holds = self.read_power(device, end);
        let power =
            holds.map(|power| PowerReading { at: *meter.power.keys().next_back().unwrap(), power });
        HeldOfDevice {
            state: None,
            counter: last.map(|(at, value)| {
                Box::new(CounterBase { at, value, debt: Energy::from_exact(story.debt) })
            }),
            power,
        }
    }

    fn used<'s>(
        &self,
        device: &Device,
        state: &State,
        story: &'s Story,
    ) -> impl Iterator<Item = &'s Drawn> {
        let (memory, _) = &self.devices[device];
        story.drawn.iter().filter(move |it| memory.active(it.piece.from) == Some(state))
    }

    fn usage(
        &self,
        device: &Device,
        pieces: &[Piece],
        story: &Story,
        pricing: Pricing,
    ) -> Vec<Usage> {
        let (memory, meter) = &self.devices[device];
        let states: BTreeSet<_> =
            pieces.iter().filter_map(|piece| memory.active(piece.from)).collect();
        let usage = states.into_iter().map(|state| {
            let is_used = |at| memory.active(at) == Some(state);
            let is_assumed = |at| is_used(at) && self.is_assumed(device, memory, at);
            let avoidable = self.avoidable(device, state);
            let used: Vec<_> = self.used(device, state, story).cloned().collect();
            let time = |picks: &dyn Fn(&Drawn) -> bool| {
                used.iter().filter(|drawn| picks(drawn)).map(|drawn| drawn.time).sum()
            };
            let energy = |picks: &dyn Fn(&Drawn) -> bool| {
                total(used.iter().filter(|drawn| picks(drawn)).map(|drawn| drawn.energy))
            };
            let metered = MeteredUse {
                measured: time(&|drawn| drawn.measured),
                measured_energy: energy(&|drawn| drawn.measured),
                unrated: time(&|drawn| !drawn.known),
                energy: energies(&used, |_| true),
                assumed_energy: energies(&used, |drawn| is_assumed(drawn.piece.from)),
            };
            let wasted = |picks: &dyn Fn(&Drawn) -> bool| {
                [0, 1, 2].map(|stay| {
                    let wasted = used.iter().filter(|drawn| {
                        drawn.piece.stay == stay && is_waste(avoidable, &drawn.piece)
                    });
                    wasted.filter(|drawn| picks(drawn)).map(|drawn| bill(drawn).cost).sum()
                })
            };
            let charges = UseCharges {
                bill: used.iter().map(bill).fold(Bill::default(), both),
                waste: wasted(&|_| true),
                assumed_waste: wasted(&|drawn| is_assumed(drawn.piece.from)),
            };
            let exact = matches!(pricing, Pricing::InTime(_));
            Usage {
                state: state.clone(),
                during: cells(pieces, is_used),
                assumed: cells(pieces, is_assumed),
                rating: self.rating(device, state),
                avoidable,
                metered: meter.known.then(|| Box::new(metered)),
                charges: exact.then(|| Box::new(charges)),
            }
        });
        usage.collect()
    }

    fn measured(&self, device: &Device, story: &Story, pricing: Pricing) -> Measured {
        let (memory, _) = &self.devices[device];
        let idle = || story.drawn.iter().filter(|it| memory.active(it.piece.from).is_none());
        let exact = matches!(pricing, Pricing::InTime(_));
        let unplaced = story
            .unplaced
            .iter()
            .map(|(at, energy)| charged(Energy::from_exact(*energy), self.rates(*at, false)));
        let priced = |bill: Bill| if exact { bill } else { Bill::default() };
        Measured {
            standby: total(idle().map(|drawn| drawn.energy)),
            unplaced: total(story.unplaced.iter().map(|(_, energy)| *energy)),
            resets: story.resets,
            roll_backs: story.roll_backs,
            jumps: story.jumps,
            standby_bill: priced(idle().map(bill).fold(Bill::default(), both)),
            unplaced_bill: priced(unplaced.fold(Bill::default(), both)),
        }
    }

    fn quality(&self, device: &Device, memory: &Memory) -> Quality {
        let mut quality = Quality::default();
        if self.scenario.profile.repeating_kinds.contains(&device.kind) {
            return quality;
        }
        for at in memory.instants() {
            let Some(before) = memory.before(at) else { continue };
            if memory.states_at(at) != BTreeSet::from([before]) {
                continue;
            }
            if before.as_str() == "OFF" {
                quality.missing_starts += 1;
            } else {
                quality.missing_ends += 1;
                let seen = memory.seen(at - 1).unwrap_or(at);
                quality.unconfirmed += at - seen.max(self.scenario.window.start);
            }
        }
        quality
    }

    /// The totals straight from the pieces, device by device.
    fn totals(
        &self,
        pieces: &[Piece],
        stories: &BTreeMap<&Device, Story>,
        pricing: Pricing,
    ) -> Totals {
        let mut totals = Totals::default();
        let mut bills = Bill::default();
        let (mut waste_cost, mut assumed_waste_cost) = (Charge::default(), Charge::default());
        let devices = self.devices.iter().filter(|(device, _)| device.kind.as_str() != "meter");
        for (device, (memory, meter)) in devices {
            let mut measured = MeasuredTotals::default();
            for drawn in &stories[device].drawn {
                let Drawn { piece, time, energy, .. } = drawn;
                let energy = Energy::from_exact(*energy);
                totals.energy += energy;
                bills = both(bills, bill(drawn));
                let Some(state) = memory.active(piece.from) else {
                    measured.standby += energy;
                    continue;
                };
                let wasted = is_waste(self.avoidable(device, state), piece);
                let unsold = piece.stay == 1;
                let assumed = self.is_assumed(device, memory, piece.from);
                let used = |applies: bool| if applies { *time } else { 0 };
                let drew = |applies: bool| if applies { energy } else { Energy::default() };
                let cost =
                    |applies: bool| if applies { bill(drawn).cost } else { Charge::default() };
                totals.usage += used(true);
                totals.waste.waste += used(wasted);
                totals.waste.waste_unsold += used(wasted && unsold);
                totals.waste.unsold += used(unsold);
                totals.assumed += used(assumed);
                totals.assumed_waste += used(assumed && wasted);
                totals.unrated += used(!drawn.known);
                totals.waste_energy += drew(wasted);
                totals.waste_unsold_energy += drew(wasted && unsold);
                totals.unsold_energy += drew(unsold);
                totals.assumed_energy += drew(assumed);
                totals.assumed_waste_energy += drew(assumed && wasted);
                waste_cost += cost(wasted);
                assumed_waste_cost += cost(wasted && assumed);
                measured.usage += used(drawn.measured);
                measured.energy += drew(drawn.measured);
            }
            for (at, energy) in &stories[device].unplaced {
                let energy = Energy::from_exact(*energy);
                totals.energy += energy;
                measured.unplaced += energy;
                bills = both(bills, charged(energy, self.rates(*at, false)));
            }
            if meter.known {
                totals.measured = Some(totals.measured.unwrap_or_default() + measured);
            }
            totals.quality += self.quality(device, memory);
        }
        let rates: Vec<_> = pieces.iter().map(|piece| piece.rates).collect();
        let priced = rates.iter().any(|it| matches!(it.price, Price::PerKwh(_)));
        let _ = pricing;
        totals.cost = priced.then_some(bills.cost);
        totals.waste_cost = priced.then_some(waste_cost);
        totals.assumed_waste_cost = priced.then_some(assumed_waste_cost);
        let unpriced = rates.iter().any(|it| it.price == Price::NotYet);
        totals.unpriced = unpriced.then_some(bills.unpriced);
        totals.co2e = rates.iter().any(|it| it.co2e.is_some()).then_some(bills.co2e);
        totals
    }
}

impl Meter {
    fn of(scenario: &Scenario, device: &Device, opening: Option<&HeldOfDevice>) -> Self {
        let carried = opening.and_then(|it| it.counter.as_deref().copied());
        let mut meter = Meter { carried, ..Meter::default() };
        if let Some(carried) = opening.and_then(|it| it.power) {
            meter.power.insert(carried.at, carried.power);
        }
        for (_, reading) in scenario.readings.iter().filter(|(read, _)| read == device) {
            meter.known = true;
            match reading.measurement {
                Measurement::Counter(value) => {
                    let value = i128::from(value.get()) * 3_600_000;
                    let known = meter.counter.entry(reading.at).or_insert(value);
                    *known = value.max(*known);
                }
                Measurement::Power(power) => {
                    let known = meter.power.entry(reading.at).or_insert(power);
                    *known = power.max(*known);
                }
            }
        }
        meter.known |= meter.carried.is_some() || !meter.power.is_empty();
        meter
    }
}

/// Adds up the pieces that a condition picks, by cell.
fn cells(pieces: &[Piece], picks: impl Fn(Instant) -> bool) -> Occupancy {
    let mut cells = [0; 9];
    for piece in pieces.iter().filter(|piece| picks(piece.from)) {
        cells[piece.stay * 3 + piece.presence] += piece.length;
    }
    Occupancy::from_cells(cells)
}

/// Adds up what was drawn where a condition picks it, by cell.
fn energies(drawn: &[Drawn], picks: impl Fn(&Drawn) -> bool) -> EnergyByCell {
    let mut cells = [Energy::default(); 9];
    for drawn in drawn.iter().filter(|drawn| picks(drawn)) {
        cells[drawn.piece.stay * 3 + drawn.piece.presence] += Energy::from_exact(drawn.energy);
    }
    Cells::from_cells(cells)
}

fn total(energies: impl Iterator<Item = i128>) -> Energy {
    Energy::from_exact(energies.sum())
}

fn bill(drawn: &Drawn) -> Bill {
    charged(Energy::from_exact(drawn.energy), drawn.piece.rates)
}

fn charged(energy: Energy, rates: Rates) -> Bill {
    let times = |per_kwh: u64| Charge::from_exact(energy.exact() * i128::from(per_kwh));
    let mut bill = Bill::default();
    match rates.price {
        Price::PerKwh(price) => bill.cost = times(price.millionths()),
        Price::NotYet => bill.unpriced = energy,
        Price::Unknown => {}
    }
    bill.co2e = rates.co2e.map(|factor| times(factor.millionths())).unwrap_or_default();
    bill
}

fn both(one: Bill, other: Bill) -> Bill {
    Bill {
        cost: one.cost + other.cost,
        unpriced: one.unpriced + other.unpriced,
        co2e: one.co2e + other.co2e,
    }
}

/// Rule 8.
fn is_waste(avoidable: Avoidable, piece: &Piece) -> bool {
    match avoidable {
        Avoidable::Vacant => piece.presence == 1 || (piece.presence == 2 && piece.stay == 1),
        Avoidable::Unsold => piece.stay == 1 && piece.presence != 0,
        Avoidable::Never => false,
    }
}

/// The minutes of the day at which hours begin and end.
fn minute(hours: WallHours) -> (i64, i64) {
    let minute = |shown: String| {
        let (hours, minutes) = shown.split_once(':').unwrap();
        hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap()
    };
    (minute(hours.from().to_string()), minute(hours.to().to_string()))
}

/// Whether a wall clock shows a time within hours.
fn shows(hours: WallHours, local: DateTime) -> bool {
    let (from, to) = minute(hours);
    let now = i64::from(local.hour()) * 60 + i64::from(local.minute());
    if from < to { from <= now && now < to } else { from <= now || now < to }
}

/// Whether a tariff's zone matches the wall clock.
fn matches(zone: &Zone, local: DateTime, holiday: bool) -> bool {
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let weekday =
        |date: Date| names[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap()];
    let day = if holiday { "holiday" } else { weekday(local.date()) };
    zone.days.is_none_or(|days| days.iter().any(|it| it == day))
        && zone
            .months
            .is_none_or(|it| it.iter().any(|month| i32::from(month) == i32::from(local.month())))
        && zone.hours.is_none_or(|hours| shows(hours, local))
}

/// How often the device went from idle or unknown to active.
fn activations(memory: &Memory) -> u64 {
    let active = |state: Option<&State>| state.is_some_and(|state| state.as_str() != "OFF");
    let begins = |at: &Instant| !active(memory.before(*at)) && active(memory.holds(*at));
    memory.instants().iter().filter(|at| begins(at)).count() as u64
}
