"""Representation-independent hashing (REQID-1 to REQID-18).

A value is bytes, str, Nat, Int, list of values, or a map as a list of (name, value).
"""

import hashlib
from dataclasses import dataclass

from .verdict import require


@dataclass(frozen=True)
class Nat:
    """A natural number."""

    number: int


@dataclass(frozen=True)
class Int:
    """An integer."""

    number: int


@dataclass(frozen=True)
class Map:
    """A map, in the order of its entries."""

    entries: tuple[tuple[str, object], ...]


def sha256(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def uleb128(number: int) -> bytes:
    """Unsigned LEB128 in as few bytes as possible."""
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def sleb128(number: int) -> bytes:
    """Signed LEB128 in as few bytes as possible."""
    out = bytearray()
    while not -0x40 <= number < 0x40:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number & 0x7F)
    return bytes(out)


def hash_value(value: object) -> bytes:
    """REQID-5 to REQID-10."""
    if isinstance(value, bytes):
        return sha256(value)
    if isinstance(value, str):
        return sha256(value.encode())
    if isinstance(value, Nat):
        return sha256(uleb128(value.number))
    if isinstance(value, Int):
        return sha256(sleb128(value.number))
    if isinstance(value, list):
        return sha256(b"".join(hash_value(member) for member in value))
    assert isinstance(value, Map)
    return hash_of_map(value)


def hash_of_map(value: Map) -> bytes:
    """REQID-1 to REQID-4."""
    names = [name for name, _ in value.entries]
    require(len(names) == len(set(names)), "CBOR-7", "a name twice")
    elements = [sha256(name.encode()) + hash_value(member) for name, member in value.entries]
    return sha256(b"".join(sorted(elements)))
