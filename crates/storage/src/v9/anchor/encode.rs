//! To CBOR.

use alloc::vec::Vec;

use cbor::Writer;
use time::Timestamp;

use super::super::cbor::{MapWriter, write_list, write_variant};
use super::{DeviceHistory, OpenIdKey, Passkey, RecoveryKey, StoredAnchor, UnknownField};
use crate::record::{KeyType, Purpose};

/// The key of OpenID credentials, which are always written.
const OPENID_CREDENTIALS: u64 = 1;

pub(super) fn anchor(anchor: &StoredAnchor) -> Vec<u8> {
    let mut map = MapWriter::default();
    map.field_if(0, anchor.name.as_deref(), text);
    map.field_if(2, anchor.created_at, timestamp);
    map.field_if(3, anchor.passkeys.as_deref(), |writer, passkeys| {
        write_list(writer, passkeys, passkey);
    });
    map.field_if(4, anchor.recovery_keys.as_deref(), |writer, keys| {
        write_list(writer, keys, recovery_key);
    });
    unknown(&mut map, &anchor.unknown);
    if !anchor
        .unknown
        .iter()
        .any(|field| field.key == OPENID_CREDENTIALS)
    {
        map.field(OPENID_CREDENTIALS, |writer| {
            writer.array(0);
        });
    }
    let mut writer = Writer::new();
    map.finish(&mut writer);
    writer.into_bytes()
}

pub(super) fn openid_key(key: &OpenIdKey) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.map(3);
    for (name, value) in (0..).zip([&key.iss, &key.sub, &key.aud]) {
        writer.unsigned(name).text(value);
    }
    writer.into_bytes()
}

fn passkey(writer: &mut Writer, passkey: &Passkey) {
    let mut map = MapWriter::default();
    map.field(0, |writer| bytes(writer, &passkey.pubkey));
    map.field(1, |writer| bytes(writer, &passkey.credential_id));
    map.field(2, |writer| text(writer, &passkey.origin));
    map.field_if(3, passkey.created_at, timestamp);
    map.field_if(4, passkey.last_usage, timestamp);
    map.field_if(5, passkey.alias.as_deref(), text);
    map.field_if(6, passkey.aaguid.as_deref(), bytes);
    map.field_if(7, passkey.history.as_ref(), history);
    unknown(&mut map, &passkey.unknown);
    map.finish(writer);
}

fn recovery_key(writer: &mut Writer, key: &RecoveryKey) {
    let mut map = MapWriter::default();
    map.field(0, |writer| bytes(writer, &key.pubkey));
    map.field_if(1, key.created_at, timestamp);
    map.field_if(2, key.last_usage, timestamp);
    map.field_if(3, key.is_protected, |writer, value| {
        writer.boolean(value);
    });
    map.field_if(4, key.history.as_ref(), history);
    unknown(&mut map, &key.unknown);
    map.finish(writer);
}

fn history(writer: &mut Writer, history: &DeviceHistory) {
    let mut map = MapWriter::default();
    map.field_if(0, history.credential_id.as_ref(), |writer, id| {
        write_list(writer, id, |writer, byte| {
            writer.unsigned(u64::from(*byte));
        });
    });
    map.field(1, |writer| write_variant(writer, purpose(history.purpose)));
    map.field(2, |writer| {
        write_variant(writer, key_type(history.key_type));
    });
    map.field_if(3, history.origin.as_deref(), text);
    map.finish(writer);
}

fn unknown(map: &mut MapWriter, fields: &[UnknownField]) {
    for field in fields {
        map.raw(field.key, &field.item);
    }
}

fn text(writer: &mut Writer, value: &str) {
    writer.text(value);
}

fn bytes(writer: &mut Writer, value: &[u8]) {
    writer.bytes(value);
}

fn timestamp(writer: &mut Writer, value: Timestamp) {
    writer.unsigned(value.as_nanos());
}

fn purpose(purpose: Purpose) -> u64 {
    match purpose {
        Purpose::Recovery => 0,
        Purpose::Authentication => 1,
    }
}

fn key_type(key_type: KeyType) -> u64 {
    match key_type {
        KeyType::Unknown => 0,
        KeyType::Platform => 1,
        KeyType::CrossPlatform => 2,
        KeyType::SeedPhrase => 3,
        KeyType::BrowserStorageKey => 4,
    }
}
