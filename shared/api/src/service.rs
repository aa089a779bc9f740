//! What the API says of itself.

use std::sync::{Arc, OnceLock};

use axum::Extension;
use axum::response::Response;
use serde::Serialize;
use utoipa::openapi::OpenApi;

use crate::answer::{self, Freshness, JSON};
use crate::call::Call;
use crate::problem::Problem;
use crate::schema;

/// The description of the calls that the router has, written when somebody first asks for it.
#[derive(Clone)]
pub(crate) struct Description(Arc<(OpenApi, OnceLock<Vec<u8>>)>);

impl Description {
    pub(crate) fn of(calls: OpenApi) -> Self {
        Self(Arc::new((calls, OnceLock::new())))
    }

    fn written(&self) -> Result<Vec<u8>, Problem> {
        let (calls, written) = &*self.0;
        if let Some(written) = written.get() {
            return Ok(written.clone());
        }
        let json = answer::json(calls)?;
        Ok(written.get_or_init(|| json).clone())
    }
}

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
pub(crate) async fn openapi(
    call: Call,
    Extension(description): Extension<Description>,
) -> Result<Response, Problem> {
    call.parameters(&[])?;
    answer::whole(&call, JSON, description.written()?, Freshness::Settled)
}
