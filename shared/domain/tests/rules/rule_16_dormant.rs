//! Rule 16: rooms that fell silent.

use roomwatt_domain::dormant::is_dormant;
use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{History, Instant, Live, RoomId, RoomStates};
use serde_json::json;

use crate::room::Room;

/// A room that is dormant after two days, with a lamp left on.
fn left_on() -> Room {
    Room::on("2026-11-20").profile("dormantAfterDays", json!(2)).lamp("ON", "10:00")
}

/// Whether the room's day has a report.
fn has_report(room: &Room) -> bool {
    let profile = room.parsed();
    let terms = profile.terms(&RoomId::new("1203").unwrap());
    room.opening().has_report(room.day().window.start, &room.history(), &terms)
}

#[test]
fn a_room_is_dormant_once_more_than_the_limit_has_passed() {
    let at = Instant::from_millis;
    assert!(!is_dormant(Some(at(0)), at(48 * HOUR), 2));
    assert!(is_dormant(Some(at(0)), at(48 * HOUR + 1), 2));
    assert!(!is_dormant(None, at(1000 * HOUR), 2));
}

#[test]
fn thirty_days_are_the_limit_where_the_profile_does_not_say() {
    let mut room = Room::on("2026-01-01").lamp("ON", "00:00");
    for _ in 0..30 {
        room = room.next_day();
        assert!(has_report(&room));
    }
    assert!(!has_report(&room.next_day()));
}

#[test]
fn a_dormant_day_that_is_silent_has_no_report() {
    let mut room = left_on();
    let mut reports = Vec::new();
    for _ in 0..5 {
        reports.push(has_report(&room));
        room = room.next_day();
    }
    assert_eq!(reports, [true, true, true, false, false]);
}

#[test]
fn whatever_is_heard_of_a_room_keeps_it_awake() {
    let heard = |room: Room| room.told().heard;
    let room = || left_on().next_day();
    let noon = Some(room().instant("12:00"));
    assert_eq!(heard(room().lamp("ON", "12:00")), noon);
    assert_eq!(heard(room().pir("OCCUPIED", "12:00").pir("OCCUPIED", "11:00")), noon);
    assert_eq!(heard(room().stay("CHECKED_IN", "12:00")), noon);
    assert_eq!(heard(room().power("light lamp-1", "5", "12:00")), noon);
    assert_eq!(heard(room().counter("meter circuit-1", "5", "12:00")), noon);
    assert_eq!(heard(room()), Some(left_on().instant("10:00")));
}

#[test]
fn a_dormant_day_that_is_heard_opens_with_nothing_known() {
    let asleep = left_on()
        .stay("CHECKED_IN", "11:00")
        .pir("VACANT", "11:00")
        .counter("light lamp-1", "100", "12:00")
        .next_day()
        .next_day()
        .next_day();
    assert!(!asleep.opening().is_empty());
    let awake = asleep.counter("light lamp-1", "900", "18:00").lamp("ON", "20:00");
    assert!(has_report(&awake));
    let told = awake.told();
    assert_eq!(told.used("light lamp-1"), [("ON", 4 * HOUR)]);
    assert_eq!(told.presence(), [0, 0, 24 * HOUR]);
    assert_eq!(told.stay, None);
    // The reading is a zero point, and the debt is dropped.
    let counter = told.carried("light lamp-1").counter.unwrap();
    assert_eq!((counter.value.to_string().as_str(), counter.debt.exact()), ("900.000", 0));
    assert_eq!(told.measured("light lamp-1").jumps, 0);
}

#[test]
fn a_dormant_room_is_not_live() {
    let asleep = left_on().next_day().next_day().next_day();
    let profile = asleep.parsed();
    let terms = profile.terms(&RoomId::new("1203").unwrap());
    let now = asleep.instant("12:00");
    let live = |opening: &RoomStates, history: History| {
        Live::at(now, opening.clone(), [(asleep.day(), history)], &terms)
    };
    assert!(live(asleep.opening(), History::default()).is_none());
    let woken = live(asleep.opening(), asleep.clone().lamp("OFF", "11:00").history()).unwrap();
    let heard = asleep.opening().heard;
    assert_eq!(woken.opening, RoomStates { heard, ..RoomStates::default() });
    assert!(live(left_on().next_day().opening(), History::default()).is_none());
}
