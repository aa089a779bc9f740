//! API Gateway's own envelopes: the caller is found in them, and the answer fits into one.

#[cfg(test)]
mod envelopes {
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;

    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use lambda_http::request::from_str;
    use lambda_http::{Context, RequestExt};
    use roomwatt_api::{Door, PublicUrl};
    use roomwatt_domain::{HotelId, Instant};
    use roomwatt_embedded::Deployment;
    use roomwatt_embedded::clock::ReplayClock;
    use roomwatt_store::{Session, SessionKey, Store, TokenHash};
    use serde_json::Value;
    use tower::ServiceExt;

    fn now() -> Instant {
        Instant::parse("2026-11-20T09:14:38Z").unwrap()
    }

    async fn function() -> (Router, Store) {
        let clock = Arc::new(ReplayClock::at(now()));
        let deployment = Deployment::new(None, Arc::clone(&clock) as _).await.unwrap();
        let public_url = PublicUrl::new("https://reports.example").unwrap();
        let door = Door { public_url, sign_in: None };
        let store = deployment.store().clone();
        (report_api::router(store.clone(), clock, door, "hotels"), store)
    }

    /// The request that an envelope is, as `lambda_http` makes it of what Lambda hands over.
    fn request(envelope: &str) -> Request<Body> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events").join(envelope);
        let mut context = Context::default();
        context.request_id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned();
        context.deadline = u64::try_from(now().as_millis()).unwrap() + 30_000;
        let request = from_str(&fs::read_to_string(file).unwrap()).unwrap();
        request.with_lambda_context(context).map(|body| Body::from(body.to_vec()))
    }

    async fn answer(function: &Router, envelope: &str) -> (u16, Value) {
        let (status, body) = text(function, envelope).await;
        (status, serde_json::from_str(&body).unwrap())
    }

    async fn text(function: &Router, envelope: &str) -> (u16, String) {
        let response = function.clone().oneshot(request(envelope)).await.unwrap();
        let id = &response.headers()["x-request-id"];
        assert_eq!(id, "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    const FILES: [&str; 7] = [
        "report-api-list-by-token.json",
        "report-api-nobody.json",
        "report-api-page-by-session.json",
        "report-api-put-by-iam.json",
        "report-api-read-by-token.json",
        "report-api-read-of-another-hotel.json",
        "report-api-read-without-scope.json",
    ];

    #[test]
    fn every_envelope_of_the_function_is_used_here() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut files: Vec<_> = files.map(|name| name.into_string().unwrap()).collect();
        files.retain(|name| name.starts_with("report-api-"));
        files.sort();
        assert_eq!(files, FILES);
    }

    #[tokio::test]
    async fn callers_are_who_api_gateway_says_they_are() {
        let (function, _) = function().await;
        assert_eq!(answer(&function, "report-api-read-by-token.json").await.0, 404);
        let (status, profile) = answer(&function, "report-api-put-by-iam.json").await;
        assert_eq!((status, &profile["name"]), (201, &Value::from("Am See")));
        let (status, read) = answer(&function, "report-api-read-by-token.json").await;
        assert_eq!((status, read), (200, profile));
        let (status, hotels) = answer(&function, "report-api-list-by-token.json").await;
        assert_eq!((status, &hotels["hotels"][0]["hotelId"]), (200, &Value::from("lakeside-1")));
        assert_eq!(answer(&function, "report-api-read-of-another-hotel.json").await.0, 404);
        assert_eq!(answer(&function, "report-api-read-without-scope.json").await.0, 403);
        assert_eq!(answer(&function, "report-api-nobody.json").await.0, 401);
    }

    #[tokio::test]
    async fn a_browser_is_who_its_cookie_says() {
        let (function, store) = function().await;
        let page = "report-api-page-by-session.json";
        assert_eq!(answer(&function, "report-api-put-by-iam.json").await.0, 201);
        let (status, told) = text(&function, page).await;
        assert_eq!(status, 403);
        assert!(told.contains("You need a link to see this"), "{told}");
        let token = TokenHash::of("mZ0tY1q9oV6sHh1r7yQnXwq5b8Jd2kLcT4uPaE3fGiA");
        let hotel = HotelId::new("lakeside-1").unwrap();
        let session = Session { hotels: Some([hotel].into()), expires_at: now() + 1000 };
        store.put_session(&SessionKey::signed_in(token), &session).await.unwrap();
        let (status, rows) = text(&function, page).await;
        assert_eq!(status, 200, "{rows}");
        assert!(rows.starts_with("hotelId,roomId,date"), "{rows}");
    }
}
