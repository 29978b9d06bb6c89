"""Stable memory of Internet Identity (II-STORE-1 to II-STORE-22, II-ANCHOR-16)."""

from dataclasses import dataclass
from typing import Any

from . import anchor, btree
from .image import PAGE, Managed, Memory, memories
from .verdict import BadQuestion, require

SALT = 26
FIRST_RECORD = 2 * PAGE
ENTRY = 4096
# Memories besides that of the records, from versions 8 and 9 on (II-STORE-19, II-STORE-22).
BUFFER, STATE = 1, 2
BUFFER_KEY = 8  # bytes of a key of the buffer
# Numbers that were never written take no bytes of a question, so there is a bound of their own.
MAX_ANCHORS = 100_000


@dataclass(frozen=True)
class Header:
    """What the first page says, with the range cut to the capacity."""

    version: int
    count: int
    first: int
    end: int
    entry_size: int
    salt: bytes
    place: int  # of the first record: versions 3 to 6
    new_size: int  # version 2
    index: int  # versions 2 and 4: from here on records are new ones


@dataclass(frozen=True)
class Record:
    """The bytes of a record, empty if it was never written, and what they say."""

    data: bytes
    value: anchor.Anchor | None


@dataclass(frozen=True)
class Storage:
    """An image that has been read."""

    image: Memory
    header: Header
    records: tuple[Record, ...]
    memories: dict[int, Managed]


def _capacity(version: int) -> int:
    """II-STORE-7."""
    if version <= 2:
        return 3_774_873
    return 8_178_860 if version <= 8 else 67_106_816


def _header(image: Memory) -> Header:
    require(image.pages > 0 and image.read(0, 3, "II-STORE-1") == b"IIC", "II-STORE-1", "no image")

    def number(at: int, size: int) -> int:
        return image.number(at, size, "II-STORE-1")

    version = number(3, 1)
    require(1 <= version <= 9, "II-STORE-2", f"version {version}")
    count, first, end = number(4, 4), number(8, 8), number(16, 8)
    require(first <= end, "II-STORE-6", "an inverted range")
    end = min(end, first + _capacity(version))
    require(count <= end - first, "II-STORE-6", "more anchors than numbers")
    index = number(60, 4) if version == 2 else number(66, 4) if version == 4 else 0
    clause = "II-STORE-10" if version == 2 else "II-STORE-11"
    require(index <= count, clause, "an index beyond the anchors")
    salt = image.read(SALT, 32, "II-STORE-1")
    return Header(
        version, count, first, end, number(24, 2), salt, number(58, 8), number(58, 2), index
    )


def place(header: Header, index: int) -> tuple[int, int]:
    """Where a record begins, in the image or in memory 0, and its entry size."""
    size = header.entry_size
    if header.version == 1 or (header.version == 2 and index < header.index):
        return 512 + index * size, size
    if header.version == 2:
        return FIRST_RECORD + index * header.new_size, header.new_size
    return (header.place if header.version <= 6 else 0) + index * size, size


def _is_list(header: Header, index: int) -> bool:
    """II-STORE-10 to II-STORE-12."""
    return header.version <= 3 or (header.version == 4 and index < header.index)


def _record(header: Header, memory: Memory | Managed, index: int) -> Record:
    clause = "II-STORE-15" if header.version <= 6 else "II-STORE-18"
    at, entry_size = place(header, index)
    length = memory.number(at, 2, clause)
    require(length <= entry_size - 2, "II-STORE-13", f"{length} bytes in {entry_size}")
    data = memory.read(at + 2, length, clause)
    return Record(data, anchor.read(data, _is_list(header, index)) if data else None)


def read(image: Memory) -> Storage:
    """Everything that an image says of anchors. Rejects the first fault that it meets."""
    header = _header(image)
    managed = memories(image) if header.version >= 7 else {}
    out = Storage(image, header, (), managed)
    memory = anchors_memory(out)
    if isinstance(memory, Managed):
        require(memory.has_room, "II-STORE-18", "more pages than buckets")
    counted = min(header.count, MAX_ANCHORS)
    records = tuple(_record(header, memory, index) for index in range(counted))
    if counted < header.count:
        _record(header, memory, header.count - 1)  # rejects what has no room for the last
        raise BadQuestion("more anchors than this model counts")
    return Storage(image, header, records, managed)


def anchors_memory(storage: Storage) -> Memory | Managed:
    """Where records are (II-STORE-19)."""
    if storage.header.version <= 6:
        return storage.image
    return storage.memories.get(0) or Managed(storage.image, 0, PAGE, [])


def has_buffer(storage: Storage) -> bool:
    """Whether memory 1 has a map (II-STORE-19)."""
    memory = storage.memories.get(BUFFER)
    return memory is not None and _filled(memory, 0, len(btree.LETTERS)) == btree.LETTERS


@dataclass(frozen=True)
class State:
    """The persistent state: chunks in so many bytes."""

    length: int
    chunks: tuple[tuple[int, bytes], ...]


def state(storage: Storage) -> State | None:
    """The persistent state, or None if there is none that is inside its memory as a whole."""
    memory: Memory | Managed | None = anchors_memory(storage)
    at, letters, width = place(storage.header, storage.header.count)[0], b"IIPS", 8
    if storage.header.version == 9:
        memory = storage.memories.get(STATE)
        at, letters, width = 0, b"SCL\x01", 4
    front = len(letters) + width
    if memory is None or at + front > memory.size:
        return None
    if _filled(memory, at, len(letters)) != letters:
        return None
    length = int.from_bytes(_filled(memory, at + len(letters), width), "little")
    if at + front + length > memory.size:
        return None
    return State(length, tuple(memory.slice(at + front, length)))


def _filled(memory: Memory | Managed, at: int, size: int) -> bytes:
    """Bytes of a memory. What the image lacks is zeros."""
    out = bytearray(size)
    for inner, data in memory.slice(at, size):
        out[inner : inner + len(data)] = data
    return bytes(out)


def answer(storage: Storage) -> dict[str, Any]:
    """What `ii.storage_decode` answers."""
    header = storage.header
    anchors = []
    for index, record in enumerate(storage.records):
        devices = record.value.devices if record.value else ()
        found = {
            "anchor": str(header.first + index),
            "devices": [device.answer for device in devices],
        }
        anchors.append(found)
    return {
        "version": header.version,
        "id_range": [str(header.first), str(header.end)],
        "salt": header.salt.hex(),
        "anchors": anchors,
    }
