"""Which paths of the state a request may read (READ-1 to READ-24, DELEG-17)."""

from dataclasses import dataclass

from . import principal
from .envelope import check_sizes
from .verdict import Reject, require


@dataclass(frozen=True)
class KnownRequest:
    """A request that the replica knows."""

    request_id: bytes
    sender: bytes
    canister_id: bytes
    effective_id: bytes


@dataclass(frozen=True)
class KnownCanister:
    """A canister that exists; `private` says of each metadata section whether it is."""

    canister_id: bytes
    controllers: frozenset[bytes]
    private: dict[str, bool]


@dataclass(frozen=True)
class Read:
    """A read, and the state that decides about it."""

    paths: tuple[tuple[bytes, ...], ...]
    sender: bytes
    version: int
    canister: bytes | None  # the effective canister id, at a canister endpoint
    subnet: bytes | None  # the effective subnet id, at a subnet endpoint
    root_subnet_id: bytes
    targets: frozenset[bytes] | None
    requests: tuple[KnownRequest, ...]
    canisters: tuple[KnownCanister, ...]


def _require_id(label: bytes) -> None:
    """A label in the place of an id is one: at most 29 bytes (PRIN-1, STATE-19)."""
    require(len(label) <= principal.MAX_LENGTH, "READ-9", "no id in the place of one")


def _boundary_nodes(rest: tuple[bytes, ...]) -> None:
    """READ-11."""
    if rest:
        _require_id(rest[0])
    if len(rest) > 1:
        names = (b"domain", b"ipv4_address", b"ipv6_address")
        require(len(rest) == 2, "READ-9", "not listed")
        require(rest[1] in names, "READ-11", "not listed below a node")


def _subnet(read: Read, rest: tuple[bytes, ...]) -> None:
    """READ-13 to READ-16."""
    if not rest:
        return
    subnet, below = rest[0], rest[1:]
    _require_id(subnet)
    if below in ((), (b"public_key",), (b"type",), (b"node",)):
        return
    if below[0] == b"node":
        _require_id(below[1])
        require(below[2:] in ((), (b"public_key",)), "READ-9", "not listed below a node")
    elif below == (b"canister_ranges",):
        allowed = subnet == read.root_subnet_id or read.version == 2
        require(allowed, "READ-15", "flat ranges of another subnet")
    elif below == (b"metrics",):
        require(read.subnet == subnet, "READ-16", "metrics elsewhere")
    else:
        raise Reject("READ-9", "not listed below a subnet")


def _request_status(read: Read, rest: tuple[bytes, ...]) -> None:
    """READ-17 to READ-19, READ-33, DELEG-17."""
    require(bool(rest), "READ-9", "all requests")
    require(len(rest[0]) == 32, "READ-33", f"a request id of {len(rest[0])} bytes")
    require(len(rest) <= 2, "READ-9", "not listed")
    names = (b"status", b"reply", b"reject_code", b"reject_message", b"error_code")
    require(len(rest) == 1 or rest[1] in names, "READ-17", "not listed below a request")
    for known in read.requests:
        if known.request_id == rest[0]:
            require(known.sender == read.sender, "READ-18", "the request of another sender")
            here = read.canister if read.canister is not None else read.subnet
            require(known.effective_id == here, "READ-19", "a request to another destination")
            allowed = read.targets is None or known.canister_id in read.targets
            require(allowed, "DELEG-17", "the request's canister is no target")


def _metadata(read: Read, canister: bytes, label: bytes) -> None:
    """READ-23."""
    require(read.canister == canister, "READ-23", "another canister")
    try:
        name = label.decode()
    except UnicodeDecodeError as error:
        raise Reject("READ-23", "a name that isn't UTF-8") from error
    for known in read.canisters:
        if known.canister_id == canister and known.private.get(name, False):
            require(read.sender in known.controllers, "READ-23", "a private section")


def _canister(read: Read, rest: tuple[bytes, ...]) -> None:
    """READ-22 to READ-24."""
    times = (b"canister_creation_timestamp", b"last_install_timestamp")
    if len(rest) == 2 and rest[1] in (b"module_hash", b"controllers") + times:
        require(read.canister == rest[0], "READ-22", "another canister")
    elif len(rest) == 3 and rest[1] == b"metadata":
        _metadata(read, rest[0], rest[2])
    elif len(rest) == 2 and rest[1] == b"certified_data":
        raise Reject("READ-24", "certified data")
    else:
        raise Reject("READ-9", "not listed below a canister")


def _check_path(read: Read, path: tuple[bytes, ...]) -> None:
    """READ-9: what isn't listed isn't allowed."""
    require(bool(path), "READ-9", "the empty path")
    first, rest = path[0], path[1:]
    if first == b"time":
        require(not rest, "READ-9", "below the time")
    elif first == b"api_boundary_nodes":
        _boundary_nodes(rest)
    elif first == b"canister_ranges":
        require(len(rest) == 1, "READ-9", "not the ranges of one subnet")
        _require_id(rest[0])
        require(read.subnet is not None, "READ-12", "sharded ranges at a canister endpoint")
    elif first == b"subnet":
        _subnet(read, rest)
    elif first == b"request_status":
        _request_status(read, rest)
    elif first == b"canister":
        _canister(read, rest)
    else:
        raise Reject("READ-9", "not listed")


def authorize(read: Read) -> None:
    """The operation read_state.authorize."""
    check_sizes(read.paths)
    for path in read.paths:
        _check_path(read, path)
    for label, clause in ((b"request_status", "READ-20"), (b"canister_ranges", "READ-21")):
        named = {path[1] for path in read.paths if path[0] == label}
        require(len(named) <= 1, clause, "paths that name several")
