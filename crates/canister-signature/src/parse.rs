//! The form of a canister signature.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;

use cbor::{ReadError, Reader, Record, TagRule};
use certificate::{Certificate, ParseCertificateError, Policy};
use hash_tree::{HashTree, ParseHashTreeError};

/// A canister signature of the right form, about whose truth nothing is known.
///
/// It borrows the bytes it was parsed from. [`CanisterSignature::verify`] makes evidence of it.
#[derive(Clone, Copy, Debug)]
pub struct CanisterSignature<'a> {
    pub(crate) certificate: Certificate<'a>,
    pub(crate) tree: HashTree<'a>,
}

impl<'a> CanisterSignature<'a> {
    /// Decodes a signature.
    ///
    /// `bytes` is one CBOR item with the tag 55799, which must be there under every policy. The rest
    /// of `policy` is about unknown fields, and about the certificate inside.
    ///
    /// # Errors
    ///
    /// In the order of the checks:
    ///
    /// * [`Read`](ParseCanisterSignatureError::Read) and
    ///   [`Tree`](ParseCanisterSignatureError::Tree) in the order of the bytes;
    /// * [`MissingField`](ParseCanisterSignatureError::MissingField);
    /// * [`Certificate`](ParseCanisterSignatureError::Certificate).
    // spec: CSIG-4
    pub fn parse(bytes: &'a [u8], policy: Policy) -> Result<Self, ParseCanisterSignatureError> {
        let mut reader = Reader::new(bytes);
        reader.self_described_tag(TagRule::Required)?;
        let (mut certificate, mut tree) = (None, None);
        let mut record = Record::read(&mut reader, &NAMES, policy.unknown_fields)?;
        while let Some(name) = record.next(&mut reader)? {
            if name == CERTIFICATE {
                certificate = Some(reader.bytes()?);
            } else {
                let read = HashTree::read(&mut reader);
                tree = Some(read.map_err(ParseCanisterSignatureError::Tree)?);
            }
        }
        reader.finish()?;

        let missing = |field| ParseCanisterSignatureError::MissingField { field };
        let certificate = certificate.ok_or_else(|| missing(CERTIFICATE))?;
        let tree = tree.ok_or_else(|| missing(TREE))?;
        let certificate = Certificate::parse(certificate, policy)
            .map_err(ParseCanisterSignatureError::Certificate)?;
        Ok(Self { certificate, tree })
    }

    /// Returns the form in which a signature travels, made of an encoded certificate and the tree
    /// whose root hash it certifies.
    // spec: CSIG-4
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn encode(certificate: &[u8], tree: &HashTree<'_>) -> Vec<u8> {
        encode(certificate, tree.as_bytes())
    }

    /// Returns the tree. It is not yet known to be the canister's.
    #[must_use]
    pub const fn tree(&self) -> HashTree<'a> {
        self.tree
    }

    /// Returns the certificate. It is not yet known to be true.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate<'a> {
        &self.certificate
    }
}

/// Writes a signature. `tree` is encoded.
#[cfg(feature = "alloc")]
pub(crate) fn encode(certificate: &[u8], tree: &[u8]) -> Vec<u8> {
    let length = certificate.len().saturating_add(tree.len());
    let mut writer = cbor::Writer::with_capacity(length.saturating_add(HEADS_LENGTH));
    writer
        .self_described_tag()
        .map(2)
        .text(CERTIFICATE)
        .bytes(certificate)
        .text(TREE)
        .item(tree);
    writer.into_bytes()
}

/// Room for the tag, the head of the map, the names and the head of the certificate.
#[cfg(feature = "alloc")]
const HEADS_LENGTH: usize = 30;

const CERTIFICATE: &str = "certificate";
const TREE: &str = "tree";
const NAMES: [&str; 2] = [CERTIFICATE, TREE];

/// Why some bytes are not a [`CanisterSignature`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseCanisterSignatureError {
    /// The certificate is none. Positions count from its own start.
    Certificate(ParseCertificateError),
    /// A field is not there.
    MissingField {
        /// Its name.
        field: &'static str,
    },
    /// The bytes are not one tagged CBOR map with fields of the right kinds.
    Read(ReadError),
    /// The tree is not a hash tree. Positions count from the start of the signature.
    Tree(ParseHashTreeError),
}

impl From<ReadError> for ParseCanisterSignatureError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl fmt::Display for ParseCanisterSignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(error) => write!(f, "{error} of the canister signature"),
            Self::MissingField { field } => {
                write!(
                    f,
                    "no field `{field}` in the canister signature, which needs it"
                )
            }
            Self::Read(error) => write!(f, "{error} of the canister signature"),
            Self::Tree(error) => write!(f, "{error} in the tree of the canister signature"),
        }
    }
}

impl core::error::Error for ParseCanisterSignatureError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Certificate(error) => Some(error),
            Self::MissingField { .. } => None,
            Self::Read(error) => Some(error),
            Self::Tree(error) => Some(error),
        }
    }
}
