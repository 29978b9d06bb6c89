//! Keys of every scheme that tests sign with.

pub(crate) mod assertion;
pub(crate) mod der;

use model::crypto::ecdsa::{Curve, ecdsa_public_point, ecdsa_sign};
use model::crypto::ed25519::{ed25519_public_key, ed25519_sign};
use model::crypto::rsa::{RSA_EXPONENT, RsaTestKey, rsa_sign};
use model::crypto::{sha224, test_seed};

use self::assertion::Assertion;
use crate::certificate::fixture;

/// A key of a user, with what it takes to sign.
#[derive(Clone, Debug)]
pub(crate) enum Signer {
    /// Plain Ed25519, from this seed.
    Ed25519([u8; 32]),
    /// Plain ECDSA, from this seed.
    Ecdsa(Curve, [u8; 32]),
    /// WebAuthn with ES256, from this seed.
    WebauthnEs256([u8; 32]),
    /// WebAuthn with RS256.
    WebauthnRs256(RsaTestKey),
    /// WebAuthn with `EdDSA` on Ed25519, from this seed.
    WebauthnEd25519([u8; 32]),
    /// Canister signatures of this canister, with this seed.
    Canister(Vec<u8>, Vec<u8>),
    /// RSA without WebAuthn, which is no scheme of users; a preset takes it for delegations.
    PlainRsa(RsaTestKey),
}

impl Signer {
    /// The Ed25519 key of this label.
    pub(crate) fn ed25519(label: &str) -> Self {
        Self::Ed25519(test_seed(label))
    }

    /// The P-256 key of this label.
    pub(crate) fn p256(label: &str) -> Self {
        Self::Ecdsa(Curve::P256, test_seed(label))
    }

    /// The secp256k1 key of this label.
    pub(crate) fn secp256k1(label: &str) -> Self {
        Self::Ecdsa(Curve::Secp256k1, test_seed(label))
    }

    /// The passkey on P-256 of this label.
    pub(crate) fn webauthn_es256(label: &str) -> Self {
        Self::WebauthnEs256(test_seed(label))
    }

    /// The passkey with RSA: there is one, of 2048 bits.
    pub(crate) const fn webauthn_rs256() -> Self {
        Self::WebauthnRs256(RsaTestKey::Bits2048)
    }

    /// The passkey on Ed25519 of this label.
    pub(crate) fn webauthn_ed25519(label: &str) -> Self {
        Self::WebauthnEd25519(test_seed(label))
    }

    /// The key with this seed of the canister of this number; see [`fixture::canister`].
    pub(crate) fn canister(number: u64, seed: &[u8]) -> Self {
        Self::Canister(fixture::canister(number), seed.to_vec())
    }

    /// The plain RSA key, of 2048 bits.
    pub(crate) const fn plain_rsa() -> Self {
        Self::PlainRsa(RsaTestKey::Bits2048)
    }

    /// One signer of every scheme but canister signatures, with the scheme's name in vectors.
    pub(crate) fn of_every_plain_scheme() -> Vec<(&'static str, Self)> {
        vec![
            ("ed25519", Self::ed25519("ed25519/user")),
            ("p256", Self::p256("p256/user")),
            ("secp256k1", Self::secp256k1("secp256k1/user")),
            (
                "webauthn-es256",
                Self::webauthn_es256("webauthn-es256/user"),
            ),
            ("webauthn-rs256", Self::webauthn_rs256()),
            (
                "webauthn-ed25519",
                Self::webauthn_ed25519("webauthn-ed25519/user"),
            ),
        ]
    }

    /// The public key in DER.
    pub(crate) fn spki(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(seed) => der::ed25519_key(&ed25519_public_key(seed)),
            Self::Ecdsa(curve, seed) => der::ecdsa_key(*curve, &ecdsa_public_point(*curve, seed)),
            Self::WebauthnEs256(_) | Self::WebauthnRs256(_) | Self::WebauthnEd25519(_) => {
                der::cose_key(&self.cose().encode())
            }
            Self::Canister(id, seed) => der::canister_key(id, seed),
            Self::PlainRsa(key) => der::rsa_key(&key.modulus(), &RSA_EXPONENT),
        }
    }

    /// The self-authenticating id of the key.
    pub(crate) fn principal(&self) -> Vec<u8> {
        let mut id = sha224(&self.spki()).to_vec();
        id.push(2);
        id
    }

    /// The signature on `payload`, in the form in which the IC takes it.
    pub(crate) fn sign(&self, payload: &[u8]) -> Vec<u8> {
        match self {
            Self::WebauthnEs256(_) | Self::WebauthnRs256(_) | Self::WebauthnEd25519(_) => {
                Assertion::of(payload).sign(self).encode()
            }
            Self::Canister(id, seed) => crate::csig::sign(id, seed, payload),
            Self::Ed25519(_) | Self::Ecdsa(..) | Self::PlainRsa(_) => self.sign_raw(payload),
        }
    }

    /// The signature of the authenticator on `message`, for WebAuthn without the container.
    pub(crate) fn sign_raw(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519(seed) | Self::WebauthnEd25519(seed) => {
                ed25519_sign(seed, message).to_vec()
            }
            Self::Ecdsa(curve, seed) => ecdsa_sign(*curve, seed, message).to_vec(),
            Self::WebauthnEs256(seed) => {
                der::ecdsa_signature(&ecdsa_sign(Curve::P256, seed, message))
            }
            Self::WebauthnRs256(key) | Self::PlainRsa(key) => rsa_sign(*key, message),
            Self::Canister(..) => self.sign(message),
        }
    }

    /// The COSE key of a passkey; an empty map for the others.
    pub(crate) fn cose(&self) -> assertion::CoseKey {
        match self {
            Self::WebauthnEs256(seed) => {
                assertion::CoseKey::es256(&ecdsa_public_point(Curve::P256, seed))
            }
            Self::WebauthnRs256(key) => assertion::CoseKey::rs256(&key.modulus(), &RSA_EXPONENT),
            Self::WebauthnEd25519(seed) => assertion::CoseKey::ed25519(&ed25519_public_key(seed)),
            Self::Ed25519(_) | Self::Ecdsa(..) | Self::Canister(..) | Self::PlainRsa(_) => {
                assertion::CoseKey(Vec::new())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::input::hex;

    #[test]
    fn encodes_the_key_of_the_specification() {
        // The example of the specification, section "Web Authentication".
        let mut point = vec![4];
        for half in [
            "7ffd83632072fd1bfeaf3fbaa43146e0ef95c3f55e3994a41bbf2b5174d771da",
            "32497eed0a7f6f000928765b8318162cfd80a94e525a6a368c2363063d04e6ed",
        ] {
            point.extend(model::input::unhex(half).unwrap());
        }
        let cose = assertion::CoseKey::es256(&point);
        assert_eq!(
            hex(&der::cose_key(&cose.encode())),
            "305e300c060a2b0601040183b8430101034e00a50102032620012158207ffd83632072fd1bfeaf3fbaa43146e0ef95c3f55e3994a41bbf2b5174d771da22582032497eed0a7f6f000928765b8318162cfd80a94e525a6a368c2363063d04e6ed"
        );
    }

    #[test]
    fn signs_for_every_scheme() {
        for (name, signer) in Signer::of_every_plain_scheme() {
            assert!(!signer.sign(b"payload").is_empty(), "{name}");
            assert_eq!(signer.principal().len(), 29, "{name}");
        }
    }
}
