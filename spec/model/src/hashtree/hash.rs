//! Root hashes.

use crate::context::Context;
use crate::crypto::sha256_of;
use crate::hashtree::Tree;

/// `reconstruct` of the specification: 32 bytes, unless a mistake lets another hash in.
pub(crate) fn reconstruct(ctx: &Context<'_>, tree: &Tree) -> Vec<u8> {
    let hash = match tree {
        Tree::Empty if ctx.has("TREE-1/zero") => [0; 32],
        Tree::Empty if ctx.has("TREE-1/bare") => sha256_of(&[]),
        Tree::Empty => sha256_of(&[&separator(ctx, "TREE-1/no-length", "ic-hashtree-empty")]),
        Tree::Fork(left, right) => {
            let separator = separator(ctx, "TREE-2/no-length", "ic-hashtree-fork");
            let mut sides = [reconstruct(ctx, left), reconstruct(ctx, right)];
            if ctx.has("TREE-2/swapped") {
                sides.reverse();
            }
            if ctx.has("TREE-2/sorted") {
                sides.sort_unstable();
            }
            sha256_of(&[&separator, &sides.concat()])
        }
        Tree::Labeled(label, tree) => {
            let separator = separator(ctx, "TREE-3/no-length", "ic-hashtree-labeled");
            let label = if ctx.has("TREE-3/label-first-hashed") {
                sha256_of(&[label]).to_vec()
            } else if ctx.has("TREE-3/length-prefixed") {
                u8::try_from(label.len())
                    .into_iter()
                    .chain(label.iter().copied())
                    .collect()
            } else {
                label.clone()
            };
            sha256_of(&[&separator, &label, &reconstruct(ctx, tree)])
        }
        Tree::Leaf(value) => {
            let separator = separator(ctx, "TREE-4/no-length", "ic-hashtree-leaf");
            if ctx.has("TREE-4/double") {
                return sha256_of(&[&separator, &sha256_of(&[value])]).to_vec();
            }
            sha256_of(&[&separator, value])
        }
        Tree::Pruned(hash) if ctx.has("TREE-5/hashed") => sha256_of(&[hash]),
        Tree::Pruned(hash) if ctx.has("TREE-5/as-leaf") => {
            sha256_of(&[b"\x10ic-hashtree-leaf", hash])
        }
        Tree::Pruned(hash) => return hash.clone(),
    };
    hash.to_vec()
}

fn separator(ctx: &Context<'_>, no_length: &'static str, text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len())
        .ok()
        .filter(|_| !ctx.has(no_length));
    length.into_iter().chain(text.bytes()).collect()
}
