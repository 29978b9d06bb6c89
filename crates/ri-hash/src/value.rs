//! The hashes of single values.

use core::fmt;

use sha2::Digest;
use sha2::Sha256;

use crate::digest::sha256;
use crate::leb128;

/// The hash of a value: what of it goes into the hash of the map or array it is in.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct ValueHash([u8; 32]);

impl ValueHash {
    /// Returns the hash of a blob; [`BlobHasher`] does the same for pieces.
    // spec: REQID-5
    #[inline]
    #[must_use]
    pub fn blob(bytes: &[u8]) -> Self {
        Self(sha256(bytes))
    }

    /// Returns the hash of a text, which is the hash of the blob of its UTF-8 bytes.
    // spec: REQID-6
    #[inline]
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::blob(text.as_bytes())
    }

    /// Returns the hash of a natural number.
    // spec: REQID-7
    #[inline]
    #[must_use]
    pub fn natural(value: u128) -> Self {
        leb128::unsigned(value, Self::blob)
    }

    /// Returns the hash of a natural number of any size.
    ///
    /// `bytes` is the number, most significant byte first; zeros in front change nothing.
    // spec: REQID-7
    #[must_use]
    pub fn natural_from_bytes(bytes: &[u8]) -> Self {
        let mut blob = BlobHasher::new();
        leb128::unsigned_from_bytes(bytes, |bytes| blob.update(bytes));
        blob.finish()
    }

    /// Returns the hash of an integer, which for a positive one may differ from that of the same
    /// natural number.
    // spec: REQID-8
    #[inline]
    #[must_use]
    pub fn integer(value: i128) -> Self {
        leb128::signed(value, Self::blob)
    }

    /// Returns the value hash with these bytes, which somebody else computed.
    #[inline]
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes.
    #[inline]
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the 32 bytes.
    #[inline]
    #[must_use]
    pub const fn into_bytes(self) -> [u8; 32] {
        self.0
    }
}

impl fmt::Debug for ValueHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ValueHash(")?;
        write_hex(f, &self.0)?;
        f.write_str(")")
    }
}

/// Hashes a blob that comes in pieces.
///
/// # Example
///
/// ```
/// use icid_ri_hash::{BlobHasher, ValueHash};
///
/// let mut blob = BlobHasher::new();
/// blob.update(b"DI");
/// blob.update(b"DL");
/// assert_eq!(blob.finish(), ValueHash::blob(b"DIDL"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct BlobHasher {
    hash: Sha256,
}

impl BlobHasher {
    /// Returns a hasher that no piece has gone into yet.
    #[inline]
    #[must_use]
    pub fn new() -> Self {
        Self {
            hash: Sha256::new(),
        }
    }

    /// Adds the next piece.
    #[inline]
    pub fn update(&mut self, piece: &[u8]) {
        self.hash.update(piece);
    }

    /// Returns the hash of the blob.
    #[inline]
    #[must_use]
    pub fn finish(self) -> ValueHash {
        ValueHash(self.hash.finalize().into())
    }
}

pub(crate) fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

#[cfg(test)]
mod tests {
    extern crate alloc;

    use alloc::format;

    use hex_literal::hex;

    use super::*;

    #[test]
    // spec: REQID-7
    fn naturals_are_hashed_in_the_shortest_leb128() {
        // Interface spec 0.66.0: 0 is 00, 624485 is e58e26; the others are computed.
        for (value, hash) in [
            (
                0,
                hex!("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
            ),
            (
                1,
                hex!("4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a"),
            ),
            (
                1234,
                hex!("8b37fd3ebbe6396a89ed8563dd0cc55927ac90138950460c77cffeb55cf63810"),
            ),
            (
                624_485,
                hex!("7de22b086fa8329c7213ff319a44dc2ca81e23eea99f5fd8bd72222d4ffcb6c2"),
            ),
            (
                u128::from(u64::MAX),
                hex!("51672ea45f3539654bf9193f4ff763d90022eee7df5f5b76353d6f11a9eaccec"),
            ),
        ] {
            assert_eq!(ValueHash::natural(value).into_bytes(), hash);
            assert_eq!(
                ValueHash::natural_from_bytes(&value.to_be_bytes()).into_bytes(),
                hash
            );
        }
    }

    #[test]
    // spec: REQID-8
    fn integers_are_hashed_in_the_shortest_signed_leb128() {
        // Interface spec 0.66.0: 0 is 00, -123456 is c0bb78.
        assert_eq!(ValueHash::integer(0), ValueHash::blob(&[0x00]));
        assert_eq!(
            ValueHash::integer(-123_456),
            ValueHash::blob(&hex!("c0bb78"))
        );
        assert_eq!(ValueHash::integer(63), ValueHash::natural(63));
        assert_ne!(ValueHash::integer(64), ValueHash::natural(64));
    }

    #[test]
    // spec: REQID-6
    fn a_text_is_hashed_as_the_blob_of_its_bytes() {
        assert_eq!(ValueHash::text("\u{e4}"), ValueHash::blob(&[0xc3, 0xa4]));
        // The same letter in another normal form is another text.
        assert_ne!(ValueHash::text("a\u{308}"), ValueHash::text("\u{e4}"));
    }

    #[test]
    fn well_known_values_have_their_hashes() {
        for (text, hash) in [
            (
                "call",
                hex!("7edb360f06acaef2cc80dba16cf563f199d347db4443da04da0c8173e3f9e4ed"),
            ),
            (
                "query",
                hex!("a8b771920b8319e47251d1360f5e880bc18e8d329b0f0d003ea3c7e615558947"),
            ),
            (
                "read_state",
                hex!("e81b520c7856de1f5be288fb6a39218867bb18b35cb318869c4ac7f027f9a996"),
            ),
            (
                "queries",
                hex!("07193df400d460d8dea9e7bcd261e9e48cc82036e86003135c4db6f0e22b48fd"),
            ),
            (
                "all",
                hex!("5ef5ef0364b6939c4ca61f34b393f7b368d1be8619647aaf83d5b395919ab629"),
            ),
            (
                "replied",
                hex!("4e686cee486fc30c03bf0dbb9273323d3f32f564df645a0e4c9825366194f156"),
            ),
            (
                "rejected",
                hex!("20cd938a2ea64f612b3523bc9219130c6fc66cd09b394ea38437488c0b8898b2"),
            ),
        ] {
            assert_eq!(ValueHash::text(text).into_bytes(), hash);
        }
    }

    #[test]
    fn debug_prints_hex() {
        assert_eq!(
            format!("{:?}", ValueHash::blob(b"")),
            "ValueHash(e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855)"
        );
    }
}
