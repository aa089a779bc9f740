//! Sending to a queue.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry};
use futures_util::{StreamExt, stream};

use crate::SendError;
use crate::backoff::{TRIES, before_try};

/// The most that one message, or one batch of messages, may hold, in bytes.
pub const LARGEST_MESSAGE: usize = 1024 * 1024;
/// The most messages of one call.
const LARGEST_BATCH: usize = 10;
/// Calls in flight at once.
const CALLS_IN_FLIGHT: usize = 16;

/// A queue to send to.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
    name: &'static str,
}

/// A message to send: its body and its text attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The body.
    pub body: String,
    /// Name and text of each attribute.
    pub attributes: Vec<(&'static str, String)>,
}

impl Outgoing {
    /// A message without attributes.
    pub fn plain(body: String) -> Self {
        Self { body, attributes: Vec::new() }
    }

    fn size(&self) -> usize {
        let kind = "String".len();
        self.body.len()
            + self
                .attributes
                .iter()
                .map(|(name, text)| name.len() + text.len() + kind)
                .sum::<usize>()
    }
}

impl Queue {
    /// A queue by its URL. The name is for errors.
    pub fn new(client: Client, url: impl Into<String>, name: &'static str) -> Self {
        Self { client, url: url.into(), name }
    }

    /// Sends messages, ten to a call and many calls at once; entries that failed are sent again.
    ///
    /// Returns for each message, by its place, whether the queue has it.
    pub async fn send(&self, messages: &[Outgoing]) -> Vec<Result<(), SendError>> {
        let mut results: Vec<Result<(), SendError>> = Vec::with_capacity(messages.len());
        let mut sent = stream::iter(batches(messages))
            .map(|batch| async move {
                let failed = self.send_batch(batch).await;
                (batch.len(), failed)
            })
            .buffered(CALLS_IN_FLIGHT);
        while let Some((count, mut failed)) = sent.next().await {
            for place in 0..count {
                let at = failed.iter().position(|(failed, _)| *failed == place);
                results.push(match at {
                    Some(at) => Err(failed.swap_remove(at).1),
                    None => Ok(()),
                });
            }
        }
        results
    }

    /// Sends messages, all or an error; some may have been sent even then.
    ///
    /// # Errors
    /// [`SendError`] when the queue did not take them all.
    pub async fn send_all(&self, messages: &[Outgoing]) -> Result<(), SendError> {
        let results = self.send(messages).await;
        let (sent, failed) =
            (results.len(), results.iter().filter(|result| result.is_err()).count());
        match results.into_iter().find_map(Result::err) {
            None => Ok(()),
            Some(error) => Err(SendError { sent, failed, ..error }),
        }
    }

    /// The places that the queue did not take, each with why.
    async fn send_batch(&self, batch: &[Outgoing]) -> Vec<(usize, SendError)> {
        let mut left: Vec<usize> = (0..batch.len()).collect();
        let mut cause = None;
        for again in 0..TRIES {
            if again > 0 {
                before_try(again).await;
            }
            let entries = left
                .iter()
                .map(|place| entry(*place, &batch[*place]))
                .collect::<Result<Vec<_>, _>>();
            let answer = match entries {
                Ok(entries) => {
                    self.client
                        .send_message_batch()
                        .queue_url(&self.url)
                        .set_entries(Some(entries))
                        .send()
                        .await
                }
                Err(error) => {
                    cause = Some(error.into());
                    break;
                }
            };
            match answer {
                Ok(answer) => {
                    left.retain(|place| {
                        answer.failed().iter().any(|failed| failed.id() == place.to_string())
                    });
                    if let Some(failed) = answer.failed().first() {
                        let said = failed.message().unwrap_or_else(|| failed.code());
                        cause = Some(said.to_owned().into());
                    }
                }
                Err(error) => cause = Some(error.into()),
            }
            if left.is_empty() {
                return Vec::new();
            }
        }
        let mut cause: Option<Box<dyn std::error::Error + Send + Sync>> = cause;
        left.into_iter()
            .map(|place| {
                (
                    place,
                    SendError { destination: self.name, sent: 1, failed: 1, cause: cause.take() },
                )
            })
            .collect()
    }
}

fn entry(
    place: usize,
    message: &Outgoing,
) -> Result<SendMessageBatchRequestEntry, aws_sdk_sqs::error::BuildError> {
    let mut entry =
        SendMessageBatchRequestEntry::builder().id(place.to_string()).message_body(&message.body);
    for (name, text) in &message.attributes {
        let value =
            MessageAttributeValue::builder().data_type("String").string_value(text).build()?;
        entry = entry.message_attributes(*name, value);
    }
    entry.build()
}

/// Consecutive messages, as many as one call takes.
fn batches(messages: &[Outgoing]) -> Vec<&[Outgoing]> {
    let mut batches = Vec::new();
    let (mut start, mut size) = (0, 0);
    for (place, message) in messages.iter().enumerate() {
        let full = place - start == LARGEST_BATCH || size + message.size() > LARGEST_MESSAGE;
        if full && place > start {
            batches.push(&messages[start..place]);
            (start, size) = (place, 0);
        }
        size += message.size();
    }
    if start < messages.len() {
        batches.push(&messages[start..]);
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_takes_ten_messages_and_no_more_than_a_mebibyte() {
        let small = vec![Outgoing::plain("x".to_owned()); 23];
        let sizes: Vec<_> = batches(&small).iter().map(|batch| batch.len()).collect();
        assert_eq!(sizes, [10, 10, 3]);

        let large = vec![Outgoing::plain("x".repeat(400 * 1024)); 5];
        let sizes: Vec<_> = batches(&large).iter().map(|batch| batch.len()).collect();
        assert_eq!(sizes, [2, 2, 1]);
        assert!(batches(&[]).is_empty());
    }
}
