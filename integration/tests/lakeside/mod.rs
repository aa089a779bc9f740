//! A made-up hotel by a lake, on a deployment in memory whose clock only a test moves.

use std::sync::Arc;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use roomwatt_domain::{BusinessDate, HotelId, Instant, Profile, RoomId, Signal};
use roomwatt_embedded::Deployment;
use roomwatt_embedded::aws::EmbeddedAws;
use roomwatt_embedded::clock::ReplayClock;
use roomwatt_embedded::deployment::{DAY_CLOSE, DEVICE_EVENTS, REJECTED_EVENTS, SPACE_EVENTS};
use roomwatt_embedded::queues::Queues;
use roomwatt_messaging::{BatchFailed, Clock};
use roomwatt_store::StoredReport;
use serde_json::json;

/// The hotel's id.
pub(crate) const HOTEL: &str = "lakeside-1";

/// The hotel and everything that serves it.
pub(crate) struct Lakeside {
    pub(crate) deployment: Deployment,
    pub(crate) clock: Arc<ReplayClock>,
}

/// A message of the rejected-events queue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rejected {
    pub(crate) source: String,
    pub(crate) reason: String,
    pub(crate) detail: String,
    pub(crate) body: String,
}

/// A profile of a hotel by the lake.
pub(crate) fn profile(hotel: &str) -> Profile {
    let profile = json!({
        "hotelId": hotel,
        "timeZone": "Europe/Vienna",
        "ratings": {"light": {"ON": 12}},
    });
    Profile::parse(&profile.to_string()).unwrap()
}

pub(crate) fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

impl Lakeside {
    /// The hotel, without events, at an instant.
    pub(crate) async fn at(now: Instant) -> Self {
        Self::behind(now, SharedHttpClient::new).await
    }

    /// The hotel, where a network stands between the functions and their services.
    pub(crate) async fn behind(
        now: Instant,
        network: impl FnOnce(EmbeddedAws) -> SharedHttpClient,
    ) -> Self {
        let clock = Arc::new(ReplayClock::at(now));
        let queues = Queues::new(Arc::clone(&clock) as Arc<dyn Clock>);
        let aws = EmbeddedAws::open(None, queues).unwrap().behind(network);
        let deployment = Deployment::on(aws, Arc::clone(&clock) as Arc<dyn Clock>).await.unwrap();
        deployment.store().put_profile(&profile(HOTEL), now).await.unwrap();
        Self { deployment, clock }
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    pub(crate) fn set_clock(&self, now: Instant) {
        self.clock.set(now);
    }

    /// Hands a batch to the function of the queue that its records name.
    pub(crate) async fn hand_over(
        &self,
        batch: &SqsEvent,
    ) -> Result<SqsBatchResponse, BatchFailed> {
        let arn = batch.records[0].event_source_arn.as_deref().unwrap();
        let queue = arn.rsplit(':').next().unwrap();
        assert!([DEVICE_EVENTS, SPACE_EVENTS, DAY_CLOSE].contains(&queue), "{arn}");
        self.deployment.invoke(queue, batch).await
    }

    /// What is known of a room on a date: every transition as `id kind STATE instant`, sorted.
    pub(crate) async fn known(&self, room: &str, date: &str) -> Vec<String> {
        let (hotel, room) = (HotelId::new(HOTEL).unwrap(), RoomId::new(room).unwrap());
        let date = BusinessDate::parse(date).unwrap();
        let day = profile(HOTEL).calendar.day(date).unwrap();
        let summary = self.deployment.store().summary(&hotel, &day, &room, self.now()).await;
        let mut known = Vec::new();
        for (signal, transitions) in summary.unwrap().history.iter() {
            let name = match signal {
                Signal::Device(device) => format!("{} {}", device.id, device.kind),
                Signal::Presence(sensor) => format!("{sensor} presence"),
                Signal::Stay => "stay".to_owned(),
            };
            known.extend(
                transitions
                    .iter()
                    .map(|transition| format!("{name} {} {}", transition.state, transition.at)),
            );
        }
        known.sort();
        known
    }

    /// The closed report of a room on a date.
    pub(crate) async fn report(&self, room: &str, date: &str) -> Option<StoredReport> {
        let (hotel, room) = (HotelId::new(HOTEL).unwrap(), RoomId::new(room).unwrap());
        let date = BusinessDate::parse(date).unwrap();
        self.deployment.store().report(&hotel, date, &room, self.now()).await.unwrap()
    }

    /// The hotel's last closed date; `None` before its first event.
    pub(crate) async fn closed_through(&self) -> Option<String> {
        let hotel = HotelId::new(HOTEL).unwrap();
        let state = self.deployment.store().close_state(&hotel, self.now()).await.unwrap();
        state.map(|state| state.closed_through.to_string())
    }

    /// What was refused so far, sorted. None of it was too long for one message.
    pub(crate) fn rejected(&self) -> Vec<Rejected> {
        let messages = self.deployment.queues().peek(REJECTED_EVENTS).into_iter();
        let mut rejected: Vec<_> = messages
            .map(|mut message| {
                let mut take = |name: &str| message.attributes.remove(name).unwrap_or_default();
                let (source, reason, detail) = (take("queue"), take("reason"), take("detail"));
                assert_eq!(message.attributes, [].into(), "other attributes");
                Rejected { source, reason, detail, body: message.body }
            })
            .collect();
        rejected.sort();
        rejected
    }

    /// The bodies that wait in a queue.
    pub(crate) fn waiting(&self, queue: &str) -> Vec<String> {
        self.deployment.queues().peek(queue).into_iter().map(|message| message.body).collect()
    }
}
