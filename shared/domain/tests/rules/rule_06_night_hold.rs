//! Rule 6, night hold: a vacancy of a guest who sleeps.

use roomwatt_domain::Instant;
use roomwatt_domain::instant::{HOUR, MINUTE};
use serde_json::json;

use crate::room::Room;

/// A sold room whose guest is seen at 17:00, in a hotel that holds vacancies from 21:00 to 08:00.
fn sold() -> Room {
    in_hold("Asia/Seoul", "2026-11-20", ["21:00", "08:00"])
}

fn in_hold(zone: &str, date: &str, hold: [&str; 2]) -> Room {
    Room::in_zone(zone)
        .at(date)
        .profile("nightHold", json!(hold))
        .stay("CHECKED_IN", "15:00")
        .pir("OCCUPIED", "17:00")
}

/// The outcome that the next day opens with.
fn held_until(room: &Room) -> Option<Instant> {
    room.clone().next_day().opening().presence.values().next().unwrap().night_hold
}

#[test]
fn a_vacancy_that_begins_in_the_hold_counts_from_its_end_on() {
    let first = sold().pir("VACANT", "23:00");
    assert_eq!(first.clone().told().presence(), [7 * HOUR, 0, 17 * HOUR]);
    let second = first.next_day();
    assert_eq!(second.told().presence(), [8 * HOUR, 16 * HOUR, 0]);
}

#[test]
fn the_hold_includes_its_first_minute_and_not_its_last() {
    let night = |time: &str| held_until(&sold().pir("VACANT", time)).is_some();
    assert!(!night("20:59:59.999"));
    assert!(night("21:00"));
    let morning = |time: &str| {
        let second = sold().next_day().pir("VACANT", time);
        second.told().presence()[0]
    };
    assert_eq!(morning("07:59:59.999"), 8 * HOUR);
    assert_eq!(morning("08:00"), 8 * HOUR);
    assert_eq!(morning("08:00:00.001"), 8 * HOUR + 1);
}

#[test]
fn the_later_of_hold_and_delay_counts() {
    let early = |time: &str| {
        let second = sold().profile("vacancyDelayMinutes", json!(10)).next_day();
        second.pir("VACANT", time).told().presence()[0]
    };
    assert_eq!(early("07:49"), 8 * HOUR);
    assert_eq!(early("07:55"), 8 * HOUR + 5 * MINUTE);
}

#[test]
fn a_vacancy_that_is_only_repeated_in_the_hold_began_before_it() {
    let room = sold().pir("VACANT", "20:00").pir("VACANT", "22:00");
    assert_eq!(held_until(&room), None);
    assert_eq!(room.told().presence(), [3 * HOUR, 4 * HOUR, 17 * HOUR]);
}

#[test]
fn a_room_that_is_not_sold_has_no_hold() {
    let unsold = Room::on("2026-11-20").profile("nightHold", json!(["21:00", "08:00"]));
    let unknown = unsold.clone().pir("VACANT", "22:00");
    assert_eq!(held_until(&unknown), None);
    assert_eq!(held_until(&unsold.stay("CHECKED_OUT", "15:00").pir("VACANT", "22:00")), None);
}

#[test]
fn clock_and_stay_are_read_where_the_vacancy_begins_once_and_for_all() {
    // The stay at the vacancy's own instant counts.
    let arrives = Room::on("2026-11-20")
        .profile("nightHold", json!(["21:00", "08:00"]))
        .pir("VACANT", "22:00")
        .stay("CHECKED_IN", "22:00");
    assert!(held_until(&arrives).is_some());
    // A guest who leaves in the night is still held: somebody had been there.
    let leaves = sold().pir("VACANT", "22:00").stay("CHECKED_OUT", "23:00");
    assert_eq!(leaves.clone().told().presence(), [7 * HOUR, 0, 17 * HOUR]);
    assert_eq!(leaves.next_day().told().presence(), [8 * HOUR, 16 * HOUR, 0]);
    // A hold that the profile gives up the next day still ends what it began.
    let given_up = sold().pir("VACANT", "22:00").next_day().profile("nightHold", json!(null));
    assert_eq!(given_up.told().presence(), [8 * HOUR, 16 * HOUR, 0]);
}

#[test]
fn a_hold_that_ends_in_an_hour_that_is_missing_ends_with_the_change() {
    // At 01:00 it is 02:00.
    let first = in_hold("Europe/Lisbon", "2026-03-28", ["23:00", "01:30"]).next_day();
    let second = first.pir("VACANT", "00:30");
    assert_eq!(held_until(&second), Some(second.instant("02:00")));
    assert_eq!(second.told().presence()[0], HOUR);
}

#[test]
fn a_hold_that_ends_in_an_hour_that_comes_twice_ends_when_the_clock_first_shows_its_end() {
    // At 02:00 it is 01:00 again.
    let day = || in_hold("Europe/Lisbon", "2026-10-24", ["23:00", "01:30"]).next_day();
    let first = day().pir("VACANT", "00:30");
    assert_eq!(first.told().presence()[0], 90 * MINUTE);
    let between = day().pir("VACANT", "01:45");
    assert_eq!(held_until(&between), None);
    assert_eq!(between.told().presence()[0], 105 * MINUTE);
}

#[test]
fn a_hold_over_the_middle_of_a_day_ends_on_the_same_day() {
    let told =
        in_hold("Asia/Seoul", "2026-11-20", ["16:00", "22:00"]).pir("VACANT", "18:00").told();
    assert_eq!(told.presence(), [5 * HOUR, 2 * HOUR, 17 * HOUR]);
}
