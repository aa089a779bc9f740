//! The services of one run, and workers on them: execution environments of every function, each
//! with its own line and its own idea of the time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{Instant, Millis, Profile, Window};
use roomwatt_embedded::Deployment;
use roomwatt_embedded::aws::EmbeddedAws;
use roomwatt_embedded::clock::ReplayClock;
use roomwatt_embedded::deployment::{
    DAY_CLOSE, DEVICE_EVENTS, SPACE_EVENTS, scheduled_event, sqs_event,
};
use roomwatt_embedded::queues::{Message, Queues};
use roomwatt_messaging::{Clock, Invocation};
use roomwatt_store::{PutProfile, Retention, Store, TTL_ATTRIBUTE};

use crate::line::{Fates, Line, OtherRules};
use crate::traffic::Traffic;

/// The queues that functions take from.
pub(crate) const QUEUES: [&str; 3] = [DEVICE_EVENTS, SPACE_EVENTS, DAY_CLOSE];

/// Table, queues and bus, with a clock that only the test moves.
pub(crate) struct Services {
    pub(crate) clock: Arc<ReplayClock>,
    pub(crate) aws: EmbeddedAws,
    pub(crate) queues: Queues,
    /// What is on its way from any worker.
    pub(crate) traffic: Arc<Traffic>,
    /// The table on a line on which nothing ever happens.
    pub(crate) store: Store,
    retention: Retention,
    /// What workers that are deployed from here on have as the rules of a zone.
    pub(crate) rules: Option<OtherRules>,
    /// For profiles, as the API would put them.
    calm: Deployment,
    workers: AtomicU64,
}

impl Services {
    /// Where nothing expires.
    pub(crate) async fn at(now: Instant) -> Self {
        let retention = Retention { spare_days: 200 * 365, ..Retention::default() };
        Self::keeping(now, retention).await
    }

    pub(crate) async fn keeping(now: Instant, retention: Retention) -> Self {
        let clock = Arc::new(ReplayClock::at(now));
        let queues = Queues::new(Arc::clone(&clock) as Arc<dyn Clock>);
        let aws = EmbeddedAws::open(None, queues.clone()).expect("an engine in memory");
        let calm = Deployment::beside_keeping(aws.clone(), Arc::clone(&clock) as _, retention);
        calm.store().create().await.expect("a table");
        let store = calm.store().metered_apart();
        let traffic = Arc::new(Traffic::new(aws.clone(), Arc::clone(&clock)));
        let workers = AtomicU64::new(0);
        Self { clock, aws, queues, traffic, store, retention, rules: None, calm, workers }
    }

    /// From here on workers are deployed with another retention; those that are there keep theirs.
    pub(crate) fn keep(&mut self, retention: Retention) {
        self.retention = retention;
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        self.calm = Deployment::beside_keeping(self.aws.clone(), clock, retention);
        self.store = self.calm.store().metered_apart();
    }

    /// Deletes expired records that are picked by their keys, as DynamoDB does some time later.
    pub(crate) fn delete_expired(&self, picks: impl FnMut(&str, &str) -> bool) -> usize {
        let deleted = self.aws.delete_expired("roomwatt", TTL_ATTRIBUTE, self.now(), picks);
        deleted.expect("a table")
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    pub(crate) async fn put_profile(&self, profile: &Profile) {
        let put = self.calm.store().put_profile(profile, self.now()).await.expect("a table");
        assert!(matches!(put, PutProfile::Created | PutProfile::Replaced), "{put:?}");
    }

    /// Whether the reports of a day are no longer kept.
    pub(crate) fn has_expired(&self, day: Window) -> bool {
        let days = i64::from(self.retention.report_days + self.retention.spare_days);
        self.now() >= day.end + days * 24 * HOUR
    }

    /// Sends an event to the queue of its kind.
    pub(crate) fn send(&self, queue: &str, body: &(impl ToString + ?Sized)) {
        self.queues.send(queue, body.to_string(), [].into());
    }

    /// A fresh execution environment of every function.
    pub(crate) fn worker(&self, fates: Arc<dyn Fates>, skew: Millis) -> Worker {
        let clock = Arc::new(SkewedClock { clock: Arc::clone(&self.clock), skew });
        let line =
            Line::new(self.aws.clone(), Arc::clone(&self.traffic), fates).with_rules(self.rules);
        let connected = self.aws.clone().behind(|_| SharedHttpClient::new(line.clone()));
        Worker {
            number: self.workers.fetch_add(1, Ordering::Relaxed),
            line,
            deployment: Deployment::beside_keeping(
                connected,
                Arc::clone(&clock) as Arc<dyn Clock>,
                self.retention,
            ),
            clock,
            queues: self.queues.clone(),
            invocations: AtomicU64::new(0),
        }
    }
}

/// A clock that is wrong by a constant.
struct SkewedClock {
    clock: Arc<ReplayClock>,
    skew: Millis,
}

impl Clock for SkewedClock {
    fn now(&self) -> Instant {
        self.clock.now() + self.skew
    }
}

/// One execution environment of every function.
pub(crate) struct Worker {
    number: u64,
    pub(crate) line: Line,
    clock: Arc<SkewedClock>,
    deployment: Deployment,
    queues: Queues,
    invocations: AtomicU64,
}

impl Worker {
    /// Invokes a queue's function with messages; the ones that it does not take are handed back.
    /// Returns how many.
    pub(crate) async fn take(
        &self,
        queue: &str,
        messages: Vec<Message>,
        time: Option<Millis>,
    ) -> usize {
        let number = self.invocations.fetch_add(1, Ordering::Relaxed);
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let deadline = time.map(|time| clock.now() + time);
        let invocation = Invocation::new(format!("{}-{number}", self.number), clock, deadline);
        let batch = sqs_event(queue, &messages);
        let answer = self.deployment.invoke_as(queue, &batch, &invocation).await;
        let failed: Option<BTreeSet<String>> = answer.ok().map(|answer| {
            answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect()
        });
        let mut handed_back = 0;
        for message in messages {
            if failed.as_ref().is_none_or(|failed| failed.contains(&message.id)) {
                self.queues.hand_back(queue, message);
                handed_back += 1;
            }
        }
        handed_back
    }

    /// Invokes the schedule's function; if it fails, the next tick finds the same.
    pub(crate) async fn tick(&self) -> bool {
        let event = scheduled_event(self.clock.clock.now()).expect("an event");
        self.deployment.tick_by(&event).await.is_ok()
    }
}
