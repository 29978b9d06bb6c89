//! The questions about responses to queries.

use ed25519_dalek::{Signer as _, SigningKey};
use icid::public_key::Ed25519PublicKey;
use icid::request::query_response::{RESPONSE_SEPARATOR, Reply, VerifyQueryResponseError};
use icid::{
    BlsPublicKey, Destination, Lifetime, Principal, QUERY_MAX_AGE, RequestId, Timestamp,
    VerifyBytesError, verify_query_response, verify_subnet_nodes,
};
use testkit::{SecretKey, Subnet, Tree, cbor};

const NOW: Timestamp = Timestamp::from_nanos(1_700_000_000_000_000_000);
const NODE: &[u8] = b"a node";
const REPLY: Reply<'_> = Reply::Replied { arg: b"DIDL\0\0" };

fn node() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

/// What the subnet says about its only node.
fn certificate(root: &SecretKey) -> Vec<u8> {
    let subnet = Subnet::example();
    let key = Ed25519PublicKey::from_bytes(node().verifying_key().to_bytes()).to_der();
    let path: [&[u8]; 5] = [b"subnet", &subnet.id, b"node", NODE, b"public_key"];
    subnet.certify(root, &Tree::state(&[(&path, &key)]))
}

/// What the node answers.
fn response(request_id: &RequestId) -> Vec<u8> {
    let payload = [&RESPONSE_SEPARATOR[..], &REPLY.hash(request_id, NOW)].concat();
    let nanos = [&[0x1b][..], &NOW.as_nanos().to_be_bytes()].concat();
    let signature = cbor::map(&[
        ("timestamp", nanos),
        ("signature", cbor::bytes(&node().sign(&payload).to_bytes())),
        ("identity", cbor::bytes(NODE)),
    ]);
    cbor::tagged(&cbor::map(&[
        ("status", cbor::text("replied")),
        ("reply", cbor::map(&[("arg", cbor::bytes(b"DIDL\0\0"))])),
        ("signatures", cbor::array(&[signature])),
    ]))
}

#[test]
fn a_node_of_the_subnet_answers_this_query_in_time() {
    let root = SecretKey::from_name("root");
    let certificate = certificate(&root);
    let canister = Principal::from_slice(&Subnet::CANISTER).unwrap();
    let nodes = |canister| {
        let root_key = BlsPublicKey::from_bytes(root.public_key());
        let destination = Destination::Canister(canister);
        verify_subnet_nodes(
            &certificate,
            destination,
            None,
            root_key,
            root_key.principal(),
        )
    };
    assert!(matches!(
        nodes(Principal::MANAGEMENT),
        Err(VerifyBytesError::Verify(_))
    ));

    let nodes = nodes(canister).unwrap();
    let id = RequestId::from_bytes([7; 32]);
    let response = response(&id);
    let verify = |id, now| verify_query_response(&response, id, &nodes, now).map(|_| ());
    let last = NOW.saturating_add(QUERY_MAX_AGE);
    assert_eq!(verify(&id, NOW), Ok(()));
    assert_eq!(verify(&id, last), Ok(()));
    let late = last.saturating_add(Lifetime::from_nanos(1));
    assert!(matches!(
        verify(&id, late),
        Err(VerifyBytesError::Verify(
            VerifyQueryResponseError::TooOld { .. }
        ))
    ));
    let error = VerifyQueryResponseError::InvalidSignature { index: 0 };
    assert_eq!(
        verify(&RequestId::from_bytes([8; 32]), NOW),
        Err(VerifyBytesError::Verify(error))
    );
}
