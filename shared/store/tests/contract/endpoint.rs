//! The table that a test runs on: one of its own, reached by the client that the functions use.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Intercept, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use dynoxide::Database;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestRunner};
use roomwatt_domain::HotelId;
use roomwatt_store::{Consumed, Pages, Retention, Store};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::lakeside::hotel_named;

/// A table that no other test knows, and the store over it.
pub(crate) struct Table {
    pub(crate) store: Store,
    pub(crate) client: Client,
    pub(crate) name: String,
    elsewhere: bool,
    /// The engine lives as long as the table.
    _engine: JoinSet<()>,
}

impl Deref for Table {
    type Target = Store;
    fn deref(&self) -> &Store {
        &self.store
    }
}

/// Records by their keys, as the table has them.
pub(crate) type Items = HashMap<(String, String), HashMap<String, AttributeValue>>;

impl Table {
    /// With the retention of a deployment that sets none.
    pub(crate) async fn new() -> Self {
        let table = Self::missing().await;
        table.store.create().await.unwrap();
        table
    }

    /// A table that was not created yet.
    pub(crate) async fn missing() -> Self {
        let mut engine = JoinSet::new();
        let elsewhere = endpoint();
        let url = match &elsewhere {
            Some(url) => url.clone(),
            None => start(&mut engine).await,
        };
        let client = client(&url);
        let name = format!("contract-{:016x}", fastrand::u64(..));
        let store = Store::new(client.clone(), &name, Retention::default());
        Self { store, client, name, elsewhere: elsewhere.is_some(), _engine: engine }
    }

    /// The same table, kept differently.
    pub(crate) fn keeping(&self, retention: Retention) -> Store {
        Store::new(self.client.clone(), &self.name, retention)
    }

    /// The same table, through a client that something listens in on.
    pub(crate) fn through(&self, interceptor: impl Intercept + 'static) -> Store {
        let config = self.client.config().to_builder().interceptor(interceptor).build();
        Store::new(Client::from_conf(config), &self.name, Retention::default())
    }

    /// Whether an assertion is left out, because endpoints that stand in for DynamoDB are known to
    /// answer otherwise. The embedded engine is never excused.
    pub(crate) fn excused(&self, reason: &str) -> bool {
        if self.elsewhere {
            eprintln!("left out: {reason}");
        }
        self.elsewhere
    }

    /// Does some work at once, or piece by piece where writes are not atomic.
    pub(crate) async fn at_once<T: Send + 'static>(
        &self,
        work: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
    ) -> Vec<T> {
        if !self.excused("conditional writes at once are not atomic") {
            return work.into_iter().collect::<JoinSet<T>>().join_all().await;
        }
        let mut done = Vec::new();
        for piece in work {
            done.push(Box::pin(piece).await);
        }
        done
    }

    /// Whether units are made up: no writer learns that a part of a summary is full.
    pub(crate) fn makes_units_up(&self) -> bool {
        self.excused("every request is said to consume half a unit")
    }

    /// Compares what was consumed; where units are made up, its requests and refusals.
    #[track_caller]
    pub(crate) fn assert_consumed(&self, consumed: Consumed, expected: Consumed) {
        let told = |consumed: Consumed| (consumed.requests, consumed.refused_conditions);
        assert_eq!(told(consumed), told(expected));
        if !self.makes_units_up() {
            assert_eq!(consumed, expected);
        }
    }

    /// Bounds what one request read; where units are made up, its number alone.
    #[track_caller]
    pub(crate) fn assert_one_request(&self, consumed: Consumed, read_units: f64) {
        assert_eq!(consumed.requests, 1);
        if !self.excused("a batch is said to consume a unit for each of its keys") {
            assert!(consumed.read_units <= read_units, "{consumed:?}");
        }
    }

    /// Everything in the table but its schema's number, expired records too.
    pub(crate) async fn items(&self) -> Items {
        let scanned: Result<Vec<_>, _> = self
            .client
            .scan()
            .table_name(&self.name)
            .into_paginator()
            .items()
            .send()
            .collect()
            .await;
        let text =
            |item: &HashMap<String, AttributeValue>, name: &str| item[name].as_s().unwrap().clone();
        scanned
            .unwrap()
            .into_iter()
            .map(|item| ((text(&item, "pk"), text(&item, "sk")), item))
            .filter(|((_, sk), _)| sk != "SCHEMA")
            .collect()
    }

    /// Deletes a record, as TTL does.
    pub(crate) async fn delete(&self, pk: &str, sk: &str) {
        let key = |value: &str| AttributeValue::S(value.to_owned());
        let delete = self.client.delete_item().table_name(&self.name);
        delete.key("pk", key(pk)).key("sk", key(sk)).send().await.unwrap();
    }
}

/// Every record of a listing.
pub(crate) async fn all<T>(mut pages: Pages<T>) -> Vec<T> {
    let mut all = Vec::new();
    while let Some(one) = pages.next().await.unwrap() {
        all.push(one);
    }
    all
}

/// What some work consumes, and what comes of it; it is given a store of its own to do it with.
pub(crate) async fn metered<T>(
    store: &Store,
    work: impl AsyncFnOnce(&Store) -> T,
) -> (T, Consumed) {
    let apart = store.metered_apart();
    let done = work(&apart).await;
    (done, apart.meter().consumed())
}

/// Checks a property of a table: every case is about a hotel of its own.
pub(crate) fn check<T: std::fmt::Debug>(
    cases: u32,
    strategy: &impl Strategy<Value = T>,
    property: &impl AsyncFn(&Table, HotelId, T),
) {
    let runtime = Runtime::new().unwrap();
    let table = runtime.block_on(Table::new());
    let hotels = AtomicU64::new(0);
    // A failure prints its smallest case, which belongs into a test of its own.
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let checked = TestRunner::new(config).run(strategy, |case| {
        let hotel = hotel_named(&format!("hotel-{}", hotels.fetch_add(1, Ordering::Relaxed)));
        runtime.block_on(property(&table, hotel, case));
        Ok(())
    });
    checked.unwrap();
}

#[expect(clippy::disallowed_methods, reason = "the suite's one setting, and no configuration")]
fn endpoint() -> Option<String> {
    std::env::var("AWS_ENDPOINT_URL").ok().filter(|url| !url.is_empty())
}

/// Serves an empty engine on the loopback interface.
async fn start(engine: &mut JoinSet<()>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    engine.spawn(dynoxide::server::serve_on(listener, Database::memory().unwrap()));
    url
}

pub(crate) fn client(url: &str) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-central-1"))
        .credentials_provider(Credentials::new("contract", "contract", None, None, "contract"))
        .endpoint_url(url);
    Client::from_conf(config.build())
}
