//! Which canisters a subnet may speak for.

use core::fmt;

use cbor::{ReadError, Reader, TagRule};
use hash_tree::{HashTree, Lookup};
use principal::Principal;

use crate::rules::Ranges;

/// What the ranges of a delegation say about a canister.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Membership {
    /// There are no ranges where they are asked for.
    Missing,
    /// The canister is in none of them.
    Outside,
    /// The canister is in one of them.
    Inside,
}

/// Looks for a canister in the ranges that a delegation lists for its subnet.
///
/// Every list that is shown is read to its end, also after the canister was found.
pub(crate) fn membership(
    tree: &HashTree<'_>,
    subnet_id: &Principal,
    canister: &Principal,
    ranges: Ranges,
    tag: TagRule,
) -> Result<Membership, ReadRangesError> {
    match ranges {
        Ranges::Flat => flat(tree, subnet_id, canister, tag),
        Ranges::Sharded => sharded(tree, subnet_id, canister, tag),
        Ranges::Either => {
            let sharded = sharded(tree, subnet_id, canister, tag)?;
            let flat = flat(tree, subnet_id, canister, tag)?;
            Ok(match (sharded, flat) {
                (Membership::Missing, only) | (only, Membership::Missing) => only,
                (Membership::Inside, Membership::Inside) => Membership::Inside,
                _ => Membership::Outside,
            })
        }
    }
}

/// Looks into the one list at `/subnet/<id>/canister_ranges`.
// spec: STATE-5, READ-25
fn flat(
    tree: &HashTree<'_>,
    subnet_id: &Principal,
    canister: &Principal,
    tag: TagRule,
) -> Result<Membership, ReadRangesError> {
    match tree.lookup(&[b"subnet", subnet_id.as_bytes(), b"canister_ranges"]) {
        Lookup::Found(list) => Ok(list_contains(list, canister, tag)?.into()),
        Lookup::Absent | Lookup::Error | Lookup::Unknown => Ok(Membership::Missing),
    }
}

/// Looks into all lists below `/canister_ranges/<id>` that are shown.
// spec: SDEL-7, STATE-8, RANGE-8
fn sharded(
    tree: &HashTree<'_>,
    subnet_id: &Principal,
    canister: &Principal,
    tag: TagRule,
) -> Result<Membership, ReadRangesError> {
    let mut membership = Membership::Missing;
    for list in tree.lookup_prefix(&[b"canister_ranges", subnet_id.as_bytes()]) {
        let found = list_contains(list, canister, tag)?;
        if membership != Membership::Inside {
            membership = found.into();
        }
    }
    Ok(membership)
}

impl From<bool> for Membership {
    fn from(is_inside: bool) -> Self {
        if is_inside {
            Self::Inside
        } else {
            Self::Outside
        }
    }
}

/// Reads a list of closed ranges and returns whether one contains the canister.
// spec: RANGE-1
fn list_contains(list: &[u8], canister: &Principal, tag: TagRule) -> Result<bool, ReadRangesError> {
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
        contains |= (low..=high).contains(&canister.as_bytes());
    }
    reader.finish()?;
    Ok(contains)
}

/// Reads one end of a range.
fn read_end<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], ReadRangesError> {
    let position = reader.position();
    let bytes = reader.bytes()?;
    // spec: RANGE-1
    if bytes.len() > Principal::MAX_LENGTH {
        return Err(ReadRangesError::PrincipalLength {
            position,
            length: bytes.len(),
        });
    }
    Ok(bytes)
}

/// Why the value in the place of canister ranges is not a list of ranges.
///
/// Positions count bytes from the start of the value.
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

impl core::error::Error for ReadRangesError {}

impl From<ReadError> for ReadRangesError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}
