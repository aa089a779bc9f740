//! Rule 5: a day opens with the states of the evening before, however old they are.

use roomwatt_domain::RoomStates;
use roomwatt_domain::instant::{HOUR, MINUTE};

use crate::room::Room;

#[test]
fn a_lamp_left_on_needs_no_event_at_midnight() {
    let first = Room::on("2026-11-20").lamp("ON", "18:00");
    assert_eq!(first.clone().told().used("light lamp-1"), [("ON", 6 * HOUR)]);
    let second = first.next_day();
    assert_eq!(second.clone().told().used("light lamp-1"), [("ON", 24 * HOUR)]);
    let third = second.next_day().lamp("OFF", "07:30");
    assert_eq!(third.told().used("light lamp-1"), [("ON", 7 * HOUR + 30 * MINUTE)]);
}

#[test]
fn a_guest_who_stays_a_week_is_checked_in_all_week() {
    let mut room = Room::on("2026-11-20").stay("CHECKED_IN", "15:00");
    let arrival = room.instant("15:00");
    for _ in 0..7 {
        room = room.next_day();
        let told = room.clone().told();
        assert_eq!(told.occupancy.cells(), [0, 0, 24 * HOUR, 0, 0, 0, 0, 0, 0]);
        assert_eq!(told.closing_stay(), Some(("CHECKED_IN", arrival)));
    }
}

#[test]
fn since_when_and_when_last_heard_of_are_carried_over() {
    let first =
        Room::on("2026-11-20").lamp("ON", "18:00").lamp("ON", "19:00").pir("OCCUPIED", "20:00");
    let (on, repeated, seen) =
        (first.instant("18:00"), first.instant("19:00"), first.instant("20:00"));
    let third = first.next_day().next_day();
    let told = third.clone().told();
    assert_eq!(told.closing_lamp(), ("ON", on, repeated));
    assert_eq!(told.closing_pir(), Some(("OCCUPIED", seen)));

    let third = third.lamp("ON", "08:00").pir("OCCUPIED", "08:00");
    let repeated = third.instant("08:00");
    let told = third.told();
    assert_eq!(told.closing_lamp(), ("ON", on, repeated));
    assert_eq!(told.closing_pir(), Some(("OCCUPIED", seen)));
}

#[test]
fn a_change_on_the_first_instant_of_a_day_belongs_to_that_day() {
    let first = Room::on("2026-11-20").lamp("ON", "18:00");
    let second = first.clone().next_day().lamp("OFF", "00:00");
    let midnight = second.instant("00:00");
    let told = second.told();
    assert_eq!(told.used("light lamp-1"), []);
    assert_eq!(told.closing_lamp(), ("OFF", midnight, midnight));
    assert_eq!(first.told().used("light lamp-1"), [("ON", 6 * HOUR)]);
}

#[test]
fn a_change_on_the_last_instant_of_a_day_belongs_to_that_day() {
    let first = Room::on("2026-11-20").lamp("ON", "23:59:59.999");
    assert_eq!(first.clone().told().used("light lamp-1"), [("ON", 1)]);
    assert_eq!(first.clone().told().lamp().activations, 1);
    let second = first.next_day().told();
    assert_eq!(second.used("light lamp-1"), [("ON", 24 * HOUR)]);
    assert_eq!(second.lamp().activations, 0);
}

#[test]
fn idle_signals_are_carried_over_as_well() {
    let first = Room::on("2026-11-20")
        .lamp("OFF", "18:00")
        .pir("VACANT", "18:00")
        .stay("CHECKED_OUT", "18:00");
    let closing = first.clone().told().closing();
    assert!(!closing.is_empty());
    let second = first.next_day().told();
    assert_eq!(second.closing(), closing);
    assert_eq!(second.used("light lamp-1"), []);
    assert_eq!(second.occupancy.cells(), [0, 0, 0, 0, 24 * HOUR, 0, 0, 0, 0]);
}

#[test]
fn any_known_signal_makes_the_states_of_a_room_known() {
    let room = || Room::on("2026-11-20");
    for told in [
        room().lamp("OFF", "12:00"),
        room().pir("VACANT", "12:00"),
        room().stay("CHECKED_OUT", "12:00"),
    ] {
        assert!(!told.told().closing().is_empty());
    }
    assert!(RoomStates::default().is_empty());
}

#[test]
fn closing_states_are_sorted_by_id_then_kind() {
    let told = Room::on("2026-11-20")
        .device("plug b", "ON", "01:00")
        .sensor("pir-2", "VACANT", "01:00")
        .next_day()
        .device("light c", "ON", "01:00")
        .device("light b", "ON", "01:00")
        .device("zone a", "ON", "01:00")
        .sensor("pir-3", "VACANT", "01:00")
        .sensor("pir-1", "VACANT", "01:00")
        .told();
    let devices: Vec<_> = told
        .devices
        .iter()
        .map(|report| format!("{} {}", report.device.id, report.device.kind))
        .collect();
    assert_eq!(devices, ["a zone", "b light", "b plug", "c light"]);
    let sensors: Vec<_> = told.0.presence.iter().map(|(sensor, _)| sensor.as_str()).collect();
    assert_eq!(sensors, ["pir-1", "pir-2", "pir-3"]);
}
