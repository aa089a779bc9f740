//! AWS in this process: the functions' own SDK clients, over a connector that ends here.
//!
//! Requests are made and answers parsed by the SDK as they would be for AWS; what would go out to the
//! network is answered by the embedded engine (DynamoDB) and the embedded queues and bus. Left out is
//! what has no meaning within a process and costs time: signatures, and the watch for
//! stalled streams, which sets a timer for every request.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use aws_sdk_dynamodb::config::retry::{ReconnectMode, RetryConfig, RetryPartition};
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, StalledStreamProtectionConfig};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use dynoxide::actions::delete_item::DeleteItemRequest;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::types::{Item, item_size};
use dynoxide::{AttributeValue, Database, DynoxideError};
use roomwatt_domain::Instant;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;

use crate::folder::{Folder, UnusableFolder};
use crate::kept::Kept;
use crate::queues::Queues;

/// The embedded services, and clients of them.
#[derive(Clone)]
pub struct EmbeddedAws {
    database: Database,
    queues: Queues,
    bus: Arc<Mutex<Vec<ToldEvent>>>,
    /// What the engine said when it last failed, until it writes again.
    fault: Arc<Mutex<Option<String>>>,
    /// The folder that the tables lie in, where they lie in one.
    #[expect(dead_code, reason = "held for as long as the tables are in use")]
    folder: Option<Arc<Folder>>,
    /// What a run keeps for itself, where it is the one that writes into the folder.
    kept: Option<Kept>,
    /// What stands between the clients and the services, if anything does.
    network: Option<SharedHttpClient>,
}

/// An event that the bus was told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ToldEvent {
    /// `HotelDayClosed`, `RoomReportRevised`.
    pub detail_type: String,
    /// Its content, as JSON.
    pub detail: String,
}

/// Operations that add to what is kept: one that is done tells that there is room again.
const WRITES: [&str; 3] = ["PutItem", "TransactWriteItems", "UpdateItem"];

impl fmt::Debug for EmbeddedAws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedAws").finish_non_exhaustive()
    }
}

impl EmbeddedAws {
    /// An engine in memory, or in a folder that this process alone writes into.
    ///
    /// # Errors
    /// [`UnusableFolder`] among others, when the folder cannot be used so.
    pub fn open(folder: Option<&Path>, queues: Queues) -> anyhow::Result<Self> {
        if let Some(folder) = folder {
            let folder = Folder::open(folder)?;
            let kept = Kept::in_database(folder.database.clone())?;
            return Ok(Self::of_folder(folder, Some(kept), queues));
        }
        let database = Database::memory().context("the embedded engine did not start")?;
        Ok(Self::over(database, None, None, queues))
    }

    /// An engine in a folder that is read only.
    ///
    /// # Errors
    /// When nothing is there, or it cannot be read.
    pub fn reading_folder(path: &Path, queues: Queues) -> Result<Self, UnusableFolder> {
        Ok(Self::of_folder(Folder::open_to_read(path)?, None, queues))
    }

    fn of_folder(folder: Folder, kept: Option<Kept>, queues: Queues) -> Self {
        Self::over(folder.database.clone(), Some(Arc::new(folder)), kept, queues)
    }

    fn over(
        database: Database,
        folder: Option<Arc<Folder>>,
        kept: Option<Kept>,
        queues: Queues,
    ) -> Self {
        let (bus, fault) = (Arc::default(), Arc::default());
        Self { database, queues, bus, fault, folder, kept, network: None }
    }

    /// Gives up some durability for speed: after a loss of power the last moments may be missing, and
    /// what is there is whole. A process that is killed loses nothing.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub fn write_lazily(&self) -> anyhow::Result<()> {
        // The engine's way back from bulk loading is SQLite's usual setting for a write-ahead log.
        Ok(self.database.disable_bulk_loading()?)
    }

    /// The records that a local run keeps for itself, where it is the one that writes into the folder
    /// of the tables.
    pub fn kept(&self) -> Option<&Kept> {
        self.kept.as_ref()
    }

    /// Why the engine failed last, if it has not written since.
    pub fn fault(&self) -> Option<String> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts a network between the clients and the services. It is given the services, and may hand
    /// a request on to them, lose it or refuse it.
    #[must_use]
    pub fn behind(mut self, network: impl FnOnce(Self) -> SharedHttpClient) -> Self {
        self.network = Some(network(self.clone()));
        self
    }

    /// The queues that it serves.
    pub fn queues(&self) -> &Queues {
        &self.queues
    }

    fn http_client(&self) -> SharedHttpClient {
        self.network.clone().unwrap_or_else(|| SharedHttpClient::new(self.clone()))
    }

    /// A client of the embedded DynamoDB.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("local"))
            .allow_no_auth()
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .retry_config(retries())
            .retry_partition(own_quota())
            .http_client(self.http_client());
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// A client of the embedded SQS.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("local"))
            .allow_no_auth()
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .retry_config(retries())
            .retry_partition(own_quota())
            .http_client(self.http_client());
        aws_sdk_sqs::Client::from_conf(config.build())
    }

    /// A client of the embedded EventBridge.
    pub fn eventbridge(&self) -> aws_sdk_eventbridge::Client {
        let config = aws_sdk_eventbridge::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("local"))
            .allow_no_auth()
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .retry_config(retries())
            .retry_partition(own_quota())
            .http_client(self.http_client());
        aws_sdk_eventbridge::Client::from_conf(config.build())
    }

    /// Takes what the bus was told since the last call.
    pub fn take_told(&self) -> Vec<ToldEvent> {
        std::mem::take(&mut *self.bus.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Calls for each record of a table with its two keys and the size by which DynamoDB charges it,
    /// in bytes.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub fn each_record(
        &self,
        table: &str,
        mut record: impl FnMut(&str, &str, usize),
    ) -> anyhow::Result<()> {
        self.each_item(table, |item| {
            record(key_of(item, "pk"), key_of(item, "sk"), item_size(item));
        })
    }

    fn each_item(&self, table: &str, mut each: impl FnMut(&Item)) -> anyhow::Result<()> {
        let mut start = None;
        loop {
            let page = self.database.scan(ScanRequest {
                table_name: table.to_owned(),
                exclusive_start_key: start,
                ..ScanRequest::default()
            })?;
            page.items.iter().flatten().for_each(&mut each);
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(());
            }
        }
    }

    /// Deletes records whose time is up, as DynamoDB does within days: those that are chosen by
    /// their two keys, of the ones whose `ttl_attribute` is at or before `now`. Returns how many.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub fn delete_expired(
        &self,
        table: &str,
        ttl_attribute: &str,
        now: Instant,
        mut choose: impl FnMut(&str, &str) -> bool,
    ) -> anyhow::Result<usize> {
        let mut chosen = Vec::new();
        self.each_item(table, |item| {
            let Some(AttributeValue::N(seconds)) = item.get(ttl_attribute) else { return };
            let expired = seconds.parse::<i64>().is_ok_and(|at| at * 1000 <= now.as_millis());
            if expired && choose(key_of(item, "pk"), key_of(item, "sk")) {
                let key = ["pk", "sk"].into_iter().filter_map(|name| {
                    item.get(name).map(|value| (name.to_owned(), value.clone()))
                });
                chosen.push(key.collect());
            }
        })?;
        let count = chosen.len();
        for key in chosen {
            let table_name = table.to_owned();
            let request = DeleteItemRequest { table_name, key, ..DeleteItemRequest::default() };
            self.database.delete_item(request)?;
        }
        Ok(count)
    }

    /// Carries a request out, and returns the status of an answer that nobody waits for: what comes
    /// of a request that its client gave up while it was on its way.
    pub fn carry_out(&self, request: &HttpRequest) -> u16 {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        self.answer(target, request.body().bytes().unwrap_or_default()).0
    }

    /// Status and body of the answer to a request of the services' JSON protocol.
    pub(crate) fn answer(&self, target: &str, body: &[u8]) -> (u16, String) {
        match target.split_once('.') {
            Some(("DynamoDB_20120810", operation)) => self.dynamodb_answer(operation, body),
            Some(("AmazonSQS", "SendMessageBatch")) => self.sqs_answer(body),
            Some(("AWSEvents", "PutEvents")) => self.eventbridge_answer(body),
            _ => {
                (400, json!({"__type": "UnknownOperationException", "message": target}).to_string())
            }
        }
    }

    fn dynamodb_answer(&self, operation: &str, body: &[u8]) -> (u16, String) {
        let database = &self.database;
        let answer = match operation {
            "BatchGetItem" => run(body, |request| database.batch_get_item(request)),
            "BatchWriteItem" => run(body, |request| database.batch_write_item(request)),
            "CreateTable" => run(body, |request| database.create_table(request)),
            "DescribeTable" => run(body, |request| database.describe_table(request)),
            "DeleteItem" => run(body, |request| database.delete_item(request)),
            "GetItem" => run(body, |request| database.get_item(request)),
            "PutItem" => run(body, |request| database.put_item(request)),
            "Query" => run(body, |request| database.query(request)),
            "Scan" => run(body, |request| database.scan(request)),
            "TransactWriteItems" => run(body, |request| database.transact_write_items(request)),
            "UpdateItem" => run(body, |request| database.update_item(request)),
            "UpdateTimeToLive" => run(body, |request| database.update_time_to_live(request)),
            _ => Err(DynoxideError::ValidationException(format!("{operation} is not embedded"))),
        };
        match answer {
            Ok(json) => {
                if WRITES.contains(&operation) {
                    self.note_fault(None);
                }
                (200, json)
            }
            Err(error) => {
                if error.status_code() == 500 {
                    self.note_fault(Some(error.to_string()));
                }
                (error.status_code(), error.to_json())
            }
        }
    }

    fn note_fault(&self, fault: Option<String>) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    fn sqs_answer(&self, body: &[u8]) -> (u16, String) {
        let batch: SendMessageBatch = match serde_json::from_slice(body) {
            Ok(batch) => batch,
            Err(error) => {
                return (
                    400,
                    json!({"__type": "InvalidRequest", "message": error.to_string()}).to_string(),
                );
            }
        };
        let queue = batch.queue_url.rsplit('/').next().unwrap_or_default();
        let (mut sent, mut failed) = (Vec::new(), Vec::new());
        for entry in batch.entries {
            let attributes = entry.message_attributes.into_iter();
            let attributes = attributes.map(|(name, value)| (name, value.string_value)).collect();
            match self.queues.send_kept(queue, entry.message_body, attributes) {
                Ok(message) => {
                    sent.push(
                        json!({"Id": entry.id, "MessageId": message, "MD5OfMessageBody": ""}),
                    );
                }
                Err(fault) => {
                    let message = format!("{fault:#}");
                    self.note_fault(Some(message.clone()));
                    failed.push(json!({"Id": entry.id, "Code": "InternalError", "Message": message, "SenderFault": false}));
                }
            }
        }
        (200, json!({"Successful": sent, "Failed": failed}).to_string())
    }

    fn eventbridge_answer(&self, body: &[u8]) -> (u16, String) {
        let events: PutEvents = match serde_json::from_slice(body) {
            Ok(events) => events,
            Err(error) => {
                return (
                    400,
                    json!({"__type": "InvalidRequest", "message": error.to_string()}).to_string(),
                );
            }
        };
        let entries: Vec<_> = events.entries.iter().map(|_| json!({"EventId": "local"})).collect();
        self.bus.lock().unwrap_or_else(PoisonError::into_inner).extend(events.entries);
        (200, json!({"FailedEntryCount": 0, "Entries": entries}).to_string())
    }
}

/// Retries are counted by client: what happens to others in the process changes nothing.
fn own_quota() -> RetryPartition {
    RetryPartition::custom("embedded").build()
}

/// There is no connection that a fault could have spoiled.
fn retries() -> RetryConfig {
    RetryConfig::standard().with_reconnect_mode(ReconnectMode::ReuseAllConnections)
}

fn key_of<'a>(item: &'a Item, name: &str) -> &'a str {
    match item.get(name) {
        Some(AttributeValue::S(text)) => text,
        _ => "",
    }
}

fn run<Request: DeserializeOwned, Answer: Serialize>(
    body: &[u8],
    operation: impl FnOnce(Request) -> dynoxide::Result<Answer>,
) -> dynoxide::Result<String> {
    let request = serde_json::from_slice(body)
        .map_err(|error| DynoxideError::ValidationException(error.to_string()))?;
    let answer = operation(request)?;
    serde_json::to_string(&answer)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendMessageBatch {
    queue_url: String,
    entries: Vec<SendEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEntry {
    id: String,
    message_body: String,
    #[serde(default)]
    message_attributes: HashMap<String, SendAttribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendAttribute {
    string_value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutEvents {
    entries: Vec<ToldEvent>,
}

impl HttpConnector for EmbeddedAws {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let (status, body) = self.answer(target, request.body().bytes().unwrap_or_default());
        HttpConnectorFuture::ready(match StatusCode::try_from(status) {
            Ok(status) => Ok(HttpResponse::new(status, SdkBody::from(body))),
            Err(error) => Err(ConnectorError::other(Box::new(error), None)),
        })
    }
}

impl HttpClient for EmbeddedAws {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
