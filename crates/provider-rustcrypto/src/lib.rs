//! Signature verification for icid in pure Rust.
//!
//! A [`RustCryptoProvider`] checks the signatures of every plain scheme. It runs wherever Rust does,
//! canisters included.
//!
//! | scheme | library | keys, in DER | signatures |
//! |---|---|---|---|
//! | BLS12-381 | `ic_bls12_381` | 133 bytes | 48 bytes |
//! | Ed25519 | `ed25519-zebra` | 44 bytes | 64 bytes |
//! | ECDSA on P-256, SHA-256 | `p256` | 91 bytes | 64 bytes |
//! | ECDSA on secp256k1, SHA-256 | `k256` | 88 bytes | 64 bytes |
//! | RSASSA-PKCS1-v1_5, SHA-256 | `rsa` | 2048 to 8192 bits, odd exponents from 3 to 2³³ − 1 | as long as the modulus |
//!
//! A [`RustCryptoBlsProvider`] checks BLS12-381 alone, and makes smaller programs.
//!
//! Keys of WebAuthn and of canister signatures are refused: the crates for these take such a signature
//! apart and ask a provider about the plain signature or the certificate inside.
//!
//! It keeps what it computed about the BLS keys it was told to
//! [prepare](RustCryptoProvider::prepare). Several BLS claims are checked with one product of pairings,
//! several Ed25519 claims with one sum of points; the coefficients are hashed from all claims, so the
//! answer is always the same. A product or sum does not tell which claim fails, so then its claims
//! are checked one by one.
//!
//! # Example
//!
//! ```
//! use icid_provider_rustcrypto::RustCryptoProvider;
//! use signature::{InvalidKey, VerifySignature};
//!
//! // The root key of the public network.
//! let root = hex_literal::hex!(
//!     "308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100"
//!     "814c0e6ec71fab583b08bd81373c255c3c371b2e84863c98a4f1e08b74235d14fb5d9c0cd546d968"
//!     "5f913a0c0b2cc5341583bf4b4392e467db96d65b9bb4cb717112f8472e0d5a4d14505ffd7484b012"
//!     "91091c5f87b98883463f98091a0baaae"
//! );
//! let mut provider = RustCryptoProvider::new();
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
//! bytes in a DER SubjectPublicKeyInfo of 133 bytes, signatures of 48 bytes. "Signatures": `SIG-3`,
//! `SIG-7`, `SIG-ED-1` to `-5`, `SIG-EC-1` to `-9`. "Web Authentication": `SIG-WEBAUTHN-12`.
//!
//! | the interface spec leaves open | a provider |
//! |---|---|
//! | Ed25519 points of small order, points not in canonical form, the cofactor | follows ZIP-215, as deployed replicas do |
//! | S of Ed25519 that is not reduced | rejects it |
//! | the higher of the two values of s in ECDSA | accepts it |
//!
//! # Deviations
//!
//! None.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

extern crate alloc;

mod bls;
mod hash_to_curve;
mod p256;
mod rsa;
mod secp256k1;

use ic_bls12_381::G2Prepared;
use provider_shared::{BlsLibrary, BlsProvider, Library, PreparedKeys, Provider};
use public_key::{BlsPublicKey, EcPoint, RsaPublicKey};
use signature::{Claim, InvalidAt, InvalidKey, InvalidSignature, VerifySignature};

pub use provider_shared::MAX_PREPARED_KEYS;

/// Checks signatures in pure Rust.
#[derive(Clone, Debug)]
pub struct RustCryptoProvider(Provider<Libraries>);

impl RustCryptoProvider {
    /// Returns a provider that has prepared no key.
    #[must_use]
    pub const fn new() -> Self {
        Self(Provider::new(Libraries))
    }

    /// Keeps what can be computed once about a key that will be used often.
    ///
    /// `spki` is a DER SubjectPublicKeyInfo. Preparing a key never changes a verdict. At most
    /// [`MAX_PREPARED_KEYS`] keys are kept; one more takes the place of the oldest. Only BLS keys gain
    /// by it; other keys are checked, and nothing is kept.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidKey`] if [`VerifySignature::check_key`] would.
    pub fn prepare(&mut self, spki: &[u8]) -> Result<(), InvalidKey> {
        self.0.prepare(spki)
    }
}

impl Default for RustCryptoProvider {
    fn default() -> Self {
        Self::new()
    }
}

impl VerifySignature for RustCryptoProvider {
    fn verify(&self, claim: Claim<'_>) -> Result<(), InvalidSignature> {
        self.0.verify(claim)
    }

    fn verify_all(&self, claims: &[Claim<'_>]) -> Result<(), InvalidAt> {
        self.0.verify_all(claims)
    }

    fn check_key(&self, spki: &[u8]) -> Result<(), InvalidKey> {
        self.0.check_key(spki)
    }
}

/// Checks signatures of BLS12-381 alone in pure Rust, and refuses all others.
///
/// It is for small programs that verify certificates and canister signatures and nothing else: what
/// they do not use of the other schemes is not linked. With keys of BLS12-381 it gives the verdicts
/// of a [`RustCryptoProvider`].
#[derive(Clone, Debug)]
pub struct RustCryptoBlsProvider(BlsProvider<Libraries>);

impl RustCryptoBlsProvider {
    /// Returns a provider that has prepared no key.
    #[must_use]
    pub const fn new() -> Self {
        Self(BlsProvider::new(Libraries))
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
        self.0.prepare(spki)
    }
}

impl Default for RustCryptoBlsProvider {
    fn default() -> Self {
        Self::new()
    }
}

impl VerifySignature for RustCryptoBlsProvider {
    fn verify(&self, claim: Claim<'_>) -> Result<(), InvalidSignature> {
        self.0.verify(claim)
    }

    fn verify_all(&self, claims: &[Claim<'_>]) -> Result<(), InvalidAt> {
        self.0.verify_all(claims)
    }

    fn check_key(&self, spki: &[u8]) -> Result<(), InvalidKey> {
        self.0.check_key(spki)
    }
}

/// The libraries of the table above, but the one for Ed25519, which all providers share.
#[derive(Clone, Debug)]
struct Libraries;

impl BlsLibrary for Libraries {
    type Prepared = G2Prepared;

    fn prepare_bls(&self, key: &BlsPublicKey) -> Result<G2Prepared, InvalidKey> {
        bls::prepare(key)
    }

    fn check_bls(&self, key: &BlsPublicKey) -> Result<(), InvalidKey> {
        bls::check_key(key)
    }

    fn verify_bls(
        &self,
        prepared: &PreparedKeys<G2Prepared>,
        claim: Claim<'_>,
    ) -> Result<(), InvalidSignature> {
        bls::verify(prepared, claim)
    }

    fn verify_bls_product(
        &self,
        prepared: &PreparedKeys<G2Prepared>,
        claims: &[Claim<'_>],
    ) -> Result<(), InvalidSignature> {
        bls::verify_product(prepared, claims)
    }
}

impl Library for Libraries {
    fn check_p256(&self, point: &EcPoint) -> Result<(), InvalidKey> {
        p256::check_key(point)
    }

    fn check_secp256k1(&self, point: &EcPoint) -> Result<(), InvalidKey> {
        secp256k1::check_key(point)
    }

    fn check_rsa(&self, key: &RsaPublicKey<'_>) -> Result<(), InvalidKey> {
        rsa::check_key(key)
    }

    fn verify_p256(
        &self,
        point: &EcPoint,
        message: &[&[u8]],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        p256::verify(point, message, signature)
    }

    fn verify_secp256k1(
        &self,
        point: &EcPoint,
        message: &[&[u8]],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        secp256k1::verify(point, message, signature)
    }

    fn verify_rsa(
        &self,
        key: &RsaPublicKey<'_>,
        message: &[&[u8]],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        rsa::verify(key, message, signature)
    }
}
