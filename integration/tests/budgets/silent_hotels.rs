//! A hotel gone silent is found by the tick, and noting that a hotel was heard is a unit an hour.

use std::sync::Arc;

use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{Instant, Profile};
use roomwatt_embedded::Deployment;
use roomwatt_embedded::clock::ReplayClock;
use roomwatt_embedded::deployment::{DEVICE_EVENTS, SILENT_AFTER, scheduled_event};

fn noon() -> Instant {
    Instant::parse("2026-11-20T12:00:00Z").expect("an instant")
}

struct Stage {
    deployment: Deployment,
    clock: Arc<ReplayClock>,
}

impl Stage {
    async fn with_a_hotel() -> Self {
        let clock = Arc::new(ReplayClock::at(noon()));
        let deployment = Deployment::new(None, Arc::clone(&clock) as _).await.expect("an engine");
        let profile = Profile::parse(r#"{"hotelId":"h1","timeZone":"Etc/UTC"}"#);
        let profile = profile.expect("a profile");
        deployment.store().put_profile(&profile, noon()).await.expect("a profile");
        Self { deployment, clock }
    }

    async fn say(&self, hotel: &str, at: Instant) {
        self.clock.set(at);
        self.say_of(hotel, at).await;
    }

    /// An event comes that tells of another time.
    async fn say_of(&self, hotel: &str, at: Instant) {
        let event = format!(
            r#"{{"eventId":"e","hotelId":"{hotel}","roomId":"101","deviceId":"lamp","deviceKind":"light","state":"ON","occurredAt":"{at}"}}"#
        );
        self.deployment.queues().send(DEVICE_EVENTS, event, [].into());
        self.deployment.flush().await;
    }

    /// Hotels that are silent at an instant.
    async fn silent(&self, at: Instant) -> usize {
        self.clock.set(at);
        let event = scheduled_event(at).expect("an event");
        self.deployment.tick_by(&event).await.expect("a tick").silent
    }
}

#[tokio::test]
async fn a_hotel_is_silent_from_some_hours_after_its_last_event_until_its_rooms_are_dormant() {
    let stage = Stage::with_a_hotel().await;
    // One of which nothing ever came has not gone silent.
    assert_eq!(stage.silent(noon()).await, 0);
    stage.say("h1", noon()).await;
    assert_eq!(stage.silent(noon() + SILENT_AFTER).await, 0);
    assert_eq!(stage.silent(noon() + SILENT_AFTER + MINUTE).await, 1);
    let month = 30 * 24 * HOUR;
    assert_eq!(stage.silent(noon() + month).await, 1);
    assert_eq!(stage.silent(noon() + month + MINUTE).await, 0);
    stage.say("h1", noon() + month + HOUR).await;
    assert_eq!(stage.silent(noon() + month + 2 * HOUR).await, 0);
}

#[tokio::test]
async fn a_refused_event_is_no_sign_of_life() {
    let stage = Stage::with_a_hotel().await;
    stage.say("unknown", noon()).await;
    assert!(stage.deployment.consumed_by_notes().write_units.abs() < f64::EPSILON);
    assert_eq!(stage.silent(noon() + 2 * SILENT_AFTER).await, 0);
}

#[tokio::test]
async fn what_is_refused_of_a_hotel_is_noted_once_an_hour_with_its_reasons() {
    let stage = Stage::with_a_hotel().await;
    let hotel = "h1".parse().expect("a hotel");
    for minute in 0..120 {
        let now = noon() + minute * MINUTE;
        stage.clock.set(now);
        stage.say_of("h1", now + HOUR).await;
    }
    let notes = stage.deployment.consumed_by_notes();
    assert!((notes.write_units - 2.0).abs() < f64::EPSILON, "{notes:?}");
    let came = stage.deployment.store().arrivals(&hotel, noon()).await.expect("a note");
    assert_eq!(came.applied_at, None);
    assert_eq!(came.refused, Some((noon() + HOUR, [("future".to_owned(), 1)].into())));
    assert_eq!(stage.silent(noon() + 2 * SILENT_AFTER).await, 0);
}

#[tokio::test]
async fn a_hotel_that_talks_is_noted_once_an_hour() {
    let stage = Stage::with_a_hotel().await;
    for minute in 0..120 {
        stage.say("h1", noon() + minute * MINUTE).await;
    }
    let notes = stage.deployment.consumed_by_notes();
    assert!((notes.write_units - 2.0).abs() < f64::EPSILON, "{notes:?}");
    assert_eq!(notes.refused_conditions, 0);
}
