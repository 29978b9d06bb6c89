//! BLS12-381 signatures with short signatures: ciphersuite
//! `BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_` of draft-irtf-cfrg-bls-signature-04.
//!
//! A verification is cut into its parts, form, group and equation, so that the model can say which
//! one failed and can leave one out. Each part is computed once per process.

use ark_bls12_381::{Bls12_381, Fq, Fr, G1Affine, G1Projective, G2Affine, G2Projective, g1, g2};
use ark_ec::hashing::curve_maps::wb::WBMap;
use ark_ec::hashing::map_to_curve_hasher::MapToCurve;
use ark_ec::pairing::Pairing;
use ark_ec::{AffineRepr, CurveConfig, CurveGroup, PrimeGroup};
use ark_ff::{BigInteger, PrimeField, Zero};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize, Compress, Validate};

use super::{memoised, sha256_of};

/// The domain separation tag of the ciphersuite, which is its name.
pub const BLS_SUITE: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

/// The tag of the proof-of-possession suite on the same curve: a likely mix-up.
pub const BLS_SUITE_POP: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_";

/// The encoding of the neutral element of the signature group.
pub const BLS_IDENTITY_SIGNATURE: [u8; 48] = identity();

/// The encoding of the neutral element of the key group.
pub const BLS_IDENTITY_KEY: [u8; 96] = identity();

/// Whether `signature` is the 48-byte compressed encoding of a point on the curve of signatures.
#[must_use]
pub fn bls_signature_form(signature: &[u8]) -> bool {
    memoised(&[b"signature form", signature], || {
        read_signature(signature).is_some()
    })
}

/// Whether `signature` is a point of the group of prime order, and not its neutral element.
///
/// False for bytes that are no point.
#[must_use]
pub fn bls_signature_group(signature: &[u8]) -> bool {
    memoised(&[b"signature group", signature], || {
        read_signature(signature).is_some_and(|point| {
            let point = point.into_group();
            !point.is_zero() && times(point, Fr::MODULUS.as_ref()).is_zero()
        })
    })
}

/// Whether `key` is the 96-byte compressed encoding of a point on the curve of keys.
#[must_use]
pub fn bls_key_form(key: &[u8]) -> bool {
    memoised(&[b"key form", key], || read_key(key).is_some())
}

/// Whether `key` is a point of the group of prime order, and not its neutral element.
///
/// False for bytes that are no point.
#[must_use]
pub fn bls_key_group(key: &[u8]) -> bool {
    memoised(&[b"key group", key], || {
        read_key(key).is_some_and(|point| {
            let point = point.into_group();
            !point.is_zero() && times(point, Fr::MODULUS.as_ref()).is_zero()
        })
    })
}

/// Whether the pairings agree: e(hash of `message`, `key`) = e(`signature`, generator).
///
/// Points outside the group of prime order count as the Tate pairing sees them: by their component
/// in that group. So this is what a verifier without group checks answers. False for bytes that are
/// no points.
#[must_use]
pub fn bls_equation(suite: &[u8], key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    memoised(&[b"equation", suite, key, message, signature], || {
        let (Some(key), Some(signature)) = (read_key(key), read_signature(signature)) else {
            return false;
        };
        let key = into_group_2(key).into_affine();
        let signature = into_group_1(signature).into_affine();
        let Some(hash) = hash_to_curve(message, suite) else {
            return false;
        };
        Bls12_381::pairing(hash, key) == Bls12_381::pairing(signature, G2Affine::generator())
    })
}

/// Whether `signature` is valid for `message` under `key`: all parts together.
#[must_use]
pub fn bls_verify(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    bls_key_form(key)
        && bls_key_group(key)
        && bls_signature_form(signature)
        && bls_signature_group(signature)
        && bls_equation(BLS_SUITE, key, message, signature)
}

/// The public key, 96 bytes, of the secret key that `seed` stands for: the seed read as a
/// big-endian number, modulo the group order.
#[must_use]
pub fn bls_public_key(seed: &[u8; 32]) -> Vec<u8> {
    encode(
        &times(G2Projective::generator(), &secret(seed)).into_affine(),
        Compress::Yes,
    )
}

/// The signature, 48 bytes, on `message` by the secret key that `seed` stands for.
#[must_use]
pub fn bls_sign(seed: &[u8; 32], message: &[u8]) -> Vec<u8> {
    bls_sign_in_suite(seed, message, BLS_SUITE)
}

/// As [`bls_sign`], in another suite.
#[must_use]
pub fn bls_sign_in_suite(seed: &[u8; 32], message: &[u8], suite: &[u8]) -> Vec<u8> {
    let hash = hash_to_curve(message, suite).unwrap_or_default();
    encode(
        &times(hash.into_group(), &secret(seed)).into_affine(),
        Compress::Yes,
    )
}

/// The signature whose coordinate `x` is written as a number below 2³⁸¹ that may exceed the field
/// modulus, in its canonical encoding. `None` if there are not 48 bytes.
#[must_use]
pub fn bls_reduce_signature(signature: &[u8]) -> Option<Vec<u8>> {
    let (first, rest) = signature.split_first()?;
    let mut x = vec![first & 0x1f];
    x.extend_from_slice(rest);
    let mut reduced = Fq::from_be_bytes_mod_order(&x).into_bigint().to_bytes_be();
    *reduced.first_mut()? |= first & 0xe0;
    (signature.len() == 48).then_some(reduced)
}

/// The other encoding of a signature, whose coordinate `x` is written as x + p.
///
/// `None` if that number needs more than 381 bits.
#[must_use]
pub fn bls_unreduce_signature(signature: &[u8]) -> Option<Vec<u8>> {
    let (first, rest) = signature.split_first()?;
    let mut sum = Vec::new();
    let mut carry = 0_u16;
    let x = core::iter::once(first & 0x1f)
        .chain(rest.iter().copied())
        .collect::<Vec<_>>();
    for (x, p) in x.iter().zip(Fq::MODULUS.to_bytes_be()).rev() {
        carry = carry
            .checked_add(u16::from(*x))?
            .checked_add(u16::from(p))?;
        let [high, low] = carry.to_be_bytes();
        sum.insert(0, low);
        carry = u16::from(high);
    }
    let top = sum.first_mut()?;
    (*top & 0xe0 == 0).then(|| *top |= first & 0xe0)?;
    Some(sum)
}

/// The 96-byte uncompressed encoding of a signature. `None` for bytes that are no point.
#[must_use]
pub fn bls_decompress_signature(signature: &[u8]) -> Option<Vec<u8>> {
    Some(encode(&read_signature(signature)?, Compress::No))
}

/// The compressed encoding of an uncompressed signature. `None` for bytes that are no point.
#[must_use]
pub fn bls_compress_signature(signature: &[u8]) -> Option<Vec<u8>> {
    let point = G1Affine::deserialize_with_mode(signature, Compress::No, Validate::No).ok()?;
    point.is_on_curve().then(|| encode(&point, Compress::Yes))
}

/// The 192-byte uncompressed encoding of a key. `None` for bytes that are no point.
#[must_use]
pub fn bls_decompress_key(key: &[u8]) -> Option<Vec<u8>> {
    Some(encode(&read_key(key)?, Compress::No))
}

/// The compressed encoding of an uncompressed key. `None` for bytes that are no point.
#[must_use]
pub fn bls_compress_key(key: &[u8]) -> Option<Vec<u8>> {
    let point = G2Affine::deserialize_with_mode(key, Compress::No, Validate::No).ok()?;
    point.is_on_curve().then(|| encode(&point, Compress::Yes))
}

/// `signature` plus a point of the curve whose order divides the cofactor: on the curve, not in the
/// group, and the same to a pairing. `None` for bytes that are no point.
#[must_use]
pub fn bls_signature_outside_group(signature: &[u8]) -> Option<Vec<u8>> {
    let stray = (1_u64..).find_map(|x| {
        let point = G1Affine::get_point_from_x_unchecked(Fq::from(x), false)?;
        let stray = times(point.into_group(), Fr::MODULUS.as_ref());
        (!stray.is_zero()).then_some(stray)
    })?;
    Some(encode(
        &add(stray, read_signature(signature)?),
        Compress::Yes,
    ))
}

/// `key` plus a point of the curve whose order divides the cofactor.
///
/// `None` for bytes that are no point.
#[must_use]
pub fn bls_key_outside_group(key: &[u8]) -> Option<Vec<u8>> {
    let stray = (1_u64..).find_map(|x| {
        let point = G2Affine::get_point_from_x_unchecked(x.into(), false)?;
        let stray = times(point.into_group(), Fr::MODULUS.as_ref());
        (!stray.is_zero()).then_some(stray)
    })?;
    Some(encode(&add(stray, read_key(key)?), Compress::Yes))
}

/// The first x = 1, 2, 3 … that is no coordinate of a point, as a 48-byte "signature".
#[must_use]
pub fn bls_signature_off_curve() -> Vec<u8> {
    let off =
        (1_u8..).find(|x| G1Affine::get_point_from_x_unchecked(Fq::from(*x), false).is_none());
    let mut bytes = vec![0; 48];
    bytes.splice(..1, [0x80]);
    bytes.splice(47.., off);
    bytes
}

fn read_signature(bytes: &[u8]) -> Option<G1Affine> {
    let whole = <[u8; 48]>::try_from(bytes).ok()?;
    G1Affine::deserialize_with_mode(whole.as_slice(), Compress::Yes, Validate::No).ok()
}

fn read_key(bytes: &[u8]) -> Option<G2Affine> {
    let whole = <[u8; 96]>::try_from(bytes).ok()?;
    G2Affine::deserialize_with_mode(whole.as_slice(), Compress::Yes, Validate::No).ok()
}

fn encode(point: &impl CanonicalSerialize, compress: Compress) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to a vector does not fail; a short result would show in every test.
    let _ = point.serialize_with_mode(&mut bytes, compress);
    bytes
}

fn secret(seed: &[u8; 32]) -> Vec<u64> {
    Fr::from_be_bytes_mod_order(seed)
        .into_bigint()
        .as_ref()
        .to_vec()
}

#[expect(clippy::arithmetic_side_effects, reason = "addition of points")]
fn add<G: CurveGroup>(left: G, right: G::Affine) -> G::Affine {
    (left + right).into_affine()
}

/// Double and add, which is right for every point of a curve and not only for those of the group.
#[expect(clippy::arithmetic_side_effects, reason = "addition of points")]
fn times<G: CurveGroup>(point: G, factor: &[u64]) -> G {
    let mut product = G::zero();
    for bit in ark_ff::BitIteratorBE::new(factor) {
        product.double_in_place();
        if bit {
            product += point;
        }
    }
    product
}

/// The component of a point in the group of prime order.
fn into_group_1(point: G1Affine) -> G1Projective {
    let cleared = times(point.into_group(), g1::Config::COFACTOR);
    times(cleared, g1::Config::COFACTOR_INV.into_bigint().as_ref())
}

/// The component of a point in the group of prime order.
fn into_group_2(point: G2Affine) -> G2Projective {
    let cleared = times(point.into_group(), g2::Config::COFACTOR);
    times(cleared, g2::Config::COFACTOR_INV.into_bigint().as_ref())
}

/// RFC 9380, section 3: two field elements, two points, their sum, without its cofactor.
fn hash_to_curve(message: &[u8], suite: &[u8]) -> Option<G1Affine> {
    let uniform = expand_message(message, suite);
    let (first, second) = uniform.split_at_checked(64)?;
    let map =
        |bytes: &[u8]| WBMap::<g1::Config>::map_to_curve(Fq::from_be_bytes_mod_order(bytes)).ok();
    Some(add(map(first)?.into_group(), map(second)?).clear_cofactor())
}

/// RFC 9380, section 5.3.1, with SHA-256 and 128 bytes of output.
fn expand_message(message: &[u8], suite: &[u8]) -> Vec<u8> {
    let suite_length = u8::try_from(suite.len()).unwrap_or_default();
    let suite = [suite, &[suite_length]].concat();
    let start = sha256_of(&[&[0; 64], message, &[0, 128], &[0], &suite]);
    let mut last = sha256_of(&[&start, &[1], &suite]);
    let mut output = last.to_vec();
    for index in 2..=4 {
        let mixed: Vec<u8> = start
            .iter()
            .zip(last)
            .map(|(start, last)| start ^ last)
            .collect();
        last = sha256_of(&[&mixed, &[index], &suite]);
        output.extend_from_slice(&last);
    }
    output
}

const fn identity<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    if let Some(first) = bytes.first_mut() {
        *first = 0xc0;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::test_seed;
    use crate::input::hex;

    #[test]
    fn hashes_to_the_curve_as_in_rfc_9380() {
        // RFC 9380, appendix J.9.1, message "abc".
        let suite = b"QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_";
        let point = hash_to_curve(b"abc", suite).unwrap();
        let uncompressed = encode(&point, Compress::No);
        assert_eq!(
            hex(&uncompressed[..48]),
            "03567bc5ef9c690c2ab2ecdf6a96ef1c139cc0b2f284dca0a9a7943388a49a3aee664ba5379a7655d3c68900be2f6903"
        );
        assert_eq!(
            hex(&uncompressed[48..]),
            "0b9c15f3fe6e5cf4211f346271d7b01c8f3b28be689c8429c85b67af215533311f0b8dfaaa154fa6b88176c229f2885d"
        );
    }

    #[test]
    fn verifies_what_it_signs_and_nothing_else() {
        let seed = test_seed("bls/test");
        let key = bls_public_key(&seed);
        let signature = bls_sign(&seed, b"message");
        assert!(bls_verify(&key, b"message", &signature));
        assert!(!bls_verify(&key, b"massage", &signature));
        assert!(!bls_verify(
            &bls_public_key(&test_seed("bls/other")),
            b"message",
            &signature
        ));
        let pop = bls_sign_in_suite(&seed, b"message", BLS_SUITE_POP);
        assert!(!bls_verify(&key, b"message", &pop));
        assert!(bls_equation(BLS_SUITE_POP, &key, b"message", &pop));
    }

    #[test]
    fn points_outside_the_group_satisfy_the_equation_only() {
        let seed = test_seed("bls/test");
        let key = bls_public_key(&seed);
        let signature = bls_sign(&seed, b"message");
        let stray = bls_signature_outside_group(&signature).unwrap();
        assert!(bls_signature_form(&stray) && !bls_signature_group(&stray));
        assert!(bls_equation(BLS_SUITE, &key, b"message", &stray));
        // The optimal ate pairing agrees: it is blind to this component of a signature.
        let pair = |bytes: &[u8]| {
            Bls12_381::pairing(read_signature(bytes).unwrap(), G2Affine::generator())
        };
        assert_eq!(pair(&stray), pair(&signature));
        let stray = bls_key_outside_group(&key).unwrap();
        assert!(bls_key_form(&stray) && !bls_key_group(&stray));
        assert!(bls_equation(BLS_SUITE, &stray, b"message", &signature));
    }

    #[test]
    fn the_identity_signs_everything_for_itself() {
        assert!(bls_key_form(&BLS_IDENTITY_KEY) && !bls_key_group(&BLS_IDENTITY_KEY));
        let signature = BLS_IDENTITY_SIGNATURE;
        assert!(bls_signature_form(&signature) && !bls_signature_group(&signature));
        assert!(bls_equation(
            BLS_SUITE,
            &BLS_IDENTITY_KEY,
            b"message",
            &signature
        ));
    }

    #[test]
    fn other_encodings_of_a_signature_are_no_signatures() {
        let seed = test_seed("bls/test");
        let (signature, other) = (0_u8..=255)
            .map(|message| bls_sign(&seed, &[message]))
            .find_map(|signature| Some((signature.clone(), bls_unreduce_signature(&signature)?)))
            .unwrap();
        assert!(!bls_signature_form(&other));
        assert_eq!(bls_reduce_signature(&other), Some(signature.clone()));
        let long = bls_decompress_signature(&signature).unwrap();
        assert!(!bls_signature_form(&long));
        assert_eq!(bls_compress_signature(&long), Some(signature.clone()));
        assert!(!bls_signature_form(&signature[..47]));
        assert!(!bls_signature_form(&bls_signature_off_curve()));
    }
}
