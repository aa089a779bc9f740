//! Notes when hotels were last heard, for the tick that looks for silent ones.
//!
//! At most once an hour for each hotel, so that it costs next to nothing an event. A note that fails holds
//! up no event: the next batch tries again.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use roomwatt_domain::HotelId;
use roomwatt_domain::instant::HOUR;
use roomwatt_messaging::chain;
use roomwatt_store::Store;
use tracing::warn;

use crate::clock::BatchClock;
use crate::memory::Memory;

/// Hotels that are remembered at most.
const LARGEST: usize = 4096;
/// Notes in flight at once.
const NOTES_IN_FLIGHT: usize = 16;

/// The hotels that this function has noted in the last hour.
#[derive(Debug)]
pub(crate) struct Heard {
    store: Store,
    noted: Memory<HotelId, ()>,
}

impl Heard {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, noted: Memory::of_at_most(LARGEST) }
    }

    /// What notes are metered by.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Notes hotels of which events were applied.
    pub(crate) async fn note(&self, hotels: &BTreeSet<HotelId>, clock: BatchClock<'_>) {
        let now = clock.now();
        let is_noted = |hotel: &HotelId| self.noted.lately(hotel, now, HOUR).is_some();
        let unnoted: Vec<_> = hotels.iter().filter(|hotel| !is_noted(hotel)).collect();
        let mut notes = stream::iter(unnoted)
            .map(|hotel| async move {
                if clock.is_ending() {
                    return (hotel, None);
                }
                (hotel, Some(self.store.note_heard(hotel, now).await))
            })
            .buffer_unordered(NOTES_IN_FLIGHT);
        while let Some((hotel, noted)) = notes.next().await {
            match noted {
                Some(Ok(())) => self.noted.learn(hotel, (), 1, now),
                Some(Err(fault)) => warn!(%hotel, error = chain(&fault), "not noted as heard"),
                None => {}
            }
        }
    }
}
