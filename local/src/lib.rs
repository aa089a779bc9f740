//! The commands of a local Roomwatt: what people run on their own machine, over the functions in one
//! process.

mod arrivals;
mod bookmark;
pub mod demo;
pub mod figures;
pub mod input;
pub mod map;
pub mod messages;
pub mod output;
pub mod replay;
pub mod report;
pub mod serve;
mod table;
pub mod tokens;

pub use arrivals::Mixing;
