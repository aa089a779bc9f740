//! Reads what publishers send.
//!
//! Publishers emit facts in their own shape and know nothing of Roomwatt. A [`Source`] says how one
//! publisher's messages are read: a closed JSON document, data and not code, that names no room. A
//! hotel's [`Register`] says which room, device and kind a publisher's id is. Out of the two and a
//! [`Message`] come events of Roomwatt's own shape, one [`Outcome`] for each rule's turn, and they
//! come to the same however messages are batched: what a message says depends on it alone.
//!
//! No clock, no network and no store: the caller finds the source, the hotel and its register.
//!
//! | what | where |
//! | --- | --- |
//! | the form of a source | `form` |
//! | paths, and their filters | `path`, `filter` |
//! | VALUE, STATE, NUMBER, SHAPE, COND, `keep` | `value`, `state`, `reading`, `moment`, `condition`, `keep` |
//! | the register | [`register`] |
//! | the sources that are built in | [`built_in`] |

pub mod built_in;
mod condition;
mod decimal;
mod event;
mod fault;
mod filter;
mod form;
mod hotel;
mod json;
mod keep;
mod message;
mod moment;
mod outcome;
mod path;
mod reading;
pub mod register;
mod rule;
mod schema;
mod source;
mod state;
mod table;
mod value;

pub use event::{Event, Fact, Subject};
pub use fault::{Fault, InvalidSource};
pub use form::Reports;
pub use hotel::Hotel;
pub use message::{LONGEST_MESSAGE, Message};
pub use outcome::{Ignored, Outcome, Reason, Refusal, Turn};
pub use register::{InvalidRegister, Register};
pub use schema::schema;
pub use source::{LONGEST_SOURCE, MOST_EVENTS, MOST_RULES, Source};
