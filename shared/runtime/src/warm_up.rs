//! The first call of the table, made while the function starts.
//!
//! A new connection's TLS handshake is the dearest part of a call. While a function starts, it has
//! a whole processor, later only the share that its memory buys; and nobody waits for it yet. The
//! call asks whether the table is of this program's schema. That costs half a read unit, and takes
//! no permission that the function does not have anyway.

use lambda_runtime::tracing::warn;
use roomwatt_domain::Instant;
use roomwatt_messaging::chain;
use roomwatt_store::{Store, StoreError};

/// Opens the connection of a function that reads hotels.
///
/// # Errors
/// When the table's records are of another schema: nothing may be served then.
pub async fn warm_up(store: &Store) -> Result<(), StoreError> {
    match store.check_schema().await {
        Err(error) if error.is_other_schema() => Err(error),
        answer => {
            note(answer);
            Ok(())
        }
    }
}

/// Opens the connection of the function that reads the due index and nothing else: it writes
/// nothing, and the function that it sends to looks at the schema.
pub async fn warm_up_the_tick(store: &Store) {
    note(store.due_hotels(Instant::from_millis(0)).next_page().await);
}

/// What fails here fails again with the first event, and is retried there.
fn note<T>(answer: Result<T, StoreError>) {
    if let Err(error) = answer {
        warn!(error = chain(&error), "the first call of the table failed");
    }
}
