//! `/signin`, `/signed-in`, `/signout`: how a person gets a session, and ends it.
//!
//! What a sign-in began with lies in a cookie of the browser that it began in, for ten minutes. So a code
//! that was issued to one browser is worth nothing in another: there the state is another, or none, and
//! the provider demands the verifier.

use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use roomwatt_messaging::chain;
use roomwatt_page::Notice;
use roomwatt_store::Session;
use serde_json::Value;
use tracing::{error, warn};

use crate::caller::Hotels;
use crate::door::{
    Door, SignIn, Visit, cookie, forget_session, keep_session, new_session, notice, redirect,
    session_until, set_cookie, token,
};
use crate::openid::{Attempt, Fault};
use crate::parameters::Parameters;
use crate::problem::Problem;
use crate::schema;

/// The cookie of a sign-in.
const SIGN_IN: &str = "__Host-signin";
/// How long a sign-in may take, in seconds.
const SIGN_IN_LASTS: i64 = 600;
/// Where the provider sends the browser back to.
const SIGNED_IN: &str = "/signed-in";
/// Characters of the place to go to afterwards: in a cookie, with the rest, far below 4 KB.
const LONGEST_NEXT: usize = 2_000;
const NEXT: &str = "next";

/// Signing in.
///
/// To the provider, and from there to `/signed-in`, and to `next`.
#[utoipa::path(
    get,
    path = "/signin",
    operation_id = "signIn",
    tag = "pages",
    params(schema::SignInQuery),
    responses(schema::SignInResponses)
)]
pub(crate) async fn sign_in(visit: Visit) -> Result<Response, Problem> {
    let parameters = Parameters::parse(visit.uri.query().unwrap_or_default(), &[NEXT])?;
    let next = next_place(parameters.text(NEXT));
    let Some(door) = &visit.api.door else { return Ok(redirect(next)) };
    let Some(sign_in) = &door.sign_in else {
        return Ok(notice(&visit.headers, StatusCode::FORBIDDEN, Notice::LinksAlone));
    };
    let attempt = Attempt { state: token()?, nonce: token()?, verifier: token()? };
    let back = door.public_url.of(SIGNED_IN);
    match sign_in.openid.authorization(&attempt, &back, visit.now()).await {
        Ok(provider) => {
            let mut answer = redirect(&provider);
            set_cookie(&mut answer, SIGN_IN, &write(&attempt, next), SIGN_IN_LASTS);
            Ok(answer)
        }
        Err(fault) => Ok(failed(&visit, &fault)),
    }
}

/// The way back from the provider.
///
/// Makes a session, and leads to where the sign-in was to lead. The parameters are the provider's.
#[utoipa::path(
    get,
    path = "/signed-in",
    operation_id = "signedIn",
    tag = "pages",
    params(schema::SignedInQuery),
    responses(schema::SignedInResponses)
)]
pub(crate) async fn signed_in(visit: Visit) -> Result<Response, Problem> {
    let mut answer = match visit.api.door.as_deref() {
        None => redirect("/"),
        Some(Door { sign_in: None, .. }) => {
            notice(&visit.headers, StatusCode::FORBIDDEN, Notice::LinksAlone)
        }
        Some(door @ Door { sign_in: Some(sign_in), .. }) => finish(&visit, door, sign_in).await?,
    };
    set_cookie(&mut answer, SIGN_IN, "", 0);
    Ok(answer)
}

async fn finish(visit: &Visit, door: &Door, sign_in: &SignIn) -> Result<Response, Problem> {
    let query = visit.uri.query().unwrap_or_default();
    let said = |name| {
        let mut said = form_urlencoded::parse(query.as_bytes());
        said.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    };
    let interrupted = || notice(&visit.headers, StatusCode::BAD_REQUEST, Notice::Interrupted);
    let begun = cookie(&visit.headers, SIGN_IN).and_then(|begun| read(&begun));
    let Some((attempt, next)) = begun else { return Ok(interrupted()) };
    if said("state").as_ref() != Some(&attempt.state) {
        return Ok(interrupted());
    }
    if let Some(error) = said("error") {
        // It comes from outside, and is a short word where a provider wrote it.
        let error: String = error.chars().filter(char::is_ascii_graphic).take(64).collect();
        warn!(error, "the provider did not let somebody in");
        return Ok(notice(&visit.headers, StatusCode::FORBIDDEN, Notice::Declined));
    }
    let Some(code) = said("code") else { return Ok(interrupted()) };
    let now = visit.now();
    let back = door.public_url.of(SIGNED_IN);
    let claims = match sign_in.openid.exchange(&code, &attempt, &back, now).await {
        Ok(claims) => claims,
        Err(fault) => return Ok(failed(visit, &fault)),
    };
    let hotels = match hotels(claims.get(&sign_in.hotels_claim)) {
        Hotels::All => None,
        Hotels::Named(hotels) if hotels.is_empty() => {
            warn!(claim = sign_in.hotels_claim, "an ID token names no hotel");
            return Ok(notice(&visit.headers, StatusCode::FORBIDDEN, Notice::NoHotel));
        }
        Hotels::Named(hotels) => Some(hotels),
    };
    let until = session_until(now, None);
    let (key, value) = new_session(None)?;
    visit.store().put_session(&key, &Session { hotels, expires_at: until }).await?;
    let mut answer = redirect(next_place(Some(&next)));
    keep_session(&mut answer, &value, now, until);
    Ok(answer)
}

/// Signing out.
///
/// Ends the session, here and in the table. The provider may still know the person.
#[utoipa::path(
    get,
    path = "/signout",
    operation_id = "signOut",
    tag = "pages",
    responses(schema::SignOutResponses)
)]
pub(crate) async fn sign_out(visit: Visit) -> Result<Response, Problem> {
    Parameters::parse(visit.uri.query().unwrap_or_default(), &[])?;
    let Some(door) = &visit.api.door else { return Ok(redirect("/")) };
    visit.end_session().await?;
    let told = Notice::SignedOut { sign_in: door.sign_in.is_some() };
    let mut answer = notice(&visit.headers, StatusCode::OK, told);
    forget_session(&mut answer);
    Ok(answer)
}

/// The hotels that a claim names: a text as an access token's, or a list.
fn hotels(claim: Option<&Value>) -> Hotels {
    match claim {
        Some(Value::String(names)) => Hotels::named_by(names),
        Some(Value::Array(names)) => {
            let names: Vec<_> = names.iter().filter_map(Value::as_str).collect();
            Hotels::named_by(&names.join(" "))
        }
        _ => Hotels::named_by(""),
    }
}

/// Where to go to after signing in. Nowhere but here: a browser takes two slashes, or a slash and a
/// backslash, for another host, and reads over tabs and line ends before it looks.
fn next_place(next: Option<&str>) -> &str {
    let is_here = |next: &&str| {
        let mut bytes = next.bytes();
        bytes.next() == Some(b'/')
            && !matches!(bytes.next(), Some(b'/' | b'\\'))
            && next.bytes().all(|byte| byte.is_ascii_graphic())
            && next.len() <= LONGEST_NEXT
    };
    next.filter(is_here).unwrap_or("/")
}

/// What a sign-in began with, as its cookie has it.
fn write(Attempt { state, nonce, verifier }: &Attempt, next: &str) -> String {
    format!("{state}.{nonce}.{verifier}.{}", BASE64_URL_SAFE_NO_PAD.encode(next))
}

fn read(cookie: &str) -> Option<(Attempt, String)> {
    let [state, nonce, verifier, next] = cookie.split('.').collect::<Vec<_>>()[..] else {
        return None;
    };
    let next = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(next).ok()?).ok()?;
    let [state, nonce, verifier] = [state, nonce, verifier].map(str::to_owned);
    Some((Attempt { state, nonce, verifier }, next))
}

/// The person reads what to do, the log why.
fn failed(visit: &Visit, fault: &Fault) -> Response {
    let (status, told) = match fault {
        Fault::Unreachable(_) | Fault::Failing(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, Notice::Unavailable)
        }
        Fault::Unusable(_) => (StatusCode::BAD_GATEWAY, Notice::Unusable),
        Fault::Refused(_) | Fault::Token(_) => (StatusCode::FORBIDDEN, Notice::Declined),
    };
    if status.is_server_error() {
        error!(error = chain(fault), "nobody can sign in");
    } else {
        warn!(error = chain(fault), "somebody was not signed in");
    }
    notice(&visit.headers, status, told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_leads_nowhere_but_here() {
        for here in ["/", "/hotels/a/report.html?from=2026-11-01&to=2026-11-02", "/a//b", "/@b"] {
            assert_eq!(next_place(Some(here)), here);
        }
        let long = format!("/{}", "a".repeat(LONGEST_NEXT));
        for elsewhere in [
            "",
            "//evil",
            "/\\evil",
            "\\/evil",
            "https://evil",
            "evil",
            " /a",
            "/\t/evil",
            "/\n/evil",
            "/a\r\nset-cookie: b",
            "/é",
            &long,
        ] {
            assert_eq!(next_place(Some(elsewhere)), "/", "{elsewhere:?}");
        }
        assert_eq!(next_place(None), "/");
    }

    #[test]
    fn a_cookie_says_what_it_was_given() {
        let attempt =
            Attempt { state: "s".to_owned(), nonce: "n".to_owned(), verifier: "v".to_owned() };
        let next = "/a?b=c.d";
        assert_eq!(read(&write(&attempt, next)), Some((attempt, next.to_owned())));
        for cookie in ["", "s.n.v", "s.n.v.!", "s.n.v._w", "s.n.v.YQ.YQ"] {
            assert_eq!(read(cookie), None, "{cookie}");
        }
    }

    #[test]
    fn hotels_are_a_text_or_a_list() {
        let named = Hotels::named_by("a b-1");
        for claim in [serde_json::json!("a b-1"), serde_json::json!(["a", "b-1", 3])] {
            assert_eq!(hotels(Some(&claim)), named);
        }
        assert_eq!(hotels(Some(&serde_json::json!(["*"]))), Hotels::All);
        for nothing in [None, Some(Value::Null), Some(Value::from(1)), Some(serde_json::json!({}))]
        {
            assert_eq!(hotels(nothing.as_ref()), Hotels::named_by(""));
        }
    }
}
