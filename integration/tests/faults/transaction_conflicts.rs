//! Many workers change the same records at once. DynamoDB does not let transactions wait for each
//! other: it refuses a write that meets one that is under way.

use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_embedded::deployment::{DAY_CLOSE, DEVICE_EVENTS, SPACE_EVENTS};
use serde_json::json;
use tokio::task::LocalSet;

use crate::crew::Crew;
use crate::events::{profile, stay};
use crate::scenarios::{ZONE, at, date, lamp};
use crate::services::QUEUES;
use crate::stage::{Disturbance, Stage};

/// Rooms whose late events come all at once: after an outage, say.
const ROOMS: usize = 300;

/// What may be retried within the function, and need not come again as a message.
const LIMIT: i64 = MINUTE;

fn everything_is_done(stage: &Stage) -> bool {
    QUEUES.iter().all(|queue| {
        let queues = &stage.services.queues;
        queues.peek(queue).is_empty() && queues.next_seen(queue).is_none()
    })
}

#[tokio::test(start_paused = true)]
async fn rooms_that_are_late_on_one_day_do_not_keep_each_other_from_being_revised() {
    let mut stage = Stage::at(at("02 10:00"), Disturbance::None).await;
    stage.put_profile(&profile("h1", ZONE, "0.25")).await;
    let rooms: Vec<_> = (0..ROOMS).map(|room| format!("r{room:03}")).collect();
    let on: Vec<_> = rooms.iter().map(|room| lamp(room, "ON", "02 09:00")).collect();
    stage.send(DEVICE_EVENTS, &json!({ "events": on }));
    stage.pass_until(at("03 01:00"), true).await;
    let off: Vec<_> = rooms.iter().map(|room| lamp(room, "OFF", "02 18:00")).collect();
    stage.send(DEVICE_EVENTS, &json!({ "events": off }));
    stage.take_in().await;

    let (revised, handed_back) = LocalSet::new()
        .run_until(async {
            let mut crew = Crew::on(&stage, 1);
            for _ in 0..5 {
                crew.hire(&stage, &[DAY_CLOSE], 10);
            }
            let done = async |stage: &Stage| everything_is_done(stage) && revised(stage).await;
            let revised = crew.until(&mut stage, HOUR, |_, _| {}, done).await;
            let handed_back = crew.handed_back();
            crew.dismiss().await;
            (revised, handed_back)
        })
        .await;
    let revised = revised.expect("all are revised within an hour");
    assert!(revised <= LIMIT, "{handed_back} messages came again; done after {revised} ms");
    assert_eq!(stage.end().await.faults, [] as [String; 0]);
}

/// Every room's report is the second one.
async fn revised(stage: &Stage) -> bool {
    let reports = stage.reports("h1", date(2)).await;
    let revised = reports.iter().filter(|it| it.closed.revision == 2 && !it.pending).count();
    revised == ROOMS
}

#[tokio::test(start_paused = true)]
async fn a_hotels_first_events_from_both_queues_open_it_together() {
    // The two must meet: in some of these runs they do.
    for seed in 0..20 {
        let mut stage = Stage::at(at("02 10:00"), Disturbance::None).await;
        stage.put_profile(&profile("h1", ZONE, "0.25")).await;
        stage.send(DEVICE_EVENTS, &lamp("101", "ON", "02 09:00"));
        stage.send(SPACE_EVENTS, &stay("h1", "101", "CHECKED_IN", at("02 08:00")));
        let (opened, handed_back) = LocalSet::new()
            .run_until(async {
                let mut crew = Crew::on(&stage, seed);
                crew.hire(&stage, &[DEVICE_EVENTS], 10);
                crew.hire(&stage, &[SPACE_EVENTS], 10);
                let done = async |stage: &Stage| everything_is_taken(stage).await;
                let opened = crew.until(&mut stage, HOUR, |_, _| {}, done).await;
                let handed_back = crew.handed_back();
                crew.dismiss().await;
                (opened, handed_back)
            })
            .await;
        let opened = opened.expect("both are taken within an hour");
        assert_eq!(handed_back, 0, "seed {seed}: a message came again; done after {opened} ms");
        stage.pass_until(at("03 01:00"), true).await;
        assert_eq!(stage.end().await.faults, [] as [String; 0]);
    }
}

/// Both events are in the room's summary.
async fn everything_is_taken(stage: &Stage) -> bool {
    let profile = profile("h1", ZONE, "0.25");
    let (day, room) = (profile.calendar.day_of(at("02 09:00")), "101".parse().unwrap());
    let now = stage.services.now();
    let summary = stage.services.store.summary(&profile.hotel_id, &day, &room, now).await;
    summary.unwrap().writes() == 2
}
