//! The crate `candid`, with which the service writes its records, as the oracle of ours.

use std::collections::BTreeMap;

use candid::{CandidType, Deserialize, decode_one, encode_one};
use icid_storage::{
    Anchor, AnchorRecord, DeviceRecord, Form, KeyType, MetadataEntry, MetadataMap, Protection,
    Purpose,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use time::Timestamp;

/// The types of the service, from its `storage/anchor.rs` and `storage/storable_anchor.rs`.
mod service {
    use super::*;

    #[derive(CandidType, Clone, Debug, Deserialize, PartialEq)]
    pub(super) struct Anchor {
        pub(super) devices: Vec<Device>,
        pub(super) metadata: Option<BTreeMap<String, Entry>>,
    }

    #[derive(CandidType, Clone, Debug, Deserialize, PartialEq)]
    pub(super) struct Device {
        pub(super) pubkey: Vec<u8>,
        pub(super) alias: String,
        pub(super) credential_id: Option<Vec<u8>>,
        pub(super) purpose: Purpose,
        pub(super) key_type: KeyType,
        pub(super) protection: Protection,
        pub(super) origin: Option<String>,
        pub(super) last_usage_timestamp: Option<u64>,
        pub(super) metadata: Option<BTreeMap<String, Entry>>,
    }

    #[derive(CandidType, Clone, Debug, Deserialize, PartialEq)]
    pub(super) struct LateAnchor {
        pub(super) devices: Vec<LateDevice>,
        pub(super) metadata: Option<BTreeMap<String, Entry>>,
        pub(super) created_at: Option<u64>,
    }

    #[derive(CandidType, Clone, Debug, Deserialize, PartialEq)]
    pub(super) struct LateDevice {
        pub(super) pubkey: Vec<u8>,
        pub(super) alias: String,
        pub(super) credential_id: Option<Vec<u8>>,
        pub(super) aaguid: Option<Vec<u8>>,
        pub(super) purpose: Purpose,
        pub(super) key_type: KeyType,
        pub(super) protection: Protection,
        pub(super) origin: Option<String>,
        pub(super) last_usage_timestamp: Option<u64>,
        pub(super) metadata: Option<BTreeMap<String, Entry>>,
    }

    #[derive(CandidType, Clone, Debug, Deserialize, PartialEq)]
    pub(super) struct EarlyDevice {
        pub(super) pubkey: Vec<u8>,
        pub(super) alias: String,
        pub(super) credential_id: Option<Vec<u8>>,
        pub(super) purpose: Option<Purpose>,
        pub(super) key_type: Option<KeyType>,
        pub(super) protection: Option<Protection>,
    }

    #[derive(CandidType, Clone, Copy, Debug, Deserialize, PartialEq)]
    pub(super) enum Purpose {
        #[serde(rename = "recovery")]
        Recovery,
        #[serde(rename = "authentication")]
        Authentication,
    }

    #[derive(CandidType, Clone, Copy, Debug, Deserialize, PartialEq)]
    pub(super) enum KeyType {
        #[serde(rename = "unknown")]
        Unknown,
        #[serde(rename = "platform")]
        Platform,
        #[serde(rename = "cross_platform")]
        CrossPlatform,
        #[serde(rename = "seed_phrase")]
        SeedPhrase,
        #[serde(rename = "browser_storage_key")]
        BrowserStorageKey,
    }

    #[derive(CandidType, Clone, Copy, Debug, Deserialize, PartialEq)]
    pub(super) enum Protection {
        #[serde(rename = "protected")]
        Protected,
        #[serde(rename = "unprotected")]
        Unprotected,
    }

    #[derive(CandidType, Clone, Debug, Deserialize, PartialEq)]
    pub(super) enum Entry {
        #[serde(rename = "string")]
        String(String),
        #[serde(rename = "bytes")]
        Bytes(Vec<u8>),
        #[serde(rename = "map")]
        Map(BTreeMap<String, Self>),
    }
}

fn purpose(it: Purpose) -> service::Purpose {
    match it {
        Purpose::Recovery => service::Purpose::Recovery,
        _ => service::Purpose::Authentication,
    }
}

fn key_type(it: KeyType) -> service::KeyType {
    match it {
        KeyType::Platform => service::KeyType::Platform,
        KeyType::CrossPlatform => service::KeyType::CrossPlatform,
        KeyType::SeedPhrase => service::KeyType::SeedPhrase,
        KeyType::BrowserStorageKey => service::KeyType::BrowserStorageKey,
        _ => service::KeyType::Unknown,
    }
}

fn protection(it: Protection) -> service::Protection {
    match it {
        Protection::Protected => service::Protection::Protected,
        _ => service::Protection::Unprotected,
    }
}

fn map(it: &MetadataMap) -> BTreeMap<String, service::Entry> {
    let entries = it.entries().map(|(key, value)| {
        let value = match value {
            MetadataEntry::Bytes(bytes) => service::Entry::Bytes(bytes.clone()),
            MetadataEntry::Map(inside) => service::Entry::Map(map(inside)),
            MetadataEntry::Text(text) => service::Entry::String(text.clone()),
            _ => panic!("a new kind of entry"),
        };
        (key.to_owned(), value)
    });
    entries.collect()
}

fn late_device(it: &DeviceRecord) -> service::LateDevice {
    service::LateDevice {
        pubkey: it.pubkey.clone(),
        alias: it.alias.clone(),
        credential_id: it.credential_id.clone(),
        aaguid: it.aaguid.map(|it| it.to_vec()),
        purpose: purpose(it.purpose),
        key_type: key_type(it.key_type),
        protection: protection(it.protection),
        origin: it.origin.clone(),
        last_usage_timestamp: it.last_usage.map(Timestamp::as_nanos),
        metadata: it.metadata.as_ref().map(map),
    }
}

fn late(it: &AnchorRecord) -> service::LateAnchor {
    service::LateAnchor {
        devices: it.devices().iter().map(late_device).collect(),
        metadata: it.metadata().map(map),
        created_at: it.created_at().map(Timestamp::as_nanos),
    }
}

fn anchor(it: &AnchorRecord) -> service::Anchor {
    let device = |it: &DeviceRecord| {
        let late = late_device(it);
        service::Device {
            pubkey: late.pubkey,
            alias: late.alias,
            credential_id: late.credential_id,
            purpose: late.purpose,
            key_type: late.key_type,
            protection: late.protection,
            origin: late.origin,
            last_usage_timestamp: late.last_usage_timestamp,
            metadata: late.metadata,
        }
    };
    service::Anchor {
        devices: it.devices().iter().map(device).collect(),
        metadata: it.metadata().map(map),
    }
}

fn early(it: &AnchorRecord) -> Vec<service::EarlyDevice> {
    let device = |it: &DeviceRecord| service::EarlyDevice {
        pubkey: it.pubkey.clone(),
        alias: it.alias.clone(),
        credential_id: it.credential_id.clone(),
        purpose: Some(purpose(it.purpose)),
        key_type: Some(key_type(it.key_type)),
        protection: Some(protection(it.protection)),
    };
    it.devices().iter().map(device).collect()
}

fn metadata() -> impl Strategy<Value = MetadataMap> {
    let leaf = prop_oneof![
        vec(any::<u8>(), 0..5).prop_map(MetadataEntry::Bytes),
        ".{0,4}".prop_map(MetadataEntry::Text),
    ];
    let entry = leaf.prop_recursive(3, 8, 3, |inside| {
        btree_map(".{0,3}", inside, 0..3).prop_map(|map| MetadataEntry::Map(collect(map)))
    });
    btree_map(".{0,6}", entry, 0..3).prop_map(collect)
}

fn collect(entries: BTreeMap<String, MetadataEntry>) -> MetadataMap {
    let mut map = MetadataMap::new();
    for (key, value) in entries {
        assert!(map.insert(key, value));
    }
    map
}

fn device(is_late: bool) -> impl Strategy<Value = DeviceRecord> {
    let key_types = prop_oneof![
        Just(KeyType::BrowserStorageKey),
        Just(KeyType::CrossPlatform),
        Just(KeyType::Platform),
        Just(KeyType::Unknown),
    ];
    let purposes = prop_oneof![Just(Purpose::Authentication), Just(Purpose::Recovery)];
    let late = if is_late { 0.5 } else { 0.0 };
    (
        vec(any::<u8>(), 0..40),
        ".{0,9}",
        option::of(vec(any::<u8>(), 0..40)),
        option::weighted(late / 4.0 + f64::EPSILON, any::<[u8; 16]>()),
        purposes,
        key_types,
        option::weighted(late + f64::EPSILON, "[a-z]{0,9}"),
        option::weighted(late + f64::EPSILON, any::<u64>()),
        option::weighted(late + f64::EPSILON, metadata()),
    )
        .prop_map(
            move |(pubkey, alias, credential_id, aaguid, purpose, key_type, origin, usage, map)| {
                DeviceRecord {
                    pubkey,
                    alias,
                    credential_id,
                    aaguid: aaguid.filter(|_| is_late),
                    purpose,
                    key_type,
                    protection: Protection::Unprotected,
                    origin: origin.filter(|_| is_late),
                    last_usage: usage.filter(|_| is_late).map(Timestamp::from_nanos),
                    metadata: map.filter(|_| is_late),
                }
            },
        )
}

fn record(is_late: bool) -> impl Strategy<Value = AnchorRecord> {
    let created_at = option::weighted(0.2, any::<u64>());
    (
        vec(device(is_late), 0..6),
        option::of(metadata()),
        created_at,
    )
        .prop_map(move |(devices, metadata, created_at)| {
            let mut record = AnchorRecord::new();
            for device in devices {
                // Devices with the same key, or too many bytes, are left out.
                let _ = record.add_device(device);
            }
            if is_late {
                if let Some(metadata) = metadata {
                    let _ = record.replace_metadata(metadata);
                }
                record.set_created_at(created_at.map(Timestamp::from_nanos));
            }
            record
        })
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x4949_4331),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(600))]

    #[test]
    fn records_have_the_bytes_that_the_service_wrote(record in record(true)) {
        let content = record.encode(Form::Anchor).unwrap();
        let has_aaguid = record.devices().iter().any(|device| device.aaguid.is_some());
        match (record.created_at().is_some(), has_aaguid) {
            (false, false) => prop_assert_eq!(&content, &encode_one(anchor(&record)).unwrap()),
            (true, true) => prop_assert_eq!(&content, &encode_one(late(&record)).unwrap()),
            _ => {}
        }
        // The service reads them in any case, and so do we.
        prop_assert_eq!(decode_one::<service::Anchor>(&content).unwrap(), anchor(&record));
        prop_assert_eq!(decode_one::<service::LateAnchor>(&content).unwrap(), late(&record));
        let view = Anchor::parse(&content).unwrap();
        prop_assert_eq!(AnchorRecord::of(&view), Ok(record));
    }

    #[test]
    fn lists_of_devices_have_the_bytes_that_the_service_wrote(record in record(false)) {
        let content = record.encode(Form::Devices).unwrap();
        prop_assert_eq!(&content, &encode_one(early(&record)).unwrap());
        let view = Anchor::parse(&content).unwrap();
        prop_assert_eq!(AnchorRecord::of(&view), Ok(record));
    }

    #[test]
    fn what_the_service_wrote_is_read(record in record(true)) {
        let content = encode_one(late(&record)).unwrap();
        let view = Anchor::parse(&content).unwrap();
        prop_assert_eq!(AnchorRecord::of(&view), Ok(record));
    }
}

#[test]
fn the_oldest_records_are_read_as_the_service_reads_them() {
    #[derive(CandidType)]
    struct Oldest {
        pubkey: Vec<u8>,
        alias: String,
        credential_id: Option<Vec<u8>>,
    }
    let device = Oldest {
        pubkey: b"key".to_vec(),
        alias: "a".into(),
        credential_id: None,
    };
    let content = encode_one(vec![device]).unwrap();
    let service: Vec<service::EarlyDevice> = decode_one(&content).unwrap();
    assert_eq!((service[0].purpose, service[0].key_type), (None, None));
    let view = Anchor::parse(&content).unwrap();
    let record = AnchorRecord::of(&view).unwrap();
    let expected = DeviceRecord {
        pubkey: b"key".to_vec(),
        alias: "a".into(),
        ..DeviceRecord::default()
    };
    assert_eq!(record.devices(), [expected]);
}
