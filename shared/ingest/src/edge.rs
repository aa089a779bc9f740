//! The edge: a message's body becomes typed events, or refusals that name what was wrong.
//!
//! Whatever a body holds, it is read in one pass, and no more than [`MOST_EVENTS`] of its events are
//! ever held: the ones past that are counted while they are passed over.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::vec;

use roomwatt_domain::name::InvalidName;
use roomwatt_domain::{
    Device, DeviceId, DeviceKind, Fact, HotelId, Instant, Measurement, MilliwattHours, Milliwatts,
    Reading, RoomId, Signal, State, Transition,
};
use roomwatt_source::Message;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Which queue a message came from: each takes its own events only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventQueue {
    /// Device and presence states.
    DeviceEvents,
    /// Check-in and check-out.
    SpaceEvents,
}

impl fmt::Display for EventQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EventQueue::DeviceEvents => "device-events",
            EventQueue::SpaceEvents => "space-events",
        })
    }
}

/// What an event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// In which hotel.
    pub hotel: HotelId,
    /// In which room.
    pub room: RoomId,
    /// What has happened, and when.
    pub fact: Fact,
}

/// Why an event is refused (rule 15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Not JSON, or a field is missing or outside its rule.
    Malformed,
    /// No hotel has the id.
    UnknownHotel,
    /// More than five minutes ahead of the clock.
    Future,
    /// Older than the history that is kept.
    Expired,
    /// The room's record of the day can hold no more.
    RoomDayFull,
    /// No source has the name by which the message is to be read.
    UnknownSource,
    /// The hotel's register does not have what the message is about.
    Unregistered,
    /// An instant before 2000: a device whose clock was not set.
    NoClock,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Malformed => "malformed",
            Reason::UnknownHotel => "unknown-hotel",
            Reason::Future => "future",
            Reason::Expired => "expired",
            Reason::RoomDayFull => "room-day-full",
            Reason::UnknownSource => "unknown-source",
            Reason::Unregistered => "unregistered",
            Reason::NoClock => "no-clock",
        })
    }
}

/// An event, or a whole body, that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal<'a> {
    /// Why.
    pub reason: Reason,
    /// What was wrong in particular. Of Roomwatt's own shape it is never a value out of the event.
    pub detail: Cow<'static, str>,
    /// The event's own text, or the whole body where no event can be told in it.
    pub body: &'a str,
    /// The rule of the source by which the event was read, if it was read by one.
    pub rule: Option<Arc<str>>,
}

/// An event together with its own text.
pub type Decoded<'a> = Result<(Event, &'a str), Refusal<'a>>;

/// The most events that one body may have.
pub const MOST_EVENTS: usize = 10_000;

/// What a body in its publisher's own shape says of how it is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<'a> {
    /// The source: the member `_source`.
    pub source: Cow<'a, str>,
    /// The hotel: the member `_hotel`.
    pub hotel: Option<Cow<'a, str>>,
}

/// What one message's body holds: one event, or `{"events": […]}` with many. Iterating over it judges
/// each event by itself, in the order of the body, at the moment it is asked for. A body that names
/// the source by which it is read holds none.
#[derive(Debug)]
pub struct Body<'a> {
    queue: EventQueue,
    named: Option<Named<'a>>,
    /// A body that is no list of events: one event, or one refusal of all of it.
    single: Option<Decoded<'a>>,
    packed: vec::IntoIter<&'a RawValue>,
    beyond: usize,
}

impl<'a> Body<'a> {
    /// Finds the events of a body that came from a queue.
    pub fn read(queue: EventQueue, body: &'a str) -> Self {
        let empty =
            Self { queue, named: None, single: None, packed: Vec::new().into_iter(), beyond: 0 };
        let single = match contents(body) {
            Ok(Contents::Named(named)) => return Self { named: Some(named), ..empty },
            Ok(Contents::Packed { texts, beyond }) => {
                return Self { packed: texts.into_iter(), beyond, ..empty };
            }
            Ok(Contents::Event(fields)) => event(queue, &fields),
            Err(detail) => Err(detail),
        };
        let single = single.map(|event| (event, body)).map_err(|detail| malformed(detail, body));
        Self { single: Some(single), ..empty }
    }

    /// The source by which the body is read, where it names one.
    pub fn named(&mut self) -> Option<Named<'a>> {
        self.named.take()
    }

    /// How many events the body has beyond [`MOST_EVENTS`]. They are counted, and not iterated over.
    pub fn beyond(&self) -> usize {
        self.beyond
    }
}

impl<'a> Iterator for Body<'a> {
    type Item = Decoded<'a>;

    fn next(&mut self) -> Option<Decoded<'a>> {
        let packed = |text: &'a RawValue| decode_packed(self.queue, text.get());
        self.single.take().or_else(|| self.packed.next().map(packed))
    }
}

/// The events of a body, each judged by itself, at most [`MOST_EVENTS`] of them.
pub fn decode(queue: EventQueue, body: &str) -> Vec<Decoded<'_>> {
    Body::read(queue, body).collect()
}

#[expect(clippy::large_enum_variant, reason = "it is taken apart where it is made")]
enum Contents<'a> {
    Named(Named<'a>),
    Event(Fields<'a>),
    Packed { texts: Vec<&'a RawValue>, beyond: usize },
}

fn contents(body: &str) -> Result<Contents<'_>, Detail> {
    let mut fields = match object(body) {
        Ok(fields) => fields,
        // What is out of Roomwatt's shape may be in another.
        Err(detail) => return named_in(body).map(Contents::Named).ok_or(detail),
    };
    let named = match (fields.source.take(), fields.hotel.take()) {
        (None, _) => None,
        (Some(Field::Text(source)), None) => Some(Named { source, hotel: None }),
        (Some(Field::Text(source)), Some(Field::Text(hotel))) => {
            Some(Named { source, hotel: Some(hotel) })
        }
        // A number has a text too; a list or an object names nothing.
        (Some(_), _) => named_in(body),
    };
    if let Some(named) = named {
        return Ok(Contents::Named(named));
    }
    match fields.events.take() {
        None => Ok(Contents::Event(fields)),
        Some(Packed::Other) => Err("events must be a list".into()),
        Some(Packed::List { texts, .. }) if texts.is_empty() => {
            Err("events must hold at least one event".into())
        }
        Some(Packed::List { texts, beyond }) => Ok(Contents::Packed { texts, beyond }),
    }
}

/// What a body names that [`Fields`] does not hold: one with a member twice, or with a number as a name.
fn named_in(body: &str) -> Option<Named<'_>> {
    let message = Message::parse(body).ok()?;
    let owned = |text: &str| Cow::Owned(text.to_owned());
    Some(Named { source: owned(message.source()?), hotel: message.hotel().map(owned) })
}

fn malformed(detail: Detail, body: &str) -> Refusal<'_> {
    Refusal { reason: Reason::Malformed, detail, body, rule: None }
}

fn decode_packed(queue: EventQueue, text: &str) -> Decoded<'_> {
    let event = object(text).and_then(|fields| event(queue, &fields));
    event.map(|event| (event, text)).map_err(|detail| malformed(detail, text))
}

/// Every field that an event or a body can have, of whatever type it came, so that a bad one can be
/// named.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields<'a> {
    #[serde(borrow, rename = "_source")]
    source: Option<Field<'a>>,
    #[serde(borrow, rename = "_hotel")]
    hotel: Option<Field<'a>>,
    #[serde(borrow)]
    events: Option<Packed<'a>>,
    #[serde(borrow)]
    event_id: Option<Field<'a>>,
    #[serde(borrow)]
    hotel_id: Option<Field<'a>>,
    #[serde(borrow)]
    room_id: Option<Field<'a>>,
    #[serde(borrow)]
    device_id: Option<Field<'a>>,
    #[serde(borrow)]
    device_kind: Option<Field<'a>>,
    #[serde(borrow)]
    state: Option<Field<'a>>,
    #[serde(borrow)]
    counter_wh: Option<&'a RawValue>,
    #[serde(borrow, rename = "powerW")]
    power_w: Option<&'a RawValue>,
    #[serde(borrow)]
    occurred_at: Option<Field<'a>>,
}

/// An event's field, as far as it is of use.
enum Field<'a> {
    /// Borrowed unless it is written with escapes.
    Text(Cow<'a, str>),
    Other,
}

/// What `events` holds.
enum Packed<'a> {
    /// The first [`MOST_EVENTS`] values, unread, and how many follow them.
    List {
        texts: Vec<&'a RawValue>,
        beyond: usize,
    },
    Other,
}

/// What a JSON value of any type is made into.
trait OfAnyType<'a>: Sized {
    fn other() -> Self;

    fn text(_: Cow<'a, str>) -> Self {
        Self::other()
    }

    fn list<'de: 'a, A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::other())
    }
}

impl<'a> OfAnyType<'a> for Field<'a> {
    fn other() -> Self {
        Self::Other
    }

    fn text(text: Cow<'a, str>) -> Self {
        Self::Text(text)
    }
}

impl<'a> OfAnyType<'a> for Packed<'a> {
    fn other() -> Self {
        Self::Other
    }

    fn list<'de: 'a, A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut texts = Vec::new();
        while texts.len() < MOST_EVENTS {
            let Some(text) = list.next_element()? else {
                return Ok(Self::List { texts, beyond: 0 });
            };
            texts.push(text);
        }
        let mut beyond = 0;
        while list.next_element::<IgnoredAny>()?.is_some() {
            beyond += 1;
        }
        Ok(Self::List { texts, beyond })
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Field<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyType(PhantomData))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Packed<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyType(PhantomData))
    }
}

struct AnyType<'a, T>(PhantomData<(&'a (), T)>);

impl<'de: 'a, 'a, T: OfAnyType<'a>> Visitor<'de> for AnyType<'a, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<T, E> {
        Ok(T::text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        T::list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        IgnoredAny.visit_map(map).map(|_| T::other())
    }

    fn visit_bool<E>(self, _: bool) -> Result<T, E> {
        Ok(T::other())
    }

    fn visit_i64<E>(self, _: i64) -> Result<T, E> {
        Ok(T::other())
    }

    fn visit_u64<E>(self, _: u64) -> Result<T, E> {
        Ok(T::other())
    }

    fn visit_f64<E>(self, _: f64) -> Result<T, E> {
        Ok(T::other())
    }
}

type Detail = Cow<'static, str>;

fn object(text: &str) -> Result<Fields<'_>, Detail> {
    let is_object = text.trim_ascii_start().starts_with('{');
    match serde_json::from_str(text) {
        // A list would be read as the fields in their order.
        Ok(fields) if is_object => Ok(fields),
        Err(error) if error.is_data() && is_object => {
            Err(format!("not an event: {}", without_value(&error)).into())
        }
        Err(error) if !error.is_data() => {
            // JSON's grammar also takes escapes that are no Unicode text, and numbers of any size.
            let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
            let fault = if is_json { "not a value that can be read" } else { "not JSON" };
            Err(format!("{fault}: at line {} column {}", error.line(), error.column()).into())
        }
        _ => Err("an event must be a JSON object".into()),
    }
}

/// The only data error left is a field that is there twice; its message names the field alone.
fn without_value(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line").next().unwrap_or_default().to_owned()
}

fn event(queue: EventQueue, fields: &Fields<'_>) -> Result<Event, Detail> {
    check_event_id(text("eventId", fields.event_id.as_ref())?)?;
    let hotel = name(HotelId::new, "hotelId", fields.hotel_id.as_ref())?;
    let room = name(RoomId::new, "roomId", fields.room_id.as_ref())?;
    let said = match queue {
        EventQueue::SpaceEvents => in_state(Signal::Stay, fields)?,
        EventQueue::DeviceEvents => of_device(fields)?,
    };
    let occurred_at = text("occurredAt", fields.occurred_at.as_ref())?;
    let at = Instant::parse(occurred_at).map_err(|error| format!("occurredAt {error}"))?;
    let fact = match said {
        Said::State(signal, state) => Fact::State(signal, Transition { at, state }),
        Said::Reading(device, measurement) => Fact::Reading(device, Reading { at, measurement }),
    };
    Ok(Event { hotel, room, fact })
}

/// What an event says beside the instant.
enum Said {
    /// That a signal is in a state.
    State(Signal, State),
    /// What was read of a device.
    Reading(Device, Measurement),
}

fn of_device(fields: &Fields<'_>) -> Result<Said, Detail> {
    let id = name(DeviceId::new, "deviceId", fields.device_id.as_ref())?;
    let kind = name(device_kind, "deviceKind", fields.device_kind.as_ref())?;
    let readings = [("counterWh", fields.counter_wh), ("powerW", fields.power_w)];
    let read = readings.into_iter().filter_map(|(field, value)| Some((field, value?)));
    let states = fields.state.is_some().then_some("state");
    let mut said = states.into_iter().chain(read.clone().map(|(field, _)| field));
    if let (Some(one), Some(other)) = (said.next(), said.next()) {
        let rule = "an event has one of state, counterWh and powerW";
        return Err(format!("{one} and {other} are both there: {rule}").into());
    }
    let is_presence = kind.as_str() == DeviceKind::PRESENCE;
    match read.into_iter().next() {
        Some((field, _)) if is_presence => {
            Err(format!("{field} is not for a presence sensor: it has no readings").into())
        }
        Some((field, value)) => {
            Ok(Said::Reading(Device { id, kind }, measurement(field, value.get())?))
        }
        None if is_presence => in_state(Signal::Presence(id), fields),
        None if kind.as_str() == DeviceKind::METER => Err(match fields.state {
            Some(_) => "state is not for a meter: it has readings only".into(),
            None => "counterWh or powerW is missing".into(),
        }),
        None if fields.state.is_none() => Err("state, counterWh or powerW is missing".into()),
        None => in_state(Signal::Device(Device { id, kind }), fields),
    }
}

/// A decimal, written as a string or as a number.
fn measurement(field: &str, json: &str) -> Result<Measurement, Detail> {
    let text = if json.starts_with('"') {
        let text: Cow<'_, str> = serde_json::from_str::<Text<'_>>(json)
            .map(|text| text.0)
            .map_err(|_| format!("{field} must be a decimal"))?;
        text
    } else {
        Cow::Borrowed(json)
    };
    let value = if field == "counterWh" {
        MilliwattHours::from_watt_hours(&text).map(Measurement::Counter)
    } else {
        Milliwatts::from_watts(&text).map(Measurement::Power)
    };
    value.map_err(|error| format!("{field} {error}").into())
}

/// A JSON string, borrowed unless it is written with escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn in_state(signal: Signal, fields: &Fields<'_>) -> Result<Said, Detail> {
    let state = name(State::new, "state", fields.state.as_ref())?;
    if signal.allows(&state) {
        return Ok(Said::State(signal, state));
    }
    Err(match signal {
        Signal::Presence(_) => "state of a presence sensor must be OCCUPIED or VACANT".into(),
        Signal::Stay => "state of a room must be CHECKED_IN or CHECKED_OUT".into(),
        Signal::Device(_) => "state is not one of the device's".into(),
    })
}

/// The kinds that mean something to Roomwatt do so whichever way a publisher spells them: a `Presence`
/// that passed for a kind of device would leave its room without a sensor.
fn device_kind(text: &str) -> Result<DeviceKind, InvalidName> {
    DeviceKind::new(text).map(DeviceKind::spelled_small)
}

fn check_event_id(id: &str) -> Result<(), Detail> {
    if id.is_empty() || id.len() > 128 && id.chars().count() > 128 {
        return Err("eventId must be 1 to 128 characters".into());
    }
    Ok(())
}

fn name<T>(
    new: impl Fn(&str) -> Result<T, InvalidName>,
    field: &'static str,
    value: Option<&Field<'_>>,
) -> Result<T, Detail> {
    new(text(field, value)?).map_err(|error| error.to_string().into())
}

fn text<'a>(field: &'static str, value: Option<&'a Field<'_>>) -> Result<&'a str, Detail> {
    match value {
        Some(Field::Text(text)) => Ok(text),
        Some(Field::Other) => Err(format!("{field} must be a string").into()),
        None => Err(format!("{field} is missing").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAMP: &str = r#"{"eventId":"e1","hotelId":"h1","roomId":"101","deviceId":"lamp-1","deviceKind":"light","state":"ON","occurredAt":"2026-11-20T18:00:00+09:00"}"#;
    const CHECK_IN: &str = r#"{"eventId":"e1","hotelId":"h1","roomId":"101","state":"CHECKED_IN","occurredAt":"2026-11-20T18:00:00+09:00"}"#;

    fn refused(queue: EventQueue, body: &str) -> String {
        let mut decoded = decode(queue, body);
        assert_eq!(decoded.len(), 1, "{body}");
        let refusal = decoded.remove(0).expect_err(body);
        assert_eq!((refusal.reason, refusal.body), (Reason::Malformed, body));
        refusal.detail.into_owned()
    }

    fn with(field: &str, value: &str) -> String {
        let mut event: serde_json::Map<_, _> = serde_json::from_str(LAMP).unwrap();
        event.insert(field.to_owned(), serde_json::from_str(value).unwrap());
        serde_json::to_string(&event).unwrap()
    }

    #[test]
    fn a_body_may_name_the_source_by_which_it_is_read() {
        let named = |body: &str| {
            let mut read = Body::read(EventQueue::DeviceEvents, body);
            let named = read.named()?;
            assert_eq!(read.count(), 0, "its events are none of ours");
            Some((named.source.into_owned(), named.hotel.map(Cow::into_owned)))
        };
        let expected = |source: &str, hotel: Option<&str>| {
            Some((source.to_owned(), hotel.map(ToOwned::to_owned)))
        };
        for (body, outcome) in [
            (r#"{"_source":"fias","_hotel":"h1","state":7}"#, expected("fias", Some("h1"))),
            (r#"{"events":[1],"_source":"fi\u0061s"}"#, expected("fias", None)),
            (
                r#"{"state":1,"state":2,"_hotel":"h1","_source":"fias"}"#,
                expected("fias", Some("h1")),
            ),
            (r#"{"_source":"fias","_hotel":12}"#, expected("fias", Some("12"))),
            (r#"{"_source":12}"#, expected("12", None)),
            (r#"{"_source":{"source":"fias"}}"#, None),
            (r#"{"_source":null}"#, None),
            (r#"[{"_source":"fias"}]"#, None),
            (r#"{"_source":"fias""#, None),
            (LAMP, None),
        ] {
            assert_eq!(named(body), outcome, "{body}");
        }
    }

    #[test]
    fn a_device_event_is_read() {
        let [Ok((event, text))] = &decode(EventQueue::DeviceEvents, LAMP)[..] else { panic!() };
        assert_eq!(*text, LAMP);
        assert_eq!((event.hotel.as_str(), event.room.as_str()), ("h1", "101"));
        let Fact::State(Signal::Device(device), transition) = &event.fact else { panic!() };
        assert_eq!((device.id.as_str(), device.kind.as_str()), ("lamp-1", "light"));
        assert_eq!(transition.state.as_str(), "ON");
        assert_eq!(event.fact.at().to_string(), "2026-11-20T09:00:00.000Z");
    }

    #[test]
    fn a_sensor_and_a_stay_are_told_by_kind_and_queue() {
        let sensor = with("deviceKind", "\"presence\"").replace("\"ON\"", "\"VACANT\"");
        let [Ok((event, _))] = &decode(EventQueue::DeviceEvents, &sensor)[..] else { panic!() };
        assert!(matches!(event.fact, Fact::State(Signal::Presence(_), _)));
        let [Ok((event, _))] = &decode(EventQueue::SpaceEvents, CHECK_IN)[..] else { panic!() };
        assert!(matches!(event.fact, Fact::State(Signal::Stay, _)));
    }

    #[test]
    fn kinds_that_mean_something_are_told_however_they_are_spelled() {
        for kind in ["presence", "Presence", "PRESENCE"] {
            let sensor = with("deviceKind", &format!("\"{kind}\"")).replace("\"ON\"", "\"VACANT\"");
            let [Ok((event, _))] = &decode(EventQueue::DeviceEvents, &sensor)[..] else { panic!() };
            assert!(matches!(event.fact, Fact::State(Signal::Presence(_), _)), "{kind}");
        }
        for (kind, read_as) in [("Light", "Light"), ("presences", "presences")] {
            let device = with("deviceKind", &format!("\"{kind}\""));
            let [Ok((event, _))] = &decode(EventQueue::DeviceEvents, &device)[..] else { panic!() };
            let Fact::State(Signal::Device(device), _) = &event.fact else { panic!() };
            assert_eq!(device.kind.as_str(), read_as);
        }
        let meter = reading("counterWh", "1").replace("\"light\"", "\"Meter\"");
        let [Ok((event, _))] = &decode(EventQueue::DeviceEvents, &meter)[..] else { panic!() };
        let Fact::Reading(device, _) = &event.fact else { panic!() };
        assert_eq!(device.kind.as_str(), "meter");
    }

    /// The lamp's event with a reading, as JSON writes it, in the place of the state.
    fn reading(field: &str, value: &str) -> String {
        LAMP.replace(r#""state":"ON""#, &format!(r#""{field}":{value}"#))
    }

    #[test]
    fn a_reading_is_a_decimal_as_a_string_or_as_a_number() {
        for (field, value, measurement) in [
            ("counterWh", "\"48123.917\"", Measurement::Counter(MilliwattHours::new(48_123_917))),
            ("counterWh", "48123.917", Measurement::Counter(MilliwattHours::new(48_123_917))),
            ("counterWh", "1e12", Measurement::Counter(MilliwattHours::new(10_u64.pow(15)))),
            ("powerW", "\"35.2\"", Measurement::Power(Milliwatts::new(35_200))),
            ("powerW", "\"3\\u0035.2\"", Measurement::Power(Milliwatts::new(35_200))),
            ("powerW", "0", Measurement::Power(Milliwatts::new(0))),
        ] {
            let body = reading(field, value);
            let [Ok((event, _))] = &decode(EventQueue::DeviceEvents, &body)[..] else {
                panic!("{body}")
            };
            let Fact::Reading(device, reading) = &event.fact else { panic!("{body}") };
            assert_eq!((device.id.as_str(), reading.measurement), ("lamp-1", measurement));
        }
    }

    #[test]
    fn a_reading_that_is_none_is_refused_with_its_rule() {
        let values = [
            "-1",
            "\"1.2345\"",
            "0.0001",
            "1e400",
            "\"NaN\"",
            "\"\"",
            "true",
            "[1]",
            "\"1_0\"",
            "{}",
        ];
        for value in values {
            for (field, most) in [("counterWh", "1000000000000"), ("powerW", "10000000")] {
                let detail = refused(EventQueue::DeviceEvents, &reading(field, value));
                let rule =
                    format!("{field} must be a decimal from 0 to {most} with at most 3 decimals");
                assert_eq!(detail, rule, "{value}");
            }
        }
        let detail = refused(EventQueue::DeviceEvents, &reading("powerW", "10000000.001"));
        assert!(detail.starts_with("powerW must be"), "{detail}");
    }

    #[test]
    fn an_event_says_one_thing_and_a_thing_that_its_device_has() {
        let of = |body: &str| refused(EventQueue::DeviceEvents, body);
        let rule = "are both there: an event has one of state, counterWh and powerW";
        assert_eq!(of(&with("counterWh", "1")), format!("state and counterWh {rule}"));
        let two = reading("counterWh", r#"1,"powerW":2"#);
        assert_eq!(of(&two), format!("counterWh and powerW {rule}"));
        let sensor = reading("powerW", "1").replace("\"light\"", "\"presence\"");
        assert_eq!(of(&sensor), "powerW is not for a presence sensor: it has no readings");
        let meter = LAMP.replace("\"light\"", "\"meter\"");
        assert_eq!(of(&meter), "state is not for a meter: it has readings only");
        let meter = with("state", "null").replace("\"light\"", "\"meter\"");
        assert_eq!(of(&meter), "counterWh or powerW is missing");
    }

    #[test]
    fn unknown_fields_and_escapes_are_no_fault() {
        let body = with("roomId", r#""101""#).replace("\"101\"", r#""1\u003001""#);
        let body = body.replacen('{', r#"{"comment":[1,{"a":null}],"#, 1);
        let [Ok((event, _))] = &decode(EventQueue::DeviceEvents, &body)[..] else {
            panic!("{body}")
        };
        assert_eq!(event.room.as_str(), "1001");
    }

    #[test]
    fn what_json_can_write_and_nobody_can_read_is_refused_with_its_place() {
        for value in [r#""\ud800""#, "1e999"] {
            let body = LAMP.replace("\"101\"", value);
            let detail = refused(EventQueue::DeviceEvents, &body);
            assert!(
                detail.starts_with("not a value that can be read: at line 1 column "),
                "{detail}"
            );
            // Its neighbours in a message are read all the same.
            let packed = format!(r#"{{"events": [{body}, {LAMP}]}}"#);
            let decoded = decode(EventQueue::DeviceEvents, &packed);
            assert_eq!(decoded.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true]);
        }
    }

    #[test]
    fn what_is_not_json_or_no_event_is_refused() {
        let queue = EventQueue::DeviceEvents;
        assert_eq!(refused(queue, "what?"), "not JSON: at line 1 column 1");
        assert!(refused(queue, "").starts_with("not JSON"));
        assert!(refused(queue, &LAMP[..40]).starts_with("not JSON"));
        for body in ["[]", "7", "null", "\"ON\"", r#"["e1","h1"]"#] {
            assert_eq!(refused(queue, body), "an event must be a JSON object");
        }
        assert_eq!(refused(queue, "{}"), "eventId is missing");
        let twice = LAMP.replacen('{', r#"{"state":"OFF","#, 1);
        assert_eq!(refused(queue, &twice), "not an event: duplicate field `state`");
    }

    #[test]
    fn every_missing_or_wrong_field_is_named_with_its_rule() {
        let id = "must be 1 to 64 characters of A-Z a-z 0-9 . _ -, and not . or .. alone";
        for field in
            ["eventId", "hotelId", "roomId", "deviceId", "deviceKind", "state", "occurredAt"]
        {
            let missing = if field == "state" { "state, counterWh or powerW" } else { field };
            assert_eq!(
                refused(EventQueue::DeviceEvents, &with(field, "null")),
                format!("{missing} is missing")
            );
            for value in ["5", "{}", "[\"x\"]", "true"] {
                let detail = refused(EventQueue::DeviceEvents, &with(field, value));
                assert_eq!(detail, format!("{field} must be a string"));
            }
        }
        for field in ["hotelId", "roomId", "deviceId", "deviceKind"] {
            let long = format!("\"{}\"", "x".repeat(65));
            for value in ["\".\"", "\"..\"", "\"\"", "\"a b\"", "\"a/b\"", "\"é\"", &long] {
                assert_eq!(
                    refused(EventQueue::DeviceEvents, &with(field, value)),
                    format!("{field} {id}")
                );
            }
            let longest = format!("\"{}\"", "x".repeat(64));
            assert!(decode(EventQueue::DeviceEvents, &with(field, &longest))[0].is_ok());
        }
        let state = "state must be 1 to 32 characters of A-Z 0-9 _ -";
        for value in ["\"on\"", "\"\"", "\"ON.\"", &format!("\"{}\"", "X".repeat(33))] {
            assert_eq!(refused(EventQueue::DeviceEvents, &with("state", value)), state);
        }
        for value in
            ["\"2026-11-20T10:30:00\"", "\"2026-11-31T10:30:00Z\"", "\"yesterday\"", "\"\""]
        {
            assert_eq!(
                refused(EventQueue::DeviceEvents, &with("occurredAt", value)),
                "occurredAt must be an RFC 3339 date-time with an offset",
            );
        }
        let event_id = "eventId must be 1 to 128 characters";
        assert_eq!(refused(EventQueue::DeviceEvents, &with("eventId", "\"\"")), event_id);
        let long = format!("\"{}\"", "é".repeat(129));
        assert_eq!(refused(EventQueue::DeviceEvents, &with("eventId", &long)), event_id);
        let longest = format!("\"{}\"", "é".repeat(128));
        assert!(decode(EventQueue::DeviceEvents, &with("eventId", &longest))[0].is_ok());
    }

    #[test]
    fn sensors_and_stays_know_two_states_each() {
        let sensor = with("deviceKind", "\"presence\"");
        assert_eq!(
            refused(EventQueue::DeviceEvents, &sensor),
            "state of a presence sensor must be OCCUPIED or VACANT"
        );
        assert_eq!(
            refused(EventQueue::SpaceEvents, &CHECK_IN.replace("CHECKED_IN", "SLEEPING")),
            "state of a room must be CHECKED_IN or CHECKED_OUT"
        );
    }

    #[test]
    fn each_queue_takes_its_own_events_only() {
        assert_eq!(refused(EventQueue::DeviceEvents, CHECK_IN), "deviceId is missing");
        assert_eq!(
            refused(EventQueue::SpaceEvents, LAMP),
            "state of a room must be CHECKED_IN or CHECKED_OUT"
        );
    }

    #[test]
    fn a_packed_message_is_judged_event_by_event() {
        let bad = with("state", "\"on\"");
        let body = format!(r#"{{"events": [{LAMP}, {bad}, 7, {LAMP}]}}"#);
        let decoded = decode(EventQueue::DeviceEvents, &body);
        assert_eq!(
            decoded.iter().map(Result::is_ok).collect::<Vec<_>>(),
            [true, false, false, true]
        );
        assert_eq!(decoded[1].as_ref().unwrap_err().body, bad);
        assert_eq!(decoded[2].as_ref().unwrap_err().detail, "an event must be a JSON object");

        let nested = format!(r#"{{"events": [{{"events": [{LAMP}]}}]}}"#);
        assert_eq!(
            decode(EventQueue::DeviceEvents, &nested)[0].as_ref().unwrap_err().detail,
            "eventId is missing"
        );
        assert_eq!(
            refused(EventQueue::DeviceEvents, r#"{"events": []}"#),
            "events must hold at least one event"
        );
        assert_eq!(refused(EventQueue::DeviceEvents, r#"{"events": {}}"#), "events must be a list");
    }

    #[test]
    fn events_beyond_the_limit_are_counted_and_not_read() {
        let body = |count| format!(r#"{{"events":[{}]}}"#, vec![LAMP; count].join(","));
        for (count, beyond) in [(1, 0), (MOST_EVENTS, 0), (MOST_EVENTS + 3, 3)] {
            let text = body(count);
            let body = Body::read(EventQueue::DeviceEvents, &text);
            assert_eq!((body.beyond(), body.count()), (beyond, count - beyond));
        }
        // A list that does not end is no JSON, however far it goes.
        let cut = body(MOST_EVENTS + 3).replace("]}", "");
        assert!(refused(EventQueue::DeviceEvents, &cut).starts_with("not JSON"));
    }

    #[test]
    fn a_mebibyte_is_read_like_any_body() {
        let padded = LAMP.replacen('{', &format!(r#"{{"pad":"{}","#, "x".repeat(1_048_000)), 1);
        assert!(decode(EventQueue::DeviceEvents, &padded)[0].is_ok());
        let garbage = "x".repeat(1_048_576);
        assert!(refused(EventQueue::DeviceEvents, &garbage).starts_with("not JSON"));
    }
}
