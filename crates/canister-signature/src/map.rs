//! What a canister has signed.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::fmt;

use hash_tree::{CertifiedMap, Reveal};
use time::{Lifetime, Timestamp};

use crate::id::SignatureId;
use crate::parse;
use crate::siblings::{self, Siblings};

/// The signatures that a canister has made and that have not expired.
///
/// A canister signs in two steps. In an update call it adds a signature here, and certifies
/// [`SignatureMap::certified_data`], as it does after every change. In a query it has a certificate
/// of that, and gets [`SignatureMap::signature`]. Signatures that were handed out stay valid forever,
/// so they need to be here no longer than it takes to come for them.
///
/// Time is an argument. Adding, removing and the hash after it cost O(log n) for n signatures.
///
/// An expired signature is there until it is removed, by [`SignatureMap::add`] or
/// [`SignatureMap::remove_expired`]. Queries change nothing, so they find it until then; who minds
/// looks at [`SignatureMap::expires_at`].
#[derive(Clone, Default)]
pub struct SignatureMap {
    /// For each signature, the hashes of seed and payload lead to an empty value.
    map: CertifiedMap,
    /// When each signature expires.
    expirations: BTreeMap<SignatureId, Timestamp>,
    /// The same, with the one that expires first at the start.
    queue: BTreeSet<(Timestamp, SignatureId)>,
}

impl SignatureMap {
    /// How many expired signatures a call removes at most, so that no call runs into the limit of
    /// instructions.
    ///
    /// Source: Internet Identity removes as many whenever it adds one. More than one are enough to
    /// remove signatures faster than they come.
    pub const MAX_REMOVED: usize = 50;

    /// Returns a map without signatures.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            map: CertifiedMap::new(),
            expirations: BTreeMap::new(),
            queue: BTreeSet::new(),
        }
    }

    /// Removes expired signatures, at most [`SignatureMap::MAX_REMOVED`] of them, then adds one, and
    /// returns when it expires.
    ///
    /// That is `lifetime` after `now`. A signature that is there already is renewed: it expires then
    /// too, unless it would have expired later. The new certified data is
    /// [`SignatureMap::certified_data`].
    pub fn add(&mut self, id: &SignatureId, now: Timestamp, lifetime: Lifetime) -> Timestamp {
        self.remove_expired(now);
        let mut expires_at = now.saturating_add(lifetime);
        if let Some(current) = self.expirations.get(id) {
            expires_at = expires_at.max(*current);
            self.queue.remove(&(*current, *id));
        } else {
            // All paths here have two labels, so there is room for this one.
            // spec: CSIG-12
            drop(self.map.insert(&path(id), Vec::new()));
        }
        self.expirations.insert(*id, expires_at);
        self.queue.insert((expires_at, *id));
        expires_at
    }

    /// Removes expired signatures, at most [`SignatureMap::MAX_REMOVED`] of them, the oldest first,
    /// and returns how many it removed.
    ///
    /// A signature has expired at the very time that [`SignatureMap::add`] returned.
    pub fn remove_expired(&mut self, now: Timestamp) -> usize {
        let mut removed: usize = 0;
        while removed < Self::MAX_REMOVED
            && let Some((expires_at, id)) = self.queue.first().copied()
            && expires_at <= now
        {
            self.remove(&id);
            removed = removed.saturating_add(1);
        }
        removed
    }

    /// Removes a signature, expired or not, and returns whether it was there.
    pub fn remove(&mut self, id: &SignatureId) -> bool {
        let Some(expires_at) = self.expirations.remove(id) else {
            return false;
        };
        self.queue.remove(&(expires_at, *id));
        self.map.remove(&path(id));
        true
    }

    /// Returns the data that the canister has to certify, now that it has these signatures, and
    /// beside them `siblings`.
    ///
    /// It hashes what has changed since the last call.
    // spec: CSIG-6
    pub fn certified_data(&mut self, siblings: &Siblings) -> [u8; 32] {
        siblings.root_hash(self.root_hash())
    }

    /// Returns the hash of the label `sig` with everything below it.
    ///
    /// It stands for the signatures where something else that the canister certifies is shown.
    pub fn root_hash(&mut self) -> [u8; 32] {
        siblings::labeled_sig(&self.map.root_hash())
    }

    /// Returns a signature in the form in which it travels, or `None` if it is not there.
    ///
    /// `certificate` is the certificate that the canister got for the data that it has certified
    /// after the last change, with these `siblings`. That is not checked here; with another one, the
    /// signature is not valid.
    // spec: CSIG-4
    #[must_use]
    pub fn signature(
        &self,
        id: &SignatureId,
        siblings: &Siblings,
        certificate: &[u8],
    ) -> Option<Vec<u8>> {
        let tree = self.witness(id, siblings)?;
        Some(parse::encode(certificate, &tree))
    }

    /// Returns the encoded tree that shows a signature, and nothing else, or `None` if it is not
    /// there.
    // spec: CSIG-12
    #[must_use]
    pub fn witness(&self, id: &SignatureId, siblings: &Siblings) -> Option<Vec<u8>> {
        self.expirations.get(id)?;
        Some(siblings.encode(&self.map.witness(&[Reveal::Path(&path(id))])))
    }

    /// Returns when a signature expires, or `None` if it is not there.
    #[must_use]
    pub fn expires_at(&self, id: &SignatureId) -> Option<Timestamp> {
        self.expirations.get(id).copied()
    }

    /// Returns how many signatures there are, with those that have expired and are not removed yet.
    #[must_use]
    pub fn len(&self) -> usize {
        self.expirations.len()
    }

    /// Returns whether there are no signatures.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.expirations.is_empty()
    }
}

impl fmt::Debug for SignatureMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignatureMap")
            .field("map", &self.map)
            .finish_non_exhaustive()
    }
}

/// Returns the labels that lead to a signature.
fn path(id: &SignatureId) -> [&[u8]; 2] {
    [id.seed_hash(), id.payload_hash()]
}
