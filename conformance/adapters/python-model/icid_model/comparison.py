"""What two images of one version have to have in common (II-STORE-24 to II-STORE-37).

Where nodes, pages and buckets lie is left to choice, and so are which entries a node has, where an
anchor says with null what another leaves out, and to which of its anchors a shared key leads.
"""

from collections.abc import Iterable
from typing import Any

from . import anchor, btree, nine, storage
from .candid import OPT, field_id
from .image import PAGE, Managed, Memory, bucket_pages, manage
from .message import Message, Value
from .verdict import Reject, require

_HEADER = 66  # the longest of versions with a manager


def same(first: Memory, second: Memory) -> bool:
    """Whether two images say the same. One that can't be read is only the same as itself."""
    if (first.pages, _filled_pages(first.chunks)) == (second.pages, _filled_pages(second.chunks)):
        return True
    wanted = _readable(first)
    return wanted is not None and wanted == _readable(second)


def _readable(image: Memory) -> dict[str, Any] | None:
    """What an image says, or None if it can't be read."""
    try:
        return contents(image)
    except Reject:
        return None


def contents(image: Memory) -> dict[str, Any]:
    """All that an image of any version says, to be compared."""
    found = storage.read(image)
    for memory in found.memories.values():
        whole = all(place + memory.bucket <= image.size for place in memory.places)
        require(whole, "II-STORE-28", "a bucket goes beyond the image")
    version = found.header.version
    key_sizes = _key_sizes(version)
    ignored = {0, storage.STATE} if version == 9 else {0}
    maps = {name: _map(found.memories.get(name), size) for name, size in key_sizes.items()}
    kept = storage.state(found)
    return {
        "answer": storage.answer(found),
        "unknown": [_unknown(record.value) for record in found.records],
        "state": None if kept is None else (kept.length, _filled_pages(kept.chunks)),
        "maps": _with_anchors(maps) if version == 9 else maps,
        "memories": {
            name: (memory.pages, _filled_pages(memory.slice(0, memory.size)))
            for name, memory in found.memories.items()
            if name not in ignored | key_sizes.keys()
        },
    }


def _key_sizes(version: int) -> dict[int, int | None]:
    """The memories that have maps, and how long the keys of each are."""
    out: dict[int, int | None] = {storage.BUFFER: storage.BUFFER_KEY} if version >= 8 else {}
    return out | nine.KEY_SIZES if version == 9 else out


def _map(memory: Managed | None, key_size: int | None) -> list[btree.Entry] | None:
    """The entries of a map, or None if there is no map."""
    if memory is None:
        return None
    require(memory.has_room, "II-STORE-18", "more pages than buckets")
    return btree.read(memory, key_size)


def _with_anchors(maps: dict[int, list[btree.Entry] | None]) -> dict[int, Any]:
    """The maps of version 9, with anchors instead of bytes, and one choice for shared keys."""
    anchors = [(number, nine.parse(value)) for number, value in maps[nine.ANCHORS] or ()]
    owners = nine.owners(anchors)
    out: dict[int, Any] = dict(maps)
    for name, found in maps.items():
        if found is not None and name in owners:
            out[name] = [
                (key, min(owners[name][key]) if number in owners[name].get(key, ()) else number)
                for key, number in found
            ]
    if maps[nine.ANCHORS] is not None:
        out[nine.ANCHORS] = anchors
    return out


def fault(image: Memory) -> str:
    """What is wrong with comparisons with this image; empty if nothing is.

    Each of its maps is written anew, which must make no difference, and then once more with one bit
    of a key and with one of a value changed, which must make one.
    """
    wanted = _readable(image)
    if wanted is None:
        return ""
    found = storage.read(image)
    for name, size in _key_sizes(found.header.version).items():
        if name not in found.memories:
            continue
        entries = dict(btree.read(found.memories[name], size))
        if wanted != _readable(_with_map(found, name, entries)):
            return f"memory {name} differs when its map is written anew"
        if not entries:
            continue
        key, value = entries.popitem()
        for other in ((_changed(key), value), (key, _changed(value))):
            changed = _with_map(found, name, dict([*entries.items(), other]))
            if other != (key, value) and wanted == _readable(changed):
                return f"memory {name} doesn't differ when an entry is changed"
    return ""


def _changed(data: bytes) -> bytes:
    """With one bit changed, in the middle; as it is if there is none."""
    out = bytearray(data)
    if out:
        out[len(out) // 2] ^= 1
    return bytes(out)


def _with_map(found: storage.Storage, name: int, entries: dict[bytes, bytes]) -> Memory:
    """The image with another map in one of its memories."""
    parts = {
        number: Memory(memory.pages, memory.slice(0, memory.size))
        for number, memory in found.memories.items()
    }
    parts[name] = btree.write(entries, _key_sizes(found.header.version)[name])
    return manage(found.image.read(0, _HEADER, "II-STORE-4"), parts, bucket_pages(found.image))


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
