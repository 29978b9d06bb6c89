//! Lookup.

use alloc::collections::BTreeSet;
use core::cmp::Ordering;

use crate::context::Context;
use crate::hashtree::{Lookup, Tree};

/// `lookup_path` of the specification.
pub(crate) fn lookup_path<'t>(
    ctx: &Context<'_>,
    path: &[Vec<u8>],
    tree: &'t Tree,
) -> Lookup<&'t [u8]> {
    let Some((label, rest)) = path.split_first() else {
        return match tree {
            Tree::Empty if ctx.has("LOOKUP-2/empty-found") => Lookup::Found(&[]),
            Tree::Empty if ctx.has("LOOKUP-2/empty-unknown") => Lookup::Unknown,
            Tree::Empty => Lookup::Absent,
            Tree::Leaf(value) if value.is_empty() && ctx.has("LOOKUP-2/empty-leaf") => {
                Lookup::Absent
            }
            Tree::Leaf(value) => Lookup::Found(value),
            Tree::Pruned(_) if ctx.has("LOOKUP-2/pruned-absent") => Lookup::Absent,
            Tree::Pruned(_) if ctx.has("LOOKUP-2/pruned-error") => Lookup::Error,
            Tree::Pruned(_) => unknown(ctx),
            Tree::Fork(..) if ctx.has("LOOKUP-2/fork-unknown") => Lookup::Unknown,
            Tree::Labeled(..) if ctx.has("LOOKUP-2/labeled-unknown") => Lookup::Unknown,
            Tree::Fork(..) | Tree::Labeled(..) if ctx.has("LOOKUP-1/error-absent") => {
                Lookup::Absent
            }
            Tree::Fork(..) | Tree::Labeled(..) if ctx.has("LOOKUP-1/error-unknown") => {
                Lookup::Unknown
            }
            Tree::Fork(..) | Tree::Labeled(..) => Lookup::Error,
        };
    };
    if let Tree::Leaf(value) = tree
        && (ctx.has("LOOKUP-4/early") || ctx.has("LOOKUP-8/found"))
    {
        return Lookup::Found(value);
    }
    match find_label(ctx, label, &flatten_forks(ctx, tree)) {
        Lookup::Found(subtree) => lookup_path(ctx, rest, subtree),
        Lookup::Absent => Lookup::Absent,
        Lookup::Unknown => Lookup::Unknown,
        Lookup::Error => Lookup::Error,
    }
}

/// `find_label` of the specification: the first equation that applies counts.
fn find_label<'t>(ctx: &Context<'_>, label: &[u8], forest: &[&'t Tree]) -> Lookup<&'t Tree> {
    for tree in forest {
        if let Tree::Labeled(l1, subtree) = tree
            && same_label(ctx, l1, label)
        {
            return Lookup::Found(subtree);
        }
    }

    let without_pruned: Vec<&Tree>;
    let mut between = forest;
    if ctx.has("LOOKUP-5/across") {
        without_pruned = labeled_only(forest);
        between = &without_pruned;
    }
    for pair in between.windows(2) {
        if let [Tree::Labeled(l1, _), Tree::Labeled(l2, _)] = pair
            && less(ctx, l1, label)
            && less(ctx, label, l2)
            && !ctx.has("LOOKUP-5/off")
        {
            return Lookup::Absent;
        }
    }

    let mut first = forest.first().copied();
    if ctx.has("LOOKUP-6/pruned-first") {
        first = labeled_only(forest).first().copied();
    }
    if let Some(Tree::Labeled(l2, _)) = first
        && less(ctx, label, l2)
        && !ctx.has("LOOKUP-6/off")
    {
        return Lookup::Absent;
    }

    let mut last = forest.last().copied();
    if ctx.has("LOOKUP-7/pruned-last") {
        last = labeled_only(forest).last().copied();
    }
    if let Some(Tree::Labeled(l1, _)) = last
        && less(ctx, l1, label)
        && !ctx.has("LOOKUP-7/off")
    {
        return Lookup::Absent;
    }

    match forest {
        [Tree::Leaf(_)] if ctx.has("LOOKUP-8/error") => Lookup::Error,
        [Tree::Leaf(_)] if ctx.has("LOOKUP-8/unknown") => Lookup::Unknown,
        [Tree::Leaf(_)] => Lookup::Absent,
        [] if ctx.has("LOOKUP-9/error") => Lookup::Error,
        [] if ctx.has("LOOKUP-9/unknown") => Lookup::Unknown,
        [] => Lookup::Absent,
        _ if ctx.has("LOOKUP-10/absent") => Lookup::Absent,
        _ if ctx.has("LOOKUP-10/error") => Lookup::Error,
        _ => unknown(ctx),
    }
}

fn unknown<T>(ctx: &Context<'_>) -> Lookup<T> {
    if ctx.has("LOOKUP-13/absent") {
        Lookup::Absent
    } else {
        Lookup::Unknown
    }
}

fn labeled_only<'t>(forest: &[&'t Tree]) -> Vec<&'t Tree> {
    forest
        .iter()
        .copied()
        .filter(|tree| matches!(tree, Tree::Labeled(..)))
        .collect()
}

fn same_label(ctx: &Context<'_>, in_tree: &[u8], wanted: &[u8]) -> bool {
    in_tree == wanted
        || (ctx.has("LOOKUP-4/prefix") && in_tree.starts_with(wanted))
        || (ctx.has("LOOKUP-4/extends") && wanted.starts_with(in_tree))
}

/// The order of labels: bytewise, a label before those that extend it.
pub(super) fn less(ctx: &Context<'_>, left: &[u8], right: &[u8]) -> bool {
    if ctx.has("TREE-7/any-byte") {
        return left.iter().zip(right).any(|(left, right)| left < right);
    }
    let order = if ctx.has("TREE-7/length-first") {
        left.len().cmp(&right.len()).then_with(|| left.cmp(right))
    } else if ctx.has("TREE-7/signed") {
        let signed = |bytes: &[u8]| bytes.iter().map(|byte| byte ^ 0x80).collect::<Vec<_>>();
        signed(left).cmp(&signed(right))
    } else {
        left.cmp(right)
    };
    order == Ordering::Less
}

/// `lookup*` of the specification: the values at all paths with this prefix, in tree order.
pub(crate) fn lookup_star(ctx: &Context<'_>, prefix: &[Vec<u8>], tree: &Tree) -> Vec<Vec<u8>> {
    lookup_star_paths(ctx, prefix, tree)
        .into_iter()
        .map(|(_, value)| value)
        .collect()
}

/// As [`lookup_star`], with the path of each value.
pub(crate) fn lookup_star_paths(
    ctx: &Context<'_>,
    prefix: &[Vec<u8>],
    tree: &Tree,
) -> Vec<(Vec<Vec<u8>>, Vec<u8>)> {
    let mut paths = Vec::new();
    collect_paths(ctx, tree, &[], &mut paths);
    let mut seen = BTreeSet::new();
    paths.retain(|path| seen.insert(path.clone()));
    let below = |path: &[Vec<u8>]| {
        if ctx.has("LOOKUP-11/label-prefix")
            && let Some((last, parents)) = prefix.split_last()
        {
            let found = path.get(parents.len());
            return path.starts_with(parents) && found.is_some_and(|label| label.starts_with(last));
        }
        path.starts_with(prefix)
    };
    let mut values = Vec::new();
    for path in paths {
        let depth = path.len().saturating_sub(prefix.len());
        let skipped = (ctx.has("LOOKUP-11/children") && depth > 1)
            || (ctx.has("LOOKUP-11/deeper") && depth == 0);
        if below(&path) && !skipped {
            match lookup_path(ctx, &path, tree) {
                Lookup::Found(value) => values.push((path, value.to_vec())),
                Lookup::Unknown if ctx.has("LOOKUP-11/hashes") => {
                    values.push((path, tree.root()));
                }
                Lookup::Unknown if ctx.has("LOOKUP-11/complete") => return Vec::new(),
                _ => {}
            }
        }
    }
    if let Some((_, parent)) = prefix.split_last()
        && values.is_empty()
        && ctx.has("LOOKUP-11/parent")
    {
        return lookup_star_paths(ctx, parent, tree);
    }
    if ctx.has("LOOKUP-11/first") {
        values.truncate(1);
    }
    if ctx.has("LOOKUP-11/reversed") {
        values.reverse();
    }
    values
}

/// All paths of labels in a tree.
fn collect_paths(ctx: &Context<'_>, tree: &Tree, here: &[Vec<u8>], paths: &mut Vec<Vec<Vec<u8>>>) {
    paths.push(here.to_vec());
    for tree in flatten_forks(ctx, tree) {
        if let Tree::Labeled(label, subtree) = tree {
            collect_paths(
                ctx,
                subtree,
                &[here, core::slice::from_ref(label)].concat(),
                paths,
            );
        }
    }
}

/// `flatten_forks` of the specification.
pub(super) fn flatten_forks<'t>(ctx: &Context<'_>, tree: &'t Tree) -> Vec<&'t Tree> {
    let mut forest = Vec::new();
    flatten_into(ctx, tree, &mut forest);
    if ctx.has("TREE-6/stops")
        && let Some(end) = forest.iter().position(|tree| **tree == Tree::Empty)
    {
        forest.truncate(end);
    }
    if !ctx.has("LOOKUP-3/keeps-empty") {
        forest.retain(|tree| **tree != Tree::Empty);
    }
    forest
}

fn flatten_into<'t>(ctx: &Context<'_>, tree: &'t Tree, forest: &mut Vec<&'t Tree>) {
    match tree {
        Tree::Fork(left, right) if ctx.has("LOOKUP-3/one-level") => forest.extend([&**left, right]),
        Tree::Fork(left, right) if ctx.has("LOOKUP-3/right-first") => {
            flatten_into(ctx, right, forest);
            flatten_into(ctx, left, forest);
        }
        Tree::Fork(left, right) => {
            flatten_into(ctx, left, forest);
            flatten_into(ctx, right, forest);
        }
        tree => forest.push(tree),
    }
}
