//! Signatures of nodes: `query_sig.verify`.

mod hash;
mod nodes;
mod request_ids;
mod shape;
mod subnets;
mod times;

use model::cbor::Item;
use model::hashtree::Tree;
use model::input::hex;
use serde_json::{Value, json};

use crate::certificate::fixture::{
    FIVE_MINUTES, ROOT, SUBNET, TIME, Topology, delegated, dir, for_member, leaf, leb128,
};
use crate::signer::Signer;
use crate::{FileBuilder, Suite};

const OP: &str = "query_sig.verify";

/// Adds the vectors.
pub(crate) fn generate(suite: &mut Suite) {
    shape::signatures(suite);
    shape::responses(suite);
    hash::replied(suite);
    hash::rejected(suite);
    nodes::several(suite);
    nodes::keys(suite);
    subnets::root(suite);
    subnets::delegated_subnets(suite);
    subnets::certificates(suite);
    times::times(suite);
    request_ids::request_ids(suite);
}

/// A node: its id, and the key that signs for it.
#[derive(Clone)]
struct Node {
    id: Vec<u8>,
    key: Signer,
}

impl Node {
    /// The node of the usual subnet with this number.
    fn new(number: u8) -> Self {
        Self {
            id: [vec![0x70 | number; 28], vec![2]].concat(),
            key: Signer::ed25519(&format!("ed25519/node-{number}")),
        }
    }

    /// What the state says about it.
    fn tree(&self) -> Tree {
        dir(&[(b"public_key", leaf(self.key.spki()))])
    }
}

/// The request that is answered.
fn request_id() -> Vec<u8> {
    model::crypto::sha256(b"query").to_vec()
}

/// What the canister answered.
#[derive(Clone)]
enum Answer {
    Replied(Vec<u8>),
    Rejected(u64, &'static str, Option<&'static str>),
}

/// A reply without values.
fn reply() -> Answer {
    Answer::Replied(b"DIDL\0\0".to_vec())
}

/// A rejection with an error code.
const fn rejection() -> Answer {
    Answer::Rejected(5, "canister trapped", Some("IC0503"))
}

impl Answer {
    /// The typed map that a node signs.
    fn map(&self, timestamp: u64, request_id: &[u8]) -> Vec<Value> {
        let mut map = match self {
            Self::Replied(arg) => vec![
                json!(["status", {"text": "replied"}]),
                json!(["reply", {"map": [["arg", {"blob": hex(arg)}]]}]),
            ],
            Self::Rejected(code, message, error_code) => {
                let mut map = vec![
                    json!(["status", {"text": "rejected"}]),
                    json!(["reject_code", {"nat": code.to_string()}]),
                    json!(["reject_message", {"text": message}]),
                ];
                map.extend(error_code.map(|text| json!(["error_code", {"text": text}])));
                map
            }
        };
        map.push(json!(["timestamp", {"nat": timestamp.to_string()}]));
        map.push(json!(["request_id", {"blob": hex(request_id)}]));
        map
    }

    /// The fields of the response apart from the signatures.
    fn fields(&self) -> Vec<(&'static str, Item)> {
        match self {
            Self::Replied(arg) => vec![
                ("status", Item::text("replied")),
                ("reply", Item::record(&[("arg", Item::bytes(arg))])),
            ],
            Self::Rejected(code, message, error_code) => {
                let mut fields = vec![
                    ("status", Item::text("rejected")),
                    ("reject_code", Item::Unsigned(*code)),
                    ("reject_message", Item::text(message)),
                ];
                fields.extend(error_code.map(|text| ("error_code", Item::text(text))));
                fields
            }
        }
    }
}

/// What stands before the hash of a response in what nodes sign.
const SEPARATOR: &[u8] = b"\x0bic-response";

/// The payload for a typed map.
fn payload(map: &[Value]) -> Vec<u8> {
    payload_with(SEPARATOR, map)
}

/// The payload for a typed map, after another separator.
fn payload_with(separator: &[u8], map: &[Value]) -> Vec<u8> {
    let output = model::run("hash_of_map", &json!({"value": {"map": map}}), None);
    let hash = match output {
        model::Outcome::Ok(output) => model::input::bytes(&output["hash"]).unwrap_or_default(),
        _ => Vec::new(),
    };
    [separator, &hash].concat()
}

/// One entry of the list of signatures.
fn entry(timestamp: u64, signature: &[u8], node: &[u8]) -> Item {
    Item::record(&[
        ("timestamp", Item::Unsigned(timestamp)),
        ("signature", Item::bytes(signature)),
        ("identity", Item::bytes(node)),
    ])
}

/// An entry with which `node` signs `answer` at `timestamp`.
fn signed_by(node: &Node, answer: &Answer, timestamp: u64) -> Item {
    let payload = payload(&answer.map(timestamp, &request_id()));
    entry(timestamp, &node.key.sign(&payload), &node.id)
}

/// An encoded response.
fn response(answer: &Answer, signatures: Vec<Item>) -> Vec<u8> {
    let mut fields = answer.fields();
    fields.push(("signatures", Item::Array(signatures)));
    Item::record(&fields).self_described().encode()
}

/// The usual response: the first node signs at the time of the certificate.
fn usual_response(answer: &Answer) -> Vec<u8> {
    response(answer, vec![signed_by(&Node::new(1), answer, TIME)])
}

/// What the state says about a subnet with these nodes.
fn subnet_of(nodes: &[Node]) -> Tree {
    let entries: Vec<_> = nodes
        .iter()
        .map(|node| (node.id.clone(), node.tree()))
        .collect();
    let entries: Vec<(&[u8], Tree)> = entries
        .iter()
        .map(|(id, tree)| (id.as_slice(), tree.clone()))
        .collect();
    dir(&[(b"node", dir(&entries))])
}

/// The two nodes of the usual subnet.
fn usual_nodes() -> [Node; 2] {
    [Node::new(1), Node::new(2)]
}

/// A state tree at `time` with these entries below `/subnet`.
fn state_with(subnets: &[(&[u8], Tree)], time: u64) -> Tree {
    dir(&[(b"subnet", dir(subnets)), (b"time", leaf(leb128(time)))])
}

/// The state that shows the usual nodes.
fn usual_state() -> Tree {
    state_with(&[(&SUBNET.id(), subnet_of(&usual_nodes()))], TIME)
}

/// The certificate that shows the usual nodes.
fn usual_certificate() -> Vec<u8> {
    delegated(&usual_state(), &Topology::sharded())
}

/// An input with the usual certificate.
fn ask(response: &[u8]) -> Value {
    ask_with(response, &usual_certificate())
}

/// An input for the usual canister, a second after the certificate.
fn ask_with(response: &[u8], certificate: &[u8]) -> Value {
    json!({
        "response": hex(response),
        "request_id": hex(&request_id()),
        "certificate": hex(certificate),
        "root_key": hex(&ROOT.der()),
        "root_subnet_id": hex(&ROOT.id()),
        "scope": for_member(),
        "now": TIME.to_string(),
        "max_age": FIVE_MINUTES.to_string(),
    })
}

/// The clauses that every accepted response is evidence for.
const CLAUSES: &[&str] = &[
    "QUERY-SIG-1",
    "QUERY-SIG-2",
    "QUERY-SIG-3",
    "QUERY-SIG-4",
    "QUERY-SIG-5",
    "QUERY-SIG-6",
    "QUERY-SIG-7",
    "QUERY-SIG-8",
    "QUERY-SIG-9",
    "QUERY-SIG-11",
    "QUERY-SIG-12",
    "QUERY-SIG-13",
    "QUERY-SIG-15",
];

fn signed_note(file: &mut FileBuilder<'_>) {
    file.note(
        "Signed",
        "AUTH_BYPASS",
        "A query is answered by one node; its signature is all that ties the answer to the subnet.",
        "Lax: whoever is between client and node changes or makes up answers.",
    );
}
