//! Making the table, and the clients' one way to call it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TimeToLiveSpecification,
};
use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{BusinessDay, Instant, Millis, Schedule};

use crate::error::{Result, StoreError};
use crate::meter::Meter;
use crate::schema::{DUE, DUE_INDEX, NEXT_DUE_AT, PK, SK, TTL_ATTRIBUTE};
use crate::tips::Tips;

/// How long records are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Grace and history; a summary is kept until its day can be revised no more.
    pub schedule: Schedule,
    /// How long reports and hotel-days are kept after their day, in days.
    pub report_days: u32,
    /// How much longer than needed everything is kept, in days.
    pub spare_days: u32,
}

impl Default for Retention {
    /// Reports for 25 months.
    fn default() -> Self {
        Self { schedule: Schedule::default(), report_days: 25 * 31, spare_days: 0 }
    }
}

impl Retention {
    /// The least number of days for which reports can be kept: a day that can be revised must have
    /// its report, and that of the day before it, for longer than its history.
    pub fn least_report_days(&self) -> u32 {
        let history = self.schedule.history_until(Instant::from_millis(0)).as_millis();
        u32::try_from(history / (24 * HOUR)).unwrap_or(u32::MAX).saturating_add(2)
    }

    pub(crate) fn summary_until(&self, day: &BusinessDay) -> Instant {
        self.schedule.history_until(day.window.end) + days(self.spare_days)
    }

    pub(crate) fn report_until(&self, day: &BusinessDay) -> Instant {
        day.window.end + days(self.report_days) + days(self.spare_days)
    }

    /// A version of a profile that is superseded now may have closed today, and today may be
    /// revised as long as its history is kept.
    pub(crate) fn superseded_until(&self, now: Instant) -> Instant {
        self.schedule.history_until(now + days(2)) + days(self.spare_days)
    }
}

fn days(days: u32) -> Millis {
    Millis::from(days) * 24 * HOUR
}

/// Roomwatt's table. Cheap to clone; clones share the client's connections.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) client: Client,
    pub(crate) table: String,
    pub(crate) retention: Retention,
    pub(crate) meter: Meter,
    pub(crate) tips: Tips,
}

impl Store {
    /// A table that exists.
    pub fn new(client: Client, table: impl Into<String>, retention: Retention) -> Self {
        Self {
            client,
            table: table.into(),
            retention,
            meter: Meter::default(),
            tips: Tips::default(),
        }
    }

    /// The same table with counts of its own, for a step that is billed by itself, and with a
    /// memory of its own, as another function has.
    #[must_use]
    pub fn metered_apart(&self) -> Self {
        Self { meter: Meter::default(), tips: Tips::default(), ..self.clone() }
    }

    /// What this store and its clones consumed.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Grace and history.
    pub fn schedule(&self) -> Schedule {
        self.retention.schedule
    }

    /// Creates the table as the deployment does: on demand, with the due index and TTL. Where it
    /// exists, it must be of this program's schema.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the table's records are of another schema.
    pub async fn create(&self) -> Result<()> {
        let create = self
            .client
            .create_table()
            .table_name(&self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .set_attribute_definitions(Some(vec![
                attribute(PK, ScalarAttributeType::S)?,
                attribute(SK, ScalarAttributeType::S)?,
                attribute(DUE, ScalarAttributeType::S)?,
                attribute(NEXT_DUE_AT, ScalarAttributeType::N)?,
            ]))
            .set_key_schema(Some(keys(PK, SK)?))
            .global_secondary_indexes(
                GlobalSecondaryIndex::builder()
                    .index_name(DUE_INDEX)
                    .set_key_schema(Some(keys(DUE, NEXT_DUE_AT)?))
                    .projection(
                        Projection::builder().projection_type(ProjectionType::KeysOnly).build(),
                    )
                    .build()
                    .map_err(|error| StoreError::request("CreateTable", error))?,
            )
            .send()
            .await;
        match create {
            Ok(_) => {}
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(CreateTableError::is_resource_in_use_exception) =>
            {
                return self.metered_apart().demand_schema().await;
            }
            Err(error) => return Err(StoreError::service("CreateTable", error)),
        }
        let ttl = TimeToLiveSpecification::builder()
            .attribute_name(TTL_ATTRIBUTE)
            .enabled(true)
            .build()
            .map_err(|error| StoreError::request("UpdateTimeToLive", error))?;
        self.client
            .update_time_to_live()
            .table_name(&self.table)
            .time_to_live_specification(ttl)
            .send()
            .await
            .map_err(|error| StoreError::service("UpdateTimeToLive", error))?;
        // The meter does not count what making a table takes.
        self.metered_apart().put_schema().await
    }
}

fn attribute(name: &str, kind: ScalarAttributeType) -> Result<AttributeDefinition> {
    AttributeDefinition::builder()
        .attribute_name(name)
        .attribute_type(kind)
        .build()
        .map_err(|error| StoreError::request("CreateTable", error))
}

fn keys(hash: &str, range: &str) -> Result<Vec<KeySchemaElement>> {
    [(hash, KeyType::Hash), (range, KeyType::Range)]
        .into_iter()
        .map(|(name, kind)| {
            KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(kind)
                .build()
                .map_err(|error| StoreError::request("CreateTable", error))
        })
        .collect()
}
