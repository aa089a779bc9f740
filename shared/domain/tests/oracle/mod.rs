//! A slow model of a report, to compare the fold with.
//!
//! It knows no passage of time: it cuts the window at every instant at which anything could
//! possibly change, and asks of each piece, on its own, what holds in it. Every answer is found
//! from scratch by looking back through all transitions. Cutting too often does no harm.

use std::collections::{BTreeMap, BTreeSet};

use roomwatt_domain::{
    Charge, Device, DeviceId, DeviceReport, Energy, Held, HeldByDevice, Instant, Millis,
    Milliwatts, Occupancy, PerKwh, Profile, Quality, RoomId, RoomReport, RoomStates, Signal, State,
    Totals, Transition, Usage, Window,
};

/// Everything that a report depends on.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    pub(crate) window: Window,
    pub(crate) opening: RoomStates,
    /// In any order, any of them more than once.
    pub(crate) transitions: Vec<(Signal, Transition)>,
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

/// The room with all of its signals.
struct Model<'a> {
    scenario: &'a Scenario,
    stay: Memory,
    sensors: BTreeMap<DeviceId, Memory>,
    devices: BTreeMap<Device, Memory>,
}

/// A part of the window within which nothing changes.
struct Piece {
    from: Instant,
    length: Millis,
    /// The row of the matrix: checked in, checked out, unknown.
    stay: usize,
    /// The column of the matrix: occupied, vacant, unknown.
    presence: usize,
}

/// The report of the scenario, and its totals.
pub(crate) fn report(scenario: &Scenario) -> (RoomReport, Totals) {
    let model = Model::of(scenario);
    let pieces = model.pieces();
    (model.report(&pieces), model.totals(&pieces))
}

impl<'a> Model<'a> {
    fn of(scenario: &'a Scenario) -> Self {
        let opening = &scenario.opening;
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
        Self {
            scenario,
            stay: Memory {
                idle: State::new("CHECKED_OUT").unwrap(),
                opening: opening.stay.as_ref().map(|stay| held(stay, stay.since)),
                reported: reported(&Signal::Stay),
            },
            sensors: sensors
                .chain(opening.presence.keys().cloned())
                .map(|sensor| {
                    let opening = opening.presence.get(&sensor);
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
                .map(|device| {
                    let opening = opening.devices.get(&device);
                    let memory = Memory {
                        idle: State::new("OFF").unwrap(),
                        opening: opening.map(|device| held(&device.held, device.seen)),
                        reported: reported(&Signal::Device(device.clone())),
                    };
                    (device, memory)
                })
                .collect(),
        }
    }

    /// The window, cut wherever anything might change.
    fn pieces(&self) -> Vec<Piece> {
        let Window { start, end } = self.scenario.window;
        let memories =
            self.devices.values().chain(self.sensors.values()).chain(std::iter::once(&self.stay));
        let mut instants = BTreeSet::from([start, end]);
        for memory in memories {
            instants.extend(memory.instants());
            instants.extend(memory.opening.iter().flat_map(|(_, since, seen)| [*since, *seen]));
        }
        let delays = self.devices.keys().map(|device| self.limit(device));
        let delays: Vec<_> = delays.chain([0, self.vacancy_delay()]).collect();
        let cuts: BTreeSet<_> = instants
            .iter()
            .flat_map(|at| delays.iter().map(|delay| *at + *delay))
            .filter(|cut| (start..=end).contains(cut))
            .collect();
        let pieces = cuts.iter().zip(cuts.iter().skip(1)).map(|(from, to)| Piece {
            from: *from,
            length: *to - *from,
            stay: self.stay(*from),
            presence: self.presence(*from),
        });
        pieces.collect()
    }

    fn vacancy_delay(&self) -> Millis {
        Millis::from(self.scenario.profile.vacancy_delay_minutes) * 60 * 1000
    }

    fn limit(&self, device: &Device) -> Millis {
        let hours = self.scenario.profile.confirm_within_hours.get(&device.kind);
        Millis::from(*hours.unwrap_or(&24)) * 60 * 60 * 1000
    }

    fn rating(&self, device: &Device, state: &State) -> Option<Milliwatts> {
        let profile = &self.scenario.profile;
        let of_kind = profile.ratings.get(&device.kind).and_then(|states| states.get(state));
        let of_room = profile.device_ratings.get(&self.scenario.room);
        let of_device = of_room.and_then(|devices| devices.get(&device.id));
        of_device.and_then(|states| states.get(state)).or(of_kind).copied()
    }

    fn sensor_counts_as_occupied(&self, sensor: &Memory, at: Instant) -> Option<bool> {
        let state = sensor.holds(at)?;
        let lasted = at - sensor.since(at)?;
        Some(state.as_str() == "OCCUPIED" || lasted < self.vacancy_delay())
    }

    fn presence(&self, at: Instant) -> usize {
        let sensors = self.sensors.values();
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

    fn report(&self, pieces: &[Piece]) -> RoomReport {
        let end = self.scenario.window.end;
        let held = |memory: &Memory| {
            let (state, since) = (memory.before(end)?.clone(), memory.since(end - 1)?);
            Some(Held { state, since })
        };
        let devices = self.devices.iter().filter_map(|(device, memory)| {
            let closing = HeldByDevice { held: held(memory)?, seen: memory.seen(end - 1)? };
            Some(DeviceReport {
                device: device.clone(),
                activations: activations(memory),
                usage: self.usage(device, memory, pieces),
                quality: self.quality(memory),
                closing,
            })
        });
        let presence = self.sensors.iter();
        RoomReport {
            occupancy: cells(pieces, |_| true),
            devices: devices.collect(),
            stay: held(&self.stay),
            presence: presence
                .filter_map(|(sensor, memory)| Some((sensor.clone(), held(memory)?)))
                .collect(),
            tariff: self.scenario.profile.tariff,
        }
    }

    fn usage(&self, device: &Device, memory: &Memory, pieces: &[Piece]) -> Vec<Usage> {
        let states: BTreeSet<_> =
            pieces.iter().filter_map(|piece| memory.active(piece.from)).collect();
        let usage = states.into_iter().map(|state| {
            let used = |at| memory.active(at) == Some(state);
            let assumed = cells(pieces, |at| used(at) && self.is_assumed(device, memory, at));
            Usage {
                state: state.clone(),
                during: cells(pieces, used),
                assumed: assumed.cells().iter().sum(),
                rating: self.rating(device, state),
            }
        });
        usage.collect()
    }

    fn quality(&self, memory: &Memory) -> Quality {
        let mut quality = Quality::default();
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
    fn totals(&self, pieces: &[Piece]) -> Totals {
        let mut totals = Totals::default();
        for (device, memory) in &self.devices {
            for Piece { from, length, stay, presence } in pieces {
                let Some(state) = memory.active(*from) else { continue };
                let wasted = *presence == 1 || (*presence == 2 && *stay == 1);
                let unsold = *stay == 1;
                let assumed = self.is_assumed(device, memory, *from);
                let rating = self.rating(device, state);
                let used = |applies: bool| if applies { *length } else { 0 };
                let drawn = |applies: bool| {
                    let power = i128::from(rating.map_or(0, Milliwatts::get));
                    Energy::from_exact(power * i128::from(used(applies)))
                };
                totals.usage += used(true);
                totals.waste.waste += used(wasted);
                totals.waste.waste_unsold += used(wasted && unsold);
                totals.waste.unsold += used(unsold);
                totals.assumed += used(assumed);
                totals.unrated += used(rating.is_none());
                totals.energy += drawn(true);
                totals.waste_energy += drawn(wasted);
                totals.waste_unsold_energy += drawn(wasted && unsold);
                totals.unsold_energy += drawn(unsold);
                totals.assumed_energy += drawn(assumed);
            }
            totals.quality += self.quality(memory);
        }
        let tariff = self.scenario.profile.tariff;
        let charge = |energy: Energy, per_kwh: PerKwh| {
            Charge::from_exact(energy.exact() * i128::from(per_kwh.millionths()))
        };
        totals.cost = tariff.price.map(|price| charge(totals.energy, price));
        totals.waste_cost = tariff.price.map(|price| charge(totals.waste_energy, price));
        totals.co2e = tariff.co2e.map(|factor| charge(totals.energy, factor));
        totals
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

/// How often the device went from idle or unknown to active.
fn activations(memory: &Memory) -> u64 {
    let active = |state: Option<&State>| state.is_some_and(|state| state.as_str() != "OFF");
    let begins = |at: &Instant| !active(memory.before(*at)) && active(memory.holds(*at));
    memory.instants().iter().filter(|at| begins(at)).count() as u64
}
