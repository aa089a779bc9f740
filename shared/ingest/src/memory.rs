//! What a function remembers from call to call. Forgetting costs a few requests, so it is bounded simply.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use roomwatt_domain::{Instant, Millis};

/// Values by key, each with when it was learnt. All is forgotten where more would be held than may be.
#[derive(Debug)]
pub(crate) struct Memory<K, V> {
    most: usize,
    known: Mutex<Known<K, V>>,
}

#[derive(Debug)]
struct Known<K, V> {
    entries: HashMap<K, Entry<V>>,
    /// Of all entries together.
    weight: usize,
}

#[derive(Debug)]
struct Entry<V> {
    at: Instant,
    weight: usize,
    value: V,
}

impl<K: Clone + Eq + Hash, V: Clone> Memory<K, V> {
    /// Holds entries of so much weight together.
    pub(crate) fn of_at_most(most: usize) -> Self {
        Self { most, known: Mutex::new(Known { entries: HashMap::new(), weight: 0 }) }
    }

    /// A value that was learnt so lately. In both directions: the time of one batch may be before that of
    /// the last one.
    pub(crate) fn lately(&self, key: &K, now: Instant, kept_for: Millis) -> Option<V> {
        let known = self.lock();
        let entry = known.entries.get(key)?;
        let kept = (entry.at - kept_for..entry.at + kept_for).contains(&now);
        kept.then(|| entry.value.clone())
    }

    /// A value, whenever it was learnt.
    pub(crate) fn ever(&self, key: &K) -> Option<V> {
        self.lock().entries.get(key).map(|entry| entry.value.clone())
    }

    /// Keeps a value in the place of the one before.
    pub(crate) fn learn(&self, key: &K, value: V, weight: usize, at: Instant) {
        let mut known = self.lock();
        if let Some(before) = known.entries.remove(key) {
            known.weight -= before.weight;
        }
        if known.weight + weight > self.most {
            known.entries.clear();
            known.weight = 0;
        }
        known.weight += weight;
        known.entries.insert(key.clone(), Entry { at, weight, value });
    }

    fn lock(&self) -> MutexGuard<'_, Known<K, V>> {
        // Nothing in here panics between two changes that belong together.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use roomwatt_domain::Instant;

    use super::Memory;

    const NOW: Instant = Instant::from_millis(100_000);

    #[test]
    fn a_value_is_known_for_its_time_in_both_directions() {
        let memory = Memory::of_at_most(10);
        memory.learn(&"a", 1, 1, NOW);
        for (now, known) in
            [(-1_000, true), (-1_001, false), (0, true), (999, true), (1_000, false)]
        {
            assert_eq!(memory.lately(&"a", NOW + now, 1_000).is_some(), known, "{now}");
        }
        assert_eq!(memory.ever(&"a"), Some(1));
        assert_eq!(memory.ever(&"b"), None);
    }

    #[test]
    fn all_is_forgotten_before_it_is_too_much() {
        let memory = Memory::of_at_most(10);
        memory.learn(&"a", 1, 4, NOW);
        memory.learn(&"a", 2, 5, NOW);
        memory.learn(&"b", 3, 5, NOW);
        assert_eq!((memory.ever(&"a"), memory.ever(&"b")), (Some(2), Some(3)));
        memory.learn(&"c", 4, 1, NOW);
        assert_eq!(
            (memory.ever(&"a"), memory.ever(&"b"), memory.ever(&"c")),
            (None, None, Some(4))
        );
        // What is too much by itself is kept alone.
        memory.learn(&"d", 5, 11, NOW);
        assert_eq!((memory.ever(&"c"), memory.ever(&"d")), (None, Some(5)));
    }
}
