//! The commands of a local Roomwatt: what people run on their own machine, over the functions in one
//! process.

pub mod demo;
pub mod input;
pub mod map;
pub mod messages;
pub mod replay;
pub mod report;
pub mod serve;
