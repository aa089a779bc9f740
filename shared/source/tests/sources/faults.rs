//! What is wrong with a source is told with rule, member and why.

use roomwatt_source::Source;
use serde_json::{Value, json};

use crate::reading::{document, rule};

fn faults(text: &str) -> Vec<String> {
    let error = Source::parse(text).expect_err(text);
    error.0.iter().map(ToString::to_string).collect()
}

/// What is wrong with a rule of these members.
fn of_rule(members: &Value) -> Vec<String> {
    faults(&document(&json!([rule(members)])))
}

#[test]
fn unknown_members_are_errors_everywhere() {
    let mut source: Value = serde_json::from_str(&document(&json!([rule(&json!({}))]))).unwrap();
    source["colour"] = json!(1);
    assert!(faults(&source.to_string())[0].starts_with("colour: unknown member `colour`"));
    for (members, place) in [
        (json!({"colour": 1}), "rule r: colour: "),
        (json!({"id": {"of": "$.a", "spilt": "/"}}), "rule r: id: spilt: "),
        (json!({"id": {"text": "", "with": [], "x": 1}}), "rule r: id: x: "),
        (json!({"at": {"of": "$.a", "as": ["rfc3339"], "zone": "UTC"}}), "rule r: at.zone: "),
        (
            json!({"state": {"of": "$.a", "map": {"a": "ON"}, "else": "OFF"}}),
            "rule r: state: else: ",
        ),
        (
            json!({"state": {"of": "$.a", "bands": [{"is": "ON", "to": "5"}]}}),
            "rule r: state: bands[0].to: ",
        ),
        (json!({"state": {"value": "ON", "of": "$.a"}}), "rule r: state: of: "),
        (json!({"state": null, "powerW": {"of": "$.a", "by": "5"}}), "rule r: powerW.by: "),
        (json!({"when": [{"that": "$.a", "are": [1]}]}), "rule r: when[0].are: "),
        (json!({"keep": {"every": "1m", "within": "1s", "of": 1}}), "rule r: keep.of: "),
    ] {
        let faults = of_rule(&members);
        assert!(faults[0].starts_with(place) && faults[0].contains("unknown member"), "{faults:?}");
    }
}

#[test]
fn several_faults_are_told_at_once() {
    let text = document(&json!([
        rule(&json!({"name": "a", "id": "x", "keep": {"every": "1m", "within": "2m"}})),
        rule(&json!({"name": "b", "colour": 1})),
        rule(&json!({"name": null})),
        rule(&json!({"name": "d", "at": {"of": "$..t", "as": ["noon"]}})),
    ]));
    assert_eq!(
        faults(&text),
        [
            "rule a: id: \"x\" is no path: a path begins with $, @ or key@",
            "rule a: keep: `within` must be no longer than `every`",
            "rule b: colour: unknown member `colour`, expected one of `name`, `each`, `when`, `id`, `at`, \
         `state`, `stay`, `powerW`, `counterWh`, `ifUnregistered`, `keep`",
            "rule 3: missing member `name`",
            "rule d: at.as[0]: \"noon\" is no shape: rfc3339, epochS, epochMs, or a pattern such as \
         %Y-%m-%d %H:%M:%S",
            "rule d: at.of: a path must not search with `..`",
        ]
    );
    let many: Vec<_> = (0..60).map(|_| rule(&json!({"id": "x"}))).collect();
    assert_eq!(faults(&document(&json!(many))).len(), 20);
}

#[test]
fn a_rule_tells_one_thing() {
    assert_eq!(
        of_rule(&json!({"state": null})),
        ["rule r: needs one of `state`, `stay`, `powerW` and `counterWh`"]
    );
    assert_eq!(
        of_rule(&json!({"powerW": {"of": "$.p"}})),
        ["rule r: has `state` and `powerW`, and needs exactly one of them"]
    );
}

#[test]
fn states_have_their_rules() {
    let state = |state: Value| of_rule(&json!({"state": state})).remove(0);
    assert_eq!(
        state(json!({"of": "$.a", "map": {"on": "on"}})),
        "rule r: state.map.\"on\": \"on\": state must be 1 to 32 characters of A-Z 0-9 _ -"
    );
    assert_eq!(
        state(json!({"of": "$.a", "map": {}})),
        "rule r: state.map: must have a state at least"
    );
    assert_eq!(
        state(json!({"of": "$.a", "bands": []})),
        "rule r: state.bands: must have a band at least"
    );
    assert_eq!(
        state(json!({"of": "$.a", "bands": [{"is": "ON"}]})),
        "rule r: state.bands[0]: needs `from` or `below`"
    );
    assert_eq!(
        state(json!({"of": "$.a", "bands": [{"from": "x", "is": "ON"}]})),
        "rule r: state.bands[0].from: \"x\" is no number"
    );
    assert_eq!(
        state(json!({"of": "$.a", "bands": [{"from": "5", "below": 5.0, "is": "ON"}]})),
        "rule r: state.bands[0]: holds no number: `below` must be above `from`"
    );
    assert_eq!(
        state(json!({"of": "$.a"})),
        "rule r: state: must be an object with `map`, `bands` or `value`"
    );
    assert_eq!(
        state(json!("ON")),
        "rule r: state: must be an object with `map`, `bands` or `value`"
    );
    assert_eq!(
        of_rule(&json!({"state": null, "stay": {"of": "$.a", "map": {"in": "ON"}}})),
        ["rule r: stay.map.\"in\": \"ON\" is no state of a room: CHECKED_IN or CHECKED_OUT"]
    );
}

#[test]
fn values_have_their_rules() {
    let id = |id: Value| of_rule(&json!({"id": id})).remove(0);
    assert_eq!(id(json!(5)), "rule r: id: must be a path, or an object with `of` or `text`");
    assert_eq!(
        id(json!({"of": "$.a", "split": "/"})),
        "rule r: id: `split` says nothing without `part`"
    );
    assert_eq!(
        id(json!({"of": "$.a", "part": 1})),
        "rule r: id: `part` says nothing without `split`"
    );
    assert_eq!(
        id(json!({"of": "$.a", "split": "", "part": 1})),
        "rule r: id.split: must not be empty"
    );
    assert_eq!(
        id(json!({"text": "{0}{1}", "with": ["$.a"]})),
        "rule r: id.text: there is no {1}: `with` has 1, from {0} on"
    );
    assert_eq!(
        id(json!({"text": "{0}", "with": ["a"]})),
        "rule r: id.with[0]: \"a\" is no path: a path begins with $, @ or key@"
    );
    assert_eq!(
        of_rule(&json!({"state": null, "powerW": {"of": "$.p", "times": "k"}})),
        ["rule r: powerW.times: \"k\" is no number"]
    );
    assert_eq!(
        of_rule(&json!({"at": {"of": "$.t", "as": []}})),
        ["rule r: at.as: must have a shape at least"]
    );
    assert_eq!(
        of_rule(&json!({"when": [{"that": "$.a"}]})),
        ["rule r: when[0]: says nothing: needs `is`, `not`, `exists` or `differs`"]
    );
}

#[test]
fn paths_have_their_rules() {
    let id = |path: &str, each: Value| of_rule(&json!({"id": path, "each": each})).remove(0);
    let one = json!(["$.a[*]"]);
    assert_eq!(
        id("@.x", json!([])),
        "rule r: id: there is no element that @ could be: `each` has no path before it"
    );
    assert_eq!(
        id("key@", json!([])),
        "rule r: id: there is no element that @ could be: `each` has no path before it"
    );
    assert_eq!(
        id("@2.x", one.clone()),
        "rule r: id: there is no element @2: `each` is 1 deep here"
    );
    assert_eq!(
        id("@0.x", one.clone()),
        "rule r: id: there is no element @0: `each` is 1 deep here"
    );
    assert_eq!(
        id("key@.x", one),
        "rule r: id: \"key@.x\" has no members: it is a name or an index"
    );
    assert_eq!(id("$..a", json!([])), "rule r: id: a path must not search with `..`");
    assert_eq!(id("$.a[?@..b]", json!([])), "rule r: id: a path must not search with `..`");
    assert_eq!(
        id("$.a.switch:0", json!([])),
        "rule r: id: \"$.a.switch:0\" is no path beyond $.a.switch (a name with other characters than letters, \
         digits and _ is written ['so'])"
    );
    assert!(id("$.a[?match(@.b, '(')]", json!([])).ends_with("\"(\" is no pattern"));
    assert!(id("$.a[?nope(@.b, 'x')]", json!([])).starts_with("rule r: id: "));
    assert!(id("$.a[?length(@.b)]", json!([])).ends_with("have to be compared with something"));
    let long = format!("$.{}", "a".repeat(255));
    assert_eq!(id(&long, json!([])), "rule r: id: a path has at most 256 characters");
    assert!(Source::parse(&document(&json!([rule(&json!({"id": &long[..256]}))]))).is_ok());
    assert_eq!(
        of_rule(&json!({"each": ["$.a[*]", "key@"]})),
        ["rule r: each[1]: must find elements, and a name is none"]
    );
    assert_eq!(
        of_rule(&json!({"each": ["$", "$", "$", "$", "$"]})),
        ["rule r: each: goes at most 4 deep, not 5"]
    );
    assert_eq!(
        of_rule(&json!({"each": ["@"]})),
        ["rule r: each[0]: there is no element that @ could be: `each` has no path before it"]
    );
}

#[test]
fn a_source_as_a_whole_has_its_rules() {
    assert_eq!(faults("{"), ["not JSON: at line 1 column 2"]);
    assert_eq!(faults("[]"), ["invalid type: sequence, expected an object"]);
    assert!(
        faults(r#"{"source":"x","reports":"often","rules":[]}"#)[0]
            .starts_with("reports: unknown variant")
    );
    let lists = json!({"when": [["$.a", [1]]], "at": ["$.t", ["rfc3339"]]});
    assert!(of_rule(&lists)[0].ends_with("invalid type: sequence, expected an object"));
    assert_eq!(
        faults(r#"{"source":"x","reports":"states","rules":[]}"#),
        ["rules: must be 1 to 64 rules, not 0"]
    );
    assert_eq!(faults(r#"{"source":"x","rules":[]}"#), ["missing member `reports`"]);
    let named = document(&json!([rule(&json!({}))])).replace("\"test\"", "\"a/b\"");
    assert_eq!(
        faults(&named),
        ["source: must be 1 to 64 characters of A-Z a-z 0-9 . _ -, and not . or .. alone"]
    );
    assert_eq!(of_rule(&json!({"name": ""})), ["rule 1: name: must not be empty"]);
    assert_eq!(of_rule(&json!({"name": "a\nb"})).len(), 1);
}

#[test]
fn a_source_may_begin_with_an_editors_mark() {
    let text = format!("\u{feff}{}", document(&json!([rule(&json!({}))])));
    assert!(Source::parse(&text).is_ok());
}

#[test]
fn a_source_has_limits() {
    let rules = |count: usize| document(&json!(vec![rule(&json!({})); count]));
    assert!(Source::parse(&rules(64)).is_ok());
    assert_eq!(faults(&rules(65)), ["rules: must be 1 to 64 rules, not 65"]);
    let padded = |length: usize| {
        let rules = rules(1);
        format!("{rules}{}", " ".repeat(length - rules.len()))
    };
    assert!(Source::parse(&padded(64 << 10)).is_ok());
    assert_eq!(faults(&padded((64 << 10) + 1)), ["a source has at most 65536 bytes, not 65537"]);
    let nested = format!("{}\"$.a\"{}", r#"{"text":"{0}","with":["#.repeat(200), "]}".repeat(200));
    let text = rules(1).replace("\"$.id\"", &nested);
    assert_eq!(faults(&text), ["lists and objects are nested more than 256 deep"]);
    let nested = format!("{}\"$.a\"{}", r#"{"text":"{0}","with":["#.repeat(100), "]}".repeat(100));
    assert!(Source::parse(&rules(1).replace("\"$.id\"", &nested)).is_ok());
}
