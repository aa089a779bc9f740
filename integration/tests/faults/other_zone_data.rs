//! Two versions of the zone rules on one table: during a canary at once, after a deployment one
//! after the other. Offsets, days that are open and days that are closed mean the same to both.
//!
//! The hotels are nine hours ahead of UTC; a worker with other rules has them ten ahead, or eight.

use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{BusinessDate, Millis};
use roomwatt_embedded::deployment::DEVICE_EVENTS;

use crate::events::profile;
use crate::line::OtherRules;
use crate::scenarios::{ZONE, at, date, lamp};
use crate::stage::{Disturbance, Stage};

const TEN_AHEAD: Option<OtherRules> = Some(OtherRules { zone: ZONE, like: "Pacific/Guam" });
const EIGHT_AHEAD: Option<OtherRules> = Some(OtherRules { zone: ZONE, like: "Asia/Shanghai" });

const DAY: Millis = 24 * HOUR;

/// A hotel that has been open since the 2nd, with one room that nothing is used in.
async fn hotel() -> Stage {
    let mut stage = Stage::at(at("02 10:00"), Disturbance::None).await;
    stage.put_profile(&profile("h1", ZONE, "0.25")).await;
    stage.send(DEVICE_EVENTS, &lamp("101", "OFF", "02 09:00"));
    stage.pass_until(at("02 10:30"), false).await;
    stage
}

async fn usage(stage: &Stage, date: BusinessDate) -> Millis {
    let report = stage.report("h1", date, "101").await;
    report.expect("a report").closed.report.totals().usage
}

/// Lets a worker with other rules take an event in, at the time when it happens.
async fn taken_by(stage: &mut Stage, rules: Option<OtherRules>, turned: &str, when: &str) {
    stage.pass_until(at(when), true).await;
    stage.send(DEVICE_EVENTS, &lamp("101", turned, when));
    stage.deploy_rules(rules);
    stage.take_in().await;
    stage.deploy_rules(None);
}

#[tokio::test(start_paused = true)]
async fn an_instant_is_the_same_to_whoever_reads_it() {
    for rules in [TEN_AHEAD, EIGHT_AHEAD] {
        let mut stage = hotel().await;
        taken_by(&mut stage, rules, "ON", "03 12:00").await;
        taken_by(&mut stage, None, "OFF", "03 14:00").await;
        stage.pass_until(at("04 01:00"), true).await;
        assert_eq!(usage(&stage, date(3)).await, 2 * HOUR, "{rules:?}");
        assert_eq!(stage.end().await.faults, [] as [String; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_changes_while_a_day_is_open_moves_none_of_its_instants() {
    for rules in [TEN_AHEAD, EIGHT_AHEAD] {
        let mut stage = hotel().await;
        taken_by(&mut stage, None, "ON", "02 12:00").await;
        stage.deploy_rules(rules);
        stage.send(DEVICE_EVENTS, &lamp("101", "OFF", "02 12:02"));
        stage.pass_until(at("03 02:00"), true).await;
        assert_eq!(usage(&stage, date(2)).await, 2 * MINUTE, "{rules:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_transition_before_its_day_counts_at_the_days_first_instant() {
    let mut stage = hotel().await;
    // To the worker it is half past midnight, on the 3rd.
    taken_by(&mut stage, TEN_AHEAD, "ON", "02 23:30").await;
    taken_by(&mut stage, None, "OFF", "03 06:00").await;
    stage.pass_until(at("04 01:00"), true).await;
    assert_eq!(usage(&stage, date(2)).await, 0);
    assert_eq!(usage(&stage, date(3)).await, 6 * HOUR);
}

#[tokio::test(start_paused = true)]
async fn a_transition_after_its_day_counts_at_the_days_last_instant() {
    let mut stage = hotel().await;
    stage.pass_until(at("02 23:59"), true).await;
    // To the worker it is three minutes past eleven in the evening of the 2nd.
    taken_by(&mut stage, EIGHT_AHEAD, "ON", "03 00:03").await;
    taken_by(&mut stage, None, "OFF", "03 06:00").await;
    stage.pass_until(at("04 01:00"), true).await;
    assert_eq!(usage(&stage, date(2)).await, 1);
    assert_eq!(usage(&stage, date(3)).await, 6 * HOUR);
}

#[tokio::test(start_paused = true)]
async fn a_closed_day_keeps_the_window_that_it_was_closed_with() {
    for rules in [TEN_AHEAD, EIGHT_AHEAD] {
        let mut stage = hotel().await;
        taken_by(&mut stage, None, "ON", "02 12:00").await;
        stage.pass_until(at("04 01:00"), true).await;
        stage.deploy_rules(rules);
        stage.send(DEVICE_EVENTS, &lamp("101", "OFF", "02 13:00"));
        stage.send(DEVICE_EVENTS, &lamp("101", "ON", "02 14:00"));
        stage.pass_until(at("04 02:00"), false).await;
        assert_eq!(usage(&stage, date(2)).await, 11 * HOUR, "{rules:?}");
        assert_eq!(usage(&stage, date(3)).await, DAY, "{rules:?}");
        stage.deploy_rules(None);
        stage.pass_until(at("04 03:00"), false).await;
        assert_eq!(stage.end().await.faults, [] as [String; 0]);
    }
}
