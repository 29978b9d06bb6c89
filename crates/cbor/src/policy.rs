//! What the interface spec leaves open, decided.

/// Answers to the questions the interface spec leaves open, or that deployed replicas answer in
/// another way.
///
/// [`Policy::SPEC`] follows the text, [`Policy::REPLICA`] what replicas accept. The fields are
/// public: every combination is legal.
#[expect(
    clippy::exhaustive_structs,
    reason = "callers build their own policies; a new question is a breaking change"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Policy {
    /// May the tag 55799 be missing?
    pub tag: TagRule,
    /// What does `null` mean for an optional field?
    pub null: NullRule,
    /// What happens to a field that the record doesn't have?
    pub unknown_fields: UnknownFieldRule,
    /// May something else than a byte string stand for a blob?
    pub blobs: BlobRule,
}

impl Policy {
    /// The text of the interface spec, read strictly.
    pub const SPEC: Self = Self {
        tag: TagRule::Required,
        null: NullRule::Reject,
        unknown_fields: UnknownFieldRule::Reject,
        blobs: BlobRule::BytesOnly,
    };

    /// What replicas accept.
    pub const REPLICA: Self = Self {
        tag: TagRule::Optional,
        null: NullRule::Absent,
        unknown_fields: UnknownFieldRule::Ignore,
        blobs: BlobRule::BytesTextOrIntegers,
    };
}

/// May the tag 55799 be missing?
#[expect(clippy::exhaustive_enums, reason = "the question has two answers")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TagRule {
    /// It may be there once.
    Optional,
    /// It must be there.
    Required,
}

/// What does `null` mean for an optional field?
#[expect(clippy::exhaustive_enums, reason = "the question has two answers")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NullRule {
    /// The same as if the field were not there.
    Absent,
    /// Nothing: it is rejected.
    Reject,
}

/// What happens to a field that the record doesn't have?
#[expect(clippy::exhaustive_enums, reason = "the question has two answers")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UnknownFieldRule {
    /// It is skipped.
    Ignore,
    /// It is rejected.
    Reject,
}

/// May something else than a byte string stand for a blob?
#[expect(clippy::exhaustive_enums, reason = "the question has two answers")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BlobRule {
    /// No.
    BytesOnly,
    /// Yes: a text string stands for its UTF-8 bytes, an array of integers up to 255 for those
    /// bytes.
    BytesTextOrIntegers,
}
