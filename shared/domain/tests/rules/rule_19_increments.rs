//! Rule 19: what a counter went on by, and whether to believe it.

use roomwatt_domain::{Energy, Increment, IncrementKind};
use serde_json::json;

use crate::room::Room;

/// The increments between readings of a lamp, an hour apart from 10:00 on, of a kind that draws at
/// most 100 W.
fn increments(watt_hours: &[&str]) -> Vec<Increment> {
    read(watt_hours).traced().remove(0).increments
}

fn read(watt_hours: &[&str]) -> Room {
    let room = Room::on("2026-11-20").profile("maxWatts", json!({"light": 100}));
    (10..).zip(watt_hours).fold(room, |room, (hour, value)| {
        room.counter("light lamp-1", value, &format!("{hour}:00"))
    })
}

/// The increments as (kind, watt-hours).
fn judged(watt_hours: &[&str]) -> Vec<(IncrementKind, String)> {
    let shown = |energy: Energy| energy.watt_hours().to_string();
    increments(watt_hours).into_iter().map(|it| (it.kind, shown(it.energy))).collect()
}

fn one(before: &str, after: &str) -> (IncrementKind, String) {
    judged(&[before, after]).remove(0)
}

#[test]
fn a_counter_goes_on_by_what_the_device_can_draw_at_most() {
    assert_eq!(one("500", "560"), (IncrementKind::Increment, "60.000".to_owned()));
    assert_eq!(one("500", "500"), (IncrementKind::Increment, "0.000".to_owned()));
    assert_eq!(one("500", "600"), (IncrementKind::Increment, "100.000".to_owned()));
    assert_eq!(one("500", "600.001"), (IncrementKind::Jump, "0.000".to_owned()));
}

#[test]
fn a_counter_that_begins_again_shows_what_it_measured_since() {
    assert_eq!(one("500", "20"), (IncrementKind::Reset, "20.000".to_owned()));
    assert_eq!(one("500", "0"), (IncrementKind::Reset, "0.000".to_owned()));
    assert_eq!(one("10000", "100"), (IncrementKind::Reset, "100.000".to_owned()));
}

#[test]
fn what_falls_by_a_tenth_or_less_fell_back() {
    assert_eq!(one("100", "90"), (IncrementKind::RollBack, "0.000".to_owned()));
    assert_eq!(one("100", "89.999"), (IncrementKind::Reset, "89.999".to_owned()));
    assert_eq!(one("100", "99.999"), (IncrementKind::RollBack, "0.000".to_owned()));
}

#[test]
fn a_new_beginning_that_the_device_cannot_have_drawn_is_a_roll_back() {
    assert_eq!(one("10000", "100.001"), (IncrementKind::RollBack, "0.000".to_owned()));
}

#[test]
fn the_later_reading_is_the_new_base_in_every_case() {
    let kinds = judged(&["500", "5000", "5050", "5040", "5060", "10", "15"]);
    let expected = [
        (IncrementKind::Jump, "0.000"),
        (IncrementKind::Increment, "50.000"),
        (IncrementKind::RollBack, "0.000"),
        (IncrementKind::Increment, "20.000"),
        (IncrementKind::Reset, "10.000"),
        (IncrementKind::Increment, "5.000"),
    ];
    assert_eq!(kinds, expected.map(|(kind, energy)| (kind, energy.to_owned())));
}

#[test]
fn the_three_are_counted_on_the_day_of_the_later_reading() {
    let told = read(&["500", "5000", "10", "5"]).told();
    let counted = |told: &crate::room::Told| {
        let measured = told.measured("light lamp-1");
        (measured.resets, measured.roll_backs, measured.jumps)
    };
    assert_eq!(counted(&told), (2, 0, 1));
    let first = Room::on("2026-11-20").profile("maxWatts", json!({"light": 100})).counter(
        "light lamp-1",
        "100",
        "23:00",
    );
    assert_eq!(counted(&first.clone().told()), (0, 0, 0));
    let second = first.next_day().counter("light lamp-1", "95", "01:00");
    assert_eq!(counted(&second.told()), (0, 1, 0));
}

#[test]
fn a_kind_that_is_not_named_draws_3000_watts_at_most() {
    let kind = |after: &str| {
        let room = Room::on("2026-11-20").profile("maxWatts", json!({"plug": 1}));
        let room =
            room.counter("light lamp-1", "0", "10:00").counter("light lamp-1", after, "11:00");
        room.traced()[0].increments[0].kind
    };
    assert_eq!(kind("3000"), IncrementKind::Increment);
    assert_eq!(kind("3000.001"), IncrementKind::Jump);
}

#[test]
fn an_increment_tells_what_it_met_and_what_it_booked() {
    let second = Room::on("2026-11-20")
        .profile("ratings", json!({"light": {"ON": 60}}))
        .lamp("ON", "23:00")
        .counter("light lamp-1", "100", "23:00")
        .next_day()
        .counter("light lamp-1", "182", "00:30");
    let lamp = second.traced().remove(0);
    let yesterday = second.instant("00:00") - 3_600_000;
    let increment = lamp.increments[0];
    assert_eq!((increment.from, increment.to), (yesterday, second.instant("00:30")));
    let shown = [increment.energy, increment.debt, increment.booked];
    assert_eq!(shown.map(|it| it.watt_hours().to_string()), ["82.000", "60.000", "22.000"]);
    assert_eq!(lamp.readings.len(), 1);
    assert_eq!(IncrementKind::RollBack.as_str(), "roll-back");
}

#[test]
fn a_gap_is_told_as_one() {
    let room = Room::on("2026-11-20").counter("light lamp-1", "100", "10:00").counter(
        "light lamp-1",
        "150",
        "16:00:00.001",
    );
    let increment = room.traced()[0].increments[0];
    assert_eq!(increment.kind, IncrementKind::Gap);
    assert_eq!(increment.booked.watt_hours().to_string(), "50.000");
    assert_eq!(room.told().measured("light lamp-1").unplaced, increment.booked);
}

#[test]
fn a_jump_tells_the_debt_that_ends_with_it() {
    let second = Room::on("2026-11-20")
        .profile("maxWatts", json!({"light": 100}))
        .profile("ratings", json!({"light": {"ON": 60}}))
        .lamp("ON", "23:00")
        .counter("light lamp-1", "100", "23:00")
        .next_day()
        .counter("light lamp-1", "9999", "01:00");
    let increment = second.traced()[0].increments[0];
    assert_eq!(increment.kind, IncrementKind::Jump);
    // The hour after midnight went by rating too, and is no debt.
    let shown = [increment.energy, increment.debt, increment.booked];
    assert_eq!(shown.map(|it| it.watt_hours().to_string()), ["0.000", "60.000", "0.000"]);
}
