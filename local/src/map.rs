//! `map`: shows what a source makes of messages, and why it makes nothing of others.
//!
//! An operator learns the form of a source with it: each rule's turn with each message is a line,
//! `+` for an event, `-` for what was passed over, `!` for what was refused, each with what was seen.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use roomwatt_domain::instant::{HOUR, MINUTE, Millis};
use roomwatt_domain::{BusinessCalendar, DeviceKind, HotelId, Instant};
use roomwatt_source::{
    Event, Fact, Hotel, Message, Outcome, Register, Reports, Source, Subject, Turn,
};
use serde_json::Value;

use crate::input::{BadInput, read_register, read_source, read_text};
use crate::messages::{Messages, Placed};

/// Milliseconds of 24 hours.
const DAY: Millis = 24 * HOUR;
/// The hotel of messages that name none, where no other is asked for.
const SOME_HOTEL: &str = "my-hotel";

/// What messages are shown with.
pub struct Map {
    source: Source,
    register: Option<Register>,
    calendar: BusinessCalendar,
    zone_is_asked: bool,
    hotel: Option<HotelId>,
    expected: Option<Vec<Value>>,
    /// Whether the events alone are written, one a line.
    events_alone: bool,
    now: Instant,
}

/// What a run of `map` is asked for.
pub struct Asked<'a> {
    /// The name of a built-in source, or a file.
    pub source: &'a str,
    /// The register, as CSV or JSON.
    pub devices: Option<&'a Path>,
    /// The hotel's time zone; UTC where none is asked for.
    pub zone: Option<&'a str>,
    /// The hotel, whatever the messages say.
    pub hotel: Option<HotelId>,
    /// The events that have to come out.
    pub check: Option<&'a Path>,
    /// Whether the events alone are written.
    pub events_alone: bool,
    /// The time now, by which an event's age is told.
    pub now: Instant,
}

/// What came of all messages.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Mapped {
    /// Messages read.
    pub messages: usize,
    /// Events that came out.
    pub events: usize,
    /// Messages of which no rule made an event, nor refused one.
    pub ignored: usize,
    /// What was refused: events, and messages that cannot be read.
    pub refused: usize,
    /// How many events are missing or were not expected; `None` where nothing is checked.
    pub differences: Option<usize>,
    /// The kinds of devices whose states came out.
    kinds: BTreeSet<String>,
}

impl Mapped {
    /// Whether the source does what is expected of it: by the check, or, without one, that it makes
    /// anything of the messages.
    pub fn is_good(&self) -> bool {
        self.differences.map_or(self.events > 0, |differences| differences == 0)
    }
}

impl Map {
    /// Reads the files that a run needs.
    ///
    /// # Errors
    /// [`BadInput`] when a file cannot be read or is out of form, or the zone does not exist.
    pub fn prepare(asked: &Asked<'_>) -> Result<Self, BadInput> {
        let (source, _) = read_source(asked.source)?;
        let zone = asked.zone.unwrap_or("UTC");
        let calendar = BusinessCalendar::new(zone)
            .map_err(|error| BadInput(format!("zone {zone}: {error}")))?;
        Ok(Self {
            source,
            register: asked.devices.map(read_register).transpose()?,
            calendar,
            zone_is_asked: asked.zone.is_some(),
            hotel: asked.hotel.clone(),
            expected: asked.check.map(expected).transpose()?,
            events_alone: asked.events_alone,
            now: asked.now,
        })
    }

    /// Reads the messages, and writes what comes of them.
    ///
    /// # Errors
    /// [`BadInput`] for a table that is none, and what writing answers.
    pub fn run(&self, text: &str, out: &mut dyn Write) -> anyhow::Result<Mapped> {
        let messages = Messages::of(text)?;
        let (mut mapped, mut came) = (Mapped::default(), Vec::new());
        messages.each(|placed| self.message(&placed, &mut mapped, &mut came, out))?;
        if let Some(expected) = &self.expected {
            mapped.differences = Some(self.compare(expected, &came, out)?);
        }
        Ok(mapped)
    }

    fn message(
        &self,
        placed: &Placed<'_>,
        mapped: &mut Mapped,
        came: &mut Vec<Value>,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        mapped.messages += 1;
        if !self.events_alone {
            let gap = if mapped.messages == 1 { "" } else { "\n" };
            writeln!(out, "{gap}message {}, line {}", mapped.messages, placed.line)?;
        }
        let message = match &placed.message {
            Ok(message) => message,
            Err(refusal) => {
                mapped.refused += 1;
                return Ok(self.say(out, format_args!("! message: refused: {refusal}"))?);
            }
        };
        let id = match self.hotel_of(message) {
            Ok(id) => id,
            Err(why) => {
                mapped.refused += 1;
                return Ok(self.say(out, format_args!("! message: refused: malformed: {why}"))?);
            }
        };
        let hotel = Hotel { id: &id, calendar: &self.calendar, register: self.register.as_ref() };
        let before = mapped.events + mapped.refused;
        let mut written = Ok(());
        self.source.read(message, &hotel, &mut |turn| {
            if written.is_ok() {
                written = self.turn(&turn, message, mapped, came, out);
            }
        });
        mapped.ignored += usize::from(mapped.events + mapped.refused == before);
        written
    }

    fn hotel_of(&self, message: &Message<'_>) -> Result<HotelId, String> {
        if let Some(hotel) = &self.hotel {
            return Ok(hotel.clone());
        }
        let named = self.source.hotel_of(message).unwrap_or_else(|| SOME_HOTEL.to_owned());
        HotelId::new(&named).map_err(|error| format!("{named:?}: {error}"))
    }

    fn turn(
        &self,
        turn: &Turn<'_>,
        message: &Message<'_>,
        mapped: &mut Mapped,
        came: &mut Vec<Value>,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let rule = turn.rule.map_or("message", |rule| rule);
        let elements = turn.elements();
        let within =
            if elements.is_empty() { String::new() } else { format!(" ({})", elements.join(", ")) };
        match &turn.outcome {
            Outcome::Ignored(ignored) => {
                self.say(out, format_args!("- {rule}: {ignored}{within}"))?;
            }
            Outcome::Refused(refusal) => {
                mapped.refused += 1;
                self.say(out, format_args!("! {rule}: refused: {refusal}{within}"))?;
            }
            Outcome::Event(event) => {
                mapped.events += 1;
                mapped.kinds.extend(kind_of_state(event));
                let shown = serde_json::to_string(event)?;
                if self.events_alone {
                    writeln!(out, "{shown}")?;
                }
                self.say(out, format_args!("+ {rule}: {shown}"))?;
                for age in ages(event.at, self.now, message.received()) {
                    self.say(out, format_args!("  {age}"))?;
                }
                if self.expected.is_some() {
                    came.push(serde_json::to_value(event)?);
                }
            }
        }
        Ok(())
    }

    /// A line for people.
    fn say(&self, out: &mut dyn Write, line: std::fmt::Arguments<'_>) -> io::Result<()> {
        if self.events_alone { Ok(()) } else { writeln!(out, "{line}") }
    }

    /// How many events differ, each told.
    fn compare(
        &self,
        expected: &[Value],
        came: &[Value],
        out: &mut dyn Write,
    ) -> anyhow::Result<usize> {
        let mut came: Vec<_> = came.iter().map(Some).collect();
        let mut missing = Vec::new();
        for event in expected {
            let place = came.iter().position(|came| came.is_some_and(|came| is_as(came, event)));
            match place {
                Some(place) => came[place] = None,
                None => missing.push(event),
            }
        }
        let more: Vec<_> = came.into_iter().flatten().collect();
        if !missing.is_empty() || !more.is_empty() {
            self.say(out, format_args!(""))?;
        }
        for event in &missing {
            self.say(out, format_args!("expected, and did not come: {event}"))?;
        }
        for event in &more {
            self.say(out, format_args!("came, and was not expected: {event}"))?;
        }
        Ok(missing.len() + more.len())
    }

    /// What came of all messages, in a few lines for people.
    pub fn conclusion(&self, mapped: &Mapped) -> Vec<String> {
        let mut lines = vec![format!(
            "{}: {}, {} ignored, {} refused",
            counted(mapped.messages, "message"),
            counted(mapped.events, "event"),
            mapped.ignored,
            mapped.refused
        )];
        match mapped.differences {
            Some(0) => lines.push("all events came as expected".to_owned()),
            Some(differences) => {
                lines.push(format!("not as expected: {}", counted(differences, "difference")));
            }
            None if mapped.events == 0 => lines.push("nothing came out".to_owned()),
            None => {}
        }
        if self.register.is_none() && mapped.events > 0 {
            lines.push(
                "no register: events have their external id; --devices FILE.csv looks it up"
                    .to_owned(),
            );
        }
        if self.source.reads_local_times() && !self.zone_is_asked {
            lines.push(
                "times without an offset were read as UTC; --zone names the hotel's zone"
                    .to_owned(),
            );
        }
        if self.source.reports() == Reports::States && !mapped.kinds.is_empty() {
            let kinds: Vec<_> = mapped.kinds.iter().map(|kind| format!("{kind:?}")).collect();
            lines.push(format!(
                "{} repeats states; the hotel's profile should have \"repeatingKinds\":[{}]",
                self.source.name(),
                kinds.join(",")
            ));
        }
        lines
    }
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// The kind of a device whose state it is; a sensor's repeats never count as lost events.
fn kind_of_state(event: &Event<'_>) -> Option<String> {
    match (event.subject, event.fact) {
        (Subject::Device { device, .. }, Fact::State(_))
            if device.kind.as_str() != DeviceKind::PRESENCE =>
        {
            Some(device.kind.to_string())
        }
        _ => None,
    }
}

/// Events one after the other, or a list of them.
fn expected(path: &Path) -> Result<Vec<Value>, BadInput> {
    let mut events = Vec::new();
    for value in serde_json::Deserializer::from_str(&read_text(path)?).into_iter::<Value>() {
        match value.map_err(|error| BadInput(format!("{}: {error}", path.display())))? {
            Value::Array(list) => events.extend(list),
            event => events.push(event),
        }
    }
    Ok(events)
}

/// Whether an event is the expected one. What only says where it comes from, `eventId` and
/// `hotelId`, counts where the expected event has it.
fn is_as(came: &Value, expected: &Value) -> bool {
    let (Value::Object(came), Value::Object(expected)) = (came, expected) else { return false };
    let names: BTreeSet<_> = came.keys().chain(expected.keys()).collect();
    names.into_iter().all(|name| match (came.get(name), expected.get(name)) {
        (Some(came), Some(expected)) => is_same(name, came, expected),
        (Some(_), None) => matches!(name.as_str(), "eventId" | "hotelId"),
        _ => false,
    })
}

/// Instants and readings are compared by what they mean, not by how they are written.
fn is_same(name: &str, came: &Value, expected: &Value) -> bool {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    let (came, expected) = (text(came), text(expected));
    let same = match name {
        "occurredAt" => {
            Instant::parse(&came).ok().zip(Instant::parse(&expected).ok()).map(|(a, b)| a == b)
        }
        "powerW" | "counterWh" => Some(without_zeros(&came) == without_zeros(&expected)),
        _ => None,
    };
    same.unwrap_or(came == expected)
}

/// A decimal without the zeros at its end.
fn without_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// What is strange about an event's instant: the usual sign of a wrong time zone.
fn ages(at: Instant, now: Instant, received: Option<i64>) -> Vec<String> {
    let mut ages = Vec::new();
    let age = now - at;
    if age > DAY {
        ages.push(format!("{} old", length(age)));
    } else if age < 0 {
        ages.push(format!("in the future by {}", length(-age)));
    }
    if let Some(delay) = received.map(|received| Instant::from_millis(received) - at) {
        if delay > 30 * MINUTE {
            ages.push(format!("{} before it was received", length(delay)));
        } else if delay < -5 * MINUTE {
            ages.push(format!("{} after it was received", length(-delay)));
        }
    }
    ages
}

/// In the two largest units that it fills.
fn length(millis: Millis) -> String {
    let units = [("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", 1000)];
    let mut rest = millis;
    let mut parts = Vec::new();
    for (name, unit) in units {
        let count = rest / unit;
        rest %= unit;
        if count > 0 {
            parts.push(format!("{count} {name}"));
        } else if !parts.is_empty() {
            break;
        }
        if parts.len() == 2 {
            break;
        }
    }
    if parts.is_empty() { format!("{millis} ms") } else { parts.join(" ") }
}
