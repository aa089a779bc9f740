//! Growth: the same work on ever more of everything, and what one unit of it takes. What is flat
//! here stays affordable; what is not is a fault.

use std::sync::Arc;

use anyhow::Context;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use axum::{Extension, Router};
use roomwatt_api::{Api, Caller, Delivery};
use roomwatt_domain::{
    BusinessDay, ClosedReport, Fact, History, Instant, Profile, RoomReport, RoomStates,
};
use roomwatt_embedded::Deployment;
use roomwatt_embedded::clock::{ReplayClock, Stopwatch};
use roomwatt_embedded::deployment::DAY_CLOSE;
use roomwatt_local::input::EventFile;
use roomwatt_local::replay::{Batches, Replay};
use roomwatt_messaging::{Clock, DayCloseMessage};
use roomwatt_store::{Consumed, HotelDay, Seal, StoredReport};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

use crate::traffic::{Day, profile, room, usual};

/// What a unit of work took.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// How much there was.
    pub size: usize,
    /// Write units of the table, by unit of work.
    pub write_units: f64,
    /// Read units, by unit of work.
    pub read_units: f64,
    /// Calls of the table, by unit of work.
    pub requests: f64,
    /// Time, embedded table included, by unit of work.
    pub microseconds: f64,
    /// Allocations, those of the embedded table included, by unit of work.
    pub allocations: f64,
    /// The most that was allocated at once during the whole work, in bytes; what the embedded table
    /// stores is not among it.
    pub peak: u64,
}

/// Does work of so many units, and measures it.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn measure(
    size: usize,
    units: usize,
    work: impl FnOnce() -> anyhow::Result<Consumed>,
) -> anyhow::Result<Row> {
    let stopwatch = Stopwatch::start();
    let mut done = None;
    let heap = allocation_counter::measure(|| done = Some(work()));
    let seconds = stopwatch.seconds();
    let consumed = done.context("nothing was done")??;
    let each = |amount: f64| amount / units as f64;
    Ok(Row {
        size,
        write_units: each(consumed.write_units),
        read_units: each(consumed.read_units),
        requests: each(consumed.requests as f64),
        microseconds: each(seconds * 1e6),
        allocations: each(heap.count_total as f64),
        peak: heap.bytes_max,
    })
}

fn runtime() -> anyhow::Result<Runtime> {
    Builder::new_current_thread().enable_all().build().context("no runtime")
}

/// By event: a room with ever more transitions on its day, in the deployment's own batches.
///
/// # Errors
/// When the engine fails.
pub fn ingest_over_transitions(sizes: &[usize]) -> anyhow::Result<Vec<Row>> {
    let over = |&transitions: &usize| {
        let day = Day::of(2, 8, transitions, 7)?;
        let file = EventFile::made_up(&day.lines());
        let mut consumed = Consumed::default();
        let mut row = measure(transitions, day.events.len(), || {
            let replay = Replay { batches: Batches::AsBilled, ..Replay::default() };
            let replayed = runtime()?.block_on(replay.run(vec![day.profile.clone()], &file))?;
            consumed = replayed.deployment().consumed_by_ingest();
            Ok(consumed)
        })?;
        row.size = transitions;
        Ok(row)
    };
    sizes.iter().map(over).collect()
}

/// By event: a log that is replayed, with its closes and everything else.
///
/// # Errors
/// When the engine fails.
pub fn replay_over_events(sizes: &[usize]) -> anyhow::Result<Vec<Row>> {
    let over = |&events: &usize| {
        let day = Day::of(events.div_ceil(200), 8, 200, 7)?;
        let file = EventFile::made_up(&day.lines());
        measure(day.events.len(), day.events.len(), || {
            let replay = Replay::default();
            let replayed = runtime()?.block_on(replay.run(vec![day.profile.clone()], &file))?;
            let deployment = replayed.deployment();
            let mut consumed = deployment.consumed_by_ingest();
            consumed += deployment.consumed_by_close();
            Ok(consumed)
        })
    };
    sizes.iter().map(over).collect()
}

/// A deployment, with a hotel whose days before `day` are closed.
async fn opened(
    profile: &Profile,
    day: &BusinessDay,
) -> anyhow::Result<(Deployment, Arc<ReplayClock>)> {
    let clock = Arc::new(ReplayClock::at(day.window.end - 1));
    let deployment = Deployment::new(None, Arc::clone(&clock) as Arc<dyn Clock>).await?;
    open(&deployment, profile, day, clock.now()).await?;
    Ok((deployment, clock))
}

async fn open(
    deployment: &Deployment,
    profile: &Profile,
    day: &BusinessDay,
    now: Instant,
) -> anyhow::Result<()> {
    let store = deployment.store();
    store.put_profile(profile, now).await?;
    let before = profile.calendar.previous(day.date).date;
    store.open_hotel(profile, before, store.schedule().due_at(day)).await?;
    Ok(())
}

/// By room: the close of a hotel's day.
///
/// # Errors
/// When the engine fails.
pub fn close_over_rooms(sizes: &[usize]) -> anyhow::Result<Vec<Row>> {
    let (profile, day) = profile("h1")?;
    let facts = usual(&day, 100)?.into_iter().map(|(signal, it)| Fact::State(signal, it));
    let facts: Vec<_> = facts.collect();
    let over = |&rooms: &usize| {
        let runtime = runtime()?;
        let deployment = runtime.block_on(async {
            let (deployment, clock) = opened(&profile, &day).await?;
            for number in 0..rooms {
                let (hotel, room) = (&profile.hotel_id, room(number)?);
                deployment.store().add(hotel, &day, &room, &facts, Seal::Respect).await?;
            }
            clock.set(deployment.store().schedule().due_at(&day));
            let message = DayCloseMessage::Close { hotel: profile.hotel_id.clone() };
            deployment.queues().send(DAY_CLOSE, message.to_json(), [].into());
            anyhow::Ok(deployment)
        })?;
        let row = measure(rooms, rooms, || {
            runtime.block_on(deployment.flush());
            Ok(deployment.consumed_by_close())
        })?;
        let closed =
            runtime.block_on(deployment.store().close_state(&profile.hotel_id, day.window.end))?;
        anyhow::ensure!(closed.is_some_and(|state| state.closed_through == day.date), "not closed");
        Ok(row)
    };
    sizes.iter().map(over).collect()
}

/// By hotel: a tick at which all of them are due.
///
/// # Errors
/// When the engine fails.
pub fn fan_out_over_hotels(sizes: &[usize]) -> anyhow::Result<Vec<Row>> {
    let (_, day) = profile("h1")?;
    let over = |&hotels: &usize| {
        let runtime = runtime()?;
        let deployment = runtime.block_on(async {
            let clock = Arc::new(ReplayClock::at(day.window.end - 1));
            let deployment = Deployment::new(None, Arc::clone(&clock) as Arc<dyn Clock>).await?;
            for number in 0..hotels {
                let (profile, day) = profile(&format!("h{number}"))?;
                open(&deployment, &profile, &day, clock.now()).await?;
            }
            clock.set(deployment.store().schedule().due_at(&day));
            anyhow::Ok(deployment)
        })?;
        let row = measure(hotels, hotels, || {
            runtime.block_on(deployment.tick())?;
            Ok(deployment.consumed_by_schedule())
        })?;
        anyhow::ensure!(deployment.queues().peek(DAY_CLOSE).len() == hotels, "not all are due");
        Ok(row)
    };
    sizes.iter().map(over).collect()
}

/// By day: one room's reports over a range of days.
///
/// # Errors
/// When the engine fails.
pub fn report_call_over_days(sizes: &[usize]) -> anyhow::Result<Vec<Row>> {
    let runtime = runtime()?;
    let (profile, last) = profile("h1")?;
    let (api, deployment, first) = runtime.block_on(a_year(&profile, &last))?;
    let store = deployment.store();
    let over = |&days: &usize| {
        let from =
            first.date.civil().checked_add(jiff::Span::new().days(366 - i64::try_from(days)?))?;
        let uri = format!("/hotels/h1/rooms/{}/reports?from={from}&to={}", room(0)?, last.date);
        measure(days, days, || {
            let before = store.meter().consumed();
            runtime.block_on(get(&api, &uri))?;
            Ok(store.meter().consumed() - before)
        })
    };
    sizes.iter().map(over).collect()
}

/// A room with a report on each of 366 days.
async fn a_year(
    profile: &Profile,
    last: &BusinessDay,
) -> anyhow::Result<(Router, Deployment, BusinessDay)> {
    let (deployment, clock) = opened(profile, &profile.calendar.next(last.date)).await?;
    let store = deployment.store();
    let mut day = *last;
    for number in 0..366 {
        if number > 0 {
            day = profile.calendar.previous(day.date);
        }
        let history = History::new(usual(&day, 100)?);
        let terms = profile.terms(&room(0)?);
        let report = RoomReport::fold(day.window, &RoomStates::default(), &history, &terms);
        let mut sums = HotelDay::empty(day.date);
        sums += &report;
        let closed = ClosedReport::first(room(0)?, day, report, day.window.end);
        let stored = StoredReport { closed, terms: 1, fence: 1, writes: 1, pending: false };
        store.put_report(&profile.hotel_id, &day, &stored).await?;
        store.put_hotel_day(&profile.hotel_id, &day, 1, &sums).await?;
    }
    let api = Api::new(store.clone(), clock, Delivery::Buffered).router();
    Ok((api.layer(Extension(Caller::Owner)), deployment, day))
}

async fn get(api: &Router, uri: &str) -> anyhow::Result<()> {
    let request = Request::get(uri).body(Body::empty())?;
    let answer = api.clone().oneshot(request).await?;
    let status = answer.status();
    let body = to_bytes(answer.into_body(), usize::MAX).await?;
    anyhow::ensure!(status == StatusCode::OK, "{uri}: {status} {}", String::from_utf8_lossy(&body));
    Ok(())
}
