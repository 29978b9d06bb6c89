"""Typed reads of the certified state (STATE-1 to STATE-19)."""

from typing import Any

from . import cbor, certificate, hashtree, keys, principal
from .policy import Policy
from .verdict import Reject, require

STATUSES = ("received", "processing", "replied", "rejected", "done")
SUBNET_TYPES = ("application", "system", "verified_application", "cloud_engine")

Answer = dict[str, object]
ABSENT: Answer = {"result": "absent"}
UNKNOWN: Answer = {"result": "unknown"}


def _found(value: object) -> Answer:
    return {"result": "found", "value": value}


def _lookup(path: list[bytes], tree: hashtree.Tree, clause: str) -> hashtree.Result:
    """A lookup of something that must be a value where it is."""
    result, value = hashtree.lookup(path, tree)
    require(result != "error", clause, "more tree in the place of the value")
    return result, value


def request_status(tree: hashtree.Tree, request_id: bytes) -> Answer:
    """STATE-9 to STATE-12."""
    base = [b"request_status", request_id]
    result, raw = _lookup(base + [b"status"], tree, "STATE-9")
    if raw is None:
        return UNKNOWN if result == "unknown" else ABSENT
    require(raw in [name.encode() for name in STATUSES], "STATE-9", "no status")
    status = raw.decode()
    fields = {
        "reply": ("STATE-10", "replied"),
        "reject_code": ("STATE-11", "rejected"),
        "reject_message": ("STATE-11", "rejected"),
        "error_code": ("STATE-12", "rejected"),
    }
    value: dict[str, object] = {"status": status}
    hidden = False
    for name, (clause, owner) in fields.items():
        shown, data = _lookup(base + [name.encode()], tree, clause)
        if status != owner:
            require(data is None, clause, f"{name} where the status is {status}")
        elif data is None:
            if name != "error_code":
                require(shown == "unknown", clause, f"no {name}")
                hidden = True
        elif name == "reply":
            value[name] = data.hex()
        elif name == "reject_code":
            code = certificate.decode_leb128(data)
            require(1 <= code <= 6, "STATE-11", f"the code {code}")
            value[name] = str(code)
        else:
            value[name] = cbor.decode_text(data, "CERT-8")
    return UNKNOWN if hidden else _found(value)


def controllers(data: bytes, policy: Policy) -> list[str]:
    """STATE-15."""
    clause = "STATE-15"
    try:
        item = cbor.untag(cbor.decode(data), policy, clause)
    except (cbor.Malformed, cbor.TooDeep) as error:
        raise Reject(clause, "not one CBOR item") from error
    require(item.kind == "array", clause, "no list")
    out = []
    for member in item.value:
        good = member.kind == "bytes" and len(member.value) <= principal.MAX_LENGTH
        require(good, clause, "no principal")
        out.append(member.value.hex())
    return out


def node_key(data: bytes) -> bytes:
    """STATE-7: 44 bytes, of which the first 12 are always the same. Returns the last 32."""
    good = len(data) == 44 and data == keys.encode_ed25519(data[12:])
    require(good, "STATE-7", "no Ed25519 key in DER")
    return data[12:]


def node_keys(tree: hashtree.Tree, subnet: bytes) -> Answer:
    """STATE-7: the keys of those nodes that the tree shows."""
    below = hashtree.subtree([b"subnet", subnet, b"node"], tree)
    if isinstance(below, str):
        return UNKNOWN if below == "unknown" else ABSENT
    forest = hashtree.flatten_forks(below)
    nodes = []
    for member in forest:
        if isinstance(member, hashtree.Labeled):
            good = len(member.label) <= principal.MAX_LENGTH
            require(good, "STATE-7", "a node id of more than 29 bytes")
            result, key = _lookup([b"public_key"], member.below, "STATE-7")
            require(result != "absent", "STATE-7", "a node without key")
            if key is not None:
                node_key(key)
                nodes.append({"node": member.label.hex(), "public_key": key.hex()})
    if not nodes:
        return UNKNOWN if forest else ABSENT
    return _found(nodes)


_CLAUSES = {
    "subnet_type": "STATE-4",
    "certified_data": "STATE-13",
    "module_hash": "STATE-14",
    "controllers": "STATE-15",
    "metadata": "STATE-18",
}


def read(verified: certificate.Verified, what: dict[str, Any], policy: Policy) -> Answer:
    """The operation state.read. `what` has a kind, and the ids as bytes."""
    tree, kind = verified.tree, what["kind"]
    if kind == "time":
        return _found(str(verified.time))
    if kind == "request_status":
        return request_status(tree, what["request_id"])
    if kind == "node_keys":
        return node_keys(tree, what["subnet"])
    if kind == "subnet_type":
        path = [b"subnet", what["subnet"], b"type"]
    elif kind == "metadata":
        path = [b"canister", what["canister"], b"metadata", what["name"].encode()]
    else:
        path = [b"canister", what["canister"], kind.encode()]
    clause = _CLAUSES[kind]
    result, data = _lookup(path, tree, clause)
    if data is None:
        return UNKNOWN if result == "unknown" else ABSENT
    if kind == "subnet_type":
        subnet_type = cbor.decode_text(data, "CERT-8")
        require(subnet_type in SUBNET_TYPES, clause, "no subnet type")
        return _found(subnet_type)
    if kind == "controllers":
        return _found(controllers(data, policy))
    require(kind != "certified_data" or len(data) <= 32, clause, "more than 32 bytes")
    require(kind != "module_hash" or len(data) == 32, clause, "not 32 bytes")
    return _found(data.hex())
