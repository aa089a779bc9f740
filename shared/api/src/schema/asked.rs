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

/// A range of dates: `from` and `to`, or `period`.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RangeQuery {
    /// The first date, in the hotel's time zone.
    #[param(value_type = Option<Date>, example = "2026-10-12")]
    pub from: Option<String>,
    /// The last date; at most 366 days from the first. Days that are not closed yet are left
    /// out.
    #[param(value_type = Option<Date>, example = "2026-11-01")]
    pub to: Option<String>,
    /// In the place of `from` and `to`, a period reckoned from the hotel's last closed day:
    /// `yesterday`, `7d`, `30d`, `mtd`, `ytd`, `last-week`, `last-month`, a month `2026-10` or a
    /// week `2026-W42`. 404 where nothing is closed.
    #[param(
        pattern = "^(yesterday|7d|30d|mtd|ytd|last-week|last-month|[0-9]{4}-[0-9]{2}|[0-9]{4}-W[0-9]{2})$"
    )]
    pub period: Option<String>,
}

/// What a page compares its figures with.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageBaselineQuery {
    /// As many days right before (of a whole month: the month before), by whole weeks back, or 52
    /// weeks back; by default the first.
    #[param(inline)]
    pub baseline: Option<Baseline>,
}

/// What rooms, devices and kinds come by.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SortQuery {
    /// Waste in an empty hour, wasted money, wasted energy, or the name; by default the first.
    #[param(inline)]
    pub sort: Option<Sort>,
}

/// An order.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// Waste in an hour in which nobody is there, so that one bad night does not lead.
    Rank,
    /// Wasted money.
    Cost,
    /// Wasted energy.
    Energy,
    /// The name.
    Name,
}

/// What a period is compared with.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Baseline {
    /// As many days right before; of a whole month, the month before.
    Previous,
    /// Shifted back by whole weeks, as few as clear the period.
    SameWeekdays,
    /// Shifted back by 52 weeks.
    LastYear,
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
