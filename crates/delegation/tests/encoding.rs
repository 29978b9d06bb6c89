//! The CBOR form: what is read, what is refused and where, what is written.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use cbor::{Kind, ReadError, Reason, Writer};
use hex_literal::hex;
use icid_delegation::{
    Delegation, DelegationChain, ParseDelegationError, Permissions, Policy, SignedDelegation,
    Targets,
};
use principal::Principal;
use time::Timestamp;

/// {"delegation": {"pubkey": 010203, "expiration": 1700000000000000000, "targets": [040506, ""],
/// "permissions": "queries"}, "signature": 0708}
const FULL: &[u8] = b"\xa2\x6adelegation\xa4\x66pubkey\x43\x01\x02\x03\
    \x6aexpiration\x1b\x17\x97\x9c\xfe\x36\x2a\x00\x00\
    \x67targets\x82\x43\x04\x05\x06\x40\x6bpermissions\x67queries\
    \x69signature\x42\x07\x08";

fn full() -> SignedDelegation<'static> {
    let targets = vec![
        Principal::from_slice(&[4, 5, 6]).unwrap(),
        Principal::MANAGEMENT,
    ];
    let delegation = Delegation::new(&[1, 2, 3], Timestamp::from_nanos(1_700_000_000_000_000_000))
        .with_targets(targets)
        .with_permissions(Permissions::Queries);
    SignedDelegation::new(delegation, &[7, 8])
}

fn spec(bytes: &[u8]) -> Result<SignedDelegation<'_>, ParseDelegationError> {
    SignedDelegation::parse(bytes, Policy::SPEC)
}

fn replica(bytes: &[u8]) -> Result<SignedDelegation<'_>, ParseDelegationError> {
    SignedDelegation::parse(bytes, Policy::REPLICA)
}

fn read_error<T>(position: usize, reason: Reason) -> Result<T, ParseDelegationError> {
    Err(ParseDelegationError::Read(ReadError { position, reason }))
}

/// A link whose delegation is these entries of a map.
fn link(entries: &[&[u8]]) -> Vec<u8> {
    let count = u8::try_from(entries.len()).unwrap();
    let head: &[u8] = &[0xa0 | count];
    let parts = [
        b"\xa2\x6adelegation".as_slice(),
        head,
        &entries.concat(),
        b"\x69signature\x40",
    ];
    parts.concat()
}

const PUBLIC_KEY: &[u8] = b"\x66pubkey\x41\x01";
const EXPIRATION: &[u8] = b"\x6aexpiration\x07";

fn plain() -> Delegation<'static> {
    Delegation::new(&[1], Timestamp::from_nanos(7))
}

/// Where the third field of a delegation in a [`link`] starts.
const THIRD: usize = 1 + 11 + 1 + 9 + 12;

#[test]
// spec: DELEG-1
fn reads_and_writes_all_fields() {
    assert_eq!(spec(FULL), Ok(full()));
    assert_eq!(full().encode(), FULL);
    assert_eq!(spec(FULL).unwrap().encode(), FULL);
    assert_eq!(spec(FULL).unwrap().into_owned(), full());
    let parsed = spec(FULL).unwrap();
    assert_eq!(parsed.delegation().hash(), full().delegation().hash());
    assert_eq!(
        parsed.delegation().targets().unwrap().iter().len(),
        parsed.delegation().targets().unwrap().iter().count()
    );
}

#[test]
// spec: DELEG-1, DELEG-21
fn absent_fields_stay_absent() {
    let bytes = link(&[PUBLIC_KEY, EXPIRATION]);
    let expected = SignedDelegation::new(plain(), b"");
    assert_eq!(spec(&bytes), Ok(expected.clone()));
    assert_eq!(expected.encode(), bytes);
    let empty = link(&[PUBLIC_KEY, EXPIRATION, b"\x67targets\x80"]);
    let expected = SignedDelegation::new(plain().with_targets(vec![]), b"");
    assert_eq!(spec(&empty), Ok(expected.clone()));
    assert_eq!(expected.encode(), empty);
}

#[test]
fn fields_come_in_any_order_and_representation() {
    let bytes = b"\xbf\x69signature\x58\x00\x6adelegation\xbf\x67targets\x9f\x58\x01\x04\xff\
        \x6aexpiration\x18\x07\x66pubkey\x41\x01\xff\xff";
    let targets = vec![Principal::ANONYMOUS];
    let expected = SignedDelegation::new(plain().with_targets(targets), b"");
    assert_eq!(spec(bytes), Ok(expected));
}

#[test]
// spec: DELEG-1
fn every_required_field_must_be_there() {
    let missing = |field| Err(ParseDelegationError::MissingField { field });
    for policy in [Policy::SPEC, Policy::REPLICA] {
        let parse = |bytes: &[u8]| SignedDelegation::parse(bytes, policy).map(drop);
        assert_eq!(parse(&link(&[EXPIRATION])), missing("pubkey"));
        assert_eq!(parse(&link(&[PUBLIC_KEY])), missing("expiration"));
        assert_eq!(parse(b"\xa1\x69signature\x40"), missing("delegation"));
        let whole = link(&[PUBLIC_KEY, EXPIRATION]);
        let mut unsigned = whole.strip_suffix(b"\x69signature\x40").unwrap().to_vec();
        unsigned[0] = 0xa1;
        assert_eq!(parse(&unsigned), missing("signature"));
    }
}

#[test]
// spec: DELEG-1, DELEG-20, CBOR-10
fn unknown_fields_are_for_the_policy() {
    let senders = link(&[PUBLIC_KEY, EXPIRATION, b"\x67senders\x80"]);
    assert_eq!(spec(&senders), read_error(THIRD, Reason::UnknownField));
    assert_eq!(replica(&senders), Ok(SignedDelegation::new(plain(), b"")));
    // The two maps can't be merged.
    let flat = [
        b"\xa3".as_slice(),
        PUBLIC_KEY,
        EXPIRATION,
        b"\x69signature\x40",
    ]
    .concat();
    assert_eq!(spec(&flat), read_error(1, Reason::UnknownField));
    let field = "delegation";
    assert_eq!(
        replica(&flat),
        Err(ParseDelegationError::MissingField { field })
    );
}

#[test]
// spec: CBOR-7
fn no_field_comes_twice() {
    for policy in [Policy::SPEC, Policy::REPLICA] {
        for third in [PUBLIC_KEY, EXPIRATION] {
            assert_eq!(
                SignedDelegation::parse(&link(&[PUBLIC_KEY, EXPIRATION, third]), policy),
                read_error(THIRD, Reason::DuplicateKey)
            );
        }
        let targets = b"\x67targets\x80";
        assert_eq!(
            SignedDelegation::parse(&link(&[PUBLIC_KEY, EXPIRATION, targets, targets]), policy),
            read_error(THIRD + targets.len(), Reason::DuplicateKey)
        );
    }
    // An absent field is there all the same.
    let null = b"\x67targets\xf6";
    assert_eq!(
        replica(&link(&[PUBLIC_KEY, EXPIRATION, null, b"\x67targets\x80"])),
        read_error(THIRD + null.len(), Reason::DuplicateKey)
    );
}

#[test]
// spec: CBOR-12
fn null_for_an_optional_field_is_for_the_policy() {
    for field in [b"\x67targets\xf6".as_slice(), b"\x6bpermissions\xf6"] {
        let bytes = link(&[PUBLIC_KEY, EXPIRATION, field]);
        let position = THIRD + field.len() - 1;
        assert_eq!(spec(&bytes), read_error(position, Reason::Null));
        assert_eq!(replica(&bytes), Ok(SignedDelegation::new(plain(), b"")));
    }
    let bytes = link(&[PUBLIC_KEY, b"\x6aexpiration\xf6"]);
    let reason = Reason::WrongKind {
        found: Kind::Null,
        expected: Kind::Unsigned,
    };
    assert_eq!(replica(&bytes), read_error(THIRD - 1, reason));
}

#[test]
// spec: CBOR-3
fn blobs_in_other_forms_are_for_the_policy() {
    let forms = [
        (
            b"\x66pubkey\x61a".as_slice(),
            Kind::Text,
            Delegation::new(b"a", plain().expiration()),
        ),
        (
            b"\x66pubkey\x81\x18\xff",
            Kind::Array,
            Delegation::new(&[255], plain().expiration()),
        ),
    ];
    for (field, found, delegation) in forms {
        let bytes = link(&[field, EXPIRATION]);
        let expected = Kind::Bytes;
        let reason = Reason::WrongKind { found, expected };
        assert_eq!(spec(&bytes), read_error(1 + 11 + 1 + 7, reason));
        assert_eq!(replica(&bytes), Ok(SignedDelegation::new(delegation, b"")));
    }
    let bytes = link(&[
        PUBLIC_KEY,
        EXPIRATION,
        b"\x67targets\x83\x61a\x82\x01\x02\x80",
    ]);
    let targets = [b"a".as_slice(), &[1, 2], &[]].map(|it| Principal::from_slice(it).unwrap());
    let expected = SignedDelegation::new(plain().with_targets(targets.to_vec()), b"");
    assert_eq!(replica(&bytes), Ok(expected));
}

#[test]
// spec: DELEG-7, DELEG-8
fn expirations_are_below_two_to_the_64() {
    for (expiration, nanos) in [
        (b"\x6aexpiration\x00".as_slice(), 0),
        (
            b"\x6aexpiration\x1b\xff\xff\xff\xff\xff\xff\xff\xff",
            u64::MAX,
        ),
    ] {
        let delegation = Delegation::new(&[1], Timestamp::from_nanos(nanos));
        let bytes = link(&[PUBLIC_KEY, expiration]);
        assert_eq!(spec(&bytes), Ok(SignedDelegation::new(delegation, b"")));
    }
    let position = THIRD - 1;
    let bignum = b"\x6aexpiration\xc2\x49\x01\0\0\0\0\0\0\0\0";
    assert_eq!(
        replica(&link(&[PUBLIC_KEY, bignum])),
        read_error(position, Reason::Bignum)
    );
    let negative = b"\x6aexpiration\x20";
    let reason = Reason::WrongKind {
        found: Kind::Negative,
        expected: Kind::Unsigned,
    };
    assert_eq!(
        replica(&link(&[PUBLIC_KEY, negative])),
        read_error(position, reason)
    );
}

#[test]
// spec: PERM-1, PERM-5, PERM-6
fn other_permissions_spoil_the_delegation() {
    for policy in [Policy::SPEC, Policy::REPLICA] {
        let position = THIRD + 12;
        let parse = |value: &[u8]| {
            let field = [b"\x6bpermissions".as_slice(), value].concat();
            SignedDelegation::parse(&link(&[PUBLIC_KEY, EXPIRATION, &field]), policy)
                .map(SignedDelegation::into_owned)
        };
        for (value, permissions) in [
            (b"\x63all".as_slice(), Permissions::All),
            (b"\x67queries", Permissions::Queries),
        ] {
            let delegation = plain().with_permissions(permissions);
            assert_eq!(parse(value), Ok(SignedDelegation::new(delegation, b"")));
        }
        for value in [
            b"\x60".as_slice(),
            b"\x63ALL",
            b"\x67Queries",
            b"\x68queries ",
            b"\x64none",
            b"\x65calls",
        ] {
            assert_eq!(
                parse(value),
                Err(ParseDelegationError::UnknownPermissions { position })
            );
        }
        for (value, found) in [
            (b"\x47queries".as_slice(), Kind::Bytes),
            (b"\xf5", Kind::Bool),
            (b"\x81\x67queries", Kind::Array),
            (b"\x00", Kind::Unsigned),
        ] {
            let expected = Kind::Text;
            assert_eq!(
                parse(value),
                read_error(position, Reason::WrongKind { found, expected })
            );
        }
    }
}

#[test]
// spec: DELEG-15
fn accepts_targets_of_29_bytes_and_rejects_30() {
    let field = |length: u8| {
        let bytes = vec![4; length.into()];
        [b"\x67targets\x82\x40\x58".as_slice(), &[length], &bytes].concat()
    };
    let targets = vec![
        Principal::MANAGEMENT,
        Principal::from_slice(&[4; 29]).unwrap(),
    ];
    assert_eq!(
        spec(&link(&[PUBLIC_KEY, EXPIRATION, &field(29)])),
        Ok(SignedDelegation::new(plain().with_targets(targets), b""))
    );
    let error = ParseDelegationError::TargetTooLong {
        position: THIRD + 10,
        length: 30,
    };
    let bytes = link(&[PUBLIC_KEY, EXPIRATION, &field(30)]);
    assert_eq!(spec(&bytes), Err(error));
    let array = [b"\x67targets\x82\x40\x98\x1e".as_slice(), &[4; 30]].concat();
    let bytes = link(&[PUBLIC_KEY, EXPIRATION, &array]);
    assert_eq!(replica(&bytes), Err(error));
}

#[test]
fn no_prefix_and_no_extension_is_a_link() {
    for length in 0..FULL.len() {
        assert!(spec(&FULL[..length]).is_err(), "{length}");
    }
    let longer = [FULL, b"\0"].concat();
    assert_eq!(
        spec(&longer),
        read_error(FULL.len(), Reason::TrailingBytes { count: 1 })
    );
}

#[test]
fn a_tag_does_not_belong_here() {
    let tagged = [b"\xd9\xd9\xf7".as_slice(), FULL].concat();
    let reason = Reason::WrongKind {
        found: Kind::Tag,
        expected: Kind::Map,
    };
    assert_eq!(replica(&tagged), read_error(0, reason));
}

#[test]
fn targets_are_equal_if_they_are_the_same_in_the_same_order() {
    let full = spec(FULL).unwrap();
    let targets = full.delegation().targets().unwrap();
    let [one, other] = [
        Principal::from_slice(&[4, 5, 6]).unwrap(),
        Principal::MANAGEMENT,
    ];
    let listed = |list: &[Principal]| Targets::from(list.to_vec());
    assert_eq!(*targets, listed(&[one, other]));
    for others in [&[one][..], &[other, one], &[one, other, other], &[]] {
        assert_ne!(*targets, listed(others));
    }
    assert!(!targets.is_empty());
    assert!(listed(&[]).is_empty());
}

#[test]
fn a_link_is_added_at_the_end() {
    let last = SignedDelegation::new(Delegation::new(&[9], Timestamp::from_nanos(1)), &[10]);
    let mut chain = DelegationChain::new(b"root", vec![full()]);
    chain.push(last.clone());
    assert_eq!(chain, DelegationChain::new(b"root", vec![full(), last]));
}

#[test]
fn chains_are_arrays_of_links() {
    let chain = DelegationChain::new(b"root", vec![full(), full()]);
    let bytes = [b"\x82".as_slice(), FULL, FULL].concat();
    let parse = |links| DelegationChain::parse(b"root", links, Policy::SPEC);
    assert_eq!(chain.encode_links(), bytes);
    assert_eq!(parse(&bytes), Ok(chain.clone()));
    assert_eq!(parse(&bytes).unwrap().into_owned(), chain);
    assert_eq!(parse(b"\x80"), Ok(DelegationChain::new(b"root", vec![])));
    assert_eq!(
        parse(b"\x80\x00"),
        read_error(1, Reason::TrailingBytes { count: 1 })
    );
    // Announced lengths are not believed.
    let reason = Reason::UnexpectedEnd {
        needed: u64::MAX,
        available: 0,
    };
    let huge = hex!("9bffffffffffffffff");
    assert_eq!(parse(&huge), read_error(huge.len(), reason));
}

#[test]
fn links_are_read_and_written_in_the_middle_of_a_request() {
    let mut writer = Writer::new();
    writer.map(1).text("sender_delegation").array(1);
    full().write(&mut writer);
    let bytes = writer.into_bytes();
    let mut reader = cbor::Reader::new(&bytes);
    let mut entries = reader.map().unwrap();
    assert!(reader.next(&mut entries).unwrap());
    assert_eq!(reader.text(), Ok("sender_delegation"));
    let links = SignedDelegation::read_list(&mut reader, Policy::SPEC);
    assert_eq!(links, Ok(vec![full()]));
    assert_eq!(reader.finish(), Ok(()));
}
