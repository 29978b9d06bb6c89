"""RSASSA-PKCS1-v1_5 with SHA-256 (SIG-WEBAUTHN-12), and which keys count (policy rsa.modulus)."""

import hashlib

_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def valid_key(n: int, e: int) -> bool:
    """2048 to 8192 bits, odd; e odd with 3 ≤ e < 2³³."""
    return 2048 <= n.bit_length() <= 8192 and n % 2 == 1 and e % 2 == 1 and 3 <= e < 2**33


def verify(n: int, e: int, message: bytes, signature: bytes) -> bool:
    """RFC 8017 §8.2.2: the encoding is made anew and compared."""
    size = (n.bit_length() + 7) // 8
    number = int.from_bytes(signature, "big")
    if len(signature) != size or number >= n:
        return False
    info = _DIGEST_INFO + hashlib.sha256(message).digest()
    padding = b"\xff" * (size - len(info) - 3)
    return pow(number, e, n) == int.from_bytes(b"\0\x01" + padding + b"\0" + info, "big")
