//! A subnet with nodes that answer.

use certificate::{Certificate, Freshness, Ranges};
use ed25519_dalek::{Signer as _, SigningKey};
use icid_request::RequestId;
use icid_request::destination::Destination;
use icid_request::query_response::{
    NodesRules, RESPONSE_SEPARATOR, Reply, ResponseRules, SignatureLimit, SubnetNodes,
    VerifyNodesError,
};
use principal::Principal;
use provider_native::NativeProvider;
use public_key::BlsPublicKey;
use testkit::{SecretKey, Subnet, TIME, Tree, cbor};
use time::{Lifetime, Timestamp};

pub(crate) const REQUEST_ID: RequestId = RequestId::from_bytes([0x5a; 32]);
pub(crate) const REPLY: Reply<'static> = Reply::Replied { arg: b"DIDL\0\0" };
pub(crate) const REJECT: Reply<'static> = Reply::Rejected {
    code: 5,
    message: "canister trapped",
    error_code: Some("IC0502"),
};
/// The id of a subnet that is not [`Subnet::example`].
pub(crate) const OTHER_SUBNET: &[u8] = b"another subnet";

pub(crate) fn root() -> SecretKey {
    SecretKey::from_name("root")
}

/// The root subnet's id, which here is not derived from its key.
pub(crate) fn root_id() -> Principal {
    Principal::from_slice(b"the root subnet").unwrap()
}

pub(crate) fn subnet_id() -> Principal {
    Principal::from_slice(&Subnet::example().id).unwrap()
}

pub(crate) fn canister() -> Principal {
    Principal::from_slice(&Subnet::CANISTER).unwrap()
}

pub(crate) fn node_key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

pub(crate) fn node_id(number: u8) -> Principal {
    Principal::from_slice(&[number; 29]).unwrap()
}

pub(crate) fn node_der(number: u8) -> Vec<u8> {
    let head = [
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0,
    ];
    [&head[..], node_key(number).verifying_key().as_bytes()].concat()
}

/// A state tree with nodes of a subnet, and these values besides.
pub(crate) fn state(subnet: &[u8], nodes: &[u8], more: &[(&[&[u8]], &[u8])]) -> Tree {
    let keys: Vec<(Principal, Vec<u8>)> = nodes
        .iter()
        .map(|number| (node_id(*number), node_der(*number)))
        .collect();
    let paths: Vec<[&[u8]; 5]> = keys
        .iter()
        .map(|(id, _)| [b"subnet", subnet, b"node", id.as_bytes(), b"public_key"])
        .collect();
    let mut values: Vec<(&[&[u8]], &[u8])> = paths
        .iter()
        .zip(&keys)
        .map(|(path, (_, der))| (&path[..], &der[..]))
        .collect();
    values.extend(more);
    Tree::state(&values)
}

/// The certificate of the subnet with nodes 1, 2 and 3, and of another subnet with node 9.
pub(crate) fn certificate_bytes() -> Vec<u8> {
    let id = node_id(9);
    let path: [&[u8]; 5] = [
        b"subnet",
        OTHER_SUBNET,
        b"node",
        id.as_bytes(),
        b"public_key",
    ];
    let tree = state(&Subnet::example().id, &[1, 2, 3], &[(&path, &node_der(9))]);
    Subnet::example().certify(&root(), &tree)
}

pub(crate) fn nodes_rules(destination: Destination) -> NodesRules {
    NodesRules {
        root_key: BlsPublicKey::from_der(&root().der()).unwrap(),
        root_subnet_id: root_id(),
        destination,
        ranges: Ranges::Sharded,
        tag: ::cbor::TagRule::Required,
        freshness: None,
    }
}

pub(crate) fn freshness(now: u64, max_age: u64) -> Freshness {
    Freshness {
        now: Timestamp::from_nanos(now),
        max_age: Lifetime::from_nanos(max_age),
        max_skew: Lifetime::ZERO,
        max_delegation_age: None,
    }
}

pub(crate) fn verify_nodes<'a>(
    bytes: &'a [u8],
    rules: &NodesRules,
) -> Result<SubnetNodes<'a>, VerifyNodesError> {
    let certificate = Certificate::parse(bytes, ::cbor::Policy::SPEC).unwrap();
    SubnetNodes::verify(&certificate, rules, &NativeProvider::new(), None)
}

pub(crate) fn rules() -> ResponseRules {
    ResponseRules {
        now: Timestamp::from_nanos(TIME),
        max_age: Lifetime::from_secs(300),
        max_skew: Lifetime::from_secs(30),
        max_signatures: SignatureLimit::Unlimited,
    }
}

/// A signature of a node at a time.
pub(crate) fn sign(number: u8, reply: &Reply<'_>, time: u64) -> Vec<u8> {
    let hash = reply.hash(&REQUEST_ID, Timestamp::from_nanos(time));
    let payload = [&RESPONSE_SEPARATOR[..], &hash].concat();
    node_key(number).sign(&payload).to_bytes().to_vec()
}

/// The encoding of a time, which has eight bytes.
pub(crate) fn nanos(time: u64) -> Vec<u8> {
    [&[0x1b][..], &time.to_be_bytes()].concat()
}

pub(crate) fn entry(number: u8, time: u64, signature: &[u8]) -> Vec<u8> {
    cbor::map(&[
        ("timestamp", nanos(time)),
        ("signature", cbor::bytes(signature)),
        ("identity", cbor::bytes(node_id(number).as_bytes())),
    ])
}

pub(crate) fn signed_entry(number: u8, reply: &Reply<'_>, time: u64) -> Vec<u8> {
    entry(number, time, &sign(number, reply, time))
}

pub(crate) fn fields(reply: &Reply<'_>) -> Vec<(&'static str, Vec<u8>)> {
    match reply {
        Reply::Replied { arg } => vec![
            ("status", cbor::text("replied")),
            ("reply", cbor::map(&[("arg", cbor::bytes(arg))])),
        ],
        Reply::Rejected {
            code,
            message,
            error_code,
        } => {
            let mut fields = vec![
                ("status", cbor::text("rejected")),
                (
                    "reject_code",
                    cbor::head(0, usize::try_from(*code).unwrap()),
                ),
                ("reject_message", cbor::text(message)),
            ];
            if let Some(error_code) = error_code {
                fields.push(("error_code", cbor::text(error_code)));
            }
            fields
        }
    }
}

pub(crate) fn response(reply: &Reply<'_>, entries: &[Vec<u8>]) -> Vec<u8> {
    let mut fields = fields(reply);
    fields.push(("signatures", cbor::array(entries)));
    cbor::tagged(&cbor::map(&fields))
}
