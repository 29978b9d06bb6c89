//! The nodes that may answer, as a certificate shows them.

use core::fmt;

use cbor::TagRule;
use certificate::{
    Certificate, DelegationCache, Freshness, NoValue, Ranges, Read, ReadStateError, Scope,
    VerifiedCertificate, VerifyCertificateError,
};
use hash_tree::{HashTree, Lookup};
use principal::Principal;
use public_key::BlsPublicKey;
use signature::VerifySignature;
use time::Timestamp;

use crate::destination::Destination;
use crate::query_response::ranges::{ReadRangesError, contains};

/// What a certificate of the nodes of a subnet is verified against. Every rule has to be stated.
#[expect(
    clippy::exhaustive_structs,
    reason = "a new rule must not be forgotten by callers"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NodesRules {
    /// The root key, known beforehand.
    pub root_key: BlsPublicKey,
    /// The root subnet, known beforehand.
    // spec: QUERY-SIG-13
    pub root_subnet_id: Principal,
    /// Where the queries go: the canister or subnet in their URL.
    pub destination: Destination,
    /// Where a delegation lists the canisters of its subnet. Matters for a canister.
    pub ranges: Ranges,
    /// Must the root subnet's ranges, which are CBOR inside its certificate, have the tag 55799?
    pub tag: TagRule,
    /// How old the certificate and its delegation may be; none to accept any time.
    // spec: QUERY-SIG-12
    pub freshness: Option<Freshness>,
}

/// The nodes of the subnet that answers queries to a canister, or to the subnet itself.
///
/// [`SubnetNodes::verify`] is the only way to get one, so holding it is the proof: the certificate is
/// true, and the subnet is the right one. It borrows the bytes of the certificate.
#[derive(Clone, Copy, Debug)]
pub struct SubnetNodes<'a> {
    certificate: VerifiedCertificate<'a>,
    subnet_id: Principal,
    destination: Destination,
}

impl<'a> SubnetNodes<'a> {
    /// Checks a certificate that was read at the path `/subnet`, apart from any query.
    ///
    /// `provider` and `cache` are as for [`Certificate::verify`].
    ///
    /// # Errors
    ///
    /// In the order of the checks, all that are cheap before the first signature:
    ///
    /// 1. [`VerifyNodesError::Certificate`] with what [`Certificate::verify`] checks before its
    ///    signatures, the ranges of a delegation among it if the destination is a canister;
    /// 2. for a canister, if there is no delegation: [`VerifyNodesError::MissingRootRanges`],
    ///    [`VerifyNodesError::MalformedRootRanges`], [`VerifyNodesError::OutOfRootRanges`];
    /// 3. for a subnet: [`VerifyNodesError::WrongSubnet`];
    /// 4. the signatures of the certificate: [`VerifyNodesError::Certificate`].
    // spec: QUERY-SIG-10
    pub fn verify(
        certificate: &Certificate<'a>,
        rules: &NodesRules,
        provider: &dyn VerifySignature,
        cache: Option<&mut DelegationCache>,
    ) -> Result<Self, VerifyNodesError> {
        let certificate_rules = certificate::Rules {
            root_key: rules.root_key,
            scope: match rules.destination {
                // spec: QUERY-SIG-8
                Destination::Canister(canister) => Scope::Canister(canister),
                // The subnet is compared below: the root subnet's id is not derived from its key.
                Destination::Subnet(_) => Scope::Unscoped,
            },
            ranges: rules.ranges,
            freshness: rules.freshness,
        };
        let checked = certificate.check(&certificate_rules)?;
        let delegated = checked.claimed_delegation().map(|(subnet_id, _)| subnet_id);
        let subnet_id = delegated.unwrap_or(rules.root_subnet_id);
        match rules.destination {
            Destination::Canister(canister) if delegated.is_none() => {
                check_root_ranges(&checked.claimed_tree(), &subnet_id, &canister, rules.tag)?;
            }
            // spec: QUERY-SIG-9
            Destination::Subnet(expected) if subnet_id != expected => {
                let found = subnet_id;
                return Err(VerifyNodesError::WrongSubnet { found, expected });
            }
            _ => {}
        }
        let certificate = checked.verify(provider, cache)?;
        Ok(Self {
            certificate,
            subnet_id,
            destination: rules.destination,
        })
    }

    /// Returns the subnet whose nodes these are.
    #[must_use]
    pub const fn subnet_id(&self) -> Principal {
        self.subnet_id
    }

    /// Returns where the queries go that these nodes may answer.
    #[must_use]
    pub const fn destination(&self) -> Destination {
        self.destination
    }

    /// Returns the time of the certificate: the nodes were in the subnet then.
    #[must_use]
    pub const fn time(&self) -> Timestamp {
        self.certificate.time()
    }

    /// Returns the certificate.
    #[must_use]
    pub const fn certificate(&self) -> &VerifiedCertificate<'a> {
        &self.certificate
    }

    /// Reads the key of a node: a DER SubjectPublicKeyInfo of an Ed25519 key.
    ///
    /// # Errors
    ///
    /// [`ReadStateError::NotAValue`] or [`ReadStateError::MalformedNodeKey`].
    // spec: QUERY-SIG-6, QUERY-SIG-11
    pub fn key(&self, node: &Principal) -> Result<Read<&'a [u8; 44]>, ReadStateError> {
        self.certificate.node_key(&self.subnet_id, node)
    }

    /// Returns how many nodes the certificate shows.
    ///
    /// # Errors
    ///
    /// Those of [`VerifiedCertificate::node_keys`].
    pub fn count(&self) -> Result<usize, ReadStateError> {
        match self.certificate.node_keys(&self.subnet_id)? {
            Read::Found(keys) => Ok(keys.count()),
            Read::Absent | Read::Unknown => Ok(0),
        }
    }
}

/// Checks that the root subnet says that a canister is its own.
// spec: QUERY-SIG-7
fn check_root_ranges(
    tree: &HashTree<'_>,
    root_subnet_id: &Principal,
    canister: &Principal,
    tag: TagRule,
) -> Result<(), VerifyNodesError> {
    let path: [&[u8]; 3] = [b"subnet", root_subnet_id.as_bytes(), b"canister_ranges"];
    let list = match tree.lookup(&path) {
        Lookup::Found(list) => list,
        Lookup::Absent => return Err(VerifyNodesError::MissingRootRanges(NoValue::Absent)),
        Lookup::Unknown => return Err(VerifyNodesError::MissingRootRanges(NoValue::Unknown)),
        Lookup::Error => return Err(VerifyNodesError::MissingRootRanges(NoValue::Inner)),
    };
    if contains(list, canister, tag).map_err(VerifyNodesError::MalformedRootRanges)? {
        return Ok(());
    }
    let canister = *canister;
    Err(VerifyNodesError::OutOfRootRanges { canister })
}

/// Why a certificate does not show the nodes that may answer.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum VerifyNodesError {
    /// The certificate is not true, or its delegation not about the canister.
    Certificate(VerifyCertificateError),
    /// The value in the place of the root subnet's ranges is not a list of ranges.
    MalformedRootRanges(ReadRangesError),
    /// The certificate of the root subnet does not show its ranges.
    MissingRootRanges(NoValue),
    /// The canister is in none of the ranges of the root subnet, which signed the certificate.
    OutOfRootRanges {
        /// The canister.
        canister: Principal,
    },
    /// Another subnet signed than the one that answers.
    WrongSubnet {
        /// The subnet that signed.
        found: Principal,
        /// The subnet that answers.
        expected: Principal,
    },
}

impl From<VerifyCertificateError> for VerifyNodesError {
    fn from(error: VerifyCertificateError) -> Self {
        Self::Certificate(error)
    }
}

impl fmt::Display for VerifyNodesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(error) => write!(f, "{error}, in the certificate of the nodes"),
            Self::MalformedRootRanges(error) => {
                write!(f, "{error} of the root subnet's canister ranges")
            }
            Self::MissingRootRanges(why) => {
                write!(
                    f,
                    "the root subnet's canister ranges are {why} in its certificate"
                )
            }
            Self::OutOfRootRanges { canister } => write!(
                f,
                "found canister {canister} in none of the root subnet's ranges"
            ),
            Self::WrongSubnet { found, expected } => {
                write!(
                    f,
                    "found a certificate of subnet {found}, expected {expected}"
                )
            }
        }
    }
}

impl core::error::Error for VerifyNodesError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Certificate(error) => Some(error),
            Self::MalformedRootRanges(error) => Some(error),
            _ => None,
        }
    }
}
