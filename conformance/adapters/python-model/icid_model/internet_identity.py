"""Seeds and keys of Internet Identity's users (II-SEED-1 to II-SEED-8)."""

import hashlib

from . import keys, principal
from .verdict import require


def _seed(salt: bytes, parts: list[bytes], origin: str) -> bytes:
    """II-SEED-1 to II-SEED-5: each part behind one byte with its length."""
    require(len(salt) == 32 and any(salt), "II-SEED-2", "no salt")
    name = origin.encode()
    require(len(name) <= 255, "II-SEED-4", "an origin of more than 255 bytes")
    framed = [bytes([len(part)]) + part for part in [salt, *parts, name]]
    return hashlib.sha256(b"".join(framed)).digest()


def seed(salt: bytes, anchor: int, origin: str) -> bytes:
    """II-SEED-1."""
    return _seed(salt, [str(anchor).encode()], origin)


def account_seed(salt: bytes, account: int, origin: str) -> bytes:
    """II-SEED-6."""
    return _seed(salt, [b"<account>", str(account).encode()], origin)


def user_key(canister_id: bytes, user_seed: bytes) -> tuple[bytes, bytes]:
    """II-SEED-7: the key and its principal."""
    spki = keys.encode_canister(canister_id, user_seed)
    return spki, principal.self_authenticating(spki)
