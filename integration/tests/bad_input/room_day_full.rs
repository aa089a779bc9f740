//! A room's record of a day, filled to the last byte that DynamoDB keeps of one: by functions that
//! were just started and begin with a summary's first part.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use roomwatt_domain::Instant;
use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_embedded::deployment::{DEVICE_EVENTS, SPACE_EVENTS};
use roomwatt_store::SETS_PER_WRITE;
use serde_json::{Value, json};

use crate::lakeside::{HOTEL, Lakeside, instant};
use crate::queues::{lamp, packed};

const DAY: &str = "2026-11-20";
/// What one record holds, in bytes.
const RECORD: usize = 400 * 1024;

fn noon() -> Instant {
    instant("2026-11-20T12:00:00+01:00")
}

/// What offsets are counted from.
fn midnight() -> Instant {
    instant("2026-11-20T00:00:00Z")
}

/// An event of a device of room 203, with names of any length.
fn device(id: &str, kind: &str, state: &str, at: Instant) -> Value {
    json!({
        "eventId": "e", "hotelId": HOTEL, "roomId": "203", "deviceId": id, "deviceKind": kind,
        "state": state, "occurredAt": at.to_string(),
    })
}

/// The longest of names: an event takes 164 bytes for them and its slashes.
const LONGEST: usize = 64 + 64 + 32 + 2;

/// One device in yet another state.
fn long(number: i64) -> Value {
    let (id, kind) = ("d".repeat(64), "k".repeat(64));
    device(&id, &kind, &format!("{number:0>32}"), midnight() + 10 * HOUR + number)
}

/// An event that takes so many bytes, at an offset of one figure.
fn of_bytes(bytes: usize) -> Value {
    let spare = bytes - "k/d/S".len() - bytes_of_number("1");
    let id = "d".repeat(1 + spare.min(63));
    let kind = "k".repeat(1 + spare.saturating_sub(63).min(63));
    let state = "S".repeat(1 + spare.saturating_sub(126));
    device(&id, &kind, &state, midnight() + 100_000)
}

/// As DynamoDB documents it: half a byte for each significant figure, and one more.
fn bytes_of_number(number: &str) -> usize {
    number.trim_matches('0').len().div_ceil(2) + 1
}

/// How many bytes are left in the record of room 203.
async fn left(lakeside: &Lakeside) -> usize {
    let key = HashMap::from([
        ("pk".to_owned(), AttributeValue::S(format!("DAY#{HOTEL}#{DAY}"))),
        ("sk".to_owned(), AttributeValue::S("SUMMARY#203".to_owned())),
    ]);
    let client = lakeside.deployment.aws().dynamodb();
    let answer = client.get_item().table_name("roomwatt").set_key(Some(key)).send().await;
    let size = |(name, value): (&String, &AttributeValue)| {
        name.len()
            + match value {
                AttributeValue::S(text) => text.len(),
                AttributeValue::N(number) => bytes_of_number(number),
                AttributeValue::Ns(numbers) => {
                    numbers.iter().map(|number| bytes_of_number(number)).sum()
                }
                other => panic!("{name} is {other:?}"),
            }
    };
    RECORD - answer.unwrap().item.unwrap().iter().map(size).sum::<usize>()
}

/// Fills the record of room 203 with states of one device, to the last byte; returns how many
/// events there were, and those of them that had no room.
async fn fill(lakeside: &mut Lakeside) -> (usize, Vec<Value>) {
    // So many of them go into the first part at once, and what is more into the next one.
    let one_write = i64::try_from(SETS_PER_WRITE).unwrap();
    let mut numbers = 0..0;
    let mut send = |lakeside: &mut Lakeside, count: i64| {
        lakeside.restart();
        numbers = numbers.end..numbers.end + count;
        let events: Vec<_> = numbers.clone().map(long).collect();
        lakeside.send(DEVICE_EVENTS, &packed(&events));
        events
    };
    // In the end there is room for one more of them, and not for two.
    send(lakeside, one_write);
    lakeside.run_out().await;
    while left(lakeside).await / LONGEST > 2 {
        let count = i64::try_from(left(lakeside).await / (LONGEST + 6)).unwrap() - 1;
        send(lakeside, count.min(one_write));
        lakeside.run_out().await;
    }
    let mut refused = Vec::new();
    for _ in 0..3 {
        refused.extend(send(lakeside, 1));
        lakeside.run_out().await;
    }
    let rejected: BTreeSet<_> =
        lakeside.rejected().into_iter().map(|rejected| rejected.body).collect();
    refused.retain(|event| rejected.contains(&event.to_string()));
    lakeside.restart();
    lakeside.send(DEVICE_EVENTS, &of_bytes(left(lakeside).await));
    lakeside.run_out().await;
    lakeside.restart();
    assert_eq!(left(lakeside).await, 0);
    (usize::try_from(numbers.end).unwrap() + 1, refused)
}

#[tokio::test]
async fn a_room_day_takes_what_fits_and_is_closed_with_it() {
    let mut lakeside = Lakeside::at(noon()).await;
    let (sent, mut refused) = fill(&mut lakeside).await;
    assert!((1..3).contains(&refused.len()), "{} of the last three", refused.len());
    assert_eq!(lakeside.known("203", DAY).await.len(), sent - refused.len());

    // One event more, and everything else that the room and the hotel may say in the meantime.
    let check_in = |room: &str| {
        json!({
            "eventId": "e", "hotelId": HOTEL, "roomId": room, "state": "CHECKED_IN",
            "occurredAt": "2026-11-20T11:00:00+01:00",
        })
    };
    refused.extend([lamp("203", "ON", noon()), check_in("203")]);
    let yesterday = noon() - 24 * HOUR;
    lakeside.send(
        DEVICE_EVENTS,
        &packed(&[
            lamp("203", "ON", noon()),
            lamp("203", "ON", yesterday),
            lamp("204", "ON", noon()),
        ]),
    );
    for room in ["203", "204"] {
        lakeside.send(SPACE_EVENTS, &check_in(room));
    }
    lakeside.run_out().await;
    // What is known already fits in any case.
    lakeside.send(DEVICE_EVENTS, &long(0).to_string());
    lakeside.run_out().await;
    lakeside.restart();
    let rejected = lakeside.rejected();
    for rejected in &rejected {
        let detail = "the room's record of this day can hold no more";
        assert_eq!((rejected.reason.as_str(), rejected.detail.as_str()), ("room-day-full", detail));
    }
    let mut bodies: Vec<_> = rejected.into_iter().map(|rejected| rejected.body).collect();
    let mut expected: Vec<_> = refused.iter().map(ToString::to_string).collect();
    bodies.sort();
    expected.sort();
    assert_eq!(bodies, expected);
    assert_eq!(
        lakeside.known("203", "2026-11-19").await,
        ["lamp-1 light ON 2026-11-19T11:00:00.000Z"]
    );
    assert_eq!(
        lakeside.known("204", DAY).await,
        ["lamp-1 light ON 2026-11-20T11:00:00.000Z", "stay CHECKED_IN 2026-11-20T10:00:00.000Z"]
    );

    // The seal takes bytes as well.
    lakeside.tick_at(instant("2026-11-21T00:15:00+01:00")).await;
    assert_eq!(lakeside.dead(), [] as [&str; 0]);
    assert_eq!(lakeside.closed_through().await.as_deref(), Some(DAY));
    let report = lakeside.report("203", DAY).await.unwrap().closed.report;
    assert_eq!(report.devices.len(), 3);
    let report = lakeside.report("204", DAY).await.unwrap().closed.report;
    assert_eq!(report.totals().usage, 12 * HOUR);

    // A late event finds the record as full as it was; the day stays closed.
    let late = lamp("203", "OFF", noon()).to_string();
    lakeside.send(DEVICE_EVENTS, &late);
    lakeside.run_out().await;
    let reasons = lakeside.rejected().into_iter();
    let mut reasons = reasons.filter(|rejected| rejected.body == late);
    assert_eq!(reasons.next().unwrap().reason, "room-day-full");
    assert_eq!(lakeside.dead(), [] as [&str; 0]);
}

/// A report says more of a device than the summary does: it is full long before.
#[tokio::test]
async fn a_room_with_more_devices_than_a_report_can_hold_does_not_keep_its_hotel_open() {
    let lakeside = Lakeside::at(noon()).await;
    let (kind, state) = ("k".repeat(64), "S".repeat(32));
    let device = |number| device(&format!("{number:0>64}"), &kind, &state, noon());
    let devices: Vec<_> = (0..2000).map(device).collect();
    lakeside.send(DEVICE_EVENTS, &packed(&devices));
    lakeside.send(DEVICE_EVENTS, &lamp("204", "ON", noon()));
    lakeside.run_out().await;
    assert_eq!(lakeside.rejected(), []);

    for day in [DAY, "2026-11-21"] {
        lakeside.tick_at(lakeside.now() + 24 * HOUR + MINUTE).await;
        assert_eq!(lakeside.dead(), [] as [&str; 0]);
        assert_eq!(lakeside.closed_through().await.as_deref(), Some(day));
        assert!(lakeside.report("204", day).await.is_some());
    }
}
