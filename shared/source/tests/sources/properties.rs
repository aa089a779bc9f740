//! What a message says depends on it alone, and no message makes a source fall over.

use std::sync::LazyLock;

use proptest::prelude::*;
use roomwatt_source::{Message, Register, Source, built_in};
use serde_json::{Value, json};

use crate::reading::{lines, rule, source_of};

/// Parsed once for all messages.
static BUILT_IN: LazyLock<Vec<Source>> = LazyLock::new(|| {
    built_in::ALL.iter().map(|source| Source::parse(source.text).unwrap()).collect()
});

/// A message of one source with many readings, some of them kept.
fn source() -> Source {
    source_of(&json!([
        rule(&json!({
            "each": ["$.readings[*]"], "id": "@.id", "at": {"of": "@.t", "as": ["epochMs"]},
            "state": null, "powerW": {"of": "@.w"}, "keep": {"every": "5m", "within": "40s"},
        })),
        rule(&json!({
            "name": "s", "each": ["$.readings[*]"], "id": "@.id", "at": {"of": "@.t", "as": ["epochMs"]},
            "state": {"of": "@.w", "bands": [{"from": "10", "is": "ON"}, {"below": "2", "is": "OFF"}]},
        })),
    ]))
}

fn events(source: &Source, register: &Register, readings: &[Value]) -> Vec<String> {
    let body = json!({"readings": readings}).to_string();
    let mut lines = lines(source, &body, Some(register), "Europe/Vienna");
    lines.retain(|line| !line.starts_with('-'));
    lines
}

/// Any JSON.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z$@._0-9/:-]{0,12}".prop_map(Value::from),
        prop_oneof!["ON", "off", "2026-11-20T17:41:03Z", "zigbee2mqtt/101/lamp"]
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        let name = prop_oneof![
            "[a-z_]{1,6}",
            "state",
            "params",
            "_topic",
            "_received",
            "new_state",
            "event_data",
            "detail",
            "newEvent",
            "POWER",
            "data",
            "last_seen",
            "attributes",
            "entity_id",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(name, inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_split_into_messages_comes_to_the_same(
        readings in prop::collection::vec((0..4_u8, 0..3_600_000_i64, -20..400_i64), 1..40),
        cuts in prop::collection::vec(0..40_usize, 0..6),
    ) {
        let register = Register::from_csv(
            "external,room,device,kind,from,until\n0,1,a,k,,\n1,1,b,k,,2026-11-21\n1,2,b,k,2026-11-21,\n2,1,p,presence,,\n",
        ).unwrap();
        let readings: Vec<_> = readings.iter().map(|(id, t, w)| {
            json!({"id": id, "t": 1_795_215_000_000 + t, "w": w})
        }).collect();
        let source = source();
        let mut whole = events(&source, &register, &readings);
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(readings.len())).collect();
        cuts.extend([0, readings.len()]);
        cuts.sort_unstable();
        let mut parts: Vec<_> = cuts.windows(2)
            .flat_map(|cut| events(&source, &register, &readings[cut[0]..cut[1]]))
            .collect();
        whole.sort();
        parts.sort();
        prop_assert_eq!(whole, parts);
    }

    #[test]
    fn every_source_comes_to_an_end_with_any_message(message in anything()) {
        let body = message.to_string();
        for source in BUILT_IN.iter() {
            // Whatever comes of it: one outcome a turn, and the same twice.
            let once = lines(source, &body, None, "America/New_York");
            prop_assert!(!once.is_empty());
            prop_assert_eq!(once, lines(source, &body, None, "America/New_York"));
        }
    }

    #[test]
    fn every_text_is_a_message_or_refused(text in ".{0,60}") {
        let is_json = serde_json::from_str::<Value>(&text).is_ok();
        // Numbers beyond a float are numbers here.
        prop_assert!(Message::parse(&text).is_ok() || !is_json);
    }

    #[test]
    fn what_json_writes_is_read(value in anything()) {
        prop_assert!(Message::parse(&value.to_string()).is_ok());
    }
}
