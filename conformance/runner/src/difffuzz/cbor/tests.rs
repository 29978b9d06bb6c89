//! Edits of CBOR keep what they must and change what they should.

use super::*;
use model::input::unhex;

fn bytes(text: &str) -> Vec<u8> {
    unhex(text).unwrap()
}

#[test]
fn reads_and_writes_the_same() {
    for text in [
        "d9d9f7a2616101616243010203",
        "820183024161820341ff",
        "a1616343d9d9f7",
        "a1616344d9d9f700",
        "83f4f6fb3ff0000000000000",
        "1b0000000100000000",
    ] {
        let mut out = Vec::new();
        read(&bytes(text)).unwrap().write(&mut out);
        assert_eq!(out, bytes(text), "{text}");
    }
    for text in ["", "81", "9f00ff", "0000", "1c"] {
        assert_eq!(read(&bytes(text)), None, "{text}");
    }
}

#[test]
fn changes_are_many_and_never_none() {
    let item = bytes("d9d9f7a2616101616244d9d9f700");
    let all: std::collections::BTreeSet<Vec<u8>> = (0..500)
        .filter_map(|case| edited(&item, &mut Random::of_case(0, case)))
        .collect();
    assert!(all.len() > 60, "{}", all.len());
    assert!(!all.contains(&item));
}

#[test]
fn members_are_found_and_replaced() {
    let item = bytes("d9d9f7a2616101616241ff");
    assert_eq!(member(&item, b"b"), Some(vec![0xff]));
    assert_eq!(member(&item, b"a"), None);
    let replaced = replace_member(&item, b"b", &[]).unwrap();
    assert_eq!(replaced, bytes("d9d9f7a2616101616240"));
}
