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
    /// What sort it is: `device`, `meter`, `presence` or `stay`.
    #[schema(pattern = "^(device|meter|presence|stay)$")]
    pub signal: String,
    /// Its id; missing for the stay.
    #[schema(nullable = false)]
    pub device_id: Option<String>,
    /// Its kind; missing for the stay.
    #[schema(nullable = false)]
    pub device_kind: Option<String>,
    /// Its states in order; missing for a meter.
    #[schema(nullable = false)]
    pub intervals: Option<Vec<Interval>>,
    /// What they come from; missing for a meter.
    #[schema(nullable = false)]
    pub transitions: Option<Vec<Transition>>,
    /// What was read of it; missing where nothing was.
    #[schema(nullable = false)]
    pub readings: Option<Vec<Reading>>,
    /// What became of each step of its counter.
    #[schema(nullable = false)]
    pub increments: Option<Vec<Increment>>,
}

/// What was read of a device or a meter at an instant.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reading {
    /// When.
    pub at: Instant,
    /// What its counter stood at.
    #[schema(nullable = false)]
    pub counter_wh: Option<String>,
    /// What it drew.
    #[schema(nullable = false)]
    pub power_w: Option<String>,
}

/// What a counter went on by between two readings.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Increment {
    /// The reading before.
    pub from: Instant,
    /// The reading.
    pub to: Instant,
    /// What counts as measured.
    pub wh: f64,
    /// How it was judged.
    #[schema(pattern = "^(increment|reset|roll-back|jump|gap)$")]
    pub kind: String,
    /// What was booked ahead of it.
    pub debt_wh: f64,
    /// What was booked by it.
    pub booked_wh: f64,
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
