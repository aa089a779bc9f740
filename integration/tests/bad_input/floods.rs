//! Bodies that are full of what nobody can use: each costs little, and its neighbours do not wait for
//! it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use roomwatt_domain::Instant;
use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_embedded::aws::EmbeddedAws;
use roomwatt_embedded::deployment::{DEVICE_EVENTS, REJECTED_EVENTS, SPACE_EVENTS, sqs_event};
use roomwatt_embedded::queues::Message;
use roomwatt_messaging::queue::LARGEST_MESSAGE;
use roomwatt_messaging::{Clock, Invocation};
use serde_json::{Value, json};

use crate::lakeside::{HOTEL, Lakeside, instant, profile};
use crate::queues::{lamp, packed};

const DAY: &str = "2026-11-20";

fn noon() -> Instant {
    instant("2026-11-20T12:00:00+01:00")
}

/// An event of as few bytes as there are, beside the names that matter.
fn short(hotel: &str, room: &str) -> Value {
    json!({
        "eventId": "e", "hotelId": hotel, "roomId": room, "deviceId": "d", "deviceKind": "k",
        "state": "A", "occurredAt": "2026-11-20T10:00:00Z",
    })
}

/// As many events, each of a hotel that nobody ever put, as a message holds.
fn made_up_hotels() -> (usize, String) {
    let hotels = 8_000;
    let events: Vec<_> = (0..hotels).map(|number| short(&format!("a{number}"), "1")).collect();
    let body = packed(&events);
    assert!(body.len() <= LARGEST_MESSAGE);
    (hotels, body)
}

pub(crate) fn message(id: &str, body: String, sent_at: Instant) -> Message {
    Message { id: id.to_owned(), body, attributes: [].into(), sent_at, receives: 1 }
}

/// What was kept of refused bodies: the text of all parts together, and the first part's attributes.
fn kept(lakeside: &Lakeside) -> Vec<(String, Vec<(String, String)>)> {
    let mut kept: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for mut message in lakeside.deployment.queues().peek(REJECTED_EVENTS) {
        let first = message.is_first_part();
        let part = message.attributes.remove("part");
        // By it the parts of one body find each other.
        let whole = message.attributes.remove("whole");
        assert_eq!(whole.is_some(), part.is_some());
        if first {
            kept.push((message.body, message.attributes.into_iter().collect()));
        } else {
            kept.last_mut().unwrap().0.push_str(&message.body);
        }
    }
    kept
}

fn attributes(count: usize, detail: &str, queue: &str, reason: &str) -> Vec<(String, String)> {
    let all =
        [("count", &*count.to_string()), ("detail", detail), ("queue", queue), ("reason", reason)];
    all.map(|(name, text)| (name.to_owned(), text.to_owned())).into()
}

#[tokio::test]
async fn a_body_of_made_up_hotels_is_looked_up_a_hundred_at_once_and_kept_once() {
    let (lakeside, network) = Lakeside::behind_a_network(noon()).await;
    let (hotels, body) = made_up_hotels();
    lakeside.send(DEVICE_EVENTS, &lamp("203", "ON", noon()));
    lakeside.send(DEVICE_EVENTS, &body);
    let before = lakeside.deployment.consumed_by_ingest();
    lakeside.run_out().await;
    let consumed = lakeside.deployment.consumed_by_ingest() - before;

    assert_eq!(lakeside.known("203", DAY).await.len(), 1);
    let detail = "no hotel has this hotelId";
    let expected = attributes(hotels, detail, DEVICE_EVENTS, "unknown-hotel");
    assert_eq!(kept(&lakeside), [(body, expected)]);
    assert!(network.sent().len() <= 2, "{} calls of queues", network.sent().len());
    // Once at half the price, and once more before anything is refused; and the neighbour's opening.
    assert!(consumed.requests <= 2 * 81 + 5, "{consumed:?}");
    let each = 1.5 * f64::from(u32::try_from(hotels).unwrap());
    assert!(consumed.read_units <= each + 5.0, "{consumed:?}");
}

#[tokio::test]
async fn a_body_of_half_a_million_zeros_is_one_refusal() {
    let (lakeside, network) = Lakeside::behind_a_network(noon()).await;
    let count = (LARGEST_MESSAGE - r#"{"events":[]}"#.len()) / 2;
    let body = format!(r#"{{"events":[{}]}}"#, vec!["0"; count].join(","));
    lakeside.send(DEVICE_EVENTS, &body);
    lakeside.send(DEVICE_EVENTS, &lamp("203", "ON", noon()));
    lakeside.run_out().await;
    let detail = "an event must be a JSON object";
    assert_eq!(kept(&lakeside), [(body, attributes(count, detail, DEVICE_EVENTS, "malformed"))]);
    assert!(network.sent().len() <= 2, "{} calls of queues", network.sent().len());
    assert_eq!(lakeside.known("203", DAY).await.len(), 1);
    assert_eq!(lakeside.dead(), [] as [&str; 0]);
}

#[tokio::test]
async fn ten_thousand_events_of_a_body_are_applied_and_the_body_is_kept_for_the_others() {
    let lakeside = Lakeside::at(noon()).await;
    let event = |number: i64| {
        let at = noon() - HOUR + number;
        json!({"eventId": "e", "hotelId": HOTEL, "roomId": "203", "state": "CHECKED_IN",
               "occurredAt": at.to_string()})
    };
    let body = |events| packed(&(0..events).map(event).collect::<Vec<_>>());
    let message = |id, body| message(id, body, noon());
    let messages = [message("longest", body(10_000)), message("too long", body(10_003))];
    let answer = lakeside.hand_over(&sqs_event(SPACE_EVENTS, &messages)).await.unwrap();
    assert!(answer.batch_item_failures.is_empty());
    assert_eq!(lakeside.known("203", DAY).await.len(), 10_000);
    let detail = "a body has at most 10000 events";
    let expected = attributes(3, detail, SPACE_EVENTS, "malformed");
    assert_eq!(kept(&lakeside), [(body(10_003), expected)]);
}

#[tokio::test]
async fn the_good_events_of_a_body_that_is_kept_whole_are_applied() {
    let lakeside = Lakeside::at(noon()).await;
    let mut events = vec![json!({"eventId": "e"}); 150];
    events.insert(75, lamp("203", "ON", noon()));
    events.push(lamp("204", "ON", noon() + 6 * MINUTE));
    events.push(lamp("204", "ON", noon()));
    let body = packed(&events);
    lakeside.send(DEVICE_EVENTS, &body);
    lakeside.deployment.flush().await;
    assert_eq!(lakeside.known("203", DAY).await.len(), 1);
    assert_eq!(lakeside.known("204", DAY).await.len(), 1);
    let expected = attributes(151, "hotelId is missing", DEVICE_EVENTS, "malformed");
    assert_eq!(kept(&lakeside), [(body, expected)]);
}

/// A clock by which every call of a service takes some milliseconds.
#[derive(Debug, Clone)]
struct Slow {
    services: EmbeddedAws,
    passed: Arc<AtomicI64>,
}

impl HttpConnector for Slow {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.passed.fetch_add(5, Ordering::Relaxed);
        self.services.call(request)
    }
}

impl HttpClient for Slow {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

struct SlowClock(Arc<AtomicI64>);

impl Clock for SlowClock {
    fn now(&self) -> Instant {
        noon() + self.0.load(Ordering::Relaxed)
    }
}

/// Hands a flood and its neighbours to a function that has hardly any time; returns what is handed
/// back, and how many rooms of the neighbours are written.
async fn in_little_time(flood: String, neighbours: &[&str]) -> (Vec<String>, usize) {
    let passed = Arc::new(AtomicI64::new(0));
    let slow = |services| SharedHttpClient::new(Slow { services, passed: Arc::clone(&passed) });
    let lakeside = Lakeside::behind(noon(), slow).await;
    passed.store(0, Ordering::Relaxed);
    let mut messages = vec![message("flood", flood, noon())];
    for room in neighbours {
        messages.push(message(room, lamp(room, "ON", noon()).to_string(), noon()));
    }
    let clock = Arc::new(SlowClock(Arc::clone(&passed)));
    // A function takes on nothing new in its last ten seconds: this one has 200 ms before them.
    let invocation = Invocation::new("short", clock, Some(noon() + 10_200));
    let batch = sqs_event(DEVICE_EVENTS, &messages);
    let answer = lakeside.deployment.invoke_as(DEVICE_EVENTS, &batch, &invocation).await.unwrap();
    let mut written = 0;
    for room in neighbours {
        written += lakeside.known(room, DAY).await.len();
    }
    let failed = answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier);
    (failed.collect(), written)
}

#[tokio::test]
async fn the_neighbours_of_made_up_hotels_are_done_first() {
    let (_, flood) = made_up_hotels();
    let done = in_little_time(flood, &["203", "204", "205"]).await;
    assert_eq!(done, (vec!["flood".to_owned()], 3));
}

#[tokio::test]
async fn the_neighbours_of_made_up_rooms_are_done_first() {
    let rooms: Vec<_> = (1000..8_000).map(|room| short(HOTEL, &room.to_string())).collect();
    let done = in_little_time(packed(&rooms), &["203", "204", "205"]).await;
    assert_eq!(done, (vec!["flood".to_owned()], 3));
}

#[tokio::test]
async fn a_hotel_is_known_from_the_moment_its_profile_is_put() {
    let lakeside = Lakeside::at(noon()).await;
    let mut early = lamp("203", "ON", noon());
    early["hotelId"] = "lakeside-2".into();
    lakeside.send(DEVICE_EVENTS, &early);
    lakeside.deployment.flush().await;
    assert_eq!(lakeside.rejected()[0].reason, "unknown-hotel");
    let store = lakeside.deployment.store();
    store.put_profile(&profile("lakeside-2"), lakeside.now()).await.unwrap();
    lakeside.send(DEVICE_EVENTS, &early);
    lakeside.deployment.flush().await;
    assert_eq!(lakeside.rejected().len(), 1);
}

#[tokio::test]
async fn presence_is_presence_however_it_is_spelled() {
    let lakeside = Lakeside::at(noon()).await;
    for (place, kind) in ["presence", "Presence", "PRESENCE"].into_iter().enumerate() {
        let mut event = lamp("203", "OCCUPIED", noon() + i64::try_from(place).unwrap());
        event["deviceKind"] = kind.into();
        lakeside.send(DEVICE_EVENTS, &event);
    }
    let mut meter = lamp("203", "ON", noon());
    meter["deviceKind"] = "Light".into();
    lakeside.send(DEVICE_EVENTS, &meter);
    lakeside.run_out().await;
    let known = lakeside.known("203", DAY).await;
    assert_eq!(known.iter().filter(|known| known.starts_with("lamp-1 presence")).count(), 3);
    // Other kinds are as they are spelled.
    assert_eq!(known.iter().filter(|known| known.starts_with("lamp-1 Light")).count(), 1);
}
