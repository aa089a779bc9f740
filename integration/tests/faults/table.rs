//! The whole table, record by record, without what may differ between two runs that did the same:
//! claims, the numbers of attempts, counters of writes, in which part of a summary something lies,
//! and when it was done.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use roomwatt_domain::{BusinessDate, ClosedReport, HotelId, Instant, RoomId};
use roomwatt_store::TTL_ATTRIBUTE;

use crate::services::Services;

/// Attributes that tell by whom, how often or when.
const PASSING: [&str; 6] = ["claimOwner", "claimUntil", "attempt", "fence", "writes", "closedAt"];

/// Records by key, attributes by name, as text.
pub(crate) type Table = BTreeMap<String, BTreeMap<String, String>>;

/// Reads every record.
pub(crate) async fn dump(services: &Services) -> Table {
    let mut table = Table::new();
    let mut sets: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let mut items =
        services.aws.dynamodb().scan().table_name("roomwatt").into_paginator().items().send();
    while let Some(item) = items.next().await {
        let mut item = item.expect("a page");
        if has_expired(&item, services.now()) {
            continue;
        }
        let mut key = |name| match item.remove(name) {
            Some(AttributeValue::S(key)) => key,
            other => panic!("{name} is {other:?}"),
        };
        let (partition, mut sort) = (key("pk"), key("sk"));
        // Whether a late event met a close, and when a batch came, are not the same in two runs.
        if sort.starts_with("TOUCH#") || partition == "HEARD" {
            continue;
        }
        if sort.starts_with("SUMMARY#") {
            let first_part = sort.splitn(3, '#').take(2).collect::<Vec<_>>().join("#");
            sort = first_part;
        }
        let key = format!("{partition} {sort}");
        let record = table.entry(key.clone()).or_default();
        for (name, value) in item {
            if let AttributeValue::Ns(elements) | AttributeValue::Ss(elements) = value {
                sets.entry((key.clone(), name)).or_default().extend(elements);
                continue;
            }
            // A sum that was always zero may not be stored; one that became zero is.
            let is_nothing = sort.starts_with("DAY#") && value == AttributeValue::N("0".to_owned());
            if !PASSING.contains(&name.as_str()) && !is_nothing {
                record.insert(name, format!("{value:?}"));
            }
        }
        if let Some(attempt) = record.get_mut("sealed") {
            "yes".clone_into(attempt);
        }
        if let Some(room) = sort.strip_prefix("REPORT#") {
            let closed = report(services, &partition, room).await;
            record.insert("body".to_owned(), format!("{:#?}", closed.report));
            let revisions = closed.revisions.iter();
            let revisions: Vec<_> = revisions
                .map(|revision| (revision.revision, revision.before, revision.after))
                .collect();
            record.insert("revisions".to_owned(), format!("{revisions:#?}"));
        }
    }
    for ((key, name), elements) in sets {
        table.entry(key).or_default().insert(name, format!("{elements:?}"));
    }
    table
}

/// Whether a record may be gone or not.
fn has_expired(item: &HashMap<String, AttributeValue>, now: Instant) -> bool {
    let seconds = item.get(TTL_ATTRIBUTE).and_then(|value| value.as_n().ok());
    seconds
        .is_some_and(|at| at.parse::<i64>().is_ok_and(|seconds| seconds * 1000 <= now.as_millis()))
}

/// A report as it is read.
async fn report(services: &Services, partition: &str, room: &str) -> ClosedReport {
    let (hotel, date) = partition
        .strip_prefix("DAY#")
        .and_then(|day| day.split_once('#'))
        .expect("a report lies in a day");
    let hotel = HotelId::new(hotel).expect("a hotel");
    let date = BusinessDate::parse(date).expect("a date");
    let room = RoomId::new(room).expect("a room");
    let stored = services.store.report(&hotel, date, &room, services.now()).await;
    stored.expect("a table").expect("a report").closed
}

/// The table without what tells whether an event came before its day was closed or after: how
/// often a report was revised, and whether a summary that a late event opened is sealed.
pub(crate) fn without_lateness(table: &Table) -> Table {
    let mut table = table.clone();
    for record in table.values_mut() {
        record.remove("revision");
        record.remove("revisions");
        record.remove("sealed");
    }
    table
}

/// The table without what tells when its records expire.
pub(crate) fn without_expiry(table: &Table) -> Table {
    let mut table = table.clone();
    for record in table.values_mut() {
        record.remove(TTL_ATTRIBUTE);
    }
    table
}

/// What differs, a line each.
pub(crate) fn differences(expected: &Table, found: &Table) -> Vec<String> {
    let mut lines = Vec::new();
    for (key, record) in expected {
        let Some(other) = found.get(key) else {
            lines.push(format!("{key} is not there"));
            continue;
        };
        for (name, value) in record {
            match other.get(name) {
                Some(found) if found == value => {}
                Some(found) => lines.push(format!("{key} {name}: {}", differing(value, found))),
                None => lines.push(format!("{key} {name} is not there")),
            }
        }
        lines.extend(
            other
                .iter()
                .filter(|(name, _)| !record.contains_key(*name))
                .map(|(name, value)| format!("{key} {name} is there: {value}")),
        );
    }
    lines.extend(
        found
            .keys()
            .filter(|key| !expected.contains_key(*key))
            .map(|key| format!("{key} is there")),
    );
    lines
}

/// The lines of two texts that differ.
fn differing(expected: &str, found: &str) -> String {
    let pairs = expected.lines().zip(found.lines()).filter(|(one, other)| one != other);
    let pairs: Vec<_> =
        pairs.map(|(one, other)| format!("{} -> {}", one.trim(), other.trim())).collect();
    if pairs.is_empty() {
        format!("{} lines -> {} lines", expected.lines().count(), found.lines().count())
    } else {
        pairs.join("; ")
    }
}
