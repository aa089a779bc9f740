//! What the day-close queue may hold by mistake, and clocks that are wrong.

use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_embedded::deployment::{DAY_CLOSE, DEVICE_EVENTS};
use serde_json::{Value, json};

use crate::lakeside::{HOTEL, Lakeside, instant};
use crate::queues::lamp;

/// The hotel on the day after its first event, before that day is closed.
async fn open_hotel() -> Lakeside {
    let hotel = Lakeside::at(instant("2026-11-20T10:00:00+01:00")).await;
    hotel.send(DEVICE_EVENTS, &lamp("101", "ON", instant("2026-11-20T09:00:00+01:00")));
    hotel.run_out().await;
    hotel
}

/// The same, with the day closed.
async fn closed_hotel() -> Lakeside {
    let hotel = open_hotel().await;
    hotel.tick_at(instant("2026-11-21T00:15:00+01:00")).await;
    assert_eq!(hotel.closed_through().await.as_deref(), Some("2026-11-20"));
    hotel.deployment.aws().take_told();
    hotel
}

fn revise(hotel: &str, room: &str, dates: &[&str]) -> Value {
    json!({"kind": "revise", "hotelId": hotel, "roomId": room, "dates": dates})
}

#[tokio::test]
async fn what_is_no_message_ends_in_the_dead_letter_queue() {
    let hotel = closed_hotel().await;
    let bodies = [
        String::new(),
        "close".to_owned(),
        "{}".to_owned(),
        json!({"kind": "open", "hotelId": HOTEL}).to_string(),
        json!({"kind": "close"}).to_string(),
        json!({"kind": "close", "hotelId": "a hotel"}).to_string(),
        json!({"kind": "close", "hotelId": 7}).to_string(),
        revise(HOTEL, "101", &["2026-02-30"]).to_string(),
        revise(HOTEL, "101", &["9999-12-31"]).to_string(),
        revise(HOTEL, "1/01", &["2026-11-20"]).to_string(),
    ];
    for body in &bodies {
        hotel.send(DAY_CLOSE, body);
    }
    // One that is good, among them, is not held up.
    hotel.send(DEVICE_EVENTS, &lamp("101", "OFF", instant("2026-11-20T22:00:00+01:00")));
    hotel.run_out().await;
    let mut dead = hotel.dead();
    dead.sort();
    let mut expected = bodies.to_vec();
    expected.sort();
    assert_eq!(dead, expected);
    let report = hotel.report("101", "2026-11-20").await.expect("a report");
    assert_eq!(report.closed.revision, 2);
}

#[tokio::test]
async fn what_asks_for_nothing_that_is_there_is_dropped() {
    let hotel = closed_hotel().await;
    for body in [
        json!({"kind": "close", "hotelId": "nowhere"}),
        json!({"kind": "close", "hotelId": HOTEL}),
        revise("nowhere", "101", &["2026-11-20"]),
        revise(HOTEL, "999", &["2026-11-20"]),
        revise(HOTEL, "101", &[]),
        revise(HOTEL, "101", &["2026-11-20"]),
        // Days that are not over, and days whose history is not kept.
        revise(HOTEL, "101", &["2026-11-21", "2026-12-24", "9000-01-01"]),
        revise(HOTEL, "101", &["2011-12-30", "0001-01-01"]),
    ] {
        hotel.send(DAY_CLOSE, &body);
    }
    let began = hotel.now();
    hotel.run_out().await;
    assert_eq!(hotel.dead(), Vec::<String>::new());
    // Nothing came again.
    assert!(hotel.now() - began <= 2 * MINUTE, "{}", hotel.now());
    assert_eq!(hotel.closed_through().await.as_deref(), Some("2026-11-20"));
    assert_eq!(hotel.deployment.aws().take_told(), []);
    assert_eq!(hotel.report("101", "2026-11-20").await.expect("a report").closed.revision, 1);
    for date in ["2026-11-21", "2026-12-24", "2011-12-30"] {
        assert_eq!(hotel.report("101", date).await, None, "{date}");
    }
    assert_eq!(hotel.report("999", "2026-11-20").await, None);
}

#[tokio::test]
async fn a_clock_that_jumps_back_closes_nothing_twice() {
    let hotel = open_hotel().await;
    let mut told = Vec::new();
    for hour in [24, 23, 1, 25, 24, 48, 30, 49, 1, 48, 72] {
        hotel.tick_at(instant("2026-11-20T00:15:00+01:00") + hour * HOUR).await;
        hotel.send(DAY_CLOSE, &json!({"kind": "close", "hotelId": HOTEL}));
        hotel.run_out().await;
        told.extend(hotel.deployment.aws().take_told());
    }
    let told: Vec<Value> =
        told.iter().map(|event| serde_json::from_str(&event.detail).expect("JSON")).collect();
    let dates: Vec<_> =
        told.iter().map(|detail| detail["date"].as_str().expect("a date")).collect();
    assert_eq!(dates, ["2026-11-20", "2026-11-21", "2026-11-22"]);
    for date in dates {
        assert_eq!(hotel.report("101", date).await.expect("a report").closed.revision, 1);
    }
}

#[tokio::test]
async fn a_day_without_rooms_is_closed() {
    // The first event is of the next day already: it comes two minutes before midnight.
    let hotel = Lakeside::at(instant("2026-11-20T23:58:00+01:00")).await;
    hotel.send(DEVICE_EVENTS, &lamp("101", "ON", instant("2026-11-21T00:00:00+01:00")));
    hotel.run_out().await;
    hotel.tick_at(instant("2026-11-21T00:15:00+01:00")).await;
    assert_eq!(hotel.closed_through().await.as_deref(), Some("2026-11-20"));
    let told = hotel.deployment.aws().take_told();
    let detail: Value = serde_json::from_str(&told[0].detail).expect("JSON");
    assert_eq!((&detail["date"], &detail["rooms"]), (&json!("2026-11-20"), &json!(0)));
    assert_eq!(told.len(), 1);
    assert_eq!(hotel.report("101", "2026-11-20").await, None);
}
