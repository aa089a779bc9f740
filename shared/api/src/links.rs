//! Links for people without an account: each shows one hotel until it expires or is deleted.

use axum::body::to_bytes;
use axum::extract::{Path, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, TryStreamExt, stream};
use roomwatt_domain::Millis;
use roomwatt_domain::instant::HOUR;
use roomwatt_domain::profile::FieldError;
use roomwatt_page::Notice;
use roomwatt_store::{DeleteLink, Link, Session, SessionKey, TokenHash};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::answer::{self, JSON};
use crate::call::Call;
use crate::caller::Scope;
use crate::door::{Visit, hash, keep_session, new_session, notice, redirect, session_until, token};
use crate::problem::Problem;
use crate::ranges::AT_ONCE;
use crate::schema;

/// What a body may have.
const LARGEST_BODY: usize = 1024;
const DAYS: &str = "days";
const USUAL_DAYS: i64 = 7;
const MOST_DAYS: i64 = 30;
const DAY: Millis = 24 * HOUR;

/// Make a link.
///
/// Whoever has it sees the pages of this one hotel, without an account. It is told this once: what is
/// kept cannot be made into a link again.
#[utoipa::path(
    post,
    path = "/hotels/{hotelId}/links",
    operation_id = "postLink",
    tag = "links",
    params(schema::HotelPath),
    request_body(content = Option<schema::LinkInput>, content_type = "application/json"),
    responses(schema::PostLinkResponses),
)]
pub(crate) async fn post(call: Call, request: Request) -> Result<Response, Problem> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Made<'a> {
        id: &'a str,
        url: String,
        expires_at: String,
    }
    let id = call.hotel_id(Scope::ReadReports)?;
    call.parameters(&[])?;
    let days = read_days(request).await?;
    let hotel = call.hotel(&id).await?;
    let token = token()?;
    let link_id = TokenHash::of(&token);
    // To the second, as it is kept.
    let expires_at = call.now() + days * DAY;
    let expires_at = expires_at + (1000 - expires_at.as_millis().rem_euclid(1000)) % 1000;
    call.store().put_link(&link_id, &Link { hotel: id, expires_at }).await?;
    let body = answer::json(&Made {
        id: link_id.as_str(),
        url: call.public_url(&format!("/l/{token}")),
        expires_at: hotel.profile.calendar.show(expires_at),
    })?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(JSON)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((StatusCode::CREATED, headers, body).into_response())
}

async fn read_days(request: Request) -> Result<i64, Problem> {
    let body = to_bytes(request.into_body(), LARGEST_BODY).await.map_err(|_| {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, r#"the body is {"days":7}, or nothing"#)
    })?;
    if body.trim_ascii().is_empty() {
        return Ok(USUAL_DAYS);
    }
    let field = |field: &str, problem: String| {
        Problem::fields(vec![FieldError { field: field.to_owned(), problem }])
    };
    let wanted: Map<String, Value> = serde_json::from_slice(&body)
        .map_err(|_| field("", "must be a JSON object such as {\"days\":7}".to_owned()))?;
    if let Some(other) = wanted.keys().find(|name| *name != DAYS) {
        return Err(field(other, "is no field of a link, which has days".to_owned()));
    }
    let days = wanted.get(DAYS).map_or(Some(USUAL_DAYS), Value::as_i64);
    days.filter(|days| (1..=MOST_DAYS).contains(days))
        .ok_or_else(|| field(DAYS, format!("must be a whole number from 1 to {MOST_DAYS}")))
}

/// Delete a link.
///
/// It opens nothing any more, and the sessions that it made have ended.
#[utoipa::path(
    delete,
    path = "/hotels/{hotelId}/links/{id}",
    operation_id = "deleteLink",
    tag = "links",
    params(schema::LinkPath),
    responses(schema::DeleteLinkResponses)
)]
pub(crate) async fn delete(call: Call) -> Result<Response, Problem> {
    let hotel = call.hotel_id(Scope::ReadReports)?;
    call.parameters(&[])?;
    let no_link = || Problem::new(StatusCode::NOT_FOUND, "the hotel has no such link");
    // What can be no id is no link's.
    let id: TokenHash = call.text_of_path("id").parse().map_err(|_| no_link())?;
    let outcome = call.store().delete_link(&id, &hotel, call.now()).await?;
    let ended = match outcome {
        DeleteLink::Unknown => return Err(no_link()),
        DeleteLink::Deleted | DeleteLink::DeletedBefore => end_sessions(&call, &id).await?,
    };
    match outcome {
        DeleteLink::DeletedBefore if ended == 0 => Err(no_link()),
        _ => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}

/// Removes what a deleted link made: how many sessions. Nothing makes more of them meanwhile.
async fn end_sessions(call: &Call, link: &TokenHash) -> Result<usize, Problem> {
    let mut sessions = call.store().sessions_of_link(link);
    let mut ended = 0;
    loop {
        let mut some: Vec<SessionKey> = Vec::new();
        while some.len() < 100 * AT_ONCE {
            let Some(session) = sessions.next().await? else { break };
            some.push(session);
        }
        if some.is_empty() {
            return Ok(ended);
        }
        if call.is_ending() {
            let detail = "the link is deleted, but some of its sessions have not ended; call again";
            return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail));
        }
        ended += some.len();
        stream::iter(some)
            .map(|session| async move { call.store().remove_session(&session).await })
            .buffer_unordered(AT_ONCE)
            .try_collect::<()>()
            .await?;
    }
}

/// Follow a link.
///
/// Makes a session that sees the hotel, and leads to its page. Who has signed in and may see it already
/// stays so.
#[utoipa::path(
    get,
    path = "/l/{token}",
    operation_id = "followLink",
    tag = "pages",
    params(schema::TokenPath),
    responses(schema::FollowLinkResponses)
)]
pub(crate) async fn follow(visit: Visit, Path(token): Path<String>) -> Result<Response, Problem> {
    let gone = || Ok(notice(&visit.headers, StatusCode::NOT_FOUND, Notice::NoLink));
    let Some(id) = hash(&token) else { return gone() };
    let now = visit.now();
    let Some(link) = visit.store().link(&id, now).await? else { return gone() };
    let mut answer = redirect(&format!("/hotels/{}/report.html", link.hotel));
    if visit.is_signed_in_to(&link.hotel).await? {
        return Ok(answer);
    }
    let until = session_until(now, Some(link.expires_at));
    let (key, value) = new_session(Some(&id))?;
    let session = Session { hotels: Some([link.hotel.clone()].into()), expires_at: until };
    if !visit.store().put_link_session(&id, &key, &session, now).await? {
        return gone();
    }
    keep_session(&mut answer, &value, now, until);
    Ok(answer)
}
