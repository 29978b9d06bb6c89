//! Attestation objects: what a browser returns when a credential is made.

use core::fmt;

use cbor::{ReadError, Reader, Record, UnknownFieldRule};
use public_key::{CosePublicKey, ParseCoseKeyError};

use crate::authenticator_data::{
    AttestedCredential, AuthenticatorData, ParseAuthenticatorDataError,
};

/// What a browser returns as `attestationObject` when a credential is made.
///
/// It holds the new credential's id and key. The statement in it, which may prove of what model the
/// authenticator is, is not looked at.
///
/// # Example
///
/// ```
/// use icid_webauthn_signature::{Attestation, ParseAttestationError};
///
/// /// Returns the id of a new credential, and the key in DER, whose hash is the user.
/// fn register(object: &[u8]) -> Result<(&[u8], Vec<u8>), ParseAttestationError> {
///     let attestation = Attestation::parse(object, public_key::Policy::SPEC)?;
///     Ok((attestation.credential().id(), attestation.public_key().to_der()))
/// }
/// assert!(register(b"").is_err());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Attestation<'a> {
    format: &'a str,
    statement: &'a [u8],
    authenticator_data: AuthenticatorData<'a>,
    credential: AttestedCredential<'a>,
    key: CosePublicKey<'a>,
}

impl<'a> Attestation<'a> {
    /// Decodes an attestation object with a key that the Internet Computer knows.
    ///
    /// `object` is a CBOR map without a tag; members with no meaning here are passed over. `policy`
    /// is about the key.
    ///
    /// # Errors
    ///
    /// In the order of the checks:
    ///
    /// * [`Read`](ParseAttestationError::Read) in the order of the bytes;
    /// * [`MissingField`](ParseAttestationError::MissingField);
    /// * [`AuthenticatorData`](ParseAttestationError::AuthenticatorData);
    /// * [`MissingCredential`](ParseAttestationError::MissingCredential);
    /// * [`Key`](ParseAttestationError::Key).
    pub fn parse(
        object: &'a [u8],
        policy: public_key::Policy,
    ) -> Result<Self, ParseAttestationError> {
        let mut reader = Reader::new(object);
        let [mut statement, mut data] = [None; 2];
        let mut format = None;
        let mut record = Record::read(&mut reader, &NAMES, UnknownFieldRule::Ignore)?;
        while let Some(name) = record.next(&mut reader)? {
            match name {
                "fmt" => format = Some(reader.text()?),
                "attStmt" => {
                    // A look at the kind; what is in it may be anything.
                    let mut ahead = reader;
                    ahead.map()?;
                    statement = Some(reader.item()?);
                }
                _ => data = Some(reader.bytes()?),
            }
        }
        reader.finish()?;

        let missing = |field| ParseAttestationError::MissingField { field };
        let format = format.ok_or_else(|| missing("fmt"))?;
        let statement = statement.ok_or_else(|| missing("attStmt"))?;
        let data = data.ok_or_else(|| missing("authData"))?;
        let authenticator_data =
            AuthenticatorData::parse(data).map_err(ParseAttestationError::AuthenticatorData)?;
        let credential = *authenticator_data
            .credential()
            .ok_or(ParseAttestationError::MissingCredential)?;
        let key = credential
            .public_key(policy)
            .map_err(ParseAttestationError::Key)?;
        Ok(Self {
            format,
            statement,
            authenticator_data,
            credential,
            key,
        })
    }

    /// Returns the format of the statement, such as `none` or `packed`.
    #[must_use]
    pub const fn format(&self) -> &'a str {
        self.format
    }

    /// Returns the statement, a CBOR map about which nothing is known.
    #[must_use]
    pub const fn statement(&self) -> &'a [u8] {
        self.statement
    }

    /// Returns the data of the authenticator.
    #[must_use]
    pub const fn authenticator_data(&self) -> &AuthenticatorData<'a> {
        &self.authenticator_data
    }

    /// Returns the credential that was made.
    #[must_use]
    pub const fn credential(&self) -> &AttestedCredential<'a> {
        &self.credential
    }

    /// Returns the key of the credential, which goes into DER with the bytes that the authenticator
    /// wrote.
    #[must_use]
    pub const fn public_key(&self) -> CosePublicKey<'a> {
        self.key
    }
}

const NAMES: [&str; 3] = ["fmt", "attStmt", "authData"];

/// Why some bytes are not an [`Attestation`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseAttestationError {
    /// The data of the authenticator can't be read.
    AuthenticatorData(ParseAuthenticatorDataError),
    /// The key of the credential is none of the Internet Computer.
    Key(ParseCoseKeyError),
    /// The authenticator attests no credential.
    MissingCredential,
    /// A field is not there.
    MissingField {
        /// Its name.
        field: &'static str,
    },
    /// The bytes are not one CBOR map with fields of the right kinds.
    Read(ReadError),
}

impl From<ReadError> for ParseAttestationError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl fmt::Display for ParseAttestationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AuthenticatorData(error) => fmt::Display::fmt(error, f),
            Self::Key(error) => fmt::Display::fmt(error, f),
            Self::MissingCredential => {
                f.write_str("no credential in the authenticator data of the attestation")
            }
            Self::MissingField { field } => {
                write!(f, "no field `{field}` in the attestation, which needs it")
            }
            Self::Read(error) => write!(f, "{error} of the attestation"),
        }
    }
}

impl core::error::Error for ParseAttestationError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::AuthenticatorData(error) => Some(error),
            Self::Key(error) => Some(error),
            Self::Read(error) => Some(error),
            _ => None,
        }
    }
}
