//! What every signal of a room did on a day.

use utoipa::ToSchema;

use super::answered::{responses, tagged};
use super::values::{Date, Instant};

/// A state and how long it held, cut to the day.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// The state.
    pub state: String,
    /// The first instant.
    pub from: Instant,
    /// The first instant after.
    pub to: Instant,
}

/// What was reported.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// When.
    pub at: Instant,
    /// Which state from then on.
    pub state: String,
}

/// One signal on a day.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Signal {
    /// What sort it is: `device`, `presence` or `stay`.
    #[schema(pattern = "^(device|presence|stay)$")]
    pub signal: String,
    /// Its id; missing for the stay.
    #[schema(nullable = false)]
    pub device_id: Option<String>,
    /// Its kind; missing for the stay.
    #[schema(nullable = false)]
    pub device_kind: Option<String>,
    /// Its states in order.
    pub intervals: Vec<Interval>,
    /// What they come from.
    pub transitions: Vec<Transition>,
}

/// Every signal of a room on a day.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct History {
    /// Which hotel.
    pub hotel_id: String,
    /// Which room.
    pub room_id: String,
    /// Which day.
    pub date: Date,
    /// Devices, sensors, then the stay.
    pub signals: Vec<Signal>,
}

responses! {
    /// Of a day's signals.
    HistoryResponses => tagged::<History>("The signals", false), [NOT_FOUND, NOT_ACCEPTABLE];
}
