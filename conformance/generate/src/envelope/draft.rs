//! Requests before they are an input.

use model::cbor::Item;
use model::input::hex;
use serde_json::{Value, json};

use crate::certificate::fixture::{ROOT, SECOND, member};
use crate::delegation::NOW;
use crate::delegation::grant::{Link, hash_of_map};
use crate::signer::Signer;

/// Members by name, in the order of the encoding.
pub(crate) type Members = Vec<(&'static str, Item)>;

/// When requests expire unless a vector is about that: in four minutes.
pub(crate) const EXPIRY: u64 = NOW + 240 * SECOND;

/// A request, what proves its sender, and where and when it arrives.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    content: Members,
    /// The members beside the content.
    proof: Members,
    endpoint: &'static str,
    now: u64,
    destination: Option<(&'static str, Vec<u8>)>,
    tagged: bool,
}

/// The user of most vectors.
pub(crate) fn user() -> Signer {
    Signer::ed25519("envelope/user")
}

/// A call to a canister; anonymous as long as nobody signs it.
pub(crate) fn call() -> Draft {
    invocation("call")
}

/// A query to a canister.
pub(crate) fn query() -> Draft {
    invocation("query")
}

/// A read of the time.
pub(crate) fn read_state() -> Draft {
    let path = Item::Array(vec![Item::bytes(b"time")]);
    Draft::new(
        "read_state",
        vec![
            ("request_type", Item::text("read_state")),
            ("ingress_expiry", Item::Unsigned(EXPIRY)),
            ("sender", Item::bytes(&[4])),
            ("paths", Item::Array(vec![path])),
        ],
    )
}

/// All three kinds, with their names.
pub(crate) fn of_every_kind() -> [(&'static str, Draft); 3] {
    [("call", call()), ("query", query()), ("read", read_state())]
}

fn invocation(kind: &'static str) -> Draft {
    Draft::new(
        kind,
        vec![
            ("request_type", Item::text(kind)),
            ("ingress_expiry", Item::Unsigned(EXPIRY)),
            ("sender", Item::bytes(&[4])),
            ("canister_id", Item::Bytes(member())),
            ("method_name", Item::text("greet")),
            ("arg", Item::bytes(b"DIDL\0\0")),
        ],
    )
}

impl Draft {
    fn new(endpoint: &'static str, content: Members) -> Self {
        Self {
            content,
            proof: Vec::new(),
            endpoint,
            now: NOW,
            destination: None,
            tagged: true,
        }
    }

    /// The same with `value` as the member `name` of the content, in its place or at the end.
    ///
    /// For what is signed, this comes before the signature.
    pub(crate) fn with(mut self, name: &'static str, value: Item) -> Self {
        set(&mut self.content, name, value);
        self
    }

    /// The same with `value` as another member `name` of the content, at the end.
    pub(crate) fn repeating(mut self, name: &'static str, value: Item) -> Self {
        self.content.push((name, value));
        self
    }

    /// The same without the member `name` of the content.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.content.retain(|(member, _)| *member != name);
        self
    }

    /// The same with `value` as the member `name` beside the content.
    pub(crate) fn beside(mut self, name: &'static str, value: Item) -> Self {
        set(&mut self.proof, name, value);
        self
    }

    /// The same without the member `name` beside the content.
    pub(crate) fn not_beside(mut self, name: &str) -> Self {
        self.proof.retain(|(member, _)| *member != name);
        self
    }

    /// The same for the canister `id`.
    pub(crate) fn to(self, id: &[u8]) -> Self {
        self.with("canister_id", Item::bytes(id))
    }

    /// The same for this method.
    pub(crate) fn calling(self, method: &str) -> Self {
        self.with("method_name", Item::text(method))
    }

    /// The same, expiring then.
    pub(crate) fn until(self, expiry: u64) -> Self {
        self.with("ingress_expiry", Item::Unsigned(expiry))
    }

    /// The same, arriving then.
    pub(crate) const fn at(mut self, now: u64) -> Self {
        self.now = now;
        self
    }

    /// The same, arriving at the endpoint for another kind of request.
    pub(crate) const fn at_endpoint(mut self, endpoint: &'static str) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// The same, arriving at an endpoint of the canister `id`.
    pub(crate) fn at_canister(mut self, id: &[u8]) -> Self {
        self.destination = Some(("effective_canister_id", id.to_vec()));
        self
    }

    /// The same, arriving at an endpoint of the subnet `id`.
    pub(crate) fn at_subnet(mut self, id: &[u8]) -> Self {
        self.destination = Some(("effective_subnet_id", id.to_vec()));
        self
    }

    /// The same, without tag.
    pub(crate) const fn untagged(mut self) -> Self {
        self.tagged = false;
        self
    }

    /// The same from the user whose key `signer` has, with signature.
    pub(crate) fn signed(self, signer: &Signer) -> Self {
        self.delegated(signer, &[], signer)
    }

    /// The same from the user whose key `root` has, signed by `leaf` through `links`.
    pub(crate) fn delegated(self, root: &Signer, links: &[Link], leaf: &Signer) -> Self {
        let items = links.iter().map(Link::item).collect();
        let draft = self.with("sender", Item::Bytes(root.principal()));
        let signature = leaf.sign(&draft.payload());
        let draft = draft
            .beside("sender_pubkey", Item::Bytes(root.spki()))
            .beside("sender_sig", Item::Bytes(signature));
        if links.is_empty() {
            draft
        } else {
            draft.beside("sender_delegation", Item::Array(items))
        }
    }

    /// The same with another signature.
    pub(crate) fn with_signature(self, signature: &[u8]) -> Self {
        self.beside("sender_sig", Item::bytes(signature))
    }

    /// What a signature of the request covers.
    pub(crate) fn payload(&self) -> Vec<u8> {
        [b"\x0aic-request".as_slice(), &self.id()].concat()
    }

    /// The request id.
    pub(crate) fn id(&self) -> Vec<u8> {
        hash_of_map(&self.content())
    }

    /// The content.
    pub(crate) fn content(&self) -> Item {
        Item::record(&self.content)
    }

    /// The envelope.
    pub(crate) fn item(&self) -> Item {
        let mut members = vec![("content", self.content())];
        members.extend(self.proof.clone());
        let item = Item::record(&members);
        if self.tagged {
            item.self_described()
        } else {
            item
        }
    }

    /// The input of `envelope.verify`.
    pub(crate) fn input(&self) -> Value {
        self.input_of(&self.item().encode())
    }

    /// The input of `envelope.verify` with other bytes for the envelope.
    pub(crate) fn input_of(&self, envelope: &[u8]) -> Value {
        let mut input = json!({
            "envelope": hex(envelope),
            "endpoint": self.endpoint,
            "now": self.now.to_string(),
            "root_key": hex(&ROOT.der()),
        });
        if let Some((name, id)) = &self.destination {
            input[*name] = json!(hex(id));
        }
        input
    }
}

fn set(members: &mut Members, name: &'static str, value: Item) {
    match members.iter_mut().find(|(member, _)| *member == name) {
        Some((_, old)) => *old = value,
        None => members.push((name, value)),
    }
}
