//! Take a lock on the record, by trying until no other worker has it; read it, write it, write a history
//! record, and release the lock.

use anyhow::Context;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
};

use super::back_off::back_off;
use super::records::{Group, Item, Records, TABLE, unite};

const LOCK: &str = "lock";

/// Takes a group in; `owner` is unlike that of any other group.
pub(super) async fn take(records: &Records, group: &Group, owner: u64) -> anyhow::Result<()> {
    let key = records.summary_key(&group.day, &group.room);
    let owner = AttributeValue::N(owner.to_string());
    for tries in 0.. {
        if lock(records, &key, &owner).await? {
            break;
        }
        back_off(tries).await;
    }
    let mut item = records.read(key.clone()).await?.context("a record that is locked")?;
    unite(&mut item, group);
    put(records, item).await?;
    put(records, history_record(records, group, &owner)).await?;
    release(records, key, owner).await
}

async fn lock(records: &Records, key: &Item, owner: &AttributeValue) -> anyhow::Result<bool> {
    records.request();
    let answer = records
        .client
        .update_item()
        .table_name(TABLE)
        .set_key(Some(key.clone()))
        .update_expression("SET #l = :o")
        .condition_expression("attribute_not_exists(#l)")
        .expression_attribute_names("#l", LOCK)
        .expression_attribute_values(":o", owner.clone())
        .return_consumed_capacity(ReturnConsumedCapacity::Total)
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await;
    match answer {
        Ok(done) => {
            records.wrote(done.consumed_capacity.as_ref());
            Ok(true)
        }
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                records.refused(refused.item.as_ref());
                Ok(false)
            }
            _ => Err(error).context("a lock"),
        },
    }
}

async fn put(records: &Records, item: Item) -> anyhow::Result<()> {
    records.request();
    let put = records.client.put_item().table_name(TABLE).set_item(Some(item));
    let done = put
        .return_consumed_capacity(ReturnConsumedCapacity::Total)
        .send()
        .await
        .context("a write")?;
    records.wrote(done.consumed_capacity.as_ref());
    Ok(())
}

/// What came in, by itself.
fn history_record(records: &Records, group: &Group, owner: &AttributeValue) -> Item {
    let owner = owner.as_n().map_or("", String::as_str);
    let mut item = records.key(&group.day, format!("HISTORY#{}#{owner}", group.room));
    unite(&mut item, group);
    item
}

async fn release(records: &Records, key: Item, owner: AttributeValue) -> anyhow::Result<()> {
    records.request();
    let done = records
        .client
        .update_item()
        .table_name(TABLE)
        .set_key(Some(key))
        .update_expression("REMOVE #l")
        .condition_expression("#l = :o")
        .expression_attribute_names("#l", LOCK)
        .expression_attribute_values(":o", owner)
        .return_consumed_capacity(ReturnConsumedCapacity::Total)
        .send()
        .await
        .context("the release of a lock")?;
    records.wrote(done.consumed_capacity.as_ref());
    Ok(())
}
