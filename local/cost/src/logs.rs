//! What a function writes to its log: its own lines as JSON, and a line of metrics for each call.
//!
//! The functions log by `lambda_runtime` and measure by `roomwatt_runtime::Telemetry`, both once in a
//! process. Here all functions live in one, so their lines are caught for the time of a call, and
//! written as those two write them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use roomwatt_telemetry::{DIMENSION, Metric, NAMESPACE};
use serde_json::{Map, Value, json};
use tracing::{Dispatch, Span, info_span, level_filters::LevelFilter};

/// What CloudWatch Logs adds to each line when it counts, in bytes.
const LINE: u64 = 26;

/// Catches what is logged and measured.
pub(crate) struct Log {
    lines: Lines,
    dispatch: Dispatch,
    values: Values,
}

/// What a call wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Logged {
    /// As CloudWatch Logs counts them.
    pub(crate) bytes: u64,
    /// The metrics that had a value.
    pub(crate) metrics: BTreeSet<&'static str>,
}

impl Log {
    /// A log from level INFO on, as the deployment has it.
    pub(crate) fn new() -> Self {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_target(false)
            .without_time()
            .with_max_level(LevelFilter::INFO)
            .with_writer(move || writer.clone())
            .finish();
        Self { lines, dispatch: Dispatch::new(subscriber), values: Values::default() }
    }

    /// Runs a piece of a call with its lines caught.
    pub(crate) fn caught(&self, span: &Span, work: &mut dyn FnMut()) {
        tracing::dispatcher::with_default(&self.dispatch, || {
            span.in_scope(|| metrics::with_local_recorder(&self.values, work));
        });
    }

    /// The span that the runtime puts around a call.
    pub(crate) fn span(&self, request_id: &str) -> Span {
        tracing::dispatcher::with_default(&self.dispatch, || {
            info_span!(
                "Lambda runtime invoke",
                requestId = request_id,
                xrayTraceId = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;\
                               Sampled=0;Lineage=1:a1b2c3d4:0"
            )
        })
    }

    /// What was caught since the last call, the line of metrics included.
    pub(crate) fn take(&self, function: &str, request_id: &str) -> Logged {
        let mut bytes = self.lines.bytes.swap(0, Ordering::Relaxed);
        let values = std::mem::take(&mut *self.values.lock());
        let metrics: BTreeSet<_> = Metric::ALL
            .iter()
            .map(|metric| metric.name())
            .filter(|name| values.contains_key(*name))
            .collect();
        if !metrics.is_empty() {
            let line = metric_line(function, request_id, values).to_string();
            bytes += line.len() as u64 + LINE;
        }
        Logged { bytes, metrics }
    }
}

/// A line of CloudWatch's embedded metric format, as the functions' collector writes it.
fn metric_line(function: &str, request_id: &str, values: BTreeMap<String, Value>) -> Value {
    let units: BTreeMap<_, _> =
        Metric::ALL.iter().map(|metric| (metric.name(), metric.unit())).collect();
    let metrics: Vec<_> = values
        .keys()
        .map(|name| {
            let unit = match units.get(name.as_str()) {
                Some(Unit::Milliseconds) => "Milliseconds",
                _ => "Count",
            };
            json!({"Name": name, "Unit": unit})
        })
        .collect();
    let mut line = Map::new();
    line.insert(
        "_aws".to_owned(),
        json!({
            "Timestamp": 1_793_606_400_000_u64,
            "CloudWatchMetrics": [
                {"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": metrics},
            ],
        }),
    );
    line.insert(DIMENSION.to_owned(), json!(function));
    line.insert("requestId".to_owned(), json!(request_id));
    line.extend(values);
    Value::Object(line)
}

/// Counts what is written.
#[derive(Clone, Default)]
struct Lines {
    bytes: Arc<AtomicU64>,
}

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        // The formatter hands over whole lines; the break at the end does not count.
        self.bytes.fetch_add(line.len() as u64 - 1 + LINE, Ordering::Relaxed);
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The values of a call by metric: a sum, or a list.
#[derive(Clone, Default)]
struct Values(Arc<Mutex<BTreeMap<String, Value>>>);

impl Values {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Value>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Named {
    name: String,
    values: Values,
}

impl Named {
    fn of(key: &Key, values: &Values) -> Arc<Self> {
        Arc::new(Self { name: key.name().to_owned(), values: values.clone() })
    }

    fn add(&self, amount: u64) {
        // A sum of zero is not recorded.
        if amount > 0 {
            let mut values = self.values.lock();
            let sum = values.get(&self.name).and_then(Value::as_u64).unwrap_or_default() + amount;
            values.insert(self.name.clone(), json!(sum));
        }
    }
}

impl CounterFn for Named {
    fn increment(&self, amount: u64) {
        self.add(amount);
    }

    fn absolute(&self, amount: u64) {
        self.add(amount);
    }
}

impl HistogramFn for Named {
    fn record(&self, value: f64) {
        let mut values = self.values.lock();
        let list = values.entry(self.name.clone()).or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(json!(value));
        }
    }
}

impl Recorder for Values {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Named::of(key, self))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Named::of(key, self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "00000000-0000-4000-8000-000000000000";

    #[test]
    fn lines_and_metrics_of_a_call_are_counted_and_forgotten() {
        let log = Log::new();
        let span = log.span(ID);
        log.caught(&span, &mut || {
            tracing::info!(messages = 3, "batch taken");
            tracing::debug!("not at this level");
            Metric::EventsRefused.add(3);
            Metric::ReportsRevised.add(0);
            Metric::OverdueHotels.record_count(0);
        });
        let logged = log.take("roomwatt-device-events", ID);
        assert_eq!(logged.metrics, BTreeSet::from(["EventsRefused", "OverdueHotels"]));
        assert!((600..900).contains(&logged.bytes), "{}", logged.bytes);
        assert_eq!(log.take("roomwatt-device-events", ID), Logged::default());
    }

    #[test]
    fn a_line_of_metrics_is_what_the_collector_writes() {
        let values = [("EventsRefused", json!(10)), ("OverdueHotels", json!([4.0]))];
        let values = values.map(|(name, value)| (name.to_owned(), value)).into();
        let line = metric_line("f", "r", values).to_string();
        let written = r#"{"FunctionName":"f","_aws":{"CloudWatchMetrics":[{"Dimensions":[["FunctionName"]],"Metrics":[{"Name":"EventsRefused","Unit":"Count"},{"Name":"OverdueHotels","Unit":"Count"}],"Namespace":"Roomwatt"}],"Timestamp":1793606400000},"EventsRefused":10,"OverdueHotels":[4.0],"requestId":"r"}"#;
        let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!((parsed(&line), line.len()), (parsed(written), written.len()));
    }
}
