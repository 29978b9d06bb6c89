//! Layout 9: anchors of any length, indexes, applications and accounts, in memories of a manager.
//!
//! Records of 4096 bytes stay in memory 0, as in layouts 7 and 8. Anchors as CBOR, without a limit of
//! their length, are in memory 16, and maps from credentials to anchors beside them. Services of 2025
//! wrote both; those since 2026 read and write memory 16 only.
//!
//! | memory | what |
//! |---|---|
//! | 0 | records, as before |
//! | 1 | map: entries for the archive |
//! | 2 | cell: persistent state, a Candid message |
//! | 9 | map: credential id of a passkey → anchor |
//! | 10 | map: number → account |
//! | 11 | map: number → application |
//! | 13 | map: anchor, application → references to accounts |
//! | 14 | map: anchor → how many accounts it has |
//! | 15 | cell: how many accounts there are |
//! | 16 | map: number → anchor |
//! | 17 | map: OpenID credential → anchors |
//! | 19 | map: SHA-256 of an origin → application |
//! | 20 | map: anchor, application → default account |
//! | 21 | map: principal of a recovery key → anchor |
//! | 22 | map: principal of a passkey → anchor |
//!
//! Other memories are present and not interpreted.
//!
//! Source: dfinity/internet-identity, `src/internet_identity/src/storage.rs` of 2026 and
//! `storage/storable/` beside it.

mod account;
mod anchor;
mod cbor;
mod check;
mod index;
mod memories;
mod mend;

pub use self::account::{
    Account, AccountConfig, AccountCounts, AccountReference, Application, parse_account_references,
};
pub use self::anchor::{
    DEFAULT_ORIGIN, DUMMY_CREDENTIAL_ID, DeviceHistory, OpenIdKey, Passkey, RecoveryKey,
    StoredAnchor, UnknownField,
};
pub use self::cbor::{Part, StoredItemError};
pub(crate) use self::check::check_memories;
pub use self::check::{MemoryFinding, MemoryRule};
pub(crate) use self::index::{Indexes, add_to_indexes, open_or_create, remove_from_indexes};
pub(crate) use self::memories::{DERIVED, NUMBERED, STATE, STORED_ANCHORS};
pub use self::memories::{MemoryUse, StoredMemory};
