//! One run of a design: workers take batches from one line until none is left.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::ensure;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use futures_util::future::try_join_all;
use roomwatt_domain::{RoomReport, RoomStates};
use roomwatt_embedded::Deployment;
use roomwatt_embedded::aws::EmbeddedAws;
use roomwatt_embedded::clock::{ReplayClock, Stopwatch};
use roomwatt_embedded::deployment::{DEVICE_EVENTS, SPACE_EVENTS};
use roomwatt_embedded::queues::Queues;
use roomwatt_ingest::EventQueue;
use roomwatt_messaging::Clock;
use roomwatt_store::Consumed;

use super::records::Records;
use super::{roomwatt, spin_lock, versions};
use crate::network::Network;
use crate::traffic::Day;

/// A way to keep a room's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Design {
    /// A lock, a read, two writes, a release.
    SpinLock,
    /// A read, and a write that is refused if another worker wrote in between.
    Versions,
    /// One write without a read.
    Roomwatt,
}

impl Design {
    /// In the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::SpinLock, Self::Versions, Self::Roomwatt];
}

impl fmt::Display for Design {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SpinLock => "a: spin lock",
            Self::Versions => "b: version condition",
            Self::Roomwatt => "c: Roomwatt",
        })
    }
}

/// A day of events, cut into the batches of invocations.
#[derive(Debug, Clone)]
pub struct Traffic<'a> {
    /// The day.
    pub day: &'a Day,
    /// Events packed into one message.
    pub packed: usize,
    /// Messages of one invocation.
    pub batch: usize,
}

/// What a run came to.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Events taken in.
    pub events: usize,
    /// What the table charged.
    pub consumed: Consumed,
    /// How long it took by the runtime's clock, where a call takes as long as a table's.
    pub simulated: Duration,
    /// How long it took by the machine's clock, the embedded table included.
    pub seconds: f64,
}

struct Batch {
    source: EventQueue,
    bodies: Vec<String>,
}

impl Traffic<'_> {
    fn batches(&self) -> VecDeque<Batch> {
        let messages = self.day.messages(self.packed);
        let mut batches: Vec<(usize, Batch)> = Vec::new();
        for source in [EventQueue::DeviceEvents, EventQueue::SpaceEvents] {
            let of_source: Vec<_> = messages
                .iter()
                .enumerate()
                .filter(|(_, (of, _))| *of == source)
                .map(|(place, (_, body))| (place, body.clone()))
                .collect();
            batches.extend(of_source.chunks(self.batch).map(|chunk| {
                let bodies = chunk.iter().map(|(_, body)| body.clone()).collect();
                (chunk[0].0, Batch { source, bodies })
            }));
        }
        batches.sort_by_key(|(place, _)| *place);
        batches.into_iter().map(|(_, batch)| batch).collect()
    }
}

/// A worker: an execution environment of the functions.
enum Worker {
    SpinLock(Records),
    Versions(Records),
    Roomwatt(Box<Deployment>),
}

impl Worker {
    async fn take(&self, batch: &Batch, number: u64, clock: &Arc<dyn Clock>) -> anyhow::Result<()> {
        let queue = match batch.source {
            EventQueue::DeviceEvents => DEVICE_EVENTS,
            EventQueue::SpaceEvents => SPACE_EVENTS,
        };
        match self {
            Self::SpinLock(records) => {
                let groups = records.groups(batch.source, &batch.bodies)?;
                let owners = (number << 16..).zip(&groups);
                try_join_all(owners.map(|(owner, group)| spin_lock::take(records, group, owner)))
                    .await?;
                Ok(())
            }
            Self::Versions(records) => {
                let groups = records.groups(batch.source, &batch.bodies)?;
                try_join_all(groups.iter().map(|group| versions::take(records, group))).await?;
                Ok(())
            }
            Self::Roomwatt(environment) => {
                roomwatt::take(environment, queue, &batch.bodies, clock).await
            }
        }
    }

    fn consumed(&self) -> Consumed {
        match self {
            Self::SpinLock(records) | Self::Versions(records) => records.consumed(),
            Self::Roomwatt(environment) => environment.consumed_by_ingest(),
        }
    }
}

/// Runs a design, on a runtime whose time is paused.
///
/// # Errors
/// When the engine fails, or a report at the end is not that of the events.
pub async fn run(
    design: Design,
    traffic: &Traffic<'_>,
    workers: usize,
    seed: u64,
) -> anyhow::Result<Measured> {
    fastrand::seed(seed);
    let (day, profile) = (traffic.day, &traffic.day.profile);
    // The last event has just happened.
    let clock: Arc<dyn Clock> = Arc::new(ReplayClock::at(day.day.window.end - 1));
    let aws = EmbeddedAws::open(None, Queues::new(Arc::clone(&clock)))?;
    // The hotel is there, and has had events.
    let calm = Deployment::on(aws.clone(), Arc::clone(&clock)).await?;
    calm.store().put_profile(profile, clock.now()).await?;
    let before = profile.calendar.previous(day.day.date);
    calm.store().open_hotel(profile, before.date, day.day.window.end).await?;
    let network = Network::to(aws.clone(), seed);
    let connected = aws.behind(|_| SharedHttpClient::new(network));
    let worker = || match design {
        Design::SpinLock => Worker::SpinLock(Records::new(connected.dynamodb(), profile.clone())),
        Design::Versions => Worker::Versions(Records::new(connected.dynamodb(), profile.clone())),
        Design::Roomwatt => {
            Worker::Roomwatt(Box::new(Deployment::beside(connected.clone(), Arc::clone(&clock))))
        }
    };
    let workers: Vec<Worker> = (0..workers).map(|_| worker()).collect();

    let line = Mutex::new((0, traffic.batches()));
    let next = || {
        let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
        line.0 += 1;
        line.1.pop_front().map(|batch| (line.0, batch))
    };
    let (began, stopwatch) = (simulated_now(), Stopwatch::start());
    try_join_all(workers.iter().map(async |worker| {
        while let Some((number, batch)) = next() {
            worker.take(&batch, number, &clock).await?;
        }
        anyhow::Ok(())
    }))
    .await?;
    let (simulated, seconds) = (simulated_now() - began, stopwatch.seconds());
    let mut consumed = Consumed::default();
    for worker in &workers {
        consumed += worker.consumed();
    }
    check(&calm, design, day, &clock).await?;
    Ok(Measured { events: day.events.len(), consumed, simulated, seconds })
}

fn simulated_now() -> tokio::time::Instant {
    tokio::time::Instant::now()
}

/// Compares every room's report with that of the events.
async fn check(
    calm: &Deployment,
    design: Design,
    day: &Day,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<()> {
    let records = Records::new(calm.aws().dynamodb(), day.profile.clone());
    for (room, expected) in &day.histories() {
        let found = match design {
            Design::Roomwatt => {
                roomwatt::history(calm, &day.profile, &day.day, room, clock).await?
            }
            Design::SpinLock | Design::Versions => records.history(&day.day, room).await?,
        };
        let fold = |history| {
            let opening = RoomStates::default();
            RoomReport::fold(day.day.window, &opening, history, &day.profile.terms(room))
        };
        ensure!(fold(&found) == fold(expected), "{design}: the report of room {room} is wrong");
    }
    Ok(())
}
