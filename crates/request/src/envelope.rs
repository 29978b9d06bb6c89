//! Requests as they travel.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use cbor::{ReadError, Reader, Record, Writer};
use delegation::{DelegationChain, ParseDelegationError, SignedDelegation};
use principal::Principal;

use crate::content::{CONTENT, inside, is_absent, missing, read_blob};
use crate::hex::Hex;
use crate::{Content, Policy};

/// A request of the right form, about whose truth nothing is known.
///
/// It is a [`Content`] and, unless it is anonymous, what shall prove who sent it: a chain from the
/// key that is the sender to a key that signed, and the signature. [`Envelope::authenticate`] makes
/// evidence of it.
#[derive(Clone, Eq, PartialEq)]
pub struct Envelope<'a> {
    content: Content<'a>,
    proof: Option<Proof<'a>>,
}

/// What shall prove who sent a request.
#[derive(Clone, Eq, PartialEq)]
struct Proof<'a> {
    chain: DelegationChain<'a>,
    signature: Cow<'a, [u8]>,
}

impl<'a> Envelope<'a> {
    /// Decodes a request: the body of what is sent to an endpoint.
    ///
    /// Everything is borrowed but the list of delegations, and blobs that are arrays of integers if
    /// the policy lets them be. So the request takes a small multiple of the space of its encoding,
    /// however much that claims to hold.
    ///
    /// # Errors
    ///
    /// In the order of the checks:
    ///
    /// * [`Read`](ParseEnvelopeError::Read), [`Delegations`](ParseEnvelopeError::Delegations),
    ///   [`PrincipalTooLong`](ParseEnvelopeError::PrincipalTooLong),
    ///   [`UnknownRequestType`](ParseEnvelopeError::UnknownRequestType) and
    ///   [`MissingField`](ParseEnvelopeError::MissingField) in the order of the bytes, with what is
    ///   wrong with the type first among those of the content, and missing fields at the end of their
    ///   record;
    /// * [`IncompleteProof`](ParseEnvelopeError::IncompleteProof).
    // spec: CBOR-11
    pub fn parse(bytes: &'a [u8], policy: Policy) -> Result<Self, ParseEnvelopeError> {
        let policy = policy.cbor;
        let mut reader = Reader::new(bytes);
        reader
            .self_described_tag(policy.tag)
            .map_err(inside(ENVELOPE))?;
        let (mut content, mut key) = (None, None);
        let (mut signature, mut links) = (None, None);
        let mut record =
            Record::read(&mut reader, &FIELDS, policy.unknown_fields).map_err(inside(ENVELOPE))?;
        while let Some(name) = record.next(&mut reader).map_err(inside(ENVELOPE))? {
            match name {
                CONTENT => content = Some(Content::read(&mut reader, policy)?),
                _ if is_absent(&mut reader, policy.null, name)? => {}
                KEY => key = Some(read_blob(&mut reader, policy, KEY)?),
                SIGNATURE => signature = Some(read_blob(&mut reader, policy, SIGNATURE)?),
                _ => {
                    let read = SignedDelegation::read_list(&mut reader, policy);
                    links = Some(read.map_err(ParseEnvelopeError::Delegations)?);
                }
            }
        }
        reader.finish().map_err(inside(ENVELOPE))?;

        let content = content.ok_or_else(|| missing(CONTENT))?;
        match (key, signature, links) {
            (None, None, None) => Ok(Self::unsigned(content)),
            // spec: ENV-17
            (Some(key), Some(signature), links) => {
                let chain = DelegationChain::new(key, links.unwrap_or_default());
                Ok(Self::signed(content, chain, signature))
            }
            // spec: ENV-3
            _ => {
                let sender = content.sender();
                Err(ParseEnvelopeError::IncompleteProof { sender })
            }
        }
    }

    /// Returns the request with this content that nobody signed.
    #[must_use]
    pub const fn unsigned(content: Content<'a>) -> Self {
        Self {
            content,
            proof: None,
        }
    }

    /// Returns the request with these parts. Nothing is checked.
    ///
    /// `chain` begins with the key whose principal is the sender and ends with the key that signed; it
    /// has no links if the two are the same.
    #[must_use]
    pub fn signed(
        content: Content<'a>,
        chain: DelegationChain<'a>,
        signature: impl Into<Cow<'a, [u8]>>,
    ) -> Self {
        let signature = signature.into();
        Self {
            content,
            proof: Some(Proof { chain, signature }),
        }
    }

    /// Returns the same request without borrowing anything.
    #[must_use]
    pub fn into_owned(self) -> Envelope<'static> {
        let proof = self.proof.map(|proof| Proof {
            chain: proof.chain.into_owned(),
            signature: Cow::Owned(proof.signature.into_owned()),
        });
        Envelope {
            content: self.content.into_owned(),
            proof,
        }
    }

    /// Returns the form in which the request travels: the fields in the order in which agents write
    /// them, without a list of delegations if there are none.
    // spec: CBOR-1, ENV-16
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        let links = self.proof.as_ref().map(|proof| proof.chain.links());
        let fields = match links {
            None => 1,
            Some([]) => 3,
            Some(_) => 4,
        };
        writer.self_described_tag().map(fields).text(CONTENT);
        self.content.write(&mut writer);
        if let Some(Proof { chain, signature }) = &self.proof {
            writer
                .text(KEY)
                .bytes(chain.root_key())
                .text(SIGNATURE)
                .bytes(signature);
            if !chain.links().is_empty() {
                writer.text(LINKS).item(&chain.encode_links());
            }
        }
        writer.into_bytes()
    }

    /// Returns what the request asks for.
    #[must_use]
    pub const fn content(&self) -> &Content<'a> {
        &self.content
    }

    /// Returns the keys that shall prove who sent it, or `None` if nobody signed it.
    #[must_use]
    pub const fn chain(&self) -> Option<&DelegationChain<'a>> {
        match &self.proof {
            Some(proof) => Some(&proof.chain),
            None => None,
        }
    }

    /// Returns the signature in the scheme's encoding on the Internet Computer, or `None` if nobody
    /// signed it.
    #[must_use]
    pub fn signature(&self) -> Option<&[u8]> {
        self.proof.as_ref().map(|proof| &*proof.signature)
    }
}

impl fmt::Debug for Envelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("content", &self.content)
            .field("chain", &self.chain())
            .field("signature", &self.signature().map(Hex))
            .finish()
    }
}

const ENVELOPE: &str = "envelope";
const KEY: &str = "sender_pubkey";
const SIGNATURE: &str = "sender_sig";
const LINKS: &str = "sender_delegation";
const FIELDS: [&str; 4] = [CONTENT, KEY, SIGNATURE, LINKS];

/// Why some bytes are not an [`Envelope`].
///
/// Positions are in bytes from the start of the input.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseEnvelopeError {
    /// The delegations are none.
    Delegations(ParseDelegationError),
    /// Of key, signature and delegations something is there, but not both key and signature.
    IncompleteProof {
        /// Who is said to have sent the request. The anonymous principal shows nothing of the three.
        sender: Principal,
    },
    /// A field is not there.
    MissingField {
        /// Its name.
        field: &'static str,
    },
    /// A principal is too long.
    PrincipalTooLong {
        /// The name of its field.
        field: &'static str,
        /// Where it is.
        position: usize,
        /// How many bytes it has.
        length: usize,
    },
    /// The bytes are not one tagged CBOR map with fields of the right kinds.
    Read {
        /// The innermost field that it happened in, `envelope` if it was in none.
        field: &'static str,
        /// Where, and why.
        error: ReadError,
    },
    /// The type is neither `call` nor `query` nor `read_state`.
    UnknownRequestType {
        /// Where it is.
        position: usize,
    },
}

impl fmt::Display for ParseEnvelopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delegations(error) => fmt::Display::fmt(error, f),
            Self::IncompleteProof { .. } => {
                f.write_str("a part of what proves a sender, where key and signature go together")
            }
            Self::MissingField { field } => {
                write!(f, "no field `{field}` in the request, which needs it")
            }
            Self::PrincipalTooLong {
                field,
                position,
                length,
            } => write!(
                f,
                "principal of {length} bytes at byte {position} in `{field}`, at most {} are allowed",
                Principal::MAX_LENGTH
            ),
            Self::Read { field, error } => write!(f, "{error} in `{field}`"),
            Self::UnknownRequestType { position } => write!(
                f,
                "request type at byte {position} that is neither `call` nor `query` nor `read_state`"
            ),
        }
    }
}

impl core::error::Error for ParseEnvelopeError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Delegations(error) => Some(error),
            Self::Read { error, .. } => Some(error),
            _ => None,
        }
    }
}
