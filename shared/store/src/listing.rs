//! The list of hotels, kept in a partition of its own so that the table never has to be scanned.
//!
//! An entry changes in the same transaction as its profile, so the list is neither
//! ahead of the profiles nor behind them. It holds only what a list shows.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use roomwatt_domain::profile::readable;
use roomwatt_domain::{HotelId, Instant, Profile};

use crate::batches::Consistency;
use crate::error::{Result, StoreError};
use crate::item::{Item, Reader, is_live, key, text};
use crate::pages::Pages;
use crate::schema::{HOTEL_PREFIX, HOTELS, NAME, TIME_ZONE, listing_key};
use crate::table::Store;

/// A hotel as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedHotel {
    /// Its id.
    pub hotel_id: HotelId,
    /// What people call it.
    pub name: Option<String>,
    /// Its IANA time zone.
    pub time_zone: String,
}

impl Store {
    /// All hotels after one, by id, page by page.
    pub fn hotels(&self, after: Option<&HotelId>, now: Instant) -> Pages<ListedHotel> {
        self.pages(
            HOTELS.to_owned(),
            HOTEL_PREFIX,
            after.map(listing_key),
            Box::new(move |item| is_live(item, now).then(|| listed(item)).transpose()),
        )
    }

    /// Some hotels by id, each named once. What is not there is left out.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a record cannot be read.
    pub async fn hotels_of(
        &self,
        ids: impl IntoIterator<Item = &HotelId>,
        now: Instant,
    ) -> Result<Vec<ListedHotel>> {
        let keys = ids.into_iter().map(|id| key(HOTELS, listing_key(id))).collect();
        let items = self.get_all(keys, Consistency::Lately, now).await?;
        let mut hotels = items.iter().map(listed).collect::<Result<Vec<_>>>()?;
        hotels.sort_unstable_by(|one, other| one.hotel_id.cmp(&other.hotel_id));
        Ok(hotels)
    }

    /// The write that lists a hotel, for the transaction that writes its profile.
    pub(crate) fn list_hotel(&self, profile: &Profile) -> Result<TransactWriteItem> {
        let mut item = key(HOTELS, listing_key(&profile.hotel_id));
        item.insert(TIME_ZONE.to_owned(), text(profile.calendar.time_zone()));
        if let Some(name) = &profile.name {
            item.insert(NAME.to_owned(), text(name));
        }
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .build()
            .map_err(|error| StoreError::request("TransactWriteItems", error))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

fn listed(item: &Item) -> Result<ListedHotel> {
    let read = Reader::new("listed hotel", item);
    Ok(ListedHotel {
        hotel_id: read.sort_key_as(HOTEL_PREFIX, HotelId::kept)?,
        name: read.text(NAME)?.map(readable),
        time_zone: read.required(TIME_ZONE, read.text(TIME_ZONE)?)?.to_owned(),
    })
}
