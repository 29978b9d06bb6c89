#!/usr/bin/env python3
"""An adapter for icid-conformance: puts one library behind the questions of the suite.

Replace the three functions below by calls of your library, then add operations from PROTOCOL.md.
Catch the error type of the library's own verdicts and nothing wider: a crash is no rejection.
"""

import base64
import hashlib
import json
import sys
import zlib


class VerificationError(Exception):
    """The library says: this input is wrong."""


def decode_text(text):
    """Stands for your library: the bytes of a principal in text form."""
    if not text.isascii():  # there are other characters whose lower case is in the alphabet
        raise VerificationError("not the text form of a principal")
    try:
        packed = text.lower().replace("-", "").upper()
        raw = base64.b32decode(packed + "=" * (-len(packed) % 8))
    except ValueError as error:
        raise VerificationError(str(error)) from error
    if encode_text(raw[4:]) != text.lower():
        raise VerificationError("not the text form of a principal")
    return raw[4:]


def encode_text(principal):
    """Stands for your library: the text form of a principal."""
    if len(principal) > 29:
        raise VerificationError("a principal has at most 29 bytes")
    checked = zlib.crc32(principal).to_bytes(4, "big") + principal
    text = base64.b32encode(checked).decode().lower().rstrip("=")
    return "-".join(text[i : i + 5] for i in range(0, len(text), 5))


def from_pubkey(der):
    """Stands for your library: the principal of a public key."""
    return hashlib.sha224(der).digest() + b"\x02"


def unhex(text):
    """The protocol's bytes are lower-case hexadecimal digits."""
    if text != text.lower():
        raise ValueError("upper-case digits")
    return bytes.fromhex(text)


def fields(given, *names):
    """Exactly these fields, or it is no question of the protocol."""
    given.pop("policy", None)
    if set(given) != set(names):
        raise KeyError(f"expected {names}, got {sorted(given)}")
    return [given[name] for name in names]


OPERATIONS = {
    "principal.decode_text": lambda given: {"bytes": decode_text(*fields(given, "text")).hex()},
    "principal.encode_text": lambda given: {"text": encode_text(unhex(*fields(given, "bytes")))},
    "principal.from_pubkey": lambda given: {"bytes": from_pubkey(unhex(*fields(given, "spki"))).hex()},
}

HELLO = {
    "protocol": 1,
    "implementation": {"name": "my-library", "version": "0", "language": "python"},
    "ops": sorted(OPERATIONS),
    "reasons": "none",
}


def answer(question):
    operation = question["op"]
    if operation == "hello":
        return {"ok": HELLO}
    if operation not in OPERATIONS:
        return {"unsupported": {"why": "operation"}}
    try:
        return {"ok": OPERATIONS[operation](question["input"])}
    except VerificationError as error:
        return {"reject": {"message": str(error)}}
    except Exception as error:  # anything else is a mistake of adapter or library
        return {"error": {"message": repr(error)}}


for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps({"id": question["id"], **answer(question)}), flush=True)
