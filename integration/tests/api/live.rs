//! A room now: through the day, and between midnight and the close.

use aws_lambda_events::sqs::SqsEvent;
use roomwatt_api::Caller;
use roomwatt_domain::Instant;
use roomwatt_embedded::deployment::{DEVICE_EVENTS, SPACE_EVENTS, sqs_event};
use roomwatt_embedded::queues::Message;
use serde_json::{Value, json};

use crate::harbour::{get, router};
use crate::lakeside::{HOTEL, Lakeside, instant};

fn batch(queue: &str, bodies: &[Value]) -> SqsEvent {
    let messages: Vec<_> = bodies
        .iter()
        .enumerate()
        .map(|(number, body)| Message {
            id: number.to_string(),
            body: body.to_string(),
            attributes: [].into(),
            sent_at: Instant::from_millis(0),
            receives: 1,
        })
        .collect();
    sqs_event(queue, &messages)
}

fn lamp(room: &str, state: &str, at: &str) -> Value {
    json!({"eventId": "e", "hotelId": HOTEL, "roomId": room, "deviceId": "lamp-1",
           "deviceKind": "light", "state": state, "occurredAt": at})
}

async fn take(lakeside: &Lakeside, queue: &str, bodies: &[Value]) {
    lakeside
        .set_clock(Instant::parse(bodies.last().unwrap()["occurredAt"].as_str().unwrap()).unwrap());
    let answer = lakeside.hand_over(&batch(queue, bodies)).await.unwrap();
    assert!(answer.batch_item_failures.is_empty());
}

async fn live(lakeside: &Lakeside, now: &str, query: &str) -> Value {
    let store = lakeside.deployment.store().clone();
    let api = router(store, instant(now), Some(Caller::Owner));
    get(&api, &format!("/hotels/{HOTEL}/live{query}")).await.found()
}

/// A lamp burns from the first evening on; the guest comes on the second.
async fn two_evenings() -> Lakeside {
    let lakeside = Lakeside::at(instant("2026-11-20T18:00:00+01:00")).await;
    take(&lakeside, DEVICE_EVENTS, &[lamp("203", "ON", "2026-11-20T19:00:00+01:00")]).await;
    lakeside.set_clock(instant("2026-11-21T00:15:00+01:00"));
    lakeside.deployment.tick().await.unwrap();
    lakeside.deployment.flush().await;
    assert_eq!(lakeside.closed_through().await.as_deref(), Some("2026-11-20"));
    let arrival = json!({"eventId": "e", "hotelId": HOTEL, "roomId": "203", "state": "CHECKED_IN",
                         "occurredAt": "2026-11-21T20:00:00+01:00"});
    take(&lakeside, SPACE_EVENTS, &[arrival]).await;
    take(&lakeside, DEVICE_EVENTS, &[lamp("204", "ON", "2026-11-21T21:00:00+01:00")]).await;
    lakeside
}

#[tokio::test]
async fn the_open_day_is_reported_so_far() {
    let lakeside = two_evenings().await;
    let answer = live(&lakeside, "2026-11-21T22:00:00+01:00", "").await;
    let rooms = answer["rooms"].as_array().unwrap();
    assert_eq!(rooms.len(), 2);
    assert_eq!((&rooms[0]["roomId"], &rooms[1]["roomId"]), (&json!("203"), &json!("204")));
    let (states, report) = (&rooms[0]["states"], &rooms[0]["report"]);
    assert_eq!(states["stay"], json!({"state": "CHECKED_IN", "since": "2026-11-21T19:00:00.000Z"}));
    assert_eq!(states["devices"][0]["since"], "2026-11-20T18:00:00.000Z");
    assert_eq!(report["provisional"], true);
    assert_eq!(
        (&report["date"], &report["dayLengthMs"]),
        (&json!("2026-11-21"), &json!(22 * 3_600_000))
    );
    // The whole day so far, two hours of it with the guest there.
    assert_eq!(report["totals"]["usageMs"], 22 * 3_600_000);
    assert_eq!(report["occupancy"]["checkedIn"]["unknown"], 2 * 3_600_000);
    assert_eq!(report.get("revision"), None);
    // 204 is a new room: an hour of light so far.
    assert_eq!(rooms[1]["report"]["totals"]["usageMs"], 3_600_000);
    let some = live(&lakeside, "2026-11-21T22:00:00+01:00", "?rooms=204,999").await;
    assert_eq!(some["rooms"], json!([rooms[1]]));
}

#[tokio::test]
async fn between_midnight_and_the_close_the_day_before_is_folded_first() {
    let lakeside = two_evenings().await;
    let now = "2026-11-22T00:05:00+01:00";
    take(&lakeside, DEVICE_EVENTS, &[lamp("203", "OFF", "2026-11-22T00:02:00+01:00")]).await;
    for query in ["", "?rooms=203,204"] {
        let answer = live(&lakeside, now, query).await;
        let report = &answer["rooms"][0]["report"];
        assert_eq!(
            (&report["date"], &report["dayLengthMs"]),
            (&json!("2026-11-22"), &json!(300_000))
        );
        assert_eq!(report["totals"]["usageMs"], 120_000);
        assert_eq!(report["occupancy"]["checkedIn"]["unknown"], 300_000);
        assert_eq!(answer["rooms"][1]["report"]["totals"]["usageMs"], 300_000);
    }
    // What is ahead of the clock does not count yet.
    take(&lakeside, DEVICE_EVENTS, &[lamp("203", "ON", "2026-11-22T00:08:00+01:00")]).await;
    let answer = live(&lakeside, now, "?rooms=203").await;
    assert_eq!(answer["rooms"][0]["states"]["devices"][0]["state"], "OFF");

    // The day that is over and not closed has its history already, and the same once it is closed.
    let history = async |now| {
        let store = lakeside.deployment.store().clone();
        let api = router(store, instant(now), Some(Caller::Owner));
        get(&api, &format!("/hotels/{HOTEL}/rooms/203/history?date=2026-11-21")).await.found()
    };
    let open = history(now).await;
    assert_eq!(open["signals"][0]["intervals"][0]["to"], "2026-11-21T23:00:00.000Z");
    lakeside.set_clock(instant("2026-11-22T00:20:00+01:00"));
    lakeside.deployment.tick().await.unwrap();
    lakeside.deployment.flush().await;
    assert_eq!(lakeside.closed_through().await.as_deref(), Some("2026-11-21"));
    assert_eq!(history("2026-11-22T00:20:00+01:00").await, open);
}

#[tokio::test]
async fn a_hotel_without_events_has_no_rooms() {
    let lakeside = Lakeside::at(instant("2026-11-20T18:00:00+01:00")).await;
    assert_eq!(live(&lakeside, "2026-11-20T18:00:00+01:00", "").await, json!({"rooms": []}));
}
