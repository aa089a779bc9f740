//! The table itself, as the deployment makes it.

use aws_sdk_dynamodb::types::{
    AttributeValue, BillingMode, KeySchemaElement, KeyType, ProjectionType, ScalarAttributeType,
    TimeToLiveStatus,
};
use roomwatt_store::{DUE_INDEX, PutProfile, TTL_ATTRIBUTE};

use crate::endpoint::Table;
use crate::lakeside::{hotel, now, profile};

fn keys(schema: &[KeySchemaElement]) -> Vec<(&str, KeyType)> {
    schema.iter().map(|key| (key.attribute_name(), key.key_type().clone())).collect()
}

#[tokio::test]
async fn the_table_is_on_demand_with_two_text_keys() {
    let table = Table::new().await;
    let answer = table.client.describe_table().table_name(&table.name).send().await.unwrap();
    let described = answer.table().unwrap();
    assert_eq!(keys(described.key_schema()), [("pk", KeyType::Hash), ("sk", KeyType::Range)]);
    let billing = described.billing_mode_summary().unwrap();
    assert_eq!(billing.billing_mode(), Some(&BillingMode::PayPerRequest));
    let mut attributes: Vec<_> = described
        .attribute_definitions()
        .iter()
        .map(|attribute| (attribute.attribute_name(), attribute.attribute_type().clone()))
        .collect();
    attributes.sort_by_key(|(name, _)| *name);
    let (text, number) = (ScalarAttributeType::S, ScalarAttributeType::N);
    assert_eq!(
        attributes,
        [("due", text.clone()), ("nextDueAt", number), ("pk", text.clone()), ("sk", text)]
    );
}

#[tokio::test]
async fn the_due_index_holds_nothing_but_keys() {
    let table = Table::new().await;
    let answer = table.client.describe_table().table_name(&table.name).send().await.unwrap();
    let [index] = answer.table().unwrap().global_secondary_indexes() else {
        panic!("one index is enough");
    };
    assert_eq!(index.index_name(), Some(DUE_INDEX));
    assert_eq!(keys(index.key_schema()), [("due", KeyType::Hash), ("nextDueAt", KeyType::Range)]);
    let projection = index.projection().unwrap();
    assert_eq!(projection.projection_type(), Some(&ProjectionType::KeysOnly));
}

#[tokio::test]
async fn records_expire_by_expires_at() {
    let table = Table::new().await;
    let answer = table.client.describe_time_to_live().table_name(&table.name).send().await.unwrap();
    let described = answer.time_to_live_description().unwrap();
    assert_eq!(described.time_to_live_status(), Some(&TimeToLiveStatus::Enabled));
    assert_eq!(described.attribute_name(), Some(TTL_ATTRIBUTE));
    assert_eq!(TTL_ATTRIBUTE, "expiresAt");
}

#[tokio::test]
async fn creating_a_table_that_exists_leaves_it_as_it_is() {
    let table = Table::new().await;
    assert_eq!(table.store.put_profile(&profile(), now()).await.unwrap(), PutProfile::Created);
    table.store.create().await.unwrap();
    assert!(table.store.profile(&hotel(), now()).await.unwrap().is_some());
}

async fn put_schema(table: &Table, number: &str) {
    let put = table.client.put_item().table_name(&table.name);
    let put = put
        .item("pk", AttributeValue::S("HOTELS".to_owned()))
        .item("sk", AttributeValue::S("SCHEMA".to_owned()))
        .item("number", AttributeValue::N(number.to_owned()));
    put.send().await.unwrap();
}

#[tokio::test]
async fn a_table_of_another_schema_is_left_alone_with_a_line_that_says_what_to_do() {
    let table = Table::new().await;
    table.check_schema().await.unwrap();
    put_schema(&table, "7").await;
    let refused = table.check_schema().await.unwrap_err().to_string();
    assert!(refused.contains("of schema 7, and this program's of schema 2"), "{refused}");
    assert!(refused.contains("replay into a new one"), "{refused}");
    assert!(table.create().await.is_err());
    assert!(!table.check_schema().await.unwrap_err().is_passing());
}

#[tokio::test]
async fn records_that_say_no_schema_are_of_an_older_one() {
    let table = Table::new().await;
    table.put_profile(&profile(), now()).await.unwrap();
    table.create().await.unwrap();
    table.delete("HOTELS", "SCHEMA").await;
    let refused = table.create().await.unwrap_err().to_string();
    assert!(refused.contains("of schema 1, and this program's of schema 2"), "{refused}");
}

#[tokio::test]
async fn a_tables_first_hotel_says_the_schema() {
    let table = Table::new().await;
    table.delete("HOTELS", "SCHEMA").await;
    table.check_schema().await.unwrap();
    assert_eq!(table.put_profile(&profile(), now()).await.unwrap(), PutProfile::Created);
    table.create().await.unwrap();
}
