//! Faults of the table, told apart from outcomes: a refused condition is no error here.

use std::error::Error;
use std::fmt::Display;

use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};

/// The table did not do what it was asked to. `Display` says what was tried; the cause is in
/// `source`, for the log.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct StoreError(Kind);

#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("DynamoDB did not answer {operation}")]
    Service { operation: &'static str, cause: Cause, source: Box<dyn Error + Send + Sync> },
    #[error("the function's time is nearly up")]
    OutOfTime,
    #[error("the {record} keeps changing while it is being worked on")]
    Contended { record: &'static str },
    #[error("a stored {record} cannot be read: {problem}")]
    Corrupt { record: &'static str, problem: String },
    #[error(
        "the table's records are of schema {found}, and this program's of schema {known}: use the version that made it, or a new table (a local folder: replay into a new one)"
    )]
    OtherSchema { found: String, known: u32 },
}

/// Why a call failed, as far as it matters for what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// Time-outs, and faults on the other side: the same call may succeed later.
    Passing,
    /// Too many calls at once.
    Throttled,
    /// A transaction was under way on the same record.
    Conflict,
    /// The same call fails again.
    Lasting,
}

/// The result of a call that has no other outcome than done.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Codes of faults that pass by themselves.
const PASSING: [&str; 5] = [
    "LimitExceededException",
    "InternalServerError",
    "ServiceUnavailable",
    "TransactionInProgressException",
    "TransactionCanceledException",
];

/// Codes of calls that came too many at once.
const THROTTLING: [&str; 3] =
    ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"];

impl StoreError {
    pub(crate) fn service<E>(operation: &'static str, error: SdkError<E>) -> Self
    where
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        let cause = match &error {
            SdkError::TimeoutError(_)
            | SdkError::DispatchFailure(_)
            | SdkError::ResponseError(_) => Cause::Passing,
            SdkError::ServiceError(context) => match context.err().code() {
                Some(code) if THROTTLING.contains(&code) => Cause::Throttled,
                Some(code) if PASSING.contains(&code) => Cause::Passing,
                _ if context.raw().status().is_server_error() => Cause::Passing,
                _ => Cause::Lasting,
            },
            _ => Cause::Lasting,
        };
        Self(Kind::Service { operation, cause, source: error.into() })
    }

    /// A transaction was under way on the same record, each time it was tried.
    pub(crate) fn conflict<E>(operation: &'static str, error: SdkError<E>) -> Self
    where
        E: Error + Send + Sync + 'static,
    {
        Self(Kind::Service { operation, cause: Cause::Conflict, source: error.into() })
    }

    /// The table left a part undone, again and again.
    pub(crate) fn throttled(operation: &'static str) -> Self {
        let source = "it left everything undone".into();
        Self(Kind::Service { operation, cause: Cause::Throttled, source })
    }

    pub(crate) fn request(operation: &'static str, error: BuildError) -> Self {
        Self(Kind::Service { operation, cause: Cause::Lasting, source: error.into() })
    }

    pub(crate) fn corrupt(record: &'static str, problem: impl Display) -> Self {
        Self(Kind::Corrupt { record, problem: format!("{problem}") })
    }

    /// The record keeps changing between a look at it and the write that follows from it.
    pub fn contended(record: &'static str) -> Self {
        Self(Kind::Contended { record })
    }

    /// The work was not begun, because there was no time left for it.
    pub fn out_of_time() -> Self {
        Self(Kind::OutOfTime)
    }

    /// The table was made by a version with other records.
    pub(crate) fn other_schema(found: impl Display, known: u32) -> Self {
        Self(Kind::OtherSchema { found: found.to_string(), known })
    }

    /// Whether there were too many calls at once.
    pub fn is_throttling(&self) -> bool {
        matches!(self.0, Kind::Service { cause: Cause::Throttled, .. })
    }

    /// Whether the table is of another schema than the program.
    pub fn is_other_schema(&self) -> bool {
        matches!(self.0, Kind::OtherSchema { .. })
    }

    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self.0, Kind::Service { cause: Cause::Conflict, .. })
    }

    /// Whether the same call may succeed later: throttling, time-outs, conflicts.
    pub fn is_passing(&self) -> bool {
        match &self.0 {
            Kind::Service { cause, .. } => *cause != Cause::Lasting,
            Kind::OutOfTime | Kind::Contended { .. } => true,
            Kind::Corrupt { .. } | Kind::OtherSchema { .. } => false,
        }
    }
}
