//! `/sources`: how publishers' messages are read. Sources are every hotel's, and so is their keeper.

use std::collections::BTreeMap;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use roomwatt_domain::SourceName;
use roomwatt_domain::profile::FieldError;
use roomwatt_source::{Fault, InvalidSource, LONGEST_SOURCE, Reports, Source, built_in};
use roomwatt_store::ChangedSource;
use serde::Serialize;

use crate::answer::{self, Freshness, JSON};
use crate::call::Call;
use crate::caller::{Hotels, Scope};
use crate::problem::Problem;
use crate::schema;

/// All sources.
///
/// Those that are built in and an operator's own, by name.
#[utoipa::path(
    get,
    path = "/sources",
    operation_id = "sources",
    tag = "sources",
    responses(schema::SourcesResponses)
)]
pub(crate) async fn list(call: Call) -> Result<Response, Problem> {
    #[derive(Serialize)]
    struct List {
        sources: Vec<Listed>,
    }
    demand(&call)?;
    call.parameters(&[])?;
    let built_in = built_in::ALL.iter().map(|source| (source.name.to_owned(), source.text.into()));
    let mut texts: BTreeMap<String, (String, bool)> =
        built_in.map(|(name, text)| (name, (text, true))).collect();
    let mut own = call.store().sources().lately();
    while let Some(source) = own.next().await? {
        texts.insert(source.name.to_string(), (source.text, false));
    }
    let listed =
        texts.into_iter().map(|(name, (text, built_in))| Listed::of(name, &text, built_in));
    let body = answer::json(&List { sources: listed.collect() })?;
    answer::whole(&call, JSON, body, Freshness::Open)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reports: Option<Reports>,
    built_in: bool,
}

impl Listed {
    /// A source that cannot be read any more is listed by its name alone.
    fn of(name: String, text: &str, built_in: bool) -> Self {
        let source = Source::parse(text).ok();
        Self {
            source: name,
            about: source.as_ref().and_then(|source| source.about().map(str::to_owned)),
            reports: source.as_ref().map(Source::reports),
            built_in,
        }
    }
}

/// A source.
///
/// An operator's own before the built-in one of the name.
#[utoipa::path(
    get,
    path = "/sources/{name}",
    operation_id = "source",
    tag = "sources",
    params(schema::SourcePath),
    responses(schema::SourceResponses)
)]
pub(crate) async fn get(call: Call) -> Result<Response, Problem> {
    let name = name_of(&call)?;
    let text = match call.store().source(&name).await? {
        Some(stored) => stored.text,
        None => built_in::find(name.as_str()).ok_or_else(no_source)?.to_owned(),
    };
    answer::whole(&call, JSON, text.into_bytes(), Freshness::Open)
}

/// Create or replace a source.
///
/// One of an operator's own replaces a built-in one of its name. Each function may read messages by the
/// one before for some minutes.
#[utoipa::path(
    put,
    path = "/sources/{name}",
    operation_id = "putSource",
    tag = "sources",
    params(schema::SourcePath),
    request_body(content = schema::SourceDocument, content_type = "application/json"),
    responses(schema::PutSourceResponses),
)]
pub(crate) async fn put(call: Call, request: Request) -> Result<Response, Problem> {
    let name = name_of(&call)?;
    let bytes = to_bytes(request.into_body(), LONGEST_SOURCE).await.map_err(|_| {
        let detail = format!("a source has at most {} KB", LONGEST_SOURCE / 1024);
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    })?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the body must be JSON in UTF-8"))?;
    match Source::parse(text) {
        Ok(source) if source.name() == name.as_str() => {}
        Ok(_) => {
            let problem = "must be the name of the path".to_owned();
            return Err(Problem::fields(vec![FieldError { field: "source".to_owned(), problem }]));
        }
        Err(InvalidSource(faults)) => {
            return Err(Problem::fields(faults.into_iter().map(field).collect()));
        }
    }
    let status = match call.store().put_source(&name, text).await? {
        ChangedSource::Done { existed: false } => StatusCode::CREATED,
        ChangedSource::Done { existed: true } => StatusCode::OK,
        ChangedSource::Conflict => return Err(conflict()),
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(JSON)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((status, headers, text.to_owned()).into_response())
}

/// Delete a source of an operator's own.
///
/// That brings a built-in one of the name back.
#[utoipa::path(
    delete,
    path = "/sources/{name}",
    operation_id = "deleteSource",
    tag = "sources",
    params(schema::SourcePath),
    responses(schema::DeleteSourceResponses)
)]
pub(crate) async fn delete(call: Call) -> Result<Response, Problem> {
    let name = name_of(&call)?;
    match call.store().delete_source(&name).await? {
        ChangedSource::Done { existed: true } => Ok(StatusCode::NO_CONTENT.into_response()),
        ChangedSource::Done { existed: false } if built_in::find(name.as_str()).is_some() => {
            let detail = "no source of your own has this name; the one that is built in stays";
            Err(Problem::new(StatusCode::NOT_FOUND, detail))
        }
        ChangedSource::Done { existed: false } => Err(no_source()),
        ChangedSource::Conflict => Err(conflict()),
    }
}

/// The JSON Schema of a source, for editors.
#[utoipa::path(
    get,
    path = "/source.schema.json",
    operation_id = "sourceSchema",
    tag = "sources",
    responses(schema::SourceSchemaResponses)
)]
pub(crate) async fn schema(call: Call) -> Result<Response, Problem> {
    call.parameters(&[])?;
    let schema = roomwatt_source::schema().into_bytes();
    answer::whole(&call, JSON, schema, Freshness::Settled)
}

/// Who may keep sources: they are read for every hotel.
fn demand(call: &Call) -> Result<(), Problem> {
    match call.hotels(Scope::WriteHotels)? {
        Hotels::All => Ok(()),
        Hotels::Named(_) => {
            let detail = "sources are for every hotel, and the token is not: its hotels must be *";
            Err(Problem::new(StatusCode::FORBIDDEN, detail))
        }
    }
}

fn name_of(call: &Call) -> Result<SourceName, Problem> {
    demand(call)?;
    call.parameters(&[])?;
    call.source_name()
}

fn field(Fault { rule, member, why }: Fault) -> FieldError {
    let rule = rule.map(|rule| format!("rule {rule}"));
    let place = rule.into_iter().chain((!member.is_empty()).then_some(member));
    FieldError { field: place.collect::<Vec<_>>().join(": "), problem: why }
}

fn no_source() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "there is no such source")
}

fn conflict() -> Problem {
    let detail = "somebody else changed the source at the same time; look at it and try again";
    Problem::new(StatusCode::CONFLICT, detail)
}
