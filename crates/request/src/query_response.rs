//! Responses to queries, and the signatures of nodes on them.
//!
//! The node that answers a query signs the response. Its key is in the state of its subnet, so a
//! client reads `/subnet` once in a while, apart from its queries, and keeps the certificate:
//! [`SubnetNodes::verify`] makes evidence of it, with which [`QueryResponse::verify`] checks any
//! number of responses. One signature is enough to prove what that one node said, and no more than
//! that.
//!
//! # Example
//!
//! ```
//! # extern crate alloc;
//! use icid_request::query_response::{QueryResponse, Reply};
//!
//! // {"status": "replied", "reply": {"arg": "DIDL\0\0"}, "signatures": [{…}]}
//! # let signature = b"\xa3\x69timestamp\x01\x69signature\x40\x68identity\x41\x07";
//! # let head = b"\xd9\xd9\xf7\xa3\x66status\x67replied\x65reply\xa1\x63arg\x46DIDL\0\0\x6asignatures\x81";
//! # let bytes = [&head[..], signature].concat();
//! let response = QueryResponse::parse(&bytes, cbor::Policy::SPEC)?;
//! assert_eq!(response.reply(), Reply::Replied { arg: b"DIDL\0\0" });
//! assert_eq!(response.signatures().len(), 1);
//! # Ok::<(), icid_request::query_response::ParseQueryResponseError>(())
//! ```

mod nodes;
mod parse;
mod ranges;
mod verify;

use core::fmt;

use ri_hash::{FieldName, MapHasher, RequestId, ValueHash};
use time::Timestamp;

pub use certificate::{DelegationCache, Ranges};

pub use self::nodes::{NodesRules, SubnetNodes, VerifyNodesError};
pub use self::parse::{Field, NodeSignature, ParseQueryResponseError, Part, Signatures};
pub use self::ranges::ReadRangesError;
pub use self::verify::{
    MAX_SIGNATURES, ResponseRules, SignatureLimit, VerifiedQueryResponse, VerifyQueryResponseError,
};

/// What comes before the hash of a response in what a node signs.
///
/// Source: interface spec, "Request: Query call".
// spec: QUERY-SIG-3
pub const RESPONSE_SEPARATOR: &[u8; 12] = b"\x0bic-response";

/// A response to a query, of the right form, about whose truth nothing is known.
///
/// It borrows the bytes it was parsed from. [`QueryResponse::verify`] makes evidence of it.
#[derive(Clone)]
pub struct QueryResponse<'a> {
    reply: Reply<'a>,
    signatures: Signatures<'a>,
}

/// What a query came to.
#[expect(
    clippy::exhaustive_enums,
    reason = "the interface spec has these two outcomes"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reply<'a> {
    /// The canister rejected it, or the replica did.
    Rejected {
        /// The reject code.
        code: u64,
        /// What went wrong, for people to read.
        message: &'a str,
        /// A name for what went wrong, if the replica has one.
        error_code: Option<&'a str>,
    },
    /// The canister replied.
    Replied {
        /// The reply.
        arg: &'a [u8],
    },
}

impl<'a> QueryResponse<'a> {
    /// Returns what the query came to, which nobody vouches for yet.
    #[must_use]
    pub const fn reply(&self) -> Reply<'a> {
        self.reply
    }

    /// Returns the signatures. There is at least one.
    #[must_use]
    pub fn signatures(&self) -> Signatures<'a> {
        self.signatures.clone()
    }
}

impl Reply<'_> {
    /// Returns the hash that a node signs, after [`RESPONSE_SEPARATOR`], if this is its answer to a
    /// request at a time.
    #[must_use]
    pub fn hash(&self, request_id: &RequestId, timestamp: Timestamp) -> [u8; 32] {
        self.hasher(request_id).hash(timestamp)
    }

    /// Hashes everything but the time.
    // spec: QUERY-SIG-3, QUERY-SIG-4, QUERY-SIG-14, REQID-18
    fn hasher(&self, request_id: &RequestId) -> ReplyHasher {
        let mut hasher = ReplyHasher(MapHasher::with_limit());
        match self {
            Self::Rejected {
                code,
                message,
                error_code,
            } => {
                hasher.add(FieldName::STATUS, ValueHash::text(REJECTED));
                hasher.add(
                    FieldName::REJECT_CODE,
                    ValueHash::natural(u128::from(*code)),
                );
                hasher.add(FieldName::REJECT_MESSAGE, ValueHash::text(message));
                if let Some(error_code) = error_code {
                    hasher.add(FieldName::ERROR_CODE, ValueHash::text(error_code));
                }
            }
            Self::Replied { arg } => {
                let mut reply = ReplyHasher(MapHasher::with_limit());
                reply.add(FieldName::ARG, ValueHash::blob(arg));
                hasher.add(FieldName::STATUS, ValueHash::text(REPLIED));
                hasher.add(FieldName::REPLY, reply.0.finish());
            }
        }
        hasher.add(
            FieldName::REQUEST_ID,
            ValueHash::blob(request_id.as_bytes()),
        );
        hasher
    }
}

/// The hash of a response that lacks the time of a signature.
struct ReplyHasher(MapHasher<MAX_FIELDS>);

impl ReplyHasher {
    fn hash(&self, timestamp: Timestamp) -> [u8; 32] {
        let mut whole = Self(self.0.clone());
        let nanos = u128::from(timestamp.as_nanos());
        whole.add(FieldName::TIMESTAMP, ValueHash::natural(nanos));
        whole.0.finish().into_bytes()
    }

    /// Adds a field. Names are different, and there is room for all.
    fn add(&mut self, name: FieldName, value: ValueHash) {
        let added = self.0.add_field(name, value);
        debug_assert_eq!(added, Ok(()), "the fields are known");
    }
}

impl fmt::Debug for QueryResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryResponse")
            .field("reply", &self.reply)
            .field("signatures", &self.signatures)
            .finish()
    }
}

/// How many fields what is signed has at most.
const MAX_FIELDS: usize = 6;

const REJECTED: &str = "rejected";
const REPLIED: &str = "replied";
