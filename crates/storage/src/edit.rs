//! Anchors and devices that own their parts, to be changed and written.

mod encode;
mod metadata;

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use principal::Principal;
use time::Timestamp;

use crate::record::{Anchor, Device, Field, KeyType, Protection, Purpose};
use crate::rules::{AnchorError, DeviceFacts, check_devices};

pub use self::encode::EncodeRecordError;
pub(crate) use self::encode::{ConvertError, convert};
pub use self::metadata::{MetadataEntry, MetadataMap};

/// An anchor that owns its parts.
///
/// Its methods keep today's rules, see [`AnchorError`]. An anchor that was read may break them: it
/// can only be shrunk, by [`AnchorRecord::remove_device`], until it keeps them again.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct AnchorRecord {
    devices: Vec<DeviceRecord>,
    metadata: Option<MetadataMap>,
    created_at: Option<Timestamp>,
}

/// A device that owns its parts. Any values are possible; an [`AnchorRecord`] checks them.
#[expect(
    clippy::exhaustive_structs,
    reason = "a device is its fields; who makes one names all of them"
)]
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DeviceRecord {
    /// The public key: a DER SubjectPublicKeyInfo, which nobody checks.
    pub pubkey: Vec<u8>,
    /// The user's label.
    pub alias: String,
    /// The WebAuthn credential id.
    pub credential_id: Option<Vec<u8>>,
    /// The identifier of the authenticator model.
    pub aaguid: Option<[u8; 16]>,
    /// What it is for.
    pub purpose: Purpose,
    /// What kind of key it is.
    pub key_type: KeyType,
    /// Who may change it.
    pub protection: Protection,
    /// The origin that the passkey was made on.
    pub origin: Option<String>,
    /// When it was last used.
    pub last_usage: Option<Timestamp>,
    /// Metadata.
    pub metadata: Option<MetadataMap>,
}

impl AnchorRecord {
    /// Returns an anchor without devices.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            devices: Vec::new(),
            metadata: None,
            created_at: None,
        }
    }

    /// Returns an anchor of devices that were stored together, whatever today's rules say.
    pub(crate) const fn of_parts(
        devices: Vec<DeviceRecord>,
        created_at: Option<Timestamp>,
    ) -> Self {
        Self {
            devices,
            metadata: None,
            created_at,
        }
    }

    /// Copies an anchor out of its record.
    ///
    /// # Errors
    ///
    /// [`CopyAnchorError::UnknownFields`], [`CopyAnchorError::DuplicateKey`]: what a copy would lose.
    pub fn of(anchor: &Anchor<'_>) -> Result<Self, CopyAnchorError> {
        let count = anchor.unknown_fields();
        if count > 0 {
            return Err(CopyAnchorError::UnknownFields { count });
        }
        let devices: Result<_, _> = anchor.devices().map(|it| DeviceRecord::of(&it)).collect();
        Ok(Self {
            devices: devices?,
            metadata: anchor
                .metadata()
                .map(|it| MetadataMap::of(&it))
                .transpose()?,
            created_at: anchor.created_at(),
        })
    }

    /// Returns the devices.
    #[must_use]
    pub fn devices(&self) -> &[DeviceRecord] {
        &self.devices
    }

    /// Returns the metadata of the anchor itself.
    #[must_use]
    pub const fn metadata(&self) -> Option<&MetadataMap> {
        self.metadata.as_ref()
    }

    /// Returns when the anchor was made.
    #[must_use]
    pub const fn created_at(&self) -> Option<Timestamp> {
        self.created_at
    }

    /// Says when the anchor was made.
    pub const fn set_created_at(&mut self, time: Option<Timestamp>) {
        self.created_at = time;
    }

    /// Adds a device behind the others.
    ///
    /// # Errors
    ///
    /// The anchor stays as it was. In this order: [`AnchorError::DuplicateDevice`]; the rules for the
    /// device, [`AnchorError::ReservedKey`], [`AnchorError::FieldTooLong`] (alias, key, credential
    /// id, origin), [`AnchorError::RecoveryPhraseWithCredentialId`],
    /// [`AnchorError::ProtectedKeyType`]; the rules for all devices with it,
    /// [`AnchorError::TooManyDevices`], [`AnchorError::TooLarge`],
    /// [`AnchorError::MultipleRecoveryPhrases`].
    pub fn add_device(&mut self, device: DeviceRecord) -> Result<(), AnchorError> {
        if let Ok(position) = self.position(&device.pubkey) {
            return Err(AnchorError::DuplicateDevice { position });
        }
        let facts = device.facts();
        facts.check()?;
        let others = self.devices.iter().map(DeviceRecord::facts);
        check_devices(others.chain([facts]), self.metadata_size())?;
        self.devices.push(device);
        Ok(())
    }

    /// Replaces everything about a device but its key and position.
    ///
    /// # Errors
    ///
    /// The anchor stays as it was. In this order: [`AnchorError::ChangedKey`]; the rules for the
    /// device as for [`AnchorRecord::add_device`]; [`AnchorError::NoSuchDevice`];
    /// [`AnchorError::Protected`], which asks the device as it was; the rules for all devices.
    pub fn modify_device(
        &mut self,
        pubkey: &[u8],
        device: DeviceRecord,
        actor: &Principal,
    ) -> Result<(), AnchorError> {
        if device.pubkey != pubkey {
            return Err(AnchorError::ChangedKey);
        }
        let facts = device.facts();
        facts.check()?;
        let changed = self.position(pubkey)?;
        self.check_protection(changed, actor)?;
        let all = self.devices.iter().enumerate().map(|(position, it)| {
            if position == changed {
                facts
            } else {
                it.facts()
            }
        });
        check_devices(all, self.metadata_size())?;
        if let Some(slot) = self.devices.get_mut(changed) {
            *slot = device;
        }
        Ok(())
    }

    /// Removes a device and adds another behind the others.
    ///
    /// # Errors
    ///
    /// The anchor stays as it was. Those of [`AnchorRecord::remove_device`], then those of
    /// [`AnchorRecord::add_device`] for the devices that are left.
    pub fn replace_device(
        &mut self,
        pubkey: &[u8],
        device: DeviceRecord,
        actor: &Principal,
    ) -> Result<(), AnchorError> {
        let mut changed = self.clone();
        changed.remove_device(pubkey, actor)?;
        changed.add_device(device)?;
        *self = changed;
        Ok(())
    }

    /// Removes a device, the last one, too.
    ///
    /// It checks no rule for what is left, because an anchor that breaks one has no other way back.
    ///
    /// # Errors
    ///
    /// [`AnchorError::NoSuchDevice`], [`AnchorError::Protected`].
    pub fn remove_device(
        &mut self,
        pubkey: &[u8],
        actor: &Principal,
    ) -> Result<DeviceRecord, AnchorError> {
        let position = self.position(pubkey)?;
        self.check_protection(position, actor)?;
        Ok(self.devices.remove(position))
    }

    /// Says when a device was last used. It checks no other rule.
    ///
    /// # Errors
    ///
    /// [`AnchorError::NoSuchDevice`].
    pub fn set_last_usage(&mut self, pubkey: &[u8], time: Timestamp) -> Result<(), AnchorError> {
        let position = self.position(pubkey)?;
        if let Some(device) = self.devices.get_mut(position) {
            device.last_usage = Some(time);
        }
        Ok(())
    }

    /// Replaces the metadata of the anchor itself.
    ///
    /// # Errors
    ///
    /// The anchor stays as it was. [`AnchorError::TooManyDevices`], [`AnchorError::TooLarge`],
    /// [`AnchorError::MultipleRecoveryPhrases`].
    pub fn replace_metadata(&mut self, metadata: MetadataMap) -> Result<(), AnchorError> {
        check_devices(
            self.devices.iter().map(DeviceRecord::facts),
            metadata.size(),
        )?;
        self.metadata = Some(metadata);
        Ok(())
    }

    fn position(&self, pubkey: &[u8]) -> Result<usize, AnchorError> {
        self.devices
            .iter()
            .position(|it| it.pubkey == pubkey)
            .ok_or(AnchorError::NoSuchDevice)
    }

    fn metadata_size(&self) -> usize {
        self.metadata.as_ref().map_or(0, MetadataMap::size)
    }

    fn check_protection(&self, position: usize, actor: &Principal) -> Result<(), AnchorError> {
        match self.devices.get(position) {
            Some(device) if device.protection == Protection::Protected => {
                let authorized = Principal::self_authenticating(&device.pubkey);
                if *actor == authorized {
                    return Ok(());
                }
                Err(AnchorError::Protected {
                    authorized,
                    actual: *actor,
                })
            }
            _ => Ok(()),
        }
    }
}

impl DeviceRecord {
    /// Copies a device out of its record.
    fn of(device: &Device<'_, '_>) -> Result<Self, CopyAnchorError> {
        Ok(Self {
            pubkey: device.pubkey().to_vec(),
            alias: device.alias().to_owned(),
            credential_id: device.credential_id().map(<[u8]>::to_vec),
            aaguid: device.aaguid().copied(),
            purpose: device.purpose(),
            key_type: device.key_type(),
            protection: device.protection(),
            origin: device.origin().map(ToOwned::to_owned),
            last_usage: device.last_usage(),
            metadata: device
                .metadata()
                .map(|it| MetadataMap::of(&it))
                .transpose()?,
        })
    }

    fn facts(&self) -> DeviceFacts {
        DeviceFacts {
            alias: self.alias.len(),
            pubkey: self.pubkey.len(),
            credential_id: self.credential_id.as_ref().map(Vec::len),
            origin: self.origin.as_ref().map_or(0, String::len),
            metadata: self.metadata.as_ref().map_or(0, MetadataMap::size),
            reserved_key: self.metadata.as_ref().and_then(MetadataMap::reserved_key),
            key_type: self.key_type,
            protection: self.protection,
        }
    }
}

/// What a copy of an anchor would lose.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CopyAnchorError {
    /// Metadata have a key twice.
    DuplicateKey,
    /// There are fields that are not known here.
    UnknownFields {
        /// How many.
        count: usize,
    },
}

impl fmt::Display for CopyAnchorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateKey => f.write_str("found a metadata key for the second time"),
            Self::UnknownFields { count } => write!(
                f,
                "found {count} fields that are not known, which a copy would lose"
            ),
        }
    }
}

impl core::error::Error for CopyAnchorError {}

/// Which field of an anchor a form of records has no place for.
pub(crate) fn only_in_long_form(anchor: &AnchorRecord) -> Option<Field> {
    let devices = anchor.devices.iter();
    let of_device = |device: &DeviceRecord| {
        [
            device.aaguid.map(|_| Field::Aaguid),
            device.origin.as_ref().map(|_| Field::Origin),
            device.last_usage.map(|_| Field::LastUsage),
            device.metadata.as_ref().map(|_| Field::Metadata),
        ]
        .into_iter()
        .flatten()
        .next()
    };
    let own = [
        anchor.metadata.as_ref().map(|_| Field::Metadata),
        anchor.created_at.map(|_| Field::CreatedAt),
    ];
    own.into_iter()
        .flatten()
        .next()
        .or_else(|| devices.map(of_device).find_map(|it| it))
}
