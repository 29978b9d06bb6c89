//! What every provider has to accept and to refuse about BLS signatures.

use blst::min_sig::{AggregatePublicKey, AggregateSignature, PublicKey, Signature};

use crate::bls::{SecretKey, der};

/// A signature and whether it holds.
#[expect(clippy::exhaustive_structs, reason = "tests read it")]
#[derive(Clone, Debug)]
pub struct SignatureCase {
    /// What is special about it.
    pub name: &'static str,
    /// The DER form of the key.
    pub key: Vec<u8>,
    /// The message.
    pub message: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
    /// Whether it holds.
    pub holds: bool,
}

/// A key and whether it is usable.
#[expect(clippy::exhaustive_structs, reason = "tests read it")]
#[derive(Clone, Debug)]
pub struct KeyCase {
    /// What is special about it.
    pub name: &'static str,
    /// The DER form, or what claims to be it.
    pub key: Vec<u8>,
    /// Whether it is usable.
    pub usable: bool,
}

/// The message that the cases sign.
const MESSAGE: &[u8] = b"\x0dic-state-root 32 bytes of a root hash";

/// The order of the field, big-endian.
const FIELD_ORDER: [u8; 48] = [
    0x1a, 0x01, 0x11, 0xea, 0x39, 0x7f, 0xe6, 0x9a, 0x4b, 0x1b, 0xa7, 0xb6, 0x43, 0x4b, 0xac, 0xd7,
    0x64, 0x77, 0x4b, 0x84, 0xf3, 0x85, 0x12, 0xbf, 0x67, 0x30, 0xd2, 0xa0, 0xf6, 0xb0, 0xf6, 0x24,
    0x1e, 0xab, 0xff, 0xfe, 0xb1, 0x53, 0xff, 0xff, 0xb9, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xaa, 0xab,
];

/// The order of the groups, big-endian.
const GROUP_ORDER: [u8; 32] = [
    0x73, 0xed, 0xa7, 0x53, 0x29, 0x9d, 0x7d, 0x48, 0x33, 0x39, 0xd8, 0x08, 0x09, 0xa1, 0xd8, 0x05,
    0x53, 0xbd, 0xa4, 0x02, 0xff, 0xfe, 0x5b, 0xfe, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01,
];

/// The flags of a compressed point, in its first byte.
const COMPRESSED: u8 = 0x80;
const INFINITY: u8 = 0x40;
const LARGER: u8 = 0x20;

/// Returns signatures that hold and signatures that do not.
#[must_use]
pub fn signatures() -> Vec<SignatureCase> {
    let secret = SecretKey::from_name("signer");
    let key = secret.der();
    let good = secret.sign(MESSAGE);
    let case = |name, signature: &[u8], holds| SignatureCase {
        name,
        key: key.clone(),
        message: MESSAGE.to_vec(),
        signature: signature.to_vec(),
        holds,
    };
    let base = case("good", &good, true);
    let mut cases = vec![
        base.clone(),
        SignatureCase {
            name: "empty message",
            message: vec![],
            signature: secret.sign(b"").to_vec(),
            ..base.clone()
        },
        SignatureCase {
            name: "long message",
            message: vec![7; 70_000],
            signature: secret.sign(&vec![7; 70_000]).to_vec(),
            ..base.clone()
        },
        SignatureCase {
            name: "other message",
            message: b"other".to_vec(),
            holds: false,
            ..base.clone()
        },
        SignatureCase {
            name: "other key",
            key: SecretKey::from_name("other").der(),
            holds: false,
            ..base.clone()
        },
        case(
            "signature of another key",
            &SecretKey::from_name("other").sign(MESSAGE),
            false,
        ),
        case(
            "suite with proof of possession",
            &secret.sign_with_tag(MESSAGE, b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_"),
            false,
        ),
        case(
            "suite that encodes without a random oracle in G2",
            &secret.sign_with_tag(MESSAGE, b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_"),
            false,
        ),
        case("no bytes", &[], false),
        case("47 bytes", &good[..47], false),
        case("49 bytes", &[&good[..], &[0]].concat(), false),
        case("uncompressed", &point_of(&good).serialize(), false),
        case("negated", &with_flags(&good, LARGER), false),
        case(
            "compression flag cleared",
            &with_flags(&good, COMPRESSED),
            false,
        ),
        case("infinity flag set", &with_flags(&good, INFINITY), false),
        case("identity", &identity::<48>(0), false),
        case(
            "identity without compression flag",
            &with_flags(&identity::<48>(0), COMPRESSED),
            false,
        ),
        case(
            "identity with the flag of the larger root",
            &with_flags(&identity::<48>(0), LARGER),
            false,
        ),
        case("identity with a coordinate", &identity::<48>(1), false),
        case(
            "coordinate is the field's order",
            &with_flags(&FIELD_ORDER, COMPRESSED),
            false,
        ),
        case("coordinate is the largest number", &[0xff; 48], false),
        case("off the curve", &off_curve_g1(), false),
        case("point of order three", &small(0), false),
        case("off the subgroup", &small(first_on_curve_g1(1)), false),
        case(
            "good plus a torsion point",
            &signature_plus_torsion(&good),
            false,
        ),
    ];
    let (message, signature) = small_signature(&secret);
    cases.push(SignatureCase {
        name: "good with a small coordinate",
        message: message.clone(),
        signature: signature.to_vec(),
        ..base.clone()
    });
    cases.push(SignatureCase {
        name: "coordinate plus the field's order",
        message,
        signature: plus_order(&signature).to_vec(),
        holds: false,
        ..base.clone()
    });
    for case in keys().into_iter().filter(|case| !case.usable) {
        cases.push(SignatureCase {
            key: case.key,
            holds: false,
            name: case.name,
            ..base.clone()
        });
    }
    // e(0, g) = e(H(m), 0): holds for every message unless the identity is refused.
    cases.push(SignatureCase {
        name: "identity key and identity signature",
        key: der(&identity::<96>(0)),
        signature: identity::<48>(0).to_vec(),
        holds: false,
        ..base
    });
    cases
}

/// Returns keys that are usable and keys that are not.
#[must_use]
pub fn keys() -> Vec<KeyCase> {
    let good = SecretKey::from_name("signer").public_key();
    let good_der = der(&good);
    let case = |name, key: Vec<u8>| KeyCase {
        name,
        key,
        usable: false,
    };
    let mut larger_first = [0; 96];
    larger_first[..48].copy_from_slice(&with_flags(&FIELD_ORDER, COMPRESSED));
    let mut larger_second = good;
    larger_second[48..].copy_from_slice(&FIELD_ORDER);
    let mut swapped = good_der.clone();
    swapped[5..35].rotate_left(15);
    let off_subgroup = on_curve_g2();
    vec![
        KeyCase {
            name: "usable key",
            key: good_der.clone(),
            usable: true,
        },
        case("no key", vec![]),
        case("raw key", good.to_vec()),
        case("key of 132 bytes", good_der[..132].to_vec()),
        case("key of 134 bytes", [&good_der[..], &[0]].concat()),
        case("key with swapped identifiers", swapped),
        case("uncompressed key", der(&key_of(&good).serialize())),
        case(
            "key with the compression flag cleared",
            der(&with_flags(&good, COMPRESSED)),
        ),
        case(
            "key with the infinity flag",
            der(&with_flags(&good, INFINITY)),
        ),
        case("identity key", der(&identity::<96>(0))),
        case("identity key with a coordinate", der(&identity::<96>(1))),
        case(
            "identity key with the flag of the larger root",
            der(&with_flags(&identity::<96>(0), LARGER)),
        ),
        case(
            "key with a first coordinate of the field's order",
            der(&larger_first),
        ),
        case(
            "key with a second coordinate of the field's order",
            der(&larger_second),
        ),
        case("key off the curve", der(&off_curve_g2())),
        case("key off the subgroup", der(&off_subgroup.compress())),
        case(
            "key plus a torsion point",
            der(&key_plus_torsion(&good, &off_subgroup)),
        ),
    ]
}

/// Returns two wrong signatures of one key on two messages, whose errors cancel in a product of
/// pairings without weights.
#[must_use]
pub fn cancelling() -> [SignatureCase; 2] {
    let secret = SecretKey::from_name("signer");
    let error = secret.sign(b"error");
    let opposite = with_flags(&error, LARGER);
    [(&b"first"[..], error), (b"second", opposite)].map(|(message, error)| SignatureCase {
        name: "errors that cancel",
        key: secret.der(),
        message: message.to_vec(),
        signature: sum(&secret.sign(message), &error).to_vec(),
        holds: false,
    })
}

fn with_flags<const N: usize>(point: &[u8; N], flags: u8) -> [u8; N] {
    let mut point = *point;
    point[0] ^= flags;
    point
}

fn identity<const N: usize>(last: u8) -> [u8; N] {
    let mut point = [0; N];
    point[0] = COMPRESSED | INFINITY;
    point[N - 1] |= last;
    point
}

/// The point of G1's curve with a small first coordinate.
fn small(coordinate: u8) -> [u8; 48] {
    let mut point = [0; 48];
    point[0] = COMPRESSED;
    point[47] = coordinate;
    point
}

fn first_on_curve_g1(from: u8) -> u8 {
    (from..=u8::MAX)
        .find(|coordinate| {
            Signature::uncompress(&small(*coordinate)).is_ok_and(|point| !point.subgroup_check())
        })
        .expect("half of all coordinates are on the curve")
}

fn off_curve_g1() -> [u8; 48] {
    (0..=u8::MAX)
        .map(small)
        .find(|point| Signature::uncompress(point).is_err())
        .expect("half of all coordinates are off the curve")
}

fn small_g2(coordinate: u8) -> [u8; 96] {
    let mut point = [0; 96];
    point[0] = COMPRESSED;
    point[95] = coordinate;
    point
}

fn off_curve_g2() -> [u8; 96] {
    (0..=u8::MAX)
        .map(small_g2)
        .find(|point| PublicKey::uncompress(point).is_err())
        .expect("half of all coordinates are off the curve")
}

fn on_curve_g2() -> PublicKey {
    (0..=u8::MAX)
        .find_map(|coordinate| PublicKey::uncompress(&small_g2(coordinate)).ok())
        .expect("half of all coordinates are on the curve")
}

fn point_of(signature: &[u8; 48]) -> Signature {
    Signature::uncompress(signature).expect("a point on the curve")
}

fn key_of(key: &[u8; 96]) -> PublicKey {
    PublicKey::uncompress(key).expect("a point on the curve")
}

fn sum(left: &[u8; 48], right: &[u8; 48]) -> [u8; 48] {
    let mut sum = AggregateSignature::from_signature(&point_of(left));
    sum.add_signature(&point_of(right), false)
        .expect("no check was asked for");
    sum.to_signature().compress()
}

/// Adds to a key what is left of a point when its part in the subgroup is removed.
fn key_plus_torsion(key: &[u8; 96], point: &PublicKey) -> [u8; 96] {
    let mut sum = AggregatePublicKey::from_public_key(&key_of(key));
    let mut multiple = AggregatePublicKey::from_public_key(point);
    for bit in group_order_bits() {
        if bit {
            sum.add_aggregate(&multiple);
        }
        let same = AggregatePublicKey::from_public_key(&multiple.to_public_key());
        multiple.add_aggregate(&same);
    }
    sum.to_public_key().compress()
}

/// The same for a signature: pairing with the generator of the other group does not show it.
fn signature_plus_torsion(signature: &[u8; 48]) -> [u8; 48] {
    let mut sum = AggregateSignature::from_signature(&point_of(signature));
    let point = point_of(&small(first_on_curve_g1(1)));
    let mut multiple = AggregateSignature::from_signature(&point);
    for bit in group_order_bits() {
        if bit {
            sum.add_aggregate(&multiple);
        }
        let same = AggregateSignature::from_signature(&multiple.to_signature());
        multiple.add_aggregate(&same);
    }
    sum.to_signature().compress()
}

/// The bits of the groups' order, the least significant first.
fn group_order_bits() -> impl Iterator<Item = bool> {
    GROUP_ORDER
        .into_iter()
        .rev()
        .flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1))
}

/// Finds a message whose signature has a coordinate that can grow by the field's order.
fn small_signature(secret: &SecretKey) -> (Vec<u8>, [u8; 48]) {
    (0..=u8::MAX)
        .map(|number| (vec![number], secret.sign(&[number])))
        .find(|(_, signature)| signature[0] & 0x1f < 5)
        .expect("every seventh is small")
}

fn plus_order(point: &[u8; 48]) -> [u8; 48] {
    let mut sum = [0; 48];
    let mut carry = 0;
    for (index, (left, right)) in point.iter().zip(FIELD_ORDER).enumerate().rev() {
        let flags = if index == 0 { left & 0xe0 } else { 0 };
        let digit = u16::from(left - flags) + u16::from(right) + carry;
        let [high, low] = digit.to_be_bytes();
        sum[index] = low | flags;
        carry = u16::from(high);
    }
    sum
}
