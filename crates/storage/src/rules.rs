//! The rules that an anchor and its devices keep today.

use core::fmt;

use principal::Principal;

use crate::record::{Device, Field, KeyType, Protection};

/// How many devices an anchor may have.
///
/// Source: dfinity/internet-identity, `storage/anchor.rs`, `MAX_DEVICES_PER_ANCHOR`.
pub const MAX_DEVICES: usize = 10;

/// How many bytes all texts and blobs of an anchor may have together: aliases, keys, credential ids,
/// origins, and keys and values of metadata.
///
/// Source: dfinity/internet-identity, `storage/anchor.rs`, `VARIABLE_FIELDS_LIMIT`.
pub const MAX_ANCHOR_SIZE: usize = 2500;

/// How long an alias may be, in bytes.
///
/// Source: dfinity/internet-identity, `storage/anchor.rs`, `ALIAS_LEN_LIMIT`.
pub const MAX_ALIAS_LENGTH: usize = 64;

/// How long a public key may be, in bytes.
///
/// Source: dfinity/internet-identity, `storage/anchor.rs`, `PK_LEN_LIMIT`.
pub const MAX_PUBKEY_LENGTH: usize = 300;

/// How long a credential id may be, in bytes.
///
/// Source: dfinity/internet-identity, `storage/anchor.rs`, `CREDENTIAL_ID_LEN_LIMIT`.
pub const MAX_CREDENTIAL_ID_LENGTH: usize = 350;

/// How long an origin may be, in bytes.
///
/// Source: dfinity/internet-identity, `storage/anchor.rs`, `ORIGIN_LEN_LIMIT`.
pub const MAX_ORIGIN_LENGTH: usize = 50;

/// The keys that metadata of a device may not have.
///
/// Source: dfinity/internet-identity, `storage/anchor.rs`, `RESERVED_KEYS`.
pub const RESERVED_KEYS: [&str; 11] = [
    "pubkey",
    "alias",
    "credential_id",
    "purpose",
    "key_type",
    "protection",
    "origin",
    "last_usage_timestamp",
    "metadata",
    "usage",
    "authenticator_attachment",
];

/// Which rule an anchor breaks, or would break.
///
/// Devices are told by their position among those of the anchor, from 0.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AnchorError {
    /// A device that is to be changed would get another key.
    ChangedKey,
    /// Another device has the same key.
    DuplicateDevice {
        /// Where that other device is.
        position: usize,
    },
    /// A field of a device is too long.
    FieldTooLong {
        /// The field.
        field: Field,
        /// How long it is, in bytes.
        length: usize,
        /// How long it may be, in bytes.
        limit: usize,
    },
    /// There is more than one recovery phrase.
    MultipleRecoveryPhrases {
        /// How many.
        count: usize,
    },
    /// No device has the key.
    NoSuchDevice,
    /// The device is protected, and who acts did not sign in with it.
    Protected {
        /// Who may act.
        authorized: Principal,
        /// Who acts.
        actual: Principal,
    },
    /// A device is protected, but no recovery phrase.
    ProtectedKeyType {
        /// What it is.
        key_type: KeyType,
    },
    /// A recovery phrase has a credential id.
    RecoveryPhraseWithCredentialId,
    /// Metadata of a device have a key that is reserved.
    ReservedKey {
        /// The key.
        key: &'static str,
    },
    /// All texts and blobs together have too many bytes.
    TooLarge {
        /// How many.
        size: usize,
    },
    /// There are too many devices.
    TooManyDevices {
        /// How many.
        count: usize,
    },
}

impl fmt::Display for AnchorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ChangedKey => f.write_str("found another key, that of a device stays"),
            Self::DuplicateDevice { position } => {
                write!(f, "found the key of device {position} for the second time")
            }
            Self::FieldTooLong {
                field,
                length,
                limit,
            } => write!(
                f,
                "found a field {field} of {length} bytes, at most {limit} are allowed"
            ),
            Self::MultipleRecoveryPhrases { count } => {
                write!(f, "found {count} recovery phrases, at most 1 is allowed")
            }
            Self::NoSuchDevice => f.write_str("found no device with the key"),
            Self::Protected { authorized, actual } => write!(
                f,
                "found a protected device, which {authorized} may change, but not {actual}"
            ),
            Self::ProtectedKeyType { key_type } => write!(
                f,
                "found a protected device of key type {}, only seed_phrase is allowed",
                key_type.name()
            ),
            Self::RecoveryPhraseWithCredentialId => {
                f.write_str("found a recovery phrase with a credential id")
            }
            Self::ReservedKey { key } => {
                write!(f, "found the metadata key {key}, which is reserved")
            }
            Self::TooLarge { size } => write!(
                f,
                "found texts and blobs of {size} bytes, at most {MAX_ANCHOR_SIZE} are allowed"
            ),
            Self::TooManyDevices { count } => {
                write!(
                    f,
                    "found {count} devices, at most {MAX_DEVICES} are allowed"
                )
            }
        }
    }
}

impl core::error::Error for AnchorError {}

/// What the rules ask about a device.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeviceFacts {
    pub(crate) alias: usize,
    pub(crate) pubkey: usize,
    pub(crate) credential_id: Option<usize>,
    pub(crate) origin: usize,
    pub(crate) metadata: usize,
    pub(crate) reserved_key: Option<&'static str>,
    pub(crate) key_type: KeyType,
    pub(crate) protection: Protection,
}

impl DeviceFacts {
    pub(crate) fn of(device: &Device<'_, '_>) -> Self {
        let mut metadata = 0;
        let mut first_reserved = None;
        if let Some(map) = device.metadata() {
            metadata = map.size();
            first_reserved = reserved(|reserved| map.entries().any(|(key, _)| key == reserved));
        }
        Self {
            alias: device.alias().len(),
            pubkey: device.pubkey().len(),
            credential_id: device.credential_id().map(<[u8]>::len),
            origin: device.origin().map_or(0, str::len),
            metadata,
            reserved_key: first_reserved,
            key_type: device.key_type(),
            protection: device.protection(),
        }
    }

    /// Checks the rules for one device, in the order in which the service checks them.
    pub(crate) fn check(&self) -> Result<(), AnchorError> {
        if let Some(key) = self.reserved_key {
            return Err(AnchorError::ReservedKey { key });
        }
        let fields = [
            (Field::Alias, self.alias, MAX_ALIAS_LENGTH),
            (Field::Pubkey, self.pubkey, MAX_PUBKEY_LENGTH),
            (
                Field::CredentialId,
                self.credential_id.unwrap_or_default(),
                MAX_CREDENTIAL_ID_LENGTH,
            ),
            (Field::Origin, self.origin, MAX_ORIGIN_LENGTH),
        ];
        for (field, length, limit) in fields {
            if length > limit {
                return Err(AnchorError::FieldTooLong {
                    field,
                    length,
                    limit,
                });
            }
        }
        let is_phrase = self.key_type == KeyType::SeedPhrase;
        if is_phrase && self.credential_id.is_some() {
            return Err(AnchorError::RecoveryPhraseWithCredentialId);
        }
        if self.protection == Protection::Protected && !is_phrase {
            return Err(AnchorError::ProtectedKeyType {
                key_type: self.key_type,
            });
        }
        Ok(())
    }

    /// How many bytes its texts and blobs have.
    fn size(&self) -> usize {
        [
            self.alias,
            self.pubkey,
            self.credential_id.unwrap_or_default(),
            self.origin,
            self.metadata,
        ]
        .into_iter()
        .fold(0, usize::saturating_add)
    }
}

/// Checks the rules for all devices together, in the order in which the service checks them.
pub(crate) fn check_devices(
    devices: impl Iterator<Item = DeviceFacts>,
    metadata: usize,
) -> Result<(), AnchorError> {
    let mut count = 0_usize;
    let mut size = metadata;
    let mut phrases = 0_usize;
    for device in devices {
        count = count.saturating_add(1);
        size = size.saturating_add(device.size());
        if device.key_type == KeyType::SeedPhrase {
            phrases = phrases.saturating_add(1);
        }
    }
    if count > MAX_DEVICES {
        return Err(AnchorError::TooManyDevices { count });
    }
    if size > MAX_ANCHOR_SIZE {
        return Err(AnchorError::TooLarge { size });
    }
    if phrases > 1 {
        return Err(AnchorError::MultipleRecoveryPhrases { count: phrases });
    }
    Ok(())
}

/// Returns the first of the reserved keys that a map has.
pub(crate) fn reserved(has_key: impl Fn(&str) -> bool) -> Option<&'static str> {
    RESERVED_KEYS.into_iter().find(|key| has_key(key))
}
