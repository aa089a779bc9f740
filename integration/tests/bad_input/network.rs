//! A network between the functions and their services that does to calls what networks do.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use roomwatt_domain::Instant;
use roomwatt_embedded::aws::EmbeddedAws;
use serde_json::{Value, json};

use crate::lakeside::Lakeside;

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The service says that it is asked too much.
    Throttled,
    /// The service says that it cannot just now.
    Unavailable,
    /// Nobody answers, and nothing was done.
    TimedOut,
    /// What was asked is done, but nobody answers.
    AnswerLost,
    /// A queue answers that it took none of the entries.
    EntriesRefused,
    /// The table reads everything of a batch but that which the fault is about.
    KeysLeft,
}

/// The network; clones are the same one. Calm until it is disturbed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Network(Arc<Mutex<Weather>>);

#[derive(Debug, Default)]
struct Weather {
    disturbances: Vec<(&'static str, &'static str, Fault)>,
    /// How many calls were disturbed.
    disturbed: usize,
    /// The messages of each batch sent to a queue, by their size in bytes.
    sent: Vec<Vec<usize>>,
}

impl Network {
    /// Every call of an operation that is about something meets a fault from now on.
    pub(crate) fn disturb(&self, operation: &'static str, about: &'static str, fault: Fault) {
        self.0.lock().unwrap().disturbances.push((operation, about, fault));
    }

    /// Is calm again; returns how many calls were disturbed.
    pub(crate) fn calm(&self) -> usize {
        let mut weather = self.0.lock().unwrap();
        weather.disturbances.clear();
        std::mem::take(&mut weather.disturbed)
    }

    /// The sizes of the messages in each batch that was sent to a queue.
    pub(crate) fn sent(&self) -> Vec<Vec<usize>> {
        self.0.lock().unwrap().sent.clone()
    }

    fn fault_of(&self, operation: &str, body: &str) -> Option<(Fault, &'static str)> {
        let mut weather = self.0.lock().unwrap();
        if operation == "SendMessageBatch" {
            weather.sent.push(sizes(body));
        }
        let met = weather
            .disturbances
            .iter()
            .find(|(disturbed, about, _)| *disturbed == operation && body.contains(about));
        let fault = met.map(|(_, about, fault)| (*fault, *about));
        weather.disturbed += usize::from(fault.is_some());
        fault
    }
}

impl Lakeside {
    /// The hotel, behind a network.
    pub(crate) async fn behind_a_network(now: Instant) -> (Self, Network) {
        let network = Network::default();
        let wire = |services| SharedHttpClient::new(Wire { services, network: network.clone() });
        (Self::behind(now, wire).await, network)
    }
}

#[derive(Debug, Clone)]
struct Wire {
    services: EmbeddedAws,
    network: Network,
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap();
        let body = String::from_utf8(request.body().bytes().unwrap().to_vec()).unwrap();
        let Some((fault, about)) = self.network.fault_of(operation, &body) else {
            return self.services.call(request);
        };
        match fault {
            Fault::Throttled => {
                answer(400, &json!({"__type": "ThrottlingException", "message": "slow down"}))
            }
            Fault::Unavailable => {
                answer(503, &json!({"__type": "ServiceUnavailable", "message": "not now"}))
            }
            Fault::TimedOut => no_answer(),
            Fault::AnswerLost => {
                let done = self.services.call(request);
                HttpConnectorFuture::new(async move {
                    done.await?;
                    no_answer().await
                })
            }
            Fault::EntriesRefused => {
                let failed: Vec<_> = entries(&body)
                    .iter()
                    .map(|entry| {
                        json!({"Id": entry["Id"], "SenderFault": false, "Code": "InternalError"})
                    })
                    .collect();
                answer(200, &json!({"Successful": [], "Failed": failed}))
            }
            Fault::KeysLeft => self.leave_keys(request, &body, about),
        }
    }
}

impl Wire {
    /// Lets a batch read what is not about something, and answers that the rest is left.
    fn leave_keys(&self, mut request: HttpRequest, body: &str, about: &str) -> HttpConnectorFuture {
        let mut asked: Value = serde_json::from_str(body).unwrap();
        let (table, keys) =
            asked["RequestItems"].as_object_mut().unwrap().iter_mut().next().unwrap();
        let table = table.clone();
        let all = keys["Keys"].take();
        let all = all.as_array().unwrap().iter().cloned();
        let (left, read): (Vec<_>, Vec<_>) = all.partition(|key| key.to_string().contains(about));
        let mut unprocessed = keys.clone();
        unprocessed["Keys"] = left.into();
        let unprocessed = json!({ table: unprocessed });
        if read.is_empty() {
            return answer(200, &json!({"Responses": {}, "UnprocessedKeys": unprocessed}));
        }
        keys["Keys"] = read.into();
        *request.body_mut() = SdkBody::from(asked.to_string());
        let answered = self.services.call(request);
        HttpConnectorFuture::new(async move {
            let answered = answered.await?;
            let mut body: Value = serde_json::from_slice(answered.body().bytes().unwrap()).unwrap();
            body["UnprocessedKeys"] = unprocessed;
            Ok(HttpResponse::new(answered.status(), SdkBody::from(body.to_string())))
        })
    }
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

fn answer(status: u16, body: &Value) -> HttpConnectorFuture {
    let status = StatusCode::try_from(status).unwrap();
    HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body.to_string()))))
}

fn no_answer() -> HttpConnectorFuture {
    HttpConnectorFuture::ready(Err(ConnectorError::timeout("no answer".into())))
}

fn entries(body: &str) -> Vec<Value> {
    let batch: Value = serde_json::from_str(body).unwrap();
    batch["Entries"].as_array().unwrap().clone()
}

/// As SQS counts: the body, and each attribute's name, type and text.
fn sizes(body: &str) -> Vec<usize> {
    let length = |value: &Value| value.as_str().unwrap().len();
    let size = |entry: &Value| {
        let attributes = entry["MessageAttributes"].as_object().into_iter().flatten();
        let attributes = attributes.map(|(name, value)| {
            name.len() + length(&value["DataType"]) + length(&value["StringValue"])
        });
        length(&entry["MessageBody"]) + attributes.sum::<usize>()
    };
    entries(body).iter().map(size).collect()
}
