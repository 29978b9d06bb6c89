"""JSON (RFC 8259) as far as WebAuthn client data needs it (SIG-WEBAUTHN-14).

A reader of its own, because names that come twice have to be noticed and nesting is bounded.
"""

import re

MAX_NESTING = 16  # levels below the outermost object, policy json.nesting
MAX_MEMBERS = 64  # policy json.members

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class JsonError(Exception):
    """The text isn't one JSON value within the limits, or a name comes twice."""


class Number(str):
    """A number, as it is written."""


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def space(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in " \t\n\r":
            self.at += 1

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self, wanted: str) -> None:
        if not self.text.startswith(wanted, self.at):
            raise JsonError(f"no {wanted} at {self.at}")
        self.at += len(wanted)

    def value(self, level: int) -> object:
        if level > MAX_NESTING:
            raise JsonError("nested too deeply")
        first = self.peek()
        if first == "{":
            return self.members(level)
        if first == "[":
            return self.array(level)
        if first == '"':
            return self.string()
        for word, meaning in (("true", True), ("false", False), ("null", None)):
            if self.text.startswith(word, self.at):
                self.take(word)
                return meaning
        number = _NUMBER.match(self.text, self.at)
        if not number:
            raise JsonError(f"no value at {self.at}")
        self.at = number.end()
        return Number(number.group())

    def members(self, level: int) -> dict[str, object]:
        found: dict[str, object] = {}
        self.take("{")
        self.space()
        while self.peek() != "}":
            if found:
                self.take(",")
                self.space()
            name = self.string()
            self.space()
            self.take(":")
            self.space()
            if name in found:
                raise JsonError(f"the name {name!r} twice")
            found[name] = self.value(level + 1)
            if len(found) > MAX_MEMBERS:
                raise JsonError("too many members")
            self.space()
        self.take("}")
        return found

    def array(self, level: int) -> list[object]:
        members: list[object] = []
        self.take("[")
        self.space()
        while self.peek() != "]":
            if members:
                self.take(",")
                self.space()
            members.append(self.value(level + 1))
            self.space()
        self.take("]")
        return members

    def unit(self) -> int:
        digits = self.text[self.at : self.at + 4]
        if not re.fullmatch("[0-9a-fA-F]{4}", digits):
            raise JsonError("a bad escape")
        self.at += 4
        return int(digits, 16)

    def string(self) -> str:
        out: list[str] = []
        self.take('"')
        while True:
            character = self.peek()
            self.at += 1
            if character == '"':
                return "".join(out)
            if character == "" or ord(character) < 0x20:
                raise JsonError("a string without end, or a bare control character")
            if character != "\\":
                out.append(character)
                continue
            escape = self.peek()
            self.at += 1
            if escape in _ESCAPES and escape:
                out.append(_ESCAPES[escape])
            elif escape == "u":
                unit = self.unit()
                if 0xD800 <= unit < 0xDC00:
                    self.take("\\u")
                    low = self.unit()
                    if not 0xDC00 <= low < 0xE000:
                        raise JsonError("half of a surrogate pair")
                    unit = 0x10000 + (unit - 0xD800) * 0x400 + low - 0xDC00
                elif 0xDC00 <= unit < 0xE000:
                    raise JsonError("half of a surrogate pair")
                out.append(chr(unit))
            else:
                raise JsonError("a bad escape")


def parse_object(text: str) -> dict[str, object]:
    """The members of the one object that the text is."""
    reader = _Reader(text)
    reader.space()
    value = reader.value(0)
    reader.space()
    if reader.at != len(text):
        raise JsonError("characters after the value")
    if not isinstance(value, dict):
        raise JsonError("no object")
    return value
