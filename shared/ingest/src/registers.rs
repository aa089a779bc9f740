//! What is known of hotels' registers, kept so that it costs next to nothing per event.
//!
//! A register is kept for as long as its version is the newest, which is looked at every few minutes,
//! and before anything is refused as unregistered: so a message that is sent again after its register
//! was mended is read by the new one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use roomwatt_domain::{HotelId, Instant};
use roomwatt_source::{InvalidRegister, Register};
use roomwatt_store::{Consistency, Store, StoreError};

use crate::sources::KEPT_FOR;

/// Rows kept at most, of all registers together: some 30 MB.
const MOST_ROWS: usize = 100_000;

/// The registers that this function has met.
#[derive(Debug)]
pub(crate) struct Registers {
    store: Store,
    met: Mutex<HashMap<HotelId, Met>>,
}

/// A register, and when it was last known to be the newest.
#[derive(Debug, Clone)]
struct Met {
    at: Instant,
    version: Option<u64>,
    register: Arc<Register>,
}

/// A register is stored that cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegisterFault {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the stored register cannot be read")]
    OutOfForm(#[from] InvalidRegister),
}

impl Registers {
    /// An empty collection over a table.
    pub(crate) fn new(store: Store) -> Self {
        Self { store, met: Mutex::default() }
    }

    /// A hotel's register as it was known in the last minutes; an empty one where there is none.
    pub(crate) async fn lately(
        &self,
        hotel: &HotelId,
        now: Instant,
    ) -> Result<Arc<Register>, RegisterFault> {
        match self.met(hotel) {
            // In both directions: the time of one batch may be before that of the last one.
            Some(met) if (met.at - KEPT_FOR..met.at + KEPT_FOR).contains(&now) => Ok(met.register),
            met => self.look_up(hotel, met, Consistency::Lately, now).await,
        }
    }

    /// A hotel's register as it is now.
    pub(crate) async fn newest(
        &self,
        hotel: &HotelId,
        now: Instant,
    ) -> Result<Arc<Register>, RegisterFault> {
        self.look_up(hotel, self.met(hotel), Consistency::Newest, now).await
    }

    async fn look_up(
        &self,
        hotel: &HotelId,
        met: Option<Met>,
        consistency: Consistency,
        now: Instant,
    ) -> Result<Arc<Register>, RegisterFault> {
        let version = self.store.register_version(hotel, consistency).await?;
        let met = match met {
            Some(met) if met.version == version => Met { at: now, ..met },
            _ => match self.store.register(hotel).await? {
                Some(stored) => {
                    let register = Arc::new(Register::from_csv(&stored.text)?);
                    Met { at: now, version: Some(stored.version), register }
                }
                None => Met { at: now, version: None, register: Arc::default() },
            },
        };
        let register = Arc::clone(&met.register);
        self.remember(hotel, met);
        Ok(register)
    }

    fn met(&self, hotel: &HotelId) -> Option<Met> {
        self.lock().get(hotel).cloned()
    }

    fn remember(&self, hotel: &HotelId, met: Met) {
        let mut all = self.lock();
        // An empty register takes some room as well.
        let size = |met: &Met| met.register.rows().len() + 1;
        if all.values().map(size).sum::<usize>() + size(&met) > MOST_ROWS {
            all.clear();
        }
        all.insert(hotel.clone(), met);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<HotelId, Met>> {
        // A panic elsewhere leaves the map whole: each change of it is one call.
        self.met.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
