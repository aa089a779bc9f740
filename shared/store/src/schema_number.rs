//! The number of the schema that a table's records are of, kept in the table itself.
//!
//! It is written with a table's first hotel, so wherever there are records it is there as well. A
//! program that meets another number leaves the table alone. One that would make the table does so
//! too where it finds hotels and no number: these are of the first schema.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use roomwatt_domain::Instant;

use crate::error::{Result, StoreError};
use crate::item::{Item, Reader, key, number};
use crate::schema::{HOTELS, NUMBER, SCHEMA, SCHEMA_NUMBER};
use crate::table::Store;
use crate::write::Written;

/// Neither this record nor a hotel ever expires.
const ANY_TIME: Instant = Instant::from_millis(0);

impl Store {
    /// Demands that the table is of this program's schema, or has no number yet.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the table's records are of another schema.
    pub async fn check_schema(&self) -> Result<()> {
        match self.schema_number().await? {
            Some(SCHEMA_NUMBER) | None => Ok(()),
            Some(other) => Err(StoreError::other_schema(other, SCHEMA_NUMBER)),
        }
    }

    /// The same, and says the schema of a table that has no hotel yet.
    pub(crate) async fn demand_schema(&self) -> Result<()> {
        match self.schema_number().await? {
            Some(SCHEMA_NUMBER) => Ok(()),
            Some(other) => Err(StoreError::other_schema(other, SCHEMA_NUMBER)),
            None if self.has_hotels().await? => Err(StoreError::other_schema(1, SCHEMA_NUMBER)),
            None => self.put_schema().await,
        }
    }

    async fn has_hotels(&self) -> Result<bool> {
        let mut hotels = self.hotels(None, ANY_TIME).at_most(1);
        Ok(hotels.next().await?.is_some())
    }

    async fn schema_number(&self) -> Result<Option<u32>> {
        let Some(item) = self.get_with(key(HOTELS, SCHEMA), ANY_TIME, false).await? else {
            return Ok(None);
        };
        let read = Reader::new("schema", &item);
        Ok(Some(read.required(NUMBER, read.number(NUMBER)?)?))
    }

    pub(crate) async fn put_schema(&self) -> Result<()> {
        let put = self.client.put_item().table_name(&self.table).set_item(Some(schema_item()));
        match self.put(put).await? {
            Written::Done { .. } => Ok(()),
            Written::Refused(_) | Written::TooLarge => {
                Err(StoreError::corrupt("schema", "was refused without a condition"))
            }
        }
    }

    /// The write that says the schema, for the transaction that writes a table's first hotel.
    pub(crate) fn say_schema(&self) -> Result<TransactWriteItem> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(schema_item()))
            .condition_expression("attribute_not_exists(#number) OR #number = :number")
            .expression_attribute_names("#number", NUMBER)
            .expression_attribute_values(":number", number(SCHEMA_NUMBER))
            .build()
            .map_err(|error| StoreError::request("TransactWriteItems", error))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

fn schema_item() -> Item {
    let mut item = key(HOTELS, SCHEMA);
    item.insert(NUMBER.to_owned(), number(SCHEMA_NUMBER));
    item
}
