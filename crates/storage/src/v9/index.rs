//! The maps from credentials to anchors.
//!
//! As the service has it, a credential that another anchor has already stays with that anchor.
//!
//! Source: dfinity/internet-identity, `storage.rs` of 2026, `sync_anchor_with_…`.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use principal::Principal;

use super::anchor::{OpenIdKey, StoredAnchor};
use super::memories::{BY_CREDENTIAL_ID, BY_PASSKEY, BY_RECOVERY_KEY, CREDENTIAL_IDS, PRINCIPALS};
use crate::managed::{Manager, Map, MemoryId, OpenMapError, Shape, ViewMut};
use crate::memory::MemoryMut;
use crate::storage::StoredAnchorError;

/// The keys under which an anchor is found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Indexes {
    pub(crate) credential_ids: BTreeSet<Vec<u8>>,
    pub(crate) passkeys: BTreeSet<Principal>,
    pub(crate) recovery_keys: BTreeSet<Principal>,
    pub(crate) openid_keys: BTreeSet<OpenIdKey>,
}

impl Indexes {
    pub(crate) fn of(anchor: &StoredAnchor) -> Self {
        let passkeys = || anchor.passkeys.iter().flatten();
        let recovery_keys = anchor.recovery_keys.iter().flatten();
        let principal = |key: &[u8]| Principal::self_authenticating(key);
        Self {
            credential_ids: passkeys().map(|key| key.credential_id.clone()).collect(),
            passkeys: passkeys().map(|key| principal(&key.pubkey)).collect(),
            recovery_keys: recovery_keys.map(|key| principal(&key.pubkey)).collect(),
            openid_keys: anchor.openid_keys.iter().cloned().collect(),
        }
    }

    /// The keys of the maps from a credential to one anchor.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (MemoryId, Shape, &[u8])> {
        let ids = self.credential_ids.iter();
        let ids = ids.map(|id| (BY_CREDENTIAL_ID, CREDENTIAL_IDS, id.as_slice()));
        let passkeys = self.passkeys.iter();
        let passkeys = passkeys.map(|key| (BY_PASSKEY, PRINCIPALS, key.as_bytes()));
        let recovery = self.recovery_keys.iter();
        let recovery = recovery.map(|key| (BY_RECOVERY_KEY, PRINCIPALS, key.as_bytes()));
        ids.chain(passkeys).chain(recovery)
    }
}

/// Lets an anchor be found by its passkeys and recovery keys.
pub(crate) fn add_to_indexes<M: MemoryMut>(
    manager: &mut Manager,
    memory: &mut M,
    number: u64,
    indexes: &Indexes,
) -> Result<(), StoredAnchorError> {
    for (id, shape, key) in indexes.keys() {
        let mut map = open_or_create(manager, memory, id, shape)?;
        if !map
            .contains(key)
            .map_err(|error| StoredAnchorError::map(id, error))?
        {
            map.insert(key, &number.to_be_bytes())
                .map_err(|error| StoredAnchorError::map(id, error))?;
        }
    }
    Ok(())
}

/// Removes what an anchor was found by and is no more.
pub(crate) fn remove_from_indexes<M: MemoryMut>(
    manager: &mut Manager,
    memory: &mut M,
    number: u64,
    before: &Indexes,
    after: &Indexes,
) -> Result<(), StoredAnchorError> {
    let gone = Indexes {
        credential_ids: without(&before.credential_ids, &after.credential_ids),
        passkeys: without(&before.passkeys, &after.passkeys),
        recovery_keys: without(&before.recovery_keys, &after.recovery_keys),
        openid_keys: BTreeSet::new(),
    };
    for (id, shape, key) in gone.keys() {
        let mut map = open_or_create(manager, memory, id, shape)?;
        let found = map
            .get(key)
            .map_err(|error| StoredAnchorError::map(id, error))?;
        if found.as_deref() == Some(&number.to_be_bytes()) {
            map.remove(key)
                .map_err(|error| StoredAnchorError::map(id, error))?;
        }
    }
    Ok(())
}

fn without<T: Clone + Ord>(set: &BTreeSet<T>, other: &BTreeSet<T>) -> BTreeSet<T> {
    set.difference(other).cloned().collect()
}

/// Opens a map, or makes it if nobody did.
pub(crate) fn open_or_create<'m, M: MemoryMut>(
    manager: &'m mut Manager,
    memory: &'m mut M,
    id: MemoryId,
    shape: Shape,
) -> Result<Map<ViewMut<'m, &'m mut M>>, StoredAnchorError> {
    let is_empty = match Map::open(manager.view(&*memory, id), shape).map(drop) {
        Ok(()) => false,
        Err(OpenMapError::Empty) => true,
        Err(error) => return Err(StoredAnchorError::NoMap { id, error }),
    };
    let view = manager.view_mut(memory, id);
    if is_empty {
        Map::create(view, shape).map_err(|error| StoredAnchorError::map(id, error))
    } else {
        Map::open(view, shape).map_err(|error| StoredAnchorError::NoMap { id, error })
    }
}
