//! The rules forbid what makes no sense.

use crate::deployed::template;

fn refused(chosen: &[(&str, &str)]) -> String {
    template().stack(chosen).expect_err("a rule").to_string()
}

const TOPIC: (&str, &str) = ("AlarmTopicArn", "arn:aws:sns:us-east-1:123456789012:on-call");
const PROD: (&str, &str) = ("Environment", "prod");
const RELEASE: (&str, &str) = ("Release", "0123456789abcdef");

#[test]
fn a_token_needs_an_issuer_and_an_audience() {
    let (issuer, audience) =
        (("JwtIssuer", "https://issuer.example"), ("JwtAudience", "reports,pages"));
    assert!(refused(&[issuer]).starts_with("JwtIssuer is given"));
    assert!(refused(&[audience]).starts_with("JwtAudience is given"));
    let stack = template().stack(&[issuer, audience]).unwrap();
    let (_, authorizer) = stack.of_type("AWS::ApiGatewayV2::Authorizer").next().unwrap();
    let expected = serde_json::json!(["reports", "pages"]);
    assert_eq!(authorizer["JwtConfiguration"]["Audience"], expected);
    assert_eq!(stack.resources["ApiRoute"].properties["AuthorizationType"], "JWT");
}

#[test]
fn without_an_issuer_callers_sign() {
    let stack = template().stack(&[]).unwrap();
    assert_eq!(stack.of_type("AWS::ApiGatewayV2::Authorizer").count(), 0);
    for (id, route) in stack.of_type("AWS::ApiGatewayV2::Route") {
        // The function knows these too: whoever asks for them has no name.
        let open =
            ["GET /health", "GET /openapi.json"].contains(&route["RouteKey"].as_str().unwrap());
        assert_eq!(route["AuthorizationType"], if open { "NONE" } else { "AWS_IAM" }, "{id}");
    }
}

#[test]
fn production_is_protected() {
    template().stack(&[PROD, TOPIC, RELEASE]).unwrap();
    assert!(refused(&[PROD, RELEASE]).contains("AlarmTopicArn is missing"));
    assert!(refused(&[PROD, TOPIC]).contains("make sam-deploy"));
    assert!(refused(&[PROD, TOPIC, ("DeletionProtection", "false")]).contains("deletion"));
    assert!(refused(&[PROD, TOPIC, ("DeploymentPreference", "AllAtOnce")]).contains("canary"));
    template()
        .stack(&[("DeletionProtection", "false"), ("DeploymentPreference", "AllAtOnce")])
        .unwrap();
}

#[test]
fn a_bound_on_concurrency_is_none_or_two() {
    assert!(refused(&[("IngestMaximumConcurrency", "1")]).contains("at least 2"));
    template().stack(&[("IngestMaximumConcurrency", "2")]).unwrap();
}

#[test]
fn a_topic_for_what_can_wait_needs_one_for_what_cannot() {
    let tickets = ("TicketTopicArn", "arn:aws:sns:us-east-1:123456789012:tickets");
    assert!(refused(&[tickets]).contains("told to nobody"));
    template().stack(&[TOPIC, tickets]).unwrap();
}

#[test]
fn topics_need_a_source_and_nothing_is_said_of_topics_that_are_not_there() {
    let [topics, source, hotel] = crate::mqtt::MQTT;
    assert!(refused(&[topics]).contains("MqttSource has to say"));
    assert!(refused(&[topics, hotel]).contains("MqttSource has to say"));
    assert!(refused(&[source]).starts_with("MqttSource is given without"));
    assert!(refused(&[hotel]).starts_with("MqttHotel is given without"));
    template().stack(&[topics, source]).unwrap();
}

#[test]
fn every_parameter_says_what_it_is_and_is_grouped() {
    let template = template();
    let interface = &template.json()["Metadata"]["AWS::CloudFormation::Interface"];
    let mut grouped: Vec<_> = interface["ParameterGroups"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|group| group["Parameters"].as_array().unwrap())
        .map(|name| name.as_str().unwrap().to_owned())
        .collect();
    grouped.sort();
    let mut known: Vec<_> = template.section("Parameters").map(|(name, _)| name.clone()).collect();
    known.sort();
    assert_eq!(grouped, known);
    for (name, parameter) in template.section("Parameters") {
        assert!(parameter["Description"].as_str().is_some_and(|text| text.len() > 20), "{name}");
    }
}
