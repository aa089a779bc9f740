//! Reads JSON value by value, each with its own fault.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::value::RawValue;

use super::faults::{Faults, Path};

type Members<'a> = BTreeMap<String, &'a RawValue>;

/// Who wrote a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Its owner: what breaks a rule is a fault.
    Owner,
    /// A table, where an older or a newer version has put it: fields that nobody asks for are passed
    /// over, and rules that came later do not make a hotel unreadable.
    Table,
}

/// An object whose fields are asked for one by one.
pub(super) struct Object<'a> {
    members: Members<'a>,
    path: &'a Path<'a>,
    /// What the object is called where one of its fields is unknown.
    what: &'static str,
}

impl<'a> Object<'a> {
    pub(super) fn new(
        raw: &'a RawValue,
        path: &'a Path<'a>,
        what: &'static str,
        faults: &mut Faults,
    ) -> Option<Self> {
        let members = members(raw).map_err(|problem| faults.add(path, problem)).ok()?;
        Some(Self { members, path, what })
    }

    /// Takes a field out; `null` is a field left out.
    pub(super) fn take(&mut self, field: &str) -> Option<&'a RawValue> {
        self.members.remove(field).filter(|raw| raw.get() != "null")
    }

    pub(super) fn optional<T>(
        &mut self,
        field: &'static str,
        faults: &mut Faults,
        read: impl FnOnce(&RawValue) -> Result<T, String>,
    ) -> Option<T> {
        let raw = self.take(field)?;
        read(raw).map_err(|problem| faults.add(&Path::Member(self.path, field), problem)).ok()
    }

    pub(super) fn required<T>(
        &mut self,
        field: &'static str,
        faults: &mut Faults,
        read: impl FnOnce(&RawValue) -> Result<T, String>,
    ) -> Option<T> {
        let Some(raw) = self.take(field) else {
            faults.add(&Path::Member(self.path, field), "is missing");
            return None;
        };
        read(raw).map_err(|problem| faults.add(&Path::Member(self.path, field), problem)).ok()
    }

    /// Reads a field whose faults lie further down.
    pub(super) fn nested<T>(
        &mut self,
        field: &'static str,
        faults: &mut Faults,
        read: impl FnOnce(&RawValue, &Path<'_>, &mut Faults) -> Option<T>,
    ) -> Option<T> {
        let raw = self.take(field)?;
        read(raw, &Path::Member(self.path, field), faults)
    }

    /// Reads a field that is a [map](map()). One that is left out is empty.
    pub(super) fn map<K: Ord, V, E: fmt::Display>(
        &mut self,
        field: &'static str,
        faults: &mut Faults,
        key: impl Fn(&str) -> Result<K, E>,
        read: impl FnMut(&RawValue, &Path<'_>, &mut Faults) -> Option<V>,
    ) -> BTreeMap<K, V> {
        self.nested(field, faults, |raw, path, faults| Some(map(raw, path, faults, key, read)))
            .unwrap_or_default()
    }

    /// What nobody asked for.
    pub(super) fn finish(self, origin: Origin, faults: &mut Faults) {
        if origin == Origin::Owner {
            for field in self.members.keys() {
                let path = Path::Member(self.path, field);
                faults.add(&path, format_args!("is no field of {}", self.what));
            }
        }
    }
}

/// Reads a map whose keys follow a rule. A key that breaks it is told without a look at its value.
pub(super) fn map<K: Ord, V, E: fmt::Display>(
    raw: &RawValue,
    path: &Path<'_>,
    faults: &mut Faults,
    key: impl Fn(&str) -> Result<K, E>,
    mut read: impl FnMut(&RawValue, &Path<'_>, &mut Faults) -> Option<V>,
) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    let members = match members(raw) {
        Ok(members) => members,
        Err(problem) => {
            faults.add(path, problem);
            return map;
        }
    };
    for (member, raw) in &members {
        let path = Path::Member(path, member);
        match key(member) {
            Ok(key) => {
                if let Some(value) = read(raw, &path, faults) {
                    map.insert(key, value);
                }
            }
            Err(error) => faults.add(&path, format_args!("has a bad key: {error}")),
        }
    }
    map
}

/// Reads a list entry by entry. `None` for what is no list, and for one that is too long, whose
/// entries are not looked at.
pub(super) fn list<T>(
    raw: &RawValue,
    path: &Path<'_>,
    faults: &mut Faults,
    most: usize,
    mut read: impl FnMut(&RawValue, &Path<'_>, &mut Faults) -> Option<T>,
) -> Option<Vec<T>> {
    let Ok(entries) = serde_json::from_str::<Vec<&RawValue>>(raw.get()) else {
        faults.add(path, "must be a list");
        return None;
    };
    if entries.len() > most {
        let found = entries.len();
        faults.add(path, format_args!("must have at most {most} entries, and has {found}"));
        return None;
    }
    let entries = entries.into_iter().enumerate();
    Some(entries.filter_map(|(place, raw)| read(raw, &Path::Entry(path, place), faults)).collect())
}

/// Reads one value, with a fault of its own.
pub(super) fn leaf<T>(
    raw: &RawValue,
    path: &Path<'_>,
    faults: &mut Faults,
    read: impl FnOnce(&RawValue) -> Result<T, String>,
) -> Option<T> {
    read(raw).map_err(|problem| faults.add(path, problem)).ok()
}

fn members(raw: &RawValue) -> Result<Members<'_>, &'static str> {
    serde_json::from_str(raw.get()).map_err(|_| "must be an object")
}

pub(super) fn text(raw: &RawValue) -> Result<String, String> {
    serde_json::from_str(raw.get()).map_err(|_| "must be a string".to_owned())
}

/// Reads a text for people, of so many characters at most.
pub(super) fn told(raw: &RawValue, most: usize, origin: Origin) -> Result<String, String> {
    let text = text(raw)?;
    if origin == Origin::Table {
        Ok(readable(&text))
    } else if !(1..=most).contains(&text.chars().count()) {
        Err(format!("must have 1 to {most} characters"))
    } else if text.chars().all(is_text) {
        Ok(text)
    } else {
        Err("must have no control and no bidirectional control characters".to_owned())
    }
}

/// A text without the characters that do not show as themselves.
pub fn readable(text: &str) -> String {
    text.chars().filter(|character| is_text(*character)).collect()
}

/// Whether a character shows as itself: it neither controls the terminal nor turns what is beside it.
pub(super) fn is_text(character: char) -> bool {
    let turns = matches!(
        character,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    !(turns || character.is_control())
}

/// Reads a name by its constructor, whose error begins with the field, as does the fault's path.
pub(super) fn name<T, E: fmt::Display>(
    raw: &RawValue,
    new: impl Fn(&str) -> Result<T, E>,
) -> Result<T, String> {
    let rule = |error: E| {
        error.to_string().split_once(' ').map_or_else(String::new, |(_, rule)| rule.to_owned())
    };
    new(&text(raw)?).map_err(rule)
}

/// Reads a decimal, whether written as a string or as a number.
pub(super) fn decimal<T, E: fmt::Display>(
    raw: &RawValue,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<T, String> {
    let written = raw.get();
    let parsed = if written.starts_with('"') {
        parse(&text(raw)?)
    } else if written.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        parse(written)
    } else {
        return Err("must be a decimal, as a string or a number".to_owned());
    };
    parsed.map_err(|error| error.to_string())
}

pub(super) fn whole(raw: &RawValue, least: u32, most: u32) -> Result<u32, String> {
    let number = serde_json::from_str::<u32>(raw.get()).ok();
    number
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("must be a whole number from {least} to {most}"))
}
