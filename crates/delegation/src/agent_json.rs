//! The JSON form in which agents exchange chains.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use cbor::{NullRule, Policy, UnknownFieldRule};
use json::{ReadError, Reader};
use principal::Principal;
use time::Timestamp;

use crate::targets::principal_from_hex;
use crate::{Delegation, DelegationChain, Permissions, SignedDelegation, Targets, hex};

impl<'a> DelegationChain<'a> {
    /// Decodes the JSON form in which agents exchange and store chains.
    ///
    /// ```json
    /// {"delegations":[{"delegation":{"expiration":"17979cfe362a0000","pubkey":"302a…","targets":["…"]},
    ///   "signature":"…"}],"publicKey":"302a…"}
    /// ```
    ///
    /// Every string is hexadecimal in either case: bytes two digits each, the expiration a number of
    /// nanoseconds. `targets` may be missing. `permissions` may be there as the plain text `all` or
    /// `queries`, which agents of today leave out. `input` has at most
    /// [`json::MAX_LENGTH`] bytes.
    ///
    /// Of `policy`, the rules for `null` and for unknown fields hold here too.
    /// Agents refuse keys and signatures of fewer than 32 bytes; here that is left to the provider.
    ///
    /// # Errors
    ///
    /// The first error in the order of the bytes: any variant of [`ParseChainJsonError`]. Missing
    /// members come at the end of their object.
    pub fn parse_json(input: &'a [u8], policy: Policy) -> Result<Self, ParseChainJsonError> {
        let mut reader = Reader::new(input)?;
        let (mut links, mut root_key) = (None, None);
        let mut members = reader.object()?;
        while let Some(name) = reader.member(&mut members)? {
            if name == DELEGATIONS {
                links = Some(read_links(&mut reader, policy)?);
            } else if name == ROOT_KEY {
                root_key = Some(read_bytes(&mut reader)?);
            } else {
                pass_over(&mut reader, policy)?;
            }
        }
        reader.finish()?;
        Ok(Self::new(
            root_key.ok_or_else(|| missing(ROOT_KEY))?,
            links.ok_or_else(|| missing(DELEGATIONS))?,
        ))
    }

    /// Returns the chain in the form of [`DelegationChain::parse_json`], letter for letter as agents
    /// write it: without spaces, members in the order shown there, upper case for targets and lower
    /// case for everything else. Permissions, which agents leave out, come last in their object.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = String::from(r#"{"delegations":["#);
        for (index, link) in self.links().iter().enumerate() {
            text.push_str(if index == 0 { "" } else { "," });
            text.push_str(r#"{"delegation":{"#);
            push_delegation(&mut text, link.delegation());
            text.push_str(r#"},"signature":""#);
            hex::push(&mut text, link.signature());
            text.push_str(r#""}"#);
        }
        text.push_str(r#"],"publicKey":""#);
        hex::push(&mut text, self.root_key());
        text.push_str(r#""}"#);
        text
    }
}

fn push_delegation(text: &mut String, delegation: &Delegation<'_>) {
    let nanos = delegation.expiration().as_nanos();
    text.push_str(&format!(r#""expiration":"{nanos:x}","pubkey":""#));
    hex::push(text, delegation.public_key());
    text.push('"');
    if let Some(targets) = delegation.targets() {
        text.push_str(r#","targets":["#);
        for (index, target) in targets.iter().enumerate() {
            text.push_str(if index == 0 { "\"" } else { ",\"" });
            hex::push_upper(text, target.as_bytes());
            text.push('"');
        }
        text.push(']');
    }
    if let Some(permissions) = delegation.permissions() {
        text.push_str(&format!(r#","permissions":"{}""#, permissions.name()));
    }
}

fn read_links<'a>(
    reader: &mut Reader<'a>,
    policy: Policy,
) -> Result<Vec<SignedDelegation<'a>>, ParseChainJsonError> {
    let mut links = Vec::new();
    let mut elements = reader.array()?;
    while reader.element(&mut elements)? {
        links.push(read_link(reader, policy)?);
    }
    Ok(links)
}

fn read_link<'a>(
    reader: &mut Reader<'a>,
    policy: Policy,
) -> Result<SignedDelegation<'a>, ParseChainJsonError> {
    let (mut delegation, mut signature) = (None, None);
    let mut members = reader.object()?;
    while let Some(name) = reader.member(&mut members)? {
        if name == DELEGATION {
            delegation = Some(read_delegation(reader, policy)?);
        } else if name == SIGNATURE {
            signature = Some(read_bytes(reader)?);
        } else {
            pass_over(reader, policy)?;
        }
    }
    Ok(SignedDelegation::new(
        delegation.ok_or_else(|| missing(DELEGATION))?,
        signature.ok_or_else(|| missing(SIGNATURE))?,
    ))
}

fn read_delegation<'a>(
    reader: &mut Reader<'a>,
    policy: Policy,
) -> Result<Delegation<'a>, ParseChainJsonError> {
    let (mut public_key, mut expiration) = (None, None);
    let (mut targets, mut permissions) = (None, None);
    let mut members = reader.object()?;
    while let Some(name) = reader.member(&mut members)? {
        if name == PUBLIC_KEY {
            public_key = Some(read_bytes(reader)?);
        } else if name == EXPIRATION {
            expiration = Some(read_expiration(reader)?);
        } else if name == TARGETS {
            if !is_absent(reader, policy) {
                targets = Some(read_targets(reader)?);
            }
        } else if name == PERMISSIONS {
            if !is_absent(reader, policy) {
                permissions = Some(read_permissions(reader)?);
            }
        } else {
            pass_over(reader, policy)?;
        }
    }
    let public_key = public_key.ok_or_else(|| missing(PUBLIC_KEY))?;
    let expiration = expiration.ok_or_else(|| missing(EXPIRATION))?;
    let delegation = Delegation::new(public_key, expiration);
    Ok(delegation.restricted_to(targets, permissions))
}

fn read_targets<'a>(reader: &mut Reader<'a>) -> Result<Targets<'a>, ParseChainJsonError> {
    let elements = reader.array()?;
    let first = *reader;
    let mut left = elements;
    let mut count = 0_usize;
    while reader.element(&mut left)? {
        let position = reader.position();
        let target = principal_from_hex(reader.text()?);
        target
            .ok_or(ParseChainJsonError::InvalidHex { position })?
            .map_err(|length| ParseChainJsonError::TargetTooLong { position, length })?;
        count = count.saturating_add(1);
    }
    Ok(Targets::from_json(first, elements, count))
}

fn read_expiration(reader: &mut Reader<'_>) -> Result<Timestamp, ParseChainJsonError> {
    let position = reader.position();
    hex::natural(reader.text()?)
        .map(Timestamp::from_nanos)
        .ok_or(ParseChainJsonError::InvalidExpiration { position })
}

// spec: PERM-5
fn read_permissions(reader: &mut Reader<'_>) -> Result<Permissions, ParseChainJsonError> {
    let position = reader.position();
    let name = reader.text()?;
    [Permissions::All, Permissions::Queries]
        .into_iter()
        .find(|permissions| name == permissions.name())
        .ok_or(ParseChainJsonError::UnknownPermissions { position })
}

fn read_bytes<'a>(reader: &mut Reader<'a>) -> Result<Cow<'a, [u8]>, ParseChainJsonError> {
    let position = reader.position();
    let bytes = hex::decode(reader.text()?).ok_or(ParseChainJsonError::InvalidHex { position })?;
    let mut vec = Vec::with_capacity(bytes.length());
    vec.extend(bytes);
    Ok(Cow::Owned(vec))
}

/// Takes `null` where the policy lets it stand for a member that is not there. Elsewhere it is left
/// to be something unexpected.
fn is_absent(reader: &mut Reader<'_>, policy: Policy) -> bool {
    policy.null == NullRule::Absent && reader.null()
}

/// Takes the value of a member that the form doesn't have.
fn pass_over(reader: &mut Reader<'_>, policy: Policy) -> Result<(), ParseChainJsonError> {
    match policy.unknown_fields {
        UnknownFieldRule::Ignore => Ok(reader.skip()?),
        UnknownFieldRule::Reject => Err(ParseChainJsonError::UnknownMember {
            position: reader.position(),
        }),
    }
}

const fn missing(name: &'static str) -> ParseChainJsonError {
    ParseChainJsonError::MissingMember { name }
}

const DELEGATIONS: &str = "delegations";
const ROOT_KEY: &str = "publicKey";
const DELEGATION: &str = "delegation";
const SIGNATURE: &str = "signature";
const PUBLIC_KEY: &str = "pubkey";
const EXPIRATION: &str = "expiration";
const TARGETS: &str = "targets";
const PERMISSIONS: &str = "permissions";

/// Why some bytes are not the JSON form of a chain.
///
/// Positions are in bytes from the start of the input, those of values in front of any space.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseChainJsonError {
    /// An expiration is not the hexadecimal form of a number below 2⁶⁴.
    InvalidExpiration {
        /// Where it is.
        position: usize,
    },
    /// A string is not pairs of hexadecimal digits.
    InvalidHex {
        /// Where it is.
        position: usize,
    },
    /// A member is not there.
    MissingMember {
        /// Its name.
        name: &'static str,
    },
    /// The bytes are not JSON with members of the right kinds.
    Read(ReadError),
    /// A target has more bytes than a principal can have.
    TargetTooLong {
        /// Where it is.
        position: usize,
        /// How many bytes it has.
        length: usize,
    },
    /// A member that the form doesn't have, which the policy rejects.
    UnknownMember {
        /// Where its value is.
        position: usize,
    },
    /// Permissions that are neither `all` nor `queries`, which spoil the delegation.
    UnknownPermissions {
        /// Where they are.
        position: usize,
    },
}

impl From<ReadError> for ParseChainJsonError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl fmt::Display for ParseChainJsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidExpiration { position } => write!(
                f,
                "expiration at byte {position} that is not a hexadecimal number below 2^64"
            ),
            Self::InvalidHex { position } => write!(
                f,
                "string at byte {position} that is not pairs of hexadecimal digits"
            ),
            Self::MissingMember { name } => {
                write!(f, "no member `{name}` in an object, which needs it")
            }
            Self::Read(error) => fmt::Display::fmt(error, f),
            Self::TargetTooLong { position, length } => write!(
                f,
                "target of {length} bytes at byte {position}, at most {} are allowed",
                Principal::MAX_LENGTH
            ),
            Self::UnknownMember { position } => {
                write!(
                    f,
                    "value at byte {position} of a member that does not belong here"
                )
            }
            Self::UnknownPermissions { position } => write!(
                f,
                "permissions at byte {position} that are neither `all` nor `queries`"
            ),
        }
    }
}

impl core::error::Error for ParseChainJsonError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Read(error) => Some(error),
            _ => None,
        }
    }
}
