//! Points of the curves that ECDSA keys are on.

use core::fmt;

/// An ECDSA public key: the two coordinates of a point, 32 bytes each, most significant first.
///
/// The same type serves P-256 and secp256k1. Only the form is checked. Whether the point lies on its
/// curve is what `check_key` of a signature provider tells.
#[expect(
    clippy::exhaustive_structs,
    reason = "a point has two coordinates, and the form allows any"
)]
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct EcPoint {
    /// The coordinate x.
    pub x: [u8; 32],
    /// The coordinate y.
    pub y: [u8; 32],
}

impl EcPoint {
    /// The length of the uncompressed form in bytes.
    ///
    /// Source: SEC 1, section 2.3.3, for curves of 256 bits.
    // spec: SIG-EC-4
    pub const UNCOMPRESSED_LENGTH: usize = 65;

    /// The length of the DER form of a P-256 key in bytes.
    ///
    /// Source: RFC 5480, section 2.
    // spec: SIG-EC-1
    pub const P256_DER_LENGTH: usize = 91;

    /// The length of the DER form of a secp256k1 key in bytes.
    ///
    /// Source: RFC 5480, section 2.
    // spec: SIG-EC-2
    pub const SECP256K1_DER_LENGTH: usize = 88;

    /// Returns the point with this uncompressed form, or `None` if it is none.
    // spec: SIG-EC-4
    #[must_use]
    pub fn from_uncompressed(bytes: &[u8; Self::UNCOMPRESSED_LENGTH]) -> Option<Self> {
        let [UNCOMPRESSED, coordinates @ ..] = bytes else {
            return None;
        };
        let (x, y) = coordinates.split_first_chunk()?;
        Some(Self {
            x: *x,
            y: y.try_into().ok()?,
        })
    }

    /// Returns the uncompressed form: the byte 4, then x, then y.
    #[must_use]
    pub const fn to_uncompressed(&self) -> [u8; Self::UNCOMPRESSED_LENGTH] {
        let mut bytes = [UNCOMPRESSED; Self::UNCOMPRESSED_LENGTH];
        let (_, coordinates) = bytes.split_at_mut(1);
        let (x, y) = coordinates.split_at_mut(32);
        x.copy_from_slice(&self.x);
        y.copy_from_slice(&self.y);
        bytes
    }

    /// Returns the DER form of the P-256 key with this point.
    // spec: SIG-EC-1
    #[must_use]
    pub const fn to_p256_der(&self) -> [u8; Self::P256_DER_LENGTH] {
        let mut der = [0; Self::P256_DER_LENGTH];
        let (head, tail) = der.split_at_mut(P256_DER_PREFIX.len());
        head.copy_from_slice(&P256_DER_PREFIX);
        tail.copy_from_slice(&self.to_uncompressed());
        der
    }

    /// Returns the DER form of the secp256k1 key with this point.
    // spec: SIG-EC-2
    #[must_use]
    pub const fn to_secp256k1_der(&self) -> [u8; Self::SECP256K1_DER_LENGTH] {
        let mut der = [0; Self::SECP256K1_DER_LENGTH];
        let (head, tail) = der.split_at_mut(SECP256K1_DER_PREFIX.len());
        head.copy_from_slice(&SECP256K1_DER_PREFIX);
        tail.copy_from_slice(&self.to_uncompressed());
        der
    }
}

impl fmt::Debug for EcPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { x, y } = self;
        let (x, y) = (crate::hex::Hex(x), crate::hex::Hex(y));
        f.debug_struct("EcPoint")
            .field("x", &x)
            .field("y", &y)
            .finish()
    }
}

/// The first byte of an uncompressed point.
pub(crate) const UNCOMPRESSED: u8 = 4;

/// 1.2.840.10045.2.1
pub(crate) const ALGORITHM: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";

/// 1.2.840.10045.3.1.7
pub(crate) const P256: &[u8] = b"\x2a\x86\x48\xce\x3d\x03\x01\x07";

/// 1.3.132.0.10
pub(crate) const SECP256K1: &[u8] = b"\x2b\x81\x04\x00\x0a";

/// The DER form of a P-256 key up to the point.
const P256_DER_PREFIX: [u8; EcPoint::P256_DER_LENGTH - EcPoint::UNCOMPRESSED_LENGTH] = *b"\
    \x30\x59\
    \x30\x13\
    \x06\x07\x2a\x86\x48\xce\x3d\x02\x01\
    \x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\
    \x03\x42\x00";

/// The DER form of a secp256k1 key up to the point.
const SECP256K1_DER_PREFIX: [u8; EcPoint::SECP256K1_DER_LENGTH - EcPoint::UNCOMPRESSED_LENGTH] =
    *b"\
    \x30\x56\
    \x30\x10\
    \x06\x07\x2a\x86\x48\xce\x3d\x02\x01\
    \x06\x05\x2b\x81\x04\x00\x0a\
    \x03\x42\x00";
