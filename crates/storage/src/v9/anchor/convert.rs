//! Between the devices of a record and the keys of a stored anchor.
//!
//! A device with a credential id is a passkey, one without is a recovery key; those that are for
//! recovery come behind the other passkeys. What is lost on the way: labels and origins of recovery
//! keys, metadata, the kind of ordinary passkeys and the protection of passkeys. They stay in memory 0.
//!
//! Source: dfinity/internet-identity, `storage/anchor.rs` of 2025 and 2026, conversion of an anchor
//! into a stored one; pull requests 3522, 3526, 3530 and 3547.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::{
    DEFAULT_ORIGIN, DUMMY_CREDENTIAL_ID, DeviceHistory, Passkey, RecoveryKey, StoredAnchor,
};
use crate::edit::DeviceRecord;
use crate::record::{Anchor, Device, KeyType, Protection, Purpose};

impl StoredAnchor {
    /// Returns the stored form of the anchor of a record.
    #[must_use]
    pub fn of(anchor: &Anchor<'_>) -> Self {
        let mut passkeys = Vec::new();
        let mut recovery_passkeys = Vec::new();
        let mut recovery_keys = Vec::new();
        for device in anchor.devices() {
            let history = history(&device);
            let id = match (device.credential_id(), device.key_type()) {
                (Some(id), _) => Some(id.to_vec()),
                (None, KeyType::BrowserStorageKey) => Some(DUMMY_CREDENTIAL_ID.to_vec()),
                (None, _) => None,
            };
            match id {
                Some(credential_id) => {
                    let passkey = passkey(&device, credential_id, history);
                    if device.purpose() == Purpose::Recovery {
                        recovery_passkeys.push(passkey);
                    } else {
                        passkeys.push(passkey);
                    }
                }
                None => recovery_keys.push(recovery_key(&device, history)),
            }
        }
        passkeys.append(&mut recovery_passkeys);
        Self {
            created_at: anchor.created_at(),
            passkeys: Some(passkeys),
            recovery_keys: Some(recovery_keys),
            ..Self::default()
        }
    }

    /// Takes over the keys of another stored anchor, which was made of a record, and keeps everything
    /// that a record does not have.
    pub(crate) fn take_keys_of(&mut self, other: Self) {
        let find = |pubkey: &[u8], keys: &Option<Vec<Passkey>>| {
            let mut keys = keys.iter().flatten();
            keys.find(|key| key.pubkey == pubkey).cloned()
        };
        let mut passkeys = other.passkeys;
        for passkey in passkeys.iter_mut().flatten() {
            if let Some(before) = find(&passkey.pubkey, &self.passkeys) {
                passkey.created_at = before.created_at;
                passkey.unknown = before.unknown;
            }
        }
        let mut recovery_keys = other.recovery_keys;
        for key in recovery_keys.iter_mut().flatten() {
            let mut before = self.recovery_keys.iter().flatten();
            if let Some(before) = before.find(|before| before.pubkey == key.pubkey) {
                key.created_at = before.created_at;
                key.unknown.clone_from(&before.unknown);
            }
        }
        self.passkeys = passkeys;
        self.recovery_keys = recovery_keys;
        self.created_at = other.created_at.or(self.created_at);
    }

    /// Returns whether another anchor has the same passkeys and recovery keys, but for when they were
    /// made, which records do not say.
    pub(crate) fn has_keys_of(&self, other: &Self) -> bool {
        let passkeys = |anchor: &Self| {
            let mut keys = anchor.passkeys.clone().unwrap_or_default();
            for key in &mut keys {
                key.created_at = None;
                key.unknown.clear();
                // Not stored until the end of 2025.
                if let Some(history) = &mut key.history {
                    history.origin = None;
                }
            }
            keys
        };
        let recovery_keys = |anchor: &Self| {
            let mut keys = anchor.recovery_keys.clone().unwrap_or_default();
            for key in &mut keys {
                key.created_at = None;
                key.unknown.clear();
                if let Some(history) = &mut key.history {
                    history.origin = None;
                }
            }
            keys
        };
        passkeys(self) == passkeys(other) && recovery_keys(self) == recovery_keys(other)
    }

    /// Returns the devices that the anchor has, as records would have them.
    ///
    /// Ordinary passkeys are for signing in, of unknown kind and not protected; other recovery keys
    /// are recovery phrases. Those with a history are what it says.
    #[must_use]
    pub fn devices(&self) -> Vec<DeviceRecord> {
        let passkeys = self.passkeys.iter().flatten().map(passkey_device);
        let recovery = self.recovery_keys.iter().flatten().map(recovery_device);
        passkeys.chain(recovery).collect()
    }
}

/// What a device is, unless it is an ordinary passkey or an ordinary recovery phrase.
fn history(device: &Device<'_, '_>) -> Option<DeviceHistory> {
    let is_passkey_type = matches!(
        device.key_type(),
        KeyType::Platform | KeyType::CrossPlatform | KeyType::Unknown
    );
    let is_ordinary = match (device.credential_id(), device.purpose()) {
        (None, Purpose::Recovery) => device.key_type() == KeyType::SeedPhrase,
        (Some(_), Purpose::Authentication) => is_passkey_type,
        _ => false,
    };
    (!is_ordinary).then(|| DeviceHistory {
        credential_id: device.credential_id().map(<[u8]>::to_vec),
        purpose: device.purpose(),
        key_type: device.key_type(),
        origin: device.origin().map(ToOwned::to_owned),
    })
}

fn passkey(
    device: &Device<'_, '_>,
    credential_id: Vec<u8>,
    history: Option<DeviceHistory>,
) -> Passkey {
    let alias = device.alias();
    Passkey {
        pubkey: device.pubkey().to_vec(),
        credential_id,
        origin: device.origin().unwrap_or(DEFAULT_ORIGIN).to_owned(),
        created_at: None,
        last_usage: device.last_usage(),
        alias: (!alias.is_empty()).then(|| alias.to_owned()),
        aaguid: device.aaguid().map(|aaguid| aaguid.to_vec()),
        history,
        unknown: Vec::new(),
    }
}

fn recovery_key(device: &Device<'_, '_>, history: Option<DeviceHistory>) -> RecoveryKey {
    RecoveryKey {
        pubkey: device.pubkey().to_vec(),
        created_at: None,
        last_usage: device.last_usage(),
        is_protected: (device.protection() == Protection::Protected).then_some(true),
        history,
        unknown: Vec::new(),
    }
}

fn passkey_device(passkey: &Passkey) -> DeviceRecord {
    let mut device = DeviceRecord {
        pubkey: passkey.pubkey.clone(),
        alias: passkey.alias.clone().unwrap_or_default(),
        credential_id: Some(passkey.credential_id.clone()),
        aaguid: passkey.aaguid.as_deref().and_then(|it| it.try_into().ok()),
        purpose: Purpose::Authentication,
        key_type: KeyType::Unknown,
        protection: Protection::Unprotected,
        origin: Some(passkey.origin.clone()),
        last_usage: passkey.last_usage,
        metadata: None,
    };
    if let Some(history) = &passkey.history {
        device.credential_id.clone_from(&history.credential_id);
        device.purpose = history.purpose;
        device.key_type = history.key_type;
    }
    device
}

fn recovery_device(key: &RecoveryKey) -> DeviceRecord {
    let protection = if key.is_protected == Some(true) {
        Protection::Protected
    } else {
        Protection::Unprotected
    };
    let (credential_id, purpose, key_type, origin) = match &key.history {
        Some(history) => (
            history.credential_id.clone(),
            history.purpose,
            history.key_type,
            history.origin.clone(),
        ),
        None => (None, Purpose::Recovery, KeyType::SeedPhrase, None),
    };
    DeviceRecord {
        pubkey: key.pubkey.clone(),
        alias: String::new(),
        credential_id,
        aaguid: None,
        purpose,
        key_type,
        protection,
        origin,
        last_usage: key.last_usage,
        metadata: None,
    }
}
