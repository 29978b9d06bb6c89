//! The JSON form: what agents write, what is read, what is refused and where.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use icid_delegation::{
    Delegation, DelegationChain, ParseChainJsonError, Permissions, Policy, SignedDelegation,
};
use json::{Expected, ReadError, Reason};
use principal::Principal;
use time::Timestamp;

/// In the form of `DelegationChain.toJSON` of `@icp-sdk/core`, whose `Principal.toHex` is in upper
/// case.
const JSON: &str = concat!(
    r#"{"delegations":[{"delegation":{"expiration":"17979cfe362a0000","pubkey":"0a0b"},"#,
    r#""signature":"ff"},{"delegation":{"expiration":"0","pubkey":"0c","#,
    r#""targets":["ABCD01",""]},"signature":""}],"publicKey":"302a"}"#,
);

fn chain() -> DelegationChain<'static> {
    let targets = vec![
        Principal::from_text("em77e-bvlzu-aq").unwrap(),
        Principal::MANAGEMENT,
    ];
    let first = Delegation::new(
        &[0x0a, 0x0b],
        Timestamp::from_nanos(1_700_000_000_000_000_000),
    );
    let second = Delegation::new(&[0x0c], Timestamp::from_nanos(0)).with_targets(targets);
    let links = vec![
        SignedDelegation::new(first, &[0xff]),
        SignedDelegation::new(second, b""),
    ];
    DelegationChain::new(&[0x30, 0x2a], links)
}

fn spec(json: &str) -> Result<DelegationChain<'_>, ParseChainJsonError> {
    DelegationChain::parse_json(json.as_bytes(), Policy::SPEC)
}

fn replica(json: &str) -> Result<DelegationChain<'_>, ParseChainJsonError> {
    DelegationChain::parse_json(json.as_bytes(), Policy::REPLICA)
}

/// A chain of one link to the key 0c, with more members in its delegation.
fn with(members: &str) -> String {
    format!(
        r#"{{"delegations":[{{"delegation":{{"expiration":"7","pubkey":"0c"{members}}},"signature":""}}],"publicKey":""}}"#
    )
}

fn one(delegation: Delegation<'static>) -> DelegationChain<'static> {
    DelegationChain::new(b"", vec![SignedDelegation::new(delegation, b"")])
}

fn plain() -> Delegation<'static> {
    Delegation::new(&[0x0c], Timestamp::from_nanos(7))
}

/// Where the first of the members of [`with`] starts.
const START: usize = r#"{"delegations":[{"delegation":{"expiration":"7","pubkey":"0c""#.len();

#[test]
fn reads_and_writes_what_agents_exchange() {
    assert_eq!(spec(JSON), Ok(chain()));
    assert_eq!(chain().to_json(), JSON);
    assert_eq!(spec(JSON).unwrap().to_json(), JSON);
    assert_eq!(spec(JSON).unwrap().into_owned(), chain());
    let empty = r#"{"delegations":[],"publicKey":"00"}"#;
    assert_eq!(spec(empty), Ok(DelegationChain::new(&[0], vec![])));
    assert_eq!(spec(empty).unwrap().to_json(), empty);
}

#[test]
fn hashes_are_those_of_the_other_forms() {
    let parsed = spec(JSON).unwrap();
    let links = parsed.encode_links();
    let decoded = DelegationChain::parse(parsed.root_key(), &links, Policy::SPEC).unwrap();
    for (json, cbor) in parsed.links().iter().zip(decoded.links()) {
        assert_eq!(json.delegation().hash(), cbor.delegation().hash());
        assert_eq!(json, cbor);
    }
}

#[test]
fn space_order_case_and_escapes_do_not_matter() {
    let json = r#" { "publicKey" : "" , "delegations" : [ { "signature" : "" , "\u0064elegation" :
        { "targets" : [ "aB\u0063d01" , "" ] , "pubkey" : "0C" , "expiration" : "007" } } ] } "#;
    let targets = vec![
        Principal::from_text("em77e-bvlzu-aq").unwrap(),
        Principal::MANAGEMENT,
    ];
    assert_eq!(spec(json), Ok(one(plain().with_targets(targets))));
}

#[test]
// spec: PERM-5, PERM-7
fn permissions_are_kept_where_they_are_given() {
    for (name, permissions) in [("all", Permissions::All), ("queries", Permissions::Queries)] {
        let json = with(&format!(r#","permissions":"{name}""#));
        let expected = one(plain().with_permissions(permissions));
        assert_eq!(spec(&json), Ok(expected.clone()));
        assert_eq!(expected.to_json(), json);
    }
    for name in ["", "Queries", "none", "queries "] {
        let json = with(&format!(r#","permissions":"{name}""#));
        let position = START + r#","permissions":"#.len();
        let error = ParseChainJsonError::UnknownPermissions { position };
        assert_eq!(spec(&json), Err(error));
        assert_eq!(replica(&json), Err(error));
    }
}

#[test]
fn every_required_member_must_be_there() {
    let link = |members: &str| format!(r#"{{"delegations":[{{{members}}}],"publicKey":""}}"#);
    for (json, name) in [
        (r#"{"delegations":[]}"#.to_owned(), "publicKey"),
        (r#"{"publicKey":""}"#.to_owned(), "delegations"),
        (link(r#""signature":"""#), "delegation"),
        (
            link(r#""delegation":{"expiration":"7","pubkey":""}"#),
            "signature",
        ),
        (link(r#""delegation":{"expiration":"7"}"#), "pubkey"),
        (link(r#""delegation":{"pubkey":""}"#), "expiration"),
    ] {
        let error = ParseChainJsonError::MissingMember { name };
        assert_eq!(spec(&json), Err(error));
        assert_eq!(replica(&json), Err(error));
    }
}

#[test]
fn no_member_comes_twice() {
    let json = with(r#","pubkey":"0c""#);
    let error = ReadError {
        position: START + 1,
        reason: Reason::DuplicateName,
    };
    assert_eq!(replica(&json), Err(ParseChainJsonError::Read(error)));
}

#[test]
fn unknown_members_are_for_the_policy() {
    let json = with(r#","senders":[{}]"#);
    let position = START + r#","senders":"#.len();
    assert_eq!(
        spec(&json),
        Err(ParseChainJsonError::UnknownMember { position })
    );
    assert_eq!(replica(&json), Ok(one(plain())));
    for json in [
        r#"{"delegations":[],"publicKey":"","more":1}"#,
        r#"{"delegations":[],"more":null,"publicKey":""}"#,
    ] {
        assert!(spec(json).is_err());
        assert_eq!(replica(json), Ok(DelegationChain::new(b"", vec![])));
    }
}

#[test]
fn null_for_an_optional_member_is_for_the_policy() {
    for name in ["targets", "permissions"] {
        let json = with(&format!(r#","{name}":null"#));
        let found = b'n';
        let expected = match name {
            "targets" => Expected::Array,
            _ => Expected::Text,
        };
        let error = ReadError {
            position: START + name.len() + 4,
            reason: Reason::Unexpected { found, expected },
        };
        assert_eq!(spec(&json), Err(ParseChainJsonError::Read(error)));
        assert_eq!(replica(&json), Ok(one(plain())));
    }
}

#[test]
// spec: DELEG-8
fn expirations_are_hexadecimal_numbers_below_two_to_the_64() {
    let json = |text: &str| with("").replace(r#""7""#, &format!("\"{text}\""));
    for (text, nanos) in [
        ("0", 0),
        ("10", 16),
        ("fFffffffffffffff", u64::MAX),
        ("00ffffffffffffffff", u64::MAX),
    ] {
        let delegation = Delegation::new(&[0x0c], Timestamp::from_nanos(nanos));
        assert_eq!(spec(&json(text)), Ok(one(delegation)));
    }
    let position = r#"{"delegations":[{"delegation":{"expiration":"#.len();
    for text in ["", "-1", "0x7", "1g", " 1", "10000000000000000"] {
        assert_eq!(
            spec(&json(text)),
            Err(ParseChainJsonError::InvalidExpiration { position })
        );
    }
    let number = with("").replace(r#""7""#, "7");
    let error = ReadError {
        position,
        reason: Reason::Unexpected {
            found: b'7',
            expected: Expected::Text,
        },
    };
    assert_eq!(spec(&number), Err(ParseChainJsonError::Read(error)));
}

#[test]
fn bytes_are_pairs_of_hexadecimal_digits() {
    for text in ["0", "0x00", "0g", "MIIB", " 00"] {
        let position = r#"{"delegations":[],"publicKey":"#.len();
        let json = format!(r#"{{"delegations":[],"publicKey":"{text}"}}"#);
        let error = ParseChainJsonError::InvalidHex { position };
        assert_eq!(spec(&json), Err(error));
        let json = with(&format!(r#","targets":["{text}"]"#));
        let position = START + r#","targets":["#.len();
        let error = ParseChainJsonError::InvalidHex { position };
        assert_eq!(spec(&json), Err(error));
    }
}

#[test]
// spec: DELEG-15
fn accepts_targets_of_29_bytes_and_rejects_30() {
    let json = |length| with(&format!(r#","targets":["{}"]"#, "04".repeat(length)));
    let targets = vec![Principal::from_slice(&[4; 29]).unwrap()];
    assert_eq!(spec(&json(29)), Ok(one(plain().with_targets(targets))));
    let error = ParseChainJsonError::TargetTooLong {
        position: START + r#","targets":["#.len(),
        length: 30,
    };
    assert_eq!(spec(&json(30)), Err(error));
}

#[test]
fn no_prefix_and_no_extension_is_a_chain() {
    for length in 0..JSON.len() {
        assert!(spec(&JSON[..length]).is_err(), "{length}");
    }
    let error = ReadError {
        position: JSON.len(),
        reason: Reason::TrailingData,
    };
    let longer = format!("{JSON}0");
    assert_eq!(spec(&longer), Err(ParseChainJsonError::Read(error)));
}
