//! The body of a stored report: CBOR with numbered fields.
//!
//! Reports are the largest and the most often written records, so they are kept small: what
//! follows from other figures (totals, energies) is left out, a field's name is its number, and
//! most cells are a zero byte. A usual room of ten devices stays within 1 KB, one write unit,
//! where the same report as attributes takes three. Fields are only ever added.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};
use roomwatt_domain::closed::Figures;
use roomwatt_domain::{
    BusinessDate, ClosedReport, Device, DeviceId, DeviceKind, DeviceReport, Energy, Held,
    HeldByDevice, Instant, Milliwatts, Occupancy, PerKwh, Quality, Revision, RoomId, RoomReport,
    State, Tariff, Usage, Window,
};

use crate::error::{Result, StoreError};

#[derive(Encode, Decode)]
struct Body<'b> {
    #[n(0)]
    closed_at: i64,
    #[n(1)]
    occupancy: [i64; 9],
    #[b(2)]
    devices: Vec<DeviceBody<'b>>,
    #[b(3)]
    stay: Option<HeldBody<'b>>,
    #[b(4)]
    presence: Vec<SensorBody<'b>>,
    #[n(5)]
    price: Option<u64>,
    #[n(6)]
    co2e: Option<u64>,
    #[n(7)]
    revisions: Option<Vec<RevisionBody>>,
    /// The window's start, from 00:00 UTC of the date, and its length.
    #[n(8)]
    window: [i64; 2],
}

#[derive(Encode, Decode)]
struct DeviceBody<'b> {
    #[b(0)]
    id: &'b str,
    #[b(1)]
    kind: &'b str,
    #[n(2)]
    activations: u64,
    #[b(3)]
    usage: Vec<UsageBody<'b>>,
    #[n(4)]
    missing_starts: u64,
    #[n(5)]
    missing_ends: u64,
    #[n(6)]
    unconfirmed: i64,
    #[b(7)]
    closing: HeldBody<'b>,
    #[n(8)]
    seen: i64,
}

#[derive(Encode, Decode)]
struct UsageBody<'b> {
    #[b(0)]
    state: &'b str,
    #[n(1)]
    during: [i64; 9],
    #[n(2)]
    assumed: i64,
    #[n(3)]
    milliwatts: Option<u64>,
}

#[derive(Encode, Decode)]
struct HeldBody<'b> {
    #[b(0)]
    state: &'b str,
    #[n(1)]
    since: i64,
}

#[derive(Encode, Decode)]
struct SensorBody<'b> {
    #[b(0)]
    id: &'b str,
    #[b(1)]
    closing: HeldBody<'b>,
}

#[derive(Encode, Decode)]
struct RevisionBody {
    #[n(0)]
    revision: u32,
    #[n(1)]
    at: i64,
    #[n(2)]
    before: FiguresBody,
    #[n(3)]
    after: FiguresBody,
}

#[derive(Encode, Decode)]
struct FiguresBody {
    #[n(0)]
    usage: i64,
    #[n(1)]
    waste: i64,
    /// Decimal digits: energies are wider than the format's integers.
    #[n(2)]
    energy: String,
}

/// The report's bytes; its room, date and revision are attributes of the record.
pub(crate) fn encode(closed: &ClosedReport) -> Result<Vec<u8>> {
    let report = &closed.report;
    let body = Body {
        closed_at: closed.closed_at.as_millis(),
        occupancy: report.occupancy.cells(),
        devices: report.devices.iter().map(device_body).collect(),
        stay: report.stay.as_ref().map(held_body),
        presence: report
            .presence
            .iter()
            .map(|(id, held)| SensorBody { id: id.as_str(), closing: held_body(held) })
            .collect(),
        price: report.tariff.price.map(PerKwh::millionths),
        co2e: report.tariff.co2e.map(PerKwh::millionths),
        revisions: (!closed.revisions.is_empty())
            .then(|| closed.revisions.iter().map(revision_body).collect()),
        window: [closed.window.start - closed.date.midnight_utc(), closed.window.length()],
    };
    minicbor::to_vec(body).map_err(|error| StoreError::corrupt(REPORT, error))
}

/// Reads what [`encode`] wrote.
pub(crate) fn decode(
    room: RoomId,
    date: BusinessDate,
    revision: u32,
    bytes: &[u8],
) -> Result<ClosedReport> {
    let body: Body<'_> =
        minicbor::decode(bytes).map_err(|error| StoreError::corrupt(REPORT, error))?;
    let report = RoomReport {
        occupancy: Occupancy::from_cells(body.occupancy),
        devices: body.devices.iter().map(device).collect::<Result<_>>()?,
        stay: body.stay.as_ref().map(held).transpose()?,
        presence: body
            .presence
            .iter()
            .map(|sensor| Ok((name(DeviceId::new(sensor.id))?, held(&sensor.closing)?)))
            .collect::<Result<BTreeMap<_, _>>>()?
            .into_iter()
            .collect(),
        tariff: Tariff {
            price: body.price.map(PerKwh::from_millionths),
            co2e: body.co2e.map(PerKwh::from_millionths),
        },
    };
    let [start, length] = body.window;
    let start = date.midnight_utc() + start;
    Ok(ClosedReport {
        room,
        date,
        window: Window { start, end: start + length },
        revision,
        closed_at: Instant::from_millis(body.closed_at),
        report,
        revisions: body
            .revisions
            .unwrap_or_default()
            .iter()
            .map(self::revision)
            .collect::<Result<_>>()?,
    })
}

const REPORT: &str = "report";

fn device_body(device: &DeviceReport) -> DeviceBody<'_> {
    DeviceBody {
        id: device.device.id.as_str(),
        kind: device.device.kind.as_str(),
        activations: device.activations,
        usage: device
            .usage
            .iter()
            .map(|usage| UsageBody {
                state: usage.state.as_str(),
                during: usage.during.cells(),
                assumed: usage.assumed,
                milliwatts: usage.rating.map(Milliwatts::get),
            })
            .collect(),
        missing_starts: device.quality.missing_starts,
        missing_ends: device.quality.missing_ends,
        unconfirmed: device.quality.unconfirmed,
        closing: held_body(&device.closing.held),
        seen: device.closing.seen.as_millis(),
    }
}

fn held_body(held: &Held) -> HeldBody<'_> {
    HeldBody { state: held.state.as_str(), since: held.since.as_millis() }
}

fn revision_body(revision: &Revision) -> RevisionBody {
    let figures = |figures: &Figures| FiguresBody {
        usage: figures.usage,
        waste: figures.waste,
        energy: figures.energy.exact().to_string(),
    };
    RevisionBody {
        revision: revision.revision,
        at: revision.at.as_millis(),
        before: figures(&revision.before),
        after: figures(&revision.after),
    }
}

fn device(body: &DeviceBody<'_>) -> Result<DeviceReport> {
    let usage = body.usage.iter().map(|usage| {
        Ok(Usage {
            state: name(State::new(usage.state))?,
            during: Occupancy::from_cells(usage.during),
            assumed: usage.assumed,
            rating: usage.milliwatts.map(Milliwatts::new),
        })
    });
    Ok(DeviceReport {
        device: Device {
            id: name(DeviceId::new(body.id))?,
            kind: name(DeviceKind::new(body.kind))?,
        },
        activations: body.activations,
        usage: usage.collect::<Result<_>>()?,
        quality: Quality {
            missing_starts: body.missing_starts,
            missing_ends: body.missing_ends,
            unconfirmed: body.unconfirmed,
        },
        closing: HeldByDevice { held: held(&body.closing)?, seen: Instant::from_millis(body.seen) },
    })
}

fn held(body: &HeldBody<'_>) -> Result<Held> {
    Ok(Held { state: name(State::new(body.state))?, since: Instant::from_millis(body.since) })
}

fn revision(body: &RevisionBody) -> Result<Revision> {
    let figures = |figures: &FiguresBody| {
        let energy = figures.energy.parse().map_err(|error| StoreError::corrupt(REPORT, error))?;
        Ok(Figures {
            usage: figures.usage,
            waste: figures.waste,
            energy: Energy::from_exact(energy),
        })
    };
    Ok(Revision {
        revision: body.revision,
        at: Instant::from_millis(body.at),
        before: figures(&body.before)?,
        after: figures(&body.after)?,
    })
}

fn name<T>(name: std::result::Result<T, roomwatt_domain::name::InvalidName>) -> Result<T> {
    name.map_err(|error| StoreError::corrupt(REPORT, error))
}
