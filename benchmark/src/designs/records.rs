//! What the two usual designs share: a room-day's record of sets, read and written whole.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ConsumedCapacity, ReturnConsumedCapacity};
use roomwatt_domain::{
    BusinessDay, Device, DeviceId, DeviceKind, Fact, History, Profile, RoomId, Signal, State,
    Transition,
};
use roomwatt_ingest::{EventQueue, edge};
use roomwatt_store::{Consumed, item_size};

pub(super) type Item = HashMap<String, AttributeValue>;

/// The name of the benchmark's table: the deployment's own.
pub(super) const TABLE: &str = "roomwatt";

/// The transitions of one room on one day that came in one batch.
pub(super) struct Group {
    pub(super) room: RoomId,
    pub(super) day: BusinessDay,
    pub(super) transitions: Vec<(Signal, Transition)>,
}

/// What a worker does to the table, and what it is charged for.
pub(super) struct Records {
    pub(super) client: Client,
    profile: Profile,
    consumed: Mutex<Consumed>,
}

impl Records {
    pub(super) fn new(client: Client, profile: Profile) -> Self {
        Self { client, profile, consumed: Mutex::default() }
    }

    pub(super) fn consumed(&self) -> Consumed {
        *self.consumed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The events of a batch by room and day.
    pub(super) fn groups(
        &self,
        source: EventQueue,
        bodies: &[String],
    ) -> anyhow::Result<Vec<Group>> {
        let mut groups: BTreeMap<_, Group> = BTreeMap::new();
        for body in bodies {
            for decoded in edge::decode(source, body) {
                let (event, _) = decoded.map_err(|refusal| anyhow::anyhow!(refusal.detail))?;
                let day = self.profile.calendar.day_of(event.fact.at());
                let group = groups.entry((event.room.clone(), day.date)).or_insert_with(|| Group {
                    room: event.room,
                    day,
                    transitions: Vec::new(),
                });
                group.transitions.extend(transition(event.fact));
            }
        }
        Ok(groups.into_values().collect())
    }

    pub(super) fn key(&self, day: &BusinessDay, sort_key: String) -> Item {
        let partition = format!("DAY#{}#{}", self.profile.hotel_id, day.date);
        Item::from([
            ("pk".to_owned(), AttributeValue::S(partition)),
            ("sk".to_owned(), AttributeValue::S(sort_key)),
        ])
    }

    pub(super) fn summary_key(&self, day: &BusinessDay, room: &RoomId) -> Item {
        self.key(day, format!("SUMMARY#{room}"))
    }

    /// The record as it is now.
    pub(super) async fn read(&self, key: Item) -> anyhow::Result<Option<Item>> {
        self.request();
        let answer = self
            .client
            .get_item()
            .table_name(TABLE)
            .set_key(Some(key))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .context("a read")?;
        self.charge(0.0, units(answer.consumed_capacity.as_ref()));
        Ok(answer.item)
    }

    pub(super) fn request(&self) {
        self.consumed.lock().unwrap_or_else(PoisonError::into_inner).requests += 1;
    }

    pub(super) fn wrote(&self, capacity: Option<&ConsumedCapacity>) {
        self.charge(units(capacity), 0.0);
    }

    /// A refused write is charged by the record that it found.
    #[expect(clippy::cast_precision_loss, reason = "a record has at most 400 KB")]
    pub(super) fn refused(&self, found: Option<&Item>) {
        self.charge(found.map_or(0, item_size).div_ceil(1024).max(1) as f64, 0.0);
        self.consumed.lock().unwrap_or_else(PoisonError::into_inner).refused_conditions += 1;
    }

    fn charge(&self, write_units: f64, read_units: f64) {
        let mut consumed = self.consumed.lock().unwrap_or_else(PoisonError::into_inner);
        consumed.write_units += write_units;
        consumed.read_units += read_units;
    }

    /// Everything that is known of a room on a day.
    pub(super) async fn history(
        &self,
        day: &BusinessDay,
        room: &RoomId,
    ) -> anyhow::Result<History> {
        let item = self.read(self.summary_key(day, room)).await?.unwrap_or_default();
        let mut transitions = Vec::new();
        for (name, value) in &item {
            let (AttributeValue::Ns(offsets), Some((signal, state))) = (value, named(name)) else {
                continue;
            };
            for offset in offsets {
                let at = day.window.start + offset.parse::<i64>().context("an offset")?;
                transitions.push((signal.clone(), Transition { at, state: state.clone() }));
            }
        }
        Ok(History::new(transitions))
    }
}

fn units(capacity: Option<&ConsumedCapacity>) -> f64 {
    capacity.and_then(|capacity| capacity.capacity_units).unwrap_or_default()
}

/// The simulated hotel has no readings.
fn transition(fact: Fact) -> Option<(Signal, Transition)> {
    match fact {
        Fact::State(signal, transition) => Some((signal, transition)),
        Fact::Reading(..) => None,
    }
}

/// Adds transitions to the sets of a record: the same sets that Roomwatt keeps.
pub(super) fn unite(item: &mut Item, group: &Group) {
    let mut sets: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (signal, transition) in &group.transitions {
        let state = &transition.state;
        let name = match signal {
            Signal::Device(device) => format!("{}/{}/{state}", device.kind, device.id),
            Signal::Presence(sensor) => format!("{}/{sensor}/{state}", DeviceKind::PRESENCE),
            Signal::Stay => format!("stay//{state}"),
        };
        let offset = transition.at - group.day.window.start;
        sets.entry(name).or_default().insert(offset.to_string());
    }
    for (name, mut offsets) in sets {
        if let Some(AttributeValue::Ns(known)) = item.remove(&name) {
            offsets.extend(known);
        }
        item.insert(name, AttributeValue::Ns(offsets.into_iter().collect()));
    }
}

fn named(name: &str) -> Option<(Signal, State)> {
    let mut parts = name.splitn(3, '/');
    let (kind, id, state) = (parts.next()?, parts.next()?, parts.next()?);
    let signal = match (kind, id) {
        (_, "") => Signal::Stay,
        (DeviceKind::PRESENCE, sensor) => Signal::Presence(DeviceId::new(sensor).ok()?),
        (kind, id) => Signal::Device(Device {
            id: DeviceId::new(id).ok()?,
            kind: DeviceKind::new(kind).ok()?,
        }),
    };
    Some((signal, State::new(state).ok()?))
}
