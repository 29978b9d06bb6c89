//! Signatures that were found to hold.

use alloc::collections::{BTreeSet, VecDeque};
use core::fmt;

use certificate::DelegationCache;
use sha2::{Digest as _, Sha256};
use signature::Claim;

use crate::Schemes;

/// Remembers which signatures hold, so that they are not checked again: those of the delegations of a
/// chain together, those of sender information, and those of subnet delegations within canister
/// signatures.
///
/// The caller owns it and passes it to [`Envelope::authenticate`](crate::Envelope::authenticate). It
/// holds at most as many entries as it was made for, the newest of which replace the oldest, 32 bytes
/// twice and a little more each, and two kilobytes for subnet delegations.
///
/// It never changes a verdict or an error. Only that signatures hold is remembered: expirations,
/// targets, permissions and everything else are checked on every use. An entry is a SHA-256 over the
/// root keys, the policy, and all keys, messages and signatures with their lengths, so nothing else
/// profits from it. What it does not bind is the provider that checked the signatures: keep one cache
/// for each.
#[derive(Clone)]
pub struct Cache {
    pub(crate) seen: Seen,
    pub(crate) delegations: DelegationCache,
}

/// The chains and sender information whose signatures hold.
#[derive(Clone)]
pub(crate) struct Seen {
    known: BTreeSet<Entry>,
    /// What is known, the oldest first.
    order: VecDeque<Entry>,
    capacity: usize,
}

/// The hash of everything that was verified.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Entry([u8; 32]);

impl Cache {
    /// How many chains and sender information [`Cache::new`] makes room for.
    ///
    /// Source: our choice; about a hundred kilobytes.
    pub const DEFAULT_CAPACITY: usize = 1024;

    /// Returns a cache that remembers nothing yet, with room for [`Cache::DEFAULT_CAPACITY`] entries.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_capacity(Self::DEFAULT_CAPACITY)
    }

    /// Returns a cache that remembers nothing yet, with room for `capacity` entries. It grows only as
    /// it is filled.
    #[must_use]
    pub const fn with_capacity(capacity: usize) -> Self {
        Self {
            seen: Seen {
                known: BTreeSet::new(),
                order: VecDeque::new(),
                capacity,
            },
            delegations: DelegationCache::new(),
        }
    }

    /// Returns how many chains and sender information are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.seen.order.len()
    }

    /// Returns whether no chain and no sender information is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seen.order.is_empty()
    }

    /// Returns how many chains and sender information can be remembered.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.seen.capacity
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.seen.known.clear();
        self.seen.order.clear();
        self.delegations.clear();
    }
}

impl Seen {
    pub(crate) fn contains(&self, entry: &Entry) -> bool {
        self.known.contains(entry)
    }

    /// Remembers an entry, and forgets the oldest one if there is no room.
    pub(crate) fn insert(&mut self, entry: Entry) {
        if self.capacity == 0 || !self.known.insert(entry) {
            return;
        }
        self.order.push_back(entry);
        if self.order.len() > self.capacity
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .finish_non_exhaustive()
    }
}

impl Entry {
    /// Binds claims, their number and order, and all that decides whether they hold.
    pub(crate) fn of(schemes: &Schemes<'_>, claims: &[Claim<'_>]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"\x12icid-request-seen1");
        schemes.fingerprint(|bytes| hasher.update(bytes));
        hasher.update(length(claims.len()));
        for claim in claims {
            hasher.update(length(claim.key.len()));
            hasher.update(claim.key);
            let message = claim.message.iter().map(|piece| piece.len());
            hasher.update(length(message.fold(0, usize::saturating_add)));
            claim.message.iter().for_each(|piece| hasher.update(piece));
            hasher.update(length(claim.signature.len()));
            hasher.update(claim.signature);
        }
        Self(hasher.finalize().into())
    }
}

fn length(count: usize) -> [u8; 8] {
    u64::try_from(count).unwrap_or(u64::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use signature::{InvalidAt, InvalidKey, InvalidSignature, VerifySignature};

    use super::*;
    use crate::Policy;

    struct Nobody;

    impl VerifySignature for Nobody {
        fn verify(&self, _: Claim<'_>) -> Result<(), InvalidSignature> {
            Err(InvalidSignature)
        }

        fn verify_all(&self, _: &[Claim<'_>]) -> Result<(), InvalidAt> {
            Err(InvalidAt { index: 0 })
        }

        fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
            Err(InvalidKey)
        }
    }

    fn claim<'a>(key: &'a [u8], message: &'a [&'a [u8]], signature: &'a [u8]) -> Claim<'a> {
        Claim {
            key,
            message,
            signature,
        }
    }

    #[test]
    fn no_length_is_a_separator_that_a_part_may_contain() {
        let schemes = Schemes::new(&Nobody, Policy::SPEC);
        for number in [0, 1] {
            let length = [number; 8];
            let message: [&[u8]; 3] = [b"b", &length, b"c"];
            let signature: [&[u8]; 3] = [b"c", &length, b"d"];
            let signature = signature.concat();
            let one = [claim(b"a", &message, b"d")];
            let other = [claim(b"a", &[b"b"], &signature)];
            assert!(Entry::of(&schemes, &one) != Entry::of(&schemes, &other));
        }
    }

    #[test]
    fn claims_of_the_same_bytes_are_told_apart_by_where_their_parts_end() {
        let schemes = Schemes::new(&Nobody, Policy::SPEC);
        let one = [claim(b"ab", &[b"c", b"d"], b"e")];
        let lists = [
            &one[..],
            &[claim(b"a", &[b"bc", b"d"], b"e")],
            &[claim(b"ab", &[b"c"], b"de")],
            &[claim(b"abc", &[b"d"], b"e")],
            &[claim(b"ab", &[b"c", b"d", b"e"], b"")],
            &[claim(b"ab", &[b"c"], b"d"), claim(b"", &[], b"e")],
            &[],
        ];
        let entries: Vec<Entry> = lists.iter().map(|list| Entry::of(&schemes, list)).collect();
        let different: BTreeSet<&Entry> = entries.iter().collect();
        assert_eq!(different.len(), lists.len());
        // The pieces of a message are one text.
        let joined = [claim(b"ab", &[b"cd"], b"e")];
        assert!(Entry::of(&schemes, &joined) == Entry::of(&schemes, &one));
    }
}
