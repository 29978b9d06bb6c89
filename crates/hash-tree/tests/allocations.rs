//! Reading a tree allocates nothing.

#![expect(clippy::unwrap_used, reason = "a failing test panics")]

use hex_literal::hex;
use icid_hash_tree::CertifiedMap;
use icid_hash_tree::HashTree;
use icid_hash_tree::Lookup;
use icid_hash_tree::Reveal;

const EXAMPLE: &[u8] = &hex!(
    "8301830183024161830183018302417882034568656c6c6f810083024179820345776f726c64"
    "83024162820344676f6f648301830241638100830241648203476d6f726e696e67"
);

fn read(encoding: &[u8], path: &[&[u8]]) {
    let info = allocation_counter::measure(|| {
        let tree = HashTree::parse(encoding).unwrap();
        assert_ne!(tree.root_hash(), [0; 32]);
        assert!(tree.is_well_formed());
        assert!(matches!(tree.lookup(path), Lookup::Found(_)));
        assert_eq!(tree.lookup(&[b"nothing"]), Lookup::Absent);
        assert_ne!(tree.lookup_prefix(&[]).count(), 0);
        assert_ne!(tree.root().children().count(), 0);
    });
    assert_eq!(info.count_total, 0);
}

#[test]
fn parsing_hashing_and_looking_up_allocates_nothing() {
    read(EXAMPLE, &[b"a", b"y"]);
}

#[test]
fn a_big_tree_allocates_nothing_either() {
    let mut map = CertifiedMap::new();
    for number in 0..2000_u32 {
        map.insert(
            &[b"m", &number.to_be_bytes()],
            number.to_be_bytes().repeat(20),
        )
        .unwrap();
    }
    let encoding = map.witness(&[Reveal::Prefix(&[])]);
    read(&encoding, &[b"m", &1000_u32.to_be_bytes()]);
}

#[test]
fn a_hostile_tree_allocates_nothing_either() {
    let encoding = [0x83, 0x01].repeat(1 << 20);
    let info = allocation_counter::measure(|| {
        assert!(HashTree::parse(&encoding).is_err());
    });
    assert_eq!(info.count_total, 0);
}
