//! Faults: told apart from outcomes, and those that pass from those that stay.

use std::error::Error;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use roomwatt_store::{PutOutcome, Retention, Seal, Store, StoreError};
use tokio::net::TcpListener;

use crate::endpoint::{Table, client};
use crate::lakeside::{TODAY, closed, date, day, hotel, lamp_on, now, profile, room};

#[tokio::test]
async fn a_table_that_is_missing_is_a_fault_and_no_empty_answer() {
    let table = Table::missing().await;
    let (day, room) = (day(TODAY), room("203"));
    let read = table.store.profile(&hotel(), now()).await.unwrap_err();
    let queried = table.store.reports(&hotel(), day.date, None, now()).next().await.unwrap_err();
    let batch = table.store.room_reports(&hotel(), &room, [day.date], now()).await.unwrap_err();
    let due = table.store.due_hotels(now()).next_page().await.unwrap_err();
    let wrote = table
        .store
        .add(&hotel(), &day, &room, &[lamp_on(&day, 1)], Seal::Respect)
        .await
        .unwrap_err();
    let opened = table.store.open_hotel(&profile(), day.date, now()).await.unwrap_err();
    for fault in [read, queried, batch, due, wrote, opened] {
        assert!(!fault.is_passing(), "{fault}");
    }
}

#[tokio::test]
async fn an_endpoint_that_does_not_answer_is_a_fault_that_passes() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let config = client(&url).config().to_builder().retry_config(RetryConfig::disabled()).build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    let store = Store::new(client, "any", Retention::default());
    let fault = store.profile(&hotel(), now()).await.unwrap_err();
    assert!(fault.is_passing());
    // The cause is for the log.
    assert_eq!(fault.to_string(), "DynamoDB did not answer GetItem");
    assert!(fault.source().is_some());
}

#[test]
fn having_no_time_left_and_a_record_that_keeps_changing_pass() {
    assert!(StoreError::out_of_time().is_passing());
    assert!(StoreError::contended("profile").is_passing());
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_a_fault_and_no_empty_answer() {
    let table = Table::new().await;
    let (day, room) = (day(TODAY), room("203"));
    let report = closed(&room, &day, &[lamp_on(&day, 1)]);
    let put = table.store.put_report(&hotel(), &day, &report).await.unwrap();
    assert_eq!(put, PutOutcome::Put);
    let [(key, mut item)]: [_; 1] =
        table.items().await.into_iter().collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(key, (format!("DAY#lakeside-1#{TODAY}"), "REPORT#203".to_owned()));
    item.insert("body".to_owned(), AttributeValue::B(Blob::new(*b"no report")));
    let put = table.client.put_item().table_name(&table.name).set_item(Some(item)).send().await;
    put.unwrap();

    let read = table.store.report(&hotel(), date(TODAY), &room, now()).await.unwrap_err();
    let paged = table.store.reports(&hotel(), day.date, None, now()).next().await.unwrap_err();
    let batch = table.store.room_reports(&hotel(), &room, [day.date], now()).await.unwrap_err();
    for fault in [read, paged, batch] {
        assert!(!fault.is_passing());
        assert!(fault.to_string().starts_with("a stored report cannot be read"), "{fault}");
    }
}
