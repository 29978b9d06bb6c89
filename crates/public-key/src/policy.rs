//! What the interface spec leaves open about keys, decided.

/// Answers to the questions about keys that the interface spec leaves open, or that deployed
/// replicas answer in another way.
///
/// The fields are public: every combination is legal.
#[expect(
    clippy::exhaustive_structs,
    reason = "callers build their own policies; a new question is a breaking change"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Policy {
    /// What may the key operations of a COSE key be?
    pub key_ops: KeyOpsRule,
    /// May the numbers of an RSA key in a COSE key have zeros in front?
    pub leading_zeros: LeadingZerosRule,
}

impl Policy {
    /// The text of the interface spec, read strictly.
    pub const SPEC: Self = Self {
        key_ops: KeyOpsRule::Free,
        leading_zeros: LeadingZerosRule::Reject,
    };

    /// What replicas accept.
    pub const REPLICA: Self = Self {
        key_ops: KeyOpsRule::AbsentOrVerify,
        leading_zeros: LeadingZerosRule::Accept,
    };
}

/// What may the key operations (label 4) of a COSE key be?
#[expect(clippy::exhaustive_enums, reason = "the question has two answers")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyOpsRule {
    /// They are not there, or they are the text "verify", which is not what RFC 8152 has.
    AbsentOrVerify,
    /// Anything: they mean nothing here.
    Free,
}

/// May the numbers of an RSA key in a COSE key have zeros in front?
#[expect(clippy::exhaustive_enums, reason = "the question has two answers")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LeadingZerosRule {
    /// Yes, and they count for nothing: the same numbers have several forms, and with them several
    /// principals.
    Accept,
    /// No: RFC 8230, section 4, wants the shortest form.
    Reject,
}
