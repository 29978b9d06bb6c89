//! Where the targets start from: the inputs of the conformance vectors, and a few of their own.

use candid_wire::Type;
use canister_signature::CanisterSignature;
use delegation::Delegation;
use delegation::DelegationChain;
use delegation::Permissions;
use delegation::SignedDelegation;
use hash_tree::CertifiedMap;
use hash_tree::HashTree;
use hash_tree::Reveal;
use model::cbor::Item;
use model::crypto::ecdsa::Curve;
use model::crypto::ecdsa::ecdsa_public_point;
use model::input::unhex;
use principal::Principal;
use public_key::BlsPublicKey;
use public_key::CanisterPublicKey;
use public_key::CosePublicKey;
use public_key::EcPoint;
use public_key::Ed25519PublicKey;
use request::CanisterRequest;
use request::Content;
use request::Envelope;
use request::ReadStateRequest;
use request::SenderInfo;
use serde_json::Value;
use time::Timestamp;
use webauthn_signature::Assertion;

use crate::mutate::Numbers;

/// Longer inputs take long and show nothing that shorter ones don't.
const LONGEST: usize = 16 << 10;

/// Returns certificates.
#[must_use]
pub fn certificates() -> Vec<Vec<u8>> {
    let mut map = CertifiedMap::new();
    map.insert(&[b"time"], vec![0x80, 0x01])
        .expect("an empty map takes it");
    let tree = map.witness(&[Reveal::Prefix(&[])]);
    let certificate = |delegation: &[u8]| {
        let entries = if delegation.is_empty() { 0xa2 } else { 0xa3 };
        [
            &[0xd9, 0xd9, 0xf7, entries][..],
            b"\x64tree",
            &tree,
            b"\x69signature\x58\x30",
            &[0xb0; 48],
            delegation,
        ]
        .concat()
    };
    let inner = certificate(&[]);
    let length = u8::try_from(inner.len()).expect("it is short");
    let delegation = [
        &b"\x6adelegation\xa2\x69subnet_id\x41\x07\x6bcertificate\x58"[..],
        &[length],
        &inner,
    ]
    .concat();
    let mut seeds = of_vectors(&[""], &["certificate"]);
    seeds.extend([certificate(&delegation), inner]);
    seeds
}

/// Returns items of CBOR: all that vectors have, and all certificates.
#[must_use]
pub fn cbor_items() -> Vec<Vec<u8>> {
    let mut seeds = of_vectors(&["cbor."], &["bytes"]);
    seeds.extend(of_vectors(
        &["request.", "query_sig."],
        &["envelope", "response"],
    ));
    seeds.extend(certificates());
    seeds.push(b"\xd9\xd9\xf7\xa2\x61a\x82\x01\x20\x61b\xa1\x61c\x43abc".to_vec());
    seeds.push(b"\xd9\xd9\xf7\x9f\x61a\xbf\x61c\xf5\xff\xc2\x49\x01\0\0\0\0\0\0\0\0\xff".to_vec());
    seeds
}

/// Returns encoded hash trees.
#[must_use]
pub fn trees() -> Vec<Vec<u8>> {
    let mut seeds = of_vectors(&["hashtree."], &["tree"]);
    let mut map = CertifiedMap::new();
    for number in 0..20_u8 {
        map.insert(&[&[number % 3], &[number]], vec![number; 3])
            .expect("the paths differ");
    }
    seeds.push(map.witness(&[Reveal::Prefix(&[])]));
    seeds.push(map.witness(&[Reveal::Path(&[&[1], &[7]]), Reveal::Path(&[&[2], &[9]])]));
    // Arrays of indefinite length.
    seeds.push(b"\x9f\x01\x9f\x02\x41a\x9f\x03\x41v\xff\xff\x9f\x00\xff\xff".to_vec());
    seeds
}

/// Returns the root key of the vectors, in DER.
#[must_use]
pub fn root_key() -> Vec<u8> {
    let key = model::crypto::bls_public_key(&model::crypto::test_seed("bls/root"));
    model::certificate::bls_key_to_der(&key)
}

/// Returns DER forms of BLS keys.
#[must_use]
pub fn bls_keys() -> Vec<Vec<u8>> {
    let mut seeds = of_vectors(&[""], &["root_key", "spki"]);
    let root = BlsPublicKey::MAINNET_ROOT.to_der();
    // What all object identifiers of BLS keys have in common; keys of other schemes help little.
    let is_bls = |key: &[u8]| key.windows(3).any(|part| part == b"\x82\xdc\x7c");
    seeds.retain(|key| is_bls(key) || key.len().abs_diff(root.len()) < 2 || key.len() == 96);
    let raw = BlsPublicKey::MAINNET_ROOT.as_bytes();
    seeds.push(raw.to_vec());
    seeds.push(root[..132].to_vec());
    seeds.push([&root[..], &[0]].concat());
    seeds.push([&root[..37], &[0; 96]].concat());
    seeds.push([&root[..37], raw, raw].concat());
    seeds.push(root.to_vec());
    seeds
}

/// Returns DER forms of keys of all schemes.
#[must_use]
pub fn public_keys() -> Vec<Vec<u8>> {
    let mut seeds = of_vectors(&[""], &["root_key", "spki", "sender_pubkey"]);
    seeds.push(Ed25519PublicKey::from_bytes([7; 32]).to_der().to_vec());
    let point = |curve| {
        let point = ecdsa_public_point(curve, &[7; 32]);
        EcPoint::from_uncompressed(&point).expect("a point")
    };
    seeds.push(point(Curve::P256).to_p256_der().to_vec());
    seeds.push(point(Curve::Secp256k1).to_secp256k1_der().to_vec());
    for seed in [&[][..], b"seed", &[1; 200]] {
        let key = CanisterPublicKey::new(canister(), seed).expect("it is short");
        seeds.push(key.to_der());
    }
    for cose in cose_keys() {
        let key = CosePublicKey::parse(&cose, public_key::Policy::SPEC).expect("a key");
        seeds.push(key.to_der());
    }
    seeds
}

/// ES256, EdDSA and RS256.
fn cose_keys() -> [Vec<u8>; 3] {
    let key = |entries: &[(i64, Item)]| {
        let entry = |(label, value): &(i64, Item)| (number(*label), value.clone());
        Item::Map(entries.iter().map(entry).collect()).encode()
    };
    let point = ecdsa_public_point(Curve::P256, &[8; 32]);
    [
        key(&[
            (1, number(2)),
            (3, number(-7)),
            (-1, number(1)),
            (-2, Item::bytes(&point[1..33])),
            (-3, Item::bytes(&point[33..])),
        ]),
        key(&[
            (1, number(1)),
            (3, number(-8)),
            (-1, number(6)),
            (-2, Item::bytes(&[9; 32])),
        ]),
        key(&[
            (1, number(3)),
            (3, number(-257)),
            (-1, Item::bytes(&[0xff; 256])),
            (-2, Item::bytes(&[1, 0, 1])),
        ]),
    ]
}

fn number(value: i64) -> Item {
    match u64::try_from(value) {
        Ok(value) => Item::Unsigned(value),
        Err(_) => Item::Negative((!value).unsigned_abs()),
    }
}

fn canister() -> Principal {
    Principal::try_from(&[0, 0, 0, 0, 0, 0, 0, 7, 1, 1][..]).expect("it is short")
}

/// Returns WebAuthn signatures.
#[must_use]
pub fn assertions() -> Vec<Vec<u8>> {
    let mut seeds = of_vectors(&["sig."], &["signature"]);
    for client_data in CLIENT_DATA {
        let parts = (&[5; 37], client_data.as_bytes(), &[0x30; 70]);
        let policy = webauthn_signature::Policy::SPEC;
        let assertion = Assertion::from_response(parts.0, parts.1, parts.2, policy);
        seeds.push(assertion.expect("it has a challenge").encode());
    }
    seeds
}

const CLIENT_DATA: &[&str] = &[
    r#"{"type":"webauthn.get","challenge":"AAECAw","origin":"https://identity.example"}"#,
    r#"{"type":"webauthn.get","challenge":"AAECAw","origin":"https://identity.example","crossOrigin":false}"#,
    r#"{"challenge":"_-8","origin":"a\u00e9\ud83d\udd11","type":"b","tokenBinding":{"status":"supported"},"extra":[1,-2.5e3,null]}"#,
    r#"{"challenge":""}"#,
];

/// Returns canister signatures.
#[must_use]
pub fn canister_signatures() -> Vec<Vec<u8>> {
    let mut map = CertifiedMap::new();
    map.insert(&[b"sig", &[1; 32], &[2; 32]], Vec::new())
        .expect("an empty map takes it");
    map.insert(&[b"sig", &[1; 32], &[3; 32]], Vec::new())
        .expect("the paths differ");
    let witness = map.witness(&[Reveal::Path(&[b"sig", &[1; 32], &[2; 32]])]);
    let tree = HashTree::parse(&witness).expect("a witness is a tree");
    let mut seeds = of_vectors(&["sig."], &["signature"]);
    seeds.extend(of_vectors(&["senderinfo."], &["sig"]));
    let certificates = certificates();
    let few = certificates.iter().rev().take(40);
    seeds.extend(few.map(|certificate| CanisterSignature::encode(certificate, &tree)));
    seeds
}

/// The chains of the vectors, and a few of our own.
fn chains() -> Vec<DelegationChain<'static>> {
    let expiration = Timestamp::from_nanos(1_700_000_000_000_000_000);
    let link = |delegation: Delegation<'static>| SignedDelegation::new(delegation, vec![3; 64]);
    let plain = || Delegation::new(vec![2; 44], expiration);
    let targets = vec![canister(), Principal::MANAGEMENT];
    let mut chains = vec![
        DelegationChain::new(vec![1; 44], Vec::new()),
        DelegationChain::new(vec![1; 44], vec![link(plain())]),
        DelegationChain::new(
            vec![1; 44],
            vec![
                link(plain().with_targets(targets)),
                link(plain().with_permissions(Permissions::Queries)),
                link(
                    plain()
                        .with_targets(Vec::new())
                        .with_permissions(Permissions::All),
                ),
            ],
        ),
    ];
    for (path, text) in vectors::FILES {
        let file: Value = serde_json::from_str(text)
            .unwrap_or_else(|error| panic!("{path} is not JSON: {error}"));
        for test in file["tests"].as_array().into_iter().flatten() {
            chains.extend(chain_of(&test["input"]).filter(|chain| chain.links().len() < 25));
        }
    }
    chains
}

/// The chain in the input of an operation, if there is one.
fn chain_of(input: &Value) -> Option<DelegationChain<'static>> {
    let bytes = |value: &Value| unhex(value.as_str()?);
    let root = bytes(&input["sender_pubkey"])?;
    let mut links = Vec::new();
    for link in input["delegations"].as_array()? {
        let expiration = link["expiration"].as_str()?.parse().ok()?;
        let expiration = Timestamp::from_nanos(expiration);
        let mut delegation = Delegation::new(bytes(&link["pubkey"])?, expiration);
        if let Some(targets) = link["targets"].as_array() {
            let principal = |value| Principal::try_from(bytes(value)?.as_slice()).ok();
            let targets = targets.iter().map(principal).collect::<Option<Vec<_>>>()?;
            delegation = delegation.with_targets(targets);
        }
        if let Some(name) = link["permissions"].as_str() {
            delegation = delegation.with_permissions(Permissions::from_name(name)?);
        }
        links.push(SignedDelegation::new(
            delegation,
            bytes(&link["signature"])?,
        ));
    }
    Some(DelegationChain::new(root, links))
}

/// Returns lists of delegations in CBOR.
#[must_use]
pub fn delegations() -> Vec<Vec<u8>> {
    short(chains().iter().map(DelegationChain::encode_links))
}

/// Returns chains as the JSON documents that agents exchange.
#[must_use]
pub fn delegation_documents() -> Vec<Vec<u8>> {
    let mut seeds = short(chains().iter().map(|chain| chain.to_json().into_bytes()));
    seeds.push(
        br#" { "publicKey" : "00" , "delegations" : [ { "signature" : "0A" , "delegation" : { "targets" : [ "" ] , "expiration" : "F" , "pubkey" : "\u0030a" } } ] } "#.to_vec(),
    );
    seeds
}

/// Returns requests.
#[must_use]
pub fn envelopes() -> Vec<Vec<u8>> {
    let mut seeds = of_vectors(&["request.", "envelope."], &["envelope"]);
    let expiry = Timestamp::from_nanos(1_700_000_000_000_000_000);
    let user = Principal::try_from(&[[6; 28].as_slice(), &[2]].concat()[..]).expect("29 bytes");
    let request = || CanisterRequest::new(user, canister(), "greet", &b"DIDL\0\0"[..], expiry);
    let info = SenderInfo::new(&b"info"[..], canister(), vec![4; 50]);
    let paths = vec![
        vec![b"time".to_vec()],
        vec![b"request_status".to_vec(), vec![5; 32]],
        Vec::new(),
    ];
    let contents = [
        Content::Call(request()),
        Content::Query(request().with_nonce(&b"nonce"[..])),
        Content::Query(request().with_sender_info(info)),
        Content::ReadState(ReadStateRequest::new(user, paths, expiry)),
    ];
    for content in contents {
        seeds.push(Envelope::unsigned(content.clone()).encode());
        for chain in chains().into_iter().take(3) {
            seeds.push(Envelope::signed(content.clone(), chain, vec![7; 64]).encode());
        }
    }
    seeds
}

/// Returns JSON documents: client data, chains, and the inputs of vectors.
#[must_use]
pub fn documents() -> Vec<Vec<u8>> {
    let mut seeds = delegation_documents();
    seeds.extend(CLIENT_DATA.iter().map(|text| text.as_bytes().to_vec()));
    let others = [
        "null",
        " [ ] ",
        "{}",
        r#"["a\"b\\c\/d\b\f\n\r\t",{"":0,"a":-0,"b":1e5,"c":0.25E-2,"d":true,"e":[false,null]}]"#,
        r#"{"a":1,"\u0061":2}"#,
        "18446744073709551615",
        "1e999",
        "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]",
    ];
    seeds.extend(others.map(|text| text.as_bytes().to_vec()));
    for (path, text) in vectors::FILES {
        let file: Value = serde_json::from_str(text)
            .unwrap_or_else(|error| panic!("{path} is not JSON: {error}"));
        let tests = file["tests"].as_array().into_iter().flatten();
        let inputs = tests.map(|test| test["input"].to_string().into_bytes());
        seeds.extend(inputs.filter(|input| input.len() <= 1024).take(20));
    }
    seeds
}

/// Returns Candid messages.
#[must_use]
pub fn candid_messages() -> Vec<Vec<u8>> {
    use candid_wire::Value;

    let record = Type::record([
        ("canister_id", Type::Principal),
        ("name", Type::Text),
        ("amount", Type::opt(Type::Nat)),
        ("change", Type::Int),
        ("module", Type::blob()),
        ("flags", Type::vec(Type::Bool)),
        (
            "mode",
            Type::variant([("install", Type::Null), ("upgrade", Type::Nat64)]),
        ),
    ]);
    let value = |mode: Value<'static>| {
        Value::record([
            ("canister_id", Value::Principal(canister())),
            ("name", Value::Text("métadonnées")),
            ("amount", Value::some(Value::Nat(1 << 70))),
            ("change", Value::Int(-(1 << 70))),
            ("module", Value::Blob(b"\0asm")),
            ("flags", Value::vec([Value::Bool(true), Value::Bool(false)])),
            ("mode", mode),
        ])
    };
    let first = value(Value::variant("install", Value::Null));
    let second = value(Value::variant("upgrade", Value::Nat64(9)));
    let many = Type::vec(Type::record([
        ("0", Type::Nat32),
        ("1", Type::opt(Type::Text)),
    ]));
    let pair = |number| Value::record([("0", Value::Nat32(number)), ("1", Value::none())]);
    let messages = [
        candid_wire::encode(&[]),
        candid_wire::encode(&[(&record, &first)]),
        candid_wire::encode(&[(&record, &second), (&Type::Text, &Value::Text("x"))]),
        candid_wire::encode(&[(&many, &Value::vec([pair(1), pair(2)]))]),
        candid_wire::encode(&[
            (&Type::Float64, &Value::Float64(1.5)),
            (&Type::Nat8, &Value::Nat8(3)),
        ]),
    ];
    let mut seeds = Vec::from(messages.map(|message| message.expect("values have their types")));
    // A function, a service, and a type of the future.
    seeds.push(b"DIDL\x01\x6a\x01\x71\x01\x71\x01\x01\x01\x00\x01\x01\x01\x07\x01f".to_vec());
    seeds.push(b"DIDL\x02\x6a\x00\x00\x00\x69\x01\x01g\x00\x01\x01\x01\x02\x01\x01".to_vec());
    seeds.push(b"DIDL\x01\x60\x01\x05\x01\x00\x02\x00\xaa\xbb".to_vec());
    seeds
}

/// Sorts them, each once, without those that are long.
fn short(seeds: impl Iterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
    let mut seeds: Vec<_> = seeds.filter(|seed| seed.len() <= LONGEST).collect();
    seeds.sort_unstable();
    seeds.dedup();
    seeds
}

/// Returns texts of principals.
#[must_use]
pub fn texts() -> Vec<Vec<u8>> {
    let mut seeds = of_vectors(&["principal."], &["text"]);
    let texts = [
        "aaaaa-aa",
        "2vxsx-fae",
        "em77e-bvlzu-aq",
        "ryjl3-tyaaa-aaaaa-aaaba-cai",
    ];
    seeds.extend(texts.map(|text| text.as_bytes().to_vec()));
    seeds
}

/// Returns bytes without meaning, for targets that make something of any bytes.
#[must_use]
pub fn noise() -> Vec<Vec<u8>> {
    let mut numbers = Numbers::new(0);
    (0..256)
        .map(|_| {
            let length = numbers.below(400);
            (0..length).map(|_| numbers.byte()).collect()
        })
        .collect()
}

/// Returns what the vectors of some operations have in fields of some names. Texts are taken as
/// they are in the field `text`, all others are hexadecimal.
fn of_vectors(operations: &[&str], names: &[&str]) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (path, text) in vectors::FILES {
        let file: Value = serde_json::from_str(text)
            .unwrap_or_else(|error| panic!("{path} is not JSON: {error}"));
        let operation = file["op"].as_str().unwrap_or_default();
        if !operations
            .iter()
            .any(|prefix| operation.starts_with(prefix))
        {
            continue;
        }
        for test in file["tests"].as_array().into_iter().flatten() {
            for name in names {
                let Some(value) = test["input"][name].as_str() else {
                    continue;
                };
                let bytes = if *name == "text" {
                    Some(value.as_bytes().to_vec())
                } else {
                    unhex(value)
                };
                seeds.extend(bytes.filter(|bytes| bytes.len() <= LONGEST));
            }
        }
    }
    seeds.sort_unstable();
    seeds.dedup();
    seeds
}
