//! Rule 9: energy, money and CO₂e, exact until they are shown.

use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{Charge, Energy, Milliwatts, PerKwh, Rounded, Totals, Usage};
use serde_json::json;

use crate::room::{Room, Told};

/// A lamp for an hour and a heater for half an hour in a hotel with these ratings.
fn rated(ratings: serde_json::Value, device_ratings: serde_json::Value) -> Told {
    Room::on("2026-11-20")
        .profile("ratings", ratings)
        .profile("deviceRatings", device_ratings)
        .lamp("ON", "18:00")
        .lamp("OFF", "19:00")
        .device("thermostat ac", "HEAT", "18:00")
        .device("thermostat ac", "COOL", "18:30")
        .device("thermostat ac", "OFF", "19:00")
        .told()
}

/// Watt-hours of the devices' uses, by id and state.
fn energies(told: &Told) -> Vec<String> {
    let energies = told.devices.iter().flat_map(|device| &device.usage).map(Usage::energy);
    let shown = |energy: Option<Energy>| energy.map(|energy| energy.watt_hours().to_string());
    energies.map(|energy| shown(energy).unwrap_or_else(|| "unrated".to_owned())).collect()
}

#[test]
fn a_device_draws_what_its_kind_is_rated_at_in_the_state() {
    let told =
        rated(json!({"light": {"ON": 12}, "thermostat": {"COOL": 900, "HEAT": 1200}}), json!({}));
    assert_eq!(energies(&told), ["450.000", "600.000", "12.000"]);
    assert_eq!(told.totals().energy.watt_hours().to_string(), "1062.000");
}

#[test]
fn a_rating_of_the_device_itself_comes_first() {
    let told = rated(
        json!({"light": {"ON": 12}, "thermostat": {"COOL": 900, "HEAT": 1200}}),
        json!({"1203": {"lamp-1": {"ON": "60.5"}, "ac": {"HEAT": 0}}, "1204": {"ac": {"COOL": 1}}}),
    );
    // The device has no rating of its own for `COOL`, and the other room's is not its.
    assert_eq!(energies(&told), ["450.000", "0.000", "60.500"]);
}

#[test]
fn use_without_a_rating_counts_as_use_and_adds_no_energy() {
    let told = rated(json!({"light": {"OFF": 1}, "thermostat": {"HEAT": 1200}}), json!({}));
    assert_eq!(energies(&told), ["unrated", "600.000", "unrated"]);
    let Totals { usage, unrated, energy, .. } = told.totals();
    assert_eq!((usage, unrated), (2 * HOUR, HOUR + HOUR / 2));
    assert_eq!(energy.watt_hours().to_string(), "600.000");
}

#[test]
fn a_rating_of_nothing_is_a_rating() {
    let told = rated(json!({"light": {"ON": 0}, "thermostat": {"COOL": 0, "HEAT": 0}}), json!({}));
    assert_eq!(told.totals().unrated, 0);
    assert_eq!(energies(&told), ["0.000", "0.000", "0.000"]);
}

#[test]
fn a_rating_of_a_device_id_holds_for_the_id_under_every_kind() {
    let told = Room::on("2026-11-20")
        .profile("deviceRatings", json!({"1203": {"lamp-1": {"ON": 10}}}))
        .device("light lamp-1", "ON", "18:00")
        .device("plug lamp-1", "ON", "23:00")
        .told();
    assert_eq!(energies(&told), ["60.000", "10.000"]);
}

/// An evening in which every part of the energy is another one: the room is left at 20:00 and
/// given up at 22:00, and the lamp is last believed at 19:00.
fn evening() -> Room {
    Room::on("2026-11-20")
        .profile("ratings", json!({"light": {"ON": 100}}))
        .profile("confirmWithinHours", json!({"light": 1}))
        .stay("CHECKED_IN", "00:00")
        .pir("OCCUPIED", "00:00")
        .lamp("ON", "18:00")
        .pir("VACANT", "20:00")
        .stay("CHECKED_OUT", "22:00")
        .pir("OCCUPIED", "23:00")
}

#[test]
fn each_part_of_the_use_has_its_part_of_the_energy() {
    let totals = evening().told().totals();
    let shown = [
        totals.energy,
        totals.waste_energy,
        totals.waste_unsold_energy,
        totals.unsold_energy,
        totals.assumed_energy,
    ]
    .map(|energy| energy.watt_hours().to_string());
    assert_eq!(shown, ["600.000", "300.000", "100.000", "200.000", "500.000"]);
}

#[test]
fn money_and_co2e_are_left_out_without_a_price_and_a_factor() {
    let totals = evening().told().totals();
    assert_eq!((totals.cost, totals.waste_cost, totals.co2e), (None, None, None));
}

#[test]
fn money_and_co2e_follow_the_energy() {
    let shown = |charge: Option<Charge>| charge.map(|charge| charge.amount().to_string());
    let priced = evening().profile("pricePerKwh", json!("143.5")).told().totals();
    assert_eq!(shown(priced.cost).as_deref(), Some("86.1000"));
    assert_eq!(shown(priced.waste_cost).as_deref(), Some("43.0500"));
    assert_eq!(priced.co2e, None);
    let emitting = evening().profile("kgCo2ePerKwh", json!(0.4781)).told().totals();
    assert_eq!(shown(emitting.co2e).as_deref(), Some("0.2869"));
    assert_eq!((emitting.cost, emitting.waste_cost), (None, None));
}

#[test]
fn nothing_used_costs_nothing() {
    let totals = Room::on("2026-11-20").profile("pricePerKwh", json!(1)).told().totals();
    assert_eq!(totals.cost, Some(Charge::default()));
}

#[test]
fn sums_are_exact_where_each_part_would_be_rounded_away() {
    // A third of the last decimal, three times.
    let third = Energy::of(Milliwatts::new(1), 1_200_000);
    assert_eq!(third.watt_hours().to_string(), "0.000");
    assert_eq!([third; 3].into_iter().sum::<Energy>().watt_hours().to_string(), "0.001");
    let charge = third * PerKwh::from_millionths(1);
    assert_eq!(charge.amount().to_string(), "0.0000");
    let many: Charge = std::iter::repeat_n(charge, 3_000_000).sum();
    assert_eq!(many, third * PerKwh::from_millionths(3_000_000));
}

#[test]
fn a_milliwatt_in_a_millisecond_is_not_lost() {
    let one = Energy::of(Milliwatts::new(1), 1);
    assert_eq!(one.exact(), 1);
    assert_eq!((one * PerKwh::from_millionths(1)).exact(), 1);
    let large = Energy::from_exact(10_i128.pow(24));
    assert_eq!((large + one - large).exact(), 1);
}

#[test]
fn the_largest_power_price_and_day_fit() {
    let power = Milliwatts::from_watts("10000000").unwrap();
    let price = PerKwh::parse("10000000").unwrap();
    let day = Energy::of(power, 48 * HOUR);
    assert_eq!(day.watt_hours().to_string(), "480000000.000");
    assert_eq!((day * price).amount().to_string(), "4800000000000.0000");
}

#[test]
fn energy_is_shown_in_watt_hours_to_3_decimals() {
    let wh = |power, time| Energy::of(Milliwatts::new(power), time).watt_hours().to_string();
    assert_eq!(wh(12_000, 90 * 60_000), "18.000");
    assert_eq!(wh(1, 1), "0.000");
    // 0.0005 Wh is 1 800 000 milliwatt-milliseconds.
    assert_eq!(wh(1, 1_799_999), "0.000");
    assert_eq!(wh(1, 1_800_000), "0.001");
    assert_eq!(wh(1, 5_399_999), "0.001");
    assert_eq!(wh(1, 5_400_000), "0.002");
}

#[test]
fn halves_are_rounded_away_from_zero() {
    let shown = |tenths: i128| Rounded::<0>::of(tenths, 10).units();
    assert_eq!([4, 5, 6, 14, 15, 24, 25].map(shown), [0, 1, 1, 1, 2, 2, 3]);
    assert_eq!([-4, -5, -6, -14, -15, -24, -25].map(shown), [0, -1, -1, -1, -2, -2, -3]);
}

#[test]
fn a_unit_that_is_odd_has_no_half() {
    let shown = |thirds: i128| Rounded::<0>::of(thirds, 3).units();
    assert_eq!([-5, -4, -2, -1, 0, 1, 2, 4, 5].map(shown), [-2, -1, -1, 0, 0, 0, 1, 1, 2]);
}

#[test]
fn a_rounded_figure_shows_all_of_its_decimals() {
    let shown = |thousandths: i128| Rounded::<3>::of(thousandths, 1000).to_string();
    assert_eq!(shown(0), "0.000");
    assert_eq!(shown(5), "0.005");
    assert_eq!(shown(-5), "-0.005");
    assert_eq!(shown(-1_000), "-1.000");
    assert_eq!(shown(1_234_567), "1234.567");
    assert_eq!(shown(-1_234_567), "-1234.567");
    // What is rounded to nothing has no sign.
    assert_eq!(Rounded::<3>::of(-1, 10_000).to_string(), "0.000");
}

#[test]
fn large_figures_are_rounded_exactly() {
    let unit = 3_600_000_000_i128;
    let large = 10_i128.pow(18);
    assert_eq!(Rounded::<3>::of(large * unit, unit).units(), large * 1000);
    assert_eq!(Rounded::<3>::of(large * unit + unit / 2000, unit).units(), large * 1000 + 1);
    assert_eq!(Rounded::<3>::of(large * unit + unit / 2000 - 1, unit).units(), large * 1000);
    assert_eq!(Rounded::<3>::of(-large * unit - unit / 2000, unit).units(), -large * 1000 - 1);
    // Scaled as a whole, this would not fit.
    let charge = Charge::from_exact(i128::MAX / 1000);
    assert_eq!(charge.amount().to_string(), "47261439850130342.1477");
}

#[test]
fn figures_are_padded_and_ordered_as_numbers() {
    let figure = |units| Rounded::<3>::of(units, 1000);
    assert_eq!(format!("{:>8}", figure(1_500)), "   1.500");
    assert!(figure(-1) < figure(0) && figure(999) < figure(1_000));
}

#[test]
fn totals_of_reports_add_up_figure_by_figure() {
    let priced = evening().profile("pricePerKwh", json!("143.5")).told().totals();
    let unpriced = evening().told().totals();
    let both: Totals = [unpriced, priced, unpriced].into_iter().sum();
    assert_eq!(both.usage, 3 * priced.usage);
    assert_eq!(both.waste.waste, 3 * priced.waste.waste);
    assert_eq!(both.waste.waste_unsold, 3 * priced.waste.waste_unsold);
    assert_eq!(both.waste.unsold, 3 * priced.waste.unsold);
    assert_eq!(both.assumed, 3 * priced.assumed);
    assert_eq!(both.energy, priced.energy + priced.energy + priced.energy);
    assert_eq!(both.assumed_energy.exact(), 3 * priced.assumed_energy.exact());
    assert_eq!(both.unsold_energy.exact(), 3 * priced.unsold_energy.exact());
    assert_eq!(both.waste_energy.exact(), 3 * priced.waste_energy.exact());
    assert_eq!(both.waste_unsold_energy.exact(), 3 * priced.waste_unsold_energy.exact());
    // The sum of no price and a price is what has a price.
    assert_eq!((both.cost, both.waste_cost), (priced.cost, priced.waste_cost));
    assert_eq!(both.co2e, None);
    let none: [Totals; 0] = [];
    assert_eq!(none.into_iter().sum::<Totals>(), Totals::default());
}
