//! Links, and where people come in.

use axum::http::StatusCode;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::{ContentBuilder, Response, ResponseBuilder};
use utoipa::{IntoParams, ToSchema};

use super::answered::{json, responses, text};

/// How long a link is to work.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkInput {
    /// For so many days; 7 if not given.
    #[schema(minimum = 1, maximum = 30, default = 7, nullable = false)]
    pub days: Option<u8>,
}

/// A new link.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Link {
    /// By which it is deleted; it opens nothing.
    #[schema(pattern = "^[A-Za-z0-9_-]{43}$")]
    pub id: String,
    /// The link. Whoever has it sees the hotel.
    pub url: String,
    /// When it ends by itself.
    #[schema(value_type = super::values::Instant)]
    pub expires_at: String,
}

/// A link in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path, rename_all = "camelCase")]
pub struct LinkPath {
    /// The hotel's id.
    #[param(
        min_length = 1,
        max_length = 64,
        pattern = "^[A-Za-z0-9._-]+$",
        example = "harbour-house"
    )]
    pub hotel_id: String,
    /// The link's id.
    #[param(example = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU")]
    pub id: String,
}

/// A link's token in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TokenPath {
    /// The token.
    pub token: String,
}

/// Where to go to after signing in.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SignInQuery {
    /// A path of this API, with its query; anything else counts as `/`.
    #[param(example = "/")]
    pub next: Option<String>,
}

/// What a provider says when it sends a browser back.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SignedInQuery {
    /// Which sign-in this is the end of.
    pub state: Option<String>,
    /// The code.
    pub code: Option<String>,
    /// Why there is none.
    pub error: Option<String>,
}

/// Without a session, where one is asked for.
pub(super) fn without_session() -> [(StatusCode, Response); 2] {
    [onwards(), told(StatusCode::FORBIDDEN, "How to get a link")]
}

fn onwards() -> (StatusCode, Response) {
    let location = HeaderBuilder::new().schema(Some(text())).build();
    let onwards =
        ResponseBuilder::new().description("Where to go on").header("Location", location).build();
    (StatusCode::FOUND, onwards)
}

fn told(status: StatusCode, what: &str) -> (StatusCode, Response) {
    let content = ContentBuilder::new().schema(Some(text())).build();
    let told = ResponseBuilder::new().description(what).content("text/html", content).build();
    (status, told)
}

/// What is told where somebody cannot be let in.
fn kept_out() -> [(StatusCode, Response); 4] {
    [
        told(StatusCode::BAD_REQUEST, "The sign-in was not completed"),
        told(StatusCode::FORBIDDEN, "Nobody is let in"),
        told(StatusCode::BAD_GATEWAY, "The provider cannot be worked with"),
        told(StatusCode::SERVICE_UNAVAILABLE, "The provider does not answer"),
    ]
}

responses! {
    /// Of a link that is made.
    PostLinkResponses => [(StatusCode::CREATED, json::<Link>("The link").build())],
        [NOT_FOUND, PAYLOAD_TOO_LARGE];
    /// Of a link that is deleted.
    DeleteLinkResponses => [(StatusCode::NO_CONTENT, ResponseBuilder::new().description("It is deleted").build())],
        [NOT_FOUND];
    /// Of a link that is followed.
    FollowLinkResponses => [onwards(), told(StatusCode::NOT_FOUND, "There is no such link")], [];
    /// Of a sign-in that begins.
    SignInResponses => kept_out().into_iter().chain([onwards()]), [];
    /// Of a sign-in that ends.
    SignedInResponses => kept_out().into_iter().chain([onwards()]), [];
    /// Of the end of a session.
    SignOutResponses => [told(StatusCode::OK, "The session has ended"), onwards()], [];
}
