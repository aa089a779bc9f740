//! The embedded services on a socket, for functions that run as processes of their own.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use tokio::net::TcpListener;

use crate::aws::EmbeddedAws;

/// The most that DynamoDB takes in one request.
const LARGEST_REQUEST: usize = 16 * 1024 * 1024;

/// Answers for DynamoDB, SQS and EventBridge until the listener fails: what `AWS_ENDPOINT_URL` of
/// a function is set to.
///
/// # Errors
/// When the listener does.
pub async fn serve(aws: EmbeddedAws, listener: TcpListener) -> std::io::Result<()> {
    axum::serve(listener, router(aws)).await
}

/// What [`serve`] serves, for tests that look at the calls as well.
pub fn router(aws: EmbeddedAws) -> Router {
    Router::new().fallback(answer).layer(DefaultBodyLimit::max(LARGEST_REQUEST)).with_state(aws)
}

async fn answer(
    State(aws): State<EmbeddedAws>,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    let target =
        headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let (status, body) = aws.answer(target, &body);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], body)
}
