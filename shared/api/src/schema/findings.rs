//! What to do about a day.

use axum::http::StatusCode;
use utoipa::{IntoParams, ToSchema};

use super::answered::{json, known, responses};
use super::values::Date;

/// Which day is looked at.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindingsQuery {
    /// The day; by default the last closed one.
    #[param(value_type = Option<Date>, example = "2026-10-30")]
    pub date: Option<String>,
    /// How many days, the day included, are counted for `nights`.
    #[param(minimum = 1, maximum = 60, default = 14)]
    pub days: Option<u32>,
}

/// What is wrong with a device.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// The stay ended while the device was on.
    LeftOn,
    /// It was not idle for an instant in the last seven days.
    NeverOff,
    /// It ran while nobody was there.
    RunsInEmptyRoom,
}

/// On how many days a device wasted.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WastedNights {
    /// Days on which the device wasted more than 5 minutes and 10 Wh.
    pub wasted: u64,
    /// Days on which the room was empty for an hour at least.
    pub exposed: u64,
}

/// A device to switch off.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Finding {
    /// What is wrong; the first that fits.
    #[schema(value_type = String, pattern = "^(left-on|never-off|runs-in-empty-room)$")]
    pub kind: FindingKind,
    /// In which room.
    pub room_id: String,
    /// Which device.
    pub device_id: String,
    /// Of which kind.
    pub device_kind: String,
    /// The state that wasted most.
    pub state: String,
    /// When the device last became active.
    pub since: String,
    /// Its confirmed waste of the day.
    pub waste_ms: i64,
    /// The energy of that.
    pub waste_energy_wh: f64,
    /// What that cost; missing without a price.
    #[schema(nullable = false)]
    pub waste_cost: Option<f64>,
    /// Whether none of its waste of the day was assumed.
    pub confirmed: bool,
    /// How usual it is.
    pub nights: WastedNights,
    /// The same for people, in the profile's language.
    pub text: String,
    /// The page of the day, relative to the hotel's pages; missing for a room that no URL carries.
    #[schema(nullable = false)]
    pub href: Option<String>,
}

/// What is to be checked.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// A device with assumed use, or a room that was not heard for a day.
    Silent,
    /// Three missing ends on the day or more.
    Lossy,
    /// A sensor that sees somebody all day in a room that is checked out.
    StuckOccupied,
    /// A sensor that saw nobody on the last two sold days.
    StuckVacant,
    /// Fewer rooms were heard than the hotel has.
    MissingRooms,
}

/// A signal to check.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignalFault {
    /// What is to be checked.
    #[schema(value_type = String, pattern = "^(silent|lossy|stuck-occupied|stuck-vacant|missing-rooms)$")]
    pub kind: FaultKind,
    /// In which room.
    #[schema(nullable = false)]
    pub room_id: Option<String>,
    /// Of which device or sensor.
    #[schema(nullable = false)]
    pub device_id: Option<String>,
    /// Of which kind.
    #[schema(nullable = false)]
    pub device_kind: Option<String>,
    /// How many.
    #[schema(nullable = false)]
    pub count: Option<u64>,
    /// Since when.
    #[schema(nullable = false)]
    pub since: Option<String>,
    /// The same for people, in the profile's language.
    pub text: String,
    /// The page of the day, relative to the hotel's pages.
    #[schema(nullable = false)]
    pub href: Option<String>,
}

/// What to do about a day.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Findings {
    /// The day.
    pub date: String,
    /// Devices to switch off, most money first.
    pub findings: Vec<Finding>,
    /// Signals to check.
    pub signal: Vec<SignalFault>,
}

responses! {
    /// Of a day's findings.
    FindingsResponses => [
        (StatusCode::OK, json::<Findings>("The findings").build()),
        known(),
    ], [NOT_FOUND, NOT_ACCEPTABLE];
}
