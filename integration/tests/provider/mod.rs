//! A provider of sign-ins on loopback: discovery, authorization and token endpoint, as strict as
//! `OpenID` Connect and PKCE have them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use report_api::HttpsClient;
use roomwatt_api::Https;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// The client that it knows.
pub(crate) const CLIENT: &str = "pages";

/// What an authorization was asked for.
struct Asked {
    challenge: String,
    nonce: String,
    redirect: String,
}

/// What it does, which a test may change.
pub(crate) struct Manners {
    /// Claims that an ID token has instead of the usual ones.
    pub(crate) claims: HashMap<&'static str, Value>,
    /// Members of the discovery document, likewise.
    pub(crate) discovered: HashMap<&'static str, Value>,
    /// The status of every answer, where it is not to work.
    pub(crate) failing: Option<StatusCode>,
    /// What an authorization ends with in the place of a code.
    pub(crate) error: Option<&'static str>,
}

struct Shared {
    issuer: String,
    manners: Mutex<Manners>,
    codes: Mutex<HashMap<String, Asked>>,
}

/// The provider. It serves until it is dropped.
pub(crate) struct Provider {
    shared: Arc<Shared>,
    client: HttpsClient,
    _server: JoinSet<()>,
}

impl Provider {
    /// Starts one whose people see these hotels. Its issuer ends in a slash.
    pub(crate) async fn start(hotels: Value) -> Self {
        Self::start_at("/", hotels).await
    }

    /// The same with an issuer of a path.
    pub(crate) async fn start_at(path: &str, hotels: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}{path}", listener.local_addr().expect("an address"));
        let manners = Manners {
            claims: HashMap::from([("hotels", hotels)]),
            discovered: HashMap::new(),
            failing: None,
            error: None,
        };
        let (manners, codes) = (Mutex::new(manners), Mutex::default());
        let shared = Arc::new(Shared { issuer, manners, codes });
        let router = Router::new()
            .route(&below(path, ".well-known/openid-configuration"), get(discovery))
            .route(&below(path, "authorize"), get(authorize))
            .route(&below(path, "token"), post(token))
            .with_state(Arc::clone(&shared));
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.expect("a server") });
        Self { shared, client: HttpsClient::new(), _server: server }
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.shared.issuer
    }

    pub(crate) fn manners(&self) -> MutexGuard<'_, Manners> {
        self.shared.manners.lock().expect("no panic")
    }

    /// Has a browser sign in where it was sent to: its status, and where it is sent from there.
    pub(crate) async fn visit(&self, url: &str) -> (u16, Option<String>) {
        let request = Request::get(url).body(String::new()).expect("a request");
        let answer = self.client.send(request).await.expect("an answer");
        let location = answer.headers().get(header::LOCATION);
        let location = location.map(|to| to.to_str().expect("text").to_owned());
        (answer.status().as_u16(), location)
    }
}

/// A path below another one, or below an address, which may end in a slash.
fn below(path: &str, name: &str) -> String {
    format!("{}/{name}", path.trim_end_matches('/'))
}

fn form(text: &str) -> HashMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

async fn discovery(State(provider): State<Arc<Shared>>) -> Response {
    let manners = provider.manners.lock().expect("no panic");
    if let Some(status) = manners.failing {
        return status.into_response();
    }
    let mut document = json!({
        "issuer": provider.issuer,
        "authorization_endpoint": below(&provider.issuer, "authorize"),
        "token_endpoint": below(&provider.issuer, "token"),
        "jwks_uri": below(&provider.issuer, "keys"),
        "response_types_supported": ["code"],
    });
    for (name, value) in &manners.discovered {
        document[*name] = value.clone();
    }
    document.to_string().into_response()
}

async fn authorize(State(provider): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    let query = form(&query.unwrap_or_default());
    let said = |name: &str| query.get(name).filter(|value| value.len() > 10).cloned();
    let exact = |name: &str, value: &str| query.get(name).is_some_and(|given| given == value);
    let usual = exact("response_type", "code")
        && exact("client_id", CLIENT)
        && exact("scope", "openid")
        && exact("code_challenge_method", "S256");
    let (Some(state), Some(nonce), Some(challenge), Some(redirect), true) =
        (said("state"), said("nonce"), said("code_challenge"), said("redirect_uri"), usual)
    else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    if let Some(error) = provider.manners.lock().expect("no panic").error {
        let back = format!("{redirect}?error={error}&state={state}");
        return (StatusCode::FOUND, [(header::LOCATION, back)]).into_response();
    }
    let code = format!("code-{:032x}", fastrand::u128(..));
    let back = format!("{redirect}?code={code}&state={state}&iss=x");
    let asked = Asked { challenge, nonce, redirect };
    provider.codes.lock().expect("no panic").insert(code, asked);
    (StatusCode::FOUND, [(header::LOCATION, back)]).into_response()
}

async fn token(State(provider): State<Arc<Shared>>, body: String) -> Response {
    let form = form(&body);
    let said = |name: &str| form.get(name).map_or("", String::as_str);
    let refused = |error: &str| (StatusCode::BAD_REQUEST, json!({ "error": error }).to_string());
    if said("grant_type") != "authorization_code" || form.contains_key("client_secret") {
        return refused("unsupported_grant_type").into_response();
    }
    if said("client_id") != CLIENT {
        return refused("invalid_client").into_response();
    }
    // A code is spent by whoever tries it.
    let asked = provider.codes.lock().expect("no panic").remove(said("code"));
    let verified = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(said("code_verifier")));
    let Some(asked) =
        asked.filter(|asked| asked.challenge == verified && asked.redirect == said("redirect_uri"))
    else {
        return refused("invalid_grant").into_response();
    };
    let mut claims = json!({
        "iss": provider.issuer, "aud": CLIENT, "sub": "somebody", "nonce": asked.nonce,
        "iat": 0, "exp": 4_102_444_800_i64,
    });
    let manners = provider.manners.lock().expect("no panic");
    for (name, value) in &manners.claims {
        claims[*name] = value.clone();
    }
    let claims = BASE64_URL_SAFE_NO_PAD.encode(claims.to_string());
    let answer = json!({
        "access_token": "opaque", "token_type": "Bearer", "expires_in": 3600,
        "id_token": format!("eyJhbGciOiJSUzI1NiJ9.{claims}.c2ln"),
    });
    answer.to_string().into_response()
}
