//! Sources: how the messages of one publisher are read.

use std::ops::ControlFlow;

use roomwatt_domain::SourceName;
use serde_json::value::RawValue;

use crate::fault::{Checker, InvalidSource};
use crate::form::{self, OutOfForm, Reports};
use crate::hotel::Hotel;
use crate::json::Json;
use crate::message::Message;
use crate::outcome::{Ignored, Outcome, Refusal, Turn, Why};
use crate::path::{DEEPEST_EACH, Path, Scope};
use crate::rule::Rule;
use crate::value::Value;

/// Bytes of a source, at most.
pub const LONGEST_SOURCE: usize = 64 << 10;
/// Rules of a source, at most.
pub const MOST_RULES: usize = 64;
/// Events that one message can tell.
pub const MOST_EVENTS: usize = 10_000;
/// Elements that rules go through in one message, so that `each` in `each` has an end.
const MOST_ELEMENTS: usize = 1_000_000;

/// How the messages of one publisher are read into facts: a document, checked and compiled once.
#[derive(Debug)]
pub struct Source {
    name: Box<str>,
    about: Option<Box<str>>,
    reports: Reports,
    hotel: Option<Value>,
    unwrap: Vec<Unwrap>,
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Unwrap {
    at: Path,
    json: bool,
}

impl Source {
    /// Reads and checks a document.
    ///
    /// # Errors
    /// [`InvalidSource`] with what is wrong: rule, member and why, up to 20 things at once.
    pub fn parse(text: &str) -> Result<Self, InvalidSource> {
        // Some editors begin a file with a mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut checker = Checker::default();
        let source = Self::compile(text, &mut checker);
        checker.conclude(source)
    }

    fn compile(text: &str, checker: &mut Checker) -> Option<Self> {
        if text.len() > LONGEST_SOURCE {
            checker
                .wrong(format!("a source has at most {LONGEST_SOURCE} bytes, not {}", text.len()));
            return None;
        }
        // Also bounds how deep the forms below can go.
        if let Err(error) = Json::parse(text) {
            checker.wrong(error.to_string());
            return None;
        }
        let form: form::Source<&RawValue> = match form::read(text) {
            Ok(form) => form,
            Err(OutOfForm { member, why }) => {
                checker.note(member, why);
                return None;
            }
        };
        check_name(&form.name, checker);
        let hotel = form
            .hotel
            .as_ref()
            .map(|hotel| checker.member("hotel", |checker| Value::compile(hotel, 0, checker)));
        let unwrap = checker.each("unwrap", &form.unwrap, |checker, step| {
            let at = checker.member("at", |checker| Path::compile(&step.at, 0, checker));
            at.map(|at| Unwrap { at, json: step.json })
        });
        let rules = rules(&form.rules, checker);
        Some(Self {
            name: form.name.into(),
            about: form.about.map(Into::into),
            reports: form.reports,
            hotel: hotel.flatten(),
            unwrap: unwrap.into_iter().collect::<Option<_>>()?,
            rules: rules?,
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it reads, for people.
    pub fn about(&self) -> Option<&str> {
        self.about.as_deref()
    }

    /// Whether the publisher sends changes alone.
    pub fn reports(&self) -> Reports {
        self.reports
    }

    /// Whether it reads times without an offset, by the hotel's clocks.
    pub fn reads_local_times(&self) -> bool {
        self.rules.iter().any(Rule::reads_local_times)
    }

    /// The rules' names, in their order.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| &*rule.name)
    }

    /// The hotel that a message names by its member `_hotel`, else by the source's `hotel`.
    pub fn hotel_of(&self, message: &Message<'_>) -> Option<String> {
        if let Some(hotel) = message.hotel() {
            return Some(hotel.to_owned());
        }
        let value = self.hotel.as_ref()?;
        let mut hotel = None;
        // A message that cannot be unwrapped names none; reading it tells why.
        let _ = self.unwrapped(message, &mut |scope| {
            hotel = value.text(scope).map(std::borrow::Cow::into_owned);
        });
        hotel
    }

    /// Reads a message: each rule takes its turn with each element, in their order.
    ///
    /// Calls for what each turn comes to, and once without a rule where the message as a whole is
    /// refused: it cannot be unwrapped, or tells more than 10,000 events, of which those up to the
    /// limit have come.
    pub fn read(&self, message: &Message<'_>, hotel: &Hotel<'_>, take: &mut dyn FnMut(Turn<'_>)) {
        let mut outcome = Ok(());
        let unwrapped = self.unwrapped(message, &mut |scope| {
            let mut pass = Pass { hotel, take: &mut *take, events: 0, elements: 0, full: None };
            let _ = self.rules.iter().try_for_each(|rule| pass.rule(rule, scope));
            outcome = pass.full.map_or(Ok(()), Err);
        });
        if let Err(refusal) = unwrapped.and(outcome) {
            take(Turn { rule: None, scope: None, outcome: Outcome::Refused(refusal) });
        }
    }

    /// Takes the message out of its envelopes.
    fn unwrapped(
        &self,
        message: &Message<'_>,
        then: &mut dyn FnMut(Scope<'_>),
    ) -> Result<(), Refusal> {
        unwrap(
            &self.unwrap,
            Scope { message: &message.0, received: &message.0, elements: &[] },
            then,
        )
    }
}

fn unwrap(
    steps: &[Unwrap],
    scope: Scope<'_>,
    then: &mut dyn FnMut(Scope<'_>),
) -> Result<(), Refusal> {
    let Some((step, rest)) = steps.split_first() else {
        then(scope);
        return Ok(());
    };
    let mut found = None;
    let _ = step.at.each(scope, &mut |at| {
        found = Some(at.value);
        ControlFlow::Break(())
    });
    match found {
        None => unwrap(rest, scope, then),
        Some(Json::Text(text)) if step.json => {
            let message = Json::parse(text)
                .map_err(|error| Refusal::malformed(format!("{} of `unwrap`: {error}", step.at)))?;
            unwrap(rest, Scope { message: &message, ..scope }, then)
        }
        Some(message) => unwrap(rest, Scope { message, ..scope }, then),
    }
}

/// How a walk through the elements goes on.
type Walk = ControlFlow<()>;

/// One message being read.
struct Pass<'r, 'h> {
    hotel: &'r Hotel<'h>,
    take: &'r mut dyn FnMut(Turn<'_>),
    events: usize,
    elements: usize,
    /// Why no more is read of the message.
    full: Option<Refusal>,
}

impl Pass<'_, '_> {
    fn rule(&mut self, rule: &Rule, scope: Scope<'_>) -> Walk {
        let before = self.elements;
        self.descend(rule, scope)?;
        match rule.each.first() {
            Some(path) if self.elements == before => {
                let ignored = Ignored { why: Why::NothingUnderEach(path), scope };
                self.give(rule, scope, Outcome::Ignored(ignored))
            }
            _ => ControlFlow::Continue(()),
        }
    }

    /// Goes into the elements of the rule's next path, or takes the rule's turn where there is none.
    fn descend(&mut self, rule: &Rule, scope: Scope<'_>) -> Walk {
        let depth = scope.elements.len();
        let Some(path) = rule.each.get(depth) else {
            let outcome = match rule.turn(scope, self.hotel) {
                Ok(event) => Outcome::Event(event),
                Err(no_event) => no_event.outcome(scope),
            };
            return self.give(rule, scope, outcome);
        };
        path.each(scope, &mut |found| {
            self.elements += 1;
            if self.elements > MOST_ELEMENTS {
                let detail = format!("rules go through more than {MOST_ELEMENTS} elements");
                self.full = Some(Refusal::malformed(detail));
                return ControlFlow::Break(());
            }
            let mut elements = [found; DEEPEST_EACH];
            elements[..depth].copy_from_slice(scope.elements);
            self.descend(rule, Scope { elements: &elements[..=depth], ..scope })
        })
    }

    fn give<'a>(&mut self, rule: &'a Rule, scope: Scope<'a>, outcome: Outcome<'a>) -> Walk {
        if let Outcome::Event(_) = outcome {
            if self.events == MOST_EVENTS {
                let detail = format!("a message has at most {MOST_EVENTS} events");
                self.full = Some(Refusal::malformed(detail));
                return ControlFlow::Break(());
            }
            self.events += 1;
        }
        (self.take)(Turn { rule: Some(&rule.name), scope: Some(scope), outcome });
        ControlFlow::Continue(())
    }
}

fn check_name(name: &str, checker: &mut Checker) {
    // A source's name has the rule of an id, as it is part of a URL and of a stored key.
    if let Err(invalid) = SourceName::new(name) {
        checker
            .member("source", |checker| checker.wrong(invalid.to_string().replace("source ", "")));
    }
}

fn rules(raw: &[&RawValue], checker: &mut Checker) -> Option<Vec<Rule>> {
    if raw.is_empty() || raw.len() > MOST_RULES {
        checker.member("rules", |checker| {
            checker.wrong(format!("must be 1 to {MOST_RULES} rules, not {}", raw.len()));
        });
        return None;
    }
    let rule = |(place, raw): (usize, &&RawValue)| {
        let form = form::read::<form::Rule>(raw.get());
        match &form {
            Ok(form) if !form.name.is_empty() => checker.enter_rule(form.name.clone()),
            _ => checker.enter_rule(name_of(raw.get()).unwrap_or_else(|| (place + 1).to_string())),
        }
        match form {
            Ok(form) => Rule::compile(&form, checker),
            Err(OutOfForm { member, why }) => {
                checker.note(member, why);
                None
            }
        }
    };
    // Every rule is looked at, and not only those up to the first that is wrong.
    raw.iter().enumerate().map(rule).collect::<Vec<_>>().into_iter().collect()
}

/// The name of a rule that is otherwise out of form.
fn name_of(text: &str) -> Option<String> {
    let json = Json::parse(text).ok()?;
    json.member("name")?.text().filter(|name| !name.is_empty()).map(ToOwned::to_owned)
}
