//! Rule 7: the nine cells of stay and presence.

use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{Occupancy, Presence, Stay};

use crate::room::Room;

/// A day in seven of the cells: once a signal is known, it never is unknown again. The lamp is on
/// throughout.
fn eventful() -> Room {
    Room::on("2026-11-20")
        .lamp("ON", "00:00")
        .pir("OCCUPIED", "01:00")
        .pir("VACANT", "03:00")
        .stay("CHECKED_IN", "06:00")
        .pir("OCCUPIED", "10:00")
        .stay("CHECKED_OUT", "15:00")
        .pir("VACANT", "21:00")
}

#[test]
fn each_moment_lies_in_one_cell() {
    let told = eventful().told();
    let cell = |stay, presence| told.occupancy.cell(stay, presence);
    assert_eq!(cell(Stay::Unknown, Presence::Unknown), HOUR);
    assert_eq!(cell(Stay::Unknown, Presence::Occupied), 2 * HOUR);
    assert_eq!(cell(Stay::Unknown, Presence::Vacant), 3 * HOUR);
    assert_eq!(cell(Stay::CheckedIn, Presence::Vacant), 4 * HOUR);
    assert_eq!(cell(Stay::CheckedIn, Presence::Occupied), 5 * HOUR);
    assert_eq!(cell(Stay::CheckedOut, Presence::Occupied), 6 * HOUR);
    assert_eq!(cell(Stay::CheckedOut, Presence::Vacant), 3 * HOUR);
    assert_eq!(told.occupancy.total(), 24 * HOUR);
}

#[test]
fn a_stay_in_a_room_without_sensors_has_unknown_presence() {
    let told =
        Room::on("2026-11-20").stay("CHECKED_OUT", "00:00").stay("CHECKED_IN", "15:00").told();
    assert_eq!(told.occupancy.cell(Stay::CheckedOut, Presence::Unknown), 15 * HOUR);
    assert_eq!(told.occupancy.cell(Stay::CheckedIn, Presence::Unknown), 9 * HOUR);
}

#[test]
fn a_use_is_split_over_the_cells_that_it_lasted_through() {
    assert_eq!(eventful().told().lamp_on().during, eventful().told().occupancy);

    let told = eventful().lamp("OFF", "00:30").lamp("ON", "05:30").lamp("OFF", "15:10").told();
    let during = told.lamp_on().during;
    assert_eq!(during.cell(Stay::Unknown, Presence::Unknown), 30 * MINUTE);
    assert_eq!(during.cell(Stay::Unknown, Presence::Vacant), 30 * MINUTE);
    assert_eq!(during.cell(Stay::CheckedIn, Presence::Vacant), 4 * HOUR);
    assert_eq!(during.cell(Stay::CheckedIn, Presence::Occupied), 5 * HOUR);
    assert_eq!(during.cell(Stay::CheckedOut, Presence::Occupied), 10 * MINUTE);
    assert_eq!(during.total(), told.lamp_on().duration());
}

#[test]
fn the_cells_add_up_to_days_of_23_and_25_hours() {
    let new_york = |date| Room::in_zone("America/New_York").at(date).lamp("ON", "00:00").told();
    for (date, hours) in [("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-02", 24)] {
        let told = new_york(date);
        assert_eq!(told.occupancy.total(), hours * HOUR, "{date}");
        assert_eq!(told.used("light lamp-1"), [("ON", hours * HOUR)], "{date}");
    }
}

#[test]
fn an_hour_that_clocks_show_twice_is_lived_twice() {
    // 01:30 is the earlier one of the two.
    let room = Room::in_zone("America/New_York").at("2026-11-01");
    let told = room.lamp("ON", "01:30").lamp("OFF", "02:30").told();
    assert_eq!(told.used("light lamp-1"), [("ON", 2 * HOUR)]);
}

#[test]
fn an_hour_that_clocks_skip_is_not_lived() {
    let room = Room::in_zone("America/New_York").at("2026-03-08");
    let told = room.lamp("ON", "01:30").lamp("OFF", "03:30").told();
    assert_eq!(told.used("light lamp-1"), [("ON", HOUR)]);
}

#[test]
fn a_sensor_that_fires_often_only_moves_time_between_cells() {
    let mut room = Room::on("2026-11-20").stay("CHECKED_IN", "00:00").lamp("ON", "00:00");
    for minute in 0..60 {
        let state = if minute % 3 == 0 { "OCCUPIED" } else { "VACANT" };
        room = room.pir(state, &format!("12:{minute:02}"));
    }
    let told = room.told();
    assert_eq!(told.presence(), [20 * MINUTE, 11 * HOUR + 40 * MINUTE, 12 * HOUR]);
    assert_eq!(told.lamp_on().during, told.occupancy);
}

#[test]
fn cells_add_and_subtract_one_by_one() {
    let one = Occupancy::from_cells([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let other = Occupancy::from_cells([10, 20, 30, 40, 50, 60, 70, 80, 90]);
    assert_eq!((one + other).cells(), [11, 22, 33, 44, 55, 66, 77, 88, 99]);
    assert_eq!((one + other) - other, one);
    assert_eq!(one.total(), 45);
    let rows = Stay::ALL.map(|stay| Presence::ALL.map(|presence| one.cell(stay, presence)));
    assert_eq!(rows, [[1, 2, 3], [4, 5, 6], [7, 8, 9]]);
}
