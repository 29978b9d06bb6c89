//! The keys a provider has prepared.

use alloc::collections::VecDeque;
use core::fmt;

use public_key::BlsPublicKey;

/// How many prepared keys a [`Provider`](crate::Provider) keeps; preparing one more drops the oldest.
///
/// Source: our choice. A prepared key takes about 20 KB; this is room for a root key and for every
/// subnet that one program usually talks to.
pub const MAX_PREPARED_KEYS: usize = 64;

/// A key's DER SubjectPublicKeyInfo.
type Der = [u8; BlsPublicKey::DER_LENGTH];

/// At most [`MAX_PREPARED_KEYS`] BLS keys, the oldest first.
#[derive(Clone)]
pub struct PreparedKeys<T> {
    entries: VecDeque<(Der, T)>,
}

impl<T> PreparedKeys<T> {
    /// Returns what was prepared about the key with this DER SubjectPublicKeyInfo, if it was.
    #[must_use]
    pub fn find(&self, spki: &[u8]) -> Option<&T> {
        // The scan costs less than a thousandth of one pairing.
        self.entries
            .iter()
            .find(|(der, _)| der == spki)
            .map(|(_, prepared)| prepared)
    }

    pub(crate) const fn new() -> Self {
        Self {
            entries: VecDeque::new(),
        }
    }

    /// Keeps what was prepared about a key, and drops the oldest if there are too many.
    pub(crate) fn keep(&mut self, der: Der, prepared: T) {
        if self.entries.len() >= MAX_PREPARED_KEYS {
            self.entries.pop_front();
        }
        self.entries.push_back((der, prepared));
    }
}

impl<T> fmt::Debug for PreparedKeys<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedKeys")
            .field("len", &self.entries.len())
            .finish_non_exhaustive()
    }
}
