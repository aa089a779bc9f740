//! Rule 2: a state holds until the next transition, and a repetition changes nothing.

use roomwatt_domain::instant::{HOUR, MINUTE};

use crate::room::Room;

#[test]
fn a_state_holds_until_the_next_transition() {
    let told = Room::on("2026-11-20").lamp("ON", "18:00").lamp("OFF", "18:00:00.001").told();
    assert_eq!(told.used("light lamp-1"), [("ON", 1)]);
    let told = Room::on("2026-11-20").lamp("ON", "18:00").lamp("OFF", "19:30").told();
    assert_eq!(told.used("light lamp-1"), [("ON", 90 * MINUTE)]);
}

#[test]
fn a_state_that_nothing_ends_holds_until_the_day_ends() {
    let told = Room::on("2026-11-20").lamp("ON", "18:00").told();
    assert_eq!(told.used("light lamp-1"), [("ON", 6 * HOUR)]);
}

#[test]
fn on_on_off_is_one_use_from_the_first_on() {
    let told =
        Room::on("2026-11-20").lamp("ON", "18:00").lamp("ON", "19:00").lamp("OFF", "20:00").told();
    assert_eq!(told.used("light lamp-1"), [("ON", 2 * HOUR)]);
    assert_eq!(told.lamp().activations, 1);
}

#[test]
fn a_second_off_ends_nothing() {
    let told =
        Room::on("2026-11-20").lamp("ON", "18:00").lamp("OFF", "19:00").lamp("OFF", "20:00").told();
    assert_eq!(told.used("light lamp-1"), [("ON", HOUR)]);
}

#[test]
fn a_repetition_does_not_move_since_when_a_state_holds() {
    let room = Room::on("2026-11-20")
        .lamp("ON", "18:00")
        .lamp("ON", "19:00")
        .pir("VACANT", "18:00")
        .pir("VACANT", "19:00")
        .stay("CHECKED_IN", "15:00")
        .stay("CHECKED_IN", "16:00");
    let (evening, arrival) = (room.instant("18:00"), room.instant("15:00"));
    let repeated = room.instant("19:00");
    let told = room.told();
    assert_eq!(told.closing_lamp(), ("ON", evening, repeated));
    assert_eq!(told.closing_pir(), Some(("VACANT", evening)));
    assert_eq!(told.closing_stay(), Some(("CHECKED_IN", arrival)));
}

#[test]
fn each_active_state_is_a_use_of_its_own() {
    let told = Room::on("2026-11-20")
        .device("thermostat ac", "HEAT", "06:00")
        .device("thermostat ac", "FAN", "08:00")
        .device("thermostat ac", "HEAT", "09:00")
        .device("thermostat ac", "COOL", "12:00")
        .device("thermostat ac", "OFF", "12:15")
        .told();
    let expected = [("COOL", 15 * MINUTE), ("FAN", HOUR), ("HEAT", 5 * HOUR)];
    assert_eq!(told.used("thermostat ac"), expected);
}

#[test]
fn a_use_that_lasts_no_time_is_none() {
    let room = Room::on("2026-11-20").lamp("OFF", "18:00");
    assert_eq!(room.told().used("light lamp-1"), []);
}
