//! A close writes a day's sums and a room's report, is told that something has changed, and writes
//! both again. Then the first ones are carried out once more: the same attempt wrote them.

use roomwatt_embedded::deployment::{DEVICE_EVENTS, SPACE_EVENTS};
use serde_json::Value;

use crate::events::stay;
use crate::line::Call;
use crate::scenarios::{at, closed_hotel, date, lamp};
use crate::stage::{Disturbance, Stage};

/// The close of the 5th has written everything and is about to end when a late event comes; the
/// stray of an earlier write lands when it has ended.
async fn touched_close(
    loses: fn(&Call<'_>) -> bool,
    queue: &str,
    late: Value,
) -> (Stage, Vec<String>) {
    let mut stage = closed_hotel(Disturbance::None).await;
    stage.pass_until(at("05 20:00"), false).await;
    stage.send(DEVICE_EVENTS, &lamp("101", "ON", "05 19:59"));
    stage.pass_until(at("06 00:14"), false).await;
    stage.begin();
    stage.lose(loses);
    stage.tick_at(at("06 00:15")).await;
    let ends = |call: &Call<'_>| {
        call.operation == "UpdateItem"
            && call.mentions("\"CLOSE\"")
            && call.mentions(&format!("\"{}\"", date(5)))
    };
    let close = stage.work_until(None, ends).await;
    stage.send(queue, &late);
    stage.work().await;
    stage.resume(close).await;
    stage.pass_until(at("06 00:50"), true).await;
    let before = stage.faults().await;
    stage.land();
    (stage, before)
}

#[tokio::test(start_paused = true)]
async fn the_first_sums_of_a_day_do_not_take_the_place_of_the_second() {
    let sums = |call: &Call<'_>| {
        call.operation == "PutItem" && call.mentions(&format!("\"DAY#{}\"", date(5)))
    };
    let late = lamp("101", "OFF", "05 23:00");
    let (stage, before) = Box::pin(touched_close(sums, DEVICE_EVENTS, late)).await;
    assert_eq!(before, [] as [String; 0], "before the stray");
    assert_eq!(stage.end().await.faults, [] as [String; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_report_of_older_opening_states_does_not_take_the_place_of_a_newer_one() {
    let report = |call: &Call<'_>| {
        call.operation == "PutItem"
            && call.mentions(&format!("#{}\"", date(5)))
            && call.mentions("\"REPORT#101\"")
    };
    // The day before is revised: the 5th opens with a guest gone, and has no event more.
    let late = stay("h1", "101", "CHECKED_OUT", at("04 11:00"));
    let (stage, before) = Box::pin(touched_close(report, SPACE_EVENTS, late)).await;
    assert_eq!(before, [] as [String; 0], "before the stray");
    assert_eq!(stage.end().await.faults, [] as [String; 0]);
}
