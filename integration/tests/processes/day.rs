//! A day of the functions on the embedded services.

use std::collections::{BTreeMap, BTreeSet};

use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_embedded::deployment::{DAY_CLOSE, DEVICE_EVENTS, SPACE_EVENTS, sqs_event};
use serde_json::Value;

use crate::functions::{FUNCTIONS, failures};
use crate::running::{Running, lamp, midnight, profile, stay};
use crate::world::World;

/// The functions, and the services around them.
pub(crate) struct Day {
    pub(crate) world: World,
    pub(crate) running: Running,
}

impl Day {
    /// Starts every function.
    pub(crate) async fn on(mut world: World) -> Self {
        let mut functions = BTreeMap::new();
        for function in FUNCTIONS {
            functions.insert(function, world.start(function, MINUTE).await);
        }
        Self { world, running: Running::new(functions) }
    }

    pub(crate) fn send(&self, queue: &str, body: &Value) {
        self.world.queues.send(queue, body.to_string(), [].into());
    }

    /// Lets functions take what waits for them.
    pub(crate) async fn work(&mut self) {
        loop {
            let mut idle = true;
            for function in [DEVICE_EVENTS, SPACE_EVENTS, DAY_CLOSE] {
                let messages = self.world.receive(function, 1000);
                if !messages.is_empty() {
                    idle = false;
                    let event = serde_json::to_value(sqs_event(function, &messages));
                    let answer = self.running.invoke(function, &event.expect("an event")).await;
                    assert_eq!(failures(answer.to_string().as_bytes()), BTreeSet::new());
                }
            }
            if idle {
                return;
            }
        }
    }

    /// Calls each function once: a profile, a lamp and a stay of room 101 the day before yesterday,
    /// the tick, the close.
    pub(crate) async fn one_event_each(&mut self) {
        let answer = self.running.put(&profile("0.1")).await;
        assert_eq!(answer["statusCode"], 201, "{answer}");
        self.send(DEVICE_EVENTS, &lamp(101, "ON", midnight(2) + 23 * HOUR));
        self.send(SPACE_EVENTS, &stay(101, "CHECKED_IN", midnight(2) + HOUR));
        self.work().await;
        self.running.tick().await;
        self.work().await;
    }
}
