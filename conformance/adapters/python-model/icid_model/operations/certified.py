"""Operations on what certificates certify: lookups, reads of the state, query responses."""

from typing import Any

from .. import cbor, certificate, hashtree, query_signature, readstate, state
from ..policy import Policy
from ..values import blob, fields, items, nat64, optional_blob, optional_nat64, path, text
from ..verdict import BadQuestion
from .data import lookup_result
from .registry import Json, operation

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


@operation("certificate.verify", _CERTIFICATE, _CERTIFICATE_OPTIONS)
def _certificate_verify(question: Json, policy: Policy) -> Json:
    verified = _verified(question, policy)
    out = {"root_hash": verified.tree.hash.hex(), "time": str(verified.time)}
    if verified.delegation is not None:
        out["subnet_id"] = verified.delegation.subnet_id.hex()
    if verified.subnet_type is not None:
        out["subnet_type"] = cbor.decode_text(verified.subnet_type, "CERT-8")
    return out


@operation("certificate.lookup", _CERTIFICATE + ("path",), _CERTIFICATE_OPTIONS)
def _certificate_lookup(question: Json, policy: Policy) -> Json:
    verified = _verified(question, policy)
    return lookup_result(hashtree.lookup(path(question["path"]), verified.tree))


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


@operation("state.read", _CERTIFICATE + ("read",), _CERTIFICATE_OPTIONS)
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


@operation(
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


@operation(
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
