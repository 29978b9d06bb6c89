"""Bringing stable memory of Internet Identity to a later version (II-STORE-23 to II-STORE-28)."""

from collections.abc import Iterable
from typing import Any

from . import anchor, storage
from .candid import OPT, RECORD, TEXT, VARIANT, VEC, field_id
from .image import PAGE, Memory, bucket_pages, manage, pages_for
from .message import NAT8, Message, Value
from .storage import ENTRY, FIRST_RECORD, Record, Storage
from .verdict import BadQuestion, require

TARGETS = (3, 5, 6, 7, 8, 9)
_NULL = -1
_BUCKET_PAGES = 128
_STATE_MEMORY = 2


def migrate(image: Memory, to: Any) -> Memory:
    """The image in another version."""
    if isinstance(to, bool) or to not in TARGETS:
        raise BadQuestion("no version to migrate to")
    found = storage.read(image)
    if found.header.version == to:
        return image
    require(to > found.header.version, "II-STORE-23", f"from {found.header.version} to {to}")
    chunks, end = _records(found, to)
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
    if to == 9:
        parts.pop(_STATE_MEMORY, None)
        if kept is not None:
            parts[_STATE_MEMORY] = _cell(kept)
    size = bucket_pages(image) if found.header.version >= 7 else _BUCKET_PAGES
    return manage(_header(found, to), parts, size or _BUCKET_PAGES)


def _header(found: Storage, to: int) -> bytes:
    """II-STORE-4, II-STORE-9, II-STORE-20, II-STORE-25."""
    header = found.header
    out = b"IIC" + bytes([to]) + header.count.to_bytes(4, "little")
    out += header.first.to_bytes(8, "little") + header.end.to_bytes(8, "little")
    out += ENTRY.to_bytes(2, "little") + header.salt
    return out if to == 9 else out + FIRST_RECORD.to_bytes(8, "little")


def _records(found: Storage, to: int) -> tuple[list[tuple[int, bytes]], int]:
    """The records counted from the first, and where the next one would begin."""
    chunks = []
    for index, record in enumerate(found.records):
        data = _converted(record) if to >= 5 else record.data
        require(len(data) <= ENTRY - 2, "II-STORE-13", f"{len(data)} bytes in {ENTRY}")
        if data:
            chunks.append((index * ENTRY, len(data).to_bytes(2, "little") + data))
    return chunks, len(found.records) * ENTRY


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


# What two images have to have in common (II-STORE-24 to II-STORE-28).


def contents(image: Memory) -> dict[str, Any]:
    """All that an image of any version says, to be compared."""
    found = storage.read(image)
    kept = storage.state(found)
    ignored = {0, _STATE_MEMORY} if found.header.version == 9 else {0}
    return {
        "answer": storage.answer(found),
        "unknown": [_unknown(record.value) for record in found.records],
        "state": None if kept is None else (kept.length, _filled_pages(kept.chunks)),
        "memories": {
            name: (memory.pages, _filled_pages(memory.slice(0, memory.size)))
            for name, memory in found.memories.items()
            if name not in ignored
        },
    }


def _filled_pages(chunks: Iterable[tuple[int, bytes]]) -> dict[int, bytes]:
    """The pages that are not all zeros, however the chunks were cut."""
    pages: dict[int, bytearray] = {}
    for at, data in chunks:
        done = 0
        while done < len(data):
            number, inner = divmod(at + done, PAGE)
            piece = data[done : done + PAGE - inner]
            pages.setdefault(number, bytearray(PAGE))[inner : inner + len(piece)] = piece
            done += len(piece)
    return {number: bytes(page) for number, page in pages.items() if any(page)}


_OF_DEVICES = {
    field_id(name)
    for name in ("pubkey", "alias", "credential_id", *anchor.VARIANTS)
    + ("origin", "last_usage_timestamp", "metadata")
}


def _unknown(found: anchor.Anchor | None) -> Any:
    """The fields that no clause names, of devices and of the anchor."""
    if found is None:
        return None
    message = found.message
    devices = [_others(message, device.value, _OF_DEVICES) for device in found.devices]
    return devices, {} if found.is_list else _others(message, message.root, {field_id("devices")})


def _others(message: Message, value: Value, known: set[int]) -> dict[int, Any]:
    """Fields with their values. One without a value says no more than one that is not there."""
    return {
        name: _plain(message, member)
        for name, member in value.inner.items()
        if name not in known and not (member.code == OPT and member.inner is None)
    }


def _plain(message: Message, value: Value) -> Any:
    """A value without regard to where its type stands in the table."""
    inner = value.inner
    if isinstance(inner, dict):
        return value.code, {name: _plain(message, member) for name, member in inner.items()}
    if isinstance(inner, list):
        return value.code, [_plain(message, member) for member in inner]
    if isinstance(inner, tuple):
        return value.code, inner[0], _plain(message, inner[1])
    if isinstance(inner, Value):
        return value.code, _plain(message, inner)
    return value.code, message.data[value.start : value.end]
