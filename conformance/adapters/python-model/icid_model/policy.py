"""Answers to the questions that the specification leaves open (spec/policies.toml).

SPEC is strict by the text. REPLICA does what deployed replicas were observed to do. Questions that
both presets answer alike have no field here: their answer is in the code, and in DECLARED.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """The answers in which the presets differ."""

    tag_required: bool  # cbor.tag
    null_is_absent: bool  # cbor.null
    ignore_unknown_fields: bool  # cbor.unknown_fields
    lenient_blobs: bool  # cbor.blobs
    client_data_may_be_bytes: bool  # webauthn.client_data
    type_and_origin_are_strings: bool  # webauthn.type_and_origin
    key_ops_only_verify: bool  # cose.key_ops
    rsa_leading_zeros: bool  # cose.leading_zeros
    plain_rsa_signs_delegations: bool  # delegation.plain_rsa_signer
    expiry_window: int | None  # ingress.latest_expiry, nanoseconds
    ranges: str  # certificate.ranges


SPEC = Policy(
    tag_required=True,
    null_is_absent=False,
    ignore_unknown_fields=False,
    lenient_blobs=False,
    client_data_may_be_bytes=False,
    type_and_origin_are_strings=False,
    key_ops_only_verify=False,
    rsa_leading_zeros=False,
    plain_rsa_signs_delegations=False,
    expiry_window=None,
    ranges="sharded",
)

REPLICA = Policy(
    tag_required=False,
    null_is_absent=True,
    ignore_unknown_fields=True,
    lenient_blobs=True,
    client_data_may_be_bytes=True,
    type_and_origin_are_strings=True,
    key_ops_only_verify=True,
    rsa_leading_zeros=True,
    plain_rsa_signs_delegations=True,
    expiry_window=330 * 10**9,
    ranges="either",
)

PRESETS = {"spec": SPEC, "replica": REPLICA}

# What `hello` declares: the answers of the preset SPEC.
DECLARED = {
    "cbor.tag": "required",
    "cbor.null": "reject",
    "cbor.unknown_fields": "reject",
    "cbor.blobs": "reject",
    "cbor.indefinite_length": "accept",
    "cbor.chunked_strings": "reject",
    "cbor.bignum": "reject",
    "cbor.nesting": "64",
    "cbor.map_entries": "64",
    "der.null_parameters": "reject",
    "ed25519.validation": "zip215",
    "ecdsa.high_s": "accept",
    "rsa.modulus": "2048-8192",
    "webauthn.client_data": "reject",
    "webauthn.type_and_origin": "free",
    "webauthn.padding": "reject",
    "cose.key_ops": "free",
    "cose.leading_zeros": "reject",
    "json.duplicate_names": "reject",
    "json.nesting": "16",
    "json.members": "64",
    "delegation.plain_rsa_signer": "reject",
    "delegation.key_identity": "bytes",
    "ingress.latest_expiry": "unlimited",
    "ingress.anonymous_reads": "exempt",
    "management_query.target": "content",
    "sender_info.max_size": "unlimited",
    "read_state.request_destination": "checked",
    "read_state.one_subnet": "checked",
    "read_state.long_ids": "reject",
    "subnet_call.methods": "create-and-provisional",
    "query_sig.max_signatures": "accept",
    "query_sig.future": "accept",
    "certificate.ranges": "sharded",
    "certificate.root_scope": "root-subnet",
    "leb128.padded": "reject",
    "nat.width": "64",
    "reject_code.unknown": "reject",
    "subnet_type.unknown": "reject",
    "certificate.extra_root": "none",
    "certificate.freshness": "caller",
    "tree.ill_formed": "followed",
    "range.unordered": "scan",
    "range.inverted": "empty",
    "tree.text": "reject",
    "tree.levels": "256",
    "ii.unset_salt": "reject",
    "ii.legacy_origins": "caller",
    "ii.header_sizes": "header",
    "ii.early_records": "reject",
    "ii.device_defaults": "reject",
    "ii.unknown_cases": "default",
}
