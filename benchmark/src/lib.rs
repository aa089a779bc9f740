//! What Roomwatt costs and how fast it is: beside the usual designs, as it grows, and in its parts.
//!
//! Everything runs on the embedded engine, which answers with the units that DynamoDB would charge;
//! units are exact, and those of one worker the same in every run. Times are the machine's, and mean something only
//! beside each other.
//!
//! | module | answers |
//! | --- | --- |
//! | [`designs`] | what does a write without a look save over a lock, and over a version? |
//! | [`growth`] | what does one more cost when there are already many? |
//! | [`engine_room`] | how long does the work between two calls of the table take? |
//! | [`document`] | all of it, as it is written to `docs/performance.md` |
//! | [`traffic`], [`network`] | the made-up day, and the way to the table |

pub mod designs;
pub mod document;
pub mod engine_room;
pub mod growth;
pub mod network;
pub mod traffic;
