//! Least privilege, proved: the functions do all that they do, every call is noted, and what was
//! noted is exactly what the template's policies allow.

use std::collections::BTreeSet;

use integration::template::{ACCOUNT, Permission, REGION, STACK, Stack, Template, one_or_more};
use roomwatt_domain::instant::HOUR;
use roomwatt_embedded::deployment::{DAY_CLOSE, DEVICE_EVENTS, SPACE_EVENTS, sqs_event};
use serde_json::{Value, json};

use crate::day::Day;
use crate::functions::FUNCTIONS;
use crate::running::{date, lamp, midnight, profile, stay};
use crate::world::{Call, World};

/// Enough rooms for a close that does not end in one invocation that has hardly any time.
const ROOMS: u32 = 150;

/// What each function did on a day of everything.
async fn day() -> BTreeSet<(String, Call)> {
    let mut day = Day::on(World::new().await).await;
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
        ("/hotels/h1/report.html", &*range),
        ("/hotels/h1/rooms/101/report.html", &*range),
        ("/hotels/h1/rooms/101/history.html", &*format!("date={last}")),
    ] {
        day.running.get(path, query).await;
    }
    day.world.take_calls().into_keys().collect()
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
    let stack = Template::load().expect("a template").stack(&[]).expect("a stack");
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
