//! Every member of the form, and every outcome.

use roomwatt_domain::{BusinessCalendar, HotelId};
use roomwatt_source::{Fact, Hotel, Message, Outcome, Register, Reports, Source, Subject};
use serde_json::{Value, json};

use crate::reading::{document, lines, lines_of, rule, source_of, turns};

fn message() -> Value {
    json!({"id": "lamp", "s": "on", "t": "2026-11-20T17:41:03.2509Z"})
}

fn with(name: &str, value: Value) -> Value {
    let mut message = message();
    message[name] = value;
    message
}

const LAMP: &str = "lamp ON 2026-11-20T17:41:03.250Z";

#[test]
fn a_message_becomes_an_event() {
    assert_eq!(turns(&json!({}), &message()), [LAMP]);
}

#[test]
fn a_source_has_a_name_and_says_what_it_is() {
    let text = json!({
        "source": "bms-1", "about": "the BMS", "reports": "states",
        "rules": [rule(&json!({"name": "a"})), rule(&json!({"name": "b"}))],
    });
    let source = Source::parse(&text.to_string()).unwrap();
    assert_eq!((source.name(), source.about()), ("bms-1", Some("the BMS")));
    assert_eq!(source.reports(), Reports::States);
    assert_eq!(source.rules().collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn an_event_has_the_hash_of_rule_external_id_and_instant() {
    let source = source_of(&json!([rule(&json!({}))]));
    let (id, calendar) = (HotelId::new("h1").unwrap(), BusinessCalendar::new("UTC").unwrap());
    let register =
        Register::from_csv("external,room,device,kind\nlamp,101,lamp-1,light\n").unwrap();
    let hotel = Hotel { id: &id, calendar: &calendar, register: Some(&register) };
    let body = message().to_string();
    let mut seen = 0;
    source.read(&Message::parse(&body).unwrap(), &hotel, &mut |turn| {
        let Outcome::Event(event) = &turn.outcome else { panic!("{turn:?}") };
        // printf 'r\nlamp\n2026-11-20T17:41:03.250Z' | sha256sum
        let hash = "e7a66c8616b0985f420597824a71d94a6ded08c845a4d3043be03e9dc16d96ab";
        let expected = json!({
            "eventId": hash, "hotelId": "h1", "roomId": "101", "deviceId": "lamp-1",
            "deviceKind": "light", "state": "ON", "occurredAt": "2026-11-20T17:41:03.250Z",
        });
        assert_eq!(serde_json::to_value(event).unwrap(), expected);
        assert_eq!(
            (event.rule, &*event.external, turn.rule.map(|rule| &**rule)),
            ("r", "lamp", Some("r"))
        );
        assert!(matches!(event.subject, Subject::Device { .. }));
        assert!(matches!(event.fact, Fact::State(_)));
        seen += 1;
    });
    assert_eq!(seen, 1);
}

#[test]
fn a_condition_is_or_is_not_one_of_these() {
    let when = |condition: Value| json!({"when": [condition]});
    let is = when(json!({"that": "$.x", "is": ["a", 5, true, null, {"k": [1]}]}));
    for value in [json!("a"), json!(5), json!("5"), json!(true), json!(null), json!({"k": [1]})] {
        assert_eq!(turns(&is, &with("x", value)), [LAMP]);
    }
    assert_eq!(
        turns(&is, &with("x", json!("b"))),
        ["- $.x is \"b\", not \"a\" or 5 or true or null or an object of 1 members"]
    );
    assert_eq!(
        turns(&when(json!({"that": "$.x", "is": [1]})), &message()),
        ["- $.x is nothing, not 1"]
    );
    let not = when(json!({"that": "$.x", "not": ["a", false]}));
    assert_eq!(turns(&not, &with("x", json!("b"))), [LAMP]);
    assert_eq!(turns(&not, &message()), [LAMP]);
    assert_eq!(turns(&not, &with("x", json!(false))), ["- $.x is false, which `not` names"]);
}

#[test]
fn a_condition_looks_at_all_that_its_path_finds() {
    let message = with("x", json!([1, 2, 3]));
    let when = |condition: Value| json!({"when": [condition]});
    assert_eq!(turns(&when(json!({"that": "$.x[*]", "is": [3]})), &message), [LAMP]);
    assert_eq!(turns(&when(json!({"that": "$.x[*]", "not": [3]})), &message).len(), 1);
    assert!(turns(&when(json!({"that": "$.x[*]", "not": [3]})), &message)[0].starts_with('-'));
}

#[test]
fn a_condition_may_ask_whether_something_is_there() {
    let when = |exists: bool| json!({"when": [{"that": "$.x", "exists": exists}]});
    assert_eq!(turns(&when(true), &with("x", json!(null))), [LAMP]);
    assert_eq!(turns(&when(true), &message()), ["- $.x is not there"]);
    assert_eq!(turns(&when(false), &message()), [LAMP]);
    assert_eq!(turns(&when(false), &with("x", json!(0))), ["- $.x is there: 0"]);
}

#[test]
fn a_condition_may_ask_whether_two_values_differ() {
    let when = json!({"when": [{"that": "$.x", "differs": "$.y"}]});
    let both = |x: Value, y: Value| {
        let mut message = with("x", x);
        message["y"] = y;
        turns(&when, &message)
    };
    assert_eq!(both(json!(1), json!(2)), [LAMP]);
    assert_eq!(both(json!(1), json!(1)), ["- $.x is 1, as $.y is"]);
    assert_eq!(both(json!({"a": 1}), json!({"a": 2})), [LAMP]);
    assert_eq!(turns(&when, &with("x", json!(1))), [LAMP]);
    assert_eq!(turns(&when, &with("y", json!(1))), [LAMP]);
    assert!(turns(&when, &message())[0].starts_with('-'));
}

#[test]
fn all_conditions_and_all_their_members_have_to_hold() {
    let when = json!({"when": [
        {"that": "$.x", "exists": true, "not": [1]}, {"that": "$.y", "is": [2]},
    ]});
    let both = |x: i64, y: i64| {
        let mut message = with("x", json!(x));
        message["y"] = json!(y);
        turns(&when, &message)[0].starts_with('-')
    };
    assert_eq!([both(0, 2), both(1, 2), both(0, 1)], [false, true, true]);
}

#[test]
fn a_rule_takes_its_turn_with_each_element_four_deep() {
    let rule = json!({
        "each": ["$.floors[*]", "@.rooms[*]", "@.devices[*]", "@.readings[*]"],
        "id": {"text": "{0}.{1}.{2}.{3}", "with": ["key@1", "@1.name", "@2.no", "key@3"]},
        "at": {"of": "@.t", "as": ["rfc3339"]},
        "state": {"of": "@4.s", "map": {"on": "ON", "off": "OFF"}},
    });
    let reading = |s: &str| json!({"s": s, "t": "2026-11-20T00:00:00Z"});
    let message = json!({"floors": [{"name": "first", "rooms": [
        {"no": 101, "devices": {"lamp": {"readings": [reading("on"), reading("off")]}, "tv": {"readings": [reading("on")]}}},
        {"no": 102, "devices": {"lamp": {"readings": []}}},
    ]}]});
    assert_eq!(
        turns(&rule, &message),
        [
            "0.first.101.lamp ON 2026-11-20T00:00:00.000Z",
            "0.first.101.lamp OFF 2026-11-20T00:00:00.000Z",
            "0.first.101.tv ON 2026-11-20T00:00:00.000Z",
        ]
    );
    let nothing = turns(&rule, &json!({"floors": []}));
    assert_eq!(nothing, ["- $.floors[*] of `each` finds nothing"]);
}

#[test]
fn an_element_is_its_name_or_its_index_and_may_be_the_value_itself() {
    let rule = json!({
        "each": ["$.relays[*]"], "id": "key@", "state": {"of": "@", "map": {"1": "ON", "0": "OFF"}},
    });
    let mut message = message();
    message["relays"] = json!({"k1": 1, "k2": 0});
    assert_eq!(
        turns(&rule, &message),
        ["k1 ON 2026-11-20T17:41:03.250Z", "k2 OFF 2026-11-20T17:41:03.250Z"]
    );
    message["relays"] = json!([0, 1]);
    assert_eq!(
        turns(&rule, &message),
        ["0 OFF 2026-11-20T17:41:03.250Z", "1 ON 2026-11-20T17:41:03.250Z"]
    );
}

#[test]
fn a_value_is_a_text_a_number_or_a_boolean_as_json_writes_it() {
    let id = |id: Value| turns(&json!({}), &with("id", id));
    assert_eq!(id(json!("a b/ü")), ["a b/ü ON 2026-11-20T17:41:03.250Z"]);
    assert_eq!(id(json!(7)), ["7 ON 2026-11-20T17:41:03.250Z"]);
    assert_eq!(id(json!(true)), ["true ON 2026-11-20T17:41:03.250Z"]);
    assert_eq!(id(json!(null)), ["- $.id is null"]);
    assert_eq!(id(json!({})), ["- $.id is {}"]);
    assert_eq!(id(json!("")), ["- $.id is \"\""]);
    let source = source_of(&json!([rule(&json!({}))]));
    let body = r#"{"id": 1.50, "s": "on", "t": "2026-11-20T00:00:00Z"}"#;
    assert_eq!(lines(&source, body, None, "UTC"), ["1.50 ON 2026-11-20T00:00:00.000Z"]);
}

#[test]
fn a_value_may_be_a_part_and_mapped() {
    let id = |id: Value| turns(&json!({"id": id}), &with("topic", json!("zigbee2mqtt/101/lamp")));
    let at = "ON 2026-11-20T17:41:03.250Z";
    assert_eq!(id(json!({"of": "$.topic", "split": "/", "part": 1})), [format!("101 {at}")]);
    assert_eq!(id(json!({"of": "$.topic", "split": "/", "part": -1})), [format!("lamp {at}")]);
    assert_eq!(
        id(json!({"of": "$.topic", "split": "/", "part": 3})),
        ["- $.topic is \"zigbee2mqtt/101/lamp\", which has no part 3 when split at \"/\""]
    );
    let mapped = json!({"of": "$.topic", "split": "/", "part": 1, "map": {"101": "r-101"}});
    assert_eq!(id(mapped), [format!("r-101 {at}")]);
    assert_eq!(
        id(json!({"of": "$.topic", "split": "/", "part": 2, "map": {"101": "r-101"}})),
        ["- $.topic is \"zigbee2mqtt/101/lamp\", and `map` does not have \"lamp\""]
    );
    assert_eq!(id(json!({"of": "$.s", "map": {"on": "x"}})), [format!("x {at}")]);
    let text =
        json!({"text": "{1}:{0}/{1}", "with": ["$.s", {"of": "$.topic", "split": "/", "part": 1}]});
    assert_eq!(id(text), [format!("101:on/101 {at}")]);
    assert_eq!(id(json!({"text": "{0}", "with": ["$.none"]})), ["- $.none is nothing"]);
}

#[test]
fn a_state_is_mapped_ignored_or_refused() {
    let members = json!({"state": {"of": "$.s", "map": {"true": "ON", "0": "OFF"}, "ignore": ["unavailable", 9]}});
    let state = |s: Value| turns(&members, &with("s", s));
    assert_eq!(state(json!(true)), [LAMP]);
    assert_eq!(state(json!(0)), ["lamp OFF 2026-11-20T17:41:03.250Z"]);
    assert_eq!(state(json!("unavailable")), ["- $.s is \"unavailable\", which `ignore` names"]);
    assert_eq!(state(json!(9)), ["- $.s is 9, which `ignore` names"]);
    assert_eq!(state(json!("dim")), ["! malformed: $.s is \"dim\", and `map` does not have it"]);
    assert_eq!(state(json!(null)), ["- $.s is null"]);
    let mapped_away =
        json!({"state": {"of": {"of": "$.s", "map": {"x": "on"}}, "map": {"on": "ON"}}});
    assert_eq!(
        turns(&mapped_away, &message()),
        ["- $.s is \"on\", and `map` does not have \"on\""]
    );
    assert_eq!(
        turns(&json!({"state": {"value": "OFF"}}), &message()),
        ["lamp OFF 2026-11-20T17:41:03.250Z"]
    );
}

#[test]
fn a_state_may_be_how_high_a_number_is() {
    let members = json!({"state": {"of": "$.s", "bands": [
        {"from": "10", "is": "COOL"}, {"below": 2, "is": "OFF"}, {"from": "4.5", "below": "5", "is": "FAN"},
    ]}});
    let state = |s: Value| turns(&members, &with("s", s)).remove(0);
    assert!(state(json!(10)).contains("COOL") && state(json!("10.0")).contains("COOL"));
    assert!(state(json!(-3)).contains("OFF") && state(json!(1.999)).contains("OFF"));
    assert!(state(json!(4.5)).contains("FAN"));
    assert_eq!(state(json!(2)), "- $.s is 2, which is in no band");
    assert_eq!(state(json!(5)), "- $.s is 5, which is in no band");
    assert_eq!(state(json!("warm")), "! malformed: $.s is \"warm\", which is no number");
}

#[test]
fn a_reading_is_exact_and_rounded_half_away_from_zero() {
    let power = |value: &str, times: Value| {
        let members = json!({"state": null, "powerW": {"of": "$.s", "times": times}});
        let source = source_of(&json!([rule(&members)]));
        let body = format!(r#"{{"id": "m", "s": {value}, "t": "2026-11-20T00:00:00Z"}}"#);
        lines(&source, &body, None, "UTC").remove(0)
    };
    let at = "2026-11-20T00:00:00.000Z";
    assert_eq!(power("41.6", json!("1")), format!("m 41.6 {at}"));
    assert_eq!(power("\"0.0385\"", json!(1000)), format!("m 38.5 {at}"));
    assert_eq!(power("0.0005", json!("1")), format!("m 0.001 {at}"));
    assert_eq!(power("0.00049999", json!("1")), format!("m 0 {at}"));
    assert_eq!(power("-0.0001", json!("1")), format!("m 0 {at}"));
    assert_eq!(power("385", json!("0.1")), format!("m 38.5 {at}"));
    assert_eq!(power("1e3", json!("1")), format!("m 1000 {at}"));
    assert_eq!(power("10000000", json!("1")), format!("m 10000000 {at}"));
    assert_eq!(
        power("10000000.001", json!("1")),
        "! malformed: $.s is 10000000.001, and powerW must be 0 to 10000000"
    );
    assert_eq!(power("-1", json!("1")), "! malformed: $.s is -1, and powerW must be 0 to 10000000");
    assert_eq!(power("1e400", json!("1")), "! malformed: $.s is 1e400, which is no number");
    assert_eq!(power("\"NaN\"", json!("1")), "! malformed: $.s is \"NaN\", which is no number");
    assert_eq!(power("null", json!("1")), "- $.s is null");
    assert!(power("79228162514264337593543950335", json!("1000")).starts_with("! malformed"));
    let members = json!({"state": null, "counterWh": {"of": "$.s", "times": "1000"}});
    assert_eq!(
        turns(&members, &with("s", json!(48123.917))),
        ["lamp 48123917 2026-11-20T17:41:03.250Z"]
    );
    assert!(
        turns(&members, &with("s", json!(1_000_000_000)))[0].starts_with("lamp 1000000000000 ")
    );
    assert!(
        turns(&members, &with("s", json!(1_000_000_000.1)))[0]
            .ends_with("must be 0 to 1000000000000")
    );
}

#[test]
fn the_first_shape_that_fits_counts() {
    let members =
        json!({"at": {"of": "$.t", "as": ["epochS", "epochMs", "rfc3339", "%Y-%m-%d %H:%M:%S"]}});
    let at = |t: Value| turns(&members, &with("t", t)).remove(0);
    for t in [
        json!(1_795_196_463),
        json!("1795196463"),
        json!(1_795_196_463_000_i64),
        json!("2026-11-20T17:41:03Z"),
        json!("2026-11-20 18:41:03+01:00"),
        json!("2026-11-20 17:41:03"),
    ] {
        assert_eq!(at(t), "lamp ON 2026-11-20T17:41:03.000Z");
    }
    assert_eq!(
        at(json!("soon")),
        "! malformed: $.t is \"soon\", which is no epochS and no epochMs and no rfc3339 and no %Y-%m-%d %H:%M:%S"
    );
    let mut without = message();
    without.as_object_mut().unwrap().remove("t");
    assert_eq!(turns(&members, &without), ["! malformed: no time: $.t is nothing"]);
}

#[test]
fn a_clock_that_was_not_set_is_refused() {
    let members = json!({"at": {"of": "$.t", "as": ["epochS"]}});
    assert_eq!(
        turns(&members, &with("t", json!(1.61))),
        ["! no-clock: $.t is 1.61, which is 1970-01-01T00:00:01.610Z"]
    );
    assert!(turns(&members, &with("t", json!(946_684_799.999)))[0].starts_with("! no-clock"));
    assert!(turns(&members, &with("t", json!(946_684_800)))[0].starts_with("lamp ON"));
}

#[test]
fn local_times_are_read_by_the_hotels_clocks() {
    let source =
        source_of(&json!([rule(&json!({"at": {"of": "$.t", "as": ["%Y-%m-%d %H:%M:%S"]}}))]));
    let at = |t: &str, zone: &str| {
        lines(&source, &with("t", json!(t)).to_string(), None, zone).remove(0)
    };
    assert_eq!(at("2026-11-20 15:22:41", "Asia/Seoul"), "lamp ON 2026-11-20T06:22:41.000Z");
    // Shown twice: the earlier counts. Skipped: moved on by the gap.
    assert_eq!(at("2026-10-25 02:30:00", "Europe/Vienna"), "lamp ON 2026-10-25T00:30:00.000Z");
    assert_eq!(at("2026-03-29 02:30:00", "Europe/Vienna"), "lamp ON 2026-03-29T01:30:00.000Z");
}

#[test]
fn a_source_knows_whether_it_reads_local_times() {
    let reads = |shape: &str| {
        let at = json!({"at": {"of": "$.t", "as": ["rfc3339", shape]}});
        source_of(&json!([rule(&at)])).reads_local_times()
    };
    assert!(reads("%Y-%m-%d %H:%M"));
    assert!(!reads("%Y-%m-%d %H:%M %z") && !reads("epochS"));
}

#[test]
fn keep_takes_the_beginning_of_each_cell() {
    let members = json!({"keep": {"every": "15m", "within": "75s"}});
    let at = |t: &str| turns(&members, &with("t", json!(t))).remove(0);
    assert!(at("2026-11-20T17:45:00Z").starts_with("lamp"));
    assert!(at("2026-11-20T17:46:14.999Z").starts_with("lamp"));
    assert_eq!(
        at("2026-11-20T17:46:15Z"),
        "- 2026-11-20T17:46:15.000Z is 75 s into its cell, and `keep` takes the beginning alone"
    );
    assert!(at("2026-11-20T17:59:59.999Z").starts_with('-'));
}

#[test]
fn what_is_not_registered_is_refused_or_passed_over() {
    let register = Register::from_csv(
        "external,room,device,kind,from,until\nlamp,101,lamp-1,light,,2026-11-20\nlamp,102,lamp-9,light,2026-11-20,2026-11-22\n\
         room,103,,,,\npir,101,pir-1,presence,,\nmeter,101,m-1,meter,,\n",
    ).unwrap();
    let read = |members: Value, message: &Value| {
        lines(
            &source_of(&json!([rule(&members)])),
            &message.to_string(),
            Some(&register),
            "Asia/Seoul",
        )
        .remove(0)
    };
    let at = |t: &str| with("t", json!(t));
    let state = |t: &str| read(json!({}), &at(t));
    // The date changes at 15:00 UTC in Seoul.
    assert_eq!(state("2026-11-19T14:59:59Z"), "101 lamp-1 ON 2026-11-19T14:59:59.000Z");
    assert_eq!(state("2026-11-19T15:00:00Z"), "102 lamp-9 ON 2026-11-19T15:00:00.000Z");
    assert_eq!(
        state("2026-11-21T15:00:00Z"),
        "! unregistered: \"lamp\" is not in the register for 2026-11-21T15:00:00.000Z"
    );
    let ignore = json!({"ifUnregistered": "ignore"});
    assert!(
        read(ignore.clone(), &at("2026-11-21T15:00:00Z"))
            .starts_with("- \"lamp\" is not in the register")
    );
    let other = with("id", json!("x"));
    assert_eq!(
        read(json!({"ifUnregistered": "refuse"}), &other),
        "! unregistered: \"x\" is not in the register"
    );
    // What is of no concern may say what it likes.
    let mut strange = other.clone();
    strange["s"] = json!("playing");
    strange["t"] = json!("never");
    assert!(read(ignore, &strange).starts_with("- \"x\" is not in the register"));
    assert!(read(json!({}), &strange).starts_with("! malformed"));

    let stay = json!({"state": null, "stay": {"value": "CHECKED_IN"}});
    assert_eq!(
        read(stay.clone(), &with("id", json!("room"))),
        "103 CHECKED_IN 2026-11-20T17:41:03.250Z"
    );
    assert_eq!(
        read(stay, &message()),
        "! unregistered: \"lamp\" is device lamp-9 of room 102 in the register, and a stay is a room's"
    );
    assert_eq!(
        read(json!({}), &with("id", json!("room"))),
        "! unregistered: \"room\" is room 103 in the register, and has no device and kind"
    );
    assert_eq!(
        read(json!({}), &with("id", json!("pir"))),
        "! malformed: \"pir\": state of a presence sensor must be OCCUPIED or VACANT, and is ON"
    );
    assert_eq!(
        read(json!({}), &with("id", json!("meter"))),
        "! malformed: \"meter\": a meter has readings only"
    );
    let power = json!({"state": null, "powerW": {"of": "$.p"}});
    let mut pir = with("id", json!("pir"));
    pir["p"] = json!(5);
    assert_eq!(read(power, &pir), "! malformed: \"pir\": a presence sensor has no readings");
}

#[test]
fn envelopes_are_taken_off_where_they_are_there() {
    let inner = message();
    let source = |unwrap: Value| {
        let mut document: Value = serde_json::from_str(&document(&json!([rule(&json!({
            "id": {"text": "{0}/{1}", "with": ["$._topic", "$.id"]},
        }))])))
        .unwrap();
        document["unwrap"] = unwrap;
        Source::parse(&document.to_string()).unwrap()
    };
    let unwrap = source(json!([{"at": "$.detail"}, {"at": "$.Message", "json": true}]));
    let read = |message: Value| lines(&unwrap, &message.to_string(), None, "UTC");
    let event = ["t/lamp ON 2026-11-20T17:41:03.250Z"];
    assert_eq!(read(json!({"_topic": "t", "detail": inner})), event);
    assert_eq!(read(json!({"_topic": "t", "Message": inner.to_string()})), event);
    assert_eq!(read(json!({"_topic": "t", "Message": inner})), event);
    assert_eq!(read(json!({"_topic": "t", "detail": {"Message": inner.to_string()}})), event);
    // The members `_…` are those of what was received, even where the message has its own.
    let mut own = inner.clone();
    own["_topic"] = json!("own");
    assert_eq!(read(json!({"_topic": "t", "detail": own})), event);
    assert_eq!(read(json!({"detail": own})), ["own/lamp ON 2026-11-20T17:41:03.250Z"]);
    own["_topic"] = json!("t");
    assert_eq!(read(own), event);
    assert_eq!(
        read(json!({"Message": "{no"})),
        ["! malformed: $.Message of `unwrap`: not JSON: at line 1 column 2"]
    );
    let list = source(json!([{"at": "$.list"}]));
    assert_eq!(lines(&list, r#"{"_topic": "t", "list": [1]}"#, None, "UTC"), ["- $.s is nothing"]);
}

#[test]
fn a_message_may_be_a_bare_text() {
    let mut document: Value = serde_json::from_str(&document(&json!([rule(&json!({
        "id": "$._topic", "at": {"of": "$['_received','t']", "as": ["epochMs"]},
        "state": {"of": "$", "map": {"ON": "ON"}},
    }))])))
    .unwrap();
    document["unwrap"] = json!([{"at": "$.payload"}]);
    let source = Source::parse(&document.to_string()).unwrap();
    let body = r#"{"_topic": "a/b", "_received": 1795196463250, "payload": "ON"}"#;
    assert_eq!(lines(&source, body, None, "UTC"), ["a/b ON 2026-11-20T17:41:03.250Z"]);
}

#[test]
fn the_hotel_is_the_messages_or_the_sources() {
    let mut document: Value = serde_json::from_str(&document(&json!([rule(&json!({}))]))).unwrap();
    document["hotel"] = json!({"of": "$.code", "map": {"LAKE": "lakeside-1"}});
    document["unwrap"] = json!([{"at": "$.detail"}]);
    let source = Source::parse(&document.to_string()).unwrap();
    let hotel = |body: &str| source.hotel_of(&Message::parse(body).unwrap());
    assert_eq!(hotel(r#"{"detail": {"code": "LAKE"}}"#).as_deref(), Some("lakeside-1"));
    assert_eq!(hotel(r#"{"_hotel": "x", "detail": {"code": "LAKE"}}"#).as_deref(), Some("x"));
    assert_eq!(hotel(r#"{"detail": {"code": "HILL"}}"#), None);
    assert_eq!(
        source_of(&json!([rule(&json!({}))])).hotel_of(&Message::parse("{}").unwrap()),
        None
    );
    let body = r#"{"_source": "s", "_received": 5}"#;
    let message = Message::parse(body).unwrap();
    assert_eq!((message.source(), message.hotel(), message.received()), (Some("s"), None, Some(5)));
}

#[test]
fn a_row_of_a_table_is_a_message_of_texts() {
    let source = source_of(&json!([rule(&json!({"state": {"of": "$.s", "map": {"1": "ON"}}}))]));
    let message = Message::of_row(["id", "s", "t"], ["lamp", "1", "2026-11-20T17:41:03.25Z"]);
    assert_eq!(lines_of(&source, &message, None, "UTC"), [LAMP]);
}
