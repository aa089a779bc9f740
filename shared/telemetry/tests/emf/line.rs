use metrics_cloudwatch_embedded::Builder;
use roomwatt_telemetry::{DIMENSION, Metric, NAMESPACE, describe};
use serde_json::{Value, json};

// One test: a process has one recorder.
#[test]
fn a_call_is_one_line_with_the_function_as_its_only_dimension() {
    let collector = Builder::new()
        .cloudwatch_namespace(NAMESPACE)
        .with_dimension(DIMENSION, "day-close")
        .with_timestamp(1_795_248_000_000)
        .init()
        .unwrap();
    describe();
    let line = || {
        let mut written = Vec::new();
        collector.flush(&mut written).unwrap();
        String::from_utf8(written).unwrap()
    };

    Metric::DaysClosed.add(2);
    Metric::DaysClosed.add(1);
    Metric::ReportsRevised.add(0);
    Metric::CloseLag.record_millis(300_250);
    Metric::CloseLag.record_millis(15);
    Metric::OverdueHotels.record_count(0);
    let written = line();
    assert_eq!(written.matches('\n').count(), 1, "{written}");
    let mut said: Value = serde_json::from_str(&written).unwrap();
    let mut directive = said["_aws"]["CloudWatchMetrics"][0].take();
    let mut measured = directive["Metrics"].take();
    let order = |metric: &Value| metric["Name"].to_string();
    measured.as_array_mut().unwrap().sort_by_key(order);
    let expected = json!([
        {"Name": "CloseLag", "Unit": "Milliseconds"},
        {"Name": "DaysClosed", "Unit": "Count"},
        {"Name": "OverdueHotels", "Unit": "Count"},
    ]);
    assert_eq!(measured, expected);
    assert_eq!(directive["Namespace"], "Roomwatt");
    assert_eq!(directive["Dimensions"], json!([["FunctionName"]]));
    assert_eq!(said["FunctionName"], "day-close");
    assert_eq!(said["DaysClosed"], 3);
    assert_eq!(said["CloseLag"], json!([300_250.0, 15.0]));
    assert_eq!(said["OverdueHotels"], json!([0.0]), "no hotel is a value too");

    assert_eq!(line(), "", "what was said is not said again");
}
