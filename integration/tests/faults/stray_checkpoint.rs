//! A close notes how far it has come, and that note is carried out once more when the day is closed.

use roomwatt_embedded::deployment::DEVICE_EVENTS;
use serde_json::json;

use crate::events::profile;
use crate::scenarios::{ZONE, at, date, lamp};
use crate::stage::{Disturbance, Stage};

/// More than a close does without noting how far it is.
const ROOMS: usize = 250;

#[tokio::test(start_paused = true)]
async fn a_checkpoint_that_lands_when_its_day_is_closed_costs_the_next_day_no_room() {
    let mut stage = Stage::at(at("02 10:00"), Disturbance::None).await;
    stage.put_profile(&profile("h1", ZONE, "0.25")).await;
    let events = (0..ROOMS).map(|room| lamp(&format!("r{room:03}"), "ON", "02 09:00"));
    let events: Vec<_> = events.collect();
    stage.send(DEVICE_EVENTS, &json!({ "events": events }));
    stage.pass_until(at("03 00:14"), false).await;
    stage.begin();
    stage.lose(|call| {
        call.operation == "UpdateItem" && call.mentions("\"CLOSE\"") && call.mentions("{\"S\":\"r")
    });
    stage.pass_until(at("03 00:50"), true).await;
    assert_eq!(stage.reports("h1", date(2)).await.len(), ROOMS);
    stage.land();
    stage.pass_until(at("04 00:50"), true).await;
    assert_eq!(stage.reports("h1", date(3)).await.len(), ROOMS);
    assert_eq!(stage.end().await.faults, [] as [String; 0]);
}
