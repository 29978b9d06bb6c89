"""CBOR (RFC 8949): a reader that keeps everything, checks of the IC's profile, and a writer.

Clauses CBOR-1 to CBOR-12. Reading has three steps: `scan` follows the grammar of RFC 8949 without
recursion, `decode` builds items, and then either `check_profile` looks at all of them or a record
reader takes the fields that it knows.
"""

from dataclasses import dataclass
from typing import Any

from .policy import Policy
from .verdict import Reject, require

SELF_DESCRIBED = 55799
MAX_NESTING = 64  # arrays and maps inside each other, policy cbor.nesting
MAX_ENTRIES = 64  # entries of a map, policy cbor.map_entries
# Hash trees nest deeper; what is deeper than this is no tree within the budget either.
_MAX_BUILT = 700


class Malformed(Exception):
    """The bytes aren't exactly one well-formed item."""


class TooDeep(Exception):
    """The item is well-formed, and nested too deeply to be looked at."""


@dataclass(slots=True)
class Item:
    """One data item. `kind` says what is in `value`:

    uint, nint: int · bytes: bytes · text: bytes, not yet checked as UTF-8 · array: list[Item] ·
    map: list[tuple[Item, Item]] · tag: Item, with the number in `tag` · null: None ·
    simple, float, chunked: nothing of use
    """

    kind: str
    value: Any = None
    tag: int = 0


def _head(data: bytes, at: int) -> tuple[int, int, int, int]:
    """Major type, additional information, argument, and where the head ends."""
    if at >= len(data):
        raise Malformed("ends where an item should be")
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if info < 24:
        return major, info, info, at
    if info < 28:
        size = 1 << (info - 24)
        if at + size > len(data):
            raise Malformed("ends within a head")
        return major, info, int.from_bytes(data[at : at + size], "big"), at + size
    if info < 31:
        raise Malformed("reserved value")
    return major, info, 0, at


@dataclass(slots=True)
class _Open:
    """A container that isn't complete: how many items it has, and how many it needs.

    None stands for indefinite length. Strings in chunks and tags are containers, too.
    """

    kind: str
    needs: int | None
    has: int = 0


def scan(data: bytes) -> int:
    """Checks that `data` is one well-formed item. Returns how deeply arrays and maps nest."""
    containers: list[_Open] = []
    depth = deepest = 0
    at = 0
    while True:
        major, info, argument, at = _head(data, at)
        top = containers[-1] if containers else None
        endless = info == 31
        is_break = major == 7 and endless
        if top and top.kind in ("bytes", "text") and not is_break:
            wanted = 2 if top.kind == "bytes" else 3
            if endless or major != wanted:
                raise Malformed("not a chunk")
        if is_break:
            if not top or top.needs is not None or (top.kind == "map" and top.has % 2):
                raise Malformed("a break in the wrong place")
            if containers.pop().kind in ("array", "map"):
                depth -= 1
        elif major in (0, 1):
            if endless:
                raise Malformed("an integer of indefinite length")
        elif major in (2, 3) and endless:
            containers.append(_Open("bytes" if major == 2 else "text", None))
            continue
        elif major in (2, 3):
            at += argument
            if at > len(data):
                raise Malformed("ends within a string")
        elif major in (4, 5):
            deepest = max(deepest, depth + 1)
            if endless or argument:
                needs = None if endless else argument * (major - 3)
                containers.append(_Open("array" if major == 4 else "map", needs))
                depth += 1
                continue
        elif major == 6:
            if endless:
                raise Malformed("a tag of indefinite length")
            containers.append(_Open("tag", 1))
            continue
        elif info == 24 and argument < 32:
            raise Malformed("a simple value in two bytes")
        # An item is complete, and with it perhaps the containers around it.
        while containers:
            containers[-1].has += 1
            if containers[-1].has != containers[-1].needs:
                break
            if containers.pop().kind in ("array", "map"):
                depth -= 1
        if not containers:
            if at != len(data):
                raise Malformed("bytes after the item")
            return deepest


def _build(data: bytes, at: int) -> tuple[Item | None, int]:
    """The item at `at` in well-formed data, or None for a break."""
    major, info, argument, at = _head(data, at)
    endless = info == 31
    if major == 0:
        return Item("uint", argument), at
    if major == 1:
        return Item("nint", -1 - argument), at
    if major in (2, 3):
        if endless:
            while True:
                chunk, at = _build(data, at)
                if chunk is None:
                    return Item("chunked"), at
        return Item("bytes" if major == 2 else "text", data[at : at + argument]), at + argument
    if major in (4, 5):
        members: list[Item] = []
        count = argument * (major - 3)
        while endless or len(members) < count:
            member, at = _build(data, at)
            if member is None:
                break
            members.append(member)
        if major == 4:
            return Item("array", members), at
        return Item("map", list(zip(members[::2], members[1::2]))), at
    if major == 6:
        inner, at = _build(data, at)
        return Item("tag", inner, argument), at
    if endless:
        return None, at
    if info in (25, 26, 27):
        return Item("float"), at
    return Item("null" if argument == 22 else "simple", argument), at


def decode(data: bytes) -> Item:
    """The one item that `data` is."""
    if scan(data) > _MAX_BUILT:
        raise TooDeep()
    item, _ = _build(data, 0)
    assert item is not None
    return item


def decode_text(raw: bytes, clause: str = "CBOR-4") -> str:
    """UTF-8 as RFC 3629 has it: nothing overlong, no surrogates."""
    try:
        return raw.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        raise Reject(clause, "invalid UTF-8") from error


def untag(item: Item, policy: Policy, clause: str = "CBOR-1") -> Item:
    """The item inside tag 55799; without any tag only where the policy says so."""
    if item.kind == "tag":
        require(item.tag == SELF_DESCRIBED, clause, "another tag")
        inner: Item = item.value
        require(inner.kind != "tag" or inner.tag != SELF_DESCRIBED, clause, "the tag twice")
        return inner
    require(not policy.tag_required, clause, "no tag")
    return item


def nesting(item: Item) -> int:
    """How deeply arrays and maps nest."""
    if item.kind == "array":
        return 1 + max((nesting(member) for member in item.value), default=0)
    if item.kind == "map":
        return 1 + max((max(nesting(k), nesting(v)) for k, v in item.value), default=0)
    if item.kind == "tag":
        return nesting(item.value)
    return 0


def _reject_tag(item: Item) -> None:
    """A tag inside the message is a bignum above 64 bits, or in the place of something else."""
    inner: Item = item.value
    if item.tag == 2 and inner.kind == "bytes":
        digits: bytes = inner.value
        require(len(digits) > 8 and digits[0] != 0, "CBOR-5", "a bignum for a small number")
        return
    by_content = {"bytes": "CBOR-3", "text": "CBOR-4", "uint": "CBOR-5", "nint": "CBOR-5"}
    raise Reject(by_content.get(inner.kind, "CBOR-8"), f"tag {item.tag}")


def check_profile(item: Item, policy: Policy) -> None:
    """CBOR-2 to CBOR-8 for everything inside the outermost tag.

    Nothing is known here about what stands for what, so negative integers and booleans pass.
    """
    if item.kind == "text":
        decode_text(item.value)
    elif item.kind == "float":
        raise Reject("CBOR-6", "a float")
    elif item.kind == "chunked":
        raise Reject("CBOR-3", "a string in chunks")
    elif item.kind == "simple":
        require(item.value in (20, 21), "CBOR-8", "a simple value")
    elif item.kind == "null":
        require(policy.null_is_absent, "CBOR-12", "null")
    elif item.kind == "tag":
        _reject_tag(item)
    elif item.kind == "array":
        for member in item.value:
            check_profile(member, policy)
    elif item.kind == "map":
        seen: set[str] = set()
        entries: list[tuple[Item, Item]] = item.value
        for key, value in entries:
            require(key.kind == "text", "CBOR-2", "a key that is no text")
            name = decode_text(key.value)
            require(name not in seen, "CBOR-7", f"the key {name!r} twice")
            seen.add(name)
            check_profile(value, policy)
        require(len(entries) <= MAX_ENTRIES, "CBOR-8", "more entries than the budget allows")


def read_message(data: bytes, policy: Policy) -> Item:
    """A whole message: well-formed, tagged, nested within the budget. Its content isn't checked."""
    try:
        item = decode(data)
    except Malformed as error:
        raise Reject("CBOR-9", str(error)) from error
    except TooDeep as error:
        raise Reject("CBOR-8", "nested too deeply") from error
    inner = untag(item, policy)
    require(nesting(inner) <= MAX_NESTING, "CBOR-8", "nested too deeply")
    return inner


def check(data: bytes, policy: Policy) -> None:
    """The operation cbor.check."""
    check_profile(read_message(data, policy), policy)


# Records.


def record(
    item: Item, known: tuple[str, ...], policy: Policy, shape: str = "CBOR-8"
) -> dict[str, Item]:
    """The fields of a map by name. Null counts as absence where the policy says so.

    A field that is ignored is still part of the message, so CBOR-2 to CBOR-7 hold within it.
    """
    require(item.kind == "map", shape, "not a map")
    found: dict[str, Item] = {}
    seen: set[str] = set()
    for key, value in item.value:
        require(key.kind == "text", "CBOR-2", "a key that is no text")
        name = decode_text(key.value)
        require(name not in seen, "CBOR-7", f"the key {name!r} twice")
        seen.add(name)
        if name not in known:
            require(policy.ignore_unknown_fields, "CBOR-10", f"unknown field {name!r}")
            check_profile(value, policy)
            continue
        if value.kind == "null" and policy.null_is_absent:
            continue
        found[name] = value
    return found


def _refuse_null(item: Item) -> None:
    require(item.kind != "null", "CBOR-12", "null")


def as_blob(item: Item, policy: Policy) -> bytes:
    """A byte string; also a text or an array of bytes where the policy says so (CBOR-3)."""
    _refuse_null(item)
    if item.kind == "bytes":
        return bytes(item.value)
    if policy.lenient_blobs and item.kind == "text":
        return decode_text(item.value).encode()
    if policy.lenient_blobs and item.kind == "array":
        members: list[Item] = item.value
        if all(member.kind == "uint" and member.value < 256 for member in members):
            return bytes(member.value for member in members)
    raise Reject("CBOR-3", f"{item.kind} for a blob")


def as_text(item: Item) -> str:
    """A text string in UTF-8 (CBOR-4)."""
    _refuse_null(item)
    require(item.kind == "text", "CBOR-4", f"{item.kind} for a text")
    return decode_text(item.value)


def as_nat64(item: Item) -> int:
    """A natural number of at most 64 bits (CBOR-5, CBOR-6, policy cbor.bignum)."""
    _refuse_null(item)
    require(item.kind != "float", "CBOR-6", "a float for a number")
    require(item.kind == "uint", "CBOR-5", f"{item.kind} for a number")
    return int(item.value)


def as_array(item: Item) -> list[Item]:
    """An array (CBOR-8)."""
    _refuse_null(item)
    require(item.kind == "array", "CBOR-8", f"{item.kind} for an array")
    return list(item.value)


# Writing: definite lengths, shortest heads.


def write_head(major: int, argument: int) -> bytes:
    """A head with its argument in as few bytes as possible."""
    if argument < 24:
        return bytes([major << 5 | argument])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << (8 * size):
            return bytes([major << 5 | info]) + argument.to_bytes(size, "big")
    raise ValueError("more than 64 bits")


def write(value: object) -> bytes:
    """bool, int, bytes, str, list and dict (in its own order)."""
    if isinstance(value, bool):
        return write_head(7, 20 + value)
    if isinstance(value, int):
        if value >= 2**64:
            digits = value.to_bytes((value.bit_length() + 7) // 8, "big")
            return write_head(6, 2) + write(digits)
        return write_head(0, value) if value >= 0 else write_head(1, -1 - value)
    if isinstance(value, bytes):
        return write_head(2, len(value)) + value
    if isinstance(value, str):
        return write_head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return write_head(4, len(value)) + b"".join(write(member) for member in value)
    if isinstance(value, dict):
        return write_head(5, len(value)) + b"".join(write(k) + write(v) for k, v in value.items())
    raise TypeError(type(value))


def write_tagged(value: object) -> bytes:
    """A message: tag 55799 around the value."""
    return write_head(6, SELF_DESCRIBED) + write(value)
