//! Registers of hotels: replaced as a whole, by whoever was first.

use roomwatt_store::{Consistency, LARGEST_REGISTER, PutRegister, StoredRegister};

use tokio::task::JoinSet;

use crate::endpoint::{Table, metered};
use crate::gate::Gate;
use crate::lakeside::{hotel, hotel_named};

const REGISTER: &str = "external,room,device,kind\nlamp,101,lamp-1,light\n";

/// A text that hardly compresses: digits at random.
fn noise(bytes: usize) -> String {
    let mut random = fastrand::Rng::with_seed(1);
    std::iter::repeat_with(|| random.alphanumeric()).take(bytes).collect()
}

#[tokio::test]
async fn a_register_is_created_replaced_and_read() {
    let table = Table::new().await;
    assert_eq!(table.register(&hotel()).await.unwrap(), None);
    assert_eq!(table.register_version(&hotel(), Consistency::Newest).await.unwrap(), None);
    assert_eq!(table.put_register(&hotel(), REGISTER).await.unwrap(), PutRegister::Created);
    let stored = StoredRegister { text: REGISTER.to_owned(), version: 1 };
    assert_eq!(table.register(&hotel()).await.unwrap(), Some(stored));
    assert_eq!(table.put_register(&hotel(), "").await.unwrap(), PutRegister::Replaced);
    let stored = StoredRegister { text: String::new(), version: 2 };
    assert_eq!(table.register(&hotel()).await.unwrap(), Some(stored));
    assert_eq!(table.register_version(&hotel(), Consistency::Lately).await.unwrap(), Some(2));
    assert_eq!(table.register(&hotel_named("lakeside-2")).await.unwrap(), None);
}

#[tokio::test]
async fn a_large_register_has_parts_and_leaves_none_behind() {
    let table = Table::new().await;
    for bytes in [1_500_000, 10, LARGEST_REGISTER, 800_000] {
        let text = noise(bytes);
        table.put_register(&hotel(), &text).await.unwrap();
        assert_eq!(table.register(&hotel()).await.unwrap().unwrap().text, text);
        let parts = table.items().await.into_keys().filter(|(_, sk)| sk.starts_with("PART#"));
        // Letters and digits at random hold some six bits each.
        assert_eq!(parts.count(), (bytes * 3 / 4).div_ceil(390_000).max(1), "{bytes}");
    }
    let large = noise(LARGEST_REGISTER + 1);
    assert_eq!(table.put_register(&hotel(), &large).await.unwrap(), PutRegister::TooLarge);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_put_at_once_one_is_told_to_look_again() {
    let table = Table::new().await;
    table.put_register(&hotel(), REGISTER).await.unwrap();
    let (slow, mut gate) = Gate::before_writes_to(&table);
    let mut late = JoinSet::new();
    late.spawn(async move { slow.put_register(&hotel(), "slow").await });
    gate.reached().await;
    assert_eq!(table.put_register(&hotel(), "fast").await.unwrap(), PutRegister::Replaced);
    gate.open();
    assert_eq!(late.join_next().await.unwrap().unwrap().unwrap(), PutRegister::Conflict);
    assert_eq!(table.register(&hotel()).await.unwrap().unwrap().text, "fast");
}

#[tokio::test]
async fn whether_a_register_changed_costs_half_a_unit() {
    let table = Table::new().await;
    table.put_register(&hotel(), &noise(1_000_000)).await.unwrap();
    let (version, consumed) = metered(&table, async |store| {
        store.register_version(&hotel(), Consistency::Lately).await.unwrap()
    })
    .await;
    assert_eq!(version, Some(1));
    table.assert_one_request(consumed, 0.5);
}
