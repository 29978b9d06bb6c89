//! Why bytes are no evidence.

use core::error::Error;
use core::fmt;

/// Why bytes are no evidence: they have the wrong form, or what they say is not true.
///
/// `P` is the error of the parser, `V` that of the verifier.
#[expect(
    clippy::exhaustive_enums,
    reason = "what has the right form is true or not"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum VerifyBytesError<P, V> {
    /// The bytes have the wrong form.
    Parse(P),
    /// What the bytes say is not true, or not about what was asked.
    Verify(V),
}

impl<P: fmt::Display, V: fmt::Display> fmt::Display for VerifyBytesError<P, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parse(error) => fmt::Display::fmt(error, f),
            Self::Verify(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl<P: Error + 'static, V: Error + 'static> Error for VerifyBytesError<P, V> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        // What they display is displayed here already.
        match self {
            Self::Parse(error) => error.source(),
            Self::Verify(error) => error.source(),
        }
    }
}
