//! COSE keys, which authenticators make for WebAuthn (RFC 8152, section 13, and RFC 8230).

mod plain;

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;

use cbor::Kind;
use cbor::ReadError;
use cbor::Reader;
use cbor::Reason;
#[cfg(feature = "alloc")]
use principal::Principal;

use crate::EcPoint;
use crate::Ed25519PublicKey;
use crate::KeyOpsRule;
use crate::LeadingZerosRule;
use crate::Policy;
use crate::RsaPublicKey;
use crate::hex::Hex;
use crate::info;
use crate::rsa::CheckRsaKeyError;

pub use crate::cose::plain::PlainDer;

/// A COSE key of one of the three algorithms that WebAuthn has on the Internet Computer.
///
/// The bytes are kept as they came: the order of the members, their encoding and members that mean
/// nothing here are part of who the key is.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct CosePublicKey<'a> {
    bytes: &'a [u8],
    parameters: CoseParameters<'a>,
}

/// The algorithm of a [`CosePublicKey`], and the key in the algorithm's own form.
#[expect(
    clippy::exhaustive_enums,
    reason = "the interface spec closes the list of algorithms"
)]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum CoseParameters<'a> {
    /// ECDSA on P-256 with SHA-256.
    Es256(EcPoint),
    /// `EdDSA` on Ed25519.
    EdDsa(Ed25519PublicKey),
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256(RsaPublicKey<'a>),
}

impl<'a> CosePublicKey<'a> {
    /// The greatest length in bytes.
    ///
    /// Source: our own; the interface spec sets none. It is what makes the contents of the key's
    /// DER form 65535 bytes.
    pub const MAX_LENGTH: usize = info::MAX_BODY;

    /// Decodes a COSE key.
    ///
    /// `bytes` is one CBOR map without a tag, with labels in any order. Labels with no meaning here
    /// are passed over, but none may come twice.
    ///
    /// # Errors
    ///
    /// In the order of the checks:
    ///
    /// * [`TooLong`](ParseCoseKeyError::TooLong);
    /// * [`Read`](ParseCoseKeyError::Read) and
    ///   [`DuplicateLabel`](ParseCoseKeyError::DuplicateLabel) in the order of the bytes;
    /// * for the members 1 (key type), 3 (algorithm), 4 (key operations) and then −1, −2 and −3:
    ///   [`MissingLabel`](ParseCoseKeyError::MissingLabel), `Read` if one is of another kind than
    ///   expected, and whatever else can be wrong with it.
    // spec: SIG-WEBAUTHN-1, SIG-WEBAUTHN-3, SIG-WEBAUTHN-4
    pub fn parse(bytes: &'a [u8], policy: Policy) -> Result<Self, ParseCoseKeyError> {
        if bytes.len() > Self::MAX_LENGTH {
            let length = bytes.len();
            return Err(ParseCoseKeyError::TooLong { length });
        }
        let members = Members::read(bytes)?;
        let key_type = members.integer(1)?;
        let algorithm = members.integer(3)?;
        let expected = match algorithm {
            ES256 => EC2,
            EDDSA => OKP,
            RS256 => RSA,
            _ => return Err(ParseCoseKeyError::UnsupportedAlgorithm { algorithm }),
        };
        if key_type != expected {
            return Err(ParseCoseKeyError::WrongKeyType {
                key_type,
                algorithm,
            });
        }
        members.check_key_operations(policy.key_ops)?;
        let parameters = match algorithm {
            ES256 => {
                members.expect_curve(P256)?;
                CoseParameters::Es256(EcPoint {
                    x: members.coordinate(-2)?,
                    y: members.coordinate(-3)?,
                })
            }
            EDDSA => {
                members.expect_curve(ED25519)?;
                CoseParameters::EdDsa(Ed25519PublicKey::from_bytes(members.coordinate(-2)?))
            }
            _ => {
                let modulus = members.number(-1, policy.leading_zeros)?;
                let exponent = members.number(-2, policy.leading_zeros)?;
                CoseParameters::Rs256(
                    RsaPublicKey::new(modulus, exponent).map_err(ParseCoseKeyError::Rsa)?,
                )
            }
        };
        Ok(Self { bytes, parameters })
    }

    /// Returns the bytes of the COSE key, as they came.
    // spec: SIG-WEBAUTHN-15
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Returns the algorithm, and the key in its form.
    #[must_use]
    pub const fn parameters(&self) -> &CoseParameters<'a> {
        &self.parameters
    }

    /// Returns the DER form, with the bytes of the COSE key as they came.
    // spec: SIG-WEBAUTHN-2, SIG-WEBAUTHN-15
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        info::encode(ALGORITHM_IDENTIFIER, &[self.bytes])
    }

    /// Returns the self-authenticating principal of whoever has this key.
    // spec: SIG-WEBAUTHN-15
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn principal(&self) -> Principal {
        Principal::self_authenticating(&self.to_der())
    }
}

impl fmt::Debug for CosePublicKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CosePublicKey")
            .field("bytes", &Hex(self.bytes))
            .field("parameters", &self.parameters)
            .finish()
    }
}

/// Why some bytes are not a [`CosePublicKey`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseCoseKeyError {
    /// There are more than [`CosePublicKey::MAX_LENGTH`] bytes.
    TooLong {
        /// How many bytes there are.
        length: usize,
    },
    /// The bytes are not one CBOR map, or a member is of another kind than it must be.
    Read(ReadError),
    /// A label comes for the second time.
    DuplicateLabel {
        /// Where, in bytes from the start of the COSE key.
        position: usize,
    },
    /// A member that the algorithm needs is not there.
    MissingLabel {
        /// Its label.
        label: i8,
    },
    /// The algorithm is none of ES256 (−7), `EdDSA` (−8) and RS256 (−257).
    UnsupportedAlgorithm {
        /// Its number.
        algorithm: i128,
    },
    /// The key type is not the algorithm's.
    WrongKeyType {
        /// The number of the key type.
        key_type: i128,
        /// The number of the algorithm.
        algorithm: i128,
    },
    /// The key operations are something else than the text "verify", which the policy demands.
    KeyOperations,
    /// The curve is not the algorithm's.
    WrongCurve {
        /// The number of the curve.
        curve: i128,
        /// The number of the curve that the algorithm has.
        expected: i128,
    },
    /// A coordinate has another length than 32 bytes.
    CoordinateLength {
        /// The label of the coordinate.
        label: i8,
        /// How many bytes it has.
        length: usize,
    },
    /// The numbers of an RSA key are not allowed.
    Rsa(CheckRsaKeyError),
}

impl From<ReadError> for ParseCoseKeyError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl fmt::Display for ParseCoseKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length } => write!(
                f,
                "COSE key of {length} bytes, at most {} are allowed",
                CosePublicKey::MAX_LENGTH
            ),
            Self::Read(error) => write!(f, "{error} of the COSE key"),
            Self::DuplicateLabel { position } => write!(
                f,
                "label that was there before at byte {position} of the COSE key"
            ),
            Self::MissingLabel { label } => {
                write!(f, "no label {label} in the COSE key, which needs it")
            }
            Self::UnsupportedAlgorithm { algorithm } => write!(
                f,
                "COSE algorithm {algorithm}, where -7, -8 and -257 are allowed"
            ),
            Self::WrongKeyType {
                key_type,
                algorithm,
            } => write!(
                f,
                "COSE key type {key_type}, which is not that of algorithm {algorithm}"
            ),
            Self::KeyOperations => {
                f.write_str("COSE key operations, where only the text \"verify\" is allowed")
            }
            Self::WrongCurve { curve, expected } => {
                write!(f, "COSE curve {curve}, where {expected} is needed")
            }
            Self::CoordinateLength { label, length } => write!(
                f,
                "coordinate {label} of {length} bytes in the COSE key, where 32 are needed"
            ),
            Self::Rsa(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl core::error::Error for ParseCoseKeyError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Read(error) => Some(error),
            Self::Rsa(error) => Some(error),
            _ => None,
        }
    }
}

/// Where the values of the labels that mean something here start.
struct Members<'a> {
    values: [Option<Reader<'a>>; LABELS.len()],
}

impl<'a> Members<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, ParseCoseKeyError> {
        let mut reader = Reader::new(bytes);
        let mut entries = reader.map()?;
        let mut values = [None; LABELS.len()];
        let mut seen = [Label::Integer(0); cbor::MAX_ENTRIES];
        let mut count = 0_usize;
        while reader.next(&mut entries)? {
            let start = reader;
            let label = Label::read(&mut reader)?;
            if seen.iter().take(count).any(|earlier| *earlier == label) {
                let position = start.position();
                return Err(ParseCoseKeyError::DuplicateLabel { position });
            }
            *seen
                .get_mut(count)
                .ok_or_else(|| start.error(Reason::TooManyEntries))? = label;
            count = count.saturating_add(1);
            let known = LABELS.iter().zip(&mut values);
            for (_, value) in
                known.filter(|(known, _)| label == Label::Integer(i128::from(**known)))
            {
                *value = Some(reader);
            }
            reader.skip()?;
        }
        reader.finish()?;
        Ok(Self { values })
    }

    /// Returns a reader at the value of a label, if it is there.
    fn optional(&self, label: i8) -> Option<Reader<'a>> {
        let mut values = LABELS.iter().zip(&self.values);
        values
            .find(|(known, _)| **known == label)
            .and_then(|(_, value)| *value)
    }

    fn value(&self, label: i8) -> Result<Reader<'a>, ParseCoseKeyError> {
        self.optional(label)
            .ok_or(ParseCoseKeyError::MissingLabel { label })
    }

    fn integer(&self, label: i8) -> Result<i128, ParseCoseKeyError> {
        Ok(self.value(label)?.integer()?)
    }

    fn bytes(&self, label: i8) -> Result<&'a [u8], ParseCoseKeyError> {
        Ok(self.value(label)?.bytes()?)
    }

    /// Takes an RSA number, without the zeros in front that `rule` allows.
    fn number(&self, label: i8, rule: LeadingZerosRule) -> Result<&'a [u8], ParseCoseKeyError> {
        let bytes = self.bytes(label)?;
        Ok(match rule {
            LeadingZerosRule::Accept => {
                let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
                bytes.get(zeros..).unwrap_or_default()
            }
            LeadingZerosRule::Reject => bytes,
        })
    }

    fn coordinate(&self, label: i8) -> Result<[u8; 32], ParseCoseKeyError> {
        let bytes = self.bytes(label)?;
        bytes.try_into().ok().ok_or({
            let length = bytes.len();
            ParseCoseKeyError::CoordinateLength { label, length }
        })
    }

    fn expect_curve(&self, expected: i128) -> Result<(), ParseCoseKeyError> {
        let curve = self.integer(-1)?;
        if curve != expected {
            return Err(ParseCoseKeyError::WrongCurve { curve, expected });
        }
        Ok(())
    }

    fn check_key_operations(&self, rule: KeyOpsRule) -> Result<(), ParseCoseKeyError> {
        if rule == KeyOpsRule::AbsentOrVerify
            && let Some(mut operations) = self.optional(4)
            && operations.text() != Ok("verify")
        {
            return Err(ParseCoseKeyError::KeyOperations);
        }
        Ok(())
    }
}

/// A label of a COSE key.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Label<'a> {
    Integer(i128),
    Text(&'a str),
}

impl<'a> Label<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, ReadError> {
        if reader.kind()? == Kind::Text {
            return reader.text().map(Self::Text);
        }
        reader.integer().map(Self::Integer)
    }
}

/// The labels that mean something here.
const LABELS: [i8; 6] = [1, 3, 4, -1, -2, -3];

/// Key types of RFC 8152, section 13, and RFC 8230, section 4.
const OKP: i128 = 1;
const EC2: i128 = 2;
const RSA: i128 = 3;

/// Algorithms of RFC 8152, section 8, and of the registry for RFC 8812.
const ES256: i128 = -7;
const EDDSA: i128 = -8;
const RS256: i128 = -257;

/// Curves of RFC 8152, section 13.1.
const P256: i128 = 1;
const ED25519: i128 = 6;

/// 1.3.6.1.4.1.56387.1.1
pub(crate) const ALGORITHM: &[u8] = b"\x2b\x06\x01\x04\x01\x83\xb8\x43\x01\x01";

/// The element `AlgorithmIdentifier`.
#[cfg(feature = "alloc")]
const ALGORITHM_IDENTIFIER: &[u8; info::SHORT_ALGORITHM_LENGTH] =
    b"\x30\x0c\x06\x0a\x2b\x06\x01\x04\x01\x83\xb8\x43\x01\x01";
