//! Conditions: when a rule takes a message, or an element of it, at all.

use std::ops::ControlFlow;

use crate::fault::Checker;
use crate::form::{self, Anything};
use crate::json::Json;
use crate::path::{Path, Scope, Seen};

/// What has to hold of a value.
#[derive(Debug)]
pub(crate) struct Condition {
    that: Path,
    tests: Vec<Test>,
}

#[derive(Debug)]
enum Test {
    /// One of what the path finds is one of these.
    Is(Vec<Json<'static>>),
    /// None of what the path finds is one of these.
    Not(Vec<Json<'static>>),
    Exists(bool),
    Differs(Path),
}

impl Condition {
    pub(crate) fn compile(
        form: &form::Condition,
        depth: usize,
        checker: &mut Checker,
    ) -> Option<Self> {
        let values =
            |list: &Vec<Anything>| list.iter().map(|Anything(json)| json.clone()).collect();
        let mut tests = Vec::new();
        tests.extend(form.is.as_ref().map(values).map(Test::Is));
        tests.extend(form.not.as_ref().map(values).map(Test::Not));
        tests.extend(form.exists.map(Test::Exists));
        if let Some(other) = &form.differs {
            let other = checker.member("differs", |checker| Path::compile(other, depth, checker));
            tests.push(Test::Differs(other?));
        }
        if tests.is_empty() {
            checker.wrong("says nothing: needs `is`, `not`, `exists` or `differs`");
        }
        let that = checker.member("that", |checker| Path::compile(&form.that, depth, checker))?;
        Some(Self { that, tests })
    }

    pub(crate) fn holds(&self, scope: Scope<'_>) -> bool {
        self.tests.iter().all(|test| self.passes(test, scope))
    }

    fn passes(&self, test: &Test, scope: Scope<'_>) -> bool {
        match test {
            Test::Is(values) => self.is_among(values, scope),
            Test::Not(values) => !self.is_among(values, scope),
            Test::Exists(exists) => self.that.first(scope).is_some() == *exists,
            Test::Differs(other) => match (self.that.first(scope), other.first(scope)) {
                (None, None) => false,
                (Some(one), Some(other)) => !one.says_as(other),
                _ => true,
            },
        }
    }

    fn is_among(&self, values: &[Json<'static>], scope: Scope<'_>) -> bool {
        let found = self.that.all(scope, &mut |seen| {
            if values.iter().any(|value| seen.says(value)) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        found.is_break()
    }

    /// Why it does not hold, for people.
    pub(crate) fn explain(&self, scope: Scope<'_>) -> String {
        let that = &self.that;
        let seen = self.that.first(scope).map_or_else(|| "nothing".to_owned(), Seen::shown);
        let failed = self.tests.iter().find(|test| !self.passes(test, scope));
        match failed {
            Some(Test::Is(values)) => format!("{that} is {seen}, not {}", listed(values)),
            Some(Test::Exists(true)) => format!("{that} is not there"),
            Some(Test::Exists(false)) => format!("{that} is there: {seen}"),
            Some(Test::Differs(other)) => format!("{that} is {seen}, as {other} is"),
            Some(Test::Not(_)) | None => format!("{that} is {seen}, which `not` names"),
        }
    }
}

fn listed(values: &[Json<'_>]) -> String {
    const SHOWN: usize = 5;
    let mut shown: Vec<_> = values.iter().take(SHOWN).map(Json::shown).collect();
    if values.len() > SHOWN {
        shown.push("…".to_owned());
    }
    shown.join(" or ")
}
