//! A network between the functions and the embedded services on which time passes: each call is
//! answered after as long as the service usually takes, by a clock of the network's own.
//!
//! Calls that are under way at once wait at once, as they do on AWS. So how long an invocation waits
//! follows from what the function really does, and nobody has to wait for it here.

use std::collections::BTreeMap;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use roomwatt_embedded::aws::EmbeddedAws;
use roomwatt_embedded::clock::ProcessorTime;

/// How long a call of a service takes, request and answer.
const DYNAMODB: Duration = Duration::from_millis(5);
const SQS: Duration = Duration::from_millis(10);
const EVENTBRIDGE: Duration = Duration::from_millis(20);

/// The latencies in words.
pub(crate) const LATENCIES: &str =
    "a call of DynamoDB takes 5 ms, one of SQS 10 ms, one of EventBridge 20 ms";

/// Payload that SQS charges as one request, in bytes.
const REQUEST_PAYLOAD: usize = 64 * 1024;

/// The network. Clones share it.
#[derive(Clone)]
pub(crate) struct Network {
    aws: EmbeddedAws,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    now: Duration,
    /// The calls that wait for an answer, by when it comes and by their order.
    waiting: BTreeMap<(Duration, u64), Waker>,
    carried: Carried,
}

/// What the network carried.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Carried {
    /// Calls of any service.
    pub(crate) calls: u64,
    /// What SQS charges for them.
    pub(crate) queue_requests: u64,
    /// What the embedded services took of the processor.
    pub(crate) processor: Duration,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").finish_non_exhaustive()
    }
}

impl Network {
    /// A network before some services.
    pub(crate) fn before(aws: EmbeddedAws) -> Self {
        Self { aws, shared: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        // A panic elsewhere leaves what is counted whole.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was carried since the last call, and how long by the network's clock that took.
    pub(crate) fn take(&self) -> (Carried, Duration) {
        let mut shared = self.lock();
        (std::mem::take(&mut shared.carried), std::mem::take(&mut shared.now))
    }

    /// Brings the work to its end. Whenever it only waits, the clock moves on to the next answer.
    /// `poll` is handed each piece of the work that is done at a time.
    ///
    /// # Errors
    /// [`Stuck`] when the work waits for something that no network brings.
    pub(crate) fn run<T>(
        &self,
        work: impl Future<Output = T>,
        mut poll: impl FnMut(&mut dyn FnMut()),
    ) -> Result<T, Stuck> {
        // The surrounding task may have used up what it may do without a pause. No other task waits
        // here, so none is needed.
        let mut work = std::pin::pin!(tokio::task::unconstrained(work));
        let woken = Arc::new(Woken(Mutex::new(false)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        loop {
            let mut done = None;
            poll(&mut || {
                if let Poll::Ready(output) = Pin::as_mut(&mut work).poll(&mut context) {
                    done = Some(output);
                }
            });
            if let Some(output) = done {
                return Ok(output);
            }
            if !woken.take() && !self.answer_next() {
                return Err(Stuck);
            }
        }
    }

    /// Moves the clock on to the next answers; false where none is on its way.
    fn answer_next(&self) -> bool {
        let mut answered = Vec::new();
        let mut shared = self.lock();
        let Some((&(due, _), _)) = shared.waiting.first_key_value() else { return false };
        shared.now = due;
        while let Some(first) = shared.waiting.first_entry()
            && first.key().0 <= due
        {
            answered.push(first.remove());
        }
        drop(shared);
        answered.into_iter().for_each(Waker::wake);
        true
    }
}

/// Work that waits for something that no network brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a function waits for what never comes")]
pub(crate) struct Stuck;

struct Woken(Mutex<bool>);

impl Woken {
    fn take(&self) -> bool {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
    }
}

impl HttpConnector for Network {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let (latency, queue_requests) = match target.split_once('.') {
            Some(("AmazonSQS", _)) => {
                let payload = request.body().bytes().map_or(0, <[u8]>::len);
                (SQS, payload.div_ceil(REQUEST_PAYLOAD).max(1))
            }
            Some(("AWSEvents", _)) => (EVENTBRIDGE, 0),
            _ => (DYNAMODB, 0),
        };
        let began = ProcessorTime::now();
        let answer = self.aws.call(request);
        let mut shared = self.lock();
        shared.carried.processor += began.elapsed();
        shared.carried.calls += 1;
        shared.carried.queue_requests += queue_requests as u64;
        let key = (shared.now + latency, shared.carried.calls);
        drop(shared);
        let network = self.clone();
        HttpConnectorFuture::new(async move {
            poll_fn(|context| {
                let mut shared = network.lock();
                if shared.now >= key.0 {
                    return Poll::Ready(());
                }
                shared.waiting.insert(key, context.waker().clone());
                Poll::Pending
            })
            .await;
            answer.await
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
