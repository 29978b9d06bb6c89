//! The form of a certificate.

use core::fmt;

use cbor::{Policy, ReadError, Reader, Record};
use hash_tree::{HashTree, ParseHashTreeError};
use principal::Principal;

/// A certificate of the right form, about whose truth nothing is known.
///
/// It borrows the bytes it was parsed from. [`Certificate::verify`] makes evidence of it.
#[derive(Clone, Copy)]
pub struct Certificate<'a> {
    pub(crate) signed: Signed<'a>,
    pub(crate) delegation: Option<Delegation<'a>>,
    pub(crate) policy: Policy,
}

/// A tree and a signature on its root hash.
#[derive(Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(crate) tree: HashTree<'a>,
    pub(crate) signature: &'a [u8],
}

/// What the root subnet says about the subnet that signed a certificate.
#[derive(Clone, Copy)]
pub(crate) struct Delegation<'a> {
    pub(crate) subnet_id: Principal,
    /// The encoding of `signed`.
    pub(crate) certificate: &'a [u8],
    pub(crate) signed: Signed<'a>,
}

impl<'a> Certificate<'a> {
    /// Decodes a certificate.
    ///
    /// `bytes` is one CBOR item; `policy` says whether the tag 55799 may be missing, here and in
    /// everything inside that has one, and what happens to `null` and to unknown fields.
    ///
    /// # Errors
    ///
    /// The first error in the order of the bytes, with that of a delegation in its place: any
    /// variant of [`ParseCertificateError`]. Missing fields come at the end of their record.
    // spec: CERT-1, SDEL-1
    pub fn parse(bytes: &'a [u8], policy: Policy) -> Result<Self, ParseCertificateError> {
        let read = |error| ParseCertificateError::Read {
            part: Part::Certificate,
            error,
        };
        let mut reader = Reader::new(bytes);
        reader.self_described_tag(policy.tag).map_err(read)?;
        let mut delegation = None;
        let signed = read_fields(&mut reader, policy, Part::Certificate, |reader| {
            delegation = Some(read_delegation(reader, policy)?);
            Ok(())
        })?;
        reader.finish().map_err(read)?;
        Ok(Self {
            signed,
            delegation,
            policy,
        })
    }

    /// Returns whether there is a delegation: without one, the root subnet must have signed.
    #[must_use]
    pub const fn is_delegated(&self) -> bool {
        self.delegation.is_some()
    }

    /// Returns the subnet that the certificate says it is from, if it has a delegation.
    #[must_use]
    pub fn claimed_subnet_id(&self) -> Option<Principal> {
        self.delegation.map(|delegation| delegation.subnet_id)
    }

    /// Returns the root hash of the tree: what the signature should be on.
    #[must_use]
    pub const fn root_hash(&self) -> [u8; 32] {
        self.signed.tree.root_hash()
    }
}

impl fmt::Debug for Certificate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("tree", &self.signed.tree)
            .field("claimed_subnet_id", &self.claimed_subnet_id())
            .finish_non_exhaustive()
    }
}

/// Reads the record of a certificate. `read_delegation` takes the value of its third field.
fn read_fields<'a>(
    reader: &mut Reader<'a>,
    policy: Policy,
    part: Part,
    mut read_delegation: impl FnMut(&mut Reader<'a>) -> Result<(), ParseCertificateError>,
) -> Result<Signed<'a>, ParseCertificateError> {
    let read = |error| ParseCertificateError::Read { part, error };
    let mut tree = None;
    let mut signature = None;
    let names = ["tree", "signature", "delegation"];
    let mut record = Record::read(reader, &names, policy.unknown_fields).map_err(read)?;
    while let Some(name) = record.next(reader).map_err(read)? {
        match name {
            "tree" => {
                let found = HashTree::read(reader)
                    .map_err(|error| ParseCertificateError::Tree { part, error })?;
                tree = Some(found);
            }
            "signature" => signature = Some(reader.bytes().map_err(read)?),
            _ if reader.null(policy.null).map_err(read)? => {}
            _ => read_delegation(reader)?,
        }
    }
    let missing = |field| ParseCertificateError::MissingField { part, field };
    Ok(Signed {
        tree: tree.ok_or_else(|| missing(Field::Tree))?,
        signature: signature.ok_or_else(|| missing(Field::Signature))?,
    })
}

/// Reads the record of a delegation and the certificate in it.
fn read_delegation<'a>(
    reader: &mut Reader<'a>,
    policy: Policy,
) -> Result<Delegation<'a>, ParseCertificateError> {
    let part = Part::DelegationRecord;
    let read = |error| ParseCertificateError::Read { part, error };
    let mut subnet_id = None;
    let mut certificate = None;
    let names = ["subnet_id", "certificate"];
    let mut record = Record::read(reader, &names, policy.unknown_fields).map_err(read)?;
    while let Some(name) = record.next(reader).map_err(read)? {
        let bytes = reader.bytes().map_err(read)?;
        if name == "subnet_id" {
            // spec: SDEL-8
            let Ok(id) = Principal::from_slice(bytes) else {
                return Err(ParseCertificateError::SubnetIdLength {
                    length: bytes.len(),
                });
            };
            subnet_id = Some(id);
        } else {
            certificate = Some((bytes, read_inner(bytes, policy)?));
        }
    }
    let missing = |field| ParseCertificateError::MissingField { part, field };
    let subnet_id = subnet_id.ok_or_else(|| missing(Field::SubnetId))?;
    let (certificate, signed) = certificate.ok_or_else(|| missing(Field::Certificate))?;
    Ok(Delegation {
        subnet_id,
        certificate,
        signed,
    })
}

/// Decodes the certificate of a delegation, which must have no delegation itself.
fn read_inner(bytes: &[u8], policy: Policy) -> Result<Signed<'_>, ParseCertificateError> {
    let read = |error| ParseCertificateError::Read {
        part: Part::Delegation,
        error,
    };
    let mut reader = Reader::new(bytes);
    reader.self_described_tag(policy.tag).map_err(read)?;
    let signed = read_fields(&mut reader, policy, Part::Delegation, |_| {
        // spec: SDEL-2
        Err(ParseCertificateError::NestedDelegation)
    })?;
    reader.finish().map_err(read)?;
    Ok(signed)
}

/// Why some bytes are not a [`Certificate`].
///
/// Positions count bytes from the start of the certificate that the part is in.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseCertificateError {
    /// A field is not there.
    MissingField {
        /// Where it should be.
        part: Part,
        /// The field.
        field: Field,
    },
    /// The certificate of the delegation has a delegation itself.
    NestedDelegation,
    /// The CBOR is broken, or isn't that of a certificate.
    Read {
        /// What was being read.
        part: Part,
        /// Why it could not be read, and where.
        error: ReadError,
    },
    /// The subnet id is longer than a principal.
    SubnetIdLength {
        /// How many bytes it has.
        length: usize,
    },
    /// The tree is not a hash tree.
    Tree {
        /// What was being read.
        part: Part,
        /// Why it is not one, and where.
        error: ParseHashTreeError,
    },
}

/// What a certificate consists of.
#[expect(clippy::exhaustive_enums, reason = "delegations are one level deep")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Part {
    /// The certificate itself.
    Certificate,
    /// The certificate in the delegation.
    Delegation,
    /// The record of the delegation, around its certificate.
    DelegationRecord,
}

/// A field of a certificate or a delegation.
#[expect(
    clippy::exhaustive_enums,
    reason = "the interface spec has these fields"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Field {
    /// `certificate` of a delegation.
    Certificate,
    /// `signature` of a certificate.
    Signature,
    /// `subnet_id` of a delegation.
    SubnetId,
    /// `tree` of a certificate.
    Tree,
}

impl fmt::Display for ParseCertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingField { part, field } => {
                write!(f, "found no field `{field}` in the {part}")
            }
            Self::NestedDelegation => {
                f.write_str("found a delegation in the certificate of the delegation")
            }
            Self::Read { part, error } => write!(f, "{error} of the {part}"),
            Self::SubnetIdLength { length } => write!(
                f,
                "found a subnet id of {length} bytes, at most {} are allowed",
                Principal::MAX_LENGTH
            ),
            Self::Tree { part, error } => write!(f, "{error} of the {part}"),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "certificate",
            Self::Delegation => "certificate of the delegation",
            Self::DelegationRecord => "record of the delegation",
        })
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "certificate",
            Self::Signature => "signature",
            Self::SubnetId => "subnet_id",
            Self::Tree => "tree",
        })
    }
}

impl core::error::Error for ParseCertificateError {}
