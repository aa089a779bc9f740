//! When each hotel was last heard: at most once an hour and process, in a partition of its own, so that
//! hotels gone silent are found by one query.
//!
//! It is the time at which events came, not the one that they tell of. A note never goes back, however
//! late its request is carried out. Beside it stands when events of the hotel were last refused, and why,
//! for those who wait for the first ones.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use roomwatt_domain::{HotelId, Instant};

use crate::batches::Consistency;
use crate::error::Result;
use crate::item::{Item, Reader, key, number};
use crate::pages::Pages;
use crate::schema::{HEARD, HEARD_AT, HOTEL_PREFIX, REASONS, SK, hotel_key, refused_key};
use crate::table::Store;

/// A hotel that has not been heard for some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeardHotel {
    /// Which hotel.
    pub hotel: HotelId,
    /// When events of it last came, to about an hour.
    pub heard_at: Instant,
}

/// What is noted of the events that came for a hotel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// When some were last applied, to about an hour.
    pub applied_at: Option<Instant>,
    /// When some were last refused, to about an hour, and how many for each reason.
    pub refused: Option<(Instant, BTreeMap<String, u64>)>,
}

impl Store {
    /// Notes that events of a hotel were refused: how many, by reason.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn note_refused(
        &self,
        hotel: &HotelId,
        at: Instant,
        reasons: impl IntoIterator<Item = (String, u64)>,
    ) -> Result<()> {
        let reasons = reasons.into_iter().map(|(reason, count)| (reason, number(count)));
        let reasons: HashMap<_, _> = reasons.collect();
        let note = self
            .later_note(refused_key(hotel), at)
            .update_expression("SET #at = :at, #reasons = :reasons")
            .expression_attribute_names("#reasons", REASONS)
            .expression_attribute_values(":reasons", AttributeValue::M(reasons));
        // Refused: a later note stands there already.
        self.update_once(note).await.map(drop)
    }

    /// What is noted of the events that came for a hotel, perhaps without the last moments.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a record cannot be read.
    pub async fn arrivals(&self, hotel: &HotelId, now: Instant) -> Result<Arrivals> {
        let keys = [hotel_key(hotel), refused_key(hotel)].map(|sort_key| key(HEARD, sort_key));
        let mut arrivals = Arrivals::default();
        for item in self.get_all(keys.to_vec(), Consistency::Lately, now).await? {
            let read = Reader::new("heard hotel", &item);
            let at = read.required(HEARD_AT, read.number(HEARD_AT)?)?;
            let at = Instant::from_millis(at);
            if read.text(SK)? == Some(hotel_key(hotel).as_str()) {
                arrivals.applied_at = Some(at);
            } else {
                arrivals.refused = Some((at, read.counts(REASONS)?));
            }
        }
        Ok(arrivals)
    }

    /// Notes that events of a hotel came.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn note_heard(&self, hotel: &HotelId, at: Instant) -> Result<()> {
        let note = self.later_note(hotel_key(hotel), at).update_expression("SET #at = :at");
        // Refused: a later note stands there already.
        self.update_once(note).await.map(drop)
    }

    /// The update of a note that goes forward only.
    fn later_note(&self, sort_key: String, at: Instant) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(HEARD, sort_key)))
            .condition_expression("attribute_not_exists(#at) OR #at < :at")
            .expression_attribute_names("#at", HEARD_AT)
            .expression_attribute_values(":at", number(at.as_millis()))
    }

    /// The hotels that were last heard before an instant, perhaps without a note of the last moments,
    /// page by page.
    pub fn heard_before(&self, before: Instant) -> Pages<HeardHotel> {
        let heard = move |item: &Item| {
            let heard = heard_hotel(item)?;
            Ok((heard.heard_at < before).then_some(heard))
        };
        self.pages(HEARD.to_owned(), HOTEL_PREFIX, None, Box::new(heard)).lately()
    }
}

fn heard_hotel(item: &Item) -> Result<HeardHotel> {
    let read = Reader::new("heard hotel", item);
    let at: i64 = read.required(HEARD_AT, read.number(HEARD_AT)?)?;
    let hotel = read.sort_key_as(HOTEL_PREFIX, HotelId::kept)?;
    Ok(HeardHotel { hotel, heard_at: Instant::from_millis(at) })
}
