//! Anchors of memory 16: CBOR, of any length.

mod convert;
mod decode;
mod encode;

use alloc::string::String;
use alloc::vec::Vec;

use time::Timestamp;

use super::cbor::StoredItemError;
use crate::record::{KeyType, Purpose};

/// The origin of passkeys of which no origin is known.
///
/// Source: dfinity/internet-identity, `storage/anchor.rs` of 2025, conversion of an anchor.
pub const DEFAULT_ORIGIN: &str = "https://identity.ic0.app";

/// The credential id of keys in the storage of a browser, which have none.
///
/// Source: dfinity/internet-identity, `storage/anchor.rs` of 2025, conversion of an anchor.
pub const DUMMY_CREDENTIAL_ID: [u8; 4] = [0xde, 0xad, 0xbe, 0xef];

/// An anchor of memory 16.
///
/// It keeps what it does not know, so that nothing is lost when it is written again.
#[expect(
    clippy::exhaustive_structs,
    reason = "an anchor is its fields; fields that come later are among the unknown"
)]
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct StoredAnchor {
    /// The name that the user gave it. Key 0.
    pub name: Option<String>,
    /// What its OpenID credentials are found by, in their order. Key 1.
    pub openid_keys: Vec<OpenIdKey>,
    /// When it was made. Key 2.
    pub created_at: Option<Timestamp>,
    /// Its passkeys; nothing if it was never brought here from memory 0. Key 3.
    pub passkeys: Option<Vec<Passkey>>,
    /// Its keys that are no passkeys; nothing if it was never brought here from memory 0. Key 4.
    pub recovery_keys: Option<Vec<RecoveryKey>>,
    /// Fields that are not interpreted, the whole of key 1 among them.
    pub unknown: Vec<UnknownField>,
}

/// A field that is not interpreted: a key and a CBOR item.
#[expect(clippy::exhaustive_structs, reason = "a field is a key and a value")]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownField {
    /// The key.
    pub key: u64,
    /// The item, as it is stored.
    pub item: Vec<u8>,
}

/// A passkey.
#[expect(
    clippy::exhaustive_structs,
    reason = "a passkey is its fields; fields that come later are among the unknown"
)]
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Passkey {
    /// The public key. Key 0.
    pub pubkey: Vec<u8>,
    /// The WebAuthn credential id, or [`DUMMY_CREDENTIAL_ID`]. Key 1.
    pub credential_id: Vec<u8>,
    /// The origin that it was made on. Key 2.
    pub origin: String,
    /// When it was made. Key 3.
    pub created_at: Option<Timestamp>,
    /// When it was last used. Key 4.
    pub last_usage: Option<Timestamp>,
    /// The user's label, if it is not empty. Key 5.
    pub alias: Option<String>,
    /// The identifier of the authenticator model. Key 6.
    pub aaguid: Option<Vec<u8>>,
    /// What the device was in memory 0, if it was not an ordinary passkey. Key 7.
    pub history: Option<DeviceHistory>,
    /// Fields that are not interpreted.
    pub unknown: Vec<UnknownField>,
}

/// A key that is no passkey, most often of a recovery phrase.
#[expect(
    clippy::exhaustive_structs,
    reason = "a key is its fields; fields that come later are among the unknown"
)]
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RecoveryKey {
    /// The public key. Key 0.
    pub pubkey: Vec<u8>,
    /// When it was made. Key 1.
    pub created_at: Option<Timestamp>,
    /// When it was last used. Key 2.
    pub last_usage: Option<Timestamp>,
    /// Whether only who signs in with it may change it. Key 3.
    pub is_protected: Option<bool>,
    /// What the device was in memory 0, if it was not an ordinary recovery phrase. Key 4.
    pub history: Option<DeviceHistory>,
    /// Fields that are not interpreted.
    pub unknown: Vec<UnknownField>,
}

/// What a device of memory 0 was that is neither an ordinary passkey nor an ordinary recovery phrase.
#[expect(
    clippy::exhaustive_structs,
    reason = "it is written once and never changes"
)]
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DeviceHistory {
    /// Its credential id. Key 0.
    pub credential_id: Option<Vec<u8>>,
    /// What it was for. Key 1.
    pub purpose: Purpose,
    /// What kind of key it was. Key 2.
    pub key_type: KeyType,
    /// The origin it was made on. Key 3, since the end of 2025.
    pub origin: Option<String>,
}

/// What an OpenID credential is found by.
#[expect(
    clippy::exhaustive_structs,
    reason = "the identity of a credential is these three"
)]
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct OpenIdKey {
    /// The issuer. Key 0.
    pub iss: String,
    /// The subject. Key 1.
    pub sub: String,
    /// The audience; empty in keys that were written before it was stored. Key 2.
    pub aud: String,
}

impl StoredAnchor {
    /// Reads the CBOR of an anchor.
    ///
    /// # Errors
    ///
    /// See [`StoredItemError`].
    pub fn parse(input: &[u8]) -> Result<Self, StoredItemError> {
        super::cbor::whole(input, decode::anchor)
    }

    /// Returns the CBOR: definite lengths, keys in ascending order, nothing for what is not there.
    ///
    /// The keys of OpenID credentials are not written: the credentials are, which are among
    /// [`StoredAnchor::unknown`].
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode::anchor(self)
    }
}

impl OpenIdKey {
    /// Reads a key of memory 17: a map, or an array without the audience.
    ///
    /// # Errors
    ///
    /// See [`StoredItemError`].
    pub fn parse(input: &[u8]) -> Result<Self, StoredItemError> {
        super::cbor::whole(input, decode::openid_key)
    }

    /// Returns the CBOR: a map of three texts.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode::openid_key(self)
    }
}
