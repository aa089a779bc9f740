//! `OpenID` Connect, as far as signing in takes it: what a provider says of itself, the code flow with
//! PKCE (RFC 7636), and what an ID token claims.
//!
//! The client is public: it has no secret. What ties a code to the browser that it was asked for is
//! the verifier, which never leaves this side until the code is exchanged.
//!
//! The ID token's signature is not looked at. It comes from the token endpoint itself over TLS, which
//! tells who issued it as well as a signature would (`OpenID` Connect Core 1.0, 3.1.3.7).

use std::error::Error;
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use axum::http::{Method, Request, Response, StatusCode, Uri, header};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use futures_util::future::BoxFuture;
use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{Instant, Millis};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// How long what a provider says of itself is believed.
const DISCOVERED_FOR: Millis = HOUR;

/// The way to a provider, over HTTPS.
pub trait Https: Send + Sync {
    /// Sends a request: what came back, whatever its status.
    fn send(
        &self,
        request: Request<String>,
    ) -> BoxFuture<'_, Result<Response<Bytes>, Box<dyn Error + Send + Sync>>>;
}

/// Why somebody could not be signed in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the provider was not reached")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    #[error("the provider answered {0}")]
    Failing(StatusCode),
    #[error("the provider cannot be worked with: {0}")]
    Unusable(String),
    #[error("the provider refused the code: {0}")]
    Refused(String),
    #[error("the ID token {0}")]
    Token(&'static str),
}

/// An address is no `https` one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} must be an https URL (http on loopback alone), without a query")]
pub struct InsecureUrl(String);

/// Whether an address keeps what is sent there from others: TLS, or this machine.
fn check_secure(url: &str) -> Result<(), InsecureUrl> {
    let insecure = || InsecureUrl(url.to_owned());
    let uri: Uri = url.parse().map_err(|_| insecure())?;
    let is_local = || matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
    match uri.scheme_str() {
        Some("https") if uri.host().is_some() => Ok(()),
        Some("http") if is_local() => Ok(()),
        _ => Err(insecure()),
    }
}

/// An address of this API, without a path: `https://reports.example`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// Takes an address, with or without a slash at its end.
    ///
    /// # Errors
    /// [`InsecureUrl`] where it is no `https` address, or has a path.
    pub fn new(url: &str) -> Result<Self, InsecureUrl> {
        let url = url.strip_suffix('/').unwrap_or(url);
        check_secure(url)?;
        let (_, rest) = url.split_once("://").unwrap_or_default();
        if rest.contains(['/', '?', '#', '@']) {
            return Err(InsecureUrl(url.to_owned()));
        }
        Ok(Self(url.to_owned()))
    }

    /// The address of a path below it.
    pub(crate) fn of(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

/// A provider, and what this API is to it.
pub struct OpenId {
    issuer: String,
    client_id: String,
    https: Box<dyn Https>,
    discovered: Mutex<Option<(Instant, Endpoints)>>,
}

/// What is needed of what a provider says of itself.
#[derive(Debug, Clone, Deserialize)]
struct Endpoints {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
}

/// What a sign-in begins with, and must end with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) verifier: String,
}

impl OpenId {
    /// A provider by its issuer, which may end in a slash, and the id that it knows this API by.
    ///
    /// # Errors
    /// [`InsecureUrl`] where the issuer is no `https` address.
    pub fn new(
        issuer: &str,
        client_id: &str,
        https: impl Https + 'static,
    ) -> Result<Self, InsecureUrl> {
        check_secure(issuer)?;
        Ok(Self {
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            https: Box::new(https),
            discovered: Mutex::new(None),
        })
    }

    /// Where a browser is sent to sign in.
    pub(crate) async fn authorization(
        &self,
        attempt: &Attempt,
        redirect: &str,
        now: Instant,
    ) -> Result<String, Fault> {
        let endpoint = self.endpoints(now).await?.authorization_endpoint;
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&attempt.verifier));
        let query = form(&[
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", redirect),
            ("scope", "openid"),
            ("state", &attempt.state),
            ("nonce", &attempt.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        // An endpoint may have a query of its own.
        let separator = if endpoint.contains('?') { '&' } else { '?' };
        Ok(format!("{endpoint}{separator}{query}"))
    }

    /// Exchanges a code for what the provider says of whom it was issued to.
    pub(crate) async fn exchange(
        &self,
        code: &str,
        attempt: &Attempt,
        redirect: &str,
        now: Instant,
    ) -> Result<Map<String, Value>, Fault> {
        #[derive(Deserialize)]
        struct Tokens {
            id_token: Option<String>,
        }
        let endpoint = self.endpoints(now).await?.token_endpoint;
        let body = form(&[
            ("grant_type", "authorization_code"),
            ("client_id", &self.client_id),
            ("redirect_uri", redirect),
            ("code", code),
            ("code_verifier", &attempt.verifier),
        ]);
        let request = request(Method::POST, &endpoint)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        let answer = self.send(request).await?;
        if answer.status().is_client_error() {
            return Err(refusal(&answer));
        }
        let tokens: Tokens = read(&answer)?;
        let token = tokens.id_token.ok_or(Fault::Token("is missing"))?;
        self.claims(&token, &attempt.nonce, now)
    }

    /// What an ID token claims, if it is one of this sign-in.
    fn claims(&self, token: &str, nonce: &str, now: Instant) -> Result<Map<String, Value>, Fault> {
        let [_, payload, _] = token.split('.').collect::<Vec<_>>()[..] else {
            return Err(Fault::Token("is no JSON Web Token"));
        };
        let payload = BASE64_URL_SAFE_NO_PAD.decode(payload).ok();
        let claims = payload.and_then(|json| serde_json::from_slice::<Map<_, _>>(&json).ok());
        let claims = claims.ok_or(Fault::Token("has no readable claims"))?;
        let text = |name| claims.get(name).and_then(Value::as_str);
        if text("iss") != Some(&self.issuer) {
            return Err(Fault::Token("is from another issuer"));
        }
        let ours = match claims.get("aud") {
            Some(Value::Array(audiences)) => {
                let among = audiences.iter().any(|one| one.as_str() == Some(&self.client_id));
                among && (audiences.len() == 1 || text("azp") == Some(&self.client_id))
            }
            _ => text("aud") == Some(&self.client_id),
        };
        if !ours {
            return Err(Fault::Token("is for another client"));
        }
        let expires = claims.get("exp").and_then(Value::as_i64);
        if expires.is_none_or(|seconds| seconds.saturating_mul(1000) <= now.as_millis()) {
            return Err(Fault::Token("has expired"));
        }
        if text("nonce") != Some(nonce) {
            return Err(Fault::Token("is of another sign-in"));
        }
        Ok(claims)
    }

    async fn endpoints(&self, now: Instant) -> Result<Endpoints, Fault> {
        let known = || self.discovered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((since, endpoints)) = &*known()
            && now < *since + DISCOVERED_FOR
        {
            return Ok(endpoints.clone());
        }
        // A slash at the issuer's end is its own; the path is put behind it without.
        let issuer = self.issuer.strip_suffix('/').unwrap_or(&self.issuer);
        let url = format!("{issuer}/.well-known/openid-configuration");
        let answer = self.send(request(Method::GET, &url).body(String::new())).await?;
        let endpoints: Endpoints = read(&answer)?;
        if endpoints.issuer != self.issuer {
            let problem = format!("it is {} and not {}", endpoints.issuer, self.issuer);
            return Err(Fault::Unusable(problem));
        }
        for url in [&endpoints.authorization_endpoint, &endpoints.token_endpoint] {
            check_secure(url).map_err(|insecure| Fault::Unusable(insecure.to_string()))?;
        }
        *known() = Some((now, endpoints.clone()));
        Ok(endpoints)
    }

    async fn send(
        &self,
        request: Result<Request<String>, axum::http::Error>,
    ) -> Result<Response<Bytes>, Fault> {
        let request = request.map_err(|error| Fault::Unusable(error.to_string()))?;
        let answer = self.https.send(request).await.map_err(Fault::Unreachable)?;
        match answer.status() {
            status if status.is_server_error() => Err(Fault::Failing(status)),
            StatusCode::TOO_MANY_REQUESTS => Err(Fault::Failing(StatusCode::TOO_MANY_REQUESTS)),
            _ => Ok(answer),
        }
    }
}

fn request(method: Method, url: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(url).header(header::ACCEPT, "application/json")
}

fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn read<'a, T: Deserialize<'a>>(answer: &'a Response<Bytes>) -> Result<T, Fault> {
    if answer.status() != StatusCode::OK {
        return Err(Fault::Unusable(format!("it answered {}", answer.status())));
    }
    serde_json::from_slice(answer.body()).map_err(|error| Fault::Unusable(error.to_string()))
}

/// What a token endpoint says when it refuses (RFC 6749, 5.2). A code that is used, that has expired
/// or that was asked for by another browser is an `invalid_grant`; anything else is for an operator.
fn refusal(answer: &Response<Bytes>) -> Fault {
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
    }
    match serde_json::from_slice(answer.body()) {
        Ok(Refusal { error }) if error == "invalid_grant" => Fault::Refused(error),
        Ok(Refusal { error }) => Fault::Unusable(format!("the code was refused as {error:?}")),
        Err(_) => Fault::Unusable(format!("it answered a code with {}", answer.status())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_millis(1_795_166_078_000);

    struct Nowhere;

    impl Https for Nowhere {
        fn send(
            &self,
            _: Request<String>,
        ) -> BoxFuture<'_, Result<Response<Bytes>, Box<dyn Error + Send + Sync>>> {
            Box::pin(async { Err("nowhere".into()) })
        }
    }

    fn provider() -> OpenId {
        OpenId::new("https://issuer.example/", "reports", Nowhere).unwrap()
    }

    fn token(changed: &str, value: Value) -> String {
        let mut claims = serde_json::json!({
            "iss": "https://issuer.example/", "aud": "reports", "nonce": "n",
            "exp": NOW.as_millis() / 1000 + 1, "hotels": ["a"],
        });
        claims[changed] = value;
        format!("e30.{}.", BASE64_URL_SAFE_NO_PAD.encode(claims.to_string()))
    }

    #[test]
    fn an_id_token_is_of_this_issuer_client_and_sign_in_and_has_not_expired() {
        let claims = |token: &str| provider().claims(token, "n", NOW).map_err(|it| it.to_string());
        let now = NOW.as_millis() / 1000;
        for (name, value) in [
            ("sub", Value::from("somebody")),
            ("aud", serde_json::json!(["reports"])),
            ("exp", Value::from(i64::MAX)),
        ] {
            assert_eq!(claims(&token(name, value)).unwrap()["hotels"][0], "a");
        }
        for (name, value, problem) in [
            ("iss", Value::from("https://issuer.example"), "is from another issuer"),
            ("iss", Value::Null, "is from another issuer"),
            ("aud", Value::from("other"), "is for another client"),
            ("aud", Value::Null, "is for another client"),
            ("aud", serde_json::json!(["reports", "other"]), "is for another client"),
            ("aud", serde_json::json!([]), "is for another client"),
            ("exp", Value::from(now), "has expired"),
            ("exp", Value::from("9999999999"), "has expired"),
            ("exp", Value::Null, "has expired"),
            ("nonce", Value::from("m"), "is of another sign-in"),
            ("nonce", Value::Null, "is of another sign-in"),
        ] {
            assert_eq!(claims(&token(name, value)).unwrap_err(), format!("the ID token {problem}"));
        }
        for (text, problem) in [
            ("", "is no JSON Web Token"),
            ("a.b", "is no JSON Web Token"),
            ("a.b.c.d.e", "is no JSON Web Token"),
            ("e30.!.", "has no readable claims"),
            ("e30.W10.", "has no readable claims"),
        ] {
            assert_eq!(claims(text).unwrap_err(), format!("the ID token {problem}"));
        }
    }

    #[test]
    fn addresses_are_https_or_on_this_machine() {
        for url in
            ["https://a.example", "http://127.0.0.1:1/x", "http://localhost", "http://[::1]:2"]
        {
            assert_eq!(check_secure(url), Ok(()), "{url}");
        }
        for url in ["http://a.example", "http://127.0.0.1.a.example", "ftp://a", "a.example", ""] {
            assert!(check_secure(url).is_err(), "{url}");
        }
        let url = PublicUrl::new("https://a.example/").unwrap();
        assert_eq!(url.of("/l/x"), "https://a.example/l/x");
        for url in ["https://a.example/b", "https://a.example?b", "https://b@a.example"] {
            assert!(PublicUrl::new(url).is_err(), "{url}");
        }
    }
}
