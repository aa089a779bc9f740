//! The body of a stored report: CBOR with numbered fields.
//!
//! Reports are the largest and the most often written records, so they are kept small: what
//! follows from other figures (totals, and energies and charges where one rating, price and factor
//! give them) is left out, a field's name is its number, most cells are a zero byte, and instants
//! are told from 00:00 UTC of the report's date, or from one beside them that mostly is the same. A
//! usual room of ten devices stays within 1 KB, one write unit, where the same report as attributes
//! takes three. Fields are only ever added.

mod amount;
pub(crate) mod months;

use minicbor::{Decode, Encode};
use roomwatt_domain::closed::Figures;
use roomwatt_domain::tariff::Known;
use roomwatt_domain::{
    Avoidable, Bill, BusinessDate, Cells, Charge, ClosedReport, CounterBase, Device, DeviceId,
    DeviceKind, DeviceReport, Energy, EnergyByCell, Held, HeldByDevice, HeldBySensor, HeldOfDevice,
    Instant, Measured, MeterReport, MeteredUse, MilliwattHours, Milliwatts, Occupancy, PerKwh,
    PowerReading, Price, Pricing, Quality, Rates, Revision, RoomId, RoomReport, State, Usage,
    UseCharges, Window,
};

use crate::error::{Result, StoreError};
use amount::Exact;

#[derive(Encode, Decode)]
struct Body<'b> {
    #[n(0)]
    closed_at: i64,
    /// Start and length.
    #[n(1)]
    window: [i64; 2],
    #[n(2)]
    occupancy: [i64; 9],
    #[b(3)]
    devices: Vec<DeviceBody<'b>>,
    #[b(4)]
    stay: Option<HeldBody<'b>>,
    #[b(5)]
    presence: Vec<SensorBody<'b>>,
    #[n(6)]
    heard: Option<i64>,
    #[n(7)]
    price: Option<u64>,
    #[n(8)]
    co2e: Option<u64>,
    /// How the charges are known, where that is not by price and factor: [`pricing_flags`].
    #[n(9)]
    pricing: Option<u8>,
    #[n(10)]
    revisions: Option<Vec<RevisionBody>>,
    #[b(11)]
    meters: Option<Vec<MeterBody<'b>>>,
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
    closing: Option<HeldBody<'b>>,
    /// From `closing.since` on: mostly a zero byte.
    #[n(8)]
    seen: Option<i64>,
    #[n(9)]
    counter: Option<CounterBody>,
    #[n(10)]
    power: Option<PowerBody>,
    #[n(11)]
    measured: Option<MeasuredBody>,
}

#[derive(Encode, Decode)]
struct UsageBody<'b> {
    #[b(0)]
    state: &'b str,
    #[n(1)]
    during: [i64; 9],
    #[n(2)]
    milliwatts: Option<u64>,
    /// Absent where all is confirmed.
    #[n(3)]
    assumed: Option<[i64; 9]>,
    /// Absent where it is [`Avoidable::Vacant`].
    #[n(4)]
    avoidable: Option<u8>,
    #[n(5)]
    metered: Option<MeteredBody>,
    #[n(6)]
    charges: Option<ChargesBody>,
}

#[derive(Encode, Decode)]
struct MeteredBody {
    #[n(0)]
    measured: i64,
    #[n(1)]
    measured_energy: Amount,
    #[n(2)]
    unrated: i64,
    #[n(3)]
    energy: [Amount; 9],
    /// Absent where there is none.
    #[n(4)]
    assumed_energy: Option<[Amount; 9]>,
}

#[derive(Encode, Decode)]
struct ChargesBody {
    #[n(0)]
    bill: BillBody,
    #[n(1)]
    waste: [Amount; 3],
    #[n(2)]
    assumed_waste: [Amount; 3],
}

#[derive(Encode, Decode)]
struct BillBody {
    #[n(0)]
    cost: Amount,
    #[n(1)]
    unpriced: Amount,
    #[n(2)]
    co2e: Amount,
}

#[derive(Encode, Decode)]
struct MeasuredBody {
    #[n(0)]
    standby: Amount,
    #[n(1)]
    unplaced: Amount,
    #[n(2)]
    resets: u64,
    #[n(3)]
    roll_backs: u64,
    #[n(4)]
    jumps: u64,
    #[n(5)]
    standby_bill: Option<BillBody>,
    #[n(6)]
    unplaced_bill: Option<BillBody>,
}

#[derive(Encode, Decode)]
struct MeterBody<'b> {
    #[b(0)]
    id: &'b str,
    #[n(1)]
    during: [Amount; 9],
    #[n(2)]
    unplaced: Amount,
    #[n(3)]
    counter: Option<CounterBody>,
    #[n(4)]
    power: Option<PowerBody>,
}

#[derive(Encode, Decode)]
struct CounterBody {
    #[n(0)]
    at: i64,
    #[n(1)]
    milliwatt_hours: u64,
    #[n(2)]
    debt: Amount,
}

#[derive(Encode, Decode)]
struct PowerBody {
    #[n(0)]
    at: i64,
    #[n(1)]
    milliwatts: u64,
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
    #[n(2)]
    night_hold: Option<i64>,
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
    #[n(2)]
    energy: Amount,
}

type Amount = Exact<false>;

/// The report's bytes; its room, date and revision are attributes of the record.
pub(crate) fn encode(closed: &ClosedReport) -> Result<Vec<u8>> {
    let (report, clock) = (&closed.report, Clock::of(closed.date));
    let (price, co2e) = match report.pricing {
        Pricing::Flat(Rates { price: Price::PerKwh(price), co2e }) => (Some(price), co2e),
        Pricing::Flat(Rates { co2e, .. }) => (None, co2e),
        Pricing::InTime(_) => (None, None),
    };
    let meters = report.meters.iter().map(|meter| clock.meter_body(meter));
    let body = Body {
        closed_at: clock.told(closed.closed_at),
        window: [clock.told(closed.window.start), closed.window.length()],
        occupancy: report.occupancy.cells(),
        devices: report.devices.iter().map(|device| clock.device_body(device)).collect(),
        stay: report.stay.as_ref().map(|held| clock.held_body(held)),
        presence: report
            .presence
            .iter()
            .map(|(id, sensor)| SensorBody {
                id: id.as_str(),
                closing: clock.held_body(&sensor.held),
                night_hold: sensor.night_hold.map(|until| clock.told(until)),
            })
            .collect(),
        heard: report.heard.map(|heard| clock.told(heard)),
        price: price.map(PerKwh::millionths),
        co2e: co2e.map(PerKwh::millionths),
        pricing: pricing_flags(report.pricing),
        revisions: (!closed.revisions.is_empty())
            .then(|| closed.revisions.iter().map(|it| clock.revision_body(it)).collect()),
        meters: (!report.meters.is_empty()).then(|| meters.collect()),
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
    let clock = Clock::of(date);
    let sensor = |sensor: &SensorBody<'_>| {
        let night_hold = sensor.night_hold.map(|until| clock.at(until));
        Ok((
            name(DeviceId::kept(sensor.id))?,
            HeldBySensor { held: clock.held(&sensor.closing)?, night_hold },
        ))
    };
    let report = RoomReport {
        occupancy: Occupancy::from_cells(body.occupancy),
        devices: body.devices.iter().map(|device| clock.device(device)).collect::<Result<_>>()?,
        meters: body
            .meters
            .unwrap_or_default()
            .iter()
            .map(|meter| clock.meter(meter))
            .collect::<Result<_>>()?,
        stay: body.stay.as_ref().map(|held| clock.held(held)).transpose()?,
        presence: body.presence.iter().map(sensor).collect::<Result<_>>()?,
        heard: body.heard.map(|heard| clock.at(heard)),
        pricing: pricing(body.price, body.co2e, body.pricing),
    };
    let [start, length] = body.window;
    let start = clock.at(start);
    Ok(ClosedReport {
        room,
        date,
        window: Window { start, end: start + length },
        revision,
        closed_at: clock.at(body.closed_at),
        report,
        revisions: body
            .revisions
            .unwrap_or_default()
            .iter()
            .map(|revision| clock.revision(revision))
            .collect(),
    })
}

const REPORT: &str = "report";

const NOT_YET: u8 = 1;
const IN_TIME: u8 = 2;
const PRICED: u8 = 4;
const UNPRICED: u8 = 8;
const EMITTING: u8 = 16;

fn pricing_flags(pricing: Pricing) -> Option<u8> {
    let flag = |flag, is_set| if is_set { flag } else { 0 };
    match pricing {
        Pricing::Flat(Rates { price: Price::NotYet, .. }) => Some(NOT_YET),
        Pricing::Flat(_) => None,
        Pricing::InTime(Known { priced, unpriced, emitting }) => Some(
            IN_TIME | flag(PRICED, priced) | flag(UNPRICED, unpriced) | flag(EMITTING, emitting),
        ),
    }
}

fn pricing(price: Option<u64>, co2e: Option<u64>, flags: Option<u8>) -> Pricing {
    let flags = flags.unwrap_or(0);
    let is_set = |flag| flags & flag != 0;
    if is_set(IN_TIME) {
        return Pricing::InTime(Known {
            priced: is_set(PRICED),
            unpriced: is_set(UNPRICED),
            emitting: is_set(EMITTING),
        });
    }
    let price = match price {
        Some(price) => Price::PerKwh(PerKwh::from_millionths(price)),
        None if is_set(NOT_YET) => Price::NotYet,
        None => Price::Unknown,
    };
    Pricing::Flat(Rates { price, co2e: co2e.map(PerKwh::from_millionths) })
}

/// Tells instants from 00:00 UTC of the report's date, and reads them again.
#[derive(Clone, Copy)]
struct Clock {
    midnight: Instant,
}

impl Clock {
    fn of(date: BusinessDate) -> Self {
        Self { midnight: date.midnight_utc() }
    }

    fn told(self, at: Instant) -> i64 {
        after(self.midnight, at)
    }

    fn at(self, told: i64) -> Instant {
        Instant::from_millis(told.wrapping_add(self.midnight.as_millis()))
    }

    fn device_body(self, device: &DeviceReport) -> DeviceBody<'_> {
        let state = device.closing.state.as_ref();
        DeviceBody {
            id: device.device.id.as_str(),
            kind: device.device.kind.as_str(),
            activations: device.activations,
            usage: device.usage.iter().map(usage_body).collect(),
            missing_starts: device.quality.missing_starts,
            missing_ends: device.quality.missing_ends,
            unconfirmed: device.quality.unconfirmed,
            closing: state.map(|state| self.held_body(&state.held)),
            seen: state.map(|state| after(state.held.since, state.seen)),
            counter: device.closing.counter.as_deref().map(|it| self.counter_body(it)),
            power: device.closing.power.as_ref().map(|it| self.power_body(it)),
            measured: device.measured.as_deref().map(measured_body),
        }
    }

    fn device(self, body: &DeviceBody<'_>) -> Result<DeviceReport> {
        let state = match (&body.closing, body.seen) {
            (Some(held), Some(seen)) => {
                let held = self.held(held)?;
                let seen = Instant::from_millis(held.since.as_millis().wrapping_add(seen));
                Some(HeldByDevice { held, seen })
            }
            (None, None) => None,
            _ => return Err(StoreError::corrupt(REPORT, "a device has half a closing state")),
        };
        Ok(DeviceReport {
            device: Device {
                id: name(DeviceId::kept(body.id))?,
                kind: name(DeviceKind::kept(body.kind))?,
            },
            activations: body.activations,
            usage: body.usage.iter().map(usage).collect::<Result<_>>()?,
            measured: body.measured.as_ref().map(measured).map(Box::new),
            quality: Quality {
                missing_starts: body.missing_starts,
                missing_ends: body.missing_ends,
                unconfirmed: body.unconfirmed,
            },
            closing: self.carried(state, body.counter.as_ref(), body.power.as_ref()),
        })
    }

    fn meter_body(self, meter: &MeterReport) -> MeterBody<'_> {
        MeterBody {
            id: meter.id.as_str(),
            during: meter.during.cells().map(Amount::from),
            unplaced: meter.unplaced.into(),
            counter: meter.closing.counter.as_deref().map(|it| self.counter_body(it)),
            power: meter.closing.power.as_ref().map(|it| self.power_body(it)),
        }
    }

    fn meter(self, body: &MeterBody<'_>) -> Result<MeterReport> {
        Ok(MeterReport {
            id: name(DeviceId::kept(body.id))?,
            during: energies(body.during),
            unplaced: body.unplaced.into(),
            closing: self.carried(None, body.counter.as_ref(), body.power.as_ref()),
        })
    }

    fn carried(
        self,
        state: Option<HeldByDevice>,
        counter: Option<&CounterBody>,
        power: Option<&PowerBody>,
    ) -> HeldOfDevice {
        HeldOfDevice {
            state,
            counter: counter.map(|counter| {
                Box::new(CounterBase {
                    at: self.at(counter.at),
                    value: MilliwattHours::new(counter.milliwatt_hours),
                    debt: counter.debt.into(),
                })
            }),
            power: power.map(|power| PowerReading {
                at: self.at(power.at),
                power: Milliwatts::new(power.milliwatts),
            }),
        }
    }

    fn counter_body(self, counter: &CounterBase) -> CounterBody {
        CounterBody {
            at: self.told(counter.at),
            milliwatt_hours: counter.value.get(),
            debt: counter.debt.into(),
        }
    }

    fn power_body(self, power: &PowerReading) -> PowerBody {
        PowerBody { at: self.told(power.at), milliwatts: power.power.get() }
    }

    fn held_body(self, held: &Held) -> HeldBody<'_> {
        HeldBody { state: held.state.as_str(), since: self.told(held.since) }
    }

    fn held(self, body: &HeldBody<'_>) -> Result<Held> {
        Ok(Held { state: name(State::new(body.state))?, since: self.at(body.since) })
    }

    fn revision_body(self, revision: &Revision) -> RevisionBody {
        let figures = |figures: &Figures| FiguresBody {
            usage: figures.usage,
            waste: figures.waste,
            energy: figures.energy.into(),
        };
        RevisionBody {
            revision: revision.revision,
            at: self.told(revision.at),
            before: figures(&revision.before),
            after: figures(&revision.after),
        }
    }

    fn revision(self, body: &RevisionBody) -> Revision {
        let figures = |figures: &FiguresBody| Figures {
            usage: figures.usage,
            waste: figures.waste,
            energy: figures.energy.into(),
        };
        Revision {
            revision: body.revision,
            at: self.at(body.at),
            before: figures(&body.before),
            after: figures(&body.after),
        }
    }
}

/// How long after one instant another is; any two can be told so.
fn after(one: Instant, other: Instant) -> i64 {
    other.as_millis().wrapping_sub(one.as_millis())
}

fn usage_body(usage: &Usage) -> UsageBody<'_> {
    let is_confirmed = usage.assumed == Occupancy::default();
    UsageBody {
        state: usage.state.as_str(),
        during: usage.during.cells(),
        milliwatts: usage.rating.map(Milliwatts::get),
        assumed: (!is_confirmed).then(|| usage.assumed.cells()),
        avoidable: match usage.avoidable {
            Avoidable::Vacant => None,
            Avoidable::Unsold => Some(1),
            Avoidable::Never => Some(2),
        },
        metered: usage.metered.as_deref().map(metered_body),
        charges: usage.charges.as_deref().map(|charges| ChargesBody {
            bill: bill_body(&charges.bill),
            waste: charges.waste.map(Amount::from),
            assumed_waste: charges.assumed_waste.map(Amount::from),
        }),
    }
}

fn usage(body: &UsageBody<'_>) -> Result<Usage> {
    Ok(Usage {
        state: name(State::new(body.state))?,
        during: Occupancy::from_cells(body.during),
        assumed: body.assumed.map(Occupancy::from_cells).unwrap_or_default(),
        rating: body.milliwatts.map(Milliwatts::new),
        avoidable: match body.avoidable {
            None => Avoidable::Vacant,
            Some(1) => Avoidable::Unsold,
            Some(2) => Avoidable::Never,
            Some(_) => return Err(StoreError::corrupt(REPORT, "a use is judged in no known way")),
        },
        metered: body.metered.as_ref().map(|metered| {
            Box::new(MeteredUse {
                measured: metered.measured,
                measured_energy: metered.measured_energy.into(),
                unrated: metered.unrated,
                energy: energies(metered.energy),
                assumed_energy: metered.assumed_energy.map(energies).unwrap_or_default(),
            })
        }),
        charges: body.charges.as_ref().map(|charges| {
            Box::new(UseCharges {
                bill: bill(&charges.bill),
                waste: charges.waste.map(Charge::from),
                assumed_waste: charges.assumed_waste.map(Charge::from),
            })
        }),
    })
}

fn metered_body(metered: &MeteredUse) -> MeteredBody {
    let is_confirmed = metered.assumed_energy == EnergyByCell::default();
    MeteredBody {
        measured: metered.measured,
        measured_energy: metered.measured_energy.into(),
        unrated: metered.unrated,
        energy: metered.energy.cells().map(Amount::from),
        assumed_energy: (!is_confirmed).then(|| metered.assumed_energy.cells().map(Amount::from)),
    }
}

fn measured_body(measured: &Measured) -> MeasuredBody {
    let told = |bill: &Bill| (*bill != Bill::default()).then(|| bill_body(bill));
    MeasuredBody {
        standby: measured.standby.into(),
        unplaced: measured.unplaced.into(),
        resets: measured.resets,
        roll_backs: measured.roll_backs,
        jumps: measured.jumps,
        standby_bill: told(&measured.standby_bill),
        unplaced_bill: told(&measured.unplaced_bill),
    }
}

fn measured(body: &MeasuredBody) -> Measured {
    Measured {
        standby: body.standby.into(),
        unplaced: body.unplaced.into(),
        resets: body.resets,
        roll_backs: body.roll_backs,
        jumps: body.jumps,
        standby_bill: body.standby_bill.as_ref().map(bill).unwrap_or_default(),
        unplaced_bill: body.unplaced_bill.as_ref().map(bill).unwrap_or_default(),
    }
}

fn bill_body(bill: &Bill) -> BillBody {
    BillBody { cost: bill.cost.into(), unpriced: bill.unpriced.into(), co2e: bill.co2e.into() }
}

fn bill(body: &BillBody) -> Bill {
    Bill { cost: body.cost.into(), unpriced: body.unpriced.into(), co2e: body.co2e.into() }
}

fn energies(amounts: [Amount; 9]) -> EnergyByCell {
    Cells::from_cells(amounts.map(Energy::from))
}

fn name<T>(name: std::result::Result<T, roomwatt_domain::name::InvalidName>) -> Result<T> {
    name.map_err(|error| StoreError::corrupt(REPORT, error))
}
