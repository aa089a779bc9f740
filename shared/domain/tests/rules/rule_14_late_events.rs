//! Rule 14, as far as one report goes: what changes it, and what it remembers.

use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{BusinessCalendar, BusinessDate, ClosedReport, Instant, RoomId, RoomReport};
use serde_json::json;

use crate::room::Room;

fn evening() -> Room {
    Room::on("2026-11-20")
        .profile("ratings", json!({"light": {"ON": 60}}))
        .stay("CHECKED_OUT", "00:00")
        .lamp("ON", "18:00")
}

fn closed(report: RoomReport) -> ClosedReport {
    let date = BusinessDate::parse("2026-11-20").unwrap();
    let day = BusinessCalendar::new("Asia/Seoul").unwrap().day(date).unwrap();
    ClosedReport::first(RoomId::new("1203").unwrap(), day, report, at("2026-11-21T00:10:00"))
}

fn at(local: &str) -> Instant {
    Instant::parse(&format!("{local}+09:00")).unwrap()
}

#[test]
fn the_first_report_is_revision_1_and_was_never_revised() {
    let first = closed(evening().told().0);
    assert_eq!((first.revision, first.closed_at), (1, at("2026-11-21T00:10:00")));
    assert!(first.revisions.is_empty());
}

#[test]
fn a_report_that_stays_the_same_keeps_its_revision() {
    let first = closed(evening().told().0);
    assert_eq!(first.revised(evening().told().0, at("2026-11-22T09:00:00")), None);
    // A late event may say what was known already.
    let again = evening().lamp("ON", "18:00").told().0;
    assert_eq!(first.revised(again, at("2026-11-22T09:00:00")), None);
}

#[test]
fn a_late_event_explains_itself_by_the_figures_before_and_after() {
    let first = closed(evening().told().0);
    let late = evening().lamp("OFF", "20:00").pir("OCCUPIED", "18:30").told().0;
    let second = first.revised(late.clone(), at("2026-11-22T09:00:00")).unwrap();
    assert_eq!((&second.room, second.date), (&first.room, first.date));
    assert_eq!((second.revision, second.closed_at), (2, at("2026-11-22T09:00:00")));
    assert_eq!(second.report, late);

    assert_eq!(second.revisions.len(), 1);
    let told = &second.revisions[0];
    assert_eq!((told.revision, told.at), (2, at("2026-11-22T09:00:00")));
    assert_eq!((told.before.usage, told.before.waste), (6 * HOUR, 6 * HOUR));
    assert_eq!(told.before.energy.watt_hours().to_string(), "360.000");
    assert_eq!((told.after.usage, told.after.waste), (2 * HOUR, 30 * MINUTE));
    assert_eq!(told.after.energy.watt_hours().to_string(), "120.000");
}

#[test]
fn a_change_of_the_closing_states_alone_is_a_change() {
    // Two changes that cancel out only tell when the lamp was last heard of.
    let idle =
        |time| Room::on("2026-11-20").lamp("OFF", "18:00").lamp("OFF", time).lamp("ON", time);
    let (before, after) = (idle("19:00").told().0, idle("20:00").told().0);
    assert_eq!(before.totals(), after.totals());
    assert_ne!(before.closing(), after.closing());
    assert_eq!(closed(before).revised(after, at("2026-11-22T09:00:00")).unwrap().revision, 2);
}

#[test]
fn a_change_of_the_occupancy_alone_is_a_change() {
    let before = Room::on("2026-11-20").pir("OCCUPIED", "12:00").pir("VACANT", "13:00");
    let after = before.clone().pir("OCCUPIED", "12:30").pir("VACANT", "12:30:01");
    let (before, after) = (before.told().0, after.told().0);
    assert_ne!(before.occupancy, after.occupancy);
    assert!(closed(before).revised(after, at("2026-11-22T09:00:00")).is_some());
}

#[test]
fn a_report_can_return_to_what_it_was_as_another_revision() {
    let (before, after) = (evening().told().0, evening().lamp("OFF", "20:00").told().0);
    let second = closed(before.clone()).revised(after, at("2026-11-22T09:00:00")).unwrap();
    let third = second.revised(before, at("2026-11-23T09:00:00")).unwrap();
    assert_eq!(third.revision, 3);
    assert_eq!(third.revisions[1].after, third.revisions[0].before);
}

#[test]
fn a_report_remembers_its_latest_ten_revisions_oldest_first() {
    let mut report = closed(evening().told().0);
    for minute in 1..=12 {
        let late = evening().lamp("OFF", &format!("20:{minute:02}")).told().0;
        let at = at("2026-11-22T09:00:00") + minute * MINUTE;
        report = report.revised(late, at).unwrap();
        let last = report.revisions.last().unwrap();
        assert_eq!((last.revision, last.at), (report.revision, report.closed_at));
    }
    let remembered: Vec<_> = report.revisions.iter().map(|told| told.revision).collect();
    assert_eq!(remembered, (4..=13).collect::<Vec<_>>());
    let usage: Vec<_> = report.revisions.iter().map(|told| told.after.usage).collect();
    assert!(usage.is_sorted());
    assert_eq!(usage.last(), Some(&(2 * HOUR + 12 * MINUTE)));
}
