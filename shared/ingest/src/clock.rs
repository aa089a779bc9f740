//! What time it is for a batch.
//!
//! A worker's clock may be behind. No message can have been sent in the future, though, and SQS notes
//! when each was: so the time is never before the latest of a batch's messages was sent.

use aws_lambda_events::sqs::SqsEvent;
use roomwatt_domain::Instant;
use roomwatt_messaging::Invocation;

/// SQS's own attribute: when it took the message, in milliseconds since the epoch.
const SENT_TIMESTAMP: &str = "SentTimestamp";

/// The clock by which a batch is judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchClock<'a> {
    invocation: &'a Invocation,
    latest_sent: Option<Instant>,
    came: Instant,
}

impl<'a> BatchClock<'a> {
    pub(crate) fn of(batch: &SqsEvent, invocation: &'a Invocation) -> Self {
        let sent = batch.records.iter().filter_map(|record| {
            let millis = record.attributes.get(SENT_TIMESTAMP)?.parse().ok()?;
            Some(Instant::from_millis(millis))
        });
        let mut clock = Self { invocation, latest_sent: sent.max(), came: invocation.now() };
        clock.came = clock.now();
        clock
    }

    /// The time at which the batch came. An event that was in the future then is refused, however long
    /// it takes until its hotel is found.
    pub(crate) fn came(&self) -> Instant {
        self.came
    }

    /// The time now: by the worker's clock, unless that is known to be behind.
    pub(crate) fn now(&self) -> Instant {
        let now = self.invocation.now();
        self.latest_sent.map_or(now, |sent| sent.max(now))
    }

    /// Whether to begin nothing new, and to hand back what is left.
    pub(crate) fn is_ending(&self) -> bool {
        self.invocation.is_ending()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
    use roomwatt_domain::Instant;
    use roomwatt_messaging::{Clock, Invocation};

    use super::BatchClock;

    struct Stopped(i64);

    impl Clock for Stopped {
        fn now(&self) -> Instant {
            Instant::from_millis(self.0)
        }
    }

    fn now(own: i64, sent: &[&str]) -> i64 {
        let mut batch = SqsEvent::default();
        batch.records = sent
            .iter()
            .map(|sent| {
                let mut record = SqsMessage::default();
                record.attributes = [("SentTimestamp".to_owned(), (*sent).to_owned())].into();
                record
            })
            .collect();
        batch.records.push(SqsMessage::default());
        let invocation = Invocation::new("one", Arc::new(Stopped(own)), None);
        BatchClock::of(&batch, &invocation).now().as_millis()
    }

    #[test]
    fn it_is_never_before_the_latest_message_was_sent() {
        assert_eq!(now(1_000, &[]), 1_000);
        assert_eq!(now(1_000, &["900", "990"]), 1_000);
        assert_eq!(now(1_000, &["1200", "5000", "900"]), 5_000);
        assert_eq!(now(1_000, &["soon", ""]), 1_000);
    }
}
