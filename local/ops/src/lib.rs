//! An operator's commands for a deployed Roomwatt.
//!
//! | module | what it does |
//! | --- | --- |
//! | [`stack`] | finds what there is by the stack's name |
//! | [`doctor`] | looks whether all is as it should be, and changes nothing |
//! | [`resend`] | sends refused events again |
//! | [`erase`] | removes what is stored of a hotel or a room |
//! | [`restore`] | goes back to an earlier table |
//!
//! Each can be broken off anywhere and called again: it goes on from what it finds. With a dry run
//! each says what it would do.

pub mod doctor;
pub mod erase;
mod progress;
pub mod resend;
pub mod restore;
pub mod stack;
