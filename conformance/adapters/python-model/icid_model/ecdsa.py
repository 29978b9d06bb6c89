"""ECDSA with SHA-256 on P-256 and secp256k1 (SIG-EC-1 to SIG-EC-9).

The equation is checked by `cryptography`; keys and the ranges of r and s are checked here. Nothing
asks for the lower of the two values of s.
"""

from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils


@dataclass(frozen=True)
class Curve:
    """y² = x³ + ax + b modulo p, with a group of prime order n."""

    name: str
    p: int
    a: int
    b: int
    n: int
    implementation: type[ec.EllipticCurve]


P256 = Curve(
    "P-256",
    p=2**256 - 2**224 + 2**192 + 2**96 - 1,
    a=-3,
    b=0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    n=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    implementation=ec.SECP256R1,
)
SECP256K1 = Curve(
    "secp256k1",
    p=2**256 - 2**32 - 977,
    a=0,
    b=7,
    n=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    implementation=ec.SECP256K1,
)


def on_curve(curve: Curve, x: int, y: int) -> bool:
    """SIG-EC-5: both coordinates reduced, and the equation holds."""
    reduced = x < curve.p and y < curve.p
    return reduced and (y * y - (x**3 + curve.a * x + curve.b)) % curve.p == 0


def in_range(curve: Curve, r: int, s: int) -> bool:
    """SIG-EC-8."""
    return 0 < r < curve.n and 0 < s < curve.n


@lru_cache(maxsize=65536)
def verify(curve: Curve, x: int, y: int, message: bytes, r: int, s: int) -> bool:
    """Whether (r, s) signs the SHA-256 of the message. The key is valid, r and s are in range."""
    key = ec.EllipticCurvePublicNumbers(x, y, curve.implementation()).public_key()
    try:
        key.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
