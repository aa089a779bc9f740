//! The API, with ingest beside it, and the schedule on the clock of the run.
//!
//! An event that is posted here is handed to the function that takes it from a queue in the
//! deployment, and is answered once that function is done: then it is in the table. Days close beside
//! that, on a thread of their own, so that no event waits behind them.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::body::{Body, to_bytes};
use axum::extract::{Extension, RawQuery, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use roomwatt_api::{Api, Caller, Delivery, Problem};
use roomwatt_domain::{BusinessCalendar, BusinessDate, BusinessDay, HotelId, Instant, Millis};
use roomwatt_ingest::{EventQueue, edge};
use roomwatt_messaging::Clock;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};
use tracing::error;

use crate::figures::{say, separated};
use crate::tokens::{Grant, Tokens, WRITE_EVENTS};
use roomwatt_embedded::Deployment;
use roomwatt_embedded::deployment::{Delivered, REJECTED_EVENTS, RefusedEvents, TICK, queue_of};

/// How long what there is to settle gathers at most.
const WINDOW: Millis = 100;
/// How often the run looks at its clock.
const LOOK: Duration = Duration::from_millis(100);
/// What a queue takes as one message.
const LARGEST_MESSAGE: usize = 1024 * 1024;
/// A folder whose last close is older is served as it is.
pub const FRESH: Millis = 2 * 24 * 60 * 60_000;
/// The header of a run that requires claims: a JSON object of texts, as API Gateway hands claims
/// on. Nothing else reads it.
pub const CLAIMS: &str = "x-roomwatt-claims";

/// Which callers are answered.
#[derive(Debug, Clone, Default)]
pub enum Access {
    /// Every caller on loopback.
    #[default]
    Open,
    /// Callers on loopback that bring claims in the header [`CLAIMS`].
    ByClaims,
    /// Callers that bring a token, wherever they are.
    ByToken(Arc<Tokens>),
}

/// What is served.
pub struct Service {
    /// The functions, on their table.
    pub deployment: Deployment,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// To whom.
    pub access: Access,
    /// Of a folder that is served as it is, its last closed day: nothing is taken in, nothing closes.
    pub as_it_is: Option<BusinessDate>,
}

/// Opens a port; any free one for 0.
///
/// # Errors
/// When the port is taken, or the address is none of this machine's.
pub async fn listen(address: IpAddr, port: u16) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(SocketAddr::new(address, port)).await;
    listener.with_context(|| {
        if address.is_loopback() {
            format!("port {port} cannot be opened")
        } else {
            format!("port {port} of {address} cannot be opened")
        }
    })
}

/// Serves until `stop`. A close that is under way then goes on when the folder is served again.
///
/// # Errors
/// When the listener or the schedule fails.
pub async fn serve(
    service: Service,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let Service { deployment, clock, access, as_it_is } = service;
    let deployment = Arc::new(deployment.with_windows_of_at_most(WINDOW));
    let desk = Desk::open(Arc::clone(&deployment))?;
    let router = router(&deployment, desk, Arc::clone(&clock), access, as_it_is);
    let running = axum::serve(listener, router).with_graceful_shutdown(stop);
    if as_it_is.is_some() {
        return running.await.context("the listener failed");
    }
    let (alive, ended) = oneshot::channel::<()>();
    // A close keeps the thread that it runs on, and can be broken off at any moment.
    let runtime = own_runtime()?;
    std::thread::spawn(move || {
        let _alive = alive;
        runtime.block_on(drive(&deployment, clock.as_ref()));
    });
    tokio::select! {
        done = running => done.context("the listener failed"),
        _ = ended => anyhow::bail!("the schedule failed; what is kept is whole"),
    }
}

/// The API of a deployment, with ingest beside it.
fn router(
    deployment: &Arc<Deployment>,
    desk: Desk,
    clock: Arc<dyn Clock>,
    access: Access,
    as_it_is: Option<BusinessDate>,
) -> Router {
    let api = Api::new(deployment.store().metered_apart(), clock, Delivery::Streamed).router();
    let events =
        |queue| post(move |desk, granted, query, body| take(queue, desk, granted, query, body));
    let ingest = Router::new()
        .route("/local/events/device", events(EventQueue::DeviceEvents))
        .route("/local/events/space", events(EventQueue::SpaceEvents))
        .route("/local/events/rejected", get(rejected_events))
        .method_not_allowed_fallback(roomwatt_api::no_such_method)
        .with_state(desk);
    let is_by_token = matches!(access, Access::ByToken(_));
    let all = api.merge(ingest).layer(from_fn_with_state(access, introduce));
    let all = all.layer(from_fn_with_state(Arc::clone(deployment), demand_health));
    let all = match as_it_is {
        Some(last) => all.layer(from_fn_with_state(last, only_reads)),
        None => all,
    };
    // With tokens a proxy may stand in front, under any name.
    if is_by_token { all } else { all.layer(from_fn(only_loopback)) }
}

/// Where posted messages are handed in: one thread takes them to the functions, one by one.
#[derive(Clone)]
struct Desk {
    deployment: Arc<Deployment>,
    posted: mpsc::Sender<Posted>,
}

/// A message that somebody posted and waits for.
struct Posted {
    queue: &'static str,
    body: String,
    attributes: BTreeMap<String, String>,
    answer: oneshot::Sender<Delivered>,
}

/// Messages that wait; whoever posts more waits for room.
const WAITING: usize = 64;

impl Desk {
    fn open(deployment: Arc<Deployment>) -> anyhow::Result<Self> {
        let (posted, mut waiting) = mpsc::channel::<Posted>(WAITING);
        let (functions, runtime) = (Arc::clone(&deployment), own_runtime()?);
        std::thread::spawn(move || {
            runtime.block_on(async {
                while let Some(Posted { queue, body, attributes, answer }) = waiting.recv().await {
                    let taken = functions.take_at_once(queue, body, attributes).await;
                    // Who has hung up wants no answer; what was sent is taken all the same.
                    drop(answer.send(taken));
                }
            });
        });
        Ok(Self { deployment, posted })
    }

    /// `None` where the functions are no more.
    async fn hand_in(
        &self,
        queue: &'static str,
        body: String,
        attributes: BTreeMap<String, String>,
    ) -> Option<Delivered> {
        let (answer, taken) = oneshot::channel();
        self.posted.send(Posted { queue, body, attributes, answer }).await.ok()?;
        taken.await.ok()
    }
}

/// What a thread runs on that nobody waits for when the process ends.
///
/// # Errors
/// When the system gives none.
pub fn own_runtime() -> anyhow::Result<Runtime> {
    Builder::new_current_thread().enable_all().build().context("no thread can be had")
}

/// Ticks, closes and revises, for as long as the process lives.
async fn drive(deployment: &Deployment, clock: &dyn Clock) {
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut next_tick = clock.now();
    loop {
        if clock.now() >= next_tick {
            match due(deployment, clock.now()).await {
                Ok(due) => due.iter().filter(|due| due.days > 1).for_each(say),
                Err(fault) => error!(error = format!("{fault:#}"), "what is due cannot be read"),
            }
            if let Err(fault) = deployment.tick().await {
                error!(
                    error = format!("{fault:#}"),
                    "the schedule failed; the next tick does it again"
                );
            }
            next_tick = clock.now() + TICK;
        }
        deployment.deliver().await;
        // Nobody else listens to the bus.
        deployment.aws().take_told();
        looks.tick().await;
    }
}

/// A hotel with days to close.
struct Due {
    hotel: HotelId,
    /// How many of its days are due.
    days: usize,
    /// The last of them.
    through: BusinessDate,
}

impl std::fmt::Display for Due {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { hotel, days, through } = self;
        let noun = if *days == 1 { "day" } else { "days" };
        write!(f, "closing   {} {noun} of {hotel}, through {through}", separated(*days))
    }
}

/// The hotels with days that are due.
async fn due(deployment: &Deployment, now: Instant) -> anyhow::Result<Vec<Due>> {
    let schedule = deployment.store().schedule();
    let mut all = Vec::new();
    for (hotel, calendar, last) in closed_hotels(deployment, now).await? {
        let mut due = Due { hotel, days: 0, through: last.date };
        loop {
            let day = calendar.next(due.through);
            if now < schedule.due_at(&day) || day.date == due.through {
                break;
            }
            due.days += 1;
            due.through = day.date;
        }
        if due.days > 0 {
            all.push(due);
        }
    }
    Ok(all)
}

/// The last day that is closed of any hotel, and when it was due.
///
/// # Errors
/// When the table cannot be read.
pub async fn last_close(
    deployment: &Deployment,
    now: Instant,
) -> anyhow::Result<Option<(BusinessDate, Instant)>> {
    let schedule = deployment.store().schedule();
    let hotels = closed_hotels(deployment, now).await?;
    let closes = hotels.iter().map(|(_, _, last)| (last.date, schedule.due_at(last)));
    Ok(closes.max_by_key(|(_, due_at)| *due_at))
}

/// The hotels with events, each with its last closed day.
async fn closed_hotels(
    deployment: &Deployment,
    now: Instant,
) -> anyhow::Result<Vec<(HotelId, BusinessCalendar, BusinessDay)>> {
    let store = deployment.store().metered_apart();
    let mut hotels = store.hotels(None, now);
    let mut closed = Vec::new();
    while let Some(hotel) = hotels.next().await? {
        let Some(state) = store.close_state(&hotel.hotel_id, now).await? else { continue };
        let calendar = BusinessCalendar::new(&hotel.time_zone)?;
        if let Some(last) = calendar.day(state.closed_through) {
            closed.push((hotel.hotel_id, calendar, last));
        }
    }
    Ok(closed)
}

/// Nothing changes in a folder that is served as it is.
async fn only_reads(State(last): State<BusinessDate>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let detail = format!(
        "this folder is served as it is, and its last closed day is {last}; serve it with --live to \
         close its days up to now and to take events in"
    );
    Problem::new(StatusCode::CONFLICT, detail).into_response()
}

/// A run that cannot keep anything is not healthy.
async fn demand_health(
    State(deployment): State<Arc<Deployment>>,
    request: Request,
    next: Next,
) -> Response {
    if request.uri().path() == "/health"
        && let Some(kept) = deployment.aws().kept()
        && let Err(fault) = kept.note("health", &true)
    {
        return not_kept(&format!("{fault:#}")).into_response();
    }
    next.run(request).await
}

fn not_kept(fault: &str) -> Problem {
    let detail = format!("nothing can be kept: {fault}");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
}

/// A page of another site, open in a browser on this machine, may reach loopback by a name of its
/// own, or post to it. So a request must name loopback as its host, and must not come from a page
/// of another origin.
async fn only_loopback(request: Request, next: Next) -> Response {
    if !is_from_here(&request) {
        let detail = "this runs for loopback alone";
        return Problem::new(StatusCode::MISDIRECTED_REQUEST, detail).into_response();
    }
    next.run(request).await
}

fn is_from_here(request: &Request) -> bool {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).or_else(|| request.uri().host()).unwrap_or_default();
    let origin = text(header::ORIGIN).map(|origin| origin.split_once("://").unwrap_or_default().1);
    (host.is_empty() || is_loopback(host)) && origin.is_none_or(is_loopback)
}

/// Whether an authority, with or without a port, is this machine's own.
fn is_loopback(authority: &str) -> bool {
    let name = if authority.starts_with('[') {
        authority.split_inclusive(']').next().unwrap_or_default()
    } else {
        authority.split(':').next().unwrap_or_default()
    };
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// Tells the handlers who calls. `/health` answers anybody.
async fn introduce(State(access): State<Access>, mut request: Request, next: Next) -> Response {
    let grant = match &access {
        Access::Open => Some(Grant::of_everything()),
        Access::ByClaims => claims(request.headers()).map(Grant::from_claims),
        Access::ByToken(tokens) => tokens.grant(request.headers()).cloned(),
    };
    let grant = match (&access, grant) {
        (Access::ByToken(_), None) if request.uri().path() == "/health" => {
            Some(Grant::of_nothing())
        }
        (Access::ByToken(_), None) => return unknown_caller().into_response(),
        (_, grant) => grant,
    };
    if let Some(grant) = grant {
        let caller = if matches!(access, Access::Open) { Caller::Owner } else { grant.caller() };
        request.extensions_mut().insert(caller);
        request.extensions_mut().insert(grant);
    }
    next.run(request).await
}

fn unknown_caller() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "the call brings no token that is known here")
}

fn claims(headers: &HeaderMap) -> Option<HashMap<String, String>> {
    serde_json::from_slice(headers.get(CLAIMS)?.as_bytes()).ok()
}

type Granted = Option<Extension<Grant>>;

async fn take(
    queue: EventQueue,
    State(desk): State<Desk>,
    granted: Granted,
    RawQuery(query): RawQuery,
    body: Body,
) -> Result<Response, Problem> {
    let grant = demand_writer(granted)?;
    let attributes = attributes(query.as_deref().unwrap_or_default())?;
    let body = to_bytes(body, LARGEST_MESSAGE).await.map_err(|_| {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "a message has at most 1024 KB")
    })?;
    let text = String::from_utf8(body.to_vec())
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "a message is text in UTF-8"))?;
    demand_own_hotels(&grant, queue, &text, &attributes)?;
    let taken = desk.hand_in(queue_of(queue), text, attributes).await;
    match taken.filter(|taken| taken.failed.is_empty()) {
        Some(taken) => Ok(answer(&taken)),
        None => Err(not_kept(&desk.deployment.aws().fault().unwrap_or("send it again".to_owned()))),
    }
}

/// What became of a message. Of one with more refused events than are told apart, the first is told.
fn answer(taken: &Delivered) -> Response {
    let refused: Vec<_> = taken
        .refused
        .iter()
        .map(|RefusedEvents { event, of_whole, reason, detail, .. }| {
            let mut told = json!({"index": event, "reason": reason, "detail": detail});
            if let Some(count) = of_whole {
                told["count"] = json!(count);
            }
            told
        })
        .collect();
    let status = if taken.applied > 0 || refused.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let body = json!({"applied": taken.applied, "ignored": taken.ignored, "refused": refused});
    (status, Json(body)).into_response()
}

fn demand_writer(granted: Granted) -> Result<Grant, Problem> {
    let Some(Extension(grant)) = granted else { return Err(unknown_caller()) };
    if grant.may_write_events() {
        return Ok(grant);
    }
    let detail = format!("the token lacks the scope {WRITE_EVENTS}");
    Err(Problem::new(StatusCode::FORBIDDEN, detail))
}

/// The message's attributes, out of the parameters of the same names.
fn attributes(query: &str) -> Result<BTreeMap<String, String>, Problem> {
    let mut attributes = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if !matches!(&*name, "source" | "hotel") {
            let detail = format!("{name} is no parameter here; there are source and hotel");
            return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
        }
        if attributes.insert(name.to_string(), value.into_owned()).is_some() {
            return Err(Problem::new(StatusCode::BAD_REQUEST, format!("{name} is there twice")));
        }
    }
    Ok(attributes)
}

/// A caller that is for some hotels sends events of these alone. Where a source reads the message,
/// its attribute says the hotel before anything in it can.
fn demand_own_hotels(
    grant: &Grant,
    queue: EventQueue,
    text: &str,
    attributes: &BTreeMap<String, String>,
) -> Result<(), Problem> {
    let Some(own) = grant.hotels() else { return Ok(()) };
    let forbidden = |detail: String| Err(Problem::new(StatusCode::FORBIDDEN, detail));
    match attributes.get("hotel") {
        Some(hotel) if !own.iter().any(|own| own.as_str() == hotel) => {
            return forbidden("the token is not for the hotel of the parameter hotel".to_owned());
        }
        None if attributes.contains_key("source")
            || edge::Body::read(queue, text).named().is_some() =>
        {
            return forbidden(
                "a token for some hotels needs the parameter hotel where a source reads the message"
                    .to_owned(),
            );
        }
        _ => {}
    }
    for (index, decoded) in edge::Body::read(queue, text).enumerate() {
        if let Ok((event, _)) = decoded
            && !own.contains(&event.hotel)
        {
            return forbidden(format!(
                "the token is not for the hotel of the event at index {index}"
            ));
        }
    }
    Ok(())
}

/// What was refused since the run began: each body, with the attributes that say why. It is of all
/// hotels.
async fn rejected_events(State(desk): State<Desk>, granted: Granted) -> Result<Response, Problem> {
    if demand_writer(granted)?.hotels().is_some() {
        let detail = "a token for some hotels cannot see what was refused of all";
        return Err(Problem::new(StatusCode::FORBIDDEN, detail));
    }
    let rejected = desk.deployment.queues().peek(REJECTED_EVENTS).into_iter();
    let rejected: Vec<_> = rejected
        .map(|message| json!({"attributes": message.attributes, "body": message.body}))
        .collect();
    Ok(Json(json!({"rejected": rejected})).into_response())
}
