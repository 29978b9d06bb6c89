"""Requests and their envelopes (ENV, CBOR-11, REQID-11 to REQID-16, READ-1, READ-2, READ-29)."""

from dataclasses import dataclass

from . import cbor, delegation, effective, principal, rihash, sender_info, signature
from .policy import Policy
from .rihash import Map, Nat
from .verdict import Reject, require

KINDS = ("call", "query", "read_state")
MAX_NONCE = 32
MAX_PATHS = 1000
MAX_LABELS = 127


@dataclass(frozen=True)
class Content:
    """ENV-19, ENV-20: what is absent is None."""

    kind: str
    sender: bytes
    ingress_expiry: int
    nonce: bytes | None
    canister_id: bytes = b""
    method_name: str = ""
    arg: bytes = b""
    info: sender_info.SenderInfo | None = None
    paths: tuple[tuple[bytes, ...], ...] = ()

    def request_id(self) -> bytes:
        """REQID-11, REQID-14, SINFO-9."""
        entries: list[tuple[str, object]] = [
            ("request_type", self.kind),
            ("sender", self.sender),
            ("ingress_expiry", Nat(self.ingress_expiry)),
        ]
        if self.nonce is not None:
            entries.append(("nonce", self.nonce))
        if self.kind == "read_state":
            entries.append(("paths", [list(path) for path in self.paths]))
        else:
            entries.append(("canister_id", self.canister_id))
            entries.append(("method_name", self.method_name))
            entries.append(("arg", self.arg))
        if self.info is not None:
            members = (
                ("info", self.info.info),
                ("signer", self.info.signer),
                ("sig", self.info.sig),
            )
            entries.append(("sender_info", Map(members)))
        return rihash.hash_of_map(Map(tuple(entries)))


@dataclass(frozen=True)
class Envelope:
    """CBOR-11."""

    content: Content
    sender_pubkey: bytes | None
    sender_sig: bytes | None
    sender_delegation: tuple[delegation.Link, ...] | None


@dataclass(frozen=True)
class Sender:
    """What a valid request establishes."""

    content: Content
    queries_only: bool
    targets: frozenset[bytes] | None


# Decoding.

_COMMON = ("request_type", "sender", "ingress_expiry", "nonce")
_CALL = _COMMON + ("canister_id", "method_name", "arg", "sender_info")
_READ = _COMMON + ("paths",)


def _principal(item: cbor.Item, policy: Policy, clause: str) -> bytes:
    out = cbor.as_blob(item, policy)
    require(len(out) <= principal.MAX_LENGTH, clause, f"a principal of {len(out)} bytes")
    return out


def _sender_info(item: cbor.Item, policy: Policy) -> sender_info.SenderInfo:
    require(item.kind != "null", "CBOR-12", "null")
    found = cbor.record(item, ("info", "signer", "sig"), policy)
    for name in ("info", "signer", "sig"):
        require(name in found, "SINFO-1", f"no {name}")
    return sender_info.SenderInfo(
        cbor.as_blob(found["info"], policy),
        _principal(found["signer"], policy, "PRIN-1"),
        cbor.as_blob(found["sig"], policy),
    )


def _request_type(item: cbor.Item) -> str:
    """The kind of request, looked up before the other members because it decides about them."""
    for key, value in item.value:
        if key.kind == "text" and key.value == b"request_type":
            kind = cbor.as_text(value)
            require(kind in KINDS, "ENV-18", f"the type {kind!r}")
            return kind
    raise Reject("ENV-18", "no request type")


def _content(item: cbor.Item, policy: Policy) -> Content:
    require(item.kind not in ("bytes", "text"), "CBOR-11", "an encoding of the content")
    require(item.kind == "map", "CBOR-8", "content that is no map")
    for key, _ in item.value:
        require(key.kind == "text", "CBOR-2", "a key that is no text")
    kind = _request_type(item)
    is_read = kind == "read_state"
    found = cbor.record(item, _READ if is_read else _CALL, policy)
    require("sender" in found, "ENV-15", "no sender")
    require("ingress_expiry" in found, "ENV-9", "no ingress expiry")
    sender = _principal(found["sender"], policy, "ENV-15")
    expiry = cbor.as_nat64(found["ingress_expiry"])
    nonce = cbor.as_blob(found["nonce"], policy) if "nonce" in found else None
    if is_read:
        require("paths" in found, "ENV-20", "no paths")
        paths = tuple(
            tuple(cbor.as_blob(label, policy) for label in cbor.as_array(path))
            for path in cbor.as_array(found["paths"])
        )
        return Content(kind, sender, expiry, nonce, paths=paths)
    for name in ("canister_id", "method_name", "arg"):
        require(name in found, "ENV-19", f"no {name}")
    return Content(
        kind,
        sender,
        expiry,
        nonce,
        _principal(found["canister_id"], policy, "PRIN-1"),
        cbor.as_text(found["method_name"]),
        cbor.as_blob(found["arg"], policy),
        _sender_info(found["sender_info"], policy) if "sender_info" in found else None,
    )


def decode(data: bytes, policy: Policy) -> Envelope:
    """The form of an envelope. Nothing is authenticated, and no limit is checked."""
    item = cbor.read_message(data, policy)
    names = ("content", "sender_pubkey", "sender_sig", "sender_delegation")
    found = cbor.record(item, names, policy)
    require("content" in found, "CBOR-11", "no content")
    links = None
    if "sender_delegation" in found:
        members = cbor.as_array(found["sender_delegation"])
        links = tuple(delegation.from_item(member, policy) for member in members)
    return Envelope(
        _content(found["content"], policy),
        cbor.as_blob(found["sender_pubkey"], policy) if "sender_pubkey" in found else None,
        cbor.as_blob(found["sender_sig"], policy) if "sender_sig" in found else None,
        links,
    )


# Verification.


def check_sizes(paths: tuple[tuple[bytes, ...], ...]) -> None:
    """READ-1, READ-2."""
    require(len(paths) <= MAX_PATHS, "READ-1", f"{len(paths)} paths")
    require(all(len(path) <= MAX_LABELS for path in paths), "READ-2", "a path with too many labels")


def _check_expiry(content: Content, now: int, policy: Policy) -> None:
    """ENV-10 to ENV-13."""
    if content.sender == principal.ANONYMOUS and content.kind != "call":
        return
    require(now <= content.ingress_expiry, "ENV-10", "expired")
    if policy.expiry_window is not None:
        latest = now + policy.expiry_window
        require(content.ingress_expiry <= latest, "ENV-11", "expires too late")


def _authenticate(
    envelope: Envelope, now: int, root_key: bytes | None, policy: Policy
) -> delegation.Chain:
    """ENV-1 to ENV-6."""
    key, sig, links = envelope.sender_pubkey, envelope.sender_sig, envelope.sender_delegation
    nothing = key is None and sig is None and links is None
    if envelope.content.sender == principal.ANONYMOUS:
        require(nothing, "ENV-2", "an anonymous request with key, signature or chain")
        return delegation.Chain(b"", False, None)
    require(not nothing, "ENV-1", "neither anonymous nor signed")
    if key is None or sig is None:
        raise Reject("ENV-3", "no key or no signature")
    own = principal.self_authenticating(key)
    require(envelope.content.sender == own, "ENV-4", "the sender isn't the key's principal")
    chain = delegation.verify(key, list(links or ()), now, root_key, policy)
    leaf = delegation.parse_key(chain.leaf, policy, "SIG-6" if links else "ENV-5")
    payload = signature.REQUEST + envelope.content.request_id()
    try:
        signature.verify(leaf, payload, sig, root_key, policy)
    except Reject as error:
        raise Reject("ENV-6", str(error)) from error
    return chain


@dataclass(frozen=True)
class Destination:
    """The id in the URL: of a canister or of a subnet."""

    canister: bytes | None = None
    subnet: bytes | None = None


def verify(
    data: bytes, endpoint: str, now: int, root_key: bytes, where: Destination, policy: Policy
) -> Sender:
    """A request as an endpoint receives it."""
    envelope = decode(data, policy)
    content = envelope.content
    require(content.kind == endpoint, "ENV-18", f"{content.kind} at the endpoint {endpoint}")
    check_sizes(content.paths)
    _check_expiry(content, now, policy)
    require(len(content.nonce or b"") <= MAX_NONCE, "ENV-7", "a nonce too long")
    chain = _authenticate(envelope, now, root_key, policy)
    if content.info is not None:
        if envelope.sender_pubkey is None:
            raise Reject("SINFO-3", "sender information of the anonymous user")
        sender_info.verify(envelope.sender_pubkey, content.info, root_key, policy)
    if content.kind != "read_state":
        require(content.kind == "query" or not chain.queries_only, "PERM-2", "a call")
        allowed = chain.targets is None or content.canister_id in chain.targets
        require(allowed, "DELEG-11", "no target")
        if where.canister is not None:
            effective.check_canister(
                content.kind, content.canister_id, content.method_name, content.arg, where.canister
            )
        if where.subnet is not None:
            effective.check_subnet(content.kind, content.canister_id, content.method_name)
    return Sender(content, chain.queries_only, chain.targets)
