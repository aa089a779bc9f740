//! Late events go on and on while a day is being closed: a gateway that was offline catches up. The
//! close ends all the same, and soon.

use roomwatt_domain::HotelId;
use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_embedded::deployment::{DAY_CLOSE, DEVICE_EVENTS, SPACE_EVENTS};
use serde_json::json;
use tokio::task::LocalSet;

use crate::crew::Crew;
use crate::events::{device, profile};
use crate::scenarios::{ZONE, at, date};
use crate::stage::{Disturbance, Stage};

const ROOMS: usize = 1000;

/// So long the stream goes on, an event every tenth of a second.
const STREAM: i64 = 90_000;

/// By when a close has ended that takes two seconds without a stream.
const LIMIT: i64 = 30_000;

/// Far below what a record may hold, and what a write to one should cost.
const LARGEST: usize = 100_000;

fn room(number: usize) -> String {
    // With long names, a record that lists rooms grows fast.
    format!("{number:0>64}")
}

fn largest_record(stage: &Stage) -> (usize, String) {
    let mut largest = (0, String::new());
    let note = |partition: &str, sort: &str, size: usize| {
        if size > largest.0 {
            largest = (size, format!("{partition} {sort}"));
        }
    };
    stage.services.aws.each_record("roomwatt", note).expect("a table");
    largest
}

#[tokio::test(start_paused = true)]
async fn a_close_ends_while_late_events_keep_coming() {
    let mut stage = Stage::at(at("02 10:00"), Disturbance::None).await;
    stage.put_profile(&profile("h1", ZONE, "0.25")).await;
    let lamp = |number, state, at| device("h1", &room(number), "lamp-1", "light", state, at);
    let on: Vec<_> = (0..ROOMS).map(|number| lamp(number, "ON", at("02 09:00"))).collect();
    stage.send(DEVICE_EVENTS, &json!({ "events": on }));
    stage.pass_until(at("03 00:14"), false).await;
    stage.tick_at(at("03 00:15")).await;

    let (hotel, date) = (HotelId::new("h1").unwrap(), date(2));
    let (mut sent, mut largest) = (0, (0, String::new()));
    let (closed, put) = LocalSet::new()
        .run_until(async {
            let mut crew = Crew::on(&stage, 1);
            for _ in 0..2 {
                crew.hire(&stage, &[DAY_CLOSE, DEVICE_EVENTS, SPACE_EVENTS], 10);
            }
            crew.hire(&stage, &[DAY_CLOSE], 10);
            let stream = |stage: &mut Stage, passed| {
                if passed < STREAM {
                    // From one end of the hotel to the other, and again.
                    let when = at("02 10:00") + i64::try_from(sent).unwrap() * 1000;
                    stage.send(DEVICE_EVENTS, &lamp(sent * 7 % ROOMS, "OFF", when));
                    sent += 1;
                }
                if sent % 50 == 0 {
                    largest = largest_record(stage).max(std::mem::take(&mut largest));
                }
            };
            let ended = async |stage: &Stage| {
                let found = stage.services.store.close_state(&hotel, stage.services.now()).await;
                found.unwrap().unwrap().closed_through == date
            };
            let closed = crew.until(&mut stage, HOUR, stream, ended).await;
            let put = crew.reports_put();
            crew.dismiss().await;
            (closed, put)
        })
        .await;
    let closed = closed.expect("the close ends within an hour");
    assert!(closed <= LIMIT, "the close ended after {closed} ms, with {put} reports put");
    assert!(put <= 2 * ROOMS + sent, "{put} reports were put for {ROOMS} rooms, {sent} events");
    assert!(largest.0 < LARGEST, "{} has {} bytes", largest.1, largest.0);
    stage.pass(10 * MINUTE).await;
    assert_eq!(stage.end().await.faults, [] as [String; 0]);
}
