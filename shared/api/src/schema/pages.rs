//! The pages for people.

use axum::http::StatusCode;
use utoipa::openapi::{ContentBuilder, Response, ResponseBuilder};

use super::answered::{responses, text};
use super::door::without_session;

/// The answer for people.
fn page() -> Vec<(StatusCode, Response)> {
    let page = ResponseBuilder::new()
        .description("The page")
        .content("text/html", ContentBuilder::new().schema(Some(text())).build());
    [(StatusCode::OK, page.build())].into_iter().chain(without_session()).collect()
}

responses! {
    /// Of a page.
    PageResponses => page(), [NOT_FOUND, NOT_ACCEPTABLE];
}
