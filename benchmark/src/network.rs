//! What lies between workers and table: every call takes a few milliseconds of the runtime's time,
//! which is not the machine's, so that calls of many workers interleave as they would, and every run
//! of a seed is the same.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use roomwatt_embedded::aws::EmbeddedAws;

/// Least and most that a call takes, in microseconds: single-digit milliseconds, as DynamoDB says of
/// itself.
const LATENCY: std::ops::RangeInclusive<u64> = 3_000..=7_000;

/// A network before the embedded services.
#[derive(Debug, Clone)]
pub struct Network {
    services: EmbeddedAws,
    random: Arc<Mutex<fastrand::Rng>>,
}

impl Network {
    /// Connects to services.
    pub fn to(services: EmbeddedAws, seed: u64) -> Self {
        Self { services, random: Arc::new(Mutex::new(fastrand::Rng::with_seed(seed))) }
    }

    fn half_a_call(&self) -> Duration {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        Duration::from_micros(random.u64(LATENCY) / 2)
    }
}

/// Lets the runtime's time pass.
#[expect(clippy::disallowed_methods, reason = "the runtime's time is simulated")]
pub async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}

impl HttpConnector for Network {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let network = self.clone();
        HttpConnectorFuture::new(async move {
            pass(network.half_a_call()).await;
            let answer = network.services.call(request).await;
            pass(network.half_a_call()).await;
            answer
        })
    }
}

impl HttpClient for Network {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
