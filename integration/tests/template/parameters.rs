//! The rules forbid what makes no sense.

use std::collections::BTreeSet;

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
    let (open, closed): (Vec<_>, Vec<_>) = stack
        .of_type("AWS::ApiGatewayV2::Route")
        .map(|(_, route)| route)
        .partition(|route| route["AuthorizationType"] == "NONE");
    assert_eq!(closed.len(), 1);
    assert_eq!(closed[0]["RouteKey"], "ANY /{proxy+}");
    assert_eq!(closed[0]["AuthorizationType"], "AWS_IAM");
    assert!(open.len() > 2);
}

#[test]
fn what_browsers_read_has_no_authorizer_and_nothing_else_has_none() {
    // The calls of the API that the function lets a browser in to by its cookie alone.
    let calls = serde_json::to_value(roomwatt_api::document()).unwrap();
    let paths = calls["paths"].as_object().unwrap();
    let for_browsers = paths.iter().filter(|(path, _)| roomwatt_api::is_for_browsers(path));
    let mut expected: BTreeSet<String> =
        ["/health", "/openapi.json", "/"].map(|path| format!("GET {path}")).into();
    for (path, calls) in for_browsers {
        // None of them changes anything that a program could, by whatever method.
        assert_eq!(calls.as_object().unwrap().keys().collect::<Vec<_>>(), ["get"], "{path}");
        expected.insert(format!("GET {path}"));
    }
    assert!(expected.contains("GET /hotels/{hotelId}/report.csv"));
    assert!(!expected.contains("GET /hotels"));
    let (issuer, audience) = (("JwtIssuer", "https://issuer.example/"), ("JwtAudience", "reports"));
    for chosen in [&[][..], &[issuer, audience], &[issuer, audience, ("SignInClientId", "pages")]] {
        let stack = template().stack(chosen).unwrap();
        let routes = stack.of_type("AWS::ApiGatewayV2::Route").map(|(_, route)| route);
        let open = routes.filter(|route| route["AuthorizationType"] == "NONE");
        let open: BTreeSet<_> =
            open.map(|route| route["RouteKey"].as_str().unwrap().to_owned()).collect();
        assert_eq!(open, expected);
    }
}

#[test]
fn people_sign_in_with_the_issuer_of_the_tokens() {
    let client = ("SignInClientId", "pages");
    assert!(refused(&[client]).starts_with("SignInClientId is given without"));
    let (issuer, audience) = (("JwtIssuer", "https://issuer.example/"), ("JwtAudience", "reports"));
    let own = template().stack(&[issuer, audience, client]).unwrap();
    let named = ("PublicUrl", "https://reports.example");
    let named = template().stack(&[issuer, audience, client, named]).unwrap();
    let variable = |stack: &integration::template::Stack, name: &str| {
        stack.functions().unwrap()["report-api"]["Environment"]["Variables"][name].clone()
    };
    assert_eq!(variable(&own, "JWT_ISSUER"), "https://issuer.example/");
    assert_eq!(variable(&own, "SIGN_IN_CLIENT_ID"), "pages");
    assert_eq!(variable(&own, "HOTELS_CLAIM"), "hotels");
    let api = own.attribute("Api", "ApiEndpoint").unwrap();
    assert_eq!(variable(&own, "PUBLIC_URL"), api);
    assert_eq!(variable(&named, "PUBLIC_URL"), "https://reports.example");
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
fn digests_need_a_topic_and_hotels() {
    let topic = ("DigestTopicArn", "arn:aws:sns:us-east-1:123456789012:mornings");
    let hotels = ("DigestHotels", "seoul-1,h2");
    assert!(refused(&[hotels]).contains("told to nobody"));
    assert!(refused(&[topic]).starts_with("DigestTopicArn is given"));
    let stack = template().stack(&[topic, hotels]).unwrap();
    let variables = &stack.functions().unwrap()["day-close"]["Environment"]["Variables"];
    assert_eq!(variables["DIGEST_TOPIC_ARN"], topic.1);
    assert_eq!(variables["DIGEST_HOTELS"], hotels.1);
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
