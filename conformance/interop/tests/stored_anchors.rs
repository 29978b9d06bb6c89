//! Anchors of memory 16 of Internet Identity, compared with `minicbor`, which the service encodes them
//! with.
//!
//! The types say what dfinity/internet-identity says in `storage/storable/`: keys, and which fields are
//! byte strings.

use minicbor::{Decode, Encode};
use storage::{
    DeviceHistory, KeyType, OpenIdKey, Passkey, Purpose, RecoveryKey, StoredAnchor, UnknownField,
};
use time::Timestamp;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[derive(Clone, Debug, Decode, Encode, PartialEq)]
#[cbor(map)]
struct Anchor {
    #[n(0)]
    name: Option<String>,
    #[n(1)]
    openid_credentials: Vec<OpenId>,
    #[n(2)]
    created_at_ns: Option<u64>,
    #[n(3)]
    passkey_credentials: Option<Vec<PeerPasskey>>,
    #[n(4)]
    recovery_keys: Option<Vec<PeerRecoveryKey>>,
}

#[derive(Clone, Debug, Decode, Encode, PartialEq)]
#[cbor(map)]
struct OpenId {
    #[n(0)]
    iss: String,
    #[n(1)]
    sub: String,
    #[n(2)]
    aud: String,
    #[n(3)]
    last_usage_timestamp: Option<u64>,
}

#[derive(Clone, Debug, Decode, Encode, PartialEq)]
#[cbor(map)]
struct PeerPasskey {
    #[cbor(n(0), with = "minicbor::bytes")]
    pubkey: Vec<u8>,
    #[cbor(n(1), with = "minicbor::bytes")]
    credential_id: Vec<u8>,
    #[n(2)]
    origin: String,
    #[n(3)]
    created_at_ns: Option<u64>,
    #[n(4)]
    last_usage_timestamp_ns: Option<u64>,
    #[n(5)]
    alias: Option<String>,
    #[cbor(n(6), with = "minicbor::bytes")]
    aaguid: Option<Vec<u8>>,
    #[n(7)]
    special_device_migration: Option<Special>,
}

#[derive(Clone, Debug, Decode, Encode, PartialEq)]
#[cbor(map)]
struct PeerRecoveryKey {
    #[cbor(n(0), with = "minicbor::bytes")]
    pubkey: Vec<u8>,
    #[n(1)]
    created_at_ns: Option<u64>,
    #[n(2)]
    last_usage_timestamp_ns: Option<u64>,
    #[n(3)]
    is_protected: Option<bool>,
    #[n(4)]
    special_device_migration: Option<Special>,
}

#[derive(Clone, Debug, Decode, Encode, PartialEq)]
#[cbor(map)]
struct Special {
    #[n(0)]
    credential_id: Option<Vec<u8>>,
    #[n(1)]
    purpose: PeerPurpose,
    #[n(2)]
    key_type: PeerKeyType,
    #[n(3)]
    origin: Option<String>,
}

#[derive(Clone, Copy, Debug, Decode, Encode, PartialEq)]
enum PeerPurpose {
    #[n(0)]
    Recovery,
    #[n(1)]
    Authentication,
}

#[derive(Clone, Copy, Debug, Decode, Encode, PartialEq)]
enum PeerKeyType {
    #[n(0)]
    Unknown,
    #[n(1)]
    Platform,
    #[n(2)]
    CrossPlatform,
    #[n(3)]
    SeedPhrase,
    #[n(4)]
    BrowserStorageKey,
}

/// The parts of an anchor that both interpret. Of a credential, ours takes the three strings and keeps
/// the rest as it is.
#[derive(Clone, Debug, Decode, PartialEq)]
#[cbor(map)]
struct Interpreted {
    #[n(0)]
    name: Option<String>,
    #[n(1)]
    openid_credentials: Vec<OpenIdName>,
    #[n(2)]
    created_at_ns: Option<u64>,
    #[n(3)]
    passkey_credentials: Option<Vec<PeerPasskey>>,
    #[n(4)]
    recovery_keys: Option<Vec<PeerRecoveryKey>>,
}

#[derive(Clone, Debug, Decode, PartialEq)]
#[cbor(map)]
struct OpenIdName {
    #[n(0)]
    iss: String,
    #[n(1)]
    sub: String,
    #[n(2)]
    aud: String,
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..40)
}

fn some<T: Clone + std::fmt::Debug>(
    strategy: impl Strategy<Value = T>,
) -> impl Strategy<Value = Option<T>> {
    proptest::option::of(strategy)
}

fn special() -> impl Strategy<Value = Special> {
    let purpose = prop_oneof![
        Just(PeerPurpose::Recovery),
        Just(PeerPurpose::Authentication)
    ];
    let key_type = prop_oneof![
        Just(PeerKeyType::Unknown),
        Just(PeerKeyType::Platform),
        Just(PeerKeyType::CrossPlatform),
        Just(PeerKeyType::SeedPhrase),
        Just(PeerKeyType::BrowserStorageKey),
    ];
    (some(bytes()), purpose, key_type, some(".{0,9}")).prop_map(
        |(credential_id, purpose, key_type, origin)| Special {
            credential_id,
            purpose,
            key_type,
            origin,
        },
    )
}

prop_compose! {
    fn passkey()(
        pubkey in bytes(),
        credential_id in bytes(),
        origin in ".{0,9}",
        created_at_ns in some(any::<u64>()),
        last_usage_timestamp_ns in some(any::<u64>()),
        alias in some(".{0,9}"),
        aaguid in some(bytes()),
        special_device_migration in some(special()),
    ) -> PeerPasskey {
        PeerPasskey {
            pubkey,
            credential_id,
            origin,
            created_at_ns,
            last_usage_timestamp_ns,
            alias,
            aaguid,
            special_device_migration,
        }
    }
}

prop_compose! {
    fn recovery_key()(
        pubkey in bytes(),
        created_at_ns in some(any::<u64>()),
        last_usage_timestamp_ns in some(any::<u64>()),
        is_protected in some(any::<bool>()),
        special_device_migration in some(special()),
    ) -> PeerRecoveryKey {
        PeerRecoveryKey {
            pubkey,
            created_at_ns,
            last_usage_timestamp_ns,
            is_protected,
            special_device_migration,
        }
    }
}

prop_compose! {
    fn openid()(
        iss in ".{0,9}",
        sub in ".{0,9}",
        aud in ".{0,9}",
        last_usage_timestamp in some(any::<u64>()),
    ) -> OpenId {
        OpenId { iss, sub, aud, last_usage_timestamp }
    }
}

prop_compose! {
    fn anchor()(
        name in some(".{0,9}"),
        openid_credentials in proptest::collection::vec(openid(), 0..4),
        created_at_ns in some(any::<u64>()),
        passkey_credentials in some(proptest::collection::vec(passkey(), 0..4)),
        recovery_keys in some(proptest::collection::vec(recovery_key(), 0..4)),
    ) -> Anchor {
        Anchor { name, openid_credentials, created_at_ns, passkey_credentials, recovery_keys }
    }
}

fn ours(anchor: &Anchor) -> StoredAnchor {
    let time = |nanos: Option<u64>| nanos.map(Timestamp::from_nanos);
    let history = |special: &Option<Special>| {
        special.as_ref().map(|special| DeviceHistory {
            credential_id: special.credential_id.clone(),
            purpose: match special.purpose {
                PeerPurpose::Recovery => Purpose::Recovery,
                PeerPurpose::Authentication => Purpose::Authentication,
            },
            key_type: match special.key_type {
                PeerKeyType::Unknown => KeyType::Unknown,
                PeerKeyType::Platform => KeyType::Platform,
                PeerKeyType::CrossPlatform => KeyType::CrossPlatform,
                PeerKeyType::SeedPhrase => KeyType::SeedPhrase,
                PeerKeyType::BrowserStorageKey => KeyType::BrowserStorageKey,
            },
            origin: special.origin.clone(),
        })
    };
    let passkey = |key: &PeerPasskey| Passkey {
        pubkey: key.pubkey.clone(),
        credential_id: key.credential_id.clone(),
        origin: key.origin.clone(),
        created_at: time(key.created_at_ns),
        last_usage: time(key.last_usage_timestamp_ns),
        alias: key.alias.clone(),
        aaguid: key.aaguid.clone(),
        history: history(&key.special_device_migration),
        unknown: Vec::new(),
    };
    let recovery_key = |key: &PeerRecoveryKey| RecoveryKey {
        pubkey: key.pubkey.clone(),
        created_at: time(key.created_at_ns),
        last_usage: time(key.last_usage_timestamp_ns),
        is_protected: key.is_protected,
        history: history(&key.special_device_migration),
        unknown: Vec::new(),
    };
    let openid_key = |credential: &OpenId| OpenIdKey {
        iss: credential.iss.clone(),
        sub: credential.sub.clone(),
        aud: credential.aud.clone(),
    };
    StoredAnchor {
        name: anchor.name.clone(),
        openid_keys: anchor.openid_credentials.iter().map(openid_key).collect(),
        created_at: time(anchor.created_at_ns),
        passkeys: anchor
            .passkey_credentials
            .as_ref()
            .map(|keys| keys.iter().map(passkey).collect()),
        recovery_keys: anchor
            .recovery_keys
            .as_ref()
            .map(|keys| keys.iter().map(recovery_key).collect()),
        unknown: vec![UnknownField {
            key: 1,
            item: minicbor::to_vec(&anchor.openid_credentials).unwrap(),
        }],
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(16),
        ..ProptestConfig::default()
    })]

    #[test]
    fn anchors_have_the_same_bytes(anchor in anchor()) {
        let theirs = minicbor::to_vec(&anchor).unwrap();
        let ours = ours(&anchor);
        prop_assert_eq!(StoredAnchor::parse(&theirs), Ok(ours.clone()));
        prop_assert_eq!(ours.encode(), theirs);
    }

    /// What ours reads, theirs reads and finds the same in; ours is stricter, it takes no field twice.
    #[test]
    fn what_we_read_they_read(
        anchor in anchor(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        let mut bytes = minicbor::to_vec(&anchor).unwrap();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(parsed) = StoredAnchor::parse(&bytes) {
            let theirs: Interpreted = minicbor::decode(&bytes).unwrap();
            prop_assert_eq!(without_unknown(parsed), of_interpreted(theirs));
        }
    }
}

/// They drop what they do not know.
fn without_unknown(mut anchor: StoredAnchor) -> StoredAnchor {
    anchor.unknown.clear();
    for passkey in anchor.passkeys.iter_mut().flatten() {
        passkey.unknown.clear();
    }
    for key in anchor.recovery_keys.iter_mut().flatten() {
        key.unknown.clear();
    }
    anchor
}

fn of_interpreted(theirs: Interpreted) -> StoredAnchor {
    let credential = |name: OpenIdName| OpenId {
        iss: name.iss,
        sub: name.sub,
        aud: name.aud,
        last_usage_timestamp: None,
    };
    without_unknown(ours(&Anchor {
        name: theirs.name,
        openid_credentials: theirs
            .openid_credentials
            .into_iter()
            .map(credential)
            .collect(),
        created_at_ns: theirs.created_at_ns,
        passkey_credentials: theirs.passkey_credentials,
        recovery_keys: theirs.recovery_keys,
    }))
}
