//! The examples of the interface spec 0.66.0, "Certification", and what follows from its text.

use hex_literal::hex;
use icid_hash_tree::HashTree;
use icid_hash_tree::Lookup;

const UNPRUNED: &[u8] = &hex!(
    "8301830183024161830183018302417882034568656c6c6f810083024179820345776f726c64"
    "83024162820344676f6f648301830241638100830241648203476d6f726e696e67"
);
const PRUNED: &[u8] = &hex!(
    "83018301830241618301820458201b4feff9bef8131788b0c9dc6dbad6e81e524249c879e9f10f71ce3749f5a638"
    "83024179820345776f726c6483024162820458207b32ac0c6ba8ce35ac82c255fc7906f7fc130dab2a090f80fe12"
    "f9c2cae83ba6830182045820ec8324b8a1f1ac16bd2e806edba78006479c9877fed4eb464a25485465af601d8302"
    "41648203476d6f726e696e67"
);
const ROOT: [u8; 32] = hex!("eb5c5b2195e62d996b84c9bcc8259d19a83786a2f59e0878cec84c811f669aa0");

/// Paths of one-letter or two-letter labels, with the answers of the pruned and the unpruned tree.
const LOOKUPS: &[(&[&[u8]], Lookup<'_>, Lookup<'_>)] = &[
    (&[], Lookup::Error, Lookup::Error),
    (&[b""], Lookup::Absent, Lookup::Absent),
    (&[b"a"], Lookup::Error, Lookup::Error),
    (&[b"a", b"a"], Lookup::Unknown, Lookup::Absent),
    (&[b"a", b"x"], Lookup::Unknown, Lookup::Found(b"hello")),
    (&[b"a", b"x", b"z"], Lookup::Unknown, Lookup::Absent),
    (&[b"a", b"xx"], Lookup::Unknown, Lookup::Absent),
    (
        &[b"a", b"y"],
        Lookup::Found(b"world"),
        Lookup::Found(b"world"),
    ),
    (&[b"a", b"y", b"z"], Lookup::Absent, Lookup::Absent),
    (&[b"a", b"z"], Lookup::Absent, Lookup::Absent),
    (&[b"aa"], Lookup::Absent, Lookup::Absent),
    (&[b"ax"], Lookup::Absent, Lookup::Absent),
    (&[b"b"], Lookup::Unknown, Lookup::Found(b"good")),
    (&[b"bb"], Lookup::Unknown, Lookup::Absent),
    (&[b"c"], Lookup::Unknown, Lookup::Absent),
    (&[b"c", b"c"], Lookup::Unknown, Lookup::Absent),
    (&[b"cc"], Lookup::Unknown, Lookup::Absent),
    (
        &[b"d"],
        Lookup::Found(b"morning"),
        Lookup::Found(b"morning"),
    ),
    (&[b"e"], Lookup::Absent, Lookup::Absent),
];

// spec: TREE-1, TREE-2, TREE-3, TREE-4, TREE-5, CERT-7
#[test]
fn both_examples_have_the_same_root_hash() {
    assert_eq!(HashTree::parse(UNPRUNED).unwrap().root_hash(), ROOT);
    assert_eq!(HashTree::parse(PRUNED).unwrap().root_hash(), ROOT);
}

#[test]
fn subtrees_are_equal_if_their_encodings_are() {
    let pruned = HashTree::parse(PRUNED).unwrap();
    let again = HashTree::parse(PRUNED).unwrap();
    let unpruned = HashTree::parse(UNPRUNED).unwrap();
    assert_eq!(pruned.root(), again.root());
    // Their root hash is the same, and what they can answer is not.
    assert_ne!(pruned.root(), unpruned.root());
}

// spec: TREE-6, LOOKUP-1, LOOKUP-2, LOOKUP-3
#[test]
fn lookups_in_the_examples_give_the_answers_of_the_text() {
    let pruned = HashTree::parse(PRUNED).unwrap();
    let unpruned = HashTree::parse(UNPRUNED).unwrap();
    for &(path, in_pruned, in_unpruned) in LOOKUPS {
        assert_eq!(
            pruned.lookup(path),
            in_pruned,
            "{path:?} in the pruned tree"
        );
        assert_eq!(
            unpruned.lookup(path),
            in_unpruned,
            "{path:?} in the unpruned tree"
        );
    }
}

#[test]
fn a_canister_signature_witness_has_its_certified_data_as_root_hash() {
    // Seed 00, the example request id of the interface spec as payload.
    let seed = hex!("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    let payload = hex!("665a087ac52a553b948eb5d4b0e78eb865050cd5c1dc647a5dcf93778a8c4a88");
    let witness = hex!(
        "830243736967830258206e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        "83025820665a087ac52a553b948eb5d4b0e78eb865050cd5c1dc647a5dcf93778a8c4a88820340"
    );
    let certified_data = hex!("5ebb901a5ecb40463cd9eadcf7e4afffdd76f2e09c75c41eaf312d5ecb2fd87f");
    let tree = HashTree::parse(&witness).unwrap();
    assert_eq!(tree.root_hash(), certified_data);
    assert_eq!(tree.lookup(&[b"sig", &seed, &payload]), Lookup::Found(b""));
}

// spec: CERT-7
#[test]
fn pruning_the_example_gives_the_example() {
    let tree = HashTree::parse(UNPRUNED).unwrap();
    assert_eq!(tree.prune(&[&[b"a", b"y"], &[b"ax"], &[b"d"]]), PRUNED);
}
