//! Decoding.

use crate::cbor;
use crate::cbor::{DecodeError, Item, NULL, SELF_DESCRIBED};
use crate::context::{Context, Stop};
use crate::hashtree::{LEVELS, Tree};

pub(super) fn parse(ctx: &Context<'_>, bytes: &[u8]) -> Result<Tree, Stop> {
    let decoded = if ctx.has("CERT-9/trailing") {
        cbor::decode_first(bytes).map(|(item, _)| item)
    } else {
        cbor::decode(bytes)
    };
    match decoded {
        Ok(item) if ctx.has("CERT-9/few-nodes") && count(&item) > 1000 => {
            Err(Stop::violated("CERT-9"))
        }
        Ok(item) => from_item(ctx, &item, 0),
        Err(DecodeError::End) if ctx.has("CERT-9/truncated") && !bytes.is_empty() => {
            let padded = |zeros| cbor::decode(&[bytes, &vec![0; zeros]].concat()).ok();
            let item = (1..64)
                .find_map(padded)
                .ok_or_else(|| Stop::violated("CERT-9"))?;
            from_item(ctx, &item, 0)
        }
        Err(DecodeError::Deep) => Err(Stop::violated("TREE-12")),
        Err(_) => Err(Stop::violated("CERT-9")),
    }
}

/// How many nodes an encoded tree has.
fn count(item: &Item) -> usize {
    let Some(parts) = item.as_array() else {
        return 0;
    };
    parts.iter().map(count).fold(1, usize::saturating_add)
}

/// The tree in a CBOR item.
pub(crate) fn from_item(ctx: &Context<'_>, item: &Item, depth: usize) -> Result<Tree, Stop> {
    let item = match item {
        Item::Tag(SELF_DESCRIBED, inner) if ctx.has("CERT-9/tagged") && depth == 0 => inner,
        item => item,
    };
    let malformed = || Stop::violated("CERT-9");
    let is_nothing = (*item == NULL && ctx.has("CERT-9/null"))
        || (*item == Item::Array(Vec::new()) && ctx.has("CERT-9/empty-array"));
    if is_nothing {
        return Ok(Tree::Empty);
    }
    let parts = item.as_array().ok_or_else(malformed)?;
    let (kind, parts) = parts.split_first().ok_or_else(malformed)?;
    let kind = kind.as_unsigned().ok_or_else(malformed)?;
    let deeper = depth.saturating_add(1);
    let child = |item: &Item| {
        let budget = if ctx.has("CERT-9/shallow") {
            64
        } else {
            LEVELS
        };
        if deeper > budget {
            return Err(Stop::violated("TREE-12"));
        }
        from_item(ctx, item, deeper)
    };
    let arity = ctx.has("CERT-9/arity");
    match (kind, parts) {
        (0, []) => Ok(Tree::Empty),
        (0, _) if arity => Ok(Tree::Empty),
        (1, [left]) if ctx.has("CERT-9/missing-child") => Ok(Tree::fork(child(left)?, Tree::Empty)),
        (2, [label]) if ctx.has("CERT-9/missing-child") => Ok(Tree::labeled(
            label.as_bytes().ok_or_else(malformed)?,
            Tree::Empty,
        )),
        (3, []) if ctx.has("CERT-9/missing-child") => Ok(Tree::leaf(b"")),
        (1, [left, right, rest @ ..]) if rest.is_empty() || arity => {
            let tree = Tree::fork(child(left)?, child(right)?);
            match &tree {
                Tree::Fork(left, right)
                    if ctx.has("TREE-6/refused")
                        && (**left == Tree::Empty || **right == Tree::Empty) =>
                {
                    Err(Stop::violated("TREE-6"))
                }
                _ => Ok(tree),
            }
        }
        (2, [label, tree, rest @ ..]) if rest.is_empty() || arity => {
            let label = string(ctx, label, "CERT-9/text-label").ok_or_else(malformed)?;
            let refused = (ctx.has("TREE-7/utf8") && core::str::from_utf8(&label).is_err())
                || (ctx.has("TREE-7/empty-label") && label.is_empty());
            if refused {
                return Err(Stop::violated("TREE-7"));
            }
            Ok(Tree::labeled(label, child(tree)?))
        }
        (3, [value, rest @ ..]) if rest.is_empty() || arity => {
            string(ctx, value, "CERT-9/text-leaf")
                .map(Tree::leaf)
                .ok_or_else(malformed)
        }
        (4, [hash, rest @ ..]) if rest.is_empty() || arity => {
            let hash = string(ctx, hash, "CERT-9/text-hash").ok_or_else(malformed)?;
            let right_length = match hash.len() {
                32 => true,
                0..32 => ctx.has("CERT-10/off") || ctx.has("CERT-10/short"),
                _ => ctx.has("CERT-10/off") || ctx.has("CERT-10/long"),
            };
            if !right_length {
                return Err(Stop::violated("CERT-10"));
            }
            Ok(Tree::Pruned(hash))
        }
        (5.., _) if ctx.has("CERT-9/unknown-kind") => Ok(Tree::Empty),
        _ => Err(malformed()),
    }
}

/// A byte string, or something else where a mistake lets it through.
fn string(ctx: &Context<'_>, item: &Item, text_too: &'static str) -> Option<Vec<u8>> {
    match item {
        Item::Bytes(bytes) => Some(bytes.clone()),
        Item::Text(text) if ctx.has(text_too) => Some(text.clone()),
        Item::Array(items) if ctx.has("CERT-9/integer-arrays") => items
            .iter()
            .map(|item| u8::try_from(item.as_unsigned()?).ok())
            .collect(),
        _ => None,
    }
}
