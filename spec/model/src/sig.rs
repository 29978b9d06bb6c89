//! Public keys and signatures: the families SIG, SIG-ED, SIG-EC and SIG-WEBAUTHN, and the form of the
//! keys of canister signatures (CSIG-1 to CSIG-3).
//!
//! The clause that the model names for each flaw; an adapter that declares `reasons: "clause"` must
//! name the same, or one in brackets where its library cannot tell the two apart:
//!
//! | flaw of a key | clause |
//! |---|---|
//! | the bytes begin with no SEQUENCE; they are a COSE key | SIG-3 \[SIG-7\]; SIG-WEBAUTHN-2 \[SIG-3, SIG-7\] |
//! | lengths, tags, unused bits, parameters where there are none, anything too much | SIG-7 |
//! | an algorithm that is none of a user's, plain RSA included | SIG-5 |
//! | the algorithm names a hash | SIG-EC-3 \[SIG-5\] |
//! | Ed25519 of another length than 32 bytes; no point | SIG-ED-1 \[SIG-7, SIG-ED-5\] |
//! | ECDSA with no named curve, or another one | SIG-EC-1 \[SIG-EC-2, SIG-7\] |
//! | a point in another form or of another length | SIG-EC-4 |
//! | a point that is not on its curve; one of P-256 named secp256k1 | SIG-EC-5; SIG-EC-2 \[SIG-EC-5\] |
//! | COSE: another algorithm; none; anything else | SIG-WEBAUTHN-1; SIG-WEBAUTHN-4; SIG-WEBAUTHN-3 |
//! | a COSE key named a canister's; a canister's named COSE | SIG-WEBAUTHN-2 \[CSIG-2\]; CSIG-1 \[SIG-WEBAUTHN-3\] |
//! | canister: the length of the id; a BLS key: its form, its point | CSIG-2; SDEL-5, CERT-4 |
//! | a BLS key checks a user's signature | SIG-5 |
//!
//! | flaw of a signature | clause |
//! |---|---|
//! | another length than 64 bytes | SIG-ED-2, SIG-EC-6, SIG-WEBAUTHN-11 |
//! | r or s out of range | SIG-EC-8 |
//! | it fits another separator, or none; one of another length | SIG-1; SIG-2 |
//! | it fits with the numbers written in another way | SIG-ED-3, SIG-EC-6 |
//! | it does not fit | SIG-ED-4, SIG-EC-7, SIG-WEBAUTHN-9, and SIG-WEBAUTHN-12 for RSA |
//! | WebAuthn: no CBOR, no tag; an unknown member (preset `spec`); the other members | SIG-WEBAUTHN-5; CBOR-10; SIG-WEBAUTHN-6 |
//! | client data; the challenge is no base64url; it is not the payload | SIG-WEBAUTHN-14; -8; -7 |
//! | ES256 is not DER; the length for RSA | SIG-WEBAUTHN-10; SIG-WEBAUTHN-12 |
//!
//! A verifier that cannot say why a signature does not fit may name any clause of the same scheme.

mod base64url;
mod cose;
mod der;
mod json;
mod plain;
mod spki;
mod webauthn;

use serde_json::{Value, json};

use crate::Operation;
use crate::context::{Context, Stop, Verdict};
use crate::crypto::bls_verify;
use crate::crypto::ecdsa::Curve;
use crate::crypto::rsa::rsa_verify;
use crate::input::{Fields, hex};

pub(crate) const OPERATIONS: &[(&str, Operation)] = &[
    ("key.decode", decode_operation),
    ("key.encode_canister", encode_operation),
    ("sig.verify", verify_operation),
];

pub(crate) const FAULTS: &[&str] = &[
    "SIG-1/no-separator",
    "SIG-1/other-separator",
    "SIG-2/length-plus-one",
    "SIG-2/no-length",
    "SIG-3/raw-ed25519",
    "SIG-4/wrapped",
    "SIG-5/any-algorithm",
    "SIG-5/bls",
    "SIG-5/no-secp256k1",
    "SIG-5/plain-rsa",
    "SIG-7/extra-element",
    "SIG-7/long-length",
    "SIG-7/null-parameters",
    "SIG-7/trailing",
    "SIG-7/unused-bits",
    "SIG-ED-1/any-length",
    "SIG-ED-1/off-curve",
    "SIG-ED-2/pads",
    "SIG-ED-2/truncates",
    "SIG-ED-3/big-endian-s",
    "SIG-ED-3/unreduced",
    "SIG-ED-4/off",
    "SIG-ED-4/prehash",
    "SIG-EC-1/no-curve",
    "SIG-EC-2/curve-mixup",
    "SIG-EC-3/accepts-hash",
    "SIG-EC-4/bare",
    "SIG-EC-4/compressed",
    "SIG-EC-4/hybrid",
    "SIG-EC-4/infinity",
    "SIG-EC-4/truncates",
    "SIG-EC-5/off-curve",
    "SIG-EC-5/reduces",
    "SIG-EC-6/der",
    "SIG-EC-6/little-endian",
    "SIG-EC-6/pads",
    "SIG-EC-6/swapped",
    "SIG-EC-6/truncates",
    "SIG-EC-7/double",
    "SIG-EC-7/off",
    "SIG-EC-7/unhashed",
    "SIG-EC-8/reduces",
    "SIG-EC-8/x-unreduced",
    "SIG-EC-8/zero",
    "SIG-EC-9/low-s-only",
    "SIG-WEBAUTHN-1/es256k",
    "SIG-WEBAUTHN-1/es384",
    "SIG-WEBAUTHN-1/no-eddsa",
    "SIG-WEBAUTHN-1/no-rs256",
    "SIG-WEBAUTHN-1/ps256",
    "SIG-WEBAUTHN-2/bare-cose",
    "SIG-WEBAUTHN-2/canister-oid",
    "SIG-WEBAUTHN-3/65537-only",
    "SIG-WEBAUTHN-3/closed",
    "SIG-WEBAUTHN-3/curve-unchecked",
    "SIG-WEBAUTHN-3/even-exponent",
    "SIG-WEBAUTHN-3/even-modulus",
    "SIG-WEBAUTHN-3/exponent-one",
    "SIG-WEBAUTHN-3/key-ops-ignored",
    "SIG-WEBAUTHN-3/long-coordinate",
    "SIG-WEBAUTHN-3/off-curve",
    "SIG-WEBAUTHN-3/max-4096",
    "SIG-WEBAUTHN-3/ordered",
    "SIG-WEBAUTHN-3/repeated-label",
    "SIG-WEBAUTHN-3/short-coordinate",
    "SIG-WEBAUTHN-3/sign-bit",
    "SIG-WEBAUTHN-3/trailing",
    "SIG-WEBAUTHN-3/type-unchecked",
    "SIG-WEBAUTHN-3/zeros-refused",
    "SIG-WEBAUTHN-4/default-alg",
    "SIG-WEBAUTHN-5/any-tag",
    "SIG-WEBAUTHN-5/tag-always",
    "SIG-WEBAUTHN-5/trailing",
    "SIG-WEBAUTHN-5/untagged",
    "SIG-WEBAUTHN-6/data-as-bytes",
    "SIG-WEBAUTHN-6/last-wins",
    "SIG-WEBAUTHN-6/optional",
    "SIG-WEBAUTHN-6/text-blobs",
    "SIG-WEBAUTHN-6/text-only",
    "SIG-WEBAUTHN-7/hashed",
    "SIG-WEBAUTHN-7/no-separator",
    "SIG-WEBAUTHN-7/off",
    "SIG-WEBAUTHN-7/prefix",
    "SIG-WEBAUTHN-8/standard-alphabet",
    "SIG-WEBAUTHN-8/unused-bits",
    "SIG-WEBAUTHN-9/off",
    "SIG-WEBAUTHN-9/reserialised",
    "SIG-WEBAUTHN-9/swapped",
    "SIG-WEBAUTHN-10/loose",
    "SIG-WEBAUTHN-10/raw",
    "SIG-WEBAUTHN-11/truncates",
    "SIG-WEBAUTHN-11/wrapped",
    "SIG-WEBAUTHN-12/256-bytes",
    "SIG-WEBAUTHN-12/any-hash",
    "SIG-WEBAUTHN-12/bare-hash",
    "SIG-WEBAUTHN-12/long",
    "SIG-WEBAUTHN-12/loose-padding",
    "SIG-WEBAUTHN-12/off",
    "SIG-WEBAUTHN-12/pss",
    "SIG-WEBAUTHN-12/short",
    "SIG-WEBAUTHN-12/unreduced",
    "SIG-WEBAUTHN-13/data-parsed",
    "SIG-WEBAUTHN-13/flags-checked",
    "SIG-WEBAUTHN-13/origin-checked",
    "SIG-WEBAUTHN-13/type-checked",
    "SIG-WEBAUTHN-13/verification-required",
    "SIG-WEBAUTHN-14/bom",
    "SIG-WEBAUTHN-14/escapes",
    "SIG-WEBAUTHN-14/first-challenge-wins",
    "SIG-WEBAUTHN-14/last-challenge-wins",
    "SIG-WEBAUTHN-14/lossy",
    "SIG-WEBAUTHN-14/names-free",
    "SIG-WEBAUTHN-14/no-challenge",
    "SIG-WEBAUTHN-14/trailing",
    "SIG-WEBAUTHN-14/trailing-comma",
    "SIG-WEBAUTHN-15/reencoded",
    "SIG-WEBAUTHN-16/requests-only",
    "CSIG-1/cose-oid",
    "CSIG-2/long-id",
    "CSIG-2/short-body",
    "CSIG-3/empty-rejected",
    "CSIG-3/max-32",
];

/// A public key of a scheme that the specification knows.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the list of schemes is closed")]
pub enum Key {
    /// 32 bytes.
    Ed25519(Vec<u8>),
    /// The point `04`, x, y.
    P256(Vec<u8>),
    /// The point `04`, x, y.
    Secp256k1(Vec<u8>),
    /// A key of an authenticator.
    Cose(Cose),
    /// A key of canister signatures.
    Canister {
        /// The canister.
        id: Vec<u8>,
        /// Which of its keys.
        seed: Vec<u8>,
    },
    /// 96 bytes.
    Bls(Vec<u8>),
}

/// A key of an authenticator.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the list of algorithms is closed")]
pub enum Cose {
    /// The point `04`, x, y.
    Es256(Vec<u8>),
    /// An RSA key.
    Rs256 {
        /// The modulus, big-endian.
        n: Vec<u8>,
        /// The exponent, big-endian.
        e: Vec<u8>,
    },
    /// 32 bytes.
    Ed25519(Vec<u8>),
}

fn decode_operation(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["spki"])?;
    let scheme = match parse_key(ctx, &fields.bytes("spki")?)? {
        Key::Ed25519(_) => "ed25519",
        Key::P256(_) => "ecdsa_p256",
        Key::Secp256k1(_) => "ecdsa_secp256k1",
        Key::Cose(Cose::Es256(_)) => "webauthn_es256",
        Key::Cose(Cose::Rs256 { .. }) => "webauthn_rs256",
        Key::Cose(Cose::Ed25519(_)) => "webauthn_ed25519",
        Key::Bls(_) => "bls12_381",
        Key::Canister { id, seed } => {
            let (id, seed) = (hex(&id), hex(&seed));
            return Ok(json!({"scheme": "canister", "canister_id": id, "seed": seed}));
        }
    };
    Ok(json!({"scheme": scheme}))
}

fn encode_operation(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["canister_id", "seed"])?;
    let spki = spki::encode_canister(ctx, &fields.bytes("canister_id")?, &fields.bytes("seed")?)?;
    Ok(json!({"spki": hex(&spki)}))
}

fn verify_operation(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["spki", "payload", "signature", "root_key"])?;
    let (key, payload) = (fields.bytes("spki")?, fields.bytes("payload")?);
    let (signature, root_key) = (
        fields.bytes("signature")?,
        fields.optional_bytes("root_key")?,
    );
    verify(ctx, &key, &payload, &signature, root_key.as_deref())?;
    Ok(json!({}))
}

/// Checks that `signature` is valid for `payload` under the key that `key` is the DER form of.
///
/// # Errors
///
/// Returns the violated clauses.
pub fn verify(
    ctx: &Context<'_>,
    key: &[u8],
    payload: &[u8],
    signature: &[u8],
    root_key: Option<&[u8]>,
) -> Result<(), Stop> {
    if ctx.has("SIG-5/plain-rsa")
        && let Some((n, e)) = parse_plain_rsa(key)
    {
        return if rsa_verify(&n, &e, payload, signature) {
            Ok(())
        } else {
            Err(Stop::violated("SIG-5"))
        };
    }
    let key = parse_key(ctx, key)?;
    let verify = |signature: &[u8]| verify_with(ctx, &key, payload, signature, root_key);
    match unwrapped(signature) {
        Some(inner) if ctx.has("SIG-4/wrapped") => verify(&inner),
        Some(inner) if verify(&inner).is_ok() => Err(Stop::violated("SIG-4")),
        _ => verify(signature),
    }
}

fn verify_with(
    ctx: &Context<'_>,
    key: &Key,
    payload: &[u8],
    signature: &[u8],
    root_key: Option<&[u8]>,
) -> Result<(), Stop> {
    match key {
        Key::Ed25519(point) => plain::verify_ed25519(ctx, point, payload, signature),
        Key::P256(point) => plain::verify_ecdsa(ctx, Curve::P256, point, payload, signature),
        Key::Secp256k1(point) => {
            plain::verify_ecdsa(ctx, Curve::Secp256k1, point, payload, signature)
        }
        Key::Cose(key) => webauthn::verify(ctx, key, payload, signature),
        Key::Canister { id, seed } => {
            crate::csig::verify(ctx, id, seed, payload, signature, root_key)
        }
        Key::Bls(key) if ctx.has("SIG-5/bls") && bls_verify(key, payload, signature) => Ok(()),
        Key::Bls(_) => Err(Stop::violated("SIG-5")),
    }
}

/// The content of a CBOR byte string, which some take a signature for.
fn unwrapped(signature: &[u8]) -> Option<Vec<u8>> {
    match crate::cbor::decode(signature) {
        Ok(crate::cbor::Item::Bytes(inner)) => Some(inner),
        _ => None,
    }
}

/// The key that `spki` is the DER form of, BLS keys included.
///
/// # Errors
///
/// Returns the violated clauses.
pub fn parse_key(ctx: &Context<'_>, spki: &[u8]) -> Result<Key, Stop> {
    spki::parse(ctx, spki)
}

/// The bytes that a principal is the hash of: `spki`, but for a mistake.
pub(crate) fn hashed_key(ctx: &Context<'_>, spki: &[u8]) -> Vec<u8> {
    let written = ctx.has("SIG-WEBAUTHN-15/reencoded");
    let key = written.then(|| spki::reencoded(ctx, spki)).flatten();
    key.unwrap_or_else(|| spki.to_vec())
}

/// Modulus and exponent of a plain RSA key in DER, if they are as policy `rsa.modulus` has it.
#[must_use]
pub fn parse_plain_rsa(spki: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    spki::plain_rsa(&Context::new(None, crate::Preset::Spec), spki)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Preset;
    use crate::crypto::ed25519::{ed25519_public_key, ed25519_sign};
    use crate::crypto::test_seed;
    use crate::input::unhex;

    const PLAIN: Context<'_> = Context::new(None, Preset::Spec);

    fn decoded(spki: &str) -> Verdict {
        decode_operation(&PLAIN, &json!({"spki": spki}))
    }

    #[test]
    fn decodes_the_keys_of_the_specification() {
        // The example of section "Web Authentication".
        let cose = "305e300c060a2b0601040183b8430101034e00a50102032620012158207ffd83632072fd1bfeaf3fbaa43146e0ef95c3f55e3994a41bbf2b5174d771da22582032497eed0a7f6f000928765b8318162cfd80a94e525a6a368c2363063d04e6ed";
        assert_eq!(decoded(cose), Ok(json!({"scheme": "webauthn_es256"})));
        let canister = "301d300c060a2b0601040183b8430102030d000a0000000000000007010100";
        let parts = json!({"canister_id": "00000000000000070101", "seed": "00"});
        let output =
            json!({"scheme": "canister", "canister_id": "00000000000000070101", "seed": "00"});
        assert_eq!(decoded(canister), Ok(output));
        let encoded = encode_operation(&PLAIN, &parts);
        assert_eq!(encoded, Ok(json!({"spki": canister})));
    }

    #[test]
    fn names_the_clause_that_explains_a_signature() {
        let seed = test_seed("ed25519/user");
        let head = unhex("302a300506032b6570032100").unwrap();
        let spki = [head, ed25519_public_key(&seed).to_vec()].concat();
        let payload = b"\x0aic-request and what it is about";
        let verified = |signed: &[u8]| {
            let signature = ed25519_sign(&seed, signed);
            verify(&PLAIN, &spki, payload, &signature, None)
        };
        assert_eq!(verified(payload), Ok(()));
        for (signed, clause) in [
            (&payload[11..], "SIG-1"),
            (&payload[1..], "SIG-2"),
            (b"something else", "SIG-ED-4"),
        ] {
            assert_eq!(verified(signed), Err(Stop::violated(clause)));
        }
    }

    #[test]
    fn writes_cose_keys_in_order_for_a_mistake_only() {
        let faulty = Context::new(Some("SIG-WEBAUTHN-15/reencoded"), Preset::Spec);
        let reversed = unhex("3016300c060a2b0601040183b8430101030600a203260102").unwrap();
        let ordered = unhex("3016300c060a2b0601040183b8430101030600a201020326").unwrap();
        assert_eq!(hashed_key(&faulty, &reversed), ordered);
        assert_eq!(hashed_key(&faulty, &ordered), ordered);
        assert_eq!(hashed_key(&PLAIN, &reversed), reversed);
    }
}
