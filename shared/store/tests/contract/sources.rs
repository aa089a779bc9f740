//! Sources of operators' own.

use roomwatt_domain::SourceName;
use roomwatt_store::{ChangedSource, Consistency, Pages, StoredSource};

use tokio::task::JoinSet;

use crate::endpoint::{Table, all};
use crate::gate::Gate;

fn name(text: &str) -> SourceName {
    SourceName::new(text).unwrap()
}

const NEW: ChangedSource = ChangedSource::Done { existed: false };
const CHANGED: ChangedSource = ChangedSource::Done { existed: true };

#[tokio::test]
async fn a_source_is_put_replaced_deleted_and_put_again() {
    let table = Table::new().await;
    let grms = name("grms");
    assert_eq!(table.source(&grms).await.unwrap(), None);
    assert_eq!(table.delete_source(&grms).await.unwrap(), NEW);
    for (text, outcome) in [("one", NEW), ("two", CHANGED), ("two", CHANGED)] {
        assert_eq!(table.put_source(&grms, text).await.unwrap(), outcome);
        let stored = StoredSource { name: grms.clone(), text: text.to_owned() };
        assert_eq!(table.source(&grms).await.unwrap(), Some(stored));
    }
    assert_eq!(table.delete_source(&grms).await.unwrap(), CHANGED);
    assert_eq!(table.source(&grms).await.unwrap(), None);
    assert_eq!(table.put_source(&grms, "three").await.unwrap(), NEW);
}

#[tokio::test]
async fn sources_are_listed_by_name_and_read_together() {
    let table = Table::new().await;
    for source in ["tasmota", "a", "a-b", "gone"] {
        table.put_source(&name(source), source).await.unwrap();
    }
    table.delete_source(&name("gone")).await.unwrap();
    let listed: Pages<_> = table.sources();
    let listed: Vec<_> = all(listed).await.into_iter().map(|source| source.text).collect();
    assert_eq!(listed, ["a", "a-b", "tasmota"]);
    let names: Vec<_> = ["a", "gone", "tasmota", "x"].map(name).into();
    for consistency in [Consistency::Lately, Consistency::Newest] {
        let read = table.sources_of(&names, consistency).await.unwrap();
        let read: Vec<_> = read.into_values().map(Result::unwrap).collect();
        assert_eq!(read, ["a", "tasmota"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_carried_out_late_brings_nothing_back() {
    let table = Table::new().await;
    let grms = name("grms");
    for late in ["first", "later"] {
        let (slow, mut gate) = Gate::before_writes_to(&table);
        let mut task = JoinSet::new();
        task.spawn(async move { slow.put_source(&name("grms"), late).await });
        gate.reached().await;
        table.put_source(&grms, "now").await.unwrap();
        table.delete_source(&grms).await.unwrap();
        gate.open();
        assert_eq!(task.join_next().await.unwrap().unwrap().unwrap(), ChangedSource::Conflict);
        assert_eq!(table.source(&grms).await.unwrap(), None);
    }
}
