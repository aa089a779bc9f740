//! What is wrong with a source, said so that it can be mended: rule, member, why.

use std::fmt;

/// Faults that are told at once; a source with more is told of these first.
const MOST: usize = 20;

/// One thing that is wrong with a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The rule: its name, or its place among the rules, counted from 1, while it has none. `None`: the
    /// source itself.
    pub rule: Option<String>,
    /// The member at fault, with those that it lies in: `when[0].that`. Empty: the whole.
    pub member: String,
    /// What is wrong.
    pub why: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(rule) = &self.rule {
            write!(f, "rule {rule}: ")?;
        }
        if !self.member.is_empty() {
            write!(f, "{}: ", self.member)?;
        }
        f.write_str(&self.why)
    }
}

/// Everything that is wrong with a source, at most 20 things of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct InvalidSource(pub Vec<Fault>);

impl fmt::Display for InvalidSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, fault) in self.0.iter().enumerate() {
            let separator = if place == 0 { "" } else { "; " };
            write!(f, "{separator}{fault}")?;
        }
        Ok(())
    }
}

/// Where a check stands in the source, and what it has found so far.
#[derive(Debug, Default)]
pub(crate) struct Checker {
    rule: Option<String>,
    place: Vec<String>,
    faults: Vec<Fault>,
}

impl Checker {
    /// From here on the rule is looked at.
    pub(crate) fn enter_rule(&mut self, rule: String) {
        self.rule = Some(rule);
        self.place.clear();
    }

    /// Looks at a member of what is looked at.
    pub(crate) fn member<T>(&mut self, name: &str, look: impl FnOnce(&mut Self) -> T) -> T {
        self.within(name.to_owned(), look)
    }

    /// Looks at the elements of a list that is a member of what is looked at.
    pub(crate) fn each<E, T>(
        &mut self,
        name: &str,
        list: &[E],
        mut look: impl FnMut(&mut Self, &E) -> T,
    ) -> Vec<T> {
        let element = |(place, element)| {
            self.within(format!("{name}[{place}]"), |checker| look(checker, element))
        };
        list.iter().enumerate().map(element).collect()
    }

    fn within<T>(&mut self, place: String, look: impl FnOnce(&mut Self) -> T) -> T {
        self.place.push(place);
        let seen = look(self);
        self.place.pop();
        seen
    }

    /// Notes that what is looked at is wrong.
    pub(crate) fn wrong(&mut self, why: impl Into<String>) {
        let member = self.place.join(".");
        self.note(member, why.into());
    }

    /// Notes what a member of what is looked at is told to be wrong by the reader of its form.
    pub(crate) fn note(&mut self, member: String, why: String) {
        if self.faults.len() < MOST {
            self.faults.push(Fault { rule: self.rule.clone(), member, why });
        }
    }

    /// The result, if nothing was wrong.
    pub(crate) fn conclude<T>(self, whole: Option<T>) -> Result<T, InvalidSource> {
        match whole {
            Some(whole) if self.faults.is_empty() => Ok(whole),
            _ => Err(InvalidSource(self.faults)),
        }
    }
}
