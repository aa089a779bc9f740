//! The report of a room on a day, and what it consists of.

use utoipa::ToSchema;

use super::values::{Date, Instant};

/// Milliseconds by presence.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OccupancyRow {
    /// Somebody is there.
    pub occupied: u64,
    /// Nobody is there.
    pub vacant: u64,
    /// No sensor has reported yet.
    pub unknown: u64,
}

/// Milliseconds by stay and presence.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Occupancy {
    /// The room is sold and the guest has arrived.
    pub checked_in: OccupancyRow,
    /// The room is not sold.
    pub checked_out: OccupancyRow,
    /// Neither was reported yet.
    pub unknown: OccupancyRow,
}

/// A device's use in one active state.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Usage {
    /// The state.
    pub state: String,
    /// How long.
    pub duration_ms: u64,
    /// The part that was not confirmed in time.
    pub assumed_ms: u64,
    /// What it drew; missing without a rating.
    #[schema(nullable = false)]
    pub energy_wh: Option<f64>,
    /// When, by stay and presence.
    pub during: Occupancy,
}

/// How far a device's figures can be trusted.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Quality {
    /// How often a start may have been lost.
    pub missing_starts: u64,
    /// How often an end may have been lost.
    pub missing_ends: u64,
    /// The time before the missing ends.
    pub unconfirmed_ms: u64,
}

/// A device on a day.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Device {
    /// Its id.
    pub device_id: String,
    /// Its kind.
    pub device_kind: String,
    /// How often it became active.
    pub activations: u64,
    /// By active state.
    pub usage: Vec<Usage>,
    /// How far to trust it.
    pub quality: Quality,
}

/// Sums over devices.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are those of the report, told in docs/api.md")]
pub struct Totals {
    pub usage_ms: u64,
    pub waste_ms: u64,
    pub waste_unsold_ms: u64,
    pub unsold_ms: u64,
    pub assumed_ms: u64,
    pub unrated_ms: u64,
    pub energy_wh: f64,
    pub waste_energy_wh: f64,
    pub waste_unsold_energy_wh: f64,
    pub unsold_energy_wh: f64,
    pub assumed_energy_wh: f64,
    #[schema(nullable = false)]
    pub cost: Option<f64>,
    #[schema(nullable = false)]
    pub waste_cost: Option<f64>,
    #[schema(nullable = false)]
    pub co2e_kg: Option<f64>,
    pub missing_starts: u64,
    pub missing_ends: u64,
    pub unconfirmed_ms: u64,
}

/// A state and since when it holds.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The state.
    pub state: String,
    /// Since when.
    pub since: Instant,
}

/// A device's state.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeviceState {
    /// Its id.
    pub device_id: String,
    /// Its kind.
    pub device_kind: String,
    /// The state.
    pub state: String,
    /// Since when.
    pub since: Instant,
    /// When it was last heard of.
    pub seen: Instant,
}

/// A sensor's state.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SensorState {
    /// Its id.
    pub device_id: String,
    /// The state.
    pub state: String,
    /// Since when.
    pub since: Instant,
}

/// The states of a room's signals: those that are known.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct States {
    /// Whether the room is sold.
    #[schema(nullable = false)]
    pub stay: Option<Held>,
    /// By id and kind.
    pub devices: Vec<DeviceState>,
    /// By id.
    pub presence: Vec<SensorState>,
}

/// The figures by which a revision is explained.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevisedFigures {
    /// Use.
    pub usage_ms: u64,
    /// Waste.
    pub waste_ms: u64,
    /// Energy.
    pub energy_wh: f64,
}

/// What a late event changed.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// The number that the report got.
    pub revision: u32,
    /// When.
    pub at: Instant,
    /// What it said before.
    pub before: RevisedFigures,
    /// What it says since.
    pub after: RevisedFigures,
}

/// The report of a room on a day.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Report {
    /// Which hotel.
    pub hotel_id: String,
    /// Which room.
    pub room_id: String,
    /// Which day.
    pub date: Date,
    /// The hotel's IANA time zone.
    pub time_zone: String,
    /// How long the day was; of an open day, how long it is so far.
    pub day_length_ms: u64,
    /// 1 when the day is closed, the next number with every change; missing while it is open.
    #[schema(nullable = false)]
    pub revision: Option<u32>,
    /// When this revision was made; missing while the day is open.
    #[schema(nullable = false)]
    pub closed_at: Option<Instant>,
    /// The room's time.
    pub occupancy: Occupancy,
    /// Every device with a known state at any time of the day, by id, then kind.
    pub devices: Vec<Device>,
    /// Their sums.
    pub totals: Totals,
    /// The states at the end.
    pub closing: States,
    /// What late events changed: the latest ten.
    #[schema(nullable = false)]
    pub revisions: Option<Vec<Revision>>,
    /// True while the day is open.
    #[schema(nullable = false)]
    pub provisional: Option<bool>,
}
