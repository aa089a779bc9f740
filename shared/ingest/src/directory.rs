//! What is known of hotels, kept for some minutes so that it costs next to nothing per event.
//!
//! Only hotels that have events are kept: all that ingest needs of one is its time zone, and that
//! cannot change any more. An unknown hotel is asked for again in every invocation, so that it is
//! known from the moment its profile is put; and made-up ids can neither fill the memory nor push a
//! hotel out of it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::{StreamExt, stream};
use roomwatt_domain::instant::MINUTE;
use roomwatt_domain::{BusinessCalendar, HotelId, Instant, Millis};
use roomwatt_store::{Consistency, HotelZone, KEYS_PER_BATCH, Store, StoreError};

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
    met: Mutex<HashMap<HotelId, Met>>,
}

#[derive(Debug)]
struct Met {
    at: Instant,
    calendar: Arc<BusinessCalendar>,
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
        Self { store, met: Mutex::default() }
    }

    /// A hotel's calendar, if it was met lately.
    pub(crate) fn met(&self, hotel: &HotelId, now: Instant) -> Option<Arc<BusinessCalendar>> {
        let met = self.lock();
        let met = met.get(hotel)?;
        // In both directions: the time of one batch may be before that of the last one.
        let kept = (met.at - KEPT_FOR..met.at + KEPT_FOR).contains(&now);
        kept.then(|| Arc::clone(&met.calendar))
    }

    /// Keeps the calendar of a hotel that has events.
    pub(crate) fn remember(&self, hotel: &HotelId, calendar: &Arc<BusinessCalendar>, now: Instant) {
        let mut met = self.lock();
        if met.len() >= LARGEST {
            met.clear();
        }
        met.insert(hotel.clone(), Met { at: now, calendar: Arc::clone(calendar) });
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

    fn lock(&self) -> MutexGuard<'_, HashMap<HotelId, Met>> {
        // A panic elsewhere leaves the map whole: each change of it is one call.
        self.met.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
