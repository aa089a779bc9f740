//! Least privilege. What each function was seen to call is held against its policy end to end;
//! here is what can be told from the template alone.

use std::collections::BTreeSet;

use integration::template::Permission;
use serde_json::Value;

use crate::deployed::{mappings, stack, stack_with, template};

/// Every action and resource of every statement in the template, as it is written.
fn written(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| written(value, found)),
        Value::Object(fields) => {
            if fields.contains_key("Effect") {
                for field in ["Action", "NotAction", "Resource", "NotResource"] {
                    texts(&value[field], found);
                }
            }
            fields.values().for_each(|value| written(value, found));
        }
        _ => {}
    }
}

fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

#[test]
fn no_policy_names_more_than_it_means() {
    let template = template();
    let mut found = Vec::new();
    written(template.json(), &mut found);
    assert!(found.len() > 50, "{found:?}");
    let stars: Vec<_> = found.iter().filter(|text| text.contains(['*', '?'])).collect();
    assert!(stars.is_empty(), "{stars:?}");
}

#[test]
fn no_policy_comes_from_anywhere_else() {
    // SAM would add policies of its own to a role that it makes itself.
    let template = template();
    for (id, resource) in template.section("Resources") {
        if resource["Type"] == "AWS::Serverless::Function" {
            assert!(resource["Properties"]["Role"].is_object(), "{id}");
            assert!(resource["Properties"]["Policies"].is_null(), "{id}");
        }
    }
    let managed = |stack: &integration::template::Stack| -> BTreeSet<String> {
        let roles = stack.of_type("AWS::IAM::Role");
        let arns = roles.filter_map(|(_, role)| role["ManagedPolicyArns"].as_array().cloned());
        arns.flatten().map(|arn| arn.to_string()).collect()
    };
    assert!(managed(&stack()).is_empty());
    // X-Ray's actions know no resources: where tracing is asked for, AWS's own policy is taken.
    let traced = managed(&stack_with(&[("Tracing", "Active")]));
    assert_eq!(traced, ["\"arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess\"".to_owned()].into());
}

#[test]
fn each_function_has_a_role_of_its_own() {
    let stack = stack();
    let functions = stack.functions().unwrap();
    let roles: BTreeSet<_> =
        functions.values().map(|function| function["Role"].to_string()).collect();
    assert_eq!(roles.len(), functions.len());
}

#[test]
fn lambda_takes_messages_from_the_functions_own_queue_alone() {
    let stack = stack();
    for (name, _, mapping) in mappings(&stack) {
        let queue = mapping["Queue"].as_str().unwrap();
        let expected: BTreeSet<_> = ["DeleteMessage", "GetQueueAttributes", "ReceiveMessage"]
            .map(|action| Permission {
                action: format!("sqs:{action}"),
                resource: queue.to_owned(),
            })
            .into();
        assert_eq!(stack.permissions(&name, "event-source").unwrap(), expected, "{name}");
    }
}

#[test]
fn a_function_writes_its_own_log_alone() {
    let stack = stack();
    for (name, function) in stack.functions().unwrap() {
        let group = function["LoggingConfig"]["LogGroup"].as_str().unwrap();
        for Permission { resource, .. } in stack.permissions(&name, "logs").unwrap() {
            assert!(resource.ends_with(&format!(":log-group:{group}:*")), "{name}: {resource}");
        }
        assert!(group.ends_with(&name));
    }
}

#[test]
fn the_schedule_reads_the_due_index_and_sends() {
    let resource =
        |service: &str, rest: &str| format!("arn:aws:{service}:us-east-1:123456789012:{rest}");
    let expected = [
        Permission {
            action: "dynamodb:Query".to_owned(),
            resource: resource(
                "dynamodb",
                &format!("table/roomwatt-Table/index/{}", roomwatt_store::DUE_INDEX),
            ),
        },
        Permission {
            action: "sqs:SendMessage".to_owned(),
            resource: resource("sqs", "roomwatt-day-close"),
        },
    ];
    let permissions = stack().permissions("day-close-schedule", "calls").unwrap();
    assert_eq!(permissions, expected.into());
}

#[test]
fn events_are_put_under_our_own_source_alone() {
    let stack = stack();
    let statements =
        &stack.resources["DayCloseRole"].properties["Policies"][0]["PolicyDocument"]["Statement"];
    let puts =
        statements.as_array().unwrap().iter().find(|one| one["Action"][0] == "events:PutEvents");
    let source = &puts.unwrap()["Condition"]["StringEquals"]["events:source"];
    assert_eq!(source, roomwatt_messaging::bus::SOURCE);
}

#[test]
fn the_api_cannot_write_what_is_known_of_rooms() {
    let stack = stack();
    let statements =
        &stack.resources["ReportApiRole"].properties["Policies"][0]["PolicyDocument"]["Statement"];
    let mut written = Vec::new();
    for statement in statements.as_array().unwrap() {
        let writes = |action: &Value| {
            !["BatchGetItem", "GetItem", "Query"]
                .iter()
                .any(|read| action.as_str() == Some(&format!("dynamodb:{read}")))
        };
        if statement["Action"].as_array().unwrap().iter().any(writes) {
            let partitions = &statement["Condition"]["ForAllValues:StringLike"];
            written.push(partitions["dynamodb:LeadingKeys"].clone());
        }
    }
    let expected =
        serde_json::json!([["HOTELS", "HOTEL#*"], ["SOURCES", "REGISTER#*"], ["SESSION#*"]]);
    assert_eq!(Value::Array(written), expected);
}
