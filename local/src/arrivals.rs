//! A log's lines as they arrive: each with its queue, and with what it says of the time.

use std::collections::BTreeMap;
use std::sync::Arc;

use roomwatt_domain::{HotelId, Instant};
use roomwatt_ingest::{EventQueue, edge};

use crate::input::{BadInput, EventFile, Lines, Progress};

/// A line on its way to a queue.
pub(crate) struct Arrival {
    /// Its number in the log.
    pub(crate) line: usize,
    pub(crate) body: String,
    /// Text attributes of the message.
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) queue: EventQueue,
    /// The events that the edge would take, by hotel and instant.
    pub(crate) events: Vec<(HotelId, Instant)>,
    /// How many events the line holds.
    pub(crate) count: usize,
}

impl Arrival {
    /// A line in Roomwatt's own shape.
    fn of(line: usize, text: &[u8]) -> Self {
        // A line that is not UTF-8 is kept with its bytes escaped; it is no JSON either, and is
        // refused.
        let body =
            String::from_utf8(text.to_vec()).unwrap_or_else(|_| text.escape_ascii().to_string());
        let (queue, events, count) = read(&body);
        Self { line, body, attributes: BTreeMap::new(), queue, events, count }
    }
}

/// The queue of a line, with its good events and how many it holds.
fn read(body: &str) -> (EventQueue, Vec<(HotelId, Instant)>, usize) {
    // Most events are of devices, and are told by being good ones.
    let (events, count) = read_as(EventQueue::DeviceEvents, body);
    if count == events.len() && count > 0 || names_a_device(body) {
        return (EventQueue::DeviceEvents, events, count);
    }
    let (events, count) = read_as(EventQueue::SpaceEvents, body);
    (EventQueue::SpaceEvents, events, count)
}

fn read_as(queue: EventQueue, body: &str) -> (Vec<(HotelId, Instant)>, usize) {
    let read = edge::Body::read(queue, body);
    let mut count = read.beyond();
    let mut events = Vec::new();
    for decoded in read {
        count += 1;
        if let Ok((event, _)) = decoded {
            events.push((event.hotel, event.fact.at()));
        }
    }
    (events, count)
}

/// Only device events name a device; a line that names none and is no space event is refused by
/// either queue.
fn names_a_device(body: &str) -> bool {
    let fields: Looked = serde_json::from_str(body).unwrap_or_default();
    fields.device_id.is_some() || fields.device_kind.is_some()
}

#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Looked {
    device_id: Option<serde::de::IgnoredAny>,
    device_kind: Option<serde::de::IgnoredAny>,
}

/// How the lines of a log are mixed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mixing {
    /// Permutes the events by this seed.
    pub shuffle: Option<u64>,
    /// Repeats this share of the events, in percent, at random places.
    pub duplicate: u32,
}

/// The lines in the order of their arrival: from the file as it is read, or mixed in memory.
pub(crate) struct Arrivals {
    lines: Lines,
    mixed: Option<std::vec::IntoIter<(usize, Arc<[u8]>)>>,
}

impl Arrivals {
    pub(crate) fn new(mixing: Mixing, file: &EventFile) -> Result<Self, BadInput> {
        let mut lines = file.lines()?;
        let mixed = if mixing == Mixing::default() { None } else { Some(mix(mixing, &mut lines)?) };
        Ok(Self { lines, mixed: mixed.map(Vec::into_iter) })
    }

    pub(crate) fn name(&self) -> &str {
        self.lines.name()
    }

    pub(crate) fn progress(&self) -> &Progress {
        self.lines.progress()
    }

    pub(crate) fn next_line(&mut self) -> Result<Option<Line>, BadInput> {
        Ok(match &mut self.mixed {
            None => {
                self.lines.next_line()?.map(|(number, text)| Line { number, text: text.into() })
            }
            Some(mixed) => mixed.next().map(|(number, text)| Line { number, text: (*text).into() }),
        })
    }
}

/// A line that holds something.
pub(crate) struct Line {
    pub(crate) number: usize,
    pub(crate) text: Vec<u8>,
}

impl Line {
    pub(crate) fn arrive(self) -> Arrival {
        Arrival::of(self.number, &self.text)
    }
}

type Numbered = (usize, Arc<[u8]>);

fn mix(mixing: Mixing, lines: &mut Lines) -> Result<Vec<Numbered>, BadInput> {
    let mut random = fastrand::Rng::with_seed(mixing.shuffle.unwrap_or(0));
    let mut placed: Vec<(usize, Numbered)> = Vec::new();
    while let Some((number, text)) = lines.next_line()? {
        placed.push((placed.len(), (number, text.into())));
    }
    let count = placed.len();
    let mut originals: Vec<usize> = (0..count).collect();
    random.shuffle(&mut originals);
    for original in originals.into_iter().take(count * mixing.duplicate as usize / 100) {
        let line = placed[original].1.clone();
        placed.push((random.usize(0..count), line));
    }
    placed.sort_by_key(|(place, _)| *place);
    if mixing.shuffle.is_some() {
        random.shuffle(&mut placed);
    }
    Ok(placed.into_iter().map(|(_, line)| line).collect())
}
