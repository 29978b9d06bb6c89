//! ECDSA with SHA-256 on P-256 and secp256k1: FIPS 186-5, nonces of RFC 6979.

use ark_ec::short_weierstrass::{Affine, Projective, SWCurveConfig};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{BigInteger, Field, PrimeField, Zero};

use super::{memoised, sha256, sha256_of};

/// The curves of plain ECDSA keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the specification has two")]
pub enum Curve {
    /// NIST P-256, secp256r1.
    P256,
    /// secp256k1.
    Secp256k1,
}

type P256 = ark_secp256r1::Config;
type K256 = ark_secp256k1::Config;

/// The public key of the secret key `seed`, read as a big-endian number modulo the group order:
/// `04`, x, y.
#[must_use]
pub fn ecdsa_public_point(curve: Curve, seed: &[u8; 32]) -> [u8; 65] {
    match curve {
        Curve::P256 => public_point::<P256>(seed),
        Curve::Secp256k1 => public_point::<K256>(seed),
    }
}

/// The signature r‖s on `message` by the secret key `seed`. s is as it comes, high or low.
#[must_use]
pub fn ecdsa_sign(curve: Curve, seed: &[u8; 32], message: &[u8]) -> [u8; 64] {
    ecdsa_sign_digest(curve, seed, &sha256(message))
}

/// As [`ecdsa_sign`], for a message hashed by the caller.
#[must_use]
pub fn ecdsa_sign_digest(curve: Curve, seed: &[u8; 32], digest: &[u8; 32]) -> [u8; 64] {
    match curve {
        Curve::P256 => sign::<P256>(seed, digest),
        Curve::Secp256k1 => sign::<K256>(seed, digest),
    }
}

/// Whether `point` is `04`, x, y with coordinates below the field modulus, on the curve.
#[must_use]
pub fn ecdsa_point_valid(curve: Curve, point: &[u8]) -> bool {
    memoised(&[b"ecdsa point", &[tag(curve)], point], || match curve {
        Curve::P256 => read_point::<P256>(point).is_some(),
        Curve::Secp256k1 => read_point::<K256>(point).is_some(),
    })
}

/// Whether `signature`, r‖s, is valid for `message` under the key `point`.
#[must_use]
pub fn ecdsa_verify(curve: Curve, point: &[u8], message: &[u8], signature: &[u8]) -> bool {
    ecdsa_verify_digest(curve, point, &sha256(message), signature)
}

/// As [`ecdsa_verify`], for a message hashed by the caller.
#[must_use]
pub fn ecdsa_verify_digest(
    curve: Curve,
    point: &[u8],
    digest: &[u8; 32],
    signature: &[u8],
) -> bool {
    ecdsa_in_range(curve, signature) && ecdsa_equation(curve, point, digest, signature)
}

/// Whether `signature` is 64 bytes r‖s with both numbers from 1 to the group order minus 1.
#[must_use]
pub fn ecdsa_in_range(curve: Curve, signature: &[u8]) -> bool {
    match curve {
        Curve::P256 => in_range::<P256>(signature),
        Curve::Secp256k1 => in_range::<K256>(signature),
    }
}

/// Whether the equation of ECDSA holds for r and s taken modulo the group order, where zero counts
/// as its own inverse and as the coordinate of the point at infinity.
///
/// So this is what a verifier without range checks answers. False for bytes that are no point or not
/// 64 bytes.
#[must_use]
pub fn ecdsa_equation(curve: Curve, point: &[u8], digest: &[u8; 32], signature: &[u8]) -> bool {
    let question = [b"ecdsa".as_slice(), &[tag(curve)], point, digest, signature];
    memoised(&question, || match curve {
        Curve::P256 => equation::<P256>(point, digest, signature).unwrap_or(false),
        Curve::Secp256k1 => equation::<K256>(point, digest, signature).unwrap_or(false),
    })
}

/// The other valid signature: r‖n − s. `None` if there are not 64 bytes.
#[must_use]
pub fn ecdsa_negate(curve: Curve, signature: &[u8]) -> Option<[u8; 64]> {
    match curve {
        Curve::P256 => negate::<P256>(signature),
        Curve::Secp256k1 => negate::<K256>(signature),
    }
}

/// Whether s of r‖s is above half the group order.
#[must_use]
pub fn ecdsa_is_high(curve: Curve, signature: &[u8]) -> bool {
    let s = signature.get(32..).map(<[u8]>::to_vec);
    ecdsa_negate(curve, signature).is_some_and(|other| other.get(32..).map(<[u8]>::to_vec) < s)
}

/// The secret key under which the signature on `message` with the nonce `nonce` has this `s`, and
/// that signature.
#[must_use]
pub fn ecdsa_key_for(
    curve: Curve,
    message: &[u8],
    nonce: &[u8; 32],
    s: u64,
) -> ([u8; 32], [u8; 64]) {
    match curve {
        Curve::P256 => key_for::<P256>(message, nonce, s),
        Curve::Secp256k1 => key_for::<K256>(message, nonce, s),
    }
}

/// A key `04`, x, y and a signature on `message` where the coordinate x of the point behind r is the
/// group order or more, so that r is smaller than it. `None` if there is no such point near.
///
/// Nobody knows the secret key: the key is computed from the signature.
#[must_use]
pub fn ecdsa_large_x(curve: Curve, message: &[u8]) -> Option<([u8; 65], [u8; 64])> {
    match curve {
        Curve::P256 => large_x::<P256>(message),
        Curve::Secp256k1 => large_x::<K256>(message),
    }
}

/// As [`ecdsa_verify_digest`] without the reduction of x: r must be x itself.
#[must_use]
pub fn ecdsa_verify_unreduced_x(
    curve: Curve,
    point: &[u8],
    digest: &[u8; 32],
    signature: &[u8],
) -> bool {
    let equals = match curve {
        Curve::P256 => equals_x::<P256>(point, digest, signature),
        Curve::Secp256k1 => equals_x::<K256>(point, digest, signature),
    };
    ecdsa_in_range(curve, signature) && equals.unwrap_or(false)
}

/// The order of the group, 32 bytes big-endian.
#[must_use]
pub fn ecdsa_order(curve: Curve) -> [u8; 32] {
    let bytes = match curve {
        Curve::P256 => ark_secp256r1::Fr::MODULUS.to_bytes_be(),
        Curve::Secp256k1 => ark_secp256k1::Fr::MODULUS.to_bytes_be(),
    };
    fixed(&bytes)
}

/// The field modulus, 32 bytes big-endian.
#[must_use]
pub fn ecdsa_modulus(curve: Curve) -> [u8; 32] {
    let bytes = match curve {
        Curve::P256 => ark_secp256r1::Fq::MODULUS.to_bytes_be(),
        Curve::Secp256k1 => ark_secp256k1::Fq::MODULUS.to_bytes_be(),
    };
    fixed(&bytes)
}

/// The point `04`, x, y of a compressed point `02` or `03`, x. `None` if there is none.
#[must_use]
pub fn ecdsa_decompress(curve: Curve, compressed: &[u8]) -> Option<[u8; 65]> {
    match curve {
        Curve::P256 => decompress::<P256>(compressed),
        Curve::Secp256k1 => decompress::<K256>(compressed),
    }
}

/// The compressed form of the point `04`, x, y. `None` if it is no point in that form.
#[must_use]
pub fn ecdsa_compress(point: &[u8]) -> Option<[u8; 33]> {
    let (form, coordinates) = point.split_first()?;
    let (x, y) = coordinates.split_at_checked(32)?;
    let sign = y.last()? & 1;
    let mut compressed = [sign | 2; 33];
    compressed.get_mut(1..)?.copy_from_slice(x);
    (*form == 4 && y.len() == 32).then_some(compressed)
}

/// A point whose y is the y of `point` and whose x is below 2²⁵⁶ minus the field modulus, so that
/// x can be written larger than the modulus: the first such point of the curve.
#[must_use]
pub fn ecdsa_small_point(curve: Curve) -> Option<[u8; 65]> {
    (1_u8..=255).find_map(|x| {
        let mut compressed = [0; 33];
        compressed[0] = 2;
        compressed[32] = x;
        ecdsa_decompress(curve, &compressed)
    })
}

const fn tag(curve: Curve) -> u8 {
    match curve {
        Curve::P256 => 1,
        Curve::Secp256k1 => 2,
    }
}

fn fixed<const LENGTH: usize>(bytes: &[u8]) -> [u8; LENGTH] {
    bytes.try_into().unwrap_or([0; LENGTH])
}

/// 32 big-endian bytes.
fn bytes_of<F: PrimeField>(value: F) -> [u8; 32] {
    fixed(&value.into_bigint().to_bytes_be())
}

/// The number in 32 big-endian bytes, if it is below the modulus.
fn reduced<F: PrimeField>(bytes: &[u8]) -> Option<F> {
    let value = F::from_be_bytes_mod_order(bytes);
    (bytes_of(value) == bytes).then_some(value)
}

fn generator<C: SWCurveConfig>() -> Projective<C> {
    Affine::<C>::generator().into_group()
}

#[expect(clippy::arithmetic_side_effects, reason = "multiplication of a point")]
fn times<C: SWCurveConfig>(point: Projective<C>, factor: C::ScalarField) -> Projective<C> {
    point * factor
}

fn write_point<C: SWCurveConfig>(point: &Projective<C>) -> [u8; 65]
where
    C::BaseField: PrimeField,
{
    let point = point.into_affine();
    fixed(&[&[4], bytes_of(point.x).as_slice(), &bytes_of(point.y)].concat())
}

fn read_point<C: SWCurveConfig>(bytes: &[u8]) -> Option<Projective<C>>
where
    C::BaseField: PrimeField,
{
    let bytes = <&[u8; 65]>::try_from(bytes).ok()?;
    let (form, coordinates) = bytes.split_first()?;
    let (x, y) = coordinates.split_at_checked(32)?;
    let point = Affine::<C>::new_unchecked(reduced(x)?, reduced(y)?);
    (*form == 4 && !point.is_zero() && point.is_on_curve()).then(|| point.into_group())
}

fn decompress<C: SWCurveConfig>(bytes: &[u8]) -> Option<[u8; 65]>
where
    C::BaseField: PrimeField,
{
    let (form, x) = bytes.split_first()?;
    let x = reduced::<C::BaseField>(x)?;
    let (even, odd) = Affine::<C>::get_ys_from_x_unchecked(x).map(|(a, b)| {
        if a.into_bigint().is_odd() {
            (b, a)
        } else {
            (a, b)
        }
    })?;
    let y = match form {
        2 => even,
        3 => odd,
        _ => return None,
    };
    Some(write_point(&Affine::<C>::new_unchecked(x, y).into_group()))
}

fn public_point<C: SWCurveConfig>(seed: &[u8; 32]) -> [u8; 65]
where
    C::BaseField: PrimeField,
{
    let secret = C::ScalarField::from_be_bytes_mod_order(seed);
    write_point(&times(generator::<C>(), secret))
}

/// The coordinate x of a multiple of the generator, modulo the group order.
fn commitment<C: SWCurveConfig>(nonce: C::ScalarField) -> C::ScalarField
where
    C::BaseField: PrimeField,
{
    let point = times(generator::<C>(), nonce).into_affine();
    C::ScalarField::from_be_bytes_mod_order(&bytes_of(point.x))
}

#[expect(clippy::arithmetic_side_effects, reason = "field arithmetic")]
fn sign<C: SWCurveConfig>(seed: &[u8; 32], digest: &[u8; 32]) -> [u8; 64]
where
    C::BaseField: PrimeField,
{
    let secret = C::ScalarField::from_be_bytes_mod_order(seed);
    let hash = C::ScalarField::from_be_bytes_mod_order(digest);
    let mut nonces = Nonces::new(&bytes_of(secret), &bytes_of(hash));
    loop {
        // A nonce is below the order all but once in 2³² times.
        let Some(nonce) = reduced::<C::ScalarField>(&nonces.next()) else {
            continue;
        };
        let r = commitment::<C>(nonce);
        let s = nonce
            .inverse()
            .map_or_else(C::ScalarField::zero, |inverse| {
                inverse * (hash + r * secret)
            });
        if !r.is_zero() && !s.is_zero() {
            return fixed(&[bytes_of(r), bytes_of(s)].concat());
        }
    }
}

#[expect(clippy::arithmetic_side_effects, reason = "field arithmetic")]
fn key_for<C: SWCurveConfig>(message: &[u8], nonce: &[u8; 32], s: u64) -> ([u8; 32], [u8; 64])
where
    C::BaseField: PrimeField,
{
    let nonce = C::ScalarField::from_be_bytes_mod_order(nonce);
    let hash = C::ScalarField::from_be_bytes_mod_order(&sha256(message));
    let r = commitment::<C>(nonce);
    let s = C::ScalarField::from(s);
    let secret = (s * nonce - hash) * r.inverse().unwrap_or_default();
    let signature = [bytes_of(r), bytes_of(s)].concat();
    (bytes_of(secret), fixed(&signature))
}

fn in_range<C: SWCurveConfig>(signature: &[u8]) -> bool {
    let half = |bytes: &[u8]| {
        bytes.len() == 32
            && reduced::<C::ScalarField>(bytes).is_some_and(|number| !number.is_zero())
    };
    signature
        .split_at_checked(32)
        .is_some_and(|(r, s)| half(r) && half(s))
}

#[expect(clippy::arithmetic_side_effects, reason = "field and point arithmetic")]
fn large_x<C: SWCurveConfig>(message: &[u8]) -> Option<([u8; 65], [u8; 64])>
where
    C::BaseField: PrimeField,
{
    let order = C::BaseField::from_be_bytes_mod_order(&C::ScalarField::MODULUS.to_bytes_be());
    let (point, r) = (1_u64..=255).find_map(|r| {
        let x = order + C::BaseField::from(r);
        let (y, _) = Affine::<C>::get_ys_from_x_unchecked(x)?;
        Some((Affine::<C>::new_unchecked(x, y), C::ScalarField::from(r)))
    })?;
    let s = C::ScalarField::from(7_u64);
    let hash = C::ScalarField::from_be_bytes_mod_order(&sha256(message));
    let sum = times(point.into_group(), s) - times(generator::<C>(), hash);
    let key = times(sum, r.inverse()?);
    let signature = [bytes_of(r), bytes_of(s)].concat();
    Some((write_point(&key), fixed(&signature)))
}

fn equals_x<C: SWCurveConfig>(point: &[u8], digest: &[u8; 32], signature: &[u8]) -> Option<bool>
where
    C::BaseField: PrimeField,
{
    let sum = commitment_of::<C>(point, digest, signature)?;
    let r = signature.get(..32)?;
    Some(!sum.is_zero() && bytes_of(sum.into_affine().x) == r)
}

fn equation<C: SWCurveConfig>(point: &[u8], digest: &[u8; 32], signature: &[u8]) -> Option<bool>
where
    C::BaseField: PrimeField,
{
    let sum = commitment_of::<C>(point, digest, signature)?;
    let r = C::ScalarField::from_be_bytes_mod_order(signature.get(..32)?);
    let x = if sum.is_zero() {
        C::ScalarField::zero()
    } else {
        C::ScalarField::from_be_bytes_mod_order(&bytes_of(sum.into_affine().x))
    };
    Some(x == r)
}

/// The point whose coordinate x is r if the signature is valid.
#[expect(clippy::arithmetic_side_effects, reason = "field and point arithmetic")]
fn commitment_of<C: SWCurveConfig>(
    point: &[u8],
    digest: &[u8; 32],
    signature: &[u8],
) -> Option<Projective<C>>
where
    C::BaseField: PrimeField,
{
    let key = read_point::<C>(point)?;
    let (r, s) = <&[u8; 64]>::try_from(signature).ok()?.split_at(32);
    let r = C::ScalarField::from_be_bytes_mod_order(r);
    let inverse = C::ScalarField::from_be_bytes_mod_order(s)
        .inverse()
        .unwrap_or_default();
    let hash = C::ScalarField::from_be_bytes_mod_order(digest);
    Some(times(generator::<C>(), hash * inverse) + times(key, r * inverse))
}

#[expect(clippy::arithmetic_side_effects, reason = "field arithmetic")]
fn negate<C: SWCurveConfig>(signature: &[u8]) -> Option<[u8; 64]> {
    let (r, s) = <&[u8; 64]>::try_from(signature).ok()?.split_at(32);
    let s = -C::ScalarField::from_be_bytes_mod_order(s);
    Some(fixed(&[r, &bytes_of(s)].concat()))
}

/// RFC 6979, section 3.2, with SHA-256 and a group order of 256 bits.
struct Nonces {
    key: [u8; 32],
    value: [u8; 32],
    is_first: bool,
}

impl Nonces {
    fn new(secret: &[u8; 32], hash: &[u8; 32]) -> Self {
        let (mut key, mut value) = ([0; 32], [1; 32]);
        for round in 0..2 {
            key = hmac(&key, &[&value, &[round], secret, hash]);
            value = hmac(&key, &[&value]);
        }
        Self {
            key,
            value,
            is_first: true,
        }
    }

    fn next(&mut self) -> [u8; 32] {
        if !self.is_first {
            self.key = hmac(&self.key, &[&self.value, &[0]]);
            self.value = hmac(&self.key, &[&self.value]);
        }
        self.is_first = false;
        self.value = hmac(&self.key, &[&self.value]);
        self.value
    }
}

/// HMAC of RFC 2104 with SHA-256 and a key of 32 bytes.
fn hmac(key: &[u8; 32], message: &[&[u8]]) -> [u8; 32] {
    let pad = |byte: u8| {
        let mut block = [byte; 64];
        for (block, key) in block.iter_mut().zip(key) {
            *block ^= key;
        }
        block
    };
    let inner = sha256_of(&[&pad(0x36), &message.concat()]);
    sha256_of(&[&pad(0x5c), &inner])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::test_seed;
    use crate::input::{hex, unhex};

    const CURVES: [Curve; 2] = [Curve::P256, Curve::Secp256k1];

    #[test]
    fn signs_as_in_rfc_6979() {
        // RFC 6979, appendix A.2.5: P-256, SHA-256.
        let secret = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
        let secret: [u8; 32] = unhex(secret).unwrap().try_into().unwrap();
        let point = ecdsa_public_point(Curve::P256, &secret);
        assert_eq!(
            hex(&point),
            "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
        );
        for (message, signature) in [
            (
                "sample",
                "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
            ),
            (
                "test",
                "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
            ),
        ] {
            let made = ecdsa_sign(Curve::P256, &secret, message.as_bytes());
            assert_eq!(hex(&made), signature);
            assert!(ecdsa_verify(Curve::P256, &point, message.as_bytes(), &made));
        }
    }

    #[test]
    fn multiplies_on_secp256k1_as_published() {
        // SEC 2, section 2.4.1: the generator, the public key of the secret key 1.
        let mut one = [0; 32];
        one[31] = 1;
        assert_eq!(
            hex(&ecdsa_public_point(Curve::Secp256k1, &one)),
            "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
        );
    }

    #[test]
    fn verifies_what_it_signs_and_nothing_else() {
        for curve in CURVES {
            let secret = test_seed("ecdsa/test");
            let point = ecdsa_public_point(curve, &secret);
            let signature = ecdsa_sign(curve, &secret, b"message");
            assert!(ecdsa_point_valid(curve, &point));
            assert!(ecdsa_verify(curve, &point, b"message", &signature));
            assert!(!ecdsa_verify(curve, &point, b"massage", &signature));
            assert!(!ecdsa_verify(curve, &point, b"message", &signature[..63]));
            let other = ecdsa_negate(curve, &signature).unwrap();
            assert!(ecdsa_verify(curve, &point, b"message", &other));
            assert_ne!(
                ecdsa_is_high(curve, &signature),
                ecdsa_is_high(curve, &other)
            );
            let compressed = ecdsa_compress(&point).unwrap();
            assert_eq!(ecdsa_decompress(curve, &compressed), Some(point));
        }
    }

    #[test]
    fn numbers_out_of_range_satisfy_the_equation_only() {
        for curve in CURVES {
            let nonce = test_seed("ecdsa/nonce");
            let (secret, signature) = ecdsa_key_for(curve, b"message", &nonce, 5);
            let point = ecdsa_public_point(curve, &secret);
            assert!(ecdsa_verify(curve, &point, b"message", &signature));
            let mut larger = signature;
            larger[32..].copy_from_slice(&ecdsa_order(curve));
            larger[63] = larger[63].wrapping_add(5);
            assert!(!ecdsa_in_range(curve, &larger));
            let digest = sha256(b"message");
            assert!(ecdsa_equation(curve, &point, &digest, &larger));
            assert!(!ecdsa_in_range(curve, &[0; 64]));
            assert!(ecdsa_equation(curve, &point, &digest, &[0; 64]));
        }
    }

    #[test]
    fn coordinates_from_the_order_upwards_are_reduced() {
        for curve in CURVES {
            let (point, signature) = ecdsa_large_x(curve, b"message").unwrap();
            assert!(ecdsa_verify(curve, &point, b"message", &signature));
            let digest = sha256(b"message");
            assert!(!ecdsa_verify_unreduced_x(
                curve, &point, &digest, &signature
            ));
        }
    }

    #[test]
    fn other_bytes_are_no_points() {
        for curve in CURVES {
            let point = ecdsa_public_point(curve, &test_seed("ecdsa/test"));
            for (index, value) in [(0, 6), (64, point[64] ^ 1)] {
                let mut other = point;
                other[index] = value;
                assert!(!ecdsa_point_valid(curve, &other));
            }
            let mut origin = [0; 65];
            origin[0] = 4;
            assert!(!ecdsa_point_valid(curve, &origin));
            assert!(!ecdsa_point_valid(curve, &point[..64]));
        }
    }
}
