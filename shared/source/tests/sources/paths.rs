//! Paths find what RFC 9535 says.

use serde_json::{Value, json};

use crate::reading::turns;

/// The external ids that come of each value that the path finds.
fn found(path: &str, store: &Value) -> Vec<String> {
    let members = json!({
        "each": [path], "id": {"text": "{0}={1}", "with": ["key@", "@.n"]}, "state": {"value": "ON"},
    });
    let mut message = store.clone();
    message["t"] = json!("2026-11-20T00:00:00Z");
    let lines = turns(&members, &message);
    lines.iter().map(|line| line.split(" ON ").next().unwrap().to_owned()).collect()
}

fn store() -> Value {
    json!({
        "least": 3,
        "list": [
            {"n": 1, "kind": "a", "tags": ["x"]},
            {"n": 2, "kind": "b", "tags": []},
            {"n": 3.0, "kind": "a", "deep": {"flag": null}},
            {"n": 40, "kind": "ab", "deep": {"flag": false}},
        ],
        "by name": {"one": {"n": 1}, "tw'o": {"n": 2}},
    })
}

#[test]
fn names_indices_wildcards_and_slices() {
    for (path, expected) in [
        ("$.list[0]", &["0=1"][..]),
        ("$['list'][-1]", &["3=40"]),
        ("$.list[9]", &["- $.list[9] of `each` finds nothing"]),
        ("$.list[*]", &["0=1", "1=2", "2=3.0", "3=40"]),
        ("$.list[1:3]", &["1=2", "2=3.0"]),
        ("$.list[::2]", &["0=1", "2=3.0"]),
        ("$.list[::-1]", &["3=40", "2=3.0", "1=2", "0=1"]),
        ("$.list[3:0:-2]", &["3=40", "1=2"]),
        ("$.list[-2:]", &["2=3.0", "3=40"]),
        ("$.list[0, 2, 0]", &["0=1", "2=3.0", "0=1"]),
        ("$['by name'].*", &["one=1", "tw'o=2"]),
        (r"$['by name']['tw\'o']", &["tw'o=2"]),
        ("$['by name']['one','none','tw\\'o']", &["one=1", "tw'o=2"]),
    ] {
        assert_eq!(found(path, &store()), expected, "{path}");
    }
}

#[test]
fn filters() {
    for (path, expected) in [
        ("$.list[?@.kind == 'a']", &["0=1", "2=3.0"][..]),
        ("$.list[?@.kind != 'a']", &["1=2", "3=40"]),
        ("$.list[?@.n == 3]", &["2=3.0"]),
        ("$.list[?@.n > 2 && @.n <= 40]", &["2=3.0", "3=40"]),
        ("$.list[?@.n < 2 || @.kind == 'ab']", &["0=1", "3=40"]),
        ("$.list[?(@.n == 1 || @.n == 2) && !(@.kind == 'b')]", &["0=1"]),
        ("$.list[?@.deep]", &["2=3.0", "3=40"]),
        ("$.list[?!@.deep]", &["0=1", "1=2"]),
        ("$.list[?@.deep.flag == null]", &["2=3.0"]),
        ("$.list[?@.deep.flag == false]", &["3=40"]),
        ("$.list[?@.none == @.nothing]", &["0=1", "1=2", "2=3.0", "3=40"]),
        ("$.list[?@.n >= $.least]", &["2=3.0", "3=40"]),
        ("$.list[?@.tags[0] == 'x']", &["0=1"]),
        ("$.list[?length(@.kind) == 2]", &["3=40"]),
        ("$.list[?length(@.tags) == 0]", &["1=2"]),
        ("$.list[?count(@.*) == 3]", &["0=1", "1=2", "2=3.0", "3=40"]),
        ("$.list[?value(@.deep.*) == false]", &["3=40"]),
        ("$.list[?match(@.kind, 'a.?')]", &["0=1", "2=3.0", "3=40"]),
        ("$.list[?match(@.kind, 'a')]", &["0=1", "2=3.0"]),
        ("$.list[?search(@.kind, 'b')]", &["1=2", "3=40"]),
        ("$.list[?@.kind > 'a' && @.kind < 'b']", &["3=40"]),
        ("$.list[?@.n > '2']", &["- $.list[?@.n > '2'] of `each` finds nothing"]),
        ("$['by name'][?@.n == 2]", &["tw'o=2"]),
    ] {
        assert_eq!(found(path, &store()), expected, "{path}");
    }
}

#[test]
fn the_message_stays_the_message_in_a_filter_of_an_element() {
    let members = json!({
        "each": ["$.rooms[*]", "@.devices[?@.n == $.wanted]"],
        "id": {"text": "{0}/{1}/{2}", "with": ["@1.no", "@.n", "key@2"]},
        "state": {"value": "ON"},
    });
    let message = json!({
        "t": "2026-11-20T00:00:00Z", "wanted": 2,
        "rooms": [{"no": 101, "devices": [{"n": 1}, {"n": 2}]}, {"no": 102, "wanted": 1, "devices": [{"n": 1}]}],
    });
    assert_eq!(turns(&members, &message), ["101/2/1 ON 2026-11-20T00:00:00.000Z"]);
}
