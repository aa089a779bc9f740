//! What is known of sources, kept for some minutes so that it costs next to nothing per event.
//!
//! An unknown source is asked for again in every invocation, so that it is known from the moment it
//! is put. One that is replaced or deleted may be read by for as long as it is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use roomwatt_domain::instant::MINUTE;
use roomwatt_domain::{Instant, Millis, SourceName};
use roomwatt_source::{Source, built_in};
use roomwatt_store::{Consistency, KEYS_PER_BATCH, Store, StoreError};

use crate::memory::Memory;

/// How long a source is believed to be what it was.
pub(crate) const KEPT_FOR: Millis = 5 * MINUTE;
/// Sources kept at most: one of 64 KB takes some 200 KB.
const LARGEST: usize = 256;

/// The sources that this function has met.
#[derive(Debug)]
pub(crate) struct Sources {
    store: Store,
    met: Memory<SourceName, Arc<Source>>,
}

/// What a look-up found of a source.
#[derive(Debug, Clone)]
pub(crate) enum Found {
    Source(Arc<Source>),
    /// No source has the name.
    Nothing,
    /// There is one, of a form that this version cannot read.
    OutOfForm(String),
}

impl Sources {
    /// An empty collection over a table.
    pub(crate) fn new(store: Store) -> Self {
        Self { store, met: Memory::of_at_most(LARGEST) }
    }

    /// Some sources, each named once. One that could not be read has its own fault.
    pub(crate) async fn find(
        &self,
        names: impl IntoIterator<Item = &SourceName>,
        now: Instant,
    ) -> BTreeMap<SourceName, Result<Found, Arc<StoreError>>> {
        let (mut found, mut asked) = (BTreeMap::new(), Vec::new());
        for name in names {
            match self.met.lately(name, now, KEPT_FOR) {
                Some(source) => {
                    found.insert(name.clone(), Ok(Found::Source(source)));
                }
                None => asked.push(name.clone()),
            }
        }
        for names in asked.chunks(KEYS_PER_BATCH) {
            found.extend(self.look_up(names, now).await);
        }
        found
    }

    /// Looks sources up in the table: an operator's own before those that are built in.
    async fn look_up(
        &self,
        names: &[SourceName],
        now: Instant,
    ) -> BTreeMap<SourceName, Result<Found, Arc<StoreError>>> {
        let mut found = self.read(names, Consistency::Lately, now).await;
        // Before a message is refused, the newest word counts.
        let unsure = |name: &&SourceName| matches!(found.get(name), Some(Ok(Found::Nothing)));
        let unsure: Vec<_> = names.iter().filter(unsure).cloned().collect();
        if !unsure.is_empty() {
            found.extend(self.read(&unsure, Consistency::Newest, now).await);
        }
        found
    }

    async fn read(
        &self,
        names: &[SourceName],
        consistency: Consistency,
        now: Instant,
    ) -> BTreeMap<SourceName, Result<Found, Arc<StoreError>>> {
        let mut stored = match self.store.sources_of(names, consistency).await {
            Ok(stored) => stored,
            Err(fault) => {
                let fault = Arc::new(fault);
                return names.iter().map(|name| (name.clone(), Err(Arc::clone(&fault)))).collect();
            }
        };
        let found = names.iter().map(|name| {
            let found = match stored.remove(name) {
                Some(Ok(text)) => Ok(self.compile(name, &text, now)),
                Some(Err(fault)) => Err(Arc::new(fault)),
                None => Ok(match built_in::find(name.as_str()) {
                    Some(text) => self.compile(name, text, now),
                    None => Found::Nothing,
                }),
            };
            (name.clone(), found)
        });
        found.collect()
    }

    fn compile(&self, name: &SourceName, text: &str, now: Instant) -> Found {
        match Source::parse(text) {
            Ok(source) => {
                let source = Arc::new(source);
                self.met.learn(name, Arc::clone(&source), 1, now);
                Found::Source(source)
            }
            Err(invalid) => Found::OutOfForm(invalid.to_string()),
        }
    }
}
