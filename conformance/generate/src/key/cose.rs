//! COSE keys.

use model::cbor::Item;
use model::crypto::ecdsa::{Curve, ecdsa_public_point};
use model::crypto::rsa::{RSA_EXPONENT, RsaTestKey, rsa_add, rsa_subtract};
use model::crypto::test_seed;
use serde_json::json;

use super::{KEYS, OP, accept, input, reject};
use crate::signer::assertion::{CoseKey, number};
use crate::signer::{Signer, der};
use crate::vector::Answer;
use crate::{FileBuilder, Suite, Vector};

/// A key that Windows Hello made.
///
/// Source: github.com/dfinity/ic, rs/validator/src/webauthn.rs.
pub(crate) const WINDOWS_HELLO: &str = "30820123300c060a2b0601040183b84301010382011100a401030339010020590100c6b690341eef02719f6d1dfce2db1f77ac9bd632ba70efcee92bae2073c09927ee3670a6696eec0cee96189ddb448d04ec4e4674e940af9f905e893b4ce25821ada8b45c6cd11f2ee0cda668c7c2a2a8a56d5e1f23f5ca0bb6e193c1d34ead16d84cc4b72e26763711fcf49fac3b508715dc9f494ec1379ed5a95c53b9b1edcc027d7013248bbe6d1e1445912a5a21b27168db7f60aa73253e981c33f54f61c67dbce3d9c10d5f0e6af1c112a65c8ce64a1d01ae1e31a53e3d4525addcece402f1e62208d42ebde528830f93bebc898901947ec0fb218a96a53968d07e09b8a067e5a4c825632e24e450c4c9ef8138dcc91f9f9168a603c13bd4f2f8a0d3ee6b2143010001";

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file(OP, "cose", "key::cose");
    file.note(
        "Wrapper",
        "EDGE_CASE",
        "A COSE key stands in the BIT STRING of a SubjectPublicKeyInfo of its own identifier.",
        "Keys of one scheme are taken for keys of another.",
    );
    file.note(
        "Algorithm",
        "EDGE_CASE",
        "Key type and algorithm together choose one of three schemes.",
        "A signature of another algorithm is accepted, or checked in another way.",
    );
    file.note(
        "Content",
        "EDGE_CASE",
        "The members of a COSE key fit each other.",
        "Signatures are checked with another key than the authenticator's.",
    );
    wrapper(&mut file);
    algorithms(&mut file);
    members(&mut file);
    labels(&mut file);
    coordinates(&mut file);
    rsa(suite);
    questions(suite);
}

fn es256() -> CoseKey {
    Signer::webauthn_es256("webauthn-es256/user").cose()
}

fn rs256() -> CoseKey {
    Signer::webauthn_rs256().cose()
}

fn ed25519() -> CoseKey {
    Signer::webauthn_ed25519("webauthn-ed25519/user").cose()
}

fn wrapped(key: &CoseKey) -> Vec<u8> {
    der::cose_key(&key.encode())
}

fn wrapper(file: &mut FileBuilder<'_>) {
    let vector = reject(
        "SIG-WEBAUTHN-2",
        "bare-cose",
        "A COSE key without DER",
        &es256().encode(),
        "webauthn-es256",
        "the DER form left out",
    );
    file.add(vector.also(&["SIG-3", "SIG-7"]).note("Wrapper").high());
    let vector = reject(
        "SIG-WEBAUTHN-2",
        "cose-as-canister",
        "A COSE key under the identifier of canister signatures",
        &der::key(der::CANISTER, &[], &es256().encode()),
        "webauthn-es256",
        "1.3.6.1.4.1.56387.1.1 → 1.3.6.1.4.1.56387.1.2",
    );
    file.add(vector.also(&["CSIG-2"]).note("Wrapper").high());
    let canister = [
        &[10],
        crate::certificate::fixture::member().as_slice(),
        b"seed",
    ]
    .concat();
    let vector = reject(
        "CSIG-1",
        "canister-as-cose",
        "A key of canister signatures under the identifier of COSE keys",
        &der::cose_key(&canister),
        "canister",
        "1.3.6.1.4.1.56387.1.2 → 1.3.6.1.4.1.56387.1.1",
    );
    file.add(vector.also(&["SIG-WEBAUTHN-3"]).note("Wrapper").high());
    let vector = reject(
        "SIG-WEBAUTHN-3",
        "cose-trailing",
        "A byte after the COSE map, within the BIT STRING",
        &der::cose_key(&[es256().encode().as_slice(), &[0]].concat()),
        "webauthn-es256",
        "a byte 00 after the map",
    );
    file.add(vector.note("Wrapper").high());
}

fn algorithms(file: &mut FileBuilder<'_>) {
    let k256 = ecdsa_public_point(Curve::Secp256k1, &test_seed("secp256k1/user"));
    let es256k = CoseKey::es256(&k256)
        .with(3, number(-47))
        .with(-1, number(8));
    let es384 = es256()
        .with(3, number(-35))
        .with(-1, number(2))
        .with(-2, Item::bytes(&[1; 48]))
        .with(-3, Item::bytes(&[2; 48]));
    for (slug, title, key, twin, mutation) in [
        (
            "es256k",
            "ES256K, on secp256k1",
            es256k,
            "webauthn-es256",
            "algorithm −7 → −47, curve 1 → 8, with a point of it",
        ),
        (
            "es384",
            "ES384, on P-384",
            es384,
            "webauthn-es256",
            "algorithm −7 → −35, curve 1 → 2, with coordinates of 48 bytes",
        ),
        (
            "ps256",
            "PS256, RSA with other padding",
            rs256().with(3, number(-37)),
            "webauthn-rs256",
            "algorithm −257 → −37",
        ),
    ] {
        let vector = reject(
            "SIG-WEBAUTHN-1",
            slug,
            title,
            &wrapped(&key),
            twin,
            mutation,
        );
        file.add(
            vector
                .also(&["SIG-WEBAUTHN-3", "SIG-5"])
                .note("Algorithm")
                .high(),
        );
    }
    for (slug, title, key, twin) in [
        ("es256-no-algorithm", "ES256", es256(), "webauthn-es256"),
        ("rs256-no-algorithm", "RS256", rs256(), "webauthn-rs256"),
        ("eddsa-no-algorithm", "EdDSA", ed25519(), "webauthn-ed25519"),
    ] {
        let title = format!("A key of {title} without its algorithm");
        let spki = wrapped(&key.without(3));
        let vector = reject(
            "SIG-WEBAUTHN-4",
            slug,
            title,
            &spki,
            twin,
            "label 3 left out",
        );
        file.add(vector.also(&["SIG-WEBAUTHN-3"]).note("Algorithm"));
    }
}

fn members(file: &mut FileBuilder<'_>) {
    for (slug, title, key, twin, mutation) in [
        (
            "es256-okp",
            "ES256 with the key type of Ed25519",
            es256().with(1, number(1)),
            "webauthn-es256",
            "key type 2 → 1",
        ),
        (
            "es256-rsa",
            "ES256 with the key type of RSA",
            es256().with(1, number(3)),
            "webauthn-es256",
            "key type 2 → 3",
        ),
        (
            "rs256-ec2",
            "RS256 with the key type of elliptic curves",
            rs256().with(1, number(2)),
            "webauthn-rs256",
            "key type 3 → 2",
        ),
        (
            "eddsa-ec2",
            "EdDSA with the key type of curves with two coordinates",
            ed25519().with(1, number(2)),
            "webauthn-ed25519",
            "key type 1 → 2",
        ),
        (
            "no-key-type",
            "No key type",
            es256().without(1),
            "webauthn-es256",
            "label 1 left out",
        ),
        (
            "es256-p384",
            "ES256 on P-384, with a point of P-256",
            es256().with(-1, number(2)),
            "webauthn-es256",
            "curve 1 → 2",
        ),
        (
            "es256-no-curve",
            "ES256 without curve",
            es256().without(-1),
            "webauthn-es256",
            "label −1 left out",
        ),
        (
            "eddsa-x25519",
            "EdDSA on X25519",
            ed25519().with(-1, number(4)),
            "webauthn-ed25519",
            "curve 6 → 4",
        ),
        (
            "eddsa-ed448",
            "EdDSA on Ed448, with a point of Ed25519",
            ed25519().with(-1, number(7)),
            "webauthn-ed25519",
            "curve 6 → 7",
        ),
        (
            "es256-no-y",
            "ES256 without y",
            es256().without(-3),
            "webauthn-es256",
            "label −3 left out",
        ),
        (
            "es256-sign-of-y",
            "ES256 with the parity of y for y",
            es256().with(-3, Item::Simple(21)),
            "webauthn-es256",
            "y → true",
        ),
        (
            "eddsa-no-point",
            "EdDSA with 32 bytes that are no point: y = 2",
            CoseKey::ed25519(&[&[2], [0; 31].as_slice()].concat()),
            "webauthn-ed25519",
            "the point → 02 00 … 00",
        ),
    ] {
        let spki = wrapped(&key);
        let vector = reject("SIG-WEBAUTHN-3", slug, title, &spki, twin, mutation);
        file.add(vector.also(&["SIG-WEBAUTHN-1"]).note("Content").high());
    }
}

fn labels(file: &mut FileBuilder<'_>) {
    let mut reversed = es256();
    reversed.0.reverse();
    let text = |mut key: CoseKey| {
        let Item::Map(mut entries) = key.item() else {
            return key.encode();
        };
        entries.push((Item::text("note"), Item::text("mine")));
        key.0.clear();
        Item::Map(entries).encode()
    };
    for (slug, title, cose) in [
        (
            "es256-reversed",
            "ES256 with its labels in reverse order",
            reversed.encode(),
        ),
        (
            "es256-kid",
            "ES256 with a key id, which means nothing here",
            es256().with(2, Item::bytes(b"id")).encode(),
        ),
        (
            "es256-private-label",
            "ES256 with a label that nobody knows",
            es256().with(-70_000, Item::Unsigned(1)).encode(),
        ),
        (
            "es256-text-label",
            "ES256 with a label that is a text",
            text(es256()),
        ),
        (
            "rs256-extra-coordinate",
            "RS256 with the label of a coordinate, which RSA has not",
            rs256().with(-3, Item::bytes(b"?")).encode(),
        ),
    ] {
        file.add(accept(slug, title, &der::cose_key(&cose)).note("Content"));
    }
    let twice = |label: i64, value: Item| {
        let mut key = es256();
        key.0.push((label, value));
        wrapped(&key)
    };
    let members = es256().0;
    let x = members.iter().find(|(label, _)| *label == -2);
    let x = x.map_or(Item::Unsigned(0), |(_, x)| x.clone());
    for (slug, title, spki, mutation) in [
        (
            "x-twice",
            "Label −2 twice, with the same value",
            twice(-2, x),
            "label −2 again at the end",
        ),
        (
            "algorithm-twice",
            "Label 3 twice, with the same value",
            twice(3, number(-7)),
            "label 3 again at the end",
        ),
    ] {
        let vector = reject(
            "SIG-WEBAUTHN-3",
            slug,
            title,
            &spki,
            "webauthn-es256",
            mutation,
        );
        file.add(vector.also(&["CBOR-7"]).note("Content").critical());
    }
}

/// A P-256 key where `wanted` holds for the point.
pub(crate) fn es256_where(wanted: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    (0_u32..)
        .map(|number| ecdsa_public_point(Curve::P256, &test_seed(&format!("p256/short/{number}"))))
        .find(|point| wanted(point))
        .map(Vec::from)
        .unwrap_or_default()
}

fn coordinates(file: &mut FileBuilder<'_>) {
    let short_x = es256_where(|point| point.get(1) == Some(&0));
    let short_y = es256_where(|point| point.get(33) == Some(&0));
    for (twin, title, point, label) in [
        ("short-x", "x", &short_x, -2_i64),
        ("short-y", "y", &short_y, -3),
    ] {
        let key = CoseKey::es256(point);
        let full = format!("A key whose {title} begins with a zero byte");
        file.add(accept(twin, full, &wrapped(&key)).note("Content").high());
        let start = if label == -2 { 2_usize } else { 34 };
        let cut = point
            .get(start..start.saturating_add(31))
            .unwrap_or_default();
        let vector = reject(
            "SIG-WEBAUTHN-3",
            format!("{twin}-31"),
            format!("The same with 31 bytes for {title}"),
            &wrapped(&key.clone().with(label, Item::bytes(cut))),
            twin,
            "the zero left out",
        );
        file.add(vector.note("Content").high());
        let long = [&[0, 0], cut].concat();
        let vector = reject(
            "SIG-WEBAUTHN-3",
            format!("{twin}-33"),
            format!("The same with 33 bytes for {title}"),
            &wrapped(&key.with(label, Item::bytes(&long))),
            twin,
            "one more zero in front",
        );
        file.add(vector.note("Content"));
    }
    let mut off = ecdsa_public_point(Curve::P256, &test_seed("webauthn-es256/user"));
    if let Some(last) = off.last_mut() {
        *last ^= 1;
    }
    let vector = reject(
        "SIG-WEBAUTHN-3",
        "es256-off-curve",
        "A point beside the curve",
        &wrapped(&CoseKey::es256(&off)),
        "webauthn-es256",
        "the last bit of y flipped",
    );
    file.add(vector.also(&["SIG-EC-5"]).note("Content").critical());
}

fn rsa(suite: &mut Suite) {
    let mut file = suite.file(OP, "cose-rsa", "key::cose");
    file.note(
        "Numbers",
        "EDGE_CASE",
        "RFC 8017 wants an odd exponent of at least 3 and an odd modulus.",
        "With the exponent 1 everybody signs for the key.",
    );
    file.note(
        "Size",
        "OPEN_QUESTION",
        "The text sets no bounds to RSA keys, and does not say whether numbers have zeros in front.",
        "Users of unusual keys can sign in one place and not in another.",
    );
    let n = RsaTestKey::Bits2048.modulus();
    let key = |n: &[u8], e: &[u8]| wrapped(&CoseKey::rs256(n, e));
    for (slug, title, e) in [
        ("exponent-3", "The exponent 3", vec![3]),
        (
            "exponent-large",
            "The exponent 2³³ − 1",
            vec![1, 0xff, 0xff, 0xff, 0xff],
        ),
    ] {
        file.add(accept(slug, title, &key(&n, &e)).note("Numbers"));
    }
    let large = RsaTestKey::Bits8192.modulus();
    let vector = accept(
        "rsa-8192",
        "A modulus of 8192 bits",
        &key(&large, &RSA_EXPONENT),
    );
    file.add(vector.note("Numbers"));
    for (slug, title, n, e, mutation) in [
        ("exponent-1", "The exponent 1", n.clone(), vec![1], "e → 1"),
        ("exponent-2", "The exponent 2", n.clone(), vec![2], "e → 2"),
        (
            "exponent-65536",
            "The exponent 65536",
            n.clone(),
            vec![1, 0, 0],
            "e → e − 1",
        ),
        (
            "even-modulus",
            "An even modulus",
            rsa_subtract(&n, &[1]).unwrap_or_default(),
            RSA_EXPONENT.to_vec(),
            "n → n − 1",
        ),
    ] {
        let spki = key(&n, &e);
        let vector = reject(
            "SIG-WEBAUTHN-3",
            slug,
            title,
            &spki,
            "webauthn-rs256",
            mutation,
        );
        file.add(vector.also(&["SIG-WEBAUTHN-12"]).note("Numbers").critical());
    }
    let output = || Answer::Accept(json!({"scheme": "webauthn_rs256"}));
    let mut low = n.clone();
    if let Some(first) = low.first_mut() {
        *first &= 0x7f;
    }
    let one_more = rsa_add(&[&[1], [0; 1024].as_slice()].concat(), &[1]);
    for (slug, title, n, e) in [
        (
            "rsa-2040",
            "A modulus of 2040 bits",
            RsaTestKey::Bits2040.modulus(),
            RSA_EXPONENT.to_vec(),
        ),
        (
            "rsa-2047",
            "A modulus of 2047 bits, as many bytes as 2048 bits",
            low,
            RSA_EXPONENT.to_vec(),
        ),
        (
            "rsa-8193",
            "A modulus of 8193 bits",
            one_more,
            RSA_EXPONENT.to_vec(),
        ),
        (
            "rsa-8200",
            "A modulus of 8200 bits",
            RsaTestKey::Bits8200.modulus(),
            RSA_EXPONENT.to_vec(),
        ),
        (
            "exponent-34-bits",
            "The exponent 2³³ + 1",
            n.clone(),
            vec![2, 0, 0, 0, 1],
        ),
    ] {
        let vector = Vector::either("rsa.modulus", slug, title, input(&key(&n, &e)));
        let vector = vector.by("2048-8192", Answer::Reject).by("any", output());
        file.add(vector.clauses(&["SIG-WEBAUTHN-3"]).note("Size"));
    }
    let zero = |number: &[u8]| [&[0], number].concat();
    for (slug, title, n, e) in [
        (
            "modulus-zero",
            "A zero byte before the modulus",
            zero(&n),
            RSA_EXPONENT.to_vec(),
        ),
        (
            "exponent-zero",
            "A zero byte before the exponent",
            n.clone(),
            zero(&RSA_EXPONENT),
        ),
    ] {
        let input = input(&key(&n, &e));
        let vector = Vector::either("cose.leading_zeros", slug, title, input.clone());
        let vector = vector.by("reject", Answer::Reject).by("accept", output());
        file.add(vector.clauses(&["SIG-WEBAUTHN-3"]).note("Size"));
        let title = format!("{title}, where it counts for nothing");
        let vector = Vector::accept(format!("{slug}-replica"), title, input);
        file.add(vector.replica().clauses(KEYS).note("Size"));
    }
}

fn questions(suite: &mut Suite) {
    let mut file = suite.file(OP, "cose-questions", "key::cose");
    file.note(
        "Open",
        "OPEN_QUESTION",
        "The text leaves this to COSE, and replicas have a rule of their own.",
        "Users of such keys can sign in one place and not in another.",
    );
    let output = || Answer::Accept(json!({"scheme": "webauthn_es256"}));
    let operations = |value: Item| wrapped(&es256().with(4, value));
    let list = |operation: i64| Item::Array(vec![number(operation)]);
    for (slug, title, value, replica) in [
        (
            "key-ops-verify",
            "Key operations: [2], to verify",
            list(2),
            Answer::Reject,
        ),
        (
            "key-ops-sign",
            "Key operations: [1], to sign",
            list(1),
            Answer::Reject,
        ),
        (
            "key-ops-text",
            "Key operations: the text verify",
            Item::text("verify"),
            output(),
        ),
    ] {
        let input = input(&operations(value));
        let vector = Vector::either("cose.key_ops", slug, title, input.clone())
            .by("free", output())
            .by("absent-or-verify", replica.clone());
        file.add(vector.clauses(&["SIG-WEBAUTHN-3"]).note("Open"));
        let title = format!("{title}, where only that text is allowed");
        let slug = format!("{slug}-replica");
        let vector = if replica == Answer::Reject {
            let (twin, mutation) = ("webauthn-es256-replica", "label 4 added");
            Vector::reject("SIG-WEBAUTHN-3", slug, title, input, twin, mutation)
        } else {
            Vector::accept(slug, title, input).clauses(KEYS)
        };
        file.add(vector.replica().note("Open"));
    }
    let Item::Map(entries) = es256().item() else {
        return;
    };
    let vector = Vector::either(
        "cbor.indefinite_length",
        "cose-indefinite",
        "A COSE map of indefinite length",
        input(&der::cose_key(&Item::IndefiniteMap(entries).encode())),
    );
    let vector = vector.by("accept", output()).by("reject", Answer::Reject);
    file.add(vector.clauses(&["SIG-WEBAUTHN-3", "CBOR-8"]).note("Open"));
    let mut wide = es256();
    wide.0
        .extend((100_i64..160).map(|label| (label, Item::Unsigned(0))));
    let vector = Vector::either(
        "cbor.map_entries",
        "cose-65-labels",
        "A COSE map with 65 labels",
        input(&wrapped(&wide)),
    );
    let vector = vector.by("64", Answer::Reject).by("unlimited", output());
    file.add(vector.clauses(&["SIG-WEBAUTHN-3"]).note("Open"));
    wide.0.pop();
    let vector = accept(
        "cose-64-labels",
        "A COSE map with 64 labels",
        &wrapped(&wide),
    );
    file.add(vector.note("Open"));
}
