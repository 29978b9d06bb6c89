//! The salt.

use core::fmt;

/// The secret that all pseudonyms are derived with.
///
/// 32 bytes, not all of them zero, which is how an image says that there is no salt yet.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Salt([u8; Self::LENGTH]);

impl Salt {
    /// The length in bytes.
    ///
    /// Source: dfinity/internet-identity, `storage.rs`, `type Salt`.
    pub const LENGTH: usize = 32;

    /// Returns the salt of these bytes, unless they are all zero.
    #[must_use]
    pub fn new(bytes: [u8; Self::LENGTH]) -> Option<Self> {
        // spec: II-STORE-5
        (bytes != [0; Self::LENGTH]).then_some(Self(bytes))
    }

    /// Returns the bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }
}

/// The bytes stay out of logs.
impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(…)")
    }
}
