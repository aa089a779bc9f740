//! What messages in publishers' shapes cost beside the events that they tell.

use std::collections::BTreeMap;
use std::sync::Arc;

use roomwatt_domain::instant::MINUTE;
use roomwatt_domain::{HotelId, Instant, Profile};
use roomwatt_embedded::Deployment;
use roomwatt_embedded::clock::ReplayClock;
use roomwatt_embedded::deployment::DEVICE_EVENTS;
use roomwatt_messaging::Clock;
use roomwatt_store::Consumed;
use serde_json::json;

const REGISTER: &str = "external,room,device,kind\nzigbee2mqtt/bed,203,lamp-1,light\n";

struct Zigbee {
    deployment: Deployment,
    clock: Arc<ReplayClock>,
}

impl Zigbee {
    async fn new() -> Self {
        let now = Instant::parse("2026-11-20T12:00:00Z").expect("an instant");
        let clock = Arc::new(ReplayClock::at(now));
        let deployment = Deployment::new(None, Arc::clone(&clock) as Arc<dyn Clock>).await;
        let deployment = deployment.expect("a deployment");
        let profile = Profile::parse(r#"{"hotelId":"h1","timeZone":"UTC"}"#).expect("a profile");
        deployment.store().put_profile(&profile, now).await.expect("a profile");
        let hotel = HotelId::new("h1").expect("a name");
        deployment.store().put_register(&hotel, REGISTER).await.expect("a register");
        Self { deployment, clock }
    }

    /// What a batch of messages of one room consumes.
    async fn batch(&self, messages: i64, topic: &str) -> Consumed {
        let now = self.clock.now();
        for number in 0..messages {
            let body = json!({
                "_source": "zigbee2mqtt", "_hotel": "h1", "_topic": topic,
                "_received": now.as_millis() - number, "state": "ON",
            });
            self.deployment.queues().send(DEVICE_EVENTS, body.to_string(), BTreeMap::new());
        }
        let before = self.deployment.consumed_by_ingest();
        self.deployment.flush().await;
        self.deployment.consumed_by_ingest() - before
    }
}

#[tokio::test]
async fn what_is_known_of_a_publisher_costs_nothing_per_event() {
    let zigbee = Box::pin(Zigbee::new()).await;
    // A first event opens the hotel, and finds source and register.
    zigbee.batch(1, "zigbee2mqtt/bed").await;
    for messages in [1, 10, 60] {
        let consumed = zigbee.batch(messages, "zigbee2mqtt/bed").await;
        assert_eq!((consumed.write_units, consumed.read_units), (1.0, 0.0), "{messages}");
    }
    // Minutes later it is looked whether they are the newest: the source, and the register's head.
    zigbee.clock.set(zigbee.clock.now() + 6 * MINUTE);
    let consumed = zigbee.batch(60, "zigbee2mqtt/bed").await;
    assert_eq!((consumed.write_units, consumed.read_units), (1.0, 1.0));
    // Before anything is refused the newest word counts, once a batch.
    for messages in [1, 100] {
        let consumed = zigbee.batch(messages, "zigbee2mqtt/desk").await;
        assert_eq!((consumed.write_units, consumed.read_units), (0.0, 1.0), "{messages}");
    }
}
