//! The functions as Lambda starts them: processes, each with a Runtime API on loopback that the test
//! serves, and the embedded services on another socket.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path as FilePath, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use roomwatt_domain::{Instant, Millis};
use roomwatt_embedded::clock::Stopwatch;
use roomwatt_embedded::deployment::{DAY_CLOSE, REJECTED_EVENTS};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinSet;

/// The functions.
pub(crate) const FUNCTIONS: [&str; 5] =
    ["device-events", "space-events", "day-close", "day-close-schedule", "report-api"];

#[expect(clippy::disallowed_methods, reason = "processes live by the machine's clock")]
pub(crate) fn machine_time() -> Instant {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let millis = since.expect("a clock after 1970").as_millis();
    Instant::from_millis(millis.try_into().expect("a clock before year 292 million"))
}

/// Where each function's binary lies.
pub(crate) type Binaries = BTreeMap<&'static str, PathBuf>;

/// How long a function may take until it asks for its first event. A debug build on a busy machine
/// takes a tenth of that.
const TIME_TO_START: Duration = Duration::from_secs(20);

/// What a person who runs a test chose by a variable.
pub(crate) fn chosen(variable: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "what is tested is chosen by who runs the test")]
    std::env::var(variable).ok()
}

/// The functions of this very source; builds them first.
pub(crate) fn built_functions() -> Binaries {
    let profile = chosen("ROOMWATT_PROFILE").unwrap_or_else(|| "dev".to_owned());
    let mut build = Command::new(env!("CARGO"));
    // From the root, as SAM builds them.
    build.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    build.args(["build", "--quiet", "--locked", "--profile", &profile]);
    build.args(FUNCTIONS.iter().flat_map(|function| ["--bin", function]));
    if profile == "dev" {
        // With a test among what is built, dependencies have the features that they have in
        // `cargo test --workspace`. Otherwise a good part of them would be compiled once more.
        build.args(["--workspace", "--test", "processes"]);
    }
    assert!(build.status().expect("cargo").success(), "the functions do not build");
    // The test's own binary lies in <target>/<profile>/deps.
    let own = std::env::current_exe().expect("a path");
    let target = own.ancestors().nth(3).expect("the target folder");
    let folder = target.join(if profile == "dev" { "debug" } else { &profile });
    FUNCTIONS.into_iter().map(|function| (function, folder.join(function))).collect()
}

/// What a process is asked, and what it answers.
struct Asked {
    id: String,
    body: String,
}

type Answered = (String, Result<Bytes, Bytes>);

/// The Runtime API that one process sees.
struct RuntimeApi {
    time: Millis,
    started: Stopwatch,
    /// Seconds from the start to the first time that an event was asked for.
    first_poll: watch::Sender<Option<f64>>,
    asked: Mutex<mpsc::Receiver<Asked>>,
    answered: mpsc::Sender<Answered>,
}

async fn next(State(api): State<Arc<RuntimeApi>>) -> Result<impl IntoResponse, StatusCode> {
    api.first_poll.send_if_modified(|first_poll| {
        let is_first = first_poll.is_none();
        first_poll.get_or_insert(api.started.seconds());
        is_first
    });
    let asked = api.asked.lock().await.recv().await;
    // A process that is being killed is asked nothing any more.
    let Asked { id, body } = asked.ok_or(StatusCode::GONE)?;
    let deadline = machine_time() + api.time;
    let headers = [
        ("lambda-runtime-aws-request-id", id),
        ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:local:000000000000:function:f".to_owned(),
        ),
        ("lambda-runtime-trace-id", "Root=1-0-0".to_owned()),
    ];
    Ok((headers, body))
}

async fn response(
    State(api): State<Arc<RuntimeApi>>,
    Path(id): Path<String>,
    body: Bytes,
) -> StatusCode {
    answer(&api, id, Ok(body)).await
}

async fn error(
    State(api): State<Arc<RuntimeApi>>,
    Path(id): Path<String>,
    body: Bytes,
) -> StatusCode {
    answer(&api, id, Err(body)).await
}

/// An answer that comes as its process is being killed is lost, like the process.
async fn answer(api: &RuntimeApi, id: String, answer: Result<Bytes, Bytes>) -> StatusCode {
    match api.answered.send((id, answer)).await {
        Ok(()) => StatusCode::ACCEPTED,
        Err(_) => StatusCode::GONE,
    }
}

async fn init_error(_: HeaderMap, body: Bytes) {
    panic!("a function did not start: {}", String::from_utf8_lossy(&body));
}

/// A running process and the test's end of its Runtime API.
pub(crate) struct Process {
    child: Child,
    ask: mpsc::Sender<Asked>,
    answers: mpsc::Receiver<Answered>,
    first_poll: watch::Receiver<Option<f64>>,
    /// Reads what the process says until it ends, or a full pipe would stop it.
    said: Option<JoinHandle<String>>,
    api: JoinSet<()>,
}

/// Where browsers reach the API, as far as it is told.
pub(crate) const PUBLIC_URL: &str = "https://reports.example";

/// What a process finds around it.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    /// Where the AWS services answer.
    pub(crate) aws_endpoint: String,
    /// The region that they are in.
    pub(crate) region: String,
    /// The variables that the template sets.
    pub(crate) variables: BTreeMap<String, String>,
    /// How long an invocation may take.
    pub(crate) time: Millis,
}

impl Surroundings {
    /// The embedded services. The claim of a close holds for so long.
    pub(crate) fn embedded(aws_endpoint: String, lease_seconds: u32, time: Millis) -> Self {
        let queue = |name| format!("{aws_endpoint}/000000000000/{name}");
        let variables = [
            ("TABLE_NAME", "roomwatt".to_owned()),
            ("DAY_CLOSE_QUEUE_URL", queue(DAY_CLOSE)),
            ("REJECTED_EVENTS_QUEUE_URL", queue(REJECTED_EVENTS)),
            ("EVENT_BUS_NAME", "roomwatt".to_owned()),
            ("LEASE_SECONDS", lease_seconds.to_string()),
            ("HOTELS_CLAIM", "hotels".to_owned()),
            ("PUBLIC_URL", PUBLIC_URL.to_owned()),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value)).into();
        Self { aws_endpoint, region: "local".to_owned(), variables, time }
    }
}

impl Process {
    pub(crate) async fn start(binary: &FilePath, function: &str, around: &Surroundings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (ask, asked) = mpsc::channel(1);
        let (answered, answers) = mpsc::channel(1);
        let (first_poll, polled) = watch::channel(None);
        let runtime = RuntimeApi {
            time: around.time,
            started: Stopwatch::start(),
            first_poll,
            asked: Mutex::new(asked),
            answered,
        };
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::new(runtime));
        let mut api = JoinSet::new();
        api.spawn(async move { axum::serve(listener, router).await.expect("a server") });
        let mut child = Command::new(binary)
            .env_clear()
            .envs([
                ("AWS_LAMBDA_RUNTIME_API", address.to_string()),
                ("AWS_LAMBDA_FUNCTION_NAME", function.to_owned()),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
                ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
                ("AWS_LAMBDA_LOG_LEVEL", "ERROR".to_owned()),
                ("AWS_REGION", around.region.clone()),
                ("AWS_ACCESS_KEY_ID", "local".to_owned()),
                ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
                ("AWS_ENDPOINT_URL", around.aws_endpoint.clone()),
            ])
            .envs(&around.variables)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a built function");
        let mut output = child.stdout.take().expect("a pipe");
        let said = std::thread::spawn(move || {
            let mut said = String::new();
            output.read_to_string(&mut said).expect("text");
            said
        });
        Self { child, ask, answers, first_poll: polled, said: Some(said), api }
    }

    /// Ends the process: what it said in its life.
    pub(crate) fn end(mut self) -> String {
        self.child.kill().expect("a child");
        self.said.take().expect("a reader").join().expect("a reader")
    }

    /// Waits for the function to ask for its first event; seconds that it took.
    pub(crate) async fn first_poll(&mut self) -> f64 {
        let first_poll = self.first_poll.wait_for(Option::is_some);
        let first_poll = tokio::time::timeout(TIME_TO_START, first_poll).await;
        first_poll.expect("a function that starts in time").expect("a server").expect("a time")
    }

    /// Invokes the function: its answer, or its error. A caller that stops waiting has to kill it.
    pub(crate) async fn invoke(&mut self, id: String, body: String) -> Result<Bytes, Bytes> {
        self.ask.send(Asked { id, body }).await.expect("a process");
        self.answers.recv().await.expect("an answer").1
    }

    /// The most memory that the process has had so far, in kB.
    pub(crate) fn peak_memory(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// The memory that the process has now, in kB.
    pub(crate) fn memory(&self) -> u64 {
        self.status("VmRSS:")
    }

    fn status(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("a running process");
        let value = status.lines().find_map(|line| line.strip_prefix(field)).expect("a figure");
        // What Linux calls kB has 1024 bytes.
        value.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024 / 1000
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGKILL: the process has no say in it.
        self.child.kill().expect("a child");
        self.child.wait().expect("a child");
        self.api.abort_all();
    }
}

/// The messages that an answer hands back.
pub(crate) fn failures(answer: &[u8]) -> BTreeSet<String> {
    let answer: serde_json::Value = serde_json::from_slice(answer).expect("JSON");
    let failures = answer["batchItemFailures"].as_array().cloned().unwrap_or_default();
    failures
        .iter()
        .map(|failure| failure["itemIdentifier"].as_str().expect("an id").to_owned())
        .collect()
}
