//! RSASSA-PKCS1-v1_5 with SHA-256 of RFC 8017, section 8.2, and test keys.

use num_bigint::BigUint;

use super::{memoised, sha256, sha256_of};

/// The RSA keys that tests sign with.
///
/// Each prime is the first one from a start that is not below it in steps of 4, congruent to 3
/// modulo 4, such that p − 1 has no factor in common with 3, 65537, 2³³ − 1 and 2³³ + 1. The start is
/// SHAKE256 of `icid-conformance/v1/key/rsa-<bits>/p` (or `q`), cut to half the bits of the modulus,
/// with the two highest and the two lowest bits set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RsaTestKey {
    /// A modulus of 2040 bits.
    Bits2040,
    /// A modulus of 2048 bits.
    Bits2048,
    /// A modulus of 8192 bits.
    Bits8192,
    /// A modulus of 8200 bits.
    Bits8200,
}

impl RsaTestKey {
    /// The modulus, big-endian, without leading zeros.
    #[must_use]
    pub fn modulus(self) -> Vec<u8> {
        let (p, q) = self.primes();
        product(&p, &q).to_bytes_be()
    }

    fn primes(self) -> (BigUint, BigUint) {
        let (p, q) = match self {
            Self::Bits2040 => (
                include_str!("rsa/2040-p.hex"),
                include_str!("rsa/2040-q.hex"),
            ),
            Self::Bits2048 => (
                include_str!("rsa/2048-p.hex"),
                include_str!("rsa/2048-q.hex"),
            ),
            Self::Bits8192 => (
                include_str!("rsa/8192-p.hex"),
                include_str!("rsa/8192-q.hex"),
            ),
            Self::Bits8200 => (
                include_str!("rsa/8200-p.hex"),
                include_str!("rsa/8200-q.hex"),
            ),
        };
        let number = |text: &str| {
            let digits: String = text.split_whitespace().collect();
            BigUint::parse_bytes(digits.as_bytes(), 16).unwrap_or_default()
        };
        (number(p), number(q))
    }
}

/// The usual public exponent, 65537, big-endian.
pub const RSA_EXPONENT: [u8; 3] = [1, 0, 1];

/// The signature on `message` by a test key with the usual exponent.
#[must_use]
pub fn rsa_sign(key: RsaTestKey, message: &[u8]) -> Vec<u8> {
    let length = key.modulus().len();
    let encoded = rsa_encode(&rsa_digest_info(&sha256(message)), length).unwrap_or_default();
    rsa_sign_encoded(key, &RSA_EXPONENT, &encoded)
}

/// The number whose power with the exponent `e` is `encoded`, as many bytes as the modulus has.
///
/// `e` must have no factor in common with the order of the group: 3, 65537, 2³³ ± 1 have none.
#[must_use]
pub fn rsa_sign_encoded(key: RsaTestKey, e: &[u8], encoded: &[u8]) -> Vec<u8> {
    let (p, q) = key.primes();
    let root = root(&p, &q, &BigUint::from_bytes_be(e), encoded);
    padded(&root, key.modulus().len())
}

/// Whether `signature` is valid for `message` under the key of modulus `n` and exponent `e`, both
/// big-endian. The size of the key is not looked at.
#[must_use]
pub fn rsa_verify(n: &[u8], e: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let length = BigUint::from_bytes_be(n).to_bytes_be().len();
    signature.len() == length
        && rsa_is_below(signature, n)
        && rsa_matches(n, e, signature, &rsa_digest_info(&sha256(message)))
}

/// Whether the number `signature` is below the modulus `n`.
#[must_use]
pub fn rsa_is_below(signature: &[u8], n: &[u8]) -> bool {
    BigUint::from_bytes_be(signature) < BigUint::from_bytes_be(n)
}

/// Whether the power of `signature` is the encoding of `digest_info`, as long as the modulus.
#[must_use]
pub fn rsa_matches(n: &[u8], e: &[u8], signature: &[u8], digest_info: &[u8]) -> bool {
    memoised(&[b"rsa", n, e, signature, digest_info], || {
        rsa_recover(n, e, signature).is_some_and(|recovered| {
            rsa_encode(digest_info, recovered.len()).as_ref() == Some(&recovered)
        })
    })
}

/// The power of `signature` with the exponent `e`, modulo `n`, as long as the modulus.
///
/// `None` for the modulus zero.
#[must_use]
pub fn rsa_recover(n: &[u8], e: &[u8], signature: &[u8]) -> Option<Vec<u8>> {
    let number = BigUint::from_bytes_be;
    let modulus = number(n);
    (modulus.bits() > 0).then(|| {
        let power = number(signature).modpow(&number(e), &modulus);
        padded(&power, modulus.to_bytes_be().len())
    })
}

/// The DER of `DigestInfo` for SHA-256: RFC 8017, section 9.2, note 1.
#[must_use]
pub fn rsa_digest_info(digest: &[u8; 32]) -> Vec<u8> {
    let prefix = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
        0x05, 0x00, 0x04, 0x20,
    ];
    [prefix.as_slice(), digest].concat()
}

/// The DER of `DigestInfo` for the SHA-512 of a message, which is another algorithm.
#[must_use]
pub fn rsa_sha512_info(message: &[u8]) -> Vec<u8> {
    let prefix = [
        0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03,
        0x05, 0x00, 0x04, 0x40,
    ];
    [prefix.as_slice(), &libcrux_sha2::sha512(message)].concat()
}

/// EMSA-PKCS1-v1_5 of a `DigestInfo`: `00 01 ff … ff 00`, then it. `None` if it does not fit.
#[must_use]
pub fn rsa_encode(digest_info: &[u8], length: usize) -> Option<Vec<u8>> {
    let padding = length.checked_sub(digest_info.len())?.checked_sub(3)?;
    (padding >= 8).then(|| {
        let padding = vec![0xff; padding];
        [&[0, 1], padding.as_slice(), &[0], digest_info].concat()
    })
}

/// EMSA-PSS of RFC 8017, section 9.1.1, with SHA-256, a salt of 32 zero bytes, for a modulus of
/// `length` bytes whose highest bit is set: what a mistaken signer would use.
#[must_use]
pub fn rsa_encode_pss(digest: &[u8; 32], length: usize) -> Option<Vec<u8>> {
    let salt = [0; 32];
    let hash = sha256_of(&[&[0; 8], digest, &salt]);
    let zeros = vec![0; length.checked_sub(66)?];
    let block = [zeros.as_slice(), &[1], &salt].concat();
    let mask = (0_u32..).flat_map(|counter| sha256_of(&[&hash, &counter.to_be_bytes()]));
    let mut masked: Vec<u8> = block
        .iter()
        .zip(mask)
        .map(|(block, mask)| block ^ mask)
        .collect();
    if let Some(first) = masked.first_mut() {
        *first &= 0x7f;
    }
    Some([masked.as_slice(), &hash, &[0xbc]].concat())
}

/// `left` plus `right`, as many bytes as needed: for numbers above the modulus.
#[must_use]
#[expect(clippy::arithmetic_side_effects, reason = "numbers without limit")]
pub fn rsa_add(left: &[u8], right: &[u8]) -> Vec<u8> {
    (BigUint::from_bytes_be(left) + BigUint::from_bytes_be(right)).to_bytes_be()
}

/// `left` minus `right`. `None` if it is negative.
#[must_use]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "the difference is not negative"
)]
pub fn rsa_subtract(left: &[u8], right: &[u8]) -> Option<Vec<u8>> {
    let (left, right) = (BigUint::from_bytes_be(left), BigUint::from_bytes_be(right));
    (left >= right).then(|| (left - right).to_bytes_be())
}

/// The number of bits of a big-endian number.
#[must_use]
pub fn rsa_bits(number: &[u8]) -> u64 {
    BigUint::from_bytes_be(number).bits()
}

fn padded(number: &BigUint, length: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let mut padded = vec![0; length.saturating_sub(bytes.len())];
    padded.extend(bytes);
    padded
}

#[expect(clippy::arithmetic_side_effects, reason = "numbers without limit")]
fn product(left: &BigUint, right: &BigUint) -> BigUint {
    left * right
}

/// The root by the Chinese remainder theorem.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "numbers without limit, and no modulus is zero"
)]
fn root(p: &BigUint, q: &BigUint, e: &BigUint, encoded: &[u8]) -> BigUint {
    let encoded = BigUint::from_bytes_be(encoded);
    let part = |prime: &BigUint| {
        let order = prime - 1_u8;
        let d = e.modinv(&order).unwrap_or_default();
        encoded.modpow(&d, prime)
    };
    let (in_p, in_q) = (part(p), part(q));
    let inverse = q.modinv(p).unwrap_or_default();
    let step = (inverse * (&in_p + p - (&in_q % p))) % p;
    in_q + step * q
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{hex, unhex};

    #[test]
    fn verifies_the_published_signature() {
        // RFC 7515, appendix A.2: the example of a JSON web signature with RS256.
        let n = unhex("a1f8160ae2e3c9b465ce8d2d656263362b927dbe29e1f02477fc1625cc90a136e38bd93497c5b6ea63dd7711e67c7429f956b0fb8a8f089adc4b69893cc1333f53edd019b87784252fec914fe4857769594bea4280d32c0f55bf62944f130396bc6e9bdf6ebdd2bda3678eeca0c668f701b38dbffb38c8342ce2fe6d27fade4a5a4874979dd4b9cf9adec4c75b05852c2c0f5ef8a5c1750392f944e8ed64c110c6b647609aa4783aeb9c6c9ad755313050638b83665c6f6f7a82a396702a1f641b82d3ebf2392219491fb686872c5716f50af8358d9a8b9d17c340728f7f87d89a18d8fcab67ad84590c2ecf759339363c07034d6f606f9e21e05456cae5e9a1").unwrap();
        let signature = unhex("702e218943e88fd11eb5d82dbf7845f34106ae1b81fff7731116add1717d83656d420afd3c96eedd73a2663e5166687b000b87226e0187ed1073f945e582adfcef16d85a798ee8c66ddb3db8975b17d09402beedd5d9d97007108db28160d5f8040ca7445762b81fbe7ff9d92e0ae76f24f25b33bbe6f44ae61eb1040acb20044d3ef9128ed40130795bd4bd3b41eecad066ab651981fde48df77f372dc38b9fafdd3befb18b5da3cc3c2eb02f9e3a41d612caad15911273a05f23b9e838faaf849d698429ef5a1e88798236c3d40e604522a544c8f27a7a2db80663d16cf7caea56de405cb2215a45b2c25566b55ac1a748a070dfc8a32a469543d019eefb47").unwrap();
        let message = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        assert!(rsa_verify(
            &n,
            &RSA_EXPONENT,
            message.as_bytes(),
            &signature
        ));
        assert!(!rsa_verify(&n, &RSA_EXPONENT, b"other", &signature));
    }

    #[test]
    fn test_keys_have_the_size_they_are_named_after() {
        for (key, bits) in [
            (RsaTestKey::Bits2040, 2040),
            (RsaTestKey::Bits2048, 2048),
            (RsaTestKey::Bits8192, 8192),
            (RsaTestKey::Bits8200, 8200),
        ] {
            assert_eq!(rsa_bits(&key.modulus()), bits);
        }
    }

    #[test]
    fn verifies_what_it_signs_and_nothing_else() {
        let key = RsaTestKey::Bits2048;
        let n = key.modulus();
        let signature = rsa_sign(key, b"message");
        assert!(rsa_verify(&n, &RSA_EXPONENT, b"message", &signature));
        assert!(!rsa_verify(&n, &RSA_EXPONENT, b"massage", &signature));
        assert!(!rsa_verify(&n, &[3], b"message", &signature));
        assert!(!rsa_verify(&n, &RSA_EXPONENT, b"message", &signature[1..]));
        let larger = rsa_add(&signature, &n);
        assert!(!rsa_verify(&n, &RSA_EXPONENT, b"message", &larger));
        let other = RsaTestKey::Bits2040;
        let signature = rsa_sign(other, b"message");
        assert!(rsa_verify(
            &other.modulus(),
            &RSA_EXPONENT,
            b"message",
            &signature
        ));
    }

    #[test]
    fn signs_with_every_exponent_that_its_primes_were_chosen_for() {
        let key = RsaTestKey::Bits2048;
        let n = key.modulus();
        let encoded = rsa_encode(&rsa_digest_info(&sha256(b"message")), n.len()).unwrap();
        for e in ["03", "010001", "01ffffffff", "0200000001"] {
            let e = unhex(e).unwrap();
            let signature = rsa_sign_encoded(key, &e, &encoded);
            assert!(rsa_verify(&n, &e, b"message", &signature), "{}", hex(&e));
        }
        assert!(rsa_verify(&n, &[1], b"message", &encoded));
    }

    #[test]
    fn pads_as_in_rfc_8017() {
        let encoded = rsa_encode(b"info", 18).unwrap();
        assert_eq!(hex(&encoded), "0001ffffffffffffffffffffff00696e666f");
        assert_eq!(rsa_encode(b"info", 14), None);
        let pss = rsa_encode_pss(&[0; 32], 256).unwrap();
        assert_eq!((pss.len(), pss.last()), (256, Some(&0xbc)));
    }
}
