"""Candid messages with all their values: what records of stable memory need.

Clauses II-ANCHOR-1, II-ANCHOR-4, II-ANCHOR-11 and II-ANCHOR-12. A value knows where its bytes are,
so that it can be written again as it was, whatever its type. Optional values follow Candid's rule:
one of another type than asked for counts as absent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from .candid import (
    EMPTY,
    FIXED,
    NULL,
    OPT,
    RECORD,
    RESERVED,
    TEXT,
    VARIANT,
    VEC,
    CandidError,
    Reader,
    Type,
    field_id,
)
from .verdict import Reject, require

NAT8, NAT64 = -5, -8
MAX_VALUES = 10_000  # beyond one per byte, because values of some types take no bytes
MAX_DEPTH = 200
T = TypeVar("T")


@dataclass(slots=True)
class Value:
    """A value, the type that it has in its message, and where it is.

    What `inner` is depends on `code`, that of the type: record: dict[int, Value] ·
    vec: list[Value], or bytes if they are of type nat8 · opt: Value or None ·
    variant: (id, Value) · text: str · nat64 and others of fixed width: bytes ·
    all else: nothing of use
    """

    code: int
    kind: int
    start: int
    end: int
    inner: Any = None


class Message(Reader):
    """A message with one value."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.left = len(data) + MAX_VALUES
        try:
            types = self.header()
            self.endless = _endless(self.table)
            require(len(types) == 1, "II-ANCHOR-1", f"{len(types)} values")
            self.root = self.node(types[0], 0)
        except CandidError as error:
            raise Reject("II-ANCHOR-1", str(error)) from error
        require(self.at == len(data), "II-ANCHOR-1", "bytes behind the message")

    def node(self, kind: int, depth: int) -> Value:
        """The value of this type that comes next."""
        self.left -= 1
        require(self.left >= 0, "II-ANCHOR-12", "too many values")
        require(depth <= MAX_DEPTH, "II-ANCHOR-11", "too deep")
        require(kind not in self.endless, "II-ANCHOR-11", "a value without end")
        start = self.at
        code = kind if kind < 0 else self.table[kind].code
        if code in (RECORD, VARIANT, OPT, VEC):
            inner = self.inside(self.table[kind], depth + 1)
        elif code == TEXT:
            inner = self.text()
        elif code in FIXED:
            inner = self.take(FIXED[code])
        else:
            inner = None
            self.value(kind, 0)
        return Value(code, kind, start, self.at, inner)

    def inside(self, entry: Type, depth: int) -> Any:
        """What is in a composite value."""
        if entry.code == RECORD:
            return {number: self.node(part, depth) for number, part in entry.parts}
        if entry.code == OPT:
            flag = self.take(1)[0]
            if flag > 1:
                raise CandidError("no opt")
            return self.node(entry.parts[0][1], depth) if flag else None
        size = self.leb()
        if entry.code == VARIANT:
            if size >= len(entry.parts):
                raise CandidError("no such case")
            number, part = entry.parts[size]
            return number, self.node(part, depth)
        part = entry.parts[0][1]
        return self.take(size) if part == NAT8 else self.several(part, size, depth)

    def several(self, kind: int, size: int, depth: int) -> list[Value]:
        """The members of a vector. Each is counted, so that no size takes long."""
        return [self.node(kind, depth) for _ in range(size)]


def _endless(table: list[Type]) -> set[int]:
    """The records that contain themselves, by way of records alone (II-ANCHOR-11)."""
    waiting = {}
    users: dict[int, list[int]] = {}
    for number, entry in enumerate(table):
        if entry.code == RECORD:
            inner = [k for _, k in entry.parts if k >= 0 and table[k].code == RECORD]
            waiting[number] = len(inner)
            for kind in inner:
                users.setdefault(kind, []).append(number)
    ready = [number for number, count in waiting.items() if not count]
    while ready:
        done = ready.pop()
        del waiting[done]
        for user in users.get(done, []):
            waiting[user] -= 1
            if not waiting[user]:
                ready.append(user)
    return set(waiting)


# What a value is, seen as one of a wanted type; None if it is none.


def as_text(message: Message, value: Value) -> str | None:
    """A text."""
    return value.inner if value.code == TEXT else None


def as_blob(message: Message, value: Value) -> bytes | None:
    """A vector of nat8. The empty type is part of every type, so a vector of it is a blob, too."""
    if value.code != VEC:
        return None
    if isinstance(value.inner, bytes):
        return value.inner
    return b"" if message.table[value.kind].parts[0][1] == EMPTY else None


def as_nat64(message: Message, value: Value) -> int | None:
    """A number of 64 bits."""
    return int.from_bytes(value.inner, "little") if value.code == NAT64 else None


def as_case(names: tuple[str, ...]) -> Callable[[Message, Value], str | None]:
    """One of these cases, each of type null (II-ANCHOR-9)."""
    known = {field_id(name): name for name in names}

    def case(message: Message, value: Value) -> str | None:
        if value.code != VARIANT or value.inner[1].code != NULL:
            return None
        return known.get(value.inner[0])

    return case


_STRING, _BYTES, _MAP = (field_id(name) for name in ("string", "bytes", "map"))


def as_map(message: Message, value: Value) -> dict[str, Any] | None:
    """A map of II-ANCHOR-10 as the answer has it. Of two values with one name the last counts."""
    if value.code != VEC or isinstance(value.inner, bytes):
        return None
    out = {}
    for pair in value.inner:
        if pair.code != RECORD or not {0, 1} <= pair.inner.keys() or pair.inner[1].code != VARIANT:
            return None
        name = as_text(message, pair.inner[0])
        number, content = pair.inner[1].inner
        found: dict[str, Any] = {}
        if number == _STRING:
            found = {"string": as_text(message, content)}
        elif number == _BYTES:
            data = as_blob(message, content)
            found = {"bytes": None if data is None else data.hex()}
        elif number == _MAP:
            found = {"map": as_map(message, content)}
        if name is None or not found or None in found.values():
            return None
        out[name] = found
    return out


def optional(
    message: Message, value: Value | None, wanted: Callable[[Message, Value], T | None]
) -> T | None:
    """An optional value; a value where an option is wanted is one that is there."""
    if value is None or value.code in (NULL, RESERVED):
        return None
    if value.code == OPT:
        return None if value.inner is None else wanted(message, value.inner)
    return wanted(message, value)
