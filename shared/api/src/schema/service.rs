//! What the API says of itself.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use utoipa::ToSchema;

use super::answered::{json, responses, tagged};

/// How the function is.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Health {
    /// `ok`.
    pub status: String,
}

/// This description.
#[derive(Debug, ToSchema)]
#[schema(value_type = Object)]
pub struct OpenApiDocument(pub BTreeMap<String, String>);

responses! {
    /// Of the function's health.
    HealthResponses => [(StatusCode::OK, json::<Health>("It answers").build())], [];
    /// Of this description.
    OpenApiResponses => tagged::<OpenApiDocument>("OpenAPI 3.1", false), [];
}
