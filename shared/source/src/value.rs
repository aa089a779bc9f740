//! Values: texts out of a message.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::fault::Checker;
use crate::form;
use crate::json::quoted;
use crate::path::{Path, Scope};

/// Where a text comes from.
#[derive(Debug)]
pub(crate) enum Value {
    Path(Path),
    Part(Part),
    Text(Template),
}

/// A part of what a path finds, or what stands for it.
#[derive(Debug)]
pub(crate) struct Part {
    of: Path,
    /// What the text is split at, and which part counts; −1 is the last.
    split: Option<(Box<str>, i64)>,
    map: Option<HashMap<Box<str>, Box<str>>>,
}

/// Values in a text.
#[derive(Debug)]
pub(crate) struct Template {
    pieces: Vec<Piece>,
    with: Vec<Value>,
}

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Literal(Box<str>),
    Value(usize),
}

impl Value {
    /// Compiles a value that is seen from within `depth` elements; notes what is wrong with it.
    pub(crate) fn compile(form: &form::Value, depth: usize, checker: &mut Checker) -> Option<Self> {
        match form {
            form::Value::Path(path) => Path::compile(path, depth, checker).map(Value::Path),
            form::Value::Part(part) => Part::compile(part, depth, checker).map(Value::Part),
            form::Value::Text(text) => Template::compile(text, depth, checker).map(Value::Text),
        }
    }

    /// The text, where it is there.
    pub(crate) fn text<'a>(&'a self, scope: Scope<'a>) -> Option<Cow<'a, str>> {
        match self {
            Value::Path(path) => path.text(scope),
            Value::Part(part) => part.text(scope),
            Value::Text(template) => template.text(scope),
        }
    }

    /// Why the text is not there, for people.
    pub(crate) fn explain_absence(&self, scope: Scope<'_>) -> String {
        match self {
            Value::Path(path) => explain_path(path, scope),
            Value::Part(part) => part.explain_absence(scope),
            Value::Text(template) => template
                .with
                .iter()
                .find(|value| value.text(scope).is_none())
                .map_or_else(String::new, |value| value.explain_absence(scope)),
        }
    }

    /// What the message has in its place, for people.
    pub(crate) fn shown(&self, scope: Scope<'_>) -> String {
        let seen = match self {
            Value::Path(path) | Value::Part(Part { of: path, split: None, map: None }) => {
                path.first(scope).map(|seen| (path, seen.shown()))
            }
            Value::Part(part) => part.text(scope).map(|text| (&part.of, quoted(&text))),
            Value::Text(template) => {
                return template
                    .text(scope)
                    .map_or_else(|| self.explain_absence(scope), |text| quoted(&text));
            }
        };
        seen.map_or_else(
            || self.explain_absence(scope),
            |(path, shown)| format!("{path} is {shown}"),
        )
    }
}

fn explain_path(path: &Path, scope: Scope<'_>) -> String {
    match path.first(scope) {
        None => format!("{path} is nothing"),
        Some(seen) => format!("{path} is {}", seen.shown()),
    }
}

impl Part {
    fn compile(form: &form::Part, depth: usize, checker: &mut Checker) -> Option<Self> {
        let split = match (&form.split, form.place) {
            (Some(split), _) if split.is_empty() => {
                checker.member("split", |checker| checker.wrong("must not be empty"));
                return None;
            }
            (Some(split), Some(part)) => Some((split.as_str().into(), part)),
            (None, None) => None,
            (Some(_), None) => {
                checker.wrong("`split` says nothing without `part`");
                return None;
            }
            (None, Some(_)) => {
                checker.wrong("`part` says nothing without `split`");
                return None;
            }
        };
        let map = form.map.as_ref().map(|map| {
            map.iter().map(|(from, to)| (from.as_str().into(), to.as_str().into())).collect()
        });
        let of = checker.member("of", |checker| Path::compile(&form.of, depth, checker))?;
        Some(Self { of, split, map })
    }

    fn text<'a>(&'a self, scope: Scope<'a>) -> Option<Cow<'a, str>> {
        let text = self.unmapped(scope)?;
        match &self.map {
            None => Some(text),
            Some(map) => map.get(&*text).map(|mapped| Cow::Borrowed(&**mapped)),
        }
    }

    fn unmapped<'a>(&'a self, scope: Scope<'a>) -> Option<Cow<'a, str>> {
        let whole = self.of.text(scope)?;
        let Some((separator, part)) = &self.split else { return Some(whole) };
        match whole {
            Cow::Borrowed(whole) => part_of(whole, separator, *part).map(Cow::Borrowed),
            Cow::Owned(whole) => {
                part_of(&whole, separator, *part).map(|part| Cow::Owned(part.to_owned()))
            }
        }
    }

    fn explain_absence(&self, scope: Scope<'_>) -> String {
        let shown = explain_path(&self.of, scope);
        match (&self.split, &self.map, self.unmapped(scope)) {
            (_, Some(_), Some(text)) => {
                format!("{shown}, and `map` does not have {}", quoted(&text))
            }
            (Some((separator, part)), _, None)
                if self.of.first(scope).is_some_and(|seen| seen.text().is_some()) =>
            {
                format!("{shown}, which has no part {part} when split at {}", quoted(separator))
            }
            _ => shown,
        }
    }
}

fn part_of<'t>(text: &'t str, separator: &str, part: i64) -> Option<&'t str> {
    let from_end = usize::try_from(part.unsigned_abs()).ok()?;
    if part < 0 {
        text.rsplit(separator).nth(from_end - 1)
    } else {
        text.split(separator).nth(from_end)
    }
}

impl Template {
    fn compile(form: &form::Text, depth: usize, checker: &mut Checker) -> Option<Self> {
        let pieces = pieces(&form.text);
        let with = checker
            .each("with", &form.with, |checker, value| Value::compile(value, depth, checker));
        let missing = pieces.iter().find_map(|piece| match piece {
            Piece::Value(place) if *place >= form.with.len() => Some(*place),
            Piece::Value(_) | Piece::Literal(_) => None,
        });
        if let Some(place) = missing {
            let have = form.with.len();
            checker.member("text", |checker| {
                checker.wrong(format!("there is no {{{place}}}: `with` has {have}, from {{0}} on"));
            });
            return None;
        }
        Some(Self { pieces, with: with.into_iter().collect::<Option<_>>()? })
    }

    fn text(&self, scope: Scope<'_>) -> Option<Cow<'static, str>> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Value(place) => text.push_str(&self.with.get(*place)?.text(scope)?),
            }
        }
        Some(Cow::Owned(text))
    }
}

/// Cuts a text at its `{0}`, `{1}` …; other braces are braces.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut rest, mut searched) = (text, 0);
    while let Some(open) = rest[searched..].find('{').map(|open| open + searched) {
        let digits: &str = rest[open + 1..].split('}').next().unwrap_or_default();
        let close = open + 1 + digits.len();
        let place =
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse()).transpose();
        match place {
            Ok(Some(place)) if rest[close..].starts_with('}') => {
                if open > 0 {
                    pieces.push(Piece::Literal(rest[..open].into()));
                }
                pieces.push(Piece::Value(place));
                (rest, searched) = (&rest[close + 1..], 0);
            }
            _ => searched = open + 1,
        }
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.into()));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_counted_from_either_end() {
        let part = |part| part_of("stat/r101_lamp/RESULT", "/", part);
        assert_eq!(
            [part(0), part(1), part(2), part(3)],
            [Some("stat"), Some("r101_lamp"), Some("RESULT"), None]
        );
        assert_eq!([part(-1), part(-3), part(-4)], [Some("RESULT"), Some("stat"), None]);
        assert_eq!(part_of("a", "/", i64::MIN), None);
        assert_eq!((part_of("a::b", "::", 1), part_of("", "/", 0)), (Some("b"), Some("")));
    }

    #[test]
    fn a_text_is_cut_at_its_values_and_other_braces_are_braces() {
        let literal = |text: &str| Piece::Literal(text.into());
        assert_eq!(pieces("{0}/{12}"), [Piece::Value(0), literal("/"), Piece::Value(12)]);
        assert_eq!(pieces("a{}{b}{0"), [literal("a{}{b}{0")]);
        assert_eq!(pieces("{{1}}"), [literal("{"), Piece::Value(1), literal("}")]);
        assert_eq!(pieces(""), []);
        assert_eq!(pieces("{99999999999999999999999}"), [literal("{99999999999999999999999}")]);
    }
}
