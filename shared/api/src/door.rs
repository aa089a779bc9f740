//! The door: who comes in, by which way.
//!
//! | who | known by | sees |
//! | --- | --- | --- |
//! | a program | what API Gateway's authorizer found out: the [`Caller`] | everything but pages |
//! | a browser | its session's cookie alone | pages, and the CSV that they lead to |
//! | anybody | nothing | where one signs in and out, and where links lead in |
//!
//! A browser sends its cookie with every request, whoever made it send that request. So a cookie opens
//! nothing that changes anything, and nothing that a program reads.
//!
//! A session is 256 random bits in a cookie; `roomwatt-store` says where its hash is kept. Whoever runs
//! this on loopback is not asked for one.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{HotelId, Instant, Millis};
use roomwatt_page::{Language, Notice, NoticePage, content_security_policy};
use roomwatt_store::{Session, SessionKey, Store, TokenHash};

use crate::Api;
use crate::answer::{HTML, unwritable};
use crate::caller::{Caller, Hotels, Scope};
use crate::openid::{OpenId, PublicUrl};
use crate::problem::Problem;

/// How browsers come in.
pub struct Door {
    /// Where browsers reach this API.
    pub public_url: PublicUrl,
    /// Where people sign in; `None`: links alone lead in.
    pub sign_in: Option<SignIn>,
}

/// How people sign in.
pub struct SignIn {
    /// The provider that knows them.
    pub openid: OpenId,
    /// The claim that names their hotels.
    pub hotels_claim: String,
}

/// The cookie of a session. The prefix has browsers take it from this host alone, over TLS.
const SESSION: &str = "__Host-session";
/// How long a session lasts.
const SESSION_LASTS: Millis = 8 * HOUR;
/// Characters of a token.
const TOKEN: usize = 43;

/// 256 random bits, in base64url.
pub(crate) fn token() -> Result<String, Problem> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits).map_err(|error| {
        tracing::error!(%error, "the system has no random bits");
        Problem::internal()
    })?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bits))
}

/// Whether a route is for browsers that have a session.
fn is_page(route: &str) -> bool {
    let is_html = route.rsplit_once('.').is_some_and(|(_, kind)| kind == "html");
    is_html || route == "/" || route == "/hotels/{hotelId}/report.csv"
}

/// Whether a route is where a browser comes in or leaves, so that nobody is known there.
fn is_entrance(route: &str) -> bool {
    matches!(route, "/signin" | "/signed-in" | "/signout" | "/l/{token}")
}

/// Whether a route is without an authorizer at the gateway, as far as it is read.
pub fn is_for_browsers(route: &str) -> bool {
    is_page(route) || is_entrance(route)
}

/// Lets a call in, or turns it away.
pub(crate) async fn admit(
    State(api): State<Arc<Api>>,
    mut request: Request,
    next: Next,
) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let (page, entrance) = match route.filter(|_| reads) {
        Some(route) => (is_page(route), is_entrance(route)),
        None => (false, false),
    };
    if page && let Some(door) = &api.door {
        request.extensions_mut().remove::<Caller>();
        match caller(&api, request.headers()).await {
            Ok(Some(caller)) => {
                request.extensions_mut().insert(caller);
            }
            Ok(None) => return private(turned_away(door, &request)),
            Err(problem) => return private(problem.into_response()),
        }
    }
    // Without a door there is no entrance for who is not known already.
    let is_open = entrance && api.door.is_some();
    if !is_open && request.extensions().get::<Caller>().is_none() {
        let detail = "neither a token's claims nor an IAM identity came with the call";
        return Problem::new(StatusCode::UNAUTHORIZED, detail).into_response();
    }
    if page {
        // Nothing of a page is kept, so nothing is known of it.
        request.headers_mut().remove(header::IF_NONE_MATCH);
    }
    let answer = next.run(request).await;
    if page || entrance { private(answer) } else { answer }
}

/// Who the cookie says that this is.
async fn caller(api: &Api, headers: &HeaderMap) -> Result<Option<Caller>, Problem> {
    let Some(key) = session_key(headers) else { return Ok(None) };
    let session = api.store.session(&key, api.clock.now()).await?;
    Ok(session.map(|Session { hotels, .. }| Caller::Bearer {
        hotels: hotels.map_or(Hotels::All, Hotels::Named),
        scopes: BTreeSet::from([Scope::ReadReports]),
    }))
}

/// To where one signs in, and from there back to what was asked for.
fn turned_away(door: &Door, request: &Request) -> Response {
    if door.sign_in.is_none() {
        return notice(request.headers(), StatusCode::FORBIDDEN, Notice::LinksAlone);
    }
    let asked = request.uri().path_and_query().map_or("/", |asked| asked.as_str());
    let next = form_urlencoded::Serializer::new(String::new()).append_pair("next", asked).finish();
    redirect(&format!("/signin?{next}"))
}

/// Pages are for one person, and tell no other site where that person was.
fn private(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.remove(header::ETAG);
    answer
}

/// 302. A place that can be no header is not gone to.
pub(crate) fn redirect(to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Err(_) => Problem::internal().into_response(),
    }
}

/// A page that says why there is none.
pub(crate) fn notice(headers: &HeaderMap, status: StatusCode, notice: Notice) -> Response {
    let accepted = headers.get(header::ACCEPT_LANGUAGE);
    let language = Language::of(None, accepted.and_then(|accepted| accepted.to_str().ok()));
    match (NoticePage { notice, language }.render()) {
        Ok(page) => {
            let headers = [
                (header::CONTENT_TYPE, HTML),
                (header::CONTENT_SECURITY_POLICY, content_security_policy()),
                (header::VARY, "accept-language"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            (status, headers, page).into_response()
        }
        Err(error) => unwritable(error).into_response(),
    }
}

/// What a handler of an entrance knows: a request, and nobody who made it.
pub(crate) struct Visit {
    pub(crate) api: Arc<Api>,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
}

impl FromRequestParts<Arc<Api>> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        Ok(Self { api: Arc::clone(api), uri: parts.uri.clone(), headers: parts.headers.clone() })
    }
}

impl Visit {
    pub(crate) fn now(&self) -> Instant {
        self.api.clock.now()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.api.store
    }

    /// Whether the browser has a session of who signed in, and it sees a hotel.
    pub(crate) async fn is_signed_in_to(&self, hotel: &HotelId) -> Result<bool, Problem> {
        let Some(key) = session_key(&self.headers).filter(|key| !key.is_of_link()) else {
            return Ok(false);
        };
        let session = self.store().session(&key, self.now()).await?;
        Ok(session.is_some_and(|it| it.hotels.is_none_or(|hotels| hotels.contains(hotel))))
    }

    /// Ends the session that the browser has, if it has one.
    pub(crate) async fn end_session(&self) -> Result<(), Problem> {
        match session_key(&self.headers) {
            Some(key) => Ok(self.store().end_session(&key).await?),
            None => Ok(()),
        }
    }
}

/// Where the session of a request's cookie is kept; `None` without a cookie that can be one.
fn session_key(headers: &HeaderMap) -> Option<SessionKey> {
    let value = cookie(headers, SESSION)?;
    match value.split_once('.') {
        Some((link, token)) => Some(SessionKey::of_link(link.parse().ok()?, hash(token)?)),
        None => Some(SessionKey::signed_in(hash(&value)?)),
    }
}

/// Whether a request has the cookie of a session.
pub(crate) fn has_session(headers: &HeaderMap) -> bool {
    session_key(headers).is_some()
}

/// The hash of what can be a token.
pub(crate) fn hash(token: &str) -> Option<TokenHash> {
    (token.len() == TOKEN).then(|| TokenHash::of(token))
}

/// A new session: where it is kept, and what its cookie says.
pub(crate) fn new_session(link: Option<&TokenHash>) -> Result<(SessionKey, String), Problem> {
    let token = token()?;
    let own = TokenHash::of(&token);
    Ok(match link {
        None => (SessionKey::signed_in(own), token),
        Some(link) => (SessionKey::of_link(link.clone(), own), format!("{link}.{token}")),
    })
}

/// When a session that begins now ends, at the latest at an instant.
pub(crate) fn session_until(now: Instant, latest: Option<Instant>) -> Instant {
    let until = now + SESSION_LASTS;
    latest.map_or(until, |latest| until.min(latest))
}

/// A cookie of a request.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let sent = headers.get_all(header::COOKIE).iter().filter_map(|sent| sent.to_str().ok());
    let mut cookies = sent.flat_map(|sent| sent.split(';')).filter_map(|one| one.split_once('='));
    cookies.find(|(known, _)| known.trim() == name).map(|(_, value)| value.trim().to_owned())
}

/// Has a browser keep a session's cookie.
pub(crate) fn keep_session(answer: &mut Response, value: &str, now: Instant, until: Instant) {
    set_cookie(answer, SESSION, value, (until - now) / 1000);
}

/// Has a browser forget its session's cookie.
pub(crate) fn forget_session(answer: &mut Response) {
    set_cookie(answer, SESSION, "", 0);
}

/// Has a browser keep a cookie for so many seconds; 0 deletes it.
pub(crate) fn set_cookie(answer: &mut Response, name: &'static str, value: &str, seconds: i64) {
    // Lax: it comes with a click that leads here from elsewhere, and with nothing else from there.
    let cookie =
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Lax");
    // Names, base64url and dots: all of that can be a header.
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
