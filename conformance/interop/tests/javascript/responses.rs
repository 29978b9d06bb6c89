//! Responses to a query of the peer.

use std::error::Error;

use icid_interop::canister;
use icid_interop::signers;
use icid_interop::signers::Scheme;
use principal::Principal;
use request::CanisterRequest;
use request::Content;
use request::query_response::NodesRules;
use request::query_response::QueryResponse;
use request::query_response::RESPONSE_SEPARATOR;
use request::query_response::Reply;
use request::query_response::ResponseRules;
use request::query_response::SignatureLimit;
use request::query_response::SubnetNodes;
use signature::VerifySignature;
use time::Lifetime;
use time::Timestamp;

use crate::ours::ED25519;
use crate::ours::NOW;
use crate::ours::canister_id;

/// Returns the query of the JavaScript agent: the expiry is five minutes from now, in whole minutes.
pub(crate) fn greeting() -> Content<'static> {
    let sender = signers::public_key(&*signers::identity(Scheme::Ed25519, ED25519));
    let sender = Principal::self_authenticating(&sender);
    let minutes = NOW.saturating_add(Lifetime::from_secs(300)).as_nanos() / 60_000_000_000;
    let expiry = Timestamp::from_nanos(minutes * 60_000_000_000);
    let arg = b"DIDL\0\0";
    Content::Query(CanisterRequest::new(
        sender,
        canister_id(),
        "greet",
        arg,
        expiry,
    ))
}

/// A response to [`greeting`], and what becomes of it.
pub(crate) struct ResponseCase {
    pub(crate) name: &'static str,
    pub(crate) response: Vec<u8>,
    pub(crate) fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fate {
    Bad,
    Good,
    /// We refuse it, the agent does not.
    Stricter,
}

/// The secret keys of the nodes of the subnet, and of one that is none.
pub(crate) const NODES: [u8; 2] = [21, 22];
pub(crate) const NO_NODE: u8 = 23;

pub(crate) fn node_id(node: u8) -> Principal {
    Principal::self_authenticating(&signers::public_key(&*signers::identity(
        Scheme::Ed25519,
        node,
    )))
}

/// Returns the certificate that shows the nodes.
pub(crate) fn node_certificate() -> Vec<u8> {
    let subnet = testkit::Subnet::example();
    let keys = NODES.map(|node| signers::public_key(&*signers::identity(Scheme::Ed25519, node)));
    let ids = NODES.map(node_id);
    let paths = [0, 1].map(|index| {
        let id = ids[index].as_bytes();
        [&b"subnet"[..], &subnet.id, b"node", id, b"public_key"]
    });
    let state = testkit::Tree::state(&[(&paths[0], &keys[0]), (&paths[1], &keys[1])]);
    subnet.certify(&canister::root(), &state)
}

pub(crate) fn responses() -> Vec<ResponseCase> {
    let replied = Reply::Replied { arg: b"hello" };
    let rejected = |error_code| Reply::Rejected {
        code: 4,
        message: "no grüße",
        error_code,
    };
    let old = Timestamp::from_nanos(NOW.as_nanos() - 300_000_000_001);
    let id = greeting().request_id();
    let other_id = request::RequestId::from_bytes([7; 32]);
    let [first, second] = NODES;
    let sign = |reply: Reply<'_>, signed: &[(u8, Timestamp, request::RequestId)]| {
        let signatures = signed.iter().map(|(node, time, id)| {
            let payload = [&RESPONSE_SEPARATOR[..], &reply.hash(id, *time)].concat();
            let node_key = signers::identity(Scheme::Ed25519, *node);
            (*node, *time, signers::sign(&*node_key, &payload).unwrap())
        });
        response(reply, &signatures.collect::<Vec<_>>())
    };
    let mut flipped = sign(replied, &[(first, NOW, id)]);
    let at = flipped
        .windows(5)
        .position(|window| window == b"hello")
        .unwrap();
    flipped[at] ^= 1;
    let later = NOW.saturating_add(Lifetime::from_secs(200));
    [
        ("replied", Fate::Good, sign(replied, &[(first, NOW, id)])),
        (
            "rejected",
            Fate::Good,
            sign(rejected(None), &[(second, NOW, id)]),
        ),
        (
            "rejected with a code",
            Fate::Good,
            sign(rejected(Some("IC0406")), &[(first, NOW, id)]),
        ),
        (
            "two nodes",
            Fate::Good,
            sign(replied, &[(first, NOW, id), (second, NOW, id)]),
        ),
        (
            "a time to come",
            Fate::Good,
            sign(replied, &[(first, later, id)]),
        ),
        ("another reply", Fate::Bad, flipped),
        (
            "another request",
            Fate::Bad,
            sign(replied, &[(first, NOW, other_id)]),
        ),
        ("no node", Fate::Bad, sign(replied, &[(NO_NODE, NOW, id)])),
        ("no signature", Fate::Bad, sign(replied, &[])),
        (
            "the second is another's",
            Fate::Bad,
            sign(replied, &[(first, NOW, id), (second, NOW, other_id)]),
        ),
        (
            "more signatures than nodes",
            Fate::Bad,
            sign(replied, &[(first, NOW, id); 3]),
        ),
        ("too old", Fate::Bad, sign(replied, &[(first, old, id)])),
        (
            "only the second is too old",
            Fate::Stricter,
            sign(replied, &[(first, NOW, id), (second, old, id)]),
        ),
    ]
    .into_iter()
    .map(|(name, fate, response)| ResponseCase {
        name,
        response,
        fate,
    })
    .collect()
}

pub(crate) fn response(reply: Reply<'_>, signatures: &[(u8, Timestamp, Vec<u8>)]) -> Vec<u8> {
    let mut writer = cbor::Writer::new();
    writer.self_described_tag();
    match reply {
        Reply::Replied { arg } => {
            writer.map(3).text("status").text("replied");
            writer.text("reply").map(1).text("arg").bytes(arg);
        }
        Reply::Rejected {
            code,
            message,
            error_code,
        } => {
            writer.map(if error_code.is_some() { 5 } else { 4 });
            writer.text("status").text("rejected");
            writer.text("reject_code").unsigned(code);
            writer.text("reject_message").text(message);
            if let Some(error_code) = error_code {
                writer.text("error_code").text(error_code);
            }
        }
    }
    writer.text("signatures").array(signatures.len() as u64);
    for (node, time, signature) in signatures {
        writer.map(3).text("timestamp").unsigned(time.as_nanos());
        writer.text("signature").bytes(signature);
        writer.text("identity").bytes(node_id(*node).as_bytes());
    }
    writer.into_bytes()
}

pub(crate) fn our_verdict_on_response<'a>(
    case: &'a ResponseCase,
    provider: &dyn VerifySignature,
) -> Result<Reply<'a>, Box<dyn Error>> {
    let certificate = node_certificate();
    let certificate = certificate::Certificate::parse(&certificate, certificate::Policy::SPEC)?;
    let rules = NodesRules {
        root_key: canister::root_key(),
        root_subnet_id: Principal::MANAGEMENT,
        destination: request::destination::Destination::Canister(canister_id()),
        ranges: certificate::Ranges::Either,
        tag: cbor::TagRule::Required,
        freshness: None,
    };
    let nodes = SubnetNodes::verify(&certificate, &rules, provider, None)?;
    let rules = ResponseRules {
        now: NOW,
        max_age: Lifetime::from_secs(300),
        max_skew: Lifetime::from_secs(300),
        max_signatures: SignatureLimit::Nodes,
    };
    let response = QueryResponse::parse(&case.response, cbor::Policy::SPEC)?;
    let verified = response.verify(&greeting().request_id(), &nodes, &rules, provider)?;
    Ok(verified.reply())
}
