//! Embedded queues, on the clock of the run: visibility, redelivery and dead letters as SQS has
//! them, where a replay's hour is not the machine's hour.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use roomwatt_domain::instant::MINUTE;
use roomwatt_domain::{Instant, Millis};
use roomwatt_messaging::Clock;

/// After so many receives a message moves to the dead-letter queue.
pub const MOST_RECEIVES: u32 = 5;

/// How long a message that was not deleted stays unseen.
const VISIBILITY: Millis = 6 * MINUTE;

/// A message in a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Different for every message of the run.
    pub id: String,
    /// The body.
    pub body: String,
    /// Text attributes by name.
    pub attributes: BTreeMap<String, String>,
    /// When it was sent.
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

/// The queues of a run, by name. Clones share them.
#[derive(Clone)]
pub struct Queues {
    clock: Arc<dyn Clock>,
    shared: Arc<Mutex<Shared>>,
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
        Self { clock, shared: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        // A panic elsewhere leaves queues whole: each change of them is one push or pop.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
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
