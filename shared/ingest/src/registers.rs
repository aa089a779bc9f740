//! What is known of hotels' registers, kept so that it costs next to nothing per event.
//!
//! A register is kept for as long as its version is the newest, which is looked at every few minutes,
//! and before anything is refused as unregistered: so a message that is sent again after its register
//! was mended is read by the new one.

use std::sync::Arc;

use roomwatt_domain::{HotelId, Instant};
use roomwatt_source::{InvalidRegister, Register};
use roomwatt_store::{Consistency, Store, StoreError};

use crate::memory::Memory;
use crate::sources::KEPT_FOR;

/// Rows kept at most, of all registers together: some 30 MB.
const MOST_ROWS: usize = 100_000;

/// The registers that this function has met.
#[derive(Debug)]
pub(crate) struct Registers {
    store: Store,
    met: Memory<HotelId, Met>,
}

/// A register and its version, learnt when that was last known to be the newest.
#[derive(Debug, Clone)]
struct Met {
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
        Self { store, met: Memory::of_at_most(MOST_ROWS) }
    }

    /// A hotel's register as it was known in the last minutes; an empty one where there is none.
    pub(crate) async fn lately(
        &self,
        hotel: &HotelId,
        now: Instant,
    ) -> Result<Arc<Register>, RegisterFault> {
        match self.met.lately(hotel, now, KEPT_FOR) {
            Some(met) => Ok(met.register),
            None => self.look_up(hotel, Consistency::Lately, now).await,
        }
    }

    /// A hotel's register as it is now.
    pub(crate) async fn newest(
        &self,
        hotel: &HotelId,
        now: Instant,
    ) -> Result<Arc<Register>, RegisterFault> {
        self.look_up(hotel, Consistency::Newest, now).await
    }

    async fn look_up(
        &self,
        hotel: &HotelId,
        consistency: Consistency,
        now: Instant,
    ) -> Result<Arc<Register>, RegisterFault> {
        let version = self.store.register_version(hotel, consistency).await?;
        let met = match self.met.ever(hotel) {
            Some(met) if met.version == version => met,
            _ => match self.store.register(hotel).await? {
                Some(stored) => {
                    let register = Arc::new(Register::from_csv(&stored.text)?);
                    Met { version: Some(stored.version), register }
                }
                None => Met { version: None, register: Arc::default() },
            },
        };
        let register = Arc::clone(&met.register);
        // An empty register takes some room as well.
        self.met.learn(hotel, met, register.rows().len() + 1, now);
        Ok(register)
    }
}
