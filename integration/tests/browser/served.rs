//! The API as it is deployed, on loopback, and a browser before it.

use std::process::Command;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Extension;
use axum::http::{Request, StatusCode};
use report_api::HttpsClient;
use roomwatt_api::{Api, Caller, Delivery, Door, OpenId, PublicUrl, SignIn};
use roomwatt_domain::{Instant, Profile};
use roomwatt_embedded::clock::ReplayClock;
use roomwatt_store::Store;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::harbour::{HOTEL, call, harbour, later};
use crate::provider::{CLIENT, Provider};

/// An API on a socket of its own, whose people sign in with a provider of their own.
struct Served {
    address: String,
    router: Router,
    _provider: Provider,
    _server: JoinSet<()>,
}

impl Served {
    /// For people who see these hotels.
    async fn to(store: &Store, hotels: &[&str]) -> Self {
        let provider = Provider::start(json!(hotels)).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let openid = OpenId::new(provider.issuer(), CLIENT, HttpsClient::new());
        let sign_in =
            SignIn { openid: openid.expect("a provider"), hotels_claim: "hotels".to_owned() };
        let public_url = PublicUrl::new(&address).expect("loopback");
        let clock = Arc::new(ReplayClock::at(later()));
        let router = Api::new(store.clone(), clock, Delivery::Buffered)
            .behind(Door { public_url, sign_in: Some(sign_in) })
            .router();
        let (mut server, api) = (JoinSet::new(), router.clone());
        server.spawn(async move { axum::serve(listener, api).await.expect("a server") });
        Self { address, router, _provider: provider, _server: server }
    }

    /// A link to the hotel.
    async fn link(&self) -> String {
        let api = self.router.clone().layer(Extension(Caller::Owner));
        let body = Body::from(json!({"days": 7}).to_string());
        let request = Request::post(format!("{HOTEL}/links")).body(body).expect("a request");
        let answer = call(&api, request).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        answer.json()["url"].as_str().expect("a link").to_owned()
    }
}

/// A hotel of which no event came yet.
async fn put_empty_hotel(store: &Store, now: Instant) {
    let profile = json!({
        "hotelId": "new-house", "name": "New House", "timeZone": "Asia/Seoul", "language": "ko",
    });
    let profile = Profile::parse(&profile.to_string()).expect("a profile");
    store.put_profile(&profile, now).await.expect("a table");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "wants Node and Chromium: make pages"]
async fn people_begin_their_morning() {
    let store = harbour().await.store();
    put_empty_hotel(&store, later()).await;
    let one = Served::to(&store, &["harbour-house"]).await;
    let two = Served::to(&store, &["harbour-house", "new-house"]).await;
    let link = one.link().await;
    let status = tokio::task::spawn_blocking(move || {
        Command::new("node")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/browser/mornings.mjs"))
            .envs([("ONE_HOTEL", &one.address), ("TWO_HOTELS", &two.address), ("LINK", &link)])
            .status()
    });
    assert!(status.await.expect("no panic").expect("node").success());
}
