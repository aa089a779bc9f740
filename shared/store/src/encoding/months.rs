//! The body of a room's sums of a month: CBOR with numbered fields, most of them a zero byte, so that
//! a year of 300 rooms is read for some 150 units. Fields are only ever added.

use minicbor::{Decode, Encode};
use roomwatt_domain::{
    Charge, ConfirmedWaste, Counters, Energy, MeasuredTotals, NightSums, Nights, Occupancy,
    Quality, ReportSums, Totals, Waste,
};

use super::amount::Exact;
use crate::error::{Result, StoreError};

#[derive(Encode, Decode)]
struct Body {
    #[n(0)]
    reports: u64,
    #[n(1)]
    unpriced_reports: u64,
    #[n(2)]
    unfactored_reports: u64,
    #[n(3)]
    revised_reports: u64,
    #[n(4)]
    heard: bool,
    #[n(5)]
    occupancy: [i64; 9],
    /// Use, and its parts: waste, certain waste, unsold, assumed, assumed waste, unrated, confirmed
    /// waste while checked out.
    #[n(6)]
    times: [i64; 8],
    /// All energy, and its parts: of waste, of certain waste, unsold, assumed, of assumed waste.
    #[n(7)]
    energies: [Amount; 6],
    /// Energy of confirmed waste by stay.
    #[n(8)]
    confirmed: [Amount; 3],
    #[n(9)]
    missing_starts: u64,
    #[n(10)]
    missing_ends: u64,
    #[n(11)]
    unconfirmed: i64,
    /// Sold, unsold, unknown, sold with a price, sold with a factor.
    #[n(12)]
    nights: [u64; 5],
    /// Of sold and of unsold nights.
    #[n(13)]
    night_energies: [Amount; 2],
    #[n(14)]
    resets: u64,
    #[n(15)]
    disbelieved: u64,
    #[n(16)]
    cost: Option<Amount>,
    #[n(17)]
    waste_cost: Option<Amount>,
    #[n(18)]
    assumed_waste_cost: Option<Amount>,
    #[n(19)]
    co2e: Option<Amount>,
    #[n(20)]
    confirmed_costs: Option<[Option<Amount>; 3]>,
    #[n(21)]
    unpriced: Option<Amount>,
    #[n(22)]
    measured: Option<MeasuredBody>,
}

#[derive(Encode, Decode)]
struct MeasuredBody {
    #[n(0)]
    usage: i64,
    #[n(1)]
    energy: Amount,
    #[n(2)]
    standby: Amount,
    #[n(3)]
    unplaced: Amount,
}

/// A month's charges mostly take nine or ten bytes.
type Amount = Exact<true>;

pub(crate) fn encode(sums: &ReportSums) -> Result<Vec<u8>> {
    let ReportSums { totals, nights, .. } = sums;
    let costs = sums.confirmed_waste.map(|waste| waste.cost.map(Amount::from));
    let body = Body {
        reports: sums.reports,
        unpriced_reports: sums.unpriced,
        unfactored_reports: sums.unfactored,
        revised_reports: sums.revised,
        heard: sums.heard,
        occupancy: sums.occupancy.cells(),
        times: [
            totals.usage,
            totals.waste.waste,
            totals.waste.waste_unsold,
            totals.waste.unsold,
            totals.assumed,
            totals.assumed_waste,
            totals.unrated,
            sums.unsold_waste,
        ],
        energies: [
            totals.energy,
            totals.waste_energy,
            totals.waste_unsold_energy,
            totals.unsold_energy,
            totals.assumed_energy,
            totals.assumed_waste_energy,
        ]
        .map(Amount::from),
        confirmed: sums.confirmed_waste.map(|waste| waste.energy.into()),
        missing_starts: totals.quality.missing_starts,
        missing_ends: totals.quality.missing_ends,
        unconfirmed: totals.quality.unconfirmed,
        nights: [
            nights.nights.sold,
            nights.nights.unsold,
            nights.nights.unknown,
            nights.sold_priced,
            nights.sold_emitting,
        ],
        night_energies: [nights.sold_energy, nights.unsold_energy].map(Amount::from),
        resets: sums.counters.resets,
        disbelieved: sums.counters.disbelieved,
        cost: totals.cost.map(Amount::from),
        waste_cost: totals.waste_cost.map(Amount::from),
        assumed_waste_cost: totals.assumed_waste_cost.map(Amount::from),
        co2e: totals.co2e.map(Amount::from),
        confirmed_costs: costs.iter().any(Option::is_some).then_some(costs),
        unpriced: totals.unpriced.map(Amount::from),
        measured: totals.measured.map(|measured| MeasuredBody {
            usage: measured.usage,
            energy: measured.energy.into(),
            standby: measured.standby.into(),
            unplaced: measured.unplaced.into(),
        }),
    };
    minicbor::to_vec(body).map_err(|error| StoreError::corrupt(ROOM_MONTH, error))
}

/// Reads what [`encode`] wrote.
pub(crate) fn decode(bytes: &[u8]) -> Result<ReportSums> {
    let body: Body =
        minicbor::decode(bytes).map_err(|error| StoreError::corrupt(ROOM_MONTH, error))?;
    let [usage, waste, waste_unsold, unsold, assumed, assumed_waste, unrated, unsold_waste] =
        body.times;
    let [
        energy,
        waste_energy,
        waste_unsold_energy,
        unsold_energy,
        assumed_energy,
        assumed_waste_energy,
    ] = body.energies.map(Energy::from);
    let [sold, unsold_nights, unknown, sold_priced, sold_emitting] = body.nights;
    let [sold_night_energy, unsold_night_energy] = body.night_energies.map(Energy::from);
    let mut confirmed_waste = [ConfirmedWaste::default(); 3];
    let costs = body.confirmed_costs.unwrap_or_default();
    for ((waste, energy), cost) in confirmed_waste.iter_mut().zip(body.confirmed).zip(costs) {
        *waste = ConfirmedWaste { energy: energy.into(), cost: cost.map(Charge::from) };
    }
    Ok(ReportSums {
        reports: body.reports,
        unpriced: body.unpriced_reports,
        unfactored: body.unfactored_reports,
        revised: body.revised_reports,
        heard: body.heard,
        totals: Totals {
            usage,
            waste: Waste { waste, waste_unsold, unsold },
            assumed,
            assumed_waste,
            unrated,
            energy,
            waste_energy,
            waste_unsold_energy,
            unsold_energy,
            assumed_energy,
            assumed_waste_energy,
            cost: body.cost.map(Charge::from),
            waste_cost: body.waste_cost.map(Charge::from),
            assumed_waste_cost: body.assumed_waste_cost.map(Charge::from),
            co2e: body.co2e.map(Charge::from),
            unpriced: body.unpriced.map(Energy::from),
            measured: body.measured.map(|measured| MeasuredTotals {
                usage: measured.usage,
                energy: measured.energy.into(),
                standby: measured.standby.into(),
                unplaced: measured.unplaced.into(),
            }),
            quality: Quality {
                missing_starts: body.missing_starts,
                missing_ends: body.missing_ends,
                unconfirmed: body.unconfirmed,
            },
        },
        unsold_waste,
        confirmed_waste,
        occupancy: Occupancy::from_cells(body.occupancy),
        nights: NightSums {
            nights: Nights { sold, unsold: unsold_nights, unknown },
            sold_energy: sold_night_energy,
            unsold_energy: unsold_night_energy,
            sold_priced,
            sold_emitting,
        },
        counters: Counters { resets: body.resets, disbelieved: body.disbelieved },
    })
}

const ROOM_MONTH: &str = "room-month";
