//! The functions in one process, wired as the deployment wires them.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use aws_lambda_events::eventbridge::EventBridgeEvent;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use roomwatt_domain::instant::MINUTE;
use roomwatt_domain::{Instant, Millis};
use roomwatt_ingest::Ingest;
use roomwatt_messaging::{BatchFailed, Bus, Clock, Invocation, Queue};
use roomwatt_settlement::{Settlement, Tick, TickFailed, Ticked};
use roomwatt_store::{Consumed, Retention, Store};

use crate::aws::EmbeddedAws;
use crate::queues::{Message, Queues};

/// Without an event for so long a hotel is silent.
pub const SILENT_AFTER: Millis = 6 * 60 * 60_000;

/// How often the schedule's rule ticks.
pub const TICK: Millis = 15 * MINUTE;

/// Names of the queues.
pub const DEVICE_EVENTS: &str = "device-events";
/// Check-ins and check-outs.
pub const SPACE_EVENTS: &str = "space-events";
/// What there is to settle.
pub const DAY_CLOSE: &str = "day-close";
/// Events that were refused.
pub const REJECTED_EVENTS: &str = "rejected-events";

/// When a queue's messages are handed to its function: when so many wait, or the oldest has waited
/// so long.
pub struct Mapping {
    /// The queue's name.
    pub queue: &'static str,
    /// So many messages make a full batch.
    pub batch_size: usize,
    /// So long a message waits for others.
    pub window: Millis,
}

/// The event source mappings of the deployment, with its default parameters.
pub const MAPPINGS: [Mapping; 3] = [
    Mapping { queue: DEVICE_EVENTS, batch_size: 1000, window: MINUTE },
    Mapping { queue: SPACE_EVENTS, batch_size: 1000, window: MINUTE },
    Mapping { queue: DAY_CLOSE, batch_size: 100, window: MINUTE },
];

/// What one invocation's messages may come to, in bytes.
const LARGEST_PAYLOAD: usize = 6 * 1024 * 1024;
/// About what a message's envelope takes beside its body.
const ENVELOPE: usize = 1024;

/// Everything of Roomwatt in one process.
pub struct Deployment {
    clock: Arc<dyn Clock>,
    aws: EmbeddedAws,
    queues: Queues,
    store: Store,
    device_events: Ingest,
    space_events: Ingest,
    tick: Tick,
    settlement: Settlement,
    /// Different for every deployment on the same table, since claims are held by invocation.
    name: String,
    invocations: AtomicU64,
    longest_window: Millis,
}

impl Deployment {
    /// Deploys on an engine in memory, or in a folder.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub async fn new(data: Option<&Path>, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let file = data
            .map(|folder| {
                std::fs::create_dir_all(folder)
                    .with_context(|| format!("{} cannot be made", folder.display()))?;
                anyhow::Ok(folder.join("table.sqlite"))
            })
            .transpose()?;
        let queues = Queues::new(Arc::clone(&clock));
        Self::on(EmbeddedAws::open(file.as_deref(), queues)?, clock).await
    }

    /// Deploys on services that are there, and makes the table if it is not.
    ///
    /// # Errors
    /// When the table cannot be made.
    pub async fn on(aws: EmbeddedAws, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let deployment = Self::beside(aws, clock);
        // Large, and done once: it is not to weigh on everything that waits for a deployment.
        Box::pin(deployment.store.create()).await.context("the table cannot be made")?;
        Ok(deployment)
    }

    /// Deploys on services that are there, table included: one more execution environment of every
    /// function. It calls nothing yet.
    pub fn beside(aws: EmbeddedAws, clock: Arc<dyn Clock>) -> Self {
        // Nobody pays for local storage, and replayed logs may be old: nothing of them expires.
        let retention = Retention { spare_days: 200 * 365, ..Retention::default() };
        Self::beside_keeping(aws, clock, retention)
    }

    /// The same where records expire.
    pub fn beside_keeping(aws: EmbeddedAws, clock: Arc<dyn Clock>, retention: Retention) -> Self {
        let store = Store::new(aws.dynamodb(), "roomwatt", retention);
        let queue = |name| {
            Queue::new(
                aws.sqs(),
                format!("https://sqs.local.amazonaws.com/000000000000/{name}"),
                name,
            )
        };
        let (day_close, rejected) = (queue(DAY_CLOSE), queue(REJECTED_EVENTS));
        let bus = Bus::new(aws.eventbridge(), "roomwatt");
        Self {
            clock,
            device_events: device_events::ingest(
                store.metered_apart(),
                day_close.clone(),
                rejected.clone(),
            ),
            space_events: space_events::ingest(store.metered_apart(), day_close.clone(), rejected),
            tick: Tick::new(store.metered_apart(), day_close.clone(), SILENT_AFTER),
            settlement: Settlement::new(&store, bus, day_close),
            store,
            queues: aws.queues().clone(),
            aws,
            name: format!("local-{:016x}", fastrand::u64(..)),
            invocations: AtomicU64::new(0),
            longest_window: Millis::MAX,
        }
    }

    /// The same with windows that are no longer than this.
    #[must_use]
    pub fn with_windows_of_at_most(mut self, window: Millis) -> Self {
        self.longest_window = window;
        self
    }

    fn window(&self, mapping: &Mapping) -> Millis {
        mapping.window.min(self.longest_window)
    }

    /// The table, for reading and for profiles.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The queues.
    pub fn queues(&self) -> &Queues {
        &self.queues
    }

    /// The embedded services.
    pub fn aws(&self) -> &EmbeddedAws {
        &self.aws
    }

    /// What taking events in consumed.
    pub fn consumed_by_ingest(&self) -> Consumed {
        let mut consumed = self.device_events.store().meter().consumed();
        consumed += self.space_events.store().meter().consumed();
        consumed
    }

    /// What noting when hotels were heard consumed.
    pub fn consumed_by_notes(&self) -> Consumed {
        let mut consumed = self.device_events.consumed_by_notes();
        consumed += self.space_events.consumed_by_notes();
        consumed
    }

    /// What the schedule's ticks consumed.
    pub fn consumed_by_schedule(&self) -> Consumed {
        self.tick.store().meter().consumed()
    }

    /// What closing consumed.
    pub fn consumed_by_close(&self) -> Consumed {
        self.settlement.consumed_by_close()
    }

    /// What revising consumed.
    pub fn consumed_by_revise(&self) -> Consumed {
        self.settlement.consumed_by_revise()
    }

    /// How often a function was invoked.
    pub fn invocations(&self) -> u64 {
        self.invocations.load(Ordering::Relaxed)
    }

    /// When a mapping has something to do next: a window ends, or a message is seen again.
    pub fn next_wake(&self) -> Option<Instant> {
        let wakes = MAPPINGS.iter().flat_map(|mapping| {
            let window =
                self.queues.waiting(mapping.queue).map(|(_, since)| since + self.window(mapping));
            [window, self.queues.next_seen(mapping.queue)]
        });
        wakes.flatten().min()
    }

    /// Lets the rule tick: what is due is sent to the day-close queue.
    ///
    /// # Errors
    /// When the schedule's function fails.
    pub async fn tick(&self) -> anyhow::Result<()> {
        self.tick_by(&scheduled_event(self.clock.now())?).await?;
        Ok(())
    }

    /// Hands an event of the rule to the schedule's function.
    ///
    /// # Errors
    /// When the function fails.
    pub async fn tick_by(&self, event: &EventBridgeEvent) -> Result<Ticked, TickFailed> {
        self.invocations.fetch_add(1, Ordering::Relaxed);
        day_close_schedule::handle(&self.tick, event).await
    }

    /// Invokes functions until no batch is full and no window has ended.
    pub async fn deliver(&self) {
        for mapping in &MAPPINGS {
            while self.is_ready(mapping) {
                self.deliver_batch(mapping).await;
            }
        }
    }

    /// Invokes functions until no message can be seen, whatever the windows say.
    pub async fn flush(&self) {
        while let Some(mapping) =
            MAPPINGS.iter().find(|mapping| self.queues.waiting(mapping.queue).is_some())
        {
            self.deliver_batch(mapping).await;
        }
    }

    fn is_ready(&self, mapping: &Mapping) -> bool {
        self.queues.waiting(mapping.queue).is_some_and(|(count, since)| {
            count >= mapping.batch_size || self.clock.now() >= since + self.window(mapping)
        })
    }

    async fn deliver_batch(&self, mapping: &Mapping) {
        let mut payload = 0;
        let messages = self.queues.receive(mapping.queue, mapping.batch_size, |message| {
            payload += ENVELOPE + escaped_length(&message.body);
            payload == ENVELOPE + escaped_length(&message.body) || payload <= LARGEST_PAYLOAD
        });
        let event = sqs_event(mapping.queue, &messages);
        let answer = self.invoke(mapping.queue, &event).await;
        let failed: BTreeSet<String> = match answer {
            Ok(response) => response
                .batch_item_failures
                .into_iter()
                .map(|failure| failure.item_identifier)
                .collect(),
            Err(_) => messages.iter().map(|message| message.id.clone()).collect(),
        };
        for message in messages {
            if failed.contains(&message.id) {
                self.queues.hand_back(mapping.queue, message);
            }
        }
    }

    /// Hands a batch to the function of a queue.
    ///
    /// # Errors
    /// When the whole batch has to come again.
    pub async fn invoke(
        &self,
        queue: &str,
        event: &SqsEvent,
    ) -> Result<SqsBatchResponse, BatchFailed> {
        let number = self.invocations.fetch_add(1, Ordering::Relaxed);
        let invocation =
            Invocation::new(format!("{}-{number}", self.name), Arc::clone(&self.clock), None);
        self.invoke_as(queue, event, &invocation).await
    }

    /// Hands a batch to the function of a queue, in an invocation of the caller's making.
    ///
    /// # Errors
    /// When the whole batch has to come again.
    pub async fn invoke_as(
        &self,
        queue: &str,
        event: &SqsEvent,
        invocation: &Invocation,
    ) -> Result<SqsBatchResponse, BatchFailed> {
        match queue {
            DEVICE_EVENTS => device_events::handle(&self.device_events, event, invocation).await,
            SPACE_EVENTS => space_events::handle(&self.space_events, event, invocation).await,
            _ => day_close::handle(&self.settlement, event, invocation).await,
        }
    }
}

fn escaped_length(body: &str) -> usize {
    body.len() + body.bytes().filter(|byte| matches!(byte, b'"' | b'\\' | b'\n')).count()
}

/// The batch as Lambda hands it to a function.
pub fn sqs_event(queue: &str, messages: &[Message]) -> SqsEvent {
    let mut event = SqsEvent::default();
    event.records = messages
        .iter()
        .map(|message| {
            let mut record = SqsMessage::default();
            record.message_id = Some(message.id.clone());
            record.receipt_handle = Some(message.id.clone());
            record.body = Some(message.body.clone());
            record.attributes = [
                ("ApproximateReceiveCount".to_owned(), message.receives.to_string()),
                ("SentTimestamp".to_owned(), message.sent_at.as_millis().to_string()),
            ]
            .into();
            record.event_source = Some("aws:sqs".to_owned());
            record.event_source_arn = Some(format!("arn:aws:sqs:local:000000000000:{queue}"));
            record.aws_region = Some("local".to_owned());
            record
        })
        .collect();
    event
}

/// The event of the schedule's rule.
///
/// # Errors
/// None, as long as the event in here has the fields of one.
pub fn scheduled_event(at: Instant) -> serde_json::Result<EventBridgeEvent> {
    serde_json::from_value(serde_json::json!({
        "version": "0",
        "id": format!("tick-{}", at.as_millis()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": at.to_string(),
        "region": "local",
        "resources": ["arn:aws:events:local:000000000000:rule/roomwatt-tick"],
        "detail": {},
    }))
}
