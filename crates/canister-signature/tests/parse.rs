//! The form of canister signatures.

use cbor::{Kind, ReadError, Reason};
use certificate::{Field, ParseCertificateError, Part};
use hash_tree::{HashTree, ParseHashTreeError};
use icid_canister_signature::{CanisterSignature, ParseCanisterSignatureError, Policy};
use testkit::canister::{signature, state, witness};
use testkit::cbor::{array, bytes, head, map, tagged, text};
use testkit::{SecretKey, Subnet, Tree};

const POLICIES: [Policy; 2] = [Policy::SPEC, Policy::REPLICA];

type Error = ParseCanisterSignatureError;

fn tree() -> Tree {
    witness(b"seed", b"payload")
}

fn certificate() -> Vec<u8> {
    let state = state(&Subnet::CANISTER, &tree().root_hash());
    testkit::certificate(&state, &SecretKey::from_name("root"), None)
}

/// Encodes a signature with these fields.
fn of(fields: &[(&str, Vec<u8>)]) -> Vec<u8> {
    tagged(&map(fields))
}

fn good_fields() -> [(&'static str, Vec<u8>); 2] {
    [
        ("certificate", bytes(&certificate())),
        ("tree", tree().encode()),
    ]
}

/// Parses under both policies, which must agree.
fn parse(bytes: &[u8]) -> Result<(), Error> {
    let [spec, replica] =
        POLICIES.map(|policy| CanisterSignature::parse(bytes, policy).map(|_| ()));
    assert_eq!(spec, replica);
    spec
}

fn read(position: usize, reason: Reason) -> Result<(), Error> {
    Err(Error::Read(ReadError { position, reason }))
}

fn wrong_kind(position: usize, found: Kind, expected: Kind) -> Result<(), Error> {
    read(position, Reason::WrongKind { found, expected })
}

/// Where the value of the first field is, and that of `tree` if it comes after a certificate.
const FIRST_VALUE: usize = 3 + 1 + 12;
const TREE_FIRST: usize = 3 + 1 + 5;

#[test]
fn fields_come_in_any_order() {
    let [certificate, tree] = good_fields();
    for fields in [[certificate.clone(), tree.clone()], [tree, certificate]] {
        let bytes = of(&fields);
        let parsed = CanisterSignature::parse(&bytes, Policy::SPEC).unwrap();
        assert_eq!(parsed.tree().as_bytes(), self::tree().encode());
        let root_hash = state(&Subnet::CANISTER, &self::tree().root_hash()).root_hash();
        assert_eq!(parsed.certificate().root_hash(), root_hash);
    }
}

#[test]
fn encodes_what_it_parses() {
    let encoded = tree().encode();
    let parsed = HashTree::parse(&encoded).unwrap();
    for length in [0, 23, 24, 255, 256, 65_535, 65_536] {
        let certificate = vec![0x5a; length];
        assert!(
            CanisterSignature::encode(&certificate, &parsed) == signature(&certificate, &tree())
        );
    }
    assert_eq!(
        parse(&CanisterSignature::encode(&certificate(), &parsed)),
        Ok(())
    );
}

// spec: CSIG-4
#[test]
fn the_tag_is_there_once_under_every_policy() {
    let untagged = map(&good_fields());
    assert_eq!(parse(&tagged(&untagged)), Ok(()));
    assert_eq!(parse(&untagged), read(0, Reason::MissingTag));
    assert_eq!(
        parse(&tagged(&tagged(&untagged))),
        wrong_kind(3, Kind::Tag, Kind::Map)
    );
}

// spec: CSIG-4
#[test]
fn the_tree_is_in_place() {
    let [certificate, _] = good_fields();
    let with = |tree: Vec<u8>| parse(&of(&[("tree", tree), certificate.clone()]));
    assert_eq!(with(tree().encode()), Ok(()));
    for (value, found) in [
        (bytes(&tree().encode()), Kind::Bytes),
        (text("tree"), Kind::Text),
        (map(&[]), Kind::Map),
        (tagged(&tree().encode()), Kind::Tag),
        (vec![0xf6], Kind::Null),
    ] {
        let reason = Reason::WrongKind {
            found,
            expected: Kind::Array,
        };
        let error = ParseHashTreeError::Read(ReadError {
            position: TREE_FIRST,
            reason,
        });
        assert_eq!(with(value), Err(Error::Tree(error)));
    }
    assert_eq!(
        with(array(&[head(0, 5)])),
        Err(Error::Tree(ParseHashTreeError::UnknownNode {
            position: TREE_FIRST,
            number: 5
        }))
    );
}

// spec: CSIG-4
#[test]
fn the_certificate_is_in_a_byte_string() {
    let [_, tree] = good_fields();
    let with = |certificate: Vec<u8>| parse(&of(&[("certificate", certificate), tree.clone()]));
    assert_eq!(with(bytes(&certificate())), Ok(()));
    assert_eq!(
        with(certificate()),
        wrong_kind(FIRST_VALUE, Kind::Tag, Kind::Bytes)
    );
    assert_eq!(
        with(certificate()[3..].to_vec()),
        wrong_kind(FIRST_VALUE, Kind::Map, Kind::Bytes)
    );
    assert_eq!(
        with(text("certificate")),
        wrong_kind(FIRST_VALUE, Kind::Text, Kind::Bytes)
    );
    assert_eq!(
        with(vec![0xf6]),
        wrong_kind(FIRST_VALUE, Kind::Null, Kind::Bytes)
    );
    let error = ParseCertificateError::MissingField {
        part: Part::Certificate,
        field: Field::Tree,
    };
    assert_eq!(
        with(bytes(&tagged(&map(&[])))),
        Err(Error::Certificate(error))
    );
}

// spec: CSIG-4
#[test]
fn both_fields_are_there_once() {
    let [certificate, tree] = good_fields();
    let missing = |field| Err(Error::MissingField { field });
    assert_eq!(
        parse(&of(core::slice::from_ref(&certificate))),
        missing("tree")
    );
    assert_eq!(
        parse(&of(core::slice::from_ref(&tree))),
        missing("certificate")
    );
    assert_eq!(parse(&of(&[])), missing("certificate"));
    let position = TREE_FIRST + tree.1.len();
    assert_eq!(
        parse(&of(&[tree.clone(), tree.clone(), certificate.clone()])),
        read(position, Reason::DuplicateKey)
    );
    let position = FIRST_VALUE + certificate.1.len();
    assert_eq!(
        parse(&of(&[certificate.clone(), certificate, tree])),
        read(position, Reason::DuplicateKey)
    );
}

#[test]
fn the_policy_decides_about_the_rest() {
    let [certificate, tree] = good_fields();
    let more = of(&[("more", head(0, 1)), certificate, tree.clone()]);
    let error = ReadError {
        position: 4,
        reason: Reason::UnknownField,
    };
    assert_eq!(
        CanisterSignature::parse(&more, Policy::SPEC).unwrap_err(),
        Error::Read(error)
    );
    assert!(CanisterSignature::parse(&more, Policy::REPLICA).is_ok());

    let untagged = of(&[("certificate", bytes(&self::certificate()[3..])), tree]);
    let error = ReadError {
        position: 0,
        reason: Reason::MissingTag,
    };
    assert_eq!(
        CanisterSignature::parse(&untagged, Policy::SPEC).unwrap_err(),
        Error::Certificate(ParseCertificateError::Read {
            part: Part::Certificate,
            error
        })
    );
    assert!(CanisterSignature::parse(&untagged, Policy::REPLICA).is_ok());
}

#[test]
fn the_container_is_checked_before_the_certificate() {
    let broken = ("certificate", bytes(b"broken"));
    assert_eq!(
        parse(&of(core::slice::from_ref(&broken))),
        Err(Error::MissingField { field: "tree" })
    );
    let trailing = [of(&[broken, ("tree", tree().encode())]), vec![0]].concat();
    let position = trailing.len() - 1;
    assert_eq!(
        parse(&trailing),
        read(position, Reason::TrailingBytes { count: 1 })
    );
}

#[test]
fn rejects_what_is_cut_off_anywhere() {
    let whole = signature(&certificate(), &tree());
    assert_eq!(parse(&whole), Ok(()));
    for length in 0..whole.len() {
        assert!(parse(&whole[..length]).is_err(), "{length}");
    }
}

#[test]
fn trees_have_at_most_256_levels() {
    let deep = |levels: usize| {
        let tree = [&b"\x83\x02\x41a".repeat(levels)[..], b"\x81\x00"].concat();
        let [certificate, _] = good_fields();
        parse(&of(&[("tree", tree), certificate]))
    };
    assert_eq!(deep(256), Ok(()));
    let position = TREE_FIRST + 4 * 256;
    let error = Err(Error::Tree(ParseHashTreeError::TooDeep { position }));
    assert_eq!(deep(257), error);
    assert_eq!(deep(10_000), error);
}
