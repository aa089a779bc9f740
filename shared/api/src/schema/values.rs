//! Values that stand in many places.

use utoipa::ToSchema;

/// A date `YYYY-MM-DD`.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Date)]
pub struct Date(pub String);

/// A point in time: RFC 3339 with an offset.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = DateTime)]
pub struct Instant(pub String);

/// Rooms, separated by commas.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, min_length = 1, pattern = "^[A-Za-z0-9._-]{1,64}(,[A-Za-z0-9._-]{1,64}){0,99}$")]
pub struct RoomList(pub String);
