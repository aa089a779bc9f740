//! Messages that are too large, too deep or too many in one: refused, and nothing more.

use roomwatt_source::{LONGEST_MESSAGE, Message};
use serde_json::json;

use crate::reading::{lines, rule, source_of, turns};

#[test]
fn a_message_that_is_no_json_is_refused() {
    for (body, detail) in [
        ("ON", "not JSON: at line 1 column 1"),
        ("", "not JSON: at line 1 column 1"),
        ("{\"a\": 1", "not JSON: at line 1 column 8"),
    ] {
        assert_eq!(Message::parse(body).unwrap_err().to_string(), format!("malformed: {detail}"));
    }
}

#[test]
fn a_message_has_at_most_a_mebibyte() {
    let longest = format!("{{\"a\":\"{}\"}}", "x".repeat(LONGEST_MESSAGE - 8));
    assert_eq!(longest.len(), LONGEST_MESSAGE);
    assert!(Message::parse(&longest).is_ok());
    let refusal = Message::parse(&format!("{longest} ")).unwrap_err();
    assert_eq!(refusal.detail, "a message has at most 1048576 bytes");
}

#[test]
fn nesting_is_no_danger() {
    let nested = format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200));
    let source = source_of(&json!([rule(&json!({}))]));
    assert_eq!(lines(&source, &nested, None, "UTC"), ["- $.s is nothing"]);
    assert!(Message::parse(&"[".repeat(LONGEST_MESSAGE)).is_err());
}

#[test]
fn of_more_than_10000_events_those_up_to_the_limit_come() {
    let members = json!({"each": ["$.list[*]"], "id": "key@", "state": {"value": "ON"}});
    let message = |count: usize| json!({"t": "2026-11-20T00:00:00Z", "list": vec![0; count]});
    assert_eq!(turns(&members, &message(10_000)).len(), 10_000);
    let lines = turns(&members, &message(10_001));
    assert_eq!(lines.len(), 10_001);
    assert_eq!(lines.last().unwrap(), "! malformed: a message has at most 10000 events");
    assert!(lines[..10_000].iter().all(|line| line.contains(" ON ")));
}

#[test]
fn elements_in_elements_have_an_end() {
    let members = json!({"each": ["$.list[*]", "$.list[*]", "$.list[*]"], "id": "$.none"});
    let lines = turns(&members, &json!({"list": vec![0; 200]}));
    assert_eq!(lines.last().unwrap(), "! malformed: rules go through more than 1000000 elements");
}
