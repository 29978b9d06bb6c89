"""Public keys: SubjectPublicKeyInfo of every scheme (SIG-3, SIG-5 to SIG-7, keys of SIG-ED, SIG-EC,
SIG-WEBAUTHN and CSIG, SDEL-5)."""

from dataclasses import dataclass

from . import bls, cbor, der, ecdsa, ed25519, rsa
from .policy import Policy
from .verdict import Reject, require

OID_ED25519 = bytes.fromhex("2b6570")
OID_EC = bytes.fromhex("2a8648ce3d0201")
OID_P256 = bytes.fromhex("2a8648ce3d030107")
OID_SECP256K1 = bytes.fromhex("2b8104000a")
OID_ECDSA_WITH_HASHES = bytes.fromhex("2a8648ce3d04")
OID_COSE = bytes.fromhex("2b0601040183b8430101")
OID_CANISTER = bytes.fromhex("2b0601040183b8430102")
OID_BLS = bytes.fromhex("2b0601040182dc7c0503010201")
OID_BLS_CURVE = bytes.fromhex("2b0601040182dc7c05030201")
OID_RSA = bytes.fromhex("2a864886f70d010101")

BLS_PREFIX = bytes.fromhex(
    "308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100"
)


@dataclass(frozen=True)
class Ed25519:
    """A plain Ed25519 key."""

    key: bytes


@dataclass(frozen=True)
class Ecdsa:
    """A plain ECDSA key."""

    curve: ecdsa.Curve
    x: int
    y: int


@dataclass(frozen=True)
class Canister:
    """A canister-signature key."""

    canister_id: bytes
    seed: bytes


@dataclass(frozen=True)
class Bls:
    """A BLS key, which no user has."""

    key: bytes


@dataclass(frozen=True)
class Rsa:
    """An RSA key: within a COSE key, or plain."""

    n: int
    e: int


@dataclass(frozen=True)
class WebAuthn:
    """A COSE key of WebAuthn."""

    key: Ed25519 | Ecdsa | Rsa


Key = Ed25519 | Ecdsa | Canister | Bls | WebAuthn


def scheme(key: Key) -> str:
    """The name of the scheme in the protocol."""
    if isinstance(key, Ed25519):
        return "ed25519"
    if isinstance(key, Ecdsa):
        return "ecdsa_p256" if key.curve is ecdsa.P256 else "ecdsa_secp256k1"
    if isinstance(key, Canister):
        return "canister"
    if isinstance(key, Bls):
        return "bls12_381"
    if isinstance(key.key, Ed25519):
        return "webauthn_ed25519"
    return "webauthn_es256" if isinstance(key.key, Ecdsa) else "webauthn_rs256"


def parse(spki: bytes, policy: Policy) -> Key:
    """The key that the DER says it is."""
    require(spki[:1] == b"\x30", "SIG-3", "no DER")
    try:
        oid, parameters, key = der.public_key(spki)
    except der.DerError as error:
        raise Reject("SIG-7", str(error)) from error
    if oid == OID_EC:
        return _ec(parameters, key)
    if oid == OID_BLS:
        require(parameters == [(der.OID, OID_BLS_CURVE)] and len(key) == 96, "SDEL-5", "no BLS key")
        bls.key_point(key)
        return Bls(key)
    require(not oid.startswith(OID_ECDSA_WITH_HASHES), "SIG-EC-3", "names a hash function")
    require(oid in (OID_ED25519, OID_COSE, OID_CANISTER), "SIG-5", "another scheme")
    require(not parameters, "SIG-7", "parameters")
    if oid == OID_ED25519:
        require(len(key) == 32, "SIG-ED-1", f"{len(key)} bytes")
        require(ed25519.decode(key) is not None, "SIG-ED-1", "no point")
        return Ed25519(key)
    if oid == OID_COSE:
        return WebAuthn(_cose(key, policy))
    require(len(key) > 0 and key[0] <= 29 and len(key) > key[0], "CSIG-2", "no canister id")
    return Canister(key[1 : 1 + key[0]], key[1 + key[0] :])


def _ec(parameters: list[tuple[int, bytes]], point: bytes) -> Ecdsa:
    """SIG-EC-1, SIG-EC-2, SIG-EC-4, SIG-EC-5."""
    if parameters == [(der.OID, OID_P256)]:
        curve = ecdsa.P256
    elif parameters == [(der.OID, OID_SECP256K1)]:
        curve = ecdsa.SECP256K1
    else:
        raise Reject("SIG-EC-1", "no named curve of the two")
    require(len(point) == 65 and point[0] == 4, "SIG-EC-4", "no uncompressed point")
    x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
    require(ecdsa.on_curve(curve, x, y), "SIG-EC-5", "no point of the curve")
    return Ecdsa(curve, x, y)


# COSE keys (RFC 8152 §13, RFC 8230).

_KTY, _ALG, _KEY_OPS = 1, 3, 4


def _labels(data: bytes) -> dict[int | str, cbor.Item]:
    """The members of a COSE map. Its labels are integers or texts, each of them once."""
    clause = "SIG-WEBAUTHN-3"
    try:
        item = cbor.decode(data)
    except (cbor.Malformed, cbor.TooDeep) as error:
        raise Reject(clause, "no CBOR item") from error
    require(item.kind == "map", clause, "no map")
    require(cbor.nesting(item) <= cbor.MAX_NESTING, clause, "nested too deeply")
    members: dict[int | str, cbor.Item] = {}
    entries: list[tuple[cbor.Item, cbor.Item]] = item.value
    require(len(entries) <= cbor.MAX_ENTRIES, clause, "too many labels")
    for key, value in entries:
        require(key.kind in ("uint", "nint", "text"), clause, "a label of another type")
        label = cbor.decode_text(key.value, clause) if key.kind == "text" else key.value
        require(label not in members, clause, "a label twice")
        members[label] = value
    return members


def _cose(data: bytes, policy: Policy) -> Ed25519 | Ecdsa | Rsa:
    """SIG-WEBAUTHN-1, SIG-WEBAUTHN-3, SIG-WEBAUTHN-4."""
    clause = "SIG-WEBAUTHN-3"
    members = _labels(data)

    def number(label: int) -> int | None:
        item = members.get(label)
        return item.value if item is not None and item.kind in ("uint", "nint") else None

    def string(label: int) -> bytes:
        item = members.get(label)
        if item is None or item.kind != "bytes":
            raise Reject(clause, f"no bytes at {label}")
        return bytes(item.value)

    def coordinate(label: int) -> bytes:
        value = string(label)
        require(len(value) == 32, clause, f"a coordinate of {len(value)} bytes")
        return value

    def natural(label: int) -> int:
        value = string(label)
        require(policy.rsa_leading_zeros or value[:1] != b"\0", clause, "zeros in front")
        return int.from_bytes(value, "big")

    require(_ALG in members, "SIG-WEBAUTHN-4", "no algorithm")
    require(number(_ALG) in (-7, -257, -8), "SIG-WEBAUTHN-1", "another algorithm")
    if policy.key_ops_only_verify and _KEY_OPS in members:
        ops = members[_KEY_OPS]
        require(ops.kind == "text" and ops.value == b"verify", clause, "other key operations")
    if number(_ALG) == -7:
        require(number(_KTY) == 2 and number(-1) == 1, clause, "not on P-256")
        x, y = int.from_bytes(coordinate(-2), "big"), int.from_bytes(coordinate(-3), "big")
        require(ecdsa.on_curve(ecdsa.P256, x, y), clause, "no point of the curve")
        return Ecdsa(ecdsa.P256, x, y)
    if number(_ALG) == -8:
        require(number(_KTY) == 1 and number(-1) == 6, clause, "not on Ed25519")
        key = coordinate(-2)
        require(ed25519.decode(key) is not None, clause, "no point")
        return Ed25519(key)
    require(number(_KTY) == 3, clause, "no RSA key")
    n, e = natural(-1), natural(-2)
    require(rsa.valid_key(n, e), clause, "an RSA key of another size or form")
    return Rsa(n, e)


def plain_rsa(spki: bytes) -> Rsa | None:
    """A plain RSA key (RFC 3279), which signs delegations under the preset REPLICA."""
    try:
        oid, parameters, key = der.public_key(spki)
        n, e = der.two_naturals(key)
    except der.DerError:
        return None
    good = oid == OID_RSA and parameters == [(der.NULL, b"")] and rsa.valid_key(n, e)
    return Rsa(n, e) if good else None


def encode_canister(canister_id: bytes, seed: bytes) -> bytes:
    """CSIG-1, CSIG-2: the key of a canister with a seed."""
    require(len(canister_id) <= 29, "CSIG-2", "a canister id of more than 29 bytes")
    return der.write_public_key(OID_CANISTER, bytes([len(canister_id)]) + canister_id + seed)


def encode_ed25519(key: bytes) -> bytes:
    """SIG-ED-1."""
    return der.write_public_key(OID_ED25519, key)
