//! A room told in a few words: what it reported on a day, and what its report then says.

use jiff::civil::Time;
use jiff::tz::TimeZoneDatabase;
use roomwatt_domain::{
    BusinessDate, BusinessDay, Device, DeviceId, DeviceKind, DeviceReport, Energy, Held,
    HeldByDevice, HeldOfDevice, History, Instant, Measured, Measurement, MeterReport, Millis,
    MilliwattHours, Milliwatts, Presence, Profile, Reading, RoomId, RoomReport, RoomStates, Signal,
    SignalHistory, State, Stay, Transition, Usage, trace,
};
use serde_json::{Value, json};

/// Room 1203, of which nothing is known before the first day.
#[derive(Clone)]
pub(crate) struct Room {
    profile: Value,
    date: BusinessDate,
    opening: RoomStates,
    reported: Vec<(Signal, Transition)>,
    read: Vec<(Device, Reading)>,
}

impl Room {
    pub(crate) fn in_zone(time_zone: &str) -> Self {
        Self {
            profile: json!({"hotelId": "seoul-1", "timeZone": time_zone}),
            date: BusinessDate::parse("2026-11-20").unwrap(),
            opening: RoomStates::default(),
            reported: Vec::new(),
            read: Vec::new(),
        }
    }

    /// In Seoul, whose days last 24 hours.
    pub(crate) fn on(date: &str) -> Self {
        Self { date: BusinessDate::parse(date).unwrap(), ..Self::in_zone("Asia/Seoul") }
    }

    /// Moves an untold room to a date.
    pub(crate) fn at(self, date: &str) -> Self {
        Self { date: BusinessDate::parse(date).unwrap(), ..self }
    }

    /// Sets a field of the hotel's profile.
    pub(crate) fn profile(mut self, field: &str, value: Value) -> Self {
        self.profile[field] = value;
        self
    }

    /// A device, as `light lamp-1`, reports a state at a local time.
    pub(crate) fn device(self, device: &str, state: &str, time: &str) -> Self {
        self.report(Signal::Device(device_named(device)), state, time)
    }

    pub(crate) fn lamp(self, state: &str, time: &str) -> Self {
        self.device("light lamp-1", state, time)
    }

    pub(crate) fn sensor(self, id: &str, state: &str, time: &str) -> Self {
        self.report(Signal::Presence(DeviceId::new(id).unwrap()), state, time)
    }

    pub(crate) fn pir(self, state: &str, time: &str) -> Self {
        self.sensor("pir-1", state, time)
    }

    pub(crate) fn stay(self, state: &str, time: &str) -> Self {
        self.report(Signal::Stay, state, time)
    }

    /// A device's counter stands at so many watt-hours at a local time.
    pub(crate) fn counter(self, device: &str, watt_hours: &str, time: &str) -> Self {
        let value = MilliwattHours::from_watt_hours(watt_hours).unwrap();
        self.read(device, Measurement::Counter(value), time)
    }

    /// A device draws so many watts at a local time.
    pub(crate) fn power(self, device: &str, watts: &str, time: &str) -> Self {
        self.read(device, Measurement::Power(Milliwatts::from_watts(watts).unwrap()), time)
    }

    fn read(mut self, device: &str, measurement: Measurement, time: &str) -> Self {
        let at = self.instant(time);
        self.read.push((device_named(device), Reading { at, measurement }));
        self
    }

    fn report(mut self, signal: Signal, state: &str, time: &str) -> Self {
        let state = State::new(state).unwrap();
        assert!(signal.allows(&state), "{state} is no state of {signal:?}");
        let at = self.instant(time);
        self.reported.push((signal, Transition { at, state }));
        self
    }

    /// Closes the day and opens the next one with what it left.
    pub(crate) fn next_day(self) -> Self {
        let opening = self.clone().told().closing();
        let date = self.parsed().calendar.next(self.date).date;
        Self { date, opening, reported: Vec::new(), read: Vec::new(), ..self }
    }

    /// The instant of a local time on this day; the earlier one where clocks show it twice.
    pub(crate) fn instant(&self, time: &str) -> Instant {
        let zone = self.profile["timeZone"].as_str().unwrap();
        let zone = TimeZoneDatabase::bundled().get(zone).unwrap();
        let local = self.date.civil().to_datetime(time.parse::<Time>().unwrap());
        local.to_zoned(zone).unwrap().timestamp().into()
    }

    pub(crate) fn day(&self) -> BusinessDay {
        self.parsed().calendar.day(self.date).unwrap()
    }

    pub(crate) fn reported(&self) -> &[(Signal, Transition)] {
        &self.reported
    }

    pub(crate) fn parsed(&self) -> Profile {
        Profile::parse(&self.profile.to_string()).unwrap()
    }

    /// The report of the day.
    pub(crate) fn told(self) -> Told {
        self.told_from(&self.history())
    }

    /// What is known of the day.
    pub(crate) fn history(&self) -> History {
        History::new(self.reported.clone()).with_readings(self.read.clone())
    }

    /// The day signal by signal.
    pub(crate) fn traced(&self) -> Vec<SignalHistory> {
        let profile = self.parsed();
        let terms = profile.terms(&RoomId::new("1203").unwrap());
        trace::signals(self.day().window, &self.opening, &self.history(), &terms)
    }

    /// What the day opens with.
    pub(crate) fn opening(&self) -> &RoomStates {
        &self.opening
    }

    /// The report of the day from another history than what the room reported.
    pub(crate) fn told_from(&self, history: &History) -> Told {
        let profile = self.parsed();
        let terms = profile.terms(&RoomId::new("1203").unwrap());
        Told(RoomReport::fold(self.day().window, &self.opening, history, &terms))
    }
}

/// A report, with the questions that tests ask of it.
#[derive(Debug, PartialEq)]
pub(crate) struct Told(pub(crate) RoomReport);

impl std::ops::Deref for Told {
    type Target = RoomReport;
    fn deref(&self) -> &RoomReport {
        &self.0
    }
}

impl Told {
    pub(crate) fn device(&self, device: &str) -> &DeviceReport {
        let device = device_named(device);
        self.devices.iter().find(|report| report.device == device).unwrap()
    }

    pub(crate) fn lamp(&self) -> &DeviceReport {
        self.device("light lamp-1")
    }

    /// The lamp's use in the state `ON`.
    pub(crate) fn lamp_on(&self) -> &Usage {
        self.lamp().usage.iter().find(|usage| usage.state.as_str() == "ON").unwrap()
    }

    /// What a device was used for, as (state, duration).
    pub(crate) fn used(&self, device: &str) -> Vec<(&str, Millis)> {
        let usage = self.device(device).usage.iter();
        usage.map(|usage| (usage.state.as_str(), usage.duration())).collect()
    }

    /// How long the room was occupied, vacant, and neither.
    pub(crate) fn presence(&self) -> [Millis; 3] {
        Presence::ALL
            .map(|presence| Stay::ALL.iter().map(|stay| self.occupancy.cell(*stay, presence)).sum())
    }

    pub(crate) fn closing_lamp(&self) -> (&str, Instant, Instant) {
        let HeldByDevice { held, seen } = self.lamp().closing.state.as_ref().unwrap();
        (held.state.as_str(), held.since, *seen)
    }

    pub(crate) fn closing_stay(&self) -> Option<(&str, Instant)> {
        self.stay.as_ref().map(shown)
    }

    pub(crate) fn closing_pir(&self) -> Option<(&str, Instant)> {
        let pir = self.0.presence.iter().find(|(sensor, _)| sensor.as_str() == "pir-1");
        pir.map(|(_, sensor)| shown(&sensor.held))
    }
}

impl Told {
    /// What was measured of a device beside its use.
    pub(crate) fn measured(&self, device: &str) -> &Measured {
        self.device(device).measured.as_ref().unwrap()
    }

    pub(crate) fn meter(&self, id: &str) -> &MeterReport {
        self.meters.iter().find(|meter| meter.id.as_str() == id).unwrap()
    }

    /// What is carried of a device or meter.
    pub(crate) fn carried(&self, device: &str) -> HeldOfDevice {
        self.closing().devices.remove(&device_named(device)).unwrap_or_default()
    }
}

/// Watt-hours as they are shown.
pub(crate) fn wh(energy: Energy) -> String {
    energy.watt_hours().to_string()
}

fn shown(held: &Held) -> (&str, Instant) {
    (held.state.as_str(), held.since)
}

fn device_named(device: &str) -> Device {
    let (kind, id) = device.split_once(' ').unwrap();
    Device { id: DeviceId::new(id).unwrap(), kind: DeviceKind::new(kind).unwrap() }
}
