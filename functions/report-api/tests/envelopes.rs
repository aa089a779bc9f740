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
    use roomwatt_domain::Instant;
    use roomwatt_embedded::Deployment;
    use roomwatt_embedded::clock::ReplayClock;
    use serde_json::Value;
    use tower::ServiceExt;

    fn now() -> Instant {
        Instant::parse("2026-11-20T09:14:38Z").unwrap()
    }

    async fn function() -> Router {
        let clock = Arc::new(ReplayClock::at(now()));
        let deployment = Deployment::new(None, Arc::clone(&clock) as _).await.unwrap();
        report_api::router(deployment.store().clone(), clock)
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
        let response = function.clone().oneshot(request(envelope)).await.unwrap();
        let id = &response.headers()["x-request-id"];
        assert_eq!(id, "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    const FILES: [&str; 6] = [
        "report-api-list-by-token.json",
        "report-api-nobody.json",
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
        let function = function().await;
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
}
