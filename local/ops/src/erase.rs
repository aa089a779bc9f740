//! Removes what is stored of a hotel, of a room, or of some dates of either.
//!
//! The whole table is looked through: that finds every record, of whatever kind, and of days that
//! nobody remembers. Whose a record is, its keys say; of a session or a link, an attribute.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use std::{fmt, iter};

use anyhow::{Context, bail};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConsumedCapacity, DeleteRequest, ReturnConsumedCapacity, ReturnValue,
    WriteRequest,
};
use roomwatt_domain::{BusinessDate, HotelId, RoomId};
use roomwatt_store::{Owner, SEEN, records_that_make_known};

use crate::progress::{counting, pause};
use crate::stack::{Aws, Stack};

/// Records that one request deletes.
const AT_ONCE: usize = 25;
/// How often a request is tried again whose records the table did not all take.
const TRIES: u32 = 8;

const UNSEEN: &str = "the table cannot be looked through";

type Key = HashMap<String, AttributeValue>;

/// What is to be removed.
#[derive(Debug, Clone)]
pub struct Erase {
    /// The table's service.
    pub dynamodb: Client,
    /// The table in use.
    pub table: String,
    /// Of this hotel.
    pub hotel: HotelId,
    /// Of this room alone.
    pub room: Option<RoomId>,
    /// From this date on.
    pub from: Option<BusinessDate>,
    /// Through this date.
    pub to: Option<BusinessDate>,
    /// How long the functions may remember the hotel.
    pub wait: Duration,
    /// Only look.
    pub dry_run: bool,
}

/// What was removed.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Erased {
    /// Records by kind.
    pub records: BTreeMap<String, usize>,
    /// Records that were looked at.
    pub seen: usize,
    /// What looking consumed.
    pub read_units: f64,
    dry_run: bool,
    left: Vec<String>,
}

impl Erase {
    /// Of a stack's table.
    ///
    /// # Errors
    /// When the stack does not tell it.
    pub fn of(aws: &Aws, stack: &Stack, hotel: HotelId) -> anyhow::Result<Self> {
        Ok(Self {
            dynamodb: aws.dynamodb.clone(),
            table: stack.output("TableName")?.to_owned(),
            hotel,
            room: None,
            from: None,
            to: None,
            wait: Duration::ZERO,
            dry_run: false,
        })
    }

    fn is_whole_hotel(&self) -> bool {
        self.room.is_none() && self.from.is_none() && self.to.is_none()
    }

    /// Removes. Of a whole hotel the profile goes first, so that nothing new is taken in; the rest
    /// when no function remembers the hotel any more.
    ///
    /// # Errors
    /// When the table does not answer, or goes on to refuse.
    pub async fn run(&self) -> anyhow::Result<Erased> {
        let mut erased = Erased { dry_run: self.dry_run, ..Erased::default() };
        if self.is_whole_hotel() && !self.dry_run {
            // What may not look through the table leaves the profile where it is.
            self.look(None).limit(1).send().await.context(UNSEEN)?;
            let known_by = records_that_make_known(&self.hotel);
            for (pk, sk) in &known_by {
                let delete = self.dynamodb.delete_item().table_name(&self.table);
                let delete = delete.set_key(Some(key(pk, sk))).return_values(ReturnValue::AllOld);
                let answer = delete.send().await.context("the profile cannot be deleted")?;
                if answer.attributes.is_some_and(|item| !item.is_empty()) {
                    *erased.records.entry(kind(pk, sk).to_owned()).or_default() += 1;
                }
            }
            let [(partition, _), _] = &known_by;
            if !erased.records.is_empty() || self.has_records(partition).await? {
                self.wait().await;
            }
        }
        let progress = counting("records looked at");
        let mut start = None;
        let mut found = Vec::new();
        loop {
            let answer = self.look(start).send().await.context(UNSEEN)?;
            erased.read_units += answer
                .consumed_capacity()
                .and_then(ConsumedCapacity::capacity_units)
                .unwrap_or(0.0);
            for item in answer.items() {
                erased.seen += 1;
                let (Some(Ok(pk)), Some(Ok(sk))) = (text(item, "pk"), text(item, "sk")) else {
                    bail!("a record of {} has no keys: is this a Roomwatt's table?", self.table);
                };
                if self.concerns(pk, sk, item) {
                    *erased.records.entry(kind(pk, sk).to_owned()).or_default() += 1;
                    found.push(key(pk, sk));
                }
            }
            progress.set_position(erased.seen as u64);
            if !self.dry_run {
                while found.len() >= AT_ONCE {
                    self.delete(found.split_off(found.len() - AT_ONCE)).await?;
                }
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        if !self.dry_run {
            self.delete(found).await?;
        }
        progress.finish_and_clear();
        erased.left = self.left();
        Ok(erased)
    }

    fn look(&self, start: Option<Key>) -> ScanFluentBuilder {
        self.dynamodb
            .scan()
            .table_name(&self.table)
            .set_exclusive_start_key(start)
            .projection_expression("#p, #s, #seen")
            .expression_attribute_names("#p", "pk")
            .expression_attribute_names("#s", "sk")
            .expression_attribute_names("#seen", SEEN)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
    }

    /// Whether anything else of the hotel is there: an earlier run may have taken the profile.
    async fn has_records(&self, partition: &str) -> anyhow::Result<bool> {
        let query = self.dynamodb.query().table_name(&self.table).limit(1);
        let query =
            query.key_condition_expression("#p = :p").expression_attribute_names("#p", "pk");
        let value = AttributeValue::S(partition.to_owned());
        let answer = query.expression_attribute_values(":p", value).send().await;
        Ok(!answer.context(UNSEEN)?.items().is_empty())
    }

    async fn wait(&self) {
        let progress = counting("seconds until no function remembers the hotel");
        for second in (0..self.wait.as_secs()).rev() {
            progress.set_position(second);
            pause(Duration::from_secs(1)).await;
        }
        progress.finish_and_clear();
    }

    /// Whether a record is one of those that are to go.
    fn concerns(&self, pk: &str, sk: &str, item: &Key) -> bool {
        let (hotel, owner) = (self.hotel.as_str(), Owner::of(pk, sk));
        if self.is_whole_hotel() {
            return owner.hotel == Some(hotel) || names(item.get(SEEN), hotel);
        }
        // Of a room, and of some dates, what belongs to a date or a month goes. Sums of a month go as a
        // whole, and with those of a room what says that the sums of all rooms are there.
        let Some((first, last)) = owner.dates else { return false };
        let in_range =
            self.from.is_none_or(|from| last >= from) && self.to.is_none_or(|to| first <= to);
        let says_all_are_there = owner.room.is_none() && first != last;
        let is_of_room = |room: &RoomId| owner.room == Some(room.as_str()) || says_all_are_there;
        owner.hotel == Some(hotel) && in_range && self.room.as_ref().is_none_or(is_of_room)
    }

    async fn delete(&self, keys: Vec<Key>) -> anyhow::Result<()> {
        for keys in keys.chunks(AT_ONCE) {
            let requests = keys.iter().map(|key| {
                let delete = DeleteRequest::builder().set_key(Some(key.clone())).build()?;
                Ok(WriteRequest::builder().delete_request(delete).build())
            });
            let mut requests = requests.collect::<anyhow::Result<Vec<_>>>()?;
            for attempt in 0.. {
                let request = self.dynamodb.batch_write_item();
                let answer = request.request_items(&self.table, requests).send().await;
                let answer = answer.context("records cannot be deleted")?;
                let left = answer.unprocessed_items.and_then(|mut left| left.remove(&self.table));
                match left {
                    None => break,
                    Some(left) if left.is_empty() => break,
                    Some(_) if attempt == TRIES => {
                        bail!("the table goes on to refuse deletions: call again, later")
                    }
                    Some(left) => requests = left,
                }
                let most = 100 << attempt;
                pause(Duration::from_millis(fastrand::u64(most / 2..most))).await;
            }
        }
        Ok(())
    }

    /// What is left of it elsewhere.
    fn left(&self) -> Vec<String> {
        let mut left = vec![
            "refused events and dead letters of it: in rejected-events and dead-letters, for up to 14 \
             days"
                .to_owned(),
            "backups: point-in-time recovery can bring it back for up to 35 days".to_owned(),
            "logs, with ids of hotel and rooms: for LogRetentionDays".to_owned(),
            "what listeners on the bus have kept".to_owned(),
        ];
        if self.room.is_some() {
            left.push(
                "hotel-days: the hotel's totals of a date go on to hold the room's part, for \
                 ReportDays"
                    .to_owned(),
            );
        }
        if self.room.is_some() {
            left.push(
                "the hotel's register, and ratings of its profile, where they name the room: put them \
                 without it"
                    .to_owned(),
            );
        }
        left
    }
}

fn key(pk: &str, sk: &str) -> Key {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    [("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))].into()
}

fn text<'a>(item: &'a Key, name: &str) -> Option<Result<&'a str, &'a AttributeValue>> {
    item.get(name).map(|value| value.as_s().map(String::as_str))
}

/// What a record is, for the summary.
fn kind<'a>(pk: &'a str, sk: &'a str) -> &'a str {
    let first = |name: &'a str| name.split('#').next().unwrap_or(name);
    match first(pk) {
        "HOTEL" | "DAY" => first(sk),
        other => other,
    }
}

/// Whether an attribute names a hotel: as a text, or in a list or a set of texts.
fn names(value: Option<&AttributeValue>, hotel: &str) -> bool {
    match value {
        Some(AttributeValue::S(one)) => one == hotel,
        Some(AttributeValue::Ss(many)) => many.iter().any(|one| one == hotel),
        Some(AttributeValue::L(many)) => many.iter().any(|one| names(Some(one), hotel)),
        _ => false,
    }
}

impl fmt::Display for Erased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count: usize = self.records.values().sum();
        let did = if self.dry_run { "would be removed:" } else { "removed:" };
        write!(f, "{did} {count} of {} records ({} read units)", self.seen, self.read_units)?;
        for (kind, count) in &self.records {
            write!(f, "\n  {count} {kind}")?;
        }
        for line in iter::once("what is left").chain(self.left.iter().map(String::as_str)) {
            write!(f, "\n{}{line}", if line == "what is left" { "" } else { "- " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room() -> Erase {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest());
        Erase {
            dynamodb: Client::from_conf(config.build()),
            table: "t".to_owned(),
            hotel: HotelId::new("h1").unwrap(),
            room: Some(RoomId::new("101").unwrap()),
            from: Some(BusinessDate::parse("2026-11-20").unwrap()),
            to: Some(BusinessDate::parse("2026-11-21").unwrap()),
            wait: Duration::ZERO,
            dry_run: false,
        }
    }

    #[test]
    fn a_record_of_the_room_on_one_of_the_dates_goes() {
        let erase = room();
        let goes = |pk: &str, sk: &str| erase.concerns(pk, sk, &Key::new());
        for sk in ["SUMMARY#101", "SUMMARY#101#07", "REPORT#101", "TOUCH#101"] {
            assert!(goes("DAY#h1#2026-11-20", sk), "{sk}");
            assert!(!goes("DAY#h1#2026-11-22", sk), "{sk}");
            assert!(!goes("DAY#h11#2026-11-20", sk), "{sk}");
        }
        // A hotel may be called like a date.
        let dated = Erase { hotel: HotelId::new("2026-11-20").unwrap(), room: None, ..room() };
        for (pk, sk) in [("HOTEL#2026-11-20", "CLOSE"), ("DAY#2026-11-20#2026-05-01", "REPORT#1")] {
            assert!(!dated.concerns(pk, sk, &Key::new()), "{pk} {sk}");
        }
        // The seventh part of another room's, and a hotel's totals.
        for (pk, sk) in [
            ("DAY#h1#2026-11-20", "SUMMARY#07#101"),
            ("DAY#h1#2026-11-20", "REPORT#1011"),
            ("HOTEL#h1", "DAY#2026-11-20"),
            ("HOTEL#h1", "PROFILE"),
            ("HOTELS", "HOTEL#h1"),
        ] {
            assert!(!goes(pk, sk), "{pk} {sk}");
        }
        // A month's sums go as a whole, and the note that they are all there.
        assert!(goes("MONTH#h1#2026-11", "ROOM#101") && goes("HOTEL#h1", "MONTH#2026-11"));
        assert!(!goes("MONTH#h1#2026-11", "ROOM#102") && !goes("MONTH#h11#2026-11", "ROOM#101"));
        assert!(!goes("MONTH#h1#2026-10", "ROOM#101") && !goes("HOTEL#h1", "MONTH#2026-10"));
    }

    #[test]
    fn of_a_whole_hotel_everything_goes_that_names_it_and_nothing_of_another() {
        let erase = Erase { room: None, from: None, to: None, ..room() };
        let goes = |pk: &str, sk: &str| erase.concerns(pk, sk, &Key::new());
        for (pk, sk) in [
            ("HOTEL#h1", "PROFILE#3"),
            ("HOTEL#h1", "CLOSE"),
            ("DAY#h1#2026-11-20", "SUMMARY#101"),
            ("MONTH#h1#2026-11", "ROOM#101"),
            ("REGISTER#h1", "PAGE#2"),
            ("HOTELS", "HOTEL#h1"),
            ("HEARD", "HOTEL#h1"),
        ] {
            assert!(goes(pk, sk), "{pk} {sk}");
        }
        for (pk, sk) in [
            ("HOTEL#h2", "CLOSE"),
            ("HOTELS", "HOTEL#h11"),
            ("HOTELS", "SCHEMA"),
            ("SOURCES", "SOURCE#h1"),
        ] {
            assert!(!goes(pk, sk), "{pk} {sk}");
        }
        let session = |hotels| {
            erase.concerns("SESSION#ab", "SESSION", &[("hotels".to_owned(), hotels)].into())
        };
        assert!(session(AttributeValue::Ss(vec!["h1".to_owned(), "h2".to_owned()])));
        assert!(!session(AttributeValue::Ss(vec!["h2".to_owned()])));
    }
}
