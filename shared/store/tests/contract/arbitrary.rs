//! Any report there can be, sensible or not: whatever it says has to come back.

use proptest::array::{uniform3, uniform5, uniform6, uniform9};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use roomwatt_domain::closed::Figures;
use roomwatt_domain::{
    Avoidable, Bill, Charge, ClosedReport, ConfirmedWaste, CounterBase, Counters, Device, DeviceId,
    DeviceKind, DeviceReport, Energy, EnergyByCell, Held, HeldByDevice, HeldBySensor, HeldOfDevice,
    Instant, Known, Measured, MeasuredTotals, MeterReport, MeteredUse, MilliwattHours, Milliwatts,
    NightSums, Nights, Occupancy, PerKwh, PowerReading, Price, Pricing, Quality, Rates, ReportSums,
    Revision, RoomReport, State, Totals, Usage, UseCharges, Waste, Window,
};
use roomwatt_store::StoredReport;

use crate::lakeside::{TODAY, date, room};

fn instant() -> impl Strategy<Value = Instant> {
    any::<i64>().prop_map(Instant::from_millis)
}

fn id() -> impl Strategy<Value = DeviceId> {
    "[A-Za-z0-9._-]{0,63}[A-Za-z0-9_-]".prop_map(|id| DeviceId::new(&id).unwrap())
}

fn device() -> impl Strategy<Value = Device> {
    let kind = "[A-Za-z0-9._-]{0,63}[A-Za-z0-9_-]".prop_map(|kind| DeviceKind::new(&kind).unwrap());
    (id(), kind).prop_map(|(id, kind)| Device { id, kind })
}

fn state() -> impl Strategy<Value = State> {
    "[A-Z0-9_-]{1,32}".prop_map(|state| State::new(&state).unwrap())
}

/// Sums are told in several ways, by their size.
fn amount() -> impl Strategy<Value = i128> {
    let edges = [0, -1, i128::from(i64::MAX), i128::from(i64::MIN), i128::MAX, i128::MIN];
    let edge = (select(edges.to_vec()), -1..=1_i128).prop_map(|(edge, by)| edge.wrapping_add(by));
    let digits = (any::<i128>(), 0..127_u32).prop_map(|(amount, places)| amount >> places);
    prop_oneof![1 => Just(0), 1 => edge, 3 => digits]
}

fn energy() -> impl Strategy<Value = Energy> {
    amount().prop_map(Energy::from_exact)
}

fn charge() -> impl Strategy<Value = Charge> {
    amount().prop_map(Charge::from_exact)
}

fn times() -> impl Strategy<Value = Occupancy> {
    prop_oneof![
        1 => Just(Occupancy::default()),
        3 => uniform9(any::<i64>()).prop_map(Occupancy::from_cells),
    ]
}

fn energies() -> impl Strategy<Value = EnergyByCell> {
    prop_oneof![
        1 => Just(EnergyByCell::default()),
        3 => uniform9(energy()).prop_map(EnergyByCell::from_cells),
    ]
}

fn bill() -> impl Strategy<Value = Bill> {
    (charge(), energy(), charge()).prop_map(|(cost, unpriced, co2e)| Bill { cost, unpriced, co2e })
}

fn metered_use() -> impl Strategy<Value = Box<MeteredUse>> {
    (any::<i64>(), energy(), any::<i64>(), energies(), energies()).prop_map(
        |(measured, measured_energy, unrated, energy, assumed_energy)| {
            Box::new(MeteredUse { measured, measured_energy, unrated, energy, assumed_energy })
        },
    )
}

fn charges() -> impl Strategy<Value = Box<UseCharges>> {
    (bill(), uniform3(charge()), uniform3(charge())).prop_map(|(bill, waste, assumed_waste)| {
        Box::new(UseCharges { bill, waste, assumed_waste })
    })
}

fn usage() -> impl Strategy<Value = Usage> {
    let rating = option::of(any::<u64>().prop_map(Milliwatts::new));
    let avoidable = select(Avoidable::ALL.to_vec());
    let exact = (option::of(metered_use()), option::of(charges()));
    (state(), times(), times(), rating, avoidable, exact).prop_map(
        |(state, during, assumed, rating, avoidable, (metered, charges))| Usage {
            state,
            during,
            assumed,
            rating,
            avoidable,
            metered,
            charges,
        },
    )
}

fn measured() -> impl Strategy<Value = Box<Measured>> {
    (energy(), energy(), any::<[u64; 3]>(), bill(), bill()).prop_map(
        |(standby, unplaced, [resets, roll_backs, jumps], standby_bill, unplaced_bill)| {
            Box::new(Measured {
                standby,
                unplaced,
                resets,
                roll_backs,
                jumps,
                standby_bill,
                unplaced_bill,
            })
        },
    )
}

fn held() -> impl Strategy<Value = Held> {
    (state(), instant()).prop_map(|(state, since)| Held { state, since })
}

fn held_by_device() -> impl Strategy<Value = HeldByDevice> {
    (held(), instant()).prop_map(|(held, seen)| HeldByDevice { held, seen })
}

fn counter() -> impl Strategy<Value = CounterBase> {
    (instant(), any::<u64>(), energy()).prop_map(|(at, value, debt)| CounterBase {
        at,
        value: MilliwattHours::new(value),
        debt,
    })
}

fn power() -> impl Strategy<Value = PowerReading> {
    let power = any::<u64>().prop_map(Milliwatts::new);
    (instant(), power).prop_map(|(at, power)| PowerReading { at, power })
}

fn device_report() -> impl Strategy<Value = DeviceReport> {
    let quality = (any::<u64>(), any::<u64>(), any::<i64>()).prop_map(
        |(missing_starts, missing_ends, unconfirmed)| Quality {
            missing_starts,
            missing_ends,
            unconfirmed,
        },
    );
    let closing = (
        option::of(held_by_device()),
        option::of(counter().prop_map(Box::new)),
        option::of(power()),
    )
        .prop_map(|(state, counter, power)| HeldOfDevice { state, counter, power });
    (device(), any::<u64>(), vec(usage(), 0..4), option::of(measured()), quality, closing).prop_map(
        |(device, activations, usage, measured, quality, closing)| DeviceReport {
            device,
            activations,
            usage,
            measured,
            quality,
            closing,
        },
    )
}

/// A meter has no state.
fn meter() -> impl Strategy<Value = MeterReport> {
    let closing = (option::of(counter().prop_map(Box::new)), option::of(power()))
        .prop_map(|(counter, power)| HeldOfDevice { state: None, counter, power });
    (id(), energies(), energy(), closing).prop_map(|(id, during, unplaced, closing)| MeterReport {
        id,
        during,
        unplaced,
        closing,
    })
}

fn pricing() -> impl Strategy<Value = Pricing> {
    let per_kwh = || any::<u64>().prop_map(PerKwh::from_millionths);
    let price =
        prop_oneof![Just(Price::Unknown), Just(Price::NotYet), per_kwh().prop_map(Price::PerKwh)];
    let flat = (price, option::of(per_kwh()))
        .prop_map(|(price, co2e)| Pricing::Flat(Rates { price, co2e }));
    let in_time = any::<[bool; 3]>().prop_map(|[priced, unpriced, emitting]| {
        Pricing::InTime(Known { priced, unpriced, emitting })
    });
    prop_oneof![flat, in_time]
}

fn room_report() -> impl Strategy<Value = RoomReport> {
    let sensor = (held(), option::of(instant()))
        .prop_map(|(held, night_hold)| HeldBySensor { held, night_hold });
    (
        times(),
        vec(device_report(), 0..6),
        vec(meter(), 0..3),
        option::of(held()),
        btree_map(id(), sensor, 0..4),
        option::of(instant()),
        pricing(),
    )
        .prop_map(|(occupancy, devices, meters, stay, presence, heard, pricing)| RoomReport {
            occupancy,
            devices,
            meters,
            stay,
            presence: presence.into_iter().collect(),
            heard,
            pricing,
        })
}

fn revision() -> impl Strategy<Value = Revision> {
    let figures = || {
        (any::<i64>(), any::<i64>(), energy()).prop_map(|(usage, waste, energy)| Figures {
            usage,
            waste,
            energy,
        })
    };
    (any::<u32>(), instant(), figures(), figures())
        .prop_map(|(revision, at, before, after)| Revision { revision, at, before, after })
}

/// Any report there can be, of [`TODAY`].
pub(crate) fn any_report() -> impl Strategy<Value = StoredReport> {
    let room = "[A-Za-z0-9._-]{0,63}[A-Za-z0-9_-]".prop_map(|id| room(&id));
    // Of any day there ever was, and of any length.
    let window = (-200_000_000_i64..200_000_000, 1_i64..200_000_000).prop_map(|(start, length)| {
        let start = date(TODAY).midnight_utc() + start;
        Window { start, end: start + length }
    });
    let first = (room, any::<u32>(), instant());
    let closed = (first, window, room_report(), vec(revision(), 0..=10)).prop_map(
        |((room, revision, closed_at), window, report, revisions)| ClosedReport {
            room,
            date: date(TODAY),
            window,
            revision,
            closed_at,
            report,
            revisions,
        },
    );
    (closed, any::<[u64; 3]>(), any::<bool>()).prop_map(
        |(closed, [terms, fence, writes], pending)| StoredReport {
            closed,
            terms,
            fence,
            writes,
            pending,
        },
    )
}

fn totals() -> impl Strategy<Value = Totals> {
    let times = uniform9(any::<i64>());
    let energies = uniform9(energy());
    let charges = (option::of(charge()), option::of(charge()), option::of(charge()));
    let optional = (option::of(charge()), option::of(energy()), option::of(measured_totals()));
    (times, energies, charges, optional, any::<(u64, u64)>()).prop_map(
        |(
            times,
            energies,
            (cost, waste_cost, assumed_waste_cost),
            (co2e, unpriced, measured),
            ends,
        )| {
            let [
                usage,
                waste,
                waste_unsold,
                unsold,
                assumed,
                assumed_waste,
                unrated,
                unconfirmed,
                _,
            ] = times;
            let [energy, of_waste, of_waste_unsold, of_unsold, of_assumed, of_assumed_waste, ..] =
                energies;
            Totals {
                usage,
                waste: Waste { waste, waste_unsold, unsold },
                assumed,
                assumed_waste,
                unrated,
                energy,
                waste_energy: of_waste,
                waste_unsold_energy: of_waste_unsold,
                unsold_energy: of_unsold,
                assumed_energy: of_assumed,
                assumed_waste_energy: of_assumed_waste,
                cost,
                waste_cost,
                assumed_waste_cost,
                co2e,
                unpriced,
                measured,
                quality: Quality { missing_starts: ends.0, missing_ends: ends.1, unconfirmed },
            }
        },
    )
}

fn measured_totals() -> impl Strategy<Value = MeasuredTotals> {
    (any::<i64>(), uniform3(energy())).prop_map(|(usage, [energy, standby, unplaced])| {
        MeasuredTotals { usage, energy, standby, unplaced }
    })
}

/// Any sums of reports.
pub(crate) fn sums() -> impl Strategy<Value = ReportSums> {
    let waste =
        (energy(), option::of(charge())).prop_map(|(energy, cost)| ConfirmedWaste { energy, cost });
    let nights = (uniform5(any::<u64>()), energy(), energy());
    let counts = (uniform6(any::<u64>()), any::<bool>(), any::<i64>());
    (totals(), uniform3(waste), times(), nights, counts).prop_map(
        |(totals, confirmed_waste, occupancy, nights, (counts, heard, unsold_waste))| {
            let [reports, unpriced, unfactored, revised, resets, disbelieved] = counts;
            let ([sold, unsold, unknown, sold_priced, sold_emitting], sold_energy, unsold_energy) =
                nights;
            ReportSums {
                reports,
                unpriced,
                unfactored,
                revised,
                heard,
                totals,
                unsold_waste,
                confirmed_waste,
                occupancy,
                nights: NightSums {
                    nights: Nights { sold, unsold, unknown },
                    sold_energy,
                    unsold_energy,
                    sold_priced,
                    sold_emitting,
                },
                counters: Counters { resets, disbelieved },
            }
        },
    )
}
