//! What needs somebody rings, and what is shown is what is measured.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use integration::template::Stack;
use roomwatt_embedded::deployment::TICK;
use roomwatt_settlement::OVERDUE_AFTER;
use roomwatt_telemetry::{DIMENSION, Metric, NAMESPACE};
use serde_json::{Value, json};

use crate::deployed::{mappings, stack, stack_with, whole};

const TOPIC: (&str, &str) = ("AlarmTopicArn", "arn:aws:sns:us-east-1:123456789012:on-call");
const TICKETS: (&str, &str) = ("TicketTopicArn", "arn:aws:sns:us-east-1:123456789012:tickets");

fn alarms(stack: &Stack) -> BTreeMap<String, Value> {
    let alarms = stack.of_type("AWS::CloudWatch::Alarm");
    let named = alarms.map(|(_, alarm)| {
        let name = alarm["AlarmName"].as_str().unwrap().strip_prefix("roomwatt-").unwrap();
        (name.to_owned(), alarm.clone())
    });
    named.collect()
}

/// The alarm of a name, which looks at a metric of something.
fn alarm(stack: &Stack, name: &str, metric: &str, dimension: &str, of: &Value) -> Value {
    let alarm = alarms(stack)[name].clone();
    assert_eq!(alarm["MetricName"], metric, "{name}");
    assert_eq!(alarm["Dimensions"], json!([{"Name": dimension, "Value": of}]), "{name}");
    alarm
}

#[test]
fn there_are_eleven_of_which_ten_are_free() {
    let names: Vec<_> = alarms(&stack()).into_keys().collect();
    assert_eq!(
        names,
        [
            "api-server-errors",
            "close-overdue",
            "day-close-errors",
            "dead-letters",
            "device-events-age",
            "device-events-errors",
            "hotel-silent",
            "rejected-events",
            "space-events-age",
            "space-events-errors",
            "tick-missing",
        ]
    );
}

/// AWS finds nothing wrong with an alarm on a metric that does not exist.
#[test]
fn each_looks_at_a_metric_that_there_is_and_rings_above_its_threshold() {
    let (queue, function, own) =
        (("AWS/SQS", "QueueName"), ("AWS/Lambda", "FunctionName"), (NAMESPACE, DIMENSION));
    let expected = BTreeMap::from([
        ("api-server-errors", (("AWS/ApiGateway", "ApiId"), "5xx", "Sum")),
        ("close-overdue", (own, Metric::OverdueHotels.name(), "Maximum")),
        ("day-close-errors", (function, "Errors", "Sum")),
        ("dead-letters", (queue, "ApproximateNumberOfMessagesVisible", "Maximum")),
        ("device-events-age", (queue, "ApproximateAgeOfOldestMessage", "Maximum")),
        ("device-events-errors", (function, "Errors", "Sum")),
        ("hotel-silent", (own, Metric::SilentHotels.name(), "Maximum")),
        ("rejected-events", (queue, "NumberOfMessagesSent", "Sum")),
        ("space-events-age", (queue, "ApproximateAgeOfOldestMessage", "Maximum")),
        ("space-events-errors", (function, "Errors", "Sum")),
        ("tick-missing", (own, Metric::OverdueHotels.name(), "SampleCount")),
    ]);
    let stack = stack();
    let alarms = alarms(&stack);
    assert_eq!(alarms.len(), expected.len());
    for (name, ((namespace, dimension), metric, statistic)) in expected {
        let alarm = &alarms[name];
        let looked_at = ["Namespace", "MetricName", "Statistic"].map(|of| alarm[of].as_str());
        assert_eq!(looked_at, [Some(namespace), Some(metric), Some(statistic)], "{name}");
        assert_eq!(alarm["Dimensions"].as_array().unwrap().len(), 1, "{name}");
        assert_eq!(alarm["Dimensions"][0]["Name"], dimension, "{name}");
        let missing = name == "tick-missing";
        let rings = if missing { "LessThanThreshold" } else { "GreaterThanOrEqualToThreshold" };
        assert_eq!(alarm["ComparisonOperator"], rings, "{name}");
    }
    assert_eq!(whole(&alarms["api-server-errors"]["Threshold"]), 5);
}

#[test]
fn a_function_of_a_queue_rings_when_its_calls_fail() {
    let stack = stack();
    for (name, function, _) in mappings(&stack) {
        let of = &function["FunctionName"];
        let errors = alarm(&stack, &format!("{name}-errors"), "Errors", "FunctionName", of);
        assert_eq!(whole(&errors["Threshold"]), 1, "{name}");
    }
}

#[test]
fn events_that_wait_for_longer_than_a_second_try_takes_ring() {
    let stack = stack();
    for (name, _, mapping) in mappings(&stack) {
        if name == "day-close" {
            // A message that was received three times counts no more for its queue's age, so that of
            // what cannot be closed says nothing: close-overdue does.
            continue;
        }
        let (_, queue) = stack.by_arn(mapping["Queue"].as_str().unwrap()).unwrap();
        let metric = "ApproximateAgeOfOldestMessage";
        let of = &queue["QueueName"];
        let age = alarm(&stack, &format!("{name}-age"), metric, "QueueName", of);
        assert!(whole(&age["Threshold"]) > whole(&queue["VisibilityTimeout"]), "{name}");
        assert!(whole(&age["Threshold"]) < 3 * whole(&queue["VisibilityTimeout"]), "{name}");
    }
}

#[test]
fn what_dies_and_what_is_refused_rings() {
    let stack = stack();
    let queue = |id: &str| stack.resources[id].properties["QueueName"].clone();
    let metric = "ApproximateNumberOfMessagesVisible";
    let dead = alarm(&stack, "dead-letters", metric, "QueueName", &queue("DeadLetters"));
    assert_eq!(whole(&dead["Threshold"]), 1);
    let sent = "NumberOfMessagesSent";
    let of = queue("RejectedEventsQueue");
    let rejected = alarm(&stack, "rejected-events", sent, "QueueName", &of);
    assert_eq!(whole(&rejected["Threshold"]), 1);
}

#[test]
fn a_hotel_that_is_due_for_an_hour_rings() {
    let stack = stack();
    let schedule = &stack.functions().unwrap()["day-close-schedule"]["FunctionName"];
    let metric = Metric::OverdueHotels.name();
    let overdue = alarm(&stack, "close-overdue", metric, DIMENSION, schedule);
    assert_eq!(overdue["Namespace"], NAMESPACE);
    assert_eq!(overdue["Statistic"], "Maximum");
    assert_eq!(whole(&overdue["Period"]) * 1000, TICK);
    assert_eq!(whole(&overdue["Threshold"]), 1);
    // Two ticks in a row, so that a hotel that opens with old events is no alarm.
    let ticks = whole(&overdue["EvaluationPeriods"]);
    assert!(ticks >= 2);
    assert_eq!(OVERDUE_AFTER + (ticks - 1) * TICK, 60 * 60 * 1000);
}

#[test]
fn a_tick_that_fails_is_missing_as_one_that_does_not_come() {
    let stack = stack();
    let schedule = &stack.functions().unwrap()["day-close-schedule"]["FunctionName"];
    // A failed call is an invocation too; this metric is said by ticks that were done.
    let metric = Metric::OverdueHotels.name();
    let missing = alarm(&stack, "tick-missing", metric, DIMENSION, schedule);
    assert_eq!(missing["Statistic"], "SampleCount");
    assert_eq!(missing["ComparisonOperator"], "LessThanThreshold");
    assert_eq!(whole(&missing["Threshold"]), 1);
    assert_eq!(missing["TreatMissingData"], "breaching");
    assert_eq!(whole(&missing["Period"]) * 1000, TICK);
}

#[test]
fn where_nothing_is_said_nothing_rings_but_a_missing_tick() {
    for (name, alarm) in alarms(&stack()) {
        let missing = if name == "tick-missing" { "breaching" } else { "notBreaching" };
        assert_eq!(alarm["TreatMissingData"], missing, "{name}");
    }
}

#[test]
fn a_hotel_gone_silent_rings_whichever_it_is() {
    let stack = stack();
    let schedule = &stack.functions().unwrap()["day-close-schedule"]["FunctionName"];
    let silent = Metric::SilentHotels.name();
    let alarm = alarm(&stack, "hotel-silent", silent, DIMENSION, schedule);
    assert_eq!(whole(&alarm["Threshold"]), 1);
    let variables = |stack: &Stack| {
        stack.functions().unwrap()["day-close-schedule"]["Environment"]["Variables"].clone()
    };
    assert_eq!(whole(&variables(&stack)["SILENT_HOTEL_HOURS"]), 6);
    let told = stack_with(&[("SilentHotelHours", "12")]);
    assert_eq!(whole(&variables(&told)["SILENT_HOTEL_HOURS"]), 12);
}

#[test]
fn a_new_version_goes_back_if_its_alarm_rings_unless_the_deployment_is_the_cure() {
    let alarms_of = |stack: &Stack, name: &str| {
        let functions = stack.functions().unwrap();
        assert_eq!(functions[name]["AutoPublishAlias"], "live", "{name}");
        functions[name]["DeploymentPreference"]["Alarms"].clone()
    };
    let (stack, cure) = (stack(), stack_with(&[("DeploymentAlarms", "false")]));
    for (name, alarm) in [
        ("device-events", json!(["roomwatt-device-events-errors"])),
        ("space-events", json!(["roomwatt-space-events-errors"])),
        ("day-close", json!(["roomwatt-day-close-errors"])),
        ("report-api", json!(["roomwatt-api-server-errors"])),
        // One call in a quarter of an hour is no canary.
        ("day-close-schedule", json!(null)),
    ] {
        assert_eq!(alarms_of(&stack, name), alarm, "{name}");
        let none = alarms_of(&cure, name);
        assert!(none.as_array().is_none_or(Vec::is_empty), "{name}: {none}");
    }
}

#[test]
fn what_cannot_wait_is_told_to_one_topic_and_what_can_to_the_other() {
    let told = |chosen: &[(&str, &str)]| -> BTreeMap<String, Value> {
        let alarms = alarms(&stack_with(chosen)).into_iter();
        alarms.map(|(name, alarm)| (name, alarm["AlarmActions"].clone())).collect()
    };
    assert!(told(&[]).values().all(Value::is_null));
    assert!(told(&[TOPIC]).values().all(|topics| *topics == json!([TOPIC.1])));
    let both = told(&[TOPIC, TICKETS]);
    let pages: BTreeSet<_> = both
        .iter()
        .filter(|(_, topics)| **topics == json!([TOPIC.1]))
        .map(|(name, _)| &**name)
        .collect();
    let expected = [
        "api-server-errors",
        "close-overdue",
        "device-events-age",
        "space-events-age",
        "tick-missing",
    ];
    assert_eq!(pages, expected.into());
    assert!(both.values().all(|topics| [json!([TOPIC.1]), json!([TICKETS.1])].contains(topics)));
}

#[test]
fn nothing_is_told_of_a_new_stack_but_what_is_wrong_with_it() {
    // Each alarm of a new stack becomes OK, which would be a mail each.
    for (name, alarm) in alarms(&stack_with(&[TOPIC, TICKETS])) {
        assert!(
            alarm["OKActions"].is_null() && alarm["InsufficientDataActions"].is_null(),
            "{name}"
        );
    }
}

#[test]
fn an_alarm_names_its_paragraph_which_says_what_is_lost_how_long_there_is_and_what_to_do() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations.md");
    let page = fs::read_to_string(path).unwrap();
    for (name, alarm) in alarms(&stack()) {
        let text = alarm["AlarmDescription"].as_str().unwrap();
        assert!(text.ends_with(&format!("See docs/operations.md, {name}.")), "{text}");
        let (_, paragraph) = page.split_once(&format!("\n### {name}\n")).expect(&name);
        let paragraph = paragraph.split("\n#").next().unwrap();
        for says in ["**Lost**", "**Time**", "**Do**"] {
            assert!(paragraph.contains(says), "{name} does not say {says}");
        }
    }
}

#[test]
fn there_is_no_metric_that_no_alarm_and_no_dashboard_looks_at() {
    let stack = stack_with(&[("ShowDashboard", "true")]);
    let body = stack.resources["Dashboard"].properties["DashboardBody"].as_str().unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    let functions: BTreeSet<_> = stack
        .functions()
        .unwrap()
        .values()
        .map(|function| function["FunctionName"].as_str().unwrap().to_owned())
        .collect();
    let mut looked_at = BTreeSet::new();
    let mut count = 0;
    for widget in body["widgets"].as_array().unwrap() {
        for metric in widget["properties"]["metrics"].as_array().unwrap() {
            count += 1;
            if metric[0] == NAMESPACE {
                assert_eq!(metric[2], DIMENSION);
                assert!(functions.contains(metric[3].as_str().unwrap()), "{metric}");
                looked_at.insert(metric[1].as_str().unwrap().to_owned());
            }
        }
    }
    assert!(count <= 50, "{count} metrics: a dashboard of more than 50 is never free");
    let alarms = alarms(&stack);
    let ours = alarms.values().filter(|alarm| alarm["Namespace"] == NAMESPACE);
    looked_at.extend(ours.map(|alarm| alarm["MetricName"].as_str().unwrap().to_owned()));
    let measured: BTreeSet<_> = Metric::ALL.iter().map(|metric| metric.name().to_owned()).collect();
    assert_eq!(looked_at, measured);
}

#[test]
fn who_wants_the_dashboard_pays_for_it_and_the_alarms_are_there_without() {
    let count = |stack: &Stack, kind| stack.of_type(kind).count();
    let with = stack_with(&[("ShowDashboard", "true")]);
    let board = "AWS::CloudWatch::Dashboard";
    assert_eq!((count(&stack(), board), count(&with, board)), (0, 1));
    let alarms = "AWS::CloudWatch::Alarm";
    assert_eq!(count(&with, alarms), count(&stack(), alarms));
}
