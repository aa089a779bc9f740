//! Whatever can go wrong rings, and what is shown is what is measured.

use std::collections::BTreeSet;

use integration::template::Stack;
use roomwatt_embedded::deployment::TICK;
use roomwatt_settlement::OVERDUE_AFTER;
use roomwatt_telemetry::{DIMENSION, Metric, NAMESPACE};
use serde_json::{Value, json};

use crate::deployed::{mappings, stack, stack_with, whole};

/// The one alarm on a metric of something.
fn alarm<'a>(stack: &'a Stack, metric: &str, dimension: &str, of: &Value) -> &'a Value {
    let alarms: Vec<_> = stack
        .of_type("AWS::CloudWatch::Alarm")
        .filter(|(_, alarm)| {
            alarm["MetricName"] == metric
                && alarm["Dimensions"] == json!([{"Name": dimension, "Value": of}])
        })
        .collect();
    let [(_, alarm)] = alarms[..] else { panic!("{} alarms on {metric} of {of}", alarms.len()) };
    alarm
}

#[test]
fn every_function_rings_when_it_fails_is_turned_away_or_takes_too_long() {
    let stack = stack();
    for (name, function) in stack.functions().unwrap() {
        let of = &function["FunctionName"];
        alarm(&stack, "Errors", "FunctionName", of);
        alarm(&stack, "Throttles", "FunctionName", of);
        let duration = alarm(&stack, "Duration", "FunctionName", of);
        assert!(whole(&duration["Threshold"]) < whole(&function["Timeout"]) * 1000, "{name}");
    }
}

#[test]
fn an_alarm_of_the_function_rolls_its_new_version_back() {
    let stack = stack();
    for (name, function) in stack.functions().unwrap() {
        assert_eq!(function["AutoPublishAlias"], "live", "{name}");
        assert_eq!(function["AutoPublishAliasAllProperties"], true, "{name}");
        let alarms: BTreeSet<_> = function["DeploymentPreference"]["Alarms"]
            .as_array()
            .unwrap()
            .iter()
            .map(|alarm| alarm.as_str().unwrap().to_owned())
            .collect();
        let expected = ["Errors", "Throttles", "Duration"].map(|metric| {
            let alarm = alarm(&stack, metric, "FunctionName", &function["FunctionName"]);
            alarm["AlarmName"].as_str().unwrap().to_owned()
        });
        assert_eq!(alarms, expected.into(), "{name}");
    }
}

#[test]
fn every_queue_rings_when_it_is_not_served_and_when_messages_die() {
    let stack = stack();
    for (name, function, mapping) in mappings(&stack) {
        let (_, queue) = stack.by_arn(mapping["Queue"].as_str().unwrap()).unwrap();
        let age = alarm(&stack, "ApproximateAgeOfOldestMessage", "QueueName", &queue["QueueName"]);
        // A message that met one fault and is done at the next try rings nothing.
        let second_try = whole(&queue["VisibilityTimeout"]);
        assert!(whole(&age["Threshold"]) > second_try, "{name}");
        assert!(second_try > whole(&function["Timeout"]), "{name}");
        let target = queue["RedrivePolicy"]["deadLetterTargetArn"].as_str().unwrap();
        let (_, dead_letters) = stack.by_arn(target).unwrap();
        let dead = alarm(
            &stack,
            "ApproximateNumberOfMessagesVisible",
            "QueueName",
            &dead_letters["QueueName"],
        );
        assert_eq!(whole(&dead["Threshold"]), 1, "{name}");
    }
    let rejected = &stack.resources["RejectedEventsQueue"].properties["QueueName"];
    alarm(&stack, "NumberOfMessagesSent", "QueueName", rejected);
    let age = alarm(&stack, "ApproximateAgeOfOldestMessage", "QueueName", rejected);
    let kept = &stack.resources["RejectedEventsQueue"].properties["MessageRetentionPeriod"];
    assert!(whole(&age["Threshold"]) < whole(kept));
    let ticks = &stack.resources["TickDeadLetters"].properties["QueueName"];
    alarm(&stack, "ApproximateNumberOfMessagesVisible", "QueueName", ticks);
}

#[test]
fn a_hotel_that_is_due_for_an_hour_rings() {
    let stack = stack();
    let schedule = &stack.functions().unwrap()["day-close-schedule"]["FunctionName"];
    let overdue = alarm(&stack, Metric::OverdueHotels.name(), DIMENSION, schedule);
    assert_eq!(overdue["Namespace"], NAMESPACE);
    assert_eq!(whole(&overdue["Period"]) * 1000, TICK);
    assert_eq!(whole(&overdue["Threshold"]), 1);
    // Two ticks in a row, so that a hotel that opens with old events is no alarm.
    let ticks = whole(&overdue["EvaluationPeriods"]);
    assert!(ticks >= 2);
    assert_eq!(OVERDUE_AFTER + (ticks - 1) * TICK, 60 * 60 * 1000);
    // No tick, no metric: that is an alarm of its own.
    let ticking = alarm(&stack, "Invocations", "FunctionName", schedule);
    assert_eq!(ticking["TreatMissingData"], "breaching");
}

#[test]
fn alarms_are_told_to_the_topic_where_there_is_one() {
    let actions = |stack: &Stack| -> BTreeSet<String> {
        let alarms = stack.of_type("AWS::CloudWatch::Alarm");
        alarms.map(|(_, alarm)| alarm["AlarmActions"].to_string()).collect()
    };
    assert_eq!(actions(&stack()), ["null".to_owned()].into());
    let topic = "arn:aws:sns:us-east-1:123456789012:on-call";
    let told = actions(&stack_with(&[("AlarmTopicArn", topic)]));
    assert_eq!(told, [json!([topic]).to_string()].into());
}

#[test]
fn the_dashboard_shows_every_metric_and_none_that_there_is_not() {
    let stack = stack();
    let body = stack.resources["Dashboard"].properties["DashboardBody"].as_str().unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    let functions: BTreeSet<_> = stack
        .functions()
        .unwrap()
        .values()
        .map(|function| function["FunctionName"].as_str().unwrap().to_owned())
        .collect();
    let mut shown = BTreeSet::new();
    for widget in body["widgets"].as_array().unwrap() {
        for metric in widget["properties"]["metrics"].as_array().unwrap() {
            if metric[0] == NAMESPACE {
                assert_eq!(metric[2], DIMENSION);
                assert!(functions.contains(metric[3].as_str().unwrap()), "{metric}");
                shown.insert(metric[1].as_str().unwrap().to_owned());
            }
        }
    }
    let measured: BTreeSet<_> = Metric::ALL.iter().map(|metric| metric.name().to_owned()).collect();
    assert_eq!(shown, measured);
}

#[test]
fn who_does_not_want_the_dashboard_has_the_alarms_all_the_same() {
    let count = |stack: &Stack, kind| stack.of_type(kind).count();
    let without = stack_with(&[("ShowDashboard", "false")]);
    assert_eq!(count(&without, "AWS::CloudWatch::Dashboard"), 0);
    let alarms = "AWS::CloudWatch::Alarm";
    assert_eq!(count(&without, alarms), count(&stack(), alarms));
}
