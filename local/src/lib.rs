//! Roomwatt in one process, with nothing to install: the same functions, on an embedded
//! DynamoDB-compatible engine and embedded queues.

pub mod clock;
pub mod cost;
pub mod demo;
pub mod deployment;
pub mod embedded;
pub mod input;
pub mod queues;
pub mod replay;
pub mod report;
pub mod serve;
pub mod sockets;

pub use deployment::Deployment;
