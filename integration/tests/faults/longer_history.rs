//! An operator has history kept for longer, and events are admitted of days whose summaries are
//! gone. A report of such a day cannot be made again from what is left.

use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{Profile, Schedule};
use roomwatt_embedded::deployment::{DEVICE_EVENTS, SPACE_EVENTS};
use roomwatt_store::Retention;

use crate::events::{profile, stay};
use crate::scenarios::{ZONE, at, lamp};
use crate::services::Services;
use crate::stage::{Disturbance, Stage};
use crate::table::{self, Table};

const DAY: i64 = 24 * HOUR;

fn history_of(days: i64) -> Retention {
    let schedule = Schedule { history: days * DAY, ..Schedule::default() };
    Retention { schedule, ..Retention::default() }
}

async fn reports(stage: &Stage) -> Table {
    let mut table = table::dump(&stage.services).await;
    table.retain(|key, _| key.contains(" REPORT#") || key.contains(" DAY#"));
    table
}

#[tokio::test(start_paused = true)]
async fn closed_reports_keep_their_figures_when_what_they_were_made_from_is_gone() {
    let services = Services::keeping(at("02 12:00"), history_of(30)).await;
    let mut stage = Stage::on(services, Disturbance::None);
    // The room is silent for weeks, and still has its reports.
    let profile = Profile { dormant_after_days: Some(365), ..profile("h1", ZONE, "0.25") };
    stage.put_profile(&profile).await;
    stage.send(SPACE_EVENTS, &stay("h1", "101", "CHECKED_IN", at("02 08:00")));
    stage.send(DEVICE_EVENTS, &lamp("101", "ON", "02 09:00"));
    stage.send(DEVICE_EVENTS, &lamp("101", "OFF", "02 11:00"));
    stage.pass_until(at("04 01:00"), true).await;
    stage.pass_until(at("02 12:00") + 57 * DAY, false).await;
    stage.pass(30 * MINUTE).await;
    assert!(stage.services.delete_expired(|_, key| key.starts_with("SUMMARY#")) > 10);
    stage.keep(history_of(90));

    let closed = reports(&stage).await;
    stage.send(DEVICE_EVENTS, &lamp("101", "ON", "02 14:00"));
    stage.pass(30 * MINUTE).await;
    let found = reports(&stage).await;
    assert_eq!(table::differences(&closed, &found), [] as [String; 0]);
    let told = stage.services.aws.take_told().into_iter();
    let revised = told.filter(|event| event.detail_type == "RoomReportRevised");
    assert_eq!(revised.count(), 0);

    // Nor is it carried on by a close to come.
    stage.pass(DAY).await;
    let mut found = reports(&stage).await;
    found.retain(|key, _| closed.contains_key(key));
    assert_eq!(table::differences(&closed, &found), [] as [String; 0]);
    let day = at("02 12:00") + 57 * DAY;
    let report = stage.report("h1", profile.calendar.day_of(day).date, "101").await;
    assert_eq!(report.unwrap().closed.report.totals().usage, 0);
}
