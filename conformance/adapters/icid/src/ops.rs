//! The operations, by name.

mod cbor_check;
mod certificates;
mod delegations;
mod envelopes;
mod hash_trees;
mod identities;
mod images;
mod keys;
mod principals;
mod query_signatures;
mod read_states;
mod requests;
mod sender_infos;
mod signatures;
mod state;
mod typed_value;

use serde_json::Value;
use signature::VerifySignature;

use crate::answer::Outcome;

pub(crate) use typed_value::MAX_DIGITS;

/// The function behind an operation.
pub(crate) type Operation = fn(&dyn VerifySignature, &Value) -> Outcome;

/// Every operation that is offered, `hello` apart.
pub(crate) fn all() -> impl Iterator<Item = &'static (&'static str, Operation)> {
    let modules = [
        BASICS,
        keys::TABLE,
        signatures::TABLE,
        delegations::TABLE,
        sender_infos::TABLE,
        envelopes::TABLE,
        read_states::TABLE,
        query_signatures::TABLE,
        identities::TABLE,
        images::TABLE,
    ];
    modules.into_iter().flatten()
}

/// The operations on principals, hashes, trees and certificates.
const BASICS: &[(&str, Operation)] = &[
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
