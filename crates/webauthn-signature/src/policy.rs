//! What the interface spec leaves open about WebAuthn signatures, decided.

/// Answers to the questions about WebAuthn signatures that the interface spec leaves open, or that
/// deployed replicas answer in another way.
///
/// The fields are public: every combination is legal. What keys may look like is the policy of
/// [`public_key`].
#[expect(
    clippy::exhaustive_structs,
    reason = "callers build their own policies; a new question is a breaking change"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Policy {
    /// May the tag 55799 be missing, and what happens to unknown fields? Nothing here is optional,
    /// and authenticator data and signature are byte strings in any case, so the other questions
    /// do not come up.
    pub cbor: cbor::Policy,
    /// May the client data be a byte string?
    pub client_data: ClientDataRule,
    /// Must the client data have a type and an origin?
    pub type_and_origin: TypeAndOriginRule,
}

impl Policy {
    /// The text of the interface spec, read strictly.
    pub const SPEC: Self = Self {
        cbor: cbor::Policy::SPEC,
        client_data: ClientDataRule::TextOnly,
        type_and_origin: TypeAndOriginRule::Free,
    };

    /// What replicas accept.
    pub const REPLICA: Self = Self {
        cbor: cbor::Policy::REPLICA,
        client_data: ClientDataRule::TextOrBytes,
        type_and_origin: TypeAndOriginRule::Strings,
    };
}

/// May the client data be a byte string?
#[expect(clippy::exhaustive_enums, reason = "the question has two answers")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ClientDataRule {
    /// No: it is a text string.
    TextOnly,
    /// Yes: a byte string may hold the UTF-8 form of the text.
    TextOrBytes,
}

/// Must the client data have the members `type` and `origin`?
#[expect(clippy::exhaustive_enums, reason = "the question has two answers")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TypeAndOriginRule {
    /// They may be missing or be of any kind.
    Free,
    /// They must be there and be strings; of what content does not matter.
    Strings,
}
