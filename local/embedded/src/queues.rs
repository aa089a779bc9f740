//! Embedded queues, on the clock of the run: visibility, redelivery and dead letters as SQS has
//! them, where a replay's hour is not the machine's hour.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use roomwatt_domain::instant::MINUTE;
use roomwatt_domain::{Instant, Millis};
use roomwatt_messaging::Clock;
use serde::{Deserialize, Serialize};
use tracing::error;

use crate::kept::Kept;

/// After so many receives a message moves to the dead-letter queue.
pub const MOST_RECEIVES: u32 = 5;

/// How long a message that was not deleted stays unseen.
const VISIBILITY: Millis = 6 * MINUTE;

/// A message in a queue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Message {
    /// Different for every message of the run.
    pub id: String,
    /// The body.
    pub body: String,
    /// Text attributes by name.
    pub attributes: BTreeMap<String, String>,
    /// When it was sent.
    #[serde(with = "millis")]
    pub sent_at: Instant,
    /// How often it was received.
    pub receives: u32,
}

impl Message {
    /// Whether the message begins what it holds: a text that fills one by itself goes in parts.
    pub fn is_first_part(&self) -> bool {
        self.attributes.get("part").is_none_or(|part| part.starts_with("1 "))
    }

    /// How many refused events a message of the rejected events tells of: one, or those of a body that
    /// is kept whole; a part that is not the first tells of none.
    pub fn refused_events(&self) -> usize {
        let count = self.attributes.get("count").and_then(|count| count.parse().ok());
        if self.is_first_part() { count.unwrap_or(1) } else { 0 }
    }
}

mod millis {
    use roomwatt_domain::Instant;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(at: &Instant, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(at.as_millis())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
        i64::deserialize(from).map(Instant::from_millis)
    }
}

/// The queues of a run, by name. Clones share them.
#[derive(Clone)]
pub struct Queues {
    clock: Arc<dyn Clock>,
    shared: Arc<Mutex<Shared>>,
    durable: Arc<OnceLock<Durable>>,
}

/// The queue whose messages outlive the process, and where they are kept.
struct Durable {
    queue: &'static str,
    kept: Kept,
    /// Tells the ids of this process from those of the ones before.
    process: u64,
}

#[derive(Default)]
struct Shared {
    queues: HashMap<String, Queue>,
    sent: u64,
}

#[derive(Default)]
struct Queue {
    ready: VecDeque<Message>,
    /// Messages that were received and not deleted, by when they are seen again.
    unseen: VecDeque<(Instant, Message)>,
    dead: Vec<Message>,
}

impl Queues {
    /// No message in any queue.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, shared: Arc::default(), durable: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        // A panic elsewhere leaves queues whole: each change of them is one push or pop.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a queue's messages from now on until they are deleted, and takes up the ones that are
    /// kept already.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn make_durable(&self, queue: &'static str, kept: Kept) -> anyhow::Result<()> {
        let left = kept.messages(queue)?;
        self.durable.get_or_init(|| Durable { queue, kept, process: fastrand::u64(..) });
        let left = left.into_iter().map(|message| Message { receives: 0, ..message });
        self.lock().queues.entry(queue.to_owned()).or_default().ready.extend(left);
        Ok(())
    }

    fn durable(&self, queue: &str) -> Option<&Durable> {
        self.durable.get().filter(|durable| durable.queue == queue)
    }

    /// Sends a message as a function does: where the queue's messages are kept, it is kept before it
    /// is sent.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub fn send_kept(
        &self,
        queue: &str,
        body: String,
        attributes: BTreeMap<String, String>,
    ) -> anyhow::Result<String> {
        let Some(durable) = self.durable(queue) else {
            return Ok(self.send(queue, body, attributes));
        };
        let number = {
            let mut shared = self.lock();
            shared.sent += 1;
            shared.sent
        };
        let id = format!("{queue}-{:016x}-{number}", durable.process);
        let message =
            Message { id: id.clone(), body, attributes, sent_at: self.clock.now(), receives: 0 };
        durable.kept.keep(queue, &message)?;
        self.lock().queues.entry(queue.to_owned()).or_default().ready.push_back(message);
        Ok(id)
    }

    /// Deletes a message that was received and is done.
    pub fn delete(&self, queue: &str, message: &Message) {
        let Some(durable) = self.durable(queue) else { return };
        if let Err(fault) = durable.kept.forget(queue, &message.id) {
            // It is done once more when the folder is opened again, which changes nothing.
            error!(error = format!("{fault:#}"), "a message that is done stays kept");
        }
    }

    /// Sends a message.
    pub fn send(&self, queue: &str, body: String, attributes: BTreeMap<String, String>) -> String {
        let sent_at = self.clock.now();
        let mut shared = self.lock();
        shared.sent += 1;
        let id = format!("{queue}-{}", shared.sent);
        let message = Message { id: id.clone(), body, attributes, sent_at, receives: 0 };
        shared.queues.entry(queue.to_owned()).or_default().ready.push_back(message);
        id
    }

    /// Takes messages that can be seen, at most `most` of them and as long as `fits` agrees to each.
    pub fn receive(
        &self,
        queue: &str,
        most: usize,
        mut fits: impl FnMut(&Message) -> bool,
    ) -> Vec<Message> {
        let mut shared = self.lock();
        let Some(queue) = shared.queues.get_mut(queue) else { return Vec::new() };
        queue.see_again(self.clock.now());
        let mut received = Vec::new();
        while received.len() < most && queue.ready.front().is_some_and(&mut fits) {
            if let Some(mut message) = queue.ready.pop_front() {
                message.receives += 1;
                received.push(message);
            }
        }
        received
    }

    /// Hands back a message that was received: it is seen again later, or is dead.
    pub fn hand_back(&self, queue: &str, message: Message) {
        let again = self.clock.now() + VISIBILITY;
        let mut shared = self.lock();
        let queue = shared.queues.entry(queue.to_owned()).or_default();
        if message.receives >= MOST_RECEIVES {
            queue.dead.push(message);
        } else {
            queue.unseen.push_back((again, message));
        }
    }

    /// How many messages can be seen, and since when the oldest of them waits.
    pub fn waiting(&self, queue: &str) -> Option<(usize, Instant)> {
        let mut shared = self.lock();
        let queue = shared.queues.get_mut(queue)?;
        queue.see_again(self.clock.now());
        Some((queue.ready.len(), queue.ready.front()?.sent_at))
    }

    /// When the next message that was handed back is seen again.
    pub fn next_seen(&self, queue: &str) -> Option<Instant> {
        self.lock().queues.get(queue)?.unseen.front().map(|(at, _)| *at)
    }

    /// The messages that can be seen, left where they are.
    pub fn peek(&self, queue: &str) -> Vec<Message> {
        let shared = self.lock();
        shared
            .queues
            .get(queue)
            .map(|queue| queue.ready.iter().cloned().collect())
            .unwrap_or_default()
    }

    /// Takes all messages that can be seen out of a queue that no function takes from.
    pub fn drain(&self, queue: &str) -> Vec<Message> {
        let mut shared = self.lock();
        shared
            .queues
            .get_mut(queue)
            .map(|queue| queue.ready.drain(..).collect())
            .unwrap_or_default()
    }

    /// Puts the dead letters of a queue back into it, as an operator does.
    pub fn redrive(&self, queue: &str) {
        if let Some(queue) = self.lock().queues.get_mut(queue) {
            let dead = std::mem::take(&mut queue.dead);
            queue.ready.extend(dead.into_iter().map(|message| Message { receives: 0, ..message }));
        }
    }

    /// The messages that were received too often.
    pub fn dead_letters(&self, queue: &str) -> Vec<Message> {
        self.lock().queues.get(queue).map(|queue| queue.dead.clone()).unwrap_or_default()
    }
}

impl Queue {
    fn see_again(&mut self, now: Instant) {
        while self.unseen.front().is_some_and(|(at, _)| *at <= now) {
            self.ready.extend(self.unseen.pop_front().map(|(_, message)| message));
        }
    }
}
