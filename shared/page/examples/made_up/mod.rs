//! Hotels whose days are made up, the same ones each time, through the domain's own fold.

use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{
    BusinessDate, ClosedReport, Device, DeviceId, DeviceKind, History, Instant, Measurement,
    MilliwattHours, Milliwatts, Profile, Reading, RoomId, RoomReport, RoomStates, Signal,
    SignalHistory, State, Transition, Window, trace,
};
use roomwatt_page::Range;

/// A hotel with some days of every room.
#[derive(Debug, Clone)]
pub(crate) struct Hotel {
    pub(crate) profile: Profile,
    pub(crate) days: Vec<MadeDay>,
}

/// A room's day, and where it comes from.
#[derive(Debug, Clone)]
pub(crate) struct MadeDay {
    pub(crate) opening: RoomStates,
    pub(crate) signals: Vec<SignalHistory>,
    pub(crate) closed: ClosedReport,
}

pub(crate) fn date(text: &str) -> BusinessDate {
    BusinessDate::parse(text).expect("a date")
}

pub(crate) fn seoul() -> Profile {
    Profile::parse(
        r#"{"hotelId":"seoul-1","name":"한강 그랜드 Hangang Grand","timeZone":"Asia/Seoul",
            "currency":"KRW","pricePerKwh":"143.5","kgCo2ePerKwh":"0.4781","vacancyDelayMinutes":10,
            "ratings":{"light":{"ON":12},"thermostat":{"COOL":900,"HEAT":1200,"FAN":40},
            "minibar":{"ON":65},"tv":{"ON":110}}}"#,
    )
    .expect("a profile")
}

/// A hotel with meters, a tariff by the hour from 3 October on, a night hold, and a rating for a
/// kind that it does not have.
pub(crate) fn busan() -> Profile {
    Profile::parse(
        r#"{"hotelId":"busan-1","name":"Busan Harbour","timeZone":"Asia/Seoul","currency":"KRW",
            "tariffs":[{"from":"2026-10-03","price":"143.5",
                "zones":[{"price":"84.1","hours":["22:00","08:00"]}]}],
            "kgCo2ePerKwh":"0.4781","vacancyDelayMinutes":10,"nightHold":["21:00","08:00"],
            "confirmWithinHours":{"thermostat":4},"waste":{"minibar":{"*":"never"}},
            "ratings":{"light":{"ON":12},"thermostat":{"COOL":900,"HEAT":1200,"FAN":40},
            "minibar":{"ON":65},"jacuzzi":{"ON":2500}}}"#,
    )
    .expect("a profile")
}

impl Hotel {
    /// So many rooms in Seoul; `restless` changes what they do.
    pub(crate) fn of_rooms(rooms: u64, restless: u64, range: Range) -> Self {
        Self::of(seoul(), rooms, restless, range)
    }

    /// So many rooms in Busan, with readings of thermostats, televisions and circuits.
    pub(crate) fn metered(rooms: u64, restless: u64, range: Range) -> Self {
        Self::of(busan(), rooms, restless, range)
    }

    pub(crate) fn of(profile: Profile, rooms: u64, restless: u64, range: Range) -> Self {
        let mut days = Vec::new();
        for number in 0..rooms {
            let room = RoomId::new(&(201 + number / 20 * 100 + number % 20).to_string());
            let room = room.expect("a room");
            let mut chance = fastrand::Rng::with_seed(restless * 1000 + number);
            let mut opening = RoomStates::default();
            // Some rooms are heard of later than the others.
            let late = if number % 17 == 5 { 4 } else { 0 };
            let mut next = Some(range.from);
            while let Some(date) = next.filter(|date| *date <= range.to) {
                next = Some(profile.calendar.next(date).date);
                let Some(day) = profile.calendar.day(date) else { continue };
                if i64::from(date.civil().day()) <= late && date.civil().month() == 10 {
                    continue;
                }
                let history = History::new(doings(&mut chance, day.window, number));
                let metered = profile.hotel_id.as_str() == "busan-1";
                let read = if metered { readings(day.window, number) } else { Vec::new() };
                let history = history.with_readings(read);
                let terms = profile.terms(&room);
                let report = RoomReport::fold(day.window, &opening, &history, &terms);
                let signals = trace::signals(day.window, &opening, &history, &terms);
                let closing = report.closing();
                let end = day.window.end;
                let mut closed = ClosedReport::first(room.clone(), day, report, end + 15 * MINUTE);
                if number % 5 == 1 && date.civil().day() == 14 {
                    // As if two transitions had come late.
                    let early: Vec<_> = history
                        .iter()
                        .flat_map(|(signal, all)| {
                            all.iter().skip(1).map(move |one| (signal.clone(), one.clone()))
                        })
                        .collect();
                    let first =
                        RoomReport::fold(day.window, &opening, &History::new(early), &terms);
                    let first = ClosedReport::first(room.clone(), day, first, end + 15 * MINUTE);
                    closed = first.revised(closed.report, end + 33 * HOUR).expect("a change");
                }
                days.push(MadeDay { opening, signals, closed });
                opening = closing;
            }
        }
        Self { profile, days }
    }

    pub(crate) fn rooms(&self) -> Vec<RoomId> {
        let mut rooms: Vec<_> = self.days.iter().map(|day| day.closed.room.clone()).collect();
        rooms.dedup();
        rooms
    }

    pub(crate) fn reports_of(&self, room: &RoomId) -> impl Iterator<Item = &ClosedReport> {
        self.days.iter().map(|day| &day.closed).filter(move |closed| closed.room == *room)
    }
}

/// A day of readings: a thermostat's counter each hour, silent in the morning, a television's power
/// at night, a circuit's counter each hour. Counters go on from day to day.
fn readings(window: Window, number: u64) -> Vec<(Device, Reading)> {
    let device = |kind: &str, id: &str| Device {
        id: DeviceId::new(id).expect("an id"),
        kind: DeviceKind::new(kind).expect("a kind"),
    };
    let (air, tv, circuit) =
        (device("thermostat", "ac-1"), device("tv", "tv-1"), device("meter", "circuit-1"));
    let hours = u64::try_from(window.start.as_millis() / HOUR).expect("after 1970");
    let mut readings = Vec::new();
    for hour in 0..24 {
        let at = window.start + i64::try_from(hour).expect("an hour") * HOUR;
        let counter = |each: u64| {
            let value = MilliwattHours::new((hours + hour) * (each + number) * 1000);
            Reading { at, measurement: Measurement::Counter(value) }
        };
        if !(3..12).contains(&hour) {
            readings.push((air.clone(), counter(180)));
        }
        readings.push((circuit.clone(), counter(320)));
        if hour < 6 {
            let measurement = Measurement::Power(Milliwatts::new(900));
            readings.push((tv.clone(), Reading { at, measurement }));
        }
    }
    readings
}

/// A day in a room: guests come and go, and leave things on.
fn doings(chance: &mut fastrand::Rng, window: Window, number: u64) -> Vec<(Signal, Transition)> {
    let mut doings = Vec::new();
    let device = |kind: &str, id: &str| {
        Signal::Device(Device {
            id: DeviceId::new(id).expect("an id"),
            kind: DeviceKind::new(kind).expect("a kind"),
        })
    };
    let sensor = Signal::Presence(DeviceId::new("pir-1").expect("an id"));
    let mut put = |signal: &Signal, at: Instant, state: &str| {
        let state = State::new(state).expect("a state");
        if window.contains(at) {
            doings.push((signal.clone(), Transition { at, state }));
        }
    };
    let at = |hour: i64, minute: i64| window.start + hour * HOUR + minute * MINUTE;
    let careless = number % 7 == 3;
    let sold = chance.u8(..10) < 7;
    let (lamp, air, tv, bar) = (
        device("light", "lamp-1"),
        device("thermostat", "ac-1"),
        device("tv", "tv-1"),
        device("minibar", "bar-1"),
    );
    put(&bar, at(0, 1), "ON");
    if sold {
        let leave = chance.i64(7..10);
        put(&sensor, at(6, chance.i64(0..59)), "OCCUPIED");
        put(&lamp, at(6, 30), "ON");
        put(&sensor, at(leave, chance.i64(0..59)) + chance.i64(0..60_000), "VACANT");
        if !careless || chance.bool() {
            put(&lamp, at(leave, 10), "OFF");
        } else {
            put(&lamp, at(leave + 2, 5), "ON");
        }
        if chance.u8(..4) == 0 {
            put(&Signal::Stay, at(11, 0), "CHECKED_OUT");
            put(&sensor, at(12, 5), "OCCUPIED");
            put(&sensor, at(12, 40), "VACANT");
        }
        let back = chance.i64(16..20);
        put(&Signal::Stay, at(15, chance.i64(0..50)), "CHECKED_IN");
        put(&air, at(15, 50), if chance.bool() { "COOL" } else { "FAN" });
        put(&sensor, at(back, chance.i64(0..59)), "OCCUPIED");
        put(&lamp, at(back, 59), "ON");
        put(&tv, at(back + 1, 5), "ON");
        put(&sensor, at(back + 2, 15), "VACANT");
        put(&sensor, at(back + 3, 20), "OCCUPIED");
        put(&tv, at(23, 10), "OFF");
        if !careless {
            put(&air, at(22, 40), "OFF");
        }
        put(&lamp, at(23, 30), "OFF");
    } else {
        put(&Signal::Stay, at(10, 30), "CHECKED_OUT");
        put(&sensor, at(11, 5), "OCCUPIED");
        put(&lamp, at(11, 6), "ON");
        put(&sensor, at(11, 45), "VACANT");
        if careless {
            put(&air, at(11, 20), "HEAT");
        } else {
            put(&lamp, at(11, 50), "OFF");
            put(&air, at(12, 0), "OFF");
        }
        if chance.u8(..6) == 0 {
            put(&lamp, at(14, 0), "OFF");
            put(&device("dehumidifier", "dh-1"), at(2, 0), "ON");
            put(&device("dehumidifier", "dh-1"), at(5, 0), "OFF");
        }
    }
    doings
}
