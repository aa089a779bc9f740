//! A hotel's reports, one by one or summed.

use axum::http::StatusCode;
use utoipa::openapi::{ContentBuilder, Response, ResponseBuilder};
use utoipa::{IntoParams, ToSchema};

use super::answered::{responses, tagged, text};
use super::door::without_session;
use super::report::{Occupancy, Report, Totals};
use super::values::RoomList;

/// How a list is made.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ListQuery {
    /// What reports are summed by; by default they are not.
    #[param(inline)]
    pub group_by: Option<Listing>,
    /// Only these rooms, at most 100, separated by commas. For sums over all of them (all but
    /// `room` and `date`) rooms times days may be at most 3660.
    #[param(value_type = Option<RoomList>)]
    pub rooms: Option<String>,
}

/// What a file is to be read by.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SpreadsheetQuery {
    /// For a spreadsheet of the language: its separator and decimal mark, and ids as texts. Without it
    /// the file is as programs read it.
    #[param(inline, rename = "for")]
    pub target: Option<FileTarget>,
}

/// What a file is made for.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum FileTarget {
    /// A person's spreadsheet.
    Spreadsheet,
}

/// What a list of reports shows.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Listing {
    /// Each report.
    None,
    /// Sums by room.
    Room,
    /// Sums by date.
    Date,
    /// Sums by ISO week, `2026-W45`.
    Week,
    /// Sums by month, `2026-11`.
    Month,
    /// Sums by kind of device.
    DeviceKind,
    /// One sum.
    Hotel,
}

/// The sums of a group.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Room, date, week, month, kind of device or hotel.
    pub key: String,
    /// How many reports of a room on a day it sums.
    pub reports: u64,
    /// The sums.
    pub totals: Totals,
    /// The rooms' time; missing for a kind of device.
    #[schema(nullable = false)]
    pub occupancy: Option<Occupancy>,
    /// The nights of the reports.
    pub nights: Nights,
    /// Missing where no night was sold.
    #[schema(nullable = false)]
    pub per_sold_night: Option<PerSoldNight>,
}

/// How many nights, by the stay at the end of each day of a room.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nights {
    /// The guest was there.
    pub sold: u64,
    /// The room was not sold.
    pub unsold: u64,
    /// The stay was not known.
    pub unknown: u64,
}

/// Sums divided by the sold nights.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PerSoldNight {
    /// All energy.
    pub energy_wh: f64,
    /// The cost of the reports that have one, by their sold nights.
    #[schema(nullable = false)]
    pub cost: Option<f64>,
    /// The CO₂e of the reports that have it, by their sold nights.
    #[schema(nullable = false)]
    pub co2e_kg: Option<f64>,
}

/// Reports of a hotel.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportPage {
    /// By date, then room.
    pub reports: Vec<Report>,
    /// Where the next page begins; missing on the last one.
    #[schema(nullable = false)]
    pub next_token: Option<String>,
}

/// Groups of a hotel's reports.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GroupPage {
    /// By key.
    pub groups: Vec<Group>,
    /// Where the next page begins; missing on the last one.
    #[schema(nullable = false)]
    pub next_token: Option<String>,
}

/// Reports, or groups of them.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
pub enum HotelReports {
    /// `groupBy=none`.
    Reports(ReportPage),
    /// Any other.
    Groups(GroupPage),
}

fn file() -> Response {
    let content = ContentBuilder::new().schema(Some(text())).build();
    ResponseBuilder::new().description("The rows").content("text/csv", content).build()
}

responses! {
    /// Of a hotel's reports.
    HotelReportsResponses => tagged::<HotelReports>("Reports, or groups", true), [NOT_FOUND, NOT_ACCEPTABLE];
    /// Of the same as a file.
    ReportCsvResponses => without_session().into_iter().chain([(StatusCode::OK, file())]),
        [NOT_FOUND, NOT_ACCEPTABLE];
}
