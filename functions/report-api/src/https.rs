//! The way to a provider of sign-ins: HTTPS by what the SDK's clients are made of, so that there is one
//! TLS stack in the function, and one set of roots that it trusts.

use std::error::Error;
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, Response};
use futures_util::future::BoxFuture;
use roomwatt_api::Https;

/// How long an answer may take, connection included. A person waits, and API Gateway for 30 s.
const PATIENCE: Duration = Duration::from_secs(8);
/// What an answer may have. A token that names a thousand hotels has a fraction of it.
const LARGEST_ANSWER: usize = 256 * 1024;

type Fault = Box<dyn Error + Send + Sync>;

/// HTTPS, with connections that are kept for the next request.
#[derive(Debug)]
pub struct HttpsClient(Connector);

impl HttpsClient {
    /// A client that trusts what the system trusts.
    pub fn new() -> Self {
        Self(Connector::builder().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build())
    }

    async fn answer(&self, request: Request<String>) -> Result<Response<Bytes>, Fault> {
        let request = HttpRequest::try_from(request.map(SdkBody::from))?;
        let answer = self.0.call(request).await?.try_into_http1x()?;
        let (parts, body) = answer.into_parts();
        let body = to_bytes(Body::new(body), LARGEST_ANSWER).await?;
        Ok(Response::from_parts(parts, body))
    }
}

impl Default for HttpsClient {
    fn default() -> Self {
        Self::new()
    }
}

impl Https for HttpsClient {
    fn send(&self, request: Request<String>) -> BoxFuture<'_, Result<Response<Bytes>, Fault>> {
        Box::pin(async move {
            tokio::time::timeout(PATIENCE, self.answer(request)).await.map_err(Fault::from)?
        })
    }
}
