//! The keys a provider has prepared.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use core::fmt;

use crate::MAX_PREPARED_KEYS;
use crate::bls::Der;
use crate::pairing::Lines;

/// At most [`MAX_PREPARED_KEYS`] keys, the oldest first.
#[derive(Clone)]
pub(crate) struct PreparedKeys {
    entries: VecDeque<(Der, Box<Lines>)>,
}

impl PreparedKeys {
    pub(crate) const fn new() -> Self {
        Self {
            entries: VecDeque::new(),
        }
    }

    /// Keeps the lines of a key, and drops the oldest if there are too many.
    pub(crate) fn keep(&mut self, der: Der, lines: Box<Lines>) {
        if self.entries.len() >= MAX_PREPARED_KEYS {
            self.entries.pop_front();
        }
        self.entries.push_back((der, lines));
    }

    /// Returns the lines of a key, if it is prepared.
    pub(crate) fn lines(&self, spki: &[u8]) -> Option<&Lines> {
        // The scan costs less than a thousandth of one pairing.
        self.entries
            .iter()
            .find(|(der, _)| der == spki)
            .map(|(_, lines)| &**lines)
    }
}

impl fmt::Debug for PreparedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedKeys")
            .field("len", &self.entries.len())
            .finish_non_exhaustive()
    }
}
