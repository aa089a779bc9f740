//! One room's reports.

use utoipa::ToSchema;

use super::answered::{responses, tagged};
use super::report::Report;

/// Reports of a room.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomReports {
    /// By date.
    pub reports: Vec<Report>,
}

responses! {
    /// Of a room's reports.
    RoomReportsResponses => tagged::<RoomReports>("The reports", true), [NOT_FOUND, NOT_ACCEPTABLE];
}
