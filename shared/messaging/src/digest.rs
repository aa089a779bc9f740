//! A closed day told to people: its text, to a topic that they subscribe to.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use roomwatt_domain::{BusinessDate, HotelId};

use crate::SendError;

/// Where a text goes that people read: by mail, mostly.
pub trait Topic: fmt::Debug + Send + Sync {
    /// Publishes a text under a subject, which is ASCII and at most 100 characters long.
    fn publish<'a>(
        &'a self,
        subject: &'a str,
        text: &'a str,
    ) -> BoxFuture<'a, Result<(), Box<dyn Error + Send + Sync>>>;
}

/// The hotels whose days are told to people, and the topic. All who subscribe to a topic read all
/// that is sent to it, so a hotel that is not named stays out of it.
#[derive(Debug, Clone)]
pub struct Digest {
    topic: Arc<dyn Topic>,
    hotels: BTreeSet<HotelId>,
}

impl Digest {
    /// Of these hotels' days, to a topic.
    pub fn new(topic: impl Topic + 'static, hotels: BTreeSet<HotelId>) -> Self {
        Self { topic: Arc::new(topic), hotels }
    }

    /// Sends a day's text if the hotel is among the named ones.
    ///
    /// # Errors
    /// [`SendError`] when the topic did not take it.
    pub async fn send(
        &self,
        hotel: &HotelId,
        date: BusinessDate,
        text: &str,
    ) -> Result<(), SendError> {
        if !self.hotels.contains(hotel) {
            return Ok(());
        }
        let subject = format!("Roomwatt: {hotel}, {date}");
        self.topic.publish(&subject, text).await.map_err(|cause| SendError {
            destination: "the digests' topic",
            sent: 1,
            failed: 1,
            cause: Some(cause),
        })
    }
}
