//! Rule 12: how often a device went from not active to active.

use crate::room::Room;

#[test]
fn each_switching_on_is_an_activation() {
    let told = Room::on("2026-11-20")
        .lamp("ON", "06:00")
        .lamp("OFF", "07:00")
        .lamp("ON", "18:00")
        .lamp("OFF", "19:00")
        .lamp("ON", "23:59:59.999")
        .told();
    assert_eq!(told.lamp().activations, 3);
}

#[test]
fn from_unknown_to_active_is_an_activation_and_to_idle_is_none() {
    assert_eq!(Room::on("2026-11-20").lamp("ON", "12:00").told().lamp().activations, 1);
    assert_eq!(Room::on("2026-11-20").lamp("OFF", "12:00").told().lamp().activations, 0);
}

#[test]
fn a_repetition_is_no_activation() {
    let told = Room::on("2026-11-20").lamp("ON", "12:00").lamp("ON", "13:00").told();
    assert_eq!(told.lamp().activations, 1);
}

#[test]
fn from_one_active_state_to_another_is_no_activation() {
    let told = Room::on("2026-11-20")
        .device("thermostat ac", "FAN", "12:00")
        .device("thermostat ac", "COOL", "13:00")
        .device("thermostat ac", "OFF", "14:00")
        .device("thermostat ac", "HEAT", "15:00")
        .told();
    assert_eq!(told.device("thermostat ac").activations, 2);
}

#[test]
fn a_use_carried_over_midnight_was_activated_the_day_before() {
    let first = Room::on("2026-11-20").lamp("ON", "18:00");
    assert_eq!(first.clone().told().lamp().activations, 1);
    let second = first.next_day();
    assert_eq!(second.clone().told().lamp().activations, 0);
    assert_eq!(second.lamp("OFF", "06:00").lamp("ON", "18:00").told().lamp().activations, 1);
}

#[test]
fn a_device_that_was_idle_at_midnight_is_activated_by_the_first_use() {
    let second = Room::on("2026-11-20").lamp("OFF", "18:00").next_day();
    assert_eq!(second.clone().told().lamp().activations, 0);
    assert_eq!(second.lamp("ON", "00:00").told().lamp().activations, 1);
}

#[test]
fn changes_that_cancel_out_activate_nothing() {
    let told =
        Room::on("2026-11-20").lamp("OFF", "12:00").lamp("ON", "13:00").lamp("OFF", "13:00").told();
    assert_eq!(told.lamp().activations, 0);
}
