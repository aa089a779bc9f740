//! A profile is put while a day is being closed: the worker that goes on with the close has read
//! another version, and still all rooms of the day are judged by the same.

use std::collections::BTreeSet;

use roomwatt_domain::instant::MINUTE;
use roomwatt_embedded::deployment::DEVICE_EVENTS;

use crate::events::profile;
use crate::line::{Call, Fate};
use crate::scenarios::{ZONE, at, date, lamp};
use crate::stage::{Disturbance, Stage};

/// More than are closed at once.
const ROOMS: usize = 40;

async fn hotel(disturbance: Disturbance) -> Stage {
    let mut stage = Stage::at(at("02 10:00"), disturbance).await;
    stage.put_profile(&profile("h1", ZONE, "0.25")).await;
    for room in 0..ROOMS {
        stage.send(DEVICE_EVENTS, &lamp(&(101 + room).to_string(), "ON", "02 09:00"));
    }
    stage.pass_until(at("03 00:14"), false).await;
    stage.begin();
    stage
}

/// The versions of the profile that the reports of the 2nd were made with, and how many these are.
async fn terms(stage: &Stage) -> (BTreeSet<u64>, usize) {
    let reports = stage.reports("h1", date(2)).await;
    (reports.iter().map(|stored| stored.terms).collect(), reports.len())
}

async fn goes_on_with_another_profile(mut stage: Stage) {
    let (_, before) = terms(&stage).await;
    assert!(0 < before && before < ROOMS, "{before} rooms have a report before the profile is put");
    stage.put_profile(&profile("h1", ZONE, "0.99")).await;
    stage.pass_until(at("03 00:50"), true).await;
    let (terms, after) = terms(&stage).await;
    assert_eq!(after, ROOMS);
    assert_eq!(terms.len(), 1, "a day has the terms of versions {terms:?} of its profile");
    assert_eq!(stage.end().await.faults, [] as [String; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_close_that_was_suspended_goes_on_with_the_terms_that_it_began_with() {
    let mut stage = hotel(Disturbance::None).await;
    stage.tick_at(at("03 00:15")).await;
    let seals = |call: &Call<'_>| call.operation == "UpdateItem" && call.mentions("SUMMARY#110");
    let close = stage.work_until(Some(MINUTE), seals).await;
    stage.pass_until(at("03 00:16"), false).await;
    stage.hold();
    stage.resume(close).await;
    Box::pin(goes_on_with_another_profile(stage)).await;
}

#[tokio::test(start_paused = true)]
async fn a_close_whose_worker_died_goes_on_with_the_terms_that_it_began_with() {
    let mut stage = hotel(Disturbance::Strike(60, Fate::DieBefore)).await;
    stage.tick_at(at("03 00:15")).await;
    stage.work().await;
    Box::pin(goes_on_with_another_profile(stage)).await;
}
