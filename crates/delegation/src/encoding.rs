//! The CBOR form of links, as it stands in requests.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use cbor::{Blob, BlobRule, Kind, Policy, ReadError, Reader, Record, Writer};
use principal::Principal;
use time::Timestamp;

use crate::{Delegation, DelegationChain, Permissions, SignedDelegation, Targets};

impl<'a> DelegationChain<'a> {
    /// Decodes links under a root key, which is not among them.
    ///
    /// `links` is one CBOR array without a tag, as it stands in the field `sender_delegation` of a
    /// request. Blobs and lists of targets are borrowed, so the chain takes a small multiple of the
    /// space of its encoding, however much that claims to hold.
    ///
    /// # Errors
    ///
    /// As [`SignedDelegation::read_list`], and [`Read`](ParseDelegationError::Read) for bytes after
    /// the array.
    pub fn parse(
        root_key: impl Into<Cow<'a, [u8]>>,
        links: &'a [u8],
        policy: Policy,
    ) -> Result<Self, ParseDelegationError> {
        let mut reader = Reader::new(links);
        let links = SignedDelegation::read_list(&mut reader, policy)?;
        reader.finish()?;
        Ok(Self::new(root_key, links))
    }

    /// Returns the links in CBOR, as they stand in the field `sender_delegation` of a request.
    #[must_use]
    pub fn encode_links(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.array(length(self.links().len()));
        self.links().iter().for_each(|link| link.write(&mut writer));
        writer.into_bytes()
    }
}

impl<'a> SignedDelegation<'a> {
    /// Decodes one link: a CBOR map without a tag.
    ///
    /// # Errors
    ///
    /// As [`SignedDelegation::read`], and [`Read`](ParseDelegationError::Read) for bytes after the
    /// map.
    pub fn parse(bytes: &'a [u8], policy: Policy) -> Result<Self, ParseDelegationError> {
        let mut reader = Reader::new(bytes);
        let link = Self::read(&mut reader, policy)?;
        reader.finish()?;
        Ok(link)
    }

    /// Takes an array of links.
    ///
    /// How many there are is not checked here: [`DelegationChain::verify`] does.
    ///
    /// # Errors
    ///
    /// As [`SignedDelegation::read`] for each link.
    pub fn read_list(
        reader: &mut Reader<'a>,
        policy: Policy,
    ) -> Result<Vec<Self>, ParseDelegationError> {
        let mut links = Vec::new();
        let mut items = reader.array()?;
        while reader.next(&mut items)? {
            links.push(Self::read(reader, policy)?);
        }
        Ok(links)
    }

    /// Takes one link.
    ///
    /// # Errors
    ///
    /// The first error in the order of the bytes: any variant of [`ParseDelegationError`]. Missing
    /// fields come at the end of their record.
    // spec: DELEG-1
    pub fn read(reader: &mut Reader<'a>, policy: Policy) -> Result<Self, ParseDelegationError> {
        let (mut delegation, mut signature) = (None, None);
        let mut record = Record::read(reader, &LINK, policy.unknown_fields)?;
        while let Some(name) = record.next(reader)? {
            match name {
                DELEGATION => delegation = Some(read_delegation(reader, policy)?),
                _ => signature = Some(read_blob(reader, policy.blobs)?),
            }
        }
        Ok(Self::new(
            delegation.ok_or_else(|| missing(DELEGATION))?,
            signature.ok_or_else(|| missing(SIGNATURE))?,
        ))
    }

    /// Returns the link in CBOR: a map without a tag.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.write(&mut writer);
        writer.into_bytes()
    }

    /// Writes the link: a map without a tag.
    pub fn write(&self, writer: &mut Writer) {
        writer.map(2).text(DELEGATION);
        write_delegation(self.delegation(), writer);
        writer.text(SIGNATURE).bytes(self.signature());
    }
}

// spec: DELEG-1, DELEG-20, CBOR-12
#[inline]
fn read_delegation<'a>(
    reader: &mut Reader<'a>,
    policy: Policy,
) -> Result<Delegation<'a>, ParseDelegationError> {
    let (mut public_key, mut expiration) = (None, None);
    let (mut targets, mut permissions) = (None, None);
    let mut record = Record::read(reader, &FIELDS, policy.unknown_fields)?;
    while let Some(name) = record.next(reader)? {
        match name {
            PUBLIC_KEY => public_key = Some(read_blob(reader, policy.blobs)?),
            EXPIRATION => expiration = Some(Timestamp::from_nanos(reader.unsigned()?)),
            _ if reader.null(policy.null)? => {}
            TARGETS => targets = Some(read_targets(reader, policy.blobs)?),
            _ => permissions = Some(read_permissions(reader)?),
        }
    }
    let public_key = public_key.ok_or_else(|| missing(PUBLIC_KEY))?;
    let expiration = expiration.ok_or_else(|| missing(EXPIRATION))?;
    let delegation = Delegation::new(public_key, expiration);
    Ok(delegation.restricted_to(targets, permissions))
}

/// Takes a blob, and borrows its bytes where the input has them in one piece.
#[inline(always)]
fn read_blob<'a>(reader: &mut Reader<'a>, rule: BlobRule) -> Result<Cow<'a, [u8]>, ReadError> {
    // What everybody sends, on the short way.
    if reader.kind()? == Kind::Bytes {
        return reader.bytes().map(Cow::Borrowed);
    }
    reader.blob(rule).map(to_cow)
}

fn read_targets<'a>(
    reader: &mut Reader<'a>,
    rule: BlobRule,
) -> Result<Targets<'a>, ParseDelegationError> {
    let mut items = reader.array()?;
    let first = *reader;
    let mut count = 0_usize;
    while reader.next(&mut items)? {
        read_principal(reader, rule)?;
        count = count.saturating_add(1);
    }
    Ok(Targets::from_cbor(first, rule, count))
}

/// Takes a target.
// spec: DELEG-15
pub(crate) fn read_principal(
    reader: &mut Reader<'_>,
    rule: BlobRule,
) -> Result<Principal, ParseDelegationError> {
    let position = reader.position();
    let blob = reader.blob(rule)?;
    let length = blob.len();
    let mut buffer = [0; Principal::MAX_LENGTH];
    blob.to_slice(&mut buffer)
        .and_then(|bytes| Principal::from_slice(bytes).ok())
        .ok_or(ParseDelegationError::TargetTooLong { position, length })
}

// spec: PERM-1, PERM-5
fn read_permissions(reader: &mut Reader<'_>) -> Result<Permissions, ParseDelegationError> {
    let position = reader.position();
    let name = reader.text()?;
    Permissions::from_name(name).ok_or(ParseDelegationError::UnknownPermissions { position })
}

fn write_delegation(delegation: &Delegation<'_>, writer: &mut Writer) {
    let optional = [
        delegation.targets().is_some(),
        delegation.permissions().is_some(),
    ];
    let fields = optional
        .into_iter()
        .map(u64::from)
        .fold(2, u64::saturating_add);
    writer
        .map(fields)
        .text(PUBLIC_KEY)
        .bytes(delegation.public_key())
        .text(EXPIRATION)
        .unsigned(delegation.expiration().as_nanos());
    if let Some(targets) = delegation.targets() {
        writer.text(TARGETS).array(length(targets.len()));
        for target in targets {
            writer.bytes(target.as_bytes());
        }
    }
    if let Some(permissions) = delegation.permissions() {
        writer.text(PERMISSIONS).text(permissions.name());
    }
}

/// Borrows the bytes of a blob where the input has them in one piece.
fn to_cow(blob: Blob<'_>) -> Cow<'_, [u8]> {
    match blob.as_slice() {
        Some(bytes) => Cow::Borrowed(bytes),
        None => Cow::Owned(blob.iter().collect()),
    }
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

const fn missing(field: &'static str) -> ParseDelegationError {
    ParseDelegationError::MissingField { field }
}

const DELEGATION: &str = "delegation";
const SIGNATURE: &str = "signature";
const LINK: [&str; 2] = [DELEGATION, SIGNATURE];

const PUBLIC_KEY: &str = "pubkey";
const EXPIRATION: &str = "expiration";
const TARGETS: &str = "targets";
const PERMISSIONS: &str = "permissions";
const FIELDS: [&str; 4] = [PUBLIC_KEY, EXPIRATION, TARGETS, PERMISSIONS];

/// Why some bytes are not the CBOR form of links.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseDelegationError {
    /// A field is not there.
    MissingField {
        /// Its name.
        field: &'static str,
    },
    /// The bytes are not CBOR with fields of the right kinds.
    Read(ReadError),
    /// A target has more bytes than a principal can have.
    TargetTooLong {
        /// Where it is, in bytes from the start of the input.
        position: usize,
        /// How many bytes it has.
        length: usize,
    },
    /// Permissions that are neither `all` nor `queries`, which spoil the delegation.
    UnknownPermissions {
        /// Where they are, in bytes from the start of the input.
        position: usize,
    },
}

impl From<ReadError> for ParseDelegationError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl fmt::Display for ParseDelegationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingField { field } => {
                write!(f, "no field `{field}` in a delegation, which needs it")
            }
            Self::Read(error) => write!(f, "{error} of the delegations"),
            Self::TargetTooLong { position, length } => write!(
                f,
                "target of {length} bytes at byte {position} of the delegations, at most {} are \
                 allowed",
                Principal::MAX_LENGTH
            ),
            Self::UnknownPermissions { position } => write!(
                f,
                "permissions at byte {position} of the delegations that are neither `all` nor \
                 `queries`"
            ),
        }
    }
}

impl core::error::Error for ParseDelegationError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Read(error) => Some(error),
            _ => None,
        }
    }
}
