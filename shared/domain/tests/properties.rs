//! What holds of every report, on random rooms: it equals a slow model's, whatever the order of
//! arrival, and its figures add up.

/// Test-only, as are its unwraps.
#[cfg(test)]
mod oracle;

#[cfg(test)]
mod rooms;

#[cfg(test)]
mod reports {
    use std::collections::{BTreeMap, HashSet};

    use jiff::Timestamp;
    use jiff::tz::TimeZoneDatabase;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::Index;
    use roomwatt_domain::instant::HOUR;
    use roomwatt_domain::tariff::Zone;
    use roomwatt_domain::{
        BusinessCalendar, BusinessDate, BusinessDay, Charge, ClosedReport, Device, DeviceReport,
        Energy, HeldOfDevice, History, IncrementKind, Instant, Live, Millis, Occupancy, PerKwh,
        Price, Prices, Pricing, Profile, Quality, Rates, RoomId, RoomReport, RoomStates, Signal,
        State, Tariff, Totals, Transition, Usage, Window, trace,
    };

    use crate::oracle::{self, Scenario};
    use crate::rooms::{self, TwoDays};

    fn cases(cases: u32) -> ProptestConfig {
        // A failure prints its smallest room, which belongs into a test of its own.
        ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
    }

    fn fold(scenario: &Scenario) -> RoomReport {
        fold_history(scenario, &history_of(scenario))
    }

    fn history_of(scenario: &Scenario) -> History {
        History::new(scenario.transitions.clone()).with_readings(scenario.readings.clone())
    }

    /// What is known of a scenario within a part of its window.
    fn within(scenario: &Scenario, window: Window) -> History {
        let transitions = scenario.transitions.iter().filter(|(_, own)| window.contains(own.at));
        let readings = scenario.readings.iter().filter(|(_, own)| window.contains(own.at));
        History::new(transitions.cloned()).with_readings(readings.cloned())
    }

    fn fold_history(scenario: &Scenario, history: &History) -> RoomReport {
        let terms = scenario.profile.terms(&scenario.room);
        RoomReport::fold(scenario.window, &scenario.opening, history, &terms)
    }

    proptest! {
        #![proptest_config(cases(800))]

        #[test]
        fn a_report_is_what_the_slow_model_says(scenario in rooms::on_a_day()) {
            let (report, totals) = oracle::report(&scenario);
            let folded = fold(&scenario);
            prop_assert_eq!(&folded, &report);
            prop_assert_eq!(folded.totals(), totals);
        }

        #[test]
        fn order_and_repetition_of_readings_leave_no_trace(
            (scenario, shuffled) in rooms::on_a_day().prop_flat_map(|scenario| {
                let twice = [scenario.readings.clone(), scenario.readings.clone()].concat();
                (Just(scenario), Just(twice).prop_shuffle())
            }),
            cut in any::<Index>(),
        ) {
            let once = history_of(&scenario);
            let (one, other) = shuffled.split_at(cut.index(shuffled.len() + 1));
            let transitions = scenario.transitions.clone();
            let mut united = History::new([]).with_readings(one.to_vec());
            united.unite(History::new(transitions).with_readings(other.to_vec()));
            united.unite(History::new([]).with_readings(one.to_vec()));
            prop_assert_eq!(&united, &once);
            prop_assert_eq!(fold_history(&scenario, &united), fold_history(&scenario, &once));
        }

        #[test]
        fn order_repetition_and_batches_leave_no_trace(
            (scenario, arrivals) in rooms::on_a_day().prop_flat_map(arrivals)
        ) {
            let once = History::new(scenario.transitions.clone());
            let all = History::new(arrivals.iter().map(|(transition, _)| transition.clone()));
            prop_assert_eq!(&all, &once);

            let batches = (0..BATCHES).rev().map(|batch| {
                let own = arrivals.iter().filter(|(_, arrived)| *arrived == batch);
                History::new(own.map(|(transition, _)| transition.clone()))
            });
            let union = batches.reduce(|known, batch| union(&known, &batch)).unwrap();
            prop_assert_eq!(&union, &once);
            prop_assert_eq!(fold_history(&scenario, &union), fold_history(&scenario, &once));
        }

        #[test]
        fn the_cells_add_up_to_the_day_and_every_use_fits_in_them(scenario in rooms::on_a_day()) {
            assert_fits(scenario.window, &fold(&scenario));
        }

        #[test]
        fn the_hours_of_a_day_add_up_to_its_report(scenario in rooms::on_a_day()) {
            let report = fold(&scenario);
            let terms = scenario.profile.terms(&scenario.room);
            let history = history_of(&scenario);
            let hours = RoomReport::by_hour(scenario.window, &scenario.opening, &history, &terms);
            let length = scenario.window.end - scenario.window.start;
            prop_assert_eq!(i64::try_from(hours.len()).unwrap(), (length + HOUR - 1) / HOUR);
            let sum: Totals = hours.into_iter().sum();
            let mut expected = report.totals();
            let unplaced = expected.measured.take().unwrap_or_default().unplaced;
            expected.quality = Quality::default();
            expected.energy = expected.energy - unplaced;
            if unplaced != Energy::default() || report.devices.is_empty() {
                // What is unplaced costs something, too.
                let Totals { cost, co2e, unpriced, waste_cost, assumed_waste_cost, .. } = sum;
                expected = Totals { cost, co2e, unpriced, waste_cost, assumed_waste_cost, ..expected };
            }
            prop_assert_eq!(sum, expected);
        }

        /// Where nothing is read, an hour is a window like another.
        #[test]
        fn an_hour_is_what_a_report_of_it_says(mut scenario in rooms::on_a_day()) {
            scenario.readings.clear();
            for held in scenario.opening.devices.values_mut() {
                (held.counter, held.power) = (None, None);
            }
            scenario.opening.devices.retain(|_, held| !held.is_empty());
            let Scenario { window, opening, profile, room, .. } = &scenario;
            let (terms, history) = (profile.terms(room), history_of(&scenario));
            let awake = |states: RoomStates| RoomStates { heard: None, ..states };
            let mut states = awake(opening.opening(window.start, &terms).into_owned());
            let mut start = window.start;
            for hour in RoomReport::by_hour(*window, opening, &history, &terms) {
                let window = Window { start, end: window.end.min(start + HOUR) };
                let report = RoomReport::fold(window, &states, &within(&scenario, window), &terms);
                let expected = Totals { quality: Quality::default(), ..report.totals() };
                if !report.devices.is_empty() {
                    prop_assert_eq!(hour, expected);
                }
                states = awake(report.closing());
                start = window.end;
            }
            prop_assert_eq!(start, window.end);
        }

        #[test]
        fn the_intervals_of_a_day_add_up_to_its_report(scenario in rooms::on_a_day()) {
            let (window, history) = (scenario.window, history_of(&scenario));
            let report = fold_history(&scenario, &history);
            let mut used = BTreeMap::new();
            let mut known = 0;
            let terms = scenario.profile.terms(&scenario.room);
            for signal in trace::signals(window, &scenario.opening, &history, &terms) {
                prop_assert_eq!(signal.transitions.as_slice(), history.of(&signal.signal));
                for (one, next) in signal.intervals.iter().zip(signal.intervals.iter().skip(1)) {
                    prop_assert_eq!(one.to, next.from);
                    prop_assert_ne!(&one.state, &next.state);
                }
                if let (Some(first), Some(last)) = (signal.intervals.first(), signal.intervals.last()) {
                    prop_assert!(window.start <= first.from && last.to == window.end);
                    known += 1;
                }
                let Signal::Device(device) = signal.signal else { continue };
                for interval in signal.intervals.iter().filter(|it| it.state != State::OFF) {
                    prop_assert!(interval.from < interval.to);
                    let key = (device.clone(), interval.state.clone());
                    *used.entry(key).or_insert(0) += interval.to - interval.from;
                }
            }
            let reported = report.devices.iter().flat_map(|device| {
                let of = |usage: &Usage| {
                    ((device.device.clone(), usage.state.clone()), usage.duration())
                };
                device.usage.iter().map(of).collect::<Vec<_>>()
            });
            prop_assert_eq!(used, reported.collect::<BTreeMap<_, _>>());
            let stay = usize::from(report.stay.is_some());
            let states = report.devices.iter().filter(|device| device.closing.state.is_some());
            prop_assert_eq!(known, states.count() + report.presence.len() + stay);
        }

        #[test]
        fn the_increments_of_a_day_tell_what_its_report_counts(scenario in rooms::on_a_day()) {
            let history = history_of(&scenario);
            let report = fold_history(&scenario, &history);
            let terms = scenario.profile.terms(&scenario.room);
            let traced = trace::signals(scenario.window, &scenario.opening, &history, &terms);
            for device in report.devices.iter().filter(|device| device.measured.is_some()) {
                let measured = device.measured.as_ref().unwrap();
                let own = Signal::Device(device.device.clone());
                let own = traced.iter().find(|signal| signal.signal == own);
                let increments = own.map(|own| own.increments.as_slice()).unwrap_or_default();
                let count = |kind| increments.iter().filter(|it| it.kind == kind).count() as u64;
                prop_assert_eq!(count(IncrementKind::Reset), measured.resets);
                prop_assert_eq!(count(IncrementKind::RollBack), measured.roll_backs);
                prop_assert_eq!(count(IncrementKind::Jump), measured.jumps);
                for increment in increments {
                    prop_assert!(increment.from < increment.to);
                    prop_assert!(increment.booked <= increment.energy);
                    let rest = increment.energy - increment.debt;
                    let above = rest.max(Energy::default());
                    if increment.kind != IncrementKind::Jump {
                        prop_assert_eq!(increment.booked, above);
                    }
                }
            }
        }

        #[test]
        fn all_energy_of_a_device_is_use_standby_or_unplaced(scenario in rooms::on_a_day()) {
            let report = fold(&scenario);
            let totals = report.totals();
            let mut all = Energy::default();
            for device in &report.devices {
                let mut of_device = Totals::over([device], report.pricing).energy;
                all += of_device;
                for usage in &device.usage {
                    of_device = of_device - usage.energy_by_cell().total();
                    prop_assert_eq!(usage.energy().unwrap_or_default(), usage.energy_by_cell().total());
                }
                if let Some(measured) = &device.measured {
                    of_device = of_device - measured.standby - measured.unplaced;
                }
                prop_assert_eq!(of_device, Energy::default());
            }
            prop_assert_eq!(totals.energy, all);
            let confirmed = report.confirmed_waste();
            let energy: Energy = confirmed.iter().map(|waste| waste.energy).sum();
            prop_assert_eq!(energy, totals.confirmed_waste_energy());
            let cost = confirmed.iter().filter_map(|waste| waste.cost).sum::<Charge>();
            prop_assert_eq!(cost, totals.confirmed_waste_cost().unwrap_or_default());
            let parts = report.devices.iter().flat_map(|device| {
                let measured = device.measured.as_deref();
                let uses = device.usage.iter().map(|it| Totals::of_use(it, report.pricing));
                let standby = measured.map(|it| Totals::of_standby(it, report.pricing));
                let unplaced = measured.map(|it| Totals::of_unplaced(it, report.pricing));
                uses.chain(standby).chain(unplaced).collect::<Vec<_>>()
            });
            let mut sum: Totals = parts.sum();
            sum.quality = totals.quality;
            if !report.devices.is_empty() && sum.usage > 0 {
                prop_assert_eq!(sum, totals);
            }
        }

        #[test]
        fn days_book_what_the_counter_went_on_by_and_the_debt_that_is_left(
            (scenario, days) in rooms::metered_on_days()
        ) {
            let mut opening = scenario.opening.clone();
            let mut booked: BTreeMap<Device, Energy> = BTreeMap::new();
            let debt = |states: &RoomStates, device: &Device| {
                states.devices.get(device).and_then(|it| it.counter.as_ref()).map(|it| it.debt).unwrap_or_default()
            };
            for device in opening.devices.keys() {
                booked.insert(device.clone(), debt(&opening, device));
            }
            let terms = scenario.profile.terms(&scenario.room);
            let told = history_of(&scenario);
            let mut increments: BTreeMap<Device, Energy> = BTreeMap::new();
            for day in &days {
                let history = within(&scenario, day.window);
                for signal in trace::signals(day.window, &opening, &history, &terms) {
                    let Signal::Device(device) = signal.signal else { continue };
                    for increment in signal.increments {
                        // What goes by rating over a jump is neither counted nor a debt.
                        prop_assume!(increment.kind != IncrementKind::Jump);
                        *increments.entry(device.clone()).or_default() += increment.energy;
                    }
                }
                let report = RoomReport::fold(day.window, &opening, &history, &terms);
                for device in &report.devices {
                    if let Some(booked) = booked.get_mut(&device.device) {
                        *booked += Totals::over([device], report.pricing).energy;
                    }
                }
                opening = report.closing();
            }
            for (device, booked) in booked {
                let counted = increments.get(&device).copied().unwrap_or_default();
                prop_assert_eq!(booked, counted + debt(&opening, &device), "{:?}", told.readings(&device));
            }
        }

        #[test]
        fn zones_that_cost_what_the_tariff_costs_are_no_zones(scenario in rooms::on_a_day()) {
            let Some(Prices::ByDate(tariffs)) = &scenario.profile.prices else { return Ok(()) };
            let alike = tariffs.iter().map(|tariff| {
                let price = tariff.price;
                let zones = tariff.zones.iter().map(|zone| Zone { price, ..*zone }).collect();
                Tariff { zones, ..tariff.clone() }
            });
            let without = tariffs.iter().map(|tariff| Tariff { zones: Vec::new(), ..tariff.clone() });
            let [alike, without] = [alike.collect(), without.collect()].map(|tariffs| {
                let prices = Some(Prices::ByDate(tariffs));
                let profile = Profile { prices, ..scenario.profile.clone() };
                fold(&Scenario { profile, ..scenario.clone() })
            });
            prop_assert_eq!(alike, without);
        }

        #[test]
        fn a_flat_price_and_no_readings_give_the_figures_of_time_and_rating(
            scenario in rooms::on_a_day()
        ) {
            let price = PerKwh::from_millionths(143_500_000);
            let profile = Profile {
                prices: Some(Prices::Flat(price)),
                emission_factors: None,
                night_hold: None,
                waste: BTreeMap::new(),
                repeating_kinds: [].into(),
                dormant_after_days: None,
                ..scenario.profile.clone()
            };
            let mut opening = scenario.opening.clone();
            for sensor in opening.presence.values_mut() {
                sensor.night_hold = None;
            }
            opening.devices.values_mut().for_each(|device| {
                *device = HeldOfDevice { state: device.state.take(), ..HeldOfDevice::default() };
            });
            opening.devices.retain(|_, device| !device.is_empty());
            let plain = Scenario { profile, opening, readings: Vec::new(), ..scenario };
            let report = fold(&plain);
            let rates = Rates { price: Price::PerKwh(price), co2e: None };
            prop_assert_eq!(report.pricing, Pricing::Flat(rates));
            let (mut energy, mut waste, mut assumed) = (0_i128, 0_i128, 0_i128);
            for usage in report.devices.iter().flat_map(|device| &device.usage) {
                prop_assert!(usage.metered.is_none() && usage.charges.is_none());
                let power = usage.rating.map_or(0, |rating| i128::from(rating.get()));
                let [_, sold, _, _, unsold, unseen, _, unknown, _] = usage.during.cells();
                energy += power * i128::from(usage.duration());
                waste += power * i128::from(sold + unsold + unseen + unknown);
                assumed += power * i128::from(usage.assumed.total());
            }
            let totals = report.totals();
            let cost = |energy: i128| Some(Charge::from_exact(energy * i128::from(price.millionths())));
            prop_assert_eq!(totals.energy.exact(), energy);
            prop_assert_eq!(totals.waste_energy.exact(), waste);
            prop_assert_eq!(totals.assumed_energy.exact(), assumed);
            prop_assert_eq!((totals.cost, totals.waste_cost), (cost(energy), cost(waste)));
            prop_assert_eq!((totals.measured, totals.unpriced, totals.co2e), (None, None, None));
        }

        #[test]
        fn a_room_now_is_the_fold_of_its_open_days_up_to_now(
            two in rooms::on_two_days(), part in 0.0..1.0_f64
        ) {
            let TwoDays { scenario, midnight } = &two;
            let Window { start, end } = scenario.window;
            let [first, second] = [Window { start, end: *midnight }, Window { start: *midnight, end }];
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "anywhere in the day")]
            let now = second.start + (second.length() as f64 * part) as Millis;
            let told = |window: Window| {
                let own = scenario.transitions.iter().filter(|(_, told)| window.contains(told.at));
                History::new(own.cloned())
            };
            let date = |window: Window| scenario.profile.calendar.day_of(window.start).date;
            let open = [first, second].map(|window| (BusinessDay { date: date(window), window }, told(window)));
            let terms = scenario.profile.terms(&scenario.room);
            let live = Live::at(now, scenario.opening.clone(), open, &terms);

            let before = RoomReport::fold(first, &scenario.opening, &told(first), &terms);
            let so_far = Window { start: second.start, end: now };
            let report = RoomReport::fold(so_far, &before.closing(), &told(so_far), &terms);
            match live {
                None => prop_assert!(report.closing().is_empty()),
                Some(live) => {
                    prop_assert_eq!(live.report, report);
                    prop_assert_eq!(live.opening, before.closing());
                    prop_assert_eq!((live.date, live.window), (date(second), so_far));
                }
            }
        }

        #[test]
        fn two_days_add_up_to_the_stretch_of_both(two in rooms::on_two_days()) {
            assert_adds_up(&two);
        }

        #[test]
        fn a_report_is_revised_exactly_when_it_changes_and_tells_its_last_ten_changes(
            scenarios in vec(rooms::on_a_day(), 1..4),
            later in vec(any::<Index>(), 0..25),
        ) {
            let reports: Vec<_> = scenarios.iter().map(fold).collect();
            let later: Vec<_> = later.iter().map(|index| index.get(&reports).clone()).collect();
            assert_explained(&reports[0], &later);
        }
    }

    const BATCHES: usize = 4;

    type Arrivals = Vec<((Signal, Transition), usize)>;

    /// The room's transitions in random order, some more than once, each in one of the batches.
    fn arrivals(scenario: Scenario) -> impl Strategy<Value = (Scenario, Arrivals)> {
        let transitions = scenario.transitions.clone();
        vec(any::<Index>(), 0..20)
            .prop_map(move |repeated| {
                let repeats = repeated.iter().filter(|_| !transitions.is_empty());
                let repeats: Vec<_> =
                    repeats.map(|index| index.get(&transitions).clone()).collect();
                [transitions.clone(), repeats].concat()
            })
            .prop_shuffle()
            .prop_flat_map(|all| {
                let batches = vec(0..BATCHES, all.len());
                (Just(all), batches)
                    .prop_map(|(all, batches)| all.into_iter().zip(batches).collect())
            })
            .prop_map(move |arrivals| (scenario.clone(), arrivals))
    }

    fn union(one: &History, other: &History) -> History {
        History::new(one.iter().chain(other.iter()).flat_map(|(signal, transitions)| {
            transitions.iter().map(|transition| (signal.clone(), transition.clone()))
        }))
    }

    /// Rule 7, and that no figure can be larger than what it is a part of.
    fn assert_fits(window: Window, report: &RoomReport) {
        let room = report.occupancy;
        assert_eq!(room.total(), window.length());
        assert!(room.cells().iter().all(|cell| *cell >= 0));
        for device in &report.devices {
            let mut used = Occupancy::default();
            for usage in &device.usage {
                assert!(usage.duration() > 0);
                let assumed = usage.assumed.cells().into_iter().zip(usage.during.cells());
                assert!(assumed.into_iter().all(|(assumed, used)| (0..=used).contains(&assumed)));
                assert!((0..=usage.duration()).contains(&usage.unrated()));
                assert!(usage.during.cells().iter().all(|cell| *cell >= 0));
                used += usage.during;
            }
            let cells = used.cells().into_iter().zip(room.cells());
            assert!(cells.into_iter().all(|(used, room)| used <= room));
            assert!((0..=window.length()).contains(&device.quality.unconfirmed));
        }
        let Totals { waste, usage, .. } = report.totals();
        assert!(waste.waste_unsold <= waste.waste.min(waste.unsold));
        assert!(waste.waste.max(waste.unsold) <= usage);
    }

    /// Folds two days and the stretch of both.
    fn assert_adds_up(two: &TwoDays) {
        let TwoDays { scenario, midnight } = two;
        let Window { start, end } = scenario.window;
        let both = fold(scenario);
        let day = |window: Window, opening: &RoomStates| {
            let within = |(_, own): &&(Signal, Transition)| window.contains(own.at);
            let transitions = scenario.transitions.iter().filter(within).cloned().collect();
            let opening = opening.clone();
            fold(&Scenario { window, opening, transitions, ..scenario.clone() })
        };
        let first = day(Window { start, end: *midnight }, &scenario.opening);
        let second = day(Window { start: *midnight, end }, &first.closing());

        assert_eq!(second.closing(), both.closing());
        assert_eq!(first.occupancy + second.occupancy, both.occupancy);
        let mut unconfirmed_over_midnight = 0;
        for joint in &both.devices {
            let parts = [device(&first, &joint.device), device(&second, &joint.device)];
            let parts = || parts.into_iter().flatten();
            let over_midnight = device(&first, &joint.device)
                .map_or(0, |at_midnight| unconfirmed_before_midnight(at_midnight, two));
            unconfirmed_over_midnight += over_midnight;

            assert_eq!(parts().map(|part| part.activations).sum::<u64>(), joint.activations);
            let mut quality = Quality::default();
            parts().for_each(|part| quality += part.quality);
            quality.unconfirmed += over_midnight;
            assert_eq!(quality, joint.quality);

            let states: HashSet<&State> =
                parts().flat_map(|part| &part.usage).map(|usage| &usage.state).collect();
            assert_eq!(states.len(), joint.usage.len());
            for joint in &joint.usage {
                let usage = || parts().flat_map(|part| &part.usage);
                let usage = || usage().filter(|usage| usage.state == joint.state);
                let mut assumed = Occupancy::default();
                usage().for_each(|part| assumed += part.assumed);
                assert_eq!(assumed, joint.assumed);
                assert!(usage().all(|part| part.avoidable == joint.avoidable));
                let mut during = Occupancy::default();
                usage().for_each(|part| during += part.during);
                assert_eq!(during, joint.during);
                assert!(usage().all(|part| part.rating == joint.rating));
            }
        }
        let mut totals: Totals = [first.totals(), second.totals()].into_iter().sum();
        totals.quality.unconfirmed += unconfirmed_over_midnight;
        assert_eq!(totals, both.totals());
    }

    fn device<'r>(report: &'r RoomReport, device: &Device) -> Option<&'r DeviceReport> {
        report.devices.iter().find(|report| report.device == *device)
    }

    /// Rule 10 cuts unconfirmed time at the start of the window. When the first that a device
    /// reports after midnight is a missing end, the second day leaves out what lies before
    /// midnight, and the stretch of both does not. Nothing else fails to add up.
    fn unconfirmed_before_midnight(at_midnight: &DeviceReport, two: &TwoDays) -> Millis {
        let signal = Signal::Device(at_midnight.device.clone());
        let closing = at_midnight.closing.state.as_ref().unwrap();
        let held = &closing.held.state;
        if two.scenario.profile.repeating_kinds.contains(&at_midnight.device.kind) {
            return 0;
        }
        let own = two.scenario.transitions.iter().filter(|(from, _)| *from == signal);
        let after: Vec<_> = own.map(|(_, own)| own).filter(|own| own.at >= two.midnight).collect();
        let Some(first) = after.iter().map(|own| own.at).min() else { return 0 };
        let mut reported = after.iter().filter(|own| own.at == first);
        if *held != State::OFF && reported.all(|own| own.state == *held) {
            two.midnight - closing.seen.max(two.scenario.window.start)
        } else {
            0
        }
    }

    /// Revises a report again and again, and compares with what it should remember.
    fn assert_explained(first: &RoomReport, later: &[RoomReport]) {
        let at = Instant::from_millis;
        let date = BusinessDate::parse("2026-11-20").unwrap();
        let day = BusinessCalendar::new("Asia/Seoul").unwrap().day(date).unwrap();
        let mut closed =
            ClosedReport::first(RoomId::new("1203").unwrap(), day, first.clone(), at(0));
        let mut remembered = Vec::new();
        for (now, report) in (1..).zip(later) {
            let Some(revised) = closed.revised(report.clone(), at(now)) else {
                assert_eq!(*report, closed.report);
                continue;
            };
            assert_ne!(*report, closed.report);
            let figures = |report: &RoomReport| {
                let totals = report.totals();
                (totals.usage, totals.waste.waste, totals.energy)
            };
            remembered.push((revised.revision, at(now), figures(&closed.report), figures(report)));
            assert_eq!(revised.revision, closed.revision + 1);
            assert_eq!((revised.closed_at, &revised.report), (at(now), report));
            let told = revised.revisions.iter().map(|told| {
                let (before, after) = (told.before, told.after);
                (
                    told.revision,
                    told.at,
                    (before.usage, before.waste, before.energy),
                    (after.usage, after.waste, after.energy),
                )
            });
            let forgotten = remembered.len().saturating_sub(10);
            assert_eq!(told.collect::<Vec<_>>(), remembered[forgotten..]);
            closed = revised;
        }
    }

    #[test]
    fn the_cells_add_up_around_every_change_of_every_zone() {
        let until: Timestamp = "2040-01-01T00:00:00Z".parse().unwrap();
        // Many zones share their days.
        let mut windows = HashSet::new();
        for name in TimeZoneDatabase::bundled().available() {
            let calendar = BusinessCalendar::new(name.as_str()).unwrap();
            let zone = TimeZoneDatabase::bundled().get(name.as_str()).unwrap();
            let changes = zone.following(Timestamp::UNIX_EPOCH).map(|change| change.timestamp());
            for change in changes.take_while(|change| *change < until) {
                let mut day = calendar.previous(calendar.day_of(change.into()).date);
                for _ in 0..3 {
                    windows.insert((day.window.start, day.window.end));
                    day = calendar.next(day.date);
                }
            }
        }
        assert!(windows.len() > 10_000);
        for (start, end) in windows {
            let window = Window { start, end };
            let scenario = rooms::plain(window);
            let report = fold(&scenario);
            assert_fits(window, &report);
            // A lamp that is left on burns for the whole day, however long that is.
            assert_eq!(report.devices[0].usage[0].duration(), window.length() - HOUR);
        }
    }
}
