//! RSA keys, which occur in COSE keys for WebAuthn.

use core::fmt;

use crate::der;
use crate::der::Head;
use crate::der::ParseDerError;
use crate::der::Tag;
use crate::info;

/// An RSA public key of an allowed size.
///
/// On the Internet Computer RSA keys stand in COSE keys, see
/// [`CoseParameters::Rs256`](crate::CoseParameters::Rs256). As a SubjectPublicKeyInfo of its own
/// (rsaEncryption of RFC 3279) such a key signs neither requests nor delegations, and
/// [`PublicKey::parse`](crate::PublicKey::parse) refuses it. The form is here for claims to signature
/// providers, which is how an RS256 signature is checked, and for callers who follow deployed
/// replicas in accepting such keys as signers of delegations.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct RsaPublicKey<'a> {
    /// The first byte is not zero.
    modulus: &'a [u8],
    exponent: u64,
}

impl<'a> RsaPublicKey<'a> {
    /// The least length of a modulus in bits.
    ///
    /// Source: policy `rsa.modulus`, as deployed replicas have it.
    pub const MIN_MODULUS_BITS: usize = 2048;

    /// The greatest length of a modulus in bits.
    ///
    /// Source: policy `rsa.modulus`, as deployed replicas have it.
    pub const MAX_MODULUS_BITS: usize = 8192;

    /// The greatest length of the DER form in bytes.
    pub const MAX_DER_LENGTH: usize = 1064;

    /// Returns the key with these two numbers, most significant byte first, without zeros in front.
    ///
    /// # Errors
    ///
    /// In the order of the checks: any variant of [`CheckRsaKeyError`].
    // spec: SIG-WEBAUTHN-3
    pub fn new(modulus: &'a [u8], exponent: &[u8]) -> Result<Self, CheckRsaKeyError> {
        // RFC 8230, section 4: the shortest form. A zero in front would make another principal of
        // the same numbers.
        if modulus.first() == Some(&0) || exponent.first() == Some(&0) {
            return Err(CheckRsaKeyError::LeadingZero);
        }
        let bits = bits(modulus);
        if !(Self::MIN_MODULUS_BITS..=Self::MAX_MODULUS_BITS).contains(&bits) {
            return Err(CheckRsaKeyError::ModulusSize { bits });
        }
        if is_even(modulus) {
            return Err(CheckRsaKeyError::EvenModulus);
        }
        let mut padded = [0; 8];
        let number = padded
            .len()
            .checked_sub(exponent.len())
            .and_then(|zeros| padded.get_mut(zeros..))
            .ok_or(CheckRsaKeyError::ExponentSize)?;
        number.copy_from_slice(exponent);
        let number = u64::from_be_bytes(padded);
        if !(MIN_EXPONENT..=MAX_EXPONENT).contains(&number) {
            return Err(CheckRsaKeyError::ExponentSize);
        }
        if is_even(exponent) {
            return Err(CheckRsaKeyError::EvenExponent);
        }
        Ok(Self {
            modulus,
            exponent: number,
        })
    }

    /// Returns the key with this DER form: rsaEncryption with the parameter NULL, as RFC 3279 has
    /// it.
    ///
    /// # Errors
    ///
    /// Returns the first error from left to right:
    ///
    /// * [`Malformed`](ParseRsaPublicKeyError::Malformed);
    /// * [`WrongAlgorithm`](ParseRsaPublicKeyError::WrongAlgorithm);
    /// * [`UnusedBits`](ParseRsaPublicKeyError::UnusedBits);
    /// * [`NotAllowed`](ParseRsaPublicKeyError::NotAllowed), in the end, for the numbers.
    pub fn from_der(der: &'a [u8]) -> Result<Self, ParseRsaPublicKeyError> {
        let mut input = der::Reader::new(der);
        let mut info = input.sequence()?;

        let mut algorithm = info.sequence()?;
        if algorithm.object_identifier()? != ALGORITHM {
            return Err(ParseRsaPublicKeyError::WrongAlgorithm);
        }
        algorithm.null()?;
        algorithm.finish()?;

        let (unused_bits, body) = info.bit_string()?;
        if unused_bits != 0 {
            return Err(ParseRsaPublicKeyError::UnusedBits { bits: unused_bits });
        }
        let start = info.position().saturating_sub(body.len());
        let mut key = der::Reader::within(body, start);
        let mut numbers = key.sequence()?;
        let modulus = numbers.unsigned()?;
        let exponent = numbers.unsigned()?;
        numbers.finish()?;
        key.finish()?;
        info.finish()?;
        input.finish()?;
        Self::new(modulus, exponent).map_err(ParseRsaPublicKeyError::NotAllowed)
    }

    /// Returns the modulus, most significant byte first; the first byte is not zero.
    ///
    /// A signature has as many bytes.
    #[must_use]
    pub const fn modulus(&self) -> &'a [u8] {
        self.modulus
    }

    /// Returns the exponent: an odd number from 3 to 2³³ − 1.
    #[must_use]
    pub const fn exponent(&self) -> u64 {
        self.exponent
    }

    /// Returns the DER form, on the stack.
    #[must_use]
    pub fn to_der(&self) -> RsaDer {
        let exponent_bytes = self.exponent.to_be_bytes();
        let zeros = exponent_bytes.iter().take_while(|byte| **byte == 0).count();
        let exponent = exponent_bytes.get(zeros..).unwrap_or_default();

        let integers = integer_length(self.modulus).saturating_add(integer_length(exponent));
        let numbers = Head::new(Tag::Sequence, integers);

        let mut der = RsaDer::new();
        let body = numbers.element_length(integers);
        info::frame(ALGORITHM_IDENTIFIER, body, |piece| der.push(piece));
        der.push(numbers.as_bytes());
        for number in [self.modulus, exponent] {
            der.push(Head::new(Tag::Integer, signed_length(number)).as_bytes());
            if needs_sign(number) {
                der.push(&[0]);
            }
            der.push(number);
        }
        der
    }
}

impl fmt::Debug for RsaPublicKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaPublicKey")
            .field("modulus", &crate::hex::Hex(self.modulus))
            .field("exponent", &self.exponent)
            .finish()
    }
}

/// The DER form of an [`RsaPublicKey`], on the stack.
#[derive(Clone, Copy)]
pub struct RsaDer {
    bytes: [u8; RsaPublicKey::MAX_DER_LENGTH],
    length: usize,
}

impl RsaDer {
    const fn new() -> Self {
        Self {
            bytes: [0; RsaPublicKey::MAX_DER_LENGTH],
            length: 0,
        }
    }

    /// Returns the bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn push(&mut self, piece: &[u8]) {
        let end = self.length.saturating_add(piece.len());
        // There is room: a key's size was checked when it was built.
        if let Some(target) = self.bytes.get_mut(self.length..end) {
            target.copy_from_slice(piece);
            self.length = end;
        }
    }
}

impl AsRef<[u8]> for RsaDer {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Debug for RsaDer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaDer({})", crate::hex::Hex(self.as_bytes()))
    }
}

/// Why two numbers are not those of an [`RsaPublicKey`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CheckRsaKeyError {
    /// One of the numbers starts with a zero.
    LeadingZero,
    /// The modulus is too short or too long.
    ModulusSize {
        /// How many bits it has.
        bits: usize,
    },
    /// The modulus is even.
    EvenModulus,
    /// The exponent is less than 3, or 2³³ or more.
    ExponentSize,
    /// The exponent is even.
    EvenExponent,
}

impl fmt::Display for CheckRsaKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeadingZero => f.write_str("RSA number that starts with a zero"),
            Self::ModulusSize { bits } => write!(
                f,
                "RSA modulus of {bits} bits, {} to {} are allowed",
                RsaPublicKey::MIN_MODULUS_BITS,
                RsaPublicKey::MAX_MODULUS_BITS
            ),
            Self::EvenModulus => f.write_str("even RSA modulus, where an odd one is needed"),
            Self::ExponentSize => {
                f.write_str("RSA exponent that is not between 3 and 2^33 - 1, which are allowed")
            }
            Self::EvenExponent => f.write_str("even RSA exponent, where an odd one is needed"),
        }
    }
}

impl core::error::Error for CheckRsaKeyError {}

/// Why some bytes are not the DER form of an [`RsaPublicKey`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseRsaPublicKeyError {
    /// The bytes are not the DER form of a SubjectPublicKeyInfo with two integers.
    Malformed(ParseDerError),
    /// The algorithm is not 1.2.840.113549.1.1.1.
    WrongAlgorithm,
    /// The key does not end with a whole byte.
    UnusedBits {
        /// How many bits of the last byte are said to be unused.
        bits: u8,
    },
    /// The two numbers are not those of an allowed key.
    NotAllowed(CheckRsaKeyError),
}

impl From<ParseDerError> for ParseRsaPublicKeyError {
    fn from(error: ParseDerError) -> Self {
        Self::Malformed(error)
    }
}

impl fmt::Display for ParseRsaPublicKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => fmt::Display::fmt(error, f),
            Self::WrongAlgorithm => {
                f.write_str("the algorithm is another than RSA, 1.2.840.113549.1.1.1")
            }
            Self::UnusedBits { bits } => {
                write!(
                    f,
                    "{bits} unused bits after the key, where none are allowed"
                )
            }
            Self::NotAllowed(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl core::error::Error for ParseRsaPublicKeyError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Malformed(error) => Some(error),
            Self::NotAllowed(error) => Some(error),
            _ => None,
        }
    }
}

/// Returns how many bits a number has whose first byte is not zero.
fn bits(number: &[u8]) -> usize {
    let zeros = number.first().map_or(0, |byte| byte.leading_zeros());
    let zeros = usize::try_from(zeros).unwrap_or_default();
    number.len().saturating_mul(8).saturating_sub(zeros)
}

fn is_even(number: &[u8]) -> bool {
    number.last().is_none_or(|byte| byte & 1 == 0)
}

/// Returns whether an integer with these bytes would be negative.
fn needs_sign(number: &[u8]) -> bool {
    number.first().is_some_and(|byte| *byte >= 0x80)
}

/// Returns the length of the contents of the integer with these bytes.
fn signed_length(number: &[u8]) -> usize {
    number.len().saturating_add(needs_sign(number).into())
}

/// Returns the length of the integer with these bytes, head included.
fn integer_length(number: &[u8]) -> usize {
    let contents = signed_length(number);
    Head::new(Tag::Integer, contents).element_length(contents)
}

/// Source: policy `rsa.modulus`.
const MIN_EXPONENT: u64 = 3;
const MAX_EXPONENT: u64 = (1 << 33) - 1;

/// 1.2.840.113549.1.1.1
pub(crate) const ALGORITHM: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";

/// The element `AlgorithmIdentifier`, with NULL for its parameters.
const ALGORITHM_IDENTIFIER: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
