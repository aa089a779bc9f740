//! Sends refused events again, once their cause is gone.
//!
//! A message is sent first and deleted then, so a break between the two sends it twice, which does no
//! harm: events are judged as any other, and a repeat changes nothing. What is not to be sent is left
//! where it is, and can be received again at once.
//!
//! What is refused again comes back while the command still runs. It is told by its body, and left.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, bail};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message,
    MessageAttributeValue, QueueAttributeName, SendMessageBatchRequestEntry,
};

use crate::progress::counting;
use crate::stack::{Aws, Stack};

/// Messages of one request.
const AT_ONCE: usize = 10;
/// Bytes of one request, attributes included.
const LARGEST: usize = 1024 * 1024;
/// How long a receive waits for a message, in seconds.
const LONG_POLL: i32 = 10;
/// How long what was received is hidden from others, in seconds.
const HIDDEN: i32 = 900;
/// Why a message is left that is like one that was sent.
const AGAIN: &str = "the same as one that was sent: refused again, or there twice";
/// Why a part is left.
const HALF: &str = "a part of a body whose other part is not here";
/// After so many receives that bring nothing new every message was seen: what was hidden long enough
/// comes again.
const ROUNDS: u32 = 5;
/// The most messages that are held at once; SQS hides 120,000 of a queue.
const MOST_HELD: usize = 100_000;
/// What goes with an event as it was received.
const CARRIED: [&str; 2] = ["source", "hotel"];

/// What is to be sent again, and where to.
#[derive(Debug)]
pub struct Resend {
    /// The queues.
    pub sqs: Client,
    /// Where refused events are.
    pub rejected: String,
    /// Where they go, by the name that their attribute `queue` has.
    pub queues: BTreeMap<String, String>,
    /// Only those that were refused for this reason.
    pub reason: Option<String>,
    /// Only look.
    pub dry_run: bool,
    /// Becomes true when the command is to end with what is done.
    pub stop: AtomicBool,
}

/// What became of it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Resent {
    /// Messages that were, or would be, sent again, by reason. A body in two parts is one.
    pub sent: BTreeMap<String, usize>,
    /// Messages that were left, by why.
    pub left: BTreeMap<String, usize>,
    /// Messages that their queue did not take.
    pub failed: usize,
    /// Messages that could not be seen: another run has received them, or one did that was killed.
    pub hidden: usize,
    /// Whether it ended before every message was seen.
    pub interrupted: bool,
    dry_run: bool,
}

/// A message to be sent again.
#[derive(Debug)]
struct Ready {
    reason: String,
    body: String,
    attributes: BTreeMap<String, String>,
    /// What is deleted once it is sent.
    receipts: Vec<String>,
}

/// What was received and is not done.
#[derive(Debug, Default)]
struct Held {
    /// By the queue that they go to.
    ready: BTreeMap<String, Vec<Ready>>,
    halves: BTreeMap<String, Parts>,
    /// Receipts of what stays.
    left: Vec<String>,
}

/// Parts of a body that was kept in several, by their place.
type Parts = BTreeMap<usize, (String, String)>;

impl Resend {
    /// Of a stack.
    ///
    /// # Errors
    /// When the stack does not tell its queues.
    pub fn of(
        aws: &Aws,
        stack: &Stack,
        reason: Option<String>,
        dry_run: bool,
    ) -> anyhow::Result<Self> {
        let queues = [
            ("device-events", stack.output("DeviceEventsQueueUrl")?),
            ("space-events", stack.output("SpaceEventsQueueUrl")?),
        ];
        Ok(Self {
            sqs: aws.sqs.clone(),
            rejected: stack.output("RejectedEventsQueueUrl")?.to_owned(),
            queues: queues.map(|(name, url)| (name.to_owned(), url.to_owned())).into(),
            reason,
            dry_run,
            stop: AtomicBool::new(false),
        })
    }

    /// Sends until every message was seen once.
    ///
    /// # Errors
    /// When the queue does not answer.
    pub async fn run(&self) -> anyhow::Result<Resent> {
        let (dry_run, hidden) = (self.dry_run, self.hidden().await?);
        let mut resent = Resent { hidden, dry_run, ..Resent::default() };
        let mut held = Held::default();
        let done = self.send_all(&mut held, &mut resent).await;
        // However it ended, what is not sent can be received again.
        for (receipt, _) in held.halves.into_values().flat_map(BTreeMap::into_values) {
            *resent.left.entry(HALF.to_owned()).or_default() += 1;
            held.left.push(receipt);
        }
        held.left.extend(held.ready.into_values().flatten().flat_map(|one| one.receipts));
        let shown = self.show_again(&held.left).await;
        done.and(shown)?;
        Ok(resent)
    }

    async fn send_all(&self, held: &mut Held, resent: &mut Resent) -> anyhow::Result<()> {
        let progress = counting("refused messages seen");
        let (mut seen, mut bodies, mut nothing_new) = (HashSet::new(), HashSet::new(), 0);
        while nothing_new < ROUNDS {
            if self.stop.load(Ordering::Relaxed) || held.left.len() >= MOST_HELD {
                resent.interrupted = true;
                return Ok(());
            }
            let messages = self.receive().await?;
            if messages.is_empty() {
                break;
            }
            let before = seen.len();
            for message in messages {
                let id = message.message_id().unwrap_or_default().to_owned();
                let receipt = message.receipt_handle().unwrap_or_default().to_owned();
                if !seen.insert(id) {
                    held.left.push(receipt);
                    continue;
                }
                match self.judge(&message, &mut held.halves) {
                    Judged::Send(queue, one) if bodies.insert(one.hash(&queue)) => {
                        held.ready.entry(queue).or_default().push(one);
                    }
                    Judged::Send(_, again) => {
                        *resent.left.entry(AGAIN.to_owned()).or_default() += 1;
                        held.left.extend(again.receipts);
                    }
                    Judged::Kept => {}
                    Judged::Leave(why) => {
                        *resent.left.entry(why).or_default() += 1;
                        held.left.push(receipt);
                    }
                }
            }
            progress.set_position(seen.len() as u64);
            for (queue, ready) in &mut held.ready {
                while ready.len() >= AT_ONCE {
                    self.send(queue, ready, resent, &mut held.left).await?;
                }
            }
            nothing_new = if seen.len() == before { nothing_new + 1 } else { 0 };
        }
        for (queue, ready) in &mut held.ready {
            while !ready.is_empty() {
                self.send(queue, ready, resent, &mut held.left).await?;
            }
        }
        progress.finish_and_clear();
        Ok(())
    }

    /// How many messages somebody else has received.
    async fn hidden(&self) -> anyhow::Result<usize> {
        let name = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
        let request = self.sqs.get_queue_attributes().queue_url(&self.rejected);
        let answer = request.attribute_names(name.clone()).send().await;
        let answer = answer.context("the queue of refused events cannot be looked at")?;
        let count = answer.attributes().and_then(|attributes| attributes.get(&name)?.parse().ok());
        Ok(count.unwrap_or(0))
    }

    async fn receive(&self) -> anyhow::Result<Vec<Message>> {
        let answer = self
            .sqs
            .receive_message()
            .queue_url(&self.rejected)
            .max_number_of_messages(10)
            .wait_time_seconds(LONG_POLL)
            .visibility_timeout(HIDDEN)
            .message_attribute_names("All")
            .send()
            .await
            .context("refused events cannot be received")?;
        Ok(answer.messages.unwrap_or_default())
    }

    fn judge(&self, message: &Message, halves: &mut BTreeMap<String, Parts>) -> Judged {
        let attributes: BTreeMap<String, String> = message
            .message_attributes()
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.clone(), value.string_value()?.to_owned())))
            .collect();
        let attribute = |name: &str| attributes.get(name).map(String::as_str);
        let (Some(reason), Some(queue)) = (attribute("reason"), attribute("queue")) else {
            return Judged::Leave("no refused event: a rule could not deliver it".to_owned());
        };
        let Some(url) = self.queues.get(queue) else {
            return Judged::Leave(format!("from a queue that is not known, {queue}"));
        };
        if self.reason.as_deref().is_some_and(|wanted| wanted != reason) {
            return Judged::Leave(reason.to_owned());
        }
        let receipt = message.receipt_handle().unwrap_or_default().to_owned();
        let body = message.body().unwrap_or_default().to_owned();
        let carried = CARRIED.iter().filter_map(|name| attributes.get_key_value(*name));
        let one = |body, receipts| Ready {
            reason: reason.to_owned(),
            body,
            attributes: carried.map(|(name, value)| (name.clone(), value.clone())).collect(),
            receipts,
        };
        let Some(part) = attribute("part") else {
            return Judged::Send(url.clone(), one(body, vec![receipt]));
        };
        let places = part.split_once(" of ");
        let places =
            places.and_then(|(at, of)| Some((at.parse().ok()?, of.parse::<usize>().ok()?)));
        let (Some((at, of)), Some(whole)) = (places, attribute("whole")) else {
            return Judged::Leave(format!("a part ({part}) that does not say of what"));
        };
        let parts = halves.entry(whole.to_owned()).or_default();
        if let Some((receipt, _)) = parts.insert(at, (receipt, body)) {
            // Kept twice, since its batch came again: the one stands for the other.
            parts.insert(at + of, (receipt, String::new()));
        }
        if (1..=of).any(|place| !parts.contains_key(&place)) {
            return Judged::Kept;
        }
        let parts = halves.remove(whole).unwrap_or_default();
        let (receipts, bodies): (Vec<_>, Vec<_>) = parts.into_values().unzip();
        Judged::Send(url.clone(), one(bodies.concat(), receipts))
    }

    /// Sends as many as one request holds.
    async fn send(
        &self,
        queue: &str,
        ready: &mut Vec<Ready>,
        resent: &mut Resent,
        left: &mut Vec<String>,
    ) -> anyhow::Result<()> {
        let mut size = 0;
        let fitting = ready.iter().take(AT_ONCE).take_while(|one| {
            size += one.size();
            size <= LARGEST
        });
        let count = fitting.count().max(1);
        let batch: Vec<_> = ready.drain(..count).collect();
        if self.dry_run {
            for one in batch {
                *resent.sent.entry(one.reason).or_default() += 1;
                left.extend(one.receipts);
            }
            return Ok(());
        }
        let entries = batch.iter().enumerate().map(|(place, one)| one.entry(place));
        let entries = entries.collect::<anyhow::Result<Vec<_>>>()?;
        let answer =
            self.sqs.send_message_batch().queue_url(queue).set_entries(Some(entries)).send().await;
        let taken: BTreeSet<usize> = match answer {
            Ok(answer) => {
                answer.successful().iter().filter_map(|entry| entry.id().parse().ok()).collect()
            }
            Err(error) => {
                left.extend(batch.into_iter().flat_map(|one| one.receipts));
                return Err(error).with_context(|| format!("{queue} does not take events"));
            }
        };
        let mut sent = Vec::new();
        for (place, one) in batch.into_iter().enumerate() {
            if taken.contains(&place) {
                *resent.sent.entry(one.reason).or_default() += 1;
                sent.extend(one.receipts);
            } else {
                resent.failed += 1;
                left.extend(one.receipts);
            }
        }
        self.delete(&sent).await
    }

    async fn delete(&self, receipts: &[String]) -> anyhow::Result<()> {
        for receipts in receipts.chunks(AT_ONCE) {
            let entries = receipts.iter().enumerate().map(|(place, receipt)| {
                DeleteMessageBatchRequestEntry::builder()
                    .id(place.to_string())
                    .receipt_handle(receipt)
                    .build()
            });
            let entries = entries.collect::<Result<Vec<_>, _>>()?;
            let request = self.sqs.delete_message_batch().queue_url(&self.rejected);
            let answer = request.set_entries(Some(entries)).send().await;
            let answer = answer.context("what was sent cannot be deleted; it may be sent twice")?;
            if !answer.failed().is_empty() {
                bail!("{} messages were sent and not deleted: call again", answer.failed().len());
            }
        }
        Ok(())
    }

    /// Has what is left be received again at once, and not only when it is not hidden any more.
    async fn show_again(&self, receipts: &[String]) -> anyhow::Result<()> {
        for receipts in receipts.chunks(AT_ONCE) {
            let entries = receipts.iter().enumerate().map(|(place, receipt)| {
                ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(place.to_string())
                    .receipt_handle(receipt)
                    .visibility_timeout(0)
                    .build()
            });
            let entries = entries.collect::<Result<Vec<_>, _>>()?;
            let request = self.sqs.change_message_visibility_batch().queue_url(&self.rejected);
            request.set_entries(Some(entries)).send().await.context("messages stay hidden")?;
        }
        Ok(())
    }
}

enum Judged {
    /// To this queue.
    Send(String, Ready),
    /// With the other parts.
    Kept,
    Leave(String),
}

impl Ready {
    /// What tells it from others: a message that comes back has a new id.
    fn hash(&self, queue: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        (queue, &self.body, &self.attributes).hash(&mut hasher);
        hasher.finish()
    }

    fn size(&self) -> usize {
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|(name, value)| name.len() + value.len() + "String".len());
        self.body.len() + attributes.sum::<usize>()
    }

    fn entry(&self, place: usize) -> anyhow::Result<SendMessageBatchRequestEntry> {
        let mut entry =
            SendMessageBatchRequestEntry::builder().id(place.to_string()).message_body(&self.body);
        for (name, value) in &self.attributes {
            let value =
                MessageAttributeValue::builder().data_type("String").string_value(value).build()?;
            entry = entry.message_attributes(name, value);
        }
        Ok(entry.build()?)
    }
}

impl fmt::Display for Resent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sent: usize = self.sent.values().sum();
        let left: usize = self.left.values().sum();
        write!(f, "{} {sent}", if self.dry_run { "would be sent again:" } else { "sent again:" })?;
        for (reason, count) in &self.sent {
            write!(f, "\n  {count} {reason}")?;
        }
        write!(f, "\nleft: {left}")?;
        for (why, count) in &self.left {
            write!(f, "\n  {count} {why}")?;
        }
        if self.failed > 0 {
            write!(f, "\nnot taken by their queue, and left: {}", self.failed)?;
        }
        if self.hidden > 0 {
            let hidden = self.hidden;
            write!(
                f,
                "\nnot seen: some {hidden}, received by another run or by one that was killed; they come \
                 back within {} minutes",
                HIDDEN / 60
            )?;
        }
        if self.interrupted {
            write!(f, "\ninterrupted: the rest is as it was; call again to go on")?;
        }
        Ok(())
    }
}
