//! Hash trees and lookup: families TREE and LOOKUP, and CERT-7, CERT-9 and CERT-10.
//!
//! The functions are those of the specification's section "Certification", with its names and in
//! its order. What is not exactly one encoded tree violates CERT-9, whatever is wrong with it,
//! unless the only flaw is the length of a pruned hash (CERT-10) or the depth (TREE-12).

mod decode;
mod hash;
mod lookup;
mod order;
mod prune;

use serde_json::{Value, json};

pub(crate) use self::decode::from_item;
use self::decode::parse;
pub(crate) use self::hash::reconstruct;
pub(crate) use self::lookup::{lookup_path, lookup_star, lookup_star_paths};
use self::order::well_formed;
use self::prune::{judge_pruned, pruned_to};
use crate::cbor::Item;
use crate::context::{Context, Stop, Verdict};
use crate::input::{Fields, hex};
use crate::{Operation, Preset, input};

pub(crate) const OPERATIONS: &[(&str, Operation)] = &[
    ("hashtree.decode", decode),
    ("hashtree.lookup", lookup),
    ("hashtree.lookup_prefix", lookup_prefix),
    ("hashtree.prune", prune),
    ("hashtree.prunes", judge_pruned),
];

pub(crate) const FAULTS: &[&str] = &[
    "CERT-7/drops",
    "CERT-7/keeps-all",
    "CERT-7/keeps-values",
    "CERT-7/neighbours",
    "CERT-7/subtree-hash",
    "CERT-9/arity",
    "CERT-9/empty-array",
    "CERT-9/few-nodes",
    "CERT-9/integer-arrays",
    "CERT-9/missing-child",
    "CERT-9/null",
    "CERT-9/shallow",
    "CERT-9/tagged",
    "CERT-9/text-hash",
    "CERT-9/text-label",
    "CERT-9/text-leaf",
    "CERT-9/trailing",
    "CERT-9/truncated",
    "CERT-9/unknown-kind",
    "CERT-10/long",
    "CERT-10/off",
    "CERT-10/short",
    "TREE-1/bare",
    "TREE-1/no-length",
    "TREE-1/zero",
    "TREE-2/no-length",
    "TREE-2/sorted",
    "TREE-2/swapped",
    "TREE-3/label-first-hashed",
    "TREE-3/length-prefixed",
    "TREE-3/no-length",
    "TREE-4/double",
    "TREE-4/no-length",
    "TREE-5/as-leaf",
    "TREE-5/hashed",
    "TREE-6/refused",
    "TREE-6/stops",
    "TREE-7/any-byte",
    "TREE-7/empty-label",
    "TREE-7/length-first",
    "TREE-7/signed",
    "TREE-7/utf8",
    "TREE-9/duplicates",
    "TREE-9/leaf-in-forest",
    "TREE-9/leaf-root",
    "TREE-9/off",
    "TREE-9/per-fork",
    "TREE-9/shallow",
    "TREE-10/empty",
    "TREE-10/pruned",
    "TREE-10/pruned-root",
    "TREE-10/resets",
    "LOOKUP-1/error-absent",
    "LOOKUP-1/error-unknown",
    "LOOKUP-2/empty-found",
    "LOOKUP-2/empty-leaf",
    "LOOKUP-2/empty-unknown",
    "LOOKUP-2/fork-unknown",
    "LOOKUP-2/labeled-unknown",
    "LOOKUP-2/pruned-absent",
    "LOOKUP-2/pruned-error",
    "LOOKUP-3/keeps-empty",
    "LOOKUP-3/one-level",
    "LOOKUP-3/right-first",
    "LOOKUP-4/early",
    "LOOKUP-4/extends",
    "LOOKUP-4/prefix",
    "LOOKUP-5/across",
    "LOOKUP-5/off",
    "LOOKUP-6/off",
    "LOOKUP-6/pruned-first",
    "LOOKUP-7/off",
    "LOOKUP-7/pruned-last",
    "LOOKUP-8/error",
    "LOOKUP-8/found",
    "LOOKUP-8/unknown",
    "LOOKUP-9/error",
    "LOOKUP-9/unknown",
    "LOOKUP-10/absent",
    "LOOKUP-10/error",
    "LOOKUP-11/children",
    "LOOKUP-11/complete",
    "LOOKUP-11/deeper",
    "LOOKUP-11/first",
    "LOOKUP-11/hashes",
    "LOOKUP-11/label-prefix",
    "LOOKUP-11/parent",
    "LOOKUP-11/reversed",
    "LOOKUP-13/absent",
];

/// The most forks and labels on one path that the model follows.
///
/// Source: our own budget (the text has none), see policy `tree.levels`.
pub const LEVELS: usize = 256;

/// A hash tree.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the specification lists five kinds"
)]
pub enum Tree {
    /// Nothing.
    Empty,
    /// Two trees side by side.
    Fork(Box<Self>, Box<Self>),
    /// A tree under a label.
    Labeled(Vec<u8>, Box<Self>),
    /// A value.
    Leaf(Vec<u8>),
    /// The hash of a tree that was cut off.
    Pruned(Vec<u8>),
}

/// What a lookup says.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the specification lists four results"
)]
pub enum Lookup<T> {
    /// The path has this value.
    Found(T),
    /// The path is not in the tree.
    Absent,
    /// The path may have been pruned.
    Unknown,
    /// The path is in the tree and has no value.
    Error,
}

impl Tree {
    /// Two trees side by side.
    #[must_use]
    pub fn fork(left: Self, right: Self) -> Self {
        Self::Fork(Box::new(left), Box::new(right))
    }

    /// A tree under a label.
    #[must_use]
    pub fn labeled(label: impl AsRef<[u8]>, tree: Self) -> Self {
        Self::Labeled(label.as_ref().to_vec(), Box::new(tree))
    }

    /// A value.
    #[must_use]
    pub fn leaf(value: impl AsRef<[u8]>) -> Self {
        Self::Leaf(value.as_ref().to_vec())
    }

    /// This tree, cut off.
    #[must_use]
    pub fn pruned(&self) -> Self {
        Self::Pruned(self.root())
    }

    /// The root hash.
    #[must_use]
    pub fn root(&self) -> Vec<u8> {
        reconstruct(&FAITHFUL, self)
    }

    /// What the path has in this tree.
    #[must_use]
    pub fn lookup(&self, path: &[Vec<u8>]) -> Lookup<&[u8]> {
        lookup_path(&FAITHFUL, path, self)
    }

    /// The tree as CBOR.
    #[must_use]
    pub fn to_item(&self) -> Item {
        let bytes = |bytes: &Vec<u8>| Item::Bytes(bytes.clone());
        Item::Array(match self {
            Self::Empty => vec![Item::Unsigned(0)],
            Self::Fork(left, right) => vec![Item::Unsigned(1), left.to_item(), right.to_item()],
            Self::Labeled(label, tree) => vec![Item::Unsigned(2), bytes(label), tree.to_item()],
            Self::Leaf(value) => vec![Item::Unsigned(3), bytes(value)],
            Self::Pruned(hash) => vec![Item::Unsigned(4), bytes(hash)],
        })
    }

    /// The encoded tree.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.to_item().encode()
    }
}

const FAITHFUL: Context<'static> = Context::new(None, Preset::Spec);

fn decode(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["tree"])?;
    let tree = parse(ctx, &fields.bytes("tree")?)?;
    Ok(json!({"root": hex(&reconstruct(ctx, &tree)), "well_formed": well_formed(ctx, &tree)}))
}

fn lookup(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["tree", "path"])?;
    let tree = parse(ctx, &fields.bytes("tree")?)?;
    Ok(lookup_output(&lookup_path(
        ctx,
        &fields.byte_strings("path")?,
        &tree,
    )))
}

fn lookup_prefix(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["tree", "path"])?;
    let tree = parse(ctx, &fields.bytes("tree")?)?;
    let values = lookup_star(ctx, &fields.byte_strings("path")?, &tree);
    Ok(json!({"values": values.iter().map(|value| hex(value)).collect::<Vec<_>>()}))
}

fn prune(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["tree", "paths"])?;
    let tree = parse(ctx, &fields.bytes("tree")?)?;
    let paths = fields.list("paths")?.iter().map(input::byte_strings);
    let paths = paths.collect::<Result<Vec<_>, _>>()?;
    if !well_formed(&FAITHFUL, &tree) {
        // Nobody makes witnesses of such a tree, so that nothing says what they are.
        return Err(Stop::Error("the tree is not well-formed".to_owned()));
    }
    Ok(json!({"tree": hex(&pruned_to(ctx, &tree, &paths).encode())}))
}

/// The output of the lookup operations.
pub(crate) fn lookup_output(result: &Lookup<&[u8]>) -> Value {
    match result {
        Lookup::Found(value) => json!({"result": "found", "value": hex(value)}),
        Lookup::Absent => json!({"result": "absent"}),
        Lookup::Unknown => json!({"result": "unknown"}),
        Lookup::Error => json!({"result": "error"}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Outcome;
    use crate::run;

    const UNPRUNED: &str = "8301830183024161830183018302417882034568656c6c6f810083024179820345776f726c6483024162820344676f6f648301830241638100830241648203476d6f726e696e67";
    const PRUNED: &str = "83018301830241618301820458201b4feff9bef8131788b0c9dc6dbad6e81e524249c879e9f10f71ce3749f5a63883024179820345776f726c6483024162820458207b32ac0c6ba8ce35ac82c255fc7906f7fc130dab2a090f80fe12f9c2cae83ba6830182045820ec8324b8a1f1ac16bd2e806edba78006479c9877fed4eb464a25485465af601d830241648203476d6f726e696e67";

    #[test]
    fn the_example_of_the_specification_has_its_root() {
        let root = "eb5c5b2195e62d996b84c9bcc8259d19a83786a2f59e0878cec84c811f669aa0";
        for tree in [UNPRUNED, PRUNED] {
            let output = run("hashtree.decode", &json!({"tree": tree}), None);
            assert_eq!(
                output,
                Outcome::Ok(json!({"root": root, "well_formed": true}))
            );
        }
    }

    #[test]
    fn pruning_the_example_gives_the_pruned_example() {
        let input = json!({"tree": UNPRUNED, "paths": [["61", "79"], ["6178"], ["64"]]});
        assert_eq!(
            run("hashtree.prune", &input, None),
            Outcome::Ok(json!({"tree": PRUNED}))
        );
        let judged = |answer: &str| {
            let mut input = input.clone();
            input["answer"] = json!(answer);
            run("hashtree.prunes", &input, None)
        };
        assert_eq!(judged(PRUNED), Outcome::Ok(json!({})));
        assert_eq!(judged(UNPRUNED), Outcome::reject("CERT-7"));
        assert_eq!(judged("8100"), Outcome::reject("CERT-7"));
    }

    #[test]
    fn lookups_in_the_example_are_as_printed() {
        for (path, result) in [
            (vec!["61", "61"], json!({"result": "unknown"})),
            (
                vec!["61", "79"],
                json!({"result": "found", "value": "776f726c64"}),
            ),
            (vec!["6161"], json!({"result": "absent"})),
            (vec!["6178"], json!({"result": "absent"})),
            (vec!["62"], json!({"result": "unknown"})),
            (vec!["6262"], json!({"result": "unknown"})),
            (
                vec!["64"],
                json!({"result": "found", "value": "6d6f726e696e67"}),
            ),
            (vec!["65"], json!({"result": "absent"})),
        ] {
            let input = json!({"tree": PRUNED, "path": path});
            assert_eq!(run("hashtree.lookup", &input, None), Outcome::Ok(result));
        }
    }

    #[test]
    fn rejects_what_no_tree_is() {
        for (tree, clause) in [
            ("", "CERT-9"),
            ("80", "CERT-9"),
            ("8105", "CERT-9"),
            ("820000", "CERT-9"),
            ("82018100", "CERT-9"),
            ("82036161", "CERT-9"),
            ("8100ff", "CERT-9"),
            ("d9d9f78100", "CERT-9"),
            ("82044100", "CERT-10"),
        ] {
            let outcome = run("hashtree.decode", &json!({"tree": tree}), None);
            assert_eq!(outcome, Outcome::reject(clause), "{tree}");
        }
    }

    #[test]
    fn follows_as_many_levels_as_the_budget_says() {
        let deep = |levels| (0..levels).fold(Tree::Empty, |tree, _| Tree::labeled("", tree));
        let outcome = |levels| {
            run(
                "hashtree.decode",
                &json!({"tree": hex(&deep(levels).encode())}),
                None,
            )
        };
        assert!(outcome(LEVELS).is_accept());
        assert_eq!(outcome(LEVELS + 1), Outcome::reject("TREE-12"));
        assert_eq!(outcome(2000), Outcome::reject("TREE-12"));
    }
}
