//! The form of certificates.

use cbor::{Kind, ReadError, Reason};
use hash_tree::ParseHashTreeError;
use icid_certificate::{Certificate, Field, ParseCertificateError, Part, Policy};
use principal::Principal;
use testkit::cbor::{array, bytes, head, map, tagged, text};
use testkit::{SecretKey, Subnet, Tree, certificate, untagged_certificate};

fn parse(bytes: &[u8]) -> Result<(), ParseCertificateError> {
    Certificate::parse(bytes, Policy::SPEC).map(|_| ())
}

fn read(part: Part, position: usize, reason: Reason) -> Result<(), ParseCertificateError> {
    Err(ParseCertificateError::Read {
        part,
        error: ReadError { position, reason },
    })
}

fn root() -> SecretKey {
    SecretKey::from_name("root")
}

fn tree() -> Tree {
    Tree::state(&[])
}

/// A certificate whose delegation has these fields.
fn with_delegation(fields: &[(&str, Vec<u8>)]) -> Vec<u8> {
    tagged(&map(&[
        ("tree", tree().encode()),
        ("signature", bytes(&[0; 48])),
        ("delegation", map(fields)),
    ]))
}

fn inner() -> Vec<u8> {
    certificate(&tree(), &root(), None)
}

// spec: CERT-1, SDEL-1
#[test]
fn accepts_certificates_with_and_without_a_delegation() {
    let bytes = inner();
    let parsed = Certificate::parse(&bytes, Policy::SPEC).unwrap();
    assert!(!parsed.is_delegated());
    assert_eq!(parsed.claimed_subnet_id(), None);
    assert_eq!(parsed.root_hash(), tree().root_hash());

    let subnet = Subnet::example();
    let bytes = subnet.certify(&root(), &tree());
    let parsed = Certificate::parse(&bytes, Policy::SPEC).unwrap();
    assert!(parsed.is_delegated());
    assert_eq!(
        parsed.claimed_subnet_id(),
        Principal::from_slice(&subnet.id).ok()
    );
}

// spec: CERT-1
#[test]
fn the_tag_is_required_by_the_text_and_optional_for_replicas() {
    let untagged = untagged_certificate(&tree(), &root(), None);
    assert_eq!(
        parse(&untagged),
        read(Part::Certificate, 0, Reason::MissingTag)
    );
    assert!(Certificate::parse(&untagged, Policy::REPLICA).is_ok());
    let outer = with_delegation(&[
        ("subnet_id", bytes(b"s")),
        ("certificate", bytes(&untagged)),
    ]);
    assert_eq!(parse(&outer), read(Part::Delegation, 0, Reason::MissingTag));
    assert!(Certificate::parse(&outer, Policy::REPLICA).is_ok());
}

// spec: CERT-1
#[test]
fn rejects_a_missing_tree_and_a_missing_signature() {
    let part = Part::Certificate;
    let missing = |field| Err(ParseCertificateError::MissingField { part, field });
    assert_eq!(
        parse(&tagged(&map(&[("signature", bytes(&[0; 48]))]))),
        missing(Field::Tree)
    );
    assert_eq!(
        parse(&tagged(&map(&[("tree", tree().encode())]))),
        missing(Field::Signature)
    );
}

// spec: SDEL-1
#[test]
fn rejects_a_delegation_without_subnet_or_certificate() {
    let part = Part::DelegationRecord;
    let missing = |field| Err(ParseCertificateError::MissingField { part, field });
    assert_eq!(
        parse(&with_delegation(&[("certificate", bytes(&inner()))])),
        missing(Field::SubnetId)
    );
    assert_eq!(
        parse(&with_delegation(&[("subnet_id", bytes(b"s"))])),
        missing(Field::Certificate)
    );
}

// spec: SDEL-1
#[test]
fn rejects_a_certificate_that_is_not_in_a_blob() {
    let outer = with_delegation(&[
        ("subnet_id", bytes(b"s")),
        ("certificate", untagged_certificate(&tree(), &root(), None)),
    ]);
    let position = outer
        .windows(12)
        .position(|window| window == b"\x6bcertificate")
        .unwrap();
    let reason = Reason::WrongKind {
        found: Kind::Map,
        expected: Kind::Bytes,
    };
    assert_eq!(
        parse(&outer),
        read(Part::DelegationRecord, position + 12, reason)
    );
}

// spec: SDEL-2
#[test]
fn rejects_a_delegation_in_a_delegation() {
    let nested = with_delegation(&[("subnet_id", bytes(b"s")), ("certificate", bytes(&inner()))]);
    let outer = with_delegation(&[("subnet_id", bytes(b"s")), ("certificate", bytes(&nested))]);
    assert_eq!(parse(&outer), Err(ParseCertificateError::NestedDelegation));
}

// spec: SDEL-8
#[test]
fn a_subnet_id_has_at_most_29_bytes() {
    let with_id = |length| {
        with_delegation(&[
            ("subnet_id", bytes(&vec![1; length])),
            ("certificate", bytes(&inner())),
        ])
    };
    assert_eq!(parse(&with_id(29)), Ok(()));
    assert_eq!(
        parse(&with_id(30)),
        Err(ParseCertificateError::SubnetIdLength { length: 30 })
    );
}

#[test]
fn errors_in_a_tree_say_where() {
    let part = Part::Certificate;
    let broken = |tree| tagged(&map(&[("tree", tree), ("signature", bytes(&[0; 48]))]));
    assert_eq!(
        parse(&broken(array(&[head(0, 5)]))),
        Err(ParseCertificateError::Tree {
            part,
            error: ParseHashTreeError::UnknownNode {
                position: 9,
                number: 5
            },
        })
    );
    // spec: CERT-10
    assert_eq!(
        parse(&broken(array(&[head(0, 4), bytes(&[0; 31])]))),
        Err(ParseCertificateError::Tree {
            part,
            error: ParseHashTreeError::HashLength {
                position: 9,
                length: 31
            },
        })
    );
}

#[test]
fn a_delegation_that_is_null_is_absent_for_replicas_only() {
    let null = tagged(&map(&[
        ("tree", tree().encode()),
        ("signature", bytes(&[0; 48])),
        ("delegation", vec![0xf6]),
    ]));
    assert_eq!(
        parse(&null),
        read(Part::Certificate, null.len() - 1, Reason::Null)
    );
    let parsed = Certificate::parse(&null, Policy::REPLICA).unwrap();
    assert!(!parsed.is_delegated());
}

#[test]
fn unknown_fields_are_ignored_for_replicas_only() {
    let mut fields = vec![("tree", tree().encode()), ("signature", bytes(&[0; 48]))];
    fields.push(("unknown", text("x")));
    let bytes = tagged(&map(&fields));
    assert_eq!(
        parse(&bytes),
        read(Part::Certificate, bytes.len() - 10, Reason::UnknownField)
    );
    assert!(Certificate::parse(&bytes, Policy::REPLICA).is_ok());
}

#[test]
fn rejects_duplicate_fields_and_trailing_bytes() {
    let signature = ("signature", bytes(&[0; 48]));
    let fields = [("tree", tree().encode()), signature.clone(), signature];
    let twice = tagged(&map(&fields));
    let position = twice.len() - 60;
    assert_eq!(
        parse(&twice),
        read(Part::Certificate, position, Reason::DuplicateKey)
    );
    let mut longer = inner();
    longer.push(0);
    let end = Reason::TrailingBytes { count: 1 };
    assert_eq!(
        parse(&longer),
        read(Part::Certificate, longer.len() - 1, end)
    );
    let outer = with_delegation(&[("subnet_id", bytes(b"s")), ("certificate", bytes(&longer))]);
    assert_eq!(parse(&outer), read(Part::Delegation, longer.len() - 1, end));
}

#[test]
fn every_prefix_of_a_certificate_is_an_error() {
    let bytes = Subnet::example().certify(&root(), &tree());
    for length in 0..bytes.len() {
        assert!(parse(&bytes[..length]).is_err(), "{length} bytes");
    }
    assert_eq!(parse(&bytes), Ok(()));
}
