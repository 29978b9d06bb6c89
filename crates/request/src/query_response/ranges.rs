//! Canister ranges in one list.

use core::fmt;

use cbor::{ReadError, Reader, TagRule};
use principal::Principal;

/// Reads a list of closed ranges and returns whether one contains the canister. The list is read to
/// its end.
// spec: RANGE-1
pub(super) fn contains(
    list: &[u8],
    canister: &Principal,
    tag: TagRule,
) -> Result<bool, ReadRangesError> {
    let mut reader = Reader::new(list);
    reader.self_described_tag(tag)?;
    let mut ranges = reader.array()?;
    let mut contains = false;
    while reader.next(&mut ranges)? {
        let mut ends = reader.array()?;
        reader.expect_item(&mut ends)?;
        let low = read_end(&mut reader)?;
        reader.expect_item(&mut ends)?;
        let high = read_end(&mut reader)?;
        reader.expect_end(&mut ends)?;
        // spec: RANGE-2, RANGE-9
        contains |= (low..=high).contains(canister);
    }
    reader.finish()?;
    Ok(contains)
}

fn read_end(reader: &mut Reader<'_>) -> Result<Principal, ReadRangesError> {
    let position = reader.position();
    let bytes = reader.bytes()?;
    let length = bytes.len();
    Principal::from_slice(bytes).map_err(|_| ReadRangesError::PrincipalLength { position, length })
}

/// Why a value is not a list of ranges. Positions count bytes from the start of the value.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReadRangesError {
    /// An end of a range is longer than a principal.
    PrincipalLength {
        /// Where it starts.
        position: usize,
        /// How many bytes it has.
        length: usize,
    },
    /// The CBOR is broken, or isn't a list of pairs of byte strings.
    Read(ReadError),
}

impl From<ReadError> for ReadRangesError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl fmt::Display for ReadRangesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PrincipalLength { position, length } => write!(
                f,
                "found a principal of {length} bytes at byte {position}, at most {} are allowed",
                Principal::MAX_LENGTH
            ),
            Self::Read(error) => write!(f, "{error}"),
        }
    }
}

impl core::error::Error for ReadRangesError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Read(error) => Some(error),
            Self::PrincipalLength { .. } => None,
        }
    }
}
