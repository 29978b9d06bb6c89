"""Signatures of WebAuthn keys (SIG-WEBAUTHN-5 to SIG-WEBAUTHN-14)."""

import hashlib

from . import cbor, der, ecdsa, ed25519, jsontext, rsa
from .keys import Ecdsa, Ed25519, WebAuthn
from .policy import Policy
from .verdict import Reject, require

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def decode_base64url(text: str) -> bytes:
    """SIG-WEBAUTHN-8: RFC 4648 §5, without padding, unused bits zero."""
    clause = "SIG-WEBAUTHN-8"
    number = 0
    for character in text:
        require(character in _ALPHABET, clause, f"the character {character!r}")
        number = number << 6 | _ALPHABET.index(character)
    length, unused = divmod(6 * len(text), 8)
    require(unused < 6, clause, "a number of characters that no bytes have")
    require(number & ((1 << unused) - 1) == 0, clause, "unused bits that aren't zero")
    return (number >> unused).to_bytes(length, "big")


def _container(signature: bytes, policy: Policy) -> tuple[bytes, bytes, bytes]:
    """Authenticator data, client data, and the signature proper."""
    try:
        item = cbor.untag(cbor.decode(signature), policy, "SIG-WEBAUTHN-5")
    except (cbor.Malformed, cbor.TooDeep) as error:
        raise Reject("SIG-WEBAUTHN-5", "not one CBOR item") from error
    require(item.kind == "map", "SIG-WEBAUTHN-5", "no map")
    names = ("authenticator_data", "client_data_json", "signature")
    try:
        found = cbor.record(item, names, policy)
    except Reject as error:
        raise Reject("SIG-WEBAUTHN-6", str(error)) from error
    for name in names:
        kind = found[name].kind if name in found else "nothing"
        good = kind == ("text" if name == "client_data_json" else "bytes")
        if name == "client_data_json" and policy.client_data_may_be_bytes:
            good = kind in ("text", "bytes")
        require(good, "SIG-WEBAUTHN-6", f"{kind} for {name}")
    data, client_data, inner = (found[name].value for name in names)
    return data, client_data, inner


def _challenge(client_data: bytes, policy: Policy) -> bytes:
    """SIG-WEBAUTHN-13, SIG-WEBAUTHN-14: nothing but the challenge is looked at."""
    clause = "SIG-WEBAUTHN-14"
    try:
        members = jsontext.parse_object(cbor.decode_text(client_data, clause))
    except jsontext.JsonError as error:
        raise Reject(clause, str(error)) from error

    def is_string(name: str) -> bool:
        value = members.get(name)
        return isinstance(value, str) and not isinstance(value, jsontext.Number)

    require(is_string("challenge"), clause, "no challenge")
    if policy.type_and_origin_are_strings:
        require(is_string("type") and is_string("origin"), clause, "no type or no origin")
    return decode_base64url(str(members["challenge"]))


def verify(key: WebAuthn, payload: bytes, signature: bytes, policy: Policy) -> None:
    """The whole of an assertion."""
    data, client_data, inner = _container(signature, policy)
    challenge = _challenge(client_data, policy)
    require(challenge == payload, "SIG-WEBAUTHN-7", "another challenge")
    message = data + hashlib.sha256(client_data).digest()
    if isinstance(key.key, Ecdsa):
        curve, x, y = key.key.curve, key.key.x, key.key.y
        try:
            r, s = der.two_naturals(inner)
        except der.DerError as error:
            raise Reject("SIG-WEBAUTHN-10", str(error)) from error
        require(ecdsa.in_range(curve, r, s), "SIG-EC-8", "r or s out of range")
        require(ecdsa.verify(curve, x, y, message, r, s), "SIG-WEBAUTHN-9", "wrong signature")
    elif isinstance(key.key, Ed25519):
        require(len(inner) == 64, "SIG-WEBAUTHN-11", f"{len(inner)} bytes")
        require(ed25519.verify(key.key.key, message, inner), "SIG-WEBAUTHN-9", "wrong signature")
    else:
        good = rsa.verify(key.key.n, key.key.e, message, inner)
        require(good, "SIG-WEBAUTHN-12", "wrong signature")
