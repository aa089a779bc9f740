//! What is known of hotels, kept for some minutes so that it costs next to nothing per event.

use std::collections::HashMap;
use std::sync::Arc;

use roomwatt_domain::instant::MINUTE;
use roomwatt_domain::{HotelId, Instant, Millis, Profile};
use roomwatt_store::{Store, StoreError};
use tokio::sync::Mutex;

/// A hotel as it was read.
#[derive(Debug)]
pub struct KnownHotel {
    /// Its profile.
    pub profile: Profile,
    /// Whether its zone is settled and its days are being closed.
    pub opened: bool,
}

/// Of an opened hotel, ingest needs the zone alone, and that cannot change any more.
const OPENED_FOR: Millis = 30 * MINUTE;
/// A new hotel should not have to wait long for its first event.
const UNKNOWN_FOR: Millis = MINUTE;
/// Hotels kept at most, so that made-up ids cannot fill the memory.
const LARGEST: usize = 4096;

/// The hotels that this function has met.
#[derive(Debug)]
pub struct Directory {
    store: Store,
    known: Mutex<HashMap<HotelId, Reading>>,
}

#[derive(Debug)]
struct Reading {
    at: Instant,
    /// `None`: no hotel has the id.
    hotel: Option<Arc<KnownHotel>>,
}

impl Directory {
    /// An empty directory over a table.
    pub fn new(store: Store) -> Self {
        Self { store, known: Mutex::default() }
    }

    /// A hotel, or `None` where there is none of the id.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn find(
        &self,
        hotel: &HotelId,
        now: Instant,
    ) -> Result<Option<Arc<KnownHotel>>, StoreError> {
        if let Some(reading) = self.known.lock().await.get(hotel) {
            let fresh_for = if reading.hotel.is_some() { OPENED_FOR } else { UNKNOWN_FOR };
            if (reading.at..reading.at + fresh_for).contains(&now) {
                return Ok(reading.hotel.clone());
            }
        }
        // Before anybody is refused, or a day is opened, the newest word counts.
        let found = match self.store.profile_lately(hotel, now).await? {
            Some(stored) if stored.opened => Some(stored),
            _ => self.store.profile(hotel, now).await?,
        };
        let found = found
            .map(|stored| Arc::new(KnownHotel { profile: stored.profile, opened: stored.opened }));
        let mut known = self.known.lock().await;
        if known.len() >= LARGEST {
            known.clear();
        }
        known.insert(hotel.clone(), Reading { at: now, hotel: found.clone() });
        Ok(found)
    }

    /// Forgets a hotel, whose profile turned out to be another.
    pub async fn forget(&self, hotel: &HotelId) {
        self.known.lock().await.remove(hotel);
    }
}
