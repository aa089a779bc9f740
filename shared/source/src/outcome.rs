//! What a rule's turn comes to: an event, or why not.

use std::fmt;
use std::sync::Arc;

use roomwatt_domain::Instant;

use crate::condition::Condition;
use crate::event::Event;
use crate::keep::Keep;
use crate::path::{Path, Scope};
use crate::value::Value;

/// One rule's turn with a message or an element of it.
#[derive(Debug, Clone)]
pub struct Turn<'a> {
    /// The rule's name; `None` where the message as a whole is refused.
    pub rule: Option<&'a Arc<str>>,
    pub(crate) scope: Option<Scope<'a>>,
    /// What came of it.
    pub outcome: Outcome<'a>,
}

impl Turn<'_> {
    /// The names or indices of the elements that the rule was in, outermost first.
    pub fn elements(&self) -> Vec<String> {
        let elements = self.scope.map_or(&[][..], |scope| scope.elements);
        elements.iter().filter_map(|element| element.key.text()).map(Into::into).collect()
    }
}

/// What a rule's turn comes to.
#[derive(Debug, Clone)]
pub enum Outcome<'a> {
    /// A fact.
    Event(Event<'a>),
    /// The message says nothing by this rule. Counted, and not kept.
    Ignored(Ignored<'a>),
    /// The message says something that cannot be taken. It is kept whole.
    Refused(Refusal),
}

/// Why a message says nothing by a rule. `Display` tells it, with what was seen.
#[derive(Debug, Clone)]
pub struct Ignored<'a> {
    pub(crate) why: Why<'a>,
    pub(crate) scope: Scope<'a>,
}

#[derive(Debug, Clone)]
pub(crate) enum Why<'a> {
    NothingUnderEach(&'a Path),
    Condition(&'a Condition),
    NotThere(&'a Value),
    IsIgnored(&'a Value),
    BetweenBands(&'a Value),
    NotKept(Keep, Instant),
    Unregistered(String),
}

impl fmt::Display for Ignored<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scope = self.scope;
        match &self.why {
            Why::NothingUnderEach(path) => write!(f, "{path} of `each` finds nothing"),
            Why::Condition(condition) => f.write_str(&condition.explain(scope)),
            Why::NotThere(value) => f.write_str(&value.explain_absence(scope)),
            Why::IsIgnored(value) => write!(f, "{}, which `ignore` names", value.shown(scope)),
            Why::BetweenBands(value) => write!(f, "{}, which is in no band", value.shown(scope)),
            Why::NotKept(keep, at) => {
                let seconds = keep.into_cell(*at) / 1000;
                write!(f, "{at} is {seconds} s into its cell, and `keep` takes the beginning alone")
            }
            Why::Unregistered(external) => {
                write!(f, "{external:?} is not in the register, and `ifUnregistered` says ignore")
            }
        }
    }
}

/// Why a message is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// What was wrong in particular.
    pub detail: String,
}

/// The sorts of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A state that the map does not have, a reading that is no number, an instant in none of the
    /// shapes, or no JSON at all.
    Malformed,
    /// An instant before 2000: a device whose clock was not set.
    NoClock,
    /// The register does not have the id, or has a room in the place of a device.
    Unregistered,
}

impl Reason {
    /// As it is named in refused events.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Malformed => "malformed",
            Reason::NoClock => "no-clock",
            Reason::Unregistered => "unregistered",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.detail)
    }
}

impl Refusal {
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self { reason: Reason::Malformed, detail: detail.into() }
    }
}
