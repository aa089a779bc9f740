//! The worked examples of the page on figures, so that the page stays true. Those of what the pages
//! add stand beside the figures themselves, in the `page` crate.

use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{Charge, Presence, Stay, Totals};
use serde_json::json;

use crate::room::{Room, Told, wh};

const PAGE: &str = include_str!("../../../../docs/figures.md");

/// A hotel with lamps of 60 W and energy at 100 a kilowatt-hour.
fn hotel() -> Room {
    Room::on("2026-11-20")
        .profile("ratings", json!({"light": {"ON": 60}, "heater": {"ON": 1000}}))
        .profile("pricePerKwh", json!("100"))
}

fn money(charge: Option<Charge>) -> String {
    charge.unwrap().amount().to_string()
}

/// Waste, its energy and its cost.
fn waste(told: &Told) -> (i64, String, String) {
    let totals = told.totals();
    (totals.waste.waste, wh(totals.waste_energy), money(totals.waste_cost))
}

#[test]
fn every_figure_of_a_reports_totals_is_on_the_page() {
    for figure in [
        "usageMs",
        "wasteMs",
        "wasteUnsoldMs",
        "unsoldMs",
        "assumedMs",
        "unratedMs",
        "energyWh",
        "wasteEnergyWh",
        "wasteUnsoldEnergyWh",
        "unsoldEnergyWh",
        "assumedEnergyWh",
        "cost",
        "wasteCost",
        "co2eKg",
        "unpricedWh",
        "measuredMs",
        "measuredWh",
        "standbyWh",
        "unplacedWh",
        "unconfirmedMs",
        "perSoldNight",
        "nightly",
    ] {
        assert!(PAGE.contains(&format!("`{figure}`")), "{figure}");
    }
}

#[test]
fn occupancy() {
    let told = hotel().stay("CHECKED_IN", "15:00").pir("OCCUPIED", "18:00").told();
    let cell = |stay, presence| told.occupancy.cell(stay, presence) / HOUR;
    assert_eq!(cell(Stay::Unknown, Presence::Unknown), 15);
    assert_eq!(cell(Stay::CheckedIn, Presence::Unknown), 3);
    assert_eq!(cell(Stay::CheckedIn, Presence::Occupied), 6);
}

#[test]
fn use_and_activations() {
    let told = hotel().lamp("ON", "18:00").lamp("ON", "18:30").lamp("OFF", "19:30").told();
    assert_eq!((told.totals().usage, told.lamp().activations), (90 * MINUTE, 1));
    assert_eq!(wh(told.totals().energy), "90.000");
    let ac = |room: Room, state, time| room.device("thermostat ac", state, time);
    let told =
        ac(ac(ac(ac(hotel(), "COOL", "10:00"), "OFF", "11:00"), "COOL", "12:00"), "HEAT", "13:00");
    assert_eq!(told.told().device("thermostat ac").activations, 2);
}

#[test]
fn unsold_use() {
    let told = hotel()
        .stay("CHECKED_OUT", "11:00")
        .pir("OCCUPIED", "12:00")
        .lamp("ON", "13:00")
        .lamp("OFF", "13:30")
        .told();
    assert_eq!((told.totals().waste.unsold, told.totals().waste.waste), (30 * MINUTE, 0));
}

#[test]
fn waste_and_certain_waste() {
    let left = || hotel().stay("CHECKED_IN", "00:00").pir("VACANT", "10:00").lamp("ON", "10:00");
    let back = left().pir("OCCUPIED", "12:00").told();
    assert_eq!(waste(&back), (2 * HOUR, "120.000".into(), "12.0000".into()));
    let gone = left().stay("CHECKED_OUT", "11:00").lamp("OFF", "12:00").told();
    assert_eq!((waste(&gone).0, gone.totals().waste.waste_unsold), (2 * HOUR, HOUR));
}

#[test]
fn confirmed_and_assumed_waste() {
    let told = hotel()
        .profile("confirmWithinHours", json!({"light": 2}))
        .pir("VACANT", "00:00")
        .lamp("ON", "12:00")
        .lamp("OFF", "16:00")
        .told();
    let totals = told.totals();
    assert_eq!((waste(&told).0, waste(&told).2), (4 * HOUR, "24.0000".into()));
    assert_eq!(money(totals.confirmed_waste_cost()), "12.0000");
    assert_eq!(money(totals.assumed_waste_cost), "12.0000");
}

#[test]
fn measured_energy_and_a_power_reading() {
    let counted = hotel()
        .counter("light lamp-1", "1001", "10:00")
        .lamp("ON", "10:00")
        .lamp("OFF", "10:30")
        .counter("light lamp-1", "1031", "11:00")
        .counter("light lamp-1", "1032.5", "12:00")
        .told();
    let measured = counted.totals().measured.unwrap();
    assert_eq!((measured.usage, wh(measured.energy)), (30 * MINUTE, "30.000".into()));
    assert_eq!(wh(measured.standby), "1.500");
    let watched = hotel()
        .profile("ratings", json!({"tv": {"ON": 110}}))
        .device("tv tv-1", "ON", "10:00")
        .power("tv tv-1", "100", "10:00")
        .device("tv tv-1", "OFF", "10:30")
        .told();
    assert_eq!(wh(watched.totals().measured.unwrap().energy), "25.000");
    assert_eq!(wh(watched.totals().energy), "52.500");
}

#[test]
fn unplaced_energy_and_a_debt() {
    let silent = hotel()
        .lamp("ON", "14:00")
        .counter("light lamp-1", "400", "14:00")
        .lamp("OFF", "20:00")
        .counter("light lamp-1", "900", "20:30")
        .told();
    assert_eq!(wh(silent.measured("light lamp-1").unplaced), "140.000");
    let first = hotel().lamp("ON", "23:30").counter("light lamp-1", "130", "23:30");
    assert_eq!(wh(first.clone().told().totals().energy), "30.000");
    let second = first.next_day().counter("light lamp-1", "182", "00:30").lamp("OFF", "00:30");
    assert_eq!(wh(second.told().totals().energy), "22.000");
}

#[test]
fn a_meter_beside_the_lamp_behind_it() {
    let told = hotel()
        .pir("OCCUPIED", "10:00")
        .pir("VACANT", "10:30")
        .lamp("ON", "10:00")
        .lamp("OFF", "11:00")
        .counter("meter circuit-1", "1000", "10:00")
        .counter("meter circuit-1", "1200", "11:00")
        .told();
    let during = told.meter("circuit-1").during;
    assert_eq!(wh(during.cell(Stay::Unknown, Presence::Occupied)), "100.000");
    assert_eq!(wh(during.cell(Stay::Unknown, Presence::Vacant)), "100.000");
    assert_eq!(wh(told.totals().energy), "60.000");
}

#[test]
fn cost_unpriced_energy_and_emissions() {
    let heater = |room: Room| room.profile("pricePerKwh", json!(null));
    let noon = json!([{"from": "2026-01-01", "price": 100,
        "zones": [{"price": 40, "hours": ["12:00", "14:00"]}]}]);
    let told = heater(hotel())
        .profile("tariffs", noon)
        .device("heater h", "ON", "11:30")
        .device("heater h", "OFF", "12:30")
        .told();
    assert_eq!(money(told.totals().cost), "70.0000");
    let later = json!([{"from": "2026-11-21", "price": 100}]);
    let first = heater(hotel()).profile("tariffs", later).device("heater h", "ON", "22:00");
    let Totals { cost, unpriced, .. } = first.clone().told().totals();
    assert_eq!((cost, wh(unpriced.unwrap())), (None, "2000.000".into()));
    let second = first.next_day().device("heater h", "OFF", "02:00").told();
    assert_eq!(money(second.totals().cost), "200.0000");
    let factors = json!([{"from": "2026-01-01", "kgCo2ePerKwh": "0.4781"},
        {"from": "2027-01-01", "kgCo2ePerKwh": "0.4173"}]);
    let eve = hotel().at("2026-12-31").profile("emissionFactors", factors);
    let eve = eve.device("heater h", "ON", "22:00");
    assert_eq!(money(eve.clone().told().totals().co2e), "0.9562");
    let new_year = eve.next_day().device("heater h", "OFF", "03:00").told();
    assert_eq!(money(new_year.totals().co2e), "1.2519");
}

#[test]
fn a_missing_end() {
    let told = hotel().lamp("ON", "18:00").lamp("ON", "18:10").lamp("OFF", "19:00").told();
    let quality = told.totals().quality;
    assert_eq!((told.totals().usage, quality.missing_ends), (HOUR, 1));
    assert_eq!(quality.unconfirmed, 10 * MINUTE);
}
