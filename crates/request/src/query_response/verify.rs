//! The truth of a response.

use alloc::vec::Vec;
use core::fmt;

use certificate::{Read, ReadStateError};
use principal::Principal;
use ri_hash::RequestId;
use signature::{Claim, VerifySignature};
use time::{Lifetime, Timestamp};

use crate::query_response::nodes::SubnetNodes;
use crate::query_response::{NodeSignature, QueryResponse, RESPONSE_SEPARATOR, Reply, Signatures};

/// How many signatures a response has at most, whatever the [`SignatureLimit`].
///
/// Source: our own budget. Today there is one, and the largest subnet has about forty nodes.
pub const MAX_SIGNATURES: usize = 256;

/// What a response is verified against. Every rule has to be stated.
#[expect(
    clippy::exhaustive_structs,
    reason = "a new rule must not be forgotten by callers"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ResponseRules {
    /// The present.
    pub now: Timestamp,
    /// How long before the present a signature may have been made, inclusive. The interface spec
    /// advises five minutes.
    pub max_age: Lifetime,
    /// How long after the present a signature may have been made, inclusive.
    pub max_skew: Lifetime,
    /// How many signatures there may be.
    pub max_signatures: SignatureLimit,
}

/// How many signatures may a response have?
#[expect(clippy::exhaustive_enums, reason = "the question has two answers")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SignatureLimit {
    /// As many as the certificate shows nodes. What agents do.
    Nodes,
    /// Up to [`MAX_SIGNATURES`]. What the interface spec says, but for our budget.
    Unlimited,
}

impl<'a> QueryResponse<'a> {
    /// Checks that all signatures are of nodes of the subnet that answers, on this response to the
    /// query with this request id.
    ///
    /// # Errors
    ///
    /// In the order of the checks, all that are cheap before the first signature:
    ///
    /// 1. [`VerifyQueryResponseError::TooManySignatures`], or
    ///    [`VerifyQueryResponseError::NodeKeys`] if the nodes cannot be counted;
    /// 2. of each signature in order: [`VerifyQueryResponseError::TooOld`] or
    ///    [`VerifyQueryResponseError::TooNew`]; [`VerifyQueryResponseError::MissingNodeKey`] or
    ///    [`VerifyQueryResponseError::NodeKeys`];
    /// 3. [`VerifyQueryResponseError::InvalidSignature`].
    // spec: QUERY-SIG-5, QUERY-SIG-15
    pub fn verify(
        &self,
        request_id: &RequestId,
        nodes: &SubnetNodes<'_>,
        rules: &ResponseRules,
        provider: &dyn VerifySignature,
    ) -> Result<VerifiedQueryResponse<'a>, VerifyQueryResponseError> {
        self.check_count(nodes, rules)?;
        let mut keys = Vec::with_capacity(self.signatures.len());
        for (index, signature) in self.signatures().enumerate() {
            check_time(&signature, index, rules)?;
            keys.push(node_key(&signature, index, nodes)?);
        }
        let reply = self.reply.hasher(request_id);
        let hashes: Vec<[u8; 32]> = self
            .signatures()
            .map(|signature| reply.hash(signature.timestamp))
            .collect();
        let messages: Vec<[&[u8]; 2]> = hashes
            .iter()
            .map(|hash| [&RESPONSE_SEPARATOR[..], hash])
            .collect();
        let claims: Vec<Claim<'_>> = self
            .signatures()
            .zip(keys)
            .zip(&messages)
            .map(|((signature, key), message)| Claim {
                key,
                message,
                signature: signature.signature,
            })
            .collect();
        provider.verify_all(&claims).map_err(|invalid| {
            VerifyQueryResponseError::InvalidSignature {
                index: invalid.index,
            }
        })?;
        Ok(VerifiedQueryResponse {
            reply: self.reply,
            signatures: self.signatures(),
            request_id: *request_id,
            subnet_id: nodes.subnet_id(),
        })
    }

    fn check_count(
        &self,
        nodes: &SubnetNodes<'_>,
        rules: &ResponseRules,
    ) -> Result<(), VerifyQueryResponseError> {
        let count = self.signatures.len();
        let limit = match rules.max_signatures {
            SignatureLimit::Nodes => nodes
                .count()
                .map_err(VerifyQueryResponseError::NodeKeys)?
                .min(MAX_SIGNATURES),
            SignatureLimit::Unlimited => MAX_SIGNATURES,
        };
        if count > limit {
            return Err(VerifyQueryResponseError::TooManySignatures { count, limit });
        }
        Ok(())
    }
}

// spec: QUERY-SIG-12
fn check_time(
    signature: &NodeSignature<'_>,
    index: usize,
    rules: &ResponseRules,
) -> Result<(), VerifyQueryResponseError> {
    let (timestamp, now) = (signature.timestamp, rules.now);
    if now.since(timestamp).is_some_and(|age| age > rules.max_age) {
        let max_age = rules.max_age;
        return Err(VerifyQueryResponseError::TooOld {
            index,
            timestamp,
            now,
            max_age,
        });
    }
    if timestamp
        .since(now)
        .is_some_and(|skew| skew > rules.max_skew)
    {
        let max_skew = rules.max_skew;
        return Err(VerifyQueryResponseError::TooNew {
            index,
            timestamp,
            now,
            max_skew,
        });
    }
    Ok(())
}

// spec: QUERY-SIG-6, QUERY-SIG-11
fn node_key<'n>(
    signature: &NodeSignature<'_>,
    index: usize,
    nodes: &SubnetNodes<'n>,
) -> Result<&'n [u8], VerifyQueryResponseError> {
    let node = signature.identity;
    match nodes
        .key(&node)
        .map_err(VerifyQueryResponseError::NodeKeys)?
    {
        Read::Found(key) => Ok(key),
        Read::Absent | Read::Unknown => {
            Err(VerifyQueryResponseError::MissingNodeKey { index, node })
        }
    }
}

/// A [`QueryResponse`] that [`QueryResponse::verify`] accepted.
///
/// There is no other way to get one, so holding it is the proof: each of the nodes that signed it
/// answered the query so. Whether a majority of the subnet would answer the same is not known.
#[derive(Clone, Debug)]
pub struct VerifiedQueryResponse<'a> {
    reply: Reply<'a>,
    signatures: Signatures<'a>,
    request_id: RequestId,
    subnet_id: Principal,
}

impl<'a> VerifiedQueryResponse<'a> {
    /// Returns what the query came to.
    #[must_use]
    pub const fn reply(&self) -> Reply<'a> {
        self.reply
    }

    /// Returns the signatures, all of which are valid. There is at least one.
    #[must_use]
    pub fn signatures(&self) -> Signatures<'a> {
        self.signatures.clone()
    }

    /// Returns the id of the query that was answered.
    #[must_use]
    pub const fn request_id(&self) -> RequestId {
        self.request_id
    }

    /// Returns the subnet whose nodes answered.
    #[must_use]
    pub const fn subnet_id(&self) -> Principal {
        self.subnet_id
    }
}

/// Why a response is not true. Signatures are counted from 0.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum VerifyQueryResponseError {
    /// A node did not sign this response.
    InvalidSignature {
        /// The signature.
        index: usize,
    },
    /// The certificate does not show the key of a node of this id in the subnet.
    MissingNodeKey {
        /// The signature.
        index: usize,
        /// The node.
        node: Principal,
    },
    /// What the certificate shows in the place of a key of a node is none.
    NodeKeys(ReadStateError),
    /// There are too many signatures.
    TooManySignatures {
        /// How many there are.
        count: usize,
        /// How many may be there.
        limit: usize,
    },
    /// A signature was made too far in the future.
    TooNew {
        /// The signature.
        index: usize,
        /// When it was made.
        timestamp: Timestamp,
        /// The present.
        now: Timestamp,
        /// How far in the future it may be.
        max_skew: Lifetime,
    },
    /// A signature was made too long ago.
    TooOld {
        /// The signature.
        index: usize,
        /// When it was made.
        timestamp: Timestamp,
        /// The present.
        now: Timestamp,
        /// How long ago it may be.
        max_age: Lifetime,
    },
}

impl fmt::Display for VerifyQueryResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidSignature { index } => write!(
                f,
                "signature {index} is not valid for the key of its node and this response"
            ),
            Self::MissingNodeKey { index, node } => write!(
                f,
                "signature {index}: found no key of node {node} in the certificate"
            ),
            Self::NodeKeys(error) => write!(f, "{error}, in the keys of the nodes"),
            Self::TooManySignatures { count, limit } => {
                write!(f, "found {count} signatures, at most {limit} are allowed")
            }
            Self::TooNew {
                index,
                timestamp,
                now,
                max_skew,
            } => write!(
                f,
                "signature {index}: found time {timestamp}, at most {max_skew} after {now} are allowed"
            ),
            Self::TooOld {
                index,
                timestamp,
                now,
                max_age,
            } => write!(
                f,
                "signature {index}: found time {timestamp}, at most {max_age} before {now} are allowed"
            ),
        }
    }
}

impl core::error::Error for VerifyQueryResponseError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::NodeKeys(error) => Some(error),
            _ => None,
        }
    }
}
