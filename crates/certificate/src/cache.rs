//! Delegations whose signature was found to hold.

use core::fmt;

use principal::Principal;
use sha2::{Digest as _, Sha256};

use crate::parse::Delegation;

/// Remembers which delegations hold, so that their signature is not checked again.
///
/// The caller owns it and passes it to [`Certificate::verify`](crate::Certificate::verify). It holds
/// at most [`DelegationCache::CAPACITY`] delegations, the newest of which replace the oldest, and
/// needs about two kilobytes, all of them inline.
///
/// Only the signature is remembered: form, scope, ranges and time are checked on every use. An entry
/// is a SHA-256 over the root key, the subnet id and the whole certificate of the delegation, so
/// nothing else profits from it. What it does not bind is the provider that checked the signature:
/// keep one cache for each.
///
/// With the delegation remembered, what is left is one signature under the subnet's key. Whoever
/// verifies much from one subnet gains a sixth more by having the provider prepare that key:
/// [`SubnetDelegation::public_key`](crate::SubnetDelegation::public_key) has it.
#[derive(Clone)]
pub struct DelegationCache {
    entries: [Entry; Self::CAPACITY],
    /// How many entries are in use.
    length: usize,
    /// Which entry the next delegation replaces.
    next: usize,
}

/// The hash of everything that was verified.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) struct Entry([u8; 32]);

impl DelegationCache {
    /// How many delegations are remembered.
    ///
    /// Source: our choice; room for one delegation of every subnet of the public network.
    pub const CAPACITY: usize = 64;

    /// Returns a cache that remembers nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            entries: [Entry([0; 32]); Self::CAPACITY],
            length: 0,
            next: 0,
        }
    }

    /// Returns how many delegations are remembered.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Returns whether no delegation is remembered.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Forgets all delegations.
    pub const fn clear(&mut self) {
        self.length = 0;
        self.next = 0;
    }

    pub(crate) fn contains(&self, entry: &Entry) -> bool {
        self.entries
            .iter()
            .take(self.length)
            .any(|known| known == entry)
    }

    /// Remembers a delegation that is not remembered yet.
    pub(crate) fn insert(&mut self, entry: Entry) {
        if let Some(slot) = self.entries.get_mut(self.next) {
            *slot = entry;
        }
        self.length = self.length.max(self.next.saturating_add(1));
        self.next = self.next.wrapping_add(1);
        if self.next >= Self::CAPACITY {
            self.next = 0;
        }
    }
}

impl Default for DelegationCache {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for DelegationCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DelegationCache")
            .field("len", &self.length)
            .finish_non_exhaustive()
    }
}

impl Entry {
    pub(crate) fn of(root_key: &[u8], delegation: &Delegation<'_>) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"\x14icid-delegation-seen");
        for part in [
            root_key,
            Principal::as_bytes(&delegation.subnet_id),
            delegation.certificate,
        ] {
            hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: usize) -> Entry {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&number.to_be_bytes());
        Entry(hash)
    }

    #[test]
    fn the_newest_entry_replaces_the_oldest() {
        let mut cache = DelegationCache::new();
        assert!(cache.is_empty());
        assert!(!cache.contains(&entry(0)));
        for number in 0..DelegationCache::CAPACITY {
            cache.insert(entry(number));
            assert_eq!(cache.len(), number + 1);
        }
        assert!((0..DelegationCache::CAPACITY).all(|number| cache.contains(&entry(number))));
        cache.insert(entry(1000));
        assert_eq!(cache.len(), DelegationCache::CAPACITY);
        assert!(!cache.contains(&entry(0)));
        assert!((1..DelegationCache::CAPACITY).all(|number| cache.contains(&entry(number))));
        assert!(cache.contains(&entry(1000)));
    }

    #[test]
    fn a_cleared_cache_remembers_nothing() {
        let mut cache = DelegationCache::default();
        cache.insert(entry(1));
        cache.clear();
        assert!(cache.is_empty());
        assert!(!cache.contains(&entry(1)));
    }
}
