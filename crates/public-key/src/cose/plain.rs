//! The plain keys that COSE keys hold.

use crate::CoseParameters;
use crate::EcPoint;
use crate::Ed25519PublicKey;
use crate::RsaDer;

impl CoseParameters<'_> {
    /// Returns the DER form of the plain key with the same numbers, on the stack: a P-256 key, an
    /// Ed25519 key, or an RSA key (see [`RsaPublicKey`](crate::RsaPublicKey)).
    ///
    /// Signature providers know nothing of COSE: what an authenticator signed is a claim under this
    /// key, and this is the key to pass to `check_key`. It is another key than the COSE key, with
    /// another principal.
    #[must_use]
    pub fn to_plain_der(&self) -> PlainDer {
        PlainDer(match self {
            Self::Es256(point) => Plain::P256(point.to_p256_der()),
            Self::EdDsa(key) => Plain::Ed25519(key.to_der()),
            Self::Rs256(key) => Plain::Rsa(key.to_der()),
        })
    }
}

/// The DER form of the plain key with the numbers of a COSE key, on the stack.
#[derive(Clone, Copy, Debug)]
pub struct PlainDer(Plain);

#[expect(
    clippy::large_enum_variant,
    reason = "it lives on the stack, and there may be no heap to move the largest to"
)]
#[derive(Clone, Copy, Debug)]
enum Plain {
    Ed25519([u8; Ed25519PublicKey::DER_LENGTH]),
    P256([u8; EcPoint::P256_DER_LENGTH]),
    Rsa(RsaDer),
}

impl PlainDer {
    /// Returns the bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Plain::Ed25519(der) => der,
            Plain::P256(der) => der,
            Plain::Rsa(der) => der.as_bytes(),
        }
    }
}
