//! Rule 8: waste and unsold use.

use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{Avoidable, Occupancy, Presence, Stay, Waste};

use crate::room::Room;

/// The waste of an hour's use in one cell, as (waste, waste unsold, unsold).
fn waste_in(stay: Stay, presence: Presence) -> (bool, bool, bool) {
    let row = Stay::ALL.iter().position(|one| *one == stay).unwrap();
    let column = Presence::ALL.iter().position(|one| *one == presence).unwrap();
    let mut cells = [0; 9];
    cells[row * 3 + column] = HOUR;
    let waste = Waste::of(&Occupancy::from_cells(cells), Avoidable::Vacant);
    for part in [waste.waste, waste.waste_unsold, waste.unsold] {
        assert!(part == 0 || part == HOUR);
    }
    (waste.waste > 0, waste.waste_unsold > 0, waste.unsold > 0)
}

#[test]
fn use_while_somebody_is_there_is_no_waste() {
    assert_eq!(waste_in(Stay::CheckedIn, Presence::Occupied), (false, false, false));
    assert_eq!(waste_in(Stay::Unknown, Presence::Occupied), (false, false, false));
}

#[test]
fn housekeeping_is_unsold_use_and_no_waste() {
    assert_eq!(waste_in(Stay::CheckedOut, Presence::Occupied), (false, false, true));
}

#[test]
fn use_in_a_vacant_room_is_likely_waste() {
    assert_eq!(waste_in(Stay::CheckedIn, Presence::Vacant), (true, false, false));
    assert_eq!(waste_in(Stay::Unknown, Presence::Vacant), (true, false, false));
}

#[test]
fn use_in_a_vacant_room_that_is_not_sold_is_certain_waste() {
    assert_eq!(waste_in(Stay::CheckedOut, Presence::Vacant), (true, true, true));
}

#[test]
fn use_in_a_room_that_is_not_sold_is_certain_waste_where_presence_is_unknown() {
    assert_eq!(waste_in(Stay::CheckedOut, Presence::Unknown), (true, true, true));
}

#[test]
fn use_is_no_waste_where_presence_is_unknown_and_the_room_may_be_sold() {
    assert_eq!(waste_in(Stay::CheckedIn, Presence::Unknown), (false, false, false));
    assert_eq!(waste_in(Stay::Unknown, Presence::Unknown), (false, false, false));
}

#[test]
fn the_waste_of_a_room_is_that_of_all_its_devices() {
    let totals = Room::on("2026-11-20")
        .stay("CHECKED_IN", "00:00")
        .pir("OCCUPIED", "00:00")
        .lamp("ON", "06:00")
        .device("thermostat ac", "HEAT", "07:00")
        .pir("VACANT", "08:00")
        .stay("CHECKED_OUT", "11:00")
        .lamp("OFF", "12:00")
        .device("thermostat ac", "OFF", "13:00")
        .told()
        .totals();
    assert_eq!(totals.usage, (6 + 6) * HOUR);
    assert_eq!(totals.waste, Waste { waste: 9 * HOUR, waste_unsold: 3 * HOUR, unsold: 3 * HOUR });
}

#[test]
fn a_vacancy_that_does_not_count_yet_makes_no_waste() {
    let told = Room::on("2026-11-20")
        .profile("vacancyDelayMinutes", serde_json::json!(60))
        .stay("CHECKED_IN", "00:00")
        .pir("VACANT", "12:00")
        .lamp("ON", "12:00")
        .lamp("OFF", "14:00")
        .told();
    assert_eq!(told.totals().waste.waste, HOUR);
}
