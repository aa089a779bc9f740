//! Rules: how one sort of fact is found in a message.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::condition::Condition;
use crate::event::{Event, Fact, Subject};
use crate::fault::Checker;
use crate::form::{self, IfUnregistered};
use crate::hotel::Hotel;
use crate::json::quoted;
use crate::keep::Keep;
use crate::moment::{Moment, Told};
use crate::outcome::{Ignored, Outcome, Reason, Refusal, Why};
use crate::path::{DEEPEST_EACH, Path, Scope};
use crate::reading::{Quantity, Read, Reading};
use crate::state::{Said, StateOf, Whose};
use crate::value::Value;

/// Characters of a rule's name, at most.
const LONGEST_NAME: usize = 64;

/// How one sort of fact is found in a message.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) name: Arc<str>,
    pub(crate) each: Vec<Path>,
    when: Vec<Condition>,
    id: Value,
    at: Moment,
    tells: Tells,
    ignores_unregistered: bool,
    keep: Option<Keep>,
}

/// What a rule finds out.
#[derive(Debug)]
enum Tells {
    State(StateOf),
    Stay(StateOf),
    PowerW(Reading),
    CounterWh(Reading),
}

/// Why a turn comes to no event.
pub(crate) enum NoEvent<'a> {
    Ignored(Why<'a>),
    Refused(Refusal),
}

impl<'a> NoEvent<'a> {
    pub(crate) fn outcome(self, scope: Scope<'a>) -> Outcome<'a> {
        match self {
            NoEvent::Ignored(why) => Outcome::Ignored(Ignored { why, scope }),
            NoEvent::Refused(refusal) => Outcome::Refused(refusal),
        }
    }

    fn malformed(detail: impl Into<String>) -> Self {
        NoEvent::Refused(Refusal::malformed(detail))
    }

    fn unregistered(detail: impl Into<String>) -> Self {
        NoEvent::Refused(Refusal { reason: Reason::Unregistered, detail: detail.into() })
    }
}

impl Rule {
    /// Compiles a rule; notes what is wrong with it.
    pub(crate) fn compile(form: &form::Rule, checker: &mut Checker) -> Option<Self> {
        if form.name.is_empty() {
            checker.member("name", |checker| checker.wrong("must not be empty"));
        }
        if form.name.chars().count() > LONGEST_NAME || form.name.contains(char::is_control) {
            checker.member("name", |checker| {
                checker.wrong(format!("must be at most {LONGEST_NAME} printable characters"));
            });
        }
        let depth = form.each.len();
        let each = each(&form.each, checker);
        let when = checker.each("when", &form.when, |checker, condition| {
            Condition::compile(condition, depth, checker)
        });
        let id = checker.member("id", |checker| Value::compile(&form.id, depth, checker));
        let at = checker.member("at", |checker| Moment::compile(&form.at, depth, checker));
        let tells = Tells::compile(form, checker);
        let keep = form
            .keep
            .as_ref()
            .map(|keep| checker.member("keep", |checker| Keep::compile(keep, checker)));
        Some(Self {
            name: form.name.as_str().into(),
            each: each?,
            when: when.into_iter().collect::<Option<_>>()?,
            id: id?,
            at: at?,
            tells: tells?,
            ignores_unregistered: form.if_unregistered == Some(IfUnregistered::Ignore),
            keep: keep.flatten(),
        })
    }

    /// Whether times without an offset are read.
    pub(crate) fn reads_local_times(&self) -> bool {
        self.at.is_local()
    }

    /// What the rule comes to, seen from an element.
    pub(crate) fn turn<'a>(
        &'a self,
        scope: Scope<'a>,
        hotel: &Hotel<'a>,
    ) -> Result<Event<'a>, NoEvent<'a>> {
        if let Some(condition) = self.when.iter().find(|condition| !condition.holds(scope)) {
            return Err(NoEvent::Ignored(Why::Condition(condition)));
        }
        // Most turns end here, before anything is put together for them.
        let fact = self.tells.fact(scope);
        if let Err(NoEvent::Ignored(why)) = fact {
            return Err(NoEvent::Ignored(why));
        }
        let external = self.id.text(scope).filter(|external| !external.is_empty());
        let external = external.ok_or(NoEvent::Ignored(Why::NotThere(&self.id)))?;
        // What is of no concern may say what it likes: it is not refused for its states and clocks.
        if self.ignores_unregistered
            && hotel.register.is_some_and(|register| !register.has(&external))
        {
            return Err(NoEvent::Ignored(Why::Unregistered(external.into_owned())));
        }
        let fact = fact?;
        let at = match self.at.told(scope, hotel.calendar.clocks()) {
            Told::At(at) => at,
            Told::Malformed(detail) => return Err(NoEvent::malformed(detail)),
            Told::NoClock(detail) => {
                return Err(NoEvent::Refused(Refusal { reason: Reason::NoClock, detail }));
            }
        };
        if let Some(keep) = self.keep.filter(|keep| !keep.keeps(at)) {
            return Err(NoEvent::Ignored(Why::NotKept(keep, at)));
        }
        let subject = match hotel
            .register
            .map(|register| register.find(&external, at, hotel.calendar))
        {
            None => Subject::Unregistered,
            Some(Some(row)) => self.subject(&external, &row.room, row.device.as_ref(), &fact)?,
            Some(None) if self.ignores_unregistered => {
                return Err(NoEvent::Ignored(Why::Unregistered(external.into_owned())));
            }
            Some(None) => {
                let id = quoted(&external);
                let known = hotel.register.is_some_and(|register| register.has(&external));
                let when = if known { format!(" for {at}") } else { String::new() };
                return Err(NoEvent::unregistered(format!("{id} is not in the register{when}")));
            }
        };
        Ok(Event { rule: &self.name, external, hotel: hotel.id, subject, at, fact })
    }

    /// A stay is a room's, everything else a device's.
    fn subject<'a>(
        &self,
        external: &str,
        room: &'a roomwatt_domain::RoomId,
        device: Option<&'a roomwatt_domain::Device>,
        fact: &Fact<'_>,
    ) -> Result<Subject<'a>, NoEvent<'static>> {
        // Only a refusal shows it.
        let id = || quoted(external);
        match (&self.tells, device) {
            (Tells::Stay(_), None) => Ok(Subject::Room(room)),
            (Tells::Stay(_), Some(device)) => Err(NoEvent::unregistered(format!(
                "{} is device {} of room {room} in the register, and a stay is a room's",
                id(),
                device.id
            ))),
            (_, None) => Err(NoEvent::unregistered(format!(
                "{} is room {room} in the register, and has no device and kind",
                id()
            ))),
            (_, Some(device)) => {
                fact.check(device).map_err(|why| NoEvent::malformed(format!("{}: {why}", id())))?;
                Ok(Subject::Device { room, device })
            }
        }
    }
}

fn each(form: &[form::Path], checker: &mut Checker) -> Option<Vec<Path>> {
    if form.len() > DEEPEST_EACH {
        checker.member("each", |checker| {
            checker.wrong(format!("goes at most {DEEPEST_EACH} deep, not {}", form.len()));
        });
        return None;
    }
    let mut depth = 0;
    let paths = checker.each("each", form, |checker, path| {
        let path = Path::compile(path, depth, checker);
        depth += 1;
        if path.as_ref().is_some_and(Path::is_key) {
            checker.wrong("must find elements, and a name is none");
        }
        path
    });
    paths.into_iter().collect()
}

impl Tells {
    fn compile(form: &form::Rule, checker: &mut Checker) -> Option<Self> {
        let given = [
            ("state", form.state.is_some()),
            ("stay", form.stay.is_some()),
            ("powerW", form.power_w.is_some()),
            ("counterWh", form.counter_wh.is_some()),
        ];
        let given: Vec<_> =
            given.iter().filter(|(_, given)| *given).map(|(name, _)| format!("`{name}`")).collect();
        if given.len() != 1 {
            checker.wrong(match given.len() {
                0 => "needs one of `state`, `stay`, `powerW` and `counterWh`".to_owned(),
                _ => format!("has {}, and needs exactly one of them", given.join(" and ")),
            });
        }
        let depth = form.each.len();
        let state = |member, state: &form::State, whose, checker: &mut Checker| {
            checker.member(member, |checker| StateOf::compile(state, whose, depth, checker))
        };
        let reading = |member, number: &form::Number, quantity, checker: &mut Checker| {
            checker.member(member, |checker| Reading::compile(number, quantity, depth, checker))
        };
        // Everything that is there is looked at, so that all faults are told at once.
        let tells = [
            form.state
                .as_ref()
                .map(|form| state("state", form, Whose::Device, checker).map(Tells::State)),
            form.stay
                .as_ref()
                .map(|form| state("stay", form, Whose::Room, checker).map(Tells::Stay)),
            form.power_w
                .as_ref()
                .map(|form| reading("powerW", form, Quantity::PowerW, checker).map(Tells::PowerW)),
            form.counter_wh.as_ref().map(|form| {
                reading("counterWh", form, Quantity::CounterWh, checker).map(Tells::CounterWh)
            }),
        ];
        tells.into_iter().flatten().next().flatten()
    }

    fn fact<'a>(&'a self, scope: Scope<'a>) -> Result<Fact<'a>, NoEvent<'a>> {
        match self {
            Tells::State(state) | Tells::Stay(state) => match state.said(scope) {
                Said::State(state) => Ok(Fact::State(state)),
                Said::NotThere(value) => Err(NoEvent::Ignored(Why::NotThere(value))),
                Said::IsIgnored(value) => Err(NoEvent::Ignored(Why::IsIgnored(value))),
                Said::BetweenBands(value) => Err(NoEvent::Ignored(Why::BetweenBands(value))),
                Said::Malformed(detail) => Err(NoEvent::malformed(detail)),
            },
            Tells::PowerW(reading) => read(reading, scope).map(Fact::PowerW),
            Tells::CounterWh(reading) => read(reading, scope).map(Fact::CounterWh),
        }
    }
}

fn read<'a>(reading: &'a Reading, scope: Scope<'a>) -> Result<Decimal, NoEvent<'a>> {
    match reading.read(scope) {
        Read::Reading(number) => Ok(number),
        Read::NotThere(value) => Err(NoEvent::Ignored(Why::NotThere(value))),
        Read::Malformed(detail) => Err(NoEvent::malformed(detail)),
    }
}
