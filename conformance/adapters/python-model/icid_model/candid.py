"""Candid, as far as effective canister ids need it: one principal member of a record argument.

The message is read in full, so that only what is a Candid message counts (EFF-4 to EFF-6). What
reads records of stable memory builds on the reader here.
"""

from dataclasses import dataclass

MAX_STEPS = 100_000
MAX_DEPTH = 200


class CandidError(Exception):
    """The bytes are no Candid message, or one beyond the reader's budget."""


NULL, BOOL, NAT, INT = -1, -2, -3, -4
FIXED = {-5: 1, -6: 2, -7: 4, -8: 8, -9: 1, -10: 2, -11: 4, -12: 8, -13: 4, -14: 8}
TEXT, RESERVED, EMPTY = -15, -16, -17
OPT, VEC, RECORD, VARIANT, FUNC, SERVICE, PRINCIPAL = -18, -19, -20, -21, -22, -23, -24
_PRIMITIVE = {NULL, BOOL, NAT, INT, *FIXED, TEXT, RESERVED, EMPTY, PRINCIPAL}


@dataclass
class Type:
    """An entry of the type table."""

    code: int
    # record, variant: (id, type) · opt, vec, func, service: (0, type)
    parts: list[tuple[int, int]]
    # The entry as it is written, with types as numbers between the bytes around them.
    written: tuple[bytes | int, ...] = ()


def field_id(name: str) -> int:
    """The hash of a member's name."""
    number = 0
    for byte in name.encode():
        number = (number * 223 + byte) % 2**32
    return number


class Reader:
    """What reads a message."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.steps = 0
        self.table: list[Type] = []
        self.references: list[tuple[int, int, int]] = []  # of an entry: type, start, end

    def take(self, size: int) -> bytes:
        if self.at + size > len(self.data):
            raise CandidError("ends early")
        out = self.data[self.at : self.at + size]
        self.at += size
        return out

    def leb(self) -> int:
        number = shift = 0
        while True:
            byte = self.take(1)[0]
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    def sleb(self) -> int:
        start = self.at
        number = self.leb()
        if self.data[self.at - 1] & 0x40:
            number -= 1 << (7 * (self.at - start))
        return number

    def text(self) -> str:
        try:
            return self.take(self.leb()).decode()
        except UnicodeDecodeError as error:
            raise CandidError("invalid UTF-8") from error

    def reference(self) -> int:
        """A type within an entry."""
        start = self.at
        kind = self.sleb()
        self.references.append((kind, start, self.at))
        return kind

    def fields(self) -> list[tuple[int, int]]:
        parts: list[tuple[int, int]] = []
        for _ in range(self.bounded(self.leb())):
            number = self.leb()
            if number >= 2**32 or (parts and number <= parts[-1][0]):
                raise CandidError("members out of order")
            parts.append((number, self.reference()))
        return parts

    def bounded(self, count: int) -> int:
        if count > len(self.data):
            raise CandidError("more entries than bytes")
        return count

    def entry(self) -> Type:
        code = self.sleb()
        if code in (OPT, VEC):
            return Type(code, [(0, self.reference())])
        if code in (RECORD, VARIANT):
            return Type(code, self.fields())
        if code == FUNC:
            arguments = [(0, self.reference()) for _ in range(self.bounded(self.leb()))]
            results = [(0, self.reference()) for _ in range(self.bounded(self.leb()))]
            for _ in range(self.bounded(self.leb())):
                if self.take(1)[0] not in (1, 2, 3):
                    raise CandidError("unknown annotation")
            return Type(code, arguments + results)
        if code == SERVICE:
            methods = []
            for _ in range(self.bounded(self.leb())):
                self.text()
                methods.append((0, self.reference()))
            return Type(code, methods)
        if code < PRINCIPAL:
            self.take(self.leb())
            return Type(code, [])
        raise CandidError("no composite type")

    def written_entry(self) -> Type:
        """An entry that knows how it is written."""
        start = self.at
        self.references = []
        out = self.entry()
        written: list[bytes | int] = []
        for kind, first, last in self.references:
            written += [self.data[start:first], kind]
            start = last
        out.written = (*written, self.data[start : self.at])
        return out

    def header(self) -> list[int]:
        if self.take(4) != b"DIDL":
            raise CandidError("no Candid")
        self.table = [self.written_entry() for _ in range(self.bounded(self.leb()))]
        types = [self.sleb() for _ in range(self.bounded(self.leb()))]
        used = types + [kind for entry in self.table for _, kind in entry.parts]
        for kind in used:
            if kind not in _PRIMITIVE and not 0 <= kind < len(self.table):
                raise CandidError("unknown type")
        for entry in self.table:
            for _, kind in entry.parts if entry.code == SERVICE else []:
                if kind < 0 or self.table[kind].code != FUNC:
                    raise CandidError("a method that is no function")
        return types

    def principal(self) -> bytes:
        """The bytes. An argument has no table for opaque references, so they stand for nothing."""
        if self.take(1)[0] != 1:
            raise CandidError("no principal, or an opaque one")
        out = self.take(self.leb())
        if len(out) > 29:
            raise CandidError("a principal of more than 29 bytes")
        return out

    def value(self, kind: int, depth: int) -> object:
        """The bytes of a principal or service, a record's members by id, None for all else."""
        self.steps += 1
        if depth > MAX_DEPTH or self.steps > MAX_STEPS:
            raise CandidError("beyond the budget")
        if kind in (NULL, RESERVED):
            return None
        if kind == EMPTY:
            raise CandidError("a value of the empty type")
        if kind == BOOL:
            if self.take(1)[0] > 1:
                raise CandidError("no bool")
        elif kind in (NAT, INT):
            self.leb()
        elif kind in FIXED:
            self.take(FIXED[kind])
        elif kind == TEXT:
            self.text()
        elif kind == PRINCIPAL:
            return self.principal()
        else:
            return self.composite(self.table[kind], depth)
        return None

    def composite(self, entry: Type, depth: int) -> object:
        if entry.code == RECORD:
            return {number: self.value(part, depth + 1) for number, part in entry.parts}
        if entry.code == OPT:
            flag = self.take(1)[0]
            if flag > 1:
                raise CandidError("no opt")
            if flag:
                self.value(entry.parts[0][1], depth + 1)
        elif entry.code == VEC:
            for _ in range(self.leb()):
                self.value(entry.parts[0][1], depth + 1)
        elif entry.code == VARIANT:
            chosen = self.leb()
            if chosen >= len(entry.parts):
                raise CandidError("no such alternative")
            self.value(entry.parts[chosen][1], depth + 1)
        elif entry.code == FUNC:
            if self.take(1)[0] != 1:
                raise CandidError("no function, or an opaque one")
            self.principal()
            self.text()
        elif entry.code == SERVICE:
            return self.principal()
        else:
            size = self.leb()
            self.leb()
            self.take(size)
        return None


def principal_member(message: bytes, name: str) -> bytes | None:
    """The member of type principal of the record that is the first argument, or None.

    By Candid's subtyping a service is a principal, so a member of such a type counts as well.
    """
    reader = Reader(message)
    try:
        types = reader.header()
        values = [reader.value(kind, 0) for kind in types]
    except CandidError:
        return None
    if reader.at != len(message) or not values or not isinstance(values[0], dict):
        return None
    member = values[0].get(field_id(name))
    return member if isinstance(member, bytes) else None
