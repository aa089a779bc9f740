//! The topic that digests go to.

use std::error::Error;

use aws_sdk_sns::Client;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use roomwatt_messaging::Topic;

/// An SNS topic.
#[derive(Debug)]
pub struct SnsTopic {
    pub(crate) client: Client,
    pub(crate) arn: String,
}

impl Topic for SnsTopic {
    fn publish<'a>(
        &'a self,
        subject: &'a str,
        text: &'a str,
    ) -> BoxFuture<'a, Result<(), Box<dyn Error + Send + Sync>>> {
        let request = self.client.publish().topic_arn(&self.arn).subject(subject).message(text);
        async move { request.send().await.map(|_| ()).map_err(Into::into) }.boxed()
    }
}
