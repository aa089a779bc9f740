//! Rule 22: measured before rated; meters.

use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::totals::MeasuredTotals;
use roomwatt_domain::{Energy, Presence, Stay};
use serde_json::json;

use crate::room::{Room, wh};

fn rated() -> Room {
    Room::on("2026-11-20").profile("ratings", json!({"light": {"ON": 60}}))
}

#[test]
fn of_counter_power_and_rating_the_first_that_is_there_counts() {
    let told = rated()
        .lamp("ON", "10:00")
        .power("light lamp-1", "30", "10:00")
        .counter("light lamp-1", "0", "10:05")
        .power("light lamp-1", "40", "10:10")
        .counter("light lamp-1", "10", "10:15")
        .lamp("OFF", "11:00")
        .told();
    // 2.5 Wh by power, 10 by counter, 6.667 by power until 10:25, 35 by rating.
    let metered = told.lamp_on().metered.as_ref().unwrap();
    assert_eq!(wh(metered.measured_energy), "19.167");
    assert_eq!(metered.measured, 25 * MINUTE);
    assert_eq!(wh(told.lamp_on().energy().unwrap()), "54.167");
    // What was booked ahead of the next reading, measured or not, is the debt.
    assert_eq!(wh(told.carried("light lamp-1").counter.unwrap().debt), "41.667");
}

#[test]
fn a_room_is_use_standby_and_what_is_unplaced() {
    let told = rated()
        .lamp("OFF", "09:00")
        .counter("light lamp-1", "0", "09:00")
        .counter("light lamp-1", "1", "10:00")
        .lamp("ON", "10:00")
        .counter("light lamp-1", "51", "11:00")
        .lamp("OFF", "11:00")
        .counter("light lamp-1", "58", "20:00")
        .told();
    let totals = told.totals();
    let measured = MeasuredTotals {
        usage: HOUR,
        energy: Energy::from_exact(50 * 3_600_000_000),
        standby: Energy::from_exact(3_600_000_000),
        unplaced: Energy::from_exact(7 * 3_600_000_000),
    };
    assert_eq!(totals.measured, Some(measured));
    assert_eq!(wh(totals.energy), "58.000");
    let sum: roomwatt_domain::Totals = [totals, rated().told().totals()].into_iter().sum();
    assert_eq!(sum.measured, Some(measured));
}

#[test]
fn a_room_without_readings_has_no_measured_figures() {
    let told = rated().lamp("ON", "10:00").told();
    assert_eq!(told.totals().measured, None);
    assert!(told.lamp().measured.is_none() && told.lamp_on().metered.is_none());
}

#[test]
fn a_device_whose_counter_is_carried_has_them_on_a_quiet_day_too() {
    let quiet = rated().counter("light lamp-1", "5", "09:00").next_day().next_day();
    let told = quiet.told();
    assert!(told.lamp().measured.is_some());
    assert_eq!(told.lamp().closing.state, None);
    assert_eq!(told.totals().measured, Some(MeasuredTotals::default()));
}

#[test]
fn use_that_nothing_tells_of_has_no_energy_to_show() {
    let told = Room::on("2026-11-20")
        .lamp("ON", "10:00")
        .lamp("OFF", "11:00")
        .counter("light lamp-1", "5", "12:00")
        .told();
    assert_eq!(told.lamp_on().energy(), None);
    assert_eq!(told.totals().unrated, HOUR);
    let measured = Room::on("2026-11-20")
        .counter("light lamp-1", "5", "10:00")
        .lamp("ON", "10:00")
        .counter("light lamp-1", "5", "11:00")
        .lamp("OFF", "11:00")
        .told();
    assert_eq!(measured.lamp_on().energy(), Some(Energy::default()));
    assert_eq!(measured.totals().unrated, 0);
}

#[test]
fn measured_waste_is_what_was_measured_while_nobody_was_there() {
    let told = rated()
        .profile("confirmWithinHours", json!({"light": 1}))
        .pir("OCCUPIED", "09:00")
        .counter("light lamp-1", "0", "10:00")
        .lamp("ON", "10:00")
        .pir("VACANT", "10:30")
        .counter("light lamp-1", "40", "12:00")
        .lamp("OFF", "12:00")
        .told();
    let totals = told.totals();
    // 20 Wh an hour: half an hour in company, half an hour confirmed waste, an hour assumed.
    assert_eq!(wh(totals.waste_energy), "30.000");
    assert_eq!(wh(totals.assumed_waste_energy), "20.000");
    assert_eq!(wh(totals.assumed_energy), "20.000");
    let confirmed = told.confirmed_waste();
    assert_eq!(wh(confirmed[2].energy), "10.000");
}

#[test]
fn a_meter_is_shown_by_cell_and_is_in_no_total() {
    let told = rated()
        .stay("CHECKED_IN", "09:00")
        .pir("OCCUPIED", "10:00")
        .pir("VACANT", "10:30")
        .counter("meter circuit-1", "1000", "10:00")
        .counter("meter circuit-1", "1200", "11:00")
        .counter("meter circuit-1", "1340", "18:00")
        .told();
    let meter = told.meter("circuit-1");
    assert_eq!(wh(meter.during.cell(Stay::CheckedIn, Presence::Occupied)), "100.000");
    assert_eq!(wh(meter.during.cell(Stay::CheckedIn, Presence::Vacant)), "100.000");
    assert_eq!((wh(meter.unplaced), wh(meter.energy())), ("140.000".into(), "340.000".into()));
    assert!(told.devices.is_empty());
    assert_eq!(told.totals().energy, Energy::default());
    assert_eq!(told.totals().measured, None);
}

#[test]
fn a_meter_is_carried_among_the_devices() {
    let first = rated().counter("meter circuit-1", "1000", "23:00").power(
        "meter circuit-1",
        "300",
        "23:50",
    );
    let carried = first.clone().told().carried("meter circuit-1");
    assert_eq!(wh(carried.counter.unwrap().debt), "50.000");
    assert!(carried.power.is_some() && carried.state.is_none());
    let second = first.next_day().counter("meter circuit-1", "1200", "01:00").told();
    assert_eq!(wh(second.meter("circuit-1").energy()), "150.000");
}

#[test]
fn a_meter_has_readings_only() {
    let told = rated().device("meter circuit-1", "ON", "10:00").told();
    assert!(told.devices.is_empty() && told.meters.is_empty());
    let traced = rated().counter("meter circuit-1", "5", "10:00").traced();
    assert!(traced[0].intervals.is_empty() && traced[0].readings.len() == 1);
}
