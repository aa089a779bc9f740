//! Rule 4: before a signal's first transition its state is unknown, and nothing is guessed.

use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{Quality, RoomStates};

use crate::room::Room;

#[test]
fn a_room_of_which_nothing_is_known_has_an_unknown_day() {
    let told = Room::on("2026-11-20").told();
    assert_eq!(told.occupancy.cells(), [0, 0, 0, 0, 0, 0, 0, 0, 24 * HOUR]);
    assert!(told.devices.is_empty());
    assert_eq!(told.closing(), RoomStates::default());
    assert!(told.closing().is_empty());
}

#[test]
fn time_before_the_first_transition_is_no_use() {
    let told = Room::on("2026-11-20").lamp("ON", "18:00").told();
    assert_eq!(told.used("light lamp-1"), [("ON", 6 * HOUR)]);
    // An end without a start tells of no use before it.
    let told = Room::on("2026-11-20").lamp("OFF", "18:00").told();
    assert_eq!(told.used("light lamp-1"), []);
}

#[test]
fn a_first_transition_is_neither_a_missing_start_nor_a_missing_end() {
    for state in ["ON", "OFF"] {
        let told = Room::on("2026-11-20").lamp(state, "18:00").told();
        assert_eq!(told.lamp().quality, Quality::default());
    }
}

#[test]
fn stay_and_presence_are_unknown_until_they_report() {
    let told = Room::on("2026-11-20").stay("CHECKED_IN", "06:00").pir("OCCUPIED", "18:00").told();
    assert_eq!(told.occupancy.cells(), [6 * HOUR, 0, 12 * HOUR, 0, 0, 0, 0, 0, 6 * HOUR]);
}

#[test]
fn a_device_is_known_from_the_day_of_its_first_transition_on() {
    let first = Room::on("2026-11-20").pir("VACANT", "18:00");
    assert!(first.clone().told().devices.is_empty());
    let second = first.next_day().lamp("OFF", "23:59:59.999");
    assert_eq!(second.clone().told().devices.len(), 1);
    assert_eq!(second.next_day().told().devices.len(), 1);
}
