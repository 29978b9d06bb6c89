//! BLS12-381 keys, with which subnets sign.

use core::fmt;

use principal::Principal;

use crate::der;
use crate::der::ParseDerError;

/// A BLS12-381 public key: 96 bytes, a compressed point of the group G2.
///
/// Only the form is checked. Whether the bytes are a point of the curve and of the right subgroup is
/// what `check_key` of a signature provider tells.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct BlsPublicKey([u8; Self::LENGTH]);

impl BlsPublicKey {
    /// The length in bytes.
    ///
    /// Source: interface spec, "Certificate".
    // spec: CERT-3
    pub const LENGTH: usize = 96;

    /// The length of the DER form in bytes.
    ///
    /// Source: interface spec, "Delegation" of certificates, `extract_der`.
    // spec: SDEL-5
    pub const DER_LENGTH: usize = 133;

    /// The root key of the Internet Computer's main network.
    ///
    /// Every agent carries it, for example `ic-agent` as `IC_ROOT_KEY`. Its principal is the id of
    /// the root subnet, `tdb26-jop6k-aogll-7ltgs-eruif-6kk7m-qpktf-gdiqx-mxtrf-vb5e6-eqe`.
    #[rustfmt::skip]
    pub const MAINNET_ROOT: Self = Self([
        0x81, 0x4c, 0x0e, 0x6e, 0xc7, 0x1f, 0xab, 0x58, 0x3b, 0x08, 0xbd, 0x81,
        0x37, 0x3c, 0x25, 0x5c, 0x3c, 0x37, 0x1b, 0x2e, 0x84, 0x86, 0x3c, 0x98,
        0xa4, 0xf1, 0xe0, 0x8b, 0x74, 0x23, 0x5d, 0x14, 0xfb, 0x5d, 0x9c, 0x0c,
        0xd5, 0x46, 0xd9, 0x68, 0x5f, 0x91, 0x3a, 0x0c, 0x0b, 0x2c, 0xc5, 0x34,
        0x15, 0x83, 0xbf, 0x4b, 0x43, 0x92, 0xe4, 0x67, 0xdb, 0x96, 0xd6, 0x5b,
        0x9b, 0xb4, 0xcb, 0x71, 0x71, 0x12, 0xf8, 0x47, 0x2e, 0x0d, 0x5a, 0x4d,
        0x14, 0x50, 0x5f, 0xfd, 0x74, 0x84, 0xb0, 0x12, 0x91, 0x09, 0x1c, 0x5f,
        0x87, 0xb9, 0x88, 0x83, 0x46, 0x3f, 0x98, 0x09, 0x1a, 0x0b, 0xaa, 0xae,
    ]);

    /// Returns the key with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }

    /// Returns the key with this DER form, exactly [`BlsPublicKey::DER_LENGTH`] bytes.
    ///
    /// A key has only one DER form: lengths that could be shorter are refused.
    ///
    /// # Errors
    ///
    /// Returns the first error from left to right:
    ///
    /// * [`Malformed`](ParseBlsPublicKeyError::Malformed) if the bytes are not the DER form of a
    ///   SubjectPublicKeyInfo, or something follows where nothing should;
    /// * [`WrongAlgorithm`](ParseBlsPublicKeyError::WrongAlgorithm);
    /// * [`WrongCurve`](ParseBlsPublicKeyError::WrongCurve);
    /// * [`UnusedBits`](ParseBlsPublicKeyError::UnusedBits);
    /// * [`WrongLength`](ParseBlsPublicKeyError::WrongLength).
    // spec: SDEL-5
    pub fn from_der(der: &[u8]) -> Result<Self, ParseBlsPublicKeyError> {
        let mut input = der::Reader::new(der);
        let mut info = input.sequence()?;

        let mut algorithm = info.sequence()?;
        if algorithm.object_identifier()? != ALGORITHM {
            return Err(ParseBlsPublicKeyError::WrongAlgorithm);
        }
        if algorithm.object_identifier()? != CURVE {
            return Err(ParseBlsPublicKeyError::WrongCurve);
        }
        algorithm.finish()?;

        let (unused_bits, key) = info.bit_string()?;
        if unused_bits != 0 {
            return Err(ParseBlsPublicKeyError::UnusedBits { bits: unused_bits });
        }
        let Ok(key) = key.try_into() else {
            return Err(ParseBlsPublicKeyError::WrongLength { length: key.len() });
        };
        info.finish()?;
        input.finish()?;
        Ok(Self(key))
    }

    /// Returns the DER form.
    #[must_use]
    pub const fn to_der(&self) -> [u8; Self::DER_LENGTH] {
        let mut der = [0; Self::DER_LENGTH];
        let (head, tail) = der.split_at_mut(DER_PREFIX.len());
        head.copy_from_slice(&DER_PREFIX);
        tail.copy_from_slice(&self.0);
        der
    }

    /// Returns the bytes of the point.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }

    /// Returns the self-authenticating principal. That of the root key is the root subnet's id; other
    /// subnets may have got another key since they got their id.
    #[must_use]
    pub fn principal(&self) -> Principal {
        Principal::self_authenticating(&self.to_der())
    }
}

impl fmt::Debug for BlsPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BlsPublicKey(")?;
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        f.write_str(")")
    }
}

/// Why some bytes are not the DER form of a [`BlsPublicKey`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseBlsPublicKeyError {
    /// The bytes are not the DER form of a SubjectPublicKeyInfo with a named curve.
    Malformed(ParseDerError),
    /// The algorithm is not 1.3.6.1.4.1.44668.5.3.1.2.1.
    WrongAlgorithm,
    /// The curve is not 1.3.6.1.4.1.44668.5.3.2.1.
    WrongCurve,
    /// The key does not end with a whole byte.
    UnusedBits {
        /// How many bits of the last byte are said to be unused.
        bits: u8,
    },
    /// The key does not have [`BlsPublicKey::LENGTH`] bytes.
    WrongLength {
        /// How many bytes it has.
        length: usize,
    },
}

impl From<ParseDerError> for ParseBlsPublicKeyError {
    fn from(error: ParseDerError) -> Self {
        Self::Malformed(error)
    }
}

impl fmt::Display for ParseBlsPublicKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => fmt::Display::fmt(error, f),
            Self::WrongAlgorithm => {
                f.write_str("the algorithm is another than BLS, 1.3.6.1.4.1.44668.5.3.1.2.1")
            }
            Self::WrongCurve => f.write_str(
                "the curve is another than BLS12-381 with keys in G2, 1.3.6.1.4.1.44668.5.3.2.1",
            ),
            Self::UnusedBits { bits } => {
                write!(
                    f,
                    "{bits} unused bits after the key, where none are allowed"
                )
            }
            Self::WrongLength { length } => {
                write!(
                    f,
                    "key of {length} bytes, where {} are needed",
                    BlsPublicKey::LENGTH
                )
            }
        }
    }
}

impl core::error::Error for ParseBlsPublicKeyError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Malformed(error) => Some(error),
            _ => None,
        }
    }
}

/// 1.3.6.1.4.1.44668.5.3.1.2.1
pub(crate) const ALGORITHM: &[u8] = b"\x2b\x06\x01\x04\x01\x82\xdc\x7c\x05\x03\x01\x02\x01";

/// 1.3.6.1.4.1.44668.5.3.2.1
const CURVE: &[u8] = b"\x2b\x06\x01\x04\x01\x82\xdc\x7c\x05\x03\x02\x01";

/// The DER form up to the bytes of the point.
const DER_PREFIX: [u8; BlsPublicKey::DER_LENGTH - BlsPublicKey::LENGTH] = *b"\
    \x30\x81\x82\
    \x30\x1d\
    \x06\x0d\x2b\x06\x01\x04\x01\x82\xdc\x7c\x05\x03\x01\x02\x01\
    \x06\x0c\x2b\x06\x01\x04\x01\x82\xdc\x7c\x05\x03\x02\x01\
    \x03\x61\x00";
