//! Why a read is not allowed.

use core::fmt;

use principal::Principal;
use ri_hash::RequestId;

use crate::paths::{MAX_LABELS, MAX_PATHS};

/// Why a read is not allowed. Paths are counted from 0.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AuthorizeReadError {
    /// Below an API boundary node there is no such value.
    BoundaryNodeLabel {
        /// The path.
        path: usize,
    },
    /// Certified data is for the canister alone.
    CertifiedData {
        /// The path.
        path: usize,
    },
    /// The ranges of a subnet in one list can be read at `v2` endpoints only, unless it is the root
    /// subnet.
    FlatRanges {
        /// The path.
        path: usize,
        /// The subnet.
        subnet: Principal,
    },
    /// The metrics of a subnet can be read at the endpoint of that subnet only.
    Metrics {
        /// The path.
        path: usize,
        /// The subnet.
        subnet: Principal,
    },
    /// The path has none of the forms that can be read.
    NotListed {
        /// The path.
        path: usize,
    },
    /// The canister is not the one in the URL.
    OtherCanister {
        /// The path.
        path: usize,
        /// The canister in the path.
        canister: Principal,
    },
    /// The request was sent to another canister or subnet than the one in the URL.
    OtherDestination {
        /// The path.
        path: usize,
    },
    /// The canister whose metadata is asked for is not the one in the URL.
    OtherMetadata {
        /// The path.
        path: usize,
        /// The canister in the path.
        canister: Principal,
    },
    /// Somebody else sent the request.
    OtherSender {
        /// The path.
        path: usize,
    },
    /// The delegations of the sender don't allow the canister that the request was for.
    OutsideTargets {
        /// The path.
        path: usize,
        /// The canister.
        canister: Principal,
    },
    /// A path has too many labels.
    PathTooLong {
        /// The path.
        path: usize,
        /// How many labels it has.
        count: usize,
    },
    /// The custom section is for the controllers of the canister.
    PrivateSection {
        /// The path.
        path: usize,
        /// The canister.
        canister: Principal,
    },
    /// The label in the place of a request id does not have 32 bytes.
    RequestIdLength {
        /// The path.
        path: usize,
        /// How many bytes it has.
        length: usize,
    },
    /// The name of the custom section is not UTF-8.
    SectionNotUtf8 {
        /// The path.
        path: usize,
    },
    /// A path before this one is about another request.
    SeveralRequests {
        /// The path.
        path: usize,
    },
    /// A path before this one is about the ranges of another subnet.
    SeveralSubnets {
        /// The path.
        path: usize,
    },
    /// The ranges of a subnet in shards can be read at the endpoints of subnets only.
    ShardedRanges {
        /// The path.
        path: usize,
    },
    /// Below the status of a request there is no such value.
    StatusLabel {
        /// The path.
        path: usize,
    },
    /// There are too many paths.
    TooManyPaths {
        /// How many there are.
        count: usize,
    },
}

impl fmt::Display for AuthorizeReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BoundaryNodeLabel { path } => {
                write!(
                    f,
                    "path {path}: found no value that an API boundary node has"
                )
            }
            Self::CertifiedData { path } => {
                write!(
                    f,
                    "path {path}: found certified data, which only the canister may read"
                )
            }
            Self::FlatRanges { path, subnet } => write!(
                f,
                "path {path}: found the ranges of subnet {subnet}, only those of the root subnet are allowed from v3 on"
            ),
            Self::Metrics { path, subnet } => write!(
                f,
                "path {path}: found the metrics of subnet {subnet}, which is not in the URL"
            ),
            Self::NotListed { path } => {
                write!(f, "path {path}: found a form of path that cannot be read")
            }
            Self::OtherCanister { path, canister } | Self::OtherMetadata { path, canister } => {
                write!(
                    f,
                    "path {path}: found canister {canister}, which is not in the URL"
                )
            }
            Self::OtherDestination { path } => write!(
                f,
                "path {path}: found a request that was sent elsewhere than the URL says"
            ),
            Self::OtherSender { path } => {
                write!(f, "path {path}: found a request of another sender")
            }
            Self::OutsideTargets { path, canister } => write!(
                f,
                "path {path}: found a request to canister {canister}, which the delegations don't allow"
            ),
            Self::PathTooLong { path, count } => write!(
                f,
                "path {path}: found {count} labels, at most {MAX_LABELS} are allowed"
            ),
            Self::PrivateSection { path, canister } => write!(
                f,
                "path {path}: found a section that only controllers of canister {canister} may read"
            ),
            Self::RequestIdLength { path, length } => write!(
                f,
                "path {path}: found a request id of {length} bytes, expected {}",
                RequestId::LENGTH
            ),
            Self::SectionNotUtf8 { path } => {
                write!(
                    f,
                    "path {path}: found a name of a section that is not UTF-8"
                )
            }
            Self::SeveralRequests { path } => {
                write!(f, "path {path}: found a second request, one is allowed")
            }
            Self::SeveralSubnets { path } => write!(
                f,
                "path {path}: found the ranges of a second subnet, one is allowed"
            ),
            Self::ShardedRanges { path } => write!(
                f,
                "path {path}: found sharded ranges, and no subnet in the URL"
            ),
            Self::StatusLabel { path } => {
                write!(f, "path {path}: found no value that a request status has")
            }
            Self::TooManyPaths { count } => {
                write!(f, "found {count} paths, at most {MAX_PATHS} are allowed")
            }
        }
    }
}

impl core::error::Error for AuthorizeReadError {}
