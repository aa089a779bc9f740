//! Rule 3: two different states of a signal at one instant.

use roomwatt_domain::instant::HOUR;
use roomwatt_domain::timeline::{Effect, steps};
use roomwatt_domain::{Instant, State, Transition};

use crate::room::Room;

/// What a device does that was in a state, or unknown, and reports others all at once.
fn resolve(before: Option<&str>, reported: &[&str]) -> (String, Effect) {
    let before = before.map(|state| State::new(state).unwrap());
    let at = Instant::from_millis(0);
    let mut transitions: Vec<_> =
        reported.iter().map(|state| Transition { at, state: State::new(state).unwrap() }).collect();
    transitions.sort();
    let all: Vec<_> = steps(before.as_ref(), &transitions, &State::OFF).collect();
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].at, all[0].before), (at, before.as_ref()));
    (all[0].after.to_string(), all[0].effect)
}

fn changed(state: &str) -> (String, Effect) {
    (state.to_owned(), Effect::Changed)
}

fn cancelled(state: &str) -> (String, Effect) {
    (state.to_owned(), Effect::Cancelled)
}

#[test]
fn two_changes_cancel_out_if_the_state_before_is_one_of_them() {
    assert_eq!(resolve(Some("ON"), &["ON", "OFF"]), cancelled("ON"));
    assert_eq!(resolve(Some("OFF"), &["ON", "OFF"]), cancelled("OFF"));
    assert_eq!(resolve(Some("HEAT"), &["COOL", "HEAT"]), cancelled("HEAT"));
    assert_eq!(resolve(Some("HEAT"), &["COOL", "HEAT", "OFF"]), cancelled("HEAT"));
}

#[test]
fn else_the_idle_state_wins_if_it_is_one_of_them() {
    assert_eq!(resolve(Some("HEAT"), &["COOL", "OFF"]), changed("OFF"));
    assert_eq!(resolve(None, &["ON", "OFF"]), changed("OFF"));
    // In byte order it would come last.
    assert_eq!(resolve(Some("HEAT"), &["COOL", "FAN", "OFF"]), changed("OFF"));
}

#[test]
fn else_the_smallest_in_byte_order_wins() {
    assert_eq!(resolve(Some("OFF"), &["HEAT", "COOL"]), changed("COOL"));
    assert_eq!(resolve(None, &["ON", "FAN", "HEAT"]), changed("FAN"));
    assert_eq!(resolve(None, &["A_B", "AZ", "A9", "A-B"]), changed("A-B"));
    assert_eq!(resolve(None, &["A_B", "AZ", "A9"]), changed("A9"));
    assert_eq!(resolve(None, &["A_B", "AZ"]), changed("AZ"));
    assert_eq!(resolve(None, &["ECO-2", "ECO"]), changed("ECO"));
}

#[test]
fn a_single_state_changes_or_repeats() {
    assert_eq!(resolve(None, &["ON"]), changed("ON"));
    assert_eq!(resolve(Some("OFF"), &["ON"]), changed("ON"));
    assert_eq!(resolve(Some("ON"), &["ON"]), ("ON".to_owned(), Effect::Repeated));
}

#[test]
fn cancelled_changes_leave_the_use_as_it_was() {
    let room = Room::on("2026-11-20").lamp("ON", "18:00").lamp("OFF", "20:00").lamp("ON", "20:00");
    let (evening, last) = (room.instant("18:00"), room.instant("20:00"));
    let told = room.told();
    assert_eq!(told.used("light lamp-1"), [("ON", 6 * HOUR)]);
    assert_eq!(told.lamp().activations, 1);
    // The device was heard of, though.
    assert_eq!(told.closing_lamp(), ("ON", evening, last));
}

#[test]
fn cancelled_changes_are_no_missing_start_or_end() {
    let told = Room::on("2026-11-20")
        .lamp("ON", "18:00")
        .lamp("OFF", "19:00")
        .lamp("ON", "19:00")
        .lamp("OFF", "20:00")
        .lamp("OFF", "21:00")
        .lamp("ON", "21:00")
        .told();
    assert_eq!(told.lamp().quality, roomwatt_domain::Quality::default());
    assert_eq!(told.used("light lamp-1"), [("ON", 2 * HOUR)]);
}

#[test]
fn each_kind_of_signal_has_its_own_idle_state() {
    let room = Room::on("2026-11-20")
        .pir("OCCUPIED", "12:00")
        .pir("VACANT", "12:00")
        .stay("CHECKED_IN", "12:00")
        .stay("CHECKED_OUT", "12:00");
    let noon = room.instant("12:00");
    let told = room.told();
    assert_eq!(told.closing_pir(), Some(("VACANT", noon)));
    assert_eq!(told.closing_stay(), Some(("CHECKED_OUT", noon)));
    assert_eq!(told.occupancy.cells(), [0, 0, 0, 0, 12 * HOUR, 0, 0, 0, 12 * HOUR]);
}

#[test]
fn a_sensor_and_a_stay_keep_the_state_whose_changes_cancel_out() {
    let room = Room::on("2026-11-20")
        .pir("OCCUPIED", "00:00")
        .pir("VACANT", "12:00")
        .pir("OCCUPIED", "12:00")
        .stay("CHECKED_IN", "00:00")
        .stay("CHECKED_OUT", "12:00")
        .stay("CHECKED_IN", "12:00");
    let midnight = room.instant("00:00");
    let told = room.told();
    assert_eq!(told.closing_pir(), Some(("OCCUPIED", midnight)));
    assert_eq!(told.closing_stay(), Some(("CHECKED_IN", midnight)));
    assert_eq!(told.occupancy.cells(), [24 * HOUR, 0, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn the_state_carried_over_midnight_is_a_state_before() {
    let told = Room::on("2026-11-20")
        .lamp("ON", "18:00")
        .next_day()
        .lamp("OFF", "00:00")
        .lamp("ON", "00:00")
        .told();
    assert_eq!(told.used("light lamp-1"), [("ON", 24 * HOUR)]);
    assert_eq!(told.lamp().activations, 0);
}
