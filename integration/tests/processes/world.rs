//! Table, queues and bus on sockets, one for each process, where every call is noted: by which
//! function, which action, on what.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use roomwatt_domain::{Instant, Millis};
use roomwatt_embedded::aws::{EmbeddedAws, ToldEvent};
use roomwatt_embedded::queues::{Message, Queues};
use roomwatt_embedded::sockets;
use roomwatt_messaging::Clock;
use roomwatt_store::{Retention, Store};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::functions::{Binaries, Process, Surroundings, built_functions, machine_time};
use crate::topic::Topic;

/// What a function did, in the words of policies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Call {
    /// `dynamodb:PutItem`
    pub(crate) action: String,
    /// `table/roomwatt`, `table/roomwatt/index/due`, `queue/day-close`, `event-bus/roomwatt`,
    /// `topic/` and its ARN
    pub(crate) resource: String,
    /// Of a write or a query of the table, the partition that it went to.
    pub(crate) partition: Option<String>,
}

impl Call {
    fn new(action: &str, resource: String) -> Self {
        Self { action: action.to_owned(), resource, partition: None }
    }

    /// A write of an item with these attributes among others.
    fn write(action: &str, resource: String, key: &Value) -> Self {
        let partition = key["pk"]["S"].as_str().map(str::to_owned);
        Self { partition, ..Self::new(action, resource) }
    }
}

/// How often each function made each call.
type Calls = Arc<Mutex<BTreeMap<(String, Call), usize>>>;

pub(crate) struct World {
    pub(crate) queues: Queues,
    pub(crate) store: Store,
    aws: EmbeddedAws,
    binaries: Binaries,
    calls: Calls,
    services: JoinSet<std::io::Result<()>>,
    pub(crate) topic: Topic,
    /// What the functions are given beside what each needs.
    pub(crate) variables: BTreeMap<String, String>,
}

/// The machine's time.
struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Instant {
        machine_time()
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let binaries = tokio::task::spawn_blocking(built_functions).await.expect("functions");
        Self::around(binaries).await
    }

    /// For functions that are built already.
    pub(crate) async fn around(binaries: Binaries) -> Self {
        let queues = Queues::new(Arc::new(MachineClock));
        let aws = EmbeddedAws::open(None, queues.clone()).expect("an engine");
        let store = Store::new(aws.dynamodb(), "roomwatt", Retention::default());
        store.create().await.expect("a table");
        let (calls, services) = (Calls::default(), JoinSet::new());
        let (topic, variables) = (Topic::default(), BTreeMap::new());
        Self { queues, store, aws, binaries, calls, services, topic, variables }
    }

    /// Starts a function; an invocation of it may take so long.
    pub(crate) async fn start(&mut self, function: &str, time: Millis) -> Process {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let aws_endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let noted = (function.to_owned(), Arc::clone(&self.calls), self.topic.clone());
        let router = sockets::router(self.aws.clone()).layer(from_fn_with_state(noted, note));
        self.services.spawn(async move { axum::serve(listener, router).await });
        let mut around = Surroundings::embedded(aws_endpoint, 300, time);
        around.variables.extend(self.variables.clone());
        Process::start(&self.binaries[function], function, &around).await
    }

    /// Takes what the bus was told.
    pub(crate) fn take_told(&self) -> Vec<ToldEvent> {
        self.aws.take_told()
    }

    /// Takes what was noted so far.
    pub(crate) fn take_calls(&self) -> BTreeMap<(String, Call), usize> {
        std::mem::take(&mut *self.calls.lock().expect("no panic"))
    }

    /// What was noted so far, by action.
    pub(crate) fn take_counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for ((_, call), count) in self.take_calls() {
            let (_, action) = call.action.split_once(':').expect("a service");
            *counts.entry(action.to_owned()).or_default() += count;
        }
        counts
    }

    /// Messages for a function, taken as its event source mapping takes them: by its own rights.
    pub(crate) fn receive(&self, function: &str, most: usize) -> Vec<Message> {
        let messages = self.queues.receive(function, most, |_| true);
        if !messages.is_empty() {
            let mut calls = self.calls.lock().expect("no panic");
            for action in ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"] {
                let call = Call::new(&format!("sqs:{action}"), queue(function));
                *calls.entry((function.to_owned(), call)).or_default() += 1;
            }
        }
        messages
    }
}

async fn note(
    State((function, calls, topic)): State<(String, Calls, Topic)>,
    request: Request,
    next: Next,
) -> Response {
    let target = request.headers().get("x-amz-target").cloned();
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a whole request");
    let Some(target) = target else {
        // Of the services that are called, the topic's alone does not name the operation so.
        let (topic, answer) = topic.publish(&body);
        let call = Call::new("sns:Publish", format!("topic/{topic}"));
        *calls.lock().expect("no panic").entry((function, call)).or_default() += 1;
        return answer;
    };
    let target = target.to_str().expect("ASCII");
    for call in calls_of(target, &serde_json::from_slice(&body).expect("JSON")) {
        *calls.lock().expect("no panic").entry((function.clone(), call)).or_default() += 1;
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// What a request needs to be allowed.
fn calls_of(target: &str, body: &Value) -> Vec<Call> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let (service, operation) = target.split_once('.').expect("a target");
    match (service, operation) {
        ("DynamoDB_20120810", "TransactWriteItems") => {
            let items = body["TransactItems"].as_array().expect("items").iter();
            let items = items.flat_map(|item| item.as_object().expect("an item"));
            // A transaction is allowed by what it is made of.
            items.map(|(part, write)| write_of(&format!("{part}Item"), write)).collect()
        }
        ("DynamoDB_20120810", "PutItem" | "UpdateItem" | "DeleteItem") => {
            vec![write_of(operation, body)]
        }
        ("DynamoDB_20120810", "BatchGetItem") => {
            let tables = body["RequestItems"].as_object().expect("tables").keys();
            tables.map(|name| Call::new("dynamodb:BatchGetItem", table(name))).collect()
        }
        ("DynamoDB_20120810", "Query") if body["IndexName"].is_null() => {
            // The store asks for a partition by this name.
            let partition = text(&body["ExpressionAttributeValues"][":p"]["S"]);
            let call = Call::new("dynamodb:Query", table(&text(&body["TableName"])));
            vec![Call { partition: Some(partition), ..call }]
        }
        ("DynamoDB_20120810", operation) => {
            let mut resource = table(&text(&body["TableName"]));
            if let Some(index) = body["IndexName"].as_str() {
                resource = format!("{resource}/index/{index}");
            }
            vec![Call::new(&format!("dynamodb:{operation}"), resource)]
        }
        ("AmazonSQS", "SendMessage" | "SendMessageBatch") => {
            let url = text(&body["QueueUrl"]);
            let name = url.rsplit('/').next().expect("a name");
            vec![Call::new("sqs:SendMessage", queue(name))]
        }
        ("AWSEvents", "PutEvents") => {
            let entries = body["Entries"].as_array().expect("entries").iter();
            let bus = |entry: &Value| format!("event-bus/{}", text(&entry["EventBusName"]));
            entries.map(|entry| Call::new("events:PutEvents", bus(entry))).collect()
        }
        _ => panic!("{target} is none of the suite's calls"),
    }
}

/// A write by itself or of a transaction: `PutItem`, `UpdateItem`, `ConditionCheckItem`.
fn write_of(operation: &str, write: &Value) -> Call {
    let key = if operation == "PutItem" { &write["Item"] } else { &write["Key"] };
    let name = write["TableName"].as_str().expect("a table");
    Call::write(&format!("dynamodb:{operation}"), table(name), key)
}

fn table(name: &str) -> String {
    format!("table/{name}")
}

fn queue(name: &str) -> String {
    format!("queue/{name}")
}
