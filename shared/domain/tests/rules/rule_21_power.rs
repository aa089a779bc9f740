//! Rule 21: how long a power reading holds.

use roomwatt_domain::Usage;
use roomwatt_domain::instant::MINUTE;
use serde_json::json;

use crate::room::{Room, Told};

/// A television rated at 120 W.
fn hotel() -> Room {
    Room::on("2026-11-20").profile("ratings", json!({"tv": {"ON": 120}}))
}

/// Watt-hours of the use, minutes of it that are measured, and watt-hours of standby.
fn drawn(told: &Told) -> (String, i64, String) {
    let usage = told.device("tv tv-1").usage.iter().find(|it| it.state.as_str() == "ON");
    let energy = usage.and_then(Usage::energy).unwrap_or_default();
    let measured = usage.map_or(0, |usage| usage.metered.as_ref().unwrap().measured);
    let standby = told.measured("tv tv-1").standby;
    (energy.watt_hours().to_string(), measured / MINUTE, standby.watt_hours().to_string())
}

#[test]
fn a_power_reading_holds_for_a_quarter_of_an_hour_and_then_the_rating_counts() {
    let told = hotel()
        .device("tv tv-1", "ON", "10:00")
        .power("tv tv-1", "60", "10:00")
        .device("tv tv-1", "OFF", "10:30")
        .told();
    assert_eq!(drawn(&told), ("45.000".into(), 15, "0.000".into()));
}

#[test]
fn the_next_reading_ends_it() {
    let told = hotel()
        .device("tv tv-1", "ON", "10:00")
        .power("tv tv-1", "60", "10:00")
        .power("tv tv-1", "0", "10:10")
        .device("tv tv-1", "OFF", "10:25")
        .told();
    assert_eq!(drawn(&told), ("10.000".into(), 25, "0.000".into()));
}

#[test]
fn a_change_into_off_ends_it_and_a_later_use_goes_by_rating() {
    let told = hotel()
        .device("tv tv-1", "ON", "10:00")
        .power("tv tv-1", "60", "10:00")
        .device("tv tv-1", "OFF", "10:05")
        .device("tv tv-1", "ON", "10:10")
        .device("tv tv-1", "OFF", "10:20")
        .told();
    assert_eq!(drawn(&told), ("25.000".into(), 5, "0.000".into()));
}

#[test]
fn at_the_readings_own_instant_the_off_comes_after_it() {
    let told = hotel()
        .device("tv tv-1", "ON", "10:00")
        .device("tv tv-1", "OFF", "10:10")
        .power("tv tv-1", "60", "10:10")
        .told();
    assert_eq!(drawn(&told), ("20.000".into(), 0, "0.000".into()));
}

#[test]
fn while_off_or_unknown_it_is_standby_which_a_repeated_off_does_not_end() {
    let off = hotel()
        .device("tv tv-1", "OFF", "10:00")
        .power("tv tv-1", "4", "10:01")
        .device("tv tv-1", "OFF", "10:05")
        .told();
    assert_eq!(drawn(&off).2, "1.000");
    let unknown = hotel().power("tv tv-1", "4", "10:01").told();
    assert_eq!(drawn(&unknown).2, "1.000");
    // Unknown to OFF is a change.
    let known = hotel().power("tv tv-1", "4", "10:00").device("tv tv-1", "OFF", "10:03").told();
    assert_eq!(drawn(&known).2, "0.200");
}

#[test]
fn a_change_into_off_that_is_cancelled_ends_nothing() {
    let told = hotel()
        .device("tv tv-1", "ON", "10:00")
        .power("tv tv-1", "60", "10:00")
        .device("tv tv-1", "OFF", "10:05")
        .device("tv tv-1", "ON", "10:05")
        .device("tv tv-1", "OFF", "10:15")
        .told();
    assert_eq!(drawn(&told), ("15.000".into(), 15, "0.000".into()));
}

#[test]
fn it_holds_over_midnight() {
    let first = hotel().device("tv tv-1", "ON", "23:50").power("tv tv-1", "60", "23:50");
    assert_eq!(drawn(&first.clone().told()), ("10.000".into(), 10, "0.000".into()));
    let carried = first.clone().told().carried("tv tv-1").power.unwrap();
    assert_eq!(
        (carried.at, carried.power.watts().to_string()),
        (first.instant("23:50"), "60.000".into())
    );
    let second = first.clone().next_day().device("tv tv-1", "OFF", "00:10").told();
    assert_eq!(drawn(&second), ("15.000".into(), 5, "0.000".into()));
    let off = first.next_day().device("tv tv-1", "OFF", "00:00").told();
    assert!(off.device("tv tv-1").usage.is_empty());
}

#[test]
fn what_no_longer_holds_at_the_days_end_is_not_carried() {
    let first = hotel().power("tv tv-1", "60", "23:45");
    assert_eq!(first.clone().told().carried("tv tv-1").power, None);
    // Nothing of it is left, so the device is not in the next report.
    assert!(first.next_day().told().devices.is_empty());
    let off = hotel()
        .device("tv tv-1", "ON", "23:50")
        .power("tv tv-1", "60", "23:50")
        .device("tv tv-1", "OFF", "23:55");
    assert_eq!(off.told().carried("tv tv-1").power, None);
}

#[test]
fn a_power_counts_for_use_without_a_rating() {
    let told = Room::on("2026-11-20")
        .device("tv tv-1", "ON", "10:00")
        .power("tv tv-1", "60", "10:00")
        .device("tv tv-1", "OFF", "10:30")
        .told();
    assert_eq!(drawn(&told), ("15.000".into(), 15, "0.000".into()));
    assert_eq!(told.totals().unrated, 15 * MINUTE);
}
