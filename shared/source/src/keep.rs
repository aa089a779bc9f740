//! Thinning: which of many readings are kept.

use jiff::SignedDuration;
use roomwatt_domain::Instant;
use roomwatt_domain::instant::Millis;

use crate::fault::Checker;
use crate::form;

/// Keeps what happened in the first stretch of a cell of time.
///
/// A function of the event's own instant and of nothing else, so that it comes to the same however
/// events are cut into messages and batches, and in whatever order they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Keep {
    every: Millis,
    within: Millis,
}

impl Keep {
    pub(crate) fn compile(form: &form::Keep, checker: &mut Checker) -> Option<Self> {
        let every = checker.member("every", |checker| duration(&form.every, checker));
        let within = checker.member("within", |checker| duration(&form.within, checker));
        let (every, within) = (every?, within?);
        if within > every {
            checker.wrong("`within` must be no longer than `every`");
        }
        Some(Self { every, within })
    }

    /// Whether what happened then is kept.
    pub(crate) fn keeps(self, at: Instant) -> bool {
        self.into_cell(at) < self.within
    }

    /// How long after the beginning of its cell it happened.
    pub(crate) fn into_cell(self, at: Instant) -> Millis {
        at.as_millis().rem_euclid(self.every)
    }
}

/// Whole milliseconds, above 0: `15m`, `75s`, `1h 30m`.
fn duration(text: &str, checker: &mut Checker) -> Option<Millis> {
    let millis = text
        .parse::<SignedDuration>()
        .ok()
        .and_then(|duration| Millis::try_from(duration.as_millis()).ok())
        .filter(|millis| *millis > 0);
    if millis.is_none() {
        checker.wrong("must be a length of time such as 75s or 15m");
    }
    millis
}
