//! Authenticator data: what the authenticator says about itself and a ceremony.

use core::fmt;

use cbor::{Kind, ReadError, Reader, Reason};
use public_key::{CosePublicKey, ParseCoseKeyError};

/// The data of an authenticator, which is a part of what it signs.
///
/// The Internet Computer demands nothing of it, not even this form. It is here for relying parties
/// that want to look at it.
#[derive(Clone, Copy, Debug)]
pub struct AuthenticatorData<'a> {
    rp_id_hash: &'a [u8; 32],
    flags: Flags,
    counter: u32,
    credential: Option<AttestedCredential<'a>>,
    extensions: Option<&'a [u8]>,
}

/// The flags in [`AuthenticatorData`]: eight bits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Flags(u8);

/// A credential that an authenticator made.
#[derive(Clone, Copy, Debug)]
pub struct AttestedCredential<'a> {
    aaguid: &'a [u8; 16],
    id: &'a [u8],
    key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    /// The least length in bytes.
    ///
    /// Source: WebAuthn, "Authenticator Data": hash, flags and counter.
    pub const MIN_LENGTH: usize = 37;

    /// The greatest length of a credential id in bytes.
    ///
    /// Source: WebAuthn, "Registering a New Credential".
    pub const MAX_CREDENTIAL_ID_LENGTH: usize = 1023;

    /// Decodes the data of an authenticator.
    ///
    /// # Errors
    ///
    /// Returns the first error from left to right: any variant of [`ParseAuthenticatorDataError`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseAuthenticatorDataError> {
        let mut rest = bytes;
        let mut chunk = Chunks {
            rest: &mut rest,
            length: bytes.len(),
        };
        let rp_id_hash = chunk.array()?;
        let [flags] = *chunk.array()?;
        let flags = Flags(flags);
        let counter = u32::from_be_bytes(*chunk.array()?);
        let credential = if flags.has_credential() {
            let aaguid = chunk.array()?;
            let length = usize::from(u16::from_be_bytes(*chunk.array()?));
            if length > Self::MAX_CREDENTIAL_ID_LENGTH {
                return Err(ParseAuthenticatorDataError::CredentialIdTooLong { length });
            }
            let id = chunk.take(length)?;
            let key = chunk.map()?;
            Some(AttestedCredential { aaguid, id, key })
        } else {
            None
        };
        let extensions = if flags.has_extensions() {
            Some(chunk.map()?)
        } else {
            None
        };
        if !rest.is_empty() {
            let count = rest.len();
            return Err(ParseAuthenticatorDataError::TrailingBytes { count });
        }
        Ok(Self {
            rp_id_hash,
            flags,
            counter,
            credential,
            extensions,
        })
    }

    /// Returns the SHA-256 of the relying-party id, a domain such as `example.com`.
    #[must_use]
    pub const fn rp_id_hash(&self) -> &'a [u8; 32] {
        self.rp_id_hash
    }

    /// Returns the flags.
    #[must_use]
    pub const fn flags(&self) -> Flags {
        self.flags
    }

    /// Returns how many signatures the authenticator says it has made; many always say zero.
    #[must_use]
    pub const fn counter(&self) -> u32 {
        self.counter
    }

    /// Returns the credential, which is there when it was just made.
    #[must_use]
    pub const fn credential(&self) -> Option<&AttestedCredential<'a>> {
        self.credential.as_ref()
    }

    /// Returns the outputs of extensions, a CBOR map.
    #[must_use]
    pub const fn extensions(&self) -> Option<&'a [u8]> {
        self.extensions
    }
}

impl Flags {
    /// Returns the eight bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Returns whether somebody was there, say touched the authenticator (UP).
    #[must_use]
    pub const fn user_present(self) -> bool {
        self.0 & 1 != 0
    }

    /// Returns whether the authenticator knows who was there, say by a fingerprint (UV).
    #[must_use]
    pub const fn user_verified(self) -> bool {
        self.0 & 1 << 2 != 0
    }

    /// Returns whether the credential may be on several devices (BE).
    #[must_use]
    pub const fn backup_eligible(self) -> bool {
        self.0 & 1 << 3 != 0
    }

    /// Returns whether the credential is on several devices, or in a backup (BS).
    #[must_use]
    pub const fn backed_up(self) -> bool {
        self.0 & 1 << 4 != 0
    }

    /// Returns whether a credential is attested (AT).
    #[must_use]
    pub const fn has_credential(self) -> bool {
        self.0 & 1 << 6 != 0
    }

    /// Returns whether there are outputs of extensions (ED).
    #[must_use]
    pub const fn has_extensions(self) -> bool {
        self.0 & 1 << 7 != 0
    }
}

impl<'a> AttestedCredential<'a> {
    /// Returns the id of the authenticator's model.
    #[must_use]
    pub const fn aaguid(&self) -> &'a [u8; 16] {
        self.aaguid
    }

    /// Returns the id of the credential, at most [`AuthenticatorData::MAX_CREDENTIAL_ID_LENGTH`]
    /// bytes.
    #[must_use]
    pub const fn id(&self) -> &'a [u8] {
        self.id
    }

    /// Returns the COSE key, byte for byte as the authenticator wrote it.
    // spec: SIG-WEBAUTHN-15
    #[must_use]
    pub const fn cose_key(&self) -> &'a [u8] {
        self.key
    }

    /// Decodes the COSE key.
    ///
    /// # Errors
    ///
    /// As [`CosePublicKey::parse`].
    pub fn public_key(
        &self,
        policy: public_key::Policy,
    ) -> Result<CosePublicKey<'a>, ParseCoseKeyError> {
        CosePublicKey::parse(self.key, policy)
    }
}

struct Chunks<'r, 'a> {
    rest: &'r mut &'a [u8],
    /// How long the whole is.
    length: usize,
}

impl<'a> Chunks<'_, 'a> {
    fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], ParseAuthenticatorDataError> {
        let (head, rest) = self.rest.split_first_chunk().ok_or_else(|| self.end(N))?;
        *self.rest = rest;
        Ok(head)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], ParseAuthenticatorDataError> {
        let split = self.rest.split_at_checked(length);
        let (head, rest) = split.ok_or_else(|| self.end(length))?;
        *self.rest = rest;
        Ok(head)
    }

    /// Takes one whole CBOR map.
    fn map(&mut self) -> Result<&'a [u8], ParseAuthenticatorDataError> {
        let start = self.position();
        let mut reader = Reader::new(self.rest);
        let result = match reader.kind() {
            Ok(Kind::Map) => reader.item(),
            Ok(found) => Err(reader.error(Reason::WrongKind {
                found,
                expected: Kind::Map,
            })),
            Err(error) => Err(error),
        };
        let item = result.map_err(|ReadError { position, reason }| {
            ParseAuthenticatorDataError::Read(ReadError {
                position: start.saturating_add(position),
                reason,
            })
        })?;
        *self.rest = reader.remaining();
        Ok(item)
    }

    const fn position(&self) -> usize {
        self.length.saturating_sub(self.rest.len())
    }

    #[cold]
    const fn end(&self, needed: usize) -> ParseAuthenticatorDataError {
        ParseAuthenticatorDataError::UnexpectedEnd {
            position: self.position(),
            needed,
            available: self.rest.len(),
        }
    }
}

/// Why some bytes are not [`AuthenticatorData`].
///
/// Positions are offsets in bytes from the start of the authenticator data.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseAuthenticatorDataError {
    /// The credential id has more than [`AuthenticatorData::MAX_CREDENTIAL_ID_LENGTH`] bytes.
    CredentialIdTooLong {
        /// How many bytes it is said to have.
        length: usize,
    },
    /// The COSE key, or the outputs of extensions, are not a CBOR map.
    Read(ReadError),
    /// Something follows what the flags announce.
    TrailingBytes {
        /// How many bytes it has.
        count: usize,
    },
    /// The bytes end too early.
    UnexpectedEnd {
        /// Where the missing bytes should start.
        position: usize,
        /// How many bytes are needed there.
        needed: usize,
        /// How many there are.
        available: usize,
    },
}

impl fmt::Display for ParseAuthenticatorDataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CredentialIdTooLong { length } => write!(
                f,
                "credential id of {length} bytes, at most {} are allowed",
                AuthenticatorData::MAX_CREDENTIAL_ID_LENGTH
            ),
            Self::Read(error) => write!(f, "{error} of the authenticator data"),
            Self::TrailingBytes { count } => write!(
                f,
                "{count} bytes after the authenticator data, where nothing may follow"
            ),
            Self::UnexpectedEnd {
                position,
                needed,
                available,
            } => write!(
                f,
                "{available} bytes left at position {position} of the authenticator data, where \
                 {needed} are needed"
            ),
        }
    }
}

impl core::error::Error for ParseAuthenticatorDataError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Read(error) => Some(error),
            _ => None,
        }
    }
}
