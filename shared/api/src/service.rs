//! What the API says of itself.

use std::sync::LazyLock;

use axum::response::Response;
use serde::Serialize;

use crate::answer::{self, Freshness, JSON};
use crate::call::Call;
use crate::problem::Problem;
use crate::{openapi, schema};

/// Whether the function answers.
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "health",
    tag = "service",
    responses(schema::HealthResponses)
)]
pub(crate) async fn health(call: Call) -> Result<Response, Problem> {
    #[derive(Serialize)]
    struct Health {
        status: &'static str,
    }
    call.parameters(&[])?;
    answer::whole(&call, JSON, answer::json(&Health { status: "ok" })?, Freshness::Open)
}

/// This description.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "openapi",
    tag = "service",
    responses(schema::OpenApiResponses)
)]
pub(crate) async fn openapi(call: Call) -> Result<Response, Problem> {
    // The same for as long as the program runs.
    static DOCUMENT: LazyLock<Vec<u8>> =
        LazyLock::new(|| serde_json::to_vec(&openapi::document()).unwrap_or_default());
    call.parameters(&[])?;
    answer::whole(&call, JSON, DOCUMENT.clone(), Freshness::Settled)
}
