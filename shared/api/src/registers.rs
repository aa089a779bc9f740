//! `/hotels/{hotelId}/devices`: which room, device and kind the ids of a hotel's publishers are.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use roomwatt_domain::profile::FieldError;
use roomwatt_source::Register;
use roomwatt_store::{LARGEST_REGISTER, PutRegister};
use serde::Serialize;

use crate::answer::{self, FORMAT, Format, Freshness, JSON};
use crate::call::Call;
use crate::caller::Scope;
use crate::problem::Problem;
use crate::schema;

/// A hotel's register of devices.
///
/// Which room, device and kind each external id is. A hotel without one has an empty list.
#[utoipa::path(
    get,
    path = "/hotels/{hotelId}/devices",
    operation_id = "devices",
    tag = "sources",
    params(schema::HotelPath, schema::FormatQuery),
    responses(schema::RegisterResponses)
)]
pub(crate) async fn get(call: Call) -> Result<Response, Problem> {
    let id = call.hotel_id(Scope::ReadReports)?;
    let parameters = call.parameters(&[FORMAT])?;
    let format = Format::of(&parameters, &call.headers)?;
    call.hotel(&id).await?;
    let register = match call.store().register(&id).await? {
        Some(stored) => Register::from_csv(&stored.text).map_err(answer::unwritable)?,
        None => Register::default(),
    };
    match format {
        Format::Json => answer::whole(&call, JSON, answer::json(&register)?, Freshness::Open),
        Format::Csv => answer::whole(&call, CSV, register.to_csv().into_bytes(), Freshness::Open),
    }
}

// Names of a publisher's may be written in any letters.
const CSV: &str = "text/csv; charset=utf-8; header=present";

/// Replace a hotel's register of devices.
///
/// As a whole, by JSON or by CSV; what has another content type is JSON where it begins with a brace. Each function may read messages by
/// the one before for some minutes; what was refused as `unregistered` is taken once it is sent again.
#[utoipa::path(
    put,
    path = "/hotels/{hotelId}/devices",
    operation_id = "putDevices",
    tag = "sources",
    params(schema::HotelPath),
    request_body(content(
        (schema::Register = "application/json"),
        (String = "text/csv")
    )),
    responses(schema::PutRegisterResponses),
)]
pub(crate) async fn put(call: Call, request: Request) -> Result<Response, Problem> {
    #[derive(Serialize)]
    struct Put {
        devices: usize,
    }
    let id = call.hotel_id(Scope::WriteHotels)?;
    call.parameters(&[])?;
    let kind = content_type(request.headers());
    let bytes = to_bytes(request.into_body(), LARGEST_REGISTER).await.map_err(|_| too_large())?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the body must be text in UTF-8"))?;
    // Clients that are told nothing say that what they send is a form.
    let is_csv = match &*kind {
        "text/csv" => true,
        "application/json" => false,
        _ => !text.trim_start_matches('\u{feff}').trim_start().starts_with('{'),
    };
    let read = if is_csv { Register::from_csv(text) } else { Register::from_json(text) };
    let register = read.map_err(|invalid| {
        let fault = |problem| FieldError { field: String::new(), problem };
        Problem::fields(invalid.0.into_iter().map(fault).collect())
    })?;
    call.hotel(&id).await?;
    let status = match call.store().put_register(&id, &register.to_csv()).await? {
        PutRegister::Created => StatusCode::CREATED,
        PutRegister::Replaced => StatusCode::OK,
        PutRegister::Conflict => {
            let detail =
                "somebody else changed the register at the same time; look at it and try again";
            return Err(Problem::new(StatusCode::CONFLICT, detail));
        }
        PutRegister::TooLarge => return Err(too_large()),
    };
    let body = answer::json(&Put { devices: register.rows().len() })?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(JSON)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((status, headers, body).into_response())
}

fn content_type(headers: &HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

fn too_large() -> Problem {
    let detail = format!("a register has at most {} KB", LARGEST_REGISTER / 1000);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
}
