//! The JSON of reports and groups, written from borrowed figures.
//!
//! Each view holds what one JSON object shows and nothing else; serialising it gives the fields in
//! their fixed order. A field that has nothing to say is left out; only the percent of
//! nothing is `null`. Write views with
//! `serde_json::to_string` or `to_writer`; see [`Figure`] for why not by way of a `Value`.
//!
//! ```text
//! report     hotelId roomId date timeZone dayLengthMs revision? closedAt? occupancy devices meters?
//!            totals closing revisions? provisional?
//! device     deviceId deviceKind activations
//!            usage[state durationMs assumedMs measuredMs? measuredWh? energyWh? during]
//!            measured?{standbyWh unplacedWh resets rollBacks jumps} quality
//! meter      deviceId energyWh unplacedWh during
//! states     heard? stay? devices[deviceId deviceKind state? since? seen? counter?{at wh debtWh}
//!            power?{at w}] presence[deviceId state since]
//! revision   revision at before{usageMs wasteMs energyWh} after{…}
//! group      key reports totals occupancy? nights{sold unsold unknown}
//!            perSoldNight?{energyWh cost? co2eKg?}
//! compared   key current{reports days totals perDay nights perSoldNight?} baseline{…}
//!            change{NAME{absolute percent}} nightly?{energyWh sold unsold share}
//! live room  roomId states report
//! history    hotelId roomId date signals[signal deviceId? deviceKind? intervals?[state from to]
//!            transitions?[at state] readings?[at counterWh? powerW?]
//!            increments?[from to wh kind debtWh bookedWh]]
//! ```

use std::fmt::Display;

use roomwatt_domain::closed::Figures;
use roomwatt_domain::instant::Millis;
use roomwatt_domain::trace::ReadingsAt;
use roomwatt_domain::{
    BusinessCalendar, BusinessDate, Cells, ClosedReport, CounterBase, Device, DeviceId, DeviceKind,
    DeviceReport, Energy, Held, HeldBySensor, HeldOfDevice, HotelId, Increment, Instant, Live,
    Measured, MeterReport, MilliwattHours, Nightly, Nights, PerSoldNight, PowerReading, Presence,
    Quality, Revision, RoomId, RoomReport, RoomStates, Rounded, Signal, SignalHistory, Stay,
    Totals, Usage,
};
use serde::{Serialize, Serializer};

use crate::compare::{Average, ComparedGroup, PeriodSums};
use crate::figure::{Decimal, Figure, of_totals, presence_name, stay_name};
use crate::group::{Group, GroupKey};

/// The report of a room on a day.
///
/// `date` is the hotel's local date, `closedAt` and a revision's `at` carry the hotel's offset,
/// `since` and `seen` are in UTC with three decimals.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomReportView<'a> {
    hotel_id: &'a str,
    room_id: &'a str,
    date: Text<BusinessDate>,
    time_zone: &'a str,
    day_length_ms: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<String>,
    occupancy: OccupancyView,
    devices: Vec<DeviceView<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    meters: Vec<MeterView<'a>>,
    totals: TotalsView,
    closing: StatesView<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    revisions: Vec<RevisionView>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    provisional: bool,
}

impl<'a> RoomReportView<'a> {
    /// The report of a closed day.
    pub fn closed(
        hotel: &'a HotelId,
        calendar: &'a BusinessCalendar,
        closed: &'a ClosedReport,
    ) -> Self {
        Self {
            revision: Some(closed.revision),
            closed_at: Some(calendar.show(closed.closed_at)),
            revisions: closed
                .revisions
                .iter()
                .map(|revision| RevisionView::of(calendar, revision))
                .collect(),
            provisional: false,
            ..Self::provisional(hotel, calendar, &closed.room, closed.date, &closed.report)
        }
    }

    /// The report of a day that is still open: no revision, no `closedAt`, marked
    /// `"provisional":true`. `dayLengthMs` is the length of what was folded, so the day so far,
    /// and `closing` holds the states at the end of that.
    pub fn provisional(
        hotel: &'a HotelId,
        calendar: &'a BusinessCalendar,
        room: &'a RoomId,
        date: BusinessDate,
        report: &'a RoomReport,
    ) -> Self {
        Self {
            hotel_id: hotel.as_str(),
            room_id: room.as_str(),
            date: Text(date),
            time_zone: calendar.time_zone(),
            day_length_ms: report.occupancy.total(),
            revision: None,
            closed_at: None,
            occupancy: OccupancyView::of(&report.occupancy),
            devices: report.devices.iter().map(DeviceView::of).collect(),
            meters: report.meters.iter().map(MeterView::of).collect(),
            totals: TotalsView::of(&report.totals()),
            closing: StatesView::closing(report),
            revisions: Vec::new(),
            provisional: true,
        }
    }
}

/// Totals as one flat object: milliseconds, watt-hours, money, kilograms, counts.
///
/// Energy is always there, `0.000` where nothing is rated and nothing measured. The three costs and
/// `co2eKg` are left out where there is no price or factor, `unpricedWh` where no energy is from
/// before the first tariff's date, and the four measured totals where no device has readings.
#[derive(Debug, Clone, Copy)]
pub struct TotalsView(Totals);

impl TotalsView {
    /// Of a report, or of many.
    pub fn of(totals: &Totals) -> Self {
        Self(*totals)
    }
}

impl Serialize for TotalsView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shown =
            of_totals(&self.0).into_iter().filter_map(|(name, figure)| Some((name, figure?)));
        serializer.collect_map(shown)
    }
}

/// The nine cells, all of them always there:
/// `{"checkedIn":{"occupied":0,"vacant":0,"unknown":0},"checkedOut":{…},"unknown":{…}}`.
#[derive(Debug, Clone, Copy)]
pub struct CellsView<T>(Cells<T>);

/// The nine cells in milliseconds.
pub type OccupancyView = CellsView<Millis>;

impl<T: Copy> CellsView<T> {
    /// Of a room's time, of a use, of a group, or of a meter's energy.
    pub fn of(cells: &Cells<T>) -> Self {
        Self(*cells)
    }
}

impl<T: Copy + Into<Figure>> Serialize for CellsView<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Stay::ALL.map(|stay| (stay_name(stay), StayRow(self.0, stay))))
    }
}

/// One row of the nine cells.
struct StayRow<T>(Cells<T>, Stay);

impl<T: Copy + Into<Figure>> Serialize for StayRow<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let cell = |presence| (presence_name(presence), self.0.cell(self.1, presence).into());
        serializer.collect_map(Presence::ALL.map(cell))
    }
}

/// What is known of a room's signals at one instant: devices and meters by id, then kind, each with
/// its state and what is carried of its readings.
#[derive(Debug, Clone, Serialize)]
pub struct StatesView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    heard: Option<Text<Instant>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stay: Option<HeldView<'a>>,
    devices: Vec<DeviceStateView<'a>>,
    presence: Vec<SensorStateView<'a>>,
}

impl<'a> StatesView<'a> {
    /// The states at the end of a report's day.
    pub fn closing(report: &'a RoomReport) -> Self {
        let devices = report.devices.iter().map(|report| {
            let Device { id, kind } = &report.device;
            DeviceStateView::of(id, kind.as_str(), &report.closing)
        });
        let meters = report
            .meters
            .iter()
            .map(|report| DeviceStateView::of(&report.id, DeviceKind::METER, &report.closing));
        // Both are in order, and stay so together.
        let mut devices: Vec<_> = devices.chain(meters).flatten().collect();
        devices.sort_by_key(|device| (device.device_id, device.device_kind));
        let presence = report.presence.iter().map(|(id, held)| SensorStateView::new(id, held));
        Self::new(report.heard, report.stay.as_ref(), devices, presence.collect())
    }

    /// The states as they are carried from one day to the next.
    pub fn of(states: &'a RoomStates) -> Self {
        let devices = states.devices.iter().filter_map(|(device, held)| {
            DeviceStateView::of(&device.id, device.kind.as_str(), held)
        });
        let presence = states.presence.iter().map(|(id, held)| SensorStateView::new(id, held));
        Self::new(states.heard, states.stay.as_ref(), devices.collect(), presence.collect())
    }

    fn new(
        heard: Option<Instant>,
        stay: Option<&'a Held>,
        devices: Vec<DeviceStateView<'a>>,
        presence: Vec<SensorStateView<'a>>,
    ) -> Self {
        Self { heard: heard.map(Text), stay: stay.map(HeldView::of), devices, presence }
    }
}

/// The sums of one group; `occupancy` is left out of a device kind's, `perSoldNight` where no night
/// was sold.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupView {
    key: String,
    reports: u64,
    totals: TotalsView,
    #[serde(skip_serializing_if = "Option::is_none")]
    occupancy: Option<OccupancyView>,
    nights: NightsView,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_sold_night: Option<PerSoldNightView>,
}

impl GroupView {
    /// Of one group.
    pub fn of(group: &Group) -> Self {
        Self {
            key: group.key.to_string(),
            reports: group.reports,
            totals: TotalsView::of(&group.totals),
            occupancy: group.occupancy.as_ref().map(OccupancyView::of),
            nights: NightsView::of(group.nights.nights),
            per_sold_night: group.per_sold_night().map(PerSoldNightView::of),
        }
    }
}

/// How many nights of each sort.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct NightsView {
    sold: u64,
    unsold: u64,
    unknown: u64,
}

impl NightsView {
    /// Of some reports.
    pub fn of(nights: Nights) -> Self {
        let Nights { sold, unsold, unknown } = nights;
        Self { sold, unsold, unknown }
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct PerSoldNightView {
    energy_wh: Decimal<3>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Decimal<4>>,
    #[serde(rename = "co2eKg", skip_serializing_if = "Option::is_none")]
    co2e: Option<Decimal<4>>,
}

impl PerSoldNightView {
    fn of(night: PerSoldNight) -> Self {
        let PerSoldNight { energy, cost, co2e } = night;
        Self { energy_wh: Decimal(energy), cost: cost.map(Decimal), co2e: co2e.map(Decimal) }
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct NightlyView {
    energy_wh: Decimal<3>,
    sold: Decimal<3>,
    unsold: Decimal<3>,
    share: Decimal<3>,
}

impl NightlyView {
    fn of(change: Nightly) -> Self {
        let Nightly { energy, sold, unsold, share } = change;
        let [energy_wh, sold, unsold, share] = [energy, sold, unsold, share].map(Decimal);
        Self { energy_wh, sold, unsold, share }
    }
}

/// One group in two periods.
#[derive(Debug, Clone)]
pub struct ComparedGroupView<'a>(&'a ComparedGroup);

impl<'a> ComparedGroupView<'a> {
    /// Of one group.
    pub fn of(group: &'a ComparedGroup) -> Self {
        Self(group)
    }
}

impl Serialize for ComparedGroupView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            key: Text<&'a GroupKey>,
            current: PeriodView<'a>,
            baseline: PeriodView<'a>,
            change: ChangesView<'a>,
            #[serde(skip_serializing_if = "Option::is_none")]
            nightly: Option<NightlyView>,
        }
        let Self(group) = self;
        let shown = Shown {
            key: Text(&group.key),
            current: PeriodView::of(&group.current),
            baseline: PeriodView::of(&group.baseline),
            change: ChangesView(group),
            nightly: group.nightly().map(NightlyView::of),
        };
        shown.serialize(serializer)
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct PeriodView<'a> {
    reports: u64,
    days: u64,
    totals: TotalsView,
    per_day: AveragesView<'a>,
    nights: NightsView,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_sold_night: Option<PerSoldNightView>,
}

impl<'a> PeriodView<'a> {
    fn of(sums: &'a PeriodSums) -> Self {
        Self {
            reports: sums.reports,
            days: sums.days,
            totals: TotalsView::of(&sums.totals),
            per_day: AveragesView(sums),
            nights: NightsView::of(sums.nights.nights),
            per_sold_night: sums.per_sold_night().map(PerSoldNightView::of),
        }
    }
}

#[derive(Debug, Clone)]
struct AveragesView<'a>(&'a PeriodSums);

impl Serialize for AveragesView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.per_day())
    }
}

#[derive(Debug, Clone)]
struct ChangesView<'a>(&'a ComparedGroup);

impl Serialize for ChangesView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown {
            absolute: Average,
            percent: Option<Decimal<2>>,
        }
        serializer.collect_map(self.0.changes().map(|(name, change)| {
            let percent = change.percent.map(Decimal);
            (name, Shown { absolute: change.absolute, percent })
        }))
    }
}

impl Serialize for Average {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Average::Figure(figure) => figure.serialize(serializer),
            Average::Count(count) => Decimal(*count).serialize(serializer),
        }
    }
}

/// A room now: its states, and the report of the open day so far.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveRoomView<'a> {
    room_id: &'a str,
    states: StatesView<'a>,
    report: RoomReportView<'a>,
}

impl<'a> LiveRoomView<'a> {
    /// Of one room.
    pub fn of(
        hotel: &'a HotelId,
        calendar: &'a BusinessCalendar,
        room: &'a RoomId,
        live: &'a Live,
    ) -> Self {
        Self {
            room_id: room.as_str(),
            states: StatesView::closing(&live.report),
            report: RoomReportView::provisional(hotel, calendar, room, live.date, &live.report),
        }
    }
}

/// Every signal of a room on a day: where each figure of the report comes from. Instants are in
/// UTC with three decimals.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryView<'a> {
    hotel_id: &'a str,
    room_id: &'a str,
    date: Text<BusinessDate>,
    signals: Vec<SignalView<'a>>,
}

impl<'a> HistoryView<'a> {
    /// Of one room on one day.
    pub fn of(
        hotel: &'a HotelId,
        room: &'a RoomId,
        date: BusinessDate,
        signals: &'a [SignalHistory],
    ) -> Self {
        Self {
            hotel_id: hotel.as_str(),
            room_id: room.as_str(),
            date: Text(date),
            signals: signals.iter().map(SignalView::of).collect(),
        }
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct SignalView<'a> {
    signal: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_kind: Option<&'a str>,
    #[serde(flatten)]
    states: Option<StatesTold<'a>>,
    #[serde(flatten)]
    readings: Option<ReadingsTold>,
}

/// What a signal with states was told to be; a meter has none.
#[derive(Debug, Clone, Serialize)]
struct StatesTold<'a> {
    intervals: Vec<IntervalView<'a>>,
    transitions: Vec<TransitionView<'a>>,
}

/// What was read of a device or a meter, where there is anything.
#[derive(Debug, Clone, Serialize)]
struct ReadingsTold {
    readings: Vec<ReadingView>,
    increments: Vec<IncrementView>,
}

#[derive(Debug, Clone, Serialize)]
struct IntervalView<'a> {
    state: &'a str,
    from: Text<Instant>,
    to: Text<Instant>,
}

#[derive(Debug, Clone, Serialize)]
struct TransitionView<'a> {
    at: Text<Instant>,
    state: &'a str,
}

/// A reading as publishers write it: its values are texts.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReadingView {
    at: Text<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counter_wh: Option<Text<MilliwattHours>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    power_w: Option<Text<Rounded<3>>>,
}

impl ReadingView {
    fn of(reading: &ReadingsAt) -> Self {
        Self {
            at: Text(reading.at),
            counter_wh: reading.counter.map(Text),
            power_w: reading.power.map(|power| Text(power.watts())),
        }
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct IncrementView {
    from: Text<Instant>,
    to: Text<Instant>,
    wh: Figure,
    kind: &'static str,
    debt_wh: Figure,
    booked_wh: Figure,
}

impl IncrementView {
    fn of(increment: &Increment) -> Self {
        Self {
            from: Text(increment.from),
            to: Text(increment.to),
            wh: increment.energy.into(),
            kind: increment.kind.as_str(),
            debt_wh: increment.debt.into(),
            booked_wh: increment.booked.into(),
        }
    }
}

impl<'a> SignalView<'a> {
    fn of(history: &'a SignalHistory) -> Self {
        let is_meter = matches!(&history.signal, Signal::Device(device) if device.is_meter());
        let is_read = is_meter || !history.readings.is_empty();
        let (signal, device_id, device_kind) = match &history.signal {
            Signal::Device(device) => {
                let signal = if is_meter { "meter" } else { "device" };
                (signal, Some(device.id.as_str()), Some(device.kind.as_str()))
            }
            Signal::Presence(sensor) => {
                ("presence", Some(sensor.as_str()), Some(DeviceKind::PRESENCE))
            }
            Signal::Stay => ("stay", None, None),
        };
        Self {
            signal,
            device_id,
            device_kind,
            states: (!is_meter).then(|| StatesTold::of(history)),
            readings: is_read.then(|| ReadingsTold::of(history)),
        }
    }
}

impl<'a> StatesTold<'a> {
    fn of(history: &'a SignalHistory) -> Self {
        let intervals = history.intervals.iter().map(|interval| IntervalView {
            state: interval.state.as_str(),
            from: Text(interval.from),
            to: Text(interval.to),
        });
        let transitions = history.transitions.iter().map(|transition| TransitionView {
            at: Text(transition.at),
            state: transition.state.as_str(),
        });
        Self { intervals: intervals.collect(), transitions: transitions.collect() }
    }
}

impl ReadingsTold {
    fn of(history: &SignalHistory) -> Self {
        Self {
            readings: history.readings.iter().map(ReadingView::of).collect(),
            increments: history.increments.iter().map(IncrementView::of).collect(),
        }
    }
}

/// Shown as its `Display` writes it.
#[derive(Debug, Clone, Copy)]
struct Text<T>(T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct DeviceView<'a> {
    device_id: &'a str,
    device_kind: &'a str,
    activations: u64,
    usage: Vec<UsageView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    measured: Option<MeasuredView>,
    quality: QualityView,
}

impl<'a> DeviceView<'a> {
    fn of(report: &'a DeviceReport) -> Self {
        Self {
            device_id: report.device.id.as_str(),
            device_kind: report.device.kind.as_str(),
            activations: report.activations,
            usage: report.usage.iter().map(UsageView::of).collect(),
            measured: report.measured.as_deref().map(MeasuredView::of),
            quality: QualityView::of(report.quality),
        }
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct UsageView<'a> {
    state: &'a str,
    duration_ms: Millis,
    assumed_ms: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    measured_ms: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    measured_wh: Option<Figure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    energy_wh: Option<Figure>,
    during: OccupancyView,
}

impl<'a> UsageView<'a> {
    fn of(usage: &'a Usage) -> Self {
        let metered = usage.metered.as_deref();
        Self {
            state: usage.state.as_str(),
            duration_ms: usage.duration(),
            assumed_ms: usage.assumed.total(),
            measured_ms: metered.map(|metered| metered.measured),
            measured_wh: metered.map(|metered| metered.measured_energy.into()),
            energy_wh: usage.energy().map(Figure::from),
            during: OccupancyView::of(&usage.during),
        }
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct MeasuredView {
    standby_wh: Figure,
    unplaced_wh: Figure,
    resets: u64,
    roll_backs: u64,
    jumps: u64,
}

impl MeasuredView {
    fn of(measured: &Measured) -> Self {
        Self {
            standby_wh: measured.standby.into(),
            unplaced_wh: measured.unplaced.into(),
            resets: measured.resets,
            roll_backs: measured.roll_backs,
            jumps: measured.jumps,
        }
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct MeterView<'a> {
    device_id: &'a str,
    energy_wh: Figure,
    unplaced_wh: Figure,
    during: CellsView<Energy>,
}

impl<'a> MeterView<'a> {
    fn of(report: &'a MeterReport) -> Self {
        Self {
            device_id: report.id.as_str(),
            energy_wh: report.energy().into(),
            unplaced_wh: report.unplaced.into(),
            during: CellsView::of(&report.during),
        }
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct QualityView {
    missing_starts: u64,
    missing_ends: u64,
    unconfirmed_ms: Millis,
}

impl QualityView {
    fn of(quality: Quality) -> Self {
        Self {
            missing_starts: quality.missing_starts,
            missing_ends: quality.missing_ends,
            unconfirmed_ms: quality.unconfirmed,
        }
    }
}

#[derive(Debug, Clone, Serialize)]
struct HeldView<'a> {
    state: &'a str,
    since: Text<Instant>,
}

impl<'a> HeldView<'a> {
    fn of(held: &'a Held) -> Self {
        Self { state: held.state.as_str(), since: Text(held.since) }
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct DeviceStateView<'a> {
    device_id: &'a str,
    device_kind: &'a str,
    #[serde(flatten)]
    state: Option<HeldView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen: Option<Text<Instant>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counter: Option<CounterView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    power: Option<PowerView>,
}

impl<'a> DeviceStateView<'a> {
    /// `None` where nothing is carried.
    fn of(id: &'a DeviceId, kind: &'a str, held: &'a HeldOfDevice) -> Option<Self> {
        let HeldOfDevice { state, counter, power } = held;
        (!held.is_empty()).then(|| Self {
            device_id: id.as_str(),
            device_kind: kind,
            state: state.as_ref().map(|state| HeldView::of(&state.held)),
            seen: state.as_ref().map(|state| Text(state.seen)),
            counter: counter.as_deref().copied().map(CounterView::of),
            power: power.map(PowerView::of),
        })
    }
}

/// The last counter reading, its values as texts.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct CounterView {
    at: Text<Instant>,
    wh: Text<MilliwattHours>,
    debt_wh: Text<Rounded<3>>,
}

impl CounterView {
    fn of(base: CounterBase) -> Self {
        let CounterBase { at, value, debt } = base;
        Self { at: Text(at), wh: Text(value), debt_wh: Text(debt.watt_hours()) }
    }
}

/// The power reading that still holds, its value as a text.
#[derive(Debug, Clone, Serialize)]
struct PowerView {
    at: Text<Instant>,
    w: Text<Rounded<3>>,
}

impl PowerView {
    fn of(reading: PowerReading) -> Self {
        Self { at: Text(reading.at), w: Text(reading.power.watts()) }
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct SensorStateView<'a> {
    device_id: &'a str,
    #[serde(flatten)]
    state: HeldView<'a>,
}

impl<'a> SensorStateView<'a> {
    /// The outcome of a night hold is stored and not shown.
    fn new(id: &'a DeviceId, held: &'a HeldBySensor) -> Self {
        Self { device_id: id.as_str(), state: HeldView::of(&held.held) }
    }
}

#[derive(Debug, Clone, Serialize)]
struct RevisionView {
    revision: u32,
    at: String,
    before: FiguresView,
    after: FiguresView,
}

impl RevisionView {
    fn of(calendar: &BusinessCalendar, revision: &Revision) -> Self {
        Self {
            revision: revision.revision,
            at: calendar.show(revision.at),
            before: FiguresView::of(&revision.before),
            after: FiguresView::of(&revision.after),
        }
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct FiguresView {
    usage_ms: Millis,
    waste_ms: Millis,
    energy_wh: Figure,
}

impl FiguresView {
    fn of(figures: &Figures) -> Self {
        Self { usage_ms: figures.usage, waste_ms: figures.waste, energy_wh: figures.energy.into() }
    }
}
