//! What is on its way to the services, on all lines of a run.
//!
//! A *stray* is a request that its client gave up and repeated with success, and that is carried
//! out all the same, at any later time, with the condition that it had: its answer goes to nobody.
//! A transaction is *under way* for as long as its call takes; DynamoDB refuses another write to
//! one of its items meanwhile, where the embedded engine does one thing after the other.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use roomwatt_domain::Instant;
use roomwatt_domain::instant::MINUTE;
use roomwatt_embedded::aws::EmbeddedAws;
use roomwatt_embedded::clock::ReplayClock;
use roomwatt_messaging::Clock;
use serde_json::Value;

/// For so long DynamoDB knows a transaction again by its token, and does nothing twice.
const TOKEN_KEPT: i64 = 10 * MINUTE;

/// What is on its way to the services.
pub(crate) struct Traffic {
    aws: EmbeddedAws,
    clock: Arc<ReplayClock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    strays: Vec<Stray>,
    landed: Landed,
    /// The items of the transactions that are under way.
    under_way: BTreeMap<u64, Vec<String>>,
    transactions: u64,
}

struct Stray {
    request: HttpRequest,
    sent_at: Instant,
}

/// What became of strays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Landed {
    /// Those that were carried out.
    pub(crate) done: usize,
    /// Those that the service refused.
    pub(crate) refused: usize,
}

impl Traffic {
    pub(crate) fn new(aws: EmbeddedAws, clock: Arc<ReplayClock>) -> Self {
        Self { aws, clock, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic")
    }

    /// Keeps a copy of a request that may be carried out again.
    pub(crate) fn lose(&self, request: &HttpRequest) {
        let request = request.try_clone().expect("a body in memory");
        self.state().strays.push(Stray { request, sent_at: self.clock.now() });
    }

    /// How many strays are on their way.
    pub(crate) fn strays(&self) -> usize {
        self.state().strays.len()
    }

    /// Carries the strays out that are picked, in the order in which they were sent.
    pub(crate) fn land(&self, mut picks: impl FnMut() -> bool) {
        let strays = std::mem::take(&mut self.state().strays);
        let (landing, flying): (Vec<_>, Vec<_>) = strays.into_iter().partition(|_| picks());
        self.state().strays = flying;
        for stray in landing {
            let done = self.aws.carry_out(&stray.arriving_at(self.clock.now())) == 200;
            let landed = &mut self.state().landed;
            landed.done += usize::from(done);
            landed.refused += usize::from(!done);
        }
    }

    /// What became of the strays that have landed.
    pub(crate) fn landed(&self) -> Landed {
        self.state().landed
    }

    /// Whether a transaction that is under way holds one of the items.
    pub(crate) fn holds(&self, items: &[String]) -> bool {
        self.state().under_way.values().flatten().any(|held| items.contains(held))
    }

    /// Lets a transaction be under way, until the answer is dropped.
    pub(crate) fn begin(self: &Arc<Self>, items: Vec<String>) -> UnderWay {
        let mut state = self.state();
        state.transactions += 1;
        let number = state.transactions;
        state.under_way.insert(number, items);
        UnderWay { traffic: Arc::clone(self), number }
    }
}

impl Stray {
    /// The request as the service takes it when it arrives.
    fn arriving_at(self, now: Instant) -> HttpRequest {
        let mut request = self.request;
        let body = request.body().bytes().unwrap_or_default();
        if now >= self.sent_at + TOKEN_KEPT
            && let Ok(Value::Object(mut body)) = serde_json::from_slice(body)
            && body.remove("ClientRequestToken").is_some()
        {
            *request.body_mut() = SdkBody::from(Value::Object(body).to_string());
        }
        request
    }
}

/// A transaction under way.
pub(crate) struct UnderWay {
    traffic: Arc<Traffic>,
    number: u64,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.traffic.state().under_way.remove(&self.number);
    }
}

/// The items that a write is about, by their keys.
pub(crate) fn items(operation: &str, body: &[u8]) -> Vec<String> {
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    match operation {
        "PutItem" => vec![item(&body["Item"])],
        "UpdateItem" | "DeleteItem" => vec![item(&body["Key"])],
        "TransactWriteItems" => {
            let writes = body["TransactItems"].as_array().into_iter().flatten();
            let of = |write: &Value| {
                let write = write.as_object()?.values().next()?;
                Some(item(write.get("Item").unwrap_or(&write["Key"])))
            };
            writes.filter_map(of).collect()
        }
        _ => Vec::new(),
    }
}

/// What a call reads or writes in the table: items by their keys, of a query the partition with a space
/// behind it. `None` for an index, which is about any item.
pub(crate) fn touched(operation: &str, body: &[u8]) -> Option<Vec<String>> {
    let written = items(operation, body);
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return Some(written) };
    match operation {
        "Query" if body.get("IndexName").is_some() => None,
        "Query" => {
            let partition = body["ExpressionAttributeValues"][":p"]["S"].as_str()?;
            Some(vec![format!("{partition} ")])
        }
        "GetItem" => Some(vec![item(&body["Key"])]),
        "BatchGetItem" => {
            let tables = body["RequestItems"].as_object()?.values();
            let keys = tables.filter_map(|table| table["Keys"].as_array()).flatten();
            Some(keys.map(item).collect())
        }
        _ => Some(written),
    }
}

fn item(key: &Value) -> String {
    let name = |name| key[name]["S"].as_str().unwrap_or_default();
    format!("{} {}", name("pk"), name("sk"))
}
