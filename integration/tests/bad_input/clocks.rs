//! A worker whose clock is behind: the queue noted when it took the messages, and no event is lost.

use std::sync::Arc;

use roomwatt_domain::Instant;
use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_embedded::Deployment;
use roomwatt_embedded::clock::ReplayClock;
use roomwatt_embedded::deployment::{DAY_CLOSE, DEVICE_EVENTS, sqs_event};
use roomwatt_messaging::Clock;

use crate::floods::message;
use crate::lakeside::{Lakeside, instant};
use crate::queues::lamp;

const DAY: &str = "2026-11-20";

fn noon() -> Instant {
    instant("2026-11-20T12:00:00+01:00")
}

/// Hands messages, each sent at an instant, to a worker with a clock of its own.
async fn hand_over(lakeside: &Lakeside, clock: Instant, messages: &[(&str, Instant, String)]) {
    let clock = Arc::new(ReplayClock::at(clock)) as Arc<dyn Clock>;
    let worker = Deployment::beside(lakeside.deployment.aws().clone(), clock);
    let messages: Vec<_> =
        messages.iter().map(|(id, sent_at, body)| message(id, body.clone(), *sent_at)).collect();
    let answer = worker.invoke(DEVICE_EVENTS, &sqs_event(DEVICE_EVENTS, &messages)).await.unwrap();
    assert!(answer.batch_item_failures.is_empty());
}

#[tokio::test]
async fn an_event_that_comes_after_its_day_was_closed_is_late_whatever_the_workers_clock_says() {
    let lakeside = Lakeside::at(noon()).await;
    lakeside.send(DEVICE_EVENTS, &lamp("203", "ON", noon()));
    lakeside.run_out().await;
    let closing = instant("2026-11-21T00:15:00+01:00");
    lakeside.tick_at(closing).await;
    assert_eq!(lakeside.closed_through().await.as_deref(), Some(DAY));

    // Nothing of the room was known at the close, so no seal tells that the day is closed.
    let event = lamp("204", "ON", noon()).to_string();
    let early = lamp("203", "OFF", closing).to_string();
    let sent = [("late", closing + MINUTE, event), ("usual", closing - HOUR, early)];
    hand_over(&lakeside, closing - HOUR, &sent).await;
    assert_eq!(lakeside.waiting(DAY_CLOSE).len(), 1);
    lakeside.run_out().await;
    let report = lakeside.report("204", DAY).await.unwrap().closed.report;
    assert_eq!(report.totals().usage, 12 * HOUR);
}

#[tokio::test]
async fn what_has_happened_is_not_in_the_future_of_a_worker_that_is_behind() {
    let lakeside = Lakeside::at(noon()).await;
    let event = lamp("203", "ON", noon()).to_string();
    hand_over(&lakeside, noon() - HOUR, &[("one", noon(), event)]).await;
    assert_eq!(lakeside.rejected(), []);
    assert_eq!(lakeside.known("203", DAY).await.len(), 1);
}
