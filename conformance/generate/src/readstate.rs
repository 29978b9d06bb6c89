//! What `read_state` may be asked for: `read_state.authorize`.

mod canisters;
mod certificates;
mod envelopes;
mod forms;
mod limits;
mod observed;
mod requests;
mod targets;
mod unlisted;

use model::input::hex;
use serde_json::{Value, json};

use crate::certificate::fixture::{ROOT, SUBNET, member};
use crate::{FileBuilder, Suite};

const OP: &str = "read_state.authorize";

/// Adds the vectors.
pub(crate) fn generate(suite: &mut Suite) {
    forms::forms(suite);
    unlisted::unlisted(suite);
    unlisted::ids(suite);
    limits::limits(suite);
    requests::requests(suite);
    targets::targets(suite);
    observed::observed(suite);
    canisters::canisters(suite);
    envelopes::envelopes(suite);
    certificates::ranges(suite);
    certificates::controllers(suite);
}

/// A path: its labels.
type Path = Vec<Vec<u8>>;

/// The endpoint of a read.
#[derive(Clone, Debug)]
enum At {
    Canister(u8, Vec<u8>),
    Subnet(u8, Vec<u8>),
}

impl At {
    /// The endpoint of version 3 for the usual canister.
    fn canister() -> Self {
        Self::Canister(3, member())
    }

    /// The endpoint of version 3 for the usual subnet.
    fn subnet() -> Self {
        Self::Subnet(3, SUBNET.id())
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Canister(version, id) => json!({"version": version, "canister": hex(id)}),
            Self::Subnet(version, id) => json!({"version": version, "subnet": hex(id)}),
        }
    }
}

/// An input of the operation.
#[derive(Clone, Debug)]
struct Ask {
    paths: Vec<Path>,
    sender: Vec<u8>,
    at: At,
    targets: Option<Vec<Vec<u8>>>,
    requests: Vec<Value>,
    canisters: Vec<Value>,
}

impl Ask {
    /// A read by the usual user; nothing is known about any request or canister.
    fn new(at: At, paths: Vec<Path>) -> Self {
        Self {
            paths,
            sender: user(1),
            at,
            targets: None,
            requests: Vec::new(),
            canisters: Vec::new(),
        }
    }

    fn input(&self) -> Value {
        let list = |items: &[Vec<u8>]| items.iter().map(|item| hex(item)).collect::<Vec<_>>();
        let paths: Vec<_> = self.paths.iter().map(|path| list(path)).collect();
        let mut input = json!({
            "paths": paths,
            "sender": hex(&self.sender),
            "url": self.at.to_json(),
            "root_subnet_id": hex(&ROOT.id()),
            "requests": self.requests,
            "canisters": self.canisters,
        });
        if let (Some(targets), Some(fields)) = (&self.targets, input.as_object_mut()) {
            fields.insert("targets".to_owned(), json!(list(targets)));
        }
        input
    }
}

/// A path of these labels.
fn path(labels: &[&[u8]]) -> Path {
    labels.iter().map(|label| label.to_vec()).collect()
}

/// A user's self-authenticating id, of no known key.
fn user(number: u8) -> Vec<u8> {
    [vec![number; 28], vec![2]].concat()
}

/// A node's id, of no known key.
fn node(number: u8) -> Vec<u8> {
    user(0x70 | number)
}

fn access_note(file: &mut FileBuilder<'_>) {
    file.note(
        "Access",
        "AUTH_BYPASS",
        "The list of what may be read protects replies and private metadata from other users.",
        "Lax: others read what isn't theirs. Strict: users don't get their answers.",
    );
}
