"""Values of the protocol: hex, decimal numbers, closed objects, typed values.

Whatever isn't as PROTOCOL.md says is a BadQuestion.
"""

import re
from typing import Any

from .verdict import BadQuestion

_HEX = re.compile(r"(?:[0-9a-f]{2})*")
_NAT = re.compile(r"0|[1-9][0-9]*")
_INT = re.compile(r"0|-?[1-9][0-9]*")


def fields(value: Any, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """A JSON object with exactly these members."""
    if not isinstance(value, dict):
        raise BadQuestion("not an object")
    for name in required:
        if name not in value:
            raise BadQuestion(f"no field {name}")
    for name in value:
        if name not in required and name not in optional:
            raise BadQuestion(f"unknown field {name}")
    return value


def blob(value: Any) -> bytes:
    """Bytes in lower-case hex."""
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise BadQuestion("not bytes in lower-case hex")
    return bytes.fromhex(value)


def text(value: Any) -> str:
    """A text that UTF-8 can encode."""
    if not isinstance(value, str):
        raise BadQuestion("not a text")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise BadQuestion("a lone surrogate") from error
    return value


def nat(value: Any) -> int:
    """A natural number as a decimal string."""
    if not isinstance(value, str) or not _NAT.fullmatch(value):
        raise BadQuestion("not a natural number in decimal")
    return int(value)


def nat64(value: Any) -> int:
    """A natural number of at most 64 bits."""
    number = nat(value)
    if number >= 2**64:
        raise BadQuestion("more than 64 bits")
    return number


def integer(value: Any) -> int:
    """An integer as a decimal string."""
    if not isinstance(value, str) or not _INT.fullmatch(value):
        raise BadQuestion("not an integer in decimal")
    return int(value)


def items(value: Any) -> list[Any]:
    """A JSON list."""
    if not isinstance(value, list):
        raise BadQuestion("not a list")
    return value


def path(value: Any) -> list[bytes]:
    """A list of labels."""
    return [blob(label) for label in items(value)]


def optional_blob(question: dict[str, Any], name: str) -> bytes | None:
    """The bytes of a field that may be absent."""
    return blob(question[name]) if name in question else None


def optional_nat64(question: dict[str, Any], name: str) -> int | None:
    """The number of a field that may be absent."""
    return nat64(question[name]) if name in question else None
