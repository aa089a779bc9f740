//! Every envelope of `events/`: it is what Lambda's types say, and its function does with it what
//! the table in `events/README.md` promises.

#[cfg(test)]
mod lakeside;

/// Names the envelopes. A name that no test uses is a warning, and a file without a name a failure.
macro_rules! envelopes {
    ($($name:ident = $file:literal;)*) => {
        $(#[cfg(test)] const $name: &str = $file;)*
        #[cfg(test)]
        const NAMED: &[&str] = &[$($file),*];
    };
}

envelopes! {
    DAY_CLOSE_CLOSE = "day-close-close.json";
    DAY_CLOSE_MALFORMED = "day-close-malformed.json";
    DAY_CLOSE_MIXED = "day-close-mixed.json";
    DAY_CLOSE_REVISE = "day-close-revise.json";
    DAY_CLOSE_SCHEDULE = "day-close-schedule.json";
    DEVICE_EVENTS_FROM_EVENTBRIDGE = "device-events-from-eventbridge.json";
    DEVICE_EVENTS_MANY = "device-events-many.json";
    DEVICE_EVENTS_MIXED = "device-events-mixed.json";
    DEVICE_EVENTS_ONE = "device-events-one.json";
    DEVICE_EVENTS_PACKED = "device-events-packed.json";
    SPACE_EVENTS_MANY = "space-events-many.json";
    SPACE_EVENTS_MIXED = "space-events-mixed.json";
    SPACE_EVENTS_ONE = "space-events-one.json";
    SPACE_EVENTS_PACKED = "space-events-packed.json";
}

#[cfg(test)]
mod envelopes {
    use std::fs;
    use std::path::{Path, PathBuf};

    use aws_lambda_events::eventbridge::EventBridgeEvent;
    use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
    use roomwatt_domain::Instant;
    use roomwatt_embedded::deployment::{DAY_CLOSE, DEVICE_EVENTS, SPACE_EVENTS};
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use serde_json::Value;

    use super::*;
    use crate::lakeside::{Lakeside, Rejected, instant};

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
    }

    /// Loads an envelope; written again, it is what it was.
    fn load<T: DeserializeOwned + Serialize>(file: &str) -> T {
        let text = fs::read_to_string(folder().join(file)).unwrap();
        let envelope: T = serde_json::from_str(&text).unwrap();
        let written = without_nulls(serde_json::to_value(&envelope).unwrap());
        assert_eq!(written, serde_json::from_str::<Value>(&text).unwrap(), "{file}");
        envelope
    }

    fn without_nulls(value: Value) -> Value {
        match value {
            Value::Object(fields) => fields
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name, without_nulls(value)))
                .collect(),
            Value::Array(values) => values.into_iter().map(without_nulls).collect(),
            other => other,
        }
    }

    /// When the function of a batch is called: a moment after its last message was sent.
    fn called_at(batch: &SqsEvent) -> Instant {
        let sent = batch.records.iter().map(|record| &record.attributes["SentTimestamp"]);
        Instant::from_millis(sent.map(|sent| sent.parse().unwrap()).max().unwrap()) + 1500
    }

    fn bodies(batch: &SqsEvent) -> Vec<&str> {
        batch.records.iter().map(|record| record.body.as_deref().unwrap()).collect()
    }

    fn handed_back(answer: SqsBatchResponse) -> Vec<String> {
        answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect()
    }

    fn rejected(source: &str, reason: &str, detail: &str, body: &str) -> Rejected {
        let [source, reason, detail, body] = [source, reason, detail, body].map(ToOwned::to_owned);
        Rejected { source, reason, detail, body }
    }

    /// The events of a packed body, each in its own text.
    fn packed(body: &str) -> Vec<String> {
        #[derive(serde::Deserialize)]
        struct Packed<'a> {
            #[serde(borrow)]
            events: Vec<&'a serde_json::value::RawValue>,
        }
        let packed: Packed<'_> = serde_json::from_str(body).unwrap();
        packed.events.iter().map(|event| event.get().to_owned()).collect()
    }

    /// The hotel after a batch of which every message was taken.
    async fn after(batch: &SqsEvent) -> Lakeside {
        let lakeside = Lakeside::at(called_at(batch)).await;
        let answer = lakeside.hand_over(batch).await.unwrap();
        assert_eq!(handed_back(answer), [] as [&str; 0]);
        lakeside
    }

    /// The hotel after a lamp went on, and the midnight after it.
    async fn after_a_day() -> Lakeside {
        let lakeside = after(&load(DEVICE_EVENTS_ONE)).await;
        let close = load(DAY_CLOSE_CLOSE);
        lakeside.set_clock(called_at(&close));
        let answer = lakeside.hand_over(&close).await.unwrap();
        assert_eq!(handed_back(answer), [] as [&str; 0]);
        lakeside
    }

    #[test]
    fn every_file_is_an_envelope_with_a_test_and_a_line_in_the_table() {
        let table = fs::read_to_string(folder().join("README.md")).unwrap();
        let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut files: Vec<_> = files.map(|name| name.into_string().unwrap()).collect();
        files.retain(|name| name != "README.md");
        files.sort();
        let (of_api, of_others): (Vec<_>, Vec<_>) =
            files.iter().cloned().partition(|file| file.starts_with("report-api-"));
        assert_eq!(of_others, NAMED);
        // Those have their tests beside the function.
        assert!(!of_api.is_empty());
        for file in files {
            assert!(table.contains(&format!("`{file}`")), "README.md leaves out {file}");
        }
    }

    #[tokio::test]
    async fn one_device_event_is_in_the_summary_of_its_room_and_day() {
        let lakeside = after(&load(DEVICE_EVENTS_ONE)).await;
        assert_eq!(
            lakeside.known("203", "2026-11-20").await,
            ["lamp-1 light ON 2026-11-20T17:04:11.482Z"]
        );
        assert_eq!(lakeside.closed_through().await.as_deref(), Some("2026-11-19"));
        assert_eq!(lakeside.rejected(), []);
        assert_eq!(lakeside.waiting(DAY_CLOSE), [] as [&str; 0]);
    }

    #[tokio::test]
    async fn an_event_by_way_of_a_rule_of_eventbridge_is_like_any_other() {
        let lakeside = after(&load(DEVICE_EVENTS_FROM_EVENTBRIDGE)).await;
        assert_eq!(
            lakeside.known("203", "2026-11-20").await,
            ["lamp-1 light ON 2026-11-20T17:04:11.482Z"]
        );
        assert_eq!(lakeside.rejected(), []);
    }

    #[tokio::test]
    async fn many_device_events_are_a_set_whatever_their_order_and_repetition() {
        let batch = load(DEVICE_EVENTS_MANY);
        let lakeside = after(&batch).await;
        let room_203 = [
            "lamp-1 light OFF 2026-11-20T17:31:40.007Z",
            "lamp-1 light ON 2026-11-20T17:04:11.482Z",
            "pir-1 presence OCCUPIED 2026-11-20T17:03:58.250Z",
        ];
        let room_204 = ["hvac thermostat HEAT 2026-11-20T17:10:00.000Z"];
        assert_eq!(lakeside.known("203", "2026-11-20").await, room_203);
        assert_eq!(lakeside.known("204", "2026-11-20").await, room_204);

        // The whole batch again, as after a crash before its answer.
        let answer = lakeside.hand_over(&batch).await.unwrap();
        assert_eq!(handed_back(answer), [] as [&str; 0]);
        assert_eq!(lakeside.known("203", "2026-11-20").await, room_203);
        assert_eq!(lakeside.rejected(), []);
        assert_eq!(lakeside.waiting(DAY_CLOSE), [] as [&str; 0]);
    }

    #[tokio::test]
    async fn packed_device_events_fall_each_on_their_own_room_and_day() {
        let lakeside = after(&load(DEVICE_EVENTS_PACKED)).await;
        assert_eq!(
            lakeside.known("203", "2026-11-20").await,
            [
                "lamp-1 light OFF 2026-11-20T17:30:12.940Z",
                "lamp-1 light ON 2026-11-20T17:04:11.482Z",
                "pir-1 presence OCCUPIED 2026-11-20T17:04:09.120Z",
                "pir-1 presence VACANT 2026-11-20T17:29:55.000Z",
            ]
        );
        assert_eq!(
            lakeside.known("204", "2026-11-20").await,
            ["tv tv STANDBY 2026-11-20T17:12:00.500Z"]
        );
        assert_eq!(
            lakeside.known("204", "2026-11-19").await,
            ["tv tv ON 2026-11-19T22:58:30.000Z"]
        );
        assert_eq!(lakeside.rejected(), []);
        // Yesterday may be closed, for all that ingest knows.
        assert_eq!(
            lakeside.waiting(DAY_CLOSE),
            [r#"{"kind":"revise","hotelId":"lakeside-1","roomId":"204","dates":["2026-11-19"]}"#]
        );
    }

    #[tokio::test]
    async fn of_mixed_device_events_the_good_ones_count_and_the_bad_ones_are_kept() {
        let batch = load(DEVICE_EVENTS_MIXED);
        let lakeside = after(&batch).await;
        assert_eq!(
            lakeside.known("203", "2026-11-20").await,
            [
                "lamp-1 light OFF 2026-11-20T17:31:40.007Z",
                "lamp-1 light ON 2026-11-20T17:04:11.482Z",
            ]
        );
        assert_eq!(
            lakeside.known("204", "2026-11-20").await,
            ["pir-1 presence OCCUPIED 2026-11-20T17:23:00.000Z"]
        );
        let bodies = bodies(&batch);
        let packed = packed(bodies[6]);
        let refused = |reason, detail, body| rejected(DEVICE_EVENTS, reason, detail, body);
        let mut expected = [
            refused("malformed", "not JSON: at line 1 column 1", bodies[1]),
            refused(
                "malformed",
                "occurredAt must be an RFC 3339 date-time with an offset",
                bodies[2],
            ),
            refused("unknown-hotel", "no hotel has this hotelId", bodies[3]),
            refused("future", "occurredAt is more than 5 minutes in the future", bodies[4]),
            refused("expired", "occurredAt is older than the history that is kept", bodies[5]),
            refused("malformed", "eventId is missing", &packed[1]),
            refused(
                "malformed",
                "state of a presence sensor must be OCCUPIED or VACANT",
                &packed[2],
            ),
        ];
        expected.sort();
        assert_eq!(lakeside.rejected(), expected);
    }

    #[tokio::test]
    async fn one_space_event_is_in_the_summary_of_its_room_and_day() {
        let lakeside = after(&load(SPACE_EVENTS_ONE)).await;
        assert_eq!(
            lakeside.known("203", "2026-11-20").await,
            ["stay CHECKED_IN 2026-11-20T14:02:00.000Z"]
        );
        assert_eq!(lakeside.rejected(), []);
        assert_eq!(lakeside.waiting(DAY_CLOSE), [] as [&str; 0]);
    }

    #[tokio::test]
    async fn many_space_events_are_each_in_their_summary() {
        let lakeside = after(&load(SPACE_EVENTS_MANY)).await;
        assert_eq!(
            lakeside.known("203", "2026-11-20").await,
            [
                "stay CHECKED_IN 2026-11-20T14:30:12.000Z",
                "stay CHECKED_OUT 2026-11-20T09:41:07.000Z",
            ]
        );
        assert_eq!(
            lakeside.known("204", "2026-11-20").await,
            ["stay CHECKED_IN 2026-11-20T14:02:00.000Z"]
        );
        assert_eq!(lakeside.rejected(), []);
    }

    #[tokio::test]
    async fn packed_space_events_fall_each_on_their_own_room_and_day() {
        let lakeside = after(&load(SPACE_EVENTS_PACKED)).await;
        assert_eq!(
            lakeside.known("203", "2026-11-20").await,
            [
                "stay CHECKED_IN 2026-11-20T14:30:12.000Z",
                "stay CHECKED_OUT 2026-11-20T09:41:07.000Z",
            ]
        );
        assert_eq!(
            lakeside.known("204", "2026-11-20").await,
            ["stay CHECKED_OUT 2026-11-20T10:05:33.000Z"]
        );
        assert_eq!(
            lakeside.known("204", "2026-11-19").await,
            ["stay CHECKED_IN 2026-11-19T15:20:00.000Z"]
        );
        assert_eq!(lakeside.rejected(), []);
    }

    #[tokio::test]
    async fn of_mixed_space_events_the_good_ones_count_and_the_bad_ones_are_kept() {
        let batch = load(SPACE_EVENTS_MIXED);
        let lakeside = after(&batch).await;
        assert_eq!(
            lakeside.known("203", "2026-11-20").await,
            ["stay CHECKED_IN 2026-11-20T14:02:00.000Z"]
        );
        assert_eq!(
            lakeside.known("204", "2026-11-20").await,
            ["stay CHECKED_OUT 2026-11-20T14:05:10.000Z"]
        );
        let bodies = bodies(&batch);
        let refused = |reason, detail, body| rejected(SPACE_EVENTS, reason, detail, body);
        let mut expected = [
            refused("malformed", "state of a room must be CHECKED_IN or CHECKED_OUT", bodies[1]),
            refused("unknown-hotel", "no hotel has this hotelId", bodies[2]),
            refused("malformed", "events must hold at least one event", bodies[3]),
        ];
        expected.sort();
        assert_eq!(lakeside.rejected(), expected);
    }

    #[tokio::test]
    async fn the_rule_has_a_due_hotel_closed_and_no_other() {
        let mut event: EventBridgeEvent = load(DAY_CLOSE_SCHEDULE);
        let at = instant("2026-11-20T23:15:00Z");

        let without_events = Lakeside::at(at).await;
        assert_eq!(without_events.deployment.tick_by(&event).await.unwrap().due, 0);
        assert_eq!(without_events.waiting(DAY_CLOSE), [] as [&str; 0]);

        let lakeside = after(&load(DEVICE_EVENTS_ONE)).await;
        lakeside.set_clock(at);
        assert_eq!(lakeside.deployment.tick_by(&event).await.unwrap().due, 1);
        // The very message of the envelope.
        assert_eq!(lakeside.waiting(DAY_CLOSE), bodies(&load(DAY_CLOSE_CLOSE)));

        // Due at ten past midnight, with the grace; overdue three quarters of an hour later.
        for (at, overdue) in [("2026-11-20T23:54:59Z", 0), ("2026-11-20T23:55:00Z", 1)] {
            event.time = Some(at.parse().unwrap());
            let ticked = lakeside.deployment.tick_by(&event).await.unwrap();
            assert_eq!((ticked.due, ticked.overdue), (1, overdue), "{at}");
        }

        event.time = None;
        let fault = lakeside.deployment.tick_by(&event).await.unwrap_err();
        assert_eq!(fault.to_string(), "the scheduled event has no time");
    }

    #[tokio::test]
    async fn a_close_turns_the_day_into_reports_and_tells_the_bus() {
        let lakeside = after_a_day().await;
        assert_eq!(lakeside.closed_through().await.as_deref(), Some("2026-11-20"));
        let report = lakeside.report("203", "2026-11-20").await.unwrap().closed;
        // From 18:04:11.482 to midnight.
        assert_eq!((report.revision, report.report.totals().usage), (1, 21_348_518));
        let told = lakeside.deployment.aws().take_told();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].detail_type, "HotelDayClosed");
        let detail: Value = serde_json::from_str(&told[0].detail).unwrap();
        assert_eq!(
            (&detail["hotelId"], &detail["date"]),
            (&"lakeside-1".into(), &"2026-11-20".into())
        );
        assert_eq!((&detail["revision"], &detail["rooms"]), (&1.into(), &1.into()));
        assert_eq!(detail["totals"]["usageMs"], 21_348_518);
        // Told within two days of the day's end.
        assert!(detail["findings"].is_array() && detail["nights"].is_object(), "{detail}");
        let text = detail["text"].as_str().unwrap();
        assert!(text.contains("Fri 20 Nov 2026") && text.lines().count() > 2, "{text}");
    }

    #[tokio::test]
    async fn a_revision_changes_the_report_of_the_closed_day_and_tells_the_bus() {
        let lakeside = after_a_day().await;
        lakeside.deployment.aws().take_told();
        let envelope = load(DAY_CLOSE_REVISE);
        lakeside.set_clock(called_at(&envelope));
        // The lamp went off at half past six, and only now is it known.
        let mut late: SqsEvent = load(DEVICE_EVENTS_MANY);
        late.records.truncate(1);
        lakeside.hand_over(&late).await.unwrap();
        // The very message of the envelope.
        assert_eq!(lakeside.waiting(DAY_CLOSE), bodies(&envelope));

        for _ in ["once", "and again, as after a crash before its answer"] {
            let answer = lakeside.hand_over(&envelope).await.unwrap();
            assert_eq!(handed_back(answer), [] as [&str; 0]);
            let report = lakeside.report("203", "2026-11-20").await.unwrap().closed;
            assert_eq!((report.revision, report.report.totals().usage), (2, 1_648_525));
            let revision = &report.revisions[0];
            assert_eq!((revision.before.usage, revision.after.usage), (21_348_518, 1_648_525));
        }
        let told = lakeside.deployment.aws().take_told();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].detail_type, "RoomReportRevised");
        let detail: Value = serde_json::from_str(&told[0].detail).unwrap();
        let expected = serde_json::json!({
            "hotelId": "lakeside-1", "roomId": "203", "date": "2026-11-20", "revision": 2,
        });
        assert_eq!(detail, expected);
    }

    #[tokio::test]
    async fn of_a_mixed_day_close_batch_only_what_is_no_message_comes_again() {
        let batch: SqsEvent = load(DAY_CLOSE_MIXED);
        let lakeside = after(&load(DEVICE_EVENTS_ONE)).await;
        lakeside.set_clock(called_at(&batch));
        let answer = lakeside.hand_over(&batch).await.unwrap();
        assert_eq!(handed_back(answer), [batch.records[0].message_id.clone().unwrap()]);
        assert_eq!(lakeside.closed_through().await.as_deref(), Some("2026-11-20"));
        let report = lakeside.report("203", "2026-11-20").await.unwrap().closed;
        assert_eq!(report.revision, 1);
    }

    #[tokio::test]
    async fn a_day_close_batch_of_which_nothing_is_understood_fails_as_a_whole() {
        let batch: SqsEvent = load(DAY_CLOSE_MALFORMED);
        let lakeside = after(&load(DEVICE_EVENTS_ONE)).await;
        lakeside.set_clock(called_at(&batch));
        let fault = lakeside.hand_over(&batch).await.unwrap_err();
        assert_eq!(fault.to_string(), "1 of 1 messages failed");
        assert_eq!(lakeside.closed_through().await.as_deref(), Some("2026-11-19"));
    }
}
