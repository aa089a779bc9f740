//! What the tests read with: a source of one rule, a hotel, and outcomes as lines.

use roomwatt_domain::{BusinessCalendar, HotelId};
use roomwatt_source::{Hotel, Message, Outcome, Register, Source};
use serde_json::{Value, json};

/// A source with these rules.
pub(crate) fn source_of(rules: &Value) -> Source {
    Source::parse(&document(rules)).unwrap()
}

pub(crate) fn document(rules: &Value) -> String {
    json!({"source": "test", "reports": "changes", "rules": rules}).to_string()
}

/// A rule `r` that reads a lamp's state, with other members in the place of its own.
pub(crate) fn rule(members: &Value) -> Value {
    let mut rule = json!({
        "name": "r",
        "id": "$.id",
        "at": {"of": "$.t", "as": ["rfc3339"]},
        "state": {"of": "$.s", "map": {"on": "ON", "off": "OFF"}},
    });
    let (Value::Object(rule_members), Value::Object(members)) = (&mut rule, members) else {
        panic!()
    };
    for (name, value) in members {
        if value.is_null() {
            rule_members.remove(name);
        } else {
            rule_members.insert(name.clone(), value.clone());
        }
    }
    rule
}

/// What the rule with these members makes of a message, without a register, a line a turn.
pub(crate) fn turns(members: &Value, message: &Value) -> Vec<String> {
    lines(&source_of(&json!([rule(members)])), &message.to_string(), None, "UTC")
}

/// One line for each turn: `external state|reading instant`, `- why`, `! reason: detail`.
pub(crate) fn lines(
    source: &Source,
    body: &str,
    register: Option<&Register>,
    zone: &str,
) -> Vec<String> {
    let message = Message::parse(body).unwrap();
    lines_of(source, &message, register, zone)
}

pub(crate) fn lines_of(
    source: &Source,
    message: &Message<'_>,
    register: Option<&Register>,
    zone: &str,
) -> Vec<String> {
    let (id, calendar) = (HotelId::new("h").unwrap(), BusinessCalendar::new(zone).unwrap());
    let hotel = Hotel { id: &id, calendar: &calendar, register };
    let mut lines = Vec::new();
    source.read(message, &hotel, &mut |turn| {
        lines.push(match &turn.outcome {
            Outcome::Ignored(ignored) => format!("- {ignored}"),
            Outcome::Refused(refusal) => format!("! {refusal}"),
            Outcome::Event(event) => {
                let event = serde_json::to_value(event).unwrap();
                let names = [
                    "external",
                    "roomId",
                    "deviceId",
                    "state",
                    "powerW",
                    "counterWh",
                    "occurredAt",
                ];
                let members = names.iter().filter_map(|name| event[*name].as_str());
                members.collect::<Vec<_>>().join(" ")
            }
        });
    });
    lines
}
