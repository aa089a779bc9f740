//! What callers are told when the table, or the code, does not do what it should.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use axum::{Extension, Router};
use roomwatt_api::{Caller, Deadline};
use roomwatt_embedded::aws::EmbeddedAws;
use roomwatt_embedded::clock::ReplayClock;
use roomwatt_embedded::queues::Queues;
use roomwatt_store::{Retention, Store};

use crate::harbour::{HOTEL, RANGE, get, harbour, later, router};

/// What every call of the table comes to.
#[derive(Debug, Clone, Copy)]
enum Table {
    Throttled,
    TimedOut,
    /// The code that reads its answer panics.
    Fatal,
}

impl HttpConnector for Table {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(match self {
            Self::Throttled => {
                let body = r#"{"__type":"ThrottlingException","message":"secret"}"#;
                Ok(HttpResponse::new(400.try_into().unwrap(), SdkBody::from(body)))
            }
            Self::TimedOut => Err(ConnectorError::timeout("secret".into())),
            Self::Fatal => panic!("secret"),
        })
    }
}

impl HttpClient for Table {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(*self)
    }
}

/// The API over such a table.
fn over(table: Table) -> Router {
    let queues = Queues::new(Arc::new(ReplayClock::at(later())));
    let aws = EmbeddedAws::open(None, queues).unwrap().behind(|_| SharedHttpClient::new(table));
    let store = Store::new(aws.dynamodb(), "roomwatt", Retention::default());
    router(store, later(), Some(Caller::Owner))
}

#[tokio::test]
async fn faults_of_the_table_are_problems_that_tell_nothing_of_it() {
    for (table, status) in [(Table::Throttled, 429), (Table::TimedOut, 503), (Table::Fatal, 500)] {
        let api = over(table);
        for path in [HOTEL.to_owned(), format!("{HOTEL}/reports?{RANGE}"), "/hotels".to_owned()] {
            let answer = get(&api, &path).await;
            answer.problem(status);
            assert!(!answer.text().contains("secret"), "{path}: {}", answer.text());
            let again = if status == 500 { "" } else { "1" };
            assert_eq!(answer.header("retry-after"), again, "{table:?} {path}");
        }
    }
}

#[tokio::test]
async fn a_call_that_is_out_of_time_says_so() {
    let api = harbour().await.api().layer(Extension(Deadline(later())));
    for path in [
        format!("{HOTEL}/reports?{RANGE}"),
        format!("{HOTEL}/reports?{RANGE}&groupBy=deviceKind"),
        format!("{HOTEL}/report.html?{RANGE}"),
    ] {
        get(&api, &path).await.problem(503);
    }
}
