//! The line from a worker to the table, the queues and the bus: every call passes it, and may
//! fare badly on it.
//!
//! A worker *dies* when its invocation is dropped where it stands: no more of its code runs, and
//! nobody tidies up. It is *frozen* when all of its calls stand still until it is thawed, however
//! much happens meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use roomwatt_embedded::aws::EmbeddedAws;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::yield_now;

use crate::traffic::{Traffic, items, touched};

/// What becomes of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is done and answered.
    Pass,
    /// It is done twice, and the second answer counts: the first one was lost.
    Twice,
    /// It is not done, and the worker dies.
    DieBefore,
    /// It is done, and the worker dies.
    DieAfter,
    /// The worker is frozen before it; it is done when the worker is thawed.
    Freeze,
    /// The worker is frozen before it; the call is done after all, and the worker dies.
    FreezeAndDie,
    /// It is refused, and would not be later.
    Throttled,
    /// It is done, and the answer is lost.
    AnswerLost,
    /// It is lost on the way there.
    RequestLost,
    /// It is done, and once more whenever the run lets strays land: a request of it that the client
    /// had given up is still on its way. Reads leave no strays.
    Stray,
    /// It is refused, since another worker's transaction is under way with one of its items.
    /// Calls that write no single item pass.
    Conflict,
    /// The service is down.
    Unavailable,
    /// Entries of a batch fail by their places, the others are done. Other calls pass.
    Partial(Vec<bool>),
}

impl Fate {
    fn is_sent_at_once(&self) -> bool {
        matches!(self, Self::Pass | Self::Stray | Self::Twice | Self::DieAfter | Self::AnswerLost)
    }
}

/// A call as it is sent.
pub(crate) struct Call<'a> {
    /// `UpdateItem`, `SendMessageBatch` …
    pub(crate) operation: &'a str,
    body: &'a [u8],
}

impl Call<'_> {
    /// Whether it changes anything.
    pub(crate) fn is_write(&self) -> bool {
        matches!(
            self.operation,
            "PutItem" | "UpdateItem" | "TransactWriteItems" | "SendMessageBatch" | "PutEvents"
        )
    }

    /// Whether another worker's transaction may be in its way: no transaction is about summaries.
    pub(crate) fn may_conflict(&self) -> bool {
        let items = items(self.operation, self.body);
        items.iter().any(|item| !item.contains(" SUMMARY#"))
    }

    /// What it reads or writes in the table ([`touched`]).
    pub(crate) fn touches(&self) -> Option<Vec<String>> {
        touched(self.operation, self.body)
    }

    /// Whether the request's text holds another.
    pub(crate) fn mentions(&self, text: &str) -> bool {
        str::from_utf8(self.body).is_ok_and(|body| body.contains(text))
    }
}

/// Decides what becomes of calls.
pub(crate) trait Fates: Send + Sync {
    /// What becomes of the next call, and how often others have their turn before.
    fn next(&self, call: &Call<'_>) -> (u32, Fate);

    /// How long a call takes.
    fn latency(&self) -> Duration {
        Duration::ZERO
    }
}

/// A worker has other zone data than the rest: on its line one zone goes by the name of another,
/// whose rules it then follows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OtherRules {
    /// The zone as profiles name it.
    pub(crate) zone: &'static str,
    /// The zone whose rules the worker has for it.
    pub(crate) like: &'static str,
}

/// One worker's line.
#[derive(Clone)]
pub(crate) struct Line {
    aws: EmbeddedAws,
    rules: Option<OtherRules>,
    traffic: Arc<Traffic>,
    fates: Arc<dyn Fates>,
    state: Arc<State>,
}

struct State {
    dead: AtomicBool,
    dying: Notify,
    freezing: Notify,
    frozen: AtomicBool,
    /// Wakes in the order of waiting, which a `watch` does not: a seed has to replay.
    thawing: Notify,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").finish_non_exhaustive()
    }
}

impl Line {
    pub(crate) fn new(aws: EmbeddedAws, traffic: Arc<Traffic>, fates: Arc<dyn Fates>) -> Self {
        let state = State {
            dead: AtomicBool::new(false),
            dying: Notify::new(),
            freezing: Notify::new(),
            frozen: AtomicBool::new(false),
            thawing: Notify::new(),
        };
        Self { aws, rules: None, traffic, fates, state: Arc::new(state) }
    }

    pub(crate) fn with_rules(self, rules: Option<OtherRules>) -> Self {
        Self { rules, ..self }
    }

    /// Waits for the worker's death.
    pub(crate) async fn death(&self) {
        self.state.dying.notified().await;
    }

    /// Waits until the worker is frozen.
    pub(crate) async fn frost(&self) {
        self.state.freezing.notified().await;
    }

    /// Lets a frozen worker go on.
    pub(crate) fn thaw(&self) {
        self.state.frozen.store(false, Ordering::Relaxed);
        self.state.thawing.notify_waiters();
    }

    async fn carry(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        self.stand_still().await;
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let operation = target.rsplit('.').next().unwrap_or_default();
        let call = Call { operation, body: request.body().bytes().unwrap_or_default() };
        let (turns, fate) = self.fates.next(&call);
        let (writes, conflicts) = (call.is_write(), fate == Fate::Conflict && call.may_conflict());
        let written = items(operation, call.body);
        if conflicts || self.traffic.holds(&written) {
            return Ok(conflict(operation, written.len()));
        }
        // A transaction that is lost or late is not under way.
        let under_way = (operation == "TransactWriteItems" && fate.is_sent_at_once())
            .then(|| self.traffic.begin(written));
        self.take_time(turns).await;
        drop(under_way);
        self.stand_still().await;
        match fate {
            Fate::Pass | Fate::Conflict => self.serve(request).await,
            Fate::Stray => {
                if writes {
                    self.traffic.lose(&request);
                }
                self.serve(request).await
            }
            Fate::Unavailable => Ok(unavailable()),
            Fate::Twice => {
                self.serve(request.try_clone().expect("a body in memory")).await?;
                self.serve(request).await
            }
            Fate::DieBefore => self.die().await,
            Fate::DieAfter => {
                self.serve(request).await?;
                self.die().await
            }
            Fate::Freeze => {
                self.freeze().await;
                self.serve(request).await
            }
            Fate::FreezeAndDie => {
                self.freeze().await;
                self.serve(request).await?;
                self.die().await
            }
            Fate::Throttled => Ok(throttled()),
            Fate::AnswerLost => {
                self.serve(request).await?;
                Err(timeout())
            }
            Fate::RequestLost => Err(timeout()),
            Fate::Partial(failing) => match operation {
                "SendMessageBatch" => self.send_some(request, &failing).await,
                "PutEvents" => self.tell_some(request, &failing).await,
                _ => self.serve(request).await,
            },
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the run's own time, which passes at once")]
    async fn take_time(&self, turns: u32) {
        for _ in 0..turns {
            yield_now().await;
        }
        let latency = self.fates.latency();
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
    }

    async fn serve(&self, mut request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let Some(OtherRules { zone, like }) = self.rules else {
            return HttpConnector::call(&self.aws, request).await;
        };
        *request.body_mut() = renamed(request.body(), like, zone);
        let mut answer = HttpConnector::call(&self.aws, request).await?;
        *answer.body_mut() = renamed(answer.body(), zone, like);
        Ok(answer)
    }

    /// The dead make no calls, and the frozen none until they are thawed.
    async fn stand_still(&self) {
        loop {
            let thawed = self.state.thawing.notified();
            if !self.state.frozen.load(Ordering::Relaxed) {
                break;
            }
            thawed.await;
        }
        if self.state.dead.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    }

    async fn die<T>(&self) -> T {
        self.state.dead.store(true, Ordering::Relaxed);
        self.state.dying.notify_one();
        std::future::pending().await
    }

    async fn freeze(&self) {
        self.state.frozen.store(true, Ordering::Relaxed);
        self.state.freezing.notify_one();
        self.stand_still().await;
    }

    async fn send_some(
        &self,
        mut request: HttpRequest,
        failing: &[bool],
    ) -> Result<HttpResponse, ConnectorError> {
        let mut body: Value = body_of(&request);
        let mut place = 0;
        let mut failed = Vec::new();
        entries(&mut body).retain(|entry| {
            let fails = fails(failing, place);
            place += 1;
            if fails {
                failed.push(json!({
                    "Id": entry["Id"], "SenderFault": false, "Code": "InternalError",
                }));
            }
            !fails
        });
        if entries(&mut body).is_empty() {
            return Ok(answer(200, &json!({"Successful": [], "Failed": failed})));
        }
        *request.body_mut() = SdkBody::from(body.to_string());
        let served = self.serve(request).await?;
        let mut served: Value = json_of(served.body());
        served["Failed"] = failed.into();
        Ok(answer(200, &served))
    }

    async fn tell_some(
        &self,
        mut request: HttpRequest,
        failing: &[bool],
    ) -> Result<HttpResponse, ConnectorError> {
        let mut body: Value = body_of(&request);
        let count = entries(&mut body).len();
        let mut place = 0;
        entries(&mut body).retain(|_| {
            place += 1;
            !fails(failing, place - 1)
        });
        let told = entries(&mut body).len();
        if told > 0 {
            *request.body_mut() = SdkBody::from(body.to_string());
            self.serve(request).await?;
        }
        let results: Vec<_> = (0..count)
            .map(|place| {
                if fails(failing, place) {
                    json!({"ErrorCode": "InternalFailure", "ErrorMessage": "try again"})
                } else {
                    json!({"EventId": "told"})
                }
            })
            .collect();
        Ok(answer(200, &json!({"FailedEntryCount": count - told, "Entries": results})))
    }
}

fn renamed(body: &SdkBody, from: &str, to: &str) -> SdkBody {
    let text = str::from_utf8(body.bytes().expect("a body in memory")).expect("text");
    SdkBody::from(text.replace(from, to))
}

fn fails(failing: &[bool], place: usize) -> bool {
    failing.get(place).copied().unwrap_or(false)
}

fn body_of(request: &HttpRequest) -> Value {
    json_of(request.body())
}

fn json_of(body: &SdkBody) -> Value {
    serde_json::from_slice(body.bytes().expect("a body in memory")).expect("JSON")
}

fn entries(body: &mut Value) -> &mut Vec<Value> {
    body["Entries"].as_array_mut().expect("a batch has entries")
}

fn throttled() -> HttpResponse {
    answer(400, &json!({"__type": "ThrottlingException", "message": "too much at once"}))
}

fn unavailable() -> HttpResponse {
    answer(503, &json!({"__type": "ServiceUnavailable", "message": "try again later"}))
}

/// How a write is refused that meets another's transaction.
fn conflict(operation: &str, items: usize) -> HttpResponse {
    let fault = |name: &str| format!("com.amazonaws.dynamodb.v20120810#{name}");
    if operation != "TransactWriteItems" {
        let said = "Transaction is ongoing for the item";
        let name = fault("TransactionConflictException");
        return answer(400, &json!({"__type": name, "message": said}));
    }
    let mut reasons = vec![json!({"Code": "None"}); items];
    if let Some(last) = reasons.last_mut() {
        *last = json!({
            "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item",
        });
    }
    let said = "Transaction cancelled, please refer cancellation reasons for specific reasons";
    answer(
        400,
        &json!({
            "__type": fault("TransactionCanceledException"),
            "Message": said,
            "CancellationReasons": reasons,
        }),
    )
}

fn answer(status: u16, body: &Value) -> HttpResponse {
    HttpResponse::new(status.try_into().expect("a status"), SdkBody::from(body.to_string()))
}

fn timeout() -> ConnectorError {
    ConnectorError::timeout("no answer in time".into())
}

impl HttpConnector for Line {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().carry(request))
    }
}

impl HttpClient for Line {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
