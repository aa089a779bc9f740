//! What a call is answered with where it cannot be answered: RFC 9457.

use std::borrow::Cow;
use std::fmt::Display;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use roomwatt_domain::profile::FieldError;
use roomwatt_messaging::chain;
use roomwatt_store::StoreError;
use serde::Serialize;
use tracing::error;

/// A problem document. It holds what the caller did or can do, and nothing of how the API is made.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<Cow<'static, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    #[serde(skip)]
    code: StatusCode,
}

/// The media type of problems.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

impl Problem {
    /// A problem that its status tells, with what was wrong in particular.
    pub fn new(code: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            // RFC 9457 has this type for problems that their status describes well enough.
            kind: "about:blank",
            title: code.canonical_reason().unwrap_or("Error"),
            status: code.as_u16(),
            detail: detail.into(),
            parameter: None,
            errors: Vec::new(),
            code,
        }
    }

    /// 400: a parameter of path or query.
    pub(crate) fn parameter(name: impl Into<Cow<'static, str>>, problem: impl Display) -> Self {
        let name = name.into();
        let detail = format!("{name} {problem}");
        Self { parameter: Some(name), ..Self::new(StatusCode::BAD_REQUEST, detail) }
    }

    /// 400: fields of a body, each with what is wrong with it.
    pub(crate) fn fields(errors: Vec<FieldError>) -> Self {
        let detail = errors
            .iter()
            .map(|fault| format!("{} {}", fault.field, fault.problem).trim_start().to_owned())
            .collect::<Vec<_>>()
            .join("; ");
        Self { errors, ..Self::new(StatusCode::BAD_REQUEST, detail) }
    }

    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    pub(crate) fn at_fault(&self) -> Option<&str> {
        self.parameter.as_deref()
    }

    /// 404: of a hotel that is not there, and of one that the caller may not see: word for word
    /// the same.
    pub(crate) fn no_hotel() -> Self {
        Self::new(StatusCode::NOT_FOUND, "there is no such hotel")
    }

    /// 404: a period is reckoned from the last closed day, and there is none.
    pub(crate) fn nothing_closed() -> Self {
        Self::new(StatusCode::NOT_FOUND, "no day of the hotel has been closed yet")
    }

    /// 404: nothing was ever reported of the room.
    pub(crate) fn no_room() -> Self {
        Self::new(StatusCode::NOT_FOUND, "nothing is known of such a room")
    }

    /// 500: the cause is for the log alone.
    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the call failed; its request id is logged")
    }

    /// 503: no time is left, although less was asked for than is allowed.
    pub(crate) fn out_of_time() -> Self {
        let detail = "this takes longer than a call may; ask for a shorter range or fewer rooms";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }
}

impl From<StoreError> for Problem {
    fn from(fault: StoreError) -> Self {
        error!(error = chain(&fault), "the table did not do what it was asked to");
        if fault.is_throttling() {
            let detail = "too many calls at once; try again in a moment";
            Self::new(StatusCode::TOO_MANY_REQUESTS, detail)
        } else if fault.is_passing() {
            Self::new(StatusCode::SERVICE_UNAVAILABLE, "not now; try again in a moment")
        } else {
            Self::internal()
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // Texts and numbers: nothing in here can fail to serialise.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.code, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self.code {
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        // For whoever writes a page of it.
        response.extensions_mut().insert(self);
        response
    }
}
