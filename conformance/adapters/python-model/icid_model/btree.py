"""Maps in memories (II-STORE-29): a header, an allocator of pages, and the nodes of a B-tree.

Reading takes nodes of both versions and pages of any size. Writing makes nodes of version 2 in
pages of 1024 bytes, each as full as its neighbours.
"""

from .image import Managed, Memory, pages_for
from .verdict import require

CLAUSE = "II-STORE-29"
LETTERS = b"BTR"
# What a map may hold, so that no size in it takes long. Source: this model.
MAX_BYTES = 1 << 26
_MOST_ENTRIES = 11
_HEADER, _ALLOCATOR, _OWN, _NODE, _FURTHER = 52, 48, 16, 15, 11
_FIRST_PAGE = _HEADER + _ALLOCATOR + _OWN
_PAGE = 1024
# A node that isn't in several pages has room for the places of all its children.
_LEAST_PAGE = 128
_ONES = 2**32 - 1
Entry = tuple[bytes, bytes]


def _little(number: int, size: int) -> bytes:
    return number.to_bytes(size, "little")


class _Map:
    """A map to be read."""

    def __init__(self, memory: Memory | Managed, key_size: int | None) -> None:
        self.memory = memory
        self.key_size = key_size
        self.left = MAX_BYTES
        self.seen: set[int] = set()
        require(self.take(0, 3) == LETTERS, CLAUSE, "no map")
        version, first, second = (self.number(at, size) for at, size in ((3, 1), (4, 4), (8, 4)))
        require(version in (1, 2), CLAUSE, f"version {version} of a map")
        self.root, self.count = self.number(12, 8), self.number(20, 8)
        self.greatest = None if version == 2 and second == _ONES else (first, second)
        self.page = first if self.greatest is None else 11 * (first + second + 8) + 103
        require(self.page >= _LEAST_PAGE, CLAUSE, f"pages of {self.page} bytes")
        require(self.take(_HEADER, 4) == b"BTA\x01", CLAUSE, "no allocator")
        size = self.number(_HEADER + 8, 8)
        require(size == self.page, CLAUSE, f"an allocator of {size} bytes, not {self.page}")

    def take(self, at: int, size: int) -> bytes:
        """Bytes of the memory, as long as there are not too many of them."""
        self.left -= size
        require(self.left >= 0, CLAUSE, f"more than {MAX_BYTES} bytes")
        return self.memory.read(at, size, CLAUSE)

    def number(self, at: int, size: int) -> int:
        """An integer."""
        return int.from_bytes(self.take(at, size), "little")

    def open(self, page: int) -> None:
        """Checks that there is an allocated page here, which belongs to nothing else."""
        inner = (page - _FIRST_PAGE) % (self.page + _OWN)
        require(page >= _FIRST_PAGE and inner == 0, CLAUSE, f"no page is at {page}")
        require(self.take(page - _OWN, 5) == b"CHK\x01\x01", CLAUSE, f"no page at {page}")
        require(page not in self.seen, CLAUSE, f"page {page} is used twice")
        self.seen.add(page)

    def entries(self) -> list[Entry]:
        """All entries, which have to be in the order of their keys."""
        out: list[Entry] = []
        waiting: list[int | Entry] = [self.root] if self.root else []
        while waiting:
            part = waiting.pop()
            if isinstance(part, int):
                waiting += reversed(self.node(part))
                continue
            require(not out or out[-1][0] < part[0], CLAUSE, "keys out of order")
            require(len(out) < self.count, CLAUSE, f"more than {self.count} entries")
            out.append(part)
        require(len(out) == self.count, CLAUSE, f"{len(out)} entries, not {self.count}")
        return out

    def node(self, page: int) -> list[int | Entry]:
        """Entries, and between them the children, in the order of their keys."""
        self.open(page)
        require(self.take(page, 3) == b"BTN", CLAUSE, f"no node at {page}")
        version, kind, count = (
            self.number(page + at, size) for at, size in ((3, 1), (4, 1), (5, 2))
        )
        require(version in (1, 2), CLAUSE, f"version {version} of a node")
        require(kind in (0, 1), CLAUSE, f"a node of kind {kind}")
        require(1 <= count <= _MOST_ENTRIES, CLAUSE, f"{count} entries in a node")
        children = count + 1 if kind == 1 else 0
        read = self.first_version if version == 1 else self.second_version
        places, entries = read(page, count, children)
        for key, _ in entries:
            fits = self.key_size is None or len(key) == self.key_size
            require(fits, CLAUSE, f"a key of {len(key)} bytes")
        if not places:
            return list(entries)
        out: list[int | Entry] = [places[0]]
        for entry, place in zip(entries, places[1:]):
            out += (entry, place)
        return out

    def first_version(self, page: int, count: int, children: int) -> tuple[list[int], list[Entry]]:
        """Entries that take as many bytes as the greatest, then the children."""
        require(self.greatest is not None, CLAUSE, "an old node in a new map")
        assert self.greatest is not None
        at = page + 7
        parts = []
        for room in self.greatest * count:
            size = self.number(at, 4)
            require(size <= room, CLAUSE, f"{size} bytes in {room}")
            parts.append(self.take(at + 4, size))
            at += 4 + room
        places = [self.number(at + 8 * number, 8) for number in range(children)]
        return places, list(zip(parts[::2], parts[1::2]))

    def second_version(self, page: int, count: int, children: int) -> tuple[list[int], list[Entry]]:
        """Children, keys, values, in as many pages as they need."""
        pages = _Pages(self, page)
        places = [pages.number(8) for _ in range(children)]
        sizes = (self.key_size for _ in range(count))
        keys = [pages.take(pages.number(4) if size is None else size) for size in sizes]
        values = [pages.take(pages.number(4)) for _ in range(count)]
        require(pages.next == 0, CLAUSE, "a page behind the last")
        return places, list(zip(keys, values))


class _Pages:
    """The bytes of a node of version 2 behind its head, one after the other."""

    def __init__(self, found: _Map, page: int) -> None:
        self.map = found
        self.next = found.number(page + 7, 8)
        self.at, self.end = page + _NODE, page + found.page

    def take(self, size: int) -> bytes:
        """The bytes that come next."""
        out = bytearray()
        while size > self.end - self.at:
            out += self.map.take(self.at, self.end - self.at)
            size -= self.end - self.at
            self.turn()
        out += self.map.take(self.at, size)
        self.at += size
        return bytes(out)

    def turn(self) -> None:
        """Goes to the next page."""
        page = self.next
        self.map.open(page)
        require(self.map.take(page, 3) == b"NOF", CLAUSE, f"no further page at {page}")
        self.next = self.map.number(page + 3, 8)
        self.at, self.end = page + _FURTHER, page + self.map.page

    def number(self, size: int) -> int:
        """An integer."""
        return int.from_bytes(self.take(size), "little")


def read(memory: Memory | Managed, key_size: int | None) -> list[Entry]:
    """The entries of a map. `key_size` is that of all keys if the map takes it for granted."""
    return _Map(memory, key_size).entries()


def write(entries: dict[bytes, bytes], key_size: int | None) -> Memory:
    """A memory with a map of these entries."""
    pages: list[bytes] = []
    level = sorted(entries.items())
    places: list[int] = []
    while level:
        # Of n entries some go up between the nodes. With one more, nodes have 12 at most, and if
        # there are several, 6 or more each: no node is less than half full.
        slots = len(level) + 1
        count = -(-slots // (_MOST_ENTRIES + 1))
        ends = [slots * (number + 1) // count - 1 for number in range(count)]
        nodes = []
        start = 0
        for end in ends:
            children = places[start : end + 1]
            nodes.append(_append(pages, level[start:end], children, key_size))
            start = end + 1
        level = [level[end] for end in ends[:-1]]
        places = nodes
    root = places[0] if places else 0
    sizes = _little(_PAGE, 4) + _little(_ONES, 4)
    out = LETTERS + b"\x02" + sizes + _little(root, 8) + _little(len(entries), 8) + bytes(24)
    free = _place(len(pages)) - _OWN
    out += b"BTA\x01" + bytes(4) + b"".join(_little(n, 8) for n in (_PAGE, len(pages), free))
    out += bytes(16) + b"".join(b"CHK\x01\x01" + bytes(11) + page for page in pages)
    out += b"CHK\x01" + bytes(12)
    return Memory(pages_for(len(out)), [(0, out)])


def _place(number: int) -> int:
    """Where a page is."""
    return _FIRST_PAGE + number * (_PAGE + _OWN)


def _append(
    pages: list[bytes], entries: list[Entry], children: list[int], key_size: int | None
) -> int:
    """Adds the pages of a node, and returns its place."""
    data = b"".join(_little(place, 8) for place in children)
    data += b"".join((b"" if key_size else _little(len(key), 4)) + key for key, _ in entries)
    data += b"".join(_little(len(value), 4) + value for _, value in entries)
    first = len(pages)
    head = b"BTN\x02" + _little(bool(children), 1) + _little(len(entries), 2)
    while True:
        room = _PAGE - len(head) - 8
        rest = data[room:]
        following = _little(_place(len(pages) + 1) if rest else 0, 8)
        pages.append((head + following + data[:room]).ljust(_PAGE, b"\0"))
        if not rest:
            return _place(first)
        head, data = b"NOF", rest
