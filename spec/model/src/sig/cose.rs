//! COSE keys: RFC 8152, section 13, and RFC 8230, section 4.

use super::Cose;
use crate::cbor::{self, Item};
use crate::context::{Context, Stop};
use crate::crypto::ecdsa::{Curve, ecdsa_decompress, ecdsa_point_valid};
use crate::crypto::ed25519::ed25519_point_valid;
use crate::crypto::rsa::{RSA_EXPONENT, rsa_bits};

const ALGORITHM: &str = "SIG-WEBAUTHN-1";
const CONTENT: &str = "SIG-WEBAUTHN-3";
const NO_ALGORITHM: &str = "SIG-WEBAUTHN-4";

/// The most members of a map. Source: policy `cbor.map_entries`.
const MOST_MEMBERS: usize = 64;

/// The key that `bytes` are the COSE form of.
pub(super) fn parse(ctx: &Context<'_>, bytes: &[u8]) -> Result<Cose, Stop> {
    let decoded = if ctx.has("SIG-WEBAUTHN-3/trailing") {
        cbor::decode_first(bytes).map(|(item, _)| item)
    } else {
        cbor::decode(bytes)
    };
    let item = decoded.map_err(|_| Stop::violated(CONTENT))?;
    let Item::Map(entries) = item else {
        return Err(Stop::violated(CONTENT));
    };
    let key = Members(&entries);
    let is_sound = key.are_labels()
        && entries.len() <= MOST_MEMBERS
        && (key.is_ordered() || !ctx.has("SIG-WEBAUTHN-3/ordered"))
        && (key.is_closed() || !ctx.has("SIG-WEBAUTHN-3/closed"));
    let repeats = key.repeats() && !ctx.has("SIG-WEBAUTHN-3/repeated-label");
    require(is_sound && !repeats, CONTENT)?;

    let kind = match key.integer(1) {
        None if ctx.has("SIG-WEBAUTHN-3/type-unchecked") => 0,
        kind => kind.ok_or_else(|| Stop::violated(CONTENT))?,
    };
    let algorithm = match key.value(3) {
        None if ctx.has("SIG-WEBAUTHN-4/default-alg") => match kind {
            1 => EDDSA,
            2 => ES256,
            _ => RS256,
        },
        None => return Err(Stop::violated(NO_ALGORITHM)),
        Some(_) => key.integer(3).ok_or_else(|| Stop::violated(CONTENT))?,
    };
    let algorithm = known(ctx, algorithm).ok_or_else(|| Stop::violated(ALGORITHM))?;
    let fits = match algorithm {
        EDDSA => kind == 1,
        RS256 => kind == 3,
        _ => kind == 2,
    };
    require(fits || ctx.has("SIG-WEBAUTHN-3/type-unchecked"), CONTENT)?;
    let operations = key.value(4).and_then(Item::as_text);
    let may_sign = key.value(4).is_none() || operations == Some("verify");
    let checked = ctx.is_replica() && !ctx.has("SIG-WEBAUTHN-3/key-ops-ignored");
    require(may_sign || !checked, CONTENT)?;

    let read = match algorithm {
        EDDSA => okp(ctx, key),
        RS256 => rsa(ctx, key),
        _ => ec2(ctx, key, algorithm),
    };
    read.ok_or_else(|| Stop::violated(CONTENT))
}

const ES256: i128 = -7;
const EDDSA: i128 = -8;
const ES384: i128 = -35;
const PS256: i128 = -37;
const ES256K: i128 = -47;
const RS256: i128 = -257;

/// One of the three algorithms, or one that is mistaken for one.
fn known(ctx: &Context<'_>, algorithm: i128) -> Option<i128> {
    match algorithm {
        EDDSA if ctx.has("SIG-WEBAUTHN-1/no-eddsa") => None,
        RS256 if ctx.has("SIG-WEBAUTHN-1/no-rs256") => None,
        ES256 | EDDSA | RS256 => Some(algorithm),
        ES256K => ctx.has("SIG-WEBAUTHN-1/es256k").then_some(ES256K),
        ES384 => ctx.has("SIG-WEBAUTHN-1/es384").then_some(ES384),
        PS256 => ctx.has("SIG-WEBAUTHN-1/ps256").then_some(RS256),
        _ => None,
    }
}

fn okp(ctx: &Context<'_>, key: Members<'_>) -> Option<Cose> {
    let is_curve = key.integer(-1) == Some(6) || ctx.has("SIG-WEBAUTHN-3/curve-unchecked");
    let point = coordinate(ctx, key.bytes(-2)?)?;
    let is_valid = ed25519_point_valid(&point) || ctx.has("SIG-WEBAUTHN-3/off-curve");
    (is_curve && is_valid).then_some(Cose::Ed25519(point))
}

fn ec2(ctx: &Context<'_>, key: Members<'_>, algorithm: i128) -> Option<Cose> {
    let x = key.bytes(-2)?;
    let (curve, expected) = match algorithm {
        ES256K => (Curve::Secp256k1, 8),
        ES384 => return Some(Cose::Es256(x.to_vec())),
        _ => (Curve::P256, 1),
    };
    let is_curve = key.integer(-1) == Some(expected) || ctx.has("SIG-WEBAUTHN-3/curve-unchecked");
    if ctx.has("SIG-WEBAUTHN-3/sign-bit")
        && let Some(form) = match key.value(-3) {
            None | Some(Item::Simple(20)) => Some(2),
            Some(Item::Simple(21)) => Some(3),
            Some(_) => None,
        }
    {
        let compressed = [&[form], x].concat();
        return Some(Cose::Es256(ecdsa_decompress(curve, &compressed)?.to_vec()));
    }
    let (x, y) = (coordinate(ctx, x)?, coordinate(ctx, key.bytes(-3)?)?);
    let point = [[4].as_slice(), &x, &y].concat();
    let is_valid = ecdsa_point_valid(curve, &point) || ctx.has("SIG-WEBAUTHN-3/off-curve");
    (is_curve && is_valid).then_some(Cose::Es256(point))
}

/// 32 bytes.
fn coordinate(ctx: &Context<'_>, bytes: &[u8]) -> Option<Vec<u8>> {
    let missing = 32_usize.checked_sub(bytes.len());
    match (missing, bytes) {
        (Some(0), _) => Some(bytes.to_vec()),
        (Some(zeros), _) if ctx.has("SIG-WEBAUTHN-3/short-coordinate") => {
            Some([vec![0; zeros].as_slice(), bytes].concat())
        }
        (None, [0, number @ ..]) if ctx.has("SIG-WEBAUTHN-3/long-coordinate") => {
            coordinate(ctx, number)
        }
        _ => None,
    }
}

fn rsa(ctx: &Context<'_>, key: Members<'_>) -> Option<Cose> {
    let number = |label| {
        let bytes = key.bytes(label)?;
        let number = without_zeros(bytes);
        // Policy `cose.leading_zeros`.
        let takes_zeros = ctx.is_replica() && !ctx.has("SIG-WEBAUTHN-3/zeros-refused");
        let is_shortest = bytes.len() == number.len() || takes_zeros;
        is_shortest.then(|| number.to_vec())
    };
    let (n, e) = (number(-1)?, number(-2)?);
    let is_usual = (e == RSA_EXPONENT || !ctx.has("SIG-WEBAUTHN-3/65537-only"))
        && (rsa_bits(&n) <= 4096 || !ctx.has("SIG-WEBAUTHN-3/max-4096"));
    (is_usual && is_allowed(ctx, &n, &e)).then_some(Cose::Rs256 { n, e })
}

fn without_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

/// Whether an RSA key is one of RFC 8017, section 3.1, and of policy `rsa.modulus`.
pub(super) fn is_allowed(ctx: &Context<'_>, n: &[u8], e: &[u8]) -> bool {
    let is_odd = |number: &[u8]| number.last().is_some_and(|byte| byte & 1 == 1);
    let is_one = e == [1];
    (2048..=8192).contains(&rsa_bits(n))
        && rsa_bits(e) <= 33
        && (is_odd(n) || ctx.has("SIG-WEBAUTHN-3/even-modulus"))
        && (is_odd(e) || ctx.has("SIG-WEBAUTHN-3/even-exponent"))
        && (!is_one || ctx.has("SIG-WEBAUTHN-3/exponent-one"))
        && rsa_bits(e) > 0
}

fn require(holds: bool, clause: &'static str) -> Result<(), Stop> {
    if holds {
        Ok(())
    } else {
        Err(Stop::violated(clause))
    }
}

/// The members of a COSE key.
#[derive(Clone, Copy)]
struct Members<'a>(&'a [(Item, Item)]);

impl<'a> Members<'a> {
    /// Whether every label is an integer or a text.
    fn are_labels(self) -> bool {
        let is_label = |label: &Item| integer(label).is_some() || matches!(label, Item::Text(_));
        self.0.iter().all(|(label, _)| is_label(label))
    }

    /// Whether the labels come as RFC 8949, section 4.2.1, orders them.
    fn is_ordered(self) -> bool {
        self.0.is_sorted_by_key(|(label, _)| label.encode())
    }

    /// Whether no label is without a meaning.
    fn is_closed(self) -> bool {
        let known = |label| matches!(integer(label), Some(1 | 3 | 4 | -1 | -2 | -3));
        self.0.iter().all(|(label, _)| known(label))
    }

    fn repeats(self) -> bool {
        self.0.iter().enumerate().any(|(index, (label, _))| {
            let earlier = self.0.iter().take(index);
            earlier.into_iter().any(|(known, _)| known == label)
        })
    }

    /// The last value of a label: there is one, but for a mistake.
    fn value(self, label: i128) -> Option<&'a Item> {
        let mut entries = self.0.iter().rev();
        entries
            .find(|(known, _)| integer(known) == Some(label))
            .map(|(_, value)| value)
    }

    fn integer(self, label: i128) -> Option<i128> {
        integer(self.value(label)?)
    }

    fn bytes(self, label: i128) -> Option<&'a [u8]> {
        self.value(label)?.as_bytes()
    }
}

fn integer(item: &Item) -> Option<i128> {
    match item {
        Item::Unsigned(value) => Some(i128::from(*value)),
        Item::Negative(value) => (-1_i128).checked_sub(i128::from(*value)),
        _ => None,
    }
}
