//! An event that has come, and where from.

use std::borrow::Cow;
use std::sync::Arc;

use crate::edge::{Event, Reason, Refusal};

/// An event, where it came from, and what is kept of it where it is refused.
#[derive(Debug)]
pub(crate) struct Arrival<'a> {
    pub(crate) origin: Origin,
    pub(crate) event: Event,
    pub(crate) kept: Kept<'a>,
}

/// The place of a message in the batch, and of an event in the message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    pub(crate) message: usize,
    pub(crate) place: usize,
}

/// What is kept of an event that is refused.
#[derive(Debug, Clone)]
pub(crate) struct Kept<'a> {
    /// Its own text, or the whole message that a source read it out of.
    pub(crate) text: &'a str,
    /// The rule of the source that read it.
    pub(crate) rule: Option<Arc<str>>,
}

impl<'a> Kept<'a> {
    pub(crate) fn refused(
        self,
        reason: Reason,
        detail: impl Into<Cow<'static, str>>,
    ) -> Refusal<'a> {
        Refusal { reason, detail: detail.into(), body: self.text, rule: self.rule }
    }
}
