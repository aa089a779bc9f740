//! The rooms now.

use axum::http::StatusCode;
use utoipa::{IntoParams, ToSchema};

use super::answered::{json, responses};
use super::report::{Report, States};
use super::values::RoomList;

/// What is live.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct LiveQuery {
    /// Only these rooms, at most 100, separated by commas.
    #[param(value_type = Option<RoomList>)]
    pub rooms: Option<String>,
    /// Where to go on, from the answer before.
    #[param(max_length = 256)]
    pub next_token: Option<String>,
}

/// A room now.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LiveRoom {
    /// Which room.
    pub room_id: String,
    /// Its states now.
    pub states: States,
    /// The open day so far.
    pub report: Report,
}

/// Rooms now.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Live {
    /// By id.
    pub rooms: Vec<LiveRoom>,
    /// Where the next page begins; missing on the last one.
    #[schema(nullable = false)]
    pub next_token: Option<String>,
}

responses! {
    /// Of the rooms now.
    LiveResponses => [(StatusCode::OK, json::<Live>("The rooms").build())], [NOT_FOUND, NOT_ACCEPTABLE];
}
