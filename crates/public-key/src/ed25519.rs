//! Ed25519 keys.

use core::fmt;

use principal::Principal;

/// An Ed25519 public key: 32 bytes, a compressed point as RFC 8032 encodes it.
///
/// Only the form is checked. Whether the bytes decode to a point is what `check_key` of a signature
/// provider tells.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Ed25519PublicKey([u8; Self::LENGTH]);

impl Ed25519PublicKey {
    /// The length in bytes.
    ///
    /// Source: RFC 8410, section 4, and RFC 8032, section 5.1.5.
    // spec: SIG-ED-1
    pub const LENGTH: usize = 32;

    /// The length of the DER form in bytes.
    ///
    /// Source: RFC 8410, section 4.
    pub const DER_LENGTH: usize = 44;

    /// Returns the key with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes of the point.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }

    /// Returns the DER form.
    // spec: SIG-ED-1
    #[must_use]
    pub const fn to_der(&self) -> [u8; Self::DER_LENGTH] {
        let mut der = [0; Self::DER_LENGTH];
        let (head, tail) = der.split_at_mut(DER_PREFIX.len());
        head.copy_from_slice(&DER_PREFIX);
        tail.copy_from_slice(&self.0);
        der
    }

    /// Returns the self-authenticating principal of whoever has this key.
    #[must_use]
    pub fn principal(&self) -> Principal {
        Principal::self_authenticating(&self.to_der())
    }
}

impl fmt::Debug for Ed25519PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ed25519PublicKey({})", crate::hex::Hex(&self.0))
    }
}

/// 1.3.101.112
pub(crate) const ALGORITHM: &[u8] = b"\x2b\x65\x70";

/// The DER form up to the bytes of the point.
const DER_PREFIX: [u8; Ed25519PublicKey::DER_LENGTH - Ed25519PublicKey::LENGTH] = *b"\
    \x30\x2a\
    \x30\x05\
    \x06\x03\x2b\x65\x70\
    \x03\x21\x00";
