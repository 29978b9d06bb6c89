//! Ed25519: signing as in RFC 8032, verification as in ZIP-215.
//!
//! ZIP-215 settles what RFC 8032 leaves open: encodings of points need not be canonical, points may
//! have any order, and the equation is multiplied by the cofactor. S must be below the group order.

use ark_ec::{AffineRepr, CurveGroup};
use ark_ed25519::{EdwardsAffine, EdwardsProjective, Fq, Fr};
use ark_ff::{BigInteger, Field, One, PrimeField, Zero};
use libcrux_sha2::sha512;

use super::memoised;

/// The public key of the secret key `seed`.
#[must_use]
pub fn ed25519_public_key(seed: &[u8; 32]) -> [u8; 32] {
    let (scalar, _) = expand(seed);
    encode(&base_times(scalar))
}

/// The signature on `message` by the secret key `seed`.
#[must_use]
pub fn ed25519_sign(seed: &[u8; 32], message: &[u8]) -> [u8; 64] {
    ed25519_sign_as(seed, &ed25519_public_key(seed), message)
}

/// The signature on `message` by the secret key `seed` for someone who knows it by the key `key`.
///
/// With `key` the encoding of the public key plus a point of small order, this is what a signer
/// makes whose key is not in the group of prime order.
#[must_use]
pub fn ed25519_sign_as(seed: &[u8; 32], key: &[u8; 32], message: &[u8]) -> [u8; 64] {
    let (scalar, prefix) = expand(seed);
    let nonce = hash_to_scalar(&[&prefix, message]);
    finish(scalar, nonce, &encode(&base_times(nonce)), key, message)
}

/// As [`ed25519_sign_as`], where `torsion`, the encoding of a point, is added to R.
///
/// `None` if `torsion` is no point.
#[must_use]
pub fn ed25519_sign_shifted(
    seed: &[u8; 32],
    torsion: &[u8; 32],
    message: &[u8],
) -> Option<[u8; 64]> {
    let (scalar, prefix) = expand(seed);
    let nonce = hash_to_scalar(&[&prefix, message]);
    let shifted = sum(base_times(nonce), decode(torsion)?);
    let key = ed25519_public_key(seed);
    Some(finish(scalar, nonce, &encode(&shifted), &key, message))
}

/// Whether `key` is 32 bytes that stand for a point, canonical or not.
#[must_use]
pub fn ed25519_point_valid(key: &[u8]) -> bool {
    memoised(&[b"ed25519 point", key], || read(key).is_some())
}

/// Whether `signature` is valid for `message` under `key`, as in ZIP-215.
#[must_use]
pub fn ed25519_verify(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    memoised(&[b"ed25519", key, message, signature], || {
        let Some(parts) = Parts::of(key, message, signature) else {
            return false;
        };
        parts.is_reduced && times_eight(parts.difference()).is_zero()
    })
}

/// As [`ed25519_verify`] without its check that S is below the group order.
#[must_use]
pub fn ed25519_verify_unreduced(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    memoised(&[b"ed25519 unreduced", key, message, signature], || {
        Parts::of(key, message, signature)
            .is_some_and(|parts| times_eight(parts.difference()).is_zero())
    })
}

/// Whether `signature` is valid for everyone: canonical encodings, no point of small order, and the
/// equation holds without the cofactor.
#[must_use]
pub fn ed25519_verify_strict(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    memoised(&[b"ed25519 strict", key, message, signature], || {
        let Some(parts) = Parts::of(key, message, signature) else {
            return false;
        };
        let is_canonical = encode(&parts.key) == key
            && signature
                .get(..32)
                .is_some_and(|point| encode(&parts.point) == point);
        let is_large = |point| !times_eight(point).is_zero();
        parts.is_reduced
            && is_canonical
            && is_large(parts.key)
            && is_large(parts.point)
            && parts.difference().is_zero()
    })
}

/// The sum of two points, encoded. `None` if one is no point.
#[must_use]
pub fn ed25519_add(left: &[u8; 32], right: &[u8; 32]) -> Option<[u8; 32]> {
    Some(encode(&sum(decode(left)?, decode(right)?)))
}

/// The 32 bytes of S plus the group order, little-endian.
///
/// `None` if that needs more than 32 bytes, which it does not for a reduced S.
#[must_use]
pub fn ed25519_unreduce(scalar: &[u8]) -> Option<[u8; 32]> {
    let mut sum = <Fr as PrimeField>::BigInt::default();
    for (limb, bytes) in sum.0.iter_mut().zip(scalar.chunks_exact(8)) {
        *limb = u64::from_le_bytes(bytes.try_into().ok()?);
    }
    let carried = sum.add_with_carry(&Fr::MODULUS);
    let bytes = sum.to_bytes_le();
    (!carried).then(|| bytes.try_into().ok()).flatten()
}

/// The encoding of the neutral element.
pub const ED25519_IDENTITY: [u8; 32] = {
    let mut bytes = [0; 32];
    if let Some(first) = bytes.first_mut() {
        *first = 1;
    }
    bytes
};

/// The encoding of a point of order 8, one of the four; a test below shows its order.
pub const ED25519_ORDER_8: [u8; 32] = [
    0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
    0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
];

/// A signature and a key, taken apart.
struct Parts {
    key: EdwardsProjective,
    point: EdwardsProjective,
    scalar: Fr,
    is_reduced: bool,
    challenge: Fr,
}

impl Parts {
    fn of(key: &[u8], message: &[u8], signature: &[u8]) -> Option<Self> {
        let (point, scalar) = signature.split_at_checked(32)?;
        let scalar = <&[u8; 32]>::try_from(scalar).ok()?;
        let reduced = Fr::from_le_bytes_mod_order(scalar);
        Some(Self {
            key: read(key)?,
            point: read(point)?,
            scalar: reduced,
            is_reduced: reduced.into_bigint().to_bytes_le() == scalar,
            challenge: hash_to_scalar(&[point, key, message]),
        })
    }

    /// S·B − R − k·A.
    #[expect(clippy::arithmetic_side_effects, reason = "addition of points")]
    fn difference(&self) -> EdwardsProjective {
        base_times(self.scalar) - self.point - times(self.key, self.challenge)
    }
}

#[expect(clippy::arithmetic_side_effects, reason = "field arithmetic")]
fn finish(scalar: Fr, nonce: Fr, point: &[u8; 32], key: &[u8; 32], message: &[u8]) -> [u8; 64] {
    let response = nonce + hash_to_scalar(&[point, key, message]) * scalar;
    let mut signature = [0; 64];
    let (first, second) = signature.split_at_mut(32);
    first.copy_from_slice(point);
    second.copy_from_slice(&response.into_bigint().to_bytes_le());
    signature
}

/// RFC 8032, section 5.1.5: the scalar and the prefix of a secret key.
fn expand(seed: &[u8; 32]) -> (Fr, [u8; 32]) {
    let hash = sha512(seed);
    let (mut scalar, mut prefix) = ([0; 32], [0; 32]);
    let (first, second) = hash.split_at(32);
    scalar.copy_from_slice(first);
    prefix.copy_from_slice(second);
    let [low, .., high] = &mut scalar;
    *low &= 0xf8;
    *high = (*high & 0x7f) | 0x40;
    (Fr::from_le_bytes_mod_order(&scalar), prefix)
}

fn hash_to_scalar(parts: &[&[u8]]) -> Fr {
    Fr::from_le_bytes_mod_order(&sha512(&parts.concat()))
}

fn read(bytes: &[u8]) -> Option<EdwardsProjective> {
    decode(bytes.try_into().ok()?)
}

/// The point that 32 bytes stand for: y is taken modulo p, and the sign of x = 0 is ignored.
#[expect(clippy::arithmetic_side_effects, reason = "field arithmetic")]
fn decode(bytes: &[u8; 32]) -> Option<EdwardsProjective> {
    let mut y = *bytes;
    let high = y.last_mut()?;
    let is_odd = *high & 0x80 != 0;
    *high &= 0x7f;
    let y = Fq::from_le_bytes_mod_order(&y);
    let square = y.square();
    let d = <ark_ed25519::EdwardsConfig as ark_ec::twisted_edwards::TECurveConfig>::COEFF_D;
    let x = ((square - Fq::one()) * (d * square + Fq::one()).inverse()?).sqrt()?;
    let x = if x.into_bigint().is_odd() == is_odd {
        x
    } else {
        -x
    };
    let point = EdwardsAffine::new_unchecked(x, y);
    point.is_on_curve().then(|| point.into_group())
}

fn encode(point: &EdwardsProjective) -> [u8; 32] {
    let point = point.into_affine();
    let mut bytes = [0; 32];
    bytes.copy_from_slice(&point.y.into_bigint().to_bytes_le());
    if let Some(last) = bytes.last_mut()
        && point.x.into_bigint().is_odd()
    {
        *last |= 0x80;
    }
    bytes
}

fn base_times(factor: Fr) -> EdwardsProjective {
    times(EdwardsAffine::generator().into_group(), factor)
}

/// Double and add, which is right for points of every order.
#[expect(clippy::arithmetic_side_effects, reason = "addition of points")]
fn times(point: EdwardsProjective, factor: Fr) -> EdwardsProjective {
    let mut product = EdwardsProjective::zero();
    for bit in ark_ff::BitIteratorBE::new(factor.into_bigint()) {
        product += product;
        if bit {
            product += point;
        }
    }
    product
}

#[expect(clippy::arithmetic_side_effects, reason = "addition of points")]
fn sum(left: EdwardsProjective, right: EdwardsProjective) -> EdwardsProjective {
    left + right
}

fn times_eight(point: EdwardsProjective) -> EdwardsProjective {
    let doubled = |point| sum(point, point);
    doubled(doubled(doubled(point)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::test_seed;
    use crate::input::{hex, unhex};

    fn seed(text: &str) -> [u8; 32] {
        unhex(text).unwrap().try_into().unwrap()
    }

    #[test]
    fn signs_as_in_rfc_8032() {
        // RFC 8032, section 7.1: tests 1, 2 and 3.
        for (secret, public, message, signature) in [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            ),
            (
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
            ),
        ] {
            let (secret, message) = (seed(secret), unhex(message).unwrap());
            assert_eq!(hex(&ed25519_public_key(&secret)), public);
            assert_eq!(hex(&ed25519_sign(&secret, &message)), signature);
            let (public, signature) = (unhex(public).unwrap(), unhex(signature).unwrap());
            assert!(ed25519_verify(&public, &message, &signature));
            assert!(ed25519_verify_strict(&public, &message, &signature));
            assert!(!ed25519_verify(&public, b"other", &signature));
        }
    }

    #[test]
    fn points_of_small_order_pass_with_the_cofactor_only() {
        let torsion = decode(&ED25519_ORDER_8).unwrap();
        assert!(times_eight(torsion).is_zero() && !sum(torsion, torsion).is_zero());
        assert!(!sum(sum(torsion, torsion), sum(torsion, torsion)).is_zero());
        let secret = test_seed("ed25519/test");
        let public = ed25519_public_key(&secret);
        let mixed = ed25519_add(&public, &ED25519_ORDER_8).unwrap();
        let signature = ed25519_sign_as(&secret, &mixed, b"message");
        assert!(ed25519_verify(&mixed, b"message", &signature));
        assert!(!ed25519_verify_strict(&mixed, b"message", &signature));
        let signature = ed25519_sign_shifted(&secret, &ED25519_ORDER_8, b"message").unwrap();
        assert!(ed25519_verify(&public, b"message", &signature));
        assert!(!ed25519_verify_strict(&public, b"message", &signature));
    }

    #[test]
    fn the_neutral_element_signs_everything() {
        let signature = [ED25519_IDENTITY, [0; 32]].concat();
        assert!(ed25519_verify(&ED25519_IDENTITY, b"anything", &signature));
        // Its other encodings: y = p + 1, and x = 0 with the sign bit.
        let mut large = [0xff; 32];
        (large[0], large[31]) = (0xee, 0x7f);
        let mut negative = ED25519_IDENTITY;
        negative[31] |= 0x80;
        for key in [large, negative] {
            assert!(ed25519_point_valid(&key));
            assert!(ed25519_verify(&key, b"anything", &signature));
            assert!(!ed25519_verify_strict(&key, b"anything", &signature));
        }
    }

    #[test]
    fn the_scalar_must_be_below_the_group_order() {
        let secret = test_seed("ed25519/test");
        let public = ed25519_public_key(&secret);
        let mut signature = ed25519_sign(&secret, b"message");
        let larger = ed25519_unreduce(&signature[32..]).unwrap();
        signature[32..].copy_from_slice(&larger);
        assert!(!ed25519_verify(&public, b"message", &signature));
        assert!(ed25519_verify_unreduced(&public, b"message", &signature));
    }

    #[test]
    fn bytes_of_other_lengths_are_no_keys_or_signatures() {
        let secret = test_seed("ed25519/test");
        let public = ed25519_public_key(&secret);
        let signature = ed25519_sign(&secret, b"message");
        assert!(!ed25519_verify(&public[..31], b"message", &signature));
        assert!(!ed25519_verify(&public, b"message", &signature[..63]));
        let long = [signature.as_slice(), &[0]].concat();
        assert!(!ed25519_verify(&public, b"message", &long));
        let mut off = [0; 32];
        off[0] = 2;
        assert!(!ed25519_point_valid(&off));
    }
}
