//! Rule 6: presence of a room from all of its sensors, and the delay of a vacancy.

use roomwatt_domain::instant::{HOUR, MINUTE};
use serde_json::json;

use crate::room::Room;

/// A room whose hotel believes a vacancy after some minutes.
fn patient(minutes: u32) -> Room {
    Room::on("2026-11-20").profile("vacancyDelayMinutes", json!(minutes))
}

#[test]
fn one_sensor_that_sees_somebody_is_enough() {
    let told = Room::on("2026-11-20")
        .sensor("pir-1", "OCCUPIED", "00:00")
        .sensor("pir-2", "VACANT", "00:00")
        .sensor("pir-1", "VACANT", "08:00")
        .sensor("pir-2", "OCCUPIED", "20:00")
        .told();
    assert_eq!(told.presence(), [12 * HOUR, 12 * HOUR, 0]);
}

#[test]
fn a_room_is_vacant_as_soon_as_one_sensor_says_so_and_none_sees_anybody() {
    // Of the second sensor nothing is known before the evening.
    let told = Room::on("2026-11-20")
        .sensor("pir-1", "VACANT", "06:00")
        .sensor("pir-2", "VACANT", "20:00")
        .told();
    assert_eq!(told.presence(), [0, 18 * HOUR, 6 * HOUR]);
}

#[test]
fn sensors_that_take_turns_keep_the_room_occupied() {
    let told = Room::on("2026-11-20")
        .sensor("pir-1", "OCCUPIED", "00:00")
        .sensor("pir-2", "OCCUPIED", "10:00")
        .sensor("pir-1", "VACANT", "10:00")
        .told();
    assert_eq!(told.presence(), [24 * HOUR, 0, 0]);
}

#[test]
fn without_a_delay_a_vacancy_counts_at_once() {
    let told = Room::on("2026-11-20").pir("OCCUPIED", "00:00").pir("VACANT", "12:00").told();
    assert_eq!(told.presence(), [12 * HOUR, 12 * HOUR, 0]);
}

#[test]
fn a_vacancy_counts_once_it_has_lasted_the_delay() {
    let told = patient(10).pir("OCCUPIED", "00:00").pir("VACANT", "12:00").told();
    assert_eq!(told.presence(), [12 * HOUR + 10 * MINUTE, 12 * HOUR - 10 * MINUTE, 0]);
}

#[test]
fn a_vacancy_shorter_than_the_delay_never_counts() {
    let room = patient(10).pir("OCCUPIED", "00:00").pir("VACANT", "12:00");
    let told = room.clone().pir("OCCUPIED", "12:09:59.999").told();
    assert_eq!(told.presence(), [24 * HOUR, 0, 0]);
    // A vacancy of just the delay ends where it would begin to count.
    let told = room.clone().pir("OCCUPIED", "12:10").told();
    assert_eq!(told.presence(), [24 * HOUR, 0, 0]);
    let told = room.pir("OCCUPIED", "12:10:00.001").told();
    assert_eq!(told.presence(), [24 * HOUR - 1, 1, 0]);
}

#[test]
fn a_first_vacancy_is_delayed_like_any_other() {
    let told = patient(30).pir("VACANT", "12:00").told();
    assert_eq!(told.presence(), [30 * MINUTE, 12 * HOUR - 30 * MINUTE, 12 * HOUR]);
}

#[test]
fn a_repeated_vacancy_does_not_begin_the_delay_anew() {
    let told = patient(30).pir("VACANT", "12:00").pir("VACANT", "12:20").told();
    assert_eq!(told.presence(), [30 * MINUTE, 12 * HOUR - 30 * MINUTE, 12 * HOUR]);
}

#[test]
fn a_delay_runs_on_over_midnight() {
    let first = patient(240).pir("OCCUPIED", "12:00").pir("VACANT", "22:00");
    assert_eq!(first.clone().told().presence(), [12 * HOUR, 0, 12 * HOUR]);
    let second = first.next_day();
    assert_eq!(second.clone().told().presence(), [2 * HOUR, 22 * HOUR, 0]);
    assert_eq!(second.next_day().told().presence(), [0, 24 * HOUR, 0]);
}

#[test]
fn a_delay_that_ends_at_midnight_leaves_the_next_day_vacant() {
    let second = patient(120).pir("OCCUPIED", "12:00").pir("VACANT", "22:00").next_day();
    assert_eq!(second.told().presence(), [0, 24 * HOUR, 0]);
}

#[test]
fn each_sensor_has_its_own_delay() {
    let told = patient(60)
        .sensor("pir-1", "OCCUPIED", "00:00")
        .sensor("pir-2", "OCCUPIED", "00:00")
        .sensor("pir-1", "VACANT", "12:00")
        .sensor("pir-2", "VACANT", "12:30")
        .told();
    let occupied = 13 * HOUR + 30 * MINUTE;
    assert_eq!(told.presence(), [occupied, 24 * HOUR - occupied, 0]);
}

#[test]
fn a_stay_says_nothing_about_presence() {
    let told = Room::on("2026-11-20").stay("CHECKED_IN", "00:00").told();
    assert_eq!(told.presence(), [0, 0, 24 * HOUR]);
}
