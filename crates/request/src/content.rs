//! What a request asks for.

mod encode;
mod id;
mod parse;

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use principal::Principal;
use time::Timestamp;

use crate::hex::Hex;
use crate::{DelegationChain, Envelope, Paths, RequestId, SenderInfo};

pub(crate) use self::parse::{CONTENT, inside, is_absent, missing, read_blob, to_cow};

/// What is signed in front of the id of a request: a length and a name.
///
/// Source: interface spec, "Authentication".
// spec: ENV-6
pub const REQUEST_SEPARATOR: &[u8; 11] = b"\x0aic-request";

/// How many bytes a nonce may have.
///
/// Source: interface spec, "Authentication": at most 32 bytes.
// spec: ENV-7
pub const MAX_NONCE_LENGTH: usize = 32;

/// What a request asks for: the part of an [`Envelope`] that is signed.
///
/// Built by hand or parsed, it is only a claim: who sent it, if anybody, says
/// [`Envelope::authenticate`].
#[expect(
    clippy::exhaustive_enums,
    reason = "the interface spec has these three"
)]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Content<'a> {
    /// Run a method and keep what it changes.
    Call(CanisterRequest<'a>),
    /// Run a method and forget what it changes.
    Query(CanisterRequest<'a>),
    /// Read parts of the state tree.
    ReadState(ReadStateRequest<'a>),
}

/// Which kind of request it is, and which endpoint it belongs to.
#[expect(
    clippy::exhaustive_enums,
    reason = "the interface spec has these three"
)]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum RequestType {
    /// `call`.
    Call,
    /// `query`.
    Query,
    /// `read_state`.
    ReadState,
}

/// What a call or a query asks for.
// spec: ENV-19, ENV-21
#[derive(Clone, Eq, PartialEq)]
pub struct CanisterRequest<'a> {
    common: Common<'a>,
    canister_id: Principal,
    method_name: Cow<'a, str>,
    arg: Cow<'a, [u8]>,
    sender_info: Option<SenderInfo<'a>>,
}

/// What a request to read the state tree asks for.
// spec: ENV-20
#[derive(Clone, Eq, PartialEq)]
pub struct ReadStateRequest<'a> {
    common: Common<'a>,
    paths: Paths<'a>,
}

/// What requests of every kind have.
#[derive(Clone, Eq, PartialEq)]
struct Common<'a> {
    sender: Principal,
    ingress_expiry: Timestamp,
    nonce: Option<Cow<'a, [u8]>>,
}

impl RequestType {
    /// Returns the type with this name, if it is one.
    // spec: ENV-18
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Call, Self::Query, Self::ReadState]
            .into_iter()
            .find(|request_type| request_type.name() == name)
    }

    /// Returns the name that is hashed and encoded: `call`, `query` or `read_state`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Query => "query",
            Self::ReadState => "read_state",
        }
    }
}

impl<'a> Content<'a> {
    /// Makes a request of it that nobody signed, which only the anonymous principal may send.
    #[must_use]
    pub const fn unsigned(self) -> Envelope<'a> {
        Envelope::unsigned(self)
    }

    /// Makes a request of it, signed by what `sign` makes of [`Content::signing_payload`].
    ///
    /// `chain` begins with the key whose principal is the sender and ends with the key that signs; it
    /// has no links if the two are the same. The signature is taken as it is: for WebAuthn and
    /// canister signatures it is their CBOR form.
    ///
    /// # Errors
    ///
    /// Those of `sign`.
    // spec: ENV-6
    pub fn sign<E>(
        self,
        chain: DelegationChain<'a>,
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<Envelope<'a>, E> {
        let signature = sign(&self.signing_payload())?;
        Ok(Envelope::signed(self, chain, signature))
    }

    /// Returns all that is signed: [`REQUEST_SEPARATOR`] and [`Content::request_id`].
    // spec: ENV-6
    #[must_use]
    pub fn signing_payload(&self) -> [u8; 43] {
        let mut payload = [0; 43];
        let id = self.request_id();
        let bytes = REQUEST_SEPARATOR.iter().chain(id.as_bytes()).copied();
        for (slot, byte) in payload.iter_mut().zip(bytes) {
            *slot = byte;
        }
        payload
    }

    /// Returns the id: the representation-independent hash of all fields that are present.
    // spec: REQID-11, REQID-12
    #[must_use]
    pub fn request_id(&self) -> RequestId {
        id::of(self)
    }

    /// Returns the same content without borrowing anything.
    #[must_use]
    pub fn into_owned(self) -> Content<'static> {
        match self {
            Self::Call(request) => Content::Call(request.into_owned()),
            Self::Query(request) => Content::Query(request.into_owned()),
            Self::ReadState(request) => Content::ReadState(request.into_owned()),
        }
    }

    /// Returns which kind of request it is.
    #[must_use]
    pub const fn request_type(&self) -> RequestType {
        match self {
            Self::Call(_) => RequestType::Call,
            Self::Query(_) => RequestType::Query,
            Self::ReadState(_) => RequestType::ReadState,
        }
    }

    /// Returns who is said to have sent it.
    #[must_use]
    pub const fn sender(&self) -> Principal {
        self.common().sender
    }

    /// Returns the last moment at which it may be accepted.
    #[must_use]
    pub const fn ingress_expiry(&self) -> Timestamp {
        self.common().ingress_expiry
    }

    /// Returns the nonce, which makes two requests different that are otherwise the same.
    #[must_use]
    pub fn nonce(&self) -> Option<&[u8]> {
        self.common().nonce.as_deref()
    }

    /// Returns the call or query, unless it is a request to read the state.
    #[must_use]
    pub const fn canister_request(&self) -> Option<&CanisterRequest<'a>> {
        match self {
            Self::Call(request) | Self::Query(request) => Some(request),
            Self::ReadState(_) => None,
        }
    }

    /// Returns what a canister says about the sender, if the request has it.
    #[must_use]
    pub const fn sender_info(&self) -> Option<&SenderInfo<'a>> {
        match self {
            Self::Call(request) | Self::Query(request) => request.sender_info(),
            Self::ReadState(_) => None,
        }
    }

    /// Returns the paths to read, if it is a request to read the state.
    #[must_use]
    pub const fn paths(&self) -> Option<&Paths<'a>> {
        match self {
            Self::Call(_) | Self::Query(_) => None,
            Self::ReadState(request) => Some(request.paths()),
        }
    }

    const fn common(&self) -> &Common<'a> {
        match self {
            Self::Call(request) | Self::Query(request) => &request.common,
            Self::ReadState(request) => &request.common,
        }
    }
}

impl<'a> CanisterRequest<'a> {
    /// Returns the request of `sender` to run a method of a canister with `arg`, which is Candid as
    /// far as canisters agree, until `ingress_expiry`.
    #[must_use]
    pub fn new(
        sender: Principal,
        canister_id: Principal,
        method_name: impl Into<Cow<'a, str>>,
        arg: impl Into<Cow<'a, [u8]>>,
        ingress_expiry: Timestamp,
    ) -> Self {
        Self {
            common: Common {
                sender,
                ingress_expiry,
                nonce: None,
            },
            canister_id,
            method_name: method_name.into(),
            arg: arg.into(),
            sender_info: None,
        }
    }

    /// Returns the same request, but with this nonce.
    ///
    /// It should be random. Requests with more than [`MAX_NONCE_LENGTH`] bytes are refused.
    // spec: ENV-8
    #[must_use]
    pub fn with_nonce(mut self, nonce: impl Into<Cow<'a, [u8]>>) -> Self {
        self.common.nonce = Some(nonce.into());
        self
    }

    /// Returns the same request, but with what a canister says about the sender.
    #[must_use]
    pub fn with_sender_info(mut self, sender_info: SenderInfo<'a>) -> Self {
        self.sender_info = Some(sender_info);
        self
    }

    /// Returns the same request without borrowing anything.
    #[must_use]
    pub fn into_owned(self) -> CanisterRequest<'static> {
        CanisterRequest {
            common: self.common.into_owned(),
            canister_id: self.canister_id,
            method_name: Cow::Owned(self.method_name.into_owned()),
            arg: Cow::Owned(self.arg.into_owned()),
            sender_info: self.sender_info.map(SenderInfo::into_owned),
        }
    }

    /// Returns who is said to have sent it.
    #[must_use]
    pub const fn sender(&self) -> Principal {
        self.common.sender
    }

    /// Returns the last moment at which it may be accepted.
    #[must_use]
    pub const fn ingress_expiry(&self) -> Timestamp {
        self.common.ingress_expiry
    }

    /// Returns the nonce.
    #[must_use]
    pub fn nonce(&self) -> Option<&[u8]> {
        self.common.nonce.as_deref()
    }

    /// Returns the canister, which for the management canister is `aaaaa-aa`.
    #[must_use]
    pub const fn canister_id(&self) -> Principal {
        self.canister_id
    }

    /// Returns the name of the method: any text.
    #[must_use]
    pub fn method_name(&self) -> &str {
        &self.method_name
    }

    /// Returns the argument: any bytes.
    #[must_use]
    pub fn arg(&self) -> &[u8] {
        &self.arg
    }

    /// Returns what a canister says about the sender.
    #[must_use]
    pub const fn sender_info(&self) -> Option<&SenderInfo<'a>> {
        self.sender_info.as_ref()
    }
}

impl<'a> ReadStateRequest<'a> {
    /// Returns the request of `sender` to read what is at and below some paths, until
    /// `ingress_expiry`.
    #[must_use]
    pub fn new(sender: Principal, paths: impl Into<Paths<'a>>, ingress_expiry: Timestamp) -> Self {
        Self {
            common: Common {
                sender,
                ingress_expiry,
                nonce: None,
            },
            paths: paths.into(),
        }
    }

    /// Returns the same request, but with this nonce.
    ///
    /// It should be random. Requests with more than [`MAX_NONCE_LENGTH`] bytes are refused.
    // spec: ENV-8
    #[must_use]
    pub fn with_nonce(mut self, nonce: impl Into<Cow<'a, [u8]>>) -> Self {
        self.common.nonce = Some(nonce.into());
        self
    }

    /// Returns the same request without borrowing anything.
    #[must_use]
    pub fn into_owned(self) -> ReadStateRequest<'static> {
        ReadStateRequest {
            common: self.common.into_owned(),
            paths: self.paths.into_owned(),
        }
    }

    /// Returns who is said to have sent it.
    #[must_use]
    pub const fn sender(&self) -> Principal {
        self.common.sender
    }

    /// Returns the last moment at which it may be accepted.
    #[must_use]
    pub const fn ingress_expiry(&self) -> Timestamp {
        self.common.ingress_expiry
    }

    /// Returns the nonce.
    #[must_use]
    pub fn nonce(&self) -> Option<&[u8]> {
        self.common.nonce.as_deref()
    }

    /// Returns the paths to read.
    #[must_use]
    pub const fn paths(&self) -> &Paths<'a> {
        &self.paths
    }
}

impl Common<'_> {
    fn into_owned(self) -> Common<'static> {
        Common {
            sender: self.sender,
            ingress_expiry: self.ingress_expiry,
            nonce: self.nonce.map(|nonce| Cow::Owned(nonce.into_owned())),
        }
    }
}

impl fmt::Debug for CanisterRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CanisterRequest")
            .field("sender", &self.sender())
            .field("ingress_expiry", &self.ingress_expiry())
            .field("nonce", &self.nonce().map(Hex))
            .field("canister_id", &self.canister_id)
            .field("method_name", &self.method_name)
            .field("arg", &Hex(&self.arg))
            .field("sender_info", &self.sender_info)
            .finish()
    }
}

impl fmt::Debug for ReadStateRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadStateRequest")
            .field("sender", &self.sender())
            .field("ingress_expiry", &self.ingress_expiry())
            .field("nonce", &self.nonce().map(Hex))
            .field("paths", &self.paths)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    // spec: ENV-18
    fn there_are_three_types() {
        for request_type in [
            RequestType::Call,
            RequestType::Query,
            RequestType::ReadState,
        ] {
            assert_eq!(
                RequestType::from_name(request_type.name()),
                Some(request_type)
            );
        }
        for name in ["", "Call", "QUERY", "call ", "update", "readState"] {
            assert_eq!(RequestType::from_name(name), None, "{name}");
        }
    }
}
