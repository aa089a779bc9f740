//! What is refused of a batch, and the messages in which it is kept for an operator.
//!
//! However much of a body is refused, little is held of it: up to [`MOST_APART`] events are kept each
//! by itself; of a body with more, only their number, and the body is kept once, whole.

use std::collections::BTreeMap;
use std::collections::btree_map::IntoIter;
use std::fmt::Write;

use roomwatt_messaging::Outgoing;
use roomwatt_messaging::queue::LARGEST_MESSAGE;
use roomwatt_telemetry::Metric;
use sha2::{Digest, Sha256};
use tracing::warn;

use crate::edge::{MOST_EVENTS, Reason, Refusal};
use crate::heard::ByReason;

/// The most events of one body that are kept each by itself.
pub(crate) const MOST_APART: usize = 100;

/// Name and text of an attribute of a message.
pub(crate) type Attribute = (&'static str, String);

/// What is refused of a batch, by the place of the message in it.
#[derive(Debug, Default)]
pub(crate) struct Refusals<'a> {
    by_message: BTreeMap<usize, OfBody<'a>>,
}

/// A refused event, or what is refused of a body that is kept whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused<'a> {
    /// The place of its message in the batch.
    pub message: usize,
    /// The place of the event, the first one of several, in the message.
    pub event: usize,
    /// How many events of the message are refused, where it is kept whole.
    pub of_whole: Option<usize>,
    /// Why, of the first one.
    pub reason: Reason,
    /// The rule of the source by which it was read, if it was read by one.
    pub rule: Option<&'a str>,
    /// What was wrong with it in particular.
    pub detail: &'a str,
    /// The event's own text, or the whole body.
    pub body: &'a str,
}

/// What is refused of one body.
#[derive(Debug, Default)]
pub(crate) struct OfBody<'a> {
    /// The first ones, by the place of the event in the body.
    first: BTreeMap<usize, Refusal<'a>>,
    counts: BTreeMap<Reason, usize>,
    /// Whether the body has more events than are read of one.
    is_too_long: bool,
}

impl<'a> Refusals<'a> {
    /// Notes that the event at a place of a message's body is refused.
    pub(crate) fn add(&mut self, message: usize, place: usize, refusal: Refusal<'a>) {
        self.by_message.entry(message).or_default().add(place, refusal, 1);
    }

    /// Notes that a body goes on for so many events beyond those that were read.
    pub(crate) fn add_beyond(&mut self, message: usize, beyond: usize, body: &'a str) {
        let detail = format!("a body has at most {MOST_EVENTS} events").into();
        let refusal = Refusal { reason: Reason::Malformed, detail, body, rule: None };
        let of_body = self.by_message.entry(message).or_default();
        of_body.add(MOST_EVENTS, refusal, beyond);
        of_body.is_too_long = true;
    }

    /// Adds what is refused of other messages.
    pub(crate) fn extend(&mut self, others: Self) {
        self.by_message.extend(others.by_message);
    }

    /// Whether anything is refused for a reason.
    pub(crate) fn have(&self, reason: Reason) -> bool {
        self.by_message.values().any(|of_body| of_body.counts.contains_key(&reason))
    }

    /// How many events are refused.
    pub(crate) fn count(&self) -> usize {
        self.by_message.values().map(OfBody::count).sum()
    }

    /// How many, by reason.
    pub(crate) fn by_reason(&self) -> ByReason {
        let mut counts = ByReason::new();
        for (reason, count) in self.by_message.values().flat_map(|of_body| &of_body.counts) {
            *counts.entry(*reason).or_default() += *count as u64;
        }
        counts
    }
}

impl<'a> IntoIterator for Refusals<'a> {
    type Item = (usize, OfBody<'a>);
    type IntoIter = IntoIter<usize, OfBody<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.by_message.into_iter()
    }
}

impl<'a> OfBody<'a> {
    fn add(&mut self, place: usize, refusal: Refusal<'a>, count: usize) {
        *self.counts.entry(refusal.reason).or_default() += count;
        self.first.insert(place, refusal);
        if self.first.len() > MOST_APART {
            self.first.pop_last();
        }
    }

    fn count(&self) -> usize {
        self.counts.values().sum()
    }

    /// An event that a source read out of a message has no text of its own.
    fn is_kept_whole(&self) -> bool {
        self.is_too_long || self.count() > MOST_APART || self.is_by_rules()
    }

    fn is_by_rules(&self) -> bool {
        self.first.values().any(|refusal| refusal.rule.is_some())
    }

    /// Says in metrics and log what is refused.
    pub(crate) fn tell(&self) {
        for count in self.counts.values() {
            Metric::EventsRefused.add(*count);
        }
        if self.is_by_rules() {
            // What was seen is in the detail, and may be anybody's: it is kept, and not logged.
            for refusal in self.first.values() {
                let rule = refusal.rule.as_deref().unwrap_or_default();
                warn!(reason = %refusal.reason, rule, "not read by its source");
            }
            return;
        }
        if self.is_kept_whole() {
            let counts = self.counts.iter().map(|(reason, count)| format!("{count} {reason}"));
            let counts = counts.collect::<Vec<_>>().join(", ");
            warn!(count = self.count(), reasons = counts, "much of a body refused");
            return;
        }
        for refusal in self.first.values() {
            warn!(reason = %refusal.reason, detail = %refusal.detail, "event refused");
        }
    }

    /// Calls for each message in which it is kept, without its parts.
    pub(crate) fn each_kept(
        &self,
        message: usize,
        body: &str,
        tell: &mut (dyn FnMut(Refused<'_>) + Send),
    ) {
        let of_whole = self.is_kept_whole().then(|| self.count());
        for (event, refusal) in self.first.iter().take(of_whole.map_or(usize::MAX, |_| 1)) {
            let Refusal { reason, detail, body: text, rule } = refusal;
            let (reason, rule) = (*reason, rule.as_deref());
            let body = of_whole.map_or(*text, |_| body);
            tell(Refused { message, event: *event, of_whole, reason, rule, detail, body });
        }
    }

    /// The messages in which it is kept: one for each event, or one for the whole body.
    /// Each has the attributes that say where the body came from.
    pub(crate) fn into_messages(self, origin: &[Attribute], body: &str) -> Vec<Outgoing> {
        if self.is_kept_whole() {
            let count = self.count();
            let first = self.first.into_values().next();
            let whole = first.map(|first| Refusal { body, ..first });
            return whole.iter().flat_map(|whole| kept(origin, whole, Some(count))).collect();
        }
        self.first.values().flat_map(|refusal| kept(origin, refusal, None)).collect()
    }
}

/// What was refused as a message: its own text as the body, so that it can be sent again as it is,
/// and why in the attributes; of a whole body, with how many of its events were refused. A text that
/// fills a message by itself goes in two.
fn kept(origin: &[Attribute], refusal: &Refusal<'_>, count: Option<usize>) -> Vec<Outgoing> {
    const ROOM_FOR_ATTRIBUTES: usize = 4096;
    let mut rest = refusal.body;
    let mut parts = Vec::new();
    while rest.len() > LARGEST_MESSAGE - ROOM_FOR_ATTRIBUTES {
        let (part, left) = rest.split_at(rest.floor_char_boundary(LARGEST_MESSAGE / 2));
        parts.push(part);
        rest = left;
    }
    parts.push(rest);
    let of_parts = parts.len();
    // By it the parts of one body find each other.
    let whole = if of_parts > 1 { digest(refusal.body) } else { String::new() };
    let message = |(at, part): (usize, &str)| {
        let mut attributes = vec![
            ("reason", refusal.reason.to_string()),
            ("detail", refusal.detail.chars().take(512).collect()),
        ];
        attributes.extend(origin.iter().cloned());
        attributes.extend(refusal.rule.as_ref().map(|rule| ("rule", rule.to_string())));
        attributes.extend(count.map(|count| ("count", count.to_string())));
        if of_parts > 1 {
            attributes.push(("part", format!("{} of {of_parts}", at + 1)));
            attributes.push(("whole", whole.clone()));
        }
        // A queue takes no empty body.
        let body = if part.is_empty() { " ".to_owned() } else { part.to_owned() };
        Outgoing { body, attributes }
    };
    parts.into_iter().enumerate().map(message).collect()
}

/// The SHA-256 of a text, in hex.
fn digest(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // A text takes whatever is written to it.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::{Body, EventQueue};

    fn origin() -> Vec<Attribute> {
        vec![("queue", EventQueue::DeviceEvents.to_string())]
    }

    /// What the path keeps of bodies while it reads them.
    fn refused(bodies: &[String]) -> Refusals<'_> {
        let mut refusals = Refusals::default();
        for (message, text) in bodies.iter().enumerate() {
            let body = Body::read(EventQueue::DeviceEvents, text);
            let beyond = body.beyond();
            for (place, decoded) in body.enumerate() {
                refusals.add(message, place, decoded.expect_err("no event"));
            }
            if beyond > 0 {
                refusals.add_beyond(message, beyond, text);
            }
        }
        refusals
    }

    fn zeros(count: usize) -> String {
        format!(r#"{{"events":[{}]}}"#, vec!["0"; count].join(","))
    }

    fn messages(text: &str) -> Vec<(String, Vec<String>)> {
        let bodies = [text.to_owned()];
        let (_, of_body) = refused(&bodies).into_iter().next().expect("something refused");
        let messages = of_body.into_messages(&origin(), text).into_iter();
        let attribute = |(name, text): (&str, String)| format!("{name}={text}");
        messages
            .map(|message| (message.body, message.attributes.into_iter().map(attribute).collect()))
            .collect()
    }

    #[test]
    fn a_hundred_refused_events_are_kept_apart_and_one_more_makes_it_the_whole_body() {
        let apart = messages(&zeros(100));
        assert_eq!(apart.len(), 100);
        assert_eq!(apart[99].0, "0");
        let text = zeros(101);
        let detail = "detail=an event must be a JSON object";
        let attributes = ["reason=malformed", detail, "queue=device-events", "count=101"];
        assert_eq!(messages(&text), [(text, attributes.map(str::to_owned).into())]);
    }

    #[test]
    fn the_first_reason_is_that_of_the_event_that_comes_first_in_the_body() {
        let refusal = |reason| Refusal { reason, detail: "why".into(), body: "0", rule: None };
        let mut of_body = OfBody::default();
        for place in (0..200).rev() {
            let reason = if place == 0 { Reason::Future } else { Reason::UnknownHotel };
            of_body.add(place, refusal(reason), 1);
        }
        assert_eq!((of_body.count(), of_body.first.len()), (200, MOST_APART));
        let messages = of_body.into_messages(&origin(), "all of it");
        assert_eq!(messages[0].attributes[0], ("reason", "future".to_owned()));
        assert_eq!(messages[0].body, "all of it");
    }

    #[test]
    fn events_beyond_the_limit_are_counted_with_the_rest() {
        let text = zeros(MOST_EVENTS + 7);
        let kept = messages(&text);
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].1[3], format!("count={}", MOST_EVENTS + 7));
    }

    /// 3,145,000 refused events, of which the six largest bodies that an invocation takes can consist.
    #[test]
    fn bodies_full_of_nothing_take_little_memory() {
        let bodies = vec![zeros((LARGEST_MESSAGE - 13) / 2); 6];
        assert!(bodies[0].len() <= LARGEST_MESSAGE && bodies[0].len() > LARGEST_MESSAGE - 3);
        let mut sent = 0;
        let used = allocation_counter::measure(|| {
            for (message, of_body) in refused(&bodies) {
                sent += of_body.into_messages(&origin(), &bodies[message]).len();
            }
        });
        assert_eq!(sent, 6 * 2, "each whole, in two parts");
        // The places of one body's events, its copy to be sent, and hardly more; a few allocations for
        // each event that is judged, none for the others.
        assert!(used.bytes_max < 3 * 512 * 1024, "{used:?}");
        assert!(used.count_total < 6 * 5 * MOST_EVENTS as u64, "{used:?}");
    }
}
