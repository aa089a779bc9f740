//! What the tests of the running system compare it with.

pub mod oracle;
pub mod template;
