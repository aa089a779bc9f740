//! Read, compute, write on the condition that the version is the one that was read, else again.

use anyhow::Context;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
};

use super::back_off::back_off;
use super::records::{Group, Records, TABLE, unite};

const VERSION: &str = "version";

/// Takes a group in.
pub(super) async fn take(records: &Records, group: &Group) -> anyhow::Result<()> {
    let key = records.summary_key(&group.day, &group.room);
    for tries in 0.. {
        let read = records.read(key.clone()).await?;
        let version = read.as_ref().and_then(|item| item.get(VERSION)).cloned();
        let next = match &version {
            Some(AttributeValue::N(number)) => number.parse::<u64>().context("a version")? + 1,
            _ => 1,
        };
        let mut item = read.unwrap_or_else(|| key.clone());
        unite(&mut item, group);
        item.insert(VERSION.to_owned(), AttributeValue::N(next.to_string()));
        let put = records
            .client
            .put_item()
            .table_name(TABLE)
            .set_item(Some(item))
            .expression_attribute_names("#v", VERSION);
        let put = match version {
            None => put.condition_expression("attribute_not_exists(#v)"),
            Some(version) => {
                put.condition_expression("#v = :v").expression_attribute_values(":v", version)
            }
        };
        records.request();
        let answer = put
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer {
            Ok(done) => {
                records.wrote(done.consumed_capacity.as_ref());
                return Ok(());
            }
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(refused)) => {
                    records.refused(refused.item.as_ref());
                    back_off(tries).await;
                }
                _ => return Err(error).context("a write"),
            },
        }
    }
    Ok(())
}
