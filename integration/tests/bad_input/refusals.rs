//! Every reason to refuse an event, beside good events that it must not hold up.

use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{HotelId, Instant};
use roomwatt_embedded::deployment::{DAY_CLOSE, DEVICE_EVENTS, SPACE_EVENTS};
use serde_json::{Value, json};

use crate::lakeside::{HOTEL, Lakeside, Rejected, instant, profile};
use crate::queues::{lamp, packed};

const DAY: &str = "2026-11-20";

fn noon() -> Instant {
    instant("2026-11-20T12:00:00+01:00")
}

fn with(mut event: Value, field: &str, value: impl Into<Value>) -> Value {
    event[field] = value.into();
    event
}

fn without(mut event: Value, field: &str) -> Value {
    event.as_object_mut().unwrap().remove(field).unwrap();
    event
}

fn check_in() -> Value {
    json!({
        "eventId": "01M7WYMT6TEA67HF06WK8QV10N",
        "hotelId": HOTEL,
        "roomId": "203",
        "state": "CHECKED_IN",
        "occurredAt": "2026-11-20T11:00:00+01:00",
    })
}

const OBJECT: &str = "an event must be a JSON object";
const ID_RULE: &str = "must be 1 to 64 characters of A-Z a-z 0-9 . _ -, and not . or .. alone";
const STATE_RULE: &str = "state must be 1 to 32 characters of A-Z 0-9 _ -";
const TIME_RULE: &str = "occurredAt must be an RFC 3339 date-time with an offset";
const EVENT_ID_RULE: &str = "eventId must be 1 to 128 characters";
const SENSOR_RULE: &str = "state of a presence sensor must be OCCUPIED or VACANT";
const STAY_RULE: &str = "state of a room must be CHECKED_IN or CHECKED_OUT";

/// What is no event at all, with what is said of it.
fn no_events(good: &Value) -> Vec<(String, String)> {
    let text = good.to_string();
    let twice = text.replacen('{', r#"{"state":"OFF","#, 1);
    let mut cases = vec![
        ("the lamp is on".to_owned(), "not JSON: at line 1 column 2".to_owned()),
        ("{".to_owned(), "not JSON: at line 1 column 1".to_owned()),
        (text[..60].to_owned(), "not JSON: at line 1 column 60".to_owned()),
        (format!("{text}{text}"), format!("not JSON: at line 1 column {}", text.len() + 1)),
        (twice, "not an event: duplicate field `state`".to_owned()),
        ("{}".to_owned(), "eventId is missing".to_owned()),
        (r#"{"events":[]}"#.to_owned(), "events must hold at least one event".to_owned()),
        (r#"{"events":{}}"#.to_owned(), "events must be a list".to_owned()),
        (r#"{"events":"two"}"#.to_owned(), "events must be a list".to_owned()),
    ];
    for shape in ["[]", "7", "null", "true", "\"ON\"", &format!("[{text}]")] {
        cases.push((shape.to_owned(), OBJECT.to_owned()));
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    cases.push((deep, OBJECT.to_owned()));
    cases
}

/// Events with one field missing or outside its rule, with what is said of it.
fn bad_fields(good: &Value) -> Vec<(String, String)> {
    let mut cases = Vec::new();
    let mut case = |event: Value, detail: String| cases.push((event.to_string(), detail));
    for field in ["eventId", "hotelId", "roomId", "deviceId", "deviceKind", "state", "occurredAt"] {
        let missing = if field == "state" { "state, counterWh or powerW" } else { field };
        case(without(good.clone(), field), format!("{missing} is missing"));
        case(with(good.clone(), field, Value::Null), format!("{missing} is missing"));
        for value in [json!(7), json!({}), json!(["x"]), json!(false)] {
            case(with(good.clone(), field, value), format!("{field} must be a string"));
        }
    }
    for field in ["hotelId", "roomId", "deviceId", "deviceKind"] {
        for value in ["", "lamp 1", "a/b", "a#b", "ä", &"x".repeat(65)] {
            case(with(good.clone(), field, value), format!("{field} {ID_RULE}"));
        }
    }
    for value in ["", "on", "ON!", "O N", &"X".repeat(33)] {
        case(with(good.clone(), "state", value), STATE_RULE.to_owned());
    }
    for value in ["", &"ü".repeat(129)] {
        case(with(good.clone(), "eventId", value), EVENT_ID_RULE.to_owned());
    }
    for value in [
        "",
        "yesterday",
        "2026-11-20",
        "2026-11-20T11:00:00",
        "2026-11-20 11:00:00+01:00",
        "2026-11-31T11:00:00+01:00",
        "2026-11-20T25:00:00+01:00",
        "2026-11-20T11:00:00+01",
        "2026-11-20T11:00:00[Europe/Vienna]",
        "1795172400000",
    ] {
        case(with(good.clone(), "occurredAt", value), TIME_RULE.to_owned());
    }
    let sensor = with(good.clone(), "deviceKind", "presence");
    case(sensor.clone(), SENSOR_RULE.to_owned());
    case(with(sensor.clone(), "state", "OFF"), SENSOR_RULE.to_owned());
    case(with(sensor, "state", "CHECKED_IN"), SENSOR_RULE.to_owned());
    cases
}

/// Sends bad bodies with good events between them, and checks what is refused and what counts.
async fn refuses(queue: &str, bad: Vec<(String, String)>, good: impl Fn(Instant) -> Value) {
    let lakeside = Lakeside::at(noon()).await;
    let mut expected = Vec::new();
    for (place, (body, detail)) in bad.into_iter().enumerate() {
        lakeside.send(queue, &body);
        lakeside.send(queue, &good(noon() - HOUR + i64::try_from(place).unwrap()));
        let [source, reason] = [queue, "malformed"].map(ToOwned::to_owned);
        expected.push(Rejected { source, reason, detail, body });
    }
    lakeside.run_out().await;

    assert_eq!(lakeside.known("203", DAY).await.len(), expected.len());
    expected.sort();
    assert_eq!(lakeside.rejected(), expected);
    assert_eq!(lakeside.dead(), [] as [&str; 0]);
}

#[tokio::test]
async fn what_is_no_event_is_refused_and_says_why() {
    let good = |at| lamp("203", "ON", at);
    refuses(DEVICE_EVENTS, no_events(&good(noon())), good).await;
}

#[tokio::test]
async fn a_bad_field_is_named_with_its_rule() {
    let good = |at| lamp("203", "ON", at);
    refuses(DEVICE_EVENTS, bad_fields(&good(noon())), good).await;
}

#[tokio::test]
async fn a_stay_knows_two_states_and_its_queue_nothing_else() {
    let mut cases = Vec::new();
    for state in ["OCCUPIED", "ON", "CHECKED-IN", "CHECKED_OUT_"] {
        cases.push((with(check_in(), "state", state).to_string(), STAY_RULE.to_owned()));
    }
    cases.push((lamp("203", "ON", noon()).to_string(), STAY_RULE.to_owned()));
    for field in ["eventId", "hotelId", "roomId", "state", "occurredAt"] {
        cases.push((without(check_in(), field).to_string(), format!("{field} is missing")));
    }
    let good = |at: Instant| with(check_in(), "occurredAt", at.to_string());
    refuses(SPACE_EVENTS, cases, good).await;
}

#[tokio::test]
async fn a_check_in_is_no_device_event() {
    let cases = vec![(check_in().to_string(), "deviceId is missing".to_owned())];
    refuses(DEVICE_EVENTS, cases, |at| lamp("203", "ON", at)).await;
}

#[tokio::test]
async fn a_packed_message_is_refused_event_by_event() {
    let lakeside = Lakeside::at(noon()).await;
    let (at, lower) = (noon() - HOUR, lamp("203", "off", noon()));
    let nowhere = with(lamp("203", "OFF", noon()), "hotelId", "lakeside-9");
    lakeside.send(
        DEVICE_EVENTS,
        &packed(&[lamp("203", "ON", at), lower.clone(), json!(7), lamp("203", "OFF", at + MINUTE)]),
    );
    lakeside.send(DEVICE_EVENTS, &packed(&[nowhere.clone(), json!({"events": [lower.clone()]})]));
    lakeside.run_out().await;

    assert_eq!(
        lakeside.known("203", DAY).await,
        ["lamp-1 light OFF 2026-11-20T10:01:00.000Z", "lamp-1 light ON 2026-11-20T10:00:00.000Z",]
    );
    let rejected = lakeside.rejected().into_iter();
    let rejected: Vec<_> =
        rejected.map(|rejected| (rejected.reason, rejected.detail, rejected.body)).collect();
    let refused = |reason: &str, detail: &str, event: &Value| {
        (reason.to_owned(), detail.to_owned(), event.to_string())
    };
    assert_eq!(
        rejected,
        [
            refused("malformed", OBJECT, &json!(7)),
            refused("malformed", "eventId is missing", &json!({"events": [lower]})),
            refused("malformed", STATE_RULE, &lower),
            refused("unknown-hotel", "no hotel has this hotelId", &nowhere),
        ]
    );
    assert_eq!(lakeside.dead(), [] as [&str; 0]);
}

#[tokio::test]
async fn a_refused_event_can_be_sent_again_as_it_was_kept() {
    let lakeside = Lakeside::at(noon()).await;
    let early = with(lamp("203", "ON", noon() - HOUR), "hotelId", "lakeside-2");
    lakeside.send(DEVICE_EVENTS, &packed(&[early.clone(), lamp("203", "ON", noon())]));
    lakeside.run_out().await;
    let rejected = lakeside.rejected();
    assert_eq!(rejected.len(), 1);
    assert_eq!(
        (rejected[0].reason.as_str(), &rejected[0].body),
        ("unknown-hotel", &early.to_string())
    );

    // Somebody puts the profile that was forgotten; a minute later it is known to every function.
    let store = lakeside.deployment.store();
    store.put_profile(&profile("lakeside-2"), lakeside.now()).await.unwrap();
    lakeside.set_clock(lakeside.now() + MINUTE);
    lakeside.send(&rejected[0].source, &rejected[0].body);
    lakeside.run_out().await;
    assert_eq!(lakeside.rejected(), rejected);
    let hotel = HotelId::new("lakeside-2").unwrap();
    let state = store.close_state(&hotel, lakeside.now()).await.unwrap().unwrap();
    assert_eq!(state.closed_through.to_string(), "2026-11-19");
}

#[tokio::test]
async fn five_minutes_ahead_is_now_and_a_millisecond_more_is_the_future() {
    let lakeside = Lakeside::at(noon()).await;
    // The messages wait for a minute before their function is called.
    let ahead = noon() + MINUTE + 5 * MINUTE;
    let future = lamp("203", "OFF", ahead + 1);
    let never = with(lamp("203", "OFF", noon()), "occurredAt", "2999-12-31T23:59:59Z");
    for event in [&lamp("203", "ON", ahead), &future, &never] {
        lakeside.send(DEVICE_EVENTS, event);
    }
    lakeside.run_out().await;
    assert_eq!(lakeside.known("203", DAY).await, ["lamp-1 light ON 2026-11-20T11:06:00.000Z"]);
    let rejected = lakeside.rejected();
    assert_eq!(rejected.len(), 2);
    for (rejected, event) in rejected.iter().zip([&future, &never]) {
        let detail = "occurredAt is more than 5 minutes in the future";
        assert_eq!((rejected.reason.as_str(), rejected.detail.as_str()), ("future", detail));
        assert_eq!(rejected.body, event.to_string());
    }
}

#[tokio::test]
async fn ninety_days_ago_is_history_and_a_millisecond_more_is_expired() {
    let lakeside = Lakeside::at(noon()).await;
    let oldest = noon() + MINUTE - 90 * 24 * HOUR;
    let expired = lamp("203", "OFF", oldest - 1);
    let ancient = with(lamp("203", "OFF", noon()), "occurredAt", "0000-01-01T00:00:00Z");
    for event in [&lamp("203", "ON", oldest), &expired, &ancient] {
        lakeside.send(DEVICE_EVENTS, event);
    }
    lakeside.run_out().await;
    assert_eq!(
        lakeside.known("203", "2026-08-22").await,
        ["lamp-1 light ON 2026-08-22T11:01:00.000Z"]
    );
    let rejected = lakeside.rejected();
    assert_eq!(rejected.len(), 2);
    for (rejected, event) in rejected.iter().zip([&ancient, &expired]) {
        let detail = "occurredAt is older than the history that is kept";
        assert_eq!((rejected.reason.as_str(), rejected.detail.as_str()), ("expired", detail));
        assert_eq!(rejected.body, event.to_string());
    }
    assert_eq!(lakeside.dead(), [] as [&str; 0]);
}

#[tokio::test]
async fn a_hotel_that_only_sends_expired_or_future_events_is_not_opened() {
    let lakeside = Lakeside::at(noon()).await;
    lakeside.send(DEVICE_EVENTS, &lamp("203", "ON", noon() - 91 * 24 * HOUR));
    lakeside.send(DEVICE_EVENTS, &lamp("203", "ON", noon() + HOUR));
    lakeside.run_out().await;
    assert_eq!(lakeside.rejected().len(), 2);
    assert_eq!(lakeside.closed_through().await, None);
    assert_eq!(lakeside.waiting(DAY_CLOSE), [] as [&str; 0]);
}

#[tokio::test]
async fn names_at_their_longest_come_back_whole_from_the_closed_day() {
    let lakeside = Lakeside::at(noon()).await;
    let (hotel, name) = ("h".repeat(64), |first: &str| format!("{first}._-{}", "9".repeat(60)));
    let (room, device, kind, sensor) = (name("R"), name("D"), name("k"), name("p"));
    let state = "S".repeat(32);
    let store = lakeside.deployment.store();
    store.put_profile(&profile(&hotel), noon()).await.unwrap();
    let event = |device: &str, kind: &str, state: &str| {
        json!({
            "eventId": "ü".repeat(128), "hotelId": hotel, "roomId": room, "deviceId": device,
            "deviceKind": kind, "state": state, "occurredAt": "2026-11-20T11:00:00.000+01:00",
        })
    };
    lakeside.send(DEVICE_EVENTS, &event(&device, &kind, &state));
    lakeside.send(DEVICE_EVENTS, &event(&sensor, "presence", "OCCUPIED"));
    lakeside.run_out().await;
    assert_eq!(lakeside.rejected(), []);

    lakeside.tick_at(instant("2026-11-21T00:15:00+01:00")).await;
    let hotel = HotelId::new(&hotel).unwrap();
    let date = "2026-11-20".parse().unwrap();
    let mut reports = store.reports(&hotel, date, None, lakeside.now());
    let closed = reports.next().await.unwrap().unwrap().closed;
    assert_eq!(closed.room.as_str(), room);
    let used = &closed.report.devices[0];
    assert_eq!((used.device.id.as_str(), used.device.kind.as_str()), (&*device, &*kind));
    assert_eq!((used.usage[0].state.as_str(), used.usage[0].duration()), (&*state, 13 * HOUR));
    assert_eq!(closed.report.presence[0].0.as_str(), sensor);
    assert_eq!(lakeside.dead(), [] as [&str; 0]);
}
