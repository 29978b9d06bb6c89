//! Which canisters a delegation is for.

use cbor::{Kind, ReadError, Reason};
use icid_certificate::{Policy, Ranges, ReadRangesError, Scope, VerifyCertificateError};
use principal::Principal;
use testkit::cbor::{array, bytes, tagged};
use testkit::{Subnet, Tree, certificate, ranges};

use crate::{Case, Outcome, root, tree};

/// Verifies for a canister with these bytes, under sharded, flat and either ranges.
fn verify_ranges(subnet: &Subnet, canister: &[u8]) -> [Outcome; 3] {
    let canister = Principal::from_slice(canister).unwrap();
    let bytes = subnet.certify(&root(), &tree());
    [Ranges::Sharded, Ranges::Flat, Ranges::Either].map(|ranges| {
        Case {
            scope: Scope::Canister(canister),
            ranges,
            ..Case::default()
        }
        .verify(&bytes)
    })
}

/// A subnet with the same ranges in both places.
fn with_ranges(list: &[(&[u8], &[u8])]) -> Subnet {
    Subnet {
        flat: Some(ranges(list)),
        shards: vec![(b"label".to_vec(), ranges(list))],
        ..Subnet::example()
    }
}

fn outside(canister: &[u8]) -> Outcome {
    let canister = Principal::from_slice(canister).unwrap();
    Err(VerifyCertificateError::OutOfRanges { canister })
}

// spec: RANGE-2
#[test]
fn ranges_include_both_ends_in_the_order_of_bytes() {
    let subnet = with_ranges(&[(b"\x01", b"\x03"), (b"\x05", b"\x08")]);
    for inside in [
        &b"\x01"[..],
        b"\x02",
        b"\x03",
        b"\x05",
        b"\x08",
        b"\x01\x00",
        b"\x02\xff\xff",
    ] {
        assert_eq!(verify_ranges(&subnet, inside), [Ok(()); 3], "{inside:?}");
    }
    for other in [
        &b""[..],
        b"\x00",
        b"\x00\xff",
        b"\x03\x00",
        b"\x04",
        b"\x08\x00",
        b"\x09",
    ] {
        assert_eq!(
            verify_ranges(&subnet, other),
            [outside(other); 3],
            "{other:?}"
        );
    }
}

// spec: RANGE-4, RANGE-9
#[test]
fn an_empty_list_and_a_range_backwards_authorise_nothing() {
    for subnet in [with_ranges(&[]), with_ranges(&[(b"\x05", b"\x03")])] {
        for canister in [&b""[..], b"\x03", b"\x04", b"\x05"] {
            assert_eq!(verify_ranges(&subnet, canister), [outside(canister); 3]);
        }
    }
}

// spec: RANGE-3, RANGE-5
#[test]
fn ranges_may_be_in_any_order_below_any_label() {
    let subnet = with_ranges(&[(b"\x05", b"\x08"), (b"\x01", b"\x03")]);
    assert_eq!(verify_ranges(&subnet, b"\x02"), [Ok(()); 3]);
}

// spec: SDEL-7, RANGE-8
#[test]
fn a_canister_may_be_in_any_shard_that_is_shown() {
    let subnet = Subnet::example();
    let id = &subnet.id[..];
    let labels: Vec<&[u8]> = subnet.shards.iter().map(|(label, _)| &label[..]).collect();
    let in_second = [0, 0, 0, 0, 0, 0x2a, 0, 7, 1, 1];
    let verify = |tree: &Tree, canister: &[u8]| {
        let delegation = certificate(tree, &root(), None);
        let canister = Principal::from_slice(canister).unwrap();
        let bytes = certificate(&crate::tree(), &subnet.key, Some((id, &delegation)));
        Case::with_scope(Scope::Canister(canister)).verify(&bytes)
    };
    let full = subnet.delegation_tree();
    assert_eq!(verify(&full, &Subnet::CANISTER), Ok(()));
    assert_eq!(verify(&full, &in_second), Ok(()));
    let second_pruned = full.without(&[b"canister_ranges", id, labels[1]]);
    assert_eq!(verify(&second_pruned, &Subnet::CANISTER), Ok(()));
    assert_eq!(verify(&second_pruned, &in_second), outside(&in_second));
    let first_pruned = full.without(&[b"canister_ranges", id, labels[0]]);
    assert_eq!(verify(&first_pruned, &in_second), Ok(()));
    assert_eq!(
        verify(&first_pruned, &Subnet::CANISTER),
        outside(&Subnet::CANISTER)
    );
    let missing = Err(VerifyCertificateError::MissingRanges {
        ranges: Ranges::Sharded,
    });
    for path in [&[&b"canister_ranges"[..], id][..], &[b"canister_ranges"]] {
        assert_eq!(verify(&full.without(path), &Subnet::CANISTER), missing);
    }
}

// spec: SDEL-7
#[test]
fn the_rules_say_where_the_ranges_must_be() {
    let missing = |ranges| Err(VerifyCertificateError::MissingRanges { ranges });
    let example = Subnet::example();
    let canister = &Subnet::CANISTER[..];
    let flat = Subnet {
        shards: vec![],
        ..example.clone()
    };
    assert_eq!(
        verify_ranges(&flat, canister),
        [missing(Ranges::Sharded), Ok(()), Ok(())]
    );
    let sharded = Subnet {
        flat: None,
        ..example.clone()
    };
    assert_eq!(
        verify_ranges(&sharded, canister),
        [Ok(()), missing(Ranges::Flat), Ok(())]
    );
    let none = Subnet {
        flat: None,
        shards: vec![],
        ..example.clone()
    };
    assert_eq!(
        verify_ranges(&none, canister),
        [
            missing(Ranges::Sharded),
            missing(Ranges::Flat),
            missing(Ranges::Either)
        ]
    );
    // A list that is left out authorises as little as one that does not exist.
    let path: [&[u8]; 3] = [b"subnet", &flat.id, b"canister_ranges"];
    let delegation = certificate(&flat.delegation_tree().without(&path), &root(), None);
    let bytes = certificate(&tree(), &flat.key, Some((&flat.id, &delegation)));
    for ranges in [Ranges::Sharded, Ranges::Flat, Ranges::Either] {
        assert_eq!(
            Case {
                ranges,
                ..Case::default()
            }
            .verify(&bytes),
            missing(ranges)
        );
    }
    // If both are there, the canister must be in both.
    let only_flat = Subnet {
        shards: vec![(vec![1], ranges(&[(&[1], &[1])]))],
        ..example.clone()
    };
    let out = outside(canister);
    assert_eq!(verify_ranges(&only_flat, canister), [out, Ok(()), out]);
    let only_sharded = Subnet {
        flat: Some(ranges(&[(&[1], &[1])])),
        ..example
    };
    assert_eq!(verify_ranges(&only_sharded, canister), [Ok(()), out, out]);
}

#[test]
fn other_scopes_do_not_look_at_ranges() {
    let subnet = Subnet {
        flat: None,
        shards: vec![],
        ..Subnet::example()
    };
    let bytes = subnet.certify(&root(), &tree());
    assert_eq!(Case::with_scope(Scope::Unscoped).verify(&bytes), Ok(()));
    let scope = Scope::Subnet(Principal::from_slice(b"a subnet").unwrap());
    assert_eq!(Case::with_scope(scope).verify(&bytes), Ok(()));
}

// spec: RANGE-1
#[test]
fn ranges_are_pairs_of_principals_with_a_tag() {
    let canister = &Subnet::CANISTER[..];
    let pair = |low: &[u8], high: &[u8]| array(&[bytes(low), bytes(high)]);
    let (low, high) = (&b"\x00"[..], &b"\x01"[..]);
    let verify = |list: Vec<u8>| {
        let subnet = Subnet {
            flat: Some(list.clone()),
            // The error is found although the canister is in another shard.
            shards: vec![(vec![0], ranges(&[(low, high)])), (vec![1], list)],
            ..Subnet::example()
        };
        let [sharded, flat, either] = verify_ranges(&subnet, canister);
        assert_eq!((sharded, either), (flat, flat));
        flat
    };
    let malformed = |error| Err(VerifyCertificateError::MalformedRanges(error));
    let read = |position, reason| malformed(ReadRangesError::Read(ReadError { position, reason }));
    assert_eq!(verify(tagged(&array(&[pair(low, high)]))), Ok(()));
    assert_eq!(
        verify(array(&[pair(low, high)])),
        read(0, Reason::MissingTag)
    );
    assert_eq!(
        verify(vec![]),
        read(
            0,
            Reason::UnexpectedEnd {
                needed: 1,
                available: 0
            }
        )
    );
    let triple = array(&[bytes(low), bytes(high), bytes(high)]);
    assert_eq!(
        verify(tagged(&array(&[triple]))),
        read(9, Reason::ExcessItem)
    );
    let single = array(&[bytes(low)]);
    assert_eq!(
        verify(tagged(&array(&[single]))),
        read(7, Reason::MissingItem)
    );
    let flat = tagged(&array(&[bytes(low), bytes(high)]));
    let reason = Reason::WrongKind {
        found: Kind::Bytes,
        expected: Kind::Array,
    };
    assert_eq!(verify(flat), read(4, reason));
    let trailing = [tagged(&array(&[pair(low, high)])), vec![0]].concat();
    assert_eq!(
        verify(trailing),
        read(9, Reason::TrailingBytes { count: 1 })
    );
    assert_eq!(verify(tagged(&array(&[pair(low, &[1; 29])]))), Ok(()));
    assert_eq!(
        verify(tagged(&array(&[pair(low, &[1; 30])]))),
        malformed(ReadRangesError::PrincipalLength {
            position: 7,
            length: 30
        })
    );
}

#[test]
fn the_tag_of_ranges_is_optional_for_replicas() {
    let list = array(&[array(&[bytes(b"\x00"), bytes(b"\x01")])]);
    let subnet = Subnet {
        flat: Some(list),
        shards: vec![],
        ..Subnet::example()
    };
    let bytes = subnet.certify(&root(), &tree());
    let case = Case {
        policy: Policy::REPLICA,
        ranges: Ranges::Either,
        ..Case::default()
    };
    assert_eq!(case.verify(&bytes), Ok(()));
}
