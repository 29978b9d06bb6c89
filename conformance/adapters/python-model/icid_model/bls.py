"""BLS signatures with short signatures (CERT-3, CERT-4).

The ciphersuite is BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_ of draft-irtf-cfrg-bls-signature-04:
keys in G2, signatures in G1, both compressed. Curve arithmetic, hashing to the curve and pairings
come from py-arkworks-bls12381; what counts as an encoding of a point is checked here.
"""

from functools import lru_cache

from py_arkworks_bls12381 import GT, G1Point, G2Point

from .verdict import Reject, require

SUITE = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
FIELD = int(
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf"
    "6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab",
    16,
)
_COMPRESSED, _INFINITY, _SIGN = 0x80, 0x40, 0x20
_GENERATOR_2 = G2Point()


def _coordinates(encoded: bytes, size: int) -> bool:
    """Whether this is a compressed encoding by its flags and its coordinates below the modulus."""
    if len(encoded) != size or not encoded[0] & _COMPRESSED:
        return False
    flags = encoded[0] & (_COMPRESSED | _INFINITY | _SIGN)
    rest = bytes([encoded[0] & 0x1F]) + encoded[1:]
    if flags & _INFINITY:
        return not flags & _SIGN and not any(rest)
    return all(int.from_bytes(rest[at : at + 48], "big") < FIELD for at in range(0, size, 48))


@lru_cache(maxsize=4096)
def signature_point(encoded: bytes) -> G1Point:
    """A signature: a point of G1 in 48 bytes, in the group, not the identity."""
    require(_coordinates(encoded, 48), "CERT-3", "no compressed point")
    try:
        point = G1Point.from_compressed_bytes_unchecked(encoded)
    except ValueError as error:
        raise Reject("CERT-3", "no point of the curve") from error
    require(point.is_in_subgroup(), "CERT-4", "a signature outside of the group")
    require(point != G1Point.identity(), "CERT-4", "the identity as signature")
    return point


@lru_cache(maxsize=4096)
def key_point(encoded: bytes) -> G2Point:
    """A key: a point of G2 in 96 bytes, in the group, not the identity."""
    require(_coordinates(encoded, 96), "CERT-3", "no compressed point")
    try:
        point = G2Point.from_compressed_bytes_unchecked(encoded)
    except ValueError as error:
        raise Reject("CERT-3", "no point of the curve") from error
    require(point.is_in_subgroup(), "CERT-4", "a key outside of the group")
    require(point != G2Point.identity(), "CERT-4", "the identity as key")
    return point


@lru_cache(maxsize=65536)
def equation(key: bytes, signature: bytes, message: bytes) -> bool:
    """e(signature, generator) = e(hash(message), key). Rejects what are no points."""
    point, public = signature_point(signature), key_point(key)
    hashed = G1Point.hash_to_curve(message, SUITE)
    return GT.pairing(point, _GENERATOR_2) == GT.pairing(hashed, public)
