"""DER, as far as public keys and ECDSA signatures need it (SIG-7)."""


class DerError(Exception):
    """The bytes aren't strict DER of the expected form."""


SEQUENCE, INTEGER, BIT_STRING, NULL, OID = 0x30, 0x02, 0x03, 0x05, 0x06


def read(data: bytes) -> tuple[int, bytes, bytes]:
    """Tag and content of the first element, and the bytes after it. Lengths are minimal."""
    if len(data) < 2:
        raise DerError("too short")
    tag, length, at = data[0], data[1], 2
    if length >= 0x80:
        size = length & 0x7F
        digits = data[2 : 2 + size]
        if not 1 <= size <= 4 or len(digits) < size:
            raise DerError("bad length")
        length = int.from_bytes(digits, "big")
        if digits[0] == 0 or length < 0x80:
            raise DerError("a length that isn't minimal")
        at = 2 + size
    if len(data) < at + length:
        raise DerError("ends within an element")
    return tag, data[at : at + length], data[at + length :]


def expect(data: bytes, wanted: int) -> tuple[bytes, bytes]:
    """Content of the first element, which has this tag, and the bytes after it."""
    tag, content, rest = read(data)
    if tag != wanted:
        raise DerError(f"tag {tag:02x} for {wanted:02x}")
    return content, rest


def write(tag: int, content: bytes) -> bytes:
    """An element with its minimal length."""
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    digits = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + content


def public_key(spki: bytes) -> tuple[bytes, list[tuple[int, bytes]], bytes]:
    """A SubjectPublicKeyInfo: the OID's content, the parameters, and the key's bytes."""
    outer, rest = expect(spki, SEQUENCE)
    if rest:
        raise DerError("bytes after the key")
    algorithm, after = expect(outer, SEQUENCE)
    bits, rest = expect(after, BIT_STRING)
    if rest:
        raise DerError("a third element")
    if not bits or bits[0] != 0:
        raise DerError("unused bits")
    oid, after = expect(algorithm, OID)
    parameters = []
    while after:
        tag, content, after = read(after)
        parameters.append((tag, content))
    return oid, parameters, bits[1:]


def write_public_key(oid: bytes, key: bytes) -> bytes:
    """A SubjectPublicKeyInfo without parameters."""
    return write(SEQUENCE, write(SEQUENCE, write(OID, oid)) + write(BIT_STRING, b"\0" + key))


def _natural(data: bytes) -> tuple[int, bytes]:
    content, rest = expect(data, INTEGER)
    if not content or content[0] & 0x80:
        raise DerError("no natural number")
    if len(content) > 1 and content[0] == 0 and not content[1] & 0x80:
        raise DerError("a number that isn't minimal")
    return int.from_bytes(content, "big"), rest


def two_naturals(data: bytes) -> tuple[int, int]:
    """SEQUENCE { INTEGER, INTEGER } and nothing else."""
    content, rest = expect(data, SEQUENCE)
    if rest:
        raise DerError("bytes after the sequence")
    one, content = _natural(content)
    two, content = _natural(content)
    if content:
        raise DerError("a third element")
    return one, two
