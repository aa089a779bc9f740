//! Reading many single records in few round trips.
//!
//! DynamoDB may answer a batch in part: what it did not get to is asked for again after a pause, a
//! few times, and then handed back unread, so that a record that cannot be read costs only itself.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};
use roomwatt_domain::Instant;

use crate::backoff;
use crate::error::{Result, StoreError};
use crate::item::{Item, is_live};
use crate::table::Store;

/// What one `BatchGetItem` takes.
pub const KEYS_PER_BATCH: usize = 100;

/// How fresh an answer has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    /// Perhaps without what was written in the last moments, at half the price.
    Lately,
    /// With everything that was written before.
    Newest,
}

/// How many rounds in a row may read nothing before the rest is given up.
const FRUITLESS_ROUNDS: u32 = 6;

const OPERATION: &str = "BatchGetItem";

/// What came of asking for records by their keys.
pub(crate) struct Batch {
    /// The records that are there, expired ones left out.
    pub(crate) items: Vec<Item>,
    /// The keys that the table did not get to.
    pub(crate) unread: Vec<Item>,
}

impl Store {
    /// Any number of records by their keys, each named once; expired ones are left out.
    pub(crate) async fn get_all(
        &self,
        keys: Vec<Item>,
        consistency: Consistency,
        now: Instant,
    ) -> Result<Vec<Item>> {
        let asked = Asked { consistency, attributes: &[] };
        let Batch { items, unread } = self.get_some(keys, asked, now).await?;
        if unread.is_empty() { Ok(items) } else { Err(StoreError::throttled(OPERATION)) }
    }

    /// As many of the records as the table gets to.
    pub(crate) async fn get_some(
        &self,
        keys: Vec<Item>,
        asked: Asked<'_>,
        now: Instant,
    ) -> Result<Batch> {
        let mut unread = keys;
        let mut items = Vec::with_capacity(unread.len());
        let mut fruitless = 0;
        while !unread.is_empty() && fruitless < FRUITLESS_ROUNDS {
            let batch = unread.split_off(unread.len().saturating_sub(KEYS_PER_BATCH));
            let count = batch.len();
            let round = self.ask(batch, asked).await?;
            items.extend(round.items.into_iter().filter(|item| is_live(item, now)));
            // A batch that is too large for one answer comes in parts, a throttled one too.
            fruitless = if round.unread.len() < count { 0 } else { fruitless + 1 };
            if !round.unread.is_empty() && fruitless < FRUITLESS_ROUNDS {
                backoff::before_try(fruitless).await;
            }
            unread.extend(round.unread);
        }
        Ok(Batch { items, unread })
    }

    async fn ask(&self, keys: Vec<Item>, asked: Asked<'_>) -> Result<Batch> {
        let names = asked.attributes.iter().enumerate();
        let names: HashMap<_, _> =
            names.map(|(at, name)| (format!("#{at}"), (*name).to_owned())).collect();
        let shown = names.keys().cloned().collect::<Vec<_>>().join(", ");
        let keys = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(asked.consistency == Consistency::Newest)
            .set_projection_expression((!shown.is_empty()).then_some(shown))
            .set_expression_attribute_names((!names.is_empty()).then_some(names))
            .build()
            .map_err(|error| StoreError::request(OPERATION, error))?;
        self.meter.request();
        let answer = self
            .client
            .batch_get_item()
            .request_items(&self.table, keys)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| StoreError::service(OPERATION, error))?;
        self.meter.read(answer.consumed_capacity());
        let items = answer.responses.and_then(|mut tables| tables.remove(&self.table));
        let unread = answer.unprocessed_keys.and_then(|mut tables| tables.remove(&self.table));
        Ok(Batch {
            items: items.unwrap_or_default(),
            unread: unread.map(|keys| keys.keys).unwrap_or_default(),
        })
    }
}

/// How records are asked for.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) consistency: Consistency,
    /// The attributes that are wanted; all of them if none is named.
    pub(crate) attributes: &'a [&'a str],
}
