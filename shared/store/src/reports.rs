//! Reports of room-days, and the hotel-day that adds them up.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use roomwatt_domain::{BusinessDate, BusinessDay, ClosedReport, HotelId, Instant, RoomId};

use crate::batches::Consistency;
use crate::encoding;
use crate::error::{Result, StoreError};
use crate::item::{Item, Reader, blob, expiry, is_live, key, number};
use crate::pages::Pages;
use crate::schema::{
    BODY, FENCE, PENDING, PK, REPORT_PREFIX, REVISION, ROOMS, TTL_ATTRIBUTE, VERSION, WRITES,
    day_key, hotel_day_key, hotel_key, report_key,
};
use crate::sums::Sums;
use crate::table::Store;
use crate::write::{Transacted, Written};

/// A report with what it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReport {
    /// The report.
    pub closed: ClosedReport,
    /// The version of the hotel's profile that it was made with.
    pub terms: u64,
    /// The attempt of the close that made it first, or [`StoredReport::LATE`].
    pub fence: u64,
    /// The `writes` of the summary that it was made from.
    pub writes: u64,
    /// A revision that was not yet carried on to the next day and told to the bus.
    pub pending: bool,
}

impl StoredReport {
    /// The fence of a report that only a late event opened: above that of every attempt, so that no
    /// worker that was paused for long puts one in its place.
    pub const LATE: u64 = u32::MAX as u64;
}

/// What became of a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviseOutcome {
    /// It is written.
    Revised,
    /// Nothing was written: the record is not the one that was read.
    Changed,
    /// Nothing was written: the report would pass the 400 KB of a record.
    TooLarge,
}

/// What became of a report of the day being closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutOutcome {
    /// It is there.
    Put,
    /// Nothing was written: a later attempt has made one already.
    Superseded,
    /// Nothing was written: it would pass the 400 KB of a record.
    TooLarge,
}

impl Store {
    /// Puts a report of the day being closed, unless a later attempt has put one, or a late event
    /// has. An attempt reports a room once, so its number also says what the report was made from.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn put_report(
        &self,
        hotel: &HotelId,
        day: &BusinessDay,
        stored: &StoredReport,
    ) -> Result<PutOutcome> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(self.report_item(hotel, day, stored)?))
            .condition_expression(
                "attribute_not_exists(#fence) OR (#revision = :first AND #fence <= :fence)",
            )
            .expression_attribute_names("#fence", FENCE)
            .expression_attribute_names("#revision", REVISION)
            .expression_attribute_values(":first", number(1))
            .expression_attribute_values(":fence", number(stored.fence));
        Ok(match self.put(put).await? {
            Written::Done { .. } => PutOutcome::Put,
            Written::Refused(_) => PutOutcome::Superseded,
            Written::TooLarge => PutOutcome::TooLarge,
        })
    }

    /// Puts the report of a closed day in the place of the one that was read, and brings the
    /// hotel-day in line, both or neither.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn revise_report(
        &self,
        hotel: &HotelId,
        day: &BusinessDay,
        before: Option<&StoredReport>,
        after: &StoredReport,
    ) -> Result<ReviseOutcome> {
        const OPERATION: &str = "TransactWriteItems";
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(self.report_item(hotel, day, after)?));
        let put = match before {
            None => put.condition_expression("attribute_not_exists(#revision)"),
            // A close may put the first revision more than once.
            Some(before) => put
                .condition_expression(
                    "#revision = :revision AND #fence = :fence AND #writes = :writes",
                )
                .expression_attribute_names("#fence", FENCE)
                .expression_attribute_names("#writes", WRITES)
                .expression_attribute_values(":writes", number(before.writes))
                .expression_attribute_values(":revision", number(before.closed.revision))
                .expression_attribute_values(":fence", number(before.fence)),
        };
        let put = put
            .expression_attribute_names("#revision", REVISION)
            .build()
            .map_err(|error| StoreError::request(OPERATION, error))?;

        let sums = Sums::of(&after.closed.report);
        let change = match before {
            None => sums,
            Some(before) => sums.minus(&Sums::of(&before.closed.report)),
        };
        let mut adds = vec!["#revision :one".to_owned()];
        let mut update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(hotel_key(hotel), hotel_day_key(day.date))))
            .expression_attribute_names("#revision", REVISION)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_names("#expires", TTL_ATTRIBUTE)
            .expression_attribute_values(":expires", expiry(self.retention.report_until(day)));
        if before.is_none() {
            adds.push("#rooms :one".to_owned());
            update = update.expression_attribute_names("#rooms", ROOMS);
        }
        for (at, (name, amount)) in change.figures().enumerate() {
            adds.push(format!("#{at} :{at}"));
            update = update
                .expression_attribute_names(format!("#{at}"), name)
                .expression_attribute_values(format!(":{at}"), number(amount));
        }
        let update = update
            .update_expression(format!("SET #expires = :expires ADD {}", adds.join(", ")))
            .build()
            .map_err(|error| StoreError::request(OPERATION, error))?;

        let done = self
            .transact(vec![
                TransactWriteItem::builder().put(put).build(),
                TransactWriteItem::builder().update(update).build(),
            ])
            .await?;
        Ok(match done {
            Transacted::Done => ReviseOutcome::Revised,
            Transacted::Refused => ReviseOutcome::Changed,
            Transacted::TooLarge => ReviseOutcome::TooLarge,
        })
    }

    /// Notes that a revision was carried on and told. Does nothing if there is a newer one.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn settle_report(
        &self,
        hotel: &HotelId,
        date: BusinessDate,
        room: &RoomId,
        revision: u32,
    ) -> Result<()> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(day_key(hotel, date), report_key(room))))
            .update_expression("REMOVE #pending")
            .condition_expression("#revision = :revision")
            .expression_attribute_names("#pending", PENDING)
            .expression_attribute_names("#revision", REVISION)
            .expression_attribute_values(":revision", number(revision));
        match self.update(update).await? {
            Written::Done { .. } | Written::Refused(_) => Ok(()),
            Written::TooLarge => Err(StoreError::corrupt(REPORT, "has no room to lose its mark")),
        }
    }

    /// The report of a room on a day, read consistently.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the record cannot be read.
    pub async fn report(
        &self,
        hotel: &HotelId,
        date: BusinessDate,
        room: &RoomId,
        now: Instant,
    ) -> Result<Option<StoredReport>> {
        let item = self.get(key(day_key(hotel, date), report_key(room)), now).await?;
        item.as_ref().map(|item| stored_report(date, item)).transpose()
    }

    /// All reports of a day after a room, by room, read consistently and page by page.
    ///
    /// A day that is not closed yet may have reports of an unfinished close: readers for people
    /// ask only for closed days.
    pub fn reports(
        &self,
        hotel: &HotelId,
        date: BusinessDate,
        after: Option<&RoomId>,
        now: Instant,
    ) -> Pages<StoredReport> {
        self.pages(
            day_key(hotel, date),
            REPORT_PREFIX,
            after.map(report_key),
            Box::new(move |item| is_live(item, now).then(|| stored_report(date, item)).transpose()),
        )
    }

    /// One room's reports on some dates, by date, read consistently and in as few round trips as a
    /// batch allows. Dates without a report are left out.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a record cannot be read.
    pub async fn room_reports(
        &self,
        hotel: &HotelId,
        room: &RoomId,
        dates: impl IntoIterator<Item = BusinessDate>,
        now: Instant,
    ) -> Result<Vec<ClosedReport>> {
        let dates: BTreeMap<String, BusinessDate> =
            dates.into_iter().map(|date| (day_key(hotel, date), date)).collect();
        let wanted = dates.keys().map(|partition| key(partition, report_key(room))).collect();
        let mut reports = Vec::with_capacity(dates.len());
        for item in self.get_all(wanted, Consistency::Newest, now).await? {
            let read = Reader::new(REPORT, &item);
            let partition = read.required(PK, read.text(PK)?)?;
            let date = read.required(PK, dates.get(partition).copied())?;
            reports.push(stored_report(date, &item)?.closed);
        }
        reports.sort_unstable_by_key(|report| report.date);
        Ok(reports)
    }

    fn report_item(
        &self,
        hotel: &HotelId,
        day: &BusinessDay,
        stored: &StoredReport,
    ) -> Result<Item> {
        let mut item = key(day_key(hotel, day.date), report_key(&stored.closed.room));
        item.extend([
            (BODY.to_owned(), blob(encoding::encode(&stored.closed)?)),
            (REVISION.to_owned(), number(stored.closed.revision)),
            (VERSION.to_owned(), number(stored.terms)),
            (FENCE.to_owned(), number(stored.fence)),
            (WRITES.to_owned(), number(stored.writes)),
            (TTL_ATTRIBUTE.to_owned(), expiry(self.retention.report_until(day))),
        ]);
        if stored.pending {
            item.insert(PENDING.to_owned(), AttributeValue::Bool(true));
        }
        Ok(item)
    }
}

const REPORT: &str = "report";

pub(crate) fn stored_report(date: BusinessDate, item: &Item) -> Result<StoredReport> {
    let read = Reader::new(REPORT, item);
    let revision = read.required(REVISION, read.number(REVISION)?)?;
    let room = read.sort_key_as(REPORT_PREFIX, RoomId::kept)?;
    Ok(StoredReport {
        closed: encoding::decode(room, date, revision, read.blob(BODY)?)?,
        terms: read.required(VERSION, read.number(VERSION)?)?,
        fence: read.required(FENCE, read.number(FENCE)?)?,
        writes: read.required(WRITES, read.number(WRITES)?)?,
        pending: read.has(PENDING),
    })
}
