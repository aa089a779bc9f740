//! The AWS clients, built once and outside the handler.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};

use crate::topic::SnsTopic;

/// Makes clients that share credentials, connections and patience.
#[derive(Debug)]
pub struct Clients {
    shared: SdkConfig,
}

impl Clients {
    /// Loads region and credentials from the environment.
    ///
    /// Retries begin after a twentieth of the SDK's second, and no call outlasts a tenth of the
    /// time that a batch has, or a fifth of the time that a caller of the API has.
    pub async fn load() -> Self {
        let retries = RetryConfig::standard()
            .with_max_attempts(4)
            .with_initial_backoff(Duration::from_millis(50))
            .with_max_backoff(Duration::from_secs(1));
        let patience = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(Duration::from_secs(2))
            .operation_timeout(Duration::from_secs(6))
            .build();
        let shared = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(retries)
            .timeout_config(patience)
            .load()
            .await;
        Self { shared }
    }

    /// A client of DynamoDB.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.shared)
    }

    /// A client of SQS.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.shared)
    }

    /// An SNS topic, by its ARN.
    pub fn topic(&self, arn: String) -> SnsTopic {
        SnsTopic { client: aws_sdk_sns::Client::new(&self.shared), arn }
    }

    /// A client of EventBridge.
    pub fn eventbridge(&self) -> aws_sdk_eventbridge::Client {
        aws_sdk_eventbridge::Client::new(&self.shared)
    }
}
