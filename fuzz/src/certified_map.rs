//! The certified map, against a map of the standard library.

use std::collections::BTreeMap;

use arbitrary::Result;
use arbitrary::Unstructured;
use hash_tree::CertifiedMap;
use hash_tree::HashTree;
use hash_tree::Lookup;
use hash_tree::Reveal;

use crate::Verdict;

type Path = Vec<Vec<u8>>;

/// After any insertions and removals, witnesses answer as the entries do.
pub fn certified_map(data: &[u8]) -> Verdict {
    let mut data = Unstructured::new(data);
    match run(&mut data) {
        Ok(()) => Verdict::Accepted,
        Err(_) => Verdict::Discarded,
    }
}

fn run(data: &mut Unstructured<'_>) -> Result<()> {
    let mut map = CertifiedMap::new();
    let mut entries: BTreeMap<Path, Vec<u8>> = BTreeMap::new();
    while !data.is_empty() {
        let path = path(data)?;
        let labels: Vec<&[u8]> = path.iter().map(Vec::as_slice).collect();
        match data.int_in_range(0..=7)? {
            0..=4 => {
                let value = vec![data.arbitrary()?; data.int_in_range(0..=60)?];
                let prefixes = (1..path.len()).any(|labels| entries.contains_key(&path[..labels]));
                let extends = |other: &Path| *other != path && other.starts_with(&path);
                let is_free = !path.is_empty() && !prefixes && !entries.keys().any(extends);
                let replaced = map.insert(&labels, value.clone());
                assert_eq!(replaced.is_ok(), is_free, "{replaced:?} for {path:02x?}");
                if let Ok(replaced) = replaced {
                    assert_eq!(replaced, entries.insert(path, value));
                }
            }
            5 => assert_eq!(map.remove(&labels), entries.remove(&path)),
            6 => {
                let witness = map.witness(&[Reveal::Path(&labels)]);
                let tree = HashTree::parse(&witness).expect("a witness is a tree");
                assert!(tree.is_well_formed());
                assert_eq!(tree.root_hash(), map.root_hash());
                assert_eq!(tree.lookup(&labels), answer(&entries, &path), "{path:02x?}");
            }
            _ => {
                let witness = map.witness(&[Reveal::Prefix(&labels)]);
                let tree = HashTree::parse(&witness).expect("a witness is a tree");
                assert_eq!(tree.root_hash(), map.root_hash());
                let found: Vec<&[u8]> = tree.lookup_prefix(&labels).collect();
                let below = entries.iter().filter(|(other, _)| other.starts_with(&path));
                assert_eq!(
                    found,
                    below.map(|(_, value)| &value[..]).collect::<Vec<_>>()
                );
            }
        }
        assert_eq!(map.len(), entries.len());
    }
    Ok(())
}

fn path(data: &mut Unstructured<'_>) -> Result<Path> {
    let labels = data.int_in_range(0..=3)?;
    (0..labels)
        .map(|_| {
            let length = data.int_in_range(0..=2)?;
            (0..length).map(|_| data.int_in_range(0..=15)).collect()
        })
        .collect()
}

/// What a lookup answers.
fn answer<'a>(entries: &'a BTreeMap<Path, Vec<u8>>, path: &Path) -> Lookup<'a> {
    match entries.get(path) {
        Some(value) => Lookup::Found(value),
        None if entries.keys().any(|other| other.starts_with(path)) => Lookup::Error,
        None => Lookup::Absent,
    }
}
