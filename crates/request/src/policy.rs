//! What the interface spec leaves open about requests, decided.

use certificate::Ranges;
use time::Lifetime;

/// Answers to the questions about requests that the interface spec leaves open, or that deployed
/// replicas answer in another way.
///
/// [`Policy::SPEC`] follows the text, [`Policy::REPLICA`] what replicas accept. The fields are
/// public: every combination is legal.
#[expect(
    clippy::exhaustive_structs,
    reason = "callers build their own policies; a new question is a breaking change"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Policy {
    /// Tags, `null`, unknown fields and blobs in requests and in the certificates within.
    pub cbor: cbor::Policy,
    /// What keys may look like.
    pub public_key: public_key::Policy,
    /// What WebAuthn signatures may look like.
    pub webauthn: webauthn_signature::Policy,
    /// Where the delegation in a canister signature lists the canisters of its subnet.
    pub ranges: Ranges,
    /// May a plain RSA key sign a delegation?
    pub plain_rsa_signer: PlainRsaRule,
    /// How long after now a request may expire, inclusive; none for any time.
    // spec: ENV-11
    pub latest_expiry: Option<Lifetime>,
}

impl Policy {
    /// The text of the interface spec, read strictly.
    pub const SPEC: Self = Self {
        cbor: cbor::Policy::SPEC,
        public_key: public_key::Policy::SPEC,
        webauthn: webauthn_signature::Policy::SPEC,
        ranges: Ranges::Sharded,
        plain_rsa_signer: PlainRsaRule::Reject,
        latest_expiry: None,
    };

    /// What replicas accept. Requests may expire at most 330 seconds from now: five minutes, and 30
    /// seconds because clocks drift.
    pub const REPLICA: Self = Self {
        cbor: cbor::Policy::REPLICA,
        public_key: public_key::Policy::REPLICA,
        webauthn: webauthn_signature::Policy::REPLICA,
        ranges: Ranges::Either,
        plain_rsa_signer: PlainRsaRule::Accept,
        latest_expiry: Some(Lifetime::from_secs(330)),
    };
}

/// May a plain RSA key sign a delegation? It never signs a request.
#[expect(clippy::exhaustive_enums, reason = "the question has two answers")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PlainRsaRule {
    /// Yes, as replicas do.
    Accept,
    /// No: it is of no scheme of the interface spec.
    Reject,
}
