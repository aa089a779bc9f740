//! The variables that a function is given are the ones that its configuration asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use roomwatt_runtime::InvalidConfiguration;
use roomwatt_runtime::configuration::{DayClose, DayCloseSchedule, Ingest, ReportApi};
use roomwatt_store::Retention;
use serde_json::Value;

use crate::deployed::{stack, stack_with, whole};

type Variables = BTreeMap<String, String>;

fn variables(function: &Value) -> Variables {
    let variables = function["Environment"]["Variables"].as_object().unwrap();
    variables
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().expect(name).to_owned()))
        .collect()
}

/// Reads a configuration from a function's variables; says which ones it asked for.
fn read<C>(
    variables: &Variables,
    read: impl FnOnce(
        &mut dyn FnMut(&'static str) -> Option<OsString>,
    ) -> Result<C, InvalidConfiguration>,
) -> (C, BTreeSet<String>) {
    let mut asked = BTreeSet::new();
    let mut lookup = |name: &'static str| {
        asked.insert(name.to_owned());
        variables.get(name).map(OsString::from)
    };
    let configuration = read(&mut lookup).unwrap();
    (configuration, asked)
}

fn retention(function: &str, variables: &Variables) -> (Option<Retention>, BTreeSet<String>) {
    match function {
        "device-events" | "space-events" => {
            let (configuration, asked) = read(variables, |lookup| Ingest::read(lookup));
            (Some(configuration.retention), asked)
        }
        "day-close-schedule" => (None, read(variables, |lookup| DayCloseSchedule::read(lookup)).1),
        "day-close" => {
            let (configuration, asked) = read(variables, |lookup| DayClose::read(lookup));
            (Some(configuration.retention), asked)
        }
        "report-api" => {
            let (configuration, asked) = read(variables, |lookup| ReportApi::read(lookup));
            (Some(configuration.retention), asked)
        }
        _ => panic!("no configuration is known of {function}"),
    }
}

#[test]
fn a_function_is_given_what_it_asks_for_and_nothing_else() {
    let stack = stack();
    let functions = stack.functions().unwrap();
    assert_eq!(functions.len(), 5);
    for (name, function) in functions {
        let variables = variables(function);
        let (_, asked) = retention(&name, &variables);
        assert_eq!(variables.into_keys().collect::<BTreeSet<_>>(), asked, "{name}");
    }
}

#[test]
fn the_parameters_defaults_are_the_interfaces() {
    let stack = stack();
    for (name, function) in stack.functions().unwrap() {
        let (retention, _) = retention(&name, &variables(function));
        assert!(retention.is_none_or(|retention| retention == Retention::default()), "{name}");
    }
}

#[test]
fn every_value_that_a_parameter_allows_is_one_that_the_code_takes() {
    let template = crate::deployed::template();
    for name in ["GraceMinutes", "HistoryDays", "ReportDays"] {
        let (_, parameter) =
            template.section("Parameters").find(|(known, _)| *known == name).unwrap();
        for bound in ["MinValue", "MaxValue"] {
            let value = whole(&parameter[bound]).to_string();
            let stack = stack_with(&[(name, &value)]);
            for (function, properties) in stack.functions().unwrap() {
                retention(&function, &variables(properties));
            }
        }
    }
}

#[test]
fn a_claim_outlasts_the_call_that_holds_it() {
    let stack = stack();
    let function = stack.functions().unwrap()["day-close"];
    let (configuration, _) = read(&variables(function), |lookup| DayClose::read(lookup));
    assert!(configuration.lease >= whole(&function["Timeout"]) * 1000);
    // And the tick after a worker's death finds the hotel free.
    assert!(configuration.lease < roomwatt_embedded::deployment::TICK);
}
