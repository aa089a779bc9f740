//! Rule 10: what repeated states tell about lost transitions.

use roomwatt_domain::Quality;
use roomwatt_domain::instant::{HOUR, MINUTE, Millis};
use serde_json::json;

use crate::room::Room;

fn quality(missing_starts: u64, missing_ends: u64, unconfirmed: Millis) -> Quality {
    Quality { missing_starts, missing_ends, unconfirmed }
}

#[test]
fn a_device_that_alternates_misses_nothing() {
    let told = Room::on("2026-11-20")
        .lamp("ON", "18:00")
        .lamp("OFF", "19:00")
        .lamp("ON", "20:00")
        .lamp("OFF", "21:00")
        .told();
    assert_eq!(told.lamp().quality, quality(0, 0, 0));
}

#[test]
fn a_repeated_active_state_is_a_missing_end_since_the_transition_before() {
    let told = Room::on("2026-11-20").lamp("ON", "18:00").lamp("ON", "19:30").told();
    assert_eq!(told.lamp().quality, quality(0, 1, 90 * MINUTE));
}

#[test]
fn a_repeated_idle_state_is_a_missing_start() {
    let told = Room::on("2026-11-20")
        .lamp("OFF", "18:00")
        .lamp("OFF", "19:00")
        .lamp("OFF", "20:00")
        .told();
    assert_eq!(told.lamp().quality, quality(2, 0, 0));
}

#[test]
fn the_time_before_each_missing_end_begins_at_the_transition_before_it() {
    let told = Room::on("2026-11-20")
        .lamp("ON", "18:00")
        .lamp("ON", "19:00")
        .lamp("ON", "21:00")
        .lamp("OFF", "22:00")
        .lamp("ON", "22:30")
        .lamp("ON", "23:00")
        .told();
    assert_eq!(told.lamp().quality, quality(0, 3, HOUR + 2 * HOUR + 30 * MINUTE));
}

#[test]
fn a_cancelled_change_is_a_transition_before_as_well() {
    let told = Room::on("2026-11-20")
        .lamp("ON", "18:00")
        .lamp("OFF", "20:00")
        .lamp("ON", "20:00")
        .lamp("ON", "21:00")
        .told();
    assert_eq!(told.lamp().quality, quality(0, 1, HOUR));
}

#[test]
fn a_change_between_two_active_states_misses_nothing() {
    let told = Room::on("2026-11-20")
        .device("thermostat ac", "COOL", "18:00")
        .device("thermostat ac", "HEAT", "19:00")
        .device("thermostat ac", "COOL", "20:00")
        .told();
    assert_eq!(told.device("thermostat ac").quality, quality(0, 0, 0));
}

#[test]
fn time_is_unconfirmed_within_the_day_only() {
    let second = Room::on("2026-11-20").lamp("ON", "18:00").next_day().lamp("ON", "01:15");
    assert_eq!(second.clone().told().lamp().quality, quality(0, 1, HOUR + 15 * MINUTE));
    let later = second.next_day().next_day().lamp("ON", "00:00");
    assert_eq!(later.told().lamp().quality, quality(0, 1, 0));
}

#[test]
fn a_state_carried_over_midnight_can_be_repeated() {
    let told = Room::on("2026-11-20").lamp("OFF", "18:00").next_day().lamp("OFF", "12:00").told();
    assert_eq!(told.lamp().quality, quality(1, 0, 0));
}

#[test]
fn the_figures_of_the_use_stay_what_they_are() {
    let told = Room::on("2026-11-20").lamp("ON", "18:00").lamp("ON", "22:00").told();
    assert_eq!(told.used("light lamp-1"), [("ON", 6 * HOUR)]);
}

#[test]
fn sensors_and_stays_have_no_quality() {
    let told = Room::on("2026-11-20")
        .pir("OCCUPIED", "18:00")
        .pir("OCCUPIED", "19:00")
        .stay("CHECKED_IN", "18:00")
        .stay("CHECKED_IN", "19:00")
        .told();
    assert_eq!(told.totals().quality, quality(0, 0, 0));
}

#[test]
fn the_quality_of_a_room_is_that_of_all_its_devices() {
    let told = Room::on("2026-11-20")
        .device("light lamp-1", "ON", "18:00")
        .device("light lamp-1", "ON", "19:00")
        .device("light lamp-2", "ON", "18:00")
        .device("light lamp-2", "ON", "18:30")
        .device("light lamp-3", "OFF", "18:00")
        .device("light lamp-3", "OFF", "19:00")
        .told();
    assert_eq!(told.totals().quality, quality(1, 2, 90 * MINUTE));
}

#[test]
fn a_kind_that_repeats_as_a_matter_of_course_misses_nothing() {
    let told = Room::on("2026-11-20")
        .profile("repeatingKinds", json!(["plug"]))
        .profile("confirmWithinHours", json!({"plug": 1}))
        .device("plug tv", "ON", "10:00")
        .device("plug tv", "ON", "11:30")
        .device("plug tv", "OFF", "12:00")
        .device("plug tv", "OFF", "13:00")
        .lamp("ON", "10:00")
        .lamp("ON", "11:00")
        .told();
    assert_eq!(told.device("plug tv").quality, Quality::default());
    assert_eq!(told.lamp().quality.missing_ends, 1);
    // A repetition confirms all the same: half an hour was assumed, from 11:00 to 11:30.
    let assumed = told.device("plug tv").usage[0].assumed.total();
    assert_eq!(assumed, HOUR / 2);
}
