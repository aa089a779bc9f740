//! Hotels: their profiles, each version for as long as a report may be revised by it.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem, Update};
use roomwatt_domain::{BusinessDate, HotelId, Instant, Profile};

use crate::error::{Result, StoreError};
use crate::item::{Item, Reader, expiry, key, number, text};
use crate::schema::{
    ANNOUNCED_THROUGH, ATTEMPT, BODY, CLOSE, CLOSED_THROUGH, DUE, DUE_YES, NEXT_DUE_AT, OPENED,
    PROFILE, TIME_ZONE, TTL_ATTRIBUTE, VERSION, hotel_key, profile_key,
};
use crate::table::Store;
use crate::write::Transacted;

/// A hotel's profile as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredProfile {
    /// The profile.
    pub profile: Profile,
    /// Grows by one with every change; reports remember the one that they were made with.
    pub version: u64,
    /// Whether the hotel has events: then its zone is settled and its days are being closed.
    pub opened: bool,
}

/// What became of a profile that was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutProfile {
    /// The hotel is new.
    Created,
    /// It replaced the profile before, or said the same.
    Replaced,
    /// Nothing was written: the hotel has events, and the time zone differs.
    ZoneSettled,
    /// Nothing was written: somebody else changed the profile at the same time.
    Conflict,
    /// Nothing was written: the profile would pass the 400 KB of a record.
    TooLarge,
}

/// What became of opening a hotel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenOutcome {
    /// Its days are closed from now on.
    Opened,
    /// Its profile is not what the caller knew: opened already, in another zone, or gone.
    ProfileChanged,
}

impl Store {
    /// Creates or replaces a hotel's profile.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn put_profile(&self, profile: &Profile, now: Instant) -> Result<PutProfile> {
        let Some(stored) = self.profile(&profile.hotel_id, now).await? else {
            return self.create_profile(profile).await;
        };
        if stored.profile == *profile {
            return Ok(PutProfile::Replaced);
        }
        if stored.opened && stored.profile.calendar != profile.calendar {
            return Ok(PutProfile::ZoneSettled);
        }
        self.replace_profile(&stored, profile, now).await
    }

    async fn create_profile(&self, profile: &Profile) -> Result<PutProfile> {
        let create = Put::builder()
            .table_name(&self.table)
            .set_item(Some(profile_item(profile, 1, PROFILE)))
            .condition_expression("attribute_not_exists(#version)")
            .expression_attribute_names("#version", VERSION)
            .build()
            .map_err(|error| StoreError::request("TransactWriteItems", error))?;
        let done = self
            .transact(vec![
                TransactWriteItem::builder().put(create).build(),
                self.list_hotel(profile)?,
                self.say_schema()?,
            ])
            .await?;
        Ok(as_put(done, PutProfile::Created))
    }

    /// The version before is kept under its number until nothing can be revised by it.
    async fn replace_profile(
        &self,
        stored: &StoredProfile,
        profile: &Profile,
        now: Instant,
    ) -> Result<PutProfile> {
        const OPERATION: &str = "TransactWriteItems";
        let mut superseded =
            profile_item(&stored.profile, stored.version, &profile_key(stored.version));
        superseded.insert(TTL_ATTRIBUTE.to_owned(), expiry(self.retention.superseded_until(now)));
        let keep = Put::builder()
            .table_name(&self.table)
            .set_item(Some(superseded))
            .build()
            .map_err(|error| StoreError::request(OPERATION, error))?;
        let replace = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(hotel_key(&profile.hotel_id), PROFILE)))
            .update_expression("SET #body = :body, #version = :next, #zone = :zone")
            // The zone may only differ while the hotel has no events.
            .condition_expression(
                "#version = :version AND (#zone = :zone OR attribute_not_exists(#opened))",
            )
            .expression_attribute_names("#body", BODY)
            .expression_attribute_names("#version", VERSION)
            .expression_attribute_names("#zone", TIME_ZONE)
            .expression_attribute_names("#opened", OPENED)
            .expression_attribute_values(":body", text(profile.to_json()))
            .expression_attribute_values(":version", number(stored.version))
            .expression_attribute_values(":next", number(stored.version + 1))
            .expression_attribute_values(":zone", text(profile.calendar.time_zone()))
            .build()
            .map_err(|error| StoreError::request(OPERATION, error))?;
        let done = self
            .transact(vec![
                TransactWriteItem::builder().put(keep).build(),
                TransactWriteItem::builder().update(replace).build(),
                self.list_hotel(profile)?,
            ])
            .await?;
        Ok(as_put(done, PutProfile::Replaced))
    }

    /// A hotel's profile, read consistently.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the record cannot be read.
    pub async fn profile(&self, hotel: &HotelId, now: Instant) -> Result<Option<StoredProfile>> {
        let item = self.get(key(hotel_key(hotel), PROFILE), now).await?;
        item.as_ref().map(stored_profile).transpose()
    }

    /// A hotel's profile at half the price, perhaps not the newest: for callers that cache it
    /// anyway.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the record cannot be read.
    pub async fn profile_lately(
        &self,
        hotel: &HotelId,
        now: Instant,
    ) -> Result<Option<StoredProfile>> {
        let item = self.get_with(key(hotel_key(hotel), PROFILE), now, false).await?;
        item.as_ref().map(stored_profile).transpose()
    }

    /// A version of a profile that was superseded.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the version is not kept.
    pub async fn superseded_profile(
        &self,
        hotel: &HotelId,
        version: u64,
        now: Instant,
    ) -> Result<Profile> {
        let item = self.get(key(hotel_key(hotel), profile_key(version)), now).await?;
        match item {
            Some(item) => Ok(stored_profile(&item)?.profile),
            None => Err(StoreError::corrupt(STORED_PROFILE, format!("version {version} is gone"))),
        }
    }

    /// Begins the closing of a hotel's days after `closed_through`, once it has its first event.
    ///
    /// Profile and close state change together and only while the zone is the one that the dates
    /// were reckoned in, so that the zone of a hotel with events cannot change any more.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn open_hotel(
        &self,
        profile: &Profile,
        closed_through: BusinessDate,
        next_due_at: Instant,
    ) -> Result<OpenOutcome> {
        const OPERATION: &str = "TransactWriteItems";
        let settle = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(hotel_key(&profile.hotel_id), PROFILE)))
            .update_expression("SET #opened = :yes")
            .condition_expression("#zone = :zone AND attribute_not_exists(#opened)")
            .expression_attribute_names("#opened", OPENED)
            .expression_attribute_names("#zone", TIME_ZONE)
            .expression_attribute_values(":yes", number(1))
            .expression_attribute_values(":zone", text(profile.calendar.time_zone()))
            .build()
            .map_err(|error| StoreError::request(OPERATION, error))?;
        let begin = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(hotel_key(&profile.hotel_id), CLOSE)))
            .update_expression("SET #closed = :closed, #announced = :closed, #attempt = :none, #due = :due, #nextDue = :nextDue")
            .condition_expression("attribute_not_exists(#closed)")
            .expression_attribute_names("#closed", CLOSED_THROUGH)
            .expression_attribute_names("#announced", ANNOUNCED_THROUGH)
            .expression_attribute_names("#attempt", ATTEMPT)
            .expression_attribute_names("#due", DUE)
            .expression_attribute_names("#nextDue", NEXT_DUE_AT)
            .expression_attribute_values(":closed", text(closed_through.to_string()))
            .expression_attribute_values(":none", number(0))
            .expression_attribute_values(":due", text(DUE_YES))
            .expression_attribute_values(":nextDue", number(next_due_at.as_millis()))
            .build()
            .map_err(|error| StoreError::request(OPERATION, error))?;
        let done = self
            .transact(vec![
                TransactWriteItem::builder().update(settle).build(),
                TransactWriteItem::builder().update(begin).build(),
            ])
            .await?;
        match done {
            Transacted::Done => Ok(OpenOutcome::Opened),
            Transacted::Refused => Ok(OpenOutcome::ProfileChanged),
            Transacted::TooLarge => Err(StoreError::corrupt(STORED_PROFILE, "has no room left")),
        }
    }
}

fn as_put(done: Transacted, put: PutProfile) -> PutProfile {
    match done {
        Transacted::Done => put,
        Transacted::Refused => PutProfile::Conflict,
        Transacted::TooLarge => PutProfile::TooLarge,
    }
}

fn profile_item(profile: &Profile, version: u64, sort_key: &str) -> Item {
    let mut item = key(hotel_key(&profile.hotel_id), sort_key);
    item.insert(BODY.to_owned(), text(profile.to_json()));
    item.insert(VERSION.to_owned(), number(version));
    item.insert(TIME_ZONE.to_owned(), text(profile.calendar.time_zone()));
    item
}

const STORED_PROFILE: &str = "profile";

pub(crate) fn stored_profile(item: &Item) -> Result<StoredProfile> {
    let read = Reader::new(STORED_PROFILE, item);
    let body = read.required(BODY, read.text(BODY)?)?;
    Ok(StoredProfile {
        profile: Profile::parse_stored(body).map_err(|error| read.corrupt(BODY, error))?,
        version: read.required(VERSION, read.number(VERSION)?)?,
        opened: read.has(OPENED),
    })
}
