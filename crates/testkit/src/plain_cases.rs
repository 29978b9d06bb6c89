//! What every provider has to accept and to refuse about Ed25519, ECDSA and RSA signatures.

mod ed25519;
mod p256;
mod rsa;
mod secp256k1;

use crate::bls_cases::{KeyCase, SignatureCase};

/// The message that the cases sign.
const MESSAGE: &[u8] = b"\x0aic-request 32 bytes of a request id";

/// A message of many blocks.
const LONG_MESSAGE: &[u8] = &[7; 70_000];

const ED25519_PREFIX: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";
const P256_PREFIX: &[u8] = b"\
    \x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\
    \x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
const SECP256K1_PREFIX: &[u8] = b"\
    \x30\x56\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\
    \x06\x05\x2b\x81\x04\x00\x0a\x03\x42\x00";

/// Returns the Ed25519 cases.
///
/// The rule is ZIP-215: points may be of small order and need not be encoded canonically, S has to
/// be reduced, and the equation is multiplied by the cofactor.
#[must_use]
pub fn ed25519() -> Vec<SignatureCase> {
    use self::ed25519::{
        CANCELLING_FIRST, KEY, MIXED_KEY, MIXED_SIGNATURE, OFF_CURVE, ORDER, OTHER_KEY, SIGNATURE,
        SIGNATURE_EMPTY, SIGNATURE_LONG, SIGNATURE_OF_HASH, SIGNATURE_OF_OTHER,
        SIGNATURE_S_BIG_ENDIAN, SIGNATURE_S_GROWN, SMALL_ORDER,
    };
    let of_key = |name, key: &[u8], message: &[u8], signature: &[u8], holds| SignatureCase {
        name,
        key: [ED25519_PREFIX, key].concat(),
        message: message.to_vec(),
        signature: signature.to_vec(),
        holds,
    };
    let case = |name, signature: &[u8], holds| of_key(name, KEY, MESSAGE, signature, holds);
    let mut cases = vec![
        case("good", SIGNATURE, true),
        of_key("empty message", KEY, b"", SIGNATURE_EMPTY, true),
        of_key("long message", KEY, LONG_MESSAGE, SIGNATURE_LONG, true),
        of_key(
            "mixed order: holds with the cofactor only",
            MIXED_KEY,
            MESSAGE,
            MIXED_SIGNATURE,
            true,
        ),
        of_key("other key", OTHER_KEY, MESSAGE, SIGNATURE, false),
        case("signature of another key", SIGNATURE_OF_OTHER, false),
        case("signature of the hash", SIGNATURE_OF_HASH, false),
        of_key("other message", KEY, b"other", SIGNATURE, false),
        of_key("error in S", KEY, b"first", CANCELLING_FIRST, false),
        case("S grown by the order", SIGNATURE_S_GROWN, false),
        case("S in big-endian", SIGNATURE_S_BIG_ENDIAN, false),
        case(
            "halves swapped",
            &[&SIGNATURE[32..], &SIGNATURE[..32]].concat(),
            false,
        ),
        case(
            "R is no point",
            &[OFF_CURVE, &SIGNATURE[32..]].concat(),
            false,
        ),
        of_key("key is no point", OFF_CURVE, MESSAGE, SIGNATURE, false),
        case("no bytes", &[], false),
        case("63 bytes", &SIGNATURE[..63], false),
        case("65 bytes", &[SIGNATURE, &[0]].concat(), false),
    ];
    // Any message under a key of small order.
    for key in SMALL_ORDER {
        for r in SMALL_ORDER {
            let signature = [r, [0; 32]].concat();
            cases.push(of_key("small order", &key, b"Zcash", &signature, true));
        }
        let largest = decremented(ORDER);
        for (name, s) in [
            ("small order, S of one", &[&[1][..], &[0; 31]].concat()[..]),
            ("small order, S less than the order by one", &largest),
            ("small order, S is the order", ORDER),
            ("small order, S is the largest number", &[0xff; 32]),
        ] {
            let signature = [&key[..], s].concat();
            cases.push(of_key(name, &key, b"Zcash", &signature, false));
        }
    }
    cases
}

/// Returns two Ed25519 signatures that do not hold, but whose errors cancel in a sum without
/// weights.
#[must_use]
pub fn ed25519_cancelling() -> [SignatureCase; 2] {
    [
        (&b"first"[..], ed25519::CANCELLING_FIRST),
        (b"second", ed25519::CANCELLING_SECOND),
    ]
    .map(|(message, signature)| SignatureCase {
        name: "errors that cancel",
        key: [ED25519_PREFIX, ed25519::KEY].concat(),
        message: message.to_vec(),
        signature: signature.to_vec(),
        holds: false,
    })
}

/// What the cases of a curve are made of.
struct Curve {
    prefix: &'static [u8],
    point: &'static [u8],
    other_point: &'static [u8],
    signature: &'static [u8],
    signature_high_s: &'static [u8],
    signature_empty: &'static [u8],
    signature_long: &'static [u8],
    signature_of_other: &'static [u8],
    signature_sha512: &'static [u8],
    signature_twice: &'static [u8],
    small_s_point: &'static [u8],
    small_s_signature: &'static [u8],
    small_s_grown: &'static [u8],
    largest_s_signature: &'static [u8],
    order: &'static [u8],
    small_x_point: &'static [u8],
    grown_x_point: &'static [u8],
}

macro_rules! curve {
    ($module:ident, $prefix:expr) => {
        Curve {
            prefix: $prefix,
            point: $module::POINT,
            other_point: $module::OTHER_POINT,
            signature: $module::SIGNATURE,
            signature_high_s: $module::SIGNATURE_HIGH_S,
            signature_empty: $module::SIGNATURE_EMPTY,
            signature_long: $module::SIGNATURE_LONG,
            signature_of_other: $module::SIGNATURE_OF_OTHER,
            signature_sha512: $module::SIGNATURE_SHA512,
            signature_twice: $module::SIGNATURE_TWICE,
            small_s_point: $module::SMALL_S_POINT,
            small_s_signature: $module::SMALL_S_SIGNATURE,
            small_s_grown: $module::SMALL_S_GROWN,
            largest_s_signature: $module::LARGEST_S_SIGNATURE,
            order: $module::ORDER,
            small_x_point: $module::SMALL_X_POINT,
            grown_x_point: $module::GROWN_X_POINT,
        }
    };
}

const P256: Curve = curve!(p256, P256_PREFIX);
const SECP256K1: Curve = curve!(secp256k1, SECP256K1_PREFIX);

/// Returns the cases of ECDSA on P-256.
#[must_use]
pub fn ecdsa_p256() -> Vec<SignatureCase> {
    P256.signatures(&SECP256K1)
}

/// Returns the cases of ECDSA on secp256k1.
#[must_use]
pub fn ecdsa_secp256k1() -> Vec<SignatureCase> {
    SECP256K1.signatures(&P256)
}

impl Curve {
    fn signatures(&self, other: &Self) -> Vec<SignatureCase> {
        let of_key = |name, point: &[u8], message: &[u8], signature: &[u8], holds| SignatureCase {
            name,
            key: [self.prefix, point].concat(),
            message: message.to_vec(),
            signature: signature.to_vec(),
            holds,
        };
        let case =
            |name, signature: &[u8], holds| of_key(name, self.point, MESSAGE, signature, holds);
        let (r, s) = self.signature.split_at(32);
        let zero = &[0; 32][..];
        let largest = &[0xff; 32][..];
        vec![
            case("good", self.signature, true),
            case("high s", self.signature_high_s, true),
            of_key("empty message", self.point, b"", self.signature_empty, true),
            of_key(
                "long message",
                self.point,
                LONG_MESSAGE,
                self.signature_long,
                true,
            ),
            of_key(
                "s is five",
                self.small_s_point,
                MESSAGE,
                self.small_s_signature,
                true,
            ),
            of_key(
                "s is the order less five",
                self.small_s_point,
                MESSAGE,
                self.largest_s_signature,
                true,
            ),
            of_key(
                "s grown by the order",
                self.small_s_point,
                MESSAGE,
                self.small_s_grown,
                false,
            ),
            of_key(
                "other key",
                self.other_point,
                MESSAGE,
                self.signature,
                false,
            ),
            case("signature of another key", self.signature_of_other, false),
            case("with SHA-512", self.signature_sha512, false),
            case("hashed twice", self.signature_twice, false),
            of_key("other message", self.point, b"other", self.signature, false),
            case("r is zero", &[zero, s].concat(), false),
            case("s is zero", &[r, zero].concat(), false),
            case("both are zero", &[0; 64], false),
            case("r is the order", &[self.order, s].concat(), false),
            case("s is the order", &[r, self.order].concat(), false),
            case("r is the largest number", &[largest, s].concat(), false),
            case("s is the largest number", &[r, largest].concat(), false),
            case("halves swapped", &[s, r].concat(), false),
            case("in DER", &der_signature(r, s), false),
            case("no bytes", &[], false),
            case("63 bytes", &self.signature[..63], false),
            case("65 bytes", &[self.signature, &[0]].concat(), false),
            SignatureCase {
                name: "key of the other curve",
                key: [other.prefix, self.point].concat(),
                ..case("", self.signature, false)
            },
            of_key(
                "key off the curve",
                &off_curve(self.point),
                MESSAGE,
                self.signature,
                false,
            ),
        ]
    }
}

/// Returns the RSA cases.
#[must_use]
pub fn rsa() -> Vec<SignatureCase> {
    use self::rsa::{
        MODULUS_2047, MODULUS_2048, MODULUS_2049, MODULUS_8192, MODULUS_E_MAX, MODULUS_E_OVER,
        MODULUS_E3, SIGNATURE_2047, SIGNATURE_2048, SIGNATURE_2048_EMPTY, SIGNATURE_2048_GARBAGE,
        SIGNATURE_2048_GROWN, SIGNATURE_2048_LONG, SIGNATURE_2048_NO_NULL, SIGNATURE_2048_SHA1,
        SIGNATURE_2048_SMALL, SIGNATURE_2049, SIGNATURE_8192, SIGNATURE_E_MAX, SIGNATURE_E_OVER,
        SIGNATURE_E3, SMALL_MESSAGE,
    };
    let of_key = |name, modulus: &[u8], exponent: u64, signature: &[u8], holds| SignatureCase {
        name,
        key: rsa_der(modulus, exponent),
        message: MESSAGE.to_vec(),
        signature: signature.to_vec(),
        holds,
    };
    let case = |name, message: &[u8], signature: &[u8], holds| SignatureCase {
        message: message.to_vec(),
        ..of_key(name, MODULUS_2048, 65537, signature, holds)
    };
    let last = SIGNATURE_2048.len() - 1;
    vec![
        case("good", MESSAGE, SIGNATURE_2048, true),
        case("empty message", b"", SIGNATURE_2048_EMPTY, true),
        case("long message", LONG_MESSAGE, SIGNATURE_2048_LONG, true),
        case("small", SMALL_MESSAGE, SIGNATURE_2048_SMALL, true),
        of_key("2049 bits", MODULUS_2049, 65537, SIGNATURE_2049, true),
        of_key("8192 bits", MODULUS_8192, 65537, SIGNATURE_8192, true),
        of_key("exponent 3", MODULUS_E3, 3, SIGNATURE_E3, true),
        of_key(
            "exponent 2^33 - 1",
            MODULUS_E_MAX,
            (1 << 33) - 1,
            SIGNATURE_E_MAX,
            true,
        ),
        of_key("2047 bits", MODULUS_2047, 65537, SIGNATURE_2047, false),
        of_key(
            "exponent 2^33 + 1",
            MODULUS_E_OVER,
            (1 << 33) + 1,
            SIGNATURE_E_OVER,
            false,
        ),
        of_key("other key", MODULUS_E3, 3, SIGNATURE_2048, false),
        of_key("other exponent", MODULUS_2048, 3, SIGNATURE_2048, false),
        case("other message", b"other", SIGNATURE_2048, false),
        case("grown", SMALL_MESSAGE, SIGNATURE_2048_GROWN, false),
        case("with SHA-1", MESSAGE, SIGNATURE_2048_SHA1, false),
        case(
            "digest info without NULL",
            MESSAGE,
            SIGNATURE_2048_NO_NULL,
            false,
        ),
        case(
            "bytes after the hash",
            MESSAGE,
            SIGNATURE_2048_GARBAGE,
            false,
        ),
        case("zero", MESSAGE, &[0; 256], false),
        case("one", MESSAGE, &[&[0; 255][..], &[1]].concat(), false),
        case("the modulus", MESSAGE, MODULUS_2048, false),
        case("the largest number", MESSAGE, &[0xff; 256], false),
        case("no bytes", MESSAGE, &[], false),
        case("one byte less", MESSAGE, &SIGNATURE_2048[..last], false),
        case(
            "one byte more",
            MESSAGE,
            &[SIGNATURE_2048, &[0]].concat(),
            false,
        ),
        case(
            "a zero in front",
            MESSAGE,
            &[&[0], SIGNATURE_2048].concat(),
            false,
        ),
    ]
}

/// Returns keys of all these schemes, and what looks like them.
#[must_use]
pub fn keys() -> Vec<KeyCase> {
    let mut cases = vec![];
    let mut case = |name, key: Vec<u8>, usable| cases.push(KeyCase { name, key, usable });

    let ed25519_key = |key: &[u8]| [ED25519_PREFIX, key].concat();
    let good = ed25519_key(ed25519::KEY);
    case("Ed25519", good.clone(), true);
    case(
        "Ed25519, mixed order",
        ed25519_key(ed25519::MIXED_KEY),
        true,
    );
    for point in ed25519::SMALL_ORDER {
        case("Ed25519, small order", ed25519_key(&point), true);
    }
    case("Ed25519, no point", ed25519_key(ed25519::OFF_CURVE), false);
    case("Ed25519, raw", ed25519::KEY.to_vec(), false);
    case("Ed25519, 43 bytes", good[..43].to_vec(), false);
    case("Ed25519, 45 bytes", [&good[..], &[0]].concat(), false);
    // 1.3.101.111 is Ed448's neighbour X448.
    case("X448", with_byte(&good, 8, 0x6f), false);
    case(
        "Ed25519, parameter NULL",
        [
            b"\x30\x2c\x30\x07\x06\x03\x2b\x65\x70\x05\x00\x03\x21\x00",
            ed25519::KEY,
        ]
        .concat(),
        false,
    );

    for (name, curve, other) in [
        ("P-256", &P256, &SECP256K1),
        ("secp256k1", &SECP256K1, &P256),
    ] {
        let key = |point: &[u8]| [curve.prefix, point].concat();
        let good = key(curve.point);
        let length = good.len();
        case(name, good.clone(), true);
        case(name, key(curve.other_point), true);
        // Its coordinate x is small.
        case(name, key(curve.small_x_point), true);
        case("coordinate not reduced", key(curve.grown_x_point), false);
        case("off the curve", key(&off_curve(curve.point)), false);
        case("all zeros", key(&[&[4][..], &[0; 64]].concat()), false);
        case(
            "point of the other curve",
            [curve.prefix, other.point].concat(),
            false,
        );
        case("compressed", compressed(curve), false);
        let parity = curve.point[64] & 1;
        let form = length - 65;
        case("hybrid", with_byte(&good, form, 6 | parity), false);
        case(
            "form of a compressed point",
            with_byte(&good, form, 2),
            false,
        );
        case("one byte less", good[..length - 1].to_vec(), false);
        case("one byte more", [&good[..], &[0]].concat(), false);
        case("a bit unused", with_byte(&good, form - 1, 1), false);
        // 1.2.840.10045.2.2 and a neighbour of the curve.
        case("other algorithm", with_byte(&good, 12, 2), false);
        case("other curve", with_byte(&good, form - 4, 0x22), false);
    }

    let exponent = |exponent| rsa_der(rsa::MODULUS_2048, exponent);
    case("RSA", exponent(65537), true);
    case("RSA, exponent 1", exponent(1), false);
    case("RSA, exponent 2", exponent(2), false);
    case("RSA, exponent 3", exponent(3), true);
    case("RSA, even exponent", exponent(65538), false);
    case("RSA, exponent 2^33 - 1", exponent((1 << 33) - 1), true);
    case("RSA, exponent 2^33 + 1", exponent((1 << 33) + 1), false);
    for (name, modulus, usable) in [
        ("RSA, 2047 bits", modulus_of(2047), false),
        ("RSA, 2048 bits", modulus_of(2048), true),
        ("RSA, 2049 bits", modulus_of(2049), true),
        ("RSA, 4097 bits", modulus_of(4097), true),
        ("RSA, 8192 bits", modulus_of(8192), true),
        ("RSA, 8193 bits", modulus_of(8193), false),
        (
            "RSA, even modulus",
            with_byte(rsa::MODULUS_2048, 255, rsa::MODULUS_2048[255] & 0xfe),
            false,
        ),
    ] {
        case(name, rsa_der(&modulus, 65537), usable);
    }
    let good = exponent(65537);
    // Its parameter is NULL; 1.2.840.113549.1.1.10 is RSASSA-PSS.
    case("RSASSA-PSS", with_byte(&good, 16, 10), false);
    case("RSA, one byte more", [&good[..], &[0]].concat(), false);
    case("RSA, PKCS#1", good[24..].to_vec(), false);

    case("no bytes", vec![], false);
    // Keys of schemes that need more than a provider.
    case(
        "COSE",
        hex_literal::hex!(
            "305e300c060a2b0601040183b8430101034e00a50102032620012158207ffd83632072fd1bfeaf3fbaa431"
            "46e0ef95c3f55e3994a41bbf2b5174d771da22582032497eed0a7f6f000928765b8318162cfd80a94e525a"
            "6a368c2363063d04e6ed"
        )
        .to_vec(),
        false,
    );
    case(
        "canister signatures",
        hex_literal::hex!(
            "3022300c060a2b0601040183b84301020312000a00000000000000010101736565642d31"
        )
        .to_vec(),
        false,
    );
    cases
}

fn with_byte(bytes: &[u8], index: usize, byte: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[index] = byte;
    bytes
}

/// Takes one from a number in little-endian whose last byte is not zero.
fn decremented(number: &[u8]) -> Vec<u8> {
    with_byte(number, 0, number[0] - 1)
}

/// Changes a point's coordinate y.
fn off_curve(point: &[u8]) -> Vec<u8> {
    with_byte(point, 64, point[64] ^ 2)
}

/// The DER form with the compressed point, which is another key's form nowhere.
fn compressed(curve: &Curve) -> Vec<u8> {
    let form = 2 | curve.point[64] & 1;
    let mut prefix = curve.prefix.to_vec();
    let last = prefix.len() - 1;
    prefix[1] -= 32;
    prefix[last - 1] -= 32;
    [&prefix[..], &[form], &curve.point[1..33]].concat()
}

/// Makes an odd number of so many bits; it need not be a product of two primes.
fn modulus_of(bits: usize) -> Vec<u8> {
    let mut number = vec![0xa5; bits.div_ceil(8)];
    let top = 1 << ((bits - 1) % 8);
    number[0] = top | (top - 1) & 0xa5;
    number
}

/// Makes the DER form of an RSA key.
fn rsa_der(modulus: &[u8], exponent: u64) -> Vec<u8> {
    let exponent = exponent.to_be_bytes();
    let zeros = exponent.iter().take_while(|byte| **byte == 0).count();
    let numbers = [integer(modulus), integer(&exponent[zeros..])].concat();
    let key = element(0x30, &numbers);
    let algorithm = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
    let bits = element(3, &[&[0], &key[..]].concat());
    element(0x30, &[&algorithm[..], &bits].concat())
}

/// Makes the DER form of an ECDSA signature.
fn der_signature(r: &[u8], s: &[u8]) -> Vec<u8> {
    element(0x30, &[integer(r), integer(s)].concat())
}

fn integer(number: &[u8]) -> Vec<u8> {
    let sign: &[u8] = if number[0] >= 0x80 { &[0] } else { &[] };
    element(2, &[sign, number].concat())
}

fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len()).expect("short contents");
    let [high, low] = length.to_be_bytes();
    let head = match length {
        0..0x80 => vec![tag, low],
        0x80..0x100 => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [&head, contents].concat()
}
