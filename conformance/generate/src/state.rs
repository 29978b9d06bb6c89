//! Vectors for typed reads of the state tree.

mod canister;
mod controllers;
mod request;
mod subnet;
mod time;

use model::hashtree::Tree;
use serde_json::{Value, json};

use crate::certificate::fixture::{ROOT, TIME, dir, input, leaf, leb128, signed, with};
use crate::{FileBuilder, Suite};

const OP: &str = "state.read";

pub(crate) fn generate(suite: &mut Suite) {
    time::time(suite);
    request::request_status(suite);
    canister::canisters(suite);
    controllers::controllers(suite);
    subnet::subnets(suite);
}

/// A read in a root-signed certificate of this tree.
fn ask(tree: &Tree, read: &Value) -> Value {
    with(
        input(&signed(tree, ROOT), &json!("none")),
        &json!({"read": read}),
    )
}

/// A state with one more top-level entry.
fn with_entry(label: &[u8], tree: Tree) -> Tree {
    dir(&[(label, tree), (b"time", leaf(leb128(TIME)))])
}

fn told_apart(file: &mut FileBuilder<'_>) {
    file.note(
        "ToldApart",
        "AUTH_BYPASS",
        "Absent means proven not to be there; unknown means pruned.",
        "Unknown taken for absent: a server hides a reply, a controller or a module.",
    );
}

/// The parts of a request's state.
type Parts<'a> = &'a [(&'a [u8], Tree)];
