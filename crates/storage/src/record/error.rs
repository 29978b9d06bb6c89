//! Why a record could not be read.

use core::fmt;

use candid_wire::{FieldId, Kind, ReadError};

use super::MAX_METADATA_DEPTH;

/// Why a record could not be read.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RecordError {
    /// The identifier of an authenticator model is not 16 bytes long.
    AaguidLength {
        /// How long it is, in bytes.
        length: usize,
    },
    /// The content is no Candid message with the right types, or bytes follow it.
    Candid {
        /// Why not. Positions count from the start of the message.
        error: ReadError,
    },
    /// The memory ends inside the record.
    CutOff {
        /// How many bytes are needed at least.
        needed: usize,
        /// How many there are.
        available: usize,
    },
    /// The content is longer than the record.
    LengthBeyondRecord {
        /// How long the content is said to be, in bytes.
        length: u16,
        /// How long it may be, in bytes.
        limit: u16,
    },
    /// An entry of metadata is no pair of a key and a value.
    MetadataEntry {
        /// Where it is, in bytes from the start of the message.
        position: usize,
    },
    /// Metadata have more maps inside each other than [`MAX_METADATA_DEPTH`].
    MetadataTooDeep,
    /// A field that must be there is not.
    MissingField {
        /// The field.
        field: Field,
    },
    /// The message does not have exactly one argument.
    NotOneArgument {
        /// How many it has.
        count: u64,
    },
    /// A case of a variant that is not known.
    UnknownCase {
        /// The field that has it.
        field: Field,
        /// The id of the case.
        id: FieldId,
    },
    /// The record has not the form, or none of the forms, of records where it stands.
    WrongForm {
        /// What it holds.
        found: Kind,
    },
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AaguidLength { length } => {
                write!(f, "found an aaguid of {length} bytes, expected 16")
            }
            Self::Candid { error } => write!(f, "the content cannot be read: {error}"),
            Self::CutOff { needed, available } => write!(
                f,
                "found {available} bytes before the end of the memory, expected at least {needed}"
            ),
            Self::LengthBeyondRecord { length, limit } => write!(
                f,
                "found a content of {length} bytes, at most {limit} are allowed"
            ),
            Self::MetadataEntry { position } => write!(
                f,
                "found an entry of metadata that is no pair of key and value, at byte {position}"
            ),
            Self::MetadataTooDeep => write!(
                f,
                "found more than {MAX_METADATA_DEPTH} maps of metadata inside each other"
            ),
            Self::MissingField { field } => write!(f, "found no field {field}"),
            Self::NotOneArgument { count } => {
                write!(f, "found a message of {count} arguments, expected 1")
            }
            Self::UnknownCase { field, id } => {
                write!(
                    f,
                    "found case {id} of the field {field}, which is not known"
                )
            }
            Self::WrongForm { found } => {
                write!(f, "found {found}, which records do not hold here")
            }
        }
    }
}

impl core::error::Error for RecordError {}

impl From<ReadError> for RecordError {
    fn from(error: ReadError) -> Self {
        Self::Candid { error }
    }
}

/// A field of an anchor or a device.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Field {
    /// The identifier of the authenticator model.
    Aaguid,
    /// The user's label.
    Alias,
    /// When the anchor was made.
    CreatedAt,
    /// The WebAuthn credential id.
    CredentialId,
    /// The devices.
    Devices,
    /// What kind of key it is.
    KeyType,
    /// When the device was last used.
    LastUsage,
    /// Metadata of the anchor or of a device.
    Metadata,
    /// The origin that the passkey was made on.
    Origin,
    /// Who may change the device.
    Protection,
    /// The public key.
    Pubkey,
    /// What the device is for.
    Purpose,
}

impl Field {
    /// Returns the name, as the Candid types have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aaguid => "aaguid",
            Self::Alias => "alias",
            Self::CreatedAt => "created_at",
            Self::CredentialId => "credential_id",
            Self::Devices => "devices",
            Self::KeyType => "key_type",
            Self::LastUsage => "last_usage_timestamp",
            Self::Metadata => "metadata",
            Self::Origin => "origin",
            Self::Protection => "protection",
            Self::Pubkey => "pubkey",
            Self::Purpose => "purpose",
        }
    }

    pub(crate) const fn id(self) -> FieldId {
        FieldId::of(self.name())
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
