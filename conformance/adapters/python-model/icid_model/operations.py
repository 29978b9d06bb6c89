"""The operations of the protocol: from JSON to the model and back.

Each function takes the input without `policy`, and the policy. It returns what stands under `ok`.
"""

from collections.abc import Callable
from typing import Any

from . import (
    cbor,
    certificate,
    delegation,
    ed25519,
    envelope,
    hashtree,
    image,
    internet_identity,
    keys,
    migration,
    principal,
    query_signature,
    readstate,
    rihash,
    sender_info,
    signature,
    state,
    storage,
)
from .policy import PRESETS, Policy
from .rihash import Int, Map, Nat
from .values import (
    blob,
    fields,
    integer,
    items,
    nat,
    nat64,
    optional_blob,
    optional_nat64,
    path,
    text,
)
from .verdict import BadQuestion

Json = dict[str, Any]
Operation = Callable[[Json, Policy], Json]
OPERATIONS: dict[str, Operation] = {}


def _operation(
    name: str, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> Callable[[Operation], Operation]:
    """Registers a function as an operation with these fields."""

    def register(function: Operation) -> Operation:
        def run(question: Json, policy: Policy) -> Json:
            return function(fields(question, required, optional), policy)

        OPERATIONS[name] = run
        return function

    return register


def answer(name: str, question: Any) -> Json:
    """The result of an operation. Raises Reject or BadQuestion."""
    if not isinstance(question, dict):
        raise BadQuestion("the input is no object")
    preset = question.get("policy", "spec")
    if preset not in PRESETS:
        raise BadQuestion("unknown preset")
    rest = {key: value for key, value in question.items() if key != "policy"}
    return OPERATIONS[name](rest, PRESETS[preset])


# Principals.


@_operation("principal.decode_text", ("text",))
def _decode_text(question: Json, _: Policy) -> Json:
    return {"bytes": principal.decode_text(text(question["text"])).hex()}


@_operation("principal.encode_text", ("bytes",))
def _encode_text(question: Json, _: Policy) -> Json:
    return {"text": principal.encode_text(blob(question["bytes"]))}


@_operation("principal.classify", ("bytes",))
def _classify(question: Json, _: Policy) -> Json:
    return {"class": principal.classify(blob(question["bytes"]))}


@_operation("principal.from_pubkey", ("spki",))
def _from_pubkey(question: Json, _: Policy) -> Json:
    return {"bytes": principal.self_authenticating(blob(question["spki"])).hex()}


@_operation("principal.derive", ("principal", "nonce"))
def _derive(question: Json, _: Policy) -> Json:
    return {"bytes": principal.derive(blob(question["principal"]), blob(question["nonce"])).hex()}


# CBOR and hashes.


@_operation("cbor.check", ("bytes",))
def _cbor_check(question: Json, policy: Policy) -> Json:
    cbor.check(blob(question["bytes"]), policy)
    return {}


def _typed(value: Any) -> object:
    """A typed value."""
    if not isinstance(value, dict) or len(value) != 1:
        raise BadQuestion("no typed value")
    ((kind, inner),) = value.items()
    if kind == "blob":
        return blob(inner)
    if kind == "text":
        return text(inner)
    if kind == "nat":
        return Nat(nat(inner))
    if kind == "int":
        return Int(integer(inner))
    if kind == "array":
        return [_typed(member) for member in items(inner)]
    if kind == "map":
        entries = []
        for pair in items(inner):
            if not isinstance(pair, list) or len(pair) != 2:
                raise BadQuestion("no pair")
            entries.append((text(pair[0]), _typed(pair[1])))
        return Map(tuple(entries))
    raise BadQuestion("unknown type")


def _typed_map(value: Any) -> Map:
    found = _typed(value)
    if not isinstance(found, Map):
        raise BadQuestion("no map")
    return found


@_operation("hash_of_map", ("value",))
def _hash_of_map(question: Json, _: Policy) -> Json:
    return {"hash": rihash.hash_of_map(_typed_map(question["value"])).hex()}


@_operation("request.id", ("envelope",))
def _request_id(question: Json, policy: Policy) -> Json:
    decoded = envelope.decode(blob(question["envelope"]), policy)
    return {"request_id": decoded.content.request_id().hex()}


# Hash trees.


def _lookup_result(result: hashtree.Result) -> Json:
    name, value = result
    return {"result": name} if value is None else {"result": name, "value": value.hex()}


@_operation("hashtree.decode", ("tree",))
def _tree_decode(question: Json, _: Policy) -> Json:
    tree = hashtree.decode(blob(question["tree"]))
    return {"root": tree.hash.hex(), "well_formed": hashtree.well_formed(tree)}


@_operation("hashtree.lookup", ("tree", "path"))
def _tree_lookup(question: Json, _: Policy) -> Json:
    tree = hashtree.decode(blob(question["tree"]))
    return _lookup_result(hashtree.lookup(path(question["path"]), tree))


@_operation("hashtree.lookup_prefix", ("tree", "path"))
def _tree_lookup_prefix(question: Json, _: Policy) -> Json:
    tree = hashtree.decode(blob(question["tree"]))
    return {"values": [v.hex() for v in hashtree.lookup_prefix(path(question["path"]), tree)]}


@_operation("hashtree.prune", ("tree", "paths"))
def _tree_prune(question: Json, _: Policy) -> Json:
    tree = hashtree.decode(blob(question["tree"]))
    paths = [path(member) for member in items(question["paths"])]
    return {"tree": hashtree.encode(hashtree.prune(tree, paths)).hex()}


# Certificates.

_CERTIFICATE = ("certificate", "root_key", "scope")
_CERTIFICATE_OPTIONS = ("now", "max_age", "max_skew", "max_delegation_age", "ranges")


def _scope(value: Any) -> tuple[str, bytes] | None:
    if value == "none":
        return None
    if not isinstance(value, dict) or len(value) != 1:
        raise BadQuestion("no scope")
    ((kind, subject),) = value.items()
    if kind not in ("canister", "subnet"):
        raise BadQuestion("unknown scope")
    return kind, blob(subject)


def _ranges(question: Json, policy: Policy) -> str:
    ranges: str = question.get("ranges", policy.ranges)
    if ranges not in ("sharded", "flat", "either"):
        raise BadQuestion("unknown ranges")
    return ranges


def _verified(question: Json, policy: Policy) -> certificate.Verified:
    root_key = blob(question["root_key"])
    scope = _scope(question["scope"])
    ranges = _ranges(question, policy)
    fresh = certificate.Freshness(
        optional_nat64(question, "now"),
        optional_nat64(question, "max_age"),
        optional_nat64(question, "max_skew"),
        optional_nat64(question, "max_delegation_age"),
    )
    decoded = certificate.decode(blob(question["certificate"]), policy)
    verified = certificate.verify(decoded, root_key, fresh)
    certificate.check_scope(verified, scope, root_key, policy, ranges)
    return verified


@_operation("certificate.verify", _CERTIFICATE, _CERTIFICATE_OPTIONS)
def _certificate_verify(question: Json, policy: Policy) -> Json:
    verified = _verified(question, policy)
    out = {"root_hash": verified.tree.hash.hex(), "time": str(verified.time)}
    if verified.delegation is not None:
        out["subnet_id"] = verified.delegation.subnet_id.hex()
    if verified.subnet_type is not None:
        out["subnet_type"] = cbor.decode_text(verified.subnet_type, "CERT-8")
    return out


@_operation("certificate.lookup", _CERTIFICATE + ("path",), _CERTIFICATE_OPTIONS)
def _certificate_lookup(question: Json, policy: Policy) -> Json:
    verified = _verified(question, policy)
    return _lookup_result(hashtree.lookup(path(question["path"]), verified.tree))


_READS = {
    "time": (),
    "request_status": ("request_id",),
    "certified_data": ("canister",),
    "module_hash": ("canister",),
    "controllers": ("canister",),
    "metadata": ("canister", "name"),
    "node_keys": ("subnet",),
    "subnet_type": ("subnet",),
}


@_operation("state.read", _CERTIFICATE + ("read",), _CERTIFICATE_OPTIONS)
def _state_read(question: Json, policy: Policy) -> Json:
    read = question["read"]
    kind = read.get("kind") if isinstance(read, dict) else None
    if kind not in _READS:
        raise BadQuestion("unknown kind of read")
    fields(read, ("kind",) + _READS[kind])
    what: dict[str, Any] = {"kind": kind}
    for name in _READS[kind]:
        what[name] = text(read[name]) if name == "name" else blob(read[name])
    return state.read(_verified(question, policy), what, policy)


# Keys and signatures.


@_operation("key.decode", ("spki",))
def _key_decode(question: Json, policy: Policy) -> Json:
    key = keys.parse(blob(question["spki"]), policy)
    out = {"scheme": keys.scheme(key)}
    if isinstance(key, keys.Canister):
        out["canister_id"] = key.canister_id.hex()
        out["seed"] = key.seed.hex()
    return out


@_operation("key.encode_canister", ("canister_id", "seed"))
def _key_encode_canister(question: Json, _: Policy) -> Json:
    return {
        "spki": keys.encode_canister(blob(question["canister_id"]), blob(question["seed"])).hex()
    }


@_operation("sig.verify", ("spki", "payload", "signature"), ("root_key",))
def _sig_verify(question: Json, policy: Policy) -> Json:
    spki, payload = blob(question["spki"]), blob(question["payload"])
    root_key = optional_blob(question, "root_key")
    key = keys.parse(spki, policy)
    signature.verify(key, payload, blob(question["signature"]), root_key, policy)
    return {}


@_operation("senderinfo.verify", ("sender_pubkey", "info", "signer", "sig", "root_key"))
def _senderinfo_verify(question: Json, policy: Policy) -> Json:
    info = sender_info.SenderInfo(
        blob(question["info"]), blob(question["signer"]), blob(question["sig"])
    )
    root_key = blob(question["root_key"])
    sender_info.verify(blob(question["sender_pubkey"]), info, root_key, policy)
    return {}


# Delegations.


def _delegation(value: Any, more: tuple[str, ...] = ()) -> delegation.Delegation:
    found = fields(value, ("pubkey", "expiration") + more, ("targets", "permissions"))
    targets = tuple(path(found["targets"])) if "targets" in found else None
    permissions = text(found["permissions"]) if "permissions" in found else None
    return delegation.Delegation(
        blob(found["pubkey"]), nat64(found["expiration"]), targets, permissions
    )


def _link(value: Any) -> delegation.Link:
    return delegation.Link(_delegation(value, ("signature",)), blob(value["signature"]))


def _secret(value: Any) -> bytes:
    secret = blob(value)
    if len(secret) != 32:
        raise BadQuestion("a secret key has 32 bytes")
    return secret


@_operation("delegation.hash", ("delegation",))
def _delegation_hash(question: Json, _: Policy) -> Json:
    given = _delegation(question["delegation"])
    delegation.check_targets(given.targets)
    return {"hash": delegation.hash_of(given).hex()}


@_operation("delegation.sign", ("secret_key", "delegation"))
def _delegation_sign(question: Json, _: Policy) -> Json:
    given = _delegation(question["delegation"])
    delegation.check_targets(given.targets)
    secret = _secret(question["secret_key"])
    return {"signature": ed25519.sign(secret, delegation.payload(given)).hex()}


def _restrictions(queries_only: bool, targets: frozenset[bytes] | None) -> Json:
    out: Json = {"queries_only": queries_only}
    if targets is not None:
        out["targets"] = [target.hex() for target in sorted(targets)]
    return out


@_operation("delegation.verify", ("sender_pubkey", "delegations", "now"), ("root_key",))
def _delegation_verify(question: Json, policy: Policy) -> Json:
    chain = delegation.verify(
        blob(question["sender_pubkey"]),
        [_link(member) for member in items(question["delegations"])],
        nat64(question["now"]),
        optional_blob(question, "root_key"),
        policy,
    )
    return {"leaf": chain.leaf.hex(), **_restrictions(chain.queries_only, chain.targets)}


# Envelopes.


@_operation(
    "envelope.verify",
    ("envelope", "endpoint", "now", "root_key"),
    ("effective_canister_id", "effective_subnet_id"),
)
def _envelope_verify(question: Json, policy: Policy) -> Json:
    if question["endpoint"] not in envelope.KINDS:
        raise BadQuestion("unknown endpoint")
    where = envelope.Destination(
        optional_blob(question, "effective_canister_id"),
        optional_blob(question, "effective_subnet_id"),
    )
    if where.canister is not None and where.subnet is not None:
        raise BadQuestion("two destinations")
    sender = envelope.verify(
        blob(question["envelope"]),
        question["endpoint"],
        nat64(question["now"]),
        blob(question["root_key"]),
        where,
        policy,
    )
    content = sender.content
    out = {
        "sender": content.sender.hex(),
        "request_id": content.request_id().hex(),
        **_restrictions(sender.queries_only, sender.targets),
    }
    if content.info is not None:
        out["sender_info"] = {"info": content.info.info.hex(), "signer": content.info.signer.hex()}
    return out


# The order of members in what `envelope.sign` writes is that of the CDDL.
_ORDER = (
    "request_type",
    "nonce",
    "ingress_expiry",
    "sender",
    "canister_id",
    "method_name",
    "arg",
    "sender_info",
    "paths",
)


def _plain(value: object) -> object:
    """A typed value as cbor.write takes it."""
    if isinstance(value, (Nat, Int)):
        return value.number
    if isinstance(value, list):
        return [_plain(member) for member in value]
    if isinstance(value, Map):
        return {name: _plain(member) for name, member in value.entries}
    return value


def _write_link(link: delegation.Link) -> dict[str, object]:
    inner: dict[str, object] = {
        "pubkey": link.delegation.pubkey,
        "expiration": link.delegation.expiration,
    }
    if link.delegation.targets is not None:
        inner["targets"] = list(link.delegation.targets)
    if link.delegation.permissions is not None:
        inner["permissions"] = link.delegation.permissions
    return {"delegation": inner, "signature": link.signature}


@_operation("envelope.sign", ("secret_key", "content"), ("delegations", "sender_pubkey"))
def _envelope_sign(question: Json, _: Policy) -> Json:
    secret = _secret(question["secret_key"])
    content = _typed_map(question["content"])
    payload = signature.REQUEST + rihash.hash_of_map(content)
    own_key = keys.encode_ed25519(ed25519.public_key(secret))
    sender_pubkey = optional_blob(question, "sender_pubkey")
    members = _plain(content)
    assert isinstance(members, dict)
    place = {name: at for at, name in enumerate(_ORDER)}
    ordered = sorted(members, key=lambda name: place.get(name, len(_ORDER)))
    out: dict[str, object] = {
        "content": {name: members[name] for name in ordered},
        "sender_pubkey": own_key if sender_pubkey is None else sender_pubkey,
        "sender_sig": ed25519.sign(secret, payload),
    }
    if "delegations" in question:
        links = [_link(member) for member in items(question["delegations"])]
        out["sender_delegation"] = [_write_link(link) for link in links]
    return {"envelope": cbor.write_tagged(out).hex()}


# Reads and query responses.


def _known_request(value: Any) -> readstate.KnownRequest:
    names = ("request_id", "sender", "canister_id", "effective_id")
    found = fields(value, names)
    return readstate.KnownRequest(*(blob(found[name]) for name in names))


def _known_canister(value: Any) -> readstate.KnownCanister:
    found = fields(value, ("id", "controllers", "metadata"))
    private = {}
    for section in items(found["metadata"]):
        fields(section, ("name", "private"))
        if not isinstance(section["private"], bool):
            raise BadQuestion("private is no bool")
        private[text(section["name"])] = section["private"]
    return readstate.KnownCanister(
        blob(found["id"]), frozenset(path(found["controllers"])), private
    )


@_operation(
    "read_state.authorize",
    ("paths", "sender", "url", "root_subnet_id", "requests", "canisters"),
    ("targets",),
)
def _read_state_authorize(question: Json, _: Policy) -> Json:
    url = fields(question["url"], ("version",), ("canister", "subnet"))
    if url["version"] not in (2, 3) or ("canister" in url) == ("subnet" in url):
        raise BadQuestion("no such URL")
    readstate.authorize(
        readstate.Read(
            tuple(tuple(path(member)) for member in items(question["paths"])),
            blob(question["sender"]),
            url["version"],
            optional_blob(url, "canister"),
            optional_blob(url, "subnet"),
            blob(question["root_subnet_id"]),
            frozenset(path(question["targets"])) if "targets" in question else None,
            tuple(_known_request(member) for member in items(question["requests"])),
            tuple(_known_canister(member) for member in items(question["canisters"])),
        )
    )
    return {}


@_operation(
    "query_sig.verify",
    (
        "response",
        "request_id",
        "certificate",
        "root_key",
        "root_subnet_id",
        "scope",
        "now",
        "max_age",
    ),
    ("ranges",),
)
def _query_sig_verify(question: Json, policy: Policy) -> Json:
    scope = _scope(question["scope"])
    if scope is None:
        raise BadQuestion("a query has a scope")
    response = query_signature.decode(blob(question["response"]), policy)
    decoded = certificate.decode(blob(question["certificate"]), policy)
    verified = certificate.verify(decoded, blob(question["root_key"]))
    query_signature.verify(
        response,
        blob(question["request_id"]),
        verified,
        scope,
        blob(question["root_subnet_id"]),
        nat64(question["now"]),
        nat64(question["max_age"]),
        policy,
        _ranges(question, policy),
    )
    return {}


# Internet Identity.


@_operation("ii.seed", ("salt", "anchor", "origin"))
def _ii_seed(question: Json, _: Policy) -> Json:
    salt, anchor = blob(question["salt"]), nat64(question["anchor"])
    return {"seed": internet_identity.seed(salt, anchor, text(question["origin"])).hex()}


@_operation("ii.account_seed", ("salt", "account", "origin"))
def _ii_account_seed(question: Json, _: Policy) -> Json:
    salt, account = blob(question["salt"]), nat64(question["account"])
    return {"seed": internet_identity.account_seed(salt, account, text(question["origin"])).hex()}


@_operation("ii.user_key", ("canister_id", "seed"))
def _ii_user_key(question: Json, _: Policy) -> Json:
    spki, user = internet_identity.user_key(blob(question["canister_id"]), blob(question["seed"]))
    return {"spki": spki.hex(), "principal": user.hex()}


@_operation("ii.storage_decode", ("memory",))
def _ii_storage_decode(question: Json, _: Policy) -> Json:
    return storage.answer(storage.read(image.from_json(question["memory"])))


@_operation("ii.storage_migrate", ("memory", "to"))
def _ii_storage_migrate(question: Json, _: Policy) -> Json:
    memory = image.from_json(question["memory"])
    return {"memory": image.to_json(migration.migrate(memory, question["to"]))}
