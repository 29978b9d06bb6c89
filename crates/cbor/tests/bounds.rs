//! Inputs that try to exhaust memory, stack or time.

use icid_cbor::Policy;
use icid_cbor::ReadError;
use icid_cbor::Reader;
use icid_cbor::Reason;
use icid_cbor::TagRule;
use icid_cbor::check;

const UNTAGGED: Policy = Policy {
    tag: TagRule::Optional,
    ..Policy::SPEC
};

fn error(position: usize, reason: Reason) -> ReadError {
    ReadError { position, reason }
}

#[test]
fn a_map_that_announces_2_to_the_63_entries_is_rejected() {
    let mut input = vec![0xbb, 0x80, 0, 0, 0, 0, 0, 0, 0];
    input.resize(4096, 0x60);
    let reason = Reason::UnexpectedEnd {
        needed: u64::MAX,
        available: 4096 - 9,
    };
    assert_eq!(Reader::new(&input).map().err(), Some(error(9, reason)));
    assert_eq!(Reader::new(&input).skip(), Err(error(9, reason)));
    assert_eq!(check(&input, UNTAGGED), Err(error(9, reason)));
}

#[test]
fn an_array_or_string_that_announces_more_than_there_is_is_rejected() {
    for initial in [0x9b, 0x5b, 0x7b] {
        let input = [
            initial, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00,
        ];
        let reason = Reason::UnexpectedEnd {
            needed: u64::MAX >> 1,
            available: 1,
        };
        assert_eq!(check(&input, UNTAGGED), Err(error(9, reason)));
    }
}

#[test]
fn a_hundred_thousand_nested_arrays_are_rejected() {
    for head in [0x81, 0x9f] {
        let input = vec![head; 100_000];
        assert_eq!(Reader::new(&input).skip(), Err(error(64, Reason::TooDeep)));
        assert_eq!(check(&input, UNTAGGED), Err(error(64, Reason::TooDeep)));
    }
}

#[test]
fn sixteen_mebibytes_of_nested_arrays_are_rejected() {
    let input = vec![0x81; 16 << 20];
    assert_eq!(Reader::new(&input).skip(), Err(error(64, Reason::TooDeep)));
    assert_eq!(check(&input, UNTAGGED), Err(error(64, Reason::TooDeep)));
}

#[test]
fn sixteen_mebibytes_of_nested_tags_are_rejected() {
    let input = vec![0xc6; 16 << 20];
    assert_eq!(Reader::new(&input).skip(), Err(error(64, Reason::TooDeep)));
    assert_eq!(
        check(&input, UNTAGGED),
        Err(error(0, Reason::UnexpectedTag { tag: 6 }))
    );
}

/// The worst case of [`check`]: what is inside `MAX_NESTING` maps is looked at once for each.
#[test]
fn the_contents_of_nested_maps_are_looked_at_a_bounded_number_of_times() {
    let mut input = b"\xa1\x60".repeat(63);
    input.push(0x9f);
    input.resize(1 << 16, 0x00);
    input.push(0xff);
    assert_eq!(check(&input, UNTAGGED), Ok(()));
}
