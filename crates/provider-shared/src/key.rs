//! Which scheme a claim's key belongs to.

use public_key::{EcPoint, Ed25519PublicKey, ParsePublicKeyError, Policy, PublicKey, RsaPublicKey};
use signature::InvalidKey;

/// A key in the form of its scheme.
#[derive(Clone, Copy)]
pub(crate) enum Key<'a> {
    /// BLS12-381; the library reads the key when it needs it, for it may be prepared.
    Bls12381,
    EcdsaP256(EcPoint),
    EcdsaSecp256k1(EcPoint),
    Ed25519(Ed25519PublicKey),
    Rsa(RsaPublicKey<'a>),
}

impl<'a> Key<'a> {
    /// Decodes a DER SubjectPublicKeyInfo of a scheme that can be checked here.
    // spec: SIG-3, SIG-7
    pub(crate) fn parse(spki: &'a [u8]) -> Result<Self, InvalidKey> {
        // The policy is about COSE keys, which belong to other crates, as canister signatures do.
        match PublicKey::parse(spki, Policy::SPEC) {
            Ok(PublicKey::Bls12381(_)) => Ok(Self::Bls12381),
            Ok(PublicKey::EcdsaP256(point)) => Ok(Self::EcdsaP256(point)),
            Ok(PublicKey::EcdsaSecp256k1(point)) => Ok(Self::EcdsaSecp256k1(point)),
            Ok(PublicKey::Ed25519(key)) => Ok(Self::Ed25519(key)),
            Ok(PublicKey::Canister(_) | PublicKey::Cose(_)) => Err(InvalidKey),
            Err(ParsePublicKeyError::PlainRsa) => match RsaPublicKey::from_der(spki) {
                Ok(key) => Ok(Self::Rsa(key)),
                Err(_) => Err(InvalidKey),
            },
            Err(_) => Err(InvalidKey),
        }
    }
}
