//! A late event for a day whose report is expired: readers do not see it any more, and conditions
//! still find it, since DynamoDB deletes it within days and not at once.

use roomwatt_domain::Schedule;
use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_embedded::deployment::DEVICE_EVENTS;
use roomwatt_store::Retention;

use crate::events::profile;
use crate::scenarios::{ZONE, at, lamp};
use crate::services::{QUEUES, Services};
use crate::stage::{Disturbance, Stage};

const DAY: i64 = 24 * HOUR;

/// What is far more than settling a day of a room can take. A worker that gets here is stopped.
const TOO_MANY: usize = 300;

fn retention(history: i64, report_days: u32) -> Retention {
    let schedule = Schedule { history: history * DAY, ..Schedule::default() };
    Retention { schedule, report_days, spare_days: 0 }
}

/// A hotel that closed a day long ago gets an event for it, late by so many days.
async fn late_by(days: i64, kept: Retention, then: Retention) {
    let stopped = Disturbance::Stop(TOO_MANY);
    let mut stage = Stage::on(Services::keeping(at("02 10:00"), kept).await, stopped);
    stage.put_profile(&profile("h1", ZONE, "0.25")).await;
    stage.send(DEVICE_EVENTS, &lamp("101", "ON", "02 09:00"));
    stage.send(DEVICE_EVENTS, &lamp("101", "OFF", "02 10:00"));
    stage.pass_until(at("03 01:00"), true).await;
    stage.pass_until(at("02 13:00") + days * DAY, false).await;
    stage.pass(30 * MINUTE).await;
    stage.keep(then);
    stage.begin();
    stage.send(DEVICE_EVENTS, &lamp("101", "ON", "02 15:00"));
    stage.pass_until(stage.services.now() + 40 * MINUTE, false).await;
    assert!(stage.calls() < TOO_MANY, "settling does not end");
    for queue in QUEUES {
        let queues = &stage.services.queues;
        assert_eq!((queues.peek(queue), queues.next_seen(queue)), (vec![], None), "{queue}");
    }
}

#[tokio::test(start_paused = true)]
async fn settling_ends_where_reports_are_kept_for_less_than_their_history() {
    late_by(2, retention(3, 1), retention(3, 1)).await;
}

#[tokio::test(start_paused = true)]
async fn settling_ends_where_history_was_made_longer_than_a_report_was_kept() {
    late_by(30, retention(3, 20), retention(60, 100)).await;
}
