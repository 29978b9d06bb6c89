"""Principals: bytes, text, classes, derived ids (PRIN-1 to PRIN-20)."""

import base64
import binascii
import hashlib

from .verdict import Reject, require

MAX_LENGTH = 29
MAX_TEXT = 63
ANONYMOUS = b"\x04"
MANAGEMENT = b""
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def encode_text(principal: bytes) -> str:
    """PRIN-11 to PRIN-14: checksum and bytes in base32, in groups of five."""
    require(len(principal) <= MAX_LENGTH, "PRIN-1", "more than 29 bytes")
    checked = binascii.crc32(principal).to_bytes(4, "big") + principal
    plain = base64.b32encode(checked).decode().rstrip("=").lower()
    return "-".join(plain[at : at + 5] for at in range(0, len(plain), 5))


def decode_text(text: str) -> bytes:
    """The bytes of a text; only the canonical one counts, in any case of letters."""
    # ASCII letters only: other alphabets have characters whose lower case is one of ours.
    lower = "".join(c.lower() if "A" <= c <= "Z" else c for c in text)
    plain = lower.replace("-", "")
    for character in plain:
        require(character in _ALPHABET, "PRIN-13", f"the character {character!r}")
    number = 0
    for character in plain:
        number = number << 5 | _ALPHABET.index(character)
    length, unused = divmod(5 * len(plain), 8)
    require(unused < 5, "PRIN-13", "a number of characters that no bytes have")
    require(number & ((1 << unused) - 1) == 0, "PRIN-18", "unused bits that aren't zero")
    decoded = (number >> unused).to_bytes(length, "big")
    require(length >= 4, "PRIN-11", "no room for a checksum")
    checksum, principal = decoded[:4], decoded[4:]
    require(len(principal) <= MAX_LENGTH, "PRIN-1", "more than 29 bytes")
    require(checksum == binascii.crc32(principal).to_bytes(4, "big"), "PRIN-17", "wrong checksum")
    groups = "-".join(plain[at : at + 5] for at in range(0, len(plain), 5))
    require(lower == groups, "PRIN-14", "dashes in other places")
    require(len(text) <= MAX_TEXT, "PRIN-16", "more than 63 characters")
    return principal


def classify(principal: bytes) -> str:
    """PRIN-6 to PRIN-10: the class is in length and last byte."""
    require(len(principal) <= MAX_LENGTH, "PRIN-1", "more than 29 bytes")
    if principal == MANAGEMENT:
        return "management"
    if principal == ANONYMOUS:
        return "anonymous"
    if principal[-1] == 0x7F:
        return "reserved"
    if len(principal) == MAX_LENGTH and principal[-1] == 2:
        return "self_authenticating"
    if len(principal) == MAX_LENGTH and principal[-1] == 3:
        return "derived"
    return "opaque"


def self_authenticating(key: bytes) -> bytes:
    """PRIN-3, PRIN-4: of the key exactly as presented."""
    return hashlib.sha224(key).digest() + b"\x02"


def derive(principal: bytes, nonce: bytes) -> bytes:
    """PRIN-5."""
    if len(principal) > MAX_LENGTH:
        raise Reject("PRIN-1", "more than 29 bytes")
    return hashlib.sha224(bytes([len(principal)]) + principal + nonce).digest() + b"\x03"
