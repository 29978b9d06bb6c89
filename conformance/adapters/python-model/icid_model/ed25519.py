"""Ed25519: keys and signing by RFC 8032, verification by ZIP-215 (SIG-ED-1 to SIG-ED-5).

ZIP-215 takes any 32 bytes that stand for a point, even if y isn't reduced, wants S below the group
order, and checks the equation times the cofactor 8.
"""

import hashlib
from functools import lru_cache

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
_SQRT_MINUS_1 = pow(2, (P - 1) // 4, P)

# Points in extended coordinates: (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
Point = tuple[int, int, int, int]
IDENTITY: Point = (0, 1, 1, 0)


def add(p: Point, q: Point) -> Point:
    """The sum; the formula is complete, so it doubles as well."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar: int, point: Point) -> Point:
    """scalar times point, by doubling and adding."""
    result = IDENTITY
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def equal(p: Point, q: Point) -> bool:
    """Whether both are the same point."""
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def decode(encoded: bytes) -> Point | None:
    """The point of 32 bytes, with y taken modulo p and either sign for x = 0."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number % 2**255 % P
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P == -u % P:
        x = x * _SQRT_MINUS_1 % P
    if v * x * x % P != u:
        return None
    if x % 2 != sign:
        x = -x % P
    return x, y, 1, x * y % P


def encode(point: Point) -> bytes:
    """The canonical 32 bytes of a point."""
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


_y = 4 * pow(5, -1, P) % P
_base = decode(_y.to_bytes(32, "little"))
assert _base is not None
BASE: Point = _base


def _expand(secret: bytes) -> tuple[int, bytes]:
    digest = hashlib.sha512(secret).digest()
    scalar = int.from_bytes(digest[:32], "little")
    return scalar & (2**254 - 8) | 2**254, digest[32:]


def _hash(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % ORDER


@lru_cache(maxsize=1024)
def public_key(secret: bytes) -> bytes:
    """RFC 8032 §5.1.5."""
    return encode(multiply(_expand(secret)[0], BASE))


def sign(secret: bytes, message: bytes) -> bytes:
    """RFC 8032 §5.1.6."""
    scalar, prefix = _expand(secret)
    nonce = _hash(prefix, message)
    r = encode(multiply(nonce, BASE))
    s = (nonce + _hash(r, public_key(secret), message) * scalar) % ORDER
    return r + s.to_bytes(32, "little")


@lru_cache(maxsize=65536)
def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """8·S·B = 8·R + 8·k·A, with 64 bytes of signature whose S is below the order."""
    if len(signature) != 64:
        return False
    a, r = decode(key), decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    k = _hash(signature[:32], key, message)
    right = add(r, multiply(k, a))
    return equal(multiply(8 * s, BASE), multiply(8, right))
