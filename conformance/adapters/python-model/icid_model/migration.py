"""Bringing stable memory of Internet Identity to a later version (II-STORE-23 to II-STORE-28)."""

from typing import Any

from . import anchor, btree, nine, storage
from .candid import RECORD, TEXT, VARIANT, VEC, field_id
from .image import PAGE, Memory, bucket_pages, manage, pages_for
from .message import NAT8, Message
from .storage import ENTRY, FIRST_RECORD, Record, Storage
from .verdict import BadQuestion, require

TARGETS = (3, 5, 6, 7, 8, 9)
_NULL = -1
_BUCKET_PAGES = 128


def migrate(image: Memory, to: Any) -> Memory:
    """The image in another version."""
    if isinstance(to, bool) or to not in TARGETS:
        raise BadQuestion("no version to migrate to")
    found = storage.read(image)
    if found.header.version == to:
        return image
    require(to > found.header.version, "II-STORE-23", f"from {found.header.version} to {to}")
    records = _records(found, to)
    chunks, end = _entries(records)
    kept = storage.state(found)
    if kept is not None and to <= 8:
        chunks += _state(kept, end, b"IIPS" + kept.length.to_bytes(8, "little"))
        end += 12 + kept.length
    if to <= 6:
        # The second page is reserved, whether there are records or not.
        pages = max(pages_for(FIRST_RECORD + end), FIRST_RECORD // PAGE, image.pages)
        moved = [(FIRST_RECORD + at, data) for at, data in chunks]
        return Memory(pages, [(0, _header(found, to)), *moved])
    parts = {
        name: Memory(memory.pages, memory.slice(0, memory.size))
        for name, memory in found.memories.items()
    }
    parts[0] = Memory(max(pages_for(end), parts[0].pages if 0 in parts else 0), chunks)
    if to >= 8 and not storage.has_buffer(found):
        parts[storage.BUFFER] = btree.write({}, storage.BUFFER_KEY)
    if to == 9:
        parts.pop(storage.STATE, None)
        if kept is not None:
            parts[storage.STATE] = _cell(kept)
        parts.update(nine.maps(found.header.first, records))
    size = bucket_pages(image) if found.header.version >= 7 else _BUCKET_PAGES
    return manage(_header(found, to), parts, size or _BUCKET_PAGES)


def _header(found: Storage, to: int) -> bytes:
    """II-STORE-4, II-STORE-9, II-STORE-20, II-STORE-25."""
    header = found.header
    out = b"IIC" + bytes([to]) + header.count.to_bytes(4, "little")
    out += header.first.to_bytes(8, "little") + header.end.to_bytes(8, "little")
    out += ENTRY.to_bytes(2, "little") + header.salt
    return out if to == 9 else out + FIRST_RECORD.to_bytes(8, "little")


def _records(found: Storage, to: int) -> list[bytes]:
    """The values of all records, empty where none was written."""
    records = [_converted(record) if to >= 5 else record.data for record in found.records]
    for data in records:
        require(len(data) <= ENTRY - 2, "II-STORE-13", f"{len(data)} bytes in {ENTRY}")
    return records


def _entries(records: list[bytes]) -> tuple[list[tuple[int, bytes]], int]:
    """The records at their places, counted from the first, and where the next one would begin."""
    chunks = [
        (index * ENTRY, len(data).to_bytes(2, "little") + data)
        for index, data in enumerate(records)
        if data
    ]
    return chunks, len(records) * ENTRY


def _state(kept: storage.State, at: int, front: bytes) -> list[tuple[int, bytes]]:
    """The persistent state at its place, with what goes before it."""
    return [(at, front), *((at + len(front) + inner, data) for inner, data in kept.chunks)]


def _cell(kept: storage.State) -> Memory:
    """II-STORE-22."""
    require(kept.length < 2**32, "II-STORE-22", "a state of 4 GiB or more")
    front = b"SCL\x01" + kept.length.to_bytes(4, "little")
    return Memory(pages_for(len(front) + kept.length), _state(kept, 0, front))


# From lists of devices to anchor records.


def _leb(number: int) -> bytes:
    out = bytearray()
    while number >= 128:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _sleb(number: int) -> bytes:
    out = bytearray()
    while not -64 <= number < 64:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number & 127])


class _Types:
    """The types of a new message: some of an old one, and others."""

    def __init__(self, old: Message) -> None:
        self.old = old
        self.entries: list[bytes] = []
        self.numbers: dict[int, int] = {}
        self.waiting: list[int] = []

    def kept(self, kind: int) -> int:
        """The new number of an old type."""
        if kind < 0:
            return kind
        if kind not in self.numbers:
            self.numbers[kind] = len(self.entries)
            self.entries.append(b"")
            self.waiting.append(kind)
        return self.numbers[kind]

    def new(self, code: int, parts: list[tuple[int, int]]) -> int:
        """A record or variant with these members, or a vector of the only one."""
        entry = _sleb(code)
        if code == VEC:
            entry += _sleb(parts[0][1])
        else:
            entry += _leb(len(parts))
            entry += b"".join(_leb(name) + _sleb(kind) for name, kind in parts)
        self.entries.append(entry)
        return len(self.entries) - 1

    def write(self) -> bytes:
        """The table, once everything that is used was asked for."""
        while self.waiting:
            kind = self.waiting.pop()
            pieces = self.old.table[kind].written
            entry = [p if isinstance(p, bytes) else _sleb(self.kept(p)) for p in pieces]
            self.entries[self.numbers[kind]] = b"".join(entry)
        return _leb(len(self.entries)) + b"".join(self.entries)


def _converted(record: Record) -> bytes:
    """A record in the form of version 5 (II-STORE-28). Nothing but three fields changes."""
    found = record.value
    if found is None or not found.is_list:
        return record.data
    types = _Types(found.message)
    cases = {}
    fields: dict[int, int] = {}
    if found.devices:
        kind = found.devices[0].value.kind
        fields = {name: types.kept(part) for name, part in found.message.table[kind].parts}
    else:
        fields = {field_id("pubkey"): types.new(VEC, [(0, NAT8)]), field_id("alias"): TEXT}
    for name, names in anchor.VARIANTS.items():
        ordered = sorted(names, key=field_id)
        number = types.new(VARIANT, [(field_id(case), _NULL) for case in ordered])
        fields[field_id(name)] = number
        cases[field_id(name)] = name, ordered
    device = types.new(RECORD, sorted(fields.items()))
    root = types.new(RECORD, [(field_id("devices"), types.new(VEC, [(0, device)]))])
    out = b"DIDL" + types.write() + _leb(1) + _sleb(root) + _leb(len(found.devices))
    for member in found.devices:
        for number in sorted(fields):
            if number in cases:
                name, ordered = cases[number]
                out += _leb(ordered.index(member.answer[name]))
            else:
                value = member.value.inner[number]
                out += record.data[value.start : value.end]
    return out
