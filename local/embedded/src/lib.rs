//! Roomwatt in one process, with nothing to install: the same functions, on an embedded
//! DynamoDB-compatible engine and embedded queues.

pub mod aws;
pub mod clock;
pub mod deployment;
pub mod folder;
pub mod kept;
pub mod queues;
pub mod sockets;

pub use deployment::Deployment;
