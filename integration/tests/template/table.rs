//! The template's table is the store's.

use std::sync::Arc;

use aws_sdk_dynamodb::types::{AttributeDefinition, KeySchemaElement};
use roomwatt_domain::Instant;
use roomwatt_embedded::deployment::Deployment;
use roomwatt_messaging::Clock;
use roomwatt_store::TTL_ATTRIBUTE;
use serde_json::{Value, json};

use crate::deployed::{stack, stack_with, whole};

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Instant {
        Instant::parse("2026-11-20T12:00:00Z").unwrap()
    }
}

fn keys(schema: &[KeySchemaElement]) -> Value {
    schema
        .iter()
        .map(|key| json!({"AttributeName": key.attribute_name(), "KeyType": key.key_type().as_str()}))
        .collect()
}

fn attributes(definitions: &[AttributeDefinition]) -> Value {
    let mut definitions: Vec<_> = definitions.iter().collect();
    definitions.sort_by_key(|definition| definition.attribute_name());
    let attribute = |definition: &&AttributeDefinition| {
        let kind = definition.attribute_type().as_str();
        json!({"AttributeName": definition.attribute_name(), "AttributeType": kind})
    };
    definitions.iter().map(attribute).collect()
}

fn sorted(definitions: &Value) -> Value {
    let mut definitions = definitions.as_array().unwrap().clone();
    definitions.sort_by_key(|definition| definition["AttributeName"].to_string());
    Value::Array(definitions)
}

#[tokio::test]
async fn keys_index_and_expiry_are_the_ones_that_the_store_makes() {
    let deployment = Deployment::new(None, Arc::new(Noon)).await.unwrap();
    let client = deployment.aws().dynamodb();
    let made = client.describe_table().table_name("roomwatt").send().await.unwrap();
    let made = made.table().unwrap();

    let stack = stack();
    let (_, table) = stack.of_type("AWS::DynamoDB::Table").next().unwrap();
    assert_eq!(table["KeySchema"], keys(made.key_schema()));
    assert_eq!(sorted(&table["AttributeDefinitions"]), attributes(made.attribute_definitions()));
    let indexes: Value = made
        .global_secondary_indexes()
        .iter()
        .map(|index| {
            let projection = index.projection().unwrap().projection_type().unwrap();
            json!({
                "IndexName": index.index_name().unwrap(),
                "KeySchema": keys(index.key_schema()),
                "Projection": {"ProjectionType": projection.as_str()},
            })
        })
        .collect();
    assert_eq!(table["GlobalSecondaryIndexes"], indexes);
    assert_eq!(
        table["TimeToLiveSpecification"],
        json!({"AttributeName": TTL_ATTRIBUTE, "Enabled": true})
    );
    assert_eq!(table["BillingMode"], "PAY_PER_REQUEST");
}

#[test]
fn the_table_outlives_mistakes() {
    let stack = stack();
    assert_eq!(stack.of_type("AWS::DynamoDB::Table").count(), 1);
    let table = &stack.resources["Table"];
    assert_eq!(table.deletion_policy.as_deref(), Some("RetainExceptOnCreate"));
    assert_eq!(table.update_replace_policy.as_deref(), Some("Retain"));
    assert_eq!(table.properties["DeletionProtectionEnabled"], "true");
    assert_eq!(
        table.properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
        true
    );
    assert_eq!(table.properties["SSESpecification"]["SSEEnabled"], true);
}

#[test]
fn a_restored_table_takes_the_place_of_the_stacks_own_everywhere() {
    let own = stack();
    let name =
        own.functions().unwrap()["day-close"]["Environment"]["Variables"]["TABLE_NAME"].clone();
    let name = name.as_str().unwrap();
    let stack = stack_with(&[("RestoredTableName", "as-it-was")]);
    for (function, properties) in stack.functions().unwrap() {
        assert_eq!(properties["Environment"]["Variables"]["TABLE_NAME"], "as-it-was", "{function}");
        let resource = |permission: &integration::template::Permission| permission.resource.clone();
        let restored = stack.permissions(&function, "calls").unwrap();
        let restored: Vec<String> = restored.iter().map(resource).collect();
        let own = own.permissions(&function, "calls").unwrap();
        let expected: Vec<String> = own
            .iter()
            .map(|permission| {
                resource(permission).replace(&format!("table/{name}"), "table/as-it-was")
            })
            .collect();
        assert_eq!(restored, expected, "{function}");
        assert!(restored.iter().any(|resource| resource.contains("table/as-it-was")), "{function}");
    }
}

#[test]
fn reports_are_kept_for_longer_than_a_day_can_be_revised() {
    let template = crate::deployed::template();
    let bound = |name: &str, bound: &str| {
        let (_, parameter) =
            template.section("Parameters").find(|(known, _)| *known == name).unwrap();
        whole(&parameter[bound])
    };
    assert!(bound("ReportDays", "MinValue") > bound("HistoryDays", "MaxValue"));
}
