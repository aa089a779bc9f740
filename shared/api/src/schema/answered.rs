//! What every call may be answered with, and how a call's own answers are put together.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use axum::http::StatusCode;
use utoipa::ToSchema;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

/// A fault of one field.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldProblem {
    /// The field's path; empty for the whole body.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Why a call was not answered: RFC 9457.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProblemDocument {
    /// `about:blank`: there is no more to it than the status says.
    #[schema(rename = "type")]
    pub r#type: String,
    /// The status in words.
    pub title: String,
    /// The status.
    pub status: u16,
    /// What was wrong.
    pub detail: String,
    /// The parameter at fault.
    #[schema(nullable = false)]
    pub parameter: Option<String>,
    /// The fields at fault.
    #[schema(nullable = false)]
    pub errors: Option<Vec<FieldProblem>>,
}

const JSON: &str = "application/json";
const CSV: &str = "text/csv";

/// Answers that every call may get.
const COMMON: [StatusCode; 5] = [
    StatusCode::BAD_REQUEST,
    StatusCode::UNAUTHORIZED,
    StatusCode::FORBIDDEN,
    StatusCode::TOO_MANY_REQUESTS,
    StatusCode::SERVICE_UNAVAILABLE,
];

pub(super) fn answered(
    answers: impl IntoIterator<Item = (StatusCode, Response)>,
    problems: &[StatusCode],
) -> BTreeMap<String, RefOr<Response>> {
    let problems = COMMON.iter().chain(problems).map(|status| {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(ProblemDocument::name())))
            .build();
        let response = ResponseBuilder::new()
            .description(status.canonical_reason().unwrap_or_default())
            .content(crate::problem::PROBLEM_JSON, content)
            .build();
        (*status, response)
    });
    let mut all: BTreeMap<StatusCode, Response> = answers.into_iter().collect();
    for (status, problem) in problems {
        match all.entry(status) {
            // A page or a problem.
            Entry::Occupied(mut known) => known.get_mut().content.extend(problem.content),
            Entry::Vacant(new) => {
                new.insert(problem);
            }
        }
    }
    all.into_iter()
        .map(|(status, response)| (status.as_str().to_owned(), RefOr::T(response)))
        .collect()
}

pub(super) fn json<T: ToSchema>(description: &str) -> ResponseBuilder {
    let schema = Ref::from_schema_name(T::name());
    ResponseBuilder::new()
        .description(description)
        .content(JSON, ContentBuilder::new().schema(Some(schema)).build())
}

pub(super) fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// The answer of closed days: it has a tag, and is not sent again to a caller that has it.
pub(super) fn tagged<T: ToSchema>(description: &str, csv: bool) -> Vec<(StatusCode, Response)> {
    let mut answer = json::<T>(description).header(
        "ETag",
        HeaderBuilder::new()
            .schema(Some(text()))
            .description(Some("Where every day of the range is closed."))
            .build(),
    );
    if csv {
        answer = answer.content(CSV, ContentBuilder::new().schema(Some(text())).build());
    }
    vec![(StatusCode::OK, answer.build()), known()]
}

/// The answer to a caller that has it already.
pub(super) fn known() -> (StatusCode, Response) {
    let known = ResponseBuilder::new().description("What If-None-Match names holds still").build();
    (StatusCode::NOT_MODIFIED, known)
}

/// Types that stand for all answers of a call: its own, and the problems that it may have beside the
/// common ones.
macro_rules! responses {
    ($($(#[$doc:meta])* $name:ident => $answers:expr, [$($status:ident),*];)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<
                String,
                utoipa::openapi::RefOr<utoipa::openapi::Response>,
            > {
                let problems = [$(axum::http::StatusCode::$status),*];
                super::answered::answered($answers, &problems)
            }
        }
    )*};
}

pub(super) use responses;
