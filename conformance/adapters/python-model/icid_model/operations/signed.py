"""Operations on keys and what they sign: signatures, delegations, envelopes."""

from typing import Any

from .. import cbor, delegation, ed25519, envelope, keys, rihash, sender_info, signature
from ..policy import Policy
from ..rihash import Int, Map, Nat
from ..values import blob, fields, items, nat64, optional_blob, path, text
from ..verdict import BadQuestion
from .data import typed_map
from .registry import Json, operation

# Keys and signatures.


@operation("key.decode", ("spki",))
def _key_decode(question: Json, policy: Policy) -> Json:
    key = keys.parse(blob(question["spki"]), policy)
    out = {"scheme": keys.scheme(key)}
    if isinstance(key, keys.Canister):
        out["canister_id"] = key.canister_id.hex()
        out["seed"] = key.seed.hex()
    return out


@operation("key.encode_canister", ("canister_id", "seed"))
def _key_encode_canister(question: Json, _: Policy) -> Json:
    return {
        "spki": keys.encode_canister(blob(question["canister_id"]), blob(question["seed"])).hex()
    }


@operation("sig.verify", ("spki", "payload", "signature"), ("root_key",))
def _sig_verify(question: Json, policy: Policy) -> Json:
    spki, payload = blob(question["spki"]), blob(question["payload"])
    root_key = optional_blob(question, "root_key")
    key = keys.parse(spki, policy)
    signature.verify(key, payload, blob(question["signature"]), root_key, policy)
    return {}


@operation("senderinfo.verify", ("sender_pubkey", "info", "signer", "sig", "root_key"))
def _senderinfo_verify(question: Json, policy: Policy) -> Json:
    info = sender_info.SenderInfo(
        blob(question["info"]), blob(question["signer"]), blob(question["sig"])
    )
    root_key = blob(question["root_key"])
    sender_info.verify(blob(question["sender_pubkey"]), info, root_key, policy)
    return {}


# Delegations.


def _delegation(value: Any, more: tuple[str, ...] = ()) -> delegation.Delegation:
    found = fields(value, ("pubkey", "expiration") + more, ("targets", "permissions"))
    targets = tuple(path(found["targets"])) if "targets" in found else None
    permissions = text(found["permissions"]) if "permissions" in found else None
    return delegation.Delegation(
        blob(found["pubkey"]), nat64(found["expiration"]), targets, permissions
    )


def _link(value: Any) -> delegation.Link:
    return delegation.Link(_delegation(value, ("signature",)), blob(value["signature"]))


def _secret(value: Any) -> bytes:
    secret = blob(value)
    if len(secret) != 32:
        raise BadQuestion("a secret key has 32 bytes")
    return secret


@operation("delegation.hash", ("delegation",))
def _delegation_hash(question: Json, _: Policy) -> Json:
    given = _delegation(question["delegation"])
    delegation.check_targets(given.targets)
    return {"hash": delegation.hash_of(given).hex()}


@operation("delegation.sign", ("secret_key", "delegation"))
def _delegation_sign(question: Json, _: Policy) -> Json:
    given = _delegation(question["delegation"])
    delegation.check_targets(given.targets)
    secret = _secret(question["secret_key"])
    return {"signature": ed25519.sign(secret, delegation.payload(given)).hex()}


def _restrictions(queries_only: bool, targets: frozenset[bytes] | None) -> Json:
    out: Json = {"queries_only": queries_only}
    if targets is not None:
        out["targets"] = [target.hex() for target in sorted(targets)]
    return out


@operation("delegation.verify", ("sender_pubkey", "delegations", "now"), ("root_key",))
def _delegation_verify(question: Json, policy: Policy) -> Json:
    chain = delegation.verify(
        blob(question["sender_pubkey"]),
        [_link(member) for member in items(question["delegations"])],
        nat64(question["now"]),
        optional_blob(question, "root_key"),
        policy,
    )
    return {"leaf": chain.leaf.hex(), **_restrictions(chain.queries_only, chain.targets)}


# Envelopes.


@operation(
    "envelope.verify",
    ("envelope", "endpoint", "now", "root_key"),
    ("effective_canister_id", "effective_subnet_id"),
)
def _envelope_verify(question: Json, policy: Policy) -> Json:
    if question["endpoint"] not in envelope.KINDS:
        raise BadQuestion("unknown endpoint")
    where = envelope.Destination(
        optional_blob(question, "effective_canister_id"),
        optional_blob(question, "effective_subnet_id"),
    )
    if where.canister is not None and where.subnet is not None:
        raise BadQuestion("two destinations")
    sender = envelope.verify(
        blob(question["envelope"]),
        question["endpoint"],
        nat64(question["now"]),
        blob(question["root_key"]),
        where,
        policy,
    )
    content = sender.content
    out = {
        "sender": content.sender.hex(),
        "request_id": content.request_id().hex(),
        **_restrictions(sender.queries_only, sender.targets),
    }
    if content.info is not None:
        out["sender_info"] = {"info": content.info.info.hex(), "signer": content.info.signer.hex()}
    return out


# The order of members in what `envelope.sign` writes is that of the CDDL.
_ORDER = (
    "request_type",
    "nonce",
    "ingress_expiry",
    "sender",
    "canister_id",
    "method_name",
    "arg",
    "sender_info",
    "paths",
)


def _plain(value: object) -> object:
    """A typed value as cbor.write takes it."""
    if isinstance(value, (Nat, Int)):
        return value.number
    if isinstance(value, list):
        return [_plain(member) for member in value]
    if isinstance(value, Map):
        return {name: _plain(member) for name, member in value.entries}
    return value


def _write_link(link: delegation.Link) -> dict[str, object]:
    inner: dict[str, object] = {
        "pubkey": link.delegation.pubkey,
        "expiration": link.delegation.expiration,
    }
    if link.delegation.targets is not None:
        inner["targets"] = list(link.delegation.targets)
    if link.delegation.permissions is not None:
        inner["permissions"] = link.delegation.permissions
    return {"delegation": inner, "signature": link.signature}


@operation("envelope.sign", ("secret_key", "content"), ("delegations", "sender_pubkey"))
def _envelope_sign(question: Json, _: Policy) -> Json:
    secret = _secret(question["secret_key"])
    content = typed_map(question["content"])
    payload = signature.REQUEST + rihash.hash_of_map(content)
    own_key = keys.encode_ed25519(ed25519.public_key(secret))
    sender_pubkey = optional_blob(question, "sender_pubkey")
    members = _plain(content)
    assert isinstance(members, dict)
    place = {name: at for at, name in enumerate(_ORDER)}
    ordered = sorted(members, key=lambda name: place.get(name, len(_ORDER)))
    out: dict[str, object] = {
        "content": {name: members[name] for name in ordered},
        "sender_pubkey": own_key if sender_pubkey is None else sender_pubkey,
        "sender_sig": ed25519.sign(secret, payload),
    }
    if "delegations" in question:
        links = [_link(member) for member in items(question["delegations"])]
        out["sender_delegation"] = [_write_link(link) for link in links]
    return {"envelope": cbor.write_tagged(out).hex()}
