//! Least privilege, proved: the functions do all that they do, every call is noted, and what was
//! noted is exactly what the template's policies allow.

use std::collections::BTreeSet;

use integration::template::{ACCOUNT, Permission, REGION, STACK, Stack, Template, one_or_more};
use roomwatt_domain::instant::HOUR;
use roomwatt_embedded::deployment::{DAY_CLOSE, DEVICE_EVENTS, SPACE_EVENTS, sqs_event};
use serde_json::{Value, json};

use crate::day::Day;
use crate::functions::{FUNCTIONS, PUBLIC_URL};
use crate::provider::{CLIENT, Provider};
use crate::running::{Running, date, lamp, midnight, profile, stay};
use crate::topic::Topic;
use crate::world::{Call, World};

/// Enough rooms for a close that does not end in one invocation that has hardly any time.
const ROOMS: u32 = 150;

/// What each function did on a day of everything.
async fn day() -> BTreeSet<(String, Call)> {
    let provider = Provider::start(json!(["h1"])).await;
    let mut world = World::new().await;
    let given = [
        ("JWT_ISSUER", provider.issuer()),
        ("SIGN_IN_CLIENT_ID", CLIENT),
        ("DIGEST_TOPIC_ARN", &Topic::arn()),
        ("DIGEST_HOTELS", "h1"),
    ];
    world.variables.extend(given.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let mut day = Day::on(world).await;
    // Profiles: made, replaced.
    for (price, status) in [("0.1", 201), ("0.2", 200)] {
        let answer = day.running.put(&profile(price)).await;
        assert_eq!(answer["statusCode"], status, "{answer}");
    }
    // Sources and registers: made, replaced by fewer, deleted.
    for (method, path, body) in [
        ("PUT", "/sources/pms", Some(source("in"))),
        ("PUT", "/sources/pms", Some(source("arrived"))),
        ("DELETE", "/sources/pms", None),
        ("PUT", "/hotels/h1/devices", Some(register(8000))),
        ("PUT", "/hotels/h1/devices", Some(register(1))),
    ] {
        let answer = day.running.call(method, path, "", body.as_ref()).await;
        assert!(answer["statusCode"].as_u64().is_some_and(|status| status < 300), "{answer}");
    }
    // Events of the day before yesterday, and some that are refused.
    for room in 0..ROOMS {
        day.send(DEVICE_EVENTS, &lamp(101 + room, "ON", midnight(2) + HOUR));
    }
    day.send(SPACE_EVENTS, &stay(101, "CHECKED_IN", midnight(2) + HOUR));
    for queue in [DEVICE_EVENTS, SPACE_EVENTS] {
        day.send(queue, &json!("what?"));
        day.send(queue, &json!({"_source": "pms", "_hotel": "h1"}));
        day.send(queue, &json!({"_source": "tasmota", "_hotel": "h1", "POWER": "ON"}));
    }
    day.work().await;
    // Both days are closed; the close is out of time before its rooms are.
    let hurried = day.world.start(DAY_CLOSE, 10_000 + 60).await;
    let patient = day.running.replace(DAY_CLOSE, hurried);
    day.running.tick().await;
    let messages = day.world.receive(DAY_CLOSE, 10);
    let event = serde_json::to_value(sqs_event(DAY_CLOSE, &messages)).expect("an event");
    day.running.invoke(DAY_CLOSE, &event).await;
    day.running.replace(DAY_CLOSE, patient);
    day.work().await;
    // Late events, under other prices than the days were closed with.
    let answer = day.running.put(&profile("0.3")).await;
    assert_eq!(answer["statusCode"], 200, "{answer}");
    day.send(DEVICE_EVENTS, &lamp(101, "OFF", midnight(2) + 2 * HOUR));
    day.send(SPACE_EVENTS, &stay(101, "CHECKED_OUT", midnight(1) + 2 * HOUR));
    day.work().await;
    // Every call of the API.
    let (first, last) = (date(2), date(1));
    let range = format!("from={first}&to={last}");
    for (path, query) in [
        ("/health", ""),
        ("/openapi.json", ""),
        ("/hotels", ""),
        ("/hotels/h1", ""),
        ("/hotels/h1/rooms/101/reports", &*range),
        ("/hotels/h1/reports", &*range),
        ("/hotels/h1/reports", &*format!("{range}&groupBy=room")),
        ("/hotels/h1/reports", &*format!("{range}&groupBy=hotel")),
        ("/hotels/h1/reports", &*format!("{range}&rooms=101,102&groupBy=deviceKind")),
        (
            "/hotels/h1/compare",
            &*format!("{range}&baselineFrom={first}&baselineTo={first}&groupBy=room"),
        ),
        ("/hotels/h1/rooms/101/history", &*format!("date={last}")),
        ("/sources", ""),
        ("/sources/tasmota", ""),
        ("/hotels/h1/devices", ""),
        ("/hotels/h1/live", ""),
        ("/hotels/h1/live", "rooms=101"),
    ] {
        day.running.get(path, query).await;
    }
    let pages = [
        format!("/hotels/h1/report.html?{range}"),
        format!("/hotels/h1/report.csv?{range}"),
        format!("/hotels/h1/rooms/101/report.html?{range}"),
        format!("/hotels/h1/rooms/101/history.html?date={last}"),
    ];
    by_signing_in(&mut day.running, &provider, &pages).await;
    by_a_link(&mut day.running, &pages).await;
    day.world.take_calls().into_keys().collect()
}

/// Somebody signs in, reads every page, and signs out.
async fn by_signing_in(running: &mut Running, provider: &Provider, pages: &[String]) {
    let asked = running.browse("/signin?next=/hotels/h1/report.html", &[]).await;
    let (_, back) = provider.visit(header(&asked, "location")).await;
    let back = back.expect("a code").replace(PUBLIC_URL, "");
    let signed_in = running.browse(&back, &cookies(&asked)).await;
    assert_eq!(header(&signed_in, "location"), "/hotels/h1/report.html", "{signed_in}");
    read(running, &cookies(&signed_in), pages).await;
    let signed_out = running.browse("/signout", &cookies(&signed_in)).await;
    assert_eq!(signed_out["statusCode"], 200, "{signed_out}");
}

/// Somebody follows a link and reads every page; then it is deleted.
async fn by_a_link(running: &mut Running, pages: &[String]) {
    let made = running.call("POST", "/hotels/h1/links", "", Some(&json!({"days": 1}))).await;
    let made: Value = serde_json::from_str(made["body"].as_str().expect("a body")).expect("JSON");
    let path = made["url"].as_str().expect("a link").replace(PUBLIC_URL, "");
    let followed = running.browse(&path, &[]).await;
    read(running, &cookies(&followed), pages).await;
    let path = format!("/hotels/h1/links/{}", made["id"].as_str().expect("an id"));
    let deleted = running.call("DELETE", &path, "", None).await;
    assert_eq!(deleted["statusCode"], 204, "{deleted}");
}

async fn read(running: &mut Running, cookies: &[String], pages: &[String]) {
    for page in pages {
        let answer = running.browse(page, cookies).await;
        assert_eq!(answer["statusCode"], 200, "{page}: {answer}");
    }
}

fn header<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer["headers"][name].as_str().unwrap_or_else(|| panic!("no {name}: {answer}"))
}

/// The cookies that an answer sets, as a browser sends them.
fn cookies(answer: &Value) -> Vec<String> {
    let set = answer["cookies"].as_array().into_iter().flatten();
    let pairs = set.filter_map(|set| set.as_str()?.split(';').next());
    pairs.filter(|pair| !pair.ends_with('=')).map(str::to_owned).collect()
}

fn source(arrived: &str) -> Value {
    let map = json!({arrived: "CHECKED_IN"});
    json!({"source": "pms", "reports": "changes", "rules": [
        {"name": "stay", "id": "$.room", "at": {"of": "$.at", "as": ["rfc3339"]},
         "stay": {"of": "$.status", "map": map}},
    ]})
}

/// Of ids that hardly compress, so that a large one is kept in parts.
fn register(rows: usize) -> Value {
    let mut random = fastrand::Rng::with_seed(1);
    let row = |_| {
        let external: String = std::iter::repeat_with(|| random.alphanumeric()).take(100).collect();
        json!({"external": external, "room": "101", "device": "lamp-1", "kind": "light"})
    };
    json!({ "devices": (0..rows).map(row).collect::<Vec<_>>() })
}

/// The permission that a call takes, in the stack's names.
fn permission(stack: &Stack, call: &Call) -> Permission {
    let (kind, name) = call.resource.split_once('/').expect("a kind");
    let resource = match kind {
        "table" => {
            let (table, _) = stack.of_type("AWS::DynamoDB::Table").next().expect("a table");
            let table = stack.attribute(table, "Arn").expect("an ARN");
            match name.split_once('/') {
                Some((_, index)) => format!("{table}/{index}"),
                None => table,
            }
        }
        "topic" => name.to_owned(),
        "queue" => format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK}-{name}"),
        _ => format!("arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{STACK}"),
    };
    Permission { action: call.action.clone(), resource }
}

/// Whether the conditions on partitions in the policies of a role let a call through.
fn is_in_bounds(stack: &Stack, role: &str, call: &Call) -> bool {
    let policies = &stack.resources[role].properties["Policies"];
    let statements = one_or_more(&policies[0]["PolicyDocument"]["Statement"]).iter();
    let resource = permission(stack, call).resource;
    let mut bounds = statements
        .filter(|statement| {
            one_or_more(&statement["Action"]).contains(&call.action.as_str().into())
                && one_or_more(&statement["Resource"]).contains(&resource.as_str().into())
        })
        .map(|statement| {
            let condition = &statement["Condition"];
            let kinds = ["ForAllValues:StringLike", "ForAllValues:StringEquals"];
            let keys = kinds.map(|kind| &condition[kind]["dynamodb:LeadingKeys"]);
            one_or_more(keys[0]).iter().chain(one_or_more(keys[1])).collect::<Vec<_>>()
        });
    bounds.any(|partitions| {
        let partition = call.partition.as_deref().unwrap_or_default();
        partitions.is_empty()
            || partitions.iter().filter_map(|one| one.as_str()).any(|pattern| {
                match pattern.strip_suffix('*') {
                    Some(beginning) => partition.starts_with(beginning),
                    None => partition == pattern,
                }
            })
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn functions_may_do_what_they_do_and_no_more() {
    let topic = Topic::arn();
    let chosen = [("DigestTopicArn", &*topic), ("DigestHotels", "h1")];
    let stack = Template::load().expect("a template").stack(&chosen).expect("a stack");
    let calls = day().await;
    for function in FUNCTIONS {
        let policies = if function == "report-api" || function == "day-close-schedule" {
            &["calls"][..]
        } else {
            &["calls", "event-source"][..]
        };
        let mut allowed = BTreeSet::new();
        for policy in policies {
            allowed.extend(stack.permissions(function, policy).expect("a policy"));
        }
        let needed: BTreeSet<_> = calls
            .iter()
            .filter(|(by, _)| by == function)
            .map(|(_, call)| permission(&stack, call))
            .collect();
        let (refused, idle): (Vec<_>, Vec<_>) =
            (needed.difference(&allowed).collect(), allowed.difference(&needed).collect());
        assert!(refused.is_empty(), "{function} would be refused {refused:?}");
        assert!(idle.is_empty(), "{function} is allowed what it never does: {idle:?}");
    }
    for (function, role) in
        [("report-api", "ReportApiRole"), ("day-close-schedule", "DayCloseScheduleRole")]
    {
        let its = calls.iter().filter(|(by, _)| by == function).map(|(_, call)| call);
        let (within, beyond): (Vec<_>, Vec<_>) =
            its.partition(|call| is_in_bounds(&stack, role, call));
        assert!(within.iter().any(|call| call.partition.is_some()), "{function}");
        assert!(beyond.is_empty(), "{function} would be refused {beyond:?}");
    }
}
