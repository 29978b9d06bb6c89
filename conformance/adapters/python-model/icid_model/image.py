"""Stable memory: pages that are mostly zeros, and the memories that a manager makes of them.

Clauses II-STORE-16 to II-STORE-18. A memory is kept as the chunks that were written; a claim of
many pages costs nothing.
"""

from bisect import bisect_right
from typing import Any

from .values import blob, fields, items, nat64
from .verdict import BadQuestion, require

PAGE = 65_536
BUCKETS = 32_768
UNUSED = 255
_MANAGER = PAGE
_SIZES = _MANAGER + 40
_OWNERS = _MANAGER + 2080
_FIRST_BUCKET = 2 * PAGE


class Memory:
    """Chunks of bytes in ascending order, none on top of another; zeros between them."""

    def __init__(self, pages: int, chunks: list[tuple[int, bytes]]) -> None:
        self.pages = pages
        self.chunks = [(at, data) for at, data in chunks if data]
        self._starts = [at for at, _ in self.chunks]

    @property
    def size(self) -> int:
        """The number of bytes."""
        return self.pages * PAGE

    def slice(self, at: int, size: int) -> list[tuple[int, bytes]]:
        """The chunks of a stretch, with their places in it. What is behind the end is zeros."""
        out = []
        for number in range(max(bisect_right(self._starts, at) - 1, 0), len(self.chunks)):
            start, data = self.chunks[number]
            if start >= at + size:
                break
            first, last = max(at - start, 0), at + size - start
            if data[first:last]:
                out.append((start + first - at, data[first:last]))
        return out

    def read(self, at: int, size: int, clause: str) -> bytes:
        """Bytes that have to be inside, else the image is rejected under `clause`."""
        require(at + size <= self.size, clause, f"bytes {at} to {at + size} of {self.size}")
        out = bytearray(size)
        for place, data in self.slice(at, size):
            out[place : place + len(data)] = data
        return bytes(out)

    def number(self, at: int, size: int, clause: str) -> int:
        """A little-endian integer (II-STORE-3)."""
        return int.from_bytes(self.read(at, size, clause), "little")


class Managed:
    """A memory of a manager: pages of the image, bucket by bucket (II-STORE-17)."""

    def __init__(self, image: Memory, pages: int, bucket: int, places: list[int]) -> None:
        self.image = image
        self.pages = pages
        self.bucket = bucket  # bytes
        self.places = places

    @property
    def size(self) -> int:
        """The number of bytes."""
        return self.pages * PAGE

    @property
    def has_room(self) -> bool:
        """Whether the buckets have room for all pages."""
        return self.size <= len(self.places) * self.bucket

    def _parts(self, at: int, size: int) -> list[tuple[int, int, int]]:
        """Where a stretch is: places in it, places in the image, sizes."""
        out = []
        done = 0
        while done < size and self.bucket:
            number, inner = divmod(at + done, self.bucket)
            if number >= len(self.places):
                break
            step = min(size - done, self.bucket - inner)
            out.append((done, self.places[number] + inner, step))
            done += step
        return out

    def slice(self, at: int, size: int) -> list[tuple[int, bytes]]:
        """As Memory.slice."""
        out = []
        for done, place, step in self._parts(at, min(size, max(self.size - at, 0))):
            out += [(done + inner, data) for inner, data in self.image.slice(place, step)]
        return out

    def read(self, at: int, size: int, clause: str) -> bytes:
        """As Memory.read; the image has to have the bytes, too (II-STORE-18)."""
        require(at + size <= self.size, clause, f"bytes {at} to {at + size} of {self.size}")
        parts = self._parts(at, size)
        return b"".join(self.image.read(place, step, clause) for _, place, step in parts)

    def number(self, at: int, size: int, clause: str) -> int:
        """A little-endian integer."""
        return int.from_bytes(self.read(at, size, clause), "little")


def bucket_pages(image: Memory) -> int:
    """The size of a bucket."""
    return image.number(_MANAGER + 6, 2, "II-STORE-16")


def memories(image: Memory) -> dict[int, Managed]:
    """The memories of the manager in the second page that have pages (II-STORE-16)."""
    clause = "II-STORE-16"
    require(image.read(_MANAGER, 4, clause) == b"MGR\x01", clause, "no memory manager")
    allocated = image.number(_MANAGER + 4, 2, clause)
    require(allocated <= BUCKETS, clause, f"{allocated} buckets")
    bucket = bucket_pages(image) * PAGE
    owners = image.read(_OWNERS, BUCKETS, clause)[:allocated]
    places: dict[int, list[int]] = {}
    for number, owner in enumerate(owners):
        places.setdefault(owner, []).append(_FIRST_BUCKET + number * bucket)
    out = {}
    for name in range(UNUSED):
        pages = image.number(_SIZES + 8 * name, 8, clause)
        if pages:
            out[name] = Managed(image, pages, bucket, places.get(name, []))
    return out


def manage(header: bytes, parts: dict[int, Memory], size: int) -> Memory:
    """An image with a header, a manager and these memories, in buckets of `size` pages."""
    bucket = size * PAGE
    owners = bytearray()
    chunks: list[tuple[int, bytes]] = []
    sizes = bytearray(8 * UNUSED)
    for name, part in sorted(parts.items()):
        start = _FIRST_BUCKET + len(owners) * bucket
        chunks += [(start + at, data) for at, data in part.chunks]
        sizes[8 * name : 8 * name + 8] = part.pages.to_bytes(8, "little")
        # One bucket more than there can be is enough to see that there are too many.
        owners += bytes([name]) * min(-(-part.pages // size), BUCKETS + 1)
    require(len(owners) <= BUCKETS, "II-STORE-18", "more memory than buckets")
    numbers = len(owners).to_bytes(2, "little") + size.to_bytes(2, "little")
    front = [
        (0, header),
        (_MANAGER, b"MGR\x01" + numbers),
        (_SIZES, bytes(sizes)),
        (_OWNERS, bytes(owners.ljust(BUCKETS, bytes([UNUSED])))),
    ]
    return Memory(2 + len(owners) * size, front + chunks)


def pages_for(size: int) -> int:
    """The pages that so many bytes take."""
    return -(-size // PAGE)


def from_json(value: Any) -> Memory:
    """A memory of the protocol."""
    found = fields(value, ("pages", "chunks"))
    memory = Memory(nat64(found["pages"]), [])
    chunks = []
    end = 0
    for pair in items(found["chunks"]):
        if not isinstance(pair, list) or len(pair) != 2:
            raise BadQuestion("no chunk")
        at, data = nat64(pair[0]), blob(pair[1])
        if at < end or at + len(data) > memory.size:
            raise BadQuestion("a chunk out of order, or behind the end")
        end = at + len(data)
        chunks.append((at, data))
    return Memory(memory.pages, chunks)


def to_json(memory: Memory) -> dict[str, Any]:
    """A memory as the protocol writes it."""
    chunks = [[str(at), data.hex()] for at, data in memory.chunks]
    return {"pages": str(memory.pages), "chunks": chunks}
