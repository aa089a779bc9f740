//! A day on an AWS that we did not write: the template's stack on moto, the functions' real
//! binaries, real queues. Profiles in, events in, closes, late events, reports out: equal to the
//! oracle's.
//!
//! `make moto` starts moto, has `scripts/make-stack.py` make the stack, and runs this. What moto does
//! not do is done here: it calls no function, so messages are taken and ticks are made by the test.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::types::{
    Message, MessageAttributeValue, MessageSystemAttributeName, SendMessageBatchRequestEntry,
};
use aws_sdk_sqs::{Client, Config};
use roomwatt_domain::instant::MINUTE;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answered::compare;
use crate::functions::{FUNCTIONS, Process, Surroundings, built_functions, chosen, machine_time};
use crate::made_up::{ROOMS, Said, by_room, events, hotels, last_due, profiles};
use crate::running::Running;

/// Events before the days are closed, and late ones.
const EVENTS: usize = 300;
const LATE_EVENTS: usize = 40;
/// Most messages of one batch: several of what SQS gives at a time, as Lambda makes them.
const BATCH: usize = 100;

/// What `scripts/make-stack.py` tells of the stack.
#[derive(Deserialize)]
struct Stack {
    region: String,
    functions: BTreeMap<String, Function>,
    /// A queue that a rule sends to what our bus is told.
    listener: String,
}

#[derive(Deserialize)]
struct Function {
    variables: BTreeMap<String, String>,
    /// ARNs of the queues that its event source mappings take from.
    queues: Vec<String>,
}

/// A queue that a function is called with.
struct Queue {
    function: &'static str,
    arn: String,
    url: String,
}

/// The stack with the functions at work.
struct Independent {
    running: Running,
    sqs: Client,
    region: String,
    queues: Vec<Queue>,
}

impl Independent {
    async fn start(stack: &Stack, aws_endpoint: String) -> Self {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(stack.region.clone()))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .endpoint_url(&aws_endpoint);
        let sqs = Client::from_conf(config.build());
        let binaries = tokio::task::spawn_blocking(built_functions).await.expect("functions");
        let (mut processes, mut queues) = (BTreeMap::new(), Vec::new());
        for function in FUNCTIONS {
            let Function { variables, queues: arns } = &stack.functions[function];
            let around = Surroundings {
                aws_endpoint: aws_endpoint.clone(),
                region: stack.region.clone(),
                variables: variables.clone(),
                time: MINUTE,
            };
            let process = Process::start(&binaries[function], function, &around).await;
            processes.insert(function, process);
            for arn in arns {
                let name = arn.rsplit(':').next().expect("a name");
                let url = sqs.get_queue_url().queue_name(name).send().await.expect("a queue");
                let url = url.queue_url.expect("a URL");
                queues.push(Queue { function, arn: arn.clone(), url });
            }
        }
        let region = stack.region.clone();
        Self { running: Running::new(processes), sqs, region, queues }
    }

    /// Sends events to their function's queue.
    async fn send(&self, events: &[Said]) {
        for Queue { function, url, .. } in &self.queues {
            let said = events.iter().filter(|said| said.queue == *function);
            for said in said.collect::<Vec<_>>().chunks(10) {
                let entries = said.iter().enumerate().map(|(number, said)| {
                    let mut entry = SendMessageBatchRequestEntry::builder()
                        .id(number.to_string())
                        .message_body(&said.body);
                    for (name, text) in &said.attributes {
                        let value = MessageAttributeValue::builder().data_type("String");
                        let value = value.string_value(text).build().expect("an attribute");
                        entry = entry.message_attributes(name, value);
                    }
                    entry.build().expect("an entry")
                });
                let entries = Some(entries.collect());
                let sent = self.sqs.send_message_batch().queue_url(url).set_entries(entries);
                assert!(sent.send().await.expect("a queue").failed.is_empty());
            }
        }
    }

    async fn receive(&self, url: &str, most: usize) -> Vec<Message> {
        let mut received = Vec::new();
        while received.len() < most {
            let messages = self
                .sqs
                .receive_message()
                .queue_url(url)
                .max_number_of_messages(10)
                .message_system_attribute_names(MessageSystemAttributeName::All)
                .message_attribute_names("All")
                .send()
                .await
                .expect("a queue")
                .messages
                .unwrap_or_default();
            if messages.is_empty() {
                break;
            }
            received.extend(messages);
        }
        received
    }

    /// The event that Lambda makes of messages.
    fn envelope(&self, queue: &Queue, messages: &[Message]) -> Value {
        let records = messages.iter().map(|message| {
            let attributes: BTreeMap<_, _> = message.attributes.iter().flatten().collect();
            let attributes: BTreeMap<_, _> =
                attributes.iter().map(|(name, value)| (name.as_str(), value)).collect();
            let given = message.message_attributes.iter().flatten().map(|(name, value)| {
                let text = value.string_value().expect("a text");
                let value = json!({"dataType": value.data_type(), "stringValue": text});
                (name, value)
            });
            let given: BTreeMap<_, _> = given.collect();
            json!({
                "messageId": message.message_id,
                "receiptHandle": message.receipt_handle,
                "body": message.body,
                "attributes": attributes,
                "messageAttributes": given,
                "md5OfBody": message.md5_of_body,
                "eventSource": "aws:sqs",
                "eventSourceARN": queue.arn,
                "awsRegion": self.region,
            })
        });
        json!({ "Records": records.collect::<Vec<_>>() })
    }

    /// Calls functions with what waits for them until nothing does.
    async fn work(&mut self) {
        let mut idle = false;
        while !idle {
            idle = true;
            for place in 0..self.queues.len() {
                let queue = &self.queues[place];
                let messages = self.receive(&queue.url, BATCH).await;
                if messages.is_empty() {
                    continue;
                }
                idle = false;
                let (function, event) = (queue.function, self.envelope(queue, &messages));
                let answer = self.running.invoke(function, &event).await;
                assert_eq!(answer["batchItemFailures"], json!([]), "{function}");
                let url = &self.queues[place].url;
                for message in messages {
                    let handle = message.receipt_handle.expect("a handle");
                    let deleted = self.sqs.delete_message().queue_url(url).receipt_handle(handle);
                    deleted.send().await.expect("a queue");
                }
            }
        }
    }

    /// What our bus was told since: type and detail.
    async fn heard(&self, listener: &str) -> Vec<(String, Value)> {
        let messages = self.receive(listener, usize::MAX).await;
        let heard = messages.iter().map(|message| {
            let body = message.body.as_deref().expect("a body");
            let event: Value = serde_json::from_str(body).expect("JSON");
            assert_eq!(event["source"], "roomwatt");
            (event["detail-type"].as_str().expect("a type").to_owned(), event["detail"].clone())
        });
        heard.collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the stack on moto: make moto"]
async fn a_day_on_an_independent_aws_ends_in_the_reports_of_the_oracle() {
    let file = chosen("ROOMWATT_STACK").expect("ROOMWATT_STACK is not set: make moto");
    let endpoint = chosen("AWS_ENDPOINT_URL").expect("AWS_ENDPOINT_URL is not set: make moto");
    let stack = std::fs::read_to_string(file).expect("what make-stack.py printed");
    let stack: Stack = serde_json::from_str(&stack).expect("what make-stack.py printed");
    let mut aws = Independent::start(&stack, endpoint).await;
    let (now, seed) = (machine_time(), machine_time().as_millis().unsigned_abs());
    println!("seed {seed}");

    for profile in profiles() {
        let answer = aws.running.put(&profile).await;
        assert_eq!(answer["statusCode"], 201, "{answer}");
    }
    aws.running.put_sources(ROOMS).await;
    let mut random = fastrand::Rng::with_seed(seed);
    let mut said = events(&mut random, EVENTS, now);
    aws.send(&said).await;
    aws.work().await;
    aws.running.tick().await;
    aws.work().await;
    let told = aws.heard(&stack.listener).await;
    let closed: BTreeSet<_> = told
        .iter()
        .filter(|(kind, _)| kind == "HotelDayClosed")
        .map(|(_, detail)| (detail["hotelId"].as_str(), detail["date"].as_str()))
        .collect();
    for hotel in hotels() {
        let last = last_due(&hotel, now).to_string();
        assert!(closed.contains(&(Some(hotel.hotel_id.as_str()), Some(&*last))), "{closed:?}");
    }

    let late = events(&mut random, LATE_EVENTS, now);
    aws.send(&late).await;
    aws.work().await;
    said.extend(late);
    let (mut reports, mut revisions) = (0, 0);
    for hotel in hotels() {
        for (room, facts) in by_room(&hotel, &said) {
            let compared = compare(&mut aws.running, &hotel, &room, &facts, now).await;
            (reports, revisions) = (reports + compared.0, revisions + compared.1);
        }
    }
    let revised = aws.heard(&stack.listener).await;
    let revised = revised.iter().filter(|(kind, _)| kind == "RoomReportRevised").count();
    println!("{reports} reports as the oracle has them, {revisions} revisions, {revised} told");
    assert!(reports > 0 && revisions > 0);
    // Told at least once each.
    assert!(revised as u64 >= revisions);
}
