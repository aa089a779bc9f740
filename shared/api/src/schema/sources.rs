//! Sources, and the registers of hotels' devices.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use utoipa::openapi::{ContentBuilder, ResponseBuilder};
use utoipa::{IntoParams, ToSchema};

use super::answered::{json, responses, tagged, text};

/// A source in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SourcePath {
    /// The source's name.
    #[param(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._-]+$", example = "tasmota")]
    pub name: String,
}

/// A source: how the messages of one publisher are read. `GET /source.schema.json` describes it.
#[derive(Debug, ToSchema)]
#[schema(value_type = Object)]
pub struct SourceDocument(pub BTreeMap<String, String>);

/// A JSON Schema.
#[derive(Debug, ToSchema)]
#[schema(value_type = Object)]
pub struct SourceSchema(pub BTreeMap<String, String>);

/// A source in the list of sources.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListedSource {
    /// Its name.
    pub source: String,
    /// What it reads.
    #[schema(nullable = false)]
    pub about: Option<String>,
    /// `changes`, or `states` where the publisher repeats what is known.
    #[schema(nullable = false)]
    pub reports: Option<String>,
    /// Whether it comes with Roomwatt, and no other has taken its place.
    pub built_in: bool,
}

/// Sources.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceList {
    /// By name.
    pub sources: Vec<ListedSource>,
}

/// What an external id is, from one date to another.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisteredDevice {
    /// What the publisher calls it.
    #[schema(min_length = 1, max_length = 256)]
    pub external: String,
    /// The room.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._-]+$")]
    pub room: String,
    /// The device; left out, as `kind` is, of a row that is the room itself, for stays.
    pub device: Option<String>,
    /// Its kind.
    pub kind: Option<String>,
    /// The first date, in the hotel's time zone; empty is none.
    #[schema(pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
    pub from: Option<String>,
    /// The first date no more; empty is none.
    #[schema(pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
    pub until: Option<String>,
}

/// A hotel's register.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// Rows of one external id do not overlap in time.
    #[schema(max_items = 20_000)]
    pub devices: Vec<RegisteredDevice>,
}

/// A register that was put.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutRegister {
    /// How many rows it has.
    pub devices: usize,
}

responses! {
    /// Of the list of sources.
    SourcesResponses => [(StatusCode::OK, json::<SourceList>("The sources").build())], [];
    /// Of a source.
    SourceResponses => [(StatusCode::OK, json::<SourceDocument>("The source").build())], [NOT_FOUND];
    /// Of a source that is put.
    PutSourceResponses => [
        (StatusCode::OK, json::<SourceDocument>("It replaced the one before").build()),
        (StatusCode::CREATED, json::<SourceDocument>("There was none of an operator's own").build()),
    ], [CONFLICT, PAYLOAD_TOO_LARGE];
    /// Of a source that is deleted.
    DeleteSourceResponses => [
        (StatusCode::NO_CONTENT, ResponseBuilder::new().description("It is gone").build()),
    ], [NOT_FOUND, CONFLICT];
    /// Of the JSON Schema.
    SourceSchemaResponses => tagged::<SourceSchema>("JSON Schema 2020-12", false), [];
    /// Of a register.
    RegisterResponses => [(StatusCode::OK, json::<Register>("The register")
        .content("text/csv", ContentBuilder::new().schema(Some(text())).build())
        .build())], [NOT_FOUND, NOT_ACCEPTABLE];
    /// Of a register that is put.
    PutRegisterResponses => [
        (StatusCode::OK, json::<PutRegister>("It replaced the one before").build()),
        (StatusCode::CREATED, json::<PutRegister>("The hotel had none").build()),
    ], [NOT_FOUND, CONFLICT, PAYLOAD_TOO_LARGE];
}
