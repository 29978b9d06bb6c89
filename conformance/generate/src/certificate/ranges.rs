//! Canister ranges: the scope of a delegation.

mod encoding;
mod membership;
mod policy;
mod visibility;

use serde_json::{Value, json};

use crate::certificate::fixture::{Topology, delegated, for_canister, input, state, with};
use crate::{FileBuilder, Suite};

const OP: &str = "certificate.verify";

pub(super) fn generate(suite: &mut Suite) {
    membership::membership(suite);
    membership::order(suite);
    visibility::visibility(suite);
    policy::policies(suite);
    encoding::encoding(suite);
    encoding::disorder(suite);
}

/// The input for a canister under a delegation.
fn ask(topology: &Topology, id: &[u8]) -> Value {
    input(&delegated(&state(), topology), &for_canister(id))
}

/// The same with a policy for ranges.
fn ask_by(topology: &Topology, id: &[u8], ranges: &str) -> Value {
    with(ask(topology, id), &json!({"ranges": ranges}))
}

fn scope_note(file: &mut FileBuilder<'_>) {
    file.note(
        "Scope",
        "AUTH_BYPASS",
        "A subnet speaks for the canisters in its ranges and for no other.",
        "Lax: one bad subnet forges the answers of every canister. Strict: a subnet's own canisters are not believed.",
    );
}
