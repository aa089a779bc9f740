//! Workers at once, on a clock that goes on by itself: a call takes some milliseconds, a worker
//! that waits before it tries again really waits, and a message that was handed back takes minutes
//! to come again. A run of an hour takes seconds, and the same ones every time.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use roomwatt_domain::{Instant, Millis};
use tokio::task::JoinSet;

use crate::line::{Call, Fate, Fates};
use crate::stage::Stage;

/// How often the clock is set, and a worker without work looks again.
const STEP: Duration = Duration::from_millis(100);

/// Takes time for each call, and lets it pass.
pub(crate) struct Pace {
    random: Mutex<Rng>,
    reports_put: AtomicUsize,
    handed_back: AtomicUsize,
}

impl Fates for Pace {
    fn next(&self, call: &Call<'_>) -> (u32, Fate) {
        if call.operation == "PutItem" && call.mentions("\"REPORT#") {
            self.reports_put.fetch_add(1, Ordering::Relaxed);
        }
        (1, Fate::Pass)
    }

    fn latency(&self) -> Duration {
        Duration::from_millis(self.random.lock().expect("no panic").u64(3..=12))
    }
}

/// Workers, and the time since they began. To be used within a `LocalSet`.
pub(crate) struct Crew {
    tasks: JoinSet<()>,
    over: Arc<AtomicBool>,
    pace: Arc<Pace>,
    began: Instant,
    watch: tokio::time::Instant,
}

impl Crew {
    /// The seed decides how long calls take, and waits.
    pub(crate) fn on(stage: &Stage, seed: u64) -> Self {
        fastrand::seed(seed);
        let pace = Pace {
            random: Mutex::new(Rng::with_seed(seed)),
            reports_put: AtomicUsize::new(0),
            handed_back: AtomicUsize::new(0),
        };
        Self {
            tasks: JoinSet::new(),
            over: Arc::default(),
            pace: Arc::new(pace),
            began: stage.services.now(),
            watch: tokio::time::Instant::now(),
        }
    }

    /// One more worker, which takes at most so many messages at once from the queues.
    pub(crate) fn hire(&mut self, stage: &Stage, queues: &'static [&'static str], most: usize) {
        let worker = stage.services.worker(Arc::clone(&self.pace) as Arc<dyn Fates>, 0);
        let pace = Arc::clone(&self.pace);
        let (waiting, over) = (stage.services.queues.clone(), Arc::clone(&self.over));
        self.tasks.spawn_local(async move {
            while !over.load(Ordering::Relaxed) {
                let mut idle = true;
                for queue in queues {
                    let messages = waiting.receive(queue, most, |_| true);
                    if !messages.is_empty() {
                        idle = false;
                        let handed_back = worker.take(queue, messages, None).await;
                        pace.handed_back.fetch_add(handed_back, Ordering::Relaxed);
                    }
                }
                if idle {
                    wait(STEP).await;
                }
            }
        });
    }

    /// How many reports closes have put.
    pub(crate) fn reports_put(&self) -> usize {
        self.pace.reports_put.load(Ordering::Relaxed)
    }

    /// How many messages the workers have handed back.
    pub(crate) fn handed_back(&self) -> usize {
        self.pace.handed_back.load(Ordering::Relaxed)
    }

    /// Lets time pass, and `each` happen in every step of it, until something is done: after how
    /// long, if not longer than `limit`.
    pub(crate) async fn until(
        &self,
        stage: &mut Stage,
        limit: Millis,
        mut each: impl FnMut(&mut Stage, Millis),
        done: impl AsyncFn(&Stage) -> bool,
    ) -> Option<Millis> {
        loop {
            let passed = Millis::try_from(self.watch.elapsed().as_millis()).expect("small");
            stage.services.clock.set(self.began + passed);
            if done(stage).await {
                return Some(passed);
            }
            if passed > limit {
                return None;
            }
            each(stage, passed);
            wait(STEP).await;
        }
    }

    /// Lets the workers end what they have in hand.
    pub(crate) async fn dismiss(mut self) {
        self.over.store(true, Ordering::Relaxed);
        while let Some(task) = self.tasks.join_next().await {
            task.expect("no panic");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the run's own time, which passes at once")]
async fn wait(time: Duration) {
    tokio::time::sleep(time).await;
}
