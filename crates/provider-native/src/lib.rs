//! Signature verification for icid with native libraries.
//!
//! A [`NativeProvider`] checks BLS12-381 signatures, the scheme of certificates, with `blst`. It
//! keeps what it computed about the keys it was told to [prepare](NativeProvider::prepare), and it
//! checks several claims with one product of pairings. Every other scheme is refused.
//!
//! # Example
//!
//! ```
//! use icid_provider_native::NativeProvider;
//! use signature::{InvalidKey, VerifySignature};
//!
//! // The root key of the public network.
//! let root = hex_literal::hex!(
//!     "308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100"
//!     "814c0e6ec71fab583b08bd81373c255c3c371b2e84863c98a4f1e08b74235d14fb5d9c0cd546d968"
//!     "5f913a0c0b2cc5341583bf4b4392e467db96d65b9bb4cb717112f8472e0d5a4d14505ffd7484b012"
//!     "91091c5f87b98883463f98091a0baaae"
//! );
//! let mut provider = NativeProvider::new();
//! provider.prepare(&root)?;
//! assert_eq!(provider.check_key(&root), Ok(()));
//! assert_eq!(provider.check_key(&root[..132]), Err(InvalidKey));
//! # Ok::<(), InvalidKey>(())
//! ```
//!
//! # Specification
//!
//! Interface spec 0.66.0, "Certificate": signature suite
//! `BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_` of draft-irtf-cfrg-bls-signature-04, keys of 96
//! bytes in a DER SubjectPublicKeyInfo of 133 bytes, signatures of 48 bytes.
//!
//! # Deviations
//!
//! None.
#![no_std]
#![deny(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

extern crate alloc;

mod bls;
mod pairing;
mod prepared;

use signature::{Claim, InvalidAt, InvalidKey, InvalidSignature, VerifySignature};

use crate::pairing::Lines;
use crate::prepared::PreparedKeys;

/// How many prepared keys a [`NativeProvider`] keeps; preparing one more drops the oldest.
///
/// Source: our choice. A prepared key takes about 20 KB; this is room for a root key and for every
/// subnet that one program usually talks to.
pub const MAX_PREPARED_KEYS: usize = 64;

/// Checks signatures with native libraries.
#[derive(Clone, Debug)]
pub struct NativeProvider {
    negated_generator: alloc::boxed::Box<Lines>,
    prepared: PreparedKeys,
}

impl NativeProvider {
    /// Returns a provider that has prepared no key.
    #[must_use]
    pub fn new() -> Self {
        Self {
            negated_generator: Lines::of_negated_generator(),
            prepared: PreparedKeys::new(),
        }
    }

    /// Keeps what can be computed once about a key that will be used often.
    ///
    /// `spki` is a DER SubjectPublicKeyInfo. Preparing a key never changes a verdict. At most
    /// [`MAX_PREPARED_KEYS`] keys are kept; one more takes the place of the oldest.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidKey`] if [`VerifySignature::check_key`] would.
    pub fn prepare(&mut self, spki: &[u8]) -> Result<(), InvalidKey> {
        if self.prepared.lines(spki).is_none() {
            let (der, lines) = bls::prepare(spki)?;
            self.prepared.keep(der, lines);
        }
        Ok(())
    }
}

impl Default for NativeProvider {
    fn default() -> Self {
        Self::new()
    }
}

impl VerifySignature for NativeProvider {
    fn verify(&self, claim: Claim<'_>) -> Result<(), InvalidSignature> {
        bls::verify(&self.negated_generator, &self.prepared, claim)
    }

    fn verify_all(&self, claims: &[Claim<'_>]) -> Result<(), InvalidAt> {
        // One claim needs no weights.
        if claims.len() > 1
            && bls::verify_product(&self.negated_generator, &self.prepared, claims).is_ok()
        {
            return Ok(());
        }
        // The product does not tell which claim fails, so they are checked one by one.
        for (index, claim) in claims.iter().enumerate() {
            self.verify(*claim)
                .map_err(|InvalidSignature| InvalidAt { index })?;
        }
        Ok(())
    }

    fn check_key(&self, spki: &[u8]) -> Result<(), InvalidKey> {
        if self.prepared.lines(spki).is_some() {
            return Ok(());
        }
        bls::check_key(spki)
    }
}
