//! How browsers come in: signing in, sessions, links; and that nothing else is let in by any of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::{Extension, Router};
use report_api::HttpsClient;
use roomwatt_api::{Api, Caller, Delivery, Door, OpenId, PublicUrl, SignIn};
use roomwatt_domain::Instant;
use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_embedded::clock::ReplayClock;
use roomwatt_store::{Consumed, Store};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::callers::bearer;
use crate::harbour::{Answer, HOTEL, RANGE, call, get_with, harbour, later};
use crate::provider::{CLIENT, Provider};

const PUBLIC: &str = "https://reports.example";
const PAGE: &str = "/hotels/harbour-house/report.html?from=2026-10-22&to=2026-10-31";
const SESSION: &str = "__Host-session";
const SIGN_IN: &str = "__Host-signin";

/// The API as it is deployed, and a clock that a test moves.
struct Deployed {
    store: Store,
    clock: Arc<ReplayClock>,
    router: Router,
}

impl Deployed {
    async fn with(provider: &Provider) -> Self {
        Self::over(harbour().await.store(), Some(provider))
    }

    /// Where nobody can sign in.
    async fn with_links_alone() -> Self {
        Self::over(harbour().await.store(), None)
    }

    fn over(store: Store, provider: Option<&Provider>) -> Self {
        let sign_in = provider.map(|provider| SignIn {
            openid: OpenId::new(provider.issuer(), CLIENT, HttpsClient::new()).unwrap(),
            hotels_claim: "hotels".to_owned(),
        });
        let door = Door { public_url: PublicUrl::new(PUBLIC).unwrap(), sign_in };
        let clock = Arc::new(ReplayClock::at(later()));
        let api = Api::new(store.clone(), Arc::clone(&clock) as _, Delivery::Buffered);
        Self { store, clock, router: api.behind(door).router() }
    }

    fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookies: BTreeMap::new() }
    }

    /// The API for a caller whom the gateway's authorizer knows.
    fn for_caller(&self, caller: Caller) -> Router {
        self.router.clone().layer(Extension(caller))
    }

    /// Somebody who has signed in.
    async fn signed_in(&self, provider: &Provider) -> Browser {
        let mut browser = self.browser();
        let answer = browser.sign_in(provider, "/signin").await;
        assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text());
        assert!(browser.cookies.contains_key(SESSION));
        browser
    }

    /// A link to the hotel: its id, and its path.
    async fn link(&self, days: i64) -> (String, String) {
        let api = self.for_caller(bearer("harbour-house", "reports:read"));
        let answer = send(&api, "POST", &format!("{HOTEL}/links"), json!({"days": days})).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        let made = answer.json();
        let url = made["url"].as_str().unwrap();
        (made["id"].as_str().unwrap().to_owned(), url.strip_prefix(PUBLIC).unwrap().to_owned())
    }

    async fn delete(&self, id: &str) -> Answer {
        let api = self.for_caller(Caller::Owner);
        send(&api, "DELETE", &format!("{HOTEL}/links/{id}"), Value::Null).await
    }
}

/// A browser: it keeps its cookies, and follows nothing by itself.
struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    async fn get(&mut self, path: &str) -> Answer {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.chain(["other=1".to_owned()]).collect::<Vec<_>>().join("; ");
        let answer = get_with(&self.router, path, &[("cookie", &cookies)]).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let (pair, attributes) = cookie.to_str().unwrap().split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let rest = attributes.strip_prefix("Path=/; Max-Age=").unwrap();
            let (seconds, rest) = rest.split_once("; ").unwrap();
            assert_eq!(rest, "HttpOnly; Secure; SameSite=Lax");
            assert!(name.starts_with("__Host-"), "{name}");
            if seconds == "0" {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Goes to where one signs in, and comes back with what the provider gave: the way in.
    async fn begin(&mut self, provider: &Provider, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text());
        let (status, back) = provider.visit(answer.header("location")).await;
        assert_eq!(status, 302);
        back.unwrap().strip_prefix(PUBLIC).unwrap().to_owned()
    }

    async fn sign_in(&mut self, provider: &Provider, path: &str) -> Answer {
        let back = self.begin(provider, path).await;
        self.get(&back).await
    }

    /// Demands that no page is shown, and no session there.
    async fn assert_kept_out(&mut self) {
        let answer = self.get(PAGE).await;
        assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text());
        assert!(answer.header("location").starts_with("/signin?next="));
    }
}

async fn send(router: &Router, method: &str, path: &str, body: Value) -> Answer {
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    call(router, Request::builder().method(method).uri(path).body(body).unwrap()).await
}

async fn provider() -> Provider {
    Provider::start(json!(["harbour-house", "elsewhere"])).await
}

/// A page that tells why there is none.
#[track_caller]
fn assert_told(answer: &Answer, status: u16, heading: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(answer.header("cache-control"), "private, no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert!(answer.text().contains(&format!("<h1>{heading}</h1>")), "{}", answer.text());
}

#[tokio::test]
async fn a_person_signs_in_and_lands_on_what_was_asked_for() {
    let provider = provider().await;
    let deployed = Deployed::with(&provider).await;
    let mut browser = deployed.browser();
    let turned_away = browser.get(PAGE).await;
    assert_eq!(turned_away.status, StatusCode::FOUND);
    let to_sign_in = turned_away.header("location").to_owned();
    let back = browser.begin(&provider, &to_sign_in).await;
    assert!(browser.cookies.contains_key(SIGN_IN));
    let signed_in = browser.get(&back).await;
    assert_eq!((signed_in.status, signed_in.header("location")), (StatusCode::FOUND, PAGE));
    assert_eq!(signed_in.header("referrer-policy"), "no-referrer");
    assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), [SESSION]);
    assert_eq!(browser.cookies[SESSION].len(), 43);
    for path in [
        PAGE,
        "/hotels/harbour-house/rooms/101/report.html?from=2026-10-22&to=2026-10-31",
        "/hotels/harbour-house/rooms/101/history.html?date=2026-10-30",
        "/hotels/harbour-house/report.csv?from=2026-10-22&to=2026-10-31",
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
        assert_eq!(page.header("cache-control"), "private, no-store");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
    }
    // For eight hours, however much is read meanwhile.
    deployed.clock.set(later() + 8 * HOUR - 1);
    assert_eq!(browser.get(PAGE).await.status, StatusCode::OK);
    deployed.clock.set(later() + 8 * HOUR);
    browser.assert_kept_out().await;
}

#[tokio::test]
async fn an_issuer_may_end_in_a_slash_or_not() {
    for path in ["/", "", "/realms/hotels", "/realms/hotels/"] {
        let provider = Provider::start_at(path, json!("harbour-house")).await;
        let deployed = Deployed::with(&provider).await;
        let mut browser = deployed.signed_in(&provider).await;
        assert_eq!(browser.get(PAGE).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn the_provider_is_asked_with_state_nonce_and_challenge() {
    let provider = provider().await;
    let deployed = Deployed::with(&provider).await;
    let asked = deployed.browser().get("/signin").await.header("location").to_owned();
    let (endpoint, query) = asked.split_once('?').unwrap();
    assert_eq!(endpoint, format!("{}authorize", provider.issuer()));
    let redirect = "redirect_uri=https%3A%2F%2Freports.example%2Fsigned-in";
    assert!(query.split('&').any(|part| part == redirect), "{query}");
    let parts: Vec<_> = query.split('&').collect();
    assert_eq!(parts.len(), 8);
    for left_out in 0..parts.len() {
        let mut fewer = parts.clone();
        let name = fewer.remove(left_out);
        let (status, _) = provider.visit(&format!("{endpoint}?{}", fewer.join("&"))).await;
        assert_eq!(status, 400, "without {name}");
    }
    // Each sign-in has its own.
    let again = deployed.browser().get("/signin").await.header("location").to_owned();
    for name in ["state=", "nonce=", "code_challenge="] {
        let of = |query: &str| query.split('&').find(|it| it.starts_with(name)).map(str::to_owned);
        assert!(of(query).is_some());
        assert_ne!(of(query), of(again.split_once('?').unwrap().1), "{name}");
    }
}

#[tokio::test]
async fn state_nonce_and_verifier_are_demanded() {
    let provider = provider().await;
    let deployed = Deployed::with(&provider).await;
    let interrupted = "The sign-in was not completed";
    // Another state, none, and a browser in which no sign-in began.
    for altered in ["state=x&", ""] {
        let mut browser = deployed.browser();
        let back = browser.begin(&provider, "/signin").await;
        let (before, after) = back.split_once("state=").unwrap();
        let after = after.split_once('&').unwrap().1;
        assert_told(&browser.get(&format!("{before}{altered}{after}")).await, 400, interrupted);
        // That sign-in is over: not even the right state revives it.
        assert_told(&browser.get(&back).await, 400, interrupted);
        browser.assert_kept_out().await;
    }
    let back = deployed.browser().begin(&provider, "/signin").await;
    let mut other = deployed.browser();
    assert_told(&other.get(&back).await, 400, interrupted);
    other.assert_kept_out().await;
    // No code.
    let mut browser = deployed.browser();
    let back = browser.begin(&provider, "/signin").await;
    let codeless = back.replace("code=code-", "c=");
    assert_told(&browser.get(&codeless).await, 400, interrupted);
    // The nonce of another sign-in, and another verifier: what the browser keeps is not believed.
    for (part, altered) in [(1, "nonce"), (2, "verifier")] {
        let mut browser = deployed.browser();
        let back = browser.begin(&provider, "/signin").await;
        let kept = browser.cookies[SIGN_IN].clone();
        let mut parts: Vec<_> = kept.split('.').collect();
        parts[part] = altered;
        browser.cookies.insert(SIGN_IN.to_owned(), parts.join("."));
        assert_told(&browser.get(&back).await, 403, "You were not signed in");
        browser.assert_kept_out().await;
    }
}

#[tokio::test]
async fn a_stolen_code_is_worth_nothing() {
    let provider = provider().await;
    let deployed = Deployed::with(&provider).await;
    let code_of = |back: &str| {
        let (_, code) = back.split_once("code=").unwrap();
        code.split('&').next().unwrap().to_owned()
    };
    let (mut victim, mut thief) = (deployed.browser(), deployed.browser());
    let stolen = victim.begin(&provider, "/signin").await;
    let own = thief.begin(&provider, "/signin").await;
    // In the thief's own sign-in: the provider demands the victim's verifier.
    let exchanged = own.replace(&code_of(&own), &code_of(&stolen));
    assert_told(&thief.get(&exchanged).await, 403, "You were not signed in");
    thief.assert_kept_out().await;
    // As it is: the state is not the thief's.
    thief.begin(&provider, "/signin").await;
    assert_eq!(thief.get(&stolen).await.status, StatusCode::BAD_REQUEST);
    thief.assert_kept_out().await;
    // A code that was used is used, even in the browser that it was for.
    let mut browser = deployed.browser();
    let back = browser.begin(&provider, "/signin").await;
    let kept = browser.cookies[SIGN_IN].clone();
    assert_eq!(browser.get(&back).await.status, StatusCode::FOUND);
    browser.cookies = BTreeMap::from([(SIGN_IN.to_owned(), kept)]);
    assert_told(&browser.get(&back).await, 403, "You were not signed in");
    browser.assert_kept_out().await;
}

#[tokio::test]
async fn signing_in_leads_nowhere_else() {
    let provider = provider().await;
    let deployed = Deployed::with(&provider).await;
    for (next, expected) in [
        ("/hotels/a/report.html%3Ffrom%3D1", "/hotels/a/report.html?from=1"),
        ("//evil", "/"),
        ("/%5Cevil", "/"),
        ("/\\evil", "/"),
        ("/%09/evil", "/"),
        ("/%0A/evil", "/"),
        ("/%0D%0Aset-cookie:%20a=b", "/"),
        ("https://evil", "/"),
        ("evil", "/"),
        ("", "/"),
    ] {
        let path = format!("/signin?next={}", next.replace('\\', "%5C"));
        let answer = deployed.browser().sign_in(&provider, &path).await;
        assert_eq!(answer.header("location"), expected, "{next}");
    }
    // Nor where the browser's cookie was altered.
    for next in ["Ly9ldmls", "L1xldmls", "aHR0cHM6Ly9ldmls"] {
        let mut browser = deployed.browser();
        let back = browser.begin(&provider, "/signin").await;
        let kept = browser.cookies[SIGN_IN].clone();
        let (kept, _) = kept.rsplit_once('.').unwrap();
        browser.cookies.insert(SIGN_IN.to_owned(), format!("{kept}.{next}"));
        assert_eq!(browser.get(&back).await.header("location"), "/");
    }
    deployed.browser().get("/signin?where=x").await.problem(400);
}

#[tokio::test]
async fn a_cookie_opens_pages_and_nothing_that_a_program_calls() {
    let provider = provider().await;
    let deployed = Deployed::with(&provider).await;
    let browser = deployed.signed_in(&provider).await;
    let cookie = format!("{SESSION}={}", browser.cookies[SESSION]);
    let profile = harbour().await.profile.to_json();
    for (method, path, body) in [
        ("PUT", HOTEL.to_owned(), profile.as_str()),
        ("PUT", format!("{HOTEL}/devices"), r#"{"devices":[]}"#),
        ("POST", format!("{HOTEL}/links"), "{}"),
        ("DELETE", format!("{HOTEL}/links/x"), ""),
        ("PUT", PAGE.to_owned(), "{}"),
        ("POST", "/signout".to_owned(), ""),
        ("GET", "/hotels".to_owned(), ""),
        ("GET", HOTEL.to_owned(), ""),
        ("GET", format!("{HOTEL}/reports?{RANGE}"), ""),
        ("GET", format!("{HOTEL}/reports?{RANGE}&format=csv"), ""),
        ("GET", format!("{HOTEL}/rooms/101/reports?{RANGE}"), ""),
        ("GET", format!("{HOTEL}/rooms/101/history?date=2026-10-30"), ""),
        ("GET", format!("{HOTEL}/live"), ""),
        ("GET", "/sources".to_owned(), ""),
        ("GET", "/openapi.json".to_owned(), ""),
    ] {
        let request = Request::builder().method(method).uri(&path).header("cookie", &cookie);
        let answer = call(&deployed.router, request.body(Body::from(body.to_owned())).unwrap());
        answer.await.problem(401);
    }
}

#[tokio::test]
async fn pages_know_nobody_but_by_the_cookie_and_all_else_is_as_before() {
    let provider = provider().await;
    let deployed = Deployed::with(&provider).await;
    let open = harbour().await;
    for caller in [Caller::Owner, bearer("*", "reports:read hotels:write")] {
        let api = deployed.for_caller(caller.clone());
        let answer = get_with(&api, PAGE, &[]).await;
        assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text());
        // Every call that is no page's is answered as where there is no door.
        let before = crate::harbour::router(open.store(), later(), Some(caller));
        for path in [
            "/hotels".to_owned(),
            HOTEL.to_owned(),
            format!("{HOTEL}/reports?{RANGE}&limit=5"),
            format!("{HOTEL}/rooms/101/reports?{RANGE}"),
            format!("{HOTEL}/live"),
            "/sources".to_owned(),
            "/health".to_owned(),
            "/nowhere".to_owned(),
        ] {
            let (now, then) =
                (get_with(&api, &path, &[]).await, get_with(&before, &path, &[]).await);
            assert_eq!((now.status, &now.body), (then.status, &then.body), "{path}");
            assert_eq!(now.header("etag"), then.header("etag"), "{path}");
        }
    }
    let nobody = deployed.browser();
    crate::harbour::get(&nobody.router, "/hotels").await.problem(401);
}

#[tokio::test]
async fn a_session_sees_its_own_hotels() {
    let provider = Provider::start(json!("elsewhere")).await;
    let deployed = Deployed::with(&provider).await;
    let mut browser = deployed.signed_in(&provider).await;
    let hidden = browser.get(PAGE).await;
    let missing = browser.get(&PAGE.replace("harbour-house", "nowhere")).await;
    hidden.problem(404);
    assert_eq!(hidden.text(), missing.text(), "word for word the same");
    provider.manners().claims.insert("hotels", json!("*"));
    let mut browser = deployed.signed_in(&provider).await;
    assert_eq!(browser.get(PAGE).await.status, StatusCode::OK);
}

#[tokio::test]
async fn cookies_that_are_no_sessions_open_nothing() {
    let provider = provider().await;
    let deployed = Deployed::with(&provider).await;
    let real = deployed.signed_in(&provider).await.cookies[SESSION].clone();
    let mut altered = real.clone();
    altered.replace_range(..1, if real.starts_with('A') { "B" } else { "A" });
    let hash = roomwatt_store::TokenHash::of(&real);
    let apart = Deployed::over(deployed.store.metered_apart(), Some(&provider));
    for (cookie, asked) in [
        (String::new(), false),
        ("x".to_owned(), false),
        ("x".repeat(5000), false),
        (format!("{hash}.x"), false),
        (format!("x.{real}"), false),
        (altered, true),
        // What is in the table opens nothing, nor does one's own session under another's link.
        (hash.to_string(), true),
        (format!("{hash}.{hash}"), true),
    ] {
        let mut browser = apart.browser();
        browser.cookies.insert(SESSION.to_owned(), cookie);
        let before = apart.store.meter().consumed();
        browser.assert_kept_out().await;
        let asked_of_table = apart.store.meter().consumed() - before;
        assert_eq!(asked_of_table.requests, u64::from(asked));
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_wherever_its_cookie_went() {
    let provider = provider().await;
    let deployed = Deployed::with(&provider).await;
    let mut browser = deployed.signed_in(&provider).await;
    let mut copy = deployed.browser();
    copy.cookies = browser.cookies.clone();
    let page = copy.get(PAGE).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains(r#"href="../../signout">Sign out</a>"#), "{}", page.text());
    assert_told(&browser.get("/signout").await, 200, "You are signed out");
    assert!(browser.cookies.is_empty());
    browser.assert_kept_out().await;
    copy.assert_kept_out().await;
    // Who is not signed in can sign out.
    assert_told(&browser.get("/signout").await, 200, "You are signed out");
}

#[tokio::test]
async fn what_goes_wrong_at_the_provider_is_told() {
    let provider = provider().await;
    let unavailable = "The sign-in service does not answer";
    let unusable = "Signing in does not work here";
    let declined = "You were not signed in";
    // It does not answer, or says what cannot be worked with.
    let deployed = Deployed::with(&provider).await;
    provider.manners().failing = Some(StatusCode::BAD_GATEWAY);
    assert_told(&deployed.browser().get("/signin").await, 503, unavailable);
    provider.manners().failing = Some(StatusCode::NOT_FOUND);
    assert_told(&deployed.browser().get("/signin").await, 502, unusable);
    provider.manners().failing = None;
    for (member, value) in [
        ("issuer", json!(provider.issuer().trim_end_matches('/'))),
        ("authorization_endpoint", json!("http://provider.example/authorize")),
        ("token_endpoint", json!("http://provider.example/token")),
        ("token_endpoint", Value::Null),
    ] {
        provider.manners().discovered = [(member, value)].into();
        assert_told(&deployed.browser().get("/signin").await, 502, unusable);
    }
    provider.manners().discovered.clear();
    // It lets nobody in.
    provider.manners().error = Some("access_denied");
    let mut browser = deployed.browser();
    assert_told(&browser.sign_in(&provider, "/signin").await, 403, declined);
    browser.assert_kept_out().await;
    provider.manners().error = None;
    // What it says of somebody does not hold.
    let usual = provider.manners().claims.clone();
    for (claim, value, heading) in [
        ("iss", json!("https://other.example/"), declined),
        ("aud", json!("other"), declined),
        ("aud", json!([CLIENT, "other"]), declined),
        ("exp", json!(later().as_millis() / 1000), declined),
        ("nonce", json!("other"), declined),
        ("hotels", json!([]), "Your account may see no hotel"),
        ("hotels", Value::Null, "Your account may see no hotel"),
    ] {
        provider.manners().claims.insert(claim, value);
        let mut browser = deployed.browser();
        assert_told(&browser.sign_in(&provider, "/signin").await, 403, heading);
        browser.assert_kept_out().await;
        provider.manners().claims.clone_from(&usual);
    }
    // What it says of itself is believed for an hour, and asked for again after that.
    provider.manners().discovered = [("issuer", json!("https://other.example/"))].into();
    deployed.clock.set(later() + 59 * MINUTE);
    assert_eq!(deployed.browser().get("/signin").await.status, StatusCode::FOUND);
    deployed.clock.set(later() + 61 * MINUTE);
    assert_told(&deployed.browser().get("/signin").await, 502, unusable);
    drop(provider);
    assert_told(&deployed.browser().get("/signin").await, 503, unavailable);
}

#[tokio::test]
async fn where_nobody_can_sign_in_a_page_says_how_to_get_a_link() {
    let deployed = Deployed::with_links_alone().await;
    for path in [PAGE, "/signin", "/signed-in?code=a&state=b"] {
        assert_told(&deployed.browser().get(path).await, 403, "You need a link to see this");
    }
    let answer = get_with(&deployed.router, PAGE, &[("accept-language", "ko")]).await;
    assert_told(&answer, 403, "링크가 있어야 볼 수 있습니다");
    let (_, path) = deployed.link(1).await;
    let mut browser = deployed.browser();
    assert_eq!(browser.get(&path).await.status, StatusCode::FOUND);
    assert_eq!(browser.get(PAGE).await.status, StatusCode::OK);
    let gone = browser.get("/signout").await;
    assert_told(&gone, 200, "You are signed out");
    assert!(!gone.text().contains("href=\"/signin\""));
}

#[tokio::test]
async fn a_link_leads_in_without_an_account_until_it_is_deleted() {
    let provider = provider().await;
    let deployed = Deployed::with(&provider).await;
    let (id, path) = deployed.link(7).await;
    let mut browser = deployed.browser();
    let followed = browser.get(&path).await;
    assert_eq!(followed.status, StatusCode::FOUND, "{}", followed.text());
    assert_eq!(followed.header("location"), "/hotels/harbour-house/report.html");
    assert_eq!(followed.header("referrer-policy"), "no-referrer");
    assert_eq!(browser.get(PAGE).await.status, StatusCode::OK);
    browser.get(&PAGE.replace("harbour-house", "elsewhere")).await.problem(404);
    // Neither token nor link's id does for the other.
    let mut other = deployed.browser();
    assert_told(&other.get(&format!("/l/{id}")).await, 404, "This link does not work");
    let token = path.strip_prefix("/l/").unwrap();
    deployed.delete(token).await.problem(404);
    // Another hotel cannot delete it, nor can who does not see the hotel.
    let stranger = deployed.for_caller(bearer("elsewhere", "reports:read"));
    for hotel in ["elsewhere", "harbour-house"] {
        let path = format!("/hotels/{hotel}/links/{id}");
        send(&stranger, "DELETE", &path, Value::Null).await.problem(404);
    }
    let scopeless = deployed.for_caller(bearer("harbour-house", "hotels:write"));
    send(&scopeless, "DELETE", &format!("{HOTEL}/links/{id}"), Value::Null).await.problem(403);
    assert_eq!(browser.get(PAGE).await.status, StatusCode::OK);
    // Deleted: the link, and the sessions that it made.
    assert_eq!(deployed.delete(&id).await.status, StatusCode::NO_CONTENT);
    browser.assert_kept_out().await;
    assert_told(&browser.get(&path).await, 404, "This link does not work");
    deployed.delete(&id).await.problem(404);
}

#[tokio::test]
async fn a_link_leaves_who_has_signed_in_signed_in() {
    let provider = provider().await;
    let deployed = Deployed::with(&provider).await;
    let (_, path) = deployed.link(7).await;
    let mut browser = deployed.signed_in(&provider).await;
    let before = browser.cookies[SESSION].clone();
    let followed = browser.get(&path).await;
    assert_eq!(followed.header("location"), "/hotels/harbour-house/report.html");
    assert_eq!(browser.cookies[SESSION], before);
    // Who may not see the hotel gets to see it, and who came by a link has the time of the new one.
    let elsewhere = Provider::start_at("/", json!("elsewhere")).await;
    let deployed = Deployed::with(&elsewhere).await;
    let (_, path) = deployed.link(7).await;
    let mut browser = deployed.signed_in(&elsewhere).await;
    browser.get(PAGE).await.problem(404);
    for _ in 0..2 {
        let before = browser.cookies[SESSION].clone();
        browser.get(&path).await;
        assert_ne!(browser.cookies[SESSION], before);
        assert_eq!(browser.get(PAGE).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_links_session_ends_with_its_link_at_the_latest() {
    let deployed = Deployed::with_links_alone().await;
    let (_, path) = deployed.link(1).await;
    let mut browser = deployed.browser();
    browser.get(&path).await;
    deployed.clock.set(later() + 8 * HOUR);
    assert_eq!(browser.get(PAGE).await.status, StatusCode::FORBIDDEN);
    deployed.clock.set(later() + 23 * HOUR);
    browser.get(&path).await;
    assert_eq!(browser.get(PAGE).await.status, StatusCode::OK);
    deployed.clock.set(later() + 24 * HOUR);
    assert_eq!(browser.get(PAGE).await.status, StatusCode::FORBIDDEN);
    assert_told(&browser.get(&path).await, 404, "This link does not work");
}

#[tokio::test]
async fn a_link_is_made_for_1_to_30_days_by_who_may_read() {
    let deployed = Deployed::with_links_alone().await;
    let api = deployed.for_caller(bearer("harbour-house elsewhere", "reports:read"));
    let path = format!("{HOTEL}/links");
    for (body, expires) in [
        (Value::Null, "2026-11-10T12:00:00Z"),
        (json!({}), "2026-11-10T12:00:00Z"),
        (json!({"days": 1}), "2026-11-04T12:00:00Z"),
        (json!({"days": 30}), "2026-12-03T12:00:00Z"),
    ] {
        let answer = send(&api, "POST", &path, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        let made = answer.json();
        let at = Instant::parse(made["expiresAt"].as_str().unwrap()).unwrap();
        assert_eq!(at, Instant::parse(expires).unwrap());
        assert!(made["url"].as_str().unwrap().starts_with("https://reports.example/l/"));
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    for days in [json!(0), json!(31), json!(-1), json!(1.5), json!("7"), Value::Null] {
        let problem = send(&api, "POST", &path, json!({ "days": days })).await.problem(400);
        assert_eq!(problem["errors"][0]["field"], "days", "{problem}");
    }
    for body in [json!({"day": 7}), json!([]), json!("x")] {
        send(&api, "POST", &path, body).await.problem(400);
    }
    let long = json!({"days": " ".repeat(2000)});
    send(&api, "POST", &path, long).await.problem(413);
    send(&api, "POST", "/hotels/elsewhere/links", json!({})).await.problem(404);
    send(&api, "POST", "/hotels/other/links", json!({})).await.problem(404);
    let writer = deployed.for_caller(bearer("*", "hotels:write"));
    send(&writer, "POST", &path, json!({})).await.problem(403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn links_are_made_followed_and_deleted_at_once() {
    let deployed = Arc::new(Deployed::with_links_alone().await);
    let mut links = JoinSet::new();
    for _ in 0..8 {
        let deployed = Arc::clone(&deployed);
        links.spawn(async move { deployed.link(1).await });
    }
    let links = links.join_all().await;
    let ids: std::collections::BTreeSet<_> = links.iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), 8);
    let (id, path) = links[0].clone();
    let mut followers = JoinSet::new();
    for number in 0..24 {
        let (deployed, path, id) = (Arc::clone(&deployed), path.clone(), id.clone());
        followers.spawn(async move {
            let mut browser = deployed.browser();
            if number % 6 == 5 {
                let status = deployed.delete(&id).await.status;
                assert!([204, 404].contains(&status.as_u16()), "{status}");
            } else {
                let status = browser.get(&path).await.status;
                assert!([302, 404].contains(&status.as_u16()), "{status}");
            }
            browser
        });
    }
    // Whatever was first: the link is deleted, and none of its sessions is left.
    for mut browser in followers.join_all().await {
        assert_eq!(browser.get(PAGE).await.status, StatusCode::FORBIDDEN);
    }
    deployed.delete(&id).await.problem(404);
    // The others are as they were.
    for (_, path) in &links[1..] {
        let mut browser = deployed.browser();
        assert_eq!(browser.get(path).await.status, StatusCode::FOUND);
        assert_eq!(browser.get(PAGE).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_deletion_that_was_broken_off_is_completed_by_the_next() {
    let deployed = Deployed::with_links_alone().await;
    let (id, path) = deployed.link(1).await;
    let mut browser = deployed.browser();
    browser.get(&path).await;
    // It died after its first step.
    let hash = id.parse().unwrap();
    let hotel = harbour().await.hotel();
    deployed.store.delete_link(&hash, hotel, later()).await.unwrap();
    assert_eq!(browser.get(PAGE).await.status, StatusCode::OK);
    assert_eq!(deployed.delete(&id).await.status, StatusCode::NO_CONTENT);
    assert_eq!(browser.get(PAGE).await.status, StatusCode::FORBIDDEN);
    deployed.delete(&id).await.problem(404);
}

#[tokio::test]
async fn a_session_costs_a_page_one_read_unit() {
    let provider = provider().await;
    let deployed = Deployed::over(harbour().await.store(), Some(&provider));
    let mut signed_in = deployed.signed_in(&provider).await;
    let (_, path) = deployed.link(1).await;
    let mut linked = deployed.browser();
    linked.get(&path).await;
    let apart = harbour().await.store();
    let open = crate::harbour::router(apart.clone(), later(), Some(Caller::Owner));
    crate::harbour::get(&open, PAGE).await;
    let without = apart.meter().consumed();
    for browser in [&mut signed_in, &mut linked] {
        let before = deployed.store.meter().consumed();
        assert_eq!(browser.get(PAGE).await.status, StatusCode::OK);
        let session = deployed.store.meter().consumed() - before - without;
        let expected = Consumed { read_units: 1.0, requests: 1, ..Consumed::default() };
        assert_eq!(session, expected);
    }
}

#[tokio::test]
async fn the_csv_of_a_session_is_the_list_of_reports_in_one_piece() {
    let provider = provider().await;
    let deployed = Deployed::with(&provider).await;
    let mut browser = deployed.signed_in(&provider).await;
    let whole = browser.get(&format!("{HOTEL}/report.csv?{RANGE}")).await;
    assert_eq!(whole.status, StatusCode::OK, "{}", whole.text());
    assert!(whole.header("content-type").starts_with("text/csv"));
    let name = "attachment; filename=\"harbour-house_2026-10-12_2026-11-01.csv\"";
    assert_eq!(whole.header("content-disposition"), name);
    assert_eq!(whole.header("link"), "");
    // More than one page of the list.
    let api = harbour().await.api();
    let list = format!("{HOTEL}/reports?{RANGE}&format=csv&limit=1000");
    let list = crate::harbour::get(&api, &list).await;
    assert_eq!(list.header("link"), "");
    assert_eq!(whole.text(), list.text());
    let groups =
        browser.get(&format!("{HOTEL}/report.csv?{RANGE}&groupBy=room&rooms=101,102")).await;
    assert_eq!(groups.text().lines().count(), 3);
    browser.get(&format!("{HOTEL}/report.csv?{RANGE}&limit=5")).await.problem(400);
    // For a spreadsheet of the parameter's language, else of the browser's.
    for (query, accepted, separator) in [
        ("&for=spreadsheet&lang=de", "en", ';'),
        ("&for=spreadsheet", "fr-FR,en;q=0.5", ';'),
        ("&for=spreadsheet&lang=ko", "de", ','),
        ("&for=spreadsheet", "", ','),
    ] {
        let path = format!("{HOTEL}/report.csv?{RANGE}{query}");
        let file = get_with(&api, &path, &[("accept-language", accepted)]).await;
        assert_eq!(file.status, StatusCode::OK, "{}", file.text());
        let first = format!("\"=\"\"harbour-house\"\"\"{separator}\"=\"\"101\"\"\"{separator}");
        assert!(file.text().lines().nth(1).unwrap().starts_with(&first), "{query}");
    }
    browser.get(&format!("{HOTEL}/report.csv?{RANGE}&for=print")).await.problem(400);
    // Locally nobody is asked for a session.
    let local = crate::harbour::get(&api, &format!("{HOTEL}/report.csv?{RANGE}")).await;
    assert_eq!((local.status, local.body), (StatusCode::OK, whole.body));
}

#[tokio::test]
async fn on_loopback_nobody_is_asked_for_a_session() {
    let api = harbour().await.api();
    let get = |path: &str| {
        let (api, path) = (api.clone(), path.to_owned());
        async move { crate::harbour::get(&api, &path).await }
    };
    assert_eq!(get(PAGE).await.status, StatusCode::OK);
    assert_eq!(get("/signin?next=/hotels").await.header("location"), "/hotels");
    assert_eq!(get("/signed-in").await.header("location"), "/");
    assert_eq!(get("/signout").await.header("location"), "/");
    let request = Request::post(format!("{HOTEL}/links")).header("host", "127.0.0.1:8080");
    let made = call(&api, request.body(Body::empty()).unwrap()).await.json();
    let path = made["url"].as_str().unwrap().strip_prefix("http://127.0.0.1:8080").unwrap();
    assert_eq!(get(path).await.header("location"), "/hotels/harbour-house/report.html");
    // Where callers have to be known, they have to be known there too.
    let closed = crate::harbour::router(harbour().await.store(), later(), None);
    for path in [PAGE, "/signin", "/signed-in", "/signout", path] {
        crate::harbour::get(&closed, path).await.problem(401);
    }
}
