//! The form of a source: which members it has and what they may hold, member by member.
//!
//! These types are the form. Documents are read into them, and the JSON Schema for editors is made
//! from them; what a member means is said once, here. Whether paths, patterns and states make sense
//! is checked where they are compiled.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::json::Json;

/// How the messages of one publisher are read into facts.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Source")]
pub(crate) struct Source<R> {
    /// The source's name: 1 to 64 characters of A-Z a-z 0-9 . _ -
    #[serde(rename = "source")]
    pub(crate) name: String,
    /// What it reads, for people.
    pub(crate) about: Option<String>,
    /// Whether the publisher sends changes alone or repeats states as a matter of course.
    pub(crate) reports: Reports,
    /// The hotel, where neither an attribute nor the member _hotel names it.
    pub(crate) hotel: Option<Value>,
    /// What the message is taken out of, outermost first. A step whose path finds nothing is passed
    /// over.
    #[serde(default)]
    pub(crate) unwrap: Vec<Object<Unwrap>>,
    /// Each rule is tried on each message.
    #[schemars(length(min = 1, max = 64))]
    pub(crate) rules: Vec<R>,
}

/// What a publisher sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Reports {
    /// A message says that something changed.
    Changes,
    /// A message may say again what is known: the hotel's profile should name the kinds in
    /// repeatingKinds.
    States,
}

/// A step from an envelope to what it holds.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unwrap {
    /// What takes the place of the message.
    pub(crate) at: Path,
    /// Whether it is a text that is JSON.
    #[serde(default)]
    pub(crate) json: bool,
}

/// How one sort of fact is found in a message.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schemars(extend("oneOf" = [
    {"required": ["state"]}, {"required": ["stay"]},
    {"required": ["powerW"]}, {"required": ["counterWh"]}
]))]
pub(crate) struct Rule {
    /// What the rule is called in outcomes and refusals.
    #[schemars(length(min = 1, max = 64))]
    pub(crate) name: String,
    /// The rule takes its turn with each element that these paths find, each path seen from the
    /// elements of the one before.
    #[serde(default)]
    #[schemars(length(max = 4))]
    pub(crate) each: Vec<Path>,
    /// All have to hold.
    #[serde(default)]
    pub(crate) when: Vec<Object<Condition>>,
    /// The external id, by which the hotel's register tells room, device and kind.
    pub(crate) id: Value,
    /// When it happened.
    pub(crate) at: Object<At>,
    /// A device or presence sensor is in this state from then on.
    pub(crate) state: Option<State>,
    /// The room is `CHECKED_IN` or `CHECKED_OUT` from then on.
    pub(crate) stay: Option<State>,
    /// The device draws this power, in W.
    pub(crate) power_w: Option<Object<Number>>,
    /// The device's counter stands at this, in Wh.
    pub(crate) counter_wh: Option<Object<Number>>,
    /// What becomes of an external id that the register does not have. Default: refuse.
    pub(crate) if_unregistered: Option<IfUnregistered>,
    /// Which of many readings are kept.
    pub(crate) keep: Option<Object<Keep>>,
}

/// A path into the message: RFC 9535 without `..`, beginning with $ (the message), @ (the innermost
/// element of each), @1, @2 … (outer elements, outermost first); or key@, key@1 … (the element's own
/// member name or index).
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Path(
    #[schemars(length(max = 256), regex(pattern = r"^(\$|@[1-4]?|key@[1-4]?$)"))] pub(crate) String,
);

/// What has to hold of a value. All that is there must hold.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("anyOf" = [
    {"required": ["is"]}, {"required": ["not"]}, {"required": ["exists"]}, {"required": ["differs"]}
]))]
pub(crate) struct Condition {
    /// The value that is looked at.
    pub(crate) that: Path,
    /// It is one of these.
    pub(crate) is: Option<Vec<Anything>>,
    /// It is none of these, or not there.
    pub(crate) not: Option<Vec<Anything>>,
    /// It is there, or it is not.
    pub(crate) exists: Option<bool>,
    /// It is not what stands there.
    pub(crate) differs: Option<Path>,
}

/// A text out of the message.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Value {
    /// What a path finds.
    Path(Path),
    /// A part of what a path finds, or what stands for it.
    Part(Part),
    /// Several values in one text.
    Text(Text),
}

/// A part of what a path finds, or what stands for it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    /// Where the text is.
    pub(crate) of: Path,
    /// What the text is split at.
    pub(crate) split: Option<String>,
    /// Which part: 0 is the first, -1 the last.
    #[serde(rename = "part")]
    pub(crate) place: Option<i64>,
    /// What stands for the text. A text that is not among these is not there.
    pub(crate) map: Option<BTreeMap<String, String>>,
}

/// Several values in one text.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Text {
    /// The text, with {0}, {1} … for the values.
    pub(crate) text: String,
    /// The values.
    pub(crate) with: Vec<Value>,
}

/// A state.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum State {
    /// By what the publisher calls it.
    Mapped(Mapped),
    /// By how high a number is.
    Banded(Banded),
    /// Always the same.
    Fixed(Fixed),
}

/// A state by what the publisher calls it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mapped {
    /// What the publisher calls it.
    pub(crate) of: Value,
    /// The state for each. What is neither among these nor ignored is refused.
    pub(crate) map: BTreeMap<String, String>,
    /// What says nothing of the state.
    #[serde(default)]
    pub(crate) ignore: Vec<Anything>,
}

/// A state by how high a number is.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Banded {
    /// The number.
    pub(crate) of: Value,
    /// The first that the number lies in counts; in none of them it says nothing.
    #[schemars(length(min = 1))]
    pub(crate) bands: Vec<Object<Band>>,
}

/// The numbers that mean a state.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("anyOf" = [{"required": ["from"]}, {"required": ["below"]}]))]
pub(crate) struct Band {
    /// The least of them.
    pub(crate) from: Option<Figure>,
    /// The first above them.
    pub(crate) below: Option<Figure>,
    /// The state.
    pub(crate) is: String,
}

/// Always the same state.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fixed {
    /// The state.
    pub(crate) value: String,
}

/// A reading, rounded half away from zero to 3 decimals.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Number {
    /// The number.
    pub(crate) of: Value,
    /// What it is multiplied by: 1000 where the publisher counts in kWh.
    pub(crate) times: Option<Figure>,
}

/// When it happened.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct At {
    /// Where the time stands.
    pub(crate) of: Value,
    /// The shapes that it may have; the first that fits counts. rfc3339 (T or a space between), epochS
    /// (fractions too), epochMs, or a strptime pattern, read in the hotel's time zone.
    #[serde(rename = "as")]
    #[schemars(length(min = 1))]
    pub(crate) shapes: Vec<String>,
}

/// What becomes of an external id that the register does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum IfUnregistered {
    /// The message is kept, for an operator to see and send again.
    Refuse,
    /// It is passed over.
    Ignore,
}

/// Which of many readings are kept.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keep {
    /// Time is cut into cells of this length, counted from 1970: 15m.
    pub(crate) every: String,
    /// What happened in this first stretch of a cell is kept: 75s.
    pub(crate) within: String,
}

/// A decimal, as a text or as a number.
#[derive(Debug, Clone)]
pub(crate) struct Figure(pub(crate) String);

/// Any JSON.
#[derive(Debug, Clone)]
pub(crate) struct Anything(pub(crate) Json<'static>);

/// Why a text does not have a form: the member at fault and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutOfForm {
    pub(crate) member: String,
    pub(crate) why: String,
}

/// A form that is written as an object. By itself, serde would take a list of a form's values too.
#[derive(Debug, Clone)]
pub(crate) struct Object<T>(pub(crate) T);

impl<T> Deref for Object<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members))
            }
        }

        deserializer.deserialize_map(Members(PhantomData)).map(Object)
    }
}

impl<T: JsonSchema> JsonSchema for Object<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// Reads a text that should be an object of the form `T`.
pub(crate) fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, OutOfForm> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize::<_, Object<T>>(&mut deserializer);
    read.map(|Object(form)| form).map_err(|error| {
        let path = error.path().to_string();
        let why = error.into_inner().to_string();
        let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why);
        OutOfForm {
            member: if path == "." { String::new() } else { path },
            why: why
                .replace("unknown field", "unknown member")
                .replace("missing field", "missing member"),
        }
    })
}

/// As [`read`], for an object within another that is being read.
fn read_within<T: DeserializeOwned, E: serde::de::Error>(text: &str) -> Result<T, E> {
    read(text).map_err(|OutOfForm { member, why }| {
        E::custom(if member.is_empty() { why } else { format!("{member}: {why}") })
    })
}

fn text_within<E: serde::de::Error>(text: &str) -> Result<String, E> {
    serde_json::from_str(text).map_err(E::custom)
}

/// Which members an object has. Empty for what is no object.
fn members(text: &str) -> BTreeMap<Cow<'_, str>, &RawValue> {
    serde_json::from_str(text).unwrap_or_default()
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        match text.as_bytes().first() {
            Some(b'"') => text_within(text).map(|path| Value::Path(Path(path))),
            Some(b'{') if members(text).contains_key("text") => read_within(text).map(Value::Text),
            Some(b'{') => read_within(text).map(Value::Part),
            _ => Err(D::Error::custom("must be a path, or an object with `of` or `text`")),
        }
    }
}

impl<'de> Deserialize<'de> for State {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        let members = members(text);
        let has = |name| members.contains_key(name);
        if !text.starts_with('{') || !(has("value") || has("bands") || has("map")) {
            return Err(D::Error::custom("must be an object with `map`, `bands` or `value`"));
        }
        if has("value") {
            read_within(text).map(State::Fixed)
        } else if has("bands") {
            read_within(text).map(State::Banded)
        } else {
            read_within(text).map(State::Mapped)
        }
    }
}

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        match text.as_bytes().first() {
            Some(b'"') => text_within(text).map(Figure),
            Some(b'-' | b'0'..=b'9') => Ok(Figure(text.to_owned())),
            _ => Err(D::Error::custom("must be a decimal, as a text or a number")),
        }
    }
}

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        Json::parse(text).map(|json| Anything(json.into_owned())).map_err(D::Error::custom)
    }
}

impl JsonSchema for Figure {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Figure".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": ["string", "number"]})
    }
}

impl JsonSchema for Anything {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Anything".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!(true)
    }
}
