//! What can go wrong with messages in their publishers' own shapes: each is refused by itself, kept
//! whole with its rule, and holds nothing else up.

use std::collections::BTreeMap;

use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{Instant, SourceName};
use roomwatt_embedded::deployment::{DEVICE_EVENTS, REJECTED_EVENTS, SPACE_EVENTS};
use serde_json::{Value, json};

use crate::lakeside::{HOTEL, Lakeside, instant};
use crate::queues::lamp;

const DAY: &str = "2026-11-20";
const REGISTER: &str = "external,room,device,kind,from,until
zigbee2mqtt/bed,203,lamp-1,light,,
zigbee2mqtt/desk,203,lamp-2,light,,2026-11-20
zigbee2mqtt/desk,204,lamp-2,light,2026-11-20,
203,203,,,,
";

fn noon() -> Instant {
    instant("2026-11-20T12:00:00+01:00")
}

/// What a rule of AWS makes of a message of `Zigbee2MQTT`.
fn zigbee(device: &str, state: &str, at: Instant) -> Value {
    json!({
        "_source": "zigbee2mqtt", "_hotel": HOTEL, "_topic": format!("zigbee2mqtt/{device}"),
        "_received": at.as_millis(), "state": state, "brightness": 254,
    })
}

async fn lakeside() -> Lakeside {
    let lakeside = Lakeside::at(noon()).await;
    lakeside.put_register(REGISTER).await;
    lakeside
}

impl Lakeside {
    async fn put_register(&self, text: &str) {
        let hotel = roomwatt_domain::HotelId::new(HOTEL).unwrap();
        self.deployment.store().put_register(&hotel, text).await.unwrap();
    }

    async fn put_source(&self, name: &str, document: &Value) {
        let name = SourceName::new(name).unwrap();
        self.deployment.store().put_source(&name, &document.to_string()).await.unwrap();
    }

    fn send_with(&self, queue: &str, body: &Value, attributes: &[(&str, &str)]) {
        let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        let attributes = attributes.iter().map(owned).collect();
        self.deployment.queues().send(queue, body.to_string(), attributes);
    }

    /// Each refused message: its attributes, and its body.
    fn refused(&self) -> Vec<(BTreeMap<String, String>, String)> {
        let messages = self.deployment.queues().peek(REJECTED_EVENTS).into_iter();
        messages.map(|message| (message.attributes, message.body)).collect()
    }
}

fn attributes(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[tokio::test]
async fn messages_of_several_shapes_go_side_by_side() {
    let lakeside = lakeside().await;
    let at = noon() - HOUR;
    lakeside.send(DEVICE_EVENTS, &zigbee("bed", "ON", at));
    lakeside.send(DEVICE_EVENTS, &lamp("203", "OFF", at + MINUTE));
    let shelly = json!({"src": "shelly-1", "method": "NotifyStatus", "params": {"ts": 1.5}});
    lakeside.send_with(DEVICE_EVENTS, &shelly, &[("source", "shelly-gen2"), ("hotel", HOTEL)]);
    // A source's events may be of either sort on either queue.
    let check_in = json!({"record": "GI", "RN": "203", "GS": "N", "DA": "261120", "TI": "101500"});
    lakeside.send_with(DEVICE_EVENTS, &check_in, &[("source", "fias"), ("hotel", HOTEL)]);
    lakeside.send(SPACE_EVENTS, &zigbee("desk", "ON", at));
    lakeside.run_out().await;

    assert_eq!(
        lakeside.known("203", DAY).await,
        [
            "lamp-1 light OFF 2026-11-20T10:01:00.000Z",
            "lamp-1 light ON 2026-11-20T10:00:00.000Z",
            "stay CHECKED_IN 2026-11-20T09:15:00.000Z",
        ]
    );
    assert_eq!(lakeside.known("204", DAY).await, ["lamp-2 light ON 2026-11-20T10:00:00.000Z"]);
    assert_eq!(lakeside.refused(), []);
}

#[tokio::test]
async fn an_instant_chooses_the_row_however_late_its_event_comes() {
    let lakeside = lakeside().await;
    lakeside.send(DEVICE_EVENTS, &zigbee("desk", "ON", instant("2026-11-19T23:59:59+01:00")));
    lakeside.send(DEVICE_EVENTS, &zigbee("desk", "OFF", instant("2026-11-20T00:00:00+01:00")));
    lakeside.run_out().await;
    assert_eq!(
        lakeside.known("203", "2026-11-19").await,
        ["lamp-2 light ON 2026-11-19T22:59:59.000Z"]
    );
    assert_eq!(lakeside.known("204", DAY).await, ["lamp-2 light OFF 2026-11-19T23:00:00.000Z"]);
}

/// A message with each fault, what is kept of it, and beside them all a good one.
#[tokio::test]
async fn each_fault_is_kept_whole_with_its_reason_and_its_rule() {
    let lakeside = lakeside().await;
    let at = noon() - HOUR;
    let with = |mut message: Value, name: &str, value: Value| {
        message[name] = value;
        message
    };
    let good = zigbee("bed", "ON", at);
    let cases = [
        (
            zigbee("nowhere", "ON", at),
            "unregistered",
            "state",
            r#""zigbee2mqtt/nowhere" is not in the register"#,
        ),
        (
            with(good.clone(), "state", json!("BRIGHT")),
            "malformed",
            "state",
            r#"$.state is "BRIGHT", and `map` does not have it"#,
        ),
        (with(good.clone(), "_received", json!("noon")), "malformed", "state", ""),
        (with(good.clone(), "_received", json!(60_000)), "no-clock", "state", ""),
        (with(good.clone(), "power", json!(-5)), "malformed", "power", ""),
        (
            with(good.clone(), "_source", json!("zigbee")),
            "unknown-source",
            "",
            "no source is named zigbee: put it, or name another",
        ),
        (
            with(good.clone(), "_source", json!("zig bee")),
            "unknown-source",
            "",
            "source must be 1 to 64 characters of A-Z a-z 0-9 . _ -, and not . or .. alone",
        ),
        (with(good.clone(), "_source", json!({})), "malformed", "", "eventId is missing"),
        (
            with(good.clone(), "_hotel", json!("lakeside-9")),
            "unknown-hotel",
            "",
            "the message is for lakeside-9, and no hotel has this id",
        ),
        (
            with(good.clone(), "_hotel", json!("lake side")),
            "malformed",
            "",
            "hotel must be 1 to 64 characters of A-Z a-z 0-9 . _ -, and not . or .. alone",
        ),
        (
            with(good.clone(), "_hotel", json!([7])),
            "malformed",
            "",
            "names no hotel: neither the attribute hotel nor the member _hotel is there, and the source finds none",
        ),
        (
            with(good.clone(), "_received", json!((noon() + HOUR).as_millis())),
            "future",
            "state",
            "",
        ),
        (
            with(good.clone(), "_received", json!((noon() - 91 * 24 * HOUR).as_millis())),
            "expired",
            "state",
            "",
        ),
    ];
    for (message, ..) in &cases {
        lakeside.send(DEVICE_EVENTS, message);
        lakeside.send(DEVICE_EVENTS, &good);
    }
    lakeside.run_out().await;

    let refused = lakeside.refused();
    assert_eq!(refused.len(), cases.len());
    for (message, reason, rule, detail) in &cases {
        let body = message.to_string();
        let (kept, _) = refused.iter().find(|(_, kept)| *kept == body).expect(&body);
        assert_eq!(kept["reason"], *reason, "{body}");
        assert_eq!(kept["queue"], DEVICE_EVENTS);
        assert_eq!(kept.get("rule").map_or("", String::as_str), *rule, "{body}");
        if detail.is_empty() {
            assert!(!kept["detail"].is_empty(), "{body}");
        } else {
            assert_eq!(kept["detail"], *detail, "{body}");
        }
    }
    // The good ones, and what was good of the message with the bad power.
    let known = lakeside.known("203", DAY).await;
    assert_eq!(known, ["lamp-1 light ON 2026-11-20T10:00:00.000Z"]);
    assert_eq!(lakeside.dead(), [] as [&str; 0]);
}

#[tokio::test]
async fn what_was_refused_is_taken_once_its_register_is_mended() {
    let lakeside = lakeside().await;
    let source = json!({"source": "pms", "reports": "changes", "rules": [
        {"name": "moved in", "each": ["$.rooms[*]"], "id": "@.no",
         "at": {"of": "$.at", "as": ["rfc3339"]}, "stay": {"value": "CHECKED_IN"}},
    ]});
    lakeside.put_source("pms", &source).await;
    let at = noon() - HOUR;
    let message = json!({"at": at.to_string(), "rooms": [{"no": "203"}, {"no": "7"}, {"no": "8"}]});
    let received = [("source", "pms"), ("hotel", HOTEL), ("trace", "abc")];
    lakeside.send_with(SPACE_EVENTS, &message, &received);
    lakeside.run_out().await;

    assert_eq!(lakeside.known("203", DAY).await, ["stay CHECKED_IN 2026-11-20T10:00:00.000Z"]);
    let expected = attributes(&[
        ("reason", "unregistered"),
        ("detail", r#""7" is not in the register"#),
        ("rule", "moved in"),
        ("queue", SPACE_EVENTS),
        ("source", "pms"),
        ("hotel", HOTEL),
        ("count", "2"),
    ]);
    assert_eq!(lakeside.refused(), [(expected, message.to_string())]);

    lakeside.put_register(&format!("{REGISTER}7,207,,,,\n8,208,,,,\n")).await;
    for message in lakeside.deployment.queues().receive(REJECTED_EVENTS, 10, |_| true) {
        lakeside.deployment.queues().send(SPACE_EVENTS, message.body, message.attributes);
    }
    lakeside.run_out().await;
    for room in ["203", "207", "208"] {
        assert_eq!(lakeside.known(room, DAY).await, ["stay CHECKED_IN 2026-11-20T10:00:00.000Z"]);
    }
    assert_eq!(lakeside.refused(), []);
}

#[tokio::test]
async fn a_source_that_is_replaced_or_deleted_is_read_by_for_minutes_at_most() {
    let lakeside = lakeside().await;
    let lamp = |on: &str| {
        json!({"source": "tasmota", "reports": "changes", "hotel": "$.h", "rules": [
            {"name": "own", "id": {"text": "zigbee2mqtt/bed", "with": []},
             "at": {"of": "$.at", "as": ["rfc3339"]}, "state": {"of": "$.v", "map": {"1": on}}},
        ]})
    };
    let say = |at: Instant| json!({"_source": "tasmota", "h": HOTEL, "v": 1, "at": at.to_string()});
    // An operator's own before the built-in one of the name.
    lakeside.put_source("tasmota", &lamp("ON")).await;
    lakeside.send(DEVICE_EVENTS, &say(noon() - HOUR));
    lakeside.run_out().await;
    lakeside.put_source("tasmota", &lamp("DIM")).await;
    lakeside.set_clock(noon() + 10 * MINUTE);
    lakeside.send(DEVICE_EVENTS, &say(noon()));
    lakeside.run_out().await;
    lakeside.deployment.store().delete_source(&SourceName::new("tasmota").unwrap()).await.unwrap();
    lakeside.set_clock(noon() + 20 * MINUTE);
    lakeside.send(DEVICE_EVENTS, &say(noon() + MINUTE));
    lakeside.run_out().await;
    assert_eq!(
        lakeside.known("203", DAY).await,
        ["lamp-1 light DIM 2026-11-20T11:00:00.000Z", "lamp-1 light ON 2026-11-20T10:00:00.000Z"]
    );
    // The built-in one is back, and knows no hotel in such a message.
    let (kept, _) = lakeside.refused().remove(0);
    assert!(kept["detail"].starts_with("names no hotel"), "{kept:?}");
}

#[tokio::test]
async fn a_message_that_tells_too_much_is_kept_once_and_its_first_events_count() {
    let lakeside = lakeside().await;
    let source = json!({"source": "many", "reports": "changes", "rules": [
        {"name": "all", "each": ["$.v[*]"], "id": {"text": "zigbee2mqtt/bed", "with": []},
         "at": {"of": "@", "as": ["epochMs"]}, "state": {"value": "ON"}},
    ]});
    lakeside.put_source("many", &source).await;
    let first = (noon() - HOUR).as_millis();
    let instants: Vec<_> = (0..10_001).map(|place| first + place).collect();
    let message = json!({ "v": instants });
    lakeside.send_with(DEVICE_EVENTS, &message, &[("source", "many"), ("hotel", HOTEL)]);
    lakeside.send(DEVICE_EVENTS, &zigbee("bed", "OFF", noon()));
    lakeside.run_out().await;

    assert_eq!(lakeside.known("203", DAY).await.len(), 10_001);
    let refused = lakeside.refused();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].0["detail"], "a message has at most 10000 events");
    assert_eq!(refused[0].1, message.to_string());
}

#[tokio::test]
async fn made_up_sources_and_hotels_hold_nothing_up() {
    let lakeside = lakeside().await;
    for number in 0..700 {
        let mut message = zigbee("bed", "ON", noon());
        let name = if number % 2 == 0 { "_source" } else { "_hotel" };
        message[name] = format!("made-up-{number}").into();
        lakeside.send(DEVICE_EVENTS, &message);
    }
    lakeside.send(DEVICE_EVENTS, &lamp("203", "ON", noon()));
    let before = lakeside.deployment.consumed_by_ingest();
    lakeside.run_out().await;
    let consumed = lakeside.deployment.consumed_by_ingest() - before;
    assert_eq!(lakeside.known("203", DAY).await.len(), 1);
    assert_eq!(lakeside.refused().len(), 700);
    // Four requests of a hundred for sources and for hotels each, twice, and few for the rest.
    assert!(consumed.requests <= 2 * (4 + 4) + 6, "{consumed:?}");
}
