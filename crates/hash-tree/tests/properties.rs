//! What holds for all trees, against a slow implementation of the text.

#[expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failing test panics"
)]
#[path = "support/text.rs"]
mod text;

use icid_hash_tree::Child;
use icid_hash_tree::Find;
use icid_hash_tree::HashTree;
use icid_hash_tree::Lookup;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use self::text::Arrays;
use self::text::LABELS;
use self::text::Tree;

fn config(seed: u64) -> ProptestConfig {
    ProptestConfig {
        cases: 1500,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..ProptestConfig::default()
    }
}

fn any_label() -> impl Strategy<Value = Vec<u8>> {
    prop::sample::select(LABELS).prop_map(<[u8]>::to_vec)
}

/// Any tree, well-formed or not.
fn any_tree() -> impl Strategy<Value = Tree> {
    let end = prop_oneof![
        1 => Just(Tree::Empty),
        3 => prop::collection::vec(any::<u8>(), 0..4).prop_map(Tree::Leaf),
        1 => any::<[u8; 32]>().prop_map(Tree::Pruned),
    ];
    end.prop_recursive(8, 60, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| Tree::fork(left, right)),
            (any_label(), inner).prop_map(|(label, tree)| Tree::labeled(label, tree)),
        ]
    })
}

/// A well-formed tree.
fn well_formed_tree() -> impl Strategy<Value = Tree> {
    any_tree().prop_map(Tree::made_well_formed)
}

fn any_path() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(any_label(), 0..4)
}

fn any_arrays() -> impl Strategy<Value = Arrays> {
    prop_oneof![
        Just(Arrays::Definite),
        Just(Arrays::Indefinite),
        Just(Arrays::Wide)
    ]
}

fn slices(path: &[Vec<u8>]) -> Vec<&[u8]> {
    path.iter().map(Vec::as_slice).collect()
}

proptest! {
    #![proptest_config(config(1))]

    // spec: CERT-9, TREE-1, TREE-2, TREE-3, TREE-4, TREE-5, TREE-9, TREE-10
    #[test]
    fn root_hash_and_form_are_those_of_the_text(tree in any_tree(), arrays in any_arrays()) {
        let encoding = tree.encoded(arrays);
        let parsed = HashTree::parse(&encoding).unwrap();
        prop_assert_eq!(parsed.as_bytes(), &encoding);
        prop_assert_eq!(parsed.root_hash(), tree.reconstruct());
        prop_assert_eq!(parsed.is_well_formed(), tree.is_well_formed());
    }

    #[test]
    fn a_tree_made_well_formed_is_well_formed(tree in well_formed_tree()) {
        prop_assert!(tree.is_well_formed());
    }

    // spec: LOOKUP-2, LOOKUP-3, LOOKUP-4, LOOKUP-5, LOOKUP-6, LOOKUP-7, LOOKUP-8, LOOKUP-9, LOOKUP-10
    #[test]
    fn lookups_are_those_of_the_text(
        tree in prop_oneof![any_tree(), well_formed_tree()],
        paths in prop::collection::vec(any_path(), 1..8),
        arrays in any_arrays(),
    ) {
        let encoding = tree.encoded(arrays);
        let parsed = HashTree::parse(&encoding).unwrap();
        for path in paths.iter().chain(&tree.paths()) {
            prop_assert_eq!(parsed.lookup(&slices(path)), tree.lookup(path), "{:?}", path);
        }
    }

    // spec: LOOKUP-11
    #[test]
    fn values_below_a_prefix_are_those_that_lookups_find(
        tree in well_formed_tree(),
        prefix in any_path(),
        arrays in any_arrays(),
    ) {
        let encoding = tree.encoded(arrays);
        let parsed = HashTree::parse(&encoding).unwrap();
        for prefix in tree.paths().iter().chain([&prefix]) {
            let expected: Vec<Vec<u8>> = tree
                .paths()
                .iter()
                .filter(|path| path.starts_with(prefix))
                .filter_map(|path| match tree.lookup(path) {
                    Lookup::Found(value) => Some(value.to_vec()),
                    _ => None,
                })
                .collect();
            let found: Vec<_> = parsed.lookup_prefix(&slices(prefix)).collect();
            prop_assert_eq!(found, expected);
        }
    }

    // spec: LOOKUP-3
    #[test]
    fn children_are_the_flattened_forest(tree in any_tree(), arrays in any_arrays()) {
        let encoding = tree.encoded(arrays);
        let parsed = HashTree::parse(&encoding).unwrap();
        let children: Vec<_> = parsed.root().children().collect();
        let forest = tree.flatten_forks();
        prop_assert_eq!(children.len(), forest.len());
        for (child, member) in children.iter().zip(forest) {
            match (child, member) {
                (Child::Labeled { label, subtree }, Tree::Labeled(expected, below)) => {
                    prop_assert_eq!(label, expected);
                    prop_assert_eq!(subtree.as_bytes(), below.encoded(arrays));
                }
                (Child::Leaf(value), Tree::Leaf(expected)) => prop_assert_eq!(value, expected),
                (Child::Pruned(hash), Tree::Pruned(expected)) => prop_assert_eq!(*hash, expected),
                _ => prop_assert!(false, "{:?} is not {:?}", child, member),
            }
        }
    }

    // spec: CERT-7
    #[test]
    fn pruning_keeps_the_root_hash_and_the_answers(
        tree in prop_oneof![any_tree(), well_formed_tree()],
        paths in prop::collection::vec(any_path(), 0..4),
        arrays in any_arrays(),
    ) {
        let encoding = tree.encoded(arrays);
        let parsed = HashTree::parse(&encoding).unwrap();
        let slices: Vec<_> = paths.iter().map(|path| slices(path)).collect();
        let pruned = parsed.prune(&slices.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let pruned = HashTree::parse(&pruned).unwrap();
        prop_assert_eq!(pruned.root_hash(), parsed.root_hash());
        for path in &slices {
            prop_assert_eq!(pruned.lookup(path), parsed.lookup(path));
        }
    }

    // spec: LOOKUP-13
    #[test]
    fn pruning_makes_other_answers_unknown_at_most(
        tree in well_formed_tree(),
        kept in prop::collection::vec(any_path(), 0..3),
        others in prop::collection::vec(any_path(), 1..8),
    ) {
        let encoding = tree.encoded(Arrays::Definite);
        let parsed = HashTree::parse(&encoding).unwrap();
        let kept: Vec<_> = kept.iter().map(|path| slices(path)).collect();
        let pruned = parsed.prune(&kept.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let pruned = HashTree::parse(&pruned).unwrap();
        prop_assert!(pruned.is_well_formed());
        for path in others.iter().chain(&tree.paths()) {
            let answer = pruned.lookup(&slices(path));
            prop_assert!(
                answer == parsed.lookup(&slices(path)) || answer == Lookup::Unknown,
                "{:?} is {:?}", path, answer
            );
        }
    }

    // spec: CERT-7
    #[test]
    fn nothing_more_can_be_pruned(
        tree in well_formed_tree(),
        paths in prop::collection::vec(any_path(), 0..4),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        arrays in any_arrays(),
    ) {
        let all = tree.paths();
        let mut paths = paths;
        if !all.is_empty() {
            paths.extend(picks.iter().map(|pick| all[pick.index(all.len())].clone()));
        }
        let encoding = tree.encoded(arrays);
        let parsed = HashTree::parse(&encoding).unwrap();
        let slices: Vec<_> = paths.iter().map(|path| slices(path)).collect();
        let pruned = parsed.prune(&slices.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let pruned = Tree::decoded(&pruned);
        for further in pruned.pruned_further() {
            prop_assert!(
                paths.iter().any(|path| further.lookup(path) != tree.lookup(path)),
                "{:?} could be pruned to {:?} for {:?}", pruned, further, paths
            );
        }
    }

    #[test]
    fn broken_bytes_never_panic(
        tree in any_tree(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
        path in any_path(),
        arrays in any_arrays(),
    ) {
        let mut encoding = tree.encoded(arrays);
        for (at, byte) in changes {
            let at = at.index(encoding.len());
            encoding[at] = byte;
        }
        for bytes in [&encoding[..], &encoding[..cut.index(encoding.len())]] {
            let Ok(parsed) = HashTree::parse(bytes) else { continue };
            let path = slices(&path);
            let answer = parsed.lookup(&path);
            let pruned = parsed.prune(&[&path]);
            prop_assert_eq!(HashTree::parse(&pruned).unwrap().lookup(&path), answer);
            prop_assert_eq!(Tree::decoded(bytes).reconstruct(), parsed.root_hash());
            if let Find::Found(subtree) = parsed.find(&path) {
                prop_assert!(HashTree::parse(subtree.as_bytes()).is_ok());
            }
        }
    }
}
