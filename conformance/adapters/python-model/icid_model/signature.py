"""Signatures of every scheme over all signed bytes (SIG-1 to SIG-5, SIG-ED, SIG-EC).

Domain separators begin with their length, which doesn't count itself (SIG-2).
"""

from . import canister_signature, ecdsa, ed25519, keys, webauthn
from .policy import Policy
from .verdict import Reject, require


def separator(name: str) -> bytes:
    """SIG-2."""
    return bytes([len(name)]) + name.encode()


REQUEST = separator("ic-request")
DELEGATION = separator("ic-request-auth-delegation")
SENDER_INFO = separator("ic-sender-info")
RESPONSE = separator("ic-response")


def verify(
    key: keys.Key, payload: bytes, signature: bytes, root_key: bytes | None, policy: Policy
) -> None:
    """Rejects with the clause of the scheme that the signature violates."""
    if isinstance(key, keys.Ed25519):
        require(len(signature) == 64, "SIG-ED-2", f"{len(signature)} bytes")
        s = int.from_bytes(signature[32:], "little")
        require(s < ed25519.ORDER, "SIG-ED-3", "S isn't below the order")
        require(ed25519.verify(key.key, payload, signature), "SIG-ED-4", "wrong signature")
    elif isinstance(key, keys.Ecdsa):
        require(len(signature) == 64, "SIG-EC-6", f"{len(signature)} bytes")
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        require(ecdsa.in_range(key.curve, r, s), "SIG-EC-8", "r or s out of range")
        good = ecdsa.verify(key.curve, key.x, key.y, payload, r, s)
        require(good, "SIG-EC-7", "wrong signature")
    elif isinstance(key, keys.WebAuthn):
        webauthn.verify(key, payload, signature, policy)
    elif isinstance(key, keys.Canister):
        canister_signature.verify(key, payload, signature, root_key, policy)
    else:
        raise Reject("SIG-5", "BLS keys sign no messages of users")
