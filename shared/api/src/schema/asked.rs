//! Paths and queries that several calls have in common.

use utoipa::{IntoParams, ToSchema};

use super::values::Date;

/// A hotel in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path, rename_all = "camelCase")]
pub struct HotelPath {
    /// The hotel's id.
    #[param(
        min_length = 1,
        max_length = 64,
        pattern = "^[A-Za-z0-9._-]+$",
        example = "harbour-house"
    )]
    pub hotel_id: String,
}

/// A room in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path, rename_all = "camelCase")]
pub struct RoomPath {
    /// The hotel's id.
    #[param(
        min_length = 1,
        max_length = 64,
        pattern = "^[A-Za-z0-9._-]+$",
        example = "harbour-house"
    )]
    pub hotel_id: String,
    /// The room's id.
    #[param(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._-]+$", example = "101")]
    pub room_id: String,
}

/// A range of dates.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RangeQuery {
    /// The first date, in the hotel's time zone.
    #[param(value_type = Date, example = "2026-10-12")]
    pub from: String,
    /// The last date; at most 366 days from the first. Days that are not closed yet are left
    /// out.
    #[param(value_type = Date, example = "2026-11-01")]
    pub to: String,
}

/// One date.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DateQuery {
    /// The date, in the hotel's time zone; closed or open, and not older than the history that is
    /// kept.
    #[param(value_type = Date, example = "2026-10-30")]
    pub date: String,
}

/// A part of a list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct PageQuery {
    /// How many entries the answer may have. A page may have fewer, or none, and still not be the
    /// last: that one has no `nextToken`.
    #[param(minimum = 1, maximum = 1000, default = 200)]
    pub limit: Option<u32>,
    /// Where to go on, from the answer before. Only for the same question.
    #[param(max_length = 256)]
    pub next_token: Option<String>,
}

/// The form of an answer.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FormatQuery {
    /// The form of the answer; by default what `Accept` prefers, else JSON.
    #[param(inline)]
    pub format: Option<Format>,
}

/// A form of an answer.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Format {
    /// JSON.
    Json,
    /// RFC 4180, with a header row.
    Csv,
}

/// In which language.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LanguageQuery {
    /// `en` or `ko`; by default what `Accept-Language` prefers, else English.
    #[param(example = "en")]
    pub lang: Option<String>,
}
