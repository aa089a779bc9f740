//! The JSON of reports and groups, written from borrowed figures.
//!
//! Each view holds what one JSON object shows and nothing else; serialising it gives the fields in
//! their fixed order. A field that has nothing to say is left out; only the percent of
//! nothing is `null`. Write views with
//! `serde_json::to_string` or `to_writer`; see [`Figure`] for why not by way of a `Value`.
//!
//! ```text
//! report     hotelId roomId date timeZone dayLengthMs revision? closedAt? occupancy devices totals
//!            closing revisions? provisional?
//! device     deviceId deviceKind activations usage[state durationMs assumedMs energyWh? during] quality
//! states     stay? devices[deviceId deviceKind state since seen] presence[deviceId state since]
//! revision   revision at before{usageMs wasteMs energyWh} after{…}
//! group      key reports totals occupancy?
//! compared   key current{reports days totals perDay} baseline{…} change{NAME{absolute percent}}
//! live room  roomId states report
//! history    hotelId roomId date signals[signal deviceId? deviceKind? intervals[state from to]
//!            transitions[at state]]
//! ```

use std::fmt::Display;

use roomwatt_domain::closed::Figures;
use roomwatt_domain::instant::Millis;
use roomwatt_domain::{
    BusinessCalendar, BusinessDate, ClosedReport, Device, DeviceId, DeviceKind, DeviceReport, Held,
    HeldByDevice, HotelId, Instant, Live, Occupancy, Presence, Quality, Revision, RoomId,
    RoomReport, RoomStates, Signal, SignalHistory, Stay, Totals, Usage,
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
            totals: TotalsView::of(&report.totals()),
            closing: StatesView::closing(report),
            revisions: Vec::new(),
            provisional: true,
        }
    }
}

/// Totals as one flat object: milliseconds, watt-hours, money, kilograms, counts.
///
/// Energy is always there, `0.000` where nothing is rated. `cost`, `wasteCost` and `co2eKg` are
/// left out where there is no price or factor.
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

/// The nine cells in milliseconds, all of them always there:
/// `{"checkedIn":{"occupied":0,"vacant":0,"unknown":0},"checkedOut":{…},"unknown":{…}}`.
#[derive(Debug, Clone, Copy)]
pub struct OccupancyView(Occupancy);

impl OccupancyView {
    /// Of a room's time, of a use, or of a group.
    pub fn of(occupancy: &Occupancy) -> Self {
        Self(*occupancy)
    }
}

impl Serialize for OccupancyView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Stay::ALL.map(|stay| (stay_name(stay), StayRow(self.0, stay))))
    }
}

/// One row of the nine cells.
struct StayRow(Occupancy, Stay);

impl Serialize for StayRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let cell = |presence| (presence_name(presence), self.0.cell(self.1, presence));
        serializer.collect_map(Presence::ALL.map(cell))
    }
}

/// The states of a room's signals at one instant: those that are known, devices by id, then kind.
#[derive(Debug, Clone, Serialize)]
pub struct StatesView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    stay: Option<HeldView<'a>>,
    devices: Vec<DeviceStateView<'a>>,
    presence: Vec<SensorStateView<'a>>,
}

impl<'a> StatesView<'a> {
    /// The states at the end of a report's day.
    pub fn closing(report: &'a RoomReport) -> Self {
        Self::new(
            report.stay.as_ref(),
            report.devices.iter().map(|device| (&device.device, &device.closing)),
            report.presence.iter().map(|(sensor, held)| (sensor, held)),
        )
    }

    /// The states as they are carried from one day to the next.
    pub fn of(states: &'a RoomStates) -> Self {
        Self::new(states.stay.as_ref(), &states.devices, &states.presence)
    }

    fn new(
        stay: Option<&'a Held>,
        devices: impl IntoIterator<Item = (&'a Device, &'a HeldByDevice)>,
        presence: impl IntoIterator<Item = (&'a DeviceId, &'a Held)>,
    ) -> Self {
        let device = |(device, state): (&'a Device, &'a HeldByDevice)| DeviceStateView {
            device_id: device.id.as_str(),
            device_kind: device.kind.as_str(),
            state: state.held.state.as_str(),
            since: Text(state.held.since),
            seen: Text(state.seen),
        };
        let sensor = |(sensor, held): (&'a DeviceId, &'a Held)| SensorStateView {
            device_id: sensor.as_str(),
            state: held.state.as_str(),
            since: Text(held.since),
        };
        Self {
            stay: stay.map(|held| HeldView { state: held.state.as_str(), since: Text(held.since) }),
            devices: devices.into_iter().map(device).collect(),
            presence: presence.into_iter().map(sensor).collect(),
        }
    }
}

/// The sums of one group; `occupancy` is left out of a device kind's.
#[derive(Debug, Clone, Serialize)]
pub struct GroupView {
    key: String,
    reports: u64,
    totals: TotalsView,
    #[serde(skip_serializing_if = "Option::is_none")]
    occupancy: Option<OccupancyView>,
}

impl GroupView {
    /// Of one group.
    pub fn of(group: &Group) -> Self {
        Self {
            key: group.key.to_string(),
            reports: group.reports,
            totals: TotalsView::of(&group.totals),
            occupancy: group.occupancy.as_ref().map(OccupancyView::of),
        }
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
        }
        let Self(group) = self;
        let shown = Shown {
            key: Text(&group.key),
            current: PeriodView::of(&group.current),
            baseline: PeriodView::of(&group.baseline),
            change: ChangesView(group),
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
}

impl<'a> PeriodView<'a> {
    fn of(sums: &'a PeriodSums) -> Self {
        Self {
            reports: sums.reports,
            days: sums.days,
            totals: TotalsView::of(&sums.totals),
            per_day: AveragesView(sums),
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
    intervals: Vec<IntervalView<'a>>,
    transitions: Vec<TransitionView<'a>>,
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

impl<'a> SignalView<'a> {
    fn of(history: &'a SignalHistory) -> Self {
        let (signal, device_id, device_kind) = match &history.signal {
            Signal::Device(device) => {
                ("device", Some(device.id.as_str()), Some(device.kind.as_str()))
            }
            Signal::Presence(sensor) => {
                ("presence", Some(sensor.as_str()), Some(DeviceKind::PRESENCE))
            }
            Signal::Stay => ("stay", None, None),
        };
        let intervals = history.intervals.iter().map(|interval| IntervalView {
            state: interval.state.as_str(),
            from: Text(interval.from),
            to: Text(interval.to),
        });
        let transitions = history.transitions.iter().map(|transition| TransitionView {
            at: Text(transition.at),
            state: transition.state.as_str(),
        });
        Self {
            signal,
            device_id,
            device_kind,
            intervals: intervals.collect(),
            transitions: transitions.collect(),
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
    quality: QualityView,
}

impl<'a> DeviceView<'a> {
    fn of(report: &'a DeviceReport) -> Self {
        Self {
            device_id: report.device.id.as_str(),
            device_kind: report.device.kind.as_str(),
            activations: report.activations,
            usage: report.usage.iter().map(UsageView::of).collect(),
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
    energy_wh: Option<Figure>,
    during: OccupancyView,
}

impl<'a> UsageView<'a> {
    fn of(usage: &'a Usage) -> Self {
        Self {
            state: usage.state.as_str(),
            duration_ms: usage.duration(),
            assumed_ms: usage.assumed,
            energy_wh: usage.energy().map(|energy| Figure::WattHours(energy.watt_hours())),
            during: OccupancyView::of(&usage.during),
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

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct DeviceStateView<'a> {
    device_id: &'a str,
    device_kind: &'a str,
    state: &'a str,
    since: Text<Instant>,
    seen: Text<Instant>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct SensorStateView<'a> {
    device_id: &'a str,
    state: &'a str,
    since: Text<Instant>,
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
        Self {
            usage_ms: figures.usage,
            waste_ms: figures.waste,
            energy_wh: Figure::WattHours(figures.energy.watt_hours()),
        }
    }
}
