//! Pruning.

use serde_json::{Value, json};

use crate::context::{Context, Verdict, Violations};
use crate::hashtree::decode::parse;
use crate::hashtree::{Lookup, Tree};
use crate::input;
use crate::input::Fields;

/// Which way from a node to one of its children.
#[derive(Clone, Copy, Debug)]
enum Step {
    Left,
    Right,
    Down,
}

/// The tree, pruned as far as these paths allow: from the top, whatever can go without changing
/// what a lookup of one of the paths says.
pub(super) fn pruned_to(ctx: &Context<'_>, tree: &Tree, paths: &[Vec<Vec<u8>>]) -> Tree {
    if ctx.has("CERT-7/keeps-all") {
        return tree.clone();
    }
    let keeps = |candidate: &Tree| {
        paths.iter().all(|path| {
            let (now, before) = (candidate.lookup(path), tree.lookup(path));
            now == before || (ctx.has("CERT-7/neighbours") && before == Lookup::Absent)
        })
    };
    let mut whole = tree.clone();
    prune_at(ctx, &mut whole, &mut Vec::new(), &keeps);
    whole
}

fn prune_at(
    ctx: &Context<'_>,
    whole: &mut Tree,
    place: &mut Vec<Step>,
    keeps: &dyn Fn(&Tree) -> bool,
) {
    let Some(node) = at(whole, place).cloned() else {
        return;
    };
    let replacement = match &node {
        Tree::Empty | Tree::Pruned(_) => return,
        _ if ctx.has("CERT-7/drops") => Tree::Empty,
        Tree::Leaf(_) if ctx.has("CERT-7/keeps-values") => return,
        Tree::Labeled(_, tree) if ctx.has("CERT-7/subtree-hash") => tree.pruned(),
        node => node.pruned(),
    };
    let candidate = replaced(whole, place, &replacement);
    if keeps(&candidate) {
        *whole = candidate;
        return;
    }
    let steps: &[Step] = match node {
        Tree::Fork(..) => &[Step::Left, Step::Right],
        Tree::Labeled(..) => &[Step::Down],
        _ => &[],
    };
    for step in steps {
        place.push(*step);
        prune_at(ctx, whole, place, keeps);
        place.pop();
    }
}

fn at<'t>(tree: &'t Tree, place: &[Step]) -> Option<&'t Tree> {
    match (place, tree) {
        ([], tree) => Some(tree),
        ([Step::Left, rest @ ..], Tree::Fork(tree, _))
        | ([Step::Right, rest @ ..], Tree::Fork(_, tree))
        | ([Step::Down, rest @ ..], Tree::Labeled(_, tree)) => at(tree, rest),
        _ => None,
    }
}

fn replaced(tree: &Tree, place: &[Step], by: &Tree) -> Tree {
    match (place, tree) {
        ([], _) => by.clone(),
        ([Step::Left, rest @ ..], Tree::Fork(left, right)) => {
            Tree::fork(replaced(left, rest, by), (**right).clone())
        }
        ([Step::Right, rest @ ..], Tree::Fork(left, right)) => {
            Tree::fork((**left).clone(), replaced(right, rest, by))
        }
        ([Step::Down, rest @ ..], Tree::Labeled(label, tree)) => {
            Tree::labeled(label, replaced(tree, rest, by))
        }
        (_, tree) => tree.clone(),
    }
}

/// Judges an answer of `hashtree.prune`: the input is that of the operation, and the `answer`.
///
/// The answer must come from the input by cutting subtrees off, every listed path must have the
/// same result in both, and no further node may be cut off without changing one of them. Empty
/// trees may stay or be cut off as the implementation likes: an implementation that spends 34 bytes
/// to hide one is not wrong.
pub(super) fn judge_pruned(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["tree", "paths", "answer"])?;
    let before = parse(ctx, &fields.bytes("tree")?)?;
    let paths = fields.list("paths")?.iter().map(input::byte_strings);
    let paths = paths.collect::<Result<Vec<_>, _>>()?;
    let after = parse(ctx, &fields.bytes("answer")?)?;

    let keeps = |candidate: &Tree| {
        paths
            .iter()
            .all(|path| candidate.lookup(path) == before.lookup(path))
    };
    let mut smaller = after.clone();
    prune_at(ctx, &mut smaller, &mut Vec::new(), &keeps);
    let mut violations = Violations::new();
    violations.require(before.root() == after.root(), "CERT-7");
    violations.require(comes_from(&after, &before), "CERT-7");
    violations.require(keeps(&after), "CERT-7");
    violations.require(smaller == after, "CERT-7");
    violations.or(json!({}))
}

fn comes_from(after: &Tree, before: &Tree) -> bool {
    match (after, before) {
        (Tree::Pruned(hash), before) => *hash == before.root(),
        (Tree::Fork(left, right), Tree::Fork(left_before, right_before)) => {
            comes_from(left, left_before) && comes_from(right, right_before)
        }
        (Tree::Labeled(label, tree), Tree::Labeled(label_before, tree_before)) => {
            label == label_before && comes_from(tree, tree_before)
        }
        (after, before) => after == before,
    }
}
