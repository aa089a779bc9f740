//! Notes when hotels were last heard, for the tick that looks for silent ones; and when events of them
//! were last refused, for the people who wait for the first ones.
//!
//! Each at most once an hour for each hotel, so that it costs next to nothing an event. A note that fails
//! holds up no event: the next batch tries again.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};
use roomwatt_domain::HotelId;
use roomwatt_domain::instant::HOUR;
use roomwatt_messaging::chain;
use roomwatt_store::Store;
use tracing::warn;

use crate::clock::BatchClock;
use crate::edge::Reason;
use crate::memory::Memory;

/// Hotels that are remembered at most.
const LARGEST: usize = 4096;
/// Notes in flight at once.
const NOTES_IN_FLIGHT: usize = 16;

/// How many events of a hotel were refused, by reason.
pub(crate) type ByReason = BTreeMap<Reason, u64>;

/// The hotels that this function has noted in the last hour, and whether as heard or as refused.
#[derive(Debug)]
pub(crate) struct Heard {
    store: Store,
    noted: Memory<(HotelId, bool), ()>,
}

impl Heard {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, noted: Memory::of_at_most(LARGEST) }
    }

    /// What notes are metered by.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Notes hotels of which events were applied, and hotels of which some were refused.
    pub(crate) async fn note(
        &self,
        heard: &BTreeSet<HotelId>,
        refused: &BTreeMap<HotelId, ByReason>,
        clock: BatchClock<'_>,
    ) {
        let now = clock.now();
        let heard = heard.iter().map(|hotel| (hotel, None));
        let refused = refused.iter().map(|(hotel, reasons)| (hotel, Some(reasons)));
        let key = |hotel: &HotelId, reasons: Option<&ByReason>| (hotel.clone(), reasons.is_some());
        let is_noted = |(hotel, reasons): &(&HotelId, Option<&ByReason>)| {
            self.noted.lately(&key(hotel, *reasons), now, HOUR).is_some()
        };
        let unnoted: Vec<_> = heard.chain(refused).filter(|note| !is_noted(note)).collect();
        let mut notes = stream::iter(unnoted)
            .map(|(hotel, reasons)| async move {
                if clock.is_ending() {
                    return (hotel, reasons, None);
                }
                let noted = match reasons {
                    None => self.store.note_heard(hotel, now).await,
                    Some(reasons) => {
                        let reasons =
                            reasons.iter().map(|(reason, count)| (reason.to_string(), *count));
                        self.store.note_refused(hotel, now, reasons).await
                    }
                };
                (hotel, reasons, Some(noted))
            })
            .buffer_unordered(NOTES_IN_FLIGHT);
        while let Some((hotel, reasons, noted)) = notes.next().await {
            match noted {
                Some(Ok(())) => self.noted.learn(&key(hotel, reasons), (), 1, now),
                Some(Err(fault)) => {
                    warn!(%hotel, error = chain(&fault), "what came of it is not noted");
                }
                None => {}
            }
        }
    }
}
