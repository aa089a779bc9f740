//! What is wrong with a profile: told field by field, and never at more length than helps.
//!
//! A profile is read whole before it is refused. A large one may be wrong everywhere, so only the
//! first faults are told and the others counted, and what is quoted of a key is cut short.

use std::fmt;

use serde::Serialize;

/// How many faults are told.
const TOLD: usize = 20;

/// How many characters are quoted of a key that broke its rule.
const QUOTED: usize = 40;

/// One field of a profile that broke its rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field's path: `ratings.light.ON`, `tariffs[2].zones[0].hours[1]`.
    pub field: String,
    /// What was wrong with it.
    pub problem: String,
}

/// The faults of a profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct InvalidProfile {
    /// The first 20 faults, in the order of the fields.
    pub fields: Vec<FieldError>,
    /// How many more there are.
    pub more: usize,
}

impl fmt::Display for InvalidProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, fault) in self.fields.iter().enumerate() {
            let separator = if place == 0 { "" } else { "; " };
            let space = if fault.field.is_empty() { "" } else { " " };
            write!(f, "{separator}{}{space}{}", fault.field, fault.problem)?;
        }
        if self.more > 0 {
            write!(f, "; and {} more faults", self.more)?;
        }
        Ok(())
    }
}

/// Where a value stands. It is spelled out only for a fault that is told.
#[derive(Debug, Clone, Copy)]
pub(super) enum Path<'a> {
    /// The profile.
    Root,
    /// A member of an object.
    Member(&'a Path<'a>, &'a str),
    /// An entry of a list.
    Entry(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Member(Path::Root, key) => quote(key, f),
            Path::Member(parent, key) => {
                write!(f, "{parent}.")?;
                quote(key, f)
            }
            Path::Entry(parent, place) => write!(f, "{parent}[{place}]"),
        }
    }
}

fn quote(key: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut characters = key.chars();
    for character in characters.by_ref().take(QUOTED) {
        // Whoever reads the fault sees the characters that it is about.
        if super::json::is_text(character) {
            write!(f, "{character}")?;
        } else {
            write!(f, "{}", character.escape_unicode())?;
        }
    }
    if characters.next().is_some() { f.write_str("…") } else { Ok(()) }
}

/// Gathers faults while a profile is read.
#[derive(Debug, Default)]
pub(super) struct Faults {
    told: Vec<FieldError>,
    more: usize,
}

impl Faults {
    pub(super) fn add(&mut self, path: &Path<'_>, problem: impl fmt::Display) {
        if self.told.len() < TOLD {
            self.told.push(FieldError { field: path.to_string(), problem: problem.to_string() });
        } else {
            self.more += 1;
        }
    }

    /// The value that was read, unless anything was wrong.
    pub(super) fn unless_any<T>(self, value: Option<T>) -> Result<T, InvalidProfile> {
        match value {
            Some(value) if self.told.is_empty() => Ok(value),
            _ => Err(InvalidProfile { fields: self.told, more: self.more }),
        }
    }
}
