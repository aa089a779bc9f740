//! What the functions tell CloudWatch, as they write it, and what the dashboard shows of it.

use std::collections::{BTreeMap, BTreeSet};

use integration::template::{STACK, Template};
use roomwatt_telemetry::{DIMENSION, NAMESPACE};
use serde_json::{Value, json};

use crate::day::Day;
use crate::running::date;
use crate::world::World;

/// Metrics by function.
type Metrics = BTreeMap<String, BTreeSet<String>>;

/// The metrics of a day on which everything goes well.
async fn said() -> Metrics {
    let mut day = Day::on(World::new().await).await;
    day.one_event_each().await;
    let range = format!("from={0}&to={0}", date(2));
    day.running.get("/hotels/h1/rooms/101/reports", &range).await;
    let mut metrics = Metrics::new();
    for (function, said) in day.running.end() {
        let lines = said.lines().filter(|line| line.contains("\"_aws\""));
        for line in lines {
            let said: Value = serde_json::from_str(line).expect("JSON");
            assert_eq!(said[DIMENSION], function);
            assert!(said["requestId"].is_string(), "{line}");
            for directive in said["_aws"]["CloudWatchMetrics"].as_array().expect("directives") {
                assert_eq!(directive["Namespace"], NAMESPACE);
                assert_eq!(directive["Dimensions"], json!([[DIMENSION]]));
                let names = directive["Metrics"].as_array().expect("metrics").iter();
                let names = names.map(|metric| metric["Name"].as_str().expect("a name").to_owned());
                metrics.entry(function.to_owned()).or_default().extend(names);
            }
        }
    }
    metrics
}

/// Which of our metrics the dashboard shows.
fn shown() -> Metrics {
    let template = Template::load().expect("a template");
    let stack = template.stack(&[("ShowDashboard", "true")]).expect("a stack");
    let body = stack.resources["Dashboard"].properties["DashboardBody"].as_str().expect("a body");
    let body: Value = serde_json::from_str(body).expect("JSON");
    let mut shown = Metrics::new();
    for widget in body["widgets"].as_array().expect("widgets") {
        for metric in widget["properties"]["metrics"].as_array().expect("metrics") {
            if metric[0] == NAMESPACE {
                let function = metric[3].as_str().expect("a function");
                let function = function.strip_prefix(&format!("{STACK}-")).expect("ours");
                let name = metric[1].as_str().expect("a name").to_owned();
                shown.entry(function.to_owned()).or_default().insert(name);
            }
        }
    }
    shown
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_function_says_what_alarms_and_dashboard_look_at_and_nothing_else() {
    let (said, shown) = (said().await, shown());
    // What the other functions do on a good day is a field of a log line, which costs nothing.
    let speaking: Vec<_> = said.keys().map(String::as_str).collect();
    assert_eq!(speaking, ["day-close", "day-close-schedule"]);
    for (function, metrics) in &said {
        let hidden: Vec<_> = metrics.difference(&shown[function]).collect();
        assert!(hidden.is_empty(), "{function} says {hidden:?}, which is not shown");
    }
    let expected = [
        ("day-close-schedule", &["OverdueHotels"][..]),
        ("day-close", &["CloseLag", "DaysClosed"]),
    ];
    for (function, names) in expected {
        let missing: Vec<_> =
            names.iter().filter(|name| !said[function].contains(**name)).collect();
        assert!(missing.is_empty(), "{function} does not say {missing:?}");
    }
}
