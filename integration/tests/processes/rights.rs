//! Least privilege, proved: the functions do all that they do, every call is noted, and what was
//! noted is exactly what the template's policies allow.

use std::collections::{BTreeMap, BTreeSet};

use integration::template::{ACCOUNT, Permission, REGION, STACK, Stack, Template};
use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{BusinessDate, Instant};
use roomwatt_local::deployment::{
    DAY_CLOSE, DEVICE_EVENTS, SPACE_EVENTS, scheduled_event, sqs_event,
};
use serde_json::{Value, json};

use crate::functions::{FUNCTIONS, Process, failures, machine_time};
use crate::world::{Call, World};

const DAY: i64 = 24 * HOUR;
/// Enough rooms for a close that does not end in one invocation that has hardly any time.
const ROOMS: u32 = 150;

/// A day of everything: each function on every path that calls something.
struct Day {
    world: World,
    functions: BTreeMap<&'static str, Process>,
    number: usize,
}

impl Day {
    async fn new() -> Self {
        let mut world = World::new().await;
        let mut functions = BTreeMap::new();
        for function in FUNCTIONS {
            functions.insert(function, world.start(function, MINUTE).await);
        }
        Self { world, functions, number: 0 }
    }

    async fn invoke(&mut self, function: &str, event: &Value) -> Value {
        self.number += 1;
        let process = self.functions.get_mut(function).expect("a function");
        let answer = process.invoke(format!("{function}-{}", self.number), event.to_string()).await;
        serde_json::from_slice(&answer.expect("an answer")).expect("JSON")
    }

    /// Calls the API as API Gateway does for an IAM identity.
    async fn call(&mut self, method: &str, path: &str, query: &str, body: Option<&Value>) -> Value {
        let mut event: Value =
            serde_json::from_str(include_str!("../../../events/report-api-put-by-iam.json"))
                .expect("an envelope");
        event["rawPath"] = path.into();
        event["rawQueryString"] = query.into();
        event["requestContext"]["http"]["method"] = method.into();
        event["requestContext"]["http"]["path"] = path.into();
        event["isBase64Encoded"] = false.into();
        event["body"] = body.map(Value::to_string).into();
        self.invoke("report-api", &event).await
    }

    async fn get(&mut self, path: &str, query: &str) {
        let answer = self.call("GET", path, query, None).await;
        assert_eq!(answer["statusCode"], 200, "{path}?{query}: {answer}");
    }

    fn send(&self, queue: &str, body: &Value) {
        self.world.queues.send(queue, body.to_string(), [].into());
    }

    /// Lets functions take what waits for them.
    async fn work(&mut self) {
        loop {
            let mut idle = true;
            for function in [DEVICE_EVENTS, SPACE_EVENTS, DAY_CLOSE] {
                let messages = self.world.receive(function, 1000);
                if !messages.is_empty() {
                    idle = false;
                    let event = serde_json::to_value(sqs_event(function, &messages));
                    let answer = self.invoke(function, &event.expect("an event")).await;
                    assert_eq!(failures(answer.to_string().as_bytes()), BTreeSet::new());
                }
            }
            if idle {
                return;
            }
        }
    }

    async fn tick(&mut self) {
        let event = scheduled_event(machine_time()).expect("an event");
        let event = serde_json::to_value(event).expect("an event");
        self.invoke("day-close-schedule", &event).await;
    }
}

fn profile(price: &str) -> Value {
    json!({"hotelId": "h1", "timeZone": "UTC", "currency": "EUR", "pricePerKwh": price})
}

fn lamp(room: u32, state: &str, at: Instant) -> Value {
    json!({
        "eventId": "e", "hotelId": "h1", "roomId": room.to_string(), "deviceId": "lamp-1",
        "deviceKind": "light", "state": state, "occurredAt": at.to_string(),
    })
}

fn stay(room: u32, state: &str, at: Instant) -> Value {
    json!({
        "eventId": "e", "hotelId": "h1", "roomId": room.to_string(), "state": state,
        "occurredAt": at.to_string(),
    })
}

/// Midnight, UTC, so many days ago.
fn midnight(days_ago: i64) -> Instant {
    Instant::from_millis((machine_time().as_millis().div_euclid(DAY) - days_ago) * DAY)
}

fn date(days_ago: i64) -> BusinessDate {
    let date = midnight(days_ago).to_string();
    BusinessDate::parse(&date[..10]).expect("a date")
}

/// What each function did on a day of everything.
async fn day() -> BTreeSet<(String, Call)> {
    let mut day = Day::new().await;
    // Profiles: made, replaced.
    for (price, status) in [("0.1", 201), ("0.2", 200)] {
        let answer = day.call("PUT", "/hotels/h1", "", Some(&profile(price))).await;
        assert_eq!(answer["statusCode"], status, "{answer}");
    }
    // Events of the day before yesterday, and some that are refused.
    for room in 0..ROOMS {
        day.send(DEVICE_EVENTS, &lamp(101 + room, "ON", midnight(2) + HOUR));
    }
    day.send(SPACE_EVENTS, &stay(101, "CHECKED_IN", midnight(2) + HOUR));
    for queue in [DEVICE_EVENTS, SPACE_EVENTS] {
        day.send(queue, &json!("what?"));
    }
    day.work().await;
    // Both days are closed; the close is out of time before its rooms are.
    let hurried = day.world.start(DAY_CLOSE, 10_000 + 60).await;
    let patient = day.functions.insert(DAY_CLOSE, hurried).expect("a function");
    day.tick().await;
    let messages = day.world.receive(DAY_CLOSE, 10);
    let event = serde_json::to_value(sqs_event(DAY_CLOSE, &messages)).expect("an event");
    day.invoke(DAY_CLOSE, &event).await;
    day.functions.insert(DAY_CLOSE, patient);
    day.work().await;
    // Late events, under other prices than the days were closed with.
    let answer = day.call("PUT", "/hotels/h1", "", Some(&profile("0.3"))).await;
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
        ("/hotels/h1/live", ""),
        ("/hotels/h1/live", "rooms=101"),
        ("/hotels/h1/report.html", &*range),
        ("/hotels/h1/rooms/101/report.html", &*range),
        ("/hotels/h1/rooms/101/history.html", &*format!("date={last}")),
    ] {
        day.get(path, query).await;
    }
    day.world.take_calls().into_keys().collect()
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
}
