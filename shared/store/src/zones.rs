//! What ingest has to know of hotels: their time zones, and whether their days are being closed.
//!
//! Both stand beside a profile's body in its record, so that a profile of hundreds of kilobytes is
//! neither sent nor parsed for them.

use std::collections::BTreeMap;

use roomwatt_domain::{BusinessCalendar, HotelId, Instant};

use crate::batches::{Asked, Batch, Consistency};
use crate::error::{Result, StoreError};
use crate::item::{Item, Reader, key};
use crate::schema::{OPENED, PK, PROFILE, TIME_ZONE, TTL_ATTRIBUTE, hotel_key, hotel_of_key};
use crate::table::Store;

/// A hotel as far as its events are concerned.
#[derive(Debug, Clone)]
pub struct HotelZone {
    /// Its business days.
    pub calendar: BusinessCalendar,
    /// Whether the hotel has events: then its zone is settled and its days are being closed.
    pub opened: bool,
}

impl Store {
    /// The zones of some hotels, each named once, in one round trip for every hundred. A hotel that
    /// is not there is left out; one that could not be read has its own fault.
    ///
    /// # Errors
    /// When DynamoDB does not answer at all.
    pub async fn zones_of(
        &self,
        hotels: &[HotelId],
        consistency: Consistency,
        now: Instant,
    ) -> Result<BTreeMap<HotelId, Result<HotelZone>>> {
        let keys = hotels.iter().map(|hotel| key(hotel_key(hotel), PROFILE)).collect();
        let attributes = &[PK, TIME_ZONE, OPENED, TTL_ATTRIBUTE];
        let Batch { items, unread } =
            self.get_some(keys, Asked { consistency, attributes }, now).await?;
        let mut zones = BTreeMap::new();
        for item in &items {
            zones.insert(hotel_of(item)?, zone(item));
        }
        for key in &unread {
            zones.insert(hotel_of(key)?, Err(StoreError::throttled("BatchGetItem")));
        }
        Ok(zones)
    }
}

fn hotel_of(item: &Item) -> Result<HotelId> {
    let read = Reader::new(RECORD, item);
    let partition = read.required(PK, read.text(PK)?)?;
    hotel_of_key(partition).ok_or_else(|| read.corrupt(PK, "names no hotel"))
}

fn zone(item: &Item) -> Result<HotelZone> {
    let read = Reader::new(RECORD, item);
    let zone = read.required(TIME_ZONE, read.text(TIME_ZONE)?)?;
    let calendar = BusinessCalendar::new(zone).map_err(|error| read.corrupt(TIME_ZONE, error))?;
    Ok(HotelZone { calendar, opened: read.has(OPENED) })
}

const RECORD: &str = "profile";
