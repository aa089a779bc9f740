//! Faults that pass: only the messages that met one come again, and nothing counts twice.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{HotelId, Instant};
use roomwatt_embedded::deployment::{DAY_CLOSE, DEVICE_EVENTS};
use roomwatt_embedded::queues::MOST_RECEIVES;
use serde_json::{Value, json};

use crate::lakeside::{Lakeside, instant, profile};
use crate::network::Fault;
use crate::queues::{lamp, packed};

const DAY: &str = "2026-11-20";
const OTHER_HOTEL: &str = "lakeside-2";

fn noon() -> Instant {
    instant("2026-11-20T12:00:00+01:00")
}

fn other_hotels(mut event: Value) -> Value {
    event["hotelId"] = OTHER_HOTEL.into();
    event
}

/// A batch of device events, each message by its id and its body.
fn batch(messages: &[(&str, String)]) -> SqsEvent {
    let records: Vec<_> = messages
        .iter()
        .map(|(id, body)| {
            json!({
                "messageId": id, "receiptHandle": id, "body": body, "attributes": {},
                "eventSourceARN": "arn:aws:sqs:eu-central-1:111122223333:device-events",
            })
        })
        .collect();
    serde_json::from_value(json!({ "Records": records })).unwrap()
}

fn handed_back(answer: SqsBatchResponse) -> Vec<String> {
    answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect()
}

/// What an event of [`lamp`] is known as.
fn known_as(state: &str, at: Instant) -> String {
    format!("lamp-1 light {state} {at}")
}

#[tokio::test(start_paused = true)]
async fn only_the_messages_whose_room_was_not_written_come_again() {
    for fault in [Fault::Throttled, Fault::Unavailable, Fault::TimedOut, Fault::AnswerLost] {
        let (lakeside, network) = Lakeside::behind_a_network(noon()).await;
        let (on, off) = (noon() - HOUR, noon() - MINUTE);
        let messages = [
            ("alone", lamp("203", "ON", on).to_string()),
            ("elsewhere", lamp("204", "ON", on).to_string()),
            ("packed", packed(&[lamp("205", "ON", on), lamp("203", "OFF", off)])),
            ("malformed", "what?".to_owned()),
        ];
        network.disturb("UpdateItem", "SUMMARY#203", fault);
        let answer = lakeside.hand_over(&batch(&messages)).await.unwrap();
        assert_eq!(handed_back(answer), ["alone", "packed"], "{fault:?}");
        for room in ["204", "205"] {
            assert_eq!(lakeside.known(room, DAY).await, [known_as("ON", on)], "{fault:?}");
        }
        let there = if fault == Fault::AnswerLost { 2 } else { 0 };
        assert_eq!(lakeside.known("203", DAY).await.len(), there, "{fault:?}");

        assert!(network.calm() > 1, "the client tries again by itself");
        let [alone, _, packed, _] = messages;
        let answer = lakeside.hand_over(&batch(&[alone, packed])).await.unwrap();
        assert_eq!(handed_back(answer), [] as [&str; 0]);
        assert_eq!(
            lakeside.known("203", DAY).await,
            [known_as("OFF", off), known_as("ON", on)],
            "{fault:?}"
        );
        assert_eq!(lakeside.known("205", DAY).await, [known_as("ON", on)]);
        assert_eq!(lakeside.rejected().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hotel_that_cannot_be_read_holds_up_its_own_messages_only() {
    let (lakeside, network) = Lakeside::behind_a_network(noon()).await;
    let store = lakeside.deployment.store();
    store.put_profile(&profile(OTHER_HOTEL), noon()).await.unwrap();
    let messages = [
        ("good", lamp("203", "ON", noon()).to_string()),
        ("unread", other_hotels(lamp("203", "ON", noon())).to_string()),
        ("both", packed(&[lamp("204", "ON", noon()), other_hotels(lamp("204", "ON", noon()))])),
    ];
    network.disturb("BatchGetItem", "HOTEL#lakeside-2", Fault::KeysLeft);
    let answer = lakeside.hand_over(&batch(&messages)).await.unwrap();
    assert_eq!(handed_back(answer), ["unread", "both"]);
    for room in ["203", "204"] {
        assert_eq!(lakeside.known(room, DAY).await, [known_as("ON", noon())]);
    }
    network.calm();
    let [_, unread, both] = messages;
    let answer = lakeside.hand_over(&batch(&[unread, both])).await.unwrap();
    assert_eq!(handed_back(answer), [] as [&str; 0]);
    // Nobody was told that the hotel is unknown.
    assert_eq!(lakeside.rejected(), []);
}

#[tokio::test(start_paused = true)]
async fn a_hotel_that_could_not_be_opened_is_opened_when_its_event_comes_again() {
    for fault in [Fault::Throttled, Fault::TimedOut, Fault::AnswerLost] {
        let (lakeside, network) = Lakeside::behind_a_network(noon()).await;
        let messages = [("first", lamp("203", "ON", noon()).to_string())];
        network.disturb("TransactWriteItems", "", fault);
        let answer = lakeside.hand_over(&batch(&messages)).await;
        assert_eq!(answer.unwrap_err().to_string(), "1 of 1 messages failed", "{fault:?}");
        assert_eq!(lakeside.known("203", DAY).await, [] as [&str; 0]);

        network.calm();
        let answer = lakeside.hand_over(&batch(&messages)).await.unwrap();
        assert_eq!(handed_back(answer), [] as [&str; 0]);
        assert_eq!(lakeside.known("203", DAY).await, [known_as("ON", noon())]);
        assert_eq!(lakeside.closed_through().await.as_deref(), Some("2026-11-19"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_event_comes_again_until_its_revision_is_on_the_way() {
    for fault in [Fault::EntriesRefused, Fault::TimedOut, Fault::AnswerLost] {
        let (lakeside, network) = Lakeside::behind_a_network(noon()).await;
        lakeside.send(DEVICE_EVENTS, &lamp("203", "ON", noon()));
        lakeside.run_out().await;
        lakeside.tick_at(instant("2026-11-21T00:15:00+01:00")).await;
        assert_eq!(lakeside.closed_through().await.as_deref(), Some(DAY));

        let messages = [
            ("late", lamp("203", "OFF", noon() + HOUR).to_string()),
            ("today", lamp("203", "OFF", lakeside.now()).to_string()),
        ];
        network.disturb("SendMessageBatch", "/day-close", fault);
        let answer = lakeside.hand_over(&batch(&messages)).await.unwrap();
        assert_eq!(handed_back(answer), ["late"], "{fault:?}");
        network.calm();
        let [late, _] = messages;
        let answer = lakeside.hand_over(&batch(&[late])).await.unwrap();
        assert_eq!(handed_back(answer), [] as [&str; 0]);
        lakeside.run_out().await;
        let closed = lakeside.report("203", DAY).await.unwrap().closed;
        assert_eq!((closed.revision, closed.report.totals().usage), (2, HOUR), "{fault:?}");
        assert_eq!(lakeside.dead(), [] as [&str; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_event_comes_again_until_it_is_kept() {
    for fault in [Fault::EntriesRefused, Fault::Unavailable, Fault::TimedOut] {
        let (lakeside, network) = Lakeside::behind_a_network(noon()).await;
        let messages = [
            ("bad", "what?".to_owned()),
            ("good", lamp("203", "ON", noon()).to_string()),
            ("both", packed(&[lamp("204", "ON", noon()), json!({"eventId": "e"})])),
        ];
        network.disturb("SendMessageBatch", "/rejected-events", fault);
        let answer = lakeside.hand_over(&batch(&messages)).await.unwrap();
        assert_eq!(handed_back(answer), ["bad", "both"], "{fault:?}");
        for room in ["203", "204"] {
            assert_eq!(lakeside.known(room, DAY).await, [known_as("ON", noon())], "{fault:?}");
        }
        assert_eq!(lakeside.rejected(), []);
        network.calm();
        let [bad, _, both] = messages;
        let answer = lakeside.hand_over(&batch(&[bad, both])).await.unwrap();
        assert_eq!(handed_back(answer), [] as [&str; 0]);
        let kept: Vec<_> = lakeside.rejected().into_iter().map(|kept| kept.body).collect();
        assert_eq!(kept, [r#"{"eventId":"e"}"#, "what?"], "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_event_is_kept_once_though_its_message_comes_again() {
    let (lakeside, network) = Lakeside::behind_a_network(noon()).await;
    let good = lamp("203", "ON", noon());
    lakeside.send(DEVICE_EVENTS, &packed(&[good, json!({"eventId": "e"})]));
    lakeside.send(DEVICE_EVENTS, &lamp("204", "ON", noon()));
    network.disturb("UpdateItem", "SUMMARY#203", Fault::Throttled);
    lakeside.set_clock(noon() + MINUTE);
    lakeside.deployment.deliver().await;
    network.calm();
    lakeside.run_out().await;
    assert_eq!(lakeside.known("203", DAY).await, [known_as("ON", noon())]);
    assert_eq!(lakeside.rejected().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn after_five_receives_a_message_is_a_dead_letter_and_the_others_never_waited() {
    let (lakeside, network) = Lakeside::behind_a_network(noon()).await;
    network.disturb("UpdateItem", "SUMMARY#203", Fault::Throttled);
    let stuck = lamp("203", "ON", noon()).to_string();
    lakeside.send(DEVICE_EVENTS, &stuck);
    lakeside.send(DEVICE_EVENTS, &lamp("204", "ON", noon()));
    lakeside.set_clock(noon() + MINUTE);
    lakeside.deployment.deliver().await;
    assert_eq!(lakeside.known("204", DAY).await, [known_as("ON", noon())]);

    lakeside.run_out().await;
    let dead = lakeside.deployment.queues().dead_letters(DEVICE_EVENTS);
    assert_eq!(dead.len(), 1);
    assert_eq!((&dead[0].body, dead[0].receives), (&stuck, MOST_RECEIVES));
    assert_eq!(MOST_RECEIVES, 5);
    assert_eq!(lakeside.rejected(), []);

    // An operator moves it back to its queue.
    network.calm();
    lakeside.send(DEVICE_EVENTS, &dead[0].body);
    lakeside.run_out().await;
    assert_eq!(lakeside.known("203", DAY).await, [known_as("ON", noon())]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_which_every_message_failed_is_an_error() {
    let (lakeside, network) = Lakeside::behind_a_network(noon()).await;
    network.disturb("UpdateItem", "SUMMARY#203", Fault::Unavailable);
    let messages = [
        ("one", lamp("203", "ON", noon()).to_string()),
        ("two", lamp("203", "OFF", noon()).to_string()),
    ];
    let fault = lakeside.hand_over(&batch(&messages)).await.unwrap_err();
    assert_eq!(fault.to_string(), "2 of 2 messages failed");
}

#[tokio::test(start_paused = true)]
async fn a_message_without_an_id_can_only_come_again_with_its_whole_batch() {
    let (lakeside, network) = Lakeside::behind_a_network(noon()).await;
    let messages = [
        ("", lamp("203", "ON", noon()).to_string()),
        ("good", lamp("204", "ON", noon()).to_string()),
    ];
    let empty = batch(&messages);
    let mut missing = empty.clone();
    missing.records[0].message_id = None;
    for batch in [empty, missing] {
        network.disturb("UpdateItem", "SUMMARY#203", Fault::TimedOut);
        let fault = lakeside.hand_over(&batch).await.unwrap_err();
        assert_eq!(fault.to_string(), "1 of 2 messages failed");
        network.calm();
        // Where nothing failed, ids do not matter.
        let answer = lakeside.hand_over(&batch).await.unwrap();
        assert_eq!(handed_back(answer), [] as [&str; 0]);
        assert_eq!(lakeside.known("203", DAY).await, [known_as("ON", noon())]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_without_a_body_is_refused() {
    let lakeside = Lakeside::at(noon()).await;
    let mut batch = batch(&[("empty", String::new()), ("missing", String::new())]);
    batch.records[1].body = None;
    let answer = lakeside.hand_over(&batch).await.unwrap();
    assert_eq!(handed_back(answer), [] as [&str; 0]);
    for kept in lakeside.rejected() {
        // A queue takes no empty body, so a blank stands for it.
        assert_eq!((kept.reason.as_str(), kept.body.as_str()), ("malformed", " "));
        assert!(kept.detail.starts_with("not JSON"), "{}", kept.detail);
    }
    assert_eq!(lakeside.rejected().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_hotel_that_cannot_be_closed_holds_up_no_other() {
    let (lakeside, network) = Lakeside::behind_a_network(noon()).await;
    let store = lakeside.deployment.store();
    store.put_profile(&profile(OTHER_HOTEL), noon()).await.unwrap();
    lakeside.send(DEVICE_EVENTS, &lamp("203", "ON", noon()));
    lakeside.send(DEVICE_EVENTS, &other_hotels(lamp("203", "ON", noon())));
    lakeside.run_out().await;

    network.disturb("UpdateItem", "HOTEL#lakeside-2", Fault::Unavailable);
    lakeside.tick_at(instant("2026-11-21T00:15:00+01:00")).await;
    assert_eq!(lakeside.closed_through().await.as_deref(), Some(DAY));
    let other = HotelId::new(OTHER_HOTEL).unwrap();
    let state = store.close_state(&other, lakeside.now()).await.unwrap().unwrap();
    assert_eq!(state.closed_through.to_string(), "2026-11-19");
    assert_eq!(lakeside.deployment.queues().dead_letters(DAY_CLOSE).len(), 1);

    // It is due still, whatever became of the message.
    network.calm();
    lakeside.tick_at(lakeside.now() + 15 * MINUTE).await;
    let state = store.close_state(&other, lakeside.now()).await.unwrap().unwrap();
    assert_eq!(state.closed_through.to_string(), DAY);
}
