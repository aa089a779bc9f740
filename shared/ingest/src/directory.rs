//! What is known of hotels, kept for some minutes so that it costs next to nothing per event.
//!
//! Only hotels that have events are kept: all that ingest needs of one is its time zone, and that
//! cannot change any more. An unknown hotel is asked for again in every invocation, so that it is
//! known from the moment its profile is put; and made-up ids can neither fill the memory nor push a
//! hotel out of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use roomwatt_domain::instant::MINUTE;
use roomwatt_domain::{BusinessCalendar, HotelId, Instant, Millis};
use roomwatt_store::{Consistency, HotelZone, KEYS_PER_BATCH, Store, StoreError};

use crate::memory::Memory;

/// How long a hotel is believed to be what it was.
const KEPT_FOR: Millis = 30 * MINUTE;
/// Hotels kept at most.
const LARGEST: usize = 4096;
/// Batches of hotels that are looked up at once.
const BATCHES_AT_ONCE: usize = 8;

/// How many hotels are looked up at once.
pub(crate) const HOTELS_AT_ONCE: usize = KEYS_PER_BATCH * BATCHES_AT_ONCE;

/// The hotels that this function has met.
#[derive(Debug)]
pub(crate) struct Directory {
    store: Store,
    met: Memory<HotelId, Arc<BusinessCalendar>>,
}

/// What a look-up found of a hotel.
#[derive(Debug, Clone)]
pub(crate) enum Found {
    /// It has events: its zone is settled, and its days are being closed.
    Opened(Arc<BusinessCalendar>),
    /// It has a profile and no event yet: its zone may change still.
    New(Arc<BusinessCalendar>),
    /// No hotel has the id.
    Nothing,
}

impl Directory {
    /// An empty directory over a table.
    pub(crate) fn new(store: Store) -> Self {
        Self { store, met: Memory::of_at_most(LARGEST) }
    }

    /// A hotel's calendar, if it was met lately.
    pub(crate) fn met(&self, hotel: &HotelId, now: Instant) -> Option<Arc<BusinessCalendar>> {
        self.met.lately(hotel, now, KEPT_FOR)
    }

    /// Keeps the calendar of a hotel that has events.
    pub(crate) fn remember(&self, hotel: &HotelId, calendar: &Arc<BusinessCalendar>, now: Instant) {
        self.met.learn(hotel, Arc::clone(calendar), 1, now);
    }

    /// Finds hotels, each named once: those that were met lately as they were, the others in the table.
    pub(crate) async fn find(
        &self,
        hotels: impl IntoIterator<Item = &HotelId>,
        now: Instant,
    ) -> BTreeMap<HotelId, Result<Found, Arc<StoreError>>> {
        let (mut found, mut unknown) = (BTreeMap::new(), Vec::new());
        for hotel in hotels {
            match self.met(hotel, now) {
                Some(calendar) => {
                    found.insert(hotel.clone(), Ok(Found::Opened(calendar)));
                }
                None => unknown.push(hotel.clone()),
            }
        }
        found.extend(self.look_up(&unknown, now).await);
        found
    }

    /// Looks hotels up in the table, each named once: a hundred to a request, several requests at
    /// once. A hotel that could not be read has its own fault, and costs no other its answer.
    pub(crate) async fn look_up(
        &self,
        hotels: &[HotelId],
        now: Instant,
    ) -> BTreeMap<HotelId, Result<Found, Arc<StoreError>>> {
        let batches = hotels.chunks(KEYS_PER_BATCH);
        let mut batches = stream::iter(batches)
            .map(|hotels| self.look_up_batch(hotels, now))
            .buffer_unordered(BATCHES_AT_ONCE);
        let mut found = BTreeMap::new();
        while let Some(batch) = batches.next().await {
            found.extend(batch);
        }
        found
    }

    async fn look_up_batch(
        &self,
        hotels: &[HotelId],
        now: Instant,
    ) -> BTreeMap<HotelId, Result<Found, Arc<StoreError>>> {
        let mut found = self.read(hotels, Consistency::Lately, now).await;
        // Before an event is refused, or a hotel is opened, the newest word counts.
        let unsure =
            |hotel: &&HotelId| !matches!(found.get(hotel), Some(Err(_) | Ok(Found::Opened(_))));
        let unsure: Vec<_> = hotels.iter().filter(unsure).cloned().collect();
        if !unsure.is_empty() {
            found.extend(self.read(&unsure, Consistency::Newest, now).await);
        }
        found
    }

    async fn read(
        &self,
        hotels: &[HotelId],
        consistency: Consistency,
        now: Instant,
    ) -> BTreeMap<HotelId, Result<Found, Arc<StoreError>>> {
        let mut zones = match self.store.zones_of(hotels, consistency, now).await {
            Ok(zones) => zones,
            Err(fault) => {
                let fault = Arc::new(fault);
                return hotels
                    .iter()
                    .map(|hotel| (hotel.clone(), Err(Arc::clone(&fault))))
                    .collect();
            }
        };
        let found = hotels.iter().map(|hotel| {
            let found = match zones.remove(hotel) {
                None => Ok(Found::Nothing),
                Some(Ok(HotelZone { calendar, opened: true })) => {
                    let calendar = Arc::new(calendar);
                    self.remember(hotel, &calendar, now);
                    Ok(Found::Opened(calendar))
                }
                Some(Ok(new)) => Ok(Found::New(Arc::new(new.calendar))),
                Some(Err(fault)) => Err(Arc::new(fault)),
            };
            (hotel.clone(), found)
        });
        found.collect()
    }
}
