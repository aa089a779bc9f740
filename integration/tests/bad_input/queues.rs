//! Sending to the hotel's queues, and letting their messages run out.

use std::collections::BTreeMap;
use std::sync::Arc;

use roomwatt_domain::Instant;
use roomwatt_embedded::Deployment;
use roomwatt_embedded::deployment::{DAY_CLOSE, DEVICE_EVENTS, SPACE_EVENTS};
use roomwatt_messaging::Clock;
use serde_json::{Value, json};

use crate::lakeside::{HOTEL, Lakeside};

/// A lamp's event.
pub(crate) fn lamp(room: &str, state: &str, at: Instant) -> Value {
    json!({
        "eventId": "01M7WYMT6TEA67HF06WK8QV10N",
        "hotelId": HOTEL,
        "roomId": room,
        "deviceId": "lamp-1",
        "deviceKind": "light",
        "state": state,
        "occurredAt": at.to_string(),
    })
}

/// A message with many events.
pub(crate) fn packed(events: &[Value]) -> String {
    json!({ "events": events }).to_string()
}

impl Lakeside {
    pub(crate) fn send(&self, queue: &str, body: &(impl ToString + ?Sized)) {
        self.deployment.queues().send(queue, body.to_string(), BTreeMap::new());
    }

    /// Moves the clock on until nothing is left to do in any queue.
    pub(crate) async fn run_out(&self) {
        self.deployment.deliver().await;
        while let Some(wake) = self.deployment.next_wake() {
            self.set_clock(wake.max(self.now()));
            self.deployment.deliver().await;
        }
    }

    /// Starts all functions anew: they know nothing of what they did before.
    pub(crate) fn restart(&mut self) {
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        self.deployment = Deployment::beside(self.deployment.aws().clone(), clock);
    }

    /// Ticks at an instant, and lets what follows run out.
    pub(crate) async fn tick_at(&self, at: Instant) {
        self.set_clock(at);
        self.deployment.tick().await.unwrap();
        self.run_out().await;
    }

    /// The bodies that were received too often, of all queues.
    pub(crate) fn dead(&self) -> Vec<String> {
        [DEVICE_EVENTS, SPACE_EVENTS, DAY_CLOSE]
            .into_iter()
            .flat_map(|queue| self.deployment.queues().dead_letters(queue))
            .map(|message| message.body)
            .collect()
    }
}
