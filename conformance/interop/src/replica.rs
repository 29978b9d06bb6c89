//! Plain signatures as replicas verify them.

/// A key of a plain scheme of users.
#[derive(Debug)]
pub enum Key {
    /// Ed25519.
    Ed25519(ic_ed25519::PublicKey),
    /// ECDSA on P-256.
    P256(ic_secp256r1::PublicKey),
    /// ECDSA on secp256k1.
    Secp256k1(ic_secp256k1::PublicKey),
}

impl Key {
    /// Returns the key with this DER form, if it is one and there is no other form of the same key.
    #[must_use]
    pub fn from_der(der: &[u8]) -> Option<Self> {
        let ed25519 = ic_ed25519::PublicKey::deserialize_rfc8410_der(der).map(Self::Ed25519);
        let key = ed25519
            .or_else(|_| ic_secp256r1::PublicKey::deserialize_der(der).map(Self::P256))
            .or_else(|_| ic_secp256k1::PublicKey::deserialize_der(der).map(Self::Secp256k1));
        key.ok().filter(|key| key.to_der() == der)
    }

    fn to_der(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => key.serialize_rfc8410_der(),
            Self::P256(key) => key.serialize_der(),
            Self::Secp256k1(key) => key.serialize_der(),
        }
    }

    /// Returns whether a signature in the form of the Internet Computer holds.
    #[must_use]
    pub fn holds(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Ed25519(key) => key.verify_signature(message, signature).is_ok(),
            Self::P256(key) => key.verify_signature(message, signature),
            Self::Secp256k1(key) => key.verify_signature_with_malleability(message, signature),
        }
    }
}
