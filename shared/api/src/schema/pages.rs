//! The pages for people.

use axum::http::StatusCode;
use utoipa::IntoParams;
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

/// Where the list of hotels goes on.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct HotelsPageQuery {
    /// Where to go on, from the page before.
    #[param(max_length = 256)]
    pub next_token: Option<String>,
}

/// The list, or the way to the one hotel there is.
fn hotels_page() -> Vec<(StatusCode, Response)> {
    let only = ResponseBuilder::new().description("The page of the one hotel").build();
    [page(), vec![(StatusCode::FOUND, only)]].concat()
}

responses! {
    /// Of the list of hotels.
    HotelsPageResponses => hotels_page(), [NOT_ACCEPTABLE];
    /// Of a page.
    PageResponses => page(), [NOT_FOUND, NOT_ACCEPTABLE];
}
