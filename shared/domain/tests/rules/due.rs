//! When days are due, and which events are too early, too late, or late (rules 14 and 15).

use roomwatt_domain::due::{FUTURE_TOLERANCE, OutOfTime};
use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{BusinessDay, Instant, Millis, Schedule};

use crate::room::Room;

const DAY: Millis = 24 * HOUR;

fn noon() -> Instant {
    Room::on("2026-11-20").instant("12:00")
}

fn day() -> BusinessDay {
    Room::on("2026-11-20").day()
}

/// The end of that day.
fn midnight() -> Instant {
    Room::on("2026-11-21").instant("00:00")
}

#[test]
fn an_event_that_happens_now_or_happened_is_admitted() {
    let schedule = Schedule::default();
    for age in [0, 1, HOUR, 89 * DAY] {
        assert_eq!(schedule.admit(noon() - age, noon()), Ok(()));
    }
}

#[test]
fn an_event_up_to_five_minutes_ahead_of_the_clock_is_admitted() {
    let schedule = Schedule::default();
    assert_eq!(FUTURE_TOLERANCE, 5 * MINUTE);
    assert_eq!(schedule.admit(noon() + 5 * MINUTE, noon()), Ok(()));
    assert_eq!(schedule.admit(noon() + 5 * MINUTE + 1, noon()), Err(OutOfTime::Future));
    assert_eq!(schedule.admit(noon() + DAY, noon()), Err(OutOfTime::Future));
}

#[test]
fn an_event_as_old_as_the_history_is_admitted_and_an_older_one_is_not() {
    let schedule = Schedule::default();
    assert_eq!(schedule.admit(noon() - 90 * DAY, noon()), Ok(()));
    assert_eq!(schedule.admit(noon() - 90 * DAY - 1, noon()), Err(OutOfTime::Expired));
    let short = Schedule { history: HOUR, ..schedule };
    assert_eq!(short.admit(noon() - HOUR, noon()), Ok(()));
    assert_eq!(short.admit(noon() - HOUR - 1, noon()), Err(OutOfTime::Expired));
}

#[test]
fn why_an_instant_is_refused_is_said() {
    let said = [OutOfTime::Future, OutOfTime::Expired].map(|reason| reason.to_string());
    assert_eq!(said[0], "occurredAt is more than 5 minutes in the future");
    assert_eq!(said[1], "occurredAt is older than the history that is kept");
}

#[test]
fn a_day_is_due_once_it_is_over_and_the_grace_has_passed() {
    assert_eq!(Schedule::default().due_at(&day()), midnight() + 10 * MINUTE);
    let patient = Schedule { grace: 2 * HOUR, ..Schedule::default() };
    assert_eq!(patient.due_at(&day()), midnight() + 2 * HOUR);
    let hasty = Schedule { grace: 0, ..Schedule::default() };
    assert_eq!(hasty.due_at(&day()), midnight());
}

#[test]
fn a_long_day_is_due_later() {
    let long = Room::in_zone("America/New_York").at("2026-11-01").day();
    assert_eq!(Schedule::default().due_at(&long), long.window.start + 25 * HOUR + 10 * MINUTE);
}

#[test]
fn a_write_may_be_late_from_half_the_grace_on() {
    let schedule = Schedule::default();
    assert!(!schedule.may_be_late(&day(), noon()));
    assert!(!schedule.may_be_late(&day(), midnight() + 5 * MINUTE - 1));
    assert!(schedule.may_be_late(&day(), midnight() + 5 * MINUTE));
    assert!(schedule.may_be_late(&day(), schedule.due_at(&day())));
    assert!(schedule.may_be_late(&day(), midnight() + 365 * DAY));
}

#[test]
fn a_day_can_be_revised_while_an_event_for_it_may_still_come_out_of_a_queue() {
    let schedule = Schedule::default();
    let last = midnight() + 90 * DAY + 14 * DAY;
    assert!(schedule.can_revise(&day(), schedule.due_at(&day())));
    assert!(schedule.can_revise(&day(), last - 1));
    assert!(!schedule.can_revise(&day(), last));
    // The last event that is admitted can wait in a queue as long as queues keep messages.
    let last_event = midnight() - 1;
    let admitted = last_event + 90 * DAY;
    assert_eq!(schedule.admit(last_event, admitted), Ok(()));
    assert!(schedule.can_revise(&day(), admitted + 14 * DAY));
}

#[test]
fn transitions_are_kept_longer_than_the_day_can_be_revised() {
    let schedule = Schedule::default();
    let kept = schedule.history_until(midnight());
    assert!(!schedule.can_revise(&day(), kept));
    assert!(!schedule.can_revise(&day(), kept - DAY));
    assert!(schedule.can_revise(&day(), kept - DAY - 1));
}
