//! Why a request is not authenticated.

use core::fmt;

use delegation::VerifyChainError;
use principal::Principal;
use time::Timestamp;

use crate::content::MAX_NONCE_LENGTH;
use crate::destination::CheckDestinationError;
use crate::{CheckSignatureError, MAX_LABELS, MAX_PATHS, RequestType, VerifySenderInfoError};

/// Why a request is not from its sender, or not allowed.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AuthenticateError {
    /// An anonymous request has sender information.
    AnonymousSenderInfo,
    /// The delegations hand no authority on, whatever their signatures.
    Chain(VerifyChainError),
    /// The request does not belong to the canister or subnet in the URL.
    Destination(CheckDestinationError),
    /// The request was valid only before now.
    Expired {
        /// The last moment at which it was valid.
        expiry: Timestamp,
        /// The present.
        now: Timestamp,
    },
    /// The request is valid for longer than the policy allows.
    ExpiryTooFar {
        /// The last moment at which it is valid.
        expiry: Timestamp,
        /// The last moment that is allowed.
        latest: Timestamp,
    },
    /// A delegation is not signed by the key before it.
    InvalidDelegation {
        /// Which, counted from 0.
        link: usize,
        /// What is wrong with the signature.
        error: CheckSignatureError,
    },
    /// The request is not signed by the key at the end of its delegations.
    InvalidSignature(CheckSignatureError),
    /// The nonce is too long.
    NonceTooLong {
        /// How many bytes it has.
        length: usize,
    },
    /// The request is a call, and a delegation is for queries only.
    QueriesOnly,
    /// The sender information is not the sender's, or not true.
    SenderInfo(VerifySenderInfoError),
    /// An anonymous request is signed.
    SignedAnonymously,
    /// A delegation is not for the canister of the request.
    TargetNotAllowed {
        /// The canister.
        canister_id: Principal,
    },
    /// A path to read has too many labels.
    TooManyLabels {
        /// Which, counted from 0.
        path: usize,
        /// How many labels it has.
        count: usize,
    },
    /// There are too many paths to read.
    TooManyPaths {
        /// How many there are.
        count: usize,
    },
    /// Nobody signed the request, and the sender is not anonymous.
    Unsigned {
        /// Who is said to have sent it.
        sender: Principal,
    },
    /// The request is of another type than the endpoint.
    WrongEndpoint {
        /// The type of the request.
        found: RequestType,
        /// The type of the endpoint.
        expected: RequestType,
    },
    /// The key is not that of the sender.
    WrongSender {
        /// Who is said to have sent the request.
        sender: Principal,
        /// Whose key it is.
        owner: Principal,
    },
}

impl fmt::Display for AuthenticateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnonymousSenderInfo => {
                f.write_str("sender information of the anonymous principal, which has none")
            }
            Self::Chain(error) => fmt::Display::fmt(error, f),
            Self::Destination(error) => fmt::Display::fmt(error, f),
            Self::Expired { expiry, now } => {
                write!(f, "request that is valid until {expiry}, and it is {now}")
            }
            Self::ExpiryTooFar { expiry, latest } => write!(
                f,
                "request that is valid until {expiry}, at most {latest} is allowed"
            ),
            Self::InvalidDelegation { link, error } => {
                write!(
                    f,
                    "delegation {link} is not signed by the key before it: {error}"
                )
            }
            Self::InvalidSignature(error) => {
                write!(f, "request that is not signed by its key: {error}")
            }
            Self::NonceTooLong { length } => write!(
                f,
                "nonce of {length} bytes, at most {MAX_NONCE_LENGTH} are allowed"
            ),
            Self::QueriesOnly => f.write_str("call with a delegation that is for queries only"),
            Self::SenderInfo(error) => fmt::Display::fmt(error, f),
            Self::SignedAnonymously => {
                f.write_str("signed request of the anonymous principal, which has no key")
            }
            Self::TargetNotAllowed { canister_id } => write!(
                f,
                "request to canister {canister_id}, which a delegation does not allow"
            ),
            Self::TooManyLabels { path, count } => write!(
                f,
                "path {path} of {count} labels, at most {MAX_LABELS} are allowed"
            ),
            Self::TooManyPaths { count } => {
                write!(f, "{count} paths to read, at most {MAX_PATHS} are allowed")
            }
            Self::Unsigned { sender } => write!(
                f,
                "request of {sender} without a signature, which only anonymous ones lack"
            ),
            Self::WrongEndpoint { found, expected } => write!(
                f,
                "request of type `{}` at an endpoint for `{}`",
                found.name(),
                expected.name()
            ),
            Self::WrongSender { sender, owner } => {
                write!(f, "request of {sender} with the key of {owner}")
            }
        }
    }
}

impl core::error::Error for AuthenticateError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Chain(error) => Some(error),
            Self::Destination(error) => Some(error),
            Self::InvalidDelegation { error, .. } | Self::InvalidSignature(error) => Some(error),
            Self::SenderInfo(error) => Some(error),
            _ => None,
        }
    }
}
