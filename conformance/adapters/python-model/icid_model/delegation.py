"""Delegation chains (DELEG, PERM, ENV-5, ENV-16, SIG-6)."""

from dataclasses import dataclass

from . import cbor, keys, rihash, rsa, signature
from .policy import Policy
from .rihash import Map, Nat
from .verdict import Reject, require

MAX_LINKS = 20
MAX_TARGETS = 1000


@dataclass(frozen=True)
class Delegation:
    """DELEG-1: absent members are None, which isn't the same as empty."""

    pubkey: bytes
    expiration: int
    targets: tuple[bytes, ...] | None = None
    permissions: str | None = None


@dataclass(frozen=True)
class Link:
    """A delegation and its signature."""

    delegation: Delegation
    signature: bytes


@dataclass(frozen=True)
class Chain:
    """What a valid chain allows."""

    leaf: bytes
    queries_only: bool
    targets: frozenset[bytes] | None


def hash_of(delegation: Delegation) -> bytes:
    """DELEG-2, DELEG-21, PERM-7: the members that are there, and no others."""
    entries: list[tuple[str, object]] = [
        ("pubkey", delegation.pubkey),
        ("expiration", Nat(delegation.expiration)),
    ]
    if delegation.targets is not None:
        entries.append(("targets", list(delegation.targets)))
    if delegation.permissions is not None:
        entries.append(("permissions", delegation.permissions))
    return rihash.hash_of_map(Map(tuple(entries)))


def payload(delegation: Delegation) -> bytes:
    """What the signature of a link covers."""
    return signature.DELEGATION + hash_of(delegation)


def from_item(item: cbor.Item, policy: Policy) -> Link:
    """A link within an envelope."""
    outer = cbor.record(item, ("delegation", "signature"), policy, shape="DELEG-1")
    require("delegation" in outer and "signature" in outer, "DELEG-1", "a member is missing")
    known = ("pubkey", "expiration", "targets", "permissions")
    inner = cbor.record(outer["delegation"], known, policy, shape="DELEG-1")
    require("pubkey" in inner and "expiration" in inner, "DELEG-1", "a member is missing")
    targets = None
    if "targets" in inner:
        members = cbor.as_array(inner["targets"])
        targets = tuple(cbor.as_blob(member, policy) for member in members)
    permissions = None
    if "permissions" in inner:
        member = inner["permissions"]
        require(member.kind != "null", "CBOR-12", "null")
        require(member.kind == "text", "PERM-1", f"{member.kind} for the permissions")
        permissions = cbor.decode_text(member.value)
    return Link(
        Delegation(
            cbor.as_blob(inner["pubkey"], policy),
            cbor.as_nat64(inner["expiration"]),
            targets,
            permissions,
        ),
        cbor.as_blob(outer["signature"], policy),
    )


def check_targets(targets: tuple[bytes, ...] | None) -> None:
    """DELEG-15."""
    require(all(len(target) <= 29 for target in targets or ()), "DELEG-15", "a target too long")


def check_permissions(permissions: str | None) -> None:
    """PERM-3, PERM-5, PERM-6."""
    if permissions in (None, "all", "queries"):
        return
    assert permissions is not None
    almost = permissions.strip().lower() in ("", "all", "queries")
    raise Reject("PERM-6" if almost else "PERM-5", f"the permissions {permissions!r}")


def parse_key(spki: bytes, policy: Policy, clause: str) -> keys.Key:
    """ENV-5, SIG-6: a key of SIG-5."""
    try:
        key = keys.parse(spki, policy)
    except Reject as error:
        raise Reject(clause, str(error)) from error
    require(not isinstance(key, keys.Bls), clause, "a BLS key")
    return key


def parse_signer(spki: bytes, policy: Policy, clause: str) -> keys.Key | keys.Rsa:
    """The key before a link, which may be a plain RSA key where the policy says so."""
    plain = keys.plain_rsa(spki) if policy.plain_rsa_signs_delegations else None
    return plain or parse_key(spki, policy, clause)


def check_link(
    key: keys.Key | keys.Rsa, link: Link, root_key: bytes | None, policy: Policy
) -> None:
    """DELEG-2 to DELEG-4: the key before the link signs it."""
    signed = payload(link.delegation)
    if isinstance(key, keys.Rsa):
        require(rsa.verify(key.n, key.e, signed, link.signature), "DELEG-2", "wrong signature")
        return
    try:
        signature.verify(key, signed, link.signature, root_key, policy)
    except Reject as error:
        clause = "CSIG-17" if error.clause == "CSIG-17" else "DELEG-2"
        raise Reject(clause, str(error)) from error


def verify(
    sender_pubkey: bytes, links: list[Link], now: int, root_key: bytes | None, policy: Policy
) -> Chain:
    """Everything about a chain that doesn't depend on a request."""
    require(len(links) <= MAX_LINKS, "DELEG-5", f"{len(links)} links")
    spkis = [sender_pubkey] + [link.delegation.pubkey for link in links]
    require(len(spkis) == len(set(spkis)), "DELEG-6", "a key twice")
    for link in links:
        require(now <= link.delegation.expiration, "DELEG-7", "an expired link")
        count = len(link.delegation.targets or ())
        require(count <= MAX_TARGETS, "DELEG-10", f"{count} targets")
        check_targets(link.delegation.targets)
        check_permissions(link.delegation.permissions)
    signers = [
        parse_signer(spki, policy, "SIG-6" if at else "ENV-5") for at, spki in enumerate(spkis[:-1])
    ]
    parse_key(spkis[-1], policy, "SIG-6" if links else "ENV-5")
    for key, link in zip(signers, links, strict=True):
        check_link(key, link, root_key, policy)
    allowed: frozenset[bytes] | None = None
    for link in links:
        if link.delegation.targets is not None:
            own = frozenset(link.delegation.targets)
            allowed = own if allowed is None else allowed & own
    queries_only = any(link.delegation.permissions == "queries" for link in links)
    return Chain(spkis[-1], queries_only, allowed)
