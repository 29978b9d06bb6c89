"""Signatures of query responses (QUERY-SIG-1 to QUERY-SIG-15)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import cbor, certificate, ed25519, hashtree, keys, principal, rihash, signature
from .policy import Policy
from .rihash import Map, Nat
from .verdict import Reject, require


@dataclass(frozen=True)
class NodeSignature:
    """QUERY-SIG-2."""

    timestamp: int
    signature: bytes
    identity: bytes


@dataclass(frozen=True)
class Response:
    """A response: the members that are signed in every entry, and the entries."""

    status: str
    members: tuple[tuple[str, object], ...]
    signatures: tuple[NodeSignature, ...]

    @property
    def clause(self) -> str:
        """The clause that says how responses of this kind are hashed."""
        return "QUERY-SIG-3" if self.status == "replied" else "QUERY-SIG-4"


def _recoded(clause: str, read: Callable[..., Any], *arguments: object) -> Any:
    """Reads a value and says `clause` where it is of another type."""
    try:
        return read(*arguments)
    except Reject as error:
        kept = error.clause if error.clause in ("CBOR-10", "CBOR-12", "CBOR-7") else clause
        raise Reject(kept, str(error)) from error


def _entry(item: cbor.Item, policy: Policy) -> NodeSignature:
    clause = "QUERY-SIG-2"
    names = ("timestamp", "signature", "identity")
    found = _recoded(clause, cbor.record, item, names, policy)
    for name in names:
        require(name in found, clause, f"no {name}")
    identity = _recoded(clause, cbor.as_blob, found["identity"], policy)
    require(len(identity) <= principal.MAX_LENGTH, clause, "no principal")
    return NodeSignature(
        _recoded(clause, cbor.as_nat64, found["timestamp"]),
        _recoded(clause, cbor.as_blob, found["signature"], policy),
        identity,
    )


def decode(data: bytes, policy: Policy) -> Response:
    """A replied or rejected response."""
    item = cbor.read_message(data, policy)
    names = ("status", "reply", "reject_code", "reject_message", "error_code", "signatures")
    found = cbor.record(item, names, policy)
    require("status" in found, "QUERY-SIG-3", "no status")
    status = _recoded("QUERY-SIG-3", cbor.as_text, found["status"])
    members: list[tuple[str, object]] = [("status", status)]
    if status == "replied":
        require("reply" in found, "QUERY-SIG-3", "no reply")
        reply = _recoded("QUERY-SIG-3", cbor.record, found["reply"], ("arg",), policy)
        require("arg" in reply, "QUERY-SIG-3", "no reply")
        arg = _recoded("QUERY-SIG-3", cbor.as_blob, reply["arg"], policy)
        members.append(("reply", Map((("arg", arg),))))
        foreign = ["reject_code", "reject_message", "error_code"]
    elif status == "rejected":
        clause = "QUERY-SIG-4"
        require("reject_code" in found and "reject_message" in found, clause, "a member is missing")
        code = _recoded(clause, cbor.as_nat64, found["reject_code"])
        members.append(("reject_code", Nat(code)))
        members.append(("reject_message", _recoded(clause, cbor.as_text, found["reject_message"])))
        if "error_code" in found:
            members.append(("error_code", _recoded(clause, cbor.as_text, found["error_code"])))
        foreign = ["reply"]
    else:
        raise Reject("QUERY-SIG-3", "another status")
    if not policy.ignore_unknown_fields:
        for name in foreign:
            require(name not in found, "CBOR-10", f"{name} in a response of status {status}")
    entries: list[cbor.Item] = []
    if "signatures" in found:
        entries = _recoded("QUERY-SIG-1", cbor.as_array, found["signatures"])
    require(bool(entries), "QUERY-SIG-1", "no signature")
    return Response(str(status), tuple(members), tuple(_entry(entry, policy) for entry in entries))


def _answering_subnet(
    verified: certificate.Verified,
    scope: tuple[str, bytes],
    root_subnet_id: bytes,
    policy: Policy,
    ranges: str,
) -> bytes:
    """QUERY-SIG-7 to QUERY-SIG-9: which subnet answered, and whether it may."""
    kind, subject = scope
    delegation = verified.delegation
    subnet = delegation.subnet_id if delegation else root_subnet_id
    if kind == "subnet":
        require(subnet == subject, "QUERY-SIG-9", "another subnet")
        return subnet
    try:
        if delegation is None:
            shown = certificate.flat_ranges(subnet, verified.tree, policy)
            good = shown is not None and certificate.contains(shown, subject)
            require(good, "QUERY-SIG-7", "not in the root subnet's ranges")
        else:
            certificate.check_canister(verified, subject, policy, ranges)
    except Reject as error:
        raise Reject("QUERY-SIG-8" if delegation else "QUERY-SIG-7", str(error)) from error
    return subnet


def _node_key(tree: hashtree.Tree, subnet: bytes, node: bytes, policy: Policy) -> bytes:
    """QUERY-SIG-6, QUERY-SIG-11."""
    path = [b"subnet", subnet, b"node", node, b"public_key"]
    value = hashtree.found_value(path, tree)
    if value is None:
        raise Reject("QUERY-SIG-6", "no key of this node")
    try:
        key = keys.parse(value, policy)
    except Reject as error:
        raise Reject("QUERY-SIG-11", str(error)) from error
    if not isinstance(key, keys.Ed25519):
        raise Reject("QUERY-SIG-11", "no Ed25519 key")
    return key.key


def verify(
    response: Response,
    request_id: bytes,
    verified: certificate.Verified,
    scope: tuple[str, bytes],
    root_subnet_id: bytes,
    now: int,
    max_age: int,
    policy: Policy,
    ranges: str,
) -> None:
    """verify_response and verify_subnet_response of the text."""
    subnet = _answering_subnet(verified, scope, root_subnet_id, policy, ranges)
    for time in [verified.time] + [entry.timestamp for entry in response.signatures]:
        require(time + max_age >= now, "QUERY-SIG-12", "too old")
    good = []
    for entry in response.signatures:
        key = _node_key(verified.tree, subnet, entry.identity, policy)
        own = (("timestamp", Nat(entry.timestamp)), ("request_id", request_id))
        signed = signature.RESPONSE + rihash.hash_of_map(Map(response.members + own))
        good.append(ed25519.verify(key, signed, entry.signature))
    if not all(good):
        raise Reject("QUERY-SIG-5" if any(good) else response.clause, "wrong signature")
