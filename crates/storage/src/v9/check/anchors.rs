//! Anchors, and the maps that lead to them.

use alloc::collections::BTreeSet;

use cbor::Reader;

use super::{Check, Lookup, MemoryRule, number};
use crate::header::wide;
use crate::managed::{MemoryId, Shape};
use crate::memory::{Memory, MemoryError};
use crate::v9::anchor::{OpenIdKey, StoredAnchor};
use crate::v9::index::Indexes;
use crate::v9::memories::{
    BY_CREDENTIAL_ID, BY_OPENID, BY_PASSKEY, BY_RECOVERY_KEY, CREDENTIAL_IDS, NUMBERED, OPENID,
    PRINCIPALS, STORED_ANCHORS,
};

impl<M: Memory> Check<'_, M> {
    pub(super) fn anchors(&mut self) -> Result<(), MemoryError> {
        self.each(STORED_ANCHORS, NUMBERED, |check, key, value| {
            let anchor = number(key).unwrap_or_default();
            if check.header.index(anchor).is_none() {
                let rule = MemoryRule::NoSuchAnchor { number: anchor };
                check.found_about(STORED_ANCHORS, anchor, rule);
            }
            match StoredAnchor::parse(value) {
                Ok(stored) => check.outward(anchor, &stored),
                Err(error) => {
                    check.found_about(STORED_ANCHORS, anchor, MemoryRule::Item { error });
                    Ok(())
                }
            }
        })?;
        let maps = [
            (BY_CREDENTIAL_ID, CREDENTIAL_IDS),
            (BY_RECOVERY_KEY, PRINCIPALS),
            (BY_PASSKEY, PRINCIPALS),
        ];
        for (id, shape) in maps {
            self.each(id, shape, |check, key, value| check.inward(id, key, value))?;
        }
        self.each(BY_OPENID, OPENID, Self::inward_openid)
    }

    /// From an anchor to the maps.
    fn outward(&mut self, anchor: u64, stored: &StoredAnchor) -> Result<(), MemoryError> {
        let indexes = Indexes::of(stored);
        for (index, shape, key) in indexes.keys() {
            let found = self.value(index, shape, key)?;
            self.compare(anchor, index, &found, |value| number(value) == Some(anchor));
        }
        for key in &indexes.openid_keys {
            let found = self.value(BY_OPENID, OPENID, &key.encode())?;
            let has = |value: &[u8]| anchors(value).is_some_and(|list| list.contains(&anchor));
            self.compare(anchor, BY_OPENID, &found, has);
        }
        Ok(())
    }

    fn compare(
        &mut self,
        anchor: u64,
        index: MemoryId,
        found: &Lookup,
        is_right: impl FnOnce(&[u8]) -> bool,
    ) {
        let rule = match found {
            Lookup::Unread => return,
            Lookup::Found(value) if is_right(value) => return,
            Lookup::Absent => MemoryRule::AbsentFromIndex { index },
            Lookup::Found(value) => {
                let first = || anchors(value).and_then(|list| list.first().copied());
                let number = number(value).or_else(first).unwrap_or_default();
                MemoryRule::IndexLeadsElsewhere { index, number }
            }
        };
        self.found_about(STORED_ANCHORS, anchor, rule);
    }

    /// From an entry of a map to its anchor.
    fn inward(&mut self, id: MemoryId, key: &[u8], value: &[u8]) -> Result<(), MemoryError> {
        let Some(anchor) = number(value) else {
            let length = wide(value.len());
            self.found(id, MemoryRule::ItemLength { length });
            return Ok(());
        };
        self.has_key(id, anchor, |indexes| {
            indexes
                .keys()
                .any(|(index, _, other)| index == id && other == key)
        })
    }

    fn inward_openid(&mut self, key: &[u8], value: &[u8]) -> Result<(), MemoryError> {
        let key = match OpenIdKey::parse(key) {
            Ok(key) => key,
            Err(error) => {
                self.found(BY_OPENID, MemoryRule::Item { error });
                return Ok(());
            }
        };
        let Some(list) = anchors(value) else {
            let length = wide(value.len());
            self.found(BY_OPENID, MemoryRule::ItemLength { length });
            return Ok(());
        };
        for anchor in list {
            self.has_key(BY_OPENID, anchor, |indexes| {
                indexes.openid_keys.contains(&key)
            })?;
        }
        Ok(())
    }

    fn has_key(
        &mut self,
        id: MemoryId,
        anchor: u64,
        has: impl FnOnce(&Indexes) -> bool,
    ) -> Result<(), MemoryError> {
        let rule = match self.stored(anchor)? {
            Lookup::Unread => return Ok(()),
            Lookup::Absent => MemoryRule::NoSuchAnchor { number: anchor },
            Lookup::Found(value) => match StoredAnchor::parse(&value) {
                Ok(stored) if has(&Indexes::of(&stored)) => return Ok(()),
                Ok(_) => MemoryRule::IndexLeadsAstray { number: anchor },
                // Found before.
                Err(_) => return Ok(()),
            },
        };
        self.found_about(id, anchor, rule);
        Ok(())
    }

    pub(super) fn stored(&mut self, anchor: u64) -> Result<Lookup, MemoryError> {
        let shape: Shape = NUMBERED;
        self.value(STORED_ANCHORS, shape, &anchor.to_be_bytes())
    }
}

/// Reads a list of anchors: a CBOR array of numbers.
fn anchors(value: &[u8]) -> Option<BTreeSet<u64>> {
    let mut reader = Reader::new(value);
    let mut items = reader.array().ok()?;
    let mut list = BTreeSet::new();
    while reader.next(&mut items).ok()? {
        list.insert(reader.unsigned().ok()?);
    }
    reader.finish().ok()?;
    Some(list)
}
