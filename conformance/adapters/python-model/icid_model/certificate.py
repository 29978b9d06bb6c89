"""Certificates and subnet delegations (CERT, SDEL, RANGE, ROOT, STATE-3 to STATE-8)."""

from dataclasses import dataclass

from . import bls, cbor, hashtree, keys, principal
from .policy import Policy
from .verdict import Reject, require

STATE_ROOT = b"\x0dic-state-root"
Ranges = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Delegation:
    """CERT-1, SDEL-1."""

    subnet_id: bytes
    certificate: "Certificate"


@dataclass(frozen=True)
class Certificate:
    """CERT-1."""

    tree: hashtree.Tree
    signature: bytes
    delegation: Delegation | None


@dataclass(frozen=True)
class Verified:
    """What verification established."""

    certificate: Certificate
    time: int
    subnet_type: bytes | None  # as it stands in the delegation's tree

    @property
    def tree(self) -> hashtree.Tree:
        """The certified tree."""
        return self.certificate.tree

    @property
    def delegation(self) -> Delegation | None:
        """The delegation, if there is one."""
        return self.certificate.delegation


@dataclass(frozen=True)
class Freshness:
    """The caller's clock and limits (CERT-6, SDEL-9); what is None isn't checked."""

    now: int | None = None
    max_age: int | None = None
    max_skew: int | None = None
    max_delegation_age: int | None = None


# Decoding.


def _record(
    item: cbor.Item, known: tuple[str, ...], policy: Policy, clause: str
) -> dict[str, cbor.Item]:
    try:
        return cbor.record(item, known, policy)
    except Reject as error:
        raise Reject("CBOR-10" if error.clause == "CBOR-10" else clause, str(error)) from error


def _string(found: dict[str, cbor.Item], name: str, clause: str) -> bytes:
    require(name in found and found[name].kind == "bytes", clause, f"no bytes at {name}")
    return bytes(found[name].value)


def decode(data: bytes, policy: Policy) -> Certificate:
    """CERT-1, with SDEL-1, SDEL-2, SDEL-8 for the delegation. Nothing is verified."""
    try:
        item = cbor.untag(cbor.decode(data), policy, "CERT-1")
    except cbor.Malformed as error:
        raise Reject("CERT-1", str(error)) from error
    except cbor.TooDeep as error:
        raise Reject("TREE-12", "too many levels") from error
    found = _record(item, ("tree", "signature", "delegation"), policy, "CERT-1")
    require("tree" in found, "CERT-1", "no tree")
    tree = hashtree.from_item(found["tree"])
    signature = _string(found, "signature", "CERT-1")
    if "delegation" not in found:
        return Certificate(tree, signature, None)
    inner = _record(found["delegation"], ("subnet_id", "certificate"), policy, "SDEL-1")
    subnet_id = _string(inner, "subnet_id", "SDEL-1")
    require(len(subnet_id) <= principal.MAX_LENGTH, "SDEL-8", f"{len(subnet_id)} bytes")
    nested = decode(_string(inner, "certificate", "SDEL-1"), policy)
    require(nested.delegation is None, "SDEL-2", "a delegation within the delegation")
    return Certificate(tree, signature, Delegation(subnet_id, nested))


def decode_leb128(data: bytes) -> int:
    """CERT-8: a natural number of at most 64 bits in as few bytes as possible."""
    number = 0
    for at, byte in enumerate(data):
        number |= (byte & 0x7F) << (7 * at)
        if byte < 0x80:
            require(at == len(data) - 1, "CERT-8", "bytes after the number")
            require(at == 0 or byte != 0, "CERT-8", "a padded number")
            require(number < 2**64, "CERT-8", "more than 64 bits")
            return number
    raise Reject("CERT-8", "no end of the number")


def decode_ranges(data: bytes, policy: Policy) -> Ranges:
    """RANGE-1."""
    clause = "RANGE-1"
    try:
        item = cbor.untag(cbor.decode(data), policy, clause)
    except (cbor.Malformed, cbor.TooDeep) as error:
        raise Reject(clause, "not one CBOR item") from error
    require(item.kind == "array", clause, "no list")
    ranges = []
    for pair in item.value:
        require(pair.kind == "array" and len(pair.value) == 2, clause, "no pair")
        for end in pair.value:
            require(end.kind == "bytes" and len(end.value) <= 29, clause, "no principal")
        ranges.append((pair.value[0].value, pair.value[1].value))
    return ranges


def extract_der(key: bytes, clause: str) -> bytes:
    """SDEL-5, ROOT-4: 133 bytes, of which the first 37 are always the same."""
    prefix = keys.BLS_PREFIX
    require(len(key) == 133 and key.startswith(prefix), clause, "no BLS key in DER")
    require(key[len(prefix)] & 0x80 != 0, clause, "an uncompressed point")
    return key[len(prefix) :]


# Verification.


def _time(tree: hashtree.Tree) -> int:
    value = hashtree.found_value([b"time"], tree)
    if value is None:
        raise Reject("CERT-5", "no time")
    return decode_leb128(value)


def _check_signature(certificate: Certificate, key: bytes, clause: str) -> None:
    try:
        bls.key_point(key)
    except Reject as error:
        raise Reject("CERT-4", f"the key: {error}") from error
    payload = STATE_ROOT + certificate.tree.hash
    require(bls.equation(key, certificate.signature, payload), clause, "wrong signature")


def verify(certificate: Certificate, root_key: bytes, fresh: Freshness = Freshness()) -> Verified:
    """verify_cert with check_delegation, and the times that the caller asks for."""
    root = extract_der(root_key, "ROOT-4")
    subnet_type = None
    delegation = certificate.delegation
    if delegation is None:
        _check_signature(certificate, root, "CERT-2")
    else:
        delegated = delegation.certificate
        _check_signature(delegated, root, "SDEL-3")
        path = [b"subnet", delegation.subnet_id]
        subnet_key = hashtree.found_value(path + [b"public_key"], delegated.tree)
        if subnet_key is None:
            raise Reject("SDEL-4", "no key of the subnet")
        _check_signature(certificate, extract_der(subnet_key, "SDEL-5"), "CERT-2")
        delegation_time = _time(delegated.tree)
        if fresh.now is not None and fresh.max_delegation_age is not None:
            old = delegation_time + fresh.max_delegation_age < fresh.now
            require(not old, "SDEL-9", "a delegation that is too old")
        subnet_type = hashtree.found_value(path + [b"type"], delegated.tree)
    time = _time(certificate.tree)
    if fresh.now is not None and fresh.max_age is not None:
        require(time + fresh.max_age >= fresh.now, "CERT-6", "too old")
    if fresh.now is not None and fresh.max_skew is not None:
        require(time <= fresh.now + fresh.max_skew, "CERT-6", "too far ahead")
    return Verified(certificate, time, subnet_type)


# Scope.


def contains(ranges: Ranges, canister: bytes) -> bool:
    """RANGE-2: both ends belong to a range; bytes compare as Python compares them."""
    return any(low <= canister <= high for low, high in ranges)


def sharded_ranges(delegation: Delegation, policy: Policy) -> Ranges | None:
    """SDEL-7: the lists below /canister_ranges/<subnet>, joined; None if none is shown."""
    tree = delegation.certificate.tree
    shards = hashtree.lookup_prefix([b"canister_ranges", delegation.subnet_id], tree)
    if not shards:
        return None
    return [pair for shard in shards for pair in decode_ranges(shard, policy)]


def flat_ranges(subnet_id: bytes, tree: hashtree.Tree, policy: Policy) -> Ranges | None:
    """STATE-5: the list at /subnet/<subnet>/canister_ranges; None if it isn't shown."""
    value = hashtree.found_value([b"subnet", subnet_id, b"canister_ranges"], tree)
    return None if value is None else decode_ranges(value, policy)


def check_canister(verified: Verified, canister: bytes, policy: Policy, ranges: str) -> None:
    """SDEL-7: a delegation speaks for the canisters in its ranges; the root for all."""
    delegation = verified.delegation
    if delegation is None:
        return
    shown = []
    if ranges in ("sharded", "either"):
        shown.append(sharded_ranges(delegation, policy))
    if ranges in ("flat", "either"):
        shown.append(flat_ranges(delegation.subnet_id, delegation.certificate.tree, policy))
    lists = [entry for entry in shown if entry is not None]
    require(bool(lists), "SDEL-7", "no ranges")
    for entry in lists:
        require(contains(entry, canister), "SDEL-7", "outside of the ranges")


def check_subnet(verified: Verified, subnet: bytes, root_key: bytes) -> None:
    """CERT-11; without a delegation it is the root subnet (policy certificate.root_scope)."""
    delegation = verified.delegation
    own = delegation.subnet_id if delegation else principal.self_authenticating(root_key)
    require(own == subnet, "CERT-11", "another subnet")


def check_scope(
    verified: Verified,
    scope: tuple[str, bytes] | None,
    root_key: bytes,
    policy: Policy,
    ranges: str,
) -> None:
    """The scope of a question: ("canister", id), ("subnet", id) or None."""
    if scope is None:
        return
    kind, subject = scope
    if kind == "canister":
        check_canister(verified, subject, policy, ranges)
    else:
        check_subnet(verified, subject, root_key)
