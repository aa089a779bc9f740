//! The way of events to a function: packed into messages by their publisher, received by Lambda's
//! pollers, gathered into batches.
//!
//! The pollers of a queue wait for messages at the same time, and each gathers a batch of its own: a
//! message goes to any of them, which opens a window with the first. So there are as many batches in
//! a window as there are pollers and messages, not one.

use std::ops::Range;

use fastrand::Rng;
use roomwatt_domain::{Instant, Millis, Window};

use crate::simulation::Event;
use roomwatt_embedded::deployment::Mapping;

/// So long a poller waits for messages before it asks anew.
pub(crate) const LONG_POLL: Millis = 20_000;
/// The most messages that are deleted by one request.
const LARGEST_DELETION: usize = 10;
/// The most that an invocation's messages come to, in bytes.
const LARGEST_PAYLOAD: usize = 6 * 1024 * 1024;

/// Decides which of the pollers gets a message.
const SEED: u64 = 5;

/// What a publisher sends: some consecutive events of a hotel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// With its last event.
    pub(crate) sent_at: Instant,
    /// The hotel, from 0.
    pub(crate) hotel: usize,
    /// Its events among the hotel's.
    pub(crate) events: Range<usize>,
}

/// Messages that one invocation takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Batch {
    /// When its window ended, or it was full.
    pub(crate) at: Instant,
    pub(crate) messages: Vec<Message>,
}

/// Packs a hotel's events, so many to a message, in their order. Those that are left at the end of
/// a day do not wait for the next.
pub(crate) fn pack(hotel: usize, events: &[Event], days: &[Window], packed: usize) -> Vec<Message> {
    let mut messages = Vec::new();
    let mut start = 0;
    for day in days {
        let end = start + events[start..].partition_point(|event| event.at < day.end);
        while start < end {
            let next = (start + packed).min(end);
            messages.push(Message { sent_at: events[next - 1].at, hotel, events: start..next });
            start = next;
        }
    }
    messages
}

/// How a queue's messages reach its function.
pub(crate) struct Source {
    pub(crate) batch_size: usize,
    pub(crate) window: Millis,
    pub(crate) pollers: usize,
    /// How large a message is that packs so many events, in bytes.
    pub(crate) message_size: usize,
}

/// What the pollers of a queue did.
#[derive(Debug, Default)]
pub(crate) struct Polled {
    /// By time.
    pub(crate) batches: Vec<Batch>,
    /// Requests to receive that ended within the time that was asked about.
    pub(crate) receives: u64,
}

impl Source {
    pub(crate) fn of(
        mapping: &Mapping,
        window: Millis,
        pollers: usize,
        message_size: usize,
    ) -> Self {
        Self { batch_size: mapping.batch_size, window, pollers, message_size }
    }

    /// Lets the pollers of a queue receive some messages, sorted by time, from the beginning of a
    /// run on. The receives that end within `counted` are counted.
    pub(crate) fn poll(&self, messages: Vec<Message>, began: Instant, counted: Window) -> Polled {
        let most = (LARGEST_PAYLOAD / self.message_size.max(1)).clamp(1, self.batch_size);
        let mut found = Polled::default();
        let mut any = Rng::with_seed(SEED);
        // They did not begin all at once.
        let apart = LONG_POLL / Millis::try_from(self.pollers).unwrap_or(LONG_POLL);
        let mut pollers: Vec<Poller> = (0..)
            .take(self.pollers)
            .map(|number: Millis| Poller { since: began + number * apart, gathered: None })
            .collect();
        for message in messages {
            let at = message.sent_at;
            for poller in &mut pollers {
                found.receives += poller.wait_until(at, counted);
            }
            let poller = &mut pollers[any.usize(..self.pollers)];
            found.receives += u64::from(counted.contains(at));
            poller.since = at;
            if poller.gathered.as_ref().is_some_and(|batch| batch.at <= at) {
                found.batches.extend(poller.gathered.take());
            }
            let batch = poller
                .gathered
                .get_or_insert_with(|| Batch { at: at + self.window, messages: Vec::new() });
            batch.messages.push(message);
            if batch.messages.len() >= most {
                batch.at = at;
                found.batches.extend(poller.gathered.take());
            }
        }
        for mut poller in pollers {
            found.receives += poller.wait_until(counted.end, counted);
            found.batches.extend(poller.gathered);
        }
        found.batches.sort_by_key(|batch| batch.at);
        found
    }
}

struct Poller {
    /// Since when it waits.
    since: Instant,
    /// What it has gathered, with when that ends.
    gathered: Option<Batch>,
}

impl Poller {
    /// Lets the poller ask anew as often as nothing comes; how often that was within the time that
    /// is counted.
    fn wait_until(&mut self, now: Instant, counted: Window) -> u64 {
        let mut receives = 0;
        while self.since + LONG_POLL <= now {
            self.since = self.since + LONG_POLL;
            receives += u64::from(counted.contains(self.since));
        }
        receives
    }
}

/// Requests that delete the messages of a batch.
pub(crate) fn deletions(messages: usize) -> u64 {
    messages.div_ceil(LARGEST_DELETION) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Instant = Instant::from_millis(0);
    const HOUR: Window = Window { start: START, end: Instant::from_millis(3_600_000) };

    fn source(window: Millis, pollers: usize) -> Source {
        Source { batch_size: 1000, window, pollers, message_size: 2000 }
    }

    fn messages(every: Millis, count: usize) -> Vec<Message> {
        let at = |place: usize| START + every * (1 + Millis::try_from(place).unwrap());
        (0..count).map(|place| Message { sent_at: at(place), hotel: 0, events: 0..1 }).collect()
    }

    fn sizes(polled: &Polled) -> Vec<usize> {
        polled.batches.iter().map(|batch| batch.messages.len()).collect()
    }

    #[test]
    fn an_empty_queue_is_asked_three_times_a_minute_by_each_poller() {
        let later = Window { start: HOUR.end, end: HOUR.end + HOUR.length() };
        assert_eq!(source(60_000, 5).poll(Vec::new(), START, later).receives, 15 * 60);
        assert_eq!(source(300_000, 2).poll(Vec::new(), START, later).receives, 6 * 60);
    }

    #[test]
    fn a_window_saves_invocations_and_no_receives() {
        let short = source(1000, 1).poll(messages(10_000, 300), START, HOUR);
        let long = source(60_000, 1).poll(messages(10_000, 300), START, HOUR);
        assert_eq!(short.receives, long.receives);
        assert_eq!(sizes(&short), vec![1; 300]);
        // The message that comes as a window ends opens the next.
        assert_eq!(sizes(&long), vec![6; 50]);
    }

    #[test]
    fn each_poller_gathers_a_batch_of_its_own() {
        let polled = source(60_000, 5).poll(messages(10_000, 300), START, HOUR);
        assert_eq!(sizes(&polled).iter().sum::<usize>(), 300);
        assert!(polled.batches.len() >= 150, "{}", polled.batches.len());
        let times: Vec<_> = polled.batches.iter().map(|batch| batch.at).collect();
        assert!(times.is_sorted());
    }

    #[test]
    fn a_batch_is_full_by_count_or_by_size() {
        let full = Source { batch_size: 10, ..source(300_000, 1) };
        assert_eq!(sizes(&full.poll(messages(100, 25), START, HOUR)), [10, 10, 5]);
        let heavy = Source { message_size: 1024 * 1024, ..source(300_000, 1) };
        assert_eq!(sizes(&heavy.poll(messages(100, 13), START, HOUR)), [6, 6, 1]);
    }

    #[test]
    fn ten_messages_are_deleted_at_once() {
        assert_eq!([1, 10, 11, 100].map(deletions), [1, 1, 2, 10]);
    }
}
