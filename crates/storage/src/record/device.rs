//! Devices.

use candid_wire::{FieldId, Reader};
use time::Timestamp;

use super::error::{Field, RecordError};
use super::metadata::Metadata;

/// How long the identifier of an authenticator model is, in bytes.
///
/// Source: Web Authentication Level 2, "Attested Credential Data".
const AAGUID_LENGTH: usize = 16;

/// A device of an anchor: a public key and what is known about it.
#[derive(Clone, Copy, Debug)]
pub struct Device<'t, 'a> {
    pubkey: &'a [u8],
    alias: &'a str,
    credential_id: Option<&'a [u8]>,
    aaguid: Option<&'a [u8; AAGUID_LENGTH]>,
    purpose: Option<Purpose>,
    key_type: Option<KeyType>,
    protection: Option<Protection>,
    origin: Option<&'a str>,
    last_usage: Option<Timestamp>,
    metadata: Option<Metadata<'t, 'a>>,
    unknown_fields: usize,
}

/// What a device is for.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Purpose {
    /// Signing in. What older records don't say otherwise about is for this.
    #[default]
    Authentication,
    /// Getting access back.
    Recovery,
}

/// What kind of key a device has.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum KeyType {
    /// A key in the storage of a browser.
    BrowserStorageKey,
    /// A passkey that can move between platforms.
    CrossPlatform,
    /// A passkey of a platform.
    Platform,
    /// A key that a recovery phrase gives.
    SeedPhrase,
    /// Nobody said.
    #[default]
    Unknown,
}

/// Who may change or remove a device.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Protection {
    /// Only who signs in with the device itself.
    Protected,
    /// Whoever signs in with a device of the anchor.
    #[default]
    Unprotected,
}

impl Purpose {
    /// Returns the name, as the Candid type has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Recovery => "recovery",
        }
    }
}

impl KeyType {
    /// Returns the name, as the Candid type has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BrowserStorageKey => "browser_storage_key",
            Self::CrossPlatform => "cross_platform",
            Self::Platform => "platform",
            Self::SeedPhrase => "seed_phrase",
            Self::Unknown => "unknown",
        }
    }
}

impl Protection {
    /// Returns the name, as the Candid type has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Protected => "protected",
            Self::Unprotected => "unprotected",
        }
    }
}

impl<'t, 'a> Device<'t, 'a> {
    /// Returns the public key: a DER SubjectPublicKeyInfo, which nobody checked.
    #[must_use]
    pub const fn pubkey(&self) -> &'a [u8] {
        self.pubkey
    }

    /// Returns the user's label.
    #[must_use]
    pub const fn alias(&self) -> &'a str {
        self.alias
    }

    /// Returns the WebAuthn credential id. Recovery phrases and keys of browsers have none.
    #[must_use]
    pub const fn credential_id(&self) -> Option<&'a [u8]> {
        self.credential_id
    }

    /// Returns the identifier of the authenticator model.
    #[must_use]
    pub const fn aaguid(&self) -> Option<&'a [u8; AAGUID_LENGTH]> {
        self.aaguid
    }

    /// Returns what the device is for, [`Purpose::Authentication`] if the record does not say.
    #[must_use]
    // spec: II-ANCHOR-7
    pub fn purpose(&self) -> Purpose {
        self.purpose.unwrap_or_default()
    }

    /// Returns what kind of key it is, [`KeyType::Unknown`] if the record does not say.
    #[must_use]
    pub fn key_type(&self) -> KeyType {
        self.key_type.unwrap_or_default()
    }

    /// Returns who may change the device, [`Protection::Unprotected`] if the record does not say.
    #[must_use]
    pub fn protection(&self) -> Protection {
        self.protection.unwrap_or_default()
    }

    /// Returns the origin that the passkey was made on.
    #[must_use]
    pub const fn origin(&self) -> Option<&'a str> {
        self.origin
    }

    /// Returns when the device was last used.
    #[must_use]
    pub const fn last_usage(&self) -> Option<Timestamp> {
        self.last_usage
    }

    /// Returns the metadata, if there are any.
    #[must_use]
    pub const fn metadata(&self) -> Option<Metadata<'t, 'a>> {
        self.metadata
    }

    /// Returns how many fields it has that are not known here.
    #[must_use]
    pub const fn unknown_fields(&self) -> usize {
        self.unknown_fields
    }

    /// Reads the device that a reader stands before.
    pub(crate) fn read(reader: &mut Reader<'t, 'a>) -> Result<Self, RecordError> {
        let mut pubkey = None;
        let mut alias = None;
        let mut device = Self {
            pubkey: &[],
            alias: "",
            credential_id: None,
            aaguid: None,
            purpose: None,
            key_type: None,
            protection: None,
            origin: None,
            last_usage: None,
            metadata: None,
            unknown_fields: 0,
        };
        // spec: II-ANCHOR-2, II-ANCHOR-4
        let mut fields = reader.record()?;
        while let Some(id) = fields.next(reader)? {
            match id {
                PUBKEY => pubkey = Some(reader.blob()?),
                ALIAS => alias = Some(reader.text()?),
                CREDENTIAL_ID => device.credential_id = opt(reader, |it| Ok(it.blob()?))?,
                AAGUID => device.aaguid = opt(reader, aaguid)?,
                PURPOSE => device.purpose = opt(reader, |it| case(it, Field::Purpose, purpose))?,
                KEY_TYPE => device.key_type = opt(reader, |it| case(it, Field::KeyType, key_type))?,
                PROTECTION => {
                    device.protection = opt(reader, |it| case(it, Field::Protection, protection))?;
                }
                ORIGIN => device.origin = opt(reader, |it| Ok(it.text()?))?,
                LAST_USAGE => {
                    device.last_usage =
                        opt(reader, |it| Ok(it.nat64()?))?.map(Timestamp::from_nanos);
                }
                METADATA => device.metadata = opt(reader, Metadata::read)?,
                _ => device.unknown_fields = device.unknown_fields.saturating_add(1),
            }
        }
        let missing = |field| RecordError::MissingField { field };
        // spec: II-ANCHOR-5
        device.pubkey = pubkey.ok_or_else(|| missing(Field::Pubkey))?;
        device.alias = alias.ok_or_else(|| missing(Field::Alias))?;
        Ok(device)
    }
}

/// Reads the value of an option, if it has one.
pub(super) fn opt<'t, 'a, T>(
    reader: &mut Reader<'t, 'a>,
    read: impl FnOnce(&mut Reader<'t, 'a>) -> Result<T, RecordError>,
) -> Result<Option<T>, RecordError> {
    if reader.opt()? {
        read(reader).map(Some)
    } else {
        Ok(None)
    }
}

fn case<T>(
    reader: &mut Reader<'_, '_>,
    field: Field,
    named: impl FnOnce(FieldId) -> Option<T>,
) -> Result<T, RecordError> {
    let id = reader.variant()?;
    // spec: II-ANCHOR-9
    let value = named(id).ok_or(RecordError::UnknownCase { field, id })?;
    reader.null()?;
    Ok(value)
}

fn aaguid<'a>(reader: &mut Reader<'_, 'a>) -> Result<&'a [u8; AAGUID_LENGTH], RecordError> {
    let bytes = reader.blob()?;
    bytes.try_into().map_err(|_| RecordError::AaguidLength {
        length: bytes.len(),
    })
}

const fn purpose(id: FieldId) -> Option<Purpose> {
    const AUTHENTICATION: FieldId = FieldId::of(Purpose::Authentication.name());
    const RECOVERY: FieldId = FieldId::of(Purpose::Recovery.name());
    match id {
        AUTHENTICATION => Some(Purpose::Authentication),
        RECOVERY => Some(Purpose::Recovery),
        _ => None,
    }
}

const fn key_type(id: FieldId) -> Option<KeyType> {
    const BROWSER_STORAGE_KEY: FieldId = FieldId::of(KeyType::BrowserStorageKey.name());
    const CROSS_PLATFORM: FieldId = FieldId::of(KeyType::CrossPlatform.name());
    const PLATFORM: FieldId = FieldId::of(KeyType::Platform.name());
    const SEED_PHRASE: FieldId = FieldId::of(KeyType::SeedPhrase.name());
    const UNKNOWN: FieldId = FieldId::of(KeyType::Unknown.name());
    match id {
        BROWSER_STORAGE_KEY => Some(KeyType::BrowserStorageKey),
        CROSS_PLATFORM => Some(KeyType::CrossPlatform),
        PLATFORM => Some(KeyType::Platform),
        SEED_PHRASE => Some(KeyType::SeedPhrase),
        UNKNOWN => Some(KeyType::Unknown),
        _ => None,
    }
}

const fn protection(id: FieldId) -> Option<Protection> {
    const PROTECTED: FieldId = FieldId::of(Protection::Protected.name());
    const UNPROTECTED: FieldId = FieldId::of(Protection::Unprotected.name());
    match id {
        PROTECTED => Some(Protection::Protected),
        UNPROTECTED => Some(Protection::Unprotected),
        _ => None,
    }
}

const PUBKEY: FieldId = Field::Pubkey.id();
const ALIAS: FieldId = Field::Alias.id();
const CREDENTIAL_ID: FieldId = Field::CredentialId.id();
const AAGUID: FieldId = Field::Aaguid.id();
const PURPOSE: FieldId = Field::Purpose.id();
const KEY_TYPE: FieldId = Field::KeyType.id();
const PROTECTION: FieldId = Field::Protection.id();
const ORIGIN: FieldId = Field::Origin.id();
const LAST_USAGE: FieldId = Field::LastUsage.id();
const METADATA: FieldId = Field::Metadata.id();
