//! The day-close function's batch: what there is to settle, hotel by hotel.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use futures_util::{StreamExt, stream};
use roomwatt_domain::{BusinessDate, HotelId, Millis, RoomId};
use roomwatt_messaging::batch::{contained, respond};
use roomwatt_messaging::{BatchFailed, Bus, DayCloseMessage, Digest, Invocation, Queue, chain};
use roomwatt_store::{Consumed, Store};
use tracing::{error, info, warn};

use crate::close::{Close, LEASE};
use crate::error::SettlementError;
use crate::reckoning::Reckoning;
use crate::revise::Revise;

/// Hotels settled at once.
const HOTELS_IN_FLIGHT: usize = 4;

/// Settles what the day-close queue asks for.
#[derive(Debug)]
pub struct Settlement {
    close: Close,
    revise: Revise,
}

/// What a batch asks for of one hotel, each thing once, with the messages that ask.
#[derive(Debug, Default)]
struct Work {
    close: BTreeSet<usize>,
    revise: BTreeMap<RoomId, LateRoom>,
}

#[derive(Debug, Default)]
struct LateRoom {
    dates: BTreeSet<BusinessDate>,
    messages: BTreeSet<usize>,
}

impl Settlement {
    /// Settles over a table; closing, telling of closed days, and revising are metered apart.
    pub fn new(store: &Store, bus: Bus, day_close: Queue) -> Self {
        Self {
            close: Close {
                store: store.metered_apart(),
                telling: store.metered_apart(),
                bus: bus.clone(),
                digest: None,
                queue: day_close.clone(),
                lease: LEASE,
            },
            revise: Revise { store: store.metered_apart(), bus, queue: day_close },
        }
    }

    /// The same with claims that hold for another time.
    #[must_use]
    pub fn with_lease(mut self, lease: Millis) -> Self {
        self.close.lease = lease;
        self
    }

    /// The same, telling people of closed days too.
    #[must_use]
    pub fn with_digest(mut self, digest: Option<Digest>) -> Self {
        self.close.digest = digest;
        self
    }

    /// What closing consumed.
    pub fn consumed_by_close(&self) -> Consumed {
        self.close.store.meter().consumed()
    }

    /// What was consumed to tell of closed days.
    pub fn consumed_by_telling(&self) -> Consumed {
        self.close.telling.meter().consumed()
    }

    /// What revising consumed.
    pub fn consumed_by_revise(&self) -> Consumed {
        self.revise.store.meter().consumed()
    }

    fn consumed(&self) -> Consumed {
        let mut consumed = self.consumed_by_close();
        consumed += self.consumed_by_telling();
        consumed += self.consumed_by_revise();
        consumed
    }

    /// Takes a batch. Messages of one hotel are settled together, and one hotel's failure holds
    /// nothing else up.
    ///
    /// # Errors
    /// [`BatchFailed`] when the whole batch has to come again.
    pub async fn take(
        &self,
        batch: &SqsEvent,
        invocation: &Invocation,
    ) -> Result<SqsBatchResponse, BatchFailed> {
        let mut failed = BTreeSet::new();
        let before = self.consumed();
        let hotels = stream::iter(by_hotel(batch, &mut failed))
            .map(|(hotel, work)| self.settle(hotel, work, invocation))
            .buffer_unordered(HOTELS_IN_FLIGHT)
            .collect::<Vec<_>>();
        failed.extend(hotels.await.into_iter().flatten());
        let used = self.consumed() - before;
        info!(
            messages = batch.records.len(),
            failed = failed.len(),
            write_units = used.write_units,
            read_units = used.read_units,
            "batch settled"
        );
        respond(&batch.records, &failed)
    }

    /// Settles one hotel; returns the messages that must come again.
    async fn settle(&self, hotel: HotelId, work: Work, invocation: &Invocation) -> BTreeSet<usize> {
        let mut reckoning = match self.reckoning(&hotel, invocation).await {
            Ok(Some(reckoning)) => reckoning,
            Ok(None) => {
                warn!(%hotel, "nothing is settled: there is no such hotel");
                return BTreeSet::new();
            }
            Err(fault) => {
                error!(%hotel, error = chain(&fault), "hotel not read; its messages come again");
                return work.messages();
            }
        };
        let mut failed = BTreeSet::new();
        for (room, late) in work.revise {
            let revise = self.revise.run(&mut reckoning, &room, &late.dates, invocation);
            if let Err(fault) = guarded(invocation, Box::pin(revise)).await {
                error!(%hotel, %room, error = chain(&fault), "room not revised; its message comes again");
                failed.extend(late.messages);
            }
        }
        if work.close.is_empty() {
            return failed;
        }
        let close = self.close.run(&mut reckoning, invocation);
        match guarded(invocation, Box::pin(close)).await {
            Ok(outcome) => info!(%hotel, ?outcome, "close ended"),
            Err(fault) => {
                error!(%hotel, error = chain(&fault), "hotel not closed; its message comes again");
                failed.extend(work.close);
            }
        }
        failed
    }

    /// The hotel's profile is read once, whatever there is to settle of it.
    async fn reckoning(
        &self,
        hotel: &HotelId,
        invocation: &Invocation,
    ) -> Result<Option<Reckoning>, SettlementError> {
        let reckoning =
            async { Ok(Reckoning::of(&self.close.store, hotel, invocation.now()).await?) };
        guarded(invocation, Box::pin(reckoning)).await
    }
}

impl Work {
    fn messages(&self) -> BTreeSet<usize> {
        let late = self.revise.values().flat_map(|late| &late.messages);
        self.close.iter().chain(late).copied().collect()
    }
}

/// Begins nothing when the invocation ends, and keeps a panic to the one piece of work.
async fn guarded<T>(
    invocation: &Invocation,
    work: Pin<Box<impl Future<Output = Result<T, SettlementError>>>>,
) -> Result<T, SettlementError> {
    if invocation.is_ending() {
        return Err(SettlementError::OutOfTime);
    }
    contained(work).await?
}

fn by_hotel(batch: &SqsEvent, failed: &mut BTreeSet<usize>) -> BTreeMap<HotelId, Work> {
    let mut hotels: BTreeMap<HotelId, Work> = BTreeMap::new();
    for (message, record) in batch.records.iter().enumerate() {
        match DayCloseMessage::parse(record.body.as_deref().unwrap_or_default()) {
            Ok(DayCloseMessage::Close { hotel }) => {
                hotels.entry(hotel).or_default().close.insert(message);
            }
            Ok(DayCloseMessage::Revise { hotel, room, dates }) => {
                let late = hotels.entry(hotel).or_default().revise.entry(room).or_default();
                late.dates.extend(dates);
                late.messages.insert(message);
            }
            Err(fault) => {
                error!(
                    error = chain(&fault),
                    "message not understood; it ends in the dead-letter queue"
                );
                failed.insert(message);
            }
        }
    }
    hotels
}
