//! Rule 11: use that is believed, and use that is only assumed.

use roomwatt_domain::Millis;
use roomwatt_domain::instant::HOUR;
use serde_json::json;

use crate::room::{Room, Told};

/// A room whose lights are believed for some hours.
fn believing(hours: u32) -> Room {
    Room::on("2026-11-20").profile("confirmWithinHours", json!({"light": hours}))
}

/// Of how long the lamp was on, how much is assumed.
fn on_and_assumed(told: &Told) -> (Millis, Millis) {
    (told.lamp_on().duration(), told.lamp_on().assumed.total())
}

#[test]
fn a_use_is_confirmed_for_the_limit_of_its_kind() {
    let told = believing(3).lamp("ON", "12:00").lamp("OFF", "15:00").told();
    assert_eq!(on_and_assumed(&told), (3 * HOUR, 0));
    let told = believing(3).lamp("ON", "12:00").lamp("OFF", "15:00:00.001").told();
    assert_eq!(on_and_assumed(&told), (3 * HOUR + 1, 1));
    let told = believing(3).lamp("ON", "12:00").told();
    assert_eq!(on_and_assumed(&told), (12 * HOUR, 9 * HOUR));
}

#[test]
fn a_kind_without_a_limit_is_believed_for_24_hours() {
    let second = Room::on("2026-11-20").lamp("ON", "18:00").next_day();
    assert_eq!(on_and_assumed(&second.clone().told()), (24 * HOUR, 6 * HOUR));
    assert_eq!(on_and_assumed(&second.next_day().told()), (24 * HOUR, 24 * HOUR));
    let other = Room::on("2026-11-20")
        .profile("confirmWithinHours", json!({"thermostat": 1}))
        .lamp("ON", "00:00");
    assert_eq!(on_and_assumed(&other.told()), (24 * HOUR, 0));
}

#[test]
fn a_repetition_confirms() {
    let told = believing(3).lamp("ON", "12:00").lamp("ON", "14:00").lamp("ON", "20:00").told();
    // Assumed from 17:00 to 20:00 and from 23:00 on.
    assert_eq!(on_and_assumed(&told), (12 * HOUR, 4 * HOUR));
}

#[test]
fn a_cancelled_change_confirms() {
    let told = believing(3).lamp("ON", "12:00").lamp("OFF", "21:00").lamp("ON", "21:00").told();
    assert_eq!(on_and_assumed(&told), (12 * HOUR, 6 * HOUR));
}

#[test]
fn a_repetition_on_the_day_before_confirms() {
    let second = believing(3).lamp("ON", "12:00").lamp("ON", "23:00").next_day();
    assert_eq!(on_and_assumed(&second.told()), (24 * HOUR, 22 * HOUR));
}

#[test]
fn a_change_of_state_confirms() {
    let told = Room::on("2026-11-20")
        .profile("confirmWithinHours", json!({"thermostat": 2}))
        .device("thermostat ac", "COOL", "12:00")
        .device("thermostat ac", "HEAT", "15:00")
        .device("thermostat ac", "OFF", "19:00")
        .told();
    let usage = &told.device("thermostat ac").usage;
    let assumed = usage.iter().map(|usage| (usage.state.as_str(), usage.assumed.total()));
    assert_eq!(assumed.collect::<Vec<_>>(), [("COOL", HOUR), ("HEAT", 2 * HOUR)]);
}

#[test]
fn an_idle_device_is_never_assumed() {
    let told = believing(1).lamp("OFF", "00:00").lamp("ON", "22:00").lamp("OFF", "23:00").told();
    assert_eq!(on_and_assumed(&told), (HOUR, 0));
}

#[test]
fn what_is_assumed_counts_as_use_all_the_same() {
    let told = believing(3)
        .profile("ratings", json!({"light": {"ON": 10}}))
        .stay("CHECKED_OUT", "00:00")
        .lamp("ON", "12:00")
        .told();
    let totals = told.totals();
    assert_eq!((totals.usage, totals.assumed), (12 * HOUR, 9 * HOUR));
    assert_eq!(totals.waste.waste, 12 * HOUR);
    assert_eq!(totals.energy.watt_hours().to_string(), "120.000");
    assert_eq!(totals.assumed_energy.watt_hours().to_string(), "90.000");
}

#[test]
fn a_long_limit_reaches_over_many_days() {
    let mut room = believing(8760).lamp("ON", "00:00");
    for _ in 0..30 {
        assert_eq!(on_and_assumed(&room.clone().told()), (24 * HOUR, 0));
        room = room.next_day();
    }
}

#[test]
fn waste_divides_into_confirmed_and_assumed() {
    // Believed until 14:00; the guest leaves at 13:00, so the waste of the hour until then is
    // confirmed and the waste after it assumed.
    let totals = believing(2)
        .profile("ratings", json!({"light": {"ON": 60}}))
        .profile("pricePerKwh", json!("100"))
        .stay("CHECKED_IN", "00:00")
        .pir("OCCUPIED", "00:00")
        .lamp("ON", "12:00")
        .pir("VACANT", "13:00")
        .lamp("OFF", "16:00")
        .told()
        .totals();
    assert_eq!(
        (totals.waste.waste, totals.assumed, totals.assumed_waste),
        (3 * HOUR, 2 * HOUR, 2 * HOUR)
    );
    assert_eq!(totals.confirmed_waste(), HOUR);
    assert_eq!(totals.confirmed_waste_energy().watt_hours().to_string(), "60.000");
    assert_eq!(totals.assumed_waste_energy.watt_hours().to_string(), "120.000");
    assert_eq!(totals.assumed_waste_cost.unwrap().amount().to_string(), "12.0000");
    assert_eq!(totals.confirmed_waste_cost().unwrap().amount().to_string(), "6.0000");
}

#[test]
fn assumed_use_while_somebody_is_there_is_no_assumed_waste() {
    let told = believing(1)
        .pir("OCCUPIED", "00:00")
        .lamp("ON", "12:00")
        .pir("VACANT", "14:00")
        .lamp("OFF", "15:00")
        .told();
    let totals = told.totals();
    assert_eq!((totals.assumed, totals.assumed_waste), (2 * HOUR, HOUR));
}
