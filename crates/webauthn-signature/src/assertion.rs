//! Assertions: what a browser returns when something is signed.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;

use cbor::{Kind, ReadError, Reader, Record};
use public_key::CosePublicKey;
use signature::{InvalidSignature, VerifySignature};

use crate::authenticator_data::{AuthenticatorData, ParseAuthenticatorDataError};
use crate::base64url::{self, DecodeBase64UrlError};
use crate::claim::{AssertionClaim, CheckSignatureError};
use crate::client_data::{ClientData, ParseClientDataError};
use crate::ecdsa::ParseEcdsaSignatureError;
use crate::{ClientDataRule, Policy};

/// A WebAuthn signature of the right form, about whose truth nothing is known.
///
/// It is what an authenticator returns: its own data, the browser's client data, and a signature on
/// both. On the Internet Computer the three travel as CBOR in the place of a signature.
/// [`Assertion::verify`] makes evidence of it.
#[derive(Clone, Copy)]
pub struct Assertion<'a> {
    authenticator_data: &'a [u8],
    client_data: ClientData<'a>,
    signature: &'a [u8],
}

impl<'a> Assertion<'a> {
    /// Decodes the form in which an assertion travels: a CBOR map of three fields.
    ///
    /// # Errors
    ///
    /// In the order of the checks:
    ///
    /// * [`Read`](ParseAssertionError::Read) in the order of the bytes;
    /// * [`MissingField`](ParseAssertionError::MissingField);
    /// * [`ClientData`](ParseAssertionError::ClientData).
    // spec: SIG-WEBAUTHN-5, SIG-WEBAUTHN-6
    pub fn parse(bytes: &'a [u8], policy: Policy) -> Result<Self, ParseAssertionError> {
        let mut reader = Reader::new(bytes);
        reader.self_described_tag(policy.cbor.tag)?;
        let [mut authenticator_data, mut client_data, mut signature] = [None; 3];
        let mut record = Record::read(&mut reader, &NAMES, policy.cbor.unknown_fields)?;
        while let Some(name) = record.next(&mut reader)? {
            match name {
                AUTHENTICATOR_DATA => authenticator_data = Some(reader.bytes()?),
                CLIENT_DATA => client_data = Some(read_json(&mut reader, policy.client_data)?),
                _ => signature = Some(reader.bytes()?),
            }
        }
        reader.finish()?;

        let missing = |field| ParseAssertionError::MissingField { field };
        let authenticator_data = authenticator_data.ok_or_else(|| missing(AUTHENTICATOR_DATA))?;
        let client_data = client_data.ok_or_else(|| missing(CLIENT_DATA))?;
        let signature = signature.ok_or_else(|| missing(SIGNATURE))?;
        Self::from_response(authenticator_data, client_data, signature, policy)
            .map_err(ParseAssertionError::ClientData)
    }

    /// Returns the assertion with the three parts of a browser's response: `authenticatorData`,
    /// `clientDataJSON` and `signature` of `AuthenticatorAssertionResponse`.
    ///
    /// # Errors
    ///
    /// As [`ClientData::parse`].
    pub fn from_response(
        authenticator_data: &'a [u8],
        client_data_json: &'a [u8],
        signature: &'a [u8],
        policy: Policy,
    ) -> Result<Self, ParseClientDataError> {
        Ok(Self {
            authenticator_data,
            client_data: ClientData::parse(client_data_json, policy.type_and_origin)?,
            signature,
        })
    }

    /// Returns the form in which the assertion travels, in the place of a signature.
    // spec: SIG-WEBAUTHN-5, SIG-WEBAUTHN-6
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = cbor::Writer::new();
        writer
            .self_described_tag()
            .map(3)
            .text(AUTHENTICATOR_DATA)
            .bytes(self.authenticator_data)
            .text(CLIENT_DATA)
            .text(self.client_data.json())
            .text(SIGNATURE)
            .bytes(self.signature);
        writer.into_bytes()
    }

    /// Checks that the holder of `key` signed `payload`, which is all signed bytes, domain separator
    /// included, in pieces that are concatenated.
    ///
    /// Nothing else about the assertion is checked: neither origin nor flags mean anything on the
    /// Internet Computer. Relying parties find them in the evidence.
    ///
    /// # Errors
    ///
    /// As [`Assertion::claim`], and [`InvalidSignature`](VerifyAssertionError::InvalidSignature) in
    /// the end.
    pub fn verify(
        &self,
        payload: &[&[u8]],
        key: &CosePublicKey<'_>,
        provider: &dyn VerifySignature,
    ) -> Result<VerifiedAssertion<'a>, VerifyAssertionError> {
        self.claim(payload, key)?.verify(provider)?;
        Ok(VerifiedAssertion { assertion: *self })
    }

    /// Checks everything but the signature itself, and returns what it would prove.
    ///
    /// This is for those who check several signatures together; others call [`Assertion::verify`].
    /// The claim is about the plain key that the COSE key holds, so signature providers need not
    /// know of WebAuthn.
    ///
    /// # Errors
    ///
    /// In the order of the checks:
    ///
    /// * [`ChallengeEncoding`](VerifyAssertionError::ChallengeEncoding);
    /// * [`WrongChallenge`](VerifyAssertionError::WrongChallenge);
    /// * [`EcdsaSignature`](VerifyAssertionError::EcdsaSignature) or
    ///   [`SignatureLength`](VerifyAssertionError::SignatureLength).
    // spec: SIG-WEBAUTHN-7, SIG-WEBAUTHN-8
    pub fn claim(
        &self,
        payload: &[&[u8]],
        key: &CosePublicKey<'_>,
    ) -> Result<AssertionClaim<'a>, VerifyAssertionError> {
        let challenge = self.client_data.challenge().chars();
        base64url::check(challenge.clone()).map_err(VerifyAssertionError::ChallengeEncoding)?;
        let payload = payload.iter().copied().flatten().copied();
        if !base64url::Decoder::new(challenge).eq(payload) {
            return Err(VerifyAssertionError::WrongChallenge);
        }
        let claim = AssertionClaim::new(
            key.parameters(),
            self.authenticator_data,
            self.client_data.json(),
            self.signature,
        )?;
        Ok(claim)
    }

    /// Returns what the browser says. It is not yet known to be true.
    #[must_use]
    pub const fn client_data(&self) -> &ClientData<'a> {
        &self.client_data
    }

    /// Returns what the authenticator says, of any form.
    #[must_use]
    pub const fn authenticator_data(&self) -> &'a [u8] {
        self.authenticator_data
    }

    /// Returns the signature in the form of the authenticator, such as DER for ES256.
    #[must_use]
    pub const fn signature(&self) -> &'a [u8] {
        self.signature
    }
}

impl fmt::Debug for Assertion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assertion")
            .field("authenticator_data", &Hex(self.authenticator_data))
            .field("client_data", &self.client_data.json())
            .field("signature", &Hex(self.signature))
            .finish()
    }
}

/// Shows bytes in lower-case hexadecimal.
struct Hex<'a>(&'a [u8]);

impl fmt::Debug for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// An [`Assertion`] that [`Assertion::verify`] accepted.
///
/// There is no other way to get one, so holding it is the proof: somebody with the key signed the
/// payload, and what browser and authenticator say is what they said then.
#[derive(Clone, Copy, Debug)]
pub struct VerifiedAssertion<'a> {
    assertion: Assertion<'a>,
}

impl<'a> VerifiedAssertion<'a> {
    /// Returns what the browser said.
    #[must_use]
    pub const fn client_data(&self) -> &ClientData<'a> {
        self.assertion.client_data()
    }

    /// Decodes what the authenticator said: relying party, presence of a user, counter.
    ///
    /// # Errors
    ///
    /// As [`AuthenticatorData::parse`]: on the Internet Computer an assertion may be valid with
    /// authenticator data of any form.
    // spec: SIG-WEBAUTHN-13
    pub fn authenticator_data(&self) -> Result<AuthenticatorData<'a>, ParseAuthenticatorDataError> {
        AuthenticatorData::parse(self.assertion.authenticator_data)
    }
}

/// Takes the bytes of the client data.
fn read_json<'a>(reader: &mut Reader<'a>, rule: ClientDataRule) -> Result<&'a [u8], ReadError> {
    // spec: SIG-WEBAUTHN-6
    match (rule, reader.kind()?) {
        (ClientDataRule::TextOrBytes, Kind::Bytes) => reader.bytes(),
        _ => reader.text().map(str::as_bytes),
    }
}

const AUTHENTICATOR_DATA: &str = "authenticator_data";
const CLIENT_DATA: &str = "client_data_json";
const SIGNATURE: &str = "signature";
const NAMES: [&str; 3] = [AUTHENTICATOR_DATA, CLIENT_DATA, SIGNATURE];

/// Why some bytes are not an [`Assertion`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseAssertionError {
    /// The client data can't be read.
    ClientData(ParseClientDataError),
    /// A field is not there.
    MissingField {
        /// Its name.
        field: &'static str,
    },
    /// The bytes are not one tagged CBOR map with fields of the right kinds.
    Read(ReadError),
}

impl From<ReadError> for ParseAssertionError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl fmt::Display for ParseAssertionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClientData(error) => fmt::Display::fmt(error, f),
            Self::MissingField { field } => {
                write!(
                    f,
                    "no field `{field}` in the WebAuthn signature, which needs it"
                )
            }
            Self::Read(error) => write!(f, "{error} of the WebAuthn signature"),
        }
    }
}

impl core::error::Error for ParseAssertionError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::ClientData(error) => Some(error),
            Self::MissingField { .. } => None,
            Self::Read(error) => Some(error),
        }
    }
}

/// Why an [`Assertion`] does not prove that somebody signed a payload.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum VerifyAssertionError {
    /// The challenge is not unpadded base64url.
    ChallengeEncoding(DecodeBase64UrlError),
    /// The challenge is not the payload.
    WrongChallenge,
    /// The key is an ES256 key, and the signature is not the DER form of r and s.
    EcdsaSignature(ParseEcdsaSignatureError),
    /// The signature has another length than the key demands: 64 bytes for `EdDSA`, as many as the
    /// modulus for RS256.
    SignatureLength {
        /// How many bytes it has.
        length: usize,
        /// How many are needed.
        expected: usize,
    },
    /// The signature does not hold.
    InvalidSignature,
}

impl From<InvalidSignature> for VerifyAssertionError {
    fn from(InvalidSignature: InvalidSignature) -> Self {
        Self::InvalidSignature
    }
}

impl From<CheckSignatureError> for VerifyAssertionError {
    fn from(error: CheckSignatureError) -> Self {
        match error {
            CheckSignatureError::Ecdsa(error) => Self::EcdsaSignature(error),
            CheckSignatureError::Length { length, expected } => {
                Self::SignatureLength { length, expected }
            }
        }
    }
}

impl fmt::Display for VerifyAssertionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ChallengeEncoding(error) => write!(f, "challenge in which {error}"),
            Self::WrongChallenge => {
                f.write_str("challenge that is not the payload, where the whole of it is needed")
            }
            Self::EcdsaSignature(error) => write!(f, "ECDSA signature not in DER: {error}"),
            Self::SignatureLength { length, expected } => {
                write!(
                    f,
                    "signature of {length} bytes, where {expected} are needed"
                )
            }
            Self::InvalidSignature => fmt::Display::fmt(&InvalidSignature, f),
        }
    }
}

impl core::error::Error for VerifyAssertionError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::ChallengeEncoding(error) => Some(error),
            Self::EcdsaSignature(error) => Some(error),
            _ => None,
        }
    }
}
