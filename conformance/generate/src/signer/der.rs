//! DER, right and wrong: SubjectPublicKeyInfo and ECDSA signatures.

use model::crypto::ecdsa::Curve;

/// The object identifiers in keys: the content of the element, without tag and length.
pub(crate) const ED25519: &[u8] = b"\x2b\x65\x70";
/// id-ecPublicKey.
pub(crate) const EC: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";
/// ecdsa-with-SHA256.
pub(crate) const ECDSA_SHA256: &[u8] = b"\x2a\x86\x48\xce\x3d\x04\x03\x02";
/// The curve P-256.
pub(crate) const P256: &[u8] = b"\x2a\x86\x48\xce\x3d\x03\x01\x07";
/// The curve secp256k1.
pub(crate) const SECP256K1: &[u8] = b"\x2b\x81\x04\x00\x0a";
/// COSE keys in DER.
pub(crate) const COSE: &[u8] = b"\x2b\x06\x01\x04\x01\x83\xb8\x43\x01\x01";
/// Keys of canister signatures.
pub(crate) const CANISTER: &[u8] = b"\x2b\x06\x01\x04\x01\x83\xb8\x43\x01\x02";
/// rsaEncryption.
pub(crate) const RSA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";

/// The tag of a SEQUENCE.
pub(crate) const SEQUENCE: u8 = 0x30;
/// The tag of an INTEGER.
pub(crate) const INTEGER: u8 = 0x02;
/// The tag of a BIT STRING.
pub(crate) const BIT_STRING: u8 = 0x03;
/// The tag of an OBJECT IDENTIFIER.
pub(crate) const OID: u8 = 0x06;
/// NULL.
pub(crate) const NULL: &[u8] = b"\x05\x00";

/// An element with the shortest length.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    match significant.as_slice() {
        [] => vec![tag, 0],
        [short @ 0..0x80] => [&[tag, *short], content].concat(),
        bytes => long_element(tag, content, bytes.len()),
    }
}

/// An element whose length is written in `width` bytes after the one that says how many.
pub(crate) fn long_element(tag: u8, content: &[u8], width: usize) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let bytes = length
        .get(8_usize.saturating_sub(width)..)
        .unwrap_or(&length);
    let count = u8::try_from(bytes.len()).unwrap_or_default() | 0x80;
    [&[tag, count], bytes, content].concat()
}

/// An algorithm identifier with these parameters, encoded by the caller.
pub(crate) fn algorithm(oid: &[u8], parameters: &[u8]) -> Vec<u8> {
    element(SEQUENCE, &[&element(OID, oid), parameters].concat())
}

/// A BIT STRING without unused bits.
pub(crate) fn bits(content: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], content].concat())
}

/// A SubjectPublicKeyInfo.
pub(crate) fn key(oid: &[u8], parameters: &[u8], content: &[u8]) -> Vec<u8> {
    let parts = [algorithm(oid, parameters), bits(content)];
    element(SEQUENCE, &parts.concat())
}

/// An Ed25519 key.
pub(crate) fn ed25519_key(point: &[u8]) -> Vec<u8> {
    key(ED25519, &[], point)
}

/// An ECDSA key.
pub(crate) fn ecdsa_key(curve: Curve, point: &[u8]) -> Vec<u8> {
    key(EC, &element(OID, curve_oid(curve)), point)
}

/// The object identifier of a curve.
pub(crate) const fn curve_oid(curve: Curve) -> &'static [u8] {
    match curve {
        Curve::P256 => P256,
        Curve::Secp256k1 => SECP256K1,
    }
}

/// A COSE key.
pub(crate) fn cose_key(cose: &[u8]) -> Vec<u8> {
    key(COSE, &[], cose)
}

/// A key of canister signatures, whose id has at most 255 bytes.
pub(crate) fn canister_key(canister: &[u8], seed: &[u8]) -> Vec<u8> {
    let length = u8::try_from(canister.len()).unwrap_or_default();
    key(CANISTER, &[], &[&[length], canister, seed].concat())
}

/// A plain RSA key.
pub(crate) fn rsa_key(n: &[u8], e: &[u8]) -> Vec<u8> {
    let numbers = [integer(n), integer(e)].concat();
    key(RSA, NULL, &element(SEQUENCE, &numbers))
}

/// A natural number: big-endian bytes without leading zeros, and one zero if the high bit is set.
pub(crate) fn integer(number: &[u8]) -> Vec<u8> {
    let start = number.iter().position(|byte| *byte != 0);
    let number = start.and_then(|start| number.get(start..)).unwrap_or(&[0]);
    let sign: &[u8] = match number.first() {
        Some(0x80..) => &[0],
        _ => &[],
    };
    element(INTEGER, &[sign, number].concat())
}

/// The DER form of an ECDSA signature r‖s.
pub(crate) fn ecdsa_signature(signature: &[u8]) -> Vec<u8> {
    let (r, s) = signature.split_at_checked(32).unwrap_or((signature, &[]));
    element(SEQUENCE, &[integer(r), integer(s)].concat())
}
