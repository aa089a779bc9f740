//! Faults that are planted into made-up weeks: each is found, named right, and nothing else is.

#[cfg(test)]
mod findings {
    use std::collections::BTreeMap;

    use roomwatt_domain::instant::{HOUR, MINUTE};
    use roomwatt_domain::{
        Activation, BusinessDate, ClosedReport, Device, FaultKind, Finding, FindingKind, Gathered,
        History, Instant, PastDay, Profile, RoomId, RoomPast, RoomReport, RoomStates, Signal,
        SignalFault, State, Transition, WastedNights,
    };

    const DAYS: i64 = 14;
    const NOTHING: &[(i64, &str, &str)] = &[];

    fn profile() -> Profile {
        Profile::parse(
            r#"{"hotelId":"h","timeZone":"Asia/Seoul","currency":"KRW","pricePerKwh":"143.5","rooms":2,
                "confirmWithinHours":{"heater":400,"minibar":400,"fan":400},
                "waste":{"minibar":{"*":"never"}},
                "ratings":{"light":{"ON":60},"heater":{"ON":1200,"HEAT":900},"minibar":{"ON":65},
                "fan":{"ON":30,"FAN":40}}}"#,
        )
        .unwrap()
    }

    fn signal(name: &str) -> Signal {
        match name.split_once(' ') {
            Some(("presence", id)) => Signal::Presence(id.parse().unwrap()),
            Some((kind, id)) => {
                Signal::Device(Device { id: id.parse().unwrap(), kind: kind.parse().unwrap() })
            }
            None => Signal::Stay,
        }
    }

    /// A room's two weeks: what happens in it, by minute from the first midnight on.
    struct Weeks {
        profile: Profile,
        past: RoomPast,
    }

    impl Weeks {
        /// `told` is (minute of the two weeks, signal, state).
        fn of(mut told: Vec<(i64, String, String)>) -> Self {
            let profile = profile();
            // The order of arrival changes nothing.
            shuffled(&mut told);
            let room = RoomId::new("101").unwrap();
            let mut date = BusinessDate::parse("2026-11-02").unwrap();
            let start = profile.calendar.day(date).unwrap().window.start;
            let mut opening = RoomStates::default();
            let (mut reports, mut days) = (BTreeMap::new(), BTreeMap::new());
            for _ in 0..DAYS {
                let day = profile.calendar.day(date).unwrap();
                let transitions = told.iter().filter_map(|(minute, name, state)| {
                    let at: Instant = start + minute * MINUTE;
                    let transition = Transition { at, state: State::new(state).unwrap() };
                    day.window.contains(at).then(|| (signal(name), transition))
                });
                let history = History::new(transitions);
                let terms = profile.terms(&room);
                let report = RoomReport::fold(day.window, &opening, &history, &terms);
                let closing = report.closing();
                days.insert(date, PastDay { window: day.window, opening, history });
                let end = day.window.end;
                reports.insert(date, ClosedReport::first(room.clone(), day, report, end));
                opening = closing;
                date = profile.calendar.next(date).date;
            }
            let date = profile.calendar.previous(date).date;
            Self { profile, past: RoomPast { date, reports, days } }
        }

        fn last(&self) -> &ClosedReport {
            &self.past.reports[&self.past.date]
        }

        fn gathered(&self) -> Gathered {
            let mut gathered = Gathered::at_most(10);
            gathered.add(self.last());
            gathered
        }

        fn findings(&self) -> Vec<Finding> {
            let (suspects, _) = self.gathered().finish();
            suspects.into_iter().map(|suspect| self.past.look_into(suspect, 14)).collect()
        }

        fn faults(&self) -> Vec<SignalFault> {
            let (_, mut faults) = self.gathered().finish();
            if SignalFault::may_be_stuck_vacant(self.last()) {
                faults.extend(SignalFault::stuck_vacant(&self.past.reports));
            }
            faults
        }

        fn at(&self, day: i64, hour: i64) -> Instant {
            let first = self.past.reports.values().next().unwrap();
            first.window.start + day * 24 * HOUR + hour * HOUR
        }
    }

    /// Some other order, the same each time.
    fn shuffled<T>(items: &mut [T]) {
        let length = items.len();
        for at in 0..length {
            items.swap(at, (at * 7 + 3) % length);
        }
    }

    /// A guest who is out from nine to five each day and switches everything off. `but` comes on top:
    /// (minute, signal, state).
    fn usual(but: &[(i64, &str, &str)]) -> Vec<(i64, String, String)> {
        let mut told = vec![(0, "stay".to_owned(), "CHECKED_IN".to_owned())];
        let mut say = |day: i64, hour: i64, signal: &str, state: &str| {
            told.push((day * 1440 + hour * 60, signal.to_owned(), state.to_owned()));
        };
        for day in 0..DAYS {
            say(day, 7, "presence p", "OCCUPIED");
            say(day, 7, "light lamp", "ON");
            say(day, 8, "light lamp", "OFF");
            say(day, 9, "presence p", "VACANT");
            say(day, 17, "presence p", "OCCUPIED");
            say(day, 18, "light lamp", "ON");
            say(day, 23, "light lamp", "OFF");
            say(day, 1, "minibar bar", "ON");
        }
        for (minute, signal, state) in but {
            told.push((*minute, (*signal).to_owned(), (*state).to_owned()));
        }
        told
    }

    const DAY: i64 = 1440;
    const LAST: i64 = (DAYS - 1) * DAY;

    #[test]
    fn where_all_is_well_nothing_is_found() {
        let weeks = Weeks::of(usual(NOTHING));
        assert_eq!(weeks.findings(), []);
        // The minibar says that it is on each night, and nothing in between.
        let lossy: Vec<_> = weeks.faults().into_iter().map(|it| it.kind).collect();
        assert_eq!(lossy, []);
    }

    #[test]
    fn a_lamp_left_on_after_the_check_out_is_left_on() {
        let mut told = usual(NOTHING);
        told.retain(|(minute, ..)| *minute < LAST + 9 * 60);
        for (minute, signal, state) in [
            (8 * 60 + 30, "light lamp", "ON"),
            (9 * 60, "presence p", "VACANT"),
            (10 * 60, "stay", "CHECKED_OUT"),
        ] {
            told.push((LAST + minute, signal.to_owned(), state.to_owned()));
        }
        let weeks = Weeks::of(told);
        let [finding] = &weeks.findings()[..] else { panic!("{:?}", weeks.findings()) };
        assert_eq!(finding.kind, FindingKind::LeftOn);
        assert_eq!(finding.suspect.device.id.as_str(), "lamp");
        assert_eq!(finding.suspect.state.as_str(), "ON");
        assert_eq!(finding.since, weeks.at(DAYS - 1, 8) + 30 * MINUTE);
        // 15 hours of 60 W.
        assert_eq!(finding.suspect.wasted.energy.watt_hours().to_string(), "900.000");
        assert!(finding.suspect.confirmed);
        assert_eq!(finding.nights, WastedNights { wasted: 1, exposed: 14 });
        assert_eq!(weeks.faults(), []);
    }

    #[test]
    fn a_room_that_was_sold_anew_since_is_still_one_where_it_was_left_on() {
        let turnover = 11 * DAY + 10 * 60;
        let weeks = Weeks::of(usual(&[
            (10 * DAY + 8 * 60, "heater h", "ON"),
            (turnover, "stay", "CHECKED_OUT"),
            (turnover + 120, "stay", "CHECKED_IN"),
        ]));
        let mut sparse = weeks.past.clone();
        sparse.days.retain(|date, _| *date == weeks.past.date);
        assert_eq!(weeks.findings()[0].kind, FindingKind::LeftOn);
        // The reports alone tell it too.
        let suspect = weeks.findings()[0].suspect.clone();
        assert_eq!(sparse.look_into(suspect, 14).kind, FindingKind::LeftOn);
    }

    #[test]
    fn a_heater_that_is_never_off_is_named_so_and_since_when() {
        let weeks = Weeks::of(usual(&[(6 * DAY + 300, "heater h", "ON")]));
        let findings = weeks.findings();
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].kind, FindingKind::NeverOff);
        assert_eq!(findings[0].since, weeks.at(6, 5));
        // Without the histories it was on by the week's beginning at least.
        let mut sparse = weeks.past.clone();
        sparse.days.clear();
        let finding = sparse.look_into(findings[0].suspect.clone(), 14);
        assert_eq!((finding.kind, finding.since), (FindingKind::NeverOff, weeks.at(6, 5)));
        // Six days and some hours are no week.
        let weeks = Weeks::of(usual(&[(7 * DAY + 300, "heater h", "ON")]));
        assert_eq!(weeks.findings()[0].kind, FindingKind::RunsInEmptyRoom);
    }

    #[test]
    fn a_heater_in_an_empty_sold_room_is_counted_by_its_nights() {
        let mut told = usual(NOTHING);
        // At home all day but on six days; on four of these it runs from ten to two.
        told.retain(|(minute, name, state)| {
            let day = minute / DAY;
            name != "presence p" || state != "VACANT" || day >= 8
        });
        for day in [8, 9, 11, 13] {
            for (hour, state) in [(10, "HEAT"), (14, "OFF")] {
                told.push((day * DAY + hour * 60, "heater h".to_owned(), state.to_owned()));
            }
        }
        let weeks = Weeks::of(told);
        let [finding] = &weeks.findings()[..] else { panic!("{:?}", weeks.findings()) };
        assert_eq!(finding.kind, FindingKind::RunsInEmptyRoom);
        assert_eq!(finding.suspect.state.as_str(), "HEAT");
        assert_eq!(finding.since, weeks.at(13, 10));
        assert_eq!(finding.nights, WastedNights { wasted: 4, exposed: 6 });
        assert_eq!(finding.suspect.wasted.cost.unwrap().amount().to_string(), "516.6000");
    }

    #[test]
    fn a_change_of_state_is_no_new_beginning() {
        let weeks = Weeks::of(usual(&[
            (11 * DAY + 60, "fan f", "ON"),
            (12 * DAY + 120, "fan f", "FAN"),
            (13 * DAY + 180, "fan f", "ON"),
        ]));
        assert_eq!(weeks.findings()[0].since, weeks.at(11, 1));
        // Without the histories in between it is told by the earliest that is known.
        let mut past = weeks.past.clone();
        let fan = weeks.findings()[0].suspect.device.clone();
        past.days.retain(|date, _| *date == weeks.past.date);
        assert_eq!(past.activation(&fan), Activation::By(weeks.at(12, 2)));
        past.days.clear();
        assert_eq!(past.activation(&fan), Activation::By(weeks.at(13, 3)));
    }

    #[test]
    fn waste_of_five_minutes_or_ten_watt_hours_is_no_finding() {
        let from = LAST + 10 * 60;
        for (signal, minutes, found) in [
            ("heater h", 5, false),
            ("heater h", 6, true),
            ("light l", 10, false),
            ("light l", 11, true),
        ] {
            let weeks = Weeks::of(usual(&[(from, signal, "ON"), (from + minutes, signal, "OFF")]));
            assert_eq!(!weeks.findings().is_empty(), found, "{signal} {minutes}");
        }
    }

    #[test]
    fn a_dead_gateway_is_a_silent_room_and_no_finding() {
        let mut told = usual(&[(10 * DAY + 19 * 60, "light lamp", "ON")]);
        told.retain(|(minute, ..)| *minute <= 10 * DAY + 19 * 60);
        let weeks = Weeks::of(told);
        assert_eq!(weeks.findings(), []);
        let faults = weeks.faults();
        let named: Vec<_> = faults.iter().map(|it| (it.kind, it.device.is_some())).collect();
        // The room, and the lamp that is still held to be on.
        assert_eq!(named, [(FaultKind::Silent, false), (FaultKind::Silent, true)]);
        assert!(faults.iter().all(|it| it.since == Some(weeks.at(10, 19))));
    }

    #[test]
    fn lost_ends_are_counted() {
        let mut told = usual(NOTHING);
        for minute in 1..=3 {
            told.push((LAST + 7 * 60 + minute, "light lamp".to_owned(), "ON".to_owned()));
        }
        let faults = Weeks::of(told).faults();
        assert_eq!(faults.len(), 1);
        assert_eq!((faults[0].kind, faults[0].count), (FaultKind::Lossy, Some(3)));
    }

    #[test]
    fn a_sensor_that_is_stuck_is_named_whichever_way_it_is_stuck() {
        let mut told = usual(NOTHING);
        told.retain(|(minute, name, _)| name != "presence p" || *minute < 11 * DAY + 9 * 60);
        let weeks = Weeks::of(told.clone());
        assert!(weeks.faults().is_empty(), "the sensor saw somebody last: {:?}", weeks.faults());
        told.push((11 * DAY + 9 * 60, "presence p".to_owned(), "VACANT".to_owned()));
        let weeks = Weeks::of(told.clone());
        let kinds: Vec<_> = weeks.faults().iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [FaultKind::StuckVacant]);
        assert_eq!(weeks.faults()[0].since, Some(weeks.at(11, 9)));
        // Checked out since, and a sensor that sees somebody all the same.
        told.pop();
        told.push((12 * DAY, "stay".to_owned(), "CHECKED_OUT".to_owned()));
        let weeks = Weeks::of(told);
        let kinds: Vec<_> = weeks.faults().iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [FaultKind::StuckOccupied]);
    }

    #[test]
    fn rooms_that_were_never_heard_are_counted() {
        let profile = Weeks::of(usual(NOTHING)).profile;
        let missing = |heard| SignalFault::missing_rooms(&profile, heard).and_then(|it| it.count);
        assert_eq!([missing(1), missing(2), missing(3)], [Some(1), None, None]);
    }

    #[test]
    fn suspects_come_by_money_however_the_reports_come() {
        let weeks = Weeks::of(usual(&[
            (LAST + 600, "heater h", "ON"),
            (LAST + 600, "fan f", "ON"),
            (LAST + 600, "light z", "ON"),
        ]));
        let order = |at_most| {
            let mut gathered = Gathered::at_most(at_most);
            gathered.add(weeks.last());
            assert_eq!(gathered.suspects_in_all, 3);
            let (suspects, _) = gathered.finish();
            suspects.iter().map(|it| it.device.id.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(order(9), ["h", "z", "f"]);
        assert_eq!(order(2), ["h", "z"]);
    }
}
