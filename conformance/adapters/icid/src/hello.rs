//! What the adapter says about itself.

use alloc::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;

use crate::Provider;
use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input::Fields;
use crate::ops;

/// The version of the protocol.
const PROTOCOL: u64 = 1;

/// How the crates answer open questions under the preset `spec`.
///
/// Source: `spec/policies.toml`.
const POLICIES: &[(&str, &str)] = &[
    ("cbor.bignum", "reject"),
    ("cbor.blobs", "reject"),
    ("cbor.chunked_strings", "reject"),
    ("cbor.indefinite_length", "accept"),
    ("cbor.map_entries", "64"),
    ("cbor.nesting", "64"),
    ("cbor.null", "reject"),
    ("cbor.tag", "required"),
    ("cbor.unknown_fields", "reject"),
    ("certificate.extra_root", "none"),
    ("certificate.freshness", "caller"),
    ("certificate.ranges", "sharded"),
    ("certificate.root_scope", "root-subnet"),
    ("cose.key_ops", "free"),
    ("cose.leading_zeros", "reject"),
    ("delegation.key_identity", "bytes"),
    ("delegation.plain_rsa_signer", "reject"),
    ("der.null_parameters", "reject"),
    ("ecdsa.high_s", "accept"),
    ("ed25519.validation", "zip215"),
    ("ii.device_defaults", "default"),
    ("ii.early_records", "reject"),
    ("ii.header_sizes", "header"),
    ("ii.legacy_origins", "caller"),
    ("ii.unknown_cases", "reject"),
    ("ii.unset_salt", "reject"),
    ("ingress.anonymous_reads", "exempt"),
    ("ingress.latest_expiry", "unlimited"),
    ("json.duplicate_names", "reject"),
    ("json.members", "64"),
    ("json.nesting", "16"),
    ("leb128.padded", "reject"),
    ("management_query.target", "content"),
    ("nat.width", "64"),
    ("query_sig.future", "accept"),
    ("query_sig.max_signatures", "accept"),
    ("range.inverted", "empty"),
    ("range.unordered", "scan"),
    ("read_state.long_ids", "reject"),
    ("read_state.one_subnet", "checked"),
    ("read_state.request_destination", "checked"),
    ("reject_code.unknown", "reject"),
    ("rsa.modulus", "2048-8192"),
    ("sender_info.max_size", "unlimited"),
    ("subnet_call.methods", "create-and-provisional"),
    ("subnet_type.unknown", "reject"),
    ("tree.ill_formed", "followed"),
    ("tree.levels", "256"),
    ("tree.repeated_label", "all"),
    ("tree.text", "reject"),
    ("webauthn.client_data", "reject"),
    ("webauthn.padding", "reject"),
    ("webauthn.type_and_origin", "free"),
];

/// Answers the first question.
pub(crate) fn hello(provider: &Provider, input: &Value) -> Outcome {
    let fields = Fields::of(input, &["protocol", "suite", "spec"])?;
    let protocol = fields.required("protocol")?;
    if protocol.as_u64() != Some(PROTOCOL) {
        return Err(Refusal::Error(format!(
            "protocol {protocol}, only {PROTOCOL} is known"
        )));
    }
    let operations: Vec<&str> = ops::all().map(|(name, _)| *name).collect();
    Ok(json!({
        "protocol": PROTOCOL,
        "implementation": {
            "name": "icid",
            "version": env!("CARGO_PKG_VERSION"),
            "language": "rust",
            "provider": provider.name(),
        },
        "ops": operations,
        "presets": ["spec", "replica"],
        "policies": POLICIES.iter().map(|(name, answer)| (*name, *answer)).collect::<BTreeMap<_, _>>(),
        "limits": {
            "cbor_levels": cbor::MAX_NESTING,
            "map_fields": ri_hash::MAX_FIELDS,
            "integer_bits": i128::BITS,
            "natural_digits": ops::MAX_DIGITS,
            "tree_levels": hash_tree::HashTree::MAX_DEPTH,
        },
        "reasons": "clause",
    }))
}
