//! Signature verification as an argument.
//!
//! The crates that check signatures of the Internet Computer do not bring a cryptographic library.
//! They take a [`VerifySignature`], and a program passes the provider that suits its platform.
//!
//! # Example
//!
//! ```
//! use icid_signature::{Claim, InvalidKey, InvalidSignature, VerifySignature};
//!
//! /// Accepts nothing: what a program without any scheme would pass.
//! struct Nothing;
//!
//! impl VerifySignature for Nothing {
//!     fn verify(&self, _claim: Claim<'_>) -> Result<(), InvalidSignature> {
//!         Err(InvalidSignature)
//!     }
//!     fn check_key(&self, _spki: &[u8]) -> Result<(), InvalidKey> {
//!         Err(InvalidKey)
//!     }
//! }
//!
//! let claim =
//!     Claim { key: b"key", message: &[b"separator", b"message"], signature: b"signature" };
//! assert_eq!(Nothing.verify(claim), Err(InvalidSignature));
//! ```
//!
//! # Specification
//!
//! Interface spec 0.66.0, "Signatures": the DER form of a public key selects the scheme.
//!
//! # Deviations
//!
//! None.
//!
//! # Features
//!
//! - `weights`: the module `weights`, for providers that check several claims with one product.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

#[cfg(feature = "weights")]
pub mod weights;

use core::fmt;

/// What a signature is said to prove: that the holder of `key` signed `message`.
#[expect(
    clippy::exhaustive_structs,
    reason = "callers build it; a claim has these three parts"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Claim<'a> {
    /// The DER SubjectPublicKeyInfo of the signer.
    pub key: &'a [u8],
    /// The signed bytes, domain separator included, in pieces that are concatenated.
    pub message: &'a [&'a [u8]],
    /// The signature in the scheme's encoding on the Internet Computer.
    pub signature: &'a [u8],
}

/// A library of signature schemes.
///
/// Every implementation gives the same verdict on the same claim: the schemes, encodings and edge
/// cases are those of the interface spec.
pub trait VerifySignature {
    /// Checks one claim.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSignature`] for any reason at all, an undecodable key included.
    fn verify(&self, claim: Claim<'_>) -> Result<(), InvalidSignature>;

    /// Checks that all claims hold. No claims hold trivially.
    ///
    /// A provider may check them together, which is cheaper; the answer is the same as checking
    /// them one by one, which is what this default does.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidAt`] with the position of the first claim that does not hold.
    fn verify_all(&self, claims: &[Claim<'_>]) -> Result<(), InvalidAt> {
        for (index, claim) in claims.iter().enumerate() {
            self.verify(*claim)
                .map_err(|InvalidSignature| InvalidAt { index })?;
        }
        Ok(())
    }

    /// Checks what the DER form of a key cannot show: that a point lies on its curve and in the
    /// right subgroup, that a modulus has an allowed size.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidKey`] for any reason at all, an undecodable key or a scheme this provider
    /// does not know included.
    fn check_key(&self, spki: &[u8]) -> Result<(), InvalidKey>;
}

/// A signature does not hold.
///
/// There is no detail: which part of the mathematics failed helps nobody but an attacker.
#[expect(clippy::exhaustive_structs, reason = "it never carries data")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct InvalidSignature;

impl fmt::Display for InvalidSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signature is not valid for this key and message")
    }
}

impl core::error::Error for InvalidSignature {}

/// One of several signatures does not hold.
#[expect(
    clippy::exhaustive_structs,
    reason = "providers build it; the position is all there is"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct InvalidAt {
    /// The position of the first claim that does not hold.
    pub index: usize,
}

impl fmt::Display for InvalidAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "signature {} is not valid for its key and message",
            self.index
        )
    }
}

impl core::error::Error for InvalidAt {}

/// A public key is not usable.
#[expect(clippy::exhaustive_structs, reason = "it never carries data")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct InvalidKey;

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the public key is not a valid key of a supported scheme")
    }
}

impl core::error::Error for InvalidKey {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds exactly when the signature repeats the key.
    struct Echo;

    impl VerifySignature for Echo {
        fn verify(&self, claim: Claim<'_>) -> Result<(), InvalidSignature> {
            if claim.signature == claim.key {
                Ok(())
            } else {
                Err(InvalidSignature)
            }
        }

        fn check_key(&self, _spki: &[u8]) -> Result<(), InvalidKey> {
            Ok(())
        }
    }

    #[test]
    fn no_claims_hold() {
        assert_eq!(Echo.verify_all(&[]), Ok(()));
    }

    #[test]
    fn the_default_names_the_first_claim_that_does_not_hold() {
        let good = Claim {
            key: b"a",
            message: &[],
            signature: b"a",
        };
        let bad = Claim {
            key: b"a",
            message: &[],
            signature: b"b",
        };
        assert_eq!(Echo.verify_all(&[good, good]), Ok(()));
        assert_eq!(
            Echo.verify_all(&[good, bad, bad]),
            Err(InvalidAt { index: 1 })
        );
    }
}
