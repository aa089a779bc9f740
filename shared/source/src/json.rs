//! JSON as a message has it: numbers keep the text that they were written with.
//!
//! Readings are decimals, and ids may be numbers, so nothing may pass through a float on its way.
//! Texts and numbers are borrowed from the message wherever it is written without escapes.

use std::borrow::Cow;

use json_event_parser::{JsonEvent, SliceJsonParser};

/// Lists and objects in each other, at most; far more than any publisher's, far less than a stack.
const DEEPEST: usize = 256;

/// A value of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    /// As it is written: `61.20` is not `61.2`.
    Number(Cow<'a, str>),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    /// In the order of the message. Of two members of one name the later counts.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// The text cannot be read as JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidJson {
    #[error("not JSON: at line {line} column {column}")]
    Syntax { line: u64, column: u64 },
    #[error("lists and objects are nested more than {DEEPEST} deep")]
    TooDeep,
}

impl<'a> Json<'a> {
    /// Reads one value, and nothing after it.
    pub(crate) fn parse(text: &'a str) -> Result<Self, InvalidJson> {
        let mut parser = SliceJsonParser::new(text.as_bytes());
        let mut open = Open::default();
        loop {
            let value = match next(&mut parser)? {
                // The parser refuses an empty text, and this loop ends where the value does.
                JsonEvent::Null | JsonEvent::Eof => Json::Null,
                JsonEvent::Boolean(is) => Json::Bool(is),
                JsonEvent::Number(number) => Json::Number(number),
                JsonEvent::String(text) => Json::Text(text),
                JsonEvent::ObjectKey(name) => {
                    open.name = name;
                    continue;
                }
                JsonEvent::StartArray => {
                    open.begin(Json::List(Vec::new()))?;
                    continue;
                }
                JsonEvent::StartObject => {
                    open.begin(Json::Object(Vec::new()))?;
                    continue;
                }
                JsonEvent::EndArray | JsonEvent::EndObject => open.end(),
            };
            if let Some(whole) = open.place(value) {
                next(&mut parser)?;
                return Ok(whole);
            }
        }
    }

    /// The member of an object.
    pub(crate) fn member(&self, name: &str) -> Option<&Json<'a>> {
        let Json::Object(members) = self else { return None };
        members.iter().rev().find(|(member, _)| member == name).map(|(_, value)| value)
    }

    /// The element of a list; −1 is the last.
    pub(crate) fn element(&self, index: i64) -> Option<(usize, &Json<'a>)> {
        let Json::List(elements) = self else { return None };
        let from_start = usize::try_from(index.unsigned_abs()).ok()?;
        let at = if index < 0 { elements.len().checked_sub(from_start)? } else { from_start };
        elements.get(at).map(|element| (at, element))
    }

    /// A text as it is, booleans and numbers as JSON writes them; nothing else has a text.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Json::Text(text) | Json::Number(text) => Some(text),
            Json::Bool(true) => Some("true"),
            Json::Bool(false) => Some("false"),
            Json::Null | Json::List(_) | Json::Object(_) => None,
        }
    }

    /// Whether two values say the same: by their texts if they have one, else member by member.
    pub(crate) fn says(&self, other: &Json<'_>) -> bool {
        match (self, other) {
            (Json::Null, Json::Null) => true,
            (Json::List(ours), Json::List(theirs)) => {
                ours.len() == theirs.len()
                    && ours.iter().zip(theirs).all(|(our, their)| our.says(their))
            }
            (Json::Object(ours), Json::Object(theirs)) => {
                ours.len() == theirs.len()
                    && ours
                        .iter()
                        .all(|(name, our)| other.member(name).is_some_and(|their| our.says(their)))
            }
            _ => matches!((self.text(), other.text()), (Some(our), Some(their)) if our == their),
        }
    }

    /// Free of the text that it was read from.
    pub(crate) fn into_owned(self) -> Json<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        match self {
            Json::Null => Json::Null,
            Json::Bool(is) => Json::Bool(is),
            Json::Number(number) => Json::Number(owned(number)),
            Json::Text(text) => Json::Text(owned(text)),
            Json::List(elements) => {
                Json::List(elements.into_iter().map(Json::into_owned).collect())
            }
            Json::Object(members) => Json::Object(
                members
                    .into_iter()
                    .map(|(name, value)| (owned(name), value.into_owned()))
                    .collect(),
            ),
        }
    }

    /// For people: a text in quotes, the rest as JSON, and not more of it than a line holds.
    pub(crate) fn shown(&self) -> String {
        match self {
            Json::Null => "null".to_owned(),
            Json::List(elements) if elements.is_empty() => "[]".to_owned(),
            Json::List(elements) => format!("a list of {}", elements.len()),
            Json::Object(members) if members.is_empty() => "{}".to_owned(),
            Json::Object(members) => format!("an object of {} members", members.len()),
            Json::Text(text) => quoted(text),
            Json::Bool(_) | Json::Number(_) => cut(self.text().unwrap_or_default()),
        }
    }
}

/// A text in quotes, without control characters, cut where it is long.
pub(crate) fn quoted(text: &str) -> String {
    format!("{:?}", cut(text))
}

fn cut(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn next<'a>(parser: &mut SliceJsonParser<'a>) -> Result<JsonEvent<'a>, InvalidJson> {
    parser.parse_next().map_err(|error| {
        let at = error.location().start;
        InvalidJson::Syntax { line: at.line + 1, column: at.column + 1 }
    })
}

/// The lists and objects that are still open, outermost first, each with the name of the member
/// that it is going to be.
#[derive(Default)]
struct Open<'a> {
    containers: Vec<(Cow<'a, str>, Json<'a>)>,
    /// Of the value that comes next, where it is a member.
    name: Cow<'a, str>,
}

impl<'a> Open<'a> {
    fn begin(&mut self, container: Json<'a>) -> Result<(), InvalidJson> {
        if self.containers.len() == DEEPEST {
            return Err(InvalidJson::TooDeep);
        }
        self.containers.push((std::mem::take(&mut self.name), container));
        Ok(())
    }

    fn end(&mut self) -> Json<'a> {
        // The parser has seen to it that something is open.
        let (name, container) = self.containers.pop().unwrap_or((Cow::Borrowed(""), Json::Null));
        self.name = name;
        container
    }

    /// Puts a value where it belongs, or hands it back where it is the whole.
    fn place(&mut self, value: Json<'a>) -> Option<Json<'a>> {
        match self.containers.last_mut() {
            Some((_, Json::List(elements))) => elements.push(value),
            Some((_, Json::Object(members))) => {
                members.push((std::mem::take(&mut self.name), value));
            }
            _ => return Some(value),
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_text() {
        let text = r#"{"a": [1, -0.50, 1e3, 123456789012345678901234567890.10], "b": "x\u00e9\n"}"#;
        let json = Json::parse(text).unwrap();
        let numbers: Vec<_> = (0..4)
            .map(|at| json.member("a").unwrap().element(at).unwrap().1.text().unwrap())
            .collect();
        assert_eq!(numbers, ["1", "-0.50", "1e3", "123456789012345678901234567890.10"]);
        assert_eq!(json.member("b").unwrap().text(), Some("xé\n"));
    }

    #[test]
    fn of_two_members_of_one_name_the_later_counts() {
        let json = Json::parse(r#"{"a": 1, "a": 2}"#).unwrap();
        assert_eq!(json.member("a").unwrap().text(), Some("2"));
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        for (text, message) in [
            ("", "not JSON: at line 1 column 1"),
            ("ON", "not JSON: at line 1 column 1"),
            ("{\"a\": 1,\n \"b\": }", "not JSON: at line 2 column 7"),
            ("{} {}", "not JSON: at line 1 column 4"),
            ("[1", "not JSON: at line 1 column 3"),
        ] {
            assert_eq!(Json::parse(text).unwrap_err().to_string(), message, "{text}");
        }
        assert!(Json::parse("[\"\\ud800\"]").is_err());
    }

    #[test]
    fn what_is_nested_deep_is_read_or_refused_and_never_too_much_for_the_stack() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Json::parse(&nested(200)).is_ok());
        assert!(Json::parse(&nested(DEEPEST)).is_ok());
        assert_eq!(Json::parse(&nested(DEEPEST + 1)), Err(InvalidJson::TooDeep));
        assert_eq!(Json::parse(&"[".repeat(1_000_000)), Err(InvalidJson::TooDeep));
        assert_eq!(Json::parse(&"{\"a\":".repeat(100_000)), Err(InvalidJson::TooDeep));
    }

    #[test]
    fn values_are_compared_by_their_texts_and_lists_and_objects_by_their_members() {
        let says =
            |one: &str, other: &str| Json::parse(one).unwrap().says(&Json::parse(other).unwrap());
        assert!(says("true", "\"true\"") && says("\"5\"", "5") && says("null", "null"));
        assert!(says("[1, {\"a\": 2, \"b\": []}]", "[1, {\"b\": [], \"a\": 2}]"));
        assert!(!says("null", "\"null\"") && !says("1", "1.0") && !says("[1]", "[1, 2]"));
        assert!(!says("{\"a\": 1}", "{\"b\": 1}") && !says("{}", "[]"));
    }
}
