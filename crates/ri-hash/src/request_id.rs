//! Request ids.

use core::fmt;

use crate::ValueHash;
use crate::value::write_hex;

/// The id of a request: the representation-independent hash of its content, 32 bytes.
///
/// # Example
///
/// ```
/// use icid_ri_hash::{ParseRequestIdError, RequestId};
///
/// let id = RequestId::try_from(&[0xab; 32][..])?;
/// assert_eq!(id.to_string(), format!("0x{}", "ab".repeat(32)));
/// # Ok::<(), ParseRequestIdError>(())
/// ```
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RequestId([u8; 32]);

/// Why some bytes are not a [`RequestId`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseRequestIdError {
    /// There are fewer or more than [`RequestId::LENGTH`] bytes.
    WrongLength {
        /// How many bytes there are.
        length: usize,
    },
}

impl RequestId {
    /// How many bytes a request id has.
    ///
    /// Source: interface spec, "Request ids".
    pub const LENGTH: usize = 32;

    /// Returns the request id with these bytes.
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
}

/// The hash of the content map is the id of the request.
// spec: REQID-11
impl From<ValueHash> for RequestId {
    fn from(content: ValueHash) -> Self {
        Self(content.into_bytes())
    }
}

impl TryFrom<&[u8]> for RequestId {
    type Error = ParseRequestIdError;

    // spec: REQID-16
    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        match <[u8; 32]>::try_from(bytes) {
            Ok(bytes) => Ok(Self(bytes)),
            Err(_) => Err(ParseRequestIdError::WrongLength {
                length: bytes.len(),
            }),
        }
    }
}

impl AsRef<[u8]> for RequestId {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Writes `0x` and 64 lower-case hexadecimal digits.
// spec: REQID-15
impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0x")?;
        write_hex(f, &self.0)
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({self})")
    }
}

impl fmt::Display for ParseRequestIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongLength { length } => {
                write!(f, "found {length} bytes, expected {}", RequestId::LENGTH)
            }
        }
    }
}

impl core::error::Error for ParseRequestIdError {}

#[cfg(test)]
mod tests {
    extern crate alloc;

    use alloc::format;
    use alloc::string::ToString;
    use core::array;

    use super::*;

    #[test]
    // spec: REQID-15
    fn is_written_in_lower_case_hex() {
        // Interface spec 0.66.0, "Request ids".
        let id = RequestId::from_bytes(array::from_fn(|index| u8::try_from(index).unwrap()));
        let text = "0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        assert_eq!(id.to_string(), text);
        assert_eq!(format!("{id:?}"), format!("RequestId({text})"));
        assert_eq!(
            RequestId::from_bytes([0xff; 32]).to_string(),
            format!("0x{}", "f".repeat(64))
        );
    }

    #[test]
    // spec: REQID-16
    fn has_thirty_two_bytes() {
        assert_eq!(
            RequestId::try_from(&[7; 32][..]),
            Ok(RequestId::from_bytes([7; 32]))
        );
        for length in [0, 31, 33, 64] {
            let bytes = [7; 64];
            assert_eq!(
                RequestId::try_from(&bytes[..length]),
                Err(ParseRequestIdError::WrongLength { length })
            );
        }
    }
}
