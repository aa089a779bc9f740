//! Rule 8, what may run: use that nobody could have avoided is no waste.

use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{Millis, Totals};
use serde_json::{Value, json};

use crate::room::Room;

/// A thermostat for an hour in each cell that matters: sold and vacant, then unsold and vacant, then
/// unsold with housekeeping.
fn three_hours(waste: &Value) -> Totals {
    Room::on("2026-11-20")
        .profile("waste", waste.clone())
        .profile("ratings", json!({"thermostat": {"ECO": 100}}))
        .profile("pricePerKwh", json!("10"))
        .stay("CHECKED_IN", "00:00")
        .pir("VACANT", "00:00")
        .device("thermostat ac", "ECO", "10:00")
        .stay("CHECKED_OUT", "11:00")
        .pir("OCCUPIED", "12:00")
        .device("thermostat ac", "OFF", "13:00")
        .told()
        .totals()
}

fn wasted(waste: &Value) -> (Millis, Millis, Millis) {
    let totals = three_hours(waste);
    (totals.waste.waste, totals.waste.waste_unsold, totals.waste.unsold)
}

#[test]
fn a_kind_that_the_profile_does_not_name_is_judged_by_presence() {
    assert_eq!(wasted(&json!({})), (2 * HOUR, HOUR, 2 * HOUR));
    assert_eq!(wasted(&json!({"light": {"*": "never"}})), (2 * HOUR, HOUR, 2 * HOUR));
    assert_eq!(wasted(&json!({"thermostat": {"COOL": "never"}})), (2 * HOUR, HOUR, 2 * HOUR));
}

#[test]
fn what_may_run_in_a_sold_room_is_waste_only_while_it_is_not_sold() {
    assert_eq!(wasted(&json!({"thermostat": {"ECO": "unsold"}})), (HOUR, HOUR, 2 * HOUR));
}

#[test]
fn what_has_to_run_is_never_waste_and_is_unsold_use_all_the_same() {
    assert_eq!(wasted(&json!({"thermostat": {"ECO": "never"}})), (0, 0, 2 * HOUR));
}

#[test]
fn a_star_stands_for_every_state_that_is_not_named() {
    assert_eq!(wasted(&json!({"thermostat": {"*": "never"}})).0, 0);
    let named = json!({"thermostat": {"*": "never", "ECO": "vacant"}});
    assert_eq!(wasted(&named).0, 2 * HOUR);
    let other = json!({"thermostat": {"*": "unsold", "COOL": "never"}});
    assert_eq!(wasted(&other).0, HOUR);
}

#[test]
fn energy_and_money_of_the_waste_follow() {
    let totals = three_hours(&json!({"thermostat": {"ECO": "unsold"}}));
    assert_eq!(totals.energy.watt_hours().to_string(), "300.000");
    assert_eq!(totals.waste_energy.watt_hours().to_string(), "100.000");
    assert_eq!(totals.waste_cost.unwrap().amount().to_string(), "1.0000");
}

#[test]
fn unsold_use_that_nobody_sees_is_waste_of_what_may_run_in_a_sold_room() {
    let totals = Room::on("2026-11-20")
        .profile("waste", json!({"light": {"*": "unsold"}}))
        .stay("CHECKED_OUT", "00:00")
        .lamp("ON", "10:00")
        .lamp("OFF", "11:00")
        .told()
        .totals();
    assert_eq!((totals.waste.waste, totals.waste.waste_unsold), (HOUR, HOUR));
}
