//! The five functions at work, one process each, and the events that Lambda calls them with.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{BusinessCalendar, BusinessDate, BusinessDay, Instant};
use roomwatt_embedded::deployment::scheduled_event;
use serde_json::{Value, json};

use crate::functions::{Process, machine_time};
use crate::made_up::{PMS, hotels, register};

/// A process of each function.
pub(crate) struct Running {
    functions: BTreeMap<&'static str, Process>,
    number: usize,
}

impl Running {
    pub(crate) fn new(functions: BTreeMap<&'static str, Process>) -> Self {
        Self { functions, number: 0 }
    }

    /// Puts another process in a function's place.
    pub(crate) fn replace(&mut self, function: &'static str, process: Process) -> Process {
        self.functions.insert(function, process).expect("a function")
    }

    /// Ends every process: what each said.
    pub(crate) fn end(self) -> BTreeMap<&'static str, String> {
        let said = |(function, process): (_, Process)| (function, process.end());
        self.functions.into_iter().map(said).collect()
    }

    /// A function's process.
    pub(crate) fn process(&mut self, function: &str) -> &mut Process {
        self.functions.get_mut(function).expect("a function")
    }

    /// Invokes a function, which must not fail.
    pub(crate) async fn invoke(&mut self, function: &str, event: &Value) -> Value {
        self.number += 1;
        let id = format!("{function}-{}", self.number);
        let answer = self.process(function).invoke(id, event.to_string()).await;
        serde_json::from_slice(&answer.expect("an answer")).expect("JSON")
    }

    /// Calls the API as API Gateway does for an IAM identity.
    pub(crate) async fn call(
        &mut self,
        method: &str,
        path: &str,
        query: &str,
        body: Option<&Value>,
    ) -> Value {
        let mut event: Value =
            serde_json::from_str(include_str!("../../../events/report-api-put-by-iam.json"))
                .expect("an envelope");
        event["rawPath"] = path.into();
        event["rawQueryString"] = query.into();
        event["requestContext"]["http"]["method"] = method.into();
        event["requestContext"]["http"]["path"] = path.into();
        event["isBase64Encoded"] = false.into();
        event["body"] = body.map(Value::to_string).into();
        self.invoke("report-api", &event).await
    }

    /// Calls the API as API Gateway does for a browser, of which nobody but its cookies knows
    /// anything.
    pub(crate) async fn browse(&mut self, path: &str, cookies: &[String]) -> Value {
        let mut event: Value =
            serde_json::from_str(include_str!("../../../events/report-api-page-by-session.json"))
                .expect("an envelope");
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        event["rawPath"] = path.into();
        event["rawQueryString"] = query.into();
        event["requestContext"]["http"]["path"] = path.into();
        event["cookies"] = cookies.into();
        self.invoke("report-api", &event).await
    }

    /// Reads from the API.
    pub(crate) async fn get(&mut self, path: &str, query: &str) -> Value {
        let answer = self.call("GET", path, query, None).await;
        assert_eq!(answer["statusCode"], 200, "{path}?{query}: {answer}");
        answer
    }

    /// Puts a profile.
    pub(crate) async fn put(&mut self, profile: &Value) -> Value {
        let path = format!("/hotels/{}", profile["hotelId"].as_str().expect("an id"));
        self.call("PUT", &path, "", Some(profile)).await
    }

    /// Puts what the publishers of the made-up hotels are read by, with so many rooms in each register.
    pub(crate) async fn put_sources(&mut self, rooms: usize) {
        let source = serde_json::from_str(PMS).expect("JSON");
        let answer = self.call("PUT", "/sources/pms", "", Some(&source)).await;
        assert!(answer["statusCode"] == 201 || answer["statusCode"] == 200, "{answer}");
        for hotel in hotels() {
            let path = format!("/hotels/{}/devices", hotel.hotel_id);
            let answer = self.call("PUT", &path, "", Some(&register(rooms))).await;
            assert!(answer["statusCode"] == 201 || answer["statusCode"] == 200, "{answer}");
        }
    }

    /// Lets the rule's event come.
    pub(crate) async fn tick(&mut self) {
        let event = scheduled_event(machine_time()).expect("an event");
        let event = serde_json::to_value(event).expect("an event");
        self.invoke("day-close-schedule", &event).await;
    }
}

/// A lamp of a room of the hotel `h1`.
pub(crate) fn lamp(room: u32, state: &str, at: Instant) -> Value {
    json!({
        "eventId": "e", "hotelId": "h1", "roomId": room.to_string(), "deviceId": "lamp-1",
        "deviceKind": "light", "state": state, "occurredAt": at.to_string(),
    })
}

/// The stay of a room of the hotel `h1`.
pub(crate) fn stay(room: u32, state: &str, at: Instant) -> Value {
    json!({
        "eventId": "e", "hotelId": "h1", "roomId": room.to_string(), "state": state,
        "occurredAt": at.to_string(),
    })
}

/// A zone whose midnight is hours away whenever a test begins: no day ends meanwhile, and every day
/// that is over is due. Chosen once, so that it stays the same for all of a test.
pub(crate) fn quiet_zone() -> &'static str {
    static ZONE: LazyLock<&str> = LazyLock::new(|| {
        let hour = machine_time().as_millis().rem_euclid(24 * HOUR) / HOUR;
        if (6..18).contains(&hour) { "Etc/UTC" } else { "Etc/GMT+12" }
    });
    *ZONE
}

/// The hotel `h1`, in a quiet zone.
pub(crate) fn profile(price: &str) -> Value {
    json!({"hotelId": "h1", "timeZone": quiet_zone(), "currency": "EUR", "pricePerKwh": price})
}

/// The first instant of `h1`'s day so many days ago.
pub(crate) fn midnight(days_ago: usize) -> Instant {
    day(days_ago).window.start
}

/// The date of `h1`'s day so many days ago.
pub(crate) fn date(days_ago: usize) -> BusinessDate {
    day(days_ago).date
}

fn day(days_ago: usize) -> BusinessDay {
    let calendar = BusinessCalendar::new(quiet_zone()).expect("a zone");
    let today = calendar.day_of(machine_time());
    (0..days_ago).fold(today, |day, _| calendar.previous(day.date))
}
