//! Keys of all schemes.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;

#[cfg(feature = "alloc")]
use principal::Principal;

use crate::BlsPublicKey;
use crate::CanisterPublicKey;
use crate::CoseParameters;
use crate::CosePublicKey;
use crate::EcPoint;
use crate::Ed25519PublicKey;
use crate::ParseBlsPublicKeyError;
use crate::ParseCanisterKeyError;
use crate::ParseCoseKeyError;
use crate::Policy;
use crate::bls;
use crate::canister;
use crate::cose;
use crate::der;
use crate::der::ParseDerError;
use crate::ecdsa;
use crate::ed25519;
use crate::rsa;

/// A public key of one of the schemes of the Internet Computer.
///
/// It borrows the variable parts from the bytes it was parsed from.
// spec: SIG-5
#[expect(
    clippy::exhaustive_enums,
    reason = "the interface spec closes the list of schemes"
)]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum PublicKey<'a> {
    /// BLS12-381, with which subnets sign certificates. It signs neither requests nor delegations.
    Bls12381(BlsPublicKey),
    /// Canister signatures.
    Canister(CanisterPublicKey<'a>),
    /// A COSE key for WebAuthn.
    Cose(CosePublicKey<'a>),
    /// ECDSA on P-256 with SHA-256.
    EcdsaP256(EcPoint),
    /// ECDSA on secp256k1 with SHA-256.
    EcdsaSecp256k1(EcPoint),
    /// Ed25519.
    Ed25519(Ed25519PublicKey),
}

impl<'a> PublicKey<'a> {
    /// Decodes a DER SubjectPublicKeyInfo.
    ///
    /// Each key has exactly one DER form: lengths in the shortest form, parameters as the scheme
    /// has them, no unused bits, nothing more. So the principal of the parsed key is that of `der`.
    ///
    /// # Errors
    ///
    /// Returns the first error from left to right, with those of the body in the end:
    ///
    /// * [`Malformed`](ParsePublicKeyError::Malformed) if the bytes are not the DER form of a
    ///   SubjectPublicKeyInfo, or something follows where nothing should;
    /// * [`PlainRsa`](ParsePublicKeyError::PlainRsa) or
    ///   [`UnknownAlgorithm`](ParsePublicKeyError::UnknownAlgorithm);
    /// * [`Bls`](ParsePublicKeyError::Bls), for the whole of such a key;
    /// * [`UnknownCurve`](ParsePublicKeyError::UnknownCurve) or
    ///   [`UnexpectedParameters`](ParsePublicKeyError::UnexpectedParameters);
    /// * [`UnusedBits`](ParsePublicKeyError::UnusedBits);
    /// * [`WrongPointForm`](ParsePublicKeyError::WrongPointForm),
    ///   [`WrongLength`](ParsePublicKeyError::WrongLength),
    ///   [`Canister`](ParsePublicKeyError::Canister) or [`Cose`](ParsePublicKeyError::Cose).
    // spec: SIG-3, SIG-7
    pub fn parse(der: &'a [u8], policy: Policy) -> Result<Self, ParsePublicKeyError> {
        let mut input = der::Reader::new(der);
        let mut info = input.sequence()?;

        let mut algorithm = info.sequence()?;
        let position = algorithm.position();
        let form = match algorithm.object_identifier()? {
            bls::ALGORITHM => {
                return BlsPublicKey::from_der(der)
                    .map(Self::Bls12381)
                    .map_err(ParsePublicKeyError::Bls);
            }
            canister::ALGORITHM => Form::Canister,
            cose::ALGORITHM => Form::Cose,
            ecdsa::ALGORITHM => {
                let position = algorithm.position();
                match algorithm.object_identifier()? {
                    // spec: SIG-EC-1
                    ecdsa::P256 => Form::EcdsaP256,
                    // spec: SIG-EC-2
                    ecdsa::SECP256K1 => Form::EcdsaSecp256k1,
                    _ => return Err(ParsePublicKeyError::UnknownCurve { position }),
                }
            }
            ed25519::ALGORITHM => Form::Ed25519,
            rsa::ALGORITHM => return Err(ParsePublicKeyError::PlainRsa),
            // spec: SIG-EC-3
            _ => return Err(ParsePublicKeyError::UnknownAlgorithm { position }),
        };
        if !algorithm.is_empty() {
            let position = algorithm.position();
            return Err(ParsePublicKeyError::UnexpectedParameters { position });
        }

        let (unused_bits, body) = info.bit_string()?;
        if unused_bits != 0 {
            return Err(ParsePublicKeyError::UnusedBits { bits: unused_bits });
        }
        info.finish()?;
        input.finish()?;
        form.read(body, policy)
    }

    /// Returns the scheme.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        match self {
            Self::Bls12381(_) => Scheme::Bls12381,
            Self::Canister(_) => Scheme::Canister,
            Self::Cose(key) => match key.parameters() {
                CoseParameters::Es256(_) => Scheme::WebAuthnEs256,
                CoseParameters::EdDsa(_) => Scheme::WebAuthnEd25519,
                CoseParameters::Rs256(_) => Scheme::WebAuthnRs256,
            },
            Self::EcdsaP256(_) => Scheme::EcdsaP256,
            Self::EcdsaSecp256k1(_) => Scheme::EcdsaSecp256k1,
            Self::Ed25519(_) => Scheme::Ed25519,
        }
    }

    /// Returns the DER form: the bytes that parse to this key.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        match self {
            Self::Bls12381(key) => key.to_der().to_vec(),
            Self::Canister(key) => key.to_der(),
            Self::Cose(key) => key.to_der(),
            Self::EcdsaP256(point) => point.to_p256_der().to_vec(),
            Self::EcdsaSecp256k1(point) => point.to_secp256k1_der().to_vec(),
            Self::Ed25519(key) => key.to_der().to_vec(),
        }
    }

    /// Returns the self-authenticating principal of whoever has this key.
    ///
    /// Whoever has the DER form at hand can hash it: [`Principal::self_authenticating`] gives the
    /// same without allocating.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn principal(&self) -> Principal {
        Principal::self_authenticating(&self.to_der())
    }
}

/// How the bytes in the bit string are to be read.
#[derive(Clone, Copy)]
enum Form {
    Canister,
    Cose,
    EcdsaP256,
    EcdsaSecp256k1,
    Ed25519,
}

impl Form {
    fn read(self, body: &[u8], policy: Policy) -> Result<PublicKey<'_>, ParsePublicKeyError> {
        match self {
            Self::Canister => CanisterPublicKey::from_body(body)
                .map(PublicKey::Canister)
                .map_err(ParsePublicKeyError::Canister),
            Self::Cose => CosePublicKey::parse(body, policy)
                .map(PublicKey::Cose)
                .map_err(ParsePublicKeyError::Cose),
            Self::EcdsaP256 => point(body).map(PublicKey::EcdsaP256),
            Self::EcdsaSecp256k1 => point(body).map(PublicKey::EcdsaSecp256k1),
            Self::Ed25519 => match body.try_into() {
                Ok(bytes) => Ok(PublicKey::Ed25519(Ed25519PublicKey::from_bytes(bytes))),
                Err(_) => Err(ParsePublicKeyError::WrongLength {
                    length: body.len(),
                    expected: Ed25519PublicKey::LENGTH,
                }),
            },
        }
    }
}

fn point(body: &[u8]) -> Result<EcPoint, ParsePublicKeyError> {
    // spec: SIG-EC-4
    if let Some(&form) = body.first()
        && form != ecdsa::UNCOMPRESSED
    {
        return Err(ParsePublicKeyError::WrongPointForm { form });
    }
    let bytes = body.try_into().ok();
    bytes
        .and_then(EcPoint::from_uncompressed)
        .ok_or(ParsePublicKeyError::WrongLength {
            length: body.len(),
            expected: EcPoint::UNCOMPRESSED_LENGTH,
        })
}

/// Why some bytes are not the DER form of a [`PublicKey`].
///
/// Positions are offsets in bytes from the start of the input.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParsePublicKeyError {
    /// The bytes are not the DER form of a SubjectPublicKeyInfo.
    Malformed(ParseDerError),
    /// The algorithm is 1.2.840.113549.1.1.1, rsaEncryption, which is no scheme of the Internet
    /// Computer. [`RsaPublicKey::from_der`](crate::RsaPublicKey::from_der) reads such keys.
    PlainRsa,
    /// The algorithm is none that is known here.
    UnknownAlgorithm {
        /// Where the OID is.
        position: usize,
    },
    /// The key is a BLS12-381 key, and something is wrong with it.
    Bls(ParseBlsPublicKeyError),
    /// The curve of an ECDSA key is neither P-256 nor secp256k1.
    UnknownCurve {
        /// Where the OID is.
        position: usize,
    },
    /// The algorithm has parameters, or more of them than it should. Even NULL is not allowed.
    UnexpectedParameters {
        /// Where they start.
        position: usize,
    },
    /// The key does not end with a whole byte.
    UnusedBits {
        /// How many bits of the last byte are said to be unused.
        bits: u8,
    },
    /// A point is not in the uncompressed form.
    WrongPointForm {
        /// Its first byte, which is not 4.
        form: u8,
    },
    /// A key has another length than its scheme demands.
    WrongLength {
        /// How many bytes it has.
        length: usize,
        /// How many are needed.
        expected: usize,
    },
    /// The key is a key of canister signatures, and something is wrong with it.
    Canister(ParseCanisterKeyError),
    /// The key is a COSE key, and something is wrong with it.
    Cose(ParseCoseKeyError),
}

impl From<ParseDerError> for ParsePublicKeyError {
    fn from(error: ParseDerError) -> Self {
        Self::Malformed(error)
    }
}

impl fmt::Display for ParsePublicKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => fmt::Display::fmt(error, f),
            Self::PlainRsa => {
                f.write_str("plain RSA key (1.2.840.113549.1.1.1), which is no supported scheme")
            }
            Self::UnknownAlgorithm { position } => {
                write!(f, "unknown algorithm at position {position}")
            }
            Self::Bls(error) => fmt::Display::fmt(error, f),
            Self::UnknownCurve { position } => write!(
                f,
                "unknown curve at position {position}, P-256 and secp256k1 are allowed"
            ),
            Self::UnexpectedParameters { position } => write!(
                f,
                "parameters of the algorithm at position {position}, where none are allowed"
            ),
            Self::UnusedBits { bits } => {
                write!(
                    f,
                    "{bits} unused bits after the key, where none are allowed"
                )
            }
            Self::WrongPointForm { form } => write!(
                f,
                "point of form {form:#04x}, where 0x04 (uncompressed) is needed"
            ),
            Self::WrongLength { length, expected } => {
                write!(f, "key of {length} bytes, where {expected} are needed")
            }
            Self::Canister(error) => fmt::Display::fmt(error, f),
            Self::Cose(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl core::error::Error for ParsePublicKeyError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Malformed(error) => Some(error),
            Self::Bls(error) => Some(error),
            Self::Canister(error) => Some(error),
            Self::Cose(error) => Some(error),
            _ => None,
        }
    }
}

/// How signatures by a key are checked.
// spec: SIG-5
#[expect(
    clippy::exhaustive_enums,
    reason = "the interface spec closes the list of schemes"
)]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Scheme {
    /// BLS12-381, with which subnets sign.
    Bls12381,
    /// Canister signatures.
    Canister,
    /// ECDSA on P-256 with SHA-256.
    EcdsaP256,
    /// ECDSA on secp256k1 with SHA-256.
    EcdsaSecp256k1,
    /// Ed25519.
    Ed25519,
    /// WebAuthn with `EdDSA` on Ed25519.
    WebAuthnEd25519,
    /// WebAuthn with ECDSA on P-256 and SHA-256.
    WebAuthnEs256,
    /// WebAuthn with RSASSA-PKCS1-v1_5 and SHA-256.
    WebAuthnRs256,
}

impl Scheme {
    /// Returns the name of the scheme in the adapter protocol, such as `webauthn_es256`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bls12381 => "bls12_381",
            Self::Canister => "canister",
            Self::EcdsaP256 => "ecdsa_p256",
            Self::EcdsaSecp256k1 => "ecdsa_secp256k1",
            Self::Ed25519 => "ed25519",
            Self::WebAuthnEd25519 => "webauthn_ed25519",
            Self::WebAuthnEs256 => "webauthn_es256",
            Self::WebAuthnRs256 => "webauthn_rs256",
        }
    }

    /// Returns whether keys of this scheme sign requests and delegations: all but BLS12-381.
    // spec: SIG-5
    #[must_use]
    pub const fn signs_requests(self) -> bool {
        !matches!(self, Self::Bls12381)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
