//! Requests as derived decoders of deployed software take them.
//!
//! The structures say what `serde` makes of the forms of the interface spec: blobs may be texts or
//! lists of numbers, optional fields may be null, other fields are passed over.

use serde::Deserialize;
use serde_bytes::ByteBuf;

/// An envelope.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Envelope {
    /// What is asked for.
    pub content: Content,
    /// The key of the sender.
    pub sender_pubkey: Option<ByteBuf>,
    /// The signature.
    pub sender_sig: Option<ByteBuf>,
    /// From the sender to the signer.
    pub sender_delegation: Option<Vec<SignedDelegation>>,
}

/// What is asked for.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(tag = "request_type", rename_all = "snake_case")]
pub enum Content {
    /// To run a method.
    Call(CanisterRequest),
    /// To run a method without keeping what it does.
    Query(CanisterRequest),
    /// To read the state.
    ReadState(ReadStateRequest),
}

/// To run a method.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct CanisterRequest {
    /// The canister.
    pub canister_id: ByteBuf,
    /// The method.
    pub method_name: String,
    /// The argument.
    pub arg: ByteBuf,
    /// Who asks.
    pub sender: ByteBuf,
    /// Until when.
    pub ingress_expiry: u64,
    /// Random bytes.
    pub nonce: Option<ByteBuf>,
    /// What a canister says about the sender.
    pub sender_info: Option<SenderInfo>,
}

/// To read the state.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct ReadStateRequest {
    /// What to read.
    pub paths: Vec<Vec<ByteBuf>>,
    /// Who asks.
    pub sender: ByteBuf,
    /// Until when.
    pub ingress_expiry: u64,
    /// Random bytes.
    pub nonce: Option<ByteBuf>,
}

/// What a canister says about a sender.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct SenderInfo {
    /// What it says.
    pub info: ByteBuf,
    /// The canister.
    pub signer: ByteBuf,
    /// Its signature.
    pub sig: ByteBuf,
}

/// A link.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct SignedDelegation {
    /// What is delegated to whom.
    pub delegation: Delegation,
    /// The signature.
    pub signature: ByteBuf,
}

/// What is delegated to whom.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Delegation {
    /// To whom.
    pub pubkey: ByteBuf,
    /// Until when.
    pub expiration: u64,
    /// For which canisters.
    pub targets: Option<Vec<ByteBuf>>,
    /// For which kinds of requests.
    pub permissions: Option<Permissions>,
}

/// Kinds of requests.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Permissions {
    /// All of them.
    All,
    /// Those that change nothing.
    Queries,
}
