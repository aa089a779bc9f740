//! Rule 20: where an increment goes.

use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{Energy, Millis, Occupancy, Presence, Stay};
use serde_json::json;

use crate::room::{Room, Told, wh};

/// Lamps of 60 W, thermostats that heat with 1200 W and blow with 40 W.
fn rated() -> Room {
    Room::on("2026-11-20").profile(
        "ratings",
        json!({"light": {"ON": 60}, "thermostat": {"HEAT": 1200, "FAN": 40, "IDLE": 0}}),
    )
}

/// What a device's uses drew, as (state, watt-hours), and its standby.
fn drawn(told: &Told, device: &str) -> (Vec<(String, String)>, String) {
    let usage = told.device(device).usage.iter();
    let usage = usage.map(|it| (it.state.to_string(), wh(it.energy().unwrap_or_default())));
    (usage.collect(), wh(told.measured(device).standby))
}

fn lamp(told: &Told) -> (String, String) {
    let (usage, standby) = drawn(told, "light lamp-1");
    (usage.first().map(|(_, energy)| energy.clone()).unwrap_or_default(), standby)
}

/// The lamp's debt.
fn debt(told: &Told) -> String {
    wh(told.carried("light lamp-1").counter.unwrap().debt)
}

fn measured(told: &Told) -> Millis {
    told.lamp_on().metered.as_ref().unwrap().measured
}

#[test]
fn an_increment_goes_to_the_time_of_use() {
    let told = rated()
        .counter("light lamp-1", "1000", "10:00")
        .lamp("ON", "10:30")
        .lamp("OFF", "10:45")
        .counter("light lamp-1", "1030", "11:00")
        .told();
    assert_eq!(lamp(&told), ("30.000".into(), "0.000".into()));
    assert_eq!(measured(&told), 15 * MINUTE);
}

#[test]
fn it_is_divided_in_proportion_to_rated_power() {
    let room = rated()
        .counter("thermostat ac", "0", "10:00")
        .device("thermostat ac", "HEAT", "10:00")
        .device("thermostat ac", "FAN", "10:30")
        .device("thermostat ac", "IDLE", "10:45")
        .device("thermostat ac", "OFF", "11:00");
    // 1200 W for half an hour and 40 W for a quarter: 60 to 1. What is rated 0 has no share.
    let told = room.clone().counter("thermostat ac", "610", "11:00").told();
    let uses = [("FAN", "10.000"), ("HEAT", "600.000"), ("IDLE", "0.000")];
    let uses = uses.map(|(state, energy)| (state.to_owned(), energy.to_owned()));
    assert_eq!(drawn(&told, "thermostat ac"), (uses.to_vec(), "0.000".into()));
    let all_measured = told.device("thermostat ac").usage.iter().map(|it| it.metered.as_ref());
    assert_eq!(all_measured.map(|it| it.unwrap().measured).sum::<Millis>(), HOUR);
}

#[test]
fn it_is_divided_alike_where_a_state_has_no_rating_or_all_are_rated_0() {
    let told = rated()
        .counter("thermostat ac", "0", "10:00")
        .device("thermostat ac", "HEAT", "10:00")
        .device("thermostat ac", "DRY", "10:30")
        .counter("thermostat ac", "100", "11:00")
        .told();
    let (uses, _) = drawn(&told, "thermostat ac");
    assert_eq!(uses[0].1, "50.000");
    assert_eq!(uses[1].1, "50.000");
    let told = rated()
        .counter("thermostat ac", "0", "10:00")
        .device("thermostat ac", "IDLE", "10:00")
        .device("thermostat ac", "OFF", "10:30")
        .counter("thermostat ac", "100", "11:00")
        .told();
    assert_eq!(drawn(&told, "thermostat ac").0[0].1, "100.000");
}

#[test]
fn what_a_device_drew_while_it_was_never_active_is_standby() {
    let told =
        rated().counter("light lamp-1", "0", "10:00").counter("light lamp-1", "3", "13:00").told();
    assert!(told.lamp().usage.is_empty());
    assert_eq!(wh(told.measured("light lamp-1").standby), "3.000");
    assert_eq!(wh(told.totals().energy), "3.000");
    assert_eq!(told.totals().waste_energy, Energy::default());
}

#[test]
fn shares_are_whole_and_add_up() {
    // 0.001 Wh are 3 600 000 mW·ms, over seven cells of time that do not divide it.
    let room = rated().counter("light lamp-1", "0", "10:00").lamp("ON", "10:00");
    let times = ["10:00:07", "10:13:11.001", "10:17:23", "10:29:31", "10:41:43", "10:59:59"];
    let room = (0..)
        .zip(times)
        .fold(room, |room, (place, time)| room.pir(["VACANT", "OCCUPIED"][place % 2], time));
    let told = room.counter("light lamp-1", "0.001", "11:00").lamp("OFF", "11:00").told();
    let cells = told.lamp_on().energy_by_cell();
    assert_eq!(cells.total().exact(), 3_600_000);
    let unseen = cells.cell(Stay::Unknown, Presence::Unknown).exact();
    assert_eq!(unseen, 3_600_000 * 7_000 / 3_600_000);
    // Each share is what lies between two instants, each rounded down.
    let seen = cells.cell(Stay::Unknown, Presence::Occupied).exact();
    let vacant = cells.cell(Stay::Unknown, Presence::Vacant).exact();
    assert_eq!(unseen + seen + vacant, 3_600_000);
}

#[test]
fn a_share_up_to_an_instant_is_rounded_down() {
    // 1 Wh over three states of a millisecond each: 1 200 000 000 mW·ms are no whole third of
    // 3 600 000 001.
    let room = rated().counter("light lamp-1", "0", "10:00").lamp("ON", "10:00");
    let told = room
        .pir("VACANT", "10:00:00.001")
        .lamp("OFF", "10:00:00.003")
        .profile("maxWatts", json!({"light": 10_000_000}))
        .counter("light lamp-1", "0.001", "10:00:00.007")
        .told();
    let cells = told.lamp_on().energy_by_cell();
    assert_eq!(cells.cell(Stay::Unknown, Presence::Unknown).exact(), 1_200_000);
    assert_eq!(cells.cell(Stay::Unknown, Presence::Vacant).exact(), 2_400_000);
}

/// A lamp on from 23:00 over midnight, last read at 23:00.
fn over_midnight() -> Room {
    rated().lamp("ON", "23:00").counter("light lamp-1", "100", "23:00")
}

#[test]
fn a_day_does_not_wait_for_tomorrows_reading() {
    let told = over_midnight().told();
    assert_eq!(lamp(&told), ("60.000".into(), "0.000".into()));
    assert_eq!((measured(&told), debt(&told)), (0, "60.000".into()));
}

#[test]
fn the_next_increment_pays_the_debt_and_the_days_add_up_to_the_counter() {
    let second = over_midnight().next_day();
    let second = second.counter("light lamp-1", "180", "01:00").lamp("OFF", "01:00").told();
    assert_eq!(lamp(&second), ("20.000".into(), "0.000".into()));
    assert_eq!((measured(&second), debt(&second)), (HOUR, "0.000".into()));
}

#[test]
fn a_rest_of_the_debt_goes_on() {
    let second = over_midnight()
        .next_day()
        .counter("light lamp-1", "130", "00:30")
        .counter("light lamp-1", "150", "01:00")
        .counter("light lamp-1", "175", "01:30")
        .lamp("OFF", "01:30")
        .told();
    // 30 and 20 Wh pay 50 of the 60; of the last 25, 10 pay the rest.
    assert_eq!(lamp(&second), ("15.000".into(), "0.000".into()));
    assert_eq!((measured(&second), debt(&second)), (90 * MINUTE, "0.000".into()));
}

#[test]
fn a_reading_at_the_first_instant_falls_on_that_instant() {
    let second = over_midnight().next_day();
    let on = second.clone().counter("light lamp-1", "190", "00:00").lamp("OFF", "00:30").told();
    // 30 Wh of the evening that the rating had not told of, and half an hour by rating.
    assert_eq!(lamp(&on), ("60.000".into(), "0.000".into()));
    let metered = on.lamp_on().metered.as_ref().unwrap();
    assert_eq!((metered.measured, wh(metered.measured_energy)), (0, "30.000".into()));
    let off = second.counter("light lamp-1", "190", "00:00").lamp("OFF", "00:00").told();
    assert!(off.lamp().usage.is_empty());
    assert_eq!(wh(off.measured("light lamp-1").standby), "30.000");
}

#[test]
fn the_states_of_todays_part_alone_decide() {
    // On until midnight, off since: what the counter shows above the debt is standby.
    let second = over_midnight().next_day().lamp("OFF", "00:00");
    let told = second.counter("light lamp-1", "165", "01:00").told();
    assert!(told.lamp().usage.is_empty());
    assert_eq!(wh(told.measured("light lamp-1").standby), "5.000");
}

#[test]
fn a_debt_grows_over_days_and_standby_by_power_is_part_of_it() {
    let first = rated().lamp("OFF", "23:00").counter("light lamp-1", "100", "23:30").power(
        "light lamp-1",
        "2",
        "23:50",
    );
    assert_eq!(
        (lamp(&first.clone().told()).1, debt(&first.clone().told())),
        ("0.333".into(), "0.333".into())
    );
    let second = first.next_day().lamp("ON", "04:30").lamp("OFF", "06:00");
    // Five minutes more of the power reading, and an hour by rating, up to six hours after 23:30.
    let told = second.clone().told();
    assert_eq!(debt(&told), "60.500");
    assert_eq!(told.totals().unrated, 30 * MINUTE);
}

#[test]
fn a_meter_that_fell_silent_invents_no_energy() {
    let room =
        rated().lamp("ON", "10:00").counter("light lamp-1", "100", "10:00").lamp("OFF", "20:00");
    let told = room.told();
    assert_eq!((lamp(&told).0.as_str(), debt(&told).as_str()), ("360.000", "360.000"));
    assert_eq!(told.totals().unrated, 4 * HOUR);
}

#[test]
fn six_hours_are_an_increment_and_more_is_a_gap() {
    let room = || rated().lamp("ON", "10:00").counter("light lamp-1", "100", "10:00");
    let whole = room().counter("light lamp-1", "500", "16:00").lamp("OFF", "16:00").told();
    assert_eq!((lamp(&whole).0.as_str(), measured(&whole)), ("400.000", 6 * HOUR));
    let gap = room().counter("light lamp-1", "500", "17:00").lamp("OFF", "17:00").told();
    // Six hours by rating; 40 Wh above it have no place.
    assert_eq!((lamp(&gap).0.as_str(), measured(&gap)), ("360.000", 0));
    assert_eq!(wh(gap.measured("light lamp-1").unplaced), "40.000");
    assert_eq!(gap.totals().unrated, HOUR);
    assert_eq!(wh(gap.totals().energy), "400.000");
    assert_eq!(debt(&gap), "0.000");
}

#[test]
fn a_gap_that_shows_less_than_was_booked_leaves_a_debt() {
    let told = rated()
        .lamp("ON", "10:00")
        .counter("light lamp-1", "100", "10:00")
        .counter("light lamp-1", "400", "17:00")
        .lamp("OFF", "17:00")
        .counter("light lamp-1", "470", "18:00")
        .told();
    // Booked 360, shown 300: 60 are owed, and the next 70 pay them.
    assert_eq!(wh(told.measured("light lamp-1").unplaced), "0.000");
    assert_eq!(wh(told.measured("light lamp-1").standby), "10.000");
    assert_eq!(debt(&told), "0.000");
}

#[test]
fn a_gap_over_midnight_leaves_the_rest_of_the_whole_debt_unplaced() {
    let second = over_midnight().next_day().lamp("OFF", "05:00");
    let told = second.counter("light lamp-1", "500", "06:00").told();
    // 60 Wh yesterday and 300 today by rating, five of the six hours being today's.
    assert_eq!(lamp(&told).0, "300.000");
    assert_eq!(wh(told.measured("light lamp-1").unplaced), "40.000");
}

#[test]
fn over_a_jump_the_rating_counts_and_a_debt_ends() {
    let second = over_midnight().profile("maxWatts", json!({"light": 100})).next_day();
    let told = second.counter("light lamp-1", "9999", "01:00").lamp("OFF", "02:00").told();
    assert_eq!(lamp(&told).0, "120.000");
    assert_eq!((measured(&told), debt(&told)), (0, "60.000".into()));
    // Over a long jump only six hours of it, and no debt comes of them.
    let long = rated()
        .profile("maxWatts", json!({"light": 100}))
        .lamp("ON", "08:00")
        .counter("light lamp-1", "0", "08:00")
        .counter("light lamp-1", "99999", "17:00")
        .lamp("OFF", "17:00")
        .told();
    assert_eq!((lamp(&long).0.as_str(), debt(&long).as_str()), ("360.000", "0.000"));
    assert_eq!(long.totals().unrated, 3 * HOUR);
    assert_eq!(wh(long.measured("light lamp-1").unplaced), "0.000");
}

#[test]
fn a_roll_back_measured_0_and_pays_nothing() {
    let second = over_midnight().next_day();
    let told = second.counter("light lamp-1", "99", "01:00").lamp("OFF", "01:00").told();
    assert_eq!(lamp(&told).0, "0.000");
    assert_eq!((measured(&told), debt(&told)), (HOUR, "60.000".into()));
    // Over a gap the time is booked all the same.
    let gap = rated()
        .lamp("ON", "10:00")
        .counter("light lamp-1", "100", "10:00")
        .counter("light lamp-1", "99", "17:00")
        .lamp("OFF", "17:00")
        .told();
    assert_eq!((lamp(&gap).0.as_str(), debt(&gap).as_str()), ("360.000", "360.000"));
    assert_eq!(gap.measured("light lamp-1").roll_backs, 1);
}

#[test]
fn the_six_hours_are_counted_over_a_clock_change_too() {
    // In New York 02:00 is skipped: from 22:00 to 05:00 six hours pass.
    let first = Room::in_zone("America/New_York")
        .at("2026-03-07")
        .profile("ratings", json!({"light": {"ON": 60}}))
        .lamp("ON", "22:00")
        .counter("light lamp-1", "0", "22:00");
    let second =
        first.next_day().counter("light lamp-1", "400", "05:00").lamp("OFF", "05:00").told();
    assert_eq!(wh(second.measured("light lamp-1").unplaced), "0.000");
    assert_eq!(lamp(&second).0, "280.000");
}

#[test]
fn time_and_cells_of_a_metered_use_are_those_of_the_use() {
    let told = over_midnight().pir("OCCUPIED", "23:15").pir("VACANT", "23:30").told();
    let mut cells = [0; 9];
    (cells[6], cells[7], cells[8]) = (15 * MINUTE, 30 * MINUTE, 15 * MINUTE);
    assert_eq!(told.lamp_on().during, Occupancy::from_cells(cells));
}
