//! The one way to write: what became of a write whose condition may refuse it.
//!
//! A refused condition and a record that is too large are outcomes, with a meaning for the caller.
//! A conflict with a transaction that is under way on the same record is neither: the write has not
//! been judged yet, so it is sent again, some times and at growing intervals, before it becomes an
//! error.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{
    ConsumedCapacity, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem,
};

use crate::backoff;
use crate::error::{Result, StoreError};
use crate::item::Item;
use crate::meter::units;
use crate::table::Store;

/// What became of a write to one record.
#[derive(Debug)]
pub(crate) enum Written {
    /// It is done, for so many units. Holds what the update was told to return.
    Done { units: f64, attributes: Item },
    /// The condition refused it; this is what stands there, if anything does.
    Refused(Option<Item>),
    /// The record would pass 400 KB. Nothing was written.
    TooLarge,
}

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transacted {
    /// All writes are done.
    Done,
    /// A condition was refused: none is done.
    Refused,
    /// A record would pass 400 KB: none is done.
    TooLarge,
}

/// The code of a write that met a transaction on its record.
const CONFLICT: &str = "TransactionConflictException";
/// The same as the reason for which a transaction was cancelled.
const CONFLICTING: &str = "TransactionConflict";

/// Whether the table found a record too large. There is no code of its own for that: every request
/// of this crate is well-formed and bounded, which leaves the record's size to be at fault.
fn is_too_large(code: Option<&str>) -> bool {
    matches!(code, Some("ValidationException" | "ValidationError"))
}

impl Store {
    /// Sends an update of a record that is in transactions too.
    pub(crate) async fn update(&self, update: UpdateItemFluentBuilder) -> Result<Written> {
        until_judged(|| self.update_once(update.clone())).await
    }

    /// Sends an update of a record that is in no transaction.
    pub(crate) async fn update_once(&self, update: UpdateItemFluentBuilder) -> Result<Written> {
        self.meter.request();
        let answer = update
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer {
            Ok(done) => {
                let attributes = done.attributes.unwrap_or_default();
                Ok(self.done(done.consumed_capacity.as_ref(), attributes))
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                    Ok(self.refused(refused.item.clone()))
                }
                _ => not_done("UpdateItem", error),
            },
        }
    }

    /// Puts a record that is in transactions too.
    pub(crate) async fn put(&self, put: PutItemFluentBuilder) -> Result<Written> {
        until_judged(|| self.put_once(put.clone())).await
    }

    /// Puts a record that is in no transaction.
    pub(crate) async fn put_once(&self, put: PutItemFluentBuilder) -> Result<Written> {
        self.meter.request();
        let answer = put
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer {
            Ok(done) => Ok(self.done(done.consumed_capacity.as_ref(), Item::default())),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(refused)) => {
                    Ok(self.refused(refused.item.clone()))
                }
                _ => not_done("PutItem", error),
            },
        }
    }

    /// Deletes a record that is in transactions too.
    pub(crate) async fn delete(&self, delete: DeleteItemFluentBuilder) -> Result<()> {
        until_judged(|| self.delete_once(delete.clone())).await
    }

    async fn delete_once(&self, delete: DeleteItemFluentBuilder) -> Result<()> {
        const OPERATION: &str = "DeleteItem";
        self.meter.request();
        match delete.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await {
            Ok(done) => {
                self.meter.wrote(&done.consumed_capacity);
                Ok(())
            }
            Err(error) if error.code() == Some(CONFLICT) => {
                Err(StoreError::conflict(OPERATION, error))
            }
            Err(error) => Err(StoreError::service(OPERATION, error)),
        }
    }

    /// Does all of the writes or none.
    pub(crate) async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<Transacted> {
        until_judged(|| self.transact_once(writes.clone())).await
    }

    async fn transact_once(&self, writes: Vec<TransactWriteItem>) -> Result<Transacted> {
        const OPERATION: &str = "TransactWriteItems";
        self.meter.request();
        let answer = self
            .client
            .transact_write_items()
            .set_transact_items(Some(writes))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let error = match answer {
            Ok(done) => {
                self.meter.wrote(done.consumed_capacity());
                return Ok(Transacted::Done);
            }
            Err(error) => error,
        };
        let cancelled = match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => cancelled,
            // A put is measured before anything is tried, an update while it is done.
            Some(fault) if is_too_large(fault.code()) => return Ok(Transacted::TooLarge),
            _ => return Err(StoreError::service(OPERATION, error)),
        };
        let reasons = cancelled.cancellation_reasons();
        let because = |is: fn(Option<&str>) -> bool| reasons.iter().any(|reason| is(reason.code()));
        if because(|code| code == Some("ConditionalCheckFailed")) {
            self.meter.refused(None);
            Ok(Transacted::Refused)
        } else if because(is_too_large) {
            Ok(Transacted::TooLarge)
        } else if because(|code| code == Some(CONFLICTING)) {
            Err(StoreError::conflict(OPERATION, error))
        } else {
            Err(StoreError::service(OPERATION, error))
        }
    }

    fn done(&self, consumed: Option<&ConsumedCapacity>, attributes: Item) -> Written {
        self.meter.wrote(consumed);
        Written::Done { units: units(consumed), attributes }
    }

    /// `found` is what the condition was refused upon.
    fn refused(&self, found: Option<Item>) -> Written {
        self.meter.refused(found.as_ref());
        Written::Refused(found)
    }
}

/// Sends a write until it meets no transaction on its records, or has been sent often enough.
async fn until_judged<T, F>(send: impl Fn() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let mut again = 0;
    loop {
        match send().await {
            Err(error) if error.is_conflict() && again < backoff::TRIES => {
                again += 1;
                backoff::before_try(again).await;
            }
            outcome => return outcome,
        }
    }
}

/// What a write that no condition refused, and that was not done, means.
fn not_done<E>(operation: &'static str, error: SdkError<E>) -> Result<Written>
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    if is_too_large(code) {
        Ok(Written::TooLarge)
    } else if code == Some(CONFLICT) {
        Err(StoreError::conflict(operation, error))
    } else {
        Err(StoreError::service(operation, error))
    }
}
