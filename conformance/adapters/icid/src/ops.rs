//! The operations, by name.

mod cbor_check;
mod certificates;
mod hash_trees;
mod principals;
mod requests;
mod state;
mod typed_value;

use serde_json::Value;
use signature::VerifySignature;

use crate::answer::Outcome;

pub(crate) use typed_value::MAX_DIGITS;

/// The function behind an operation.
pub(crate) type Operation = fn(&dyn VerifySignature, &Value) -> Outcome;

/// Every operation that is offered, `hello` apart.
pub(crate) const TABLE: &[(&str, Operation)] = &[
    ("principal.decode_text", principals::decode_text),
    ("principal.encode_text", principals::encode_text),
    ("principal.classify", principals::classify),
    ("principal.from_pubkey", principals::from_pubkey),
    ("principal.derive", principals::derive),
    ("cbor.check", cbor_check::check),
    ("hash_of_map", requests::hash_of_map),
    ("request.id", requests::request_id),
    ("hashtree.decode", hash_trees::decode),
    ("hashtree.lookup", hash_trees::lookup),
    ("hashtree.lookup_prefix", hash_trees::lookup_prefix),
    ("hashtree.prune", hash_trees::prune),
    ("certificate.verify", certificates::verify),
    ("certificate.lookup", certificates::lookup),
    ("state.read", state::read),
];
