//! From CBOR.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use cbor::Reader;

use super::super::cbor::{
    Fields, Part, StoredItemError, bytes, integers, is_array, list, optional, text, timestamp,
    variant,
};
use super::{DeviceHistory, OpenIdKey, Passkey, RecoveryKey, StoredAnchor, UnknownField};
use crate::record::{KeyType, Purpose};

pub(super) fn anchor(reader: &mut Reader<'_>) -> Result<StoredAnchor, StoredItemError> {
    let mut anchor = StoredAnchor::default();
    let mut has_credentials = false;
    let mut fields = Fields::read(Part::Anchor, reader)?;
    while let Some(key) = fields.next(reader)? {
        match key {
            0 => anchor.name = optional(reader, text)?,
            1 => {
                has_credentials = true;
                let start = *reader;
                anchor.openid_keys = list(reader, credential_key)?;
                keep(&mut anchor.unknown, key, &mut start.clone())?;
            }
            2 => anchor.created_at = optional(reader, timestamp)?,
            3 => anchor.passkeys = optional(reader, |reader| list(reader, passkey))?,
            4 => anchor.recovery_keys = optional(reader, |reader| list(reader, recovery_key))?,
            _ => keep(&mut anchor.unknown, key, reader)?,
        }
    }
    fields.required(1, has_credentials.then_some(()))?;
    Ok(anchor)
}

fn passkey(reader: &mut Reader<'_>) -> Result<Passkey, StoredItemError> {
    let mut passkey = Passkey::default();
    let (mut pubkey, mut credential_id, mut origin) = (None, None, None);
    let mut fields = Fields::read(Part::Passkey, reader)?;
    while let Some(key) = fields.next(reader)? {
        match key {
            0 => pubkey = Some(bytes(reader)?),
            1 => credential_id = Some(bytes(reader)?),
            2 => origin = Some(text(reader)?),
            3 => passkey.created_at = optional(reader, timestamp)?,
            4 => passkey.last_usage = optional(reader, timestamp)?,
            5 => passkey.alias = optional(reader, text)?,
            6 => passkey.aaguid = optional(reader, bytes)?,
            7 => passkey.history = optional(reader, history)?,
            _ => keep(&mut passkey.unknown, key, reader)?,
        }
    }
    passkey.pubkey = fields.required(0, pubkey)?;
    passkey.credential_id = fields.required(1, credential_id)?;
    passkey.origin = fields.required(2, origin)?;
    Ok(passkey)
}

fn recovery_key(reader: &mut Reader<'_>) -> Result<RecoveryKey, StoredItemError> {
    let mut recovery = RecoveryKey::default();
    let mut pubkey = None;
    let mut fields = Fields::read(Part::RecoveryKey, reader)?;
    while let Some(key) = fields.next(reader)? {
        match key {
            0 => pubkey = Some(bytes(reader)?),
            1 => recovery.created_at = optional(reader, timestamp)?,
            2 => recovery.last_usage = optional(reader, timestamp)?,
            3 => recovery.is_protected = optional(reader, |reader| Ok(reader.boolean()?))?,
            4 => recovery.history = optional(reader, history)?,
            _ => keep(&mut recovery.unknown, key, reader)?,
        }
    }
    recovery.pubkey = fields.required(0, pubkey)?;
    Ok(recovery)
}

fn history(reader: &mut Reader<'_>) -> Result<DeviceHistory, StoredItemError> {
    let part = Part::DeviceHistory;
    let (mut credential_id, mut purpose, mut key_type, mut origin) = (None, None, None, None);
    let mut fields = Fields::read(part, reader)?;
    while let Some(key) = fields.next(reader)? {
        match key {
            0 => credential_id = optional(reader, |reader| integers(part, reader))?,
            1 => purpose = Some(variant(part, reader, purpose_of)?),
            2 => key_type = Some(variant(part, reader, key_type_of)?),
            3 => origin = optional(reader, text)?,
            _ => reader.skip()?,
        }
    }
    Ok(DeviceHistory {
        credential_id,
        purpose: fields.required(1, purpose)?,
        key_type: fields.required(2, key_type)?,
        origin,
    })
}

/// Takes the key out of a whole OpenID credential.
fn credential_key(reader: &mut Reader<'_>) -> Result<OpenIdKey, StoredItemError> {
    let mut credential = OpenIdFields::default();
    let mut fields = Fields::read(Part::OpenId, reader)?;
    while let Some(key) = fields.next(reader)? {
        match key {
            0..=2 => credential.read(key, reader)?,
            _ => reader.skip()?,
        }
    }
    let aud = credential.aud.take();
    Ok(OpenIdKey {
        iss: fields.required(0, credential.iss)?,
        sub: fields.required(1, credential.sub)?,
        aud: fields.required(2, aud)?,
    })
}

/// Reads a key of its own, of either form.
pub(super) fn openid_key(reader: &mut Reader<'_>) -> Result<OpenIdKey, StoredItemError> {
    if is_array(reader)? {
        let mut items = reader.array()?;
        reader.expect_item(&mut items)?;
        let iss = reader.text()?.to_owned();
        reader.expect_item(&mut items)?;
        let sub = reader.text()?.to_owned();
        reader.expect_end(&mut items)?;
        let aud = String::new();
        return Ok(OpenIdKey { iss, sub, aud });
    }
    let mut key = OpenIdFields::default();
    let mut fields = Fields::read(Part::OpenId, reader)?;
    while let Some(name) = fields.next(reader)? {
        match name {
            0..=2 => key.read(name, reader)?,
            _ => reader.skip()?,
        }
    }
    Ok(OpenIdKey {
        iss: fields.required(0, key.iss)?,
        sub: fields.required(1, key.sub)?,
        aud: key.aud.unwrap_or_default(),
    })
}

#[derive(Default)]
struct OpenIdFields {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<String>,
}

impl OpenIdFields {
    fn read(&mut self, key: u64, reader: &mut Reader<'_>) -> Result<(), StoredItemError> {
        let value = Some(text(reader)?);
        match key {
            0 => self.iss = value,
            1 => self.sub = value,
            _ => self.aud = value,
        }
        Ok(())
    }
}

fn keep(
    unknown: &mut Vec<UnknownField>,
    key: u64,
    reader: &mut Reader<'_>,
) -> Result<(), StoredItemError> {
    let item = reader.item()?.to_vec();
    unknown.push(UnknownField { key, item });
    Ok(())
}

fn purpose_of(number: u64) -> Option<Purpose> {
    match number {
        0 => Some(Purpose::Recovery),
        1 => Some(Purpose::Authentication),
        _ => None,
    }
}

fn key_type_of(number: u64) -> Option<KeyType> {
    match number {
        0 => Some(KeyType::Unknown),
        1 => Some(KeyType::Platform),
        2 => Some(KeyType::CrossPlatform),
        3 => Some(KeyType::SeedPhrase),
        4 => Some(KeyType::BrowserStorageKey),
        _ => None,
    }
}
