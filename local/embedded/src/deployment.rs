//! The functions in one process, wired as the deployment wires them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use aws_lambda_events::eventbridge::EventBridgeEvent;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage, SqsMessageAttribute};
use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{Instant, Millis};
use roomwatt_ingest::{EventQueue, Ingest, Refused};
use roomwatt_messaging::{BatchFailed, Bus, Clock, Invocation, Queue};
use roomwatt_settlement::{Settlement, Tick, TickFailed, Ticked};
use roomwatt_store::{Consumed, Retention, Store};

use crate::aws::EmbeddedAws;
use crate::queues::{Message, Queues};

/// Without an event for so long a hotel is silent.
pub const SILENT_AFTER: Millis = 6 * HOUR;

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

/// The name of the queue that such events come by.
pub fn queue_of(events: EventQueue) -> &'static str {
    match events {
        EventQueue::DeviceEvents => DEVICE_EVENTS,
        EventQueue::SpaceEvents => SPACE_EVENTS,
    }
}

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
pub const LARGEST_PAYLOAD: usize = 6 * 1024 * 1024;
/// About what a message's envelope takes beside its body.
const ENVELOPE: usize = 1024;

/// What became of a batch.
#[derive(Debug, Default)]
pub struct Delivered {
    /// The messages that are done.
    pub done: Vec<Message>,
    /// The ids of those that come again.
    pub failed: BTreeSet<String>,
    /// Events that are in the table now.
    pub applied: usize,
    /// What sources passed over.
    pub ignored: usize,
    /// What was refused of the messages that do not come again, as it is kept.
    pub refused: Vec<RefusedEvents>,
}

/// A refused event, or what is refused of a message that is kept whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedEvents {
    /// The id of its message.
    pub message: String,
    /// The place of the event, or of the first one, in its message.
    pub event: usize,
    /// How many events are refused of a message that is kept whole.
    pub of_whole: Option<usize>,
    /// Why, of the first one.
    pub reason: String,
    /// The rule of the source by which it was read, if it was read by one.
    pub rule: Option<String>,
    /// What was wrong with it in particular.
    pub detail: String,
    /// The event's own text, or the whole body.
    pub body: String,
}

impl RefusedEvents {
    /// How many events these are.
    pub fn count(&self) -> usize {
        self.of_whole.unwrap_or(1)
    }
}

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
    /// Deploys on an engine in memory, or in a folder, of which no other process may be writing.
    ///
    /// What a process that was killed left half done in the folder goes on at once: the messages of
    /// the day-close queue come again, and its claims are taken back.
    ///
    /// # Errors
    /// [`UnusableFolder`](crate::folder::UnusableFolder) among others, when the folder cannot be used.
    pub async fn new(data: Option<&Path>, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let queues = Queues::new(Arc::clone(&clock));
        let deployment = Self::on(EmbeddedAws::open(data, queues)?, clock).await?;
        if let Some(kept) = deployment.aws.kept() {
            deployment.queues.make_durable(DAY_CLOSE, kept.clone())?;
            deployment.take_claims_back().await?;
        }
        Ok(deployment)
    }

    /// What is kept in a folder, to be read.
    ///
    /// # Errors
    /// [`UnusableFolder`](crate::folder::UnusableFolder) among others, when nothing can be read.
    pub async fn reading(folder: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let queues = Queues::new(Arc::clone(&clock));
        let deployment = Self::beside(EmbeddedAws::reading_folder(folder, queues)?, clock);
        deployment
            .store
            .metered_apart()
            .check_schema()
            .await
            .with_context(|| folder.display().to_string())?;
        Ok(deployment)
    }

    /// Ends the claims of a process that is no more.
    async fn take_claims_back(&self) -> anyhow::Result<()> {
        let (store, now) = (self.store.metered_apart(), self.clock.now());
        let mut hotels = store.hotels(None, now);
        while let Some(hotel) = hotels.next().await? {
            let state = store.close_state(&hotel.hotel_id, now).await?;
            if let Some(state) = state.filter(|state| state.under_way) {
                store.suspend(&hotel.hotel_id, state.attempt, state.announced_through).await?;
            }
        }
        Ok(())
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

    /// What was consumed to tell of closed days.
    pub fn consumed_by_telling(&self) -> Consumed {
        self.settlement.consumed_by_telling()
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

    /// Whether a batch is full, or a window has ended.
    pub fn is_ready(&self, mapping: &Mapping) -> bool {
        self.queues.waiting(mapping.queue).is_some_and(|(count, since)| {
            count >= mapping.batch_size || self.clock.now() >= since + self.window(mapping)
        })
    }

    async fn deliver_batch(&self, mapping: &Mapping) {
        self.take_batch(mapping.queue, mapping.batch_size, LARGEST_PAYLOAD).await;
    }

    /// Hands what waits in a queue to its function: at most so many messages, of at most so many
    /// bytes with their envelopes.
    pub async fn take_batch(&self, queue: &str, most: usize, largest: usize) -> Delivered {
        let mut payload = 0;
        let messages = self.queues.receive(queue, most, |message| {
            let size = ENVELOPE + escaped_length(&message.body);
            payload += size;
            payload == size || payload <= largest
        });
        let mut delivered = self.hand_over(queue, &messages).await;
        for message in messages {
            if delivered.failed.contains(&message.id) {
                self.queues.hand_back(queue, message);
            } else {
                self.queues.delete(queue, &message);
                delivered.done.push(message);
            }
        }
        delivered
    }

    /// Hands a message to the function of an event queue at once, for somebody who waits to hear what
    /// becomes of it: it lies in no queue, and does not come again.
    pub async fn take_at_once(
        &self,
        queue: &str,
        body: String,
        attributes: BTreeMap<String, String>,
    ) -> Delivered {
        let number = self.invocations.load(Ordering::Relaxed);
        let id = format!("{queue}-at-once-{number}");
        let sent_at = self.clock.now();
        let message = Message { id, body, attributes, sent_at, receives: 1 };
        self.hand_over(queue, &[message]).await
    }

    async fn hand_over(&self, queue: &str, messages: &[Message]) -> Delivered {
        let event = sqs_event(queue, messages);
        let mut delivered = Delivered::default();
        let ingest = match queue {
            DEVICE_EVENTS => Some(&self.device_events),
            SPACE_EVENTS => Some(&self.space_events),
            _ => None,
        };
        let answer = match ingest {
            None => self.invoke(queue, &event).await,
            Some(ingest) => {
                let invocation = self.invocation();
                let refused = &mut delivered.refused;
                let mut tell = |told: Refused<'_>| {
                    refused.push(RefusedEvents {
                        message: messages[told.message].id.clone(),
                        event: told.event,
                        of_whole: told.of_whole,
                        reason: told.reason.to_string(),
                        rule: told.rule.map(str::to_owned),
                        detail: told.detail.to_owned(),
                        body: told.body.to_owned(),
                    });
                };
                // Boxed: the state of a whole batch, and of every call under way, is large.
                let taken = Box::pin(ingest.take_and_tell(&event, &invocation, &mut tell)).await;
                delivered.applied = taken.applied;
                delivered.ignored = taken.ignored;
                taken.answer
            }
        };
        delivered.failed = match answer {
            Ok(response) => response
                .batch_item_failures
                .into_iter()
                .map(|failure| failure.item_identifier)
                .collect(),
            Err(_) => messages.iter().map(|message| message.id.clone()).collect(),
        };
        delivered
    }

    fn invocation(&self) -> Invocation {
        let number = self.invocations.fetch_add(1, Ordering::Relaxed);
        Invocation::new(format!("{}-{number}", self.name), Arc::clone(&self.clock), None)
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
        self.invoke_as(queue, event, &self.invocation()).await
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
            record.message_attributes = message
                .attributes
                .iter()
                .map(|(name, text)| (name.clone(), text_attribute(text)))
                .collect();
            record.event_source = Some("aws:sqs".to_owned());
            record.event_source_arn = Some(format!("arn:aws:sqs:local:000000000000:{queue}"));
            record.aws_region = Some("local".to_owned());
            record
        })
        .collect();
    event
}

fn text_attribute(text: &str) -> SqsMessageAttribute {
    let mut attribute = SqsMessageAttribute::default();
    attribute.data_type = Some("String".to_owned());
    attribute.string_value = Some(text.to_owned());
    attribute
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
