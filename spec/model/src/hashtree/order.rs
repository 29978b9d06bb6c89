//! Well-formed trees.

use crate::context::Context;
use crate::hashtree::Tree;
use crate::hashtree::lookup::{flatten_forks, less};

/// `well_formed` of the specification.
pub(super) fn well_formed(ctx: &Context<'_>, tree: &Tree) -> bool {
    match tree {
        _ if ctx.has("TREE-9/off") => true,
        Tree::Leaf(_) => !ctx.has("TREE-9/leaf-root"),
        Tree::Pruned(_) if ctx.has("TREE-10/pruned-root") => false,
        tree => well_formed_forest(ctx, tree),
    }
}

fn well_formed_forest(ctx: &Context<'_>, tree: &Tree) -> bool {
    let forest = flatten_forks(ctx, tree);
    let labels = |forest: &[&Tree]| -> Vec<Vec<u8>> {
        let label = |tree: &&Tree| match tree {
            Tree::Labeled(label, _) => Some(label.clone()),
            _ => None,
        };
        forest.iter().filter_map(label).collect()
    };
    let increasing = if ctx.has("TREE-9/per-fork") {
        increasing_per_fork(ctx, tree)
    } else if ctx.has("TREE-10/resets") {
        forest
            .split(|tree| matches!(tree, Tree::Pruned(_)))
            .all(|part| strictly_increasing(ctx, &labels(part)))
    } else {
        strictly_increasing(ctx, &labels(&forest))
    };
    let others = forest.iter().all(|tree| match tree {
        Tree::Labeled(_, subtree) => ctx.has("TREE-9/shallow") || well_formed_below(ctx, subtree),
        Tree::Leaf(_) => ctx.has("TREE-9/leaf-in-forest"),
        Tree::Pruned(_) => !ctx.has("TREE-10/pruned"),
        Tree::Empty | Tree::Fork(..) => true,
    });
    increasing && others && !(ctx.has("TREE-10/empty") && has_empty_member(tree))
}

/// As [`well_formed`], below a label: a mistake about the root does not count here.
fn well_formed_below(ctx: &Context<'_>, tree: &Tree) -> bool {
    match tree {
        Tree::Leaf(_) => true,
        tree => well_formed_forest(ctx, tree),
    }
}

fn strictly_increasing(ctx: &Context<'_>, labels: &[Vec<u8>]) -> bool {
    labels.windows(2).all(|pair| match pair {
        [left, right] => less(ctx, left, right) || (ctx.has("TREE-9/duplicates") && left == right),
        _ => true,
    })
}

/// The mistake of comparing only labels that stand directly in the same fork.
fn increasing_per_fork(ctx: &Context<'_>, tree: &Tree) -> bool {
    let Tree::Fork(left, right) = tree else {
        return true;
    };
    let here = match (&**left, &**right) {
        (Tree::Labeled(left, _), Tree::Labeled(right, _)) => less(ctx, left, right),
        _ => true,
    };
    here && increasing_per_fork(ctx, left) && increasing_per_fork(ctx, right)
}

fn has_empty_member(tree: &Tree) -> bool {
    match tree {
        Tree::Fork(left, right) => has_empty_member(left) || has_empty_member(right),
        tree => *tree == Tree::Empty,
    }
}
