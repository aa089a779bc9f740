//! A month ends while late events revise its days: its sums by room are those of the last reports,
//! whoever of the two is slow.

use roomwatt_embedded::deployment::DEVICE_EVENTS;

use crate::events::profile;
use crate::line::Call;
use crate::scenarios::{ZONE, at, date, lamp};
use crate::stage::{Disturbance, Stage};

/// A hotel on the evening of the month's last day.
async fn on_the_last_evening() -> Stage {
    let mut stage = Stage::at(at("02 13:00"), Disturbance::None).await;
    stage.put_profile(&profile("h1", ZONE, "0.25")).await;
    for room in ["101", "102"] {
        stage.send(DEVICE_EVENTS, &lamp(room, "ON", "02 09:00"));
        stage.send(DEVICE_EVENTS, &lamp(room, "OFF", "02 12:00"));
    }
    stage.pass_until(at("04 00:50"), true).await;
    stage.pass_until(at("04 23:00"), false).await;
    stage
}

fn puts_sums(call: &Call<'_>) -> bool {
    call.operation == "PutItem" && call.mentions("\"MONTH#h1#2026-02\"")
}

#[tokio::test(start_paused = true)]
async fn a_revision_overtakes_the_close_that_makes_the_sums() {
    let mut stage = on_the_last_evening().await;
    stage.begin();
    stage.tick_at(at("05 00:15")).await;
    let close = stage.work_until(None, puts_sums).await;
    stage.send(DEVICE_EVENTS, &lamp("101", "ON", "03 20:00"));
    stage.work().await;
    stage.resume(close).await;
    stage.pass_until(at("05 00:50"), true).await;
    assert_eq!(stage.end().await.faults, [] as [String; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_close_makes_the_sums_before_a_slow_revision_writes() {
    let mut stage = on_the_last_evening().await;
    stage.pass_until(at("05 00:14"), false).await;
    stage.begin();
    // No later day follows from it: the revision has no reason of its own to look at the close again.
    stage.send(DEVICE_EVENTS, &lamp("101", "OFF", "02 09:30"));
    stage.send(DEVICE_EVENTS, &lamp("101", "ON", "02 09:40"));
    stage.take_in().await;
    let revision = stage
        .work_until(None, |call| {
            call.operation == "TransactWriteItems" && call.mentions(&format!("#{}", date(2)))
        })
        .await;
    stage.tick_at(at("05 00:15")).await;
    stage.work().await;
    stage.resume(revision).await;
    stage.pass_until(at("05 00:50"), true).await;
    assert_eq!(stage.end().await.faults, [] as [String; 0]);
}

#[tokio::test(start_paused = true)]
async fn the_first_sums_do_not_take_the_place_of_revised_ones() {
    let mut stage = on_the_last_evening().await;
    stage.begin();
    stage.lose(puts_sums);
    stage.tick_at(at("05 00:15")).await;
    stage.pass_until(at("05 00:50"), true).await;
    stage.send(DEVICE_EVENTS, &lamp("101", "ON", "03 20:00"));
    stage.pass_until(at("05 02:00"), true).await;
    assert_eq!(stage.faults().await, [] as [String; 0], "before the stray");
    stage.land();
    assert_eq!(stage.end().await.faults, [] as [String; 0]);
}
