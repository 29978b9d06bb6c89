//! Reads of the state tree: what is at a path, in its own type.

mod canister;
mod request;
mod subnet;

use core::fmt;

use cbor::ReadError;
use hash_tree::{HashTree, Lookup};
use principal::Principal;
use public_key::ParseBlsPublicKeyError;
use time::Timestamp;

pub use self::canister::Controllers;
pub use self::request::{RejectCode, RequestStatus, StatusField};
pub(crate) use self::subnet::subnet_type;
pub use self::subnet::{NodeKeys, SubnetType};
use crate::{ParseNatError, nat};

/// What a certificate says about a part of the state.
///
/// [`Read::Unknown`] is not [`Read::Absent`]: whoever made the certificate left out the part where
/// the value may be.
// spec: LOOKUP-13
#[expect(
    clippy::exhaustive_enums,
    reason = "the interface spec has these answers"
)]
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Read<T> {
    /// It is not there.
    Absent,
    /// It is this.
    Found(T),
    /// The certificate does not tell.
    Unknown,
}

impl<T> Read<T> {
    /// Returns what was found, if anything was.
    pub fn found(self) -> Option<T> {
        match self {
            Self::Found(value) => Some(value),
            Self::Absent | Self::Unknown => None,
        }
    }

    /// Decodes what was found, if anything was.
    fn decode<U, E>(self, decode: impl FnOnce(T) -> Result<U, E>) -> Result<Read<U>, E> {
        Ok(match self {
            Self::Absent => Read::Absent,
            Self::Found(value) => Read::Found(decode(value)?),
            Self::Unknown => Read::Unknown,
        })
    }
}

/// Reads the value at a path.
fn read<'a>(tree: &HashTree<'a>, path: &[&[u8]]) -> Result<Read<&'a [u8]>, ReadStateError> {
    match tree.lookup(path) {
        Lookup::Absent => Ok(Read::Absent),
        Lookup::Found(value) => Ok(Read::Found(value)),
        Lookup::Unknown => Ok(Read::Unknown),
        Lookup::Error => Err(ReadStateError::NotAValue),
    }
}

/// Decodes a text.
// spec: CERT-8
fn text(value: &[u8]) -> Result<&str, ReadStateError> {
    core::str::from_utf8(value).map_err(|error| ReadStateError::InvalidUtf8 {
        position: error.valid_up_to(),
    })
}

/// Decodes a time.
fn timestamp(value: &[u8]) -> Result<Timestamp, ReadStateError> {
    Ok(Timestamp::from_nanos(nat::parse(value)?))
}

/// Why a part of the state could not be read.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReadStateError {
    /// The certificate was verified for another canister, or for a subnet.
    CanisterOutOfScope {
        /// The canister whose state was asked for.
        canister: Principal,
    },
    /// The certified data is longer than canisters can set.
    CertifiedDataLength {
        /// How many bytes it has.
        length: usize,
    },
    /// The value is not the CBOR that belongs there.
    InvalidCbor(ReadError),
    /// The value is not the number that belongs there.
    InvalidNat(ParseNatError),
    /// The value is not the text that belongs there.
    InvalidUtf8 {
        /// The first byte that does not belong to a character.
        position: usize,
    },
    /// A request status lacks a field that comes with it.
    MissingStatusField {
        /// The field.
        field: StatusField,
    },
    /// A module hash does not have 32 bytes.
    ModuleHashLength {
        /// How many bytes it has.
        length: usize,
    },
    /// The key of a node is not a DER SubjectPublicKeyInfo of an Ed25519 key.
    MalformedNodeKey {
        /// How many bytes it has; a key has 44.
        length: usize,
    },
    /// The key of a subnet is not a DER SubjectPublicKeyInfo of a BLS key.
    MalformedSubnetKey(ParseBlsPublicKeyError),
    /// A node has no key.
    MissingNodeKey {
        /// The node.
        node: Principal,
    },
    /// The path leads to labels where a value belongs, or to a value where labels belong.
    NotAValue,
    /// An id is longer than a principal.
    PrincipalLength {
        /// How many bytes it has.
        length: usize,
    },
    /// A request status has a field that does not come with it.
    StrayStatusField {
        /// The field.
        field: StatusField,
    },
    /// The certificate was verified for a canister or subnet, but not signed by the subnet whose
    /// state was asked for.
    SubnetOutOfScope {
        /// The subnet whose state was asked for.
        subnet: Principal,
    },
    /// The reject code is none of 1 to 6.
    UnknownRejectCode {
        /// The code.
        code: u64,
    },
    /// The request status is none of the five.
    UnknownRequestStatus,
    /// The subnet type is none of the four.
    UnknownSubnetType,
}

impl From<ParseNatError> for ReadStateError {
    fn from(error: ParseNatError) -> Self {
        Self::InvalidNat(error)
    }
}

impl From<ReadError> for ReadStateError {
    fn from(error: ReadError) -> Self {
        Self::InvalidCbor(error)
    }
}

impl fmt::Display for ReadStateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CanisterOutOfScope { canister } => {
                write!(f, "found no verification for canister {canister}")
            }
            Self::CertifiedDataLength { length } => {
                write!(
                    f,
                    "found certified data of {length} bytes, at most 32 are allowed"
                )
            }
            Self::InvalidCbor(error) => write!(f, "{error} of the value"),
            Self::InvalidNat(error) => write!(f, "{error}"),
            Self::InvalidUtf8 { position } => {
                write!(f, "found a text that is not UTF-8 from byte {position} on")
            }
            Self::MissingStatusField { field } => {
                write!(
                    f,
                    "found no `{field}`, which comes with this request status"
                )
            }
            Self::ModuleHashLength { length } => {
                write!(f, "found a module hash of {length} bytes, expected 32")
            }
            Self::MalformedNodeKey { length } => {
                write!(
                    f,
                    "found a node key of {length} bytes that is no DER Ed25519 key of 44"
                )
            }
            Self::MalformedSubnetKey(error) => write!(f, "{error} in the key of the subnet"),
            Self::MissingNodeKey { node } => write!(f, "found no key of node {node}"),
            Self::NotAValue => f.write_str("found labels for a value or a value for labels"),
            Self::PrincipalLength { length } => write!(
                f,
                "found a principal of {length} bytes, at most {} are allowed",
                Principal::MAX_LENGTH
            ),
            Self::StrayStatusField { field } => {
                write!(
                    f,
                    "found `{field}`, which does not come with this request status"
                )
            }
            Self::SubnetOutOfScope { subnet } => {
                write!(f, "found no verification for subnet {subnet}")
            }
            Self::UnknownRejectCode { code } => {
                write!(f, "found reject code {code}, expected 1 to 6")
            }
            Self::UnknownRequestStatus => f.write_str("found a request status that is not known"),
            Self::UnknownSubnetType => f.write_str("found a subnet type that is not known"),
        }
    }
}

impl core::error::Error for ReadStateError {}
