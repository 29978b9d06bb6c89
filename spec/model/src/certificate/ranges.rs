//! Which canisters a delegation is for.

use super::{Ranges, path};
use crate::cbor::{self, Item, SELF_DESCRIBED};
use crate::context::{Context, Stop};
use crate::hashtree::{Lookup, Tree, lookup_path, lookup_star_paths};

/// Two principals: the first and the last of a range.
type Range = (Vec<u8>, Vec<u8>);

/// Whether the ranges of `subnet` in the tree of a delegation certificate contain `canister`.
pub(super) fn covers(
    ctx: &Context<'_>,
    tree: &Tree,
    subnet: &[u8],
    canister: &[u8],
    ranges: Ranges,
) -> Result<bool, Stop> {
    let in_shards = || in_shards(ctx, tree, subnet, canister);
    let in_flat_list = || in_flat_list(ctx, tree, subnet, canister);
    let covered = match ranges {
        Ranges::Sharded if ctx.has("SDEL-7/flat-fallback") => {
            in_shards()?.map_or_else(in_flat_list, |covered| Ok(Some(covered)))?
        }
        Ranges::Sharded => in_shards()?,
        Ranges::Flat => in_flat_list()?,
        Ranges::Either if ctx.has("SDEL-7/either-sharded") => in_shards()?,
        Ranges::Either if ctx.has("SDEL-7/either-flat") => in_flat_list()?,
        Ranges::Either => match (in_shards()?, in_flat_list()?) {
            (Some(sharded), Some(flat)) if ctx.has("SDEL-7/either-any") => Some(sharded || flat),
            (Some(sharded), Some(flat)) => Some(sharded && flat),
            _ if ctx.has("SDEL-7/either-both") => None,
            (sharded, flat) => sharded.or(flat),
        },
    };
    Ok(covered.unwrap_or_else(|| {
        ctx.has("SDEL-7/missing-all") || pruned_is_all(ctx, tree, subnet, ranges)
    }))
}

/// The mistake of taking a pruned list for permission.
fn pruned_is_all(ctx: &Context<'_>, tree: &Tree, subnet: &[u8], ranges: Ranges) -> bool {
    let place = match ranges {
        Ranges::Flat => path(&[b"subnet", subnet, b"canister_ranges"]),
        _ => path(&[b"canister_ranges", subnet]),
    };
    ctx.has("SDEL-7/pruned-all") && lookup_path(ctx, &place, tree) == Lookup::Unknown
}

/// Whether the visible shards contain the canister; `None` if there is no shard to see.
///
/// This is `lookup*(["canister_ranges", subnet])`: the lists of all shards together.
fn in_shards(
    ctx: &Context<'_>,
    tree: &Tree,
    subnet: &[u8],
    canister: &[u8],
) -> Result<Option<bool>, Stop> {
    let everyone = ctx.has("SDEL-7/any-subnet");
    let prefix = if everyone {
        path(&[b"canister_ranges"])
    } else if ctx.has("STATE-8/own-label") {
        path(&[b"subnet", subnet, b"canister_ranges"])
    } else {
        path(&[b"canister_ranges", subnet])
    };
    if ctx.has("RANGE-8/complete")
        && let Lookup::Found(subtree) = subtree(tree, &prefix)
        && has_pruned_sibling(subtree)
    {
        return Ok(Some(false));
    }
    let mut shards = lookup_star_paths(ctx, &prefix, tree);
    if shards.is_empty() {
        return Ok(None);
    }
    if ctx.has("RANGE-8/first-shard") {
        shards.truncate(1);
    }
    if ctx.has("RANGE-8/last-shard") {
        shards = shards.pop().into_iter().collect();
    }
    if ctx.has("RANGE-8/inverted") {
        shards.retain(|(path, _)| {
            path.last()
                .is_some_and(|label| label.as_slice() >= canister)
        });
        shards.truncate(1);
    }
    let mut all = Vec::new();
    for (_, shard) in &shards {
        all.extend(parse_ranges(ctx, shard)?);
    }
    Ok(Some(contains(ctx, &all, canister)))
}

/// Whether the list at `/subnet/<subnet>/canister_ranges` contains the canister; `None` if there is
/// no list to see.
fn in_flat_list(
    ctx: &Context<'_>,
    tree: &Tree,
    subnet: &[u8],
    canister: &[u8],
) -> Result<Option<bool>, Stop> {
    if ctx.has("SDEL-7/any-subnet") || ctx.has("STATE-5/any-subnet") {
        for (path, list) in lookup_star_paths(ctx, &path(&[b"subnet"]), tree) {
            if path.last().is_some_and(|label| label == b"canister_ranges")
                && contains(ctx, &parse_ranges(ctx, &list)?, canister)
            {
                return Ok(Some(true));
            }
        }
    }
    match lookup_path(ctx, &path(&[b"subnet", subnet, b"canister_ranges"]), tree) {
        Lookup::Found(list) => Ok(Some(contains(ctx, &parse_ranges(ctx, list)?, canister))),
        _ => Ok(None),
    }
}

fn parse_ranges(ctx: &Context<'_>, bytes: &[u8]) -> Result<Vec<Range>, Stop> {
    let malformed = || Stop::violated("RANGE-1");
    let decoded = if ctx.has("RANGE-1/trailing") {
        cbor::decode_first(bytes).map(|(item, _)| item)
    } else {
        cbor::decode(bytes)
    };
    let item = decoded.map_err(|_| malformed())?;
    let untagged =
        (ctx.is_replica() && !ctx.has("RANGE-1/tag-always")) || ctx.has("RANGE-1/untagged");
    let list = match &item {
        Item::Tag(SELF_DESCRIBED, list) => list,
        item if untagged => item,
        _ => return Err(malformed()),
    };
    list.as_array()
        .ok_or_else(malformed)?
        .iter()
        .map(|range| parse_range(ctx, range))
        .collect()
}

fn parse_range(ctx: &Context<'_>, item: &Item) -> Result<Range, Stop> {
    let ends = match item.as_array() {
        Some([first, last]) => Some((first, last)),
        Some([first, last, ..]) if ctx.has("RANGE-1/triple") => Some((first, last)),
        _ => None,
    };
    let principal = |item: &Item| {
        let bytes = item.as_bytes()?;
        let fits = match bytes.len() {
            0..29 => true,
            29 => !ctx.has("RANGE-1/28"),
            _ => ctx.has("RANGE-1/long-principal"),
        };
        fits.then(|| bytes.to_vec())
    };
    let range = ends.and_then(|(first, last)| Some((principal(first)?, principal(last)?)));
    range.ok_or_else(|| Stop::violated("RANGE-1"))
}

fn contains(ctx: &Context<'_>, ranges: &[Range], id: &[u8]) -> bool {
    if ctx.has("RANGE-10/class") && id.last() != Some(&1) {
        return false;
    }
    if ctx.has("PRIN-20/canisters-only") && matches!(id.last(), Some(2 | 3 | 4 | 0x7f)) {
        return false;
    }
    (ranges.is_empty() && ctx.has("RANGE-4/empty-all"))
        || ranges.iter().any(|(low, high)| {
            let (low, high) = if ctx.has("RANGE-9/swapped") && high < low {
                (high, low)
            } else {
                (low, high)
            };
            let above = at_most(ctx, low, id) && !(ctx.has("RANGE-2/half-open-low") && low == id);
            let below =
                at_most(ctx, id, high) && !(ctx.has("RANGE-2/half-open-high") && high == id);
            above && below
        })
}

/// The order of principals: bytewise, a principal before those that extend it.
fn at_most(ctx: &Context<'_>, left: &[u8], right: &[u8]) -> bool {
    if ctx.has("RANGE-2/length-first") {
        return (left.len(), left) <= (right.len(), right);
    }
    if ctx.has("RANGE-2/numeric") {
        let number = |bytes: &[u8]| {
            let zeros = 64_usize.saturating_sub(bytes.len());
            [vec![0; zeros], bytes.to_vec()].concat()
        };
        return number(left) <= number(right);
    }
    left <= right
}

/// The subtree at a path.
fn subtree<'t>(tree: &'t Tree, path: &[Vec<u8>]) -> Lookup<&'t Tree> {
    let Some((label, rest)) = path.split_first() else {
        return Lookup::Found(tree);
    };
    match tree {
        Tree::Fork(left, right) => match subtree(left, path) {
            Lookup::Found(tree) => Lookup::Found(tree),
            _ => subtree(right, path),
        },
        Tree::Labeled(found, tree) if found == label => subtree(tree, rest),
        _ => Lookup::Absent,
    }
}

fn has_pruned_sibling(tree: &Tree) -> bool {
    match tree {
        Tree::Fork(left, right) => has_pruned_sibling(left) || has_pruned_sibling(right),
        Tree::Labeled(_, tree) => matches!(**tree, Tree::Pruned(_)),
        tree => matches!(tree, Tree::Pruned(_)),
    }
}
