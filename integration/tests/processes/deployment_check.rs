//! The questions that a new version is asked before it gets traffic: each function answers them as
//! expected, and they change nothing.

use std::collections::BTreeMap;

use integration::template::{STACK, Template};
use serde_json::Value;

use crate::day::Day;
use crate::functions::FUNCTIONS;
use crate::running::profile;
use crate::world::World;

/// By the end of a function's name.
fn questions() -> BTreeMap<String, Value> {
    let stack = Template::load().expect("a template").stack(&[]).expect("a stack");
    let variables = &stack.resources["DeploymentCheck"].properties["Environment"]["Variables"];
    serde_json::from_str(variables["QUESTIONS"].as_str().expect("a text")).expect("JSON")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_version_answers_what_it_is_asked_and_changes_nothing() {
    let mut day = Day::on(World::new().await).await;
    day.one_event_each().await;
    // Something is due, and is left alone all the same.
    let answer = day.running.put(&profile("0.2")).await;
    assert_eq!(answer["statusCode"], 200, "{answer}");
    day.world.take_calls();
    let questions = questions();
    for function in FUNCTIONS {
        let name = format!("{STACK}-{function}");
        let mut meant = questions.iter().filter(|(end, _)| name.ends_with(*end));
        let (_, question) = meant.next().expect(function);
        assert!(meant.next().is_none(), "{function} is asked twice");
        let answer = day.running.invoke(function, &question["asked"]).await;
        match question["answer"].as_object() {
            Some(expected) => {
                for (member, value) in expected {
                    assert_eq!(answer[member], *value, "{function}");
                }
            }
            None => assert_eq!(answer, question["answer"], "{function}"),
        }
    }
    let calls = day.world.take_calls();
    let reads = ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:BatchGetItem"];
    let effects: Vec<_> =
        calls.keys().filter(|(_, call)| !reads.contains(&call.action.as_str())).collect();
    assert!(effects.is_empty(), "{effects:?}");
    assert!(calls.keys().any(|(function, _)| function == "day-close-schedule"));
}
