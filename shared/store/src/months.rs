//! Sums by room of a hotel's month, kept so that a year is a few small queries.
//!
//! The close that ends a month makes them, and notes when they are all there; revisions keep them
//! right. A reader that finds no note reads the reports.

use roomwatt_domain::{BusinessDate, BusinessDay, HotelId, Instant, Month, ReportSums, RoomId};

use crate::encoding::months::{decode, encode};
use crate::error::{Result, StoreError};
use crate::item::{Item, Reader, blob, expiry, is_live, key, number};
use crate::pages::Pages;
use crate::schema::{
    BODY, MONTH_PREFIX, REVISION, ROOM_PREFIX, TTL_ATTRIBUTE, hotel_key, hotel_month_key,
    month_key, room_key,
};
use crate::table::Store;
use crate::write::Written;

/// What became of a room's sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MonthOutcome {
    /// They are there.
    Put,
    /// Nothing was written: the record is not the one that was read.
    Changed,
}

impl Store {
    /// Puts the sums of a room's month in the place of those of revision `before`, or, where there were
    /// none, as the first. `last` is the month's last day.
    ///
    /// The reports must have been read after `before` was: then the one that puts last has seen every
    /// report that was there when the one before it put.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn put_room_month(
        &self,
        hotel: &HotelId,
        last: &BusinessDay,
        room: &RoomId,
        before: Option<u64>,
        sums: &ReportSums,
    ) -> Result<MonthOutcome> {
        let mut item = key(month_key(hotel, Month::of(last.date)), room_key(room));
        item.extend([
            (BODY.to_owned(), blob(encode(sums)?)),
            (REVISION.to_owned(), number(before.unwrap_or(0) + 1)),
            (TTL_ATTRIBUTE.to_owned(), expiry(self.retention.report_until(last))),
        ]);
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .expression_attribute_names("#revision", REVISION);
        let put = match before {
            None => put.condition_expression("attribute_not_exists(#revision)"),
            Some(before) => put
                .condition_expression("#revision = :before")
                .expression_attribute_values(":before", number(before)),
        };
        match self.put_once(put).await? {
            Written::Done { .. } => Ok(MonthOutcome::Put),
            Written::Refused(_) => Ok(MonthOutcome::Changed),
            Written::TooLarge => Err(StoreError::corrupt(ROOM_MONTH, "passes what a record holds")),
        }
    }

    /// The sums of a room's month and their revision, read consistently.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the record cannot be read.
    pub async fn room_month(
        &self,
        hotel: &HotelId,
        month: Month,
        room: &RoomId,
        now: Instant,
    ) -> Result<Option<(ReportSums, u64)>> {
        let item = self.get(key(month_key(hotel, month), room_key(room)), now).await?;
        let Some(item) = item else { return Ok(None) };
        let read = Reader::new(ROOM_MONTH, &item);
        let revision = read.required(REVISION, read.number(REVISION)?)?;
        Ok(Some((decode(read.blob(BODY)?)?, revision)))
    }

    /// The sums of a month by room.
    pub fn room_months(
        &self,
        hotel: &HotelId,
        month: Month,
        now: Instant,
    ) -> Pages<(RoomId, ReportSums)> {
        let room_month = |item: &Item| {
            let read = Reader::new(ROOM_MONTH, item);
            Ok((read.sort_key_as(ROOM_PREFIX, RoomId::kept)?, decode(read.blob(BODY)?)?))
        };
        self.pages(
            month_key(hotel, month),
            ROOM_PREFIX,
            None,
            Box::new(move |item| is_live(item, now).then(|| room_month(item)).transpose()),
        )
    }

    /// Notes that every room's sums of a month are there. `last` is its last day.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn note_month(&self, hotel: &HotelId, last: &BusinessDay) -> Result<()> {
        let mut item = key(hotel_key(hotel), hotel_month_key(Month::of(last.date)));
        item.extend([(TTL_ATTRIBUTE.to_owned(), expiry(self.retention.report_until(last)))]);
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        self.put_once(put).await.map(drop)
    }

    /// The months, from that of one date to that of another, whose sums are all there.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a record cannot be read.
    pub async fn summed_months(
        &self,
        hotel: &HotelId,
        from: BusinessDate,
        to: BusinessDate,
        now: Instant,
    ) -> Result<Vec<Month>> {
        let month = |item: &Item| {
            let first = |month: &str| BusinessDate::parse(&format!("{month}-01"));
            Reader::new("hotel-month", item).sort_key_as(MONTH_PREFIX, first).map(Month::of)
        };
        let mut pages = self.range(
            hotel_key(hotel),
            hotel_month_key(Month::of(from)),
            hotel_month_key(Month::of(to)),
            Box::new(move |item| is_live(item, now).then(|| month(item)).transpose()),
        );
        let mut months = Vec::new();
        while let Some(month) = pages.next().await? {
            months.push(month);
        }
        Ok(months)
    }
}

const ROOM_MONTH: &str = "room-month";
