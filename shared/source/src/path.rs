//! Paths: where in a message a value stands.
//!
//! A path is a JSON path of RFC 9535 without `..`, seen from the message or from an element that a rule
//! takes its turn with. The grammar is `jsonpath-rust`'s; its queries are compiled here, once, since
//! a path here has two roots (`$` in a filter is the message wherever the path begins), since numbers
//! are decimals and not floats, and since most paths are a few member names that need no list of
//! nodes.

use std::borrow::Cow;
use std::ops::ControlFlow;

use jsonpath_rust::parser::errors::JsonPathError;
use jsonpath_rust::parser::model::{JpQuery, Segment, Selector as Parsed};
use jsonpath_rust::parser::parse_json_path;

use crate::fault::Checker;
use crate::filter::Filter;
use crate::form;
use crate::json::{Json, quoted};

/// Characters of a path, at most.
const LONGEST: usize = 256;

/// Elements that a rule can be in at once: how deep `each` goes.
pub(crate) const DEEPEST_EACH: usize = 4;

/// What paths are seen from: the message, and the elements that a rule is in, outermost first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'m> {
    /// What came out of the envelopes.
    pub(crate) message: &'m Json<'m>,
    /// What was received: its members `_…` are the message's, however deep that lay in it.
    pub(crate) received: &'m Json<'m>,
    pub(crate) elements: &'m [Found<'m>],
}

/// A value that a path finds, and where it lay in what holds it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'m> {
    pub(crate) key: Key<'m>,
    pub(crate) value: &'m Json<'m>,
}

/// A value's own member name or index.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Key<'m> {
    /// The value is the message itself.
    None,
    Name(&'m str),
    Index(usize),
}

/// What a path leads to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Seen<'m> {
    Value(&'m Json<'m>),
    Key(Key<'m>),
}

impl<'m> Key<'m> {
    pub(crate) fn text(self) -> Option<Cow<'m, str>> {
        match self {
            Key::None => None,
            Key::Name(name) => Some(Cow::Borrowed(name)),
            Key::Index(index) => Some(Cow::Owned(index.to_string())),
        }
    }
}

impl<'m> Seen<'m> {
    /// The text of it, where it has one.
    pub(crate) fn text(self) -> Option<Cow<'m, str>> {
        match self {
            Seen::Value(value) => value.text().map(Cow::Borrowed),
            Seen::Key(key) => key.text(),
        }
    }

    pub(crate) fn says(self, other: &Json<'_>) -> bool {
        match self {
            Seen::Value(value) => value.says(other),
            Seen::Key(key) => key.text().as_deref() == other.text(),
        }
    }

    pub(crate) fn says_as(self, other: Seen<'_>) -> bool {
        match other {
            Seen::Value(value) => self.says(value),
            Seen::Key(_) => self.text() == other.text(),
        }
    }

    /// For people.
    pub(crate) fn shown(self) -> String {
        match self {
            Seen::Value(value) => value.shown(),
            Seen::Key(key) => key.text().map_or_else(|| "nothing".to_owned(), |key| quoted(&key)),
        }
    }
}

/// Where a value stands.
#[derive(Debug)]
pub(crate) struct Path {
    text: Box<str>,
    root: Root,
    steps: Box<[Step]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Root {
    Message,
    /// By its place among the elements that a rule is in.
    Element(usize),
    Key(usize),
}

/// From a value to what it holds.
#[derive(Debug)]
pub(crate) enum Step {
    Name(Box<str>),
    Index(i64),
    /// What may find several.
    Many(Box<[Selector]>),
}

#[derive(Debug)]
pub(crate) enum Selector {
    Name(Box<str>),
    Index(i64),
    All,
    Slice { start: Option<i64>, end: Option<i64>, step: i64 },
    Filter(Filter),
}

impl Path {
    /// Compiles a path that is seen from within `depth` elements; notes what is wrong with it.
    pub(crate) fn compile(
        form::Path(text): &form::Path,
        depth: usize,
        checker: &mut Checker,
    ) -> Option<Self> {
        match compile(text, depth) {
            Ok((root, steps)) => Some(Self { text: text.as_str().into(), root, steps }),
            Err(why) => {
                checker.wrong(why);
                None
            }
        }
    }

    /// The first that the path finds.
    pub(crate) fn first<'m>(&self, scope: Scope<'m>) -> Option<Seen<'m>> {
        let mut first = None;
        let _ = self.all(scope, &mut |seen| {
            first = Some(seen);
            ControlFlow::Break(())
        });
        first
    }

    /// The text of the first that the path finds and that has one.
    pub(crate) fn text<'m>(&self, scope: Scope<'m>) -> Option<Cow<'m, str>> {
        let mut text = None;
        let _ = self.all(scope, &mut |seen| {
            text = seen.text();
            if text.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        text
    }

    /// Calls for all that the path finds, in the order of RFC 9535.
    pub(crate) fn all<'m>(
        &self,
        scope: Scope<'m>,
        see: &mut dyn FnMut(Seen<'m>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if let Root::Key(depth) = self.root {
            return match scope.elements.get(depth).map(|element| element.key) {
                None | Some(Key::None) => ControlFlow::Continue(()),
                Some(key) => see(Seen::Key(key)),
            };
        }
        self.each(scope, &mut |found| see(Seen::Value(found.value)))
    }

    /// As [`Path::all`], with the member name or index of what is found.
    pub(crate) fn each<'m>(
        &self,
        scope: Scope<'m>,
        see: &mut dyn FnMut(Found<'m>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match self.root {
            Root::Message => from_message(&self.steps, scope, see),
            Root::Element(depth) => match scope.elements.get(depth) {
                Some(element) => walk(&self.steps, *element, scope, see),
                None => ControlFlow::Continue(()),
            },
            Root::Key(_) => ControlFlow::Continue(()),
        }
    }

    /// Whether it leads to an element's own name and not to a value.
    pub(crate) fn is_key(&self) -> bool {
        matches!(self.root, Root::Key(_))
    }
}

/// As it is written.
impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Walks from the message; its members `_…` are those of what was received.
pub(crate) fn from_message<'m>(
    steps: &[Step],
    scope: Scope<'m>,
    see: &mut dyn FnMut(Found<'m>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let received = |name: &str| {
        let was_enveloped = !std::ptr::eq(scope.message, scope.received);
        (was_enveloped && name.starts_with('_')).then(|| member(scope.received, name)).flatten()
    };
    let message = Found { key: Key::None, value: scope.message };
    match steps {
        [Step::Name(name), rest @ ..] => match received(name) {
            Some(found) => walk(rest, found, scope, see),
            None => walk(steps, message, scope, see),
        },
        [Step::Many(selectors), rest @ ..] => selectors.iter().try_for_each(|selector| {
            let found = if let Selector::Name(name) = selector { received(name) } else { None };
            match found {
                Some(found) => walk(rest, found, scope, see),
                None => selector
                    .select(scope.message, scope, &mut |found| walk(rest, found, scope, see)),
            }
        }),
        _ => walk(steps, message, scope, see),
    }
}

/// Walks the steps from a value on.
pub(crate) fn walk<'m>(
    steps: &[Step],
    mut at: Found<'m>,
    scope: Scope<'m>,
    see: &mut dyn FnMut(Found<'m>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    for (place, step) in steps.iter().enumerate() {
        let next = match step {
            Step::Name(name) => member(at.value, name),
            Step::Index(index) => element(at.value, *index),
            Step::Many(selectors) => {
                let rest = &steps[place + 1..];
                return selectors.iter().try_for_each(|selector| {
                    selector.select(at.value, scope, &mut |found| walk(rest, found, scope, see))
                });
            }
        };
        match next {
            Some(found) => at = found,
            None => return ControlFlow::Continue(()),
        }
    }
    see(at)
}

fn member<'m>(value: &'m Json<'m>, name: &str) -> Option<Found<'m>> {
    let Json::Object(members) = value else { return None };
    let (name, value) = members.iter().rev().find(|(member, _)| member == name)?;
    Some(Found { key: Key::Name(name), value })
}

fn element<'m>(value: &'m Json<'m>, index: i64) -> Option<Found<'m>> {
    let (index, value) = value.element(index)?;
    Some(Found { key: Key::Index(index), value })
}

/// All that a list or an object holds.
fn held<'m>(value: &'m Json<'m>) -> impl Iterator<Item = Found<'m>> {
    let (elements, members) = match value {
        Json::List(elements) => (elements.as_slice(), [].as_slice()),
        Json::Object(members) => ([].as_slice(), members.as_slice()),
        _ => ([].as_slice(), [].as_slice()),
    };
    let elements =
        elements.iter().enumerate().map(|(index, value)| Found { key: Key::Index(index), value });
    elements.chain(members.iter().map(|(name, value)| Found { key: Key::Name(name), value }))
}

impl Selector {
    fn select<'m>(
        &self,
        value: &'m Json<'m>,
        scope: Scope<'m>,
        see: &mut dyn FnMut(Found<'m>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match self {
            Selector::Name(name) => member(value, name).map_or(ControlFlow::Continue(()), see),
            Selector::Index(index) => element(value, *index).map_or(ControlFlow::Continue(()), see),
            Selector::All => held(value).try_for_each(see),
            Selector::Slice { start, end, step } => {
                let Json::List(elements) = value else { return ControlFlow::Continue(()) };
                let length = i64::try_from(elements.len()).unwrap_or(i64::MAX);
                slice(*start, *end, *step, length)
                    .filter_map(|index| element(value, index))
                    .try_for_each(see)
            }
            Selector::Filter(filter) => {
                held(value).filter(|found| filter.holds(found.value, scope)).try_for_each(see)
            }
        }
    }
}

/// The indices of a slice of a list (RFC 9535, 2.3.4.2.2).
fn slice(
    start: Option<i64>,
    end: Option<i64>,
    step: i64,
    length: i64,
) -> impl Iterator<Item = i64> {
    let from_start = |index: i64| if index < 0 { length.saturating_add(index) } else { index };
    let (first, end) = if step >= 0 {
        (
            from_start(start.unwrap_or(0)).clamp(0, length),
            from_start(end.unwrap_or(length)).clamp(0, length),
        )
    } else {
        (
            from_start(start.unwrap_or(length - 1)).clamp(-1, length - 1),
            end.map_or(-1, |end| from_start(end).clamp(-1, length - 1)),
        )
    };
    let within = move |index: &i64| if step > 0 { *index < end } else { step < 0 && *index > end };
    std::iter::successors(Some(first), move |index| index.checked_add(step)).take_while(within)
}

fn compile(text: &str, depth: usize) -> Result<(Root, Box<[Step]>), String> {
    if text.chars().count() > LONGEST {
        return Err(format!("a path has at most {LONGEST} characters"));
    }
    if let Some(outer) = text.strip_prefix("key@") {
        return match outer_element(outer, depth)? {
            (element, "") => Ok((Root::Key(element), Box::default())),
            _ => Err(format!("{} has no members: it is a name or an index", quoted(text))),
        };
    }
    let (root, rest) = match text.split_at_checked(1) {
        Some(("$", rest)) => (Root::Message, rest),
        Some(("@", rest)) => {
            let (element, rest) = outer_element(rest, depth)?;
            (Root::Element(element), rest)
        }
        _ => return Err(format!("{} is no path: a path begins with $, @ or key@", quoted(text))),
    };
    let query =
        parse_json_path(&format!("${rest}")).map_err(|error| not_a_path(text, rest, &error))?;
    Ok((root, steps(&query)?))
}

/// Which element `1…` after an `@` means, and what follows it. Nothing: the innermost.
fn outer_element(text: &str, depth: usize) -> Result<(usize, &str), String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    if depth == 0 {
        return Err("there is no element that @ could be: `each` has no path before it".to_owned());
    }
    if number.is_empty() {
        return Ok((depth - 1, rest));
    }
    match number.parse::<usize>() {
        Ok(number) if (1..=depth).contains(&number) => Ok((number - 1, rest)),
        _ => Err(format!("there is no element @{number}: `each` is {depth} deep here")),
    }
}

/// What is wrong with a path: how far it can be read.
fn not_a_path(text: &str, rest: &str, error: &JsonPathError) -> String {
    if let JsonPathError::MaxNestingDepthExceeded(_) = error {
        return format!("{} is nested too deep", quoted(text));
    }
    let root = &text[..text.len() - rest.len()];
    let readable = (0..rest.len())
        .rev()
        .filter(|end| rest.is_char_boundary(*end))
        .find(|end| parse_json_path(&format!("${}", &rest[..*end])).is_ok())
        .unwrap_or(0);
    format!(
        "{} is no path beyond {root}{} (a name with other characters than letters, digits and _ is \
         written ['so'])",
        quoted(text),
        &rest[..readable]
    )
}

pub(crate) fn steps(query: &JpQuery) -> Result<Box<[Step]>, String> {
    compile_steps(&query.segments)
}

pub(crate) fn compile_steps(segments: &[Segment]) -> Result<Box<[Step]>, String> {
    segments.iter().map(step).collect()
}

fn step(segment: &Segment) -> Result<Step, String> {
    match segment {
        Segment::Descendant(_) => Err("a path must not search with `..`".to_owned()),
        Segment::Selector(Parsed::Name(name)) => Ok(Step::Name(name.as_str().into())),
        Segment::Selector(Parsed::Index(index)) => Ok(Step::Index(*index)),
        Segment::Selector(parsed) => Ok(Step::Many(Box::new([selector(parsed)?]))),
        Segment::Selectors(parsed) => {
            Ok(Step::Many(parsed.iter().map(selector).collect::<Result<_, _>>()?))
        }
    }
}

fn selector(parsed: &Parsed) -> Result<Selector, String> {
    Ok(match parsed {
        Parsed::Name(name) => Selector::Name(name.as_str().into()),
        Parsed::Index(index) => Selector::Index(*index),
        Parsed::Wildcard => Selector::All,
        Parsed::Slice(start, end, step) => {
            Selector::Slice { start: *start, end: *end, step: step.unwrap_or(1) }
        }
        Parsed::Filter(filter) => Selector::Filter(Filter::compile(filter)?),
    })
}
