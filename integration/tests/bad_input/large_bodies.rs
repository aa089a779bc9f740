//! Bodies of a mebibyte, which is the most that a queue takes.

use roomwatt_domain::Instant;
use roomwatt_domain::instant::HOUR;
use roomwatt_embedded::deployment::{DEVICE_EVENTS, REJECTED_EVENTS};
use roomwatt_messaging::queue::LARGEST_MESSAGE;
use serde_json::json;

use crate::lakeside::{Lakeside, instant};
use crate::queues::{lamp, packed};

const DAY: &str = "2026-11-20";

fn noon() -> Instant {
    instant("2026-11-20T12:00:00+01:00")
}

/// What was refused, each event's parts put together: how many parts, and the text.
fn kept_whole(lakeside: &Lakeside) -> Vec<(usize, String)> {
    let mut whole: Vec<(usize, String)> = Vec::new();
    for message in lakeside.deployment.queues().peek(REJECTED_EVENTS) {
        assert_eq!(message.attributes["reason"], "malformed");
        assert_eq!(message.attributes["queue"], DEVICE_EVENTS);
        assert!(message.attributes["detail"].starts_with("not JSON"));
        match message.attributes.get("part") {
            None => whole.push((1, message.body)),
            Some(part) if part.starts_with("1 of ") => whole.push((1, message.body)),
            Some(part) => {
                let (parts, text) = whole.last_mut().unwrap();
                *parts += 1;
                assert!(part.starts_with(&format!("{parts} of ")), "{part}");
                text.push_str(&message.body);
            }
        }
    }
    whole
}

#[tokio::test]
async fn an_event_padded_to_a_mebibyte_is_an_event() {
    let lakeside = Lakeside::at(noon()).await;
    let mut event = lamp("203", "ON", noon() - HOUR);
    event["comment"] = json!("");
    let spare = LARGEST_MESSAGE - event.to_string().len();
    event["comment"] = json!("x".repeat(spare));
    assert_eq!(event.to_string().len(), LARGEST_MESSAGE);
    lakeside.send(DEVICE_EVENTS, &event);
    lakeside.send(DEVICE_EVENTS, &lamp("204", "ON", noon() - HOUR));
    lakeside.run_out().await;
    for room in ["203", "204"] {
        assert_eq!(lakeside.known(room, DAY).await, ["lamp-1 light ON 2026-11-20T10:00:00.000Z"]);
    }
    assert_eq!(lakeside.rejected(), []);
}

#[tokio::test]
async fn a_mebibyte_of_packed_events_is_applied_to_the_last_one() {
    let lakeside = Lakeside::at(noon()).await;
    let size = lamp("203", "ON", noon()).to_string().len() + 1;
    let count = (LARGEST_MESSAGE - packed(&[]).len()) / size;
    let at = |place: usize| noon() - HOUR + i64::try_from(place).unwrap();
    let events: Vec<_> = (0..count).map(|place| lamp("203", "ON", at(place))).collect();
    let body = packed(&events);
    assert!((LARGEST_MESSAGE - size..=LARGEST_MESSAGE).contains(&body.len()), "{}", body.len());
    lakeside.send(DEVICE_EVENTS, &body);
    lakeside.run_out().await;
    assert_eq!(lakeside.known("203", DAY).await.len(), count);
    assert_eq!(lakeside.rejected(), []);
}

#[tokio::test]
async fn a_mebibyte_of_garbage_is_kept_whole_in_parts() {
    let (lakeside, network) = Lakeside::behind_a_network(noon()).await;
    let garbage = "x".repeat(LARGEST_MESSAGE);
    // Three bytes each: a cut in the middle of the text would fall into a letter.
    let letters = "…".repeat(LARGEST_MESSAGE / 3);
    let half = &LARGEST_MESSAGE.to_string().repeat(LARGEST_MESSAGE / 14)[1..];
    let cut_short = lamp("203", "ON", noon()).to_string().replace('}', &" ".repeat(1_000_000));
    let bodies = [garbage.as_str(), letters.as_str(), half, &cut_short];
    for body in bodies {
        lakeside.send(DEVICE_EVENTS, body);
        lakeside.send(DEVICE_EVENTS, &lamp("203", "ON", noon() - HOUR));
    }
    lakeside.run_out().await;

    let whole = kept_whole(&lakeside);
    assert_eq!(whole.iter().map(|(parts, _)| *parts).collect::<Vec<_>>(), [2, 2, 1, 1]);
    assert!(whole.iter().map(|(_, text)| text).eq(bodies));
    assert_eq!(lakeside.known("203", DAY).await.len(), 1);
    assert_eq!(lakeside.dead(), [] as [&str; 0]);
    for batch in network.sent() {
        assert!(batch.iter().sum::<usize>() <= LARGEST_MESSAGE, "SQS takes no {batch:?}");
    }
}

#[tokio::test]
async fn a_hundred_refused_events_of_one_message_are_each_kept() {
    let (lakeside, network) = Lakeside::behind_a_network(noon()).await;
    let events: Vec<_> = (0..100).map(|number| json!({"eventId": format!("e{number}")})).collect();
    lakeside.send(DEVICE_EVENTS, &packed(&events));
    lakeside.send(DEVICE_EVENTS, &lamp("203", "ON", noon() - HOUR));
    lakeside.run_out().await;
    let mut expected: Vec<_> = events.iter().map(ToString::to_string).collect();
    expected.sort();
    let kept: Vec<_> = lakeside.rejected().into_iter().map(|rejected| rejected.body).collect();
    assert_eq!(kept, expected);
    assert_eq!(lakeside.known("203", DAY).await.len(), 1);
    assert!(network.sent().iter().all(|batch| batch.len() <= 10));
}
