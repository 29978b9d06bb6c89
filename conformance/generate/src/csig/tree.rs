//! The tree that a canister certifies.

use model::hashtree::Tree;

use super::draft::{Draft, labels};
use super::{OP, accept, reject};
use crate::Suite;
use crate::certificate::fixture::{dir, gap, leaf};
use crate::hashtree::forest;

pub(super) fn generate(suite: &mut Suite) {
    well_formed(suite);
    more(suite);
}

fn well_formed(suite: &mut Suite) {
    let mut file = suite.file(OP, "canister-tree", "csig::tree");
    file.note(
        "Order",
        "AUTH_BYPASS",
        "Labels strictly increase, and no value stands beside labels; anything may be pruned or empty.",
        "Lax: two verifiers see different signatures in one tree.",
    );
    let draft = Draft::usual();
    let sig = draft.tree.clone();
    let seeds = match &sig {
        Tree::Labeled(_, seeds) => (**seeds).clone(),
        tree => tree.clone(),
    };
    let below = |tree: Tree| Tree::labeled("sig", tree);
    let entry = |name: &str| Tree::labeled(name, leaf("x"));
    let (first, last) = (
        Tree::labeled([0], leaf("x")),
        Tree::labeled([0xff; 32], leaf("x")),
    );
    let input = |tree: Tree| draft.clone().shown(tree).input();
    for (slug, title, tree) in [
        ("tree-alone", "Nothing but the signature", sig.clone()),
        (
            "tree-between",
            "Labels before and after, in order",
            forest(&[entry("a"), sig.clone(), entry("z")]),
        ),
        (
            "tree-between-pruned",
            "Pruned trees before and after",
            forest(&[gap("a"), sig.clone(), gap("z")]),
        ),
        (
            "tree-between-empty",
            "Empty trees before and after",
            forest(&[Tree::Empty, sig.clone(), Tree::Empty]),
        ),
        (
            "tree-seeds",
            "Other seeds before and after, in order",
            below(forest(&[first.clone(), seeds.clone(), last.clone()])),
        ),
    ] {
        file.add(accept(slug, title, input(tree)).note("Order"));
    }
    for (slug, title, tree, twin, mutation) in [
        (
            "tree-descending",
            "A smaller label behind `sig`",
            forest(&[sig.clone(), entry("http_assets")]),
            "tree-between",
            "a label out of order",
        ),
        (
            "tree-descending-before",
            "A greater label before `sig`",
            forest(&[entry("z"), sig.clone()]),
            "tree-between",
            "a label out of order",
        ),
        (
            "tree-sig-twice",
            "The label `sig` twice, the signature first",
            Tree::fork(sig.clone(), below(Tree::Empty)),
            "tree-alone",
            "a second label `sig`",
        ),
        (
            "tree-apart-descending",
            "Labels out of order with a pruned tree between them",
            forest(&[sig.clone(), gap("x"), entry("a")]),
            "tree-between-pruned",
            "a label out of order",
        ),
        (
            "tree-leaf-before",
            "A value before `sig`",
            Tree::fork(leaf("x"), sig.clone()),
            "tree-between-pruned",
            "a value instead of a pruned tree",
        ),
        (
            "tree-leaf-behind",
            "A value behind `sig`",
            Tree::fork(sig.clone(), leaf(b"")),
            "tree-between-pruned",
            "a value instead of a pruned tree",
        ),
        (
            "tree-seeds-descending",
            "A smaller label behind that of the seed",
            below(forest(&[seeds.clone(), first])),
            "tree-seeds",
            "a label out of order below `sig`",
        ),
        (
            "tree-elsewhere-descending",
            "Labels out of order far from the signature",
            forest(&[
                Tree::labeled("a", Tree::fork(entry("2"), entry("1"))),
                sig.clone(),
            ]),
            "tree-between",
            "two labels swapped in another subtree",
        ),
    ] {
        let vector = reject("CSIG-11", slug, title, input(tree), twin, mutation);
        file.add(vector.note("Order"));
    }
}

fn more(suite: &mut Suite) {
    let mut file = suite.file(OP, "canister-more", "csig::tree");
    file.note(
        "More",
        "INTEROP",
        "The tree may show more than the signature, and a payload has many signatures.",
        "Strict: canisters that certify other things as well, such as assets, can't sign.",
    );
    let draft = Draft::usual();
    let sig = draft.tree.clone();
    let assets = dir(&[(b"/", leaf([1; 32])), (b"/index.html", leaf([2; 32]))]);
    let (seed_hash, payload_hash) = match &sig {
        Tree::Labeled(_, seeds) => match &**seeds {
            Tree::Labeled(seed, payloads) => match &**payloads {
                Tree::Labeled(payload, _) => (seed.clone(), payload.clone()),
                _ => Default::default(),
            },
            _ => Default::default(),
        },
        _ => Default::default(),
    };
    let payloads = dir(&[(&[0; 32], leaf(b"")), (&payload_hash, leaf(b""))]);
    for (slug, title, tree) in [
        (
            "more-assets",
            "Certified assets beside `sig`, in full",
            dir(&[(b"http_assets", assets.clone()), (b"sig", sig_of(&sig))]),
        ),
        (
            "more-assets-pruned",
            "Certified assets beside `sig`, pruned below their label",
            dir(&[(b"http_assets", assets.pruned()), (b"sig", sig_of(&sig))]),
        ),
        (
            "more-all-pruned",
            "Certified assets beside `sig`, pruned with their label",
            Tree::fork(Tree::labeled("http_assets", assets).pruned(), sig.clone()),
        ),
        (
            "more-later-label",
            "A label behind `sig`",
            dir(&[(b"sig", sig_of(&sig)), (b"signatures", leaf("x"))]),
        ),
        (
            "more-payloads",
            "Another payload under the same seed",
            labels(&[b"sig", &seed_hash], payloads),
        ),
        (
            "more-seeds",
            "Another seed, in full",
            Tree::labeled(
                "sig",
                Tree::fork(labels(&[&[0; 32], &[0; 32]], leaf(b"")), sig_of(&sig)),
            ),
        ),
        (
            "more-seeds-pruned",
            "Another seed, pruned",
            Tree::labeled("sig", Tree::fork(gap("seeds"), sig_of(&sig))),
        ),
    ] {
        let input = draft.clone().shown(tree).input();
        file.add(accept(slug, title, input).note("More"));
    }
}

/// What is below the label of a tree.
fn sig_of(tree: &Tree) -> Tree {
    match tree {
        Tree::Labeled(_, tree) => (**tree).clone(),
        tree => tree.clone(),
    }
}
