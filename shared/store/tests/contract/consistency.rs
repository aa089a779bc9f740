//! Consistency: reads that decide something ask for what is there now, others pay half.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use roomwatt_store::Store;

use crate::endpoint::{Table, all};
use crate::lakeside::{TODAY, day, hotel, now, profile, room};

/// Writes down which operations asked for a consistent read.
#[derive(Debug, Clone, Default)]
struct Listener(Arc<Mutex<Vec<(String, bool)>>>);

impl Intercept for Listener {
    fn name(&self) -> &'static str {
        "listener"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let target = context.request().headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = std::str::from_utf8(context.request().body().bytes().unwrap_or_default())?;
        self.0.lock().unwrap().push((operation, body.contains(r#""ConsistentRead":true"#)));
        Ok(())
    }
}

/// What some work asks the table for.
async fn asked(table: &Table, work: impl AsyncFnOnce(&Store)) -> Vec<(String, bool)> {
    let listener = Listener::default();
    work(&table.through(listener.clone())).await;
    std::mem::take(&mut listener.0.lock().unwrap())
}

fn reads(operation: &str, consistent: bool, count: usize) -> Vec<(String, bool)> {
    vec![(operation.to_owned(), consistent); count]
}

#[tokio::test]
async fn reads_that_decide_are_consistent() {
    let (table, day, room) = (Table::new().await, day(TODAY), room("203"));
    table.put_profile(&profile(), now()).await.unwrap();
    let gets = asked(&table, async |store| {
        store.profile(&hotel(), now()).await.unwrap();
        store.close_state(&hotel(), now()).await.unwrap();
        store.report(&hotel(), day.date, &room, now()).await.unwrap();
        // The profile before, to be replaced by the same.
        store.put_profile(&profile(), now()).await.unwrap();
    });
    assert_eq!(gets.await, reads("GetItem", true, 4));
    let queries = asked(&table, async |store| {
        store.summary(&hotel(), &day, &room, now()).await.unwrap();
        all(store.summaries(&hotel(), day, None, now())).await;
        all(store.reports(&hotel(), day.date, None, now())).await;
        all(store.hotel_days(&hotel(), day.date, day.date, now())).await;
    });
    assert_eq!(queries.await, reads("Query", true, 4));
    let batch = asked(&table, async |store| {
        store.room_reports(&hotel(), &room, [day.date], now()).await.unwrap();
    });
    assert_eq!(batch.await, reads("BatchGetItem", true, 1));
}

#[tokio::test]
async fn reads_for_caches_people_and_ticks_are_not() {
    let (table, day, room) = (Table::new().await, day(TODAY), room("203"));
    let cached = asked(&table, async |store| {
        store.profile_lately(&hotel(), now()).await.unwrap();
    });
    assert_eq!(cached.await, reads("GetItem", false, 1));
    let shown = asked(&table, async |store| {
        store.reports_of(&hotel(), [(day.date, room.clone())], now()).await.unwrap();
    });
    assert_eq!(shown.await, reads("BatchGetItem", false, 1));
    // An index has no other kind of read.
    let tick = asked(&table, async |store| {
        store.due_hotels(now()).next_page().await.unwrap();
    });
    assert_eq!(tick.await, reads("Query", false, 1));
}

#[tokio::test]
async fn ingest_reads_nothing() {
    let (table, day, room) = (Table::new().await, day(TODAY), room("203"));
    let wrote = asked(&table, async |store| {
        let told = crate::lakeside::usual(&day, 50);
        let seal = roomwatt_store::Seal::Respect;
        store.add(&hotel(), &day, &room, &told, seal).await.unwrap();
    });
    assert_eq!(wrote.await, reads("UpdateItem", false, 1));
}
