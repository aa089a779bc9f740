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
    /// The part that went by counter or power; missing where the device has no reading.
    #[schema(nullable = false)]
    pub measured_ms: Option<u64>,
    /// What that part drew.
    #[schema(nullable = false)]
    pub measured_wh: Option<f64>,
    /// What it drew; missing without a rating and without a reading.
    #[schema(nullable = false)]
    pub energy_wh: Option<f64>,
    /// When, by stay and presence.
    pub during: Occupancy,
}

/// What was measured of a device beside its use.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Measured {
    /// Energy while it was idle, or its state unknown.
    pub standby_wh: f64,
    /// Energy that its counter shows and no time explains.
    pub unplaced_wh: f64,
    /// How often its counter began again.
    pub resets: u64,
    /// How often it fell back.
    pub roll_backs: u64,
    /// How often it went on by more than the device can draw.
    pub jumps: u64,
}

/// Watt-hours by presence.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnergyRow {
    /// Somebody is there.
    pub occupied: f64,
    /// Nobody is there.
    pub vacant: f64,
    /// No sensor has reported yet.
    pub unknown: f64,
}

/// Watt-hours by stay and presence.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnergyByCell {
    /// The room is sold and the guest has arrived.
    pub checked_in: EnergyRow,
    /// The room is not sold.
    pub checked_out: EnergyRow,
    /// Neither was reported yet.
    pub unknown: EnergyRow,
}

/// A meter of a room or a circuit: the devices behind it are in the totals, it is in none.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Meter {
    /// Its id.
    pub device_id: String,
    /// All of its energy.
    pub energy_wh: f64,
    /// The part that no time explains.
    pub unplaced_wh: f64,
    /// The rest, by stay and presence.
    pub during: EnergyByCell,
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
    /// Missing where the device has no reading.
    #[schema(nullable = false)]
    pub measured: Option<Measured>,
    /// How far to trust it.
    pub quality: Quality,
}

/// Sums over devices: what each means is told in docs/figures.md.
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
    pub assumed_waste_ms: u64,
    pub assumed_waste_energy_wh: f64,
    #[schema(nullable = false)]
    pub assumed_waste_cost: Option<f64>,
    #[schema(nullable = false)]
    pub unpriced_wh: Option<f64>,
    #[schema(nullable = false)]
    pub measured_ms: Option<u64>,
    #[schema(nullable = false)]
    pub measured_wh: Option<f64>,
    #[schema(nullable = false)]
    pub standby_wh: Option<f64>,
    #[schema(nullable = false)]
    pub unplaced_wh: Option<f64>,
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
    /// The state; missing while it is unknown, and of a meter.
    #[schema(nullable = false)]
    pub state: Option<String>,
    /// Since when.
    #[schema(nullable = false)]
    pub since: Option<Instant>,
    /// When it was last heard of.
    #[schema(nullable = false)]
    pub seen: Option<Instant>,
    /// The last reading of its counter.
    #[schema(nullable = false)]
    pub counter: Option<Counter>,
    /// The reading of its power, while it holds.
    #[schema(nullable = false)]
    pub power: Option<Power>,
}

/// A counter's last reading.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Counter {
    /// When.
    pub at: Instant,
    /// What it stood at.
    pub wh: String,
    /// What was booked ahead of the next reading.
    pub debt_wh: String,
}

/// A reading of power.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Power {
    /// When.
    pub at: Instant,
    /// What the device drew.
    pub w: String,
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
    /// When the room was last heard.
    #[schema(nullable = false)]
    pub heard: Option<Instant>,
    /// Whether the room is sold.
    #[schema(nullable = false)]
    pub stay: Option<Held>,
    /// Devices and meters, by id and kind.
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
    /// Every device with a known state or a reading at any time of the day, by id, then kind.
    pub devices: Vec<Device>,
    /// Every meter with a reading, by id; missing where there is none.
    #[schema(nullable = false)]
    pub meters: Option<Vec<Meter>>,
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
