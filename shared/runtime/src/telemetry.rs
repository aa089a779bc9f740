//! Metrics out: lines of CloudWatch's embedded metric format among the log's.

use std::io::{BufWriter, Write, stdout};

use lambda_runtime::Context;
use lambda_runtime::tracing::warn;
use metrics_cloudwatch_embedded::{Builder, Collector};
use roomwatt_telemetry::{DIMENSION, NAMESPACE, describe};

use crate::configuration::{InvalidConfiguration, function_name};

/// Gathers what a call measures. CloudWatch makes metrics of the lines by itself: that costs no
/// request, and no permission.
#[derive(Clone, Copy)]
pub struct Telemetry {
    collector: &'static Collector,
}

/// Metrics cannot be gathered.
#[derive(Debug, thiserror::Error)]
pub enum NoTelemetry {
    /// The function's name is missing.
    #[error(transparent)]
    Nameless(#[from] InvalidConfiguration),
    /// The process gathers metrics already.
    #[error("metrics are gathered already: {0}")]
    Begun(String),
}

impl Telemetry {
    /// Begins to gather for the function that Lambda says this is, once in a process.
    ///
    /// # Errors
    /// [`NoTelemetry`] the second time, and outside Lambda.
    pub fn begin() -> Result<Self, NoTelemetry> {
        let collector = Builder::new()
            .cloudwatch_namespace(NAMESPACE)
            .with_dimension(DIMENSION, function_name()?)
            .init()
            .map_err(|error| NoTelemetry::Begun(error.to_string()))?;
        describe();
        Ok(Self { collector })
    }

    /// Writes down what the call measured.
    pub fn end_call(&self, context: &Context) {
        self.collector.set_property("requestId", context.request_id.as_str());
        // In one piece, so that no other line comes in between.
        let mut lines = BufWriter::new(stdout().lock());
        let written = self.collector.flush(&mut lines).and_then(|()| lines.flush());
        drop(lines);
        if let Err(error) = written {
            warn!(%error, "metrics of this call are lost");
        }
    }
}
