//! A hotel to report on: transitions in, closed reports out.

use roomwatt_domain::{
    BusinessDate, ClosedReport, Device, DeviceId, DeviceKind, History, Instant, Measurement,
    MilliwattHours, Milliwatts, Profile, Reading, RoomId, RoomReport, RoomStates, Signal, State,
    Transition,
};

/// A signal as `kind/id` or `stay`, an instant, a state.
pub(crate) type Reported<'a> = (&'a str, &'a str, &'a str);

/// Prices, ratings of lights and thermostats, none of televisions; a vacancy counts at once.
pub(crate) fn seoul() -> Profile {
    Profile::parse(
        r#"{"hotelId":"seoul-1","timeZone":"Asia/Seoul","pricePerKwh":"143.5","kgCo2ePerKwh":"0.4781",
            "ratings":{"light":{"ON":12},"thermostat":{"COOL":900,"HEAT":1200}}}"#,
    )
    .unwrap()
}

/// The same hotel without price, factor and ratings.
pub(crate) fn bare() -> Profile {
    Profile::parse(r#"{"hotelId":"seoul-1","timeZone":"Asia/Seoul"}"#).unwrap()
}

pub(crate) fn date(text: &str) -> BusinessDate {
    BusinessDate::parse(text).unwrap()
}

pub(crate) fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

pub(crate) fn signal(text: &str) -> Signal {
    match text.split_once('/') {
        None => Signal::Stay,
        Some((DeviceKind::PRESENCE, id)) => Signal::Presence(DeviceId::new(id).unwrap()),
        Some((kind, id)) => Signal::Device(Device {
            id: DeviceId::new(id).unwrap(),
            kind: DeviceKind::new(kind).unwrap(),
        }),
    }
}

/// The report of a room on a day that opened with the given states.
pub(crate) fn report(
    profile: &Profile,
    room: &str,
    day: &str,
    opening: &RoomStates,
    reported: &[Reported<'_>],
) -> RoomReport {
    let history = History::new(reported.iter().map(|(source, at, state)| {
        (signal(source), Transition { at: instant(at), state: State::new(state).unwrap() })
    }));
    let window = profile.calendar.day(date(day)).unwrap().window;
    RoomReport::fold(window, opening, &history, &profile.terms(&RoomId::new(room).unwrap()))
}

/// The same, closed a quarter of an hour after the day.
pub(crate) fn closed(
    profile: &Profile,
    room: &str,
    day: &str,
    opening: &RoomStates,
    reported: &[Reported<'_>],
) -> ClosedReport {
    let report = report(profile, room, day, opening, reported);
    let day = profile.calendar.day(date(day)).unwrap();
    ClosedReport::first(RoomId::new(room).unwrap(), day, report, day.window.end + 900_000)
}

/// A hotel whose first tariff holds from 22 November on, with a cheaper night.
pub(crate) fn metered() -> Profile {
    Profile::parse(
        r#"{"hotelId":"seoul-1","timeZone":"Asia/Seoul","currency":"KRW",
            "tariffs":[{"from":"2026-11-22","price":"200","zones":[{"price":"100","hours":["22:00","08:00"]}]}],
            "kgCo2ePerKwh":"0.4","ratings":{"light":{"ON":60}},"confirmWithinHours":{"light":2}}"#,
    )
    .unwrap()
}

/// What was read of a device: `kind/id`, an instant, and a counter or a power with its unit.
pub(crate) type Read<'a> = (&'a str, &'a str, &'a str);

/// What is known of a day, readings too.
pub(crate) fn known(reported: &[Reported<'_>], read: &[Read<'_>]) -> History {
    let transitions = reported.iter().map(|(source, at, state)| {
        (signal(source), Transition { at: instant(at), state: State::new(state).unwrap() })
    });
    let readings = read.iter().map(|(source, at, value)| {
        let Signal::Device(device) = signal(source) else { panic!("{source} is no device") };
        let measurement = match value.split_once(' ').unwrap() {
            (counter, "Wh") => {
                Measurement::Counter(MilliwattHours::from_watt_hours(counter).unwrap())
            }
            (power, _) => Measurement::Power(Milliwatts::from_watts(power).unwrap()),
        };
        (device, Reading { at: instant(at), measurement })
    });
    History::new(transitions).with_readings(readings)
}

/// The first of the two days of a room with readings: a lamp with a counter that begins again, a
/// fridge whose counter was silent for eight hours, a television measured in standby, a meter.
pub(crate) const METERED_DAY: ([Reported<'_>; 7], [Read<'_>; 12]) = (
    [
        ("stay", "2026-11-21T09:00:00+09:00", "CHECKED_IN"),
        ("presence/pir-1", "2026-11-21T09:00:00+09:00", "OCCUPIED"),
        ("presence/pir-1", "2026-11-21T12:00:00+09:00", "VACANT"),
        ("light/lamp-1", "2026-11-21T10:00:00+09:00", "ON"),
        ("light/lamp-1", "2026-11-21T13:00:00+09:00", "OFF"),
        ("light/lamp-1", "2026-11-21T23:00:00+09:00", "ON"),
        ("tv/tv-1", "2026-11-21T11:00:00+09:00", "OFF"),
    ],
    [
        ("light/lamp-1", "2026-11-21T10:00:00+09:00", "100 Wh"),
        ("light/lamp-1", "2026-11-21T11:00:00+09:00", "150.5 Wh"),
        ("light/lamp-1", "2026-11-21T13:00:00+09:00", "80 Wh"),
        ("light/lamp-1", "2026-11-21T23:00:00+09:00", "80 Wh"),
        ("fridge/fridge-1", "2026-11-21T06:00:00+09:00", "1000 Wh"),
        ("fridge/fridge-1", "2026-11-21T14:00:00+09:00", "1400 Wh"),
        ("fridge/fridge-1", "2026-11-21T15:00:00+09:00", "1420 Wh"),
        ("tv/tv-1", "2026-11-21T12:00:00+09:00", "4 W"),
        ("tv/tv-1", "2026-11-21T23:50:00+09:00", "4 W"),
        ("meter/circuit-1", "2026-11-21T11:00:00+09:00", "5000 Wh"),
        ("meter/circuit-1", "2026-11-21T13:00:00+09:00", "5200 Wh"),
        ("meter/circuit-1", "2026-11-21T20:00:00+09:00", "5900.75 Wh"),
    ],
);

/// Two days of a room with readings: the first has no price yet, the second has two. The guest
/// leaves at noon of the second; the lamp burns on, and is believed for two hours.
pub(crate) fn metered_days() -> Vec<ClosedReport> {
    let profile = metered();
    let room = RoomId::new("1203").unwrap();
    let second = [
        ("stay", "2026-11-22T12:00:00+09:00", "CHECKED_OUT"),
        ("light/lamp-1", "2026-11-22T11:00:00+09:00", "ON"),
        ("light/lamp-1", "2026-11-22T15:00:00+09:00", "OFF"),
    ];
    let read = [
        ("light/lamp-1", "2026-11-22T00:30:00+09:00", "180 Wh"),
        ("light/lamp-1", "2026-11-22T01:00:00+09:00", "9000 Wh"),
    ];
    let mut opening = RoomStates::default();
    let mut reports = Vec::new();
    for (day, history) in [
        ("2026-11-21", known(&METERED_DAY.0, &METERED_DAY.1)),
        ("2026-11-22", known(&second, &read)),
    ] {
        let day = profile.calendar.day(date(day)).unwrap();
        let report = RoomReport::fold(day.window, &opening, &history, &profile.terms(&room));
        opening = report.closing();
        reports.push(ClosedReport::first(room.clone(), day, report, day.window.end + 900_000));
    }
    reports
}

/// A guest leaves at eleven: a lamp in use and heard of twice, a television without a rating, a
/// thermostat that nobody hears of for longer than it is believed, a lamp whose start was lost.
pub(crate) fn checkout_day() -> ClosedReport {
    let profile = seoul();
    let evening = report(
        &profile,
        "1203",
        "2026-11-20",
        &RoomStates::default(),
        &[
            ("stay", "2026-11-20T15:02:00+09:00", "CHECKED_IN"),
            ("presence/pir-1", "2026-11-20T15:03:10.250+09:00", "OCCUPIED"),
            ("thermostat/ac-1", "2026-11-20T18:00:00+09:00", "COOL"),
            ("light/lamp-2", "2026-11-20T22:00:00+09:00", "OFF"),
        ],
    );
    let day = [
        ("light/lamp-1", "2026-11-21T07:00:00+09:00", "ON"),
        ("light/lamp-1", "2026-11-21T07:30:00+09:00", "ON"),
        ("light/lamp-1", "2026-11-21T08:30:00+09:00", "OFF"),
        ("presence/pir-1", "2026-11-21T08:10:09.500+09:00", "VACANT"),
        ("tv/tv-1", "2026-11-21T07:15:00+09:00", "ON"),
        ("tv/tv-1", "2026-11-21T07:45:00+09:00", "STANDBY"),
        ("tv/tv-1", "2026-11-21T09:00:00+09:00", "OFF"),
        ("stay", "2026-11-21T11:00:00+09:00", "CHECKED_OUT"),
        ("light/lamp-2", "2026-11-21T12:41:07+09:00", "OFF"),
    ];
    let late = [("thermostat/ac-1", "2026-11-21T20:00:00+09:00", "OFF")];
    let first = closed(&profile, "1203", "2026-11-21", &evening.closing(), &day);
    let revised =
        report(&profile, "1203", "2026-11-21", &evening.closing(), &[&day[..], &late[..]].concat());
    first.revised(revised, instant("2026-11-23T09:30:12.345+09:00")).unwrap()
}

/// Three rooms on four days, states carried over, every room different.
pub(crate) fn some_days(profile: &Profile) -> Vec<ClosedReport> {
    let mut reports = Vec::new();
    for (number, room) in ["1203", "1204", "9"].into_iter().enumerate() {
        let mut opening = RoomStates::default();
        for day in 20..24_usize {
            let at = |hour: usize, minute: usize| {
                format!("2026-11-{day}T{:02}:{minute:02}:07+09:00", hour + number)
            };
            let (on, off, cool, comes, leaves) =
                (at(7, day), at(9, 3 * number), at(13, 30), at(6, 0), at(16, day));
            let mut reported = vec![
                ("light/lamp-1", on.as_str(), "ON"),
                ("light/lamp-1", off.as_str(), "OFF"),
                ("presence/pir-1", comes.as_str(), "OCCUPIED"),
                ("presence/pir-1", leaves.as_str(), "VACANT"),
            ];
            if day % 2 == number % 2 {
                reported.push(("thermostat/lamp-1", cool.as_str(), "COOL"));
                reported.push(("stay", cool.as_str(), "CHECKED_IN"));
                reported.push(("tv/tv-1", off.as_str(), "ON"));
            } else {
                reported.push(("thermostat/lamp-1", cool.as_str(), "OFF"));
                reported.push(("stay", leaves.as_str(), "CHECKED_OUT"));
                reported.push(("light/lamp-2", off.as_str(), "OFF"));
            }
            let closed = closed(profile, room, &format!("2026-11-{day}"), &opening, &reported);
            opening = closed.report.closing();
            reports.push(closed);
        }
    }
    reports
}
