//! A log's lines as they arrive: each with its queue, and with what it says of the time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use roomwatt_domain::{BusinessCalendar, HotelId, Instant};
use roomwatt_ingest::{EventQueue, edge};
use roomwatt_source::{Hotel, Message, Outcome, Register, Source, built_in};
use serde_json::Value;

use crate::input::{BadInput, EventFile, Lines, Progress};
use crate::table::Table;

/// The hotels that there are.
pub(crate) type Calendars = BTreeMap<HotelId, BusinessCalendar>;

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
}

/// Reads lines as ingest will, so that the clock can be moved on to their events first.
#[derive(Default)]
pub(crate) struct Reader {
    /// The source by which every line is read, if one was named.
    pub(crate) source: Option<Arc<Source>>,
    /// The hotel that every line is of, if one was named.
    pub(crate) hotel: Option<HotelId>,
    /// By name: sources that lines may name, where they differ from what is built in.
    pub(crate) sources: BTreeMap<String, Option<Arc<Source>>>,
    /// What each hotel's external ids are.
    pub(crate) registers: BTreeMap<HotelId, Register>,
}

impl Reader {
    pub(crate) fn read(&mut self, line: Line, calendars: &Calendars) -> Arrival {
        // A line that is not UTF-8 is kept with its bytes escaped; it is no JSON either, and is
        // refused.
        let body = String::from_utf8(line.text)
            .unwrap_or_else(|error| error.as_bytes().escape_ascii().to_string());
        let (line, mut attributes) = (line.number, BTreeMap::new());
        if let Some(hotel) = &self.hotel {
            attributes.insert("hotel".to_owned(), hotel.to_string());
        }
        // The events of a source may be of either sort on either queue.
        let queue = EventQueue::DeviceEvents;
        if let Some(source) = self.source.clone() {
            attributes.insert("source".to_owned(), source.name().to_owned());
            let events = self.read_by(&source, &body, calendars);
            return Arrival { line, body, attributes, queue, events };
        }
        match own_shape(&body) {
            OwnShape::Events(queue, events) => Arrival { line, body, attributes, queue, events },
            OwnShape::Names(source) => {
                let source = self.named(&source);
                let events = source.map(|source| self.read_by(&source, &body, calendars));
                let events = events.unwrap_or_default();
                Arrival { line, body, attributes, queue, events }
            }
        }
    }

    /// The source of a name: one that is kept here, or one that is built in.
    fn named(&mut self, name: &str) -> Option<Arc<Source>> {
        if let Some(known) = self.sources.get(name) {
            return known.clone();
        }
        let source = built_in::find(name).and_then(|text| Source::parse(text).ok()).map(Arc::new);
        self.sources.insert(name.to_owned(), source.clone());
        source
    }

    fn read_by(
        &self,
        source: &Source,
        body: &str,
        calendars: &Calendars,
    ) -> Vec<(HotelId, Instant)> {
        let mut events = Vec::new();
        let Ok(message) = Message::parse(body) else { return events };
        let named = || message.hotel().map(str::to_owned).or_else(|| source.hotel_of(&message));
        let hotel = self.hotel.clone().or_else(|| HotelId::new(&named()?).ok());
        let Some((id, calendar)) = hotel.as_ref().and_then(|id| calendars.get_key_value(id)) else {
            return events;
        };
        let nothing = Register::default();
        let register = Some(self.registers.get(id).unwrap_or(&nothing));
        source.read(&message, &Hotel { id, calendar, register }, &mut |turn| {
            if let Outcome::Event(event) = turn.outcome {
                events.push((id.clone(), event.at));
            }
        });
        events
    }
}

/// What a line that comes without a source is.
enum OwnShape {
    /// Its queue and its good events.
    Events(EventQueue, Vec<(HotelId, Instant)>),
    /// It names a source by itself.
    Names(String),
}

fn own_shape(body: &str) -> OwnShape {
    // Most events are of devices, and are told by being good ones.
    let mut read = edge::Body::read(EventQueue::DeviceEvents, body);
    if let Some(named) = read.named() {
        return OwnShape::Names(named.source.into_owned());
    }
    let (events, all_are_good) = good_events(read);
    if all_are_good || names_a_device(body) {
        return OwnShape::Events(EventQueue::DeviceEvents, events);
    }
    let (events, _) = good_events(edge::Body::read(EventQueue::SpaceEvents, body));
    OwnShape::Events(EventQueue::SpaceEvents, events)
}

/// The good ones, and whether there are no others.
fn good_events(body: edge::Body<'_>) -> (Vec<(HotelId, Instant)>, bool) {
    let mut all_are_good = true;
    let mut events = Vec::new();
    for decoded in body {
        match decoded {
            Ok((event, _)) => events.push((event.hotel, event.fact.at())),
            Err(_) => all_are_good = false,
        }
    }
    let all_are_good = all_are_good && !events.is_empty();
    (events, all_are_good)
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

/// A log: lines, or the rows of a table with a header.
enum Log {
    Lines(Lines),
    Table { name: String, table: Table<Box<dyn std::io::Read + Send>> },
}

impl Log {
    /// Publishers' logs may be tables; those in Roomwatt's own shape never are.
    fn open(file: &EventFile, is_by_source: bool) -> Result<(Self, Progress), BadInput> {
        let mut lines = file.lines()?;
        let progress = lines.progress().clone();
        let separator = if is_by_source { lines.separator()? } else { None };
        let Some(separator) = separator else { return Ok((Self::Lines(lines), progress)) };
        let name = lines.name().to_owned();
        let table = Table::of(lines.into_reader(), separator)
            .map_err(|error| BadInput(format!("{name}: {error}")))?;
        Ok((Self::Table { name, table }, progress))
    }

    fn name(&self) -> &str {
        match self {
            Self::Lines(lines) => lines.name(),
            Self::Table { name, .. } => name,
        }
    }

    fn next_line(&mut self) -> Result<Option<Line>, BadInput> {
        match self {
            Self::Lines(lines) => {
                Ok(lines.next_line()?.map(|(number, text)| Line { number, text: text.into() }))
            }
            Self::Table { name, table } => {
                let row = table.next_row().map_err(|error| BadInput(format!("{name}: {error}")))?;
                let Some((number, row)) = row else { return Ok(None) };
                let text = match csv::StringRecord::from_byte_record(row) {
                    Ok(row) if row.len() == table.header.len() => {
                        // A row is a message of texts, its members named by the header.
                        let member =
                            |(name, text): (&str, &str)| (name.to_owned(), Value::from(text));
                        let members = table.header.iter().zip(&row).map(member).collect();
                        Value::Object(members).to_string().into_bytes()
                    }
                    // No message, and refused as such; the rows after it go on.
                    Ok(row) => row.iter().collect::<Vec<_>>().join(",").into_bytes(),
                    Err(error) => {
                        let row = error.into_byte_record();
                        row.iter().collect::<Vec<_>>().join(&b',')
                    }
                };
                Ok(Some(Line { number, text }))
            }
        }
    }
}

/// The lines in the order of their arrival: from the file as it is read, or mixed in memory.
pub(crate) struct Arrivals {
    log: Log,
    progress: Progress,
    mixed: Option<std::vec::IntoIter<Line>>,
}

impl Arrivals {
    pub(crate) fn new(
        mixing: Mixing,
        file: &EventFile,
        is_by_source: bool,
    ) -> Result<Self, BadInput> {
        let (mut log, progress) = Log::open(file, is_by_source)?;
        let mixed = if mixing == Mixing::default() { None } else { Some(mix(mixing, &mut log)?) };
        Ok(Self { log, progress, mixed: mixed.map(Vec::into_iter) })
    }

    pub(crate) fn name(&self) -> &str {
        self.log.name()
    }

    pub(crate) fn progress(&self) -> &Progress {
        &self.progress
    }

    pub(crate) fn next_line(&mut self) -> Result<Option<Line>, BadInput> {
        match &mut self.mixed {
            None => self.log.next_line(),
            Some(mixed) => Ok(mixed.next()),
        }
    }
}

/// Lines that are read and understood on a thread of their own, ahead of where they are taken.
pub(crate) struct Feed {
    chunks: Receiver<Result<Vec<Fed>, BadInput>>,
    chunk: std::vec::IntoIter<Fed>,
}

/// An arrival, with the checksum of the log up to it where that is wanted.
pub(crate) type Fed = (Arrival, Option<crc32fast::Hasher>);

/// What became of waiting for a line.
pub(crate) enum Next {
    Arrival(Box<Fed>),
    /// None came yet.
    NotYet,
    End,
}

/// Lines that are handed on at once.
const CHUNK: usize = 256;
/// Chunks that wait to be taken.
const CHUNKS_AHEAD: usize = 16;
/// How long a line is waited for before somebody looks whether it is still wanted.
const PATIENCE: Duration = Duration::from_millis(100);

impl Feed {
    /// Begins with a line that was read already.
    pub(crate) fn begin(
        first: Option<Line>,
        mut arrivals: Arrivals,
        mut reader: Reader,
        calendars: Calendars,
        mut checksum: Option<crc32fast::Hasher>,
    ) -> Self {
        let (sender, chunks) = sync_channel(CHUNKS_AHEAD);
        // It ends with the log, or with its first chunk that nobody takes any more.
        std::thread::spawn(move || {
            let mut next = Ok(first);
            let mut chunk = Vec::with_capacity(CHUNK);
            loop {
                match next {
                    Ok(Some(line)) => {
                        if let Some(checksum) = &mut checksum {
                            line.add_to(checksum);
                        }
                        chunk.push((reader.read(line, &calendars), checksum.clone()));
                    }
                    Ok(None) => return drop(sender.send(Ok(chunk))),
                    Err(bad) => {
                        drop(sender.send(Ok(chunk)));
                        return drop(sender.send(Err(bad)));
                    }
                }
                if chunk.len() == CHUNK {
                    let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK));
                    if sender.send(Ok(full)).is_err() {
                        return;
                    }
                }
                next = arrivals.next_line();
            }
        });
        Self { chunks, chunk: Vec::new().into_iter() }
    }

    /// The next line, waited for some time.
    pub(crate) fn next(&mut self) -> Result<Next, BadInput> {
        loop {
            if let Some(fed) = self.chunk.next() {
                return Ok(Next::Arrival(Box::new(fed)));
            }
            match self.chunks.recv_timeout(PATIENCE) {
                Ok(chunk) => self.chunk = chunk?.into_iter(),
                Err(RecvTimeoutError::Timeout) => return Ok(Next::NotYet),
                Err(RecvTimeoutError::Disconnected) => return Ok(Next::End),
            }
        }
    }
}

/// A line that holds something.
#[derive(Clone)]
pub(crate) struct Line {
    pub(crate) number: usize,
    pub(crate) text: Vec<u8>,
}

impl Line {
    /// Adds the line to the checksum of its log.
    pub(crate) fn add_to(&self, checksum: &mut crc32fast::Hasher) {
        checksum.update(&self.text);
        checksum.update(b"\n");
    }
}

fn mix(mixing: Mixing, log: &mut Log) -> Result<Vec<Line>, BadInput> {
    let mut random = fastrand::Rng::with_seed(mixing.shuffle.unwrap_or(0));
    let mut placed: Vec<(usize, Line)> = Vec::new();
    while let Some(line) = log.next_line()? {
        placed.push((placed.len(), line));
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
