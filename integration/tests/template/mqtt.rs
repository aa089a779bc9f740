//! The rule of AWS's broker: it sends what topics carry to the queue, and may do nothing else.

use integration::template::{ACCOUNT, REGION, Stack, one_or_more};
use regex::Regex;
use serde_json::{Value, json};

use crate::deployed::{stack, stack_with, template};

pub(crate) const MQTT: [(&str, &str); 3] =
    [("MqttTopicFilter", "zigbee2mqtt/#"), ("MqttSource", "zigbee2mqtt"), ("MqttHotel", "seoul-1")];

fn rule(stack: &Stack) -> Value {
    let mut rules = stack.of_type("AWS::IoT::TopicRule");
    let (_, rule) = rules.next().unwrap();
    assert!(rules.next().is_none());
    rule.clone()
}

#[test]
fn nothing_is_made_for_topics_that_nobody_names() {
    let (without, with) = (stack(), stack_with(&MQTT));
    assert_eq!(without.of_type("AWS::IoT::TopicRule").count(), 0);
    let roles = |stack: &Stack| stack.of_type("AWS::IAM::Role").count();
    assert_eq!(roles(&with), roles(&without) + 2);
    assert!(without.resources.keys().all(|id| !id.starts_with("Mqtt")));
}

#[test]
fn a_message_comes_with_its_topic_its_time_its_source_and_its_hotel() {
    let sql = |stack: &Stack| rule(stack)["TopicRulePayload"]["Sql"].as_str().unwrap().to_owned();
    assert_eq!(
        sql(&stack_with(&MQTT)),
        "SELECT *, topic() AS _topic, timestamp() AS _received, 'zigbee2mqtt' AS _source, \
         'seoul-1' AS _hotel FROM 'zigbee2mqtt/#'"
    );
    // A source that finds the hotel in the message is told none.
    assert_eq!(
        sql(&stack_with(&MQTT[..2])),
        "SELECT *, topic() AS _topic, timestamp() AS _received, 'zigbee2mqtt' AS _source \
         FROM 'zigbee2mqtt/#'"
    );
    let payload = &rule(&stack_with(&MQTT))["TopicRulePayload"];
    // Before this version an array among the members is not what it was.
    assert_eq!(payload["AwsIotSqlVersion"], "2016-03-23");
    assert_eq!(payload["RuleDisabled"], false);
}

#[test]
fn it_goes_to_device_events_as_it_is_and_what_fails_to_where_refused_events_are() {
    let stack = stack_with(&MQTT);
    let payload = &rule(&stack)["TopicRulePayload"];
    let [action] = &payload["Actions"].as_array().unwrap()[..] else { panic!("{payload}") };
    for (action, queue) in
        [(action, "roomwatt-device-events"), (&payload["ErrorAction"], "roomwatt-rejected-events")]
    {
        let url = format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{queue}");
        assert_eq!(action["Sqs"]["QueueUrl"], url);
        assert_eq!(action["Sqs"]["UseBase64"], false);
        let (_, role) = stack.by_arn(action["Sqs"]["RoleArn"].as_str().unwrap()).unwrap();
        let [policy] = &role["Policies"].as_array().unwrap()[..] else { panic!("{role}") };
        let [allowed] = one_or_more(&policy["PolicyDocument"]["Statement"]) else {
            panic!("{policy}")
        };
        assert_eq!(allowed["Effect"], "Allow");
        assert_eq!(one_or_more(&allowed["Action"]), [json!("sqs:SendMessage")]);
        let arn = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}");
        assert_eq!(one_or_more(&allowed["Resource"]), [json!(arn)]);
    }
}

#[test]
fn the_roles_are_taken_on_for_this_rule_alone() {
    let stack = stack_with(&MQTT);
    let rule = rule(&stack);
    let name = rule["RuleName"].as_str().unwrap();
    // AWS IoT's alphabet of names.
    assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{name}");
    for id in ["MqttRole", "MqttErrorsRole"] {
        let trust = &stack.resources[id].properties["AssumeRolePolicyDocument"]["Statement"];
        let [trust] = one_or_more(trust) else { panic!("{trust}") };
        assert_eq!(trust["Principal"], json!({"Service": "iot.amazonaws.com"}));
        let condition = &trust["Condition"];
        let arn = format!("arn:aws:iot:{REGION}:{ACCOUNT}:rule/{name}");
        assert_eq!(condition["ArnEquals"]["aws:SourceArn"], arn);
        assert_eq!(condition["StringEquals"]["aws:SourceAccount"], ACCOUNT);
    }
}

#[test]
fn what_is_given_can_neither_leave_its_quotes_nor_be_no_filter() {
    let template = template();
    let takes = |name: &str, value: &str| {
        let (_, parameter) =
            template.section("Parameters").find(|(known, _)| *known == name).unwrap();
        Regex::new(parameter["AllowedPattern"].as_str().unwrap()).unwrap().is_match(value)
    };
    for filter in
        ["", "#", "zigbee2mqtt/#", "+/events/rpc", "$aws/things/+/shadow/update/documents"]
    {
        assert!(takes("MqttTopicFilter", filter), "{filter}");
    }
    for filter in ["a' WHERE '1'='1", "a b", "a#", "a/#/b", "a+/b"] {
        assert!(!takes("MqttTopicFilter", filter), "{filter}");
    }
    for name in ["MqttSource", "MqttHotel"] {
        assert!(takes(name, "seoul-1.a_B"));
        for value in ["a'b", "a b", &"x".repeat(65)] {
            assert!(!takes(name, value), "{name}: {value}");
        }
    }
}
