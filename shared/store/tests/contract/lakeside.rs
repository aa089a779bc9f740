//! The hotel of the tests: its profile, rooms and days, and what its rooms report.

use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{
    BusinessCalendar, BusinessDate, BusinessDay, ClosedReport, Device, DeviceId, DeviceKind, Fact,
    History, HotelId, Instant, Measurement, Millis, MilliwattHours, Milliwatts, NightSums, Profile,
    Reading, RoomId, RoomReport, RoomStates, Signal, State, Transition,
};
use roomwatt_store::{HotelDay, StoredReport};

pub(crate) const ZONE: &str = "Europe/Vienna";

/// The day that most tests are about. It lies far ahead, so that no endpoint that deletes expired
/// records by the real clock interferes.
pub(crate) const TODAY: &str = "2036-11-20";
pub(crate) const TOMORROW: &str = "2036-11-21";
pub(crate) const DAY_AFTER: &str = "2036-11-22";

pub(crate) fn hotel() -> HotelId {
    hotel_named("lakeside-1")
}

pub(crate) fn hotel_named(id: &str) -> HotelId {
    HotelId::new(id).unwrap()
}

pub(crate) fn room(id: &str) -> RoomId {
    RoomId::new(id).unwrap()
}

pub(crate) fn date(text: &str) -> BusinessDate {
    BusinessDate::parse(text).unwrap()
}

pub(crate) fn day(date: &str) -> BusinessDay {
    day_in(ZONE, date)
}

pub(crate) fn day_in(zone: &str, date: &str) -> BusinessDay {
    BusinessCalendar::new(zone).unwrap().day(self::date(date)).unwrap()
}

/// So many days in a row.
pub(crate) fn days(first: &str, count: usize) -> Vec<BusinessDay> {
    let calendar = BusinessCalendar::new(ZONE).unwrap();
    std::iter::successors(Some(day(first)), |day| Some(calendar.next(day.date)))
        .take(count)
        .collect()
}

/// An hour into the day after [`TODAY`]: its reports are there, and nothing has expired.
pub(crate) fn now() -> Instant {
    day(TODAY).window.end + HOUR
}

/// A profile with every field.
pub(crate) fn profile() -> Profile {
    profile_with("")
}

/// The profile with further fields, or with other values for some: the last one counts.
pub(crate) fn profile_with(fields: &str) -> Profile {
    let json = format!(
        r#"{{"hotelId": "lakeside-1", "timeZone": "{ZONE}", "name": "Lakeside \"1\" · Gästehaus",
             "currency": "EUR", "pricePerKwh": "0.2345", "kgCo2ePerKwh": "0.123456",
             "emissionFactorSource": "Grid mix 2035, location-based", "language": "ko",
             "rooms": 300, "wasteTargetPercent": "12.5", "vacancyDelayMinutes": 10,
             "nightHold": ["22:00", "07:00"], "confirmWithinHours": {{"light": 12}},
             "dormantAfterDays": 45, "repeatingKinds": ["plug"], "maxWatts": {{"plug": "2300"}},
             "waste": {{"thermostat": {{"*": "unsold", "HEAT": "vacant"}}}},
             "ratings": {{"light": {{"ON": "8.5"}},
                          "thermostat": {{"COOL": "900", "HEAT": "1200.125"}}}},
             "deviceRatings": {{"203": {{"lamp-1": {{"ON": "60"}}}}}} {fields}}}"#
    );
    Profile::parse(&json).unwrap()
}

/// The profile with a price that is another at night.
pub(crate) fn profile_in_time() -> Profile {
    profile_with(
        r#", "pricePerKwh": null, "tariffs": [{"from": "2036-01-01", "price": "0.2345",
             "zones": [{"price": "0.0987", "hours": ["22:00", "06:00"]}]}]"#,
    )
}

pub(crate) fn named(kind: &str, id: &str) -> Device {
    Device { id: DeviceId::new(id).unwrap(), kind: DeviceKind::new(kind).unwrap() }
}

pub(crate) fn device(kind: &str, id: &str) -> Signal {
    Signal::Device(named(kind, id))
}

pub(crate) fn lamp() -> Signal {
    device("light", "lamp-1")
}

pub(crate) fn sensor(id: &str) -> Signal {
    Signal::Presence(DeviceId::new(id).unwrap())
}

/// The signal is in the state from so long after the day's first instant.
pub(crate) fn told(day: &BusinessDay, signal: Signal, state: &str, offset: Millis) -> Fact {
    let at = day.window.start + offset;
    Fact::State(signal, Transition { at, state: State::new(state).unwrap() })
}

/// The device's counter stands at so many thousandths of a watt-hour.
pub(crate) fn counter(day: &BusinessDay, device: &Device, offset: Millis, value: u64) -> Fact {
    let measurement = Measurement::Counter(MilliwattHours::new(value));
    Fact::Reading(device.clone(), Reading { at: day.window.start + offset, measurement })
}

/// The device draws so many milliwatts.
pub(crate) fn power(day: &BusinessDay, device: &Device, offset: Millis, value: u64) -> Fact {
    let measurement = Measurement::Power(Milliwatts::new(value));
    Fact::Reading(device.clone(), Reading { at: day.window.start + offset, measurement })
}

/// The lamp is switched on at a time of the day, in minutes.
pub(crate) fn lamp_on(day: &BusinessDay, minute: Millis) -> Fact {
    told(day, lamp(), "ON", minute * MINUTE)
}

/// The devices of a usual room: eight lamps, a plug and a thermostat.
fn usual_devices() -> Vec<Device> {
    let lamps = (1..=8).map(|n| named("light", &format!("lamp-{n}")));
    lamps.chain([named("plug", "tv"), named("thermostat", "ac")]).collect()
}

/// A reading of the counter of each of the usual devices in every quarter of an hour.
pub(crate) fn quarterly(day: &BusinessDay) -> Vec<Fact> {
    let (quarter, devices) = (15 * MINUTE, usual_devices());
    let of = |turn: Millis| {
        devices.iter().zip(1..).map(move |(device, n): (_, u64)| {
            let value = 48_123_917 * n + (2_125 + 13 * n) * turn.unsigned_abs();
            counter(day, device, turn * quarter + 1_007, value)
        })
    };
    (0..day.window.length() / quarter).flat_map(of).collect()
}

/// So many transitions of a usual room: a guest, two sensors, and the usual devices.
pub(crate) fn usual(day: &BusinessDay, transitions: usize) -> Vec<Fact> {
    let states = |device: &Device| match device.kind.as_str() {
        "thermostat" => ["COOL", "OFF"],
        _ => ["ON", "OFF"],
    };
    let devices = usual_devices().into_iter().map(|it| (states(&it), it));
    let signals: Vec<_> = devices
        .map(|(states, device)| (Signal::Device(device), states))
        .chain([
            (sensor("pir-bed"), ["OCCUPIED", "VACANT"]),
            (sensor("pir-bath"), ["OCCUPIED", "VACANT"]),
        ])
        .collect();
    let stays = [("CHECKED_OUT", 9 * HOUR + 17), ("CHECKED_IN", 15 * HOUR + 3)]
        .map(|(state, offset)| told(day, Signal::Stay, state, offset));
    let step = (day.window.length() - 1) / Millis::try_from(transitions).unwrap();
    let others = (0..).map(|n: usize| {
        let (signal, states) = &signals[n % signals.len()];
        let offset = Millis::try_from(n).unwrap() * step + 1;
        told(day, signal.clone(), states[n / signals.len() % 2], offset)
    });
    stays.into_iter().chain(others).take(transitions).collect()
}

/// One transition each of so many devices with the longest names there can be: the fewest
/// transitions that fill a record. They take 167 bytes each of a summary.
pub(crate) fn crowd(day: &BusinessDay, devices: usize) -> Vec<Fact> {
    let (kind, state) = ("k".repeat(64), "S".repeat(32));
    let named = |n: usize| device(&kind, &format!("{}{n:04}", "d".repeat(60)));
    (0..devices).map(|n| told(day, named(n), &state, 12 * HOUR + 1)).collect()
}

/// The set of some facts.
pub(crate) fn history(facts: &[Fact]) -> History {
    facts.iter().cloned().collect()
}

/// The report of a room of which nothing was known before.
pub(crate) fn fold(room: &RoomId, day: &BusinessDay, reported: &[Fact]) -> RoomReport {
    fold_by(&profile(), room, day, reported)
}

pub(crate) fn fold_by(
    profile: &Profile,
    room: &RoomId,
    day: &BusinessDay,
    reported: &[Fact],
) -> RoomReport {
    let (opening, history) = (RoomStates::default(), history(reported));
    RoomReport::fold(day.window, &opening, &history, &profile.terms(room))
}

/// A report as the first attempt of a close puts it.
pub(crate) fn closed(room: &RoomId, day: &BusinessDay, reported: &[Fact]) -> StoredReport {
    closed_by(&profile(), room, day, reported)
}

pub(crate) fn closed_by(
    profile: &Profile,
    room: &RoomId,
    day: &BusinessDay,
    reported: &[Fact],
) -> StoredReport {
    let report = fold_by(profile, room, day, reported);
    StoredReport {
        closed: ClosedReport::first(room.clone(), *day, report, day.window.end + HOUR),
        terms: 1,
        fence: 1,
        writes: 1,
        pending: false,
    }
}

/// The next revision of a report, made from what is known of the room now.
pub(crate) fn revised(before: &StoredReport, report: RoomReport, writes: u64) -> StoredReport {
    let at = before.closed.closed_at + HOUR;
    let closed = before.closed.revised(report, at).expect("the report is the same");
    StoredReport { closed, writes, pending: true, ..before.clone() }
}

/// The sums over some reports of one day, added up one by one.
pub(crate) fn added_up<'a>(
    date: BusinessDate,
    reports: impl IntoIterator<Item = &'a RoomReport>,
) -> HotelDay {
    let mut sums = HotelDay::empty(date);
    for report in reports {
        let totals = report.totals();
        sums.rooms += 1;
        sums.measured_rooms += u64::from(totals.measured.is_some());
        sums.nights += NightSums::of(report.night(), &totals);
        sums.totals += totals;
        sums.occupancy += report.occupancy;
        for (sum, waste) in sums.confirmed_waste.iter_mut().zip(report.confirmed_waste()) {
            *sum += waste;
        }
    }
    sums
}
