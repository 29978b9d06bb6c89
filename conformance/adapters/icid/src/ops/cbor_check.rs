//! `cbor.check`.

use cbor::Kind;
use cbor::Policy;
use cbor::ReadError;
use cbor::Reader;
use cbor::Reason;
use serde_json::Value;
use serde_json::json;
use signature::VerifySignature;

use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input::Fields;

pub(crate) fn check(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["bytes"])?;
    check_item(&fields.bytes("bytes")?, fields.policy()?)?;
    Ok(json!({}))
}

/// Checks that `bytes` are one item of the profile.
pub(crate) fn check_item(bytes: &[u8], policy: Policy) -> Result<(), Refusal> {
    cbor::check(bytes, policy).map_err(|error| match error.reason {
        Reason::UnexpectedTag { .. } => {
            Refusal::reject(clause_of_tag(bytes, error.position), error)
        }
        _ => reject(error),
    })
}

/// Turns an error of the reader into a rejection.
pub(crate) fn reject(error: ReadError) -> Refusal {
    Refusal::reject(clause_of(error.reason), error)
}

/// Returns the clause that a flaw violates, where no other says more.
pub(crate) const fn clause_of(reason: Reason) -> &'static str {
    match reason {
        Reason::MissingTag => "CBOR-1",
        Reason::NonTextKey { .. } => "CBOR-2",
        Reason::Chunked { kind: Kind::Text } | Reason::InvalidUtf8 => "CBOR-4",
        Reason::Chunked { .. } | Reason::NotAByte { .. } => "CBOR-3",
        Reason::Bignum | Reason::BignumTooSmall => "CBOR-5",
        Reason::NotInProfile { found: Kind::Float } => "CBOR-6",
        Reason::DuplicateKey => "CBOR-7",
        Reason::WrongKind {
            found: Kind::Break, ..
        } => "CBOR-9",
        Reason::WrongKind { .. } | Reason::UnexpectedTag { .. } => "CBOR-8",
        Reason::UnknownField => "CBOR-10",
        Reason::Null => "CBOR-12",
        // Whatever keeps the bytes from being one item, and nothing after it.
        _ => "CBOR-9",
    }
}

/// Returns the clause for a tag that must not be there: that of the type that is behind it.
fn clause_of_tag(bytes: &[u8], position: usize) -> &'static str {
    // Only the tag 55799 may be before the outermost item, and only once.
    let mut reader = Reader::new(bytes);
    let outermost = reader.tag().is_ok().then(|| reader.position());
    if position == 0 || (outermost == Some(position) && reads_55799(bytes, position)) {
        return "CBOR-1";
    }
    let mut reader = Reader::new(bytes.get(position..).unwrap_or_default());
    match reader.tag().and_then(|_| reader.kind()) {
        Ok(Kind::Negative | Kind::Unsigned) => "CBOR-5",
        Ok(Kind::Bytes) => "CBOR-3",
        Ok(Kind::Text) => "CBOR-4",
        _ => "CBOR-8",
    }
}

fn reads_55799(bytes: &[u8], position: usize) -> bool {
    Reader::new(bytes.get(position..).unwrap_or_default()).tag() == Ok(55799)
}
