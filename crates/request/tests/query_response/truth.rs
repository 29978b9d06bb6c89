//! The signatures on responses.

use cbor::Policy;
use certificate::ReadStateError;
use icid_request::RequestId;
use icid_request::destination::Destination;
use icid_request::query_response::{
    MAX_SIGNATURES, QueryResponse, Reply, ResponseRules, SignatureLimit, SubnetNodes,
    VerifiedQueryResponse, VerifyQueryResponseError,
};
use provider_native::NativeProvider;
use provider_rustcrypto::RustCryptoProvider;
use signature::{Claim, InvalidAt, InvalidKey, InvalidSignature, VerifySignature};
use testkit::{Subnet, TIME};
use time::{Lifetime, Timestamp};

use crate::network::{
    REJECT, REPLY, REQUEST_ID, canister, certificate_bytes, entry, node_id, nodes_rules, response,
    root, rules, sign, signed_entry, state, subnet_id, verify_nodes,
};

fn verify_with<'a>(
    bytes: &'a [u8],
    certificate: &[u8],
    request_id: &RequestId,
    rules: &ResponseRules,
    provider: &dyn VerifySignature,
) -> Result<VerifiedQueryResponse<'a>, VerifyQueryResponseError> {
    let nodes_rules = nodes_rules(Destination::Canister(canister()));
    let nodes: SubnetNodes<'_> = verify_nodes(certificate, &nodes_rules).unwrap();
    let response = QueryResponse::parse(bytes, Policy::SPEC).unwrap();
    response.verify(request_id, &nodes, rules, provider)
}

fn verify<'a>(
    bytes: &'a [u8],
    rules: &ResponseRules,
) -> Result<VerifiedQueryResponse<'a>, VerifyQueryResponseError> {
    let provider = NativeProvider::new();
    verify_with(bytes, &certificate_bytes(), &REQUEST_ID, rules, &provider)
}

fn error(bytes: &[u8]) -> VerifyQueryResponseError {
    verify(bytes, &rules()).map(|_| ()).unwrap_err()
}

const fn invalid(index: usize) -> VerifyQueryResponseError {
    VerifyQueryResponseError::InvalidSignature { index }
}

#[test]
// spec: QUERY-SIG-3, QUERY-SIG-4, QUERY-SIG-15
fn a_node_of_the_subnet_signs() {
    let no_error_code = Reply::Rejected {
        code: 4,
        message: "no",
        error_code: None,
    };
    for reply in [REPLY, REJECT, no_error_code] {
        for nodes in [&[1][..], &[1, 2], &[3, 1, 2], &[1, 1]] {
            let entries: Vec<Vec<u8>> = nodes
                .iter()
                .map(|number| signed_entry(*number, &reply, TIME))
                .collect();
            let bytes = response(&reply, &entries);
            let providers: [&dyn VerifySignature; 2] =
                [&NativeProvider::new(), &RustCryptoProvider::new()];
            for provider in providers {
                let certificate = certificate_bytes();
                let verified =
                    verify_with(&bytes, &certificate, &REQUEST_ID, &rules(), provider).unwrap();
                assert_eq!(verified.reply(), reply);
                assert_eq!(verified.request_id(), REQUEST_ID);
                assert_eq!(verified.subnet_id(), subnet_id());
                let signers = verified.signatures().map(|signature| signature.identity);
                assert!(signers.eq(nodes.iter().map(|number| node_id(*number))));
            }
        }
    }
}

#[test]
// spec: QUERY-SIG-3
fn everything_is_signed() {
    let good = sign(1, &REPLY, TIME);
    let with = |reply: &Reply<'_>, time| response(reply, &[entry(1, time, &good)]);
    assert!(verify(&with(&REPLY, TIME), &rules()).is_ok());
    // Another reply, a rejection, another time, another node, another request.
    let other = Reply::Replied { arg: b"DIDL\0\x01" };
    assert_eq!(error(&with(&other, TIME)), invalid(0));
    assert_eq!(error(&with(&REJECT, TIME)), invalid(0));
    assert_eq!(error(&with(&REPLY, TIME + 1)), invalid(0));
    assert_eq!(
        error(&response(&REPLY, &[entry(2, TIME, &good)])),
        invalid(0)
    );
    let bytes = with(&REPLY, TIME);
    let id = RequestId::from_bytes([0x5b; 32]);
    let provider = NativeProvider::new();
    let result = verify_with(&bytes, &certificate_bytes(), &id, &rules(), &provider);
    assert_eq!(result.map(|_| ()), Err(invalid(0)));
}

#[test]
// spec: QUERY-SIG-4
fn each_part_of_a_rejection_is_signed() {
    let good = sign(1, &REJECT, TIME);
    let with = |code, message, error_code| {
        let reply = Reply::Rejected {
            code,
            message,
            error_code,
        };
        response(&reply, &[entry(1, TIME, &good)])
    };
    let (code, message, error_code) = (5, "canister trapped", Some("IC0502"));
    assert!(verify(&with(code, message, error_code), &rules()).is_ok());
    assert_eq!(error(&with(4, message, error_code)), invalid(0));
    assert_eq!(
        error(&with(code, "canister trappeD", error_code)),
        invalid(0)
    );
    assert_eq!(error(&with(code, message, Some("IC0503"))), invalid(0));
    assert_eq!(error(&with(code, message, None)), invalid(0));
    // An absent error code is not an empty one.
    let reply = |error_code| Reply::Rejected {
        code,
        message,
        error_code,
    };
    let absent = sign(1, &reply(None), TIME);
    let bytes = response(&reply(Some("")), &[entry(1, TIME, &absent)]);
    assert_eq!(error(&bytes), invalid(0));
}

#[test]
// spec: QUERY-SIG-5
fn all_signatures_are_valid() {
    let good = |number| signed_entry(number, &REPLY, TIME);
    for length in [0, 63, 65] {
        let bytes = response(&REPLY, &[good(1), entry(2, TIME, &vec![1; length])]);
        assert_eq!(error(&bytes), invalid(1), "{length}");
    }
    for bad in 0..3_usize {
        let mut entries = vec![good(1), good(2), good(3)];
        let other = Reply::Replied { arg: b"" };
        entries[bad] = signed_entry(1, &other, TIME);
        assert_eq!(error(&response(&REPLY, &entries)), invalid(bad));
    }
}

#[test]
// spec: QUERY-SIG-6
fn keys_are_those_that_the_certificate_shows() {
    let node = node_id(9);
    // Of another subnet, although the certificate shows it.
    let bytes = response(&REPLY, &[signed_entry(9, &REPLY, TIME)]);
    let missing = |index| VerifyQueryResponseError::MissingNodeKey { index, node };
    assert_eq!(error(&bytes), missing(0));
    let entries = [signed_entry(1, &REPLY, TIME), signed_entry(9, &REPLY, TIME)];
    assert_eq!(error(&response(&REPLY, &entries)), missing(1));
    // Pruned.
    let subnet = Subnet::example();
    let node = node_id(1);
    let path: [&[u8]; 4] = [b"subnet", &subnet.id, b"node", node.as_bytes()];
    let tree = state(&subnet.id, &[1, 2], &[]).without(&path);
    let certificate = subnet.certify(&root(), &tree);
    let bytes = response(&REPLY, &[signed_entry(1, &REPLY, TIME)]);
    let provider = NativeProvider::new();
    let result = verify_with(&bytes, &certificate, &REQUEST_ID, &rules(), &provider);
    let missing = VerifyQueryResponseError::MissingNodeKey { index: 0, node };
    assert_eq!(result.map(|_| ()), Err(missing));
}

#[test]
// spec: QUERY-SIG-11
fn keys_of_other_schemes_are_refused() {
    let subnet = Subnet::example();
    let node = node_id(1);
    let path: [&[u8]; 5] = [
        b"subnet",
        &subnet.id,
        b"node",
        node.as_bytes(),
        b"public_key",
    ];
    let mut truncated = crate::network::node_der(1);
    truncated.pop();
    for key in [root().der(), truncated, vec![0; 44], Vec::new()] {
        let tree = state(&subnet.id, &[2], &[(&path, &key)]);
        let certificate = subnet.certify(&root(), &tree);
        let bytes = response(&REPLY, &[signed_entry(1, &REPLY, TIME)]);
        let provider = NativeProvider::new();
        let result = verify_with(&bytes, &certificate, &REQUEST_ID, &rules(), &provider);
        let length = key.len();
        let malformed = ReadStateError::MalformedNodeKey { length };
        let expected = VerifyQueryResponseError::NodeKeys(malformed);
        assert_eq!(result.map(|_| ()), Err(expected));
        // The other node is not affected.
        let bytes = response(&REPLY, &[signed_entry(2, &REPLY, TIME)]);
        let result = verify_with(&bytes, &certificate, &REQUEST_ID, &rules(), &provider);
        assert!(result.is_ok());
    }
}

#[test]
// spec: QUERY-SIG-12
fn signatures_are_recent() {
    let now = Timestamp::from_nanos(TIME);
    let with = |time| {
        response(
            &REPLY,
            &[signed_entry(1, &REPLY, TIME), signed_entry(2, &REPLY, time)],
        )
    };
    let (max_age, max_skew) = (Lifetime::from_nanos(300), Lifetime::from_nanos(30));
    let rules = ResponseRules {
        now,
        max_age,
        max_skew,
        ..rules()
    };
    assert!(verify(&with(TIME - 300), &rules).is_ok());
    assert!(verify(&with(TIME + 30), &rules).is_ok());
    let timestamp = Timestamp::from_nanos(TIME - 301);
    let too_old = VerifyQueryResponseError::TooOld {
        index: 1,
        timestamp,
        now,
        max_age,
    };
    assert_eq!(verify(&with(TIME - 301), &rules).map(|_| ()), Err(too_old));
    let timestamp = Timestamp::from_nanos(TIME + 31);
    let too_new = VerifyQueryResponseError::TooNew {
        index: 1,
        timestamp,
        now,
        max_skew,
    };
    assert_eq!(verify(&with(TIME + 31), &rules).map(|_| ()), Err(too_new));
}

#[test]
fn how_many_signatures_there_may_be_is_a_policy() {
    let with = |count: usize| response(&REPLY, &vec![signed_entry(1, &REPLY, TIME); count]);
    let nodes = ResponseRules {
        max_signatures: SignatureLimit::Nodes,
        ..rules()
    };
    assert!(verify(&with(3), &nodes).is_ok());
    let too_many = |count, limit| VerifyQueryResponseError::TooManySignatures { count, limit };
    assert_eq!(verify(&with(4), &nodes).map(|_| ()), Err(too_many(4, 3)));
    assert!(verify(&with(4), &rules()).is_ok());
    assert!(verify(&with(MAX_SIGNATURES), &rules()).is_ok());
    let count = MAX_SIGNATURES + 1;
    assert_eq!(error(&with(count)), too_many(count, MAX_SIGNATURES));
}

/// Is asked nothing.
struct Silent;

impl VerifySignature for Silent {
    fn verify(&self, _: Claim<'_>) -> Result<(), InvalidSignature> {
        panic!("a signature was checked before what is cheap")
    }

    fn verify_all(&self, _: &[Claim<'_>]) -> Result<(), InvalidAt> {
        panic!("a signature was checked before what is cheap")
    }

    fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
        panic!("a key was checked before what is cheap")
    }
}

#[test]
fn what_is_cheap_comes_first() {
    let forged = entry(1, TIME, &[0; 64]);
    let old = entry(1, 0, &[0; 64]);
    let stranger = entry(9, TIME, &[0; 64]);
    for entries in [
        vec![forged.clone(), old],
        vec![forged.clone(), stranger],
        vec![forged; MAX_SIGNATURES + 1],
    ] {
        let bytes = response(&REPLY, &entries);
        let result = verify_with(&bytes, &certificate_bytes(), &REQUEST_ID, &rules(), &Silent);
        assert!(result.is_err());
    }
}
