//! Keys that sign, all with the code of `ic-agent`.

use ic_agent::Identity;
use ic_agent::identity::BasicIdentity;
use ic_agent::identity::Prime256v1Identity;
use ic_agent::identity::Secp256k1Identity;

/// A plain scheme.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    /// Ed25519.
    Ed25519,
    /// ECDSA on P-256.
    P256,
    /// ECDSA on secp256k1.
    Secp256k1,
}

impl Scheme {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ed25519, Self::P256, Self::Secp256k1];
}

/// Returns the identity whose secret key repeats this byte, which must not be zero.
///
/// # Panics
///
/// If the byte is zero.
#[must_use]
pub fn identity(scheme: Scheme, byte: u8) -> Box<dyn Identity> {
    let secret = [byte; 32];
    match scheme {
        Scheme::Ed25519 => Box::new(BasicIdentity::from_raw_key(&secret)),
        Scheme::P256 => Box::new(Prime256v1Identity::from_private_key(
            p256::SecretKey::from_slice(&secret).expect("the number is below the order"),
        )),
        Scheme::Secp256k1 => Box::new(Secp256k1Identity::from_private_key(
            k256::SecretKey::from_slice(&secret).expect("the number is below the order"),
        )),
    }
}

/// Returns the key of an identity in DER.
///
/// # Panics
///
/// If it is the anonymous one.
#[must_use]
pub fn public_key(identity: &dyn Identity) -> Vec<u8> {
    identity.public_key().expect("the identity has a key")
}

/// Signs bytes with an identity.
///
/// # Errors
///
/// Those of the identity.
///
/// # Panics
///
/// If it is the anonymous one.
pub fn sign(identity: &dyn Identity, payload: &[u8]) -> Result<Vec<u8>, String> {
    let signature = identity.sign_arbitrary(payload)?.signature;
    Ok(signature.expect("the identity has a key"))
}
