//! Filters of a path: `[?@.elementName == 'ROOM']`.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use jsonpath_rust::parser::model::{
    Comparable, Comparison, Filter as ParsedFilter, FilterAtom, FnArg, Literal, SingularQuery,
    SingularQuerySegment, Test, TestFunction,
};
use regex::Regex;
use rust_decimal::Decimal;

use crate::decimal;
use crate::json::Json;
use crate::path::{Found, Key, Scope, Step, compile_steps, from_message, steps, walk};

/// What has to hold of a value for a path to find it.
#[derive(Debug)]
pub(crate) enum Filter {
    Any(Box<[Filter]>),
    All(Box<[Filter]>),
    Not(Box<Filter>),
    Exists(Query),
    Compared { left: Operand, is: Relation, right: Operand },
    Matches { text: Operand, pattern: Regex },
}

/// A query of a filter: from the value that is looked at (`@`) or from the message (`$`).
#[derive(Debug)]
pub(crate) struct Query {
    from_message: bool,
    steps: Box<[Step]>,
}

/// One side of a comparison.
#[derive(Debug)]
pub(crate) enum Operand {
    Literal(Json<'static>),
    /// What a query finds, where it finds one thing.
    Found(Query),
    Count(Query),
    Length(Box<Operand>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What an operand comes to. A query that finds nothing has no value.
enum Operated<'m> {
    Nothing,
    Value(&'m Json<'m>),
    Size(usize),
}

impl Filter {
    pub(crate) fn compile(parsed: &ParsedFilter) -> Result<Self, String> {
        let all = |parsed: &[ParsedFilter]| -> Result<Box<[Filter]>, String> {
            parsed.iter().map(Filter::compile).collect()
        };
        Ok(match parsed {
            ParsedFilter::Or(parsed) => Filter::Any(all(parsed)?),
            ParsedFilter::And(parsed) => Filter::All(all(parsed)?),
            ParsedFilter::Atom(FilterAtom::Filter { expr, not }) => {
                Filter::compile(expr)?.negated(*not)
            }
            ParsedFilter::Atom(FilterAtom::Test { expr, not }) => test(expr)?.negated(*not),
            ParsedFilter::Atom(FilterAtom::Comparison(comparison)) => {
                let (left, right) = comparison.vals();
                let (left, right) = (operand(left)?, operand(right)?);
                Filter::Compared { left, is: relation(comparison), right }
            }
        })
    }

    fn negated(self, not: bool) -> Self {
        if not { Filter::Not(Box::new(self)) } else { self }
    }

    /// Whether the filter holds of a value.
    pub(crate) fn holds<'m>(&self, of: &'m Json<'m>, scope: Scope<'m>) -> bool {
        match self {
            Filter::Any(filters) => filters.iter().any(|filter| filter.holds(of, scope)),
            Filter::All(filters) => filters.iter().all(|filter| filter.holds(of, scope)),
            Filter::Not(filter) => !filter.holds(of, scope),
            Filter::Exists(query) => query.count(of, scope, 1) > 0,
            Filter::Compared { left, is, right } => {
                is.holds(&left.of(of, scope), &right.of(of, scope))
            }
            Filter::Matches { text, pattern } => {
                matches!(text.of(of, scope), Operated::Value(Json::Text(text)) if pattern.is_match(text))
            }
        }
    }
}

impl Query {
    fn each<'m>(
        &self,
        of: &'m Json<'m>,
        scope: Scope<'m>,
        see: &mut dyn FnMut(Found<'m>) -> ControlFlow<()>,
    ) {
        let _ = if self.from_message {
            from_message(&self.steps, scope, see)
        } else {
            walk(&self.steps, Found { key: Key::None, value: of }, scope, see)
        };
    }

    /// How many values it finds, counted up to `most`.
    fn count<'m>(&self, of: &'m Json<'m>, scope: Scope<'m>, most: usize) -> usize {
        let mut count = 0;
        self.each(of, scope, &mut |_| {
            count += 1;
            if count == most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        count
    }

    /// The one value that it finds.
    fn one<'m>(&self, of: &'m Json<'m>, scope: Scope<'m>) -> Option<&'m Json<'m>> {
        let (mut one, mut several) = (None, false);
        self.each(of, scope, &mut |found| {
            several = one.replace(found.value).is_some();
            if several { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        one.filter(|_| !several)
    }
}

impl Operand {
    fn of<'m>(&'m self, of: &'m Json<'m>, scope: Scope<'m>) -> Operated<'m> {
        match self {
            Operand::Literal(json) => Operated::Value(json),
            Operand::Found(query) => {
                query.one(of, scope).map_or(Operated::Nothing, Operated::Value)
            }
            Operand::Count(query) => Operated::Size(query.count(of, scope, usize::MAX)),
            Operand::Length(operand) => match operand.of(of, scope) {
                Operated::Value(Json::Text(text)) => Operated::Size(text.chars().count()),
                Operated::Value(Json::List(elements)) => Operated::Size(elements.len()),
                Operated::Value(Json::Object(members)) => Operated::Size(members.len()),
                Operated::Value(_) | Operated::Size(_) | Operated::Nothing => Operated::Nothing,
            },
        }
    }
}

impl Operated<'_> {
    fn number(&self) -> Option<Decimal> {
        match self {
            Operated::Value(Json::Number(number)) => decimal::parse(number),
            Operated::Size(size) => Some(Decimal::from(*size)),
            Operated::Value(_) | Operated::Nothing => None,
        }
    }
}

impl Relation {
    /// RFC 9535, 2.3.5.2.2: only numbers and texts have an order, and only among themselves.
    fn holds(self, left: &Operated<'_>, right: &Operated<'_>) -> bool {
        let order = || match (left, right) {
            (Operated::Value(Json::Text(left)), Operated::Value(Json::Text(right))) => {
                Some(left.cmp(right))
            }
            _ => left.number().zip(right.number()).map(|(left, right)| left.cmp(&right)),
        };
        match self {
            Relation::Equal => equal(left, right),
            Relation::Unequal => !equal(left, right),
            Relation::Less => order() == Some(Ordering::Less),
            Relation::Greater => order() == Some(Ordering::Greater),
            Relation::LessOrEqual => order() == Some(Ordering::Less) || equal(left, right),
            Relation::GreaterOrEqual => order() == Some(Ordering::Greater) || equal(left, right),
        }
    }
}

fn equal(left: &Operated<'_>, right: &Operated<'_>) -> bool {
    if let (Some(left), Some(right)) = (left.number(), right.number()) {
        return left == right;
    }
    match (left, right) {
        (Operated::Nothing, Operated::Nothing) => true,
        (Operated::Value(left), Operated::Value(right)) => equal_values(left, right),
        _ => false,
    }
}

/// Equality of RFC 9535, by type: the text `5` is no number here.
fn equal_values(left: &Json<'_>, right: &Json<'_>) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => {
            left == right
                || decimal::parse(left).is_some_and(|left| Some(left) == decimal::parse(right))
        }
        (Json::List(left), Json::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| equal_values(l, r))
        }
        (Json::Object(members), Json::Object(others)) => {
            members.len() == others.len()
                && members.iter().all(|(name, value)| {
                    right.member(name).is_some_and(|other| equal_values(value, other))
                })
        }
        _ => left == right,
    }
}

fn relation(comparison: &Comparison) -> Relation {
    match comparison {
        Comparison::Eq(..) => Relation::Equal,
        Comparison::Ne(..) => Relation::Unequal,
        Comparison::Gt(..) => Relation::Greater,
        Comparison::Gte(..) => Relation::GreaterOrEqual,
        Comparison::Lt(..) => Relation::Less,
        Comparison::Lte(..) => Relation::LessOrEqual,
    }
}

fn test(parsed: &Test) -> Result<Filter, String> {
    match parsed {
        Test::RelQuery(_) | Test::AbsQuery(_) => Ok(Filter::Exists(query(parsed)?)),
        Test::Function(function) => match &**function {
            TestFunction::Match(text, pattern) => matching(text, pattern, true),
            TestFunction::Search(text, pattern) => matching(text, pattern, false),
            TestFunction::Length(_) | TestFunction::Count(_) | TestFunction::Value(_) => {
                Err("length, count and value have to be compared with something".to_owned())
            }
            TestFunction::Custom(name, _) => Err(unknown_function(name)),
        },
    }
}

fn query(parsed: &Test) -> Result<Query, String> {
    match parsed {
        Test::RelQuery(segments) => {
            Ok(Query { from_message: false, steps: compile_steps(segments)? })
        }
        Test::AbsQuery(query) => Ok(Query { from_message: true, steps: steps(query)? }),
        Test::Function(_) => Err("what is counted must be a query".to_owned()),
    }
}

fn operand(parsed: &Comparable) -> Result<Operand, String> {
    match parsed {
        Comparable::Literal(parsed) => Ok(Operand::Literal(literal(parsed))),
        Comparable::SingularQuery(parsed) => Ok(Operand::Found(singular(parsed))),
        Comparable::Function(function) => sized(function),
    }
}

fn sized(function: &TestFunction) -> Result<Operand, String> {
    match function {
        TestFunction::Length(argument) => Ok(Operand::Length(Box::new(value_of(argument)?))),
        TestFunction::Count(argument) => Ok(Operand::Count(query_of(argument)?)),
        TestFunction::Value(argument) => Ok(Operand::Found(query_of(argument)?)),
        TestFunction::Match(..) | TestFunction::Search(..) => {
            Err("match and search hold or do not, and cannot be compared".to_owned())
        }
        TestFunction::Custom(name, _) => Err(unknown_function(name)),
    }
}

fn unknown_function(name: &str) -> String {
    format!("there is no function {name}: there are length, count, match, search and value")
}

/// An argument that is a value.
fn value_of(argument: &FnArg) -> Result<Operand, String> {
    match argument {
        FnArg::Literal(parsed) => Ok(Operand::Literal(literal(parsed))),
        FnArg::Test(test) => match &**test {
            Test::Function(function) => sized(function),
            Test::RelQuery(_) | Test::AbsQuery(_) => Ok(Operand::Found(query(test)?)),
        },
        FnArg::Filter(_) => Err("an argument must be a value".to_owned()),
    }
}

/// An argument that is a query.
fn query_of(argument: &FnArg) -> Result<Query, String> {
    match argument {
        FnArg::Test(test) => query(test),
        FnArg::Literal(_) | FnArg::Filter(_) => Err("an argument must be a query".to_owned()),
    }
}

fn matching(text: &FnArg, pattern: &FnArg, whole: bool) -> Result<Filter, String> {
    let FnArg::Literal(Literal::String(pattern)) = pattern else {
        return Err("the pattern of match and search must be a text".to_owned());
    };
    let anchored = if whole { format!(r"\A(?:{pattern})\z") } else { pattern.clone() };
    let pattern = Regex::new(&anchored).map_err(|_| format!("{pattern:?} is no pattern"))?;
    Ok(Filter::Matches { text: value_of(text)?, pattern })
}

fn literal(parsed: &Literal) -> Json<'static> {
    match parsed {
        Literal::Null => Json::Null,
        Literal::Bool(is) => Json::Bool(*is),
        Literal::Int(number) => Json::Number(number.to_string().into()),
        Literal::Float(number) => Json::Number(number.to_string().into()),
        Literal::String(text) => Json::Text(text.clone().into()),
    }
}

fn singular(parsed: &SingularQuery) -> Query {
    let (from_message, segments) = match parsed {
        SingularQuery::Current(segments) => (false, segments),
        SingularQuery::Root(segments) => (true, segments),
    };
    let step = |segment: &SingularQuerySegment| match segment {
        SingularQuerySegment::Name(name) => Step::Name(name.as_str().into()),
        SingularQuerySegment::Index(index) => Step::Index(*index),
    };
    Query { from_message, steps: segments.iter().map(step).collect() }
}
