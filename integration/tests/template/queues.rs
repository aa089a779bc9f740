//! Queues: time to try again, and a place for what cannot be done.

use integration::template::{Stack, one_or_more};
use serde_json::Value;

use crate::deployed::{mappings, stack, stack_with, template, whole};

/// Queues with a dead-letter queue: properties of both.
fn redriven(stack: &Stack) -> Vec<(Value, Value)> {
    stack
        .of_type("AWS::SQS::Queue")
        .filter(|(_, queue)| !queue["RedrivePolicy"].is_null())
        .map(|(_, queue)| {
            let target = queue["RedrivePolicy"]["deadLetterTargetArn"].as_str().unwrap();
            let (_, dead_letters) = stack.by_arn(target).unwrap();
            (queue.clone(), dead_letters.clone())
        })
        .collect()
}

/// The stack with the longest windows that its parameters allow.
fn slowest() -> Stack {
    let template = template();
    let longest: Vec<(String, String)> = template
        .section("Parameters")
        .filter(|(name, _)| name.ends_with("BatchWindowSeconds"))
        .map(|(name, parameter)| (name.clone(), whole(&parameter["MaxValue"]).to_string()))
        .collect();
    assert_eq!(longest.len(), 2);
    let longest: Vec<_> =
        longest.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    stack_with(&longest)
}

#[test]
fn a_message_is_hidden_for_six_time_outs_and_the_longest_window() {
    let stack = slowest();
    let mappings = mappings(&stack);
    assert_eq!(mappings.len(), 3);
    for (name, function, mapping) in mappings {
        let (_, queue) = stack.by_arn(mapping["Queue"].as_str().unwrap()).unwrap();
        let least =
            6 * whole(&function["Timeout"]) + whole(&mapping["MaximumBatchingWindowInSeconds"]);
        assert!(whole(&queue["VisibilityTimeout"]) >= least, "{name}: below {least} s");
    }
}

#[test]
fn every_queue_of_a_function_has_the_one_queue_for_its_dead_letters() {
    let stack = stack();
    for (name, _, mapping) in mappings(&stack) {
        let (_, queue) = stack.by_arn(mapping["Queue"].as_str().unwrap()).unwrap();
        assert!(!queue["RedrivePolicy"].is_null(), "{name}");
    }
    let targets: std::collections::BTreeSet<_> =
        redriven(&stack).iter().map(|(_, dead)| dead["QueueName"].to_string()).collect();
    assert_eq!(redriven(&stack).len(), 3);
    assert_eq!(targets, ["\"roomwatt-dead-letters\"".to_owned()].into());
}

#[test]
fn a_message_has_five_tries_and_dead_letters_are_kept_for_longer_than_their_queue_keeps() {
    for (queue, dead_letters) in redriven(&stack()) {
        let name = &queue["QueueName"];
        assert!(whole(&queue["RedrivePolicy"]["maxReceiveCount"]) >= 5, "{name}");
        let kept = |queue: &Value| whole(&queue["MessageRetentionPeriod"]);
        assert!(kept(&dead_letters) > kept(&queue), "{name}");
    }
}

#[test]
fn dead_letters_come_from_these_queues_alone_so_that_all_can_be_moved_back() {
    let stack = stack();
    let dead_letters = &stack.resources["DeadLetters"].properties;
    let allowed = &dead_letters["RedriveAllowPolicy"];
    assert_eq!(allowed["redrivePermission"], "byQueue");
    let sources = one_or_more(&allowed["sourceQueueArns"]).iter();
    let sources: Vec<_> =
        sources.map(|arn| stack.by_arn(arn.as_str().unwrap()).unwrap().1.clone()).collect();
    let redriven: Vec<_> = redriven(&stack).into_iter().map(|(queue, _)| queue).collect();
    assert_eq!(sources.len(), redriven.len());
    assert!(redriven.iter().all(|queue| sources.contains(queue)));
    // A message that SQS did not move there itself has no queue to go back to, and stops a move. So
    // nobody may send there.
    let statements =
        &stack.resources["DeadLettersPolicy"].properties["PolicyDocument"]["Statement"];
    assert!(one_or_more(statements).iter().all(|statement| statement["Effect"] == "Deny"));
    let text = serde_json::to_string(&stack.functions().unwrap()).unwrap();
    assert!(!text.contains("dead-letters"));
}

#[test]
fn what_a_publishers_rule_cannot_deliver_is_kept_where_refused_events_are() {
    let rule = "arn:aws:events:us-east-1:123456789012:rule/pms/checks";
    let allowed = |stack: &Stack| {
        let policy = &stack.resources["RejectedEventsQueuePolicy"].properties["PolicyDocument"];
        let statements = one_or_more(&policy["Statement"]).iter();
        statements.filter(|statement| statement["Effect"] == "Allow").cloned().collect::<Vec<_>>()
    };
    assert!(allowed(&stack()).is_empty());
    let [statement] = &allowed(&stack_with(&[("PublisherRuleArns", rule)]))[..] else { panic!() };
    assert_eq!(statement["Principal"], serde_json::json!({"Service": "events.amazonaws.com"}));
    assert_eq!(statement["Action"], "sqs:SendMessage");
    assert_eq!(statement["Condition"]["ArnEquals"]["aws:SourceArn"], serde_json::json!([rule]));
}

#[test]
fn refused_events_are_kept_for_fourteen_days() {
    let stack = stack();
    let rejected = &stack.resources["RejectedEventsQueue"].properties;
    assert_eq!(whole(&rejected["MessageRetentionPeriod"]), 14 * 24 * 3600);
}

#[test]
fn every_queue_is_encrypted_and_takes_encrypted_transport_alone() {
    let stack = stack();
    for (id, queue) in stack.of_type("AWS::SQS::Queue") {
        assert_eq!(queue["SqsManagedSseEnabled"], true, "{id}");
        let url = format!(
            "https://sqs.us-east-1.amazonaws.com/123456789012/{}",
            queue["QueueName"].as_str().unwrap()
        );
        let of_queue: Vec<_> = stack
            .of_type("AWS::SQS::QueuePolicy")
            .filter(|(_, policy)| policy["Queues"][0] == url.as_str())
            .collect();
        let [(_, policy)] = &of_queue[..] else { panic!("{id} has {} policies", of_queue.len()) };
        let statements = one_or_more(&policy["PolicyDocument"]["Statement"]);
        let denies = |statement: &Value| {
            statement["Effect"] == "Deny"
                && statement["Condition"]["Bool"]["aws:SecureTransport"] == "false"
        };
        assert!(statements.iter().any(denies), "{id}");
    }
}

#[test]
fn publishers_are_let_in_by_name_and_only_where_there_are_some() {
    let statements = |stack: &Stack| {
        let policy = &stack.resources["DeviceEventsQueuePolicy"].properties["PolicyDocument"];
        one_or_more(&policy["Statement"]).to_vec()
    };
    assert_eq!(statements(&stack()).len(), 1);
    let rule = "arn:aws:events:us-east-1:123456789012:rule/pms/checks";
    let publisher = "arn:aws:iam::210987654321:role/room-system";
    let let_in =
        statements(&stack_with(&[("PublisherArns", publisher), ("PublisherRuleArns", rule)]));
    assert_eq!(let_in.len(), 3);
    assert_eq!(let_in[1]["Principal"]["AWS"], serde_json::json!([publisher]));
    assert_eq!(let_in[2]["Condition"]["ArnEquals"]["aws:SourceArn"], serde_json::json!([rule]));
}
