//! Roomwatt's records in DynamoDB.
//!
//! One table; the modules, one per record, say what is in it and which writes are allowed.
//! Nothing here decides anything: a write whose condition is refused has a named outcome, and the
//! `ingest` and `settlement` crates say what follows from it. Every call adds to the store's
//! [`Meter`] what DynamoDB says it will bill.

mod backoff;
mod batches;
mod closes;
mod encoding;
mod error;
mod evidence;
mod heard;
mod hotel_days;
mod hotels;
mod item;
mod links;
mod listing;
mod meter;
mod months;
mod owner;
mod pages;
mod readings;
mod registers;
mod reports;
mod schema;
mod schema_number;
mod sessions;
mod sources;
mod summaries;
mod sums;
mod table;
mod tips;
mod touches;
mod write;
mod zones;

pub use batches::{Consistency, KEYS_PER_BATCH};
pub use closes::{ClaimOutcome, CloseState, DueHotel, DueHotels, FencedOutcome};
pub use error::{Result, StoreError};
pub use heard::{Arrivals, HeardHotel};
pub use hotel_days::{CorrectOutcome, HotelDay};
pub use hotels::{OpenOutcome, PutProfile, StoredProfile};
pub use links::{DeleteLink, Link};
pub use listing::ListedHotel;
pub use meter::{Consumed, Meter, item_size};
pub use months::MonthOutcome;
pub use owner::{Owner, records_that_make_known};
pub use pages::Pages;
pub use readings::Hotel;
pub use registers::{LARGEST_REGISTER, PutRegister, StoredRegister};
pub use reports::{PutOutcome, ReviseOutcome, StoredReport};
pub use schema::{DUE_INDEX, SEEN, TTL_ATTRIBUTE};
pub use sessions::{Session, SessionKey, TokenHash};
pub use sources::{ChangedSource, StoredSource};
pub use summaries::{AddOutcome, SETS_PER_WRITE, Seal, SealOutcome, Summary};
pub use table::{Retention, Store};
pub use touches::Touch;
pub use zones::HotelZone;
