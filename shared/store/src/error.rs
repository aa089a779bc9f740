//! Faults of the table, told apart from outcomes: a refused condition is no error here.

use std::error::Error;
use std::fmt::Display;

use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};

/// The table did not do what it was asked to. `Display` says what was tried; the cause is in
/// `source`, for whoever logs the chain.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct StoreError(Kind);

#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("DynamoDB did not answer {operation}")]
    Service {
        operation: &'static str,
        passing: bool,
        throttled: bool,
        source: Box<dyn Error + Send + Sync>,
    },
    #[error("the function's time is nearly up")]
    OutOfTime,
    #[error("a stored {record} cannot be read: {problem}")]
    Corrupt { record: &'static str, problem: String },
}

/// The result of a call that has no other outcome than done.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Codes of faults that pass when nothing but time does.
const PASSING: [&str; 9] = [
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
    "LimitExceededException",
    "InternalServerError",
    "ServiceUnavailable",
    "TransactionConflictException",
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
        let passing = match &error {
            SdkError::TimeoutError(_)
            | SdkError::DispatchFailure(_)
            | SdkError::ResponseError(_) => true,
            SdkError::ServiceError(context) => {
                context.raw().status().is_server_error()
                    || context.err().code().is_some_and(|code| PASSING.contains(&code))
            }
            _ => false,
        };
        let throttled = matches!(&error, SdkError::ServiceError(context)
            if context.err().code().is_some_and(|code| THROTTLING.contains(&code)));
        Self(Kind::Service { operation, passing, throttled, source: error.into() })
    }

    /// The table left a part undone, again and again.
    pub(crate) fn throttled(operation: &'static str) -> Self {
        let source = "it left everything undone".into();
        Self(Kind::Service { operation, passing: true, throttled: true, source })
    }

    pub(crate) fn request(operation: &'static str, error: BuildError) -> Self {
        Self(Kind::Service { operation, passing: false, throttled: false, source: error.into() })
    }

    pub(crate) fn corrupt(record: &'static str, problem: impl Display) -> Self {
        Self(Kind::Corrupt { record, problem: format!("{problem}") })
    }

    /// Records contradict each other.
    pub fn unsettled(record: &'static str, problem: &str) -> Self {
        Self::corrupt(record, problem)
    }

    /// The work was not begun, because there was no time left for it.
    pub fn out_of_time() -> Self {
        Self(Kind::OutOfTime)
    }

    /// Whether there were too many calls at once.
    pub fn is_throttling(&self) -> bool {
        matches!(self.0, Kind::Service { throttled: true, .. })
    }

    /// Whether the same call may succeed later: throttling, time-outs, conflicts.
    pub fn is_passing(&self) -> bool {
        match &self.0 {
            Kind::Service { passing, .. } => *passing,
            Kind::OutOfTime => true,
            Kind::Corrupt { .. } => false,
        }
    }
}
