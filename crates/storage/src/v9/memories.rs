//! Which memory has what, and what the maps in them look like.

use core::cmp::Ordering;

use super::anchor::OpenIdKey;
use crate::managed::{Keys, Manager, MemoryId, Shape, Values};

/// What a memory of layout 9 is for.
///
/// Source: dfinity/internet-identity, `storage.rs` of 2026, the constants `…_MEMORY_INDEX`.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MemoryUse {
    /// Read, checked and derived here.
    Interpreted,
    /// Known by its name only.
    NotInterpreted,
    /// Given up by the service.
    Abandoned,
    /// Not known.
    Unknown,
}

/// A memory that has bytes.
#[expect(clippy::exhaustive_structs, reason = "an entry of a list")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StoredMemory {
    /// Which.
    pub id: MemoryId,
    /// How long it is, in pages.
    pub pages: u64,
    /// What it is for.
    pub usage: MemoryUse,
    /// A name for people.
    pub name: &'static str,
}

impl StoredMemory {
    /// Returns the memories that have bytes, by their ids.
    pub fn of(manager: &Manager) -> impl Iterator<Item = Self> {
        MemoryId::all().filter_map(|id| {
            let pages = manager.pages(id);
            let (usage, name) = known(id);
            (pages > 0).then_some(Self {
                id,
                pages,
                usage,
                name,
            })
        })
    }
}

const fn known(id: MemoryId) -> (MemoryUse, &'static str) {
    use MemoryUse::{Abandoned, Interpreted, NotInterpreted, Unknown};
    match id.number() {
        0 => (Interpreted, "records of anchors"),
        1 => (Interpreted, "entries for the archive"),
        2 => (Interpreted, "persistent state"),
        3 => (NotInterpreted, "events"),
        4 => (NotInterpreted, "aggregations of events"),
        5 => (NotInterpreted, "reference rate of registrations"),
        6 => (NotInterpreted, "current rate of registrations"),
        9 => (Interpreted, "anchors by credential id"),
        10 => (Interpreted, "accounts"),
        11 => (Interpreted, "applications"),
        13 => (Interpreted, "references to accounts"),
        14 => (Interpreted, "accounts of each anchor, counted"),
        15 => (Interpreted, "all accounts, counted"),
        16 => (Interpreted, "anchors"),
        17 => (Interpreted, "anchors by OpenID credential"),
        19 => (Interpreted, "applications by origin"),
        20 => (Interpreted, "default accounts"),
        21 => (Interpreted, "anchors by recovery key"),
        22 => (Interpreted, "anchors by passkey"),
        23 => (NotInterpreted, "anchors by e-mail address"),
        24 => (NotInterpreted, "keys of OpenID providers"),
        26 => (NotInterpreted, "MCP configurations"),
        29 => (NotInterpreted, "MCP grants"),
        31 => (NotInterpreted, "MCP registrations"),
        32 => (NotInterpreted, "anchors by SSO id"),
        33 => (NotInterpreted, "next number of an application"),
        34 => (NotInterpreted, "accounts by principal"),
        7 | 8 | 12 | 18 | 25 | 27 | 28 | 30 => (Abandoned, "abandoned"),
        _ => (Unknown, "unknown"),
    }
}

/// 255 is the only number that is no id, and nobody asks for it.
const fn id(number: u8) -> MemoryId {
    match MemoryId::new(number) {
        Some(id) => id,
        None => id(0),
    }
}

pub(crate) const STATE: MemoryId = id(2);
pub(crate) const BY_CREDENTIAL_ID: MemoryId = id(9);
pub(crate) const ACCOUNTS: MemoryId = id(10);
pub(crate) const APPLICATIONS: MemoryId = id(11);
pub(crate) const REFERENCES: MemoryId = id(13);
pub(crate) const ANCHOR_COUNTS: MemoryId = id(14);
pub(crate) const ALL_COUNTS: MemoryId = id(15);
pub(crate) const STORED_ANCHORS: MemoryId = id(16);
pub(crate) const BY_OPENID: MemoryId = id(17);
pub(crate) const BY_ORIGIN: MemoryId = id(19);
pub(crate) const CONFIGS: MemoryId = id(20);
pub(crate) const BY_RECOVERY_KEY: MemoryId = id(21);
pub(crate) const BY_PASSKEY: MemoryId = id(22);

/// A number, and something of any length: memories 10, 11, 14, 16.
pub(crate) const NUMBERED: Shape = Shape::new(Keys::Fixed(8), Values::Any);

/// Two numbers, and something of any length: memories 13 and 20.
pub(crate) const PAIRED: Shape = Shape::new(Keys::Fixed(16), Values::Any);

/// A credential id, and the number of an anchor: memory 9.
pub(crate) const CREDENTIAL_IDS: Shape = Shape::new(Keys::Any, Values::AtMost(8));

/// A hash, and the number of an application: memory 19.
pub(crate) const ORIGINS: Shape = Shape::new(Keys::Fixed(32), Values::AtMost(8));

/// A principal, and the number of an anchor: memories 21 and 22.
pub(crate) const PRINCIPALS: Shape =
    Shape::new(Keys::AtMost(29), Values::AtMost(8)).ordered_by(shorter_first);

/// An OpenID credential, and a list of anchors: memory 17.
pub(crate) const OPENID: Shape = Shape::new(Keys::Any, Values::Any).ordered_by(by_openid_key);

/// The maps that a migration derives from records.
pub(crate) const DERIVED: [(MemoryId, Shape); 4] = [
    (STORED_ANCHORS, NUMBERED),
    (BY_CREDENTIAL_ID, CREDENTIAL_IDS),
    (BY_RECOVERY_KEY, PRINCIPALS),
    (BY_PASSKEY, PRINCIPALS),
];

/// Source: crate `ic_principal` 0.1.5, the derived order of `Principal`: length, then bytes.
fn shorter_first(left: &[u8], right: &[u8]) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

/// Source: dfinity/internet-identity, `storage/storable/openid_credential_key.rs`, the derived order:
/// issuer, subject, audience. Keys that cannot be read come last, by their bytes.
fn by_openid_key(left: &[u8], right: &[u8]) -> Ordering {
    match (OpenIdKey::parse(left), OpenIdKey::parse(right)) {
        (Ok(left), Ok(right)) => left.cmp(&right),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => left.cmp(right),
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn every_memory_of_the_service_has_a_use_and_a_name_of_its_own() {
        let of = |usage| {
            let ids = MemoryId::all().filter(|id| known(*id).0 == usage);
            ids.map(MemoryId::number).collect::<Vec<_>>()
        };
        assert_eq!(
            of(MemoryUse::Interpreted),
            [0, 1, 2, 9, 10, 11, 13, 14, 15, 16, 17, 19, 20, 21, 22]
        );
        assert_eq!(
            of(MemoryUse::NotInterpreted),
            [3, 4, 5, 6, 23, 24, 26, 29, 31, 32, 33, 34]
        );
        assert_eq!(of(MemoryUse::Abandoned), [7, 8, 12, 18, 25, 27, 28, 30]);
        assert_eq!(of(MemoryUse::Unknown), (35..=254).collect::<Vec<_>>());
        let mut names: Vec<_> = MemoryId::all().map(|id| known(id).1).collect();
        names.sort_unstable();
        names.dedup();
        // One for each of those in use, and two for the others.
        assert_eq!(names.len(), 15 + 12 + 2);
    }
}
