//! Least privilege. What each function was seen to call is held against its policy end to end;
//! here is what can be told from the template alone.

use std::collections::BTreeSet;

use integration::template::{ACCOUNT, Permission, REGION, Stack, one_or_more};
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

/// What can be named by its beginning alone: versions, which have no number before they are published;
/// deployment groups, which SAM names; the paths below a method of the API; and the rules that a listener
/// makes, which are its own.
fn has_no_better_name(resource: &str) -> bool {
    const LAMBDA: &str =
        "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-";
    let version = resource.strip_prefix(LAMBDA).and_then(|name| name.strip_suffix(":*"));
    let method = resource.rsplit_once("${Api}/$default/").map(|(_, path)| path);
    version.is_some_and(|name| {
        roomwatt_cost::deployed::Function::ALL.iter().any(|one| one.name() == name)
    }) || resource.ends_with(":deploymentgroup:${ServerlessDeploymentApplication}/*")
        || method.is_some_and(|path| ["GET/*", "PUT/*", "POST/*", "DELETE/*"].contains(&path))
        || resource.ends_with(":rule/${EventBus}/*")
}

#[test]
fn no_policy_names_more_than_it_means() {
    let template = template();
    let mut found = Vec::new();
    written(template.json(), &mut found);
    assert!(found.len() > 50, "{found:?}");
    let stars = found.iter().filter(|text| text.contains(['*', '?']) && !has_no_better_name(text));
    let stars: Vec<_> = stars.collect();
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
    let managed = |stack: &Stack| -> BTreeSet<String> {
        let roles = stack.of_type("AWS::IAM::Role");
        let arns = roles.filter_map(|(_, role)| role["ManagedPolicyArns"].as_array().cloned());
        arns.flatten().map(|arn| arn.to_string()).collect()
    };
    // What SAM gives CodeDeploy, whose actions on alarms know no resources either.
    let deployment =
        "\"arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited\"".to_owned();
    assert_eq!(managed(&stack()), [deployment.clone()].into());
    // X-Ray's actions know no resources: where tracing is asked for, AWS's own policy is taken.
    let traced = managed(&stack_with(&[("Tracing", "Active")]));
    let tracing = "\"arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess\"".to_owned();
    assert_eq!(traced, [deployment, tracing].into());
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
fn the_schedule_reads_what_is_due_and_who_was_heard_and_sends() {
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
            action: "dynamodb:Query".to_owned(),
            resource: resource("dynamodb", "table/roomwatt-Table"),
        },
        Permission {
            action: "sqs:SendMessage".to_owned(),
            resource: resource("sqs", "roomwatt-day-close"),
        },
    ];
    let stack = stack();
    assert_eq!(stack.permissions("day-close-schedule", "calls").unwrap(), expected.into());
    // Of the table itself nothing but when hotels were heard.
    let statements =
        &stack.resources["DayCloseScheduleRole"].properties["Policies"][0]["PolicyDocument"];
    let statements = one_or_more(&statements["Statement"]).iter();
    let of_table =
        statements.filter(|one| one["Resource"] == resource("dynamodb", "table/roomwatt-Table"));
    let partitions: Vec<_> = of_table
        .map(|one| one["Condition"]["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"].clone())
        .collect();
    assert_eq!(partitions, [serde_json::json!(["HEARD"])]);
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

#[test]
fn readers_of_reports_read_and_writers_write_as_well() {
    let stack = stack();
    let allowed = |id: &str| -> BTreeSet<String> {
        let statement = &stack.resources[id].properties["PolicyDocument"]["Statement"];
        let [statement] = one_or_more(statement) else { panic!("{statement}") };
        assert_eq!(one_or_more(&statement["Action"]), [serde_json::json!("execute-api:Invoke")]);
        let resources = one_or_more(&statement["Resource"]).iter();
        resources.map(|resource| resource.as_str().unwrap().to_owned()).collect()
    };
    let below = |method: &str| {
        format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:roomwatt-Api/$default/{method}/*")
    };
    assert_eq!(allowed("ReportReaderPolicy"), [below("GET")].into());
    let all = ["GET", "PUT", "POST", "DELETE"].map(below);
    assert_eq!(allowed("HotelWriterPolicy"), all.into());
}

#[test]
fn listeners_make_rules_of_their_own_for_our_results_and_only_where_there_are_some() {
    let kind = "AWS::Events::EventBusPolicy";
    assert_eq!(stack().of_type(kind).count(), 0);
    let stack = stack_with(&[("ListenerAccounts", "210987654321,321098765432")]);
    let (_, policy) = stack.of_type(kind).next().unwrap();
    assert_eq!(policy["EventBusName"], "roomwatt");
    let statement = &policy["Statement"];
    assert_eq!(statement["Principal"]["AWS"], serde_json::json!(["210987654321", "321098765432"]));
    let conditions = &statement["Condition"]["StringEqualsIfExists"];
    assert_eq!(conditions["events:creatorAccount"], "${aws:PrincipalAccount}");
    assert_eq!(conditions["events:source"], roomwatt_messaging::bus::SOURCE);
    let actions = one_or_more(&statement["Action"]).iter();
    let actions: Vec<_> = actions.map(|action| action.as_str().unwrap()).collect();
    assert!(!actions.contains(&"events:PutEvents"), "listeners do not speak");
    assert!(actions.contains(&"events:PutRule") && actions.contains(&"events:PutTargets"));
}

#[test]
fn a_boundary_bounds_every_role() {
    let boundary = "arn:aws:iam::123456789012:policy/bounds";
    let boundaries = |stack: &Stack| -> BTreeSet<String> {
        let roles = stack.of_type("AWS::IAM::Role");
        roles.map(|(_, role)| role["PermissionsBoundary"].to_string()).collect()
    };
    assert_eq!(boundaries(&stack()), ["null".to_owned()].into());
    let mut chosen = vec![("PermissionsBoundaryArn", boundary)];
    chosen.extend(crate::mqtt::MQTT);
    assert_eq!(boundaries(&stack_with(&chosen)), [format!("{boundary:?}")].into());
    // SAM makes a role of its own for CodeDeploy only where a function names none.
    for (name, function) in stack().functions().unwrap() {
        assert!(function["DeploymentPreference"]["Role"].is_string(), "{name}");
        assert_eq!(
            function["DeploymentPreference"]["Hooks"]["PreTraffic"],
            "CodeDeployHook_roomwatt"
        );
    }
}
