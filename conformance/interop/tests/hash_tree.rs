//! Hash trees: root hash, lookup and witnesses against `ic-certification`.

use hash_tree::CertifiedMap;
use hash_tree::HashTree;
use hash_tree::Lookup;
use hash_tree::Reveal;
use ic_certification::HashTree as Theirs;
use ic_certification::LookupResult;
use icid_interop::Rng;

/// What `ic-certification` accepts or answers otherwise: an encoded tree, a path, our answer, its
/// answer, and why we differ. `None` is a tree that is refused.
const DIFFERENCES: &[Difference] = &[
    Difference {
        tree: b"\x83\x01\x83\x01\x83\x02\x41a\x82\x03\x41x\x81\x00\x83\x02\x41b\x82\x03\x41y",
        path: &[b"b"],
        ours: Some(Lookup::Found(b"y")),
        theirs: Some(LookupResult::Absent),
        why: "an empty tree beside a label ends its search; the interface spec goes on",
    },
    Difference {
        tree: b"\x83\x02\x61a\x82\x03\x41x",
        path: &[b"a"],
        ours: None,
        theirs: Some(LookupResult::Found(b"x")),
        why: "it takes text for a label; the CDDL wants bytes",
    },
    Difference {
        tree: b"\x82\x03\x61x",
        path: &[],
        ours: None,
        theirs: Some(LookupResult::Found(b"x")),
        why: "it takes text for a value; the CDDL wants bytes",
    },
    Difference {
        tree: b"\xd9\xd9\xf7\x81\x00",
        path: &[],
        ours: None,
        theirs: Some(LookupResult::Absent),
        why: "it takes a tag before a tree; the CDDL has none",
    },
    Difference {
        tree: b"\x82\x03\x81\x18\x78",
        path: &[],
        ours: None,
        theirs: Some(LookupResult::Found(b"x")),
        why: "it takes an array of numbers for a value; the CDDL wants bytes",
    },
    Difference {
        tree: b"\x82\x03\x5f\x41x\xff",
        path: &[],
        ours: None,
        theirs: Some(LookupResult::Found(b"x")),
        why: "it takes chunked strings; nothing on the network sends them",
    },
];

struct Difference {
    tree: &'static [u8],
    path: &'static [&'static [u8]],
    ours: Option<Lookup<'static>>,
    theirs: Option<LookupResult<'static>>,
    why: &'static str,
}

#[test]
fn known_differences_are_as_documented() {
    for Difference {
        tree,
        path,
        ours,
        theirs,
        why,
    } in DIFFERENCES
    {
        let (our_tree, their_tree) = (
            HashTree::parse(tree),
            serde_cbor::from_slice::<Theirs>(tree),
        );
        assert_eq!(our_tree.ok().map(|tree| tree.lookup(path)), *ours, "{why}");
        let their_tree = their_tree.ok();
        assert_eq!(
            their_tree.as_ref().map(|tree| tree.lookup_path(*path)),
            *theirs,
            "{why}"
        );
    }
}

#[test]
fn trees_have_the_same_root_hash() {
    let mut rng = Rng::new(20);
    for _ in 0..3_000 {
        let theirs = labels(&mut rng, 0, true);
        let bytes = serde_cbor::to_vec(&theirs).unwrap();
        let ours = HashTree::parse(&bytes).unwrap();
        assert_eq!(ours.root_hash(), theirs.digest());
        assert!(ours.is_well_formed(), "{theirs:?}");
    }
}

#[test]
fn lookups_have_the_same_answer_without_empty_trees_in_forks() {
    let mut rng = Rng::new(21);
    let mut answers = [0_u32; 4];
    for _ in 0..1_000 {
        let theirs = labels(&mut rng, 0, false);
        let bytes = serde_cbor::to_vec(&theirs).unwrap();
        let ours = HashTree::parse(&bytes).unwrap();
        for path in paths(&mut rng) {
            let answer = ours.lookup(&path);
            assert_eq!(
                kind(answer),
                kind_of_theirs(&theirs.lookup_path(&path)),
                "{path:?} {theirs:?}"
            );
            let (index, _) = kind(answer);
            answers[index] += 1;
        }
    }
    assert!(answers.iter().all(|count| *count > 1_000), "{answers:?}");
}

#[test]
fn lookups_differ_with_empty_trees_in_forks_in_one_way_only() {
    let mut rng = Rng::new(22);
    let mut differences = 0_u32;
    for _ in 0..1_000 {
        let theirs = labels(&mut rng, 0, true);
        let bytes = serde_cbor::to_vec(&theirs).unwrap();
        let ours = HashTree::parse(&bytes).unwrap();
        for path in paths(&mut rng) {
            let (answer, their_answer) = (ours.lookup(&path), theirs.lookup_path(&path));
            if kind(answer) != kind_of_theirs(&their_answer) {
                assert_eq!(their_answer, LookupResult::Absent, "{path:?} {theirs:?}");
                differences += 1;
            }
        }
    }
    assert!(differences > 100, "{differences}");
}

#[test]
fn broken_trees_are_refused_by_both_or_are_listed() {
    let mut rng = Rng::new(23);
    let (mut accepted, mut stricter) = (0_u32, 0_u32);
    for _ in 0..2_000 {
        let mut bytes = serde_cbor::to_vec(&labels(&mut rng, 1, true)).unwrap();
        for _ in 0..=rng.below(2) {
            let index = rng.below(bytes.len());
            bytes[index] = rng.bits() as u8;
        }
        match (
            HashTree::parse(&bytes),
            serde_cbor::from_slice::<Theirs>(&bytes),
        ) {
            (Ok(ours), Ok(theirs)) => {
                assert_eq!(ours.root_hash(), theirs.digest());
                accepted += 1;
            }
            (Ok(_), Err(error)) => panic!("only we accept {bytes:x?}: {error}"),
            (Err(_), Ok(_)) => stricter += 1,
            (Err(_), Err(_)) => {}
        }
    }
    assert!(accepted > 300, "{accepted}");
    // Text, tags, arrays of numbers and chunks, see `DIFFERENCES`.
    assert!(stricter < accepted / 10, "{stricter} of {accepted}");
}

#[test]
fn witnesses_convince_the_other_library() {
    let mut rng = Rng::new(24);
    let mut map = CertifiedMap::new();
    let mut entries: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for round in 0..600 {
        let label = {
            let length = 1 + rng.below(3);
            rng.bytes(length)
        };
        if round % 5 == 4 {
            let index = rng.below(entries.len());
            let (label, value) = entries.swap_remove(index);
            assert_eq!(map.remove(&[b"sig", &label]), Some(value));
        } else {
            let value = rng.bytes(round % 40);
            map.insert(&[b"sig", &label], value.clone()).unwrap();
            entries.retain(|(known, _)| *known != label);
            entries.push((label, value));
        }
        let (label, value) = rng.choose(&entries).clone();
        let witness = map.witness(&[Reveal::Path(&[b"sig", &label])]);
        let theirs: Theirs = serde_cbor::from_slice(&witness).unwrap();
        assert_eq!(theirs.digest(), map.root_hash());
        assert_eq!(
            theirs.lookup_path([&b"sig"[..], &label]),
            LookupResult::Found(&value)
        );
        let missing = [&label[..], b"\x00\x00\x00\x00"].concat();
        let witness = map.witness(&[Reveal::Path(&[b"sig", &missing])]);
        let theirs: Theirs = serde_cbor::from_slice(&witness).unwrap();
        assert_eq!(theirs.digest(), map.root_hash());
        assert_eq!(
            theirs.lookup_path([&b"sig"[..], &missing]),
            LookupResult::Absent
        );
    }
}

/// Labels of few letters, so that some extend others and paths often hit.
const LABELS: &[&[u8]] = &[
    b"",
    b"a",
    b"aa",
    b"ab",
    b"ax",
    b"b",
    b"ba",
    b"c",
    b"\x00",
    b"\xff",
    b"\xff\x00",
];

/// Returns a well-formed tree: some labels in order, in forks of any shape, with values or more
/// labels below, and pruned trees anywhere; with `empty`, empty trees in forks too.
fn labels(rng: &mut Rng, depth: usize, empty: bool) -> Theirs {
    let mut sorted: Vec<&[u8]> = LABELS
        .iter()
        .copied()
        .filter(|_| rng.below(3) == 0)
        .collect();
    sorted.sort_unstable();
    let mut trees = Vec::new();
    for label in sorted {
        let below = match rng.below(6) {
            0 | 1 if depth < 3 => labels(rng, depth + 1, empty),
            2 => ic_certification::empty(),
            3 => pruned(rng),
            _ => {
                let length = rng.below(40);
                ic_certification::leaf(rng.bytes(length))
            }
        };
        let tree = ic_certification::labeled(label, below);
        match rng.below(8) {
            0 => trees.push(pruned(rng)),
            1 if empty => trees.push(ic_certification::empty()),
            _ => {}
        }
        trees.push(tree);
    }
    if rng.below(8) == 0 {
        trees.push(pruned(rng));
    }
    while trees.len() > 1 {
        let index = rng.below(trees.len() - 1);
        let right = trees.remove(index + 1);
        let left = trees.remove(index);
        trees.insert(index, ic_certification::fork(left, right));
    }
    trees.pop().unwrap_or_else(ic_certification::empty)
}

fn pruned(rng: &mut Rng) -> Theirs {
    let hash: [u8; 32] = rng.bytes(32).try_into().unwrap();
    ic_certification::pruned(hash)
}

/// Returns all paths of up to two labels and some longer ones.
fn paths(rng: &mut Rng) -> Vec<Vec<&'static [u8]>> {
    let mut paths = vec![vec![]];
    let more: &[&[u8]] = &[b"aaa", b"d", b"A", b"\xff\xff"];
    let known = || LABELS.iter().chain(more).copied();
    paths.extend(known().map(|label| vec![label]));
    paths.extend(known().flat_map(|first| known().map(move |second| vec![first, second])));
    paths.extend((0..100).map(|_| (0..3 + rng.below(2)).map(|_| *rng.choose(LABELS)).collect()));
    paths
}

fn kind(answer: Lookup<'_>) -> (usize, &[u8]) {
    match answer {
        Lookup::Found(value) => (0, value),
        Lookup::Absent => (1, b""),
        Lookup::Unknown => (2, b""),
        Lookup::Error => (3, b""),
    }
}

fn kind_of_theirs<'a>(answer: &LookupResult<'a>) -> (usize, &'a [u8]) {
    match answer {
        LookupResult::Found(value) => (0, value),
        LookupResult::Absent => (1, b""),
        LookupResult::Unknown => (2, b""),
        LookupResult::Error => (3, b""),
    }
}
