//! Reading single records and whole key ranges, to the last page, consistently if not asked
//! otherwise.

use std::collections::VecDeque;

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use roomwatt_domain::Instant;

use crate::error::{Result, StoreError};
use crate::item::{Item, is_live, text};
use crate::schema::{PK, SK};
use crate::table::Store;

pub(crate) type Decode<T> = Box<dyn Fn(&Item) -> Result<Option<T>> + Send + Sync>;

/// The records of a partition whose sort keys share a prefix, in order; memory holds one page.
pub struct Pages<T> {
    store: Store,
    partition: String,
    first: String,
    last: String,
    resume: Option<Item>,
    exhausted: bool,
    consistent: bool,
    /// How many records one request is to read.
    most: Option<i32>,
    page: VecDeque<T>,
    decode: Decode<T>,
    join: Option<Join<T>>,
}

/// Joins a record to the one before it, or gives it back where the two are not parts of one.
type Join<T> = fn(&mut T, T) -> Option<T>;

impl<T> Pages<T> {
    /// The next record, or `None` after the last one.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a record cannot be read.
    pub async fn next(&mut self) -> Result<Option<T>> {
        let Some(mut whole) = self.next_part().await? else { return Ok(None) };
        if let Some(join) = self.join {
            while let Some(part) = self.next_part().await? {
                if let Some(other) = join(&mut whole, part) {
                    self.page.push_front(other);
                    break;
                }
            }
        }
        Ok(Some(whole))
    }

    async fn next_part(&mut self) -> Result<Option<T>> {
        while self.page.is_empty() && !self.exhausted {
            self.fetch().await?;
        }
        Ok(self.page.pop_front())
    }

    /// The same with the parts of a record put together.
    pub(crate) fn joined_by(mut self, join: Join<T>) -> Self {
        self.join = Some(join);
        self
    }

    /// The same at half the price, perhaps without what was written in the last moments.
    #[must_use]
    pub fn lately(mut self) -> Self {
        self.consistent = false;
        self
    }

    /// The same for a reader that takes only the first few: each request reads no more than these.
    #[must_use]
    pub fn at_most(mut self, records: usize) -> Self {
        self.most = i32::try_from(records.max(1)).ok();
        self
    }

    async fn fetch(&mut self) -> Result<()> {
        self.store.meter.request();
        let answer = self
            .store
            .client
            .query()
            .table_name(&self.store.table)
            .key_condition_expression("#p = :p AND #s BETWEEN :first AND :last")
            .expression_attribute_names("#p", PK)
            .expression_attribute_names("#s", SK)
            .expression_attribute_values(":p", text(&self.partition))
            .expression_attribute_values(":first", text(&self.first))
            .expression_attribute_values(":last", text(&self.last))
            .set_exclusive_start_key(self.resume.take())
            .consistent_read(self.consistent)
            .set_limit(self.most)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| StoreError::service("Query", error))?;
        self.store.meter.read(&answer.consumed_capacity);
        for item in answer.items() {
            self.page.extend((self.decode)(item)?);
        }
        self.resume = answer.last_evaluated_key;
        self.exhausted = self.resume.is_none();
        Ok(())
    }
}

impl Store {
    /// `after` is the sort key behind which to begin.
    pub(crate) fn pages<T>(
        &self,
        partition: String,
        prefix: &str,
        after: Option<String>,
        decode: Decode<T>,
    ) -> Pages<T> {
        // No name holds a tilde or begins with a dollar sign, and the parts of a record follow its
        // name with a number sign, which comes before that.
        let first = after.map_or_else(|| prefix.to_owned(), |after| format!("{after}$"));
        self.range(partition, first, format!("{prefix}~"), decode)
    }

    /// The records with sort keys from `first` to `last`.
    pub(crate) fn range<T>(
        &self,
        partition: String,
        first: String,
        last: String,
        decode: Decode<T>,
    ) -> Pages<T> {
        Pages {
            store: self.clone(),
            partition,
            first,
            last,
            resume: None,
            exhausted: false,
            consistent: true,
            most: None,
            page: VecDeque::new(),
            decode,
            join: None,
        }
    }

    /// One record, read consistently; `None` where there is none or it has expired.
    pub(crate) async fn get(&self, key: Item, now: Instant) -> Result<Option<Item>> {
        self.get_with(key, now, true).await
    }

    pub(crate) async fn get_with(
        &self,
        key: Item,
        now: Instant,
        consistent: bool,
    ) -> Result<Option<Item>> {
        self.meter.request();
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key))
            .consistent_read(consistent)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| StoreError::service("GetItem", error))?;
        self.meter.read(&answer.consumed_capacity);
        Ok(answer.item.filter(|item| is_live(item, now)))
    }
}
