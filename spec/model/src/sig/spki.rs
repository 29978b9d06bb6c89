//! SubjectPublicKeyInfo.

use super::der::{self, BIT_STRING, Element, OBJECT_IDENTIFIER, SEQUENCE};
use super::{Cose, Key, cose};
use crate::cbor::{self, Item};
use crate::certificate::DER_PREFIX;
use crate::context::{Context, Stop};
use crate::crypto::ecdsa::{Curve, ecdsa_decompress, ecdsa_modulus, ecdsa_point_valid};
use crate::crypto::ed25519::ed25519_point_valid;
use crate::crypto::rsa::rsa_subtract;
use crate::crypto::{bls_key_form, bls_key_group};

const FORM: &str = "SIG-7";
const CLOSED: &str = "SIG-5";

const ED25519: &[u8] = b"\x2b\x65\x70";
const EC: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";
const ECDSA_SHA256: &[u8] = b"\x2a\x86\x48\xce\x3d\x04\x03\x02";
const P256: &[u8] = b"\x2a\x86\x48\xce\x3d\x03\x01\x07";
const SECP256K1: &[u8] = b"\x2b\x81\x04\x00\x0a";
const COSE: &[u8] = b"\x2b\x06\x01\x04\x01\x83\xb8\x43\x01\x01";
const CANISTER: &[u8] = b"\x2b\x06\x01\x04\x01\x83\xb8\x43\x01\x02";
const BLS: &[u8] = b"\x2b\x06\x01\x04\x01\x82\xdc\x7c\x05\x03\x01\x02\x01";
const RSA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";

/// The longest canister id: PRIN-1.
const LONGEST_ID: usize = 29;

/// The parts of a key.
struct Info<'a> {
    algorithm: &'a [u8],
    parameters: Vec<Element<'a>>,
    content: &'a [u8],
}

pub(super) fn parse(ctx: &Context<'_>, spki: &[u8]) -> Result<Key, Stop> {
    if ctx.has("SIG-3/raw-ed25519") && spki.len() == 32 {
        return Ok(Key::Ed25519(spki.to_vec()));
    }
    if spki.first() != Some(&SEQUENCE) {
        return match cose::parse(ctx, spki) {
            Ok(key) if ctx.has("SIG-WEBAUTHN-2/bare-cose") => Ok(Key::Cose(key)),
            Ok(_) => Err(Stop::violated("SIG-WEBAUTHN-2")),
            Err(_) => Err(Stop::violated("SIG-3")),
        };
    }
    let info = info(ctx, spki).ok_or_else(|| Stop::violated(FORM))?;
    match info.algorithm {
        ED25519 => {
            without_parameters(ctx, &info)?;
            ed25519(ctx, info.content)
        }
        EC => ecdsa(ctx, &info),
        ECDSA_SHA256 if ctx.has("SIG-EC-3/accepts-hash") => ecdsa(ctx, &info),
        ECDSA_SHA256 => Err(Stop::violated("SIG-EC-3")),
        COSE => {
            without_parameters(ctx, &info)?;
            cose_key(ctx, info.content)
        }
        CANISTER => {
            without_parameters(ctx, &info)?;
            canister_or_cose(ctx, info.content)
        }
        BLS => bls(spki),
        RSA if ctx.has("SIG-5/plain-rsa") => {
            let (n, e) = plain_rsa(ctx, spki).ok_or_else(|| Stop::violated(CLOSED))?;
            Ok(Key::Cose(Cose::Rs256 { n, e }))
        }
        _ if ctx.has("SIG-5/any-algorithm") => ed25519(ctx, info.content),
        _ => Err(Stop::violated(CLOSED)),
    }
}

/// Modulus and exponent of an rsaEncryption key (RFC 3279, section 2.3.1).
pub(super) fn plain_rsa(ctx: &Context<'_>, spki: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let info = info(ctx, spki)?;
    let is_null = |element: &Element<'_>| element.tag == 5 && element.content.is_empty();
    let [parameter] = info.parameters.as_slice() else {
        return None;
    };
    let (sequence, rest) = der::first(ctx, info.content)?;
    let numbers = der::all(ctx, sequence.content)?;
    let [n, e] = numbers.as_slice() else {
        return None;
    };
    let (n, e) = (der::natural(*n)?, der::natural(*e)?);
    let is_form = info.algorithm == RSA && is_null(parameter) && rest.is_empty();
    (is_form && sequence.tag == SEQUENCE && cose::is_allowed(ctx, n, e))
        .then(|| (n.to_vec(), e.to_vec()))
}

/// The key of a canister's signatures with this seed.
pub(super) fn encode_canister(ctx: &Context<'_>, id: &[u8], seed: &[u8]) -> Result<Vec<u8>, Stop> {
    let length = u8::try_from(id.len()).map_err(|_| Stop::violated("CSIG-2"))?;
    let content = [&[0, length], id, seed].concat();
    canister(ctx, content.get(1..).unwrap_or_default())?;
    let algorithm = element(SEQUENCE, &element(OBJECT_IDENTIFIER, CANISTER));
    let parts = [algorithm, element(BIT_STRING, &content)];
    Ok(element(SEQUENCE, &parts.concat()))
}

/// The key with the labels of its COSE map in canonical order. `None` if it is no COSE key.
pub(super) fn reencoded(ctx: &Context<'_>, spki: &[u8]) -> Option<Vec<u8>> {
    let info = info(ctx, spki)?;
    let Ok(Item::Map(mut entries)) = cbor::decode(info.content) else {
        return None;
    };
    entries.sort_by_key(|(label, _)| label.encode());
    let content = [&[0], Item::Map(entries).encode().as_slice()].concat();
    let algorithm = element(SEQUENCE, &element(OBJECT_IDENTIFIER, info.algorithm));
    let parts = [algorithm, element(BIT_STRING, &content)];
    (info.algorithm == COSE).then(|| element(SEQUENCE, &parts.concat()))
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let bytes: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let head = match bytes.as_slice() {
        [] => vec![tag, 0],
        [short @ 0..0x80] => vec![tag, *short],
        // At most eight bytes.
        long => [&[tag, 0x80 | u8::try_from(long.len()).unwrap_or(0)], long].concat(),
    };
    [head.as_slice(), content].concat()
}

fn info<'a>(ctx: &Context<'_>, spki: &'a [u8]) -> Option<Info<'a>> {
    let (outer, rest) = der::first(ctx, spki)?;
    let elements = der::all(ctx, outer.content)?;
    let (algorithm, key) = match elements.as_slice() {
        [algorithm, key] => (algorithm, key),
        [algorithm, key, ..] if ctx.has("SIG-7/extra-element") => (algorithm, key),
        _ => return None,
    };
    let inner = der::all(ctx, algorithm.content)?;
    let (identifier, parameters) = inner.split_first()?;
    let (unused, content) = key.content.split_first()?;
    let is_form = outer.tag == SEQUENCE
        && algorithm.tag == SEQUENCE
        && identifier.tag == OBJECT_IDENTIFIER
        && key.tag == BIT_STRING;
    let is_whole = rest.is_empty() || ctx.has("SIG-7/trailing");
    let is_bytes = *unused == 0 || ctx.has("SIG-7/unused-bits");
    (is_form && is_whole && is_bytes).then(|| Info {
        algorithm: identifier.content,
        parameters: parameters.to_vec(),
        content,
    })
}

fn without_parameters(ctx: &Context<'_>, info: &Info<'_>) -> Result<(), Stop> {
    match info.parameters.as_slice() {
        [] => Ok(()),
        [null] if null.tag == 5 && ctx.has("SIG-7/null-parameters") => Ok(()),
        _ => Err(Stop::violated(FORM)),
    }
}

fn ed25519(ctx: &Context<'_>, content: &[u8]) -> Result<Key, Stop> {
    let is_long = content.len() == 32 || ctx.has("SIG-ED-1/any-length");
    let is_point = ed25519_point_valid(content)
        || ctx.has("SIG-ED-1/any-length")
        || ctx.has("SIG-ED-1/off-curve");
    (is_long && is_point)
        .then(|| Key::Ed25519(content.to_vec()))
        .ok_or_else(|| Stop::violated("SIG-ED-1"))
}

fn ecdsa(ctx: &Context<'_>, info: &Info<'_>) -> Result<Key, Stop> {
    let named = |oid: &[u8]| match oid {
        P256 => Some(Curve::P256),
        SECP256K1 if !ctx.has("SIG-5/no-secp256k1") => Some(Curve::Secp256k1),
        _ => None,
    };
    let curve = match info.parameters.as_slice() {
        [curve] if curve.tag == OBJECT_IDENTIFIER => named(curve.content),
        _ => None,
    };
    let curve = match curve {
        None if ctx.has("SIG-EC-1/no-curve") => Some(Curve::P256),
        curve => curve,
    };
    let curve = curve.ok_or_else(|| Stop::violated("SIG-EC-1"))?;
    let point = uncompressed(ctx, curve, info.content)?;
    if point == [0] {
        return Ok(of_curve(curve, point));
    }
    let is_on = |curve| ecdsa_point_valid(curve, &point);
    let other = match curve {
        Curve::P256 => Curve::Secp256k1,
        Curve::Secp256k1 => Curve::P256,
    };
    match curve {
        curve if is_on(curve) => Ok(of_curve(curve, point)),
        _ if is_on(other) && ctx.has("SIG-EC-2/curve-mixup") => Ok(of_curve(other, point)),
        Curve::Secp256k1 if is_on(other) => Err(Stop::violated("SIG-EC-2")),
        curve if ctx.has("SIG-EC-5/off-curve") => Ok(of_curve(curve, point)),
        curve => match reduced(curve, &point) {
            Some(point) if ctx.has("SIG-EC-5/reduces") => Ok(of_curve(curve, point)),
            _ => Err(Stop::violated("SIG-EC-5")),
        },
    }
}

const fn of_curve(curve: Curve, point: Vec<u8>) -> Key {
    match curve {
        Curve::P256 => Key::P256(point),
        Curve::Secp256k1 => Key::Secp256k1(point),
    }
}

/// The point `04`, x, y.
fn uncompressed(ctx: &Context<'_>, curve: Curve, content: &[u8]) -> Result<Vec<u8>, Stop> {
    let point = match content {
        [4, rest @ ..] if rest.len() == 64 => Some(content.to_vec()),
        [6 | 7, rest @ ..] if rest.len() == 64 && ctx.has("SIG-EC-4/hybrid") => {
            Some([&[4], rest].concat())
        }
        [2 | 3, ..] if content.len() == 33 && ctx.has("SIG-EC-4/compressed") => {
            ecdsa_decompress(curve, content).map(Vec::from)
        }
        [0] if ctx.has("SIG-EC-4/infinity") => Some(content.to_vec()),
        [4, ..] if ctx.has("SIG-EC-4/truncates") => content.get(..65).map(<[u8]>::to_vec),
        _ if content.len() == 64 && ctx.has("SIG-EC-4/bare") => Some([&[4], content].concat()),
        _ => None,
    };
    point.ok_or_else(|| Stop::violated("SIG-EC-4"))
}

/// The point whose coordinate x is written as x plus the field modulus.
fn reduced(curve: Curve, point: &[u8]) -> Option<Vec<u8>> {
    let (x, y) = point.get(1..)?.split_at_checked(32)?;
    let x = rsa_subtract(x, &ecdsa_modulus(curve))?;
    let zeros = vec![0; 32_usize.checked_sub(x.len())?];
    let point = [[4].as_slice(), &zeros, &x, y].concat();
    ecdsa_point_valid(curve, &point).then_some(point)
}

fn cose_key(ctx: &Context<'_>, content: &[u8]) -> Result<Key, Stop> {
    match cose::parse(ctx, content) {
        Err(_) if canister(ctx, content).is_ok() => {
            if ctx.has("CSIG-1/cose-oid") {
                return canister(ctx, content);
            }
            Err(Stop::violated("CSIG-1"))
        }
        key => key.map(Key::Cose),
    }
}

fn canister_or_cose(ctx: &Context<'_>, content: &[u8]) -> Result<Key, Stop> {
    match (canister(ctx, content), cose::parse(ctx, content)) {
        (Err(_), Ok(key)) if ctx.has("SIG-WEBAUTHN-2/canister-oid") => Ok(Key::Cose(key)),
        (Err(_), Ok(_)) => Err(Stop::violated("SIG-WEBAUTHN-2")),
        (key, _) => key,
    }
}

fn canister(ctx: &Context<'_>, content: &[u8]) -> Result<Key, Stop> {
    let malformed = || Stop::violated("CSIG-2");
    let (length, rest) = content.split_first().ok_or_else(malformed)?;
    let mut length = usize::from(*length);
    let longest = LONGEST_ID.saturating_add(usize::from(ctx.has("CSIG-2/long-id")));
    if length > longest {
        return Err(malformed());
    }
    if ctx.has("CSIG-2/short-body") {
        length = length.min(rest.len());
    }
    let (id, seed) = rest.split_at_checked(length).ok_or_else(malformed)?;
    if (seed.is_empty() && ctx.has("CSIG-3/empty-rejected"))
        || (seed.len() > 32 && ctx.has("CSIG-3/max-32"))
    {
        return Err(Stop::violated("CSIG-3"));
    }
    Ok(Key::Canister {
        id: id.to_vec(),
        seed: seed.to_vec(),
    })
}

fn bls(spki: &[u8]) -> Result<Key, Stop> {
    let key = spki
        .strip_prefix(DER_PREFIX)
        .filter(|key| key.len() == 96)
        .ok_or_else(|| Stop::violated("SDEL-5"))?;
    let is_valid = bls_key_form(key) && bls_key_group(key);
    is_valid
        .then(|| Key::Bls(key.to_vec()))
        .ok_or_else(|| Stop::violated("CERT-4"))
}
